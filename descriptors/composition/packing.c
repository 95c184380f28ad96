#include "descriptors/composition/packing.h"

#include <math.h>
#include <stddef.h>

/* R_N for N = 3 .. 24. */
enum { N_SIZES = 22 };
static const double ideal[N_SIZES] = {0.154701, 0.224745, 0.361654, 0.414214, 0.518145, 0.616517, 0.709914, 0.798907, 0.884003, 0.902113, 0.976006,
                                      1.04733,  1.11632,  1.18318,  1.2481,   1.31123,  1.37271,  1.43267,  1.49119,  1.5484,   1.60436,  1.65915};

/* The efficiencies with the largest cluster that leaves no gap (>= 0) and with the next (< 0). Past either end of the table both are the last one. */
static void neighbours(double ratio, double *loose, double *tight)
{
    size_t k = 0;
    while (k < N_SIZES && ideal[k] <= ratio) k++;
    *loose = 1.0 - ideal[k ? k - 1 : 0] / ratio;
    *tight = 1.0 - ideal[k < N_SIZES ? k : N_SIZES - 1] / ratio;
}

double cupel_packing(double ratio)
{
    double loose, tight;
    neighbours(ratio, &loose, &tight);
    return fabs(tight) < fabs(loose) ? tight : loose;
}

/* Within this difference of the two, relative to their sum, one fades into the other. An atom among its like (0.024 and -0.047) is outside. */
static const double FADE = 0.25;

double cupel_packing_smooth(double ratio)
{
    double loose, tight;
    neighbours(ratio, &loose, &tight);
    double both = fabs(loose) + fabs(tight);
    if (both == 0.0) return 0.0;
    double t = (fabs(loose) - fabs(tight)) / both / (2.0 * FADE) + 0.5;
    t = fmin(fmax(t, 0.0), 1.0);
    return loose + t * t * (3.0 - 2.0 * t) * (tight - loose);
}
