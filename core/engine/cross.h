/* Columns of the table crossed with the composition: what a temperature or a treatment does depends on what it is done to, and a learner that adds up
 * its columns sees that only in their products. The word `cross` among the sets of descriptors asks for them. */
#ifndef CUPEL_ENGINE_CROSS_H
#define CUPEL_ENGINE_CROSS_H

#include "core/base/str.h"
#include "core/matter/composition.h"
#include "core/matter/method.h"
#include "core/matter/reason.h"

extern const cupel_method cupel_cross_method;

/* Each column of the table, a number or the 0 and 1 of a category, is multiplied by each of these numbers of the composition. */
enum { CUPEL_CROSS_FACTORS = 6 };

/* "temperature / mean MeltingT", "temperature x mean Electronegativity": column is the name of the column of the table. */
void cupel_cross_name(const char *column, size_t factor, cupel_str *name);
/* The factors of one row of a batch. A factor of an element without a value is NaN with the reason, or (impute) made with the mean over the elements,
 * as are those of the sets. */
cupel_reason cupel_cross_factors(const cupel_batch *batch, size_t row, bool impute, double factor[CUPEL_CROSS_FACTORS]);

/* The names without the word; whether it was there. */
bool cupel_cross_take(const char *names, cupel_str *rest);

#endif
