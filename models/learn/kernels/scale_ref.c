#include "models/learn/kernels/scale.h"

#define KERNEL cupel_scale_plain
#include "models/learn/kernels/scale_body.h"
