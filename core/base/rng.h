/* Random numbers as a function of (seed, stream, index): no state, the same for any number of threads. */
#ifndef CUPEL_BASE_RNG_H
#define CUPEL_BASE_RNG_H

#include <stddef.h>
#include <stdint.h>

/* 64 random bits: Philox 2x64-10 (Salmon et al. 2011, doi:10.1145/2063384.2063405), key = seed, counter = (stream, index). */
uint64_t cupel_rng_bits(uint64_t seed, uint64_t stream, uint64_t index);

/* Uniform in [0, 1), 53 bits. */
double cupel_rng_uniform(uint64_t seed, uint64_t stream, uint64_t index);

/* Uniform in 0 .. n-1, n > 0, without bias worth naming (n < 2^32: bias < 2^-32). */
uint64_t cupel_rng_below(uint64_t seed, uint64_t stream, uint64_t index, uint64_t n);

/* Standard normal (Box-Muller). */
double cupel_rng_normal(uint64_t seed, uint64_t stream, uint64_t index);

/* p [n] = a random permutation of 0 .. n-1 (Fisher-Yates). */
void cupel_rng_permutation(uint64_t seed, uint64_t stream, size_t *p, size_t n);

/* Item i of a random permutation of 0 .. n-1 that is never written down (i < n): a Feistel network over the bits of n - 1, walked along its cycle
 * until it is back below n (Black, Rogaway: Ciphers with arbitrary finite domains, CT-RSA 2002). Of n < 2^63. */
uint64_t cupel_rng_permuted(uint64_t seed, uint64_t stream, uint64_t i, uint64_t n);

#endif
