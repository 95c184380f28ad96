#include "core/math/pca.h"

#include "core/base/err.h"
#include "core/base/mem.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>

enum { SWEEPS = 60 };

/* To products of x less the mean of all x. */
static void centre(size_t n, double *g, double *mean)
{
    double all = 0;
    for (size_t i = 0; i < n; i++) {
        mean[i] = 0;
        for (size_t j = 0; j < n; j++) mean[i] += g[i * n + j] / (double)n;
        all += mean[i] / (double)n;
    }
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j <= i; j++) g[i * n + j] = g[j * n + i] = (g[i * n + j] + g[j * n + i]) / 2 - mean[i] - mean[j] + all;
}

/* Makes g[p][q] 0; row i of v follows (Golub, Van Loan, Matrix Computations, 8.5). */
static void rotate(size_t n, double *g, double *v, size_t p, size_t q)
{
    const double theta = (g[q * n + q] - g[p * n + p]) / (2 * g[p * n + q]);
    const double t = (theta < 0 ? -1 : 1) / (fabs(theta) + sqrt(theta * theta + 1)), c = 1 / sqrt(t * t + 1), s = t * c;
    for (size_t k = 0; k < n; k++) {
        const double x = g[p * n + k], y = g[q * n + k];
        g[p * n + k] = c * x - s * y;
        g[q * n + k] = s * x + c * y;
    }
    for (size_t k = 0; k < n; k++) {
        const double x = g[k * n + p], y = g[k * n + q];
        g[k * n + p] = c * x - s * y;
        g[k * n + q] = s * x + c * y;
    }
    for (size_t k = 0; k < n; k++) {
        const double x = v[p * n + k], y = v[q * n + k];
        v[p * n + k] = c * x - s * y;
        v[q * n + k] = s * x + c * y;
    }
}

static void diagonalise(size_t n, double *g, double *v)
{
    double size = 0;
    for (size_t i = 0; i < n * n; i++) size = fmax(size, fabs(g[i]));
    for (size_t i = 0; i < n * n; i++) v[i] = i % (n + 1) == 0;
    for (int sweep = 0; sweep < SWEEPS; sweep++) {
        bool done = true;
        for (size_t p = 0; p < n; p++)
            for (size_t q = p + 1; q < n; q++) {
                if (fabs(g[p * n + q]) <= DBL_EPSILON / 16 * size) continue;
                rotate(n, g, v, p, q);
                done = false;
            }
        if (done) break;
    }
}

static void take(size_t n, size_t k, size_t column, double value, const double *vector, double *score)
{
    size_t largest = 0;
    for (size_t i = 1; i < n; i++) /* by more than rounding: mirror images stay in their order */
        if (fabs(vector[i]) > fabs(vector[largest]) * (1 + 1e-9)) largest = i;
    const double scale = (vector[largest] < 0 ? -1 : 1) * sqrt(value > 0 ? value : 0);
    for (size_t i = 0; i < n; i++) score[i * k + column] = scale * vector[i];
}

cupel_status cupel_pca_of_products(size_t n, double *gram, size_t k, double *score, double *share, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    double total = 0;
    double *vector = cupel_alloc(cupel_mul(n, n), sizeof *vector), *mean = cupel_alloc(n, sizeof *mean);
    if (!vector || !mean) CUPEL_TRY(cupel_no_memory(err, "principal components", cupel_mul(n, n) * sizeof *vector));
    centre(n, gram, mean);
    diagonalise(n, gram, vector);
    for (size_t i = 0; i < n; i++) total += fmax(gram[i * n + i], 0);
    for (size_t c = 0; c < k; c++) {
        size_t best = 0;
        for (size_t i = 1; i < n; i++)
            if (gram[i * n + i] > gram[best * n + best]) best = i;
        const double value = gram[best * n + best];
        share[c] = total > 0 && value > 0 ? value / total : 0;
        take(n, k, c, value, vector + best * n, score);
        gram[best * n + best] = -INFINITY;
    }
done:
    cupel_free(vector);
    cupel_free(mean);
    return st;
}
