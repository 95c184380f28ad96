/* What the parts of two-point statistics share: lags and autocorrelations (two_point_lags.c), maps (two_point_map.c), what is said (two_point.c). */
#ifndef CUPEL_DESCRIPTORS_MICROSTRUCTURE_TWO_POINT_PARTS_H
#define CUPEL_DESCRIPTORS_MICROSTRUCTURE_TWO_POINT_PARTS_H

#include "core/math/fft.h"
#include "descriptors/microstructure/descriptor.h"

/* The lags of a volume, their bins, and room for transforms. */
typedef struct cupel_lags {
    const cupel_voxels *v;
    const cupel_job *job;
    size_t m[3], n[3];     /* voxels; samples of the transform. An image has m[1] = 1; where n[0] = 1, axes 0 and 1 change places */
    size_t lag[3];         /* the largest one */
    double h[3];           /* edges of a voxel */
    int axis[3];           /* which axis of the volume this is; -1: none */
    size_t n_bins, line[3], n_sums; /* places in an array of sums: radial bins, then lags along the axes */
    double width, reach;
    uint16_t *bin;         /* [lag0 + 1][lag1 + 1][lag2 + 1]; n_bins where the lag is out of reach */
    double *radius;        /* [n_bins] mean of the lags in a bin */
    double *pairs;         /* [n_sums] M */
    cupel_fft *fft;
    float *x;              /* one array, of correlations with sign two */
    size_t pitch, plane, scratch_each;
    float *scratch;        /* [workers] */
    size_t workers;
    double *partial;       /* [lag0 + 1][n_bins + 1] radial sums of each plane */
} cupel_lags;

/* The voxels whose autocorrelation is wanted: those of phase a or b, or all others. */
typedef struct cupel_indicator {
    const cupel_lags *g;
    uint16_t a, b;
    bool others;
    float *x;
    double *sum; /* [n_sums] */
} cupel_indicator;

/* Correlations C of the phases that are looked at. */
typedef struct cupel_phase_pairs {
    size_t n;
    uint16_t *id;      /* [n] those that are looked at: all but the mask */
    double *fraction;  /* [n] of what is no mask */
    bool cross;
    double *c;         /* [n (n + 1) / 2][n_sums]: C_pq, p <= q; without cross [n] */
} cupel_phase_pairs;

/* Room for `fields` transforms at a time. After a failure too, release. */
cupel_status cupel_lags_init(cupel_lags *g, const cupel_voxels *v, const cupel_job *job, size_t fields, cupel_err *err);
void cupel_lags_release(cupel_lags *g);
/* Pairs of voxels at the lag r (absolute values, voxels) in a box without mask. */
double cupel_lags_pairs(const cupel_lags *g, const size_t r[3]);
/* For cupel_par_for over planes i < g->n[0]: marks the voxels of a cupel_indicator and transforms their plane. */
cupel_status cupel_lags_forward(void *user, size_t i, size_t worker, cupel_err *err);
/* sum [n_sums]: pairs of marked voxels, by distance and along the axes. */
cupel_status cupel_lags_autocorrelate(const cupel_lags *g, uint16_t a, uint16_t b, bool others, double *sum, cupel_err *err);

/* S over all lags as maps. hidden: id of the mask; -1: none. */
cupel_status cupel_two_point_maps(cupel_quantities *q, const cupel_lags *g, const cupel_phase_pairs *f, int hidden, cupel_err *err);

#endif
