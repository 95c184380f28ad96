/* The process once its lengths are known: predictions and draws. */
#include "models/search/gaussian_parts.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/base/rng.h"
#include "core/math/la.h"
#include "core/sys/par.h"

#include <string.h>

enum { BLOCK = CUPEL_GAUSS_BLOCK }; /* rows predicted at once */

void cupel_gauss_free(cupel_gauss *g)
{
    if (!g) return;
    cupel_free(g->x);
    cupel_free(g->inverse);
    cupel_free(g->alpha);
    cupel_free(g->weight);
    cupel_free(g->length);
    cupel_free(g);
}

static cupel_status make_room(const cupel_gauss_rows *r, cupel_gauss *g, cupel_err *err)
{
    g->n = r->n, g->d = r->d, g->n_blocks = r->n_blocks;
    g->x = cupel_alloc(cupel_mul(r->n, r->d), sizeof *g->x);
    g->inverse = cupel_alloc_aligned(cupel_mul(r->n, r->n), sizeof *g->inverse);
    g->alpha = cupel_alloc(r->n, sizeof *g->alpha);
    g->weight = cupel_alloc(r->d, sizeof *g->weight);
    g->length = cupel_alloc(r->n_blocks, sizeof *g->length);
    const bool there = g->x && g->inverse && g->alpha && g->weight && g->length;
    return there ? CUPEL_OK : cupel_no_memory(err, "a Gaussian process", cupel_mul(cupel_mul(r->n, r->n), sizeof *g->inverse));
}

static void fill(cupel_gauss *g)
{
    const size_t n = g->n;
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < i; j++) g->inverse[i * n + j] = cupel_gauss_kernel(g->x + i * g->d, g->x + j * g->d, g->d) + CUPEL_GAUSS_CONSTANT;
        g->inverse[i * n + i] = 1 + CUPEL_GAUSS_CONSTANT + g->noise + CUPEL_GAUSS_JITTER;
    }
}

/* alpha, the variance at its posterior mean, and the inverse of the factor. */
static cupel_status solve(cupel_gauss *g, const double *y, cupel_err *err)
{
    const size_t n = g->n;
    const cupel_matrix c = {g->inverse, n, n, n};
    double q = 0;
    cupel_status st = cupel_la_cholesky(c, err);
    if (st != CUPEL_OK) return st;
    for (size_t i = 0; i < n; i++) g->alpha[i] = (y[i] - g->mean) / g->spread;
    st = cupel_la_cholesky_solve(cupel_read(c), (cupel_matrix){g->alpha, n, 1, 1}, err);
    if (st != CUPEL_OK) return st;
    for (size_t i = 0; i < n; i++) q += g->alpha[i] * (y[i] - g->mean) / g->spread;
    g->variance = (CUPEL_GAUSS_B + 0.5 * q) / (CUPEL_GAUSS_A + 0.5 * (double)n - 1);
    st = cupel_la_triangle_invert(c, err);
    for (size_t i = 0; i < n; i++) memset(g->inverse + i * n + i + 1, 0, (n - i - 1) * sizeof *g->inverse);
    return st;
}

cupel_status cupel_gauss_new(const cupel_gauss_rows *r, const double *theta, cupel_gauss **out, cupel_err *err)
{
    if (!r->n || !r->d) return cupel_fail(err, CUPEL_BAD_INPUT, "a Gaussian process of %zu rows and %zu columns", r->n, r->d);
    cupel_status st = CUPEL_OK;
    cupel_gauss *g = cupel_alloc(1, sizeof *g);
    if (!g) return cupel_no_memory(err, "a Gaussian process", sizeof *g);
    CUPEL_TRY(make_room(r, g, err));
    for (size_t b = 0; b < r->n_blocks; b++) g->length[b] = exp(theta[b]);
    g->noise = exp(theta[r->n_blocks]);
    for (size_t k = 0; k < r->d; k++) g->weight[k] = 1 / g->length[r->block[k]];
    for (size_t i = 0; i < r->n * r->d; i++) g->x[i] = r->x[i] * g->weight[i % r->d];
    cupel_gauss_standard(r->y, r->n, &g->mean, &g->spread);
    fill(g);
    CUPEL_TRY(solve(g, r->y, err));
    *out = g, g = NULL;
done:
    cupel_gauss_free(g);
    return st;
}

/* (C^-1 y)_i / (C^-1)_ii, with C^-1 = L^-T L^-1. */
void cupel_gauss_left_out(const cupel_gauss *g, double *error)
{
    memset(error, 0, g->n * sizeof *error);
    for (size_t k = 0; k < g->n; k++)
        for (size_t i = 0; i <= k; i++) error[i] += g->inverse[k * g->n + i] * g->inverse[k * g->n + i];
    for (size_t i = 0; i < g->n; i++) error[i] = g->spread * g->alpha[i] / error[i];
}

double cupel_gauss_left_out_square(const cupel_gauss *g)
{
    double sum = 0;
    for (size_t i = 0; i < g->n; i++) {
        double left = 0; /* (C^-1)_ii */
        for (size_t k = i; k < g->n; k++) left += g->inverse[k * g->n + i] * g->inverse[k * g->n + i];
        sum += g->alpha[i] * g->alpha[i] / (left * g->variance);
    }
    return sum / (double)g->n;
}

double cupel_gauss_noise(const cupel_gauss *g) { return g->spread * sqrt(g->variance * g->noise); }

double cupel_gauss_length(const cupel_gauss *g, size_t block) { return g->length[block]; }

double cupel_gauss_correlation(const cupel_gauss *g, const double *a, const double *b)
{
    double r2 = 0;
    for (size_t k = 0; k < g->d; k++) r2 += (a[k] - b[k]) * (a[k] - b[k]) * g->weight[k] * g->weight[k];
    return cupel_matern52(sqrt(5 * r2));
}

void cupel_gauss_cross(const cupel_gauss *g, const double *x, size_t m, double *scaled, double *k, size_t ld)
{
    for (size_t i = 0; i < m; i++) {
        double *a = scaled + i * g->d;
        for (size_t c = 0; c < g->d; c++) a[c] = x[i * g->d + c] * g->weight[c];
        for (size_t j = 0; j < g->n; j++) k[i * ld + j] = cupel_gauss_kernel(a, g->x + j * g->d, g->d) + CUPEL_GAUSS_CONSTANT;
    }
}

typedef struct asking {
    const cupel_gauss *g;
    const double *x;
    size_t m;
    double *mean, *deviation;
    double *room; /* [workers][BLOCK][2 n + d] */
} asking;

static cupel_status predict_block(void *user, size_t item, size_t worker, cupel_err *err)
{
    const asking *a = user;
    const cupel_gauss *g = a->g;
    const size_t from = item * BLOCK, m = a->m - from < BLOCK ? a->m - from : BLOCK, n = g->n;
    double *k = a->room + worker * BLOCK * (2 * n + g->d), *v = k + BLOCK * n, *scaled = v + BLOCK * n;
    cupel_gauss_cross(g, a->x + from * g->d, m, scaled, k, n);
    for (size_t i = 0; i < m; i++) a->mean[from + i] = g->mean + g->spread * cupel_gauss_dot(k + i * n, g->alpha, n);
    if (!a->deviation) return CUPEL_OK;
    cupel_status st = cupel_la_multiply(CUPEL_ABT, (cupel_matrix_in){k, m, n, n}, (cupel_matrix_in){g->inverse, n, n, n}, (cupel_matrix){v, m, n, n},
                                        err);
    for (size_t i = 0; i < m && st == CUPEL_OK; i++) {
        const double left = 1 + CUPEL_GAUSS_CONSTANT - cupel_gauss_dot(v + i * n, v + i * n, n);
        a->deviation[from + i] = g->spread * sqrt(g->variance * fmax(left, 1e-12));
    }
    return st;
}

cupel_status cupel_gauss_predict(const cupel_gauss *g, const double *x, size_t m, size_t threads, double *mean, double *deviation, cupel_err *err)
{
    const size_t items = (m + BLOCK - 1) / BLOCK, workers = threads < items ? threads : items, each = BLOCK * (2 * g->n + g->d);
    if (!m) return CUPEL_OK;
    asking a = {.g = g, .x = x, .m = m, .mean = mean, .deviation = deviation, .room = cupel_alloc(cupel_mul(workers, each), sizeof *a.room)};
    if (!a.room) return cupel_no_memory(err, "predictions", cupel_mul(workers, each * sizeof *a.room));
    cupel_status st = cupel_par_for(threads, items, predict_block, &a, err);
    cupel_free(a.room);
    return st;
}

cupel_status cupel_gauss_draw(const cupel_gauss *g, const double *x, size_t m, uint64_t seed, uint64_t stream, double *value, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    const size_t n = g->n, all = m * (2 * n + g->d + m);
    double *k = cupel_alloc(all, sizeof *k);
    if (!k) return cupel_no_memory(err, "a draw of a Gaussian process", cupel_mul(all, sizeof *k));
    double *v = k + m * n, *scaled = v + m * n, *s = scaled + m * g->d;
    cupel_gauss_cross(g, x, m, scaled, k, n);
    CUPEL_TRY(cupel_la_multiply(CUPEL_ABT, (cupel_matrix_in){k, m, n, n}, (cupel_matrix_in){g->inverse, n, n, n}, (cupel_matrix){v, m, n, n}, err));
    CUPEL_TRY(cupel_la_multiply(CUPEL_ABT, (cupel_matrix_in){v, m, n, n}, (cupel_matrix_in){v, m, n, n}, (cupel_matrix){s, m, m, m}, err));
    for (size_t i = 0; i < m; i++) {
        for (size_t j = 0; j < i; j++)
            s[i * m + j] = cupel_gauss_kernel(scaled + i * g->d, scaled + j * g->d, g->d) + CUPEL_GAUSS_CONSTANT - s[i * m + j];
        s[i * m + i] = 1 + CUPEL_GAUSS_CONSTANT - s[i * m + i] + 1e-6;
    }
    CUPEL_TRY(cupel_la_cholesky((cupel_matrix){s, m, m, m}, err));
    const double scale = g->spread * sqrt(g->variance);
    for (size_t j = 0; j < m; j++) scaled[j] = cupel_rng_normal(seed, stream, j); /* the inputs are not needed any more; d >= 1 */
    for (size_t i = 0; i < m; i++)
        value[i] = g->mean + g->spread * cupel_gauss_dot(k + i * n, g->alpha, n) + scale * cupel_gauss_dot(s + i * m, scaled, i + 1);
done:
    cupel_free(k);
    return st;
}
