/* What homogenisation says of itself, for `cupel methods` and `cupel cite`. */
#ifndef CUPEL_MODELS_HOMOGENIZE_METHOD_H
#define CUPEL_MODELS_HOMOGENIZE_METHOD_H

#include "core/matter/method.h"

const cupel_method *cupel_homogenize_method(size_t i); /* NULL past the end */

#endif
