/* How like is a volume to a measured one: its two-point function against that of a file, as `cupel reconstruct` judges what it makes. */
#ifndef CUPEL_ENGINE_LIKENESS_H
#define CUPEL_ENGINE_LIKENESS_H

#include "core/sys/job.h"
#include "datasets/formats/volume.h"

typedef struct cupel_likeness cupel_likeness;

/* The statistics of label `label` of a volume against all others, or those that `cupel describe` saved of it. CUPEL_USAGE for a label that is
 * not there, CUPEL_BAD_INPUT for a file that cannot be read, that is no volume, or holds one phase only. */
cupel_status cupel_likeness_open(const char *path, size_t label, const cupel_job *job, cupel_likeness **l, cupel_err *err);
void cupel_likeness_free(cupel_likeness *l);
/* Voxels of the box that was measured. */
void cupel_likeness_grid(const cupel_likeness *l, size_t n[3]);
/* Volume fraction of the phase that was measured. */
double cupel_likeness_fraction(const cupel_likeness *l);
/* |S2 - S2 measured| / |S2 measured - fraction^2| of phase `label` of v, which has that grid, over lags up to a quarter of the box;
 * NaN where v holds one phase only. */
cupel_status cupel_likeness_error(const cupel_likeness *l, const cupel_voxels *v, size_t label, const cupel_job *job, double *error, cupel_err *err);

#endif
