#include "models/learn/kernels/shapley.h"

#include <stdbool.h>

#if defined(__x86_64__)
#define WALK cupel_shapley_walk_avx512
#include "models/learn/kernels/shapley_body.h"
#else
typedef int cupel_shapley_avx512_not_here;
#endif
