#include "datasets/formats/png_write.h"

#include "core/base/err.h"
#include "core/base/mem.h"

#include <png.h>
#include <setjmp.h>
#include <string.h>

enum { SIDE_MAX = 1 << 15 };

typedef struct sink {
    unsigned char *p;
    size_t n, cap;
    const char *why; /* static text */
} sink;

static void take(png_structp png, png_bytep data, png_size_t n)
{
    sink *s = png_get_io_ptr(png);
    if (!cupel_grow((void **)&s->p, &s->cap, s->n + n, 1)) {
        s->why = "out of memory";
        png_error(png, s->why);
    }
    memcpy(s->p + s->n, data, n);
    s->n += n;
}

static void flush(png_structp png) { (void)png; }

static void fail(png_structp png, png_const_charp text)
{
    (void)text;
    longjmp(png_jmpbuf(png), 1);
}

static void quiet(png_structp png, png_const_charp text)
{
    (void)png;
    (void)text;
}

/* Everything that libpng may jump out of; locals are not looked at behind the jump. */
static bool write_all(png_structp png, png_infop info, const unsigned char *rgba, size_t width, size_t height, sink *s)
{
    if (setjmp(png_jmpbuf(png))) return false;
    png_set_write_fn(png, s, take, flush);
    png_set_IHDR(png, info, (png_uint_32)width, (png_uint_32)height, 8, PNG_COLOR_TYPE_RGB_ALPHA, PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
                 PNG_FILTER_TYPE_DEFAULT);
    png_write_info(png, info);
    for (size_t i = 0; i < height; i++) png_write_row(png, rgba + i * width * 4);
    png_write_end(png, info);
    return true;
}

cupel_status cupel_png_write(const unsigned char *rgba, size_t width, size_t height, unsigned char **out, size_t *n, cupel_err *err)
{
    sink s = {0};
    if (!width || !height || width > SIDE_MAX || height > SIDE_MAX)
        return cupel_fail(err, CUPEL_BAD_INPUT, "a picture has 1 to %d pixels along a side", SIDE_MAX);
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, fail, quiet);
    png_infop info = png ? png_create_info_struct(png) : NULL;
    const bool done = info && write_all(png, info, rgba, width, height, &s);
    if (png) png_destroy_write_struct(&png, info ? &info : NULL);
    if (!done) {
        cupel_free(s.p);
        return !info || s.why ? cupel_no_memory(err, "a picture", width * height * 4)
                              : cupel_fail(err, CUPEL_FAILED, "libpng could not write a picture");
    }
    *out = s.p;
    *n = s.n;
    return CUPEL_OK;
}
