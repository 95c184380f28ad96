#define KERNEL cupel_table_ref
#include "descriptors/composition/kernels/element_table_row.h"
