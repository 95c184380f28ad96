/* One microstructure judged: built from its recipe, described, solved. */
#ifndef CUPEL_ENGINE_MICRO_ASSAY_H
#define CUPEL_ENGINE_MICRO_ASSAY_H

#include "core/engine/micro/space.h"
#include "core/sys/job.h"

/* The numbers of one structure in one row, and where each kind begins; SIZE_MAX: the demand does not need it. Tensors are whole, Mandel. */
typedef struct cupel_layout {
    size_t n_phases, width;
    size_t fraction;          /* [n_phases] of what was solved */
    size_t k, k_error;        /* [9] */
    size_t c, c_error;        /* [36] */
    size_t alpha, alpha_error; /* [6] */
    size_t stat;              /* [n_phases][CUPEL_STATS] */
    size_t iterations;        /* over all loads and grids */
} cupel_layout;

/* Of each phase: surface per volume (1 / shortest edge of the box), Euler number, share of the largest cluster, axes along which it percolates. */
enum { CUPEL_STATS = 4 };
extern const char *const cupel_stat_name[CUPEL_STATS], *const cupel_stat_unit[CUPEL_STATS];

void cupel_layout_of(const cupel_micro_demand *d, cupel_layout *l);

/* The state that a row holds; pointers into it. */
cupel_micro_state cupel_layout_state(const cupel_layout *l, const double *row);
/* Half width of the bar of the number that an entry asks for, from the bars of the tensors: the larger of the change when all components move
 * together by their bars, and of the root of the sum of squares when each moves alone. 0 for fractions. */
double cupel_ask_error(const cupel_micro_demand *d, const cupel_ask *a, const cupel_layout *l, const double *row);

/* Fills row [width] on a grid with `voxels` along the shortest edge of the box, extrapolated from this grid and three quarters of it, with the bar of
 * models/homogenize/estimate.h. `accuracy`: what iterating may leave. The recipe is settled on the way. Any status of the parts; CUPEL_INTERRUPTED
 * when the job was stopped. */
cupel_status cupel_assay(const cupel_micro_demand *d, cupel_recipe *r, size_t voxels, double accuracy, const cupel_job *job, double *row,
                         cupel_err *err);

#endif
