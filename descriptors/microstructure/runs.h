/* Runs of one phase along the lines of voxels of each axis, counted by length: what chord lengths and the lineal path are made of. */
#ifndef CUPEL_DESCRIPTORS_MICROSTRUCTURE_RUNS_H
#define CUPEL_DESCRIPTORS_MICROSTRUCTURE_RUNS_H

#include "core/matter/voxels.h"
#include "core/sys/job.h"

enum { CUPEL_RUN_PHASES = 64 }; /* of volumes with more phases the runs of all are counted together */

typedef struct cupel_runs {
    size_t n_phases;       /* counted apart; 1 when they are counted together */
    bool together;
    size_t length[3];      /* voxels of a line along each axis of the volume */
    size_t lines[3];
    uint64_t *complete[3]; /* [n_phases][length + 1] runs with both ends in the line; of a period they may go around its end */
    uint64_t *open[3];     /* [n_phases][length + 1] those that touch the border; of a period the lines without any end, under their length */
} cupel_runs;              /* {0} is empty; the third axis of an image has no lines */

/* O(voxels); the same counts for any number of threads. */
cupel_status cupel_runs_count(const cupel_voxels *v, const cupel_job *job, cupel_runs *r, cupel_err *err);
void cupel_runs_release(cupel_runs *r);

/* All edges of a voxel are equal: numbers of the axes may be taken together. */
bool cupel_runs_alike(const cupel_voxels *v);

#endif
