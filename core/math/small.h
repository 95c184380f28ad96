/* Linear algebra of small symmetric tensors: 2 x 2 to 6 x 6, row-major, on the stack. BLAS pays only for larger ones. */
#ifndef CUPEL_MATH_SMALL_H
#define CUPEL_MATH_SMALL_H

#include <stdbool.h>
#include <stddef.h>

enum { CUPEL_SMALL = 6 };

/* value [n] ascending, vector [n][n] (may be NULL): row i is the unit eigenvector of value i. a [n][n] symmetric: its upper triangle is read. Jacobi
 * rotations (Golub, Van Loan, Matrix Computations, 8.5): every eigenvalue is good to the rounding of the largest. */
void cupel_small_eigen(const double *a, size_t n, double *value, double *vector);

/* inverse [n][n] of a general a [n][n], by elimination with pivots. False (and untouched) when a pivot vanishes against the largest element. */
bool cupel_small_invert(const double *a, size_t n, double *inverse);

/* c [m][n] = a [m][k] b [k][n]; c is neither a nor b. */
void cupel_small_multiply(const double *a, const double *b, size_t m, size_t k, size_t n, double *c);

/* Square root of the sum of squares of n numbers. */
double cupel_small_norm(const double *a, size_t n);

#endif
