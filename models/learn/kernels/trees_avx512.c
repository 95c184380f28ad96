#include "models/learn/kernels/trees.h"

#if defined(__x86_64__)
#define VECTOR 64
#define OWN_WALK
#include "models/learn/kernels/trees_body.h"

const cupel_tree_kernels cupel_trees_avx512 = CUPEL_TREES_TABLE;
#else
typedef int cupel_trees_avx512_not_here;
#endif
