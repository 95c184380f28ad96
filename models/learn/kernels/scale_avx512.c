#include "models/learn/kernels/scale.h"

#if defined(__x86_64__)
#define KERNEL cupel_scale_avx512
#include "models/learn/kernels/scale_body.h"
#endif
