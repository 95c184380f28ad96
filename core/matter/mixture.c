#include "core/matter/mixture.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/sys/file.h"

#include <math.h>

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

static void sort3(double m[3])
{
    for (int i = 0; i < 2; i++)
        for (int j = 0; j < 2 - i; j++)
            if (m[j] > m[j + 1]) {
                const double t = m[j];
                m[j] = m[j + 1];
                m[j + 1] = t;
            }
}

/* The share of [0, 1]^3 with m . x < a, for m1 <= m2 <= m3 with sum 1 and a <= 1/2. */
static double below(const double m[3], double a)
{
    const double m1 = m[0], m2 = m[1], m3 = m[2], m12 = m1 + m2;
    if (a < m1) return a * a * a / (6 * m1 * m2 * m3);
    if (a < m2) return a * (a - m1) / (2 * m2 * m3) + m1 * m1 / (6 * m2 * m3);
    const double small = m1 * m1 * (m1 - 3 * a) + m2 * m2 * (m2 - 3 * a);
    if (m1 > 0 && a < (m12 < m3 ? m12 : m3)) return (a * a * (3 * m12 - a) + small) / (6 * m1 * m2 * m3);
    if (m1 > 0 && m3 < m12) return (a * a * (3 - 2 * a) + small + m3 * m3 * (m3 - 3 * a)) / (6 * m1 * m2 * m3);
    return (2 * a - m12) / (2 * m3);
}

double cupel_plane_cut(const double normal[3], double d)
{
    double m[3] = {fabs(normal[0]), fabs(normal[1]), fabs(normal[2])};
    double sum = m[0] + m[1] + m[2];
    if (!(sum > 0)) return d > 0 ? 1 : 0;
    sort3(m);
    for (int i = 0; i < 3; i++) m[i] /= sum;
    if (m[0] < 1e-7) { /* its share of the result is smaller still, and dividing by it is not exact */
        m[0] = 0;
        sum *= m[1] + m[2];
        const double rest = m[1] + m[2];
        m[1] /= rest;
        m[2] /= rest;
    }
    const double a = d / sum + 0.5;
    if (a <= 0) return 0;
    if (a >= 1) return 1;
    return a <= 0.5 ? below(m, a) : 1 - below(m, 1 - a);
}
