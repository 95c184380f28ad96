/* A demand for microstructures: the phases there are, what their mixture must be, and where to look.
 *
 *   demand: heat spreader                           what for, in words
 *   scale: microstructure
 *   phases:                                         ids 0, 1, 2 in the order listed; phase 1 is the one that recipes count
 *     - {name: polymer, k: 0.2 W/(m K), density: 1.2 g/cm^3, price: 3 USD/kg}
 *     - {name: filler, k: 20 W/(m K)}               or E, nu, alpha, C11 ...: models/homogenize/material.h; or sigma (S/m), eps (relative or F/m),
 *                                                   D (m^2/s), mu_r (relative or H/m) where it is the electrical conductivity, permittivity,
 *                                                   diffusivity or magnetic permeability that is required, one of them in a demand
 *   require:
 *     - {property: conductivity, target: [[2.5, 0, 0], [0, 0.5, 0], [0, 0, 0.5]], within: 2 %}
 *     - {property: stiffness, target: [[..], ... six rows], convention: voigt, within: 1.5 %}      convention: mandel is the default
 *                                                   a number alone is an isotropic conductivity or expansion
 *                                                   orientation: free allows a whole target to be turned
 *                                                   on: grid is about the tensor on the design's own `grid` instead of its limit, for a target that
 *                                                   is known on that grid; both may be asked
 *     - {property: conductivity, component: 11, min: 2 W/(m K)}
 *     - {property: young modulus, direction: [0, 0, 1], min: 10 GPa, max: 12 GPa}     or direction: softest, stiffest: the least, greatest of all
 *     - {property: bulk modulus, goal: maximise}    also shear modulus, poisson ratio, anisotropy (universal index), density, price
 *     - {property: price, per: volume, max: 900 USD/m^3}      of the mixture; without `per`, and with USD/kg, of its mass
 *     - {property: volume fraction, phase: filler, max: 0.35}
 *     - {property: conductivity, invariant: ratio, max: 1.5}     mean, trace, smallest, largest (eigenvalue), ratio of a tensor
 *     - {property: shear modulus, component: 12, per: density, goal: maximise}     of a plane; per: density divides any number
 *     - {property: surface per volume, min: 8 1/mm}  statistics: mean chord, connected fraction, percolating fraction (axis: 3), euler
 *                                                   number, feature size of a phase. Lengths are in edges of the box, or in metres where
 *                                                   `size` gives the edge
 *     - {property: two-point, phase: solid, like: bone.npy, within: 5 %}     the relative distance of the two-point function from that of a volume
 *                                                   with these labels, or saved of one, over lags up to a quarter of the box
 *   size: 5 mm                                      edge of the box (the shortest)
 *   tolerance: 0.05 mm                              of the process: how far a design moves when its interface is half of it off
 *   hold under: {process tolerance: 0.05 mm, phase properties: 5 %}     the demand is to be met with each phase that much off, in any combination,
 *                                                   and the interface half of the tolerance, either way; one of both will do
 *   minimum feature: 0.4 mm what a process can make: 95 % of the stronger phase must be thicker; or {solid: 0.4 mm, void: 0.3 mm}
 *   connected: solid                                in one body: islands removed and trapped void filled, and what that costs
 *   space: {generator: gaussian, fraction: 0.1..0.35, stretch1: 1..3, seed: 1}     a range is searched, a number is fixed; design may leave it out
 *   grid: 64    budget: 60 s    keep: 20    sample: 64    candidates: 100000    verify: 3    seed: 1    level: 0.95
 *   designs: 1                                      how many that meet it `cupel design` looks for
 *   surrogate: DIR/samples.h5                       of an earlier run or design of the same space and phases, instead of a sample of its own
 *
 * Numbers without units are in one common unit for phases and targets; with units they are converted to W/(m K) (S/m ..), GPa, 1/K, kg/m^3 and
 * USD/kg, and answers are given in the unit that the entry asks in: that of its numbers, or its `unit: MPa`, which holds for all of them. A target
 * may leave components open with `~`. Everything is checked when it is opened: CUPEL_USAGE with file:line and what to do; CUPEL_BAD_INPUT for a
 * target that is not symmetric or has a negative eigenvalue; CUPEL_INFEASIBLE for a window that is upside down, or two of one number that exclude
 * each other. */
#ifndef CUPEL_ENGINE_MICRO_DEMAND_H
#define CUPEL_ENGINE_MICRO_DEMAND_H

#include "core/base/arena.h"
#include "core/engine/micro/invariant.h"
#include "core/io/yaml.h"
#include "core/sys/job.h"
#include "models/homogenize/solver.h"

enum { CUPEL_MICRO_PHASES_MAX = 16, CUPEL_ASKS_MAX = 32, CUPEL_HOLD_PHASES_MAX = 6 };

typedef struct cupel_micro_phase {
    const char *name;
    cupel_material material;    /* as it is solved for: a stand-in where the phase is a perfect void (voids.h) */
    cupel_material given;       /* as the demand gives it */
    bool stands_in[2];          /* conductivity, stiffness: they differ */
    double density, price;      /* kg/m^3 and USD/kg, or the user's; NaN: unknown */
    size_t line;
} cupel_micro_phase;

/* USD/m^3, or the user's: what a volume of the phase costs. 0 where it has no mass, whatever a kilogram of it would cost. */
static inline double cupel_phase_cost(const cupel_micro_phase *p) { return p->density == 0 ? 0 : p->density * p->price; }

typedef enum cupel_ask_kind {
    CUPEL_ASK_CONDUCTIVITY, /* tensors: whole, or one component */
    CUPEL_ASK_STIFFNESS,
    CUPEL_ASK_EXPANSION,
    CUPEL_ASK_YOUNG,        /* numbers of the stiffness */
    CUPEL_ASK_BULK,
    CUPEL_ASK_SHEAR,
    CUPEL_ASK_POISSON,
    CUPEL_ASK_ANISOTROPY,
    CUPEL_ASK_FRACTION,     /* numbers of the phases */
    CUPEL_ASK_DENSITY,
    CUPEL_ASK_PRICE,        /* per mass, or per volume */
    CUPEL_ASK_SURFACE,      /* statistics */
    CUPEL_ASK_CHORD,
    CUPEL_ASK_CONNECTED,    /* from here on of voxels: judged at the verification; searched for are the last two (feature_steer.h, alike.h) */
    CUPEL_ASK_PERCOLATING,
    CUPEL_ASK_EULER,
    CUPEL_ASK_FEATURE,      /* the thickness that 95 % of the phase exceed */
    CUPEL_ASK_TWO_POINT,    /* relative distance of the two-point function from that of a file; searched for by alike.h */
    CUPEL_ASK_KINDS
} cupel_ask_kind;

/* One entry of `require`. */
typedef struct cupel_ask {
    cupel_ask_kind kind;
    bool whole;            /* a tensor with a target */
    size_t order;          /* of the tensor: 3, 6, or 6 numbers of expansion as [6][1] */
    double target[36];     /* [order][order] Mandel; NaN: left open */
    bool voigt;            /* of a stiffness: it was asked in Voigt components, and is shown in them */
    bool assumed;          /* its target says no convention, and has shear components, which differ between both */
    double within;         /* relative Frobenius distance over the components asked; NaN for numbers */
    size_t i, j;           /* component, from 0; of stiffness and expansion in Mandel order */
    double component_scale; /* the number asked is this times the Mandel component (Voigt: 1, 1/sqrt 2 or 1/2) */
    bool on_grid;          /* of the tensor on the design's own grid, T_G, instead of the limit */
    bool free;             /* orientation: the distance is the least over all rotations of the target */
    cupel_invariant invariant;
    bool per_density;
    bool per_volume;       /* a price: of so much volume, not of so much mass */
    int axis;              /* of a percolating fraction; -1: the least of all */
    double direction[3];   /* of Young's modulus, unit vector; 0: the mean (Hill), unless */
    int extreme;           /* 1: that of the softest, -1: of the stiffest direction, whichever it is */
    size_t phase;
    const char *like;      /* file of a two-point function */
    double like_fraction;  /* of the phase that was measured there */
    size_t like_grid[3];   /* voxels of its box */
    double min, max;       /* of a number; infinite where open */
    int goal;              /* -1 minimise, 0 none, 1 maximise */
    double weight;
    const char *name;      /* column: "conductivity 11", "young modulus 001", "volume fraction filler" */
    const char *unit;      /* the asker's: what is shown is in it, and is what is computed times `in_unit` */
    double in_unit;
    const char *own_unit;  /* of what is computed and stored */
    size_t line, target_line; /* of the entry; of its target, where it is a tensor */
} cupel_ask;

/* How a kind of quantity is shown: in the asker's unit, which is what is computed times `factor`. */
typedef struct cupel_micro_shown {
    const char *unit; /* "" for plain numbers */
    double factor;
} cupel_micro_shown;

/* One space of a list (spaces.h). */
enum { CUPEL_SPACES_MAX = 32 };
typedef struct cupel_micro_listed {
    const char *name;      /* "gyroid", "gyroid, sheet 1" */
    size_t line;
    const cupel_yaml *map; /* NULL: the generator as it is searched without a space */
} cupel_micro_listed;

typedef struct cupel_micro_demand {
    cupel_arena arena;
    char *file, *text;
    size_t n_text;
    char digest[80];       /* "sha256:..." */
    cupel_yaml_doc *doc;
    const char *words;     /* `demand:` */
    size_t n_phases;
    cupel_micro_phase phase[CUPEL_MICRO_PHASES_MAX];
    bool needs_conduction, needs_elasticity, needs_expansion, needs_surface;
    const cupel_conduction *conduction; /* what `k` of a phase is: never NULL */
    const char *k_unit, *c_unit, *alpha_unit; /* of what is computed and stored; "" = the user's common unit */
    cupel_micro_shown k_shown, c_shown, alpha_shown, density_shown, price_shown, length_shown;
    double size;              /* edge of the box; 1 where lengths are in edges */
    double tolerance;         /* of the process: an interface may be half of it off; 0: none */
    size_t hold_line;         /* of `hold under`; 0: there is none */
    double hold_phases;       /* the share by which every property of a phase may be off; 0: not asked */
    bool hold_interface;      /* and the interface by half of `tolerance` */
    const char *length_unit;  /* of `size` and all lengths: "m", "edge", or "" = the user's */
    size_t connected;         /* the phase that is to be one body; n_phases: none */
    size_t n_asks;
    cupel_ask ask[CUPEL_ASKS_MAX];
    const cupel_yaml *space; /* NULL when left out */
    size_t n_listed;         /* 0: it is one map, or left out */
    cupel_micro_listed listed[CUPEL_SPACES_MAX];
    cupel_yaml_doc *listed_doc; /* of entries that are names alone */
    const char *surrogate;   /* file of an earlier sample (reused.h); NULL: none */
    uint64_t grid, seed, keep, sample, candidates, verify, designs;
    double budget_seconds;   /* infinite without one */
    uint64_t budget_solves;  /* 0: none */
    double level;
} cupel_micro_demand;

/* Is anything asked of a tensor? */
static inline bool cupel_demand_is_physical(const cupel_micro_demand *d) { return d->needs_conduction || d->needs_elasticity || d->needs_expansion; }

/* True when the text of a demand says `scale: microstructure`: which reader it needs. Of a path that is no regular file (a pipe, which can be read
 * once only) false, and nothing is read. */
bool cupel_micro_demand_is_text(cupel_text text, const char *file);
bool cupel_micro_demand_is(const char *path);
cupel_status cupel_micro_demand_open(const char *path, cupel_micro_demand **d, cupel_err *err);
cupel_status cupel_micro_demand_read(cupel_text text, const char *file, cupel_micro_demand **d, cupel_err *err);
void cupel_micro_demand_free(cupel_micro_demand *d);
/* The demand in sentences, one per line. */
void cupel_micro_demand_words(const cupel_micro_demand *d, cupel_str *out);

/* Notes on what a demand may not have meant: a Young's modulus without a direction. */
void cupel_micro_demand_say(const cupel_micro_demand *d, const cupel_job *job);

/* CUPEL_USAGE with file:line for what only a design is judged by: statistics, one body, a stiffness of free orientation, a tensor on its own
 * grid. */
cupel_status cupel_micro_check_table(const cupel_micro_demand *d, cupel_err *err);

/* "60s", "2 min", "1 h" or "40solves" into the budget of a demand. */
cupel_status cupel_micro_budget(cupel_text text, double *seconds, uint64_t *solves, cupel_err *err);

/* Lengths in edges of the box; NaN: not computed, or there is none. */
typedef struct cupel_micro_statistics {
    double surface[CUPEL_MICRO_PHASES_MAX];        /* of the phase against all others, per volume */
    double chord[CUPEL_MICRO_PHASES_MAX];          /* mean over the axes */
    double connected[CUPEL_MICRO_PHASES_MAX];      /* share of the phase in its largest cluster */
    double percolating[CUPEL_MICRO_PHASES_MAX][3]; /* share in clusters that go through, per axis */
    double euler[CUPEL_MICRO_PHASES_MAX];          /* number of the box */
    double feature[CUPEL_MICRO_PHASES_MAX];
    double two_point[CUPEL_MICRO_PHASES_MAX];      /* relative distance from the file asked for */
} cupel_micro_statistics;

/* What a microstructure is, for its demand: what was not computed is NULL. */
typedef struct cupel_micro_state {
    const double *k;        /* [3][3] */
    const double *c;        /* [6][6] Mandel */
    const double *alpha;    /* [6] Mandel */
    const double *fraction; /* [n_phases] */
    const double *surface, *projected;        /* [n_phases] of cut voxels: statistics.h; used where there are no statistics */
    const double *feature;                    /* [n_phases] as a search follows it (feature_size.h); used where there are no statistics */
    const cupel_micro_statistics *statistics;
} cupel_micro_state;

/* The number that an entry asks for: of a whole tensor the relative distance from the target, else the value. NaN where it is not defined. */
double cupel_ask_value(const cupel_micro_demand *d, const cupel_ask *a, const cupel_micro_state *s);
/* A statistic of voxels that does not change smoothly: pass or fail. */
static inline bool cupel_ask_is_checked(const cupel_ask *a) { return a->kind >= CUPEL_ASK_CONNECTED && a->kind <= CUPEL_ASK_TWO_POINT; }
/* A number or tensor of the properties without a tolerance: only what is known in closed form can meet it. */
static inline bool cupel_ask_is_exact(const cupel_ask *a)
{
    const bool free = (a->kind >= CUPEL_ASK_FRACTION && a->kind <= CUPEL_ASK_PRICE) || cupel_ask_is_checked(a);
    return !free && (a->whole ? !(a->within > 0) : !(a->min < a->max));
}
/* A whole tensor, compared with the limit. */
static inline bool cupel_ask_of_limit(const cupel_ask *a) { return a->whole && !a->on_grid; }
/* How far a number may lie beyond its limit and still be met: what rounding leaves, and near 0 a share of what its phases or the box have, or of 1
 * where they have more. */
double cupel_ask_slack(const cupel_micro_demand *d, const cupel_ask *a, double value);
/* Of what is shown of an entry: the distance of a whole tensor in %, numbers in the asker's unit. */
static inline double cupel_ask_factor(const cupel_ask *a) { return a->whole ? 100 : a->in_unit; }
static inline const char *cupel_ask_unit(const cupel_ask *a) { return a->whole ? "%" : a->unit; }
static inline bool cupel_ask_is_statistic(const cupel_ask *a) { return a->kind >= CUPEL_ASK_SURFACE && a->kind <= CUPEL_ASK_TWO_POINT; }

#endif
