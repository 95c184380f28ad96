/* Invariants of tensors: numbers that do not change when a structure is turned. */
#ifndef CUPEL_ENGINE_MICRO_INVARIANT_H
#define CUPEL_ENGINE_MICRO_INVARIANT_H

#include <stddef.h>

typedef enum cupel_invariant {
    CUPEL_INVARIANT_NONE,
    CUPEL_INVARIANT_MEAN, /* of the eigenvalues: the trace over their number */
    CUPEL_INVARIANT_TRACE,
    CUPEL_INVARIANT_SMALLEST, /* eigenvalue */
    CUPEL_INVARIANT_LARGEST,
    CUPEL_INVARIANT_RATIO, /* largest over smallest; NaN where the smallest is not positive */
    CUPEL_INVARIANTS
} cupel_invariant;

/* As typed; NULL-ended, in the order of the enum from MEAN on. */
extern const char *const cupel_invariant_words[];

/* t [n][n] symmetric, Mandel where n is 6 (the eigenvalues of a stiffness are then Kelvin's moduli). */
double cupel_invariant_of(cupel_invariant which, const double *t, size_t n);

/* Expansion, Mandel [6], as t [3][3]. */
void cupel_invariant_square(const double *alpha, double *t);

#endif
