/* Warnings that are no errors: of a training table, of a model, of a demand. */
#ifndef CUPEL_ENGINE_DOUBTS_H
#define CUPEL_ENGINE_DOUBTS_H

#include "core/engine/demand.h"

/* Targets far out of line with all others, and one composition measured with values far apart (unless columns of the table are features too,
 * which may tell such rows apart); notes where few whole numbers may be classes, and where a logarithm is worth a try. o: what is to be learned. With
 * cupel_training_leaks; CUPEL_BAD_INPUT names file and line of a target that is too large, or that the transform has no place for. */
cupel_status cupel_training_doubts(const cupel_training *t, const cupel_model_options *o, const cupel_job *job, cupel_err *err);

typedef struct cupel_apart_row {
    size_t group, row, index; /* of the table; index: of the lists that were given */
} cupel_apart_row;

/* Rows row[first .. first + n) of one group, of them the one with the lowest and the highest target, width apart (unit of the target). */
typedef struct cupel_apart_group {
    size_t first, n, low, high;
    double width;
} cupel_apart_group;

/* Groups of rows with values far apart, the widest first, of equals the first. */
typedef struct cupel_apart {
    cupel_apart_row *row;
    cupel_apart_group *group; /* [n] */
    size_t n;
} cupel_apart;

/* Of the rows row [n] of t (NULL: 0 .. n-1) those with equal group [n] whose values are far apart. */
cupel_status cupel_doubts_apart(const cupel_training *t, const size_t *row, size_t n, const size_t *group, cupel_apart *a, cupel_err *err);
void cupel_apart_release(cupel_apart *a);

/* How many groups, and the three widest with their lines. columns: equal in the columns that a model takes too. */
void cupel_doubts_say_apart(const cupel_training *t, const cupel_apart *a, bool columns, const cupel_job *job);

/* The same of rows of one composition under the same values of `columns` (text as model_options.columns), where no model says so as it is trained. */
cupel_status cupel_training_conflicts(const cupel_training *t, const char *columns, const cupel_job *job, cupel_err *err);

/* A model that is no better than the mean on rows out of fold, or of which few rows do not show that it is; too few residuals for intervals of
 * `level`. Notes: between what r2 of up to 100 rows lies, and intervals below 0 of a target that is above 0. CUPEL_NO_RESOURCE. */
cupel_status cupel_model_doubts(const cupel_model *m, double level, const cupel_job *job, cupel_err *err);

/* Constraints that no composition of the allowed elements can meet. */
void cupel_demand_doubts(const cupel_demand *d, const cupel_job *job);

#endif
