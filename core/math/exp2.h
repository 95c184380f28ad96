/* 2^z without libm, whose bits change with the processor.
 *
 * z = n + r, n the nearest integer, |r| <= 1/2 (exact), 2^r = 1 + r q(r), and n goes straight into the exponent bits. q is the Chebyshev series of
 * (2^r - 1) / r on [-1/2, 1/2] cut at degree 10 (float64) and 5 (float32) and written in powers of r: the relative error of 2^r is below 2^-56
 * and 2^-27. tests/test_stats.c works the coefficients out again. Below the smallest normal number the result is 0: kernels add up many such
 * values, and subnormal operands are slow on some processors. */
#ifndef CUPEL_MATH_EXP2_H
#define CUPEL_MATH_EXP2_H

#define CUPEL_EXP2_TERMS 11
#define CUPEL_EXP2_Q                                                                                                                  \
    {0x1.62e42fefa39efp-1,  0x1.ebfbdff82c598p-3,  0x1.c6b08d704a0c6p-5,  0x1.3b2ab6fba1dd9p-7,  0x1.5d87fe78a3f9bp-10, 0x1.43091309701a7p-13, \
     0x1.ffcbfc6da72aep-17, 0x1.62bfd476c729fp-20, 0x1.b524ebd0ad040p-24, 0x1.e60640a3f3efbp-28, 0x1.e9ec20ad87111p-32}
#define CUPEL_EXP2_LOWEST (-1022.0)      /* 0 below */
#define CUPEL_EXP2_ROUND 0x1.8p52        /* z + this - this = nearest integer, which is also in the low bits of z + this */

#define CUPEL_EXP2F_TERMS 6
#define CUPEL_EXP2F_Q                                                                                                       \
    {0x1.62e4302fccffcp-1f, 0x1.ebfbe045f992bp-3f, 0x1.c6af6cce0b50bp-5f, 0x1.3b2a1b6c93bd8p-7f, 0x1.5f0896ef870e3p-10f, \
     0x1.444003951a36dp-13f}
#define CUPEL_EXP2F_LOWEST (-126.0f)
#define CUPEL_EXP2F_ROUND 0x1.8p23f

#define CUPEL_LOG2_E 0x1.71547652b82fep0 /* 1 / ln 2 */

#endif
