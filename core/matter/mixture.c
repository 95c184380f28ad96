#include "core/matter/mixture.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/sys/file.h"

#include <math.h>
#include <stdlib.h>

cupel_status cupel_mixture_init(cupel_mixture *m, int dim, const size_t *n, size_t n_phases, cupel_err *err)
{
    cupel_mixture w = {.dim = dim, .n = {n[0], n[1], dim == 3 ? n[2] : 1}, .n_phases = n_phases};
    const size_t count = cupel_mul(cupel_mul(w.n[0], w.n[1]), w.n[2]), width = n_phases > 256 ? 2 : 1;
    if (count == 0 || n_phases == 0) return cupel_fail(err, CUPEL_BAD_INPUT, "a mixture needs at least one voxel and one phase");
    cupel_status st = cupel_memory_check(cupel_mul(count, width), "phases of voxels", err);
    if (st != CUPEL_OK) return st;
    if (width == 2)
        w.id16 = cupel_alloc_aligned(count, width);
    else
        w.id8 = cupel_alloc_aligned(count, width);
    if (!w.id8 && !w.id16) return cupel_no_memory(err, "phases of voxels", count * width);
    *m = w;
    return CUPEL_OK;
}

cupel_status cupel_mixture_of_voxels(const cupel_voxels *v, cupel_mixture *m, cupel_err *err)
{
    cupel_status st = cupel_mixture_init(m, v->dim, v->n, v->n_phases, err);
    if (st != CUPEL_OK) return st;
    const size_t count = cupel_voxels_count(v);
    for (size_t i = 0; i < count; i++)
        if (m->id8)
            m->id8[i] = (uint8_t)v->id[i];
        else
            m->id16[i] = v->id[i];
    return CUPEL_OK;
}

void cupel_mixture_release(cupel_mixture *m)
{
    cupel_free(m->id8);
    cupel_free(m->id16);
    cupel_free(m->row);
    cupel_free(m->cut);
    *m = (cupel_mixture){0};
}

void cupel_mixture_fractions(const cupel_mixture *m, double *fraction)
{
    const size_t count = m->n[0] * m->n[1] * m->n[2];
    for (size_t p = 0; p < m->n_phases; p++) fraction[p] = 0;
    for (size_t i = 0; i < count; i++) fraction[m->id8 ? m->id8[i] : m->id16[i]] += 1; /* whole numbers: exact */
    for (size_t r = 0; m->row && r < m->n[0] * m->n[1]; r++)
        for (size_t c = m->row[r]; c < m->row[r + 1]; c++) {
            const cupel_cut *cut = &m->cut[c];
            const size_t at = r * m->n[2] + cut->k;
            fraction[m->id8 ? m->id8[at] : m->id16[at]] -= 1;
            fraction[cut->a] += 1 - (double)cut->p;
            fraction[cut->b] += (double)cut->p;
        }
    for (size_t p = 0; p < m->n_phases; p++) fraction[p] /= (double)count;
}

static double smaller(double a, double b) { return a < b ? a : b; }

static double larger(double a, double b) { return a > b ? a : b; }

/* The share of [0, 1]^3 with m . x < a, for m1 <= m2 <= m3 with sum s and 0 < a <= s / 2. */
static double below(double m1, double m2, double m3, double s, double a)
{
    if (a < m1) return a * a * a / (6 * m1 * m2 * m3);
    if (a < m2) return (3 * a * (a - m1) + m1 * m1) / (6 * m2 * m3);
    const double m12 = m1 + m2, small = m1 * m1 * (m1 - 3 * a) + m2 * m2 * (m2 - 3 * a);
    if (m1 > 0 && a < smaller(m12, m3)) return (a * a * (3 * m12 - a) + small) / (6 * m1 * m2 * m3);
    if (m1 > 0 && m3 < m12) return (a * a * (3 * s - 2 * a) + small + m3 * m3 * (m3 - 3 * a)) / (6 * m1 * m2 * m3);
    return (2 * a - m12) / (2 * m3);
}

double cupel_plane_cut(const double normal[3], double d)
{
    const double x = fabs(normal[0]), y = fabs(normal[1]), z = fabs(normal[2]), low = smaller(x, y), high = larger(x, y);
    double m1 = smaller(low, z), s = x + y + z;
    if (m1 < 1e-7 * s) { /* its part of the result is smaller still, and dividing by it is not exact */
        s -= m1;
        m1 = 0;
    }
    const double a = 0.5 * s - fabs(d);
    if (!(a > 0)) return d > 0 ? 1 : 0;
    const double share = below(m1, larger(low, smaller(high, z)), larger(high, z), s, a);
    return d > 0 ? 1 - share : share;
}

static const int ROUNDING = 3; /* of normals in units of 1 / 32767 */

bool cupel_mixture_layered(const cupel_mixture *m)
{
    for (size_t c = 1; c < m->n_cuts; c++) {
        const int16_t *a = m->cut[0].normal, *b = m->cut[c].normal;
        const int sign = a[0] * b[0] + a[1] * b[1] + a[2] * b[2] < 0 ? -1 : 1;
        for (int i = 0; i < 3; i++)
            if (abs(a[i] - sign * b[i]) > 2 * ROUNDING) return false;
    }
    return m->n_cuts > 0;
}

static size_t id_at(const cupel_mixture *m, size_t i) { return m->id8 ? m->id8[i] : m->id16[i]; }

/* Voxels look like the first of their plane normal to the axis. */
static bool stacked_along(const cupel_mixture *m, int axis)
{
    const size_t stride[3] = {m->n[1] * m->n[2], m->n[2], 1}, count = m->n[0] * stride[0];
    for (size_t i = 0; i < count; i++)
        if (id_at(m, i) != id_at(m, i / stride[axis] % m->n[axis] * stride[axis])) return false;
    return true;
}

int cupel_mixture_stacked(const cupel_mixture *m)
{
    for (int axis = 0; m->n_cuts == 0 && axis < m->dim; axis++)
        if (stacked_along(m, axis)) return axis;
    return -1;
}

void cupel_mixture_shares(const cupel_mixture *m, float *share)
{
    const size_t rows = m->n[0] * m->n[1], count = rows * m->n[2];
    for (size_t i = 0; i < count; i++) share[i] = m->id8[i];
    for (size_t i = 0; m->row && i < rows; i++)
        for (size_t c = m->row[i]; c < m->row[i + 1]; c++) share[i * m->n[2] + m->cut[c].k] = m->cut[c].p;
}

int cupel_mixture_along(const cupel_mixture *m)
{
    for (int axis = 0; m->dim == 3 && m->n_cuts && axis < 3; axis++) {
        size_t c = 0;
        while (c < m->n_cuts && abs(m->cut[c].normal[axis]) <= ROUNDING) c++;
        if (c == m->n_cuts) return axis;
    }
    return -1;
}
