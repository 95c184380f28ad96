/* Warnings that are no errors: of a training table, of a model, of a demand. */
#ifndef CUPEL_ENGINE_DOUBTS_H
#define CUPEL_ENGINE_DOUBTS_H

#include "core/engine/demand.h"

/* Targets far out of line with all others, and one composition measured with values far apart (unless columns of the table are features too,
 * which may tell such rows apart). columns: names of those, NULL or "": none are named. With cupel_training_leaks; CUPEL_BAD_INPUT names file
 * and line of a target that is too large, or that the transform has no place for. */
cupel_status cupel_training_doubts(const cupel_training *t, const char *columns, cupel_transform_kind transform, const cupel_job *job,
                                   cupel_err *err);

/* Rows row [n] of t (NULL: 0 .. n-1) with equal group [n] whose values are far apart: how many groups, and the three widest with their lines.
 * columns: equal in the columns that a model takes too. */
cupel_status cupel_doubts_apart(const cupel_training *t, const size_t *row, size_t n, const size_t *group, bool columns, const cupel_job *job,
                                cupel_err *err);

/* A model that is no better than the mean on rows out of fold, and too few residuals for intervals of `level`. */
cupel_status cupel_model_doubts(const cupel_model *m, double level, const cupel_job *job, cupel_err *err);

/* Constraints that no composition of the allowed elements can meet. */
void cupel_demand_doubts(const cupel_demand *d, const cupel_job *job);

#endif
