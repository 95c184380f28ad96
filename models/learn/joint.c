#include "models/learn/joint.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/math/la.h"
#include "core/math/stats.h"
#include "core/sys/file.h"
#include "models/learn/machine.h"

#include <math.h>
#include <string.h>

enum { TUNE_ROWS = 256, BLOCK = 32, MANY_COLUMNS = 12 };

/* Standard deviations of the trend's coefficients over the amplitude of the process; outputs have mean 0 and deviation 1. */
static const double CONSTANT = 10, SLOPE = 4, CURVATURE = 2;
static const double LENGTH_MIN = 0.2, LENGTH_MAX = 12, NOISE_MIN = 1e-8, NOISE_MAX = 1;

typedef enum trend { LINEAR, SQUARES, QUADRATIC } trend;
static const char *const trend_words[] = {"linear", "linear with squares", "quadratic"};

/* What is tuned. */
typedef struct setting {
    cupel_kernel kernel;
    double noise;
    double *length; /* [d] */
} setting;

struct cupel_joint {
    size_t n, d, p, m; /* m terms of the trend */
    trend trend;
    setting s;
    double *mean, *deviation;    /* [p] of the outputs */
    double *h;                   /* [n][m] terms of the trend times the deviations of their coefficients */
    double *weight;              /* [n][p] K^-1 y */
    double *beta;                /* [m][p] */
    double *left_out, *left_out_spread;
    cupel_machine *machine;      /* the points over the lengths */
    cupel_triangle *triangle;
};

/* ---- trend ---- */

static size_t terms_of(trend t, size_t d) { return t == LINEAR ? 1 + d : t == SQUARES ? 1 + 2 * d : (d + 1) * (d + 2) / 2; }

/* As many terms as half the rows can carry. */
static trend trend_for(size_t n, size_t d)
{
    return terms_of(QUADRATIC, d) <= n / 2 ? QUADRATIC : terms_of(SQUARES, d) <= n / 2 ? SQUARES : LINEAR;
}

static void terms(trend t, const double *z, size_t d, double *h)
{
    *h++ = CONSTANT;
    for (size_t i = 0; i < d; i++) *h++ = SLOPE * z[i];
    for (size_t i = 0; t != LINEAR && i < d; i++) {
        *h++ = CURVATURE * z[i] * z[i];
        for (size_t k = 0; t == QUADRATIC && k < i; k++) *h++ = CURVATURE * z[i] * z[k];
    }
}

/* ---- covariance ---- */

static double kernel_at(cupel_kernel kernel, double r2)
{
    if (kernel == CUPEL_KERNEL_RBF) return cupel_exp(-0.5 * r2);
    const double s = sqrt(5 * r2);
    return (1 + s + s * s / 3) * cupel_exp(-s);
}

/* The lower triangle of K [n][n] over the first n rows. */
static void covariance(const cupel_joint *j, const double *z, const setting *s, size_t n, double *k)
{
    for (size_t a = 0; a < n; a++)
        for (size_t b = 0; b <= a; b++) {
            double r2 = 0, t = 0;
            for (size_t i = 0; i < j->d; i++) {
                const double x = (z[a * j->d + i] - z[b * j->d + i]) / s->length[i];
                r2 += x * x;
            }
            for (size_t i = 0; i < j->m; i++) t += j->h[a * j->m + i] * j->h[b * j->m + i];
            k[a * n + b] = kernel_at(s->kernel, r2) + t + (a == b ? s->noise : 0);
        }
}

/* ---- tuning ---- */

typedef struct tuning {
    const cupel_joint *j;
    const double *z, *y; /* y [n][p] standardised */
    size_t n;
    double *k, *x;       /* [n][n], [n][p] */
} tuning;

/* -2 log marginal likelihood of all outputs less constants, each at its best amplitude. A matrix that has no factor is as bad as can be. */
static cupel_status loss_of(const tuning *t, const setting *s, double *loss, cupel_err *err)
{
    const size_t n = t->n, p = t->j->p;
    covariance(t->j, t->z, s, n, t->k);
    cupel_status st = cupel_la_cholesky((cupel_matrix){t->k, n, n, n}, err);
    *loss = HUGE_VAL;
    if (st == CUPEL_FAILED) return CUPEL_OK;
    if (st != CUPEL_OK) return st;
    memcpy(t->x, t->y, n * p * sizeof *t->x);
    st = cupel_la_cholesky_solve((cupel_matrix_in){t->k, n, n, n}, (cupel_matrix){t->x, n, p, p}, err);
    if (st != CUPEL_OK) return st;
    *loss = (double)p * cupel_la_cholesky_log_det((cupel_matrix_in){t->k, n, n, n});
    for (size_t c = 0; c < p; c++) {
        double sum = 0;
        for (size_t i = 0; i < n; i++) sum += t->y[i * p + c] * t->x[i * p + c];
        *loss += (double)n * log(fmax(sum, 1e-300) / (double)n);
    }
    return CUPEL_OK;
}

/* Takes *value x factor when that is better. */
static cupel_status try_factor(const tuning *t, setting *s, double *value, double factor, double low, double high, double *best, cupel_err *err)
{
    const double before = *value;
    double loss;
    *value = fmin(fmax(before * factor, low), high);
    if (*value == before) return CUPEL_OK;
    cupel_status st = loss_of(t, s, &loss, err);
    if (st == CUPEL_OK && loss < *best)
        *best = loss;
    else
        *value = before;
    return st;
}

static cupel_status coarse(const tuning *t, setting *s, double *best, cupel_err *err)
{
    static const double lengths[] = {0.4, 0.8, 1.6, 3.2, 6.4}, noises[] = {1e-6, 1e-4, 1e-2, 0.1};
    setting top = *s;
    double top_length = 1;
    *best = HUGE_VAL;
    for (int kernel = 0; kernel < 2; kernel++)
        for (size_t a = 0; a < sizeof lengths / sizeof *lengths; a++)
            for (size_t b = 0; b < sizeof noises / sizeof *noises; b++) {
                double loss;
                s->kernel = kernel ? CUPEL_KERNEL_MATERN52 : CUPEL_KERNEL_RBF;
                s->noise = noises[b];
                for (size_t i = 0; i < t->j->d; i++) s->length[i] = lengths[a];
                cupel_status st = loss_of(t, s, &loss, err);
                if (st != CUPEL_OK) return st;
                if (!(loss < *best)) continue;
                *best = loss;
                top = *s;
                top_length = lengths[a];
            }
    *s = top;
    for (size_t i = 0; i < t->j->d; i++) s->length[i] = top_length;
    return CUPEL_OK;
}

/* Lengths one by one where there are few, else all together. */
static cupel_status fine(const tuning *t, setting *s, double *best, cupel_err *err)
{
    static const double steps[] = {1.8, 1.8, 1.3, 1.15};
    cupel_status st = CUPEL_OK;
    for (size_t pass = 0; pass < sizeof steps / sizeof *steps; pass++) {
        for (size_t i = 0; t->j->d <= MANY_COLUMNS && i < t->j->d; i++) {
            CUPEL_TRY(try_factor(t, s, &s->length[i], steps[pass], LENGTH_MIN, LENGTH_MAX, best, err));
            CUPEL_TRY(try_factor(t, s, &s->length[i], 1 / steps[pass], LENGTH_MIN, LENGTH_MAX, best, err));
        }
        CUPEL_TRY(try_factor(t, s, &s->noise, steps[pass] * steps[pass], NOISE_MIN, NOISE_MAX, best, err));
        CUPEL_TRY(try_factor(t, s, &s->noise, 1 / (steps[pass] * steps[pass]), NOISE_MIN, NOISE_MAX, best, err));
    }
done:
    return st;
}

static cupel_status tune(cupel_joint *j, const double *z, const double *y, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    const size_t n = j->n < TUNE_ROWS ? j->n : TUNE_ROWS;
    double best;
    tuning t = {.j = j, .z = z, .y = y, .n = n, .k = cupel_alloc(cupel_mul(n, n), sizeof(double)), .x = cupel_alloc(n * j->p, sizeof(double))};
    if (!t.k || !t.x) CUPEL_TRY(cupel_no_memory(err, "a Gaussian process", n * n * sizeof(double)));
    CUPEL_TRY(coarse(&t, &j->s, &best, err));
    if (best == HUGE_VAL) CUPEL_TRY(cupel_fail(err, CUPEL_FAILED, "a Gaussian process found no lengths for which its covariance has a factor"));
    CUPEL_TRY(fine(&t, &j->s, &best, err));
done:
    cupel_free(t.k);
    cupel_free(t.x);
    return st;
}

/* ---- fitting ---- */

size_t cupel_joint_bytes(size_t n, size_t d, size_t p)
{
    const size_t width = 3 * n + terms_of(QUADRATIC, d) + 4 * p + 3 * d + 64;
    const size_t bytes = cupel_mul(cupel_mul(n, width), sizeof(double));
    return bytes;
}

static cupel_status room(cupel_joint *j, cupel_err *err)
{
    const size_t f = sizeof(double);
    cupel_status st = cupel_memory_check(cupel_joint_bytes(j->n, j->d, j->p), "a Gaussian process", err);
    if (st != CUPEL_OK) return st;
    j->mean = cupel_alloc(j->p, f), j->deviation = cupel_alloc(j->p, f);
    j->h = cupel_alloc(cupel_mul(j->n, j->m), f), j->weight = cupel_alloc(cupel_mul(j->n, j->p), f);
    j->beta = cupel_alloc(cupel_mul(j->m, j->p), f), j->s.length = cupel_alloc(j->d, f);
    j->left_out = cupel_alloc(cupel_mul(j->n, j->p), f), j->left_out_spread = cupel_alloc(j->n, f);
    if (j->mean && j->deviation && j->h && j->weight && j->beta && j->s.length && j->left_out && j->left_out_spread) return CUPEL_OK;
    return cupel_no_memory(err, "a Gaussian process", cupel_joint_bytes(j->n, j->d, j->p));
}

/* w [n][p] = (y - mean) / deviation; an output that does not vary has deviation 1. */
static void standardise(cupel_joint *j, const double *y, double *w)
{
    for (size_t c = 0; c < j->p; c++) {
        double sum = 0, square = 0;
        for (size_t i = 0; i < j->n; i++) sum += y[i * j->p + c];
        j->mean[c] = sum / (double)j->n;
        for (size_t i = 0; i < j->n; i++) square += (y[i * j->p + c] - j->mean[c]) * (y[i * j->p + c] - j->mean[c]);
        j->deviation[c] = sqrt(square / (double)j->n);
        if (!(j->deviation[c] > 1e-12 * fabs(j->mean[c]))) j->deviation[c] = 1;
        for (size_t i = 0; i < j->n; i++) w[i * j->p + c] = (y[i * j->p + c] - j->mean[c]) / j->deviation[c];
    }
}

/* factor [n][n] holds L^-1: rows of K^-1 = L^-T L^-1 have the diagonal sum of squares of a column. Left out (5.12): y_i - [K^-1 y]_i / [K^-1]_ii. */
static void leave_out(cupel_joint *j, const double *y, const double *inverse_factor)
{
    for (size_t i = 0; i < j->n; i++) {
        double q = 0;
        for (size_t k = i; k < j->n; k++) q += inverse_factor[k * j->n + i] * inverse_factor[k * j->n + i];
        j->left_out_spread[i] = sqrt(1 / q);
        for (size_t c = 0; c < j->p; c++) j->left_out[i * j->p + c] = y[i * j->p + c] - j->deviation[c] * j->weight[i * j->p + c] / q;
    }
}

static void trend_weights(cupel_joint *j)
{
    for (size_t i = 0; i < j->n; i++)
        for (size_t k = 0; k < j->m; k++)
            for (size_t c = 0; c < j->p; c++) j->beta[k * j->p + c] += j->h[i * j->m + k] * j->weight[i * j->p + c];
}

static cupel_status points(cupel_joint *j, const double *z, cupel_err *err)
{
    double *scaled = cupel_alloc(cupel_mul(j->n, j->d), sizeof *scaled);
    if (!scaled) return cupel_no_memory(err, "a Gaussian process", j->n * j->d * sizeof *scaled);
    for (size_t i = 0; i < j->n; i++)
        for (size_t k = 0; k < j->d; k++) scaled[i * j->d + k] = z[i * j->d + k] / j->s.length[k];
    const cupel_machine_spec spec = {.kernel = j->s.kernel, .gamma = 0.5, .m = j->n, .d = j->d, .points = scaled};
    cupel_status st = cupel_machine_new(&spec, &j->machine, err);
    cupel_free(scaled);
    return st;
}

/* y [n][p] standardised. */
static cupel_status solve(cupel_joint *j, const double *z, const double *w, const double *y, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    const size_t n = j->n;
    double *k = cupel_alloc(cupel_mul(n, n), sizeof *k);
    if (!k) return cupel_no_memory(err, "a Gaussian process", cupel_mul(cupel_mul(n, n), sizeof *k));
    covariance(j, z, &j->s, n, k);
    CUPEL_TRY(cupel_la_cholesky((cupel_matrix){k, n, n, n}, err));
    memcpy(j->weight, w, n * j->p * sizeof *w);
    CUPEL_TRY(cupel_la_cholesky_solve((cupel_matrix_in){k, n, n, n}, (cupel_matrix){j->weight, n, j->p, j->p}, err));
    CUPEL_TRY(cupel_la_triangle_invert((cupel_matrix){k, n, n, n}, err));
    leave_out(j, y, k);
    trend_weights(j);
    CUPEL_TRY(points(j, z, err));
    st = cupel_triangle_new(k, n, n, &j->triangle, err);
done:
    cupel_free(k);
    return st;
}

static cupel_status check(const double *z, size_t n, size_t d, const double *y, size_t p, cupel_err *err)
{
    if (n < 2 || !d || !p) return cupel_fail(err, CUPEL_BAD_INPUT, "a Gaussian process needs at least 2 rows, a column and an output");
    for (size_t i = 0; i < n * d; i++)
        if (!isfinite(z[i])) return cupel_fail(err, CUPEL_BAD_INPUT, "row %zu, column %zu is not finite", i / d, i % d);
    for (size_t i = 0; i < n * p; i++)
        if (!isfinite(y[i])) return cupel_fail(err, CUPEL_BAD_INPUT, "row %zu, output %zu is not finite", i / p, i % p);
    return CUPEL_OK;
}

cupel_status cupel_joint_fit(const double *z, size_t n, size_t d, const double *y, size_t p, cupel_joint **out, cupel_err *err)
{
    cupel_status st = check(z, n, d, y, p, err);
    double *w = NULL;
    cupel_joint *j = NULL;
    *out = NULL;
    if (st != CUPEL_OK) return st;
    j = cupel_alloc(1, sizeof *j);
    if (!j) return cupel_no_memory(err, "a Gaussian process", sizeof *j);
    j->n = n, j->d = d, j->p = p;
    j->trend = trend_for(n, d);
    j->m = terms_of(j->trend, d);
    CUPEL_TRY(room(j, err));
    w = cupel_alloc(cupel_mul(n, p), sizeof *w);
    if (!w) CUPEL_TRY(cupel_no_memory(err, "a Gaussian process", n * p * sizeof *w));
    standardise(j, y, w);
    for (size_t i = 0; i < n; i++) terms(j->trend, z + i * d, d, j->h + i * j->m);
    CUPEL_TRY(tune(j, z, w, err));
    CUPEL_TRY(solve(j, z, w, y, err));
done:
    cupel_free(w);
    if (st == CUPEL_OK)
        *out = j;
    else
        cupel_joint_free(j);
    return st;
}

void cupel_joint_free(cupel_joint *j)
{
    if (!j) return;
    cupel_machine_free(j->machine);
    cupel_triangle_free(j->triangle);
    cupel_free(j->mean);
    cupel_free(j->deviation);
    cupel_free(j->h);
    cupel_free(j->weight);
    cupel_free(j->beta);
    cupel_free(j->s.length);
    cupel_free(j->left_out);
    cupel_free(j->left_out_spread);
    cupel_free(j);
}

const double *cupel_joint_left_out(const cupel_joint *j) { return j->left_out; }
const double *cupel_joint_left_out_spread(const cupel_joint *j) { return j->left_out_spread; }

/* ---- prediction ---- */

static size_t padded(size_t bytes) { return (bytes + CUPEL_ALIGN - 1) / CUPEL_ALIGN * CUPEL_ALIGN; }

/* machine and triangle in turn | scaled rows | kernel values | terms | squares */
typedef struct places {
    size_t scaled, values, terms, squares, all;
} places;

static places places_of(const cupel_joint *j)
{
    const size_t a = padded(cupel_machine_scratch_bytes(j->machine)), b = padded(cupel_triangle_scratch_bytes(j->triangle)), f = sizeof(double);
    places at;
    at.scaled = a > b ? a : b;
    at.values = at.scaled + padded(BLOCK * j->d * f);
    at.terms = at.values + padded(BLOCK * j->n * f);
    at.squares = at.terms + padded(BLOCK * j->m * f);
    at.all = at.squares + padded(BLOCK * f);
    return at;
}

size_t cupel_joint_scratch_bytes(const cupel_joint *j) { return places_of(j).all; }

/* mean [p] of one row from its kernel values k [n] and terms h [m]; k becomes the whole covariance with the points. Returns that with itself. */
static double finish_row(const cupel_joint *j, double *k, const double *h, double *mean)
{
    double own = 1 + j->s.noise;
    for (size_t c = 0; c < j->p; c++) mean[c] = 0;
    for (size_t i = 0; i < j->m; i++) {
        own += h[i] * h[i];
        for (size_t c = 0; c < j->p; c++) mean[c] += h[i] * j->beta[i * j->p + c];
    }
    for (size_t i = 0; i < j->n; i++) {
        const double *w = j->weight + i * j->p, *t = j->h + i * j->m;
        double sum = k[i];
        for (size_t c = 0; c < j->p; c++) mean[c] += k[i] * w[c];
        for (size_t q = 0; q < j->m; q++) sum += h[q] * t[q];
        k[i] = sum;
    }
    for (size_t c = 0; c < j->p; c++) mean[c] = j->mean[c] + j->deviation[c] * mean[c];
    return own;
}

static void predict_block(const cupel_joint *j, const double *z, size_t n, const cupel_machine_way *way, places at, double *mean, double *spread)
{
    unsigned char *base = way->scratch;
    double *scaled = (double *)(void *)(base + at.scaled), *k = (double *)(void *)(base + at.values);
    double *h = (double *)(void *)(base + at.terms), *square = (double *)(void *)(base + at.squares);
    for (size_t r = 0; r < n; r++) {
        for (size_t i = 0; i < j->d; i++) scaled[r * j->d + i] = z[r * j->d + i] / j->s.length[i];
        terms(j->trend, z + r * j->d, j->d, h + r * j->m);
    }
    cupel_machine_values(j->machine, scaled, j->d, n, way, k, j->n);
    for (size_t r = 0; r < n; r++) spread[r] = finish_row(j, k + r * j->n, h + r * j->m, mean + r * j->p);
    cupel_triangle_squares(j->triangle, k, j->n, n, way, square);
    for (size_t r = 0; r < n; r++) spread[r] = sqrt(fmax(spread[r] - square[r], j->s.noise)); /* at a point rounding could go below the noise */
}

void cupel_joint_predict(const cupel_joint *j, const double *z, size_t n, cupel_isa isa, void *scratch, double *mean, double *spread)
{
    const places at = places_of(j);
    const cupel_machine_way way = {.precision = CUPEL_FLOAT64, .isa = isa, .scratch = scratch};
    for (size_t r = 0; r < n; r += BLOCK)
        predict_block(j, z + r * j->d, n - r < BLOCK ? n - r : (size_t)BLOCK, &way, at, mean + r * j->p, spread + r);
}

void cupel_joint_settings(const cupel_joint *j, cupel_str *s)
{
    cupel_str_addf(s, "%s, lengths", j->s.kernel == CUPEL_KERNEL_MATERN52 ? "matern52" : "rbf");
    for (size_t i = 0; i < j->d; i++) cupel_str_addf(s, " %.3g", j->s.length[i]);
    cupel_str_addf(s, ", noise %.2g, trend %s", j->s.noise, trend_words[j->trend]);
}
