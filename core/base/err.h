/* Errors: one way to say what went wrong and to leave. */
#ifndef CUPEL_BASE_ERR_H
#define CUPEL_BASE_ERR_H

#include "core/cupel.h"

/* Fills *err (may be NULL) and returns status, so that a caller writes `return cupel_fail(err, ...)`. */
cupel_status cupel_fail(cupel_err *err, cupel_status status, const char *fmt, ...) CUPEL_PRINTF(3, 4);

/* Puts words in front of the message that is already there: "reading 'a.csv': ...". Returns err's status. */
cupel_status cupel_err_prefix(cupel_err *err, const char *fmt, ...) CUPEL_PRINTF(2, 3);

/* Out of memory while making `what`; bytes may be 0 if unknown. Always returns CUPEL_NO_RESOURCE. */
cupel_status cupel_no_memory(cupel_err *err, const char *what, size_t bytes);

/* Inside a function with `cupel_status st = CUPEL_OK;` and a `done:` label. */
#define CUPEL_TRY(call)                  \
    do {                                 \
        st = (call);                     \
        if (st != CUPEL_OK) goto done;   \
    } while (0)

#endif
