/* The inner loop of the Magpie descriptor, in three forms that give the same bits: the same operations in the same order, none of them fused.
 * For a composition of n >= 1 elements with fractions f = amount / total, and each property p with element values v:
 *   minimum, maximum, range = maximum - minimum, mean = sum f v, avg_dev = sum f |v - mean|,
 *   mode = smallest v among the elements whose amount is close to the largest amount (|a - a_max| <= 1e-8 + 1e-5 a_max).
 * x [132]: the six statistics of property 0, then those of property 1, ... (Ward et al. 2016, doi:10.1038/npjcompumats.2016.28). */
#ifndef CUPEL_DESCRIPTORS_COMPOSITION_KERNELS_MAGPIE_H
#define CUPEL_DESCRIPTORS_COMPOSITION_KERNELS_MAGPIE_H

#include "descriptors/composition/magpie_table.h"

#include <math.h>
#include <stddef.h>

enum { CUPEL_MAGPIE_STATS = 6, CUPEL_MAGPIE_COLUMNS = CUPEL_MAGPIE_PROPERTIES * CUPEL_MAGPIE_STATS };

typedef struct cupel_magpie_kernel {
    void (*row)(const unsigned char *z, const double *amount, size_t n, double *x);
    void (*row_f32)(const unsigned char *z, const double *amount, size_t n, float *x); /* the same, rounded once */
} cupel_magpie_kernel;

extern const cupel_magpie_kernel cupel_magpie_ref;
#if defined(__x86_64__)
extern const cupel_magpie_kernel cupel_magpie_avx2, cupel_magpie_avx512;
#endif

/* Per element: its fraction, and 0 when it counts for the mode, infinity when it does not. */
typedef struct cupel_magpie_weights {
    double fraction[CUPEL_Z_MAX], handicap[CUPEL_Z_MAX];
} cupel_magpie_weights;

static inline void cupel_magpie_weigh(const double *amount, size_t n, cupel_magpie_weights *w)
{
    double total = 0.0, largest = 0.0;
    for (size_t i = 0; i < n; i++) {
        total += amount[i];
        largest = amount[i] > largest ? amount[i] : largest;
    }
    double near = 1e-8 + 1e-5 * largest;
    for (size_t i = 0; i < n; i++) {
        w->fraction[i] = amount[i] / total;
        w->handicap[i] = largest - amount[i] <= near ? 0.0 : (double)INFINITY;
    }
}

#endif
