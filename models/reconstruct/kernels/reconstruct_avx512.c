#include "models/reconstruct/kernels/reconstruct.h"

#if defined(__x86_64__)
#define VECTOR 64
#include "models/reconstruct/kernels/reconstruct_body.h"

const cupel_reconstruct_kernels cupel_reconstruct_avx512 = CUPEL_RECONSTRUCT_TABLE;
#else
typedef int cupel_reconstruct_avx512_not_here;
#endif
