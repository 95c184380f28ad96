/* A trial: a recipe built and solved on one grid; its effective tensors, and their derivatives by the parameters that are searched. */
#ifndef CUPEL_ENGINE_MICRO_TRIAL_H
#define CUPEL_ENGINE_MICRO_TRIAL_H

#include "core/engine/micro/demand.h"
#include "core/sys/job.h"
#include "datasets/spaces/micro/recipe.h"

enum { CUPEL_TRIAL_PARAMS = 64 };

/* What a demand needs computed of a microstructure. */
typedef struct cupel_tensors {
    double k[9], c[36], alpha[6];
    double fraction[CUPEL_MICRO_PHASES_MAX];
    double surface[CUPEL_MICRO_PHASES_MAX], projected[CUPEL_MICRO_PHASES_MAX]; /* areas where asked for (statistics.h); a trial has the limit's */
    double alike; /* how far measured two-point functions are, in tolerances (alike.h); 0 where none is asked */
    double feature[CUPEL_MICRO_PHASES_MAX]; /* of a trial of a search, in edges of the box (feature_size.h); 0 where it was not measured */
} cupel_tensors;

cupel_micro_state cupel_tensors_state(const cupel_micro_demand *d, const cupel_tensors *t);

typedef struct cupel_trial_options {
    size_t grid;
    double accuracy;         /* what iterating may leave of the tensor, relative */
    double blend_k, blend_c; /* of cut voxels; NaN: chosen by a solve on half the grid */
    bool rough;              /* chosen by a solve on the grid itself, of 2 %: where half of it is too small to have a structure */
    bool fields;             /* keep the solved fields: for derivatives, and for other trials to begin at */
    const struct cupel_trial *guess; /* with fields, on the same grid: the solver begins there; NULL: at uniform fields */
} cupel_trial_options;

typedef struct cupel_trial {
    cupel_recipe recipe;
    cupel_trial_options made;
    size_t n[3];
    double blend_k, blend_c;
    cupel_mixture *mixture;                  /* on the heap: the solutions look at it */
    cupel_solution *conduction, *elasticity; /* with fields; NULL where not needed */
    cupel_tensors t;
    double surface_scale[CUPEL_MICRO_PHASES_MAX], projected_scale[CUPEL_MICRO_PHASES_MAX]; /* limit / on its grid, where areas are asked for */
    size_t solves;                           /* loads that were solved */
    bool guessed;                            /* the solver began at the fields of another trial */
} cupel_trial;                               /* {0} is empty; one taken from a journal has no mixture and no fields */

/* Builds and solves r. *t is overwritten, not released. Errors: those of the generator and the solver. */
cupel_status cupel_trial_solve(const cupel_micro_demand *d, const cupel_recipe *r, const cupel_trial_options *o, const cupel_job *job, cupel_trial *t,
                               cupel_err *err);
void cupel_trial_release(cupel_trial *t);

/* The expansion that follows from the stiffness (Levin), where the demand needs it. */
cupel_status cupel_tensors_expansion(const cupel_micro_demand *d, cupel_tensors *t, cupel_err *err);

/* Edges of the voxels of grid n of a recipe, in edges of its box. */
void cupel_trial_edges(const cupel_recipe *r, const size_t n[3], double edge[3]);

/* The tensors of r, whose values differ a little from those of the trial's recipe, to first order from the trial's fields. Nothing is solved. */
cupel_status cupel_trial_under(const cupel_micro_demand *d, const cupel_trial *t, const cupel_recipe *r, const cupel_job *job, cupel_tensors *out,
                               cupel_err *err);

/* Derivatives of the tensors and of the volume fraction of phase 1 by one parameter. */
typedef struct cupel_slope {
    double k[9], c[36], share;
} cupel_slope;

/* Derivatives slope [n] by r->value[place[k]], k < n. r is the recipe of the trial, or the same with a threshold in place of its volume fraction. Can
 * be had where the generator knows how its interface moves and the demand asks for no area. */
bool cupel_trial_can_move(const cupel_micro_demand *d, const cupel_trial *t, const cupel_recipe *r);
cupel_status cupel_trial_moves(const cupel_trial *t, const cupel_recipe *r, const size_t *place, size_t n, const cupel_job *job, cupel_slope *slope,
                               cupel_err *err);

#endif
