/* What makes figures of a model better than it is: the target among its own features, in one guise or another, and rows that are told by their
 * names. */
#ifndef CUPEL_ENGINE_LEAKS_H
#define CUPEL_ENGINE_LEAKS_H

#include "core/engine/model.h"

/* columns: names joined by commas, NULL: t->numeric. CUPEL_USAGE (in a demand CUPEL_BAD_INPUT) where the target, or a target learned beside, is
 * one of them, and where the target is learned beside itself. A warning for a column of numbers that is the target or a straight line of it in
 * all rows, and for a column of text that has another value in nearly every row. */
cupel_status cupel_training_leaks(const cupel_training *t, const char *columns, const cupel_job *job, cupel_err *err);

#endif
