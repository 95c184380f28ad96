#include "models/learn/exact.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "models/learn/surrogate_parts.h"

#include <math.h>
#include <string.h>

enum { STEPS = 200 };
/* Weight of the ridge, as a share of the variance of each part: trees may say nearly the same. */
static const double RIDGE = 1e-3;
/* A sum with less of the variance leaves a rest that scatters as the whole does (a hurdle, 0.68: the same standard errors; a forest's median, 0.93:
 * two thirds). */
static const double LEAST = 0.8;

typedef struct fit {
    size_t m, n;
    double *t;           /* [m][n] what each part says, standardised */
    double *mean, *size; /* [m] */
    double *y, centre;   /* [n] predictions less their mean */
    double *w;           /* [m] of the standardised parts */
} fit;

static void standardise(fit *f)
{
    for (size_t k = 0; k < f->m; k++) {
        double *t = f->t + k * f->n, mean = 0, square = 0;
        for (size_t i = 0; i < f->n; i++) mean += t[i] / (double)f->n;
        for (size_t i = 0; i < f->n; i++) t[i] -= mean, square += t[i] * t[i];
        f->mean[k] = mean;
        f->size[k] = square > 0 ? sqrt(square) : 0;
        for (size_t i = 0; i < f->n; i++) t[i] = f->size[k] > 0 ? t[i] / f->size[k] : 0;
    }
}

/* out = (T T^t + ridge) w, said [n] scratch. */
static void apply(const fit *f, const double *w, double *said, double *out)
{
    memset(said, 0, f->n * sizeof *said);
    for (size_t k = 0; k < f->m; k++)
        for (size_t i = 0; i < f->n; i++) said[i] += w[k] * f->t[k * f->n + i];
    for (size_t k = 0; k < f->m; k++) {
        out[k] = RIDGE * w[k];
        for (size_t i = 0; i < f->n; i++) out[k] += f->t[k * f->n + i] * said[i];
    }
}

/* Conjugate gradients in plain loops: the same digits on every machine. work [3 m + n]. */
static void solve(fit *f, double *work)
{
    double *r = work, *p = r + f->m, *ap = p + f->m, *said = ap + f->m, rr = 0;
    for (size_t k = 0; k < f->m; k++) {
        f->w[k] = 0;
        for (size_t i = 0; i < f->n; i++) r[k] += f->t[k * f->n + i] * f->y[i];
        p[k] = r[k];
        rr += r[k] * r[k];
    }
    const double enough = 1e-16 * rr;
    for (int step = 0; step < STEPS && rr > enough; step++) {
        double pap = 0, next = 0;
        apply(f, p, said, ap);
        for (size_t k = 0; k < f->m; k++) pap += p[k] * ap[k];
        for (size_t k = 0; k < f->m; k++) {
            f->w[k] += rr / pap * p[k];
            r[k] -= rr / pap * ap[k];
            next += r[k] * r[k];
        }
        for (size_t k = 0; k < f->m; k++) p[k] = r[k] + next / rr * p[k];
        rr = next;
    }
}

/* Share of the predictions' variance that the sum has. */
static double follows(const fit *f, double *said)
{
    double left = 0, all = 0;
    memset(said, 0, f->n * sizeof *said);
    for (size_t k = 0; k < f->m; k++)
        for (size_t i = 0; i < f->n; i++) said[i] += f->w[k] * f->t[k * f->n + i];
    for (size_t i = 0; i < f->n; i++) left += (f->y[i] - said[i]) * (f->y[i] - said[i]), all += f->y[i] * f->y[i];
    return all > 0 ? 1 - left / all : 0;
}

/* The sum in the unit of the predictions. */
static void put(const fit *f, double share, cupel_exact *e)
{
    e->factor = 1;
    e->constant = f->centre;
    e->scale = CUPEL_EXACT_TARGET;
    e->follows = share;
    for (size_t k = 0; k < f->m; k++) {
        const double weight = f->size[k] > 0 ? f->w[k] / f->size[k] : 0;
        e->terms.term[k].weight = weight;
        e->constant -= weight * f->mean[k];
    }
}

static cupel_status make_room(fit *f, double **all, double **work, cupel_err *err)
{
    const size_t m = f->m, n = f->n;
    *all = cupel_alloc(cupel_mul(m, n) + 3 * m + n, sizeof **all);
    *work = cupel_alloc(3 * m + n, sizeof **work);
    if (!*all || !*work) return cupel_no_memory(err, "a sum that follows predictions", cupel_mul(m, n * sizeof **all));
    f->t = *all;
    f->mean = f->t + m * n;
    f->size = f->mean + m;
    f->w = f->size + m;
    f->y = f->w + m;
    return CUPEL_OK;
}

cupel_status cupel_exact_follow(cupel_exact *e, const double *x, size_t ld, size_t n, const double *value, cupel_isa isa, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    fit f = {.m = e->terms.n, .n = n};
    double *all = NULL, *work = NULL;
    if (e->share >= 1 || e->coef || !f.m || n < 4) return CUPEL_OK;
    CUPEL_TRY(make_room(&f, &all, &work, err));
    CUPEL_TRY(cupel_exact_say(e, &(cupel_query){.x = x, .ld = ld, .n = n, .isa = isa}, f.t, err));
    for (size_t i = 0; i < n; i++) f.centre += value[i] / (double)n;
    for (size_t i = 0; i < n; i++) f.y[i] = value[i] - f.centre;
    standardise(&f);
    solve(&f, work);
    const double share = follows(&f, work + 3 * f.m);
    if (share >= LEAST) put(&f, share, e);
done:
    cupel_free(all);
    cupel_free(work);
    return st;
}
