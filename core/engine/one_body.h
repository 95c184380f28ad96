/* A phase in one body: what is cut off from it is removed, what it encloses is filled. */
#ifndef CUPEL_ENGINE_ONE_BODY_H
#define CUPEL_ENGINE_ONE_BODY_H

#include "datasets/spaces/micro/recipe.h"

/* Of a periodic volume, in place. Trapped: a cluster of other phases from which no path leads to another period, along any axis; it becomes `phase`.
 * Island: a cluster of the phase that is not its largest; it becomes the other phase that it touches most. Voxels hang together through faces.
 * Repeated until nothing changes: a filled void may join an island. ids are those of v; *islands and *trapped: voxels. */
cupel_status cupel_one_body_mend(cupel_voxels *v, uint16_t phase, const cupel_job *job, uint64_t *islands, uint64_t *trapped, cupel_err *err);

/* The voxels of a recipe on one grid, as drawn and mended. Phases of the recipe are the ids, those too that no voxel has. */
typedef struct cupel_one_body {
    uint16_t phase;             /* that is one body */
    cupel_voxels drawn, mended;
    uint64_t islands, trapped;  /* voxels removed and filled */
} cupel_one_body;                   /* {0} is empty */

cupel_status cupel_one_body_of(const cupel_recipe *r, const size_t n[3], size_t n_phases, size_t phase, const cupel_job *job, cupel_one_body *b,
                           cupel_err *err);
void cupel_one_body_release(cupel_one_body *b);
bool cupel_one_body_is_mended(const cupel_one_body *b); /* some voxel was removed or filled */

/* The same recipe's voxels with cuts, on any grid of its box, mended in place as the body is: every piece of a phase becomes what became of the
 * nearest voxel of the body on its side of the surface, so that on each grid the same islands go and the same voids are filled. What lies further
 * than a voxel of the body from all of those stays. Nothing is done where nothing was mended. */
void cupel_one_body_mixture(const cupel_one_body *b, cupel_mixture *m);

#endif
