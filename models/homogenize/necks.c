#include "models/homogenize/necks.h"

#include "core/base/err.h"
#include "core/base/mem.h"

#include <math.h>
#include <string.h>

typedef struct flood {
    size_t n[3], stride[3], count;
    float *share;    /* [count] of the phase in every voxel */
    uint32_t *stack; /* [count] */
    unsigned char *seen;
} flood;

static void fill_shares(const cupel_mixture *m, size_t phase, float *share)
{
    const size_t count = m->n[0] * m->n[1] * m->n[2];
    for (size_t i = 0; i < count; i++) share[i] = (m->id8 ? m->id8[i] : m->id16[i]) == phase;
    for (size_t r = 0; m->n_cuts && r < m->n[0] * m->n[1]; r++)
        for (size_t c = m->row[r]; c < m->row[r + 1]; c++) {
            const cupel_cut *cut = &m->cut[c];
            share[r * m->n[2] + cut->k] = cut->b == phase ? cut->p : cut->a == phase ? 1 - cut->p : 0;
        }
}

/* From the voxels on the stack through faces, round the box but not through the face that is normal to `axis`; `flat`: within one plane alone.
 * Returns the area of what it reached; *across: it came to the last plane. */
static double spread(flood *f, size_t on_stack, int axis, bool flat, bool *across)
{
    double area = 0;
    while (on_stack) {
        const size_t v = f->stack[--on_stack], row = v / f->n[2];
        const size_t at[3] = {row / f->n[1], row % f->n[1], v % f->n[2]};
        area += (double)f->share[v];
        if (at[axis] + 1 == f->n[axis]) *across = true;
        for (int side = 0; side < 6; side++) {
            const int a = side / 2;
            const size_t last = f->n[a] - 1;
            const bool up = side % 2, wraps = up ? at[a] == last : at[a] == 0;
            if (a == axis && (flat || wraps)) continue;
            const size_t w = !wraps ? (up ? v + f->stride[a] : v - f->stride[a]) : up ? v - last * f->stride[a] : v + last * f->stride[a];
            if (f->seen[w] || !(f->share[w] > 0)) continue;
            f->seen[w] = 1;
            f->stack[on_stack++] = (uint32_t)w;
        }
    }
    return area;
}

/* The voxel of place j in plane i normal to the axis. */
static size_t voxel_of(const flood *f, int axis, size_t i, size_t j)
{
    const int a = axis == 0 ? 1 : 0, b = axis == 2 ? 1 : 2;
    return i * f->stride[axis] + j / f->n[b] * f->stride[a] + j % f->n[b] * f->stride[b];
}

static bool spans(flood *f, int axis)
{
    const size_t plane = f->count / f->n[axis];
    bool across = false;
    size_t on_stack = 0;
    memset(f->seen, 0, f->count);
    for (size_t j = 0; j < plane; j++) {
        const size_t v = voxel_of(f, axis, 0, j);
        if (!(f->share[v] > 0)) continue;
        f->seen[v] = 1;
        f->stack[on_stack++] = (uint32_t)v;
    }
    (void)spread(f, on_stack, axis, false, &across);
    return across;
}

static double section_of(flood *f, int axis)
{
    const size_t plane = f->count / f->n[axis];
    double least = HUGE_VAL;
    bool across;
    memset(f->seen, 0, f->count);
    for (size_t i = 0; i < f->n[axis]; i++) {
        double all = 0, square = 0;
        for (size_t j = 0; j < plane; j++) {
            const size_t v = voxel_of(f, axis, i, j);
            if (f->seen[v] || !(f->share[v] > 0)) continue;
            f->seen[v] = 1;
            f->stack[0] = (uint32_t)v;
            const double area = spread(f, 1, axis, true, &across);
            all += area;
            square += area * area;
        }
        if (!(all > 0)) return HUGE_VAL;
        least = fmin(least, square / all);
    }
    return least;
}

cupel_status cupel_neck_sections(const cupel_mixture *m, size_t phase, double most, double section[3], cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    flood f = {.n = {m->n[0], m->n[1], m->n[2]}, .stride = {m->n[1] * m->n[2], m->n[2], 1}, .count = m->n[0] * m->n[1] * m->n[2]};
    if (f.count > UINT32_MAX) return cupel_fail(err, CUPEL_NO_RESOURCE, "the necks of %zu voxels: at most 2^32", f.count);
    f.share = cupel_alloc(f.count, sizeof *f.share);
    f.stack = cupel_alloc(f.count, sizeof *f.stack);
    f.seen = cupel_alloc(f.count, 1);
    if (!f.share || !f.stack || !f.seen) CUPEL_TRY(cupel_no_memory(err, "the necks of a phase", 9 * f.count));
    fill_shares(m, phase, f.share);
    for (int a = 0; a < 3; a++) {
        section[a] = section_of(&f, a);
        if (section[a] >= most || !spans(&f, a)) section[a] = HUGE_VAL;
    }
done:
    cupel_free(f.share);
    cupel_free(f.stack);
    cupel_free(f.seen);
    return st;
}
