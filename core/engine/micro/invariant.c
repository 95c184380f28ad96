#include "core/engine/micro/invariant.h"

#include "core/math/small.h"

#include <math.h>

const char *const cupel_invariant_words[] = {"mean", "trace", "smallest", "largest", "ratio", NULL};

double cupel_invariant_of(cupel_invariant which, const double *t, size_t n)
{
    double value[CUPEL_SMALL], trace = 0;
    for (size_t i = 0; i < n; i++) trace += t[i * (n + 1)];
    if (which == CUPEL_INVARIANT_TRACE) return trace;
    if (which == CUPEL_INVARIANT_MEAN) return trace / (double)n;
    cupel_small_eigen(t, n, value, NULL);
    if (which == CUPEL_INVARIANT_SMALLEST) return value[0];
    if (which == CUPEL_INVARIANT_LARGEST) return value[n - 1];
    return value[0] > 0 ? value[n - 1] / value[0] : (double)NAN;
}

void cupel_invariant_square(const double *alpha, double *t)
{
    static const size_t place[6][2] = {{0, 0}, {1, 1}, {2, 2}, {1, 2}, {0, 2}, {0, 1}};
    for (size_t k = 0; k < 6; k++) {
        const double x = k < 3 ? alpha[k] : alpha[k] / sqrt(2);
        t[3 * place[k][0] + place[k][1]] = t[3 * place[k][1] + place[k][0]] = x;
    }
}
