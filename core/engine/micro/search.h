/* Inside the design: the search, and what it has in common with the verification. */
#ifndef CUPEL_ENGINE_MICRO_SEARCH_H
#define CUPEL_ENGINE_MICRO_SEARCH_H

#include "core/engine/micro/design.h"
#include "models/search/least_squares.h"

enum { CUPEL_RESIDUALS_MAX = 4 * CUPEL_LS_PARAMS };

typedef struct cupel_search {
    const cupel_micro_demand *d;
    const cupel_job *job;
    cupel_family family;
    cupel_designs *out;
    double begin;                     /* cupel_now() */
    double voxel_seconds;             /* of one trial with its derivatives, per voxel; 0: not measured */
    uint64_t seed;
    double goal[CUPEL_ASKS_MAX];      /* what a goal is pulled towards, set when a stage begins */
    double margin[CUPEL_ASKS_MAX];    /* how far inside a window the search stays: the bar of the last verification */
    cupel_tensors shift;              /* limit - grid, as far as known: taken from the targets */
    double x[CUPEL_TRIAL_PARAMS], blend_k, blend_c;
    double cost;                      /* at x on the grid of the last stage */
} cupel_search;

cupel_status cupel_search_recipe(const cupel_search *s, const double *x, cupel_recipe *r, cupel_err *err);

/* Residuals of these tensors, 1 = at a tolerance; returns how many. */
size_t cupel_search_residuals(const cupel_search *s, const cupel_tensors *t, double *r, bool *one_sided);

/* True when a trial on this grid, `factor` times as costly as a plain one, no longer fits into the budget. */
bool cupel_search_spent(const cupel_search *s, size_t grid, double factor);

/* Up to `steps` steps on a grid from s->x, until the cost is below `enough`; *last is the trial at the end (released by the caller; {0} when none). */
cupel_status cupel_search_stage(cupel_search *s, size_t grid, size_t steps, double enough, double accuracy, cupel_trial *last, cupel_err *err);

/* One phase alone, or layers of one direction, where that is what meets the demand: verified, into s->out. *enough when nothing needs be searched. */
cupel_status cupel_design_exact(cupel_search *s, bool *enough, cupel_err *err);

/* The design of a trial on the finest grid: rebuilt, solved again, extrapolated, judged. Solves are added to s->out. */
cupel_status cupel_design_verify(cupel_search *s, const cupel_trial *t, cupel_design *out, cupel_err *err);

#endif
