/* The reference, in plain C: runs anywhere, and gives the same bits anywhere. */
#include "models/learn/kernels/machine.h"

#include "core/math/exp2.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

static inline double fused_f64(double a, double b, double c) { return a * b + c; }
static inline float fused_f32(float a, float b, float c) { return a * b + c; }

/* p 2^n with n in the low bits of u, by adding to the exponent bits. */
static inline double times_two_to_f64(double p, double u)
{
    uint64_t a, b;
    memcpy(&a, &p, sizeof a);
    memcpy(&b, &u, sizeof b);
    a += b << 52;
    memcpy(&p, &a, sizeof p);
    return p;
}

static inline float times_two_to_f32(float p, float u)
{
    uint32_t a, b;
    memcpy(&a, &p, sizeof a);
    memcpy(&b, &u, sizeof b);
    a += b << 23;
    memcpy(&p, &a, sizeof p);
    return p;
}

static inline double root_f64(double a) { return sqrt(a); }
static inline float root_f32(float a) { return sqrtf(a); }

#include "models/learn/kernels/machine_real32.h"
#include "models/learn/kernels/machine_plain.h"

#include "models/learn/kernels/machine_block.h"

#include "models/learn/kernels/machine_real64.h"
#include "models/learn/kernels/machine_plain.h"

#include "models/learn/kernels/machine_block.h"

static void kernel_values(cupel_kernel kernel, double *z)
{
    for (size_t r = 0; r < ROWS; r++) kernel_line_f64(kernel, z + r * WIDTH, z + r * WIDTH);
}

static void square(const double *t, double *sums)
{
    for (size_t r = 0; r < ROWS; r++, t += WIDTH, sums += LANES)
        for (size_t j = 0; j < WIDTH; j += LANES)
            for (size_t l = 0; l < LANES; l++) sums[l] += t[j + l] * t[j + l];
}

#include "models/learn/kernels/machine_dense.h"

const cupel_machine_kernels cupel_machine_plain = {run_f64, run_f32, values, triangle, half_norms_f64, half_norms_f32};
