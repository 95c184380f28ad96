/* Columns with which a prediction may only rise, or only fall: "temperature [K]=down,dose=up". */
#ifndef CUPEL_MODELS_LEARN_MONOTONE_H
#define CUPEL_MODELS_LEARN_MONOTONE_H

#include "models/learn/kernel_tree.h"

/* CUPEL_USAGE for what is no list of NAME=up and NAME=down, joined by commas; whether the names stand for columns is not asked. NULL is none. */
cupel_status cupel_monotone_check(const char *text, cupel_err *err);

/* sign [n_kept]: 1 up, -1 down, 0 either, for each column that is kept (kept [n_kept] of the groups' d), caller frees; NULL where text is.
 * CUPEL_USAGE for a name without columns, and a column that is to go both ways. A column that is not kept does not change what is predicted, or
 * equals one that is: *lost is how many of the named are of that kind. */
cupel_status cupel_monotone_read(const char *text, const cupel_groups *groups, const int64_t *kept, size_t n_kept, signed char **sign, size_t *lost,
                                 cupel_err *err);

#endif
