/* What the files of the transfer share. */
#ifndef CUPEL_ENGINE_TRANSFER_PARTS_H
#define CUPEL_ENGINE_TRANSFER_PARTS_H

#include "core/engine/sets.h"
#include "core/engine/transfer_source.h"
#include "models/learn/trees.h"

struct cupel_transfer {
    char *file, *digest, *property, *unit, *sets_text;
    cupel_sets sets;
    double above; /* NaN: one column, of the value */
    size_t n_rows, n_left_out, n_formulas;
    cupel_trees *probability; /* log odds of a value above; NULL: one column */
    cupel_trees *value;       /* where it is above, or of all rows */
};

/* The sets by name into t->sets and t->sets_text. */
cupel_status cupel_transfer_sets(cupel_transfer *t, const char *names, cupel_err *err);

#endif
