/* Raw values without a header: what they are is said on the command line. */
#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/io/input.h"
#include "datasets/formats/volume.h"
#include "datasets/formats/voxel_values.h"

#include <string.h>

static const char expected[] = "expected shape=64x64x64,type=uint8[,order=C|F][,offset=0][,endian=little|big]";

typedef struct layout {
    int dim;
    size_t n[3];
    cupel_number type;
    bool fortran, big;
    uint64_t offset;
} layout;

static bool parse_shape(cupel_text t, layout *l)
{
    while (l->dim < 3) {
        size_t k = 0;
        uint64_t x;
        while (k < t.n && t.p[k] != 'x') k++;
        if (!cupel_parse_u64((cupel_text){t.p, k}, &x) || !x) return false;
        l->n[l->dim++] = (size_t)x;
        if (k == t.n) return l->dim >= 2;
        t.p += k + 1, t.n -= k + 1;
    }
    return false;
}

static bool parse_word(cupel_text value, const char *no, const char *yes, bool *x)
{
    *x = cupel_text_is(value, yes);
    return *x || cupel_text_is(value, no);
}

static bool parse_pair(cupel_text key, cupel_text value, layout *l)
{
    if (cupel_text_is(key, "shape")) return !l->dim && parse_shape(value, l);
    if (cupel_text_is(key, "type")) return cupel_number_named(value, &l->type);
    if (cupel_text_is(key, "order")) return parse_word(value, "C", "F", &l->fortran);
    if (cupel_text_is(key, "endian")) return parse_word(value, "little", "big", &l->big);
    if (cupel_text_is(key, "offset")) return cupel_parse_u64(value, &l->offset);
    return false;
}

static cupel_status parse(const char *text, layout *l, cupel_err *err)
{
    *l = (layout){0};
    for (const char *p = text; *p;) {
        const size_t n = strcspn(p, ",");
        const char *equals = memchr(p, '=', n);
        const size_t k = equals ? (size_t)(equals - p) : n;
        if (!equals || !parse_pair((cupel_text){p, k}, (cupel_text){equals + 1, n - k - 1}, l))
            return cupel_fail(err, CUPEL_USAGE, "raw: '%.*s' is not understood; %s (types: bool, int8 to int64, uint8 to uint64, float32, float64)",
                              cupel_shown(n, 80), p, expected);
        p += n + (p[n] == ',');
    }
    if (!l->dim || !l->type.size) return cupel_fail(err, CUPEL_USAGE, "raw '%.80s': shape and type are needed; %s", text, expected);
    l->type.big = l->big;
    return CUPEL_OK;
}

static cupel_status skip(cupel_input *in, uint64_t n, cupel_err *err)
{
    unsigned char piece[4096];
    for (size_t got; n; n -= got) {
        cupel_status st = cupel_input_read(in, piece, n < sizeof piece ? (size_t)n : sizeof piece, &got, err);
        if (st != CUPEL_OK) return st;
        if (!got) return cupel_fail(err, CUPEL_BAD_INPUT, "'%s': it ends before the offset of the values", cupel_input_name(in));
    }
    return CUPEL_OK;
}

static cupel_status read_raw(const char *path, const cupel_volume_options *o, cupel_voxels *v, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_input *in = NULL;
    cupel_fill *f = NULL;
    layout l;
    if (!o->raw) return cupel_fail(err, CUPEL_USAGE, "'%s': raw values say nothing of themselves; %s", path, expected);
    CUPEL_TRY(parse(o->raw, &l, err));
    CUPEL_TRY(cupel_input_open(path, &in, err));
    const cupel_file_order order = l.fortran ? cupel_order_fortran(l.dim, l.n) : cupel_order_c(l.dim, l.n);
    const uint64_t most = cupel_input_most(in);
    CUPEL_TRY(cupel_fill_open(&order, l.type, most > l.offset ? most - l.offset : 0, cupel_input_name(in), &f, err));
    cupel_fill_grey(f, o->threshold);
    CUPEL_TRY(skip(in, l.offset, err));
    CUPEL_TRY(cupel_fill_rest(f, in, err));
    CUPEL_TRY(cupel_fill_finish(f, v, err));
done:
    cupel_fill_free(f);
    cupel_input_free(in);
    return st;
}

extern const cupel_volume_format cupel_volume_format_raw;
const cupel_volume_format cupel_volume_format_raw = {
    .method = {.name = "raw",
               .kind = "volume format",
               .scale = "microstructure",
               .maturity = "stable",
               .help = "values without a header; shape, type, order, offset and byte order are said on the command line",
               .input = "shape=n0xn1xn2 in axes 0, 1, 2 (x, y, z); order=C: the last axis runs fastest, order=F: the first; no voxel size",
               .output = "not written"},
    .suffixes = ".raw",
    .read = read_raw,
};
