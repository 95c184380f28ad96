/* Finding the columns of a table by name, with one message for all that are not there. */
#ifndef CUPEL_MATTER_COLUMNS_H
#define CUPEL_MATTER_COLUMNS_H

#include "core/matter/records.h"

/* what: "formula", "target", or "" for any other. remedy: what the user changes, "name it with --target". CUPEL_BAD_INPUT names the table, the
 * nearest column and all of them, and says when the table is separated by something else than its name tells. */
cupel_status cupel_column_find(const cupel_header *h, const char *file, const char *what, const char *name, const char *remedy, size_t *at,
                               cupel_err *err);

/* The column of formulas. name NULL: "formula", else "composition", else those with a capital, else the only column; CUPEL_BAD_INPUT when the
 * name of that one is itself a formula, for then the table has no header. Columns named like elements get a hint how to make formulas of them. */
cupel_status cupel_column_formula(const cupel_header *h, const char *file, const char *name, const char *remedy, size_t *at, cupel_err *err);

/* The same of a JSON line, whose keys are h: always CUPEL_BAD_INPUT, "stdin:3: the key 'formula' is missing, ...". */
cupel_status cupel_column_no_key(const cupel_header *h, const char *file, uint64_t line, const char *what, const char *name, const char *remedy,
                                 cupel_err *err);

/* Whether column `at` is what `cupel predict`, `rank` or `screen` wrote: beside it stand 'NAME lower', 'NAME upper' and 'in_domain'. */
bool cupel_column_is_predicted(const cupel_header *h, size_t at);

#endif
