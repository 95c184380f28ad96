/* The inner loop of cupel_scale_apply and of a sum over columns, in forms that give the same bits: the same operations in the same order on
 * every number, none of them fused. */
#ifndef CUPEL_MODELS_LEARN_KERNELS_SCALE_H
#define CUPEL_MODELS_LEARN_KERNELS_SCALE_H

#include "models/learn/scale.h"

typedef struct cupel_scale_kernel {
    /* z [n][ldz] = (x [n][ld] - mean) * factor of the columns that are kept, cut at +-farthest. */
    void (*apply)(const cupel_scale *s, double farthest, const double *x, size_t ld, size_t n, double *z, size_t ldz);
    /* sum [n] = bias + w[0] z[0] + w[1] z[1] + ..., in that order; w [d], z [n][ld]. */
    void (*sums)(const double *w, size_t d, double bias, const double *z, size_t ld, size_t n, double *sum);
} cupel_scale_kernel;

extern const cupel_scale_kernel cupel_scale_plain;
#if defined(__x86_64__)
extern const cupel_scale_kernel cupel_scale_avx2, cupel_scale_avx512;
#endif
const cupel_scale_kernel *cupel_scale_kernel_of(cupel_isa isa);

#endif
