/* What a cell of an experiment may say: the checks that tell, suggest and replay share. Each names the file, the line, the column and what was found;
 * CUPEL_BAD_INPUT throughout. */
#ifndef CUPEL_ENGINE_TRIAL_CELLS_H
#define CUPEL_ENGINE_TRIAL_CELLS_H

#include "core/engine/inputs.h"

/* The number of a cell, in the unit of its column. Refused: a word, called what was `expected` ("a finite number"), with a hint for a decimal
 * comma; a number beyond 1e100, as in training; a temperature (a unit of K, degC or degF alone) below absolute zero, unless the column is called a
 * difference (delta, change, shift, difference, dT). */
cupel_status cupel_trial_number(const cupel_trial_table *t, size_t row, size_t col, const char *expected, double *x, cupel_err *err);

/* Refuses a decimal comma in a column that holds numbers beside it, or nothing but such. */
cupel_status cupel_trial_commas(const cupel_trial_table *t, size_t col, cupel_err *err);

/* Whether the experiment failed: 1, true, yes, y or failed; 0, false, no, n, ok or nothing say that it did not. */
cupel_status cupel_trial_failed(const cupel_trial_table *t, size_t row, size_t col, bool *failed, cupel_err *err);

/* One quantity in two columns of different units (`T [K]` and `T [degC]`): which of the two holds would be a guess. Shares (%, ppm) may stand side by
 * side: weight and atoms are told apart by their unit alone. */
cupel_status cupel_trial_twice(const cupel_trial_table *t, cupel_err *err);

/* True when each of the rows, of which there is one at least, holds a number in this column. */
bool cupel_trial_numbers(const cupel_trial_table *t, size_t col);

/* The column of formulas among inputs: `formula`, or where it is NULL, "formula" or "composition". */
bool cupel_trial_formula(const char *name, const char *formula);

#endif
