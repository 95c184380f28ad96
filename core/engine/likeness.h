/* How like is a volume to a measured one: its two-point function against that of a file, as `cupel reconstruct` judges what it makes. */
#ifndef CUPEL_ENGINE_LIKENESS_H
#define CUPEL_ENGINE_LIKENESS_H

#include "core/sys/job.h"
#include "datasets/formats/volume.h"

typedef struct cupel_likeness cupel_likeness;

/* The statistics of label `label` of a volume against all others, or those that `cupel describe` saved of it. CUPEL_USAGE for a label that is
 * not there, CUPEL_BAD_INPUT for a file that cannot be read, that is no volume, or holds one phase only. */
cupel_status cupel_likeness_open(const char *path, size_t label, const cupel_job *job, cupel_likeness **l, cupel_err *err);
/* The same, where the box has more than `most` voxels along its shortest edge on a coarser grid of so many; lags are parts of the box. */
cupel_status cupel_likeness_open_upto(const char *path, size_t label, size_t most, const cupel_job *job, cupel_likeness **l, cupel_err *err);
void cupel_likeness_free(cupel_likeness *l);
/* Voxels of the box that was measured, or of the coarser grid. */
void cupel_likeness_grid(const cupel_likeness *l, size_t n[3]);
/* Volume fraction of the phase that was measured. */
double cupel_likeness_fraction(const cupel_likeness *l);
/* |S2 - S2 measured| / |S2 measured - fraction^2| of phase `label` of v, which has that grid, over lags up to a quarter of the box;
 * NaN where v holds one phase only. */
cupel_status cupel_likeness_error(const cupel_likeness *l, const cupel_voxels *v, size_t label, const cupel_job *job, double *error, cupel_err *err);
/* The same, lag by lag: apart [n0 / 2 + 1][n1][n2], periodic lags, is (S2 - S2 measured) / norm with norm = |S2 measured - fraction^2|; the squares,
 * those of planes 0 < i < n0 / 2 twice, add up to that of the error. NaN beyond a quarter of the box and where nothing was measured. apart and norm
 * may be NULL; neither is touched where the error is NaN. */
cupel_status cupel_likeness_apart(const cupel_likeness *l, const cupel_voxels *v, size_t label, const cupel_job *job, float *apart, double *norm,
                                  double *error, cupel_err *err);

#endif
