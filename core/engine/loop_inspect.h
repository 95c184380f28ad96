/* What a loop holds. */
#ifndef CUPEL_ENGINE_LOOP_INSPECT_H
#define CUPEL_ENGINE_LOOP_INSPECT_H

#include "core/base/str.h"
#include "core/cupel.h"
#include "core/io/json.h"

/* Members `measured`, `failed`, `under_way`, `withdrawn`, `goals` and `experiments` (a list: state, id where it was taken by one, each column) of an
 * object that is open. */
cupel_status cupel_loop_inspect_json(const char *path, cupel_json_out *w, cupel_err *err);
/* The counts and goals as lines. */
cupel_status cupel_loop_inspect_lines(const char *path, cupel_str *out, cupel_err *err);
/* The experiments as a table (csv): state, id, each column. */
cupel_status cupel_loop_inspect_rows(const char *path, cupel_str *out, cupel_err *err);

#endif
