/* A volume in a foreign HDF5 file: a child looks for it and hands over what it is and then its values, the parent takes nothing that it has not
 * checked and makes the phases. The two work at the same time. */
#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/io/deflate.h"
#include "core/io/input.h"
#include "core/sys/child.h"
#include "core/sys/file.h"
#include "datasets/formats/h5_volume.h"

#include <math.h>
#include <string.h>

enum { SLAB = 1 << 20, BLOCK = 1 << 17 /* values */ };

/* What the child may take: a chunk packed, unpacked for the check, unpacked by HDF5 and as rows, each as large as the file can make it, and what HDF5
 * keeps. Deflate makes a gigabyte of a megabyte at most, twice, in a few seconds: four times as much is given. */
#define ROOM (UINT64_C(256) << 20)
enum { COPIES = 4, SECONDS = 3, BYTES_PER_SECOND = 100000 };

/* What goes before the values. */
typedef struct told {
    uint64_t n[3];
    double size[3], origin[3];
    int32_t axis[3], dim, has_size, flat, kind, bytes;
} told;

/* ---- the child ---- */

typedef struct question {
    const cupel_whole *w;
    const char *path;
    cupel_h5_find_fn find;
    const cupel_volume_options *options;
} question;

static told tell(const cupel_h5_found *f)
{
    told t = {.dim = f->order.dim, .has_size = f->has_size, .flat = f->flat, .kind = f->array.kind, .bytes = (int32_t)f->array.size};
    for (int k = 0; k < f->order.dim; k++) t.n[k] = f->order.n[k], t.axis[k] = f->order.axis[k];
    memcpy(t.size, f->size, sizeof t.size);
    memcpy(t.origin, f->origin, sizeof t.origin);
    return t;
}

static cupel_status hand_over(const cupel_h5 *h, const char *name, const cupel_h5_found *f, cupel_child *out, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    const cupel_h5_array *a = &f->array;
    const size_t rows = a->shape[0], row = rows ? a->count / rows * a->size : 0, bytes = cupel_mul(a->step, row);
    const told t = tell(f);
    unsigned char *slab = NULL;
    CUPEL_TRY(cupel_child_write(out, &t, sizeof t, err));
    CUPEL_TRY(cupel_memory_check(bytes, name, err));
    slab = cupel_alloc(bytes, 1);
    if (!slab) CUPEL_TRY(cupel_no_memory(err, name, bytes));
    for (size_t first = 0; first < rows; first += a->step) {
        const size_t n = rows - first < a->step ? rows - first : a->step;
        CUPEL_TRY(cupel_h5_array_rows(h, f->path, a, first, n, slab, err));
        CUPEL_TRY(cupel_child_write(out, slab, n * row, err));
    }
done:
    cupel_free(slab);
    return st;
}

static cupel_status answer(void *user, cupel_child *out, cupel_err *err)
{
    const question *q = user;
    cupel_status st = CUPEL_OK;
    cupel_h5 *h = NULL;
    cupel_h5_found f = {.size = {1, 1, 1}};
    CUPEL_TRY(cupel_h5_open_foreign(q->w->p, q->w->n, q->path, &h, err));
    CUPEL_TRY(q->find(h, q->path, q->options, &f, err));
    CUPEL_TRY(hand_over(h, q->path, &f, out, err));
done:
    cupel_h5_close(&h, NULL);
    return st;
}

/* ---- the parent ---- */

/* A child that HDF5 has led astray may tell anything. */
static bool is_sound(const told *t)
{
    if (t->dim != 2 && t->dim != 3) return false;
    if (t->kind != 'u' && t->kind != 'i' && t->kind != 'f') return false;
    if (t->bytes != 8 && t->bytes != 4 && (t->kind == 'f' || (t->bytes != 2 && t->bytes != 1))) return false;
    unsigned seen = 0;
    for (int k = 0; k < t->dim; k++)
        if (t->axis[k] >= 0 && t->axis[k] < t->dim) seen |= 1u << t->axis[k];
    for (int k = 0; k < 3; k++)
        if (!(t->size[k] > 0) || !isfinite(t->size[k]) || !isfinite(t->origin[k])) return false;
    return seen == (1u << t->dim) - 1;
}

static cupel_status take_values(cupel_child *c, cupel_fill *f, unsigned size, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    unsigned char *block = cupel_alloc(BLOCK, 8);
    if (!block) return cupel_no_memory(err, "a block of values", BLOCK * 8);
    for (size_t left = cupel_fill_missing(f), n; left; left -= n) {
        n = left < BLOCK ? left : BLOCK;
        CUPEL_TRY(cupel_child_read(c, block, n * size, err));
        CUPEL_TRY(cupel_fill_add(f, block, n, err));
    }
done:
    cupel_free(block);
    return st;
}

static cupel_status take(cupel_child **c, const char *name, const char *threshold, cupel_voxels *v, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    told t;
    cupel_fill *f = NULL;
    CUPEL_TRY(cupel_child_read(*c, &t, sizeof t, err));
    if (!is_sound(&t)) CUPEL_TRY(cupel_fail(err, CUPEL_BAD_INPUT, "'%s' leads the HDF5 library astray: it is damaged or hostile", name));
    cupel_file_order order = {.dim = t.dim};
    for (int k = 0; k < t.dim; k++) order.n[k] = (size_t)t.n[k], order.axis[k] = t.axis[k];
    CUPEL_TRY(cupel_fill_open(&order, cupel_number_native((char)t.kind, (unsigned)t.bytes), UINT64_MAX, name, &f, err));
    cupel_fill_grey(f, threshold);
    CUPEL_TRY(take_values(*c, f, (unsigned)t.bytes, err));
    CUPEL_TRY(cupel_child_end(c, err));
    CUPEL_TRY(cupel_fill_finish(f, v, err));
    memcpy(v->size, t.size, sizeof v->size);
    memcpy(v->origin, t.origin, sizeof v->origin);
    v->has_size = t.has_size != 0;
    if (t.flat && v->n[2] == 1) v->dim = 2;
done:
    cupel_fill_free(f);
    return st;
}

cupel_status cupel_h5_read_contained(const char *path, cupel_h5_find_fn find, const cupel_volume_options *o, cupel_voxels *v, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_whole w = {0};
    cupel_child *c = NULL;
    question q = {&w, path, find, o};
    CUPEL_TRY(cupel_whole_open(path, &w, err));
    const size_t most = cupel_mul(w.n, COPIES * CUPEL_DEFLATE_MOST);
    const cupel_child_work work = {.fn = answer, .user = &q, .file = path, .library = "the HDF5 library",
                                   .memory = most < SIZE_MAX - ROOM ? most + ROOM : SIZE_MAX,
                                   .seconds = SECONDS + w.n / BYTES_PER_SECOND};
    CUPEL_TRY(cupel_child_start(&work, &c, err));
    CUPEL_TRY(take(&c, path, o->threshold, v, err));
done:
    cupel_child_abandon(&c);
    cupel_whole_close(&w);
    return st;
}

/* ---- writing ---- */

cupel_status cupel_h5_put_volume(cupel_h5 *h, const char *path, const cupel_voxels *v, const cupel_file_order *order, cupel_number type,
                                 cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_h5_array a = {
        .kind = type.kind, .size = type.size, .rank = 3, .shape = {order->n[0], order->n[1], order->n[2]}, .count = cupel_voxels_count(v)};
    const size_t row = order->n[1] * order->n[2], fit = SLAB / (row * type.size);
    a.step = fit < 1 ? 1 : fit > a.shape[0] ? a.shape[0] : fit;
    unsigned char *slab = cupel_alloc(a.step * row, type.size);
    if (!slab) CUPEL_TRY(cupel_no_memory(err, path, a.step * row * type.size));
    CUPEL_TRY(cupel_h5_array_make(h, path, &a, err));
    for (size_t first = 0; first < a.shape[0]; first += a.step) {
        const size_t n = a.shape[0] - first < a.step ? a.shape[0] - first : a.step;
        cupel_pack(v, order, type, first * row, n * row, slab);
        CUPEL_TRY(cupel_h5_array_put(h, path, &a, first, n, slab, err));
    }
done:
    cupel_free(slab);
    return st;
}
