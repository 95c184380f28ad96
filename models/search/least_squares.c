#include "models/search/least_squares.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/math/la.h"

#include <math.h>
#include <string.h>

typedef struct work {
    const cupel_ls_problem *p;
    double damping;
    bool counts[CUPEL_LS_PARAMS * 4]; /* residuals that are squared */
    bool held[CUPEL_LS_PARAMS];       /* parameters at the end of their range */
    double a[CUPEL_LS_PARAMS * CUPEL_LS_PARAMS], b[CUPEL_LS_PARAMS];
    double low[CUPEL_LS_PARAMS], high[CUPEL_LS_PARAMS]; /* of the step */
} work;

double cupel_ls_cost(const double *r, const bool *one_sided, size_t m)
{
    double sum = 0;
    for (size_t i = 0; i < m; i++)
        if (!one_sided || !one_sided[i] || r[i] > 0) sum += r[i] * r[i];
    return sum;
}

static double after(const cupel_ls_problem *p, size_t i, const double *dx)
{
    double r = p->r[i];
    for (size_t k = 0; k < p->n; k++) r += p->j[i * p->n + k] * dx[k];
    return r;
}

/* The free parameters' share of (J^T J + damping / reach^2) dx = -J^T (r + J dx_held). */
static cupel_status solve_free(work *w, double *dx, cupel_err *err)
{
    const cupel_ls_problem *p = w->p;
    size_t place[CUPEL_LS_PARAMS], n = 0;
    for (size_t k = 0; k < p->n; k++) {
        if (!w->held[k]) dx[k] = 0;
        if (!w->held[k]) place[n++] = k;
    }
    if (n == 0) return CUPEL_OK;
    memset(w->a, 0, n * n * sizeof *w->a);
    memset(w->b, 0, n * sizeof *w->b);
    for (size_t i = 0; i < p->m; i++) {
        if (!w->counts[i]) continue;
        const double *row = p->j + i * p->n, r = after(p, i, dx);
        for (size_t k = 0; k < n; k++) {
            w->b[k] -= row[place[k]] * r;
            for (size_t l = 0; l <= k; l++) w->a[k * n + l] += row[place[k]] * row[place[l]];
        }
    }
    for (size_t k = 0; k < n; k++) {
        const double reach = p->reach[place[k]];
        w->a[k * n + k] = w->a[k * n + k] * (1 + 1e-12) + w->damping / (reach * reach) + 1e-300;
    }
    cupel_matrix a = {w->a, n, n, n}, b = {w->b, n, 1, 1};
    cupel_status st = cupel_la_cholesky(a, err);
    if (st == CUPEL_OK) st = cupel_la_cholesky_solve(cupel_read(a), b, err);
    if (st != CUPEL_OK) return st;
    for (size_t k = 0; k < n; k++) dx[place[k]] = w->b[k];
    return CUPEL_OK;
}

/* Holds the parameter that leaves its range by most, relative to its reach; false when none does. */
static bool hold_worst(work *w, double *dx)
{
    const cupel_ls_problem *p = w->p;
    size_t worst = p->n;
    double most = 1e-12;
    for (size_t k = 0; k < p->n; k++) {
        const double beyond = fmax(w->low[k] - dx[k], dx[k] - w->high[k]) / p->reach[k];
        if (w->held[k] || beyond <= most) continue;
        most = beyond;
        worst = k;
    }
    if (worst == p->n) return false;
    w->held[worst] = true;
    dx[worst] = dx[worst] < w->low[worst] ? w->low[worst] : w->high[worst];
    return true;
}

/* One-sided residuals count where the step leaves them positive; true when that has changed. */
static bool recount(work *w, const double *dx)
{
    bool changed = false;
    for (size_t i = 0; i < w->p->m; i++) {
        if (!w->p->one_sided || !w->p->one_sided[i]) continue;
        const bool counts = after(w->p, i, dx) > 0;
        if (counts && !w->counts[i]) w->counts[i] = changed = true; /* only added: the loop ends */
    }
    return changed;
}

cupel_status cupel_ls_step(const cupel_ls_problem *p, double damping, double *dx, double *predicted, cupel_err *err)
{
    if (p->n > CUPEL_LS_PARAMS || p->m > (size_t)CUPEL_LS_PARAMS * 4)
        return cupel_fail(err, CUPEL_BAD_INPUT, "least squares: %zu parameters and %zu residuals; at most %d and %d", p->n, p->m, CUPEL_LS_PARAMS,
                          4 * CUPEL_LS_PARAMS);
    work *w = cupel_alloc(1, sizeof *w);
    if (!w) return cupel_no_memory(err, "a least squares step", sizeof *w);
    cupel_status st = CUPEL_OK;
    double step[CUPEL_LS_PARAMS];
    w->p = p;
    w->damping = damping;
    for (size_t i = 0; i < p->m; i++) w->counts[i] = !p->one_sided || !p->one_sided[i] || p->r[i] > 0;
    for (size_t k = 0; k < p->n; k++) {
        w->low[k] = fmax(p->lower[k] - p->x[k], -p->reach[k]);
        w->high[k] = fmin(p->upper[k] - p->x[k], p->reach[k]);
    }
    do {
        memset(w->held, 0, sizeof w->held);
        memset(step, 0, sizeof step);
        do CUPEL_TRY(solve_free(w, step, err));
        while (hold_worst(w, step));
    } while (recount(w, step));
    *predicted = 0;
    for (size_t i = 0; i < p->m; i++) {
        const double r = after(p, i, step);
        if (!p->one_sided || !p->one_sided[i] || r > 0) *predicted += r * r;
    }
    memcpy(dx, step, p->n * sizeof *dx);
done:
    cupel_free(w);
    return st;
}
