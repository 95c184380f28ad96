#include "core/matter/voxels.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/sys/file.h"

#include <stdlib.h>
#include <string.h>

size_t cupel_voxels_count(const cupel_voxels *v) { return v->n[0] * v->n[1] * v->n[2]; }

cupel_status cupel_voxels_init(cupel_voxels *v, int dim, const size_t *n, const char *what, cupel_err *err)
{
    cupel_voxels w = {.dim = dim, .n = {n[0], n[1], dim == 3 ? n[2] : 1}, .size = {1, 1, 1}, .periodic = true};
    size_t count = cupel_mul(cupel_mul(w.n[0], w.n[1]), w.n[2]), bytes = cupel_mul(count, sizeof *w.id);
    if (count == 0)
        return cupel_fail(err, CUPEL_BAD_INPUT, "%s: %zu x %zu x %zu voxels; every axis needs at least one", what, w.n[0], w.n[1], w.n[2]);
    cupel_status st = cupel_memory_check(bytes, what, err);
    if (st != CUPEL_OK) return st;
    w.id = cupel_alloc_aligned(count, sizeof *w.id);
    if (!w.id) return cupel_no_memory(err, what, bytes);
    *v = w;
    return CUPEL_OK;
}

void cupel_voxels_release(cupel_voxels *v)
{
    cupel_free(v->label);
    cupel_free(v->id);
    *v = (cupel_voxels){0};
}

static int by_value(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static size_t place_of(const int64_t *label, size_t n, int64_t x)
{
    size_t low = 0, high = n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (label[middle] < x)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The different labels in ascending order. Volumes have few: one that was seen last is looked at first. */
static cupel_status different(const int64_t *label_of, size_t count, const char *what, int64_t **labels, size_t *n, cupel_err *err)
{
    int64_t *label = NULL;
    size_t cap = 0, m = 0;
    for (size_t i = 0; i < count; i++) {
        if (i && label_of[i] == label_of[i - 1]) continue;
        size_t at = label ? place_of(label, m, label_of[i]) : 0;
        if (at < m && label[at] == label_of[i]) continue;
        if (m == CUPEL_PHASES_MAX) {
            cupel_free(label);
            return cupel_fail(err, CUPEL_BAD_INPUT, "%s: more than %d different labels; is it a grey-scale image that is not segmented yet?", what,
                              CUPEL_PHASES_MAX);
        }
        if (!cupel_grow(&label, &cap, m + 1, sizeof *label)) {
            cupel_free(label);
            return cupel_no_memory(err, "labels", (m + 1) * sizeof *label);
        }
        memmove(label + at + 1, label + at, (m - at) * sizeof *label);
        label[at] = label_of[i];
        m++;
    }
    *labels = label;
    *n = m;
    return CUPEL_OK;
}

cupel_status cupel_voxels_set_labels(cupel_voxels *v, const int64_t *label_of, const char *what, cupel_err *err)
{
    const size_t count = cupel_voxels_count(v);
    int64_t *label = NULL;
    size_t n = 0, last = 0;
    cupel_status st = different(label_of, count, what, &label, &n, err);
    if (st != CUPEL_OK) return st;
    for (size_t i = 0; i < count; i++) {
        if (label[last] != label_of[i]) last = place_of(label, n, label_of[i]);
        v->id[i] = (uint16_t)last;
    }
    cupel_free(v->label);
    v->label = label;
    v->n_phases = n;
    return CUPEL_OK;
}

cupel_status cupel_voxels_number(cupel_voxels *v, const char *what, cupel_err *err)
{
    const size_t count = cupel_voxels_count(v), all = (size_t)UINT16_MAX + 1;
    uint16_t *id_of = cupel_alloc(all, sizeof *id_of);
    unsigned char *seen = cupel_alloc(all, 1);
    int64_t *label = NULL;
    size_t n = 0;
    cupel_status st = CUPEL_OK;
    if (!id_of || !seen) CUPEL_TRY(cupel_no_memory(err, "labels", all));
    for (size_t i = 0; i < count; i++) seen[v->id[i]] = 1;
    for (size_t x = 0; x < all; x++) n += seen[x];
    if (n > CUPEL_PHASES_MAX) CUPEL_TRY(cupel_fail(err, CUPEL_BAD_INPUT, "%s: more than %d different labels", what, CUPEL_PHASES_MAX));
    label = cupel_alloc(n, sizeof *label);
    if (!label) CUPEL_TRY(cupel_no_memory(err, "labels", n * sizeof *label));
    n = 0;
    for (size_t x = 0; x < all; x++)
        if (seen[x]) {
            id_of[x] = (uint16_t)n;
            label[n++] = (int64_t)x;
        }
    for (size_t i = 0; i < count; i++) v->id[i] = id_of[v->id[i]];
    cupel_free(v->label);
    v->label = label;
    v->n_phases = n;
done:
    cupel_free(seen);
    cupel_free(id_of);
    return st;
}

int cupel_voxels_id_of(const cupel_voxels *v, int64_t label)
{
    const int64_t *at = bsearch(&label, v->label, v->n_phases, sizeof *v->label, by_value);
    return at ? (int)(at - v->label) : -1;
}

/* Blocks of BLOCK comparisons become vector instructions. */
static size_t count_of(const uint16_t *id, size_t n, uint16_t phase)
{
    enum { BLOCK = 64 };
    size_t sum = 0, i = 0;
    for (; i + BLOCK <= n; i += BLOCK) {
        uint16_t some = 0;
        for (size_t t = 0; t < BLOCK; t++) some = (uint16_t)(some + (id[i + t] == phase));
        sum += some;
    }
    for (; i < n; i++) sum += id[i] == phase;
    return sum;
}

void cupel_voxels_fractions(const cupel_voxels *v, double *fraction)
{
    enum { PIECE = 8192 }; /* stays in the first cache while its few phases are counted one by one */
    const size_t count = cupel_voxels_count(v), few = v->n_phases <= 8 ? v->n_phases : 0;
    for (size_t p = 0; p < v->n_phases; p++) fraction[p] = 0; /* whole numbers: exact */
    for (size_t i = 0; i < count && few; i += PIECE)
        for (size_t p = 0; p < few; p++) fraction[p] += (double)count_of(v->id + i, count - i < PIECE ? count - i : PIECE, (uint16_t)p);
    for (size_t i = 0; i < count && !few; i++) fraction[v->id[i]] += 1;
    for (size_t p = 0; p < v->n_phases; p++) fraction[p] /= (double)count;
}
