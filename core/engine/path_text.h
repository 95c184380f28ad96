/* The path of an elastic net in words: which column enters at which penalty, and the error of rows out of fold on the way. */
#ifndef CUPEL_ENGINE_PATH_TEXT_H
#define CUPEL_ENGINE_PATH_TEXT_H

#include "core/engine/model.h"
#include "core/io/json.h"

/* Member "path" of an object that is open: {"settings", "lambda", "steps": [{"lambda", "columns", "error"}], "enters": [{"column", "unit", "lambda",
 * "slope"}]}, columns in the order in which they enter, those that never do left out; nothing for a model without a path. */
cupel_status cupel_path_json(const cupel_model *m, cupel_json_out *w, cupel_err *err);
/* A short table: the first twenty that enter, and what the model's penalty and the least error are; nothing for a model without a path. Slopes and
 * errors are of columns and a target of variance 1. Both: CUPEL_NO_RESOURCE. */
cupel_status cupel_path_lines(const cupel_model *m, cupel_str *out, cupel_err *err);

#endif
