/* Feature sizes of a recipe for a search: what statistics.h counts on voxels jumps from one whole number of voxels to the next; this moves smoothly
 * with the recipe, and nothing is solved. */
#ifndef CUPEL_ENGINE_MICRO_FEATURE_SIZE_H
#define CUPEL_ENGINE_MICRO_FEATURE_SIZE_H

#include "core/engine/micro/trial.h"

/* Is a feature size of some phase asked for? */
bool cupel_feature_asked(const cupel_micro_demand *d);

/* feature [CUPEL_MICRO_PHASES_MAX], in edges of the box: the local thickness (diameter of the largest ball in the phase that covers a place) that
 * about 95 % of each phase exceed, the mean over 90 to 100 % with most weight at 95 %. Interfaces are the planes of cut voxels, centres of balls may
 * lie between those of voxels. Within about a quarter of a voxel of the grid of cupel_feature_grid; a phase that is not there has 1e-6, and one that
 * is alone 1. Errors: those of the generator; CUPEL_NO_RESOURCE. */
cupel_status cupel_feature_sizes(const cupel_micro_demand *d, const cupel_recipe *r, const cupel_job *job, double *feature, cupel_err *err);

/* Where the balls that it is of touch the interface: where that goes outward from a phase by v, in edges of the box, its feature size grows by
 * weight v of all contacts. */
typedef struct cupel_feature_contact {
    double u[3]; /* 0 <= u < 1, along each edge of the box */
    size_t phase;
    double weight;
} cupel_feature_contact;
typedef struct cupel_feature_contacts {
    size_t n, cap, n_faces, cap_faces;
    cupel_feature_contact *one;  /* [n] */
    cupel_feature_contact *face; /* [n_faces] places all over the interface; weight: their share of its area, in squares of the edge */
} cupel_feature_contacts;
cupel_status cupel_feature_contacts_of(const cupel_micro_demand *d, const cupel_recipe *r, const cupel_job *job, cupel_feature_contacts *c,
                                       cupel_err *err);
void cupel_feature_contacts_release(cupel_feature_contacts *c);

/* Derivatives slope [n][CUPEL_MICRO_PHASES_MAX] of feature sizes by r->value[place[k]], k < n, from how the interface moves at the contacts: one
 * structure is built for all. The volume fraction stays where the recipe has one, by its threshold. False of a generator that does not know. */
bool cupel_feature_can_move(const cupel_recipe *r);
cupel_status cupel_feature_moves(const cupel_micro_demand *d, const cupel_recipe *r, const size_t *place, size_t n, const cupel_job *job,
                                 double (*slope)[CUPEL_MICRO_PHASES_MAX], cupel_err *err);

/* Voxels an edge on which that is: those of the design, within 24 to 48. */
size_t cupel_feature_grid(const cupel_micro_demand *d);

#endif
