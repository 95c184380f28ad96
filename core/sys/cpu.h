/* The processor: which instruction set to use and how many threads. */
#ifndef CUPEL_SYS_CPU_H
#define CUPEL_SYS_CPU_H

#include "core/cupel.h"

/* Kernels come in these forms. A result depends on the form only, never on the machine. */
typedef enum cupel_isa { CUPEL_ISA_PLAIN = 0, CUPEL_ISA_AVX2 = 1, CUPEL_ISA_AVX512 = 2, CUPEL_ISA_COUNT = 3 } cupel_isa;

cupel_isa cupel_isa_best(void);                /* the widest that this processor and operating system run */
const char *cupel_isa_name(cupel_isa isa);     /* "plain", "avx2", "avx512" */

/* "auto", "plain", "avx2" or "avx512". CUPEL_USAGE for another word or for one this processor lacks. */
cupel_status cupel_isa_parse(const char *word, cupel_isa *isa, cupel_err *err);

/* The smallest of the cpuset, SLURM_CPUS_PER_TASK and OMP_NUM_THREADS; *reason (static text) says which. At least 1. */
size_t cupel_threads_default(const char **reason);

#endif
