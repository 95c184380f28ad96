#if defined(__x86_64__)
#define KERNEL cupel_table_avx2
#include "descriptors/composition/kernels/element_table_row.h"
#else
typedef int cupel_table_avx2_is_empty; /* ISO C forbids an empty file */
#endif
