/* A microstructure as a recipe: the name of a generator, a few numbers, a seed, and thresholds found once on a fine grid, so that it can be built at
 * any resolution with the same interface.
 *
 * Text form: "gyroid:fraction=0.4,seed=1"; file form: JSON {"generator": .., "parameters": {..}, "seed": .., "thresholds": [..], "version": 1}. With
 * connected=1, "connected": 1, what is meant is phase 1 in one body: what is built below is as drawn, and mended by who asks for it.
 * Lengths are in edges of the periodic box (the unit cube unless `box` says otherwise). Phase 1 is the one that `fraction` counts. */
#ifndef CUPEL_DATASETS_SPACES_MICRO_RECIPE_H
#define CUPEL_DATASETS_SPACES_MICRO_RECIPE_H

#include "core/io/json.h"
#include "core/matter/method.h"
#include "core/matter/mixture.h"
#include "core/sys/job.h"

#include <stdbool.h>

typedef struct cupel_generator cupel_generator;
struct cupel_spectrum; /* random_field.h */

enum { CUPEL_RECIPE_VALUES_MAX = 64, CUPEL_RECIPE_THRESHOLDS_MAX = 8 };

typedef struct cupel_recipe {
    const cupel_generator *generator;
    double value[CUPEL_RECIPE_VALUES_MAX]; /* of method.params, in their order */
    uint64_t seed;
    size_t n_thresholds;                   /* 0: not found yet */
    double threshold[CUPEL_RECIPE_THRESHOLDS_MAX];
    size_t one_body;                       /* 1 + the phase that is mended into one body (core/engine/one_body.h), for who builds it; 0: none */
} cupel_recipe;

/* What a two-phase generator makes of a recipe: a function f of the place, and where phase 1 is. Every generator's own struct begins with this. The
 * place u is counted in edges of the box, 0 <= u < 1 along each axis. */
typedef struct cupel_shape {
    bool sheet;      /* phase 1 is |f - centre| < t; else it is f > t and centre is not used */
    double centre, t;
    double fraction; /* of phase 1, which every grid meets by moving t; NaN: t is as it is */
    double slope;    /* of f, per edge of the box, never or hardly ever exceeded: where the interface cannot be is not looked at closely */
    size_t fine;     /* voxels per edge that resolve f well: where t is looked for */
} cupel_shape;

/* Two parameters that tell the same in two ways: at most one of them is given, and the other one is then NaN. */
typedef struct cupel_either {
    const char *one, *other; /* NULL, NULL ends a list */
} cupel_either;

/* One generator is one const struct in a file of its own here, and one line in list.c. A two-phase generator has `open` with `row` and `at`, or with
 * `field`; one with more phases has `mixture`. */
struct cupel_generator {
    cupel_method method;   /* kind "generator", scale "microstructure"; params with units and ranges; whole numbers have the unit "count" */
    size_t n_phases;       /* 0: see phases_of (polycrystals) */
    bool smooth;           /* volume and properties change smoothly with the parameters at a fixed seed */
    /* How many numbers settling finds and the recipe keeps as thresholds: 0, or 1 which is t (the fraction of phase 1 where the parameters say t: a
     * radius instead of a fraction); more: by `settle`. */
    size_t threshold;
    const cupel_either *either; /* may be NULL */
    size_t (*phases_of)(const cupel_recipe *r);
    cupel_status (*check)(const cupel_recipe *r, cupel_err *err);           /* what ranges cannot say; may be NULL */
    void (*box)(const cupel_recipe *r, double edge[3]);                     /* edges of the box; NULL: 1, 1, 1 */
    void (*cell)(cupel_recipe *r);                                          /* makes it one with the same t that is cheaper to settle; may be NULL */
    /* shape->t is the recipe's threshold, or a guess where it has none yet; NaN asks for one from a few samples. Where the parameters say t, the
     * fraction is the recipe's threshold, or NaN where it has none yet. */
    cupel_status (*open)(const cupel_recipe *r, const cupel_job *job, cupel_shape **shape, cupel_err *err);
    void (*close)(cupel_shape *shape);                                      /* NULL-safe */
    /* f [n2] at the centres of the voxels of row (i, j) of grid n. */
    void (*row)(const cupel_shape *shape, const size_t n[3], size_t i, size_t j, float *f);
    /* f and its gradient g per edge of the box. */
    double (*at)(const cupel_shape *shape, const double u[3], double g[3]);
    /* Where phase 1 is a union of bodies: f [n] and g [n] as of `at` for up to CUPEL_FACES_MAX (corner.h) bodies near u, the first is that of `at`;
     * n is returned. NULL: there is but one. */
    size_t (*faces)(const cupel_shape *shape, const double u[3], double *f, double (*g)[3]);
    /* `at`, and how f and g change with the parameters: df [p] and dg [p][3] for parameter p of the recipe where the threshold stays. Parameters that
     * say the threshold count against f. NULL: only differences tell. */
    double (*moves)(const cupel_shape *shape, const double u[3], double g[3], double *df, double (*dg)[3]);
    /* The same as row for the whole grid, f [n0][n1][n2] with room for [n0][n1][2 (n2 / 2 + 1)]. */
    cupel_status (*field)(const cupel_shape *shape, const size_t n[3], float *f, const cupel_job *job, cupel_err *err);
    /* The spectrum of the random field that is cut, from noise of the recipe's seed; NULL: it is none. */
    void (*spectrum)(const cupel_recipe *r, struct cupel_spectrum *s);
    cupel_status (*settle)(cupel_recipe *r, const cupel_job *job, cupel_err *err);
    /* Voxels with cuts, instead of all the above. */
    cupel_status (*mixture)(const cupel_recipe *r, const size_t n[3], cupel_mixture *m, const cupel_job *job, cupel_err *err);
    /* The same without cuts, where that is made otherwise; NULL: the ids of `mixture`. */
    cupel_status (*voxels)(const cupel_recipe *r, const size_t n[3], cupel_voxels *v, const cupel_job *job, cupel_err *err);
    /* Orientations of the phases, angle [n_phases][3] = phi1, Phi, phi2 of Bunge, degrees; NULL: there are none. */
    void (*orientations)(const cupel_recipe *r, double *angle);
};

extern const cupel_generator *const cupel_generators[]; /* NULL-ended */
const cupel_method *cupel_generator_method(size_t i);

/* `spec` is a file that is there, or the text form. CUPEL_USAGE names generators and parameters for what is unknown, with ranges; CUPEL_BAD_INPUT for
 * a damaged file. */
cupel_status cupel_recipe_read(const char *spec, cupel_recipe *r, cupel_err *err);
/* The text form. */
cupel_status cupel_recipe_of_text(const char *text, cupel_recipe *r, cupel_err *err);
cupel_status cupel_recipe_of_json(const cupel_json *node, const char *name, cupel_recipe *r, cupel_err *err);
void cupel_recipe_put(const cupel_recipe *r, cupel_json_out *w);
/* "gyroid:fraction=0.4,seed=1": what is not the default, and the seed. Thresholds are not in it. */
void cupel_recipe_text(const cupel_recipe *r, cupel_str *s);
/* Finds the thresholds if there are none yet. Deterministic. */
cupel_status cupel_recipe_settle(cupel_recipe *r, const cupel_job *job, cupel_err *err);
/* The share of phase 1 on grid n, by plane cuts, where the parameters say where the interface is and not what volume it encloses. */
cupel_status cupel_recipe_share(const cupel_recipe *r, const size_t n[3], double *share, const cupel_job *job, cupel_err *err);
size_t cupel_recipe_phases(const cupel_recipe *r);
/* The same generator, parameters and seed; a parameter that is not given (NaN) is the same as another that is not. Thresholds follow from these. */
bool cupel_recipe_same(const cupel_recipe *a, const cupel_recipe *b);
cupel_status cupel_recipe_set(cupel_recipe *r, const char *parameter, double value, cupel_err *err); /* forgets the thresholds */
size_t cupel_recipe_place(const cupel_recipe *r, const char *parameter); /* in `value`; their number: no such parameter */
double cupel_recipe_get(const cupel_recipe *r, const char *parameter);                               /* NaN: no such parameter */
/* The fraction of phase 1 that every grid is made to meet: the parameter, or what settling found for a radius or a thickness. NaN: there is none. */
double cupel_recipe_fraction(const cupel_recipe *r);

/* The shape of the voxels of a grid is for the caller: lengths along each axis are counted in voxels, so voxels are cubes where n is in the ratio of
 * the edges of the box. */
void cupel_recipe_box(const cupel_recipe *r, double edge[3]);
/* The grid with `voxels` along the shortest edge of the box, whose voxels are as near to cubes as whole numbers allow. */
void cupel_recipe_grid(const cupel_recipe *r, size_t voxels, size_t n[3]);

/* A recipe on grid n (any size). Phase ids at voxel centres; share of phase 1 per voxel; distance to the interface in voxels (positive in phase 1).
 * The last two are CUPEL_USAGE for more than two phases. `voxels` and `level` want a settled recipe. `mixture` and `shares` move the threshold on
 * every grid until the shares add up to the fraction of the recipe (relative 1e-7), so that they are the same with and without it: shares by plane
 * cuts of a curved interface are biased, and this takes the largest part of their error away. */
cupel_status cupel_recipe_voxels(const cupel_recipe *r, const size_t n[3], cupel_voxels *v, const cupel_job *job, cupel_err *err);
cupel_status cupel_recipe_mixture(const cupel_recipe *r, const size_t n[3], cupel_mixture *m, const cupel_job *job, cupel_err *err);
cupel_status cupel_recipe_shares(const cupel_recipe *r, const size_t n[3], float *share, const cupel_job *job, cupel_err *err);
cupel_status cupel_recipe_level(const cupel_recipe *r, const size_t n[3], float *level, const cupel_job *job, cupel_err *err);
/* angle [phases][3], Bunge's phi1, Phi, phi2 in degrees. CUPEL_USAGE where the generator has none. */
cupel_status cupel_recipe_orientations(const cupel_recipe *r, double *angle, cupel_err *err);

#endif
