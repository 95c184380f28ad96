/* The inner loops of reconstruction: one table per instruction set, all with the same operations in the same order and without fused ones: the same
 * bits. Sums run in 16 lanes of float within a call. Arrays need no alignment; `n` counts floats. */
#ifndef CUPEL_MODELS_RECONSTRUCT_KERNELS_H
#define CUPEL_MODELS_RECONSTRUCT_KERNELS_H

#include "core/sys/cpu.h"

#include <stddef.h>

enum { CUPEL_PATH_LANES = 16 }; /* lines of voxels worked on together */

typedef struct cupel_reconstruct_kernels {
    /* x = 1 / (1 + 2^(-a z)) */
    void (*sigmoid)(size_t n, float a, const float *z, float *x);
    /* g = (g + add) a x (1 - x): the derivative of sigmoid, a in units of its natural logarithm. */
    void (*chain)(size_t n, float a, float add, const float *x, float *g);
    /* Complex numbers, n floats: keep = s, s = scale |s|^2. */
    void (*power)(size_t n, float scale, float *s, float *keep);
    /* s = scale Re(s) keep */
    void (*convolve)(size_t n, float scale, const float *keep, float *s);
    /* s = f table s */
    void (*filter)(size_t n, float f, const float *table, float *s);
    /* c = f w (c - t); returns the sum of w (c - t)^2. */
    double (*residual)(size_t n, float f, const float *t, const float *w, float *c);
    double (*dot)(size_t n, const float *a, const float *b);
    /* out = sum of c[j] b[j] over m vectors. */
    void (*combine)(size_t n, size_t m, const float *c, const float *const *b, size_t at, float *out);
    /* Lineal paths of 16 periodic lines, x [n + last][16], whose last rows repeat the first. Step k of history [last + 1][n][16] becomes the product
     * of the k + 1 voxels from each on; sum[k] is what they add to; returns the steps that are not nothing, the rest of sum is 0. */
    size_t (*path)(size_t n, size_t last, const float *x, float *history, double *sum);
    /* slope [last + 1]: derivatives by sum[k] for the `steps` that path returned. g [n + last][16] becomes those by x. work [n][16]. */
    void (*path_back)(size_t n, size_t steps, const float *x, const float *history, const float *slope, float *work, float *g);
} cupel_reconstruct_kernels;

extern const cupel_reconstruct_kernels cupel_reconstruct_plain;
#if defined(__x86_64__)
extern const cupel_reconstruct_kernels cupel_reconstruct_avx2, cupel_reconstruct_avx512;
#endif

/* The table of an instruction set; plain where the processor's family has no other. */
const cupel_reconstruct_kernels *cupel_reconstruct_kernels_of(cupel_isa isa);

#endif
