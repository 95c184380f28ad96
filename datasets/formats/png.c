/* PNG images (ISO/IEC 15948): grey of 1 to 16 bits, or palette, whose indices are the labels. */
#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/io/input.h"
#include "datasets/formats/image.h"
#include "datasets/formats/volume.h"

#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <png.h>

enum { DEFLATE_MOST = 1032 };

/* libpng leaves by longjmp. All that lives longer is in here. */
typedef struct decoder {
    jmp_buf leave;
    const char *name;
    cupel_input *in;
    cupel_status st; /* of our own calls inside libpng */
    cupel_err *err;
    char said[128];
    png_structp png;
    png_infop info;
    png_byte *pixels;
    png_byte **row;
} decoder;

static void note_error(png_structp png, png_const_charp text)
{
    decoder *d = png_get_error_ptr(png);
    snprintf(d->said, sizeof d->said, "%s", text);
    longjmp(d->leave, 1);
}

static void drop_warning(png_structp png, png_const_charp text) { (void)png, (void)text; }

static void take_bytes(png_structp png, png_bytep p, size_t n)
{
    decoder *d = png_get_io_ptr(png);
    for (size_t got; n; p += got, n -= got) {
        d->st = cupel_input_read(d->in, p, n, &got, d->err);
        if (d->st != CUPEL_OK || !got) png_error(png, "the data is cut off");
    }
}

static png_voidp take_memory(png_structp png, png_alloc_size_t n)
{
    (void)png;
    return cupel_alloc(n, 1);
}

static void give_memory(png_structp png, png_voidp p)
{
    (void)png;
    cupel_free(p);
}

static cupel_status refuse(const decoder *d, const char *what) { return cupel_fail(d->err, CUPEL_BAD_INPUT, "'%s': %s", d->name, what); }

/* What the header says, held against the bytes of the file. */
static cupel_status begin_page(decoder *d, const char *pile_name, cupel_pile *pile, size_t *row_bytes)
{
    const png_uint_32 columns = png_get_image_width(d->png, d->info), rows = png_get_image_height(d->png, d->info);
    const png_byte kind = png_get_color_type(d->png, d->info), bits = png_get_bit_depth(d->png, d->info);
    const uint64_t most = cupel_input_most(d->in), bytes = most > UINT64_MAX / DEFLATE_MOST ? UINT64_MAX : most * DEFLATE_MOST;
    if (kind != PNG_COLOR_TYPE_GRAY && kind != PNG_COLOR_TYPE_PALETTE)
        return refuse(d, "a colour image or one with transparency (several numbers per pixel); labels are one number per pixel: save it as grey or "
                         "with a palette");
    if (((uint64_t)columns * bits + 7) / 8 > bytes / rows)
        return refuse(d, "it asks for more pixels than the file can hold; it is cut off or damaged");
    png_set_packing(d->png);
    png_set_interlace_handling(d->png);
    png_read_update_info(d->png, d->info);
    *row_bytes = png_get_rowbytes(d->png, d->info);
    const uint64_t values = bits < 8 ? (bytes > UINT64_MAX / 8 ? UINT64_MAX : bytes * 8) : bytes;
    return cupel_pile_page(pile, rows, columns, (cupel_number){'u', bits == 16 ? 2 : 1, true}, values, d->name, pile_name, d->err);
}

/* Rows are decoded together: an interlaced image has none before its end. */
static cupel_status decode(decoder *d, const char *pile_name, cupel_pile *pile)
{
    size_t row_bytes = 0;
    png_set_read_fn(d->png, d, take_bytes);
    png_read_info(d->png, d->info);
    cupel_status st = begin_page(d, pile_name, pile, &row_bytes);
    if (st != CUPEL_OK) return st;
    st = cupel_memory_check(cupel_mul(pile->rows, row_bytes), d->name, d->err);
    if (st != CUPEL_OK) return st;
    d->pixels = cupel_alloc(pile->rows, row_bytes);
    d->row = cupel_alloc(pile->rows, sizeof *d->row);
    if (!d->pixels || !d->row) return cupel_no_memory(d->err, d->name, cupel_mul(pile->rows, row_bytes));
    for (size_t y = 0; y < pile->rows; y++) d->row[y] = d->pixels + y * row_bytes;
    png_read_image(d->png, d->row);
    png_read_end(d->png, NULL);
    return cupel_fill_add(pile->fill, d->pixels, pile->rows * pile->columns, d->err);
}

static cupel_status run(decoder *d, const char *pile_name, cupel_pile *pile)
{
    d->png = png_create_read_struct_2(PNG_LIBPNG_VER_STRING, d, note_error, drop_warning, NULL, take_memory, give_memory);
    if (!d->png) return cupel_no_memory(d->err, d->name, 0);
    d->info = png_create_info_struct(d->png);
    if (!d->info) return cupel_no_memory(d->err, d->name, 0);
    if (setjmp(d->leave) == 0) return decode(d, pile_name, pile);
    if (d->st != CUPEL_OK) return d->st;
    if (strstr(d->said, "memory")) return cupel_no_memory(d->err, d->name, 0);
    return cupel_fail(d->err, CUPEL_BAD_INPUT, "'%s': no PNG that can be read: %s; fetch or save the file again", d->name, d->said);
}

cupel_status cupel_png_pile(const char *path, const char *pile_name, cupel_pile *pile, cupel_err *err)
{
    decoder d = {.name = path, .err = err};
    cupel_status st = cupel_input_open(path, &d.in, err);
    if (st == CUPEL_OK) st = run(&d, pile_name, pile);
    if (d.png) png_destroy_read_struct(&d.png, &d.info, NULL);
    cupel_free(d.pixels);
    cupel_free(d.row);
    cupel_input_free(d.in);
    return st;
}

static cupel_status read_png(const char *path, const cupel_volume_options *o, cupel_voxels *v, cupel_err *err)
{
    cupel_pile pile = {.n_pages = 1, .threshold = o->threshold};
    cupel_status st = cupel_png_pile(path, path, &pile, err);
    if (st == CUPEL_OK) st = cupel_fill_finish(pile.fill, v, err);
    cupel_fill_free(pile.fill);
    return st;
}

static bool is_png(const unsigned char *head, size_t n) { return n >= 8 && memcmp(head, "\x89PNG\r\n\x1a\n", 8) == 0; }

static const cupel_reference references[] = {{"https://www.w3.org/TR/png-3/", "W3C: Portable Network Graphics (PNG) specification, third edition "
                                                                              "(2025)"},
                                             {NULL, NULL}};

extern const cupel_volume_format cupel_volume_format_png;
const cupel_volume_format cupel_volume_format_png = {
    .method = {.name = "png",
               .kind = "volume format",
               .scale = "microstructure",
               .maturity = "stable",
               .help = "one PNG image: grey of 1 to 16 bits, or palette, as a 2-D image",
               .input = "rows are axis 0, columns axis 1; the stored numbers (palette: the indices) are the labels; no voxel size",
               .output = "not written",
               .references = references},
    .suffixes = ".png",
    .image = true,
    .is = is_png,
    .read = read_png,
};
