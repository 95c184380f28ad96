#include "datasets/formats/voxel_values.h"

#include "core/base/err.h"
#include "core/base/mem.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- types ---- */

static const struct {
    const char *name;
    cupel_number type;
} named[] = {{"bool", {'b', 1, false}},    {"uint8", {'u', 1, false}},  {"int8", {'i', 1, false}},   {"uint16", {'u', 2, false}},
             {"int16", {'i', 2, false}},   {"uint32", {'u', 4, false}}, {"int32", {'i', 4, false}},  {"uint64", {'u', 8, false}},
             {"int64", {'i', 8, false}},   {"float32", {'f', 4, false}}, {"float64", {'f', 8, false}}};

bool cupel_number_named(cupel_text name, cupel_number *t)
{
    for (size_t i = 0; i < sizeof named / sizeof *named; i++)
        if (cupel_text_is(name, named[i].name)) {
            *t = named[i].type;
            return true;
        }
    return false;
}

const char *cupel_number_word(cupel_number t)
{
    for (size_t i = 0; i < sizeof named / sizeof *named; i++)
        if (named[i].type.kind == t.kind && named[i].type.size == t.size) return named[i].name;
    return "";
}

cupel_number cupel_number_native(char kind, unsigned size)
{
    const uint16_t one = 1;
    unsigned char first;
    memcpy(&first, &one, 1);
    return (cupel_number){kind, size, first == 0};
}

cupel_number cupel_number_for(const cupel_voxels *v)
{
    static const int64_t most[] = {UINT8_MAX, UINT16_MAX, UINT32_MAX}, least[] = {INT8_MIN, INT16_MIN, INT32_MIN},
                         top[] = {INT8_MAX, INT16_MAX, INT32_MAX};
    const int64_t low = v->label[0], high = v->label[v->n_phases - 1];
    for (unsigned i = 0; i < 3; i++) {
        if (low >= 0 && high <= most[i]) return (cupel_number){'u', 1u << i, false};
        if (low < 0 && low >= least[i] && high <= top[i]) return (cupel_number){'i', 1u << i, false};
    }
    return (cupel_number){'i', 8, false};
}

static uint64_t bits_of(const unsigned char *p, cupel_number t)
{
    uint64_t x = 0;
    for (unsigned b = 0; b < t.size; b++) x |= (uint64_t)p[t.big ? t.size - 1 - b : b] << 8 * b;
    return x;
}

static double real_of(uint64_t bits, unsigned size)
{
    double x;
    float f;
    uint32_t low = (uint32_t)bits;
    if (size == 8) {
        memcpy(&x, &bits, sizeof x);
        return x;
    }
    memcpy(&f, &low, sizeof f);
    return (double)f;
}

/* A value as a label: whole and within int64; of floats up to 2^53, where every whole number has its own double. */
static bool label_of(const unsigned char *p, cupel_number t, int64_t *label)
{
    uint64_t bits = bits_of(p, t);
    if (t.kind == 'f') {
        double x = real_of(bits, t.size);
        if (!(fabs(x) <= 0x1p53) || x != floor(x)) return false;
        *label = (int64_t)x;
        return true;
    }
    if (t.kind == 'i') {
        uint64_t sign = (uint64_t)1 << (8 * t.size - 1);
        bits = (bits ^ sign) - sign;
        memcpy(label, &bits, sizeof bits);
        return true;
    }
    *label = (int64_t)bits;
    return t.kind == 'b' ? bits <= 1 : bits <= INT64_MAX;
}

/* ---- orders ---- */

cupel_file_order cupel_order_c(int dim, const size_t *n)
{
    cupel_file_order o = {.dim = dim, .n = {1, 1, 1}, .axis = {0, 1, 2}};
    for (int k = 0; k < dim; k++) o.n[k] = n[k];
    return o;
}

cupel_file_order cupel_order_fortran(int dim, const size_t *n)
{
    cupel_file_order o = {.dim = dim, .n = {1, 1, 1}, .axis = {0, 1, 2}};
    for (int k = 0; k < dim; k++) o.axis[k] = dim - 1 - k, o.n[k] = n[dim - 1 - k];
    return o;
}

static void strides_of(const cupel_file_order *o, const size_t n[3], size_t stride[3])
{
    const size_t of_axis[3] = {n[1] * n[2], n[2], 1};
    for (int k = 0; k < 3; k++) stride[k] = k < o->dim ? of_axis[o->axis[k]] : 0;
}

/* Index along each axis of the file, and the flat place in the volume. */
typedef struct walk {
    size_t i[3], at;
} walk;

static walk walk_to(const cupel_file_order *o, const size_t stride[3], size_t place)
{
    walk w = {{0, 0, 0}, 0};
    for (int k = o->dim - 1; k >= 0; k--) {
        w.i[k] = place % o->n[k];
        place /= o->n[k];
        w.at += w.i[k] * stride[k];
    }
    return w;
}

static void walk_on(walk *w, const cupel_file_order *o, const size_t stride[3], size_t run)
{
    int k = o->dim - 1;
    w->i[k] += run;
    w->at += run * stride[k];
    for (; k > 0 && w->i[k] == o->n[k]; k--) {
        w->at += stride[k - 1] - o->n[k] * stride[k];
        w->i[k] = 0;
        w->i[k - 1]++;
    }
}

/* ---- in ---- */

enum { DIRECT = 1 << 16, HASHED = 1 << 17 };

struct cupel_fill {
    const char *name;
    cupel_file_order order;
    cupel_number type;
    size_t stride[3], place, count;
    cupel_voxels v;           /* ids in the order in which labels were met */
    int64_t *label;           /* [n] */
    size_t n, cap;
    uint16_t *direct;         /* [DIRECT] id + 1 of the labels 0 .. 65535; 0: not met yet */
    int64_t *key;             /* [HASHED] of the others, made when the first comes */
    uint16_t *hashed;
    bool cuts;                /* values need be no labels */
    double *grey;             /* [count] in order of the volume, from the first value on that is none; NULL */
    double threshold;         /* NaN: none is given */
    unsigned char cut[8];     /* the beginning of a value whose end has not come */
    size_t n_cut;
};

cupel_status cupel_fill_open(const cupel_file_order *order, cupel_number type, uint64_t bytes, const char *name, cupel_fill **out, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    size_t n[3] = {1, 1, 1}, count = 1;
    for (int k = 0; k < order->dim; k++) {
        n[order->axis[k]] = order->n[k];
        count = cupel_mul(count, order->n[k]);
    }
    if (cupel_mul(count, type.size) > bytes)
        return cupel_fail(err, CUPEL_BAD_INPUT, "'%s': its header asks for %zu x %zu x %zu values of %u bytes, the file holds at most %.0f bytes of "
                                                "values; it is cut off or damaged", name, n[0], n[1], n[2], type.size, (double)bytes);
    cupel_fill *f = cupel_alloc(1, sizeof *f);
    if (!f) return cupel_no_memory(err, name, sizeof *f);
    *f = (cupel_fill){.name = name, .order = *order, .type = type, .count = count};
    CUPEL_TRY(cupel_voxels_init(&f->v, order->dim, n, name, err));
    strides_of(order, f->v.n, f->stride);
    f->direct = cupel_alloc(DIRECT, sizeof *f->direct);
    if (!f->direct) CUPEL_TRY(cupel_no_memory(err, name, DIRECT * sizeof *f->direct));
    *out = f, f = NULL;
done:
    cupel_fill_free(f);
    return st;
}

void cupel_fill_free(cupel_fill *f)
{
    if (!f) return;
    cupel_voxels_release(&f->v);
    cupel_free(f->label);
    cupel_free(f->grey);
    cupel_free(f->direct);
    cupel_free(f->key);
    cupel_free(f->hashed);
    cupel_free(f);
}

void cupel_fill_grey(cupel_fill *f, const char *threshold)
{
    f->cuts = threshold && strcmp(threshold, "none") != 0;
    if (!f->cuts || !cupel_parse_double(cupel_text_of(threshold), &f->threshold)) f->threshold = NAN;
}

void cupel_fill_type(cupel_fill *f, cupel_number type) { f->type = type; }

size_t cupel_fill_missing(const cupel_fill *f) { return f->count - f->place; }

/* The slot of a label that the direct table has no place for: an open hash, at most half full. */
static uint16_t *hash_slot(cupel_fill *f, int64_t label)
{
    if (!f->key) f->key = cupel_alloc(HASHED, sizeof *f->key);
    if (!f->hashed) f->hashed = cupel_alloc(HASHED, sizeof *f->hashed);
    if (!f->key || !f->hashed) return NULL;
    size_t h = (size_t)(((uint64_t)label * 0x9E3779B97F4A7C15u) >> 47);
    while (f->hashed[h] && f->key[h] != label) h = (h + 1) % HASHED;
    f->key[h] = label;
    return &f->hashed[h];
}

static cupel_status id_of(cupel_fill *f, int64_t label, uint16_t *id, cupel_err *err)
{
    uint16_t *slot = label >= 0 && label < DIRECT ? &f->direct[label] : hash_slot(f, label);
    if (!slot) return cupel_no_memory(err, f->name, HASHED * sizeof *f->key);
    if (!*slot) {
        if (f->n == CUPEL_PHASES_MAX)
            return cupel_fail(err, CUPEL_BAD_INPUT, "'%s': more than %d different labels; is it a grey-scale image that is not segmented yet?",
                              f->name, CUPEL_PHASES_MAX);
        if (!cupel_grow(&f->label, &f->cap, f->n + 1, sizeof *f->label)) return cupel_no_memory(err, f->name, (f->n + 1) * sizeof *f->label);
        f->label[f->n++] = label;
        *slot = (uint16_t)f->n;
    }
    *id = (uint16_t)(*slot - 1);
    return CUPEL_OK;
}

/* The place of value number `place` of the file in axes of cupel: "[3][0][1]". */
static const char *place_text(const cupel_fill *f, size_t place, char text[96])
{
    walk w = walk_to(&f->order, f->stride, place);
    size_t i[3] = {0, 0, 0};
    for (int k = 0; k < f->order.dim; k++) i[f->order.axis[k]] = w.i[k];
    if (f->order.dim == 3)
        snprintf(text, 96, "[%zu][%zu][%zu]", i[0], i[1], i[2]);
    else
        snprintf(text, 96, "[%zu][%zu]", i[0], i[1]);
    return text;
}

static cupel_status no_label(const cupel_fill *f, const unsigned char *p, size_t place, cupel_err *err)
{
    char where[96], number[32];
    if (f->type.kind != 'f')
        return cupel_fail(err, CUPEL_BAD_INPUT, "'%s': the value %llu at %s is no label (%s)", f->name, (unsigned long long)bits_of(p, f->type),
                          place_text(f, place, where), f->type.kind == 'b' ? "a boolean is 0 or 1" : "at most 2^63 - 1");
    const double x = real_of(bits_of(p, f->type), f->type.size);
    cupel_format_double(number, x);
    if (f->grey)
        return cupel_fail(err, CUPEL_BAD_INPUT, "'%s': the value %s at %s is no finite number, and lies on neither side of a threshold; write a "
                                                "number there", f->name, number, place_text(f, place, where));
    if (x > 0 && x < 1)
        return cupel_fail(err, CUPEL_BAD_INPUT,
                          "'%s': the value %s at %s is no label, labels are whole numbers; if these are shares of a phase per voxel (generate --as "
                          "fraction), give the recipe itself, which is solved with its cut voxels, or --as phases; grey values are cut "
                          "by --threshold VALUE or otsu", f->name, number, place_text(f, place, where));
    return cupel_fail(err, CUPEL_BAD_INPUT, "'%s': the value %s at %s is no label: labels are whole numbers; is it a grey-scale image or a field "
                                            "(generate --as level)? Grey values are cut by --threshold VALUE or otsu", f->name, number,
                      place_text(f, place, where));
}

static bool number_of(const unsigned char *p, cupel_number t, double *x)
{
    int64_t label = 0;
    if (t.kind == 'f') *x = real_of(bits_of(p, t), t.size);
    else if (!label_of(p, t, &label)) return false;
    else *x = (double)label;
    return isfinite(*x);
}

/* n values of a row of the file, `stride` apart in the volume. */
static cupel_status add_grey(cupel_fill *f, const unsigned char *p, size_t at, size_t n, size_t stride, cupel_err *err)
{
    for (size_t i = 0; i < n; i++, p += f->type.size)
        if (!number_of(p, f->type, &f->grey[at + i * stride])) return no_label(f, p, f->place + i, err);
    return CUPEL_OK;
}

static cupel_status add_labels(cupel_fill *f, const unsigned char *p, size_t at, size_t n, size_t stride, cupel_err *err)
{
    int64_t label, before = 0;
    uint16_t id = 0, *out = f->v.id + at;
    for (size_t i = 0; i < n; i++, p += f->type.size, out += stride) {
        if (!label_of(p, f->type, &label)) return no_label(f, p, f->place + i, err);
        if (!i || label != before) {
            cupel_status st = id_of(f, label, &id, err);
            if (st != CUPEL_OK) return st;
            before = label;
        }
        *out = id;
    }
    return CUPEL_OK;
}

/* From here on values are kept as they are, those that came as labels too. */
static cupel_status turn_grey(cupel_fill *f, cupel_err *err)
{
    const size_t bytes = cupel_mul(f->count, sizeof *f->grey);
    cupel_status st = cupel_memory_check(bytes, f->name, err);
    if (st != CUPEL_OK) return st;
    f->grey = cupel_alloc(f->count, sizeof *f->grey);
    if (!f->grey) return cupel_no_memory(err, f->name, bytes);
    for (size_t i = 0; i < f->count && f->n; i++) f->grey[i] = (double)f->label[f->v.id[i]]; /* what is still to come as well: overwritten */
    memset(f->direct, 0, DIRECT * sizeof *f->direct);
    if (f->hashed) memset(f->hashed, 0, HASHED * sizeof *f->hashed);
    f->n = 0;
    return CUPEL_OK;
}

/* A run of n values. One that is no label, or one label too many, makes grey values of all where those are let in. */
static cupel_status add_run(cupel_fill *f, const unsigned char *p, size_t at, size_t n, cupel_err *err)
{
    const size_t stride = f->stride[f->order.dim - 1];
    cupel_err why; /* runs may be of one value: it is filled by a failure alone */
    if (f->grey) return add_grey(f, p, at, n, stride, err);
    cupel_status st = add_labels(f, p, at, n, stride, &why);
    if (st == CUPEL_OK) return st;
    if (!f->cuts || st != CUPEL_BAD_INPUT) return cupel_fail(err, st, "%s", why.message);
    st = turn_grey(f, err);
    return st == CUPEL_OK ? add_grey(f, p, at, n, stride, err) : st;
}

cupel_status cupel_fill_add(cupel_fill *f, const void *values, size_t n, cupel_err *err)
{
    const unsigned char *p = values;
    if (n > f->count - f->place)
        return cupel_fail(err, CUPEL_BAD_INPUT, "'%s': more values than the %zu of its shape", f->name, f->count);
    const int last = f->order.dim - 1;
    walk w = walk_to(&f->order, f->stride, f->place);
    while (n) {
        size_t run = f->order.n[last] - w.i[last];
        if (run > n) run = n;
        cupel_status st = add_run(f, p, w.at, run, err);
        if (st != CUPEL_OK) return st;
        p += run * f->type.size;
        walk_on(&w, &f->order, f->stride, run);
        f->place += run;
        n -= run;
    }
    return CUPEL_OK;
}

cupel_status cupel_fill_bytes(cupel_fill *f, const void *bytes, size_t n, cupel_err *err)
{
    const unsigned char *p = bytes;
    cupel_status st = CUPEL_OK;
    while (n && f->n_cut) {
        f->cut[f->n_cut++] = *p++, n--;
        if (f->n_cut < f->type.size) continue;
        f->n_cut = 0;
        CUPEL_TRY(cupel_fill_add(f, f->cut, 1, err));
    }
    CUPEL_TRY(cupel_fill_add(f, p, n / f->type.size, err));
    p += n / f->type.size * f->type.size;
    for (n %= f->type.size; n; n--) f->cut[f->n_cut++] = *p++;
done:
    return st;
}

typedef struct ranked {
    int64_t label;
    size_t id;
} ranked;

static int by_label(const void *a, const void *b)
{
    const int64_t x = ((const ranked *)a)->label, y = ((const ranked *)b)->label;
    return (x > y) - (x < y);
}

/* Ids in ascending order of their labels. */
static cupel_status rank_labels(cupel_fill *f, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    uint16_t *rank = cupel_alloc(f->n, sizeof *rank);
    ranked *order = cupel_alloc(f->n, sizeof *order);
    bool same = true;
    if (!rank || !order) CUPEL_TRY(cupel_no_memory(err, f->name, f->n * sizeof *order));
    for (size_t i = 0; i < f->n; i++) order[i] = (ranked){f->label[i], i};
    qsort(order, f->n, sizeof *order, by_label);
    for (size_t i = 0; i < f->n; i++) {
        rank[order[i].id] = (uint16_t)i;
        same = same && order[i].id == i;
        f->label[i] = order[i].label;
    }
    for (size_t i = 0; !same && i < f->count; i++) f->v.id[i] = rank[f->v.id[i]];
done:
    cupel_free(rank);
    cupel_free(order);
    return st;
}

/* The grey scale of the values: levels of which one ends at the threshold. */
static cupel_grey_scale scale_of(const cupel_fill *f)
{
    enum { LEVELS = 4096 };
    cupel_grey_scale s = {.low = f->grey[0], .high = f->grey[0]};
    for (size_t i = 0; i < f->count; i++) s.low = fmin(s.low, f->grey[i]), s.high = fmax(s.high, f->grey[i]);
    s.base = isnan(f->threshold) ? s.low : f->threshold;
    s.step = s.high / LEVELS - s.low / LEVELS;
    if (!(s.step > 0)) s.step = 1;
    return s;
}

/* Grey values become labels, their levels. What is far beyond a threshold stays on its side. */
static cupel_status label_grey(cupel_fill *f, cupel_err *err)
{
    cupel_grey_scale s = scale_of(f);
    uint16_t id = 0;
    for (size_t i = 0; i < f->count; i++) {
        const double x = f->grey[i], level = ceil(x / s.step - s.base / s.step), label = fmax(-0x1p40, fmin(0x1p40, level));
        const double sided = x <= s.base ? fmin(label, 0) : fmax(label, 1); /* rounding does not carry a value over the threshold */
        cupel_status st = id_of(f, (int64_t)sided, &id, err);
        if (st != CUPEL_OK) return st;
        f->v.id[i] = id;
    }
    f->v.grey = s;
    return CUPEL_OK;
}

cupel_status cupel_fill_finish(cupel_fill *f, cupel_voxels *v, cupel_err *err)
{
    if (f->place < f->count)
        return cupel_fail(err, CUPEL_BAD_INPUT, "'%s': cut off: %zu of %zu values are there; fetch or write the file again", f->name, f->place,
                          f->count);
    cupel_status st = f->grey ? label_grey(f, err) : CUPEL_OK;
    if (st == CUPEL_OK) st = rank_labels(f, err);
    if (st != CUPEL_OK) return st;
    f->v.label = f->label, f->v.n_phases = f->n;
    f->label = NULL;
    *v = f->v;
    f->v = (cupel_voxels){0};
    return CUPEL_OK;
}

cupel_status cupel_fill_rest(cupel_fill *f, cupel_input *in, cupel_err *err)
{
    enum { PIECE = 1 << 16 };
    cupel_status st = CUPEL_OK;
    size_t got = 1;
    unsigned char *piece = cupel_alloc(PIECE, 1);
    if (!piece) return cupel_no_memory(err, cupel_input_name(in), PIECE);
    while (got) {
        CUPEL_TRY(cupel_input_read(in, piece, PIECE, &got, err));
        CUPEL_TRY(cupel_fill_bytes(f, piece, got, err));
    }
done:
    cupel_free(piece);
    return st;
}

/* ---- out ---- */

static void put_number(unsigned char *p, cupel_number t, int64_t label)
{
    uint64_t bits = (uint64_t)label;
    if (t.kind == 'f' && t.size == 8) {
        double x = (double)label;
        memcpy(&bits, &x, sizeof bits);
    } else if (t.kind == 'f') {
        float x = (float)label;
        uint32_t low;
        memcpy(&low, &x, sizeof low);
        bits = low;
    }
    for (unsigned b = 0; b < t.size; b++) p[t.big ? t.size - 1 - b : b] = (unsigned char)(bits >> 8 * b);
}

void cupel_pack(const cupel_voxels *v, const cupel_file_order *o, cupel_number type, size_t first, size_t n, void *out)
{
    unsigned char *p = out;
    size_t stride[3];
    const int last = o->dim - 1;
    strides_of(o, v->n, stride);
    walk w = walk_to(o, stride, first);
    while (n) {
        size_t run = o->n[last] - w.i[last];
        if (run > n) run = n;
        const uint16_t *in = v->id + w.at;
        for (size_t i = 0; i < run; i++, in += stride[last], p += type.size) put_number(p, type, v->label[*in]);
        walk_on(&w, o, stride, run);
        n -= run;
    }
}
