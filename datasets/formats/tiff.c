/* TIFF images and stacks (TIFF 6.0): one number per pixel, of 1 to 64 bits, in strips or tiles, with any lossless compression that libtiff knows.
 *
 * What the directory of a page claims is held against the bytes of the file before anything is decoded: a compression makes only so many bytes of
 * one. libtiff works on the bytes in memory and reports its errors to the file that made them. */
#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/io/input.h"
#include "core/sys/file.h"
#include "datasets/formats/image.h"
#include "datasets/formats/target.h"
#include "datasets/formats/volume.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <tiffio.h>

enum { WORD = 160 };

/* A file in memory, and what libtiff said of it. */
typedef struct memory {
    const unsigned char *p;
    uint64_t n, at;
    char said[WORD];
} memory;

static tmsize_t mem_read(thandle_t handle, void *buffer, tmsize_t n)
{
    memory *m = handle;
    if (n <= 0 || m->at >= m->n) return 0;
    uint64_t k = (uint64_t)n < m->n - m->at ? (uint64_t)n : m->n - m->at;
    memcpy(buffer, m->p + m->at, (size_t)k);
    m->at += k;
    return (tmsize_t)k;
}

static tmsize_t mem_write(thandle_t handle, void *buffer, tmsize_t n)
{
    (void)handle, (void)buffer, (void)n;
    return -1;
}

static toff_t mem_seek(thandle_t handle, toff_t offset, int whence)
{
    memory *m = handle;
    m->at = offset + (whence == SEEK_CUR ? m->at : whence == SEEK_END ? m->n : 0);
    return m->at;
}

static int mem_close(thandle_t handle)
{
    (void)handle;
    return 0;
}

static toff_t mem_size(thandle_t handle) { return ((const memory *)handle)->n; }

static int note_error(TIFF *t, void *user, const char *module, const char *format, va_list ap)
{
    (void)t, (void)module;
    memory *m = user;
    if (!m->said[0]) vsnprintf(m->said, sizeof m->said, format, ap);
    return 1;
}

static int drop_warning(TIFF *t, void *user, const char *module, const char *format, va_list ap)
{
    (void)t, (void)user, (void)module, (void)format, (void)ap;
    return 1;
}

static TIFF *open_memory(memory *m, const char *name)
{
    TIFFOpenOptions *options = TIFFOpenOptionsAlloc();
    if (!options) return NULL;
    TIFFOpenOptionsSetErrorHandlerExtR(options, note_error, m);
    TIFFOpenOptionsSetWarningHandlerExtR(options, drop_warning, NULL);
    TIFF *t = TIFFClientOpenExt(name, "rm", m, mem_read, mem_write, mem_seek, mem_close, mem_size, NULL, NULL, options);
    TIFFOpenOptionsFree(options);
    return t;
}

typedef struct reader {
    const char *name;
    cupel_whole whole;
    memory m;
    TIFF *t;
} reader;

static cupel_status open_reader(const char *path, reader *r, cupel_err *err)
{
    r->name = path;
    cupel_status st = cupel_whole_open(path, &r->whole, err);
    if (st != CUPEL_OK) return st;
    r->m = (memory){.p = r->whole.p, .n = r->whole.n};
    r->t = open_memory(&r->m, path);
    if (!r->t) return cupel_fail(err, CUPEL_BAD_INPUT, "'%s': no TIFF that can be read: %s", path, r->m.said[0] ? r->m.said : "the file is cut off");
    return CUPEL_OK;
}

static void close_reader(reader *r)
{
    if (r->t) TIFFClose(r->t);
    cupel_whole_close(&r->whole);
}

/* ---- one page ---- */

typedef struct page {
    uint32_t width, length, tile_width, tile_length, rows_per_strip;
    uint16_t bits, format, compression;
    cupel_number type;
} page;

static cupel_status refuse(const reader *r, const char *what, cupel_err *err)
{
    return cupel_fail(err, CUPEL_BAD_INPUT, "'%s': page %u: %s", r->name, (unsigned)TIFFCurrentDirectory(r->t) + 1, what);
}

static cupel_status check_meaning(const reader *r, cupel_err *err)
{
    uint16_t samples = 1, photometric = PHOTOMETRIC_MINISBLACK;
    TIFFGetFieldDefaulted(r->t, TIFFTAG_SAMPLESPERPIXEL, &samples);
    TIFFGetField(r->t, TIFFTAG_PHOTOMETRIC, &photometric);
    if (photometric == PHOTOMETRIC_RGB || photometric == PHOTOMETRIC_YCBCR || photometric == PHOTOMETRIC_SEPARATED || samples > 1)
        return refuse(r, "a colour image (several numbers per pixel); labels are one number per pixel: save it as grey or with a palette", err);
    if (photometric != PHOTOMETRIC_MINISBLACK && photometric != PHOTOMETRIC_MINISWHITE && photometric != PHOTOMETRIC_PALETTE)
        return refuse(r, "its numbers are neither grey nor of a palette; save it as a grey image", err);
    return CUPEL_OK;
}

static cupel_status look_at_page(const reader *r, page *p, cupel_err *err)
{
    *p = (page){.bits = 1, .format = SAMPLEFORMAT_UINT, .compression = COMPRESSION_NONE};
    if (!TIFFGetField(r->t, TIFFTAG_IMAGEWIDTH, &p->width) || !TIFFGetField(r->t, TIFFTAG_IMAGELENGTH, &p->length) || !p->width || !p->length)
        return refuse(r, "it has no width or no length", err);
    TIFFGetFieldDefaulted(r->t, TIFFTAG_BITSPERSAMPLE, &p->bits);
    TIFFGetFieldDefaulted(r->t, TIFFTAG_SAMPLEFORMAT, &p->format);
    TIFFGetFieldDefaulted(r->t, TIFFTAG_COMPRESSION, &p->compression);
    TIFFGetFieldDefaulted(r->t, TIFFTAG_ROWSPERSTRIP, &p->rows_per_strip);
    cupel_status st = check_meaning(r, err);
    if (st != CUPEL_OK) return st;
    if (p->format == SAMPLEFORMAT_VOID) p->format = SAMPLEFORMAT_UINT;
    bool whole = p->format == SAMPLEFORMAT_UINT || p->format == SAMPLEFORMAT_INT;
    bool wide = p->bits == 8 || p->bits == 16 || p->bits == 32 || p->bits == 64;
    bool narrow = p->format == SAMPLEFORMAT_UINT && (p->bits == 1 || p->bits == 2 || p->bits == 4);
    bool real = p->format == SAMPLEFORMAT_IEEEFP && (p->bits == 32 || p->bits == 64);
    if (!narrow && !real && !(whole && wide)) return refuse(r, "its pixels are not integers of 1 to 64 bits or floats of 32 or 64 bits", err);
    p->type = narrow ? cupel_number_native('u', 1) : cupel_number_native(real ? 'f' : p->format == SAMPLEFORMAT_INT ? 'i' : 'u', p->bits / 8u);
    return CUPEL_OK;
}

/* Bytes that the compression can make of one at most. Deflate: 1032. LZW: a code of 9 to 12 bits stands for up to 4096 bytes. PackBits: 2 bytes make
 * 128. Fax: a row may be one bit. Zstandard, LZMA: measured on zeros, with room to spare. */
static uint64_t most_from(const page *p, uint64_t stored)
{
    uint64_t factor = 1 << 16;
    if (p->compression == COMPRESSION_NONE) factor = 1;
    if (p->compression == COMPRESSION_DEFLATE || p->compression == COMPRESSION_ADOBE_DEFLATE) factor = 1032;
    if (p->compression == COMPRESSION_LZW) factor = 4096;
    if (p->compression == COMPRESSION_PACKBITS) factor = 64;
    if (p->compression == COMPRESSION_CCITTRLE || p->compression == COMPRESSION_CCITTFAX3 || p->compression == COMPRESSION_CCITTFAX4)
        factor = 8 * ((uint64_t)p->width / 8 + 1);
    return stored > UINT64_MAX / factor ? UINT64_MAX : stored * factor;
}

static cupel_status check_compression(const reader *r, const page *p, cupel_err *err)
{
    if (p->compression == COMPRESSION_JPEG || p->compression == COMPRESSION_OJPEG || p->compression == COMPRESSION_JP2000 ||
        p->compression == COMPRESSION_WEBP || p->compression == COMPRESSION_LERC)
        return refuse(r, "its compression may change numbers (JPEG, WebP, LERC), and labels with them; save it with a lossless one", err);
    if (!TIFFIsCODECConfigured(p->compression))
        return refuse(r, "it is compressed in a way that this libtiff cannot read; save it with deflate", err);
    return CUPEL_OK;
}

/* Pixels of 1, 2 or 4 bits to a byte each, the first in the highest bits. */
static void widen(const unsigned char *row, uint32_t first, size_t n, unsigned bits, unsigned char *out)
{
    const unsigned per = 8 / bits, mask = (1u << bits) - 1;
    for (size_t i = 0; i < n; i++) {
        size_t at = first + i;
        out[i] = (unsigned char)((unsigned)row[at / per] >> (8 - bits * (at % per + 1)) & mask);
    }
}

/* n pixels of a decoded row. */
static cupel_status add_row(const page *p, const unsigned char *row, size_t n, unsigned char *wide, cupel_fill *f, cupel_err *err)
{
    if (p->bits >= 8) return cupel_fill_add(f, row, n, err);
    widen(row, 0, n, p->bits, wide);
    return cupel_fill_add(f, wide, n, err);
}

static cupel_status undecoded(const reader *r, cupel_err *err)
{
    char what[WORD + 64];
    snprintf(what, sizeof what, "its pixels cannot be decoded: %s", r->m.said[0] ? r->m.said : "the data is cut off");
    return refuse(r, what, err);
}

static cupel_status read_strips(reader *r, const page *p, cupel_fill *f, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    const size_t row = (size_t)TIFFScanlineSize64(r->t), size = (size_t)TIFFStripSize64(r->t);
    const uint32_t per = p->rows_per_strip < p->length ? p->rows_per_strip : p->length;
    unsigned char *strip = NULL, *wide = NULL;
    if (!row || !per || size / row < per || row < ((uint64_t)p->width * p->bits + 7) / 8) CUPEL_TRY(undecoded(r, err));
    CUPEL_TRY(cupel_memory_check(size, r->name, err));
    strip = cupel_alloc(size, 1);
    wide = cupel_alloc(p->width, 1);
    if (!strip || !wide) CUPEL_TRY(cupel_no_memory(err, r->name, size));
    for (uint32_t y = 0, rows; y < p->length; y += rows) {
        rows = p->length - y < per ? p->length - y : per;
        tmsize_t got = TIFFReadEncodedStrip(r->t, TIFFComputeStrip(r->t, y, 0), strip, (tmsize_t)size);
        if (got < 0 || (uint64_t)got < (uint64_t)rows * row) CUPEL_TRY(undecoded(r, err));
        for (uint32_t i = 0; i < rows; i++) CUPEL_TRY(add_row(p, strip + i * row, p->width, wide, f, err));
    }
done:
    cupel_free(strip);
    cupel_free(wide);
    return st;
}

/* One row of tiles at a time, put together to whole rows of the image. */
static cupel_status read_tiles(reader *r, const page *p, cupel_fill *f, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    const size_t tile_row = (size_t)TIFFTileRowSize64(r->t), size = (size_t)TIFFTileSize64(r->t);
    const uint32_t w = p->tile_width, h = p->tile_length;
    const size_t across = (p->width + (size_t)w - 1) / w, bytes = cupel_mul(size, across);
    unsigned char *band = NULL, *wide = NULL;
    if (!tile_row || size / tile_row < h || tile_row < ((uint64_t)w * p->bits + 7) / 8) CUPEL_TRY(undecoded(r, err));
    CUPEL_TRY(cupel_memory_check(bytes, r->name, err));
    band = cupel_alloc(across, size);
    wide = cupel_alloc(w, 1);
    if (!band || !wide) CUPEL_TRY(cupel_no_memory(err, r->name, bytes));
    for (uint32_t y = 0; y < p->length; y += h) {
        for (size_t a = 0; a < across; a++) {
            tmsize_t got = TIFFReadEncodedTile(r->t, TIFFComputeTile(r->t, (uint32_t)a * w, y, 0, 0), band + a * size, (tmsize_t)size);
            if (got < 0 || (size_t)got < size) CUPEL_TRY(undecoded(r, err));
        }
        for (uint32_t i = 0; i < h && y + i < p->length; i++)
            for (size_t a = 0; a < across; a++) {
                size_t left = p->width - a * w;
                CUPEL_TRY(add_row(p, band + a * size + i * tile_row, left < w ? left : w, wide, f, err));
            }
        if (p->length - y <= h) break;
    }
done:
    cupel_free(band);
    cupel_free(wide);
    return st;
}

/* A tile may be larger than the image, but not by much: its bytes are there only once. */
static cupel_status check_tiles(const reader *r, page *p, uint64_t most, cupel_err *err)
{
    TIFFGetField(r->t, TIFFTAG_TILEWIDTH, &p->tile_width);
    TIFFGetField(r->t, TIFFTAG_TILELENGTH, &p->tile_length);
    if (!p->tile_width || !p->tile_length || p->tile_width > INT32_MAX || p->tile_length > INT32_MAX) return refuse(r, "its tiles have no size", err);
    if ((uint64_t)p->tile_width * p->tile_length / 8 > most / p->bits)
        return refuse(r, "its tiles are larger than the file can hold; it is cut off or damaged", err);
    return CUPEL_OK;
}

static cupel_status add_page(reader *r, const char *pile_name, cupel_pile *pile, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    page p;
    CUPEL_TRY(look_at_page(r, &p, err));
    CUPEL_TRY(check_compression(r, &p, err));
    const uint64_t most = most_from(&p, r->m.n);
    if (TIFFIsTiled(r->t)) CUPEL_TRY(check_tiles(r, &p, most, err));
    const uint64_t values = p.bits >= 8 ? most / p.type.size * p.type.size : most > UINT64_MAX / 8 ? UINT64_MAX : most * (8u / p.bits);
    if ((uint64_t)p.length * (p.bits >= 8 ? p.type.size : 1) > values / p.width)
        CUPEL_TRY(refuse(r, "it asks for more pixels than the file can hold; it is cut off or damaged", err));
    CUPEL_TRY(cupel_pile_page(pile, p.length, p.width, p.type, values, r->name, pile_name, err));
    CUPEL_TRY(TIFFIsTiled(r->t) ? read_tiles(r, &p, pile->fill, err) : read_strips(r, &p, pile->fill, err));
done:
    return st;
}

static bool is_thumbnail(const reader *r)
{
    uint32_t kind = 0;
    TIFFGetField(r->t, TIFFTAG_SUBFILETYPE, &kind);
    return (kind & (FILETYPE_REDUCEDIMAGE | FILETYPE_MASK)) != 0;
}

/* tifffile writes {"shape": [1, 64, 64]} as description; so do we. */
static bool said_volume(const reader *r)
{
    static const char begin[] = "{\"shape\": [1, ";
    const char *text = NULL;
    if (!TIFFGetField(r->t, TIFFTAG_IMAGEDESCRIPTION, &text) || !text || strncmp(text, begin, sizeof begin - 1) != 0) return false;
    text += sizeof begin - 1;
    return strcspn(text, ",") < strcspn(text, "]"); /* a third number in the brackets */
}

/* Edges of a voxel, metres, as describe_page says them; untouched where the description does not. The tags of resolution are not believed: most
 * programs write 72 dots per inch into whatever they save. */
static const char SIZE_KEY[] = "\"voxel_size_m\": [";

static void said_size(const reader *r, double size[3])
{
    const char *text = NULL, *p = NULL;
    double x[3] = {0};
    int n = 0;
    if (TIFFGetField(r->t, TIFFTAG_IMAGEDESCRIPTION, &text) && text) p = strstr(text, SIZE_KEY);
    for (p = p ? p + sizeof SIZE_KEY - 1 : ""; n < 3; n++) {
        const size_t k = strcspn(p, ",]");
        if (!cupel_parse_double(cupel_text_trim((cupel_text){p, k}), &x[n]) || !(x[n] > 0)) return;
        if (p[k] != ',') break;
        p += k + 1;
    }
    if (n < 1 || n > 2) return;
    if (n == 1) x[2] = x[1]; /* of an image */
    memcpy(size, x, sizeof x);
}

/* ImageJ keeps a stack of more than 4 GB behind one directory and says "images=300" in its description. */
static cupel_status check_imagej(const reader *r, size_t pages, cupel_err *err)
{
    const char *text = NULL;
    if (!TIFFSetDirectory(r->t, 0) || !TIFFGetField(r->t, TIFFTAG_IMAGEDESCRIPTION, &text) || !text || strncmp(text, "ImageJ=", 7) != 0)
        return CUPEL_OK;
    const char *images = strstr(text, "\nimages=");
    uint64_t n;
    if (!images || !cupel_parse_u64((cupel_text){images + 8, strspn(images + 8, "0123456789")}, &n) || n == pages) return CUPEL_OK;
    return cupel_fail(err, CUPEL_BAD_INPUT, "'%s': an ImageJ stack of %llu images with %zu directories; save it as slices or as .raw", r->name,
                      (unsigned long long)n, pages);
}

cupel_status cupel_tiff_pages(const char *path, size_t *pages, bool *volume, cupel_err *err)
{
    reader r = {0};
    *pages = 0;
    *volume = false;
    cupel_status st = open_reader(path, &r, err);
    if (st == CUPEL_OK) {
        *volume = said_volume(&r);
        do *pages += !is_thumbnail(&r);
        while (TIFFReadDirectory(r.t));
        if (r.m.said[0]) st = undecoded(&r, err);
        else if (!*pages) st = refuse(&r, "the file holds thumbnails only", err);
        else st = check_imagej(&r, *pages, err);
    }
    close_reader(&r);
    return st;
}

cupel_status cupel_tiff_pile(const char *path, const char *pile_name, cupel_pile *p, cupel_err *err)
{
    reader r = {0};
    cupel_status st = open_reader(path, &r, err);
    if (st == CUPEL_OK && !p->pages) said_size(&r, p->size);
    if (st == CUPEL_OK)
        do {
            if (!is_thumbnail(&r)) st = add_page(&r, pile_name, p, err);
        } while (st == CUPEL_OK && TIFFReadDirectory(r.t));
    close_reader(&r);
    return st;
}

static cupel_status read_tiff(const char *path, const cupel_volume_options *o, cupel_voxels *v, cupel_err *err)
{
    cupel_pile pile = {.threshold = o->threshold};
    cupel_status st = cupel_tiff_pages(path, &pile.n_pages, &pile.volume, err);
    if (st == CUPEL_OK) st = cupel_tiff_pile(path, path, &pile, err);
    if (st == CUPEL_OK) st = cupel_fill_finish(pile.fill, v, err);
    if (st == CUPEL_OK && pile.size[0] > 0) {
        memcpy(v->size, pile.size, sizeof v->size);
        v->has_size = true;
    }
    cupel_fill_free(pile.fill);
    return st;
}

static bool is_tiff(const unsigned char *head, size_t n)
{
    static const unsigned char magic[4][4] = {{'I', 'I', 42, 0}, {'M', 'M', 0, 42}, {'I', 'I', 43, 0}, {'M', 'M', 0, 43}};
    for (size_t i = 0; i < 4 && n >= 4; i++)
        if (memcmp(head, magic[i], 4) == 0) return true;
    return false;
}

/* ---- writing ---- */

/* A file on a descriptor. The first transfer that fails is remembered: libtiff says nothing of it when it closes. */
typedef struct target {
    memory m; /* what libtiff said; first, for note_error */
    int fd, number;
    uint64_t at, n;
} target;

static tmsize_t out_read(thandle_t handle, void *buffer, tmsize_t n)
{
    target *o = handle;
    ssize_t k = n > 0 ? pread(o->fd, buffer, (size_t)n, (off_t)o->at) : 0;
    if (k < 0) return -1;
    o->at += (uint64_t)k;
    return k;
}

static tmsize_t out_write(thandle_t handle, void *buffer, tmsize_t n)
{
    target *o = handle;
    const unsigned char *p = buffer;
    tmsize_t left = n;
    while (left > 0 && !o->number) {
        ssize_t k = pwrite(o->fd, p, (size_t)left, (off_t)o->at);
        if (k < 0 && errno == EINTR) continue;
        if (k <= 0)
            o->number = k < 0 ? errno : ENOSPC;
        else
            p += k, left -= k, o->at += (uint64_t)k;
    }
    if (o->at > o->n) o->n = o->at;
    return o->number ? -1 : n;
}

static toff_t out_seek(thandle_t handle, toff_t offset, int whence)
{
    target *o = handle;
    o->at = offset + (whence == SEEK_CUR ? o->at : whence == SEEK_END ? o->n : 0);
    return o->at;
}

static toff_t out_size(thandle_t handle) { return ((const target *)handle)->n; }

static TIFF *open_target(target *o, const char *name, bool big)
{
    TIFFOpenOptions *options = TIFFOpenOptionsAlloc();
    if (!options) return NULL;
    TIFFOpenOptionsSetErrorHandlerExtR(options, note_error, o);
    TIFFOpenOptionsSetWarningHandlerExtR(options, drop_warning, NULL);
    TIFF *t = TIFFClientOpenExt(name, big ? "w8lm" : "wlm", o, out_read, out_write, out_seek, mem_close, out_size, NULL, NULL, options);
    TIFFOpenOptionsFree(options);
    return t;
}

enum { STRIP = 1 << 18 };

/* {"shape": [64, 64, 32], "voxel_size_m": [1e-06, 1e-06, 2e-06]}: numbers that come back as they were. */
static void put_numbers(const cupel_voxels *v, char *text, size_t room)
{
    int n = 0;
    for (int a = 0; a < v->dim; a++) n += snprintf(text + n, room - (size_t)n, "%s%zu", a ? ", " : "{\"shape\": [", v->n[a]);
    for (int a = 0; a < v->dim && v->has_size; a++) {
        n += snprintf(text + n, room - (size_t)n, "%s", a ? ", " : "], ");
        n += snprintf(text + n, room - (size_t)n, "%s%.17g", a ? "" : SIZE_KEY, v->size[a]);
    }
    snprintf(text + n, room - (size_t)n, "]}");
}

/* For viewers: pixels per centimetre. An image has rows and columns along axes 0 and 1, a page of a stack along 1 and 2. */
static bool put_resolution(TIFF *t, const cupel_voxels *v)
{
    const double rows = 1e-2 / v->size[v->dim - 2], columns = 1e-2 / v->size[v->dim - 1];
    if (!v->has_size || rows > UINT32_MAX || columns > UINT32_MAX) return true;
    return TIFFSetField(t, TIFFTAG_RESOLUTIONUNIT, RESUNIT_CENTIMETER) && TIFFSetField(t, TIFFTAG_XRESOLUTION, columns) &&
           TIFFSetField(t, TIFFTAG_YRESOLUTION, rows);
}

static bool describe_page(TIFF *t, const cupel_voxels *v, cupel_number type, uint32_t rows, uint32_t columns, uint32_t per, bool first)
{
    char words[256];
    put_numbers(v, words, sizeof words);
    return TIFFSetField(t, TIFFTAG_IMAGEWIDTH, columns) && TIFFSetField(t, TIFFTAG_IMAGELENGTH, rows) &&
           TIFFSetField(t, TIFFTAG_BITSPERSAMPLE, (int)(8 * type.size)) && TIFFSetField(t, TIFFTAG_SAMPLESPERPIXEL, 1) &&
           TIFFSetField(t, TIFFTAG_SAMPLEFORMAT, type.kind == 'i' ? SAMPLEFORMAT_INT : SAMPLEFORMAT_UINT) &&
           TIFFSetField(t, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK) && TIFFSetField(t, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG) &&
           TIFFSetField(t, TIFFTAG_COMPRESSION, COMPRESSION_ADOBE_DEFLATE) && TIFFSetField(t, TIFFTAG_ROWSPERSTRIP, per) &&
           put_resolution(t, v) && (!first || (v->dim == 2 && !v->has_size) || TIFFSetField(t, TIFFTAG_IMAGEDESCRIPTION, words));
}

/* Pages of strips of about STRIP bytes. */
static cupel_status write_pages(TIFF *t, target *o, const char *path, const cupel_voxels *v, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    const size_t pages = v->dim == 3 ? v->n[0] : 1, rows = v->dim == 3 ? v->n[1] : v->n[0], columns = v->dim == 3 ? v->n[2] : v->n[1];
    const cupel_number small = cupel_number_for(v), type = cupel_number_native(small.kind, small.size);
    const cupel_file_order order = cupel_order_c(v->dim, v->n);
    unsigned char *strip = NULL;
    if (rows > UINT32_MAX || columns > UINT32_MAX / 8 || columns * type.size > (1u << 30))
        CUPEL_TRY(cupel_fail(err, CUPEL_BAD_INPUT, "'%s': %zu x %zu pixels are too many for a page of TIFF", path, rows, columns));
    size_t per = STRIP / (columns * type.size);
    per = per < 1 ? 1 : per > rows ? rows : per;
    strip = cupel_alloc(per * columns, type.size);
    if (!strip) CUPEL_TRY(cupel_no_memory(err, path, per * columns * type.size));
    for (size_t z = 0; z < pages; z++) {
        bool ok = describe_page(t, v, type, (uint32_t)rows, (uint32_t)columns, (uint32_t)per, z == 0);
        for (size_t y = 0; ok && y < rows; y += per) {
            size_t n = rows - y < per ? rows - y : per;
            cupel_pack(v, &order, type, (z * rows + y) * columns, n * columns, strip);
            ok = TIFFWriteEncodedStrip(t, (uint32_t)(y / per), strip, (tmsize_t)(n * columns * type.size)) >= 0;
        }
        if (!ok || !TIFFWriteDirectory(t) || o->number)
            CUPEL_TRY(o->number ? cupel_fail_errno(err, o->number, "writing", path)
                                : cupel_fail(err, CUPEL_FAILED, "writing '%s': %s", path, o->m.said));
    }
done:
    cupel_free(strip);
    return st;
}

static cupel_status write_tiff(const char *path, const cupel_voxels *v, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_target file = {.fd = -1};
    target o = {.fd = -1};
    TIFF *t = NULL;
    CUPEL_TRY(cupel_target_open(path, &file, err));
    o.fd = file.fd;
    t = open_target(&o, path, cupel_mul(cupel_voxels_count(v), cupel_number_for(v).size) > 3u << 30);
    if (!t) CUPEL_TRY(o.number ? cupel_fail_errno(err, o.number, "writing", path) : cupel_no_memory(err, path, 0));
    CUPEL_TRY(write_pages(t, &o, path, v, err));
    TIFFClose(t), t = NULL;
    if (o.number) CUPEL_TRY(cupel_fail_errno(err, o.number, "writing", path));
    CUPEL_TRY(cupel_target_commit(&file, err));
done:
    if (t) TIFFClose(t);
    cupel_target_abandon(&file);
    return st;
}

static const cupel_reference references[] = {{"https://www.itu.int/itudoc/itu-t/com16/tiff-fx/docs/tiff6.pdf", "Adobe: TIFF, revision 6.0 (1992)"},
                                             {NULL, NULL}};

extern const cupel_volume_format cupel_volume_format_tiff;
const cupel_volume_format cupel_volume_format_tiff = {
    .method = {.name = "tiff",
               .kind = "volume format",
               .scale = "microstructure",
               .maturity = "stable",
               .help = "TIFF image or stack: one number per pixel of 1 to 64 bits, grey or palette, strips or tiles, lossless compressions",
               .input = "pages are axis 0, rows axis 1, columns axis 2 (as tifffile and ImageJ stacks); one page is a 2-D image, rows axis 0, "
                        "columns axis 1; the stored numbers are the labels; the voxel size only from a description by cupel, never from resolution "
                        "tags",
               .output = "the same, deflate, the smallest integer type that holds the labels; the voxel size in the description (JSON, metres) and "
                         "as resolution",
               .references = references},
    .suffixes = ".tif .tiff",
    .image = true,
    .is = is_tiff,
    .read = read_tiff,
    .write = write_tiff,
};
