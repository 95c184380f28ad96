/* The backward step: from what is asked to microstructures that have it, verified on a finer grid.
 *
 * Search: of a list of spaces a few are chosen first (screen_spaces.h). Many starts of a few families of recipes are brought to the right volume
 * fraction on a small grid; the best are improved by Levenberg-Marquardt steps on the solver itself, with derivatives from its fields; windows are
 * one-sided residuals. The difference between the grid of the search and the limit, extrapolated from two finer grids, is subtracted from the targets
 * (map.c). Verification: the recipe is built again on 4/3 of the design's grid, solved, extrapolated, and judged with a 95 % bar.
 */
#ifndef CUPEL_ENGINE_MICRO_DESIGN_H
#define CUPEL_ENGINE_MICRO_DESIGN_H

#include "core/engine/micro/attain.h"
#include "core/engine/micro/seeds.h"
#include "core/engine/micro/sensitivity.h"
#include "core/engine/micro/space.h"
#include "core/engine/micro/voids.h"

enum { CUPEL_DESIGNS_MAX = 64 };

typedef enum cupel_family_kind { CUPEL_FAMILY_NOISE, CUPEL_FAMILY_SERIES, CUPEL_FAMILY_SKELETON } cupel_family_kind;

/* What is searched: a recipe and the parameters that may move. */
typedef struct cupel_family {
    cupel_recipe start;
    size_t n;
    size_t place[CUPEL_TRIAL_PARAMS]; /* in recipe.value */
    double low[CUPEL_TRIAL_PARAMS], high[CUPEL_TRIAL_PARAMS], reach[CUPEL_TRIAL_PARAMS], step[CUPEL_TRIAL_PARAMS]; /* longest step; for differences */
    size_t fraction;                  /* index of the volume fraction among them, or of what moves it; n when it is fixed */
    double per_e;                     /* change of it that makes the properties e times as large, roughly: for the first guess */
    cupel_family_kind kind;           /* by which its starts differ */
    const cupel_yaml *space;          /* whose ranges these are; NULL: of a search without them */
    bool still;                       /* its seed changes nothing (found where a search begins) */
    size_t number, listed;            /* which of the families, and which entry of a list of spaces, it is */
    double off;                       /* typical relative error of a tensor on the coarse grid; 0: too small to matter there */
    size_t scan_grid, coarse, middle, fine; /* voxels an edge: to scan starts, to select among them, to finish, to correct for the limit */
} cupel_family;

enum { CUPEL_FAMILIES_MAX = CUPEL_SPACES_MAX, CUPEL_WHY_MAX = 256 };
typedef struct cupel_families {
    size_t n;
    cupel_family one[CUPEL_FAMILIES_MAX];
    char left[CUPEL_SPACES_MAX][CUPEL_WHY_MAX]; /* why an entry of a list is none of them; "": it is one */
} cupel_families;

/* The demand's `space`, or for two phases Gaussian fields with a metric (conduction) or spherical harmonics (stiffness), and cosine series; where a
 * whole stiffness of less than 7 % of the stiffer phase's (Frobenius norms) is asked for against a contrast above 50, skeletons of struts and plates
 * in their place. Of a list of spaces those that bounds do not rule out. CUPEL_USAGE with file:line; CUPEL_INFEASIBLE where that is all of them. */
cupel_status cupel_families_of(const cupel_micro_demand *d, cupel_families *f, cupel_err *err);

/* Is there something to search, or to build without a search? Errors of cupel_families_of; of the space of one phase too, which is not searched. */
cupel_status cupel_design_where(const cupel_micro_demand *d, cupel_err *err);

/* Largest C11 of the phases over the smallest; infinite where that is 0. */
double cupel_design_contrast(const cupel_micro_demand *d);

/* True when the properties asked for fall with the volume fraction of phase 1: phase 0 is the better one. */
bool cupel_design_falls(const cupel_micro_demand *d);

/* Sets the wavelength of a family of random fields where the demand names no space. */
cupel_status cupel_family_lengths(const cupel_micro_demand *d, cupel_family *f, cupel_err *err);

/* Whole numbers of a space, in the middle of their ranges, at which features are as thick as is asked, where they are not there. */
cupel_status cupel_family_counts(const cupel_micro_demand *d, const cupel_micro_space *s, cupel_family *f, cupel_err *err);

/* One entry of the demand, verified. */
typedef struct cupel_design_ask {
    double value, error;   /* of the limit, or where it is asked of T_G: distance and bar for a tensor, both relative; else the number and its bar */
    double on_grid;        /* the same of the design's own grid */
    double below, above;   /* how far the number may fall and rise under `hold under` (a distance: rise). NaN: not known */
    double mended;         /* of statistics and volume fractions: how much more it is of the one body that is asked for; 0: value is that */
    double probability;    /* of the body, where one is asked for, as the verdicts are */
    bool met, met_as_drawn; /* with and without below and above */
} cupel_design_ask;

/* What it takes to make the phase that is to be one body one: core/engine/micro/connected.h. */
typedef struct cupel_connected {
    uint64_t voxels, islands, trapped; /* of the volume; removed; filled */
    double drawn[CUPEL_MICRO_PHASES_MAX]; /* volume fractions before */
    double change_k, change_c, change_alpha; /* |mended - as it is| / |as it is|, both solved as labels on the grid of the design */
    double by[CUPEL_ASKS_MAX];         /* how much more every number or distance is, mended (of tensors an estimate); NaN: one of the two has none */
    size_t solves;
    bool spoils;                       /* mended, it no longer meets what it met */
} cupel_connected;

/* What was computed after the search: loads by what they were for, and what the budget left out. */
enum { CUPEL_SKIPPED_SENSITIVITY = 1, CUPEL_SKIPPED_VOIDS = 2, CUPEL_SKIPPED_SEEDS = 4 };
typedef struct cupel_after {
    size_t sensitivity, voids, seeds;
    unsigned skipped;
    bool stopped; /* and not for want of budget */
} cupel_after;

typedef struct cupel_design {
    cupel_recipe recipe;
    cupel_tensors on_grid, limit, bar;   /* T_G, T_infinity, half width of its 95 % bar */
    cupel_tensors grid_bar;              /* what iterating left of T_G */
    cupel_micro_statistics statistics, statistics_bar; /* on the grid of the design; area and chords: limits */
    cupel_connected connected;
    cupel_sensitivity sensitivity;
    cupel_voids voids;
    cupel_seeds seeds;
    cupel_after after;
    cupel_design_ask ask[CUPEL_ASKS_MAX];
    bool meets;
    bool exact;                          /* plane layers: the limit is that of their closed form, with which what was solved agrees */
    bool unverified;                     /* the search ended before: limit is that of a trial on the grid `fine`, all bars are NaN */
    double probability;
    size_t grid, fine;                   /* voxels an edge: of the design, and the finest of the verification */
    bool resolved;
    const char *why_not;                 /* where it is not */
    size_t solves, search_solves;        /* loads from the start of the search: with and without the verification of this design */
    double seconds;
} cupel_design;

/* One step of the search, for the report. */
typedef struct cupel_design_step {
    uint64_t seed;
    size_t grid, solves;
    double cost;          /* root of the sum of squared residuals, 1 = at a tolerance */
    const char *family;   /* name of its generator */
    size_t start;         /* which start of the search, from 0 */
    bool look;            /* one of several volume fractions that were looked at, no step from the one before */
} cupel_design_step;

/* One trial of the search, kept or not: a point of what can be had. */
typedef struct cupel_design_point {
    cupel_tensors t;
    size_t grid;
    uint64_t seed;
    size_t of;            /* which of the families */
    double x[CUPEL_TRIAL_PARAMS]; /* its parameters */
} cupel_design_point;

/* Where a surrogate has begun the search, and what that cost. */
typedef struct cupel_design_started {
    char digest[80];                /* of its file; "": a scan has begun it */
    uint64_t candidates;
    double predicted, solved;       /* root of the sum of squared residuals of the start, 1 = at a tolerance: by the surrogate, on the scan's grid */
    double seconds;                 /* opening, learning, predicting */
    size_t loads;                   /* solved to check it */
    double load_seconds;            /* that took */
} cupel_design_started;

/* What became of an entry of a list of spaces. */
typedef struct cupel_design_space {
    bool searched, far;             /* far: it is left for its misfit */
    double misfit;                  /* on the grid of the look, 1 = at a tolerance; NaN: not looked at, or there is a goal */
    char why[CUPEL_WHY_MAX];        /* it is not searched */
} cupel_design_space;

/* What a budget of time may cut short (clock.h). */
typedef enum cupel_cut_short {
    CUPEL_CUT_LOOKING = 1,    /* fewer starts were looked at */
    CUPEL_CUT_STEPS = 2,      /* fewer steps, or on coarser grids */
    CUPEL_CUT_STARTS = 4,     /* starts that were looked at were not pursued */
    CUPEL_CUT_VERIFYING = 8,  /* no verification, none after more steps, or none on a finer grid */
    CUPEL_CUT_AFTER = 16      /* cupel_after.skipped */
} cupel_cut_short;

typedef struct cupel_designs {
    size_t n, n_steps, cap_steps;
    cupel_design one[CUPEL_DESIGNS_MAX];
    cupel_design_step *step;
    size_t n_points, cap_points;
    cupel_design_point *point;
    cupel_design_started begun;
    cupel_design_space space[CUPEL_SPACES_MAX];
    size_t look_solves;                  /* of the look at a list of spaces (sketch.h), which are not among solves */
    double look_seconds;
    cupel_attainable attainable;         /* a proof that the demand can be met, where there is one */
    bool out_of_budget;                  /* a larger one, or none, may lead elsewhere */
    unsigned cut;                        /* bits of cupel_cut_short; 0: the clock of the budget has decided nothing */
    bool stopped;                        /* by the user */
    double nearest;                      /* least cost of a step so far, as cupel_design_step has it; 0: no step yet */
    size_t dropped;                      /* starts left because the solver did not converge */
    size_t merged;                       /* verified designs that were another over again (twins.h): the better is kept */
    size_t solves, verify_solves;        /* loads: all there were, those after the search too; and those of all verifications */
    double trial_seconds;                /* cupel_search_seconds of it says how long a trial takes */
    double seconds;
} cupel_designs;

/* begin: cupel_now() from which a budget of time counts. journal: what is solved is kept there and taken from there (replay.h); NULL: not. It
 * outlives the designs.
 * designs: best first, or where the time was over or the job stopped before the first verification the best trial, unverified; none without a
 * trial. CUPEL_INTERRUPTED keeps what is there. */
struct cupel_journal;
cupel_status cupel_design_search(const cupel_micro_demand *d, double begin, struct cupel_journal *journal, const cupel_job *job,
                                 cupel_designs *designs, cupel_err *err);
void cupel_designs_release(cupel_designs *designs);

/* CUPEL_INFEASIBLE with the bound that rules the demand out, for every volume fraction that it allows, and the nearest request that it does not;
 * before any solve. CUPEL_OK proves nothing. */
cupel_status cupel_design_feasible(const cupel_micro_demand *d, cupel_err *err);

/* `cupel design DEMAND -o DIR`: designs.csv, design-1.json, design-1.npy ..., report.html, run.json. CUPEL_INFEASIBLE when the demand cannot be met
 * (nothing is written) or was not met within the budget (the folder is complete). budget, grid and seed override the demand where given. */
typedef struct cupel_design_options {
    const char *budget;    /* NULL: the demand's */
    const char *surrogate; /* samples.h5 of an earlier run, which chooses the start; NULL: the demand's, if it names one */
    uint64_t grid, seed;
    bool grid_given, seed_given;
    bool resume;           /* go on from DIR/progress.cupel, if it is there; it goes when the run has ended */
    const char *command;
} cupel_design_options;
cupel_status cupel_design_run(const char *demand, const char *folder, const cupel_design_options *o, const cupel_job *job, cupel_str *summary,
                              cupel_err *err);

#endif
