/* Fourier transforms of real data on 2-D and 3-D grids: the only user of FFTW.
 *
 * Composed from batched transforms of fixed layout, chosen by rule and never by timing: the same bytes for any number of threads. In place; the
 * last axis is padded: element (i, j, k) of the real array is x[(i * n1 + j) * pitch + k], pitch = 2 (n2 / 2 + 1); the spectrum has n2 / 2 + 1
 * complex numbers along it, (re, im) pairs. Any n >= 1. A 2-D grid is {1, n0, n1}. Neither direction is normalised: backward(forward(x)) = n0 n1 n2 x. */
#ifndef CUPEL_MATH_FFT_H
#define CUPEL_MATH_FFT_H

#include "core/sys/job.h"

typedef struct cupel_fft cupel_fft;  /* single precision */
typedef struct cupel_fftd cupel_fftd; /* double precision */

cupel_status cupel_fft_new(const size_t n[3], cupel_fft **f, cupel_err *err);
void cupel_fft_free(cupel_fft *f);
size_t cupel_fft_pitch(const cupel_fft *f);  /* floats per row of the padded array */
size_t cupel_fft_size(const cupel_fft *f);   /* floats of a whole padded array */
cupel_status cupel_fft_forward(const cupel_fft *f, float *x, size_t threads, cupel_err *err);
cupel_status cupel_fft_backward(const cupel_fft *f, float *x, size_t threads, cupel_err *err);

cupel_status cupel_fftd_new(const size_t n[3], cupel_fftd **f, cupel_err *err);
void cupel_fftd_free(cupel_fftd *f);
size_t cupel_fftd_pitch(const cupel_fftd *f);
size_t cupel_fftd_size(const cupel_fftd *f);
cupel_status cupel_fftd_forward(const cupel_fftd *f, double *x, size_t threads, cupel_err *err);
cupel_status cupel_fftd_backward(const cupel_fftd *f, double *x, size_t threads, cupel_err *err);

#endif
