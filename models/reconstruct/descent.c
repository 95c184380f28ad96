#include "models/reconstruct/descent.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/sys/par.h"
#include "models/reconstruct/kernels/reconstruct.h"

#include <math.h>
#include <string.h>

/* The kept vectors b: steps s [0 .. MEMORY), changes y of the gradient [MEMORY .. 2 MEMORY), and the gradient [G]. The direction is a combination of
 * them, whose coefficients follow from the matrix of their inner products. */

enum { MEMORY = 24, G = 2 * MEMORY, VECTORS = G + 1, SUMS = VECTORS + 1, BLOCK = 2048, TRIES = 8 };
static const double ARMIJO = 1e-4;

struct cupel_descent {
    size_t n, blocks, workers, kept, next; /* pairs kept, and where the next one goes */
    const cupel_reconstruct_kernels *kernel;
    float *b[VECTORS], *trial, *slope;     /* a point, and the gradient there */
    double inner[VECTORS][VECTORS];
    double *partial;                       /* [blocks][SUMS] */
    double gamma;                          /* scale of the inverse Hessian; 0: not known */
};

void cupel_descent_free(cupel_descent *d)
{
    if (!d) return;
    for (int i = 0; i < VECTORS; i++) cupel_free(d->b[i]);
    cupel_free(d->trial);
    cupel_free(d->slope);
    cupel_free(d->partial);
    cupel_free(d);
}

cupel_status cupel_descent_new(size_t n, const cupel_job *job, cupel_descent **out, cupel_err *err)
{
    *out = NULL;
    cupel_descent *d = cupel_alloc(1, sizeof *d);
    if (!d) return cupel_no_memory(err, "a descent", 0);
    d->n = n;
    d->blocks = (n + BLOCK - 1) / BLOCK;
    d->workers = job->threads;
    d->kernel = cupel_reconstruct_kernels_of(job->isa);
    d->partial = cupel_alloc(cupel_mul(d->blocks, SUMS), sizeof *d->partial);
    d->trial = cupel_alloc_aligned(n, sizeof(float));
    d->slope = cupel_alloc_aligned(n, sizeof(float));
    bool whole = d->partial && d->trial && d->slope;
    for (int i = 0; i < VECTORS && whole; i++) {
        d->b[i] = cupel_alloc_aligned(n, sizeof(float));
        whole = d->b[i] != NULL;
    }
    if (!whole) {
        cupel_descent_free(d);
        return cupel_no_memory(err, "a descent", cupel_mul(n, (VECTORS + 2) * sizeof(float)));
    }
    *out = d;
    return CUPEL_OK;
}

typedef struct work {
    cupel_descent *d;
    float coefficient[VECTORS];
    const float *x;
    float step;
    int s, y;                  /* where the step goes; where the change goes, -1: nowhere */
} work;

static size_t length_of(const cupel_descent *d, size_t block)
{
    const size_t from = block * BLOCK;
    return d->n - from < BLOCK ? d->n - from : BLOCK;
}

/* The step into b[s], and the point it leads to. */
static cupel_status step_block(void *user, size_t block, size_t worker, cupel_err *err)
{
    (void)worker;
    (void)err;
    const work *w = user;
    cupel_descent *d = w->d;
    const size_t at = block * BLOCK, n = length_of(d, block);
    const float *const pair[2] = {w->x + at, d->b[w->s] + at}, one[2] = {1, 1};
    float sum[BLOCK];
    d->kernel->combine(n, VECTORS, w->coefficient, (const float *const *)d->b, at, sum);
    memcpy(d->b[w->s] + at, sum, n * sizeof *sum);
    d->kernel->combine(n, 2, one, pair, 0, d->trial + at);
    return CUPEL_OK;
}

/* The step times a factor. */
static cupel_status shorten_block(void *user, size_t block, size_t worker, cupel_err *err)
{
    (void)worker;
    (void)err;
    const work *w = user;
    cupel_descent *d = w->d;
    const size_t at = block * BLOCK, n = length_of(d, block);
    const float *const pair[2] = {w->x + at, d->b[w->s] + at}, one[2] = {1, 1};
    for (size_t k = at; k < at + n; k++) d->b[w->s][k] *= w->step;
    d->kernel->combine(n, 2, one, pair, 0, d->trial + at);
    return CUPEL_OK;
}

/* The new gradient takes its place, the change of it too. Sums: the gradient times all vectors, and the square of the change. */
static cupel_status learn_block(void *user, size_t block, size_t worker, cupel_err *err)
{
    (void)worker;
    (void)err;
    const work *w = user;
    cupel_descent *d = w->d;
    const size_t at = block * BLOCK, n = length_of(d, block);
    double *sum = d->partial + block * SUMS;
    float *g = d->b[G] + at, *y = w->y >= 0 ? d->b[w->y] + at : NULL;
    for (size_t k = 0; y && k < n; k++) y[k] = d->slope[at + k] - g[k];
    memcpy(g, d->slope + at, n * sizeof *g);
    for (int i = 0; i < VECTORS; i++) sum[i] = d->kernel->dot(n, g, d->b[i] + at);
    sum[VECTORS] = y ? d->kernel->dot(n, y, y) : 0;
    return CUPEL_OK;
}

/* Inner products of the new gradient and, with a pair (s, y), of the step, by the coefficients that made it, and of the change, which is the new
 * gradient less the old one. */
static cupel_status learn(work *w, double length, cupel_err *err)
{
    cupel_descent *d = w->d;
    double step[VECTORS], sum[SUMS] = {0}, square = 0;
    for (int i = 0; i < VECTORS; i++) {
        step[i] = 0;
        for (int j = 0; j < VECTORS; j++) step[i] += length * (double)w->coefficient[j] * d->inner[j][i];
    }
    for (int i = 0; i < VECTORS; i++) square += length * (double)w->coefficient[i] * step[i];
    const cupel_status st = cupel_par_for(d->workers, d->blocks, learn_block, w, err);
    if (st != CUPEL_OK) return st;
    for (size_t b = 0; b < d->blocks; b++)
        for (int i = 0; i < SUMS; i++) sum[i] += d->partial[b * SUMS + (size_t)i];
    if (w->y >= 0) {
        double change[VECTORS];
        for (int i = 0; i < VECTORS; i++) change[i] = sum[i] - d->inner[G][i];
        change[w->s] = sum[w->s] - step[G];
        change[w->y] = sum[VECTORS];
        step[w->s] = square;
        for (int i = 0; i < VECTORS; i++) d->inner[w->s][i] = d->inner[i][w->s] = step[i];
        for (int i = 0; i < VECTORS; i++) d->inner[w->y][i] = d->inner[i][w->y] = change[i];
    }
    for (int i = 0; i < VECTORS; i++) d->inner[G][i] = d->inner[i][G] = sum[i];
    return CUPEL_OK;
}

static double against(const cupel_descent *d, const double *c, int v)
{
    double sum = 0;
    for (int i = 0; i < VECTORS; i++) sum += c[i] * d->inner[i][v];
    return sum;
}

/* The two loops of L-BFGS on coefficients; returns the slope along the direction. */
static double choose_direction(const cupel_descent *d, double value, float *coefficient)
{
    double c[VECTORS] = {0}, alpha[MEMORY];
    c[G] = -1;
    for (size_t k = 1; k <= d->kept; k++) {
        const int i = (int)((d->next + MEMORY - k) % MEMORY);
        alpha[i] = against(d, c, i) / d->inner[i][MEMORY + i];
        c[MEMORY + i] -= alpha[i];
    }
    const double guess = d->gamma > 0 ? d->gamma : d->inner[G][G] > 0 ? value / d->inner[G][G] : 1;
    for (int i = 0; i < VECTORS; i++) c[i] *= guess;
    for (size_t k = d->kept; k >= 1; k--) {
        const int i = (int)((d->next + MEMORY - k) % MEMORY);
        c[i] += alpha[i] - against(d, c, MEMORY + i) / d->inner[i][MEMORY + i];
    }
    for (int i = 0; i < VECTORS; i++) coefficient[i] = (float)c[i];
    return against(d, c, G);
}

static void forget(cupel_descent *d)
{
    d->kept = d->next = 0;
    for (int i = 0; i < G; i++) memset(d->b[i], 0, d->n * sizeof(float));
    memset(d->inner, 0, sizeof d->inner);
}

/* A step that lowers the value enough; *length is what it was shortened to. *found is false when there is none. */
static cupel_status search(work *w, const cupel_descent_problem *p, double slope, double *value, double *length, bool *found, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_descent *d = w->d;
    double t = 1;
    CUPEL_TRY(cupel_par_for(d->workers, d->blocks, step_block, w, err));
    *found = false;
    for (int tries = 0; tries < TRIES; tries++) {
        double f;
        CUPEL_TRY(p->eval(p->user, d->trial, &f, d->slope, err));
        if (f <= *value + ARMIJO * t * slope) {
            *value = f;
            *length = t;
            *found = true;
            break;
        }
        const double parabola = -slope * t / (2 * (f - *value - slope * t)), factor = parabola > 0.1 ? fmin(parabola, 0.5) : 0.1;
        w->step = (float)factor;
        t *= factor;
        CUPEL_TRY(cupel_par_for(d->workers, d->blocks, shorten_block, w, err));
    }
done:
    return st;
}

cupel_status cupel_descent_run(cupel_descent *d, const cupel_descent_problem *p, size_t iterations, float *x, double *f, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    work w = {.d = d, .x = x, .y = -1};
    forget(d);
    CUPEL_TRY(p->eval(p->user, x, f, d->slope, err));
    CUPEL_TRY(learn(&w, 0, err));
    for (size_t i = 0; i < iterations && p->go_on(p->user, *f); i++) {
        double length = 0, slope = choose_direction(d, *f, w.coefficient);
        bool found = false;
        w.s = (int)d->next;
        if (slope < 0) CUPEL_TRY(search(&w, p, slope, f, &length, &found, err));
        if (!found) {
            if (!d->kept) break;
            memcpy(d->slope, d->b[G], d->n * sizeof(float)); /* once more, from the gradient alone */
            forget(d);
            w.y = -1;
            CUPEL_TRY(learn(&w, 0, err));
            continue;
        }
        memcpy(x, d->trial, d->n * sizeof *x);
        w.y = MEMORY + w.s;
        CUPEL_TRY(learn(&w, length, err));
        const double curvature = d->inner[w.s][w.y], size = d->inner[w.y][w.y];
        if (!(curvature > 1e-10 * sqrt(d->inner[w.s][w.s] * size))) {
            memcpy(d->slope, d->b[G], d->n * sizeof(float));
            forget(d);
            w.y = -1;
            CUPEL_TRY(learn(&w, 0, err));
            continue;
        }
        d->gamma = curvature / size;
        d->next = (d->next + 1) % MEMORY;
        if (d->kept < MEMORY) d->kept++;
    }
done:
    return st;
}
