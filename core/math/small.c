#include "core/math/small.h"

#include <math.h>
#include <string.h>

/* Zeroes a[p][q] by a rotation in the plane of p and q, and turns the rows of v with it. Rows first, then the columns are their mirror images. */
static inline __attribute__((always_inline)) void rotate(double *a, double *v, size_t n, size_t p, size_t q)
{
    const double app = a[p * n + p], aqq = a[q * n + q], apq = a[p * n + q], theta = (aqq - app) / (2 * apq);
    const double t = copysign(1, theta) / (fabs(theta) + sqrt(theta * theta + 1)), c = 1 / sqrt(t * t + 1), s = t * c;
    double *restrict x = a + p * n, *restrict y = a + q * n, *restrict vx = v + p * n, *restrict vy = v + q * n;
    for (size_t k = 0; k < n; k++) {
        const double ax = x[k], ay = y[k], bx = vx[k], by = vy[k];
        x[k] = c * ax - s * ay;
        y[k] = s * ax + c * ay;
        vx[k] = c * bx - s * by;
        vy[k] = s * bx + c * by;
    }
    for (size_t k = 0; k < n; k++) {
        a[k * n + p] = a[p * n + k];
        a[k * n + q] = a[q * n + k];
    }
    a[p * n + p] = app - t * apq;
    a[q * n + q] = aqq + t * apq;
    a[p * n + q] = a[q * n + p] = 0;
}

static double off_diagonal(const double *a, size_t n)
{
    double sum = 0;
    for (size_t p = 0; p < n; p++)
        for (size_t q = p + 1; q < n; q++) sum += a[p * n + q] * a[p * n + q];
    return sqrt(sum);
}

/* For every n a compiler makes its own. */
static inline __attribute__((always_inline)) void eigen(const double *a, size_t n, double *value, double *vector)
{
    enum { SWEEPS = 40 }; /* convergence is quadratic: 6 x 6 needs about 6 */
    double w[CUPEL_SMALL * CUPEL_SMALL], v[CUPEL_SMALL * CUPEL_SMALL] = {0};
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++) w[i * n + j] = i <= j ? a[i * n + j] : a[j * n + i];
    for (size_t i = 0; i < n; i++) v[i * n + i] = 1;
    const double small = 1e-17 * cupel_small_norm(w, n * n);
    for (int sweep = 0; sweep < SWEEPS && off_diagonal(w, n) > small; sweep++)
        for (size_t p = 0; p < n; p++)
            for (size_t q = p + 1; q < n; q++)
                if (fabs(w[p * n + q]) > small / (2 * CUPEL_SMALL)) rotate(w, v, n, p, q); /* smaller ones together stay below it */
    size_t order[CUPEL_SMALL];
    for (size_t i = 0; i < n; i++) {
        size_t j = i;
        for (; j > 0 && w[order[j - 1] * (n + 1)] > w[i * (n + 1)]; j--) order[j] = order[j - 1];
        order[j] = i;
    }
    for (size_t i = 0; i < n; i++) {
        value[i] = w[order[i] * (n + 1)];
        if (vector) memcpy(vector + i * n, v + order[i] * n, n * sizeof *v);
    }
}

void cupel_small_eigen(const double *a, size_t n, double *value, double *vector)
{
    if (n == 3)
        eigen(a, 3, value, vector);
    else if (n == 6)
        eigen(a, 6, value, vector);
    else
        eigen(a, n, value, vector);
}

static void swap_rows(double *a, size_t n, size_t p, size_t q)
{
    for (size_t k = 0; k < n; k++) {
        const double t = a[p * n + k];
        a[p * n + k] = a[q * n + k];
        a[q * n + k] = t;
    }
}

bool cupel_small_invert(const double *a, size_t n, double *inverse)
{
    double w[CUPEL_SMALL * CUPEL_SMALL], v[CUPEL_SMALL * CUPEL_SMALL] = {0}, largest = 0;
    memcpy(w, a, n * n * sizeof *w);
    for (size_t i = 0; i < n * n; i++) largest = fmax(largest, fabs(w[i]));
    for (size_t i = 0; i < n; i++) v[i * n + i] = 1;
    for (size_t p = 0; p < n; p++) {
        size_t best = p;
        for (size_t i = p + 1; i < n; i++)
            if (fabs(w[i * n + p]) > fabs(w[best * n + p])) best = i;
        if (!(fabs(w[best * n + p]) > 1e-15 * largest)) return false;
        swap_rows(w, n, p, best);
        swap_rows(v, n, p, best);
        const double d = 1 / w[p * n + p];
        for (size_t k = 0; k < n; k++) {
            w[p * n + k] *= d;
            v[p * n + k] *= d;
        }
        for (size_t i = 0; i < n; i++) {
            const double f = w[i * n + p];
            if (i == p) continue;
            for (size_t k = 0; k < n; k++) {
                w[i * n + k] -= f * w[p * n + k];
                v[i * n + k] -= f * v[p * n + k];
            }
        }
    }
    memcpy(inverse, v, n * n * sizeof *v);
    return true;
}

void cupel_small_multiply(const double *a, const double *b, size_t m, size_t k, size_t n, double *c)
{
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j < n; j++) {
            double sum = 0;
            for (size_t l = 0; l < k; l++) sum += a[i * k + l] * b[l * n + j];
            c[i * n + j] = sum;
        }
}

double cupel_small_norm(const double *a, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += a[i] * a[i];
    return sqrt(sum);
}
