/* Distance maps: how far each voxel is from the nearest voxel of another phase, for all phases in one sweep. */
#ifndef CUPEL_DESCRIPTORS_MICROSTRUCTURE_DISTANCE_H
#define CUPEL_DESCRIPTORS_MICROSTRUCTURE_DISTANCE_H

#include "core/matter/quantities.h"
#include "core/sys/job.h"
#include "descriptors/microstructure/grid.h"

/* square [n[0]][n[1]][n[2]]: the exact squared Euclidean distance between centres, in squares of the shortest edge of a voxel; INFINITY where
 * there is no other phase. Outside a volume that is no period there is nothing. O(voxels): lower envelopes of parabolas, line by line
 * (Felzenszwalb, Huttenlocher 2012, doi:10.4086/toc.2012.v008a019), within the stretches of one phase, whose ends are other phases at distance
 * 0. The same for any number of threads. */
cupel_status cupel_distance_map(const cupel_voxels *v, const cupel_job *job, float *square, cupel_err *err);

/* The edges of a voxel, in those squares. */
void cupel_distance_weights(const cupel_grid *g, double weight[3]);

/* Sizes that a map of squares gives: what they are called, and how they come from distances. */
typedef struct cupel_sizes {
    const char *what;       /* "a distance map" */
    const char *mean, *deviation, *maximum;
    const char *share, *size; /* the curve: which share of the phase has more than a size */
    double scale;           /* a size is so many square roots of the map */
    cupel_status (*map)(const cupel_voxels *v, const cupel_job *job, float *square, cupel_err *err); /* turns distances into it; NULL: it is they */
} cupel_sizes;

/* Adds, for each phase, the mean, the standard deviation and the maximum of the sizes, and the curve at 0, 1, 2, ... shortest edges times scale.
 * Where the map is INFINITY there are none. */
cupel_status cupel_sizes_compute(const cupel_sizes *s, const cupel_voxels *v, const cupel_job *job, cupel_quantities *q, cupel_err *err);

#endif
