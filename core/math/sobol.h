/* Sobol points: any number of places in the unit cube that fill it more evenly than random ones, each a function of its index alone.
 *
 * Direction numbers of Joe and Kuo, new-joe-kuo-6.21201, chosen for even two-dimensional projections (SIAM J. Sci. Comput. 30, 2635 (2008),
 * doi:10.1137/070710359); Gray-code order of Antonov and Saleev (doi:10.1016/0041-5553(79)90085-5). */
#ifndef CUPEL_MATH_SOBOL_H
#define CUPEL_MATH_SOBOL_H

#include <stddef.h>
#include <stdint.h>

enum { CUPEL_SOBOL_DIMENSIONS = 32, CUPEL_SOBOL_BITS = 32 };

typedef struct cupel_sobol {
    size_t d;
    uint32_t direction[CUPEL_SOBOL_DIMENSIONS][CUPEL_SOBOL_BITS];
    uint32_t shift[CUPEL_SOBOL_DIMENSIONS];
    double middle; /* 0, or half a step with a shift, so that no point lies on a face */
} cupel_sobol;

/* 1 <= d <= CUPEL_SOBOL_DIMENSIONS. */
void cupel_sobol_init(cupel_sobol *s, size_t d);
/* The same points under a random digital shift: as even as before, another set for every seed. */
void cupel_sobol_shift(cupel_sobol *s, uint64_t seed);
/* u [d], 0 <= u < 1; index < 2^32. */
void cupel_sobol_point(const cupel_sobol *s, uint64_t index, double *u);

#endif
