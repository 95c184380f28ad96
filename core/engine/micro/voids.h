/* Voids and insulators: fields in a phase without stiffness or conductivity do not converge, so a small one stands in for it. Which one, and by how
 * much that changes a design. */
#ifndef CUPEL_ENGINE_MICRO_VOIDS_H
#define CUPEL_ENGINE_MICRO_VOIDS_H

#include "core/engine/micro/moved.h"

typedef struct cupel_voids {
    size_t grid;         /* voxels an edge of the trials that say so; 0: not computed */
    bool given, stands;  /* some void has what the demand says; some has a stand-in */
    cupel_moved tenth;   /* given: with a tenth of what the demand says: most of the way to nothing, as tensors are concave in it */
    cupel_moved tenfold; /* stands: with ten times the stand-in, as with less fields do not converge; what nothing in its place would change is, by
                          * the same concavity, a ninth of that or more */
} cupel_voids;

/* Gives phases without stiffness or conductivity, and those with less than CUPEL_STAND_IN of the stiffness of the stiffest, what stands for it in
 * every solve (models/homogenize/stand_in.h); what the demand gives stays in `given`, and with it the bounds. */
void cupel_voids_stand_in(cupel_micro_demand *d);

/* The share of the largest stiffness (a third of C11 + C22 + C33) or conductivity of a phase that is a void or an insulator, as it is solved for; NaN
 * of others, and where the demand does not need it. */
double cupel_voids_share(const cupel_micro_demand *d, size_t phase, bool elastic);

/* Some phase is solved for with less than 1/1000, and more than nothing, of the largest stiffness or conductivity that is needed. */
bool cupel_voids_any(const cupel_micro_demand *d);

enum { CUPEL_VOIDS_GRID = 32, CUPEL_VOIDS_TRIALS = 2 }; /* one more of a demand with both kinds */

/* Trials on a grid of at most CUPEL_VOIDS_GRID; their loads are added to *solves. Not computed where the solver fails. CUPEL_NO_RESOURCE,
 * CUPEL_INTERRUPTED. */
cupel_status cupel_voids_of(const cupel_micro_demand *d, const cupel_recipe *recipe, const cupel_job *job, cupel_voids *v, size_t *solves,
                            cupel_err *err);

/* Lines for people: what stands for nothing, whether or not anything was computed; and what that changes. */
void cupel_voids_words(const cupel_micro_demand *d, cupel_str *out);
void cupel_voids_say(const cupel_micro_demand *d, const cupel_voids *v, cupel_str *out);
/* "void": {"grid", "phases": [{"name", "of", "share", "stands in"}], "with a tenth of it": {moved.h}, "with ten times the stand-in": {moved.h}},
 * of the last two those that there are */
void cupel_voids_put(const cupel_micro_demand *d, const cupel_voids *v, cupel_json_out *w);

#endif
