/* From measured statistics to a structure that has them: a volume, orthogonal slices or saved two-point functions in; volumes of labels and the
 * errors that are left out. */
#ifndef CUPEL_ENGINE_RECONSTRUCT_H
#define CUPEL_ENGINE_RECONSTRUCT_H

#include "core/base/str.h"
#include "core/sys/job.h"
#include "datasets/formats/volume.h"

typedef struct cupel_reconstruct_request {
    const char *const *input;     /* [n_inputs] one volume or saved statistics; or slices: xy, xz and, where there is a third, yz */
    size_t n_inputs;
    bool slices;
    cupel_volume_options volume;  /* how to read volumes */
    const char *phase;            /* the label that is matched, against all others; NULL: the larger of two */
    const char *match, *weights;  /* "two-point,lineal-path"; "1,0.5", NULL: 1 each */
    const char *grid;             /* "64" or "64x64x32"; NULL: that of the input where it has the dimension asked for, else 64 */
    uint64_t dim;                 /* 2, 3, or 0: that of the input */
    double reach;                 /* share of the box up to which lags are matched, 0 < reach <= 0.5 */
    uint64_t seed, realisations;
    double steps;                 /* times the usual iterations */
    const char *budget;           /* "60s" per realisation; NULL: none */
    const char *output, *format;  /* of the volume; with realisations r.npy becomes r-1.npy, r-2.npy, ... */
} cupel_reconstruct_request;

enum { CUPEL_STATISTIC_TWO_POINT, CUPEL_STATISTIC_LINEAL_PATH, CUPEL_STATISTIC_SURFACE, CUPEL_STATISTICS };
extern const char *const cupel_statistic_names[CUPEL_STATISTICS]; /* "two-point", ... */

/* One volume that was made. Errors are relative, NaN where the statistic is not known:
 *   two-point     |S2 - S2 target| / |S2 target - fraction^2|     norms over lags
 *   lineal-path   |L - L target| / |L target|                     root mean square of both phases
 *   surface       |s - s target| / s target                       from the step of S2 to the next voxel along each axis */
typedef struct cupel_realisation {
    char *path;
    uint64_t voxels;                        /* of the phase */
    double quarter[CUPEL_STATISTICS];       /* over lags up to a quarter of the box along each axis */
    double all[CUPEL_STATISTICS];           /* over all lags that the input tells of and the box has */
    uint64_t iterations, swaps;
    double seconds;
    bool stopped;
} cupel_realisation;

typedef struct cupel_reconstruction {
    const char *input;
    int dim;
    size_t n[3];
    int64_t label[2];                       /* of the other phase, of the phase */
    double fraction;                        /* of the phase in the input */
    uint64_t voxels;                        /* asked for: fraction times voxels, to the nearest */
    double weight[CUPEL_STATISTICS];        /* 0: not matched */
    double reach;
    bool isotropic, slices;                 /* lags in other directions than those measured are taken from them */
    uint64_t seed;
    size_t n_made;
    cupel_realisation *made;
} cupel_reconstruction;

/* CUPEL_USAGE: statistics that are not known, a grid that is none, slices of unequal axes, more than two phases without one named. CUPEL_BAD_INPUT:
 * a file that cannot be read, an input of a single phase. CUPEL_INTERRUPTED: what was reached has been written and *r is there. CUPEL_NO_RESOURCE. */
cupel_status cupel_reconstruct(const cupel_reconstruct_request *q, const cupel_job *job, cupel_reconstruction **r, cupel_err *err);
void cupel_reconstruction_free(cupel_reconstruction *r);

/* One JSON object, or lines for people. */
void cupel_reconstruction_json(const cupel_reconstruction *r, cupel_str *out);
void cupel_reconstruction_table(const cupel_reconstruction *r, cupel_str *out);

#endif
