#include "models/learn/lbfgs.h"

#include "core/base/err.h"
#include "core/base/mem.h"

#include <math.h>
#include <string.h>

enum { KEPT = 8, TRIALS = 12 };

typedef struct walk {
    const cupel_lbfgs *way_of;
    size_t n, kept;        /* parameters; pairs kept */
    double *centre, *theta, *gradient, *trial, *trial_gradient, *way; /* [n] */
    double *step, *change; /* [KEPT][n] the last first */
} walk;

static cupel_status loss_at(const walk *w, const double *theta, double *loss, double *gradient, cupel_err *err)
{
    const cupel_lbfgs *d = w->way_of;
    cupel_status st = d->loss(d->user, theta, loss, gradient, err);
    for (size_t i = 0; st == CUPEL_OK && i < w->n; i++) {
        double off = (theta[i] - w->centre[i]) / d->wide;
        *loss += 0.5 * off * off;
        gradient[i] += off / d->wide;
    }
    return st;
}

static double dot(const double *a, const double *b, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += a[i] * b[i];
    return sum;
}

static void choose_way(walk *w)
{
    double share[KEPT];
    size_t n = w->n;
    for (size_t i = 0; i < n; i++) w->way[i] = -w->gradient[i];
    for (size_t k = 0; k < w->kept; k++) {
        const double *s = w->step + k * n, *y = w->change + k * n;
        share[k] = dot(s, w->way, n) / dot(s, y, n);
        for (size_t i = 0; i < n; i++) w->way[i] -= share[k] * y[i];
    }
    double scale = w->kept ? dot(w->step, w->change, n) / dot(w->change, w->change, n) : 0.3 / sqrt(dot(w->gradient, w->gradient, n) + 1e-300);
    for (size_t i = 0; i < n; i++) w->way[i] *= scale;
    for (size_t k = w->kept; k-- > 0;) {
        const double *s = w->step + k * n, *y = w->change + k * n;
        double back = dot(y, w->way, n) / dot(s, y, n);
        for (size_t i = 0; i < n; i++) w->way[i] += (share[k] - back) * s[i];
    }
    double largest = 0; /* parameters are logarithms: a length changes by a factor of at most e^2 in a step */
    for (size_t i = 0; i < n; i++) largest = fmax(largest, fabs(w->way[i]));
    for (size_t i = 0; largest > 2 && i < n; i++) w->way[i] *= 2 / largest;
}

static void keep_pair(walk *w)
{
    size_t n = w->n;
    memmove(w->step + n, w->step, (KEPT - 1) * n * sizeof *w->step);
    memmove(w->change + n, w->change, (KEPT - 1) * n * sizeof *w->change);
    for (size_t i = 0; i < n; i++) {
        w->step[i] = w->trial[i] - w->theta[i];
        w->change[i] = w->trial_gradient[i] - w->gradient[i];
    }
    if (!(dot(w->step, w->change, n) > 1e-12)) { /* no curvature: forget */
        w->kept = 0;
        return;
    }
    if (w->kept < KEPT) w->kept++;
}

/* Halves the step until the loss falls as it should; *moved false when it never does. */
static cupel_status advance(walk *w, double *loss, bool *moved, cupel_err *err)
{
    double slope = dot(w->way, w->gradient, w->n), trial = 0;
    *moved = false;
    for (double t = 1, k = 0; k < TRIALS && slope < 0; k += 1, t *= 0.5) {
        for (size_t i = 0; i < w->n; i++) w->trial[i] = w->theta[i] + t * w->way[i];
        cupel_status st = loss_at(w, w->trial, &trial, w->trial_gradient, err);
        if (st == CUPEL_FAILED) continue; /* not positive definite: too far */
        if (st != CUPEL_OK) return st;
        if (!(trial <= *loss + 1e-4 * t * slope)) continue;
        *moved = *loss - trial > 1e-6 * (1 + fabs(*loss));
        keep_pair(w);
        memcpy(w->theta, w->trial, w->n * sizeof *w->theta);
        memcpy(w->gradient, w->trial_gradient, w->n * sizeof *w->gradient);
        *loss = trial;
        return CUPEL_OK;
    }
    return CUPEL_OK;
}

cupel_status cupel_lbfgs_run(const cupel_lbfgs *way, double *theta, double *loss, cupel_err *err)
{
    size_t n = way->n;
    walk w = {.way_of = way, .n = n};
    cupel_status st = CUPEL_OK;
    double *m = cupel_alloc(cupel_mul(n, 6 + 2 * KEPT), sizeof *m);
    bool moved = true;
    if (!m) return cupel_no_memory(err, "parameters of a Gaussian process", cupel_mul(n, 8 * (6 + 2 * KEPT)));
    w.centre = m, w.theta = m + n, w.gradient = m + 2 * n, w.trial = m + 3 * n, w.trial_gradient = m + 4 * n, w.way = m + 5 * n;
    w.step = m + 6 * n, w.change = w.step + KEPT * n;
    memcpy(w.centre, way->centre ? way->centre : theta, n * sizeof *theta);
    memcpy(w.theta, theta, n * sizeof *theta);
    CUPEL_TRY(loss_at(&w, w.theta, loss, w.gradient, err));
    for (size_t k = 0; k < way->steps && moved; k++) {
        choose_way(&w);
        CUPEL_TRY(advance(&w, loss, &moved, err));
    }
    memcpy(theta, w.theta, n * sizeof *theta);
done:
    cupel_free(m);
    return st;
}
