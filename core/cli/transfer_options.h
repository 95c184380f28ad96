/* The options by which a model of another table becomes columns: declared once, so that they are called the same everywhere. */
#ifndef CUPEL_CLI_TRANSFER_OPTIONS_H
#define CUPEL_CLI_TRANSFER_OPTIONS_H

#include "core/cli/opt.h"
#include "core/engine/model.h"

/* Lines of a list of options. */
#define CUPEL_TRANSFER_OPTIONS                                                                                                                   \
    {"transfer", "TABLE", CUPEL_OPT_TEXT, NULL, NULL, false,                                                                                     \
     "a larger table, of computed values: what boosted trees learn from it becomes columns here, the probability that its value is above "       \
     "a threshold and the value where it is, or the value alone"},                                                                               \
    {"transfer-target", "COLUMN", CUPEL_OPT_TEXT, NULL, NULL, false, "the column of that table that is learned (default: target)"},              \
    {"transfer-formula", "COLUMN", CUPEL_OPT_TEXT, NULL, NULL, false,                                                                            \
     "the column of that table that holds formulas (default: as for --formula)"},                                                                \
    {"transfer-features", "NAMES", CUPEL_OPT_TEXT, NULL, NULL, false, "sets of descriptors for it (default " CUPEL_TRANSFER_FEATURES ")"},       \
    {"transfer-above", "X", CUPEL_OPT_TEXT, NULL, NULL, false,                                                                                   \
     "the threshold, in the unit of that table (default 0.05 where values are often 0), or none for one column"},                                \
    {"transfer-without", "FILE", CUPEL_OPT_LIST, NULL, NULL, false,                                                                              \
     "leave the compositions of this table out of it too, beside those that are learned from; may be repeated"}

/* A transfer from the options, without the compositions of `data`'s table; NULL
 * where --transfer is not given. t: that table where it has been read, NULL: it
 * is read here. CUPEL_USAGE for other options of a transfer without one. */
cupel_status cupel_transfer_of(const cupel_args *args, const cupel_training_options *data, const cupel_training *t, uint64_t seed,
                               const cupel_job *job, cupel_transfer **transfer, cupel_err *err);

#endif
