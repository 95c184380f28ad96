/* Rows that never lie on both sides of a fold: those of one composition, and those with one text in the column that --groups names (one sample, one
 * paper, one melt), whatever their compositions; what is linked by either belongs together. */
#ifndef CUPEL_ENGINE_ROW_GROUPS_H
#define CUPEL_ENGINE_ROW_GROUPS_H

#include "core/engine/model.h"

/* group [n], each below n: rows with equal key [n] go into one group, and so do the groups that they come from. A missing key joins nothing. Numbers
 * afterwards from 0 in the order of the first rows. */
cupel_status cupel_groups_join(size_t *group, const cupel_text *key, size_t n, cupel_err *err);

/* As cupel_composition_groups of the table's rows row[0 .. n - 1] (NULL: 0 .. n - 1), joined by its column of groups where there is one. */
cupel_status cupel_training_groups(const cupel_training *t, const size_t *row, size_t n, bool by_system, size_t *group, cupel_err *err);

/* What the column makes of the table: how many groups, how large the largest; a warning where that is more than half of the rows, or where the column
 * parts nothing from the compositions. Nothing without such a column. */
cupel_status cupel_training_say_groups(const cupel_training *t, const cupel_job *job, cupel_err *err);

#endif
