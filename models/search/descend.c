#include "models/search/descend.h"

#include "core/base/err.h"
#include "core/base/mem.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

/* Share of the slope that a step has to keep (Armijo), and halvings at most. */
static const double ARMIJO = 1e-4;
enum { HALVINGS = 12 };

typedef struct state {
    size_t n;
    double *h;                              /* [n][n] inverse of the second derivatives, as far as it is known */
    double *x, *g, *next, *next_g, *step, *hy; /* [n] */
} state;

static double dot(const double *a, const double *b, size_t n)
{
    double s = 0;
    for (size_t i = 0; i < n; i++) s += a[i] * b[i];
    return s;
}

static double largest(const double *a, size_t n)
{
    double m = 0;
    for (size_t i = 0; i < n; i++) m = fmax(m, fabs(a[i]));
    return m;
}

static void unit(state *s, double scale)
{
    memset(s->h, 0, s->n * s->n * sizeof *s->h);
    for (size_t i = 0; i < s->n; i++) s->h[i * s->n + i] = scale;
}

/* Direction -H g, or -g where H does not lead down; no component longer than `longest`. */
static double direct(state *s, double longest)
{
    const size_t n = s->n;
    for (size_t i = 0; i < n; i++) s->step[i] = -dot(s->h + i * n, s->g, n);
    double slope = dot(s->step, s->g, n);
    if (!(slope < 0)) {
        unit(s, 1);
        for (size_t i = 0; i < n; i++) s->step[i] = -s->g[i];
        slope = dot(s->step, s->g, n);
    }
    const double most = largest(s->step, n);
    if (!(most > longest)) return slope;
    for (size_t i = 0; i < n; i++) s->step[i] *= longest / most;
    return slope * longest / most;
}

/* H of the pair step, y = g' - g: (I - r s y') H (I - r y s') + r s s', r = 1 / y's. */
static void update(state *s, bool first)
{
    const size_t n = s->n;
    double *y = s->g; /* the old gradient is not needed any more */
    for (size_t i = 0; i < n; i++) y[i] = s->next_g[i] - s->g[i];
    const double ys = dot(y, s->step, n), yy = dot(y, y, n);
    if (!(ys > 1e-12 * sqrt(yy * dot(s->step, s->step, n)))) return;
    if (first) unit(s, ys / yy);
    for (size_t i = 0; i < n; i++) s->hy[i] = dot(s->h + i * n, y, n);
    const double r = 1 / ys, c = r + r * r * dot(y, s->hy, n);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            s->h[i * n + j] += c * s->step[i] * s->step[j] - r * (s->hy[i] * s->step[j] + s->step[i] * s->hy[j]);
}

/* The next point along the step, halved until the value falls far enough; *moved false when it never does. */
static cupel_status search(const cupel_downhill *d, state *s, double slope, double *value, size_t *used, bool *moved, cupel_err *err)
{
    double t = 1, v = NAN;
    *moved = false;
    for (int k = 0; k < HALVINGS && *used < d->max_values; k++, t *= 0.5) {
        for (size_t i = 0; i < s->n; i++) s->next[i] = s->x[i] + t * s->step[i];
        cupel_status st = d->fn(d->user, s->next, &v, s->next_g, err);
        ++*used;
        if (st == CUPEL_FAILED) continue;
        if (st != CUPEL_OK) return st;
        if (!(v <= *value + ARMIJO * t * slope)) continue;
        for (size_t i = 0; i < s->n; i++) s->step[i] *= t;
        *value = v;
        *moved = true;
        return CUPEL_OK;
    }
    return CUPEL_OK;
}

static cupel_status descend(const cupel_downhill *d, state *s, double *value, cupel_err *err)
{
    size_t used = 1;
    cupel_status st = d->fn(d->user, s->x, value, s->g, err);
    unit(s, 1);
    for (bool first = true, moved = true; st == CUPEL_OK && moved && used < d->max_values && largest(s->g, s->n) > d->tolerance; first = false) {
        const double slope = direct(s, d->longest);
        st = search(d, s, slope, value, &used, &moved, err);
        if (st != CUPEL_OK || !moved) break;
        memcpy(s->x, s->next, s->n * sizeof *s->x);
        update(s, first);
        memcpy(s->g, s->next_g, s->n * sizeof *s->g);
    }
    return st;
}

cupel_status cupel_descend(const cupel_downhill *d, double *x, double *value, double *inverse, cupel_err *err)
{
    const size_t n = d->n;
    if (!n || n > CUPEL_DESCEND_MAX)
        return cupel_fail(err, CUPEL_BAD_INPUT, "descent in %zu variables, expected 1 to %d", n, (int)CUPEL_DESCEND_MAX);
    double *room = cupel_alloc(n * n + 6 * n, sizeof *room);
    if (!room) return cupel_no_memory(err, "a descent", (n * n + 6 * n) * sizeof *room);
    state s = {.n = n, .h = room};
    s.x = room + n * n;
    s.g = s.x + n, s.next = s.g + n, s.next_g = s.next + n, s.step = s.next_g + n, s.hy = s.step + n;
    memcpy(s.x, x, n * sizeof *x);
    double best = NAN;
    cupel_status st = descend(d, &s, &best, err);
    if (st == CUPEL_OK) {
        memcpy(x, s.x, n * sizeof *x);
        *value = best;
        if (inverse) memcpy(inverse, s.h, n * n * sizeof *inverse);
    }
    cupel_free(room);
    return st;
}
