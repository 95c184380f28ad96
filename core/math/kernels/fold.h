/* The inner loops of core/math/fft_parts.h: a real transform of even length n made from a complex one of m = n / 2. One table per instruction set,
 * all with the same operations in the same order: the same bits. */
#ifndef CUPEL_MATH_KERNELS_FOLD_H
#define CUPEL_MATH_KERNELS_FOLD_H

#include "core/sys/cpu.h"

typedef struct cupel_fold_kernels {
    /* z [m][2] -> x [m + 1][2]: S + t D + u D', S and D the sum and the difference of z[k] and the conjugate of z[m - k], D' with its parts
     * exchanged. t, u [m + 1][2]: -sin / 2, -sin / 2 and cos / 2, -cos / 2 of 2 pi k / n. */
    void (*unfold32)(size_t m, const float *t, const float *u, const float *z, float *x);
    void (*unfold64)(size_t m, const double *t, const double *u, const double *z, double *x);
    /* Back, times 2. */
    void (*fold32)(size_t m, const float *t, const float *u, const float *x, float *z);
    void (*fold64)(size_t m, const double *t, const double *u, const double *x, double *z);
} cupel_fold_kernels;

extern const cupel_fold_kernels cupel_fold_plain;
#if defined(__x86_64__)
extern const cupel_fold_kernels cupel_fold_avx2, cupel_fold_avx512;
#endif

#endif
