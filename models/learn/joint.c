#include "models/learn/joint.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/math/la.h"
#include "core/math/stats.h"
#include "core/sys/file.h"
#include "models/learn/machine.h"

#include <math.h>
#include <string.h>

/* Rows that lengths are tuned on at most (each of some hundred trials costs their cube); rows predicted at a time; doubles of a register. */
enum { TUNE_ROWS = 256, BLOCK = 32, LANES = 8 };

/* Standard deviations of the trend's coefficients over the amplitude of the process; outputs and known columns have mean 0 and deviation 1. */
static const double CONSTANT = 10, SLOPE = 4, CURVATURE = 2, KNOWN = 4;
/* Lengths that are tried: columns range over -1 .. 1, so that a length of 0.2 sees near neighbours alone and one of 12 hardly bends. Noise is a
 * variance over that of the process; its least keeps the covariance of near rows positive definite. */
static const double LENGTH_MIN = 0.2, LENGTH_MAX = 12, NOISE_MIN = 1e-8, NOISE_MAX = 1;

typedef enum trend { LINEAR, SQUARES, QUADRATIC, TRENDS } trend;
static const char *const trend_words[] = {"linear", "linear with squares", "quadratic"};

/* What is tuned. */
typedef struct setting {
    cupel_kernel kernel;
    double noise;
    double *length; /* [d] */
} setting;

struct cupel_joint {
    size_t n, d, e, p, m; /* m terms of the trend */
    size_t near, near_ld; /* the first rows, those that the spread is given; in whole lanes */
    trend trend;
    setting s;
    double *mean, *deviation;          /* [p] of the outputs */
    double *known_mean, *known_scale;  /* [e]: KNOWN over the deviation */
    double *h;                         /* [n][m] terms of the trend times the deviations of their coefficients */
    double *near_h;                    /* [m][near_ld] the same, turned */
    double *weight;                    /* [n][p] K^-1 y */
    double *beta;                      /* [m][p] */
    double *left_out, *left_out_spread;
    cupel_machine *machine, *near_machine; /* the points over the lengths, with weights; the near ones */
    cupel_triangle *triangle;
};

/* ---- trend ---- */

static size_t terms_of(trend t, size_t d) { return t == LINEAR ? 1 + d : t == SQUARES ? 1 + 2 * d : (d + 1) * (d + 2) / 2; }

/* Terms of one row into h [m]. */
static void terms(const cupel_joint *j, const double *z, const double *known, double *h)
{
    *h++ = CONSTANT;
    for (size_t i = 0; i < j->e; i++) *h++ = (known[i] - j->known_mean[i]) * j->known_scale[i];
    for (size_t i = 0; i < j->d; i++) *h++ = SLOPE * z[i];
    for (size_t i = 0; j->trend != LINEAR && i < j->d; i++) {
        *h++ = CURVATURE * z[i] * z[i];
        for (size_t k = 0; j->trend == QUADRATIC && k < i; k++) *h++ = CURVATURE * z[i] * z[k];
    }
}

static const double *known_of(const double *h, size_t row, size_t e) { return e ? h + row * e : NULL; }

static void set_trend(cupel_joint *j, trend t, const cupel_joint_rows *r)
{
    j->trend = t;
    j->m = terms_of(t, j->d) + j->e;
    for (size_t i = 0; i < j->n; i++) terms(j, r->z + i * j->d, known_of(r->h, i, j->e), j->h + i * j->m);
}

/* ---- covariance ---- */

static double kernel_at(cupel_kernel kernel, double r2)
{
    if (kernel == CUPEL_KERNEL_RBF) return cupel_exp(-0.5 * r2);
    const double s = sqrt(5 * r2);
    return (1 + s + s * s / 3) * cupel_exp(-s);
}

/* The lower triangle [n][n] of the trend's part over the first n rows. */
static void trend_part(const cupel_joint *j, size_t n, double *k)
{
    for (size_t a = 0; a < n; a++)
        for (size_t b = 0; b <= a; b++) {
            double t = 0;
            for (size_t i = 0; i < j->m; i++) t += j->h[a * j->m + i] * j->h[b * j->m + i];
            k[a * n + b] = t;
        }
}

/* The lower triangle of K [n][n] over the first n rows into k; base: that of the trend, may be k itself. */
static void covariance(const cupel_joint *j, const double *z, const setting *s, size_t n, const double *base, double *k)
{
    for (size_t a = 0; a < n; a++)
        for (size_t b = 0; b <= a; b++) {
            double r2 = 0;
            for (size_t i = 0; i < j->d; i++) {
                const double x = (z[a * j->d + i] - z[b * j->d + i]) / s->length[i];
                r2 += x * x;
            }
            k[a * n + b] = base[a * n + b] + kernel_at(s->kernel, r2) + (a == b ? s->noise : 0);
        }
}

/* ---- tuning ---- */

typedef struct tuning {
    const cupel_joint *j;
    const double *z, *y; /* y [n][p] standardised */
    size_t n;
    double *base, *k, *x;  /* [n][n], [n][n], [n][p] */
} tuning;

/* -2 log marginal likelihood of all outputs less constants, each at its best amplitude. A matrix that has no factor is as bad as can be. */
static cupel_status loss_of(const tuning *t, const setting *s, double *loss, cupel_err *err)
{
    const size_t n = t->n, p = t->j->p;
    covariance(t->j, t->z, s, n, t->base, t->k);
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

/* What one step of the tuning scales: all lengths, one of them, or the noise. */
typedef struct knob {
    double *value; /* [count] in the setting */
    size_t count;  /* CUPEL_JOINT_COLUMNS at most */
    double low, high;
} knob;

/* Multiplies by the factor, within low and high; takes that back unless the loss falls below *best. */
static cupel_status try_factor(const tuning *t, const setting *s, knob what, double factor, double *best, cupel_err *err)
{
    double before[CUPEL_JOINT_COLUMNS], loss;
    const size_t bytes = what.count * sizeof *before;
    memcpy(before, what.value, bytes);
    for (size_t i = 0; i < what.count; i++) what.value[i] = fmin(fmax(what.value[i] * factor, what.low), what.high);
    if (memcmp(before, what.value, bytes) == 0) return CUPEL_OK;
    cupel_status st = loss_of(t, s, &loss, err);
    if (st == CUPEL_OK && loss < *best)
        *best = loss;
    else
        memcpy(what.value, before, bytes);
    return st;
}

/* The kernel, one length for all columns, and the noise, from a grid of them. */
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

/* From there each length and the noise by itself, up and down by ever smaller factors. */
static cupel_status fine(const tuning *t, setting *s, double *best, cupel_err *err)
{
    static const double steps[] = {1.8, 1.8, 1.3, 1.15};
    const size_t d = t->j->d;
    cupel_status st = CUPEL_OK;
    for (size_t pass = 0; pass < sizeof steps / sizeof *steps; pass++)
        for (int way = 0; way < 2; way++) {
            const double step = way ? 1 / steps[pass] : steps[pass];
            CUPEL_TRY(try_factor(t, s, (knob){s->length, d, LENGTH_MIN, LENGTH_MAX}, step, best, err));
            for (size_t i = 0; i < d; i++) CUPEL_TRY(try_factor(t, s, (knob){&s->length[i], 1, LENGTH_MIN, LENGTH_MAX}, step, best, err));
            CUPEL_TRY(try_factor(t, s, (knob){&s->noise, 1, NOISE_MIN, NOISE_MAX}, step * step, best, err));
        }
done:
    return st;
}

static cupel_status try_trend(tuning *t, cupel_joint *j, const cupel_joint_rows *r, trend one, double *loss, cupel_err *err)
{
    set_trend(j, one, r);
    trend_part(j, t->n, t->base);
    return coarse(t, &j->s, loss, err);
}

/* The trend that is likeliest with one length, then the lengths. */
static cupel_status tune(cupel_joint *j, const cupel_joint_rows *r, const double *y, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    const size_t n = j->n < TUNE_ROWS ? j->n : TUNE_ROWS, square = cupel_mul(n, n);
    double best = HUGE_VAL, loss;
    trend top = LINEAR;
    tuning t = {.j = j, .z = r->z, .y = y, .n = n, .base = cupel_alloc(square, sizeof(double)), .k = cupel_alloc(square, sizeof(double)),
                .x = cupel_alloc(n * j->p, sizeof(double))};
    if (!t.base || !t.k || !t.x) CUPEL_TRY(cupel_no_memory(err, "a Gaussian process", 2 * n * n * sizeof(double)));
    for (int i = 0; i < TRENDS; i++) {
        CUPEL_TRY(try_trend(&t, j, r, (trend)i, &loss, err));
        if (loss < best) best = loss, top = (trend)i;
    }
    if (best == HUGE_VAL) CUPEL_TRY(cupel_fail(err, CUPEL_FAILED, "a Gaussian process found no lengths for which its covariance has a factor"));
    CUPEL_TRY(try_trend(&t, j, r, top, &best, err));
    CUPEL_TRY(fine(&t, &j->s, &best, err));
done:
    cupel_free(t.base);
    cupel_free(t.k);
    cupel_free(t.x);
    return st;
}

/* ---- fitting ---- */

size_t cupel_joint_bytes(size_t n, size_t d, size_t e, size_t p)
{
    const size_t width = 3 * n + 2 * (terms_of(QUADRATIC, d) + e) + 4 * p + 3 * d + 64;
    return cupel_mul(cupel_mul(n, width), sizeof(double));
}

static cupel_status room(cupel_joint *j, cupel_err *err)
{
    const size_t f = sizeof(double), m = terms_of(QUADRATIC, j->d) + j->e;
    cupel_status st = cupel_memory_check(cupel_joint_bytes(j->n, j->d, j->e, j->p), "a Gaussian process", err);
    if (st != CUPEL_OK) return st;
    j->mean = cupel_alloc(j->p, f), j->deviation = cupel_alloc(j->p, f);
    j->known_mean = cupel_alloc(j->e + 1, f), j->known_scale = cupel_alloc(j->e + 1, f);
    j->h = cupel_alloc(cupel_mul(j->n, m), f), j->near_h = cupel_alloc(cupel_mul(j->near_ld, m), f);
    j->weight = cupel_alloc(cupel_mul(j->n, j->p), f);
    j->beta = cupel_alloc(cupel_mul(m, j->p), f), j->s.length = cupel_alloc(j->d, f);
    j->left_out = cupel_alloc(cupel_mul(j->n, j->p), f), j->left_out_spread = cupel_alloc(j->n, f);
    if (j->mean && j->deviation && j->known_mean && j->known_scale && j->h && j->near_h && j->weight && j->beta && j->s.length && j->left_out &&
        j->left_out_spread)
        return CUPEL_OK;
    return cupel_no_memory(err, "a Gaussian process", cupel_joint_bytes(j->n, j->d, j->e, j->p));
}

/* Mean and deviation of a column x [n], one every `step`. One that does not vary has deviation 1. */
static void moments(const double *x, size_t n, size_t step, double *mean, double *deviation)
{
    double sum = 0, square = 0;
    for (size_t i = 0; i < n; i++) sum += x[i * step];
    *mean = sum / (double)n;
    for (size_t i = 0; i < n; i++) square += (x[i * step] - *mean) * (x[i * step] - *mean);
    *deviation = sqrt(square / (double)n);
    if (!(*deviation > 1e-12 * fabs(*mean))) *deviation = 1;
}

/* w [n][p] = (y - mean) / deviation; and the moments of the known columns. */
static void standardise(cupel_joint *j, const cupel_joint_rows *r, double *w)
{
    for (size_t c = 0; c < j->p; c++) {
        moments(r->y + c, j->n, j->p, &j->mean[c], &j->deviation[c]);
        for (size_t i = 0; i < j->n; i++) w[i * j->p + c] = (r->y[i * j->p + c] - j->mean[c]) / j->deviation[c];
    }
    for (size_t c = 0; c < j->e; c++) {
        double deviation;
        moments(r->h + c, j->n, j->e, &j->known_mean[c], &deviation);
        j->known_scale[c] = KNOWN / deviation;
    }
}

/* Row i of the factor L holds L_near^-1 k_i in its first columns: what the near rows explain of a row behind them. */
static void spread_behind(cupel_joint *j, const double *l)
{
    for (size_t i = j->near; i < j->n; i++) {
        double left = 1 + j->s.noise;
        for (size_t q = 0; q < j->m; q++) left += j->h[i * j->m + q] * j->h[i * j->m + q];
        for (size_t k = 0; k < j->near; k++) left -= l[i * j->n + k] * l[i * j->n + k];
        j->left_out_spread[i] = sqrt(fmax(left, j->s.noise));
    }
}

/* Row i predicted from all others is y_i - [K^-1 y]_i / [K^-1]_ii (Rasmussen, Williams, 5.12). As K^-1 = L^-T L^-1, its diagonal element i is the sum
 * of the squares of column i of L^-1; over the near rows alone, of its first `near` rows. */
static void leave_out(cupel_joint *j, const double *y, const double *inverse_factor)
{
    for (size_t i = 0; i < j->n; i++) {
        double q = 0;
        for (size_t k = i; k < j->n; k++) {
            if (k == j->near && i < j->near) j->left_out_spread[i] = sqrt(1 / q);
            q += inverse_factor[k * j->n + i] * inverse_factor[k * j->n + i];
        }
        if (j->near == j->n) j->left_out_spread[i] = sqrt(1 / q);
        for (size_t c = 0; c < j->p; c++) j->left_out[i * j->p + c] = y[i * j->p + c] - j->deviation[c] * j->weight[i * j->p + c] / q;
    }
}

/* beta = H^T K^-1 y, the coefficients of the trend; and the terms of the near rows, turned. */
static void trend_weights(cupel_joint *j)
{
    for (size_t i = 0; i < j->n; i++)
        for (size_t k = 0; k < j->m; k++)
            for (size_t c = 0; c < j->p; c++) j->beta[k * j->p + c] += j->h[i * j->m + k] * j->weight[i * j->p + c];
    for (size_t k = 0; k < j->m; k++)
        for (size_t i = 0; i < j->near; i++) j->near_h[k * j->near_ld + i] = j->h[i * j->m + k];
}

/* The kernel machines of all rows, with weights, and of the near ones, for covariances. */
static cupel_status points(cupel_joint *j, const double *z, cupel_err *err)
{
    double *scaled = cupel_alloc(cupel_mul(j->n, j->d), sizeof *scaled);
    if (!scaled) return cupel_no_memory(err, "a Gaussian process", j->n * j->d * sizeof *scaled);
    for (size_t i = 0; i < j->n; i++)
        for (size_t k = 0; k < j->d; k++) scaled[i * j->d + k] = z[i * j->d + k] / j->s.length[k];
    cupel_machine_spec spec = {
        .kernel = j->s.kernel, .gamma = 0.5, .m = j->n, .d = j->d, .n_sums = j->p, .points = scaled, .weights = j->weight};
    cupel_status st = cupel_machine_new(&spec, &j->machine, err);
    spec.m = j->near, spec.n_sums = 0, spec.weights = NULL;
    if (st == CUPEL_OK) st = cupel_machine_new(&spec, &j->near_machine, err);
    cupel_free(scaled);
    return st;
}

/* Factors K, and takes from it all that prediction needs. w [n][p]: the outputs standardised. */
static cupel_status solve(cupel_joint *j, const cupel_joint_rows *r, const double *w, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    const size_t n = j->n;
    double *k = cupel_alloc(cupel_mul(n, n), sizeof *k);
    if (!k) return cupel_no_memory(err, "a Gaussian process", cupel_mul(cupel_mul(n, n), sizeof *k));
    trend_part(j, n, k);
    covariance(j, r->z, &j->s, n, k, k);
    CUPEL_TRY(cupel_la_cholesky((cupel_matrix){k, n, n, n}, err));
    memcpy(j->weight, w, n * j->p * sizeof *w);
    CUPEL_TRY(cupel_la_cholesky_solve((cupel_matrix_in){k, n, n, n}, (cupel_matrix){j->weight, n, j->p, j->p}, err));
    spread_behind(j, k);
    CUPEL_TRY(cupel_la_triangle_invert((cupel_matrix){k, n, n, n}, err));
    leave_out(j, r->y, k);
    trend_weights(j);
    CUPEL_TRY(points(j, r->z, err));
    st = cupel_triangle_new(k, n, j->near, &j->triangle, err);
done:
    cupel_free(k);
    return st;
}

static cupel_status check_finite(const double *x, size_t n, size_t width, const char *what, cupel_err *err)
{
    for (size_t i = 0; i < n * width; i++)
        if (!isfinite(x[i])) return cupel_fail(err, CUPEL_BAD_INPUT, "row %zu, %s %zu is not finite", i / width, what, i % width);
    return CUPEL_OK;
}

static cupel_status check(const cupel_joint_rows *r, cupel_err *err)
{
    if (r->n < 2 || !r->d || !r->p || r->d > CUPEL_JOINT_COLUMNS || r->p > CUPEL_MACHINE_MAX_SUMS)
        return cupel_fail(err, CUPEL_BAD_INPUT,
                          "a Gaussian process of %zu rows, %zu columns and %zu outputs; it needs at least 2 rows, a column and an output, and takes "
                          "%d columns and %d outputs",
                          r->n, r->d, r->p, CUPEL_JOINT_COLUMNS, CUPEL_MACHINE_MAX_SUMS);
    cupel_status st = check_finite(r->z, r->n, r->d, "column", err);
    if (st == CUPEL_OK) st = check_finite(r->h, r->n, r->e, "known column", err);
    if (st == CUPEL_OK) st = check_finite(r->y, r->n, r->p, "output", err);
    return st;
}

cupel_status cupel_joint_fit(const cupel_joint_rows *r, cupel_joint **out, cupel_err *err)
{
    cupel_status st = check(r, err);
    double *w = NULL;
    cupel_joint *j = NULL;
    *out = NULL;
    if (st != CUPEL_OK) return st;
    j = cupel_alloc(1, sizeof *j);
    if (!j) return cupel_no_memory(err, "a Gaussian process", sizeof *j);
    j->n = r->n, j->d = r->d, j->e = r->e, j->p = r->p;
    j->near = r->n < CUPEL_JOINT_SPREAD ? r->n : (size_t)CUPEL_JOINT_SPREAD;
    j->near_ld = (j->near + LANES - 1) / LANES * LANES;
    CUPEL_TRY(room(j, err));
    w = cupel_alloc(cupel_mul(r->n, r->p), sizeof *w);
    if (!w) CUPEL_TRY(cupel_no_memory(err, "a Gaussian process", r->n * r->p * sizeof *w));
    standardise(j, r, w);
    CUPEL_TRY(tune(j, r, w, err));
    CUPEL_TRY(solve(j, r, w, err));
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
    cupel_machine_free(j->near_machine);
    cupel_triangle_free(j->triangle);
    cupel_free(j->mean);
    cupel_free(j->deviation);
    cupel_free(j->known_mean);
    cupel_free(j->known_scale);
    cupel_free(j->h);
    cupel_free(j->near_h);
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

static size_t larger(size_t a, size_t b) { return a > b ? a : b; }

/* machines and triangle in turn | scaled rows | covariances with the near points | terms | squares */
typedef struct places {
    size_t scaled, values, terms, squares, all;
} places;

static places places_of(const cupel_joint *j)
{
    const size_t f = sizeof(double);
    places at;
    at.scaled = larger(padded(cupel_machine_scratch_bytes(j->machine)),
                       larger(padded(cupel_machine_scratch_bytes(j->near_machine)), padded(cupel_triangle_scratch_bytes(j->triangle))));
    at.values = at.scaled + padded(BLOCK * j->d * f);
    at.terms = at.values + padded(BLOCK * j->near_ld * f);
    at.squares = at.terms + padded(BLOCK * j->m * f);
    at.all = at.squares + padded(BLOCK * f);
    return at;
}

size_t cupel_joint_scratch_bytes(const cupel_joint *j) { return places_of(j).all; }

/* y += t x, n in whole lanes: of a length that compilers put into vectors. */
static void add_times(size_t n, double t, const double *restrict x, double *restrict y)
{
    for (size_t i = 0; i < n; i += LANES)
        for (size_t l = 0; l < LANES; l++) y[i + l] += t * x[i + l];
}

/* mean [p] of the process becomes that of the outputs; k [near_ld] becomes the whole covariance with the near points. Returns that with itself. */
static double finish_row(const cupel_joint *j, double *k, const double *h, double *mean)
{
    double own = 1 + j->s.noise;
    for (size_t i = 0; i < j->m; i++) {
        const double *beta = j->beta + i * j->p, *near = j->near_h + i * j->near_ld, t = h[i];
        own += t * t;
        for (size_t c = 0; c < j->p; c++) mean[c] += t * beta[c];
        add_times(j->near_ld, t, near, k);
    }
    for (size_t c = 0; c < j->p; c++) mean[c] = j->mean[c] + j->deviation[c] * mean[c];
    return own;
}

static void predict_block(const cupel_joint *j, const double *z, const double *known, size_t n, const cupel_machine_way *way, places at,
                          double *mean, double *spread)
{
    unsigned char *base = way->scratch;
    double *scaled = (double *)(void *)(base + at.scaled), *k = (double *)(void *)(base + at.values);
    double *h = (double *)(void *)(base + at.terms), *square = (double *)(void *)(base + at.squares);
    for (size_t r = 0; r < n; r++) {
        for (size_t i = 0; i < j->d; i++) scaled[r * j->d + i] = z[r * j->d + i] / j->s.length[i];
        terms(j, z + r * j->d, known_of(known, r, j->e), h + r * j->m);
    }
    cupel_machine_run(j->machine, scaled, j->d, n, way, mean, NULL);
    cupel_machine_values(j->near_machine, scaled, j->d, n, way, k, j->near_ld);
    for (size_t r = 0; r < n; r++) spread[r] = finish_row(j, k + r * j->near_ld, h + r * j->m, mean + r * j->p);
    cupel_triangle_squares(j->triangle, k, j->near_ld, n, way, square);
    for (size_t r = 0; r < n; r++) spread[r] = sqrt(fmax(spread[r] - square[r], j->s.noise)); /* at a point rounding could go below the noise */
}

void cupel_joint_predict(const cupel_joint *j, const double *z, const double *known, size_t n, const cupel_joint_way *how, double *mean,
                         double *spread)
{
    const places at = places_of(j);
    const cupel_machine_way way = {.precision = CUPEL_FLOAT64, .isa = how->isa, .scratch = how->scratch};
    for (size_t r = 0; r < n; r += BLOCK)
        predict_block(j, z + r * j->d, known_of(known, r, j->e), n - r < BLOCK ? n - r : (size_t)BLOCK, &way, at, mean + r * j->p, spread + r);
}

void cupel_joint_settings(const cupel_joint *j, cupel_str *s)
{
    cupel_str_addf(s, "%s, lengths", j->s.kernel == CUPEL_KERNEL_MATERN52 ? "matern52" : "rbf");
    for (size_t i = 0; i < j->d; i++) cupel_str_addf(s, " %.3g", j->s.length[i]);
    cupel_str_addf(s, ", noise %.2g, trend %s", j->s.noise, trend_words[j->trend]);
    if (j->e) cupel_str_addf(s, " with %zu known columns", j->e);
}
