/* Lengths and noise of the process: the posterior of theta, its gradient, and the descent from several starts. */
#include "models/search/gaussian_parts.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/base/rng.h"
#include "core/math/la.h"
#include "core/math/order.h"
#include "core/sys/par.h"
#include "models/search/descend.h"

#include <string.h>

enum { VALUES_MAX = 60, STARTS_MAX = 16 };

cupel_gauss_options cupel_gauss_defaults(void)
{
    return (cupel_gauss_options){.seed = 1, .starts = 3, .threads = 1, .rows_max = 300, .length = 0.5, .length_spread = 1, .noise = 1e-3,
                                 .noise_spread = 2};
}

void cupel_gauss_standard(const double *y, size_t n, double *mean, double *spread)
{
    double m = 0, s = 0;
    for (size_t i = 0; i < n; i++) m += y[i] / (double)n;
    for (size_t i = 0; i < n; i++) s += (y[i] - m) * (y[i] - m) / (double)n;
    *mean = m;
    *spread = s > 1e-24 * m * m && s > 0 ? sqrt(s) : 1;
}

/* What an evaluation needs: distances once, the rest for each. */
typedef struct study {
    const cupel_gauss_options *o;
    size_t n, groups;
    const double *distance; /* [n (n - 1) / 2][groups] for i > j: pair i (i - 1) / 2 + j */
    const double *y;        /* [n] standardised */
} study;

typedef struct bench {
    const study *s;
    double *c, *inverse, *slope; /* [n][n], [n][n], [n (n - 1) / 2] */
    double *alpha;               /* [n] */
} bench;

static void measure(const cupel_gauss_rows *r, double *distance)
{
    const size_t groups = r->n_blocks;
    memset(distance, 0, r->n * (r->n - 1) / 2 * groups * sizeof *distance);
    for (size_t i = 1; i < r->n; i++)
        for (size_t j = 0; j < i; j++) {
            double *to = distance + (i * (i - 1) / 2 + j) * groups;
            const double *a = r->x + i * r->d, *b = r->x + j * r->d;
            for (size_t k = 0; k < r->d; k++) to[r->block[k]] += (a[k] - b[k]) * (a[k] - b[k]);
        }
}

/* Lower triangle of C; slope: d k / d (log length_g) = slope * D_g w_g. */
static void fill(const bench *b, const double *w, double nu)
{
    const study *s = b->s;
    const double *d = s->distance;
    double *slope = b->slope;
    for (size_t i = 0; i < s->n; i++) {
        double *row = b->c + i * s->n;
        for (size_t j = 0; j < i; j++, d += s->groups) {
            double r2 = 0;
            for (size_t g = 0; g < s->groups; g++) r2 += w[g] * d[g];
            const double t = sqrt(5 * r2), e = cupel_exp(-t);
            row[j] = (1 + t + t * t * (1.0 / 3)) * e + CUPEL_GAUSS_CONSTANT;
            *slope++ = (5.0 / 3) * (1 + t) * e;
        }
        row[i] = 1 + CUPEL_GAUSS_CONSTANT + nu + CUPEL_GAUSS_JITTER;
    }
}

/* sum over i, j of (C^-1 - kappa a a')_ij dC_ij / 2, for each theta. */
static void gradient_of(const bench *b, const double *w, double nu, double kappa, double *gradient)
{
    const study *s = b->s;
    const size_t n = s->n;
    const double *d = s->distance, *slope = b->slope, *a = b->alpha;
    double sum[CUPEL_GAUSS_BLOCKS] = {0}, trace = 0;
    for (size_t i = 0; i < n; i++) {
        const double *row = b->inverse + i * n;
        for (size_t j = 0; j < i; j++, d += s->groups) {
            const double c = (row[j] - kappa * a[i] * a[j]) * *slope++;
            for (size_t g = 0; g < s->groups; g++) sum[g] += c * d[g];
        }
        trace += row[i] - kappa * a[i] * a[i];
    }
    for (size_t g = 0; g < s->groups; g++) gradient[g] = sum[g] * w[g];
    gradient[s->groups] = 0.5 * trace * nu;
}

/* Minus log of the prior of theta, and its slope added. */
static double prior(const study *s, const double *theta, double *gradient)
{
    const cupel_gauss_options *o = s->o;
    double loss = 0, middle = log(o->length) + 0.5 * log((double)s->groups);
    for (size_t g = 0; g < s->groups; g++) {
        const double z = (theta[g] - middle) / o->length_spread;
        loss += 0.5 * z * z;
        if (gradient) gradient[g] += z / o->length_spread;
    }
    const double z = (theta[s->groups] - log(o->noise)) / o->noise_spread;
    if (gradient) gradient[s->groups] += z / o->noise_spread;
    return loss + 0.5 * z * z;
}

static cupel_status loss_at(void *user, const double *theta, double *loss, double *gradient, cupel_err *err)
{
    bench *b = user;
    const study *s = b->s;
    const size_t n = s->n;
    double w[CUPEL_GAUSS_BLOCKS], q = 0;
    for (size_t g = 0; g < s->groups; g++) w[g] = exp(-2 * theta[g]);
    const double nu = exp(theta[s->groups]), half = CUPEL_GAUSS_A + 0.5 * (double)n;
    if (!isfinite(nu)) return cupel_fail(err, CUPEL_FAILED, "the noise of a Gaussian process is out of range");
    fill(b, w, nu);
    const cupel_matrix c = {b->c, n, n, n};
    cupel_status st = cupel_la_cholesky(c, err);
    if (st != CUPEL_OK) return st;
    memcpy(b->alpha, s->y, n * sizeof *b->alpha);
    st = cupel_la_cholesky_solve(cupel_read(c), (cupel_matrix){b->alpha, n, 1, 1}, err);
    if (st != CUPEL_OK) return st;
    for (size_t i = 0; i < n; i++) q += b->alpha[i] * s->y[i];
    *loss = half * log(CUPEL_GAUSS_B + 0.5 * q) + 0.5 * cupel_la_cholesky_log_det(cupel_read(c));
    if (gradient) {
        st = cupel_la_triangle_invert(c, err);
        if (st != CUPEL_OK) return st;
        for (size_t i = 0; i < n; i++) memset(b->c + i * n + i + 1, 0, (n - i - 1) * sizeof *b->c);
        st = cupel_la_gram(cupel_read(c), (cupel_matrix){b->inverse, n, n, n}, err);
        if (st != CUPEL_OK) return st;
        gradient_of(b, w, nu, half / (CUPEL_GAUSS_B + 0.5 * q), gradient);
    }
    *loss += prior(s, theta, gradient);
    return isfinite(*loss) ? CUPEL_OK : cupel_fail(err, CUPEL_FAILED, "the likelihood of a Gaussian process is not finite");
}

static void bench_release(bench *b) { cupel_free(b->c); }

static cupel_status bench_make(const study *s, bench *b, cupel_err *err)
{
    const size_t n = s->n, pairs = n * (n - 1) / 2, all = 2 * n * n + pairs + n;
    *b = (bench){.s = s, .c = cupel_alloc_aligned(all, sizeof *b->c)};
    if (!b->c) return cupel_no_memory(err, "a Gaussian process", all * sizeof *b->c);
    b->inverse = b->c + n * n;
    b->slope = b->inverse + n * n;
    b->alpha = b->slope + pairs;
    return CUPEL_OK;
}

static cupel_status check(const cupel_gauss_rows *r, cupel_err *err)
{
    if (!r->n || !r->d || !r->n_blocks || r->n_blocks > CUPEL_GAUSS_BLOCKS)
        return cupel_fail(err, CUPEL_BAD_INPUT, "a Gaussian process of %zu rows and %zu columns in %zu blocks, expected rows and 1 to %d blocks",
                          r->n, r->d,
                          r->n_blocks, (int)CUPEL_GAUSS_BLOCKS);
    return CUPEL_OK;
}

static cupel_status study_make(const cupel_gauss_rows *r, const cupel_gauss_options *o, study *s, double **room, cupel_err *err)
{
    const size_t pairs = r->n * (r->n - 1) / 2, all = pairs * r->n_blocks + r->n;
    double mean, spread;
    cupel_status st = check(r, err);
    if (st != CUPEL_OK) return st;
    *room = cupel_alloc(all, sizeof **room);
    if (!*room) return cupel_no_memory(err, "the distances of rows", cupel_mul(all, sizeof **room));
    double *y = *room, *distance = *room + r->n;
    cupel_gauss_standard(r->y, r->n, &mean, &spread);
    for (size_t i = 0; i < r->n; i++) y[i] = (r->y[i] - mean) / spread;
    measure(r, distance);
    *s = (study){.o = o, .n = r->n, .groups = r->n_blocks, .distance = distance, .y = y};
    return CUPEL_OK;
}

cupel_status cupel_gauss_loss(const cupel_gauss_rows *rows, const cupel_gauss_options *o, const double *theta, double *loss, double *gradient,
                              cupel_err *err)
{
    study s;
    bench b = {.c = NULL};
    double *room = NULL;
    cupel_status st = study_make(rows, o, &s, &room, err);
    if (st == CUPEL_OK) st = bench_make(&s, &b, err);
    if (st == CUPEL_OK) st = loss_at(&b, theta, loss, gradient, err);
    bench_release(&b);
    cupel_free(room);
    return st;
}

/* ---- the descent ---- */

typedef struct hunt {
    const study *s;
    double *theta; /* [starts][groups + 1] */
    double loss[STARTS_MAX];
} hunt;

static cupel_status one_start(void *user, size_t item, size_t worker, cupel_err *err)
{
    (void)worker;
    hunt *h = user;
    const study *s = h->s;
    const size_t k = s->groups + 1;
    double *theta = h->theta + item * k, middle = log(s->o->length) + 0.5 * log((double)s->groups);
    bench b;
    cupel_status st = bench_make(s, &b, err);
    if (st != CUPEL_OK) return st;
    for (size_t g = 0; g < s->groups; g++) /* the middle of the prior, then anywhere in it */
        theta[g] = middle + (item ? s->o->length_spread * cupel_rng_normal(s->o->seed, item, g) : 0);
    theta[s->groups] = log(s->o->noise) + (item ? s->o->noise_spread * cupel_rng_normal(s->o->seed, item, s->groups) : 0);
    if (!item && s->o->begin) memcpy(theta, s->o->begin, k * sizeof *theta);
    const cupel_downhill d = {.n = k, .max_values = VALUES_MAX, .longest = 1.5, .tolerance = 1e-2, .fn = loss_at, .user = &b};
    st = cupel_descend(&d, theta, &h->loss[item], NULL, err);
    if (st == CUPEL_FAILED) h->loss[item] = INFINITY, st = CUPEL_OK;
    bench_release(&b);
    return st;
}

static cupel_status learn(const cupel_gauss_rows *rows, const cupel_gauss_options *o, double *theta, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    study s;
    double *room = NULL;
    hunt h = {.s = &s};
    const size_t starts = o->starts < 1 ? 1 : o->starts > STARTS_MAX ? STARTS_MAX : o->starts, k = cupel_gauss_n_theta(rows);
    CUPEL_TRY(study_make(rows, o, &s, &room, err));
    h.theta = cupel_alloc(starts * k, sizeof *h.theta);
    if (!h.theta) CUPEL_TRY(cupel_no_memory(err, "a Gaussian process", starts * k * sizeof *h.theta));
    CUPEL_TRY(cupel_par_for(o->threads, starts, one_start, &h, err));
    size_t best = 0;
    for (size_t i = 1; i < starts; i++)
        if (h.loss[i] < h.loss[best]) best = i;
    if (!isfinite(h.loss[best])) CUPEL_TRY(cupel_fail(err, CUPEL_FAILED, "no lengths of the Gaussian process fit the rows"));
    memcpy(theta, h.theta + best * k, k * sizeof *theta);
done:
    cupel_free(h.theta);
    cupel_free(room);
    return st;
}

/* The best half of what is allowed, and by chance from the rest. */
static cupel_status choose_rows(const cupel_gauss_rows *r, const cupel_gauss_options *o, size_t *row, cupel_err *err)
{
    const size_t best = o->rows_max / 2, rest = r->n - best;
    size_t *by_chance = cupel_alloc(rest, sizeof *by_chance), *order = cupel_alloc(r->n, sizeof *order);
    double *key = cupel_alloc(r->n, sizeof *key);
    cupel_status st = by_chance && order && key ? CUPEL_OK : cupel_no_memory(err, "a choice of rows", r->n * sizeof *order);
    for (size_t i = 0; st == CUPEL_OK && i < r->n; i++) key[i] = o->maximize ? -r->y[i] : r->y[i];
    if (st == CUPEL_OK) st = cupel_order(key, r->n, order, err);
    if (st == CUPEL_OK) {
        cupel_rng_permutation(o->seed, 77, by_chance, rest);
        for (size_t i = 0; i < o->rows_max; i++) row[i] = i < best ? order[i] : order[best + by_chance[i - best]];
    }
    cupel_free(by_chance);
    cupel_free(order);
    cupel_free(key);
    return st;
}

cupel_status cupel_gauss_learn(const cupel_gauss_rows *r, const cupel_gauss_options *o, double *theta, cupel_err *err)
{
    if (r->n <= o->rows_max || o->rows_max < 2) return learn(r, o, theta, err);
    cupel_status st = CUPEL_OK;
    size_t *row = cupel_alloc(o->rows_max, sizeof *row);
    double *x = cupel_alloc(o->rows_max * (r->d + 1), sizeof *x), *y = x ? x + o->rows_max * r->d : NULL;
    if (!row || !x) CUPEL_TRY(cupel_no_memory(err, "a choice of rows", o->rows_max * (r->d + 1) * sizeof *x));
    CUPEL_TRY(choose_rows(r, o, row, err));
    for (size_t i = 0; i < o->rows_max; i++) {
        memcpy(x + i * r->d, r->x + row[i] * r->d, r->d * sizeof *x);
        y[i] = r->y[row[i]];
    }
    st = learn(&(cupel_gauss_rows){.n = o->rows_max, .d = r->d, .n_blocks = r->n_blocks, .x = x, .y = y, .block = r->block}, o, theta, err);
done:
    cupel_free(row);
    cupel_free(x);
    return st;
}
