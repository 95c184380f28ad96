/* The reference: runs anywhere. */
#include "core/math/kernels/fold.h"

#include <string.h>

#define REAL float
#define NAME(x) x##32
#define VL 4
#define MIRROR 2, 3, 0, 1
#define SWAP 1, 0, 3, 2
#include "core/math/kernels/fold_body.h"

#define REAL double
#define NAME(x) x##64
#define VL 2
#define MIRROR 0, 1
#define SWAP 1, 0
#include "core/math/kernels/fold_body.h"

const cupel_fold_kernels cupel_fold_plain = {unfold32, unfold64, fold32, fold64};
