/* The rows that a table loses on its way, as a table of their own: line, formula, reason, and in words what is missing. */
#ifndef CUPEL_ENGINE_LEFT_OUT_H
#define CUPEL_ENGINE_LEFT_OUT_H

#include "core/base/str.h"
#include "core/matter/reason.h"
#include "core/sys/file.h"

typedef struct cupel_left_out {
    cupel_out *out; /* NULL: no such table is asked for, and nothing is written */
    cupel_str text;
} cupel_left_out; /* {0} is empty */

cupel_status cupel_left_out_open(const char *file, cupel_left_out *l, cupel_err *err); /* file NULL: none; a csv */
/* words: as cupel_explain_row writes them. */
cupel_status cupel_left_out_add(cupel_left_out *l, uint64_t line, cupel_text formula, cupel_reason reason, const char *words, cupel_err *err);
cupel_status cupel_left_out_commit(cupel_left_out *l, cupel_err *err);
void cupel_left_out_abandon(cupel_left_out *l); /* leaves nothing behind unless it was committed */

#endif
