/* What the parts of reconstruct share: statistics as they were measured, and the target made from them. */
#ifndef CUPEL_ENGINE_RECONSTRUCT_PARTS_H
#define CUPEL_ENGINE_RECONSTRUCT_PARTS_H

#include "core/engine/reconstruct.h"
#include "models/reconstruct/reconstruct.h"

/* Statistics of one phase against all else; lags in voxels. */
typedef struct cupel_measured {
    int dim;                      /* 2 or 3 */
    size_t n[3];                  /* voxels; 0: not known */
    double phi;
    int64_t label[2];             /* of all else, of the phase */
    double size[3];               /* edges of a voxel */
    bool has_size;
    size_t lag[3];                /* the largest along each axis */
    float *s2;                    /* [2 lag0 + 1][2 lag1 + 1]([2 lag2 + 1]); NULL: known by distance only */
    size_t n_radii;
    double *radius, *radial;      /* [n_radii] S2 by distance, from 0 on; NULL: not worked out */
    size_t n_path[3];             /* points; 0: not known */
    double *path[2][3];           /* lineal path of the phase, and of all else, at 0, 1, ... steps */
} cupel_measured;                 /* {0} is empty */

/* The statistics of a volume of ids 0 (all else) and 1. */
cupel_status cupel_measure(const cupel_voxels *v, const cupel_job *job, cupel_measured *m, cupel_err *err);
/* Its two-point function alone. */
cupel_status cupel_measure_two_point(const cupel_voxels *v, const cupel_job *job, cupel_measured *m, cupel_err *err);
/* The two-point function of the same box of fewer voxels, at most `most` along its shortest edge: lags are the same parts of the box, between those
 * that were measured linearly. Lineal paths are no longer known. Nothing where it has no more. CUPEL_NO_RESOURCE. */
cupel_status cupel_measure_coarser(cupel_measured *m, size_t most, cupel_err *err);
/* S2 by distance from the map; nothing where it is there. */
cupel_status cupel_measure_radial(cupel_measured *m, cupel_err *err);
/* A volume, or what `cupel describe` saved of one: JSON with curves, or an artifact with maps. */
cupel_status cupel_measure_file(const cupel_reconstruct_request *q, const char *path, const cupel_job *job, cupel_measured *m, cupel_err *err);
/* What was saved: *is is false for any other file. label NULL: the larger one. */
cupel_status cupel_measure_saved(const char *path, const char *label, bool *is, cupel_measured *m, cupel_err *err);
void cupel_measured_release(cupel_measured *m);

/* How a lag of the target is known. */
enum { CUPEL_LAG_UNKNOWN, CUPEL_LAG_BETWEEN, CUPEL_LAG_MEASURED }; /* between: made from measured ones in other directions */

typedef struct cupel_aim {
    cupel_reconstruct_target target;
    int dim;
    int axis[3];                  /* axis of the target's grid of each axis of the volume */
    float *s2, *weight;           /* [n0 / 2 + 1][n1][n2] */
    unsigned char *known;         /* of the same shape */
    size_t n_path[3];             /* points known, up to half the box; 0: none. By axes of the target's grid, as target.path */
    double *path[2][3];
} cupel_aim;                      /* {0} is empty */

/* measured [n]: one, or two or three slices; v has dim and n of the output. */
cupel_status cupel_aim_make(const cupel_measured *measured, size_t n, const cupel_reconstruction *r, cupel_aim *aim, cupel_err *err);
void cupel_aim_release(cupel_aim *aim);
/* Errors of a volume that was made. */
void cupel_aim_errors(const cupel_aim *aim, const cupel_measured *made, cupel_realisation *one);
/* apart [n0 / 2 + 1][n1][n2], of a volume: (S2 - target) / |target - fraction^2|, whose squares, those of planes 0 < i < n0 / 2 twice, add up to that
 * of the error of S2 up to a quarter of the box, which is returned. NaN where the target is not known and beyond; apart NULL: the error alone. norm
 * (may be NULL): that |target - fraction^2|. */
double cupel_aim_apart(const cupel_aim *aim, const cupel_measured *made, float *apart, double *norm);

#endif
