#include "models/learn/kernels/shapley.h"

#include <stdbool.h>

#define WALK cupel_shapley_walk_plain
#include "models/learn/kernels/shapley_body.h"
