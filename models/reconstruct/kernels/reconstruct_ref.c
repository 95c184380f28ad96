/* The reference: runs anywhere. */
#include "models/reconstruct/kernels/reconstruct.h"

#define VECTOR 16
#include "models/reconstruct/kernels/reconstruct_body.h"

const cupel_reconstruct_kernels cupel_reconstruct_plain = CUPEL_RECONSTRUCT_TABLE;

const cupel_reconstruct_kernels *cupel_reconstruct_kernels_of(cupel_isa isa)
{
#if defined(__x86_64__)
    if (isa == CUPEL_ISA_AVX512) return &cupel_reconstruct_avx512;
    if (isa == CUPEL_ISA_AVX2) return &cupel_reconstruct_avx2;
#endif
    (void)isa;
    return &cupel_reconstruct_plain;
}
