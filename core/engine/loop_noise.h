/* How well results of a loop are predicted by each other, and whether they say how noisy a measurement is. */
#ifndef CUPEL_ENGINE_LOOP_NOISE_H
#define CUPEL_ENGINE_LOOP_NOISE_H

#include "models/search/gaussian.h"

/* Two rows of x [n][d], inputs with a range of about 1, are one experiment: without repeats a process cannot tell noise from what it has not learned.
 * O(n^2). */
bool cupel_rows_repeat(const double *x, size_t n, size_t d);

/* Of a process learned from the rows: error, the root of the mean square by which a row that is left out is missed, which bounds the noise of a
 * measurement from above; noise, as the process sees it. Both in the unit of y. O(n^3). */
cupel_status cupel_loop_noise(const cupel_gauss_rows *rows, const cupel_gauss_options *o, double *error, double *noise, cupel_err *err);

#endif
