/* What a design takes of a machine: memory, by what its solver holds at once, and room on the disk. */
#ifndef CUPEL_ENGINE_MICRO_NEEDS_H
#define CUPEL_ENGINE_MICRO_NEEDS_H

#include "core/base/str.h"
#include "core/engine/micro/design.h"

/* Bytes. Estimates, upwards: on grids of 64 and 96 the memory was 0.68 to 0.93 of what is said (benchmarks/FIGURES.md). */
typedef struct cupel_needs {
    double memory;      /* at most at once, with the verification on 4/3 of the grid */
    double finer;       /* the same where that is repeated on twice the grid; 0: it never is */
    size_t fine, twice; /* voxels an edge of the two */
    double shown, more; /* on the disk: files of each of the first CUPEL_SHOWN designs, and of each further one */
} cupel_needs;

/* Errors of cupel_families_of. */
cupel_status cupel_needs_of(const cupel_micro_demand *d, cupel_needs *needs, cupel_err *err);
/* One line. */
void cupel_needs_words(const cupel_needs *needs, cupel_str *out);

#endif
