/* The inner loops of models/learn/smo.c and of its kernel matrix: one table per instruction set, no fused multiply-adds and no sums across lanes, so
 * that all give the same bits. Arrays of variables are padded to a multiple of CUPEL_SMO_PAD: f 0, up -INFINITY, down INFINITY, kernel 0. */
#ifndef CUPEL_MODELS_LEARN_KERNELS_SMO_H
#define CUPEL_MODELS_LEARN_KERNELS_SMO_H

#include "core/sys/cpu.h"
#include "models/learn/machine.h"

#define CUPEL_SMO_PAD 16

/* What one pass over the variables finds. */
typedef struct cupel_smo_pick {
    float high;  /* largest up - f, and the first variable that has it */
    size_t i;
    float low;   /* smallest down - f */
} cupel_smo_pick;

typedef struct cupel_smo_kernels {
    /* f [n] += by (ki - kj), and what it then holds. */
    void (*move)(size_t n, const float *ki, const float *kj, float by, float *f, const float *up, const float *down, cupel_smo_pick *pick);
    /* The first variable with the largest gain, (high - (down - f))^2 / max(2 - 2 k, least) where high > down - f; SIZE_MAX when there is none
     * (Fan, Chen, Lin 2005, second-order working set). */
    size_t (*partner)(size_t n, const float *ki, float high, const float *f, const float *down, float least);
    /* sum [n] += b k in float64. */
    void (*add)(size_t n, double b, const float *k, double *sum);
    /* k [n]: dot products of scaled coordinates on input, kernel values on output; half a squared distance is hi + hj[t] - k[t]. */
    void (*values)(cupel_kernel kernel, size_t n, float hi, const float *hj, float *k);
} cupel_smo_kernels;

extern const cupel_smo_kernels cupel_smo_plain;
#if defined(__x86_64__)
extern const cupel_smo_kernels cupel_smo_avx2, cupel_smo_avx512;
#endif

#endif
