/* The reference: plain vectors of 16 bytes, which every compiler can make of what the machine has. */
#include "models/learn/kernels/trees.h"

#define VECTOR 16
#include "models/learn/kernels/trees_body.h"

const cupel_tree_kernels cupel_trees_plain = CUPEL_TREES_TABLE;
