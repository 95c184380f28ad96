/* The column that names experiments: it is no input, and goes through to what is written. */
#ifndef CUPEL_ENGINE_TRIAL_ID_H
#define CUPEL_ENGINE_TRIAL_ID_H

#include "core/engine/inputs.h"

/* Words or whole numbers without a unit: a price or a mass is no name. */
bool cupel_trial_names_rows(const cupel_trial_table *t, size_t col);

/* The column of t that names its rows, where the caller names none: one called "id"; else the first that is called ID, name, sample, specimen,
 * experiment, run, trial, candidate, label, barcode or uid (in any case; also with id, name, no or number behind, and '_', '-', '.' or blanks
 * between), holds what cupel_trial_names_rows says, and in which rows of one name are equal in every other column. skip [header.n]: columns that are
 * no inputs, as goals; they are neither taken nor compared. *at SIZE_MAX: none, or none but skipped columns would be left. O(rows log rows). */
cupel_status cupel_trial_id(const cupel_trial_table *t, const bool *skip, size_t *at, cupel_err *err);

#endif
