#if defined(__x86_64__)
#define KERNEL cupel_table_avx512
#include "descriptors/composition/kernels/element_table_row.h"
#else
typedef int cupel_table_avx512_is_empty; /* ISO C forbids an empty file */
#endif
