#include "core/math/kernels/fold.h"

#if defined(__x86_64__)
#include <string.h>

#define REAL float
#define NAME(x) x##32
#define VL 16
#define MIRROR 14, 15, 12, 13, 10, 11, 8, 9, 6, 7, 4, 5, 2, 3, 0, 1
#define SWAP 1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14
#include "core/math/kernels/fold_body.h"

#define REAL double
#define NAME(x) x##64
#define VL 8
#define MIRROR 6, 7, 4, 5, 2, 3, 0, 1
#define SWAP 1, 0, 3, 2, 5, 4, 7, 6
#include "core/math/kernels/fold_body.h"

const cupel_fold_kernels cupel_fold_avx512 = {unfold32, unfold64, fold32, fold64};
#else
typedef int cupel_fold_avx512_not_here;
#endif
