/* A space of experiments that are no formulas: settings of a process, amounts in a recipe.
 *
 *   space:
 *     columns:
 *       "T [K]": 300..900                 any number between
 *       "time [h]": 0.5..4 step 0.5       or in steps; or a list, [1, 2, 5]
 *       flux: [none, rosin]               words
 *       A: 0..1
 *       B: 0..1
 *     couple: ["A + B = 1", "T - 100 time <= 600"]      linear conditions on numbers, each by its name with or without the unit
 *   data: {file: known.csv}                             what is known, and what is wanted of it, where the caller does not say so:
 *   require: [{property: yield, goal: maximise}]        one goal, or a window with min, max or both, in the unit of the table
 *
 * `demand` and `seed` may stand beside them. File names are relative to the file. */
#ifndef CUPEL_ENGINE_TRIAL_SPACE_H
#define CUPEL_ENGINE_TRIAL_SPACE_H

#include "core/engine/inputs.h"
#include "datasets/spaces/kind.h"

enum { CUPEL_TRIAL_AXES = 32, CUPEL_TRIAL_CONDITIONS = 32 };

typedef struct cupel_trial_axis {
    bool word;            /* values are words; else numbers */
    cupel_values values;  /* those there are; n = 0: any number between low and high */
    double low, high;
    double grain;         /* any number: how finely they are drawn, a power of ten about 1e-4 of the range */
} cupel_trial_axis;

/* least <= sum of times[k] x[k] <= most; equal where it is an equation */
typedef struct cupel_trial_condition {
    double times[CUPEL_TRIAL_AXES], least, most;
} cupel_trial_condition;

typedef struct cupel_trial_space {
    char *file;
    cupel_header header; /* [n] the columns, in the order written */
    size_t n, n_conditions;
    cupel_trial_axis axis[CUPEL_TRIAL_AXES];
    cupel_trial_condition condition[CUPEL_TRIAL_CONDITIONS];
    char *data, *goal;   /* the table of what is known, the column that is wanted; NULL: not said */
    bool maximize, windowed;
    double low, high;    /* of the window */
} cupel_trial_space;

/* The root of a file whose space has columns, and none of the kinds that make formulas. */
bool cupel_trial_space_is(const cupel_yaml *root);
/* *s stays NULL where the text is no such space but some demand, or cannot be read at all. CUPEL_USAGE with file:line. */
cupel_status cupel_trial_space_read(cupel_text text, const char *file, cupel_trial_space **s, cupel_err *err);
void cupel_trial_space_free(cupel_trial_space *s);
/* One of `couple`, behind the others. CUPEL_USAGE with file:line. */
cupel_status cupel_trial_couple(cupel_trial_space *s, const cupel_yaml *node, cupel_err *err);

/* Results to draw near to, best first: x [n][s->n], of words the place among the values; NaN: anywhere. */
typedef struct cupel_trial_near {
    size_t n;
    const double *x;
} cupel_trial_near;

/* `sample` different points that meet every condition (all of them where there are no more), as a table with id and the columns; an id is a digest of
 * the point, so that it is the same in every draw. Half of them lie near to the first of `near`, in random directions and at several distances: what
 * is best is seldom met by chance in a space of many numbers. Looks at job->stop every few thousand draws. CUPEL_INFEASIBLE where none is found,
 * CUPEL_INTERRUPTED. */
cupel_status cupel_trial_space_draw(const cupel_trial_space *s, const cupel_trial_near *near, uint64_t sample, uint64_t seed, const cupel_job *job,
                                    cupel_trial_table *t, cupel_err *err);

#endif
