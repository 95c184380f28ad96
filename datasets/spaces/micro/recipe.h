/* A microstructure as a recipe: the name of a generator, a few numbers, a seed, and thresholds found once on a fine grid, so that it can be built at
 * any resolution with the same interface.
 *
 * Text form: "gyroid:fraction=0.4,seed=1"; file form: JSON {"generator": .., "parameters": {..}, "seed": .., "thresholds": [..], "version": 1}. Lengths
 * are in edges of the periodic box (the unit cube unless `box` says otherwise). Phase 1 is the one that `fraction` counts. */
#ifndef CUPEL_DATASETS_SPACES_MICRO_RECIPE_H
#define CUPEL_DATASETS_SPACES_MICRO_RECIPE_H

#include "core/io/json.h"
#include "core/matter/method.h"
#include "core/matter/mixture.h"
#include "core/sys/job.h"

typedef struct cupel_generator cupel_generator;

enum { CUPEL_RECIPE_VALUES_MAX = 64, CUPEL_RECIPE_THRESHOLDS_MAX = 8 };

typedef struct cupel_recipe {
    const cupel_generator *generator;
    double value[CUPEL_RECIPE_VALUES_MAX]; /* of method.params, in their order */
    uint64_t seed;
    size_t n_thresholds;                   /* 0: not found yet */
    double threshold[CUPEL_RECIPE_THRESHOLDS_MAX];
} cupel_recipe;

/* One generator is one const struct in a file of its own here, and one line in list.c. */
struct cupel_generator {
    cupel_method method;   /* kind "generator", scale "microstructure"; params with units and ranges */
    size_t n_phases;       /* 0: see phases_of (polycrystals) */
    bool smooth;           /* volume and properties change smoothly with the parameters at a fixed seed */
    size_t (*phases_of)(const cupel_recipe *r);
    cupel_status (*check)(const cupel_recipe *r, cupel_err *err);           /* what ranges cannot say; may be NULL */
    /* Thresholds such that the volume fractions are exact to 1e-4 on a fine grid; NULL: closed form, none needed. */
    cupel_status (*settle)(cupel_recipe *r, const cupel_job *job, cupel_err *err);
    /* The signed level field of a two-phase generator on grid n: f [n0][n1][n2] (float, no padding), > 0 in phase 1, and its gradient magnitude per
     * voxel edge is known through finite differences of f. NULL: this generator gives shapes through `mixture` only. */
    cupel_status (*level)(const cupel_recipe *r, const size_t n[3], float *f, const cupel_job *job, cupel_err *err);
    /* Voxels with cuts. NULL: made from `level`. */
    cupel_status (*mixture)(const cupel_recipe *r, const size_t n[3], cupel_mixture *m, const cupel_job *job, cupel_err *err);
};

extern const cupel_generator *const cupel_generators[]; /* NULL-ended */
const cupel_method *cupel_generator_method(size_t i);

/* `spec` is a file that is there, or the text form. CUPEL_USAGE names generators and parameters for what is unknown, with ranges; CUPEL_BAD_INPUT for
 * a damaged file. */
cupel_status cupel_recipe_read(const char *spec, cupel_recipe *r, cupel_err *err);
cupel_status cupel_recipe_of_json(const cupel_json *node, const char *name, cupel_recipe *r, cupel_err *err);
void cupel_recipe_put(const cupel_recipe *r, cupel_json_out *w);
/* Finds the thresholds if there are none yet. Deterministic. */
cupel_status cupel_recipe_settle(cupel_recipe *r, const cupel_job *job, cupel_err *err);
size_t cupel_recipe_phases(const cupel_recipe *r);
cupel_status cupel_recipe_set(cupel_recipe *r, const char *parameter, double value, cupel_err *err); /* forgets the thresholds */
double cupel_recipe_get(const cupel_recipe *r, const char *parameter);                               /* NaN: no such parameter */

/* A settled recipe on grid n (any size). Phase ids; share of phase 1 per voxel; distance to the interface in voxels (positive in phase 1). The last
 * two are CUPEL_USAGE for more than two phases. */
cupel_status cupel_recipe_voxels(const cupel_recipe *r, const size_t n[3], cupel_voxels *v, const cupel_job *job, cupel_err *err);
cupel_status cupel_recipe_mixture(const cupel_recipe *r, const size_t n[3], cupel_mixture *m, const cupel_job *job, cupel_err *err);
cupel_status cupel_recipe_shares(const cupel_recipe *r, const size_t n[3], float *share, const cupel_job *job, cupel_err *err);
cupel_status cupel_recipe_level(const cupel_recipe *r, const size_t n[3], float *level, const cupel_job *job, cupel_err *err);

#endif
