#include "models/search/hypervolume.h"

#include "core/base/err.h"
#include "core/base/mem.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

enum { ON_STACK = 512 }; /* numbers of a small front: no allocation in the inner loop of an acquisition */

static bool covers(const double *a, const double *b, size_t m)
{
    for (size_t k = 0; k < m; k++)
        if (a[k] < b[k]) return false;
    return true;
}

size_t cupel_front(double *p, size_t n, size_t m)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        bool out = false;
        for (size_t j = 0; j < kept && !out; j++) out = covers(p + j * m, p + i * m, m);
        if (out) continue;
        double point[CUPEL_VOLUME_GOALS];
        memcpy(point, p + i * m, m * sizeof *point);
        size_t left = 0; /* those kept that the new one does not cover */
        for (size_t j = 0; j < kept; j++)
            if (!covers(point, p + j * m, m)) memmove(p + left++ * m, p + j * m, m * sizeof *p);
        memcpy(p + left * m, point, m * sizeof *p);
        kept = left + 1;
    }
    return kept;
}

static double box(const double *x, size_t m)
{
    double v = 1;
    for (size_t k = 0; k < m; k++) v *= fmax(x[k], 0);
    return v;
}

static cupel_status added(const double *p, size_t n, size_t m, const double *x, double *out, cupel_err *err);

/* Of a front: each point adds what those before it leave. */
static cupel_status volume_of(const double *p, size_t n, size_t m, double *out, cupel_err *err)
{
    double sum = 0, more;
    for (size_t i = 0; i < n; i++) {
        cupel_status st = added(p, i, m, p + i * m, &more, err);
        if (st != CUPEL_OK) return st;
        sum += more;
    }
    *out = sum;
    return CUPEL_OK;
}

/* The box of x less the volume of p limited to it. */
static cupel_status added(const double *p, size_t n, size_t m, const double *x, double *out, cupel_err *err)
{
    double stack[ON_STACK], *limited = stack, inside = 0;
    const double all = box(x, m);
    *out = all;
    if (!n || !(all > 0)) return CUPEL_OK;
    for (size_t i = 0; i < n; i++)
        if (covers(p + i * m, x, m)) {
            *out = 0;
            return CUPEL_OK;
        }
    if (n * m > ON_STACK && !(limited = cupel_alloc(n * m, sizeof *limited))) return cupel_no_memory(err, "a front", n * m * sizeof *limited);
    for (size_t i = 0; i < n * m; i++) limited[i] = fmin(p[i], x[i % m]);
    cupel_status st = volume_of(limited, cupel_front(limited, n, m), m, &inside, err);
    if (limited != stack) cupel_free(limited);
    *out = fmax(all - inside, 0);
    return st;
}

cupel_status cupel_hypervolume_added(const double *p, size_t n, size_t m, const double *x, double *out, cupel_err *err)
{
    if (!m || m > CUPEL_VOLUME_GOALS) return cupel_fail(err, CUPEL_BAD_INPUT, "a volume of %zu objectives, expected 1 to %d", m,
                                                        (int)CUPEL_VOLUME_GOALS);
    return added(p, n, m, x, out, err);
}

cupel_status cupel_hypervolume(const double *p, size_t n, size_t m, double *volume, cupel_err *err)
{
    if (!m || m > CUPEL_VOLUME_GOALS) return cupel_fail(err, CUPEL_BAD_INPUT, "a volume of %zu objectives, expected 1 to %d", m,
                                                        (int)CUPEL_VOLUME_GOALS);
    double *front = cupel_alloc(cupel_mul(n, m), sizeof *front);
    if (!front) return cupel_no_memory(err, "a front", 0);
    if (n) memcpy(front, p, n * m * sizeof *front);
    cupel_status st = volume_of(front, cupel_front(front, n, m), m, volume, err);
    cupel_free(front);
    return st;
}
