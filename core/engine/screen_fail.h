/* Rows of a list that a screen will reject because they cannot be read or described: named before anything starts. */
#ifndef CUPEL_ENGINE_SCREEN_FAIL_H
#define CUPEL_ENGINE_SCREEN_FAIL_H

#include "core/engine/screen_parts.h"

enum { CUPEL_FAILING_ROWS = 1000 }; /* so many are named, all are counted */

typedef struct cupel_failing_row {
    uint64_t line;       /* of the file */
    const char *formula; /* as written */
    const char *reason;  /* its code: "bad_formula" */
    const char *words;   /* "list.csv:17: bad_formula: 'Xx2O3' at byte 1: ..." */
} cupel_failing_row;

typedef struct cupel_failing {
    cupel_arena arena;
    size_t n;                /* rows named */
    uint64_t n_all;
    cupel_failing_row *row;
} cupel_failing; /* {0} is empty */
void cupel_failing_release(cupel_failing *f);

/* Goes once through the list of an open screen; nothing to do for an enumeration. A row that a constraint rejects is none that fails. */
cupel_status cupel_screen_failing(cupel_screening *s, cupel_failing *f, cupel_err *err);

#endif
