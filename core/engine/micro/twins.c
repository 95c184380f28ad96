#include "core/engine/micro/twins.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/math/fft.h"
#include "core/math/small.h"

#include <math.h>
#include <string.h>

enum { COARSE = 32 }; /* voxels an edge */
static const double ENOUGH = 0.9;      /* of the overlap: half a voxel of translation, which no grid has, costs up to a tenth */
static const double CLOSE = 1e-3;      /* of the squares of all parameters */
static const double FLOOR = 0.01;      /* of a tensor: what nobody tells apart, however narrow the bars */
static const double SAME_EDGE = 0.03;  /* of an edge of the box */

/* ---- tensors ---- */

static bool agree(const double *a, const double *b, const double *bar_a, const double *bar_b, size_t n)
{
    double apart[36];
    for (size_t i = 0; i < n; i++) apart[i] = a[i] - b[i];
    const double bars = cupel_small_norm(bar_a, n) + cupel_small_norm(bar_b, n), size = fmin(cupel_small_norm(a, n), cupel_small_norm(b, n));
    return !isnan(bars) && cupel_small_norm(apart, n) <= fmax(bars, FLOOR * size);
}

static bool agree_all(const cupel_micro_demand *d, const cupel_design *a, const cupel_design *b)
{
    return (!d->needs_conduction || agree(a->limit.k, b->limit.k, a->bar.k, b->bar.k, 9)) &&
           (!d->needs_elasticity || agree(a->limit.c, b->limit.c, a->bar.c, b->bar.c, 36)) &&
           (!d->needs_expansion || agree(a->limit.alpha, b->limit.alpha, a->bar.alpha, b->bar.alpha, 6));
}

/* ---- structures ---- */

static bool is_close(const cupel_recipe *a, const cupel_recipe *b)
{
    double apart = 0, size = 0;
    if (a->generator != b->generator || a->seed != b->seed) return false;
    for (size_t i = 0; i < CUPEL_RECIPE_VALUES_MAX; i++) {
        apart += pow(a->value[i] - b->value[i], 2);
        size += pow(a->value[i], 2);
    }
    return apart < CLOSE * size;
}

static bool same_box(const cupel_recipe *a, const cupel_recipe *b)
{
    double x[3], y[3];
    cupel_recipe_box(a, x), cupel_recipe_box(b, y);
    for (int k = 0; k < 3; k++)
        if (fabs(x[k] / x[0] - y[k] / y[0]) > SAME_EDGE * x[k] / x[0]) return false;
    return true;
}

/* Shares of one phase less their mean, in rows of `pitch`; returns the sum of their squares. */
static double shares(const cupel_mixture *m, size_t phase, size_t pitch, float *x)
{
    const size_t rows = m->n[0] * m->n[1], n = m->n[2];
    double mean = 0, square = 0;
    for (size_t r = 0; r < rows; r++) {
        float *row = x + r * pitch;
        for (size_t k = 0; k < n; k++) row[k] = (m->id8 ? m->id8[r * n + k] : m->id16[r * n + k]) == phase;
        for (size_t c = m->row ? m->row[r] : 0; m->row && c < m->row[r + 1]; c++) {
            const cupel_cut *cut = &m->cut[c];
            row[cut->k] = cut->b == phase ? cut->p : cut->a == phase ? 1 - cut->p : 0;
        }
        for (size_t k = 0; k < n; k++) mean += (double)row[k];
        memset(row + n, 0, (pitch - n) * sizeof *row);
    }
    mean /= (double)(rows * n);
    for (size_t r = 0; r < rows; r++)
        for (size_t k = 0; k < n; k++) {
            const double v = (double)x[r * pitch + k] - mean;
            x[r * pitch + k] = (float)v;
            square += v * v;
        }
    return square;
}

typedef struct pair {
    const cupel_mixture *m; /* [2] */
    cupel_fft *fft;
    float *x[2], *sum;      /* of the spectra a conj(b), over phases */
    double square[2];
} pair;

static cupel_status add_phase(pair *p, size_t phase, size_t threads, cupel_err *err)
{
    const size_t pitch = cupel_fft_pitch(p->fft), size = cupel_fft_size(p->fft);
    for (size_t i = 0; i < 2; i++) {
        p->square[i] += shares(&p->m[i], phase, pitch, p->x[i]);
        cupel_status st = cupel_fft_forward(p->fft, p->x[i], threads, err);
        if (st != CUPEL_OK) return st;
    }
    const float *a = p->x[0], *b = p->x[1];
    for (size_t i = 0; i + 1 < size; i += 2) {
        p->sum[i] += a[i] * b[i] + a[i + 1] * b[i + 1];
        p->sum[i + 1] += a[i + 1] * b[i] - a[i] * b[i + 1];
    }
    return CUPEL_OK;
}

/* The largest covariance, over all translations. */
static double largest(const pair *p)
{
    const size_t *n = p->m->n, pitch = cupel_fft_pitch(p->fft);
    double most = 0;
    for (size_t r = 0; r < n[0] * n[1]; r++)
        for (size_t k = 0; k < n[2]; k++) most = fmax(most, (double)p->sum[r * pitch + k]);
    return most / (double)(n[0] * n[1] * n[2]);
}

static cupel_status overlap_of(const cupel_mixture m[2], size_t threads, double *overlap, cupel_err *err)
{
    pair p = {.m = m};
    cupel_status st = CUPEL_OK;
    CUPEL_TRY(cupel_fft_new(m->n, &p.fft, err));
    const size_t size = cupel_fft_size(p.fft);
    for (int i = 0; i < 2; i++) p.x[i] = cupel_alloc_aligned(size, sizeof(float));
    p.sum = cupel_alloc_aligned(size, sizeof(float));
    if (!p.x[0] || !p.x[1] || !p.sum) CUPEL_TRY(cupel_no_memory(err, "two structures", 3 * size * sizeof(float)));
    memset(p.sum, 0, size * sizeof(float));
    for (size_t phase = 0; phase < m[0].n_phases; phase++) CUPEL_TRY(add_phase(&p, phase, threads, err));
    CUPEL_TRY(cupel_fft_backward(p.fft, p.sum, threads, err));
    const double scale = sqrt(p.square[0] * p.square[1]);
    *overlap = scale > 0 ? largest(&p) / scale : 0;
done:
    cupel_fft_free(p.fft);
    cupel_free(p.x[0]);
    cupel_free(p.x[1]);
    cupel_free(p.sum);
    return st;
}

cupel_status cupel_twins_overlap(const cupel_recipe *a, const cupel_recipe *b, size_t voxels, const cupel_job *job, double *overlap, cupel_err *err)
{
    cupel_mixture m[2] = {{0}, {0}};
    size_t n[2][3];
    cupel_status st = CUPEL_OK;
    *overlap = 0;
    cupel_recipe_grid(a, voxels, n[0]);
    cupel_recipe_grid(b, voxels, n[1]);
    if (memcmp(n[0], n[1], sizeof n[0]) != 0 || !same_box(a, b)) return CUPEL_OK;
    CUPEL_TRY(cupel_recipe_mixture(a, n[0], &m[0], job, err));
    CUPEL_TRY(cupel_recipe_mixture(b, n[1], &m[1], job, err));
    if (m[0].n_phases == m[1].n_phases) st = overlap_of(m, job->threads ? job->threads : 1, overlap, err);
done:
    cupel_mixture_release(&m[0]);
    cupel_mixture_release(&m[1]);
    return st;
}

cupel_status cupel_twins(const cupel_micro_demand *d, const cupel_design *a, const cupel_design *b, const cupel_job *job, bool *twins,
                         cupel_err *err)
{
    cupel_job calm = *job;
    double overlap;
    calm.stop = NULL; /* a moment: what was verified is kept */
    *twins = false;
    if (a->unverified || b->unverified || !agree_all(d, a, b)) return CUPEL_OK;
    *twins = is_close(&a->recipe, &b->recipe);
    if (*twins) return CUPEL_OK;
    cupel_status st = cupel_twins_overlap(&a->recipe, &b->recipe, a->grid < COARSE ? a->grid : (size_t)COARSE, &calm, &overlap, err);
    if (st == CUPEL_OK) *twins = overlap >= ENOUGH;
    return st;
}
