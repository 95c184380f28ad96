/* What a partial dependence sweeps, by the names that people use for it. */
#ifndef CUPEL_ENGINE_PARTIAL_NAME_H
#define CUPEL_ENGINE_PARTIAL_NAME_H

#include "core/engine/model.h"

typedef struct cupel_partial_name {
    char *text;      /* the element's symbol, or the column as the model calls it */
    unsigned z;      /* the element; 0: a column */
    size_t column;   /* else which of the table's features (cupel_features_table) */
    bool ranged;     /* a range was given: atomic fractions, or the column's own unit */
    double from, to;
} cupel_partial_name; /* {0} is empty */

/* "Fe", "fraction of Fe", "temperature [K]", "temperature", "Fe=0:0.4", "temperature [degC]=20:600" (converted to the model's unit). A column goes by
 * its whole name, its name without the unit, or the name that `explain` prints (feature_words.h); an element goes before a column whose name alone
 * without the unit is the same. CUPEL_USAGE with what can be chosen: a name that fits nothing, or several columns; text; a descriptor of the formula;
 * another kind of unit; a bad range. */
cupel_status cupel_partial_name_read(const cupel_model *m, cupel_text asked, cupel_partial_name *name, cupel_err *err);
void cupel_partial_name_release(cupel_partial_name *name);

#endif
