/* VTK ImageData (.vti), as DAMASK keeps its grids: https://docs.vtk.org/en/latest/vtk_file_formats/vtkxml_file_format.html */
#include "datasets/formats/vti.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/io/deflate.h"
#include "core/io/input.h"
#include "core/sys/file.h"
#include "datasets/formats/volume.h"

#include <stdio.h>
#include <string.h>

enum { PIECE = 1 << 16, BLOCK = 1 << 18, LIST = 400 };

/* ---- the values of one array ---- */

/* Bytes as they are, or as base64. */
typedef struct stream {
    bool text;
    cupel_base64 base64;
    const unsigned char *p, *end;
} stream;

static bool take(stream *s, void *out, size_t n)
{
    size_t got;
    if (s->text) return cupel_base64_read(&s->base64, out, n, &got) && got == n;
    if ((size_t)(s->end - s->p) < n) return false;
    memcpy(out, s->p, n);
    s->p += n;
    return true;
}

/* Bytes that can still come, at most. */
static uint64_t left(const stream *s)
{
    return s->text ? (uint64_t)(s->base64.end - s->base64.p) / 4 * 3 + 3 : (uint64_t)(s->end - s->p);
}

static bool take_header(stream *s, const cupel_vti *x, uint64_t *value)
{
    unsigned char b[8];
    if (!take(s, b, x->header)) return false;
    *value = 0;
    for (unsigned i = 0; i < x->header; i++) *value |= (uint64_t)b[x->big ? x->header - 1 - i : i] << 8 * i;
    return true;
}

typedef struct job {
    const char *name;
    const cupel_vti *x;
    const cupel_vti_array *a;
    cupel_fill *fill;
    const char *threshold;
    stream in;
    cupel_err *err;
} job;

static cupel_status cut_off(const job *j)
{
    return cupel_fail(j->err, CUPEL_BAD_INPUT, "'%s': array '%s': its data is cut off or damaged; fetch or write the file again", j->name,
                      j->a->name);
}

static cupel_status read_plain(job *j)
{
    cupel_status st = CUPEL_OK;
    uint64_t bytes;
    unsigned char *piece = cupel_alloc(PIECE, 1);
    if (!piece) CUPEL_TRY(cupel_no_memory(j->err, j->name, PIECE));
    if (!take_header(&j->in, j->x, &bytes)) CUPEL_TRY(cut_off(j));
    if (bytes != (uint64_t)cupel_fill_missing(j->fill) * j->a->type.size)
        CUPEL_TRY(cupel_fail(j->err, CUPEL_BAD_INPUT, "'%s': array '%s': %llu bytes, the grid has %zu values of %u bytes", j->name, j->a->name,
                             (unsigned long long)bytes, cupel_fill_missing(j->fill), j->a->type.size));
    while (bytes) {
        size_t n = bytes < PIECE ? (size_t)bytes : PIECE;
        if (!take(&j->in, piece, n)) CUPEL_TRY(cut_off(j));
        CUPEL_TRY(cupel_fill_bytes(j->fill, piece, n, j->err));
        bytes -= n;
    }
done:
    cupel_free(piece);
    return st;
}

/* One compressed block of n bytes that makes `size`. */
static cupel_status read_block(job *j, uint64_t n, uint64_t size)
{
    cupel_status st = CUPEL_OK;
    unsigned char *packed = NULL, *plain = NULL;
    size_t got = 0;
    bool memory = false;
    if (n > left(&j->in) || size / CUPEL_DEFLATE_MOST > n || size > (uint64_t)cupel_fill_missing(j->fill) * j->a->type.size) CUPEL_TRY(cut_off(j));
    CUPEL_TRY(cupel_memory_check(n + size, j->name, j->err));
    packed = cupel_alloc((size_t)n, 1);
    plain = cupel_alloc((size_t)size, 1);
    if (!packed || !plain) CUPEL_TRY(cupel_no_memory(j->err, j->name, (size_t)(n + size)));
    if (!take(&j->in, packed, (size_t)n)) CUPEL_TRY(cut_off(j));
    if (!cupel_inflate_block(packed, (size_t)n, plain, (size_t)size, &got, &memory) || got != size)
        CUPEL_TRY(memory ? cupel_no_memory(j->err, j->name, 0) : cut_off(j));
    CUPEL_TRY(cupel_fill_bytes(j->fill, plain, got, j->err));
done:
    cupel_free(packed);
    cupel_free(plain);
    return st;
}

/* Header: number of blocks, bytes of a block, bytes of a last short one (0: none is short), packed bytes of each. */
static cupel_status read_packed(job *j)
{
    cupel_status st = CUPEL_OK;
    uint64_t blocks, size, last, *packed = NULL;
    if (!take_header(&j->in, j->x, &blocks) || (blocks && (!take_header(&j->in, j->x, &size) || !take_header(&j->in, j->x, &last))))
        CUPEL_TRY(cut_off(j));
    if (blocks > left(&j->in) / j->x->header) CUPEL_TRY(cut_off(j));
    packed = cupel_alloc((size_t)blocks, sizeof *packed);
    if (!packed) CUPEL_TRY(cupel_no_memory(j->err, j->name, (size_t)blocks * sizeof *packed));
    for (uint64_t b = 0; b < blocks; b++)
        if (!take_header(&j->in, j->x, &packed[b])) CUPEL_TRY(cut_off(j));
    for (uint64_t b = 0; b < blocks; b++) CUPEL_TRY(read_block(j, packed[b], b + 1 == blocks && last ? last : size));
done:
    cupel_free(packed);
    return st;
}

static cupel_status read_ascii(job *j)
{
    static const char apart[] = " \t\r\n";
    const char *p = (const char *)j->in.p, *end = (const char *)j->in.end;
    const bool real = j->a->type.kind == 'f';
    while (p < end) {
        size_t k = 0;
        while (p + k < end && !memchr(apart, p[k], sizeof apart - 1)) k++;
        const cupel_text word = {p, k};
        int64_t whole;
        double number;
        if (k && !(real ? cupel_parse_double(word, &number) : cupel_parse_i64(word, &whole)))
            return cupel_fail(j->err, CUPEL_BAD_INPUT, "'%s': array '%s': '%.*s' is no %s", j->name, j->a->name, cupel_shown(k, 40), p,
                              real ? "number" : "whole number");
        cupel_status st = k ? cupel_fill_add(j->fill, real ? (const void *)&number : (const void *)&whole, 1, j->err) : CUPEL_OK;
        if (st != CUPEL_OK) return st;
        p += k + 1;
    }
    return CUPEL_OK;
}

/* ---- the grid ---- */

static cupel_status choose(const char *name, const cupel_vti *x, const char *wanted, const cupel_vti_array **chosen, cupel_err *err)
{
    const cupel_vti_array *best = NULL;
    size_t n = 0;
    char list[LIST] = "";
    for (int cells = 1; cells >= 0 && !best; cells--)
        for (size_t i = 0; i < x->n_arrays; i++) {
            const cupel_vti_array *a = &x->array[i];
            if (a->cells != (cells != 0) || (wanted ? strcmp(a->name, wanted) != 0 : !a->usable)) continue;
            if (wanted && !a->usable)
                return cupel_fail(err, CUPEL_BAD_INPUT, "'%s': array '%s': expected one integer or float per %s", name, wanted,
                                  cells ? "cell" : "point");
            const bool first = !best || strcmp(a->name, "material") == 0;
            if (first || (a->scalars && strcmp(best->name, "material") != 0)) best = a;
            n++;
        }
    for (size_t i = 0, used = 0; i < x->n_arrays && used < sizeof list; i++)
        used += (size_t)snprintf(list + used, sizeof list - used, "%s%s", used ? ", " : "", x->array[i].name);
    if (!best)
        return cupel_fail(err, CUPEL_BAD_INPUT, "'%s': %s; arrays in it: %s", name,
                          wanted ? "no such data set" : "no array of one number per cell or point", list[0] ? list : "none");
    if (n > 1 && strcmp(best->name, "material") != 0 && !best->scalars)
        return cupel_fail(err, CUPEL_BAD_INPUT, "'%s': several arrays; name the one with the labels (--dataset): %s", name, list);
    *chosen = best;
    return CUPEL_OK;
}

/* Voxels along x, y, z. Points are voxel centres, cells are voxels. An image of cells without extent along z is 2-D, and so is a layer of points. */
static void grid_of(const cupel_vti *x, bool cells, int *dim, size_t n[3], double origin[3])
{
    for (int k = 0; k < 3; k++) {
        const size_t steps = (size_t)(x->extent[2 * k + 1] - x->extent[2 * k]);
        n[k] = cells ? (steps ? steps : 1) : steps + 1;
        origin[k] = x->origin[k] + ((double)x->extent[2 * k] - (cells ? 0 : 0.5)) * x->spacing[k];
    }
    *dim = x->extent[4] == x->extent[5] ? 2 : 3;
}

static cupel_status open_stream(job *j, const unsigned char *bytes, size_t n)
{
    const cupel_vti_array *a = j->a;
    const size_t begin = a->form == CUPEL_VTI_APPENDED ? j->x->appended_begin : a->begin, end = a->form == CUPEL_VTI_APPENDED ? n : a->end;
    const uint64_t offset = a->form == CUPEL_VTI_APPENDED ? a->offset : 0;
    if (a->form == CUPEL_VTI_APPENDED && !j->x->appended) return cut_off(j);
    if (begin > end || offset > end - begin) return cut_off(j);
    j->in = (stream){.p = bytes + begin + (size_t)offset,
                     .end = bytes + end,
                     .text = a->form == CUPEL_VTI_BINARY || (a->form == CUPEL_VTI_APPENDED && j->x->appended_base64)};
    j->in.base64 = (cupel_base64){.p = (const char *)j->in.p, .end = (const char *)j->in.end};
    return CUPEL_OK;
}

static cupel_status read_array(job *j, const cupel_file_order *order, cupel_err *err)
{
    const bool ascii = j->a->form == CUPEL_VTI_ASCII;
    const cupel_number type = ascii ? cupel_number_native(j->a->type.kind == 'f' ? 'f' : 'i', 8) : j->a->type;
    uint64_t most = ascii ? ((uint64_t)(j->in.end - j->in.p) + 1) / 2 * 8 : left(&j->in);
    if (!ascii && j->x->zlib) most = most > UINT64_MAX / CUPEL_DEFLATE_MOST ? UINT64_MAX : most * CUPEL_DEFLATE_MOST;
    cupel_status st = cupel_fill_open(order, type, most, j->name, &j->fill, err);
    if (st == CUPEL_OK) cupel_fill_grey(j->fill, j->threshold);
    if (st != CUPEL_OK) return st;
    return ascii ? read_ascii(j) : j->x->zlib ? read_packed(j) : read_plain(j);
}

static cupel_status read_vti(const char *path, const cupel_volume_options *o, cupel_voxels *v, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_whole w = {0};
    cupel_vti x = {0};
    job j = {.name = path, .x = &x, .threshold = o->threshold, .err = err};
    int dim;
    size_t n[3];
    double origin[3];
    CUPEL_TRY(cupel_whole_open(path, &w, err));
    CUPEL_TRY(cupel_vti_parse(path, w.p, w.n, &x, err));
    CUPEL_TRY(choose(path, &x, o->dataset, &j.a, err));
    grid_of(&x, j.a->cells, &dim, n, origin);
    CUPEL_TRY(open_stream(&j, w.p, w.n));
    const cupel_file_order order = cupel_order_fortran(dim, n);
    CUPEL_TRY(read_array(&j, &order, err));
    CUPEL_TRY(cupel_fill_finish(j.fill, v, err));
    memcpy(v->origin, origin, sizeof origin);
    memcpy(v->size, x.spacing, sizeof x.spacing);
    v->has_size = x.spacing[0] != 1 || x.spacing[1] != 1 || x.spacing[2] != 1; /* what VTK writes when nobody set it */
done:
    cupel_fill_free(j.fill);
    cupel_vti_release(&x);
    cupel_whole_close(&w);
    return st;
}

/* ---- writing ---- */

typedef struct packed {
    unsigned char *p;
    size_t n, cap;
    uint32_t *size;  /* of each block */
    size_t blocks, cap_sizes;
} packed;

/* The whole array in blocks: their sizes stand before them. */
static cupel_status pack_array(const char *path, const cupel_voxels *v, cupel_number type, packed *k, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    const cupel_file_order order = cupel_order_fortran(v->dim, v->n);
    const size_t count = cupel_voxels_count(v), step = BLOCK / type.size;
    unsigned char *plain = cupel_alloc(BLOCK, 1);
    if (!plain) CUPEL_TRY(cupel_no_memory(err, path, BLOCK));
    for (size_t first = 0; first < count; first += step) {
        const size_t n = count - first < step ? count - first : step, bound = cupel_deflate_bound(n * type.size);
        if (!cupel_grow(&k->p, &k->cap, k->n + bound, 1) || !cupel_grow(&k->size, &k->cap_sizes, k->blocks + 1, sizeof *k->size))
            CUPEL_TRY(cupel_no_memory(err, path, k->n + bound));
        cupel_pack(v, &order, type, first, n, plain);
        size_t used = bound;
        if (!cupel_deflate_block(plain, n * type.size, k->p + k->n, &used)) CUPEL_TRY(cupel_no_memory(err, path, 0));
        k->size[k->blocks++] = (uint32_t)used;
        k->n += used;
    }
done:
    cupel_free(plain);
    return st;
}

static void put_u32(unsigned char *p, size_t x)
{
    for (int b = 0; b < 4; b++) p[b] = (unsigned char)(x >> 8 * b);
}

static cupel_status write_base64(cupel_out *out, const char *path, const unsigned char *p, size_t n, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    const size_t step = PIECE / 4 * 3;
    char *text = cupel_alloc(PIECE, 1);
    if (!text) CUPEL_TRY(cupel_no_memory(err, path, PIECE));
    for (size_t at = 0; at < n; at += step) {
        size_t k = n - at < step ? n - at : step;
        k = cupel_base64_write(p + at, k, text);
        CUPEL_TRY(cupel_out_write(out, text, k, err));
    }
done:
    cupel_free(text);
    return st;
}

static cupel_status write_array(cupel_out *out, const char *path, const packed *k, size_t last, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    unsigned char *header = cupel_alloc(k->blocks + 3, 4);
    if (!header) CUPEL_TRY(cupel_no_memory(err, path, 4 * k->blocks + 12));
    put_u32(header, k->blocks), put_u32(header + 4, BLOCK), put_u32(header + 8, last);
    for (size_t b = 0; b < k->blocks; b++) put_u32(header + 12 + 4 * b, k->size[b]);
    CUPEL_TRY(write_base64(out, path, header, 4 * k->blocks + 12, err));
    CUPEL_TRY(write_base64(out, path, k->p, k->n, err));
done:
    cupel_free(header);
    return st;
}

static void put_three(cupel_str *s, const char *name, const double x[3])
{
    cupel_str_addf(s, " %s=\"", name);
    for (int k = 0; k < 3; k++) {
        if (k) cupel_str_putc(s, ' ');
        cupel_str_number(s, x[k]);
    }
    cupel_str_putc(s, '"');
}

static void put_begin(cupel_str *s, const cupel_voxels *v, cupel_number type)
{
    char extent[128];
    snprintf(extent, sizeof extent, "0 %zu 0 %zu 0 %zu", v->n[0], v->n[1], v->dim == 3 ? v->n[2] : 0);
    cupel_str_puts(s, "<?xml version=\"1.0\"?>\n<VTKFile type=\"ImageData\" version=\"0.1\" byte_order=\"LittleEndian\" header_type=\"UInt32\" "
                      "compressor=\"vtkZLibDataCompressor\">\n");
    cupel_str_addf(s, "  <ImageData WholeExtent=\"%s\"", extent);
    put_three(s, "Origin", v->origin);
    put_three(s, "Spacing", v->size);
    cupel_str_addf(s, ">\n  <Piece Extent=\"%s\">\n    <PointData>\n    </PointData>\n    <CellData>\n", extent);
    cupel_str_addf(s, "      <DataArray type=\"Int%u\" Name=\"material\" format=\"binary\" RangeMin=\"%lld\" RangeMax=\"%lld\">\n        ",
                   8 * type.size, (long long)v->label[0], (long long)v->label[v->n_phases - 1]);
}

static cupel_status write_vti(const char *path, const cupel_voxels *v, cupel_err *err)
{
    static const char finish[] = "\n      </DataArray>\n    </CellData>\n  </Piece>\n  </ImageData>\n</VTKFile>\n";
    cupel_status st = CUPEL_OK;
    cupel_out *out = NULL;
    cupel_str begin = {0};
    packed k = {0};
    /* DAMASK reads Int32 and Int64 */
    const cupel_number type = {'i', v->label[0] >= INT32_MIN && v->label[v->n_phases - 1] <= INT32_MAX ? 4 : 8, false};
    const size_t last = cupel_voxels_count(v) % (BLOCK / type.size) * type.size;
    put_begin(&begin, v, type);
    if (begin.failed) CUPEL_TRY(cupel_no_memory(err, path, 0));
    CUPEL_TRY(pack_array(path, v, type, &k, err));
    if (k.blocks > UINT32_MAX) CUPEL_TRY(cupel_fail(err, CUPEL_BAD_INPUT, "'%s': too many voxels for one array", path));
    CUPEL_TRY(cupel_out_open(path, &out, err));
    CUPEL_TRY(cupel_out_write(out, begin.p, begin.n, err));
    CUPEL_TRY(write_array(out, path, &k, last, err));
    CUPEL_TRY(cupel_out_write(out, finish, sizeof finish - 1, err));
    CUPEL_TRY(cupel_out_commit(&out, err));
done:
    cupel_out_abandon(&out);
    cupel_free(k.p);
    cupel_free(k.size);
    cupel_str_free(&begin);
    return st;
}

static bool is_vti(const unsigned char *head, size_t n)
{
    char text[513];
    if (n >= sizeof text) n = sizeof text - 1;
    memcpy(text, head, n);
    text[n] = '\0';
    return strstr(text, "<VTKFile") && strstr(text, "\"ImageData\"");
}

static const cupel_reference references[] = {{"10.1016/j.commatsci.2018.04.030", "Roters et al.: DAMASK - The Duesseldorf Advanced Material "
                                                                                 "Simulation Kit for modeling multi-physics crystal plasticity, "
                                                                                 "thermal, and damage phenomena from the single crystal up to the "
                                                                                 "component scale. Computational Materials Science 158, 420 (2019)"},
                                             {"https://docs.vtk.org/en/latest/vtk_file_formats/vtkxml_file_format.html", "VTK: XML file formats"},
                                             {NULL, NULL}};

extern const cupel_volume_format cupel_volume_format_vti;
const cupel_volume_format cupel_volume_format_vti = {
    .method = {.name = "vti",
               .kind = "volume format",
               .scale = "microstructure",
               .maturity = "stable",
               .help = "VTK ImageData as DAMASK keeps it: ascii, base64 or appended, zlib, either byte order; the array 'material', or the only one",
               .input = "x, y, z are axes 0, 1, 2 (x runs fastest in the file); cells are voxels, points are voxel centres; Origin and Spacing in "
                        "metres, Spacing 1 1 1 says nothing; no extent along z: a 2-D image",
               .output = "the same: CellData 'material', Int32 or Int64, base64, zlib (DAMASK wants a volume: a 2-D image is to be one voxel thick "
                         "for it)",
               .references = references},
    .suffixes = ".vti",
    .is = is_vti,
    .read = read_vti,
    .write = write_vti,
};
