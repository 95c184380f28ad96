/* How much of a design is owed to its realisation: the same parameters with other seeds, and how their properties spread. */
#ifndef CUPEL_ENGINE_MICRO_SEEDS_H
#define CUPEL_ENGINE_MICRO_SEEDS_H

#include "core/engine/micro/moved.h"

typedef struct cupel_seeds {
    bool known;
    bool fixed;          /* the seed changes nothing: there is no spread */
    size_t grid, n;      /* voxels an edge of the trials; other seeds that were solved, at least 2 */
    cupel_moved spread;  /* standard deviation: of tensors the root of the mean squared Frobenius distance from their mean, over its norm */
    double mean[CUPEL_ASKS_MAX]; /* of the others, moved by what this one's grid is off: the number, or a whole tensor's distance from its target */
} cupel_seeds;

enum { CUPEL_SEEDS_GRID = 24, CUPEL_SEEDS_TRIALS = 5 };

/* This seed and the four that follow it, on a grid of at most CUPEL_SEEDS_GRID; loads are added to *solves. limit: of this one, from which the grid
 * is told to be off; NULL: it is taken as it is. Seeds of which the generator makes nothing are left out, and where fewer than two remain nothing is
 * known. CUPEL_NO_RESOURCE, CUPEL_INTERRUPTED. */
cupel_status cupel_seeds_of(const cupel_micro_demand *d, const cupel_recipe *recipe, const cupel_tensors *limit, const cupel_job *job,
                            cupel_seeds *s, size_t *solves, cupel_err *err);

/* Whether another seed gives another structure, by building both on a small grid without a solve: *random. Errors of the generator. */
cupel_status cupel_seeds_matter(const cupel_recipe *recipe, const cupel_job *job, bool *random, cupel_err *err);

/* A line for people. */
void cupel_seeds_say(const cupel_micro_demand *d, const cupel_recipe *recipe, const cupel_seeds *s, cupel_str *out);
/* "seeds": {"random": false}, or {"random": true, "grid", "n", "standard deviation": {moved.h}, "distance [%]": [{"name", "mean"}, ..]} */
void cupel_seeds_put(const cupel_micro_demand *d, const cupel_seeds *s, cupel_json_out *w);
/* Columns of designs.csv, and their cells; each begins with a comma. */
void cupel_seeds_head(const cupel_micro_demand *d, cupel_str *out);
void cupel_seeds_row(const cupel_micro_demand *d, const cupel_seeds *s, cupel_str *out);

#endif
