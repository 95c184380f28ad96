/* Phases that stand for nothing: a void is computed with a small stiffness, an insulator with a small conductivity. With
 * which, and what it changes. */
#ifndef CUPEL_ENGINE_MICRO_VOIDS_H
#define CUPEL_ENGINE_MICRO_VOIDS_H

#include "core/engine/micro/moved.h"

typedef struct cupel_voids {
    size_t grid;       /* voxels an edge of the trials that say so; 0: not computed */
    cupel_moved tenth; /* with a tenth of what stands for nothing: most of the way to nothing, as tensors are concave in it */
} cupel_voids;

/* Gives phases without stiffness or conductivity, and those with less than CUPEL_STAND_IN of the stiffness of the stiffest, what stands for it in
 * every solve (models/homogenize/stand_in.h); what the demand gives stays in `given`, and with it the bounds. */
void cupel_voids_stand_in(cupel_micro_demand *d);

/* Some phase has less than 1/1000, and more than nothing, of the largest stiffness or conductivity that is needed; a stand-in has nothing. With a
 * tenth of one fields would not converge. */
bool cupel_voids_any(const cupel_micro_demand *d);

enum { CUPEL_VOIDS_GRID = 32, CUPEL_VOIDS_TRIALS = 2 };

/* Trials on a grid of at most CUPEL_VOIDS_GRID; their loads are added to *solves. Not computed where the solver fails. CUPEL_NO_RESOURCE,
 * CUPEL_INTERRUPTED. */
cupel_status cupel_voids_of(const cupel_micro_demand *d, const cupel_recipe *recipe, const cupel_job *job, cupel_voids *v, size_t *solves,
                            cupel_err *err);

/* Lines for people: what stands for nothing, whether or not anything was computed; and what that changes. */
void cupel_voids_words(const cupel_micro_demand *d, cupel_str *out);
void cupel_voids_say(const cupel_micro_demand *d, const cupel_voids *v, cupel_str *out);
/* "void": {"grid", "phases": [{"name", "of", "share"}], "with a tenth of it": {moved.h}} */
void cupel_voids_put(const cupel_micro_demand *d, const cupel_voids *v, cupel_json_out *w);

#endif
