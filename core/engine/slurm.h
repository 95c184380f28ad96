/* A screen as jobs of Slurm: one that trains, an array of parts, one that merges them. */
#ifndef CUPEL_ENGINE_SLURM_H
#define CUPEL_ENGINE_SLURM_H

#include "core/base/str.h"
#include "core/cupel.h"
#include "core/sys/cpu.h"

typedef struct cupel_slurm_options {
    const char *program, *demand, *output; /* paths as the jobs will use them, from the folder where the script is run */
    const char *precision;                 /* "auto", "float64" or "float32" */
    uint64_t parts, candidates, threads;
    cupel_isa isa;                         /* of every part: they have to be of one */
} cupel_slurm_options;

/* Appends a shell script that submits the three jobs. Parts that are there already are not made again; a part that is stopped before its end
 * (pre-emption, a time limit) leaves a checkpoint, is queued again, and goes on. CUPEL_USAGE for a path that no script can hold. */
cupel_status cupel_slurm_script(const cupel_slurm_options *o, cupel_str *out, cupel_err *err);

#endif
