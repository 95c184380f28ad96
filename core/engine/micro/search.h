/* Inside the design: the search, and what it has in common with the verification. */
#ifndef CUPEL_ENGINE_MICRO_SEARCH_H
#define CUPEL_ENGINE_MICRO_SEARCH_H

#include "core/engine/micro/clock.h"
#include "core/io/journal.h"
#include "models/search/least_squares.h"

enum { CUPEL_RESIDUALS_MAX = 4 * CUPEL_LS_PARAMS };

/* The best trial so far; grid = 0: none. */
typedef struct cupel_search_best {
    cupel_recipe recipe;
    cupel_tensors t;
    size_t grid;
    double merit;
} cupel_search_best;

/* Trials on one grid, each solved from the fields of the one before. A trial that was taken from a journal (replay.h) comes without fields; where
 * these are needed the walk is solved again from its beginning. */
enum { CUPEL_WALK_MAX = 24 };
typedef struct cupel_walk {
    size_t n;
    struct cupel_walked {
        cupel_recipe recipe;
        cupel_trial_options made;
        double blend_k, blend_c;
    } one[CUPEL_WALK_MAX];
} cupel_walk;

/* A grid on which trials are solved without derivatives: the last trial there, and the walk to it. */
typedef struct cupel_grid_level {
    cupel_walk walk;
    cupel_trial last;
} cupel_grid_level;

typedef struct cupel_search {
    const cupel_micro_demand *d;
    const cupel_job *job;
    cupel_families families;
    struct cupel_alike *alike;        /* measured two-point functions (alike.h); NULL: none is asked */
    bool tried[CUPEL_FAMILIES_MAX];   /* it was looked at */
    bool left[CUPEL_FAMILIES_MAX];    /* it is not searched, see screen_spaces.h */
    bool rough;                       /* its trials are, see cupel_trial_options */
    bool near;                        /* a start of a list of spaces is within its tolerances, on the grid of the look */
    const cupel_family *family;       /* the one that is being searched */
    size_t start;                     /* number of the start that is being searched, for the report */
    bool goals;                       /* some entry of the demand is to be as large or as small as can be */
    bool falls;                       /* the properties asked for fall with the volume fraction of phase 1 */
    cupel_designs *out;
    cupel_journal *journal;           /* of what is solved (replay.h); NULL: none */
    cupel_clock clock;
    bool again;                       /* of a goal, whose first verification may miss by its bar: room for another, with that known, is kept */
    size_t ahead;                     /* trials that lie between here and a verification, of a budget in solves */
    double trial_seconds;             /* measured: seconds of a trial = this * (voxels an edge)^GROWTH (search.c); 0: not measured yet */
    double slope_seconds;             /* the same for the derivatives of a trial */
    double alike_seconds;             /* of the last derivatives of two-point functions */
    double verify_seconds;            /* of the last verification; 0: there was none */
    bool no_time;                     /* a verification was not begun or not ended for want of time */
    uint64_t seed;
    size_t share_grid;                /* grid on which the volume fraction of a skeleton is counted: that of the stage; 0: the coarse one */
    double goal[CUPEL_ASKS_MAX];      /* value that stands as the target of a goal, set when a stage begins */
    double margin[CUPEL_ASKS_MAX];    /* how far inside a window the search stays: the bar of the last verification */
    double thin[CUPEL_ASKS_MAX];      /* by how much a feature size is less on the voxels of the design than it is followed (feature_steer.h) */
    cupel_walk walk;                  /* to the last trial of the stage */
    cupel_grid_level fine;            /* the fine grid of the last map: a verification of the same recipe takes what it knows */
    cupel_tensors shift;              /* T(limit) - T(grid of the search) at the x of the last map; the search aims at target - shift. Of a design
                                       * that was verified as one body (connected.h) T(limit) and its fractions are those of the body */
    cupel_tensors own_shift;          /* T(grid of the design) - T(grid of the search), for entries that ask for it */
    bool aimed;                       /* both shifts are known */
    double firmness;                  /* Levenberg-Marquardt damping over the cost, as the last stage left it for the next */
    double x[CUPEL_TRIAL_PARAMS], blend_k, blend_c;
    double cost;                      /* at x on the grid of the last stage */
    cupel_search_best best;
} cupel_search;

cupel_status cupel_search_recipe(const cupel_search *s, const double *x, cupel_recipe *r, cupel_err *err);

/* The entry asks for a tensor on the grid of the design, and another entry for the limit of the same tensor. */
bool cupel_search_asks_both(const cupel_micro_demand *d, const cupel_ask *a);

/* r [CUPEL_RESIDUALS_MAX]: distances from the shifted targets over the tolerances; one_sided: counts where r > 0 only. Returns how many. The last is
 * t->alike where there is s->alike. */
size_t cupel_search_residuals(const cupel_search *s, const cupel_tensors *t, double *r, bool *one_sided);

/* A budget in solves lacks so many trials; never true of another. */
bool cupel_loads_lack(const cupel_search *s, double trials);
/* Trials: the first of a stage, a verification, a start from its map on, and one from its coarse grid on; each with what follows it. */
size_t cupel_loads_first(const cupel_micro_demand *d);
size_t cupel_loads_verification(const cupel_search *s);
size_t cupel_loads_finish(const cupel_search *s);
/* What s->again keeps: a few steps, and a verification; 0 where it keeps nothing, or a quarter of the budget would not do. */
size_t cupel_loads_again(const cupel_search *s);
size_t cupel_loads_start(const cupel_search *s);
/* Warns where a budget was too small for a first trial and its verification, and so exceeded: once designs are mended into one body. */
void cupel_loads_say(const cupel_micro_demand *d, const cupel_designs *found, const cupel_job *job);

/* Whether something no longer fits into the budget. Where that is one of time, its clock decides (clock.h), and what it cuts short is noted: to be
 * asked last, where all else would go on. */
/* A trial on this grid, beside a verification, of which a design that is there already needs none less. Where not, the steps are cut short. */
bool cupel_search_spent(const cupel_search *s, size_t grid);
/* The same of a step: derivatives and a trial. */
bool cupel_search_spent_step(const cupel_search *s, size_t grid);
/* A verification, with `more` times its cost before it. Where not, `what` is cut short. */
bool cupel_search_spent_verifying(const cupel_search *s, double more, cupel_cut_short what);
/* Another start, which takes so many trials. */
bool cupel_search_spent_start(const cupel_search *s, size_t trials);
/* The finer verification. */
bool cupel_search_spent_finer(const cupel_search *s);

/* Seconds of one trial on a grid, where per is s->trial_seconds; seconds of a budget of time that all but the report of so many designs may take,
 * infinite without one. */
double cupel_search_seconds(double per, size_t grid);
double cupel_search_room(const cupel_micro_demand *d, size_t designs);
/* cupel_now() at which a budget of time ends the search; 0: never. */
double cupel_search_until(const cupel_search *s);

/* A trial of x on a grid, without fields; its loads are counted. */
cupel_status cupel_search_try(cupel_search *s, const double *x, size_t grid, double accuracy, cupel_trial *t, cupel_err *err);
/* The same with fields kept; solved from the fields of `from`, the last trial of the walk ({0}: there is none; fields are made where it has none). */
cupel_status cupel_search_try_on(cupel_search *s, const double *x, size_t grid, double accuracy, const cupel_walk *walk, cupel_trial *from,
                                 cupel_trial *t, cupel_err *err);
/* Appends the trial to the walk; one that was not solved from another's fields begins it anew. */
void cupel_walk_add(cupel_walk *w, const cupel_trial *t);
/* Makes the fields of t, the last trial of the walk, by solving the walk from its beginning. Those loads were counted when they were first solved. */
cupel_status cupel_walk_fields(const cupel_search *s, const cupel_walk *w, cupel_trial *t, cupel_err *err);

/* Sum of the squares of cupel_search_residuals. */
double cupel_search_cost(const cupel_search *s, const cupel_tensors *t);

/* Sets s->cost to the cost of these tensors and adds the step to s->out. */
cupel_status cupel_search_note(cupel_search *s, size_t grid, const cupel_tensors *t, cupel_err *err);

/* Starts are ordered by this, least first: the cost; with goals the cost of the windows less sum +-weight log |goal|, + where it is maximised. */
double cupel_search_merit(const cupel_search *s, const cupel_tensors *t);

/* Keeps the trial at s->x, whose cost is s->cost, if it is the best so far. */
void cupel_search_remember(cupel_search *s, size_t grid, const cupel_tensors *t);

/* Where no design was verified, makes the best trial the only design, marked as unverified. */
cupel_status cupel_design_unverified(cupel_search *s, cupel_err *err);

/* Of a budget of time: nothing has been verified yet, and it is over, or will be before anything can be: `what` is cut short. */
bool cupel_search_late(const cupel_search *s, cupel_cut_short what);
/* It would be over before one more trial on this grid: the steps are cut short. */
bool cupel_search_beyond(const cupel_search *s, size_t grid);
/* A budget of time has cut something short, or one in solves has no room for another start: with a larger one the search may go on. */
bool cupel_search_out_of_budget(const cupel_search *s);
/* A verification ended with `st` because a budget in seconds has no room for it. */
bool cupel_search_no_time(const cupel_search *s, cupel_status st);

/* The recipe at x as its family moves it: skeletons by their radii, not yet by the volume fraction that these give. */
cupel_recipe cupel_search_recipe_free(const cupel_search *s, const double *x);

/* Sets the shifts from the tensors of one recipe on the grid of the search (`here`), in the limit, and on the grid of the design. */
void cupel_search_aim(cupel_search *s, const cupel_tensors *limit, const cupel_tensors *on_grid, const cupel_tensors *here);

/* Space mapping: t is the last trial of a coarse stage, at s->x, with fields; it is replaced. Moves s->x until the limit, extrapolated from two finer
 * grids, meets the demand with a root of the cost of `enough`, as far as the budget goes. */
cupel_status cupel_search_map(cupel_search *s, double enough, cupel_trial *t, cupel_err *err);

/* Up to `steps` steps on a grid from s->x, until the cost is below `enough`. *last is a trial at s->x, {0} when there is none yet, and then the one
 * at the end (released by the caller). */
cupel_status cupel_search_stage(cupel_search *s, size_t grid, size_t steps, double enough, double accuracy, cupel_trial *last, cupel_err *err);

/* What does not converge (CUPEL_FAILED) is left: said with `what` (NULL: not), *st is CUPEL_OK again, and true is returned. */
bool cupel_search_leave(cupel_search *s, const char *what, cupel_status *st, cupel_err *err);
/* The same of a start, for the next one; counted. */
void cupel_search_drop(cupel_search *s, cupel_status *st, cupel_err *err);

/* Where a search begins, best first. */
enum { CUPEL_STARTS_MAX = 64, CUPEL_STARTS_OF_SPACE = 8 }; /* trials that the scan of one space takes: 5 fractions, and 3 more seeds */
typedef struct cupel_start {
    size_t family, order;
    uint64_t seed;
    double cost, x[CUPEL_TRIAL_PARAMS];
} cupel_start;
typedef struct cupel_starts {
    size_t n;
    cupel_start one[CUPEL_STARTS_MAX];
} cupel_starts;

/* Start `which` of a family of skeletons: its strengths in x. */
size_t cupel_skeleton_starts(const cupel_micro_demand *d);
void cupel_skeleton_start(const cupel_search *s, const cupel_family *f, size_t which, double *x);

/* The first start of a family, appended; where the solver does not converge it is none. */
cupel_status cupel_starts_first(cupel_search *s, size_t family, cupel_starts *out, cupel_err *err);
/* Every family's starts, each at the volume fraction that suits it best on a small grid. */
cupel_status cupel_starts_scan(cupel_search *s, cupel_starts *out, cupel_err *err);

/* One phase alone, or layers of one direction, where that is what meets the demand: verified, into s->out. *enough when nothing needs be searched. */
cupel_status cupel_design_exact(cupel_search *s, bool *enough, cupel_err *err);
/* The same of a space of plane layers, where something is asked without a tolerance and a fraction of the space has it. */
cupel_status cupel_design_layers(cupel_search *s, bool *enough, cupel_err *err);

/* Voxels an edge on which a design is verified: the first even number from 4/3 of its own that has no prime factor above 13, with which transforms
 * take twice the time of the next that has none. */
size_t cupel_design_fine(size_t grid);
/* The verdict on an entry whose value, error, below, above and mended are known: met, met_as_drawn, probability. */
void cupel_design_judge(const cupel_micro_demand *d, const cupel_ask *a, cupel_design_ask *v);
/* The design of a recipe: built on the finest grids, solved, extrapolated, judged. Solves are added to s->out. CUPEL_INTERRUPTED, although nobody has
 * stopped the job, when its finest grid is not begun because a budget in seconds would be over before it is solved. What `of`, the
 * last trial of s->walk (NULL: none), and s->fine know of this recipe on its grids is not solved again. */
cupel_status cupel_design_verify(cupel_search *s, const cupel_recipe *recipe, cupel_trial *of, cupel_design *out, cupel_err *err);
/* Once more on CUPEL_FINER times the grid of the design, where the bar is narrower; what it has on its own grid is taken from `before`. */
enum { CUPEL_FINER = 2, CUPEL_FINER_MOST = 128, CUPEL_FINER_ELASTIC = 64 }; /* of designs on at most so many voxels an edge; beyond: minutes */
cupel_status cupel_design_verify_finer(cupel_search *s, const cupel_design *before, cupel_design *out, cupel_err *err);

#endif
