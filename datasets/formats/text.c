/* A text array as numpy.savetxt, MATLAB and spreadsheets write it: a line is a row; numbers parted by spaces, tabs or commas; '#' begins a comment.
 */
#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/io/input.h"
#include "datasets/formats/volume.h"
#include "datasets/formats/voxel_values.h"

#include <string.h>

static const char apart[] = " \t\r,";

/* Numbers of one line; 0 for an empty one. Comments are cut off. */
static size_t count_words(const char *line, size_t n)
{
    size_t words = 0;
    bool inside = false;
    for (size_t i = 0; i < n && line[i] != '#'; i++) {
        bool gap = memchr(apart, line[i], sizeof apart - 1) != NULL;
        words += !gap && !inside;
        inside = !gap;
    }
    return words;
}

static size_t line_length(const char *p, const char *end)
{
    const char *stop = memchr(p, '\n', (size_t)(end - p));
    return (size_t)((stop ? stop : end) - p);
}

/* Rows and columns of the array. */
static cupel_status measure(const char *name, const char *text, size_t n, size_t shape[2], cupel_err *err)
{
    const char *end = text + n;
    size_t number = 0;
    shape[0] = shape[1] = 0;
    for (const char *p = text; p < end;) {
        size_t k = line_length(p, end), words = count_words(p, k);
        number++;
        if (words && shape[0]++ && words != shape[1])
            return cupel_fail(err, CUPEL_BAD_INPUT, "'%s':%zu: %zu numbers, the lines before have %zu", name, number, words, shape[1]);
        if (words) shape[1] = words;
        p += k < (size_t)(end - p) ? k + 1 : k;
    }
    return shape[0] ? CUPEL_OK : cupel_fail(err, CUPEL_BAD_INPUT, "'%s': no numbers in it", name);
}

static cupel_status add_line(const char *name, size_t number, const char *p, size_t n, cupel_fill *f, cupel_err *err)
{
    const char *comment = memchr(p, '#', n), *end = comment ? comment : p + n;
    while (p < end) {
        size_t k = 0;
        double x;
        while (p + k < end && !memchr(apart, p[k], sizeof apart - 1)) k++;
        if (k && !cupel_parse_double((cupel_text){p, k}, &x))
            return cupel_fail(err, CUPEL_BAD_INPUT, "'%s':%zu: '%.*s' is no number", name, number, cupel_shown(k, 40), p);
        cupel_status st = k ? cupel_fill_add(f, &x, 1, err) : CUPEL_OK;
        if (st != CUPEL_OK) return st;
        p += k + 1;
    }
    return CUPEL_OK;
}

static cupel_status read_text(const char *path, const cupel_volume_options *o, cupel_voxels *v, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_whole w = {0};
    cupel_fill *f = NULL;
    size_t shape[2], number = 0;
    CUPEL_TRY(cupel_whole_open(path, &w, err));
    const char *text = (const char *)w.p, *end = text + w.n;
    CUPEL_TRY(measure(path, text, w.n, shape, err));
    const cupel_file_order order = cupel_order_c(2, shape);
    CUPEL_TRY(cupel_fill_open(&order, cupel_number_native('f', 8), UINT64_MAX, path, &f, err));
    cupel_fill_grey(f, o->threshold);
    for (const char *p = text; p < end;) {
        size_t k = line_length(p, end);
        CUPEL_TRY(add_line(path, ++number, p, k, f, err));
        p += k < (size_t)(end - p) ? k + 1 : k;
    }
    CUPEL_TRY(cupel_fill_finish(f, v, err));
done:
    cupel_fill_free(f);
    cupel_whole_close(&w);
    return st;
}

extern const cupel_volume_format cupel_volume_format_text;
const cupel_volume_format cupel_volume_format_text = {
    .method = {.name = "text", .kind = "volume format", .scale = "microstructure", .maturity = "stable",
               .help = "2-D array as text: a line is a row, numbers parted by spaces, tabs or commas, '#' begins a comment",
               .input = "lines are axis 0, the numbers of a line axis 1; whole numbers; no voxel size", .output = "not written"},
    .suffixes = ".txt", .read = read_text,
};
