/* Fourier transforms of real data on 2-D and 3-D grids: the only user of FFTW.
 *
 * Composed from batched transforms of fixed layout, chosen by rule and never by timing: the same bytes for any number of threads. In place; the
 * last axis is padded: element (i, j, k) of the real array is x[(i * n1 + j) * pitch + k], pitch = cupel_fft_pitch >= 2 (n2 / 2 + 1), a multiple of
 * 8; the spectrum has n2 / 2 + 1 complex numbers along the last axis, (re, im) pairs, at the same places. Any n >= 1. A 2-D grid is {1, n0, n1} or
 * {n0, 1, n1}. Neither direction is normalised: backward(forward(x)) = n0 n1 n2 x. What stands in the padding must be finite and means nothing.
 * Arrays are aligned to 16 bytes (cupel_alloc_aligned). */
#ifndef CUPEL_MATH_FFT_H
#define CUPEL_MATH_FFT_H

#include "core/sys/job.h"

typedef struct cupel_fft cupel_fft;   /* single precision */
typedef struct cupel_fftd cupel_fftd; /* double precision */

/* CUPEL_NO_RESOURCE when memory is out. Objects may be used by many threads at once. */
cupel_status cupel_fft_new(const size_t n[3], cupel_fft **f, cupel_err *err);
void cupel_fft_free(cupel_fft *f);
size_t cupel_fft_pitch(const cupel_fft *f);  /* floats per row of the padded array */
size_t cupel_fft_size(const cupel_fft *f);   /* floats of a whole padded array */
cupel_status cupel_fft_forward(const cupel_fft *f, float *x, size_t threads, cupel_err *err);
cupel_status cupel_fft_backward(const cupel_fft *f, float *x, size_t threads, cupel_err *err);

/* The least length from n on that is a multiple of `multiple` and has no prime factor above 5: such transforms are fast. */
size_t cupel_fft_length(size_t n, size_t multiple);

cupel_status cupel_fftd_new(const size_t n[3], cupel_fftd **f, cupel_err *err);
void cupel_fftd_free(cupel_fftd *f);
size_t cupel_fftd_pitch(const cupel_fftd *f);
size_t cupel_fftd_size(const cupel_fftd *f);
cupel_status cupel_fftd_forward(const cupel_fftd *f, double *x, size_t threads, cupel_err *err);
cupel_status cupel_fftd_backward(const cupel_fftd *f, double *x, size_t threads, cupel_err *err);

/* The pieces, for a solver that works on the data while it passes: a pair of transforms with a product between them in three passes over memory.
 * Planes are those of axis 0 of a grid with n0 > 1 (so a 2-D grid is {n0, 1, n1}: its planes are rows). */

/* Floats that one worker needs, aligned, for planes and for columns of `fields` fields at once. */
size_t cupel_fft_scratch(const cupel_fft *f, size_t fields);
/* The 2-D transform of one padded plane; out may be in. The padding of `in` is not read by forward. */
void cupel_fft_plane_forward(const cupel_fft *f, const float *in, float *out, float *scratch);
void cupel_fft_plane_backward(const cupel_fft *f, const float *in, float *out, float *scratch);

/* Work on the spectrum of columns (all i; j; k0 .. k0 + n - 1): frequency (i, j, k0 + k) of field c is (s[c][2 (i * stride + k)], ... + 1). */
typedef struct cupel_fft_columns_view {
    size_t j, k0, n, stride;
    float *const *s; /* [fields] */
} cupel_fft_columns_view;
typedef void cupel_fft_product(void *user, const cupel_fft_columns_view *v);

enum { CUPEL_FFT_FIELDS = 3 }; /* at most, at once */

/* How many blocks of columns a grid has: an item of a parallel loop each. */
size_t cupel_fft_blocks(const cupel_fft *f);
/* Block b: transform along axis 0, product, transform back, in place. x [fields] whole arrays. */
void cupel_fft_columns(const cupel_fft *f, size_t b, float *const *x, size_t fields, cupel_fft_product *product, void *user, float *scratch);
/* One half of that for one field: transform and product, or product and transform back; out may be in. out NULL: the product takes the spectrum; in
 * NULL: the product makes it. */
void cupel_fft_columns_forward(const cupel_fft *f, size_t b, const float *in, float *out, cupel_fft_product *product, void *user, float *scratch);
void cupel_fft_columns_backward(const cupel_fft *f, size_t b, const float *in, float *out, cupel_fft_product *product, void *user, float *scratch);

#endif
