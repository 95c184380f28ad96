/* Smooth variants of descriptors, for users who scan and optimise: values change continuously with the amounts, and gradients exist.
 *
 * What jumps in a descriptor is what counts an element as there or not: a minimum is the same for 1 % of an element and for 1 ppm, and another for
 * none. So a smooth variant lets an element of atomic fraction x count as there to the degree
 *     w(x) = t^2 (3 - 2 t), t = min(x / 0.05, 1).
 * From 5 % on it counts whole, so that a value is the one without smoothing when every fraction is at least 5 %, a pure element's always; as x goes
 * to 0 the value goes to that of the composition without the element, with the slope 0. Amounts that already count by their size, as in a mean, are
 * left as they are, and so are the names of such columns; the others are called "smooth ...".
 *
 * Two ways to use w. For extremes and modes of element values there are closed forms: cupel_smooth_minimum and below, polynomials in w. For any other
 * descriptor D there is the mean over detection limits,
 *     sum over k (w_k - w_(k+1)) D(the k most abundant elements) / w_1,   w_1 >= w_2 >= ... >= w_n, w_(n+1) = 0,
 * that is, the mean of D over what an instrument would see whose detection limit lies anywhere between 0 and 5 %, with the density dw/dx. It has
 * one-sided derivatives only where two fractions below 5 % are equal. */
#ifndef CUPEL_DESCRIPTORS_COMPOSITION_SMOOTH_H
#define CUPEL_DESCRIPTORS_COMPOSITION_SMOOTH_H

#include "descriptors/composition/descriptor.h"

#include <stdbool.h>

/* Atomic fractions of a composition of n elements and the degree to which each is there. */
typedef struct cupel_presence {
    size_t n;
    double fraction[CUPEL_Z_MAX], weight[CUPEL_Z_MAX];
    double dominance[CUPEL_Z_MAX]; /* x^8 / sum x^8 */
    bool whole; /* every weight is 1 */
} cupel_presence;

/* Of one element by its atomic fraction; of the n elements of a composition, amount [n] atoms per formula. */
double cupel_presence_weight(double fraction);
void cupel_presence_of(const double *amount, size_t n, cupel_presence *p);

/* The mean extremes of the values v [n] of the elements that are there, when each is there with the probability w, given that one is. */
void cupel_smooth_extremes(const cupel_presence *p, const double *v, double *minimum, double *maximum);
/* sum v x^8 / sum x^8: the value of the most abundant element, and where two are as abundant, the mean of the two. */
double cupel_smooth_mode(const cupel_presence *p, const double *v);

/* Rows of a descriptor and then their smooth variant: as cupel_descriptor.compute. */
void cupel_smooth_compute(const cupel_descriptor *d, const cupel_batch *batch, size_t from, size_t n, cupel_isa isa, double *x, size_t ld,
                          unsigned char *reason);
/* As cupel_descriptor.column; a column that is not the descriptor's own is called "smooth ...". */
void cupel_smooth_column(const cupel_descriptor *d, size_t j, cupel_str *name, const char **unit);

/* The mean over detection limits of the columns that jump, in a row x that compute has filled in for these elements. NaN stays. For
 * cupel_descriptor.smooth. */
void cupel_smooth_detected(const cupel_descriptor *d, const unsigned char *z, const double *amount, size_t n, double *x);

/* For cupel_descriptor.jumps of sets that make none. */
bool cupel_jumps_nowhere(size_t j);

#endif
