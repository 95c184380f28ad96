/* What smo.c and smo_matrix.c share. */
#ifndef CUPEL_MODELS_LEARN_SMO_PARTS_H
#define CUPEL_MODELS_LEARN_SMO_PARTS_H

#include "models/learn/kernels/smo.h"

const cupel_smo_kernels *cupel_smo_kernels_of(cupel_isa isa);
size_t cupel_smo_padded(size_t n); /* up to a multiple of CUPEL_SMO_PAD; SIZE_MAX when that overflows */

#endif
