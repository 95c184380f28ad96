/* Why a value is missing or a row was set aside. Stored per row in tables and artifacts; the names are part of the format. */
#ifndef CUPEL_MATTER_REASON_H
#define CUPEL_MATTER_REASON_H

#include <stdbool.h>

typedef enum cupel_reason {
    CUPEL_REASON_NONE = 0,
    CUPEL_REASON_MISSING_FORMULA = 1,   /* empty, NaN, nan, NA, None, null */
    CUPEL_REASON_BAD_FORMULA = 2,       /* the grammar refuses it */
    CUPEL_REASON_AMBIGUOUS_FORMULA = 3, /* two readings, e.g. Fe2O3.5H2O */
    CUPEL_REASON_NO_ELEMENT_DATA = 4,   /* an element has no tabulated value for a descriptor */
    CUPEL_REASON_MISSING_NUMBER = 5,    /* a numeric column or the target is empty */
    CUPEL_REASON_BAD_NUMBER = 6,        /* a numeric column or the target is not a finite number */
    CUPEL_REASON_IMPUTED = 7,           /* a missing value was filled in (--missing impute) */
    CUPEL_REASON_BAD_VOLUME = 8,        /* a volume that cannot be read */
    /* a number that is not defined: for a phase that a volume does not have, an empty orbital where all are full */
    CUPEL_REASON_NO_VALUE = 9,
    CUPEL_REASON_NOT_WHOLE = 10,        /* the amounts have no small whole numbers, and the descriptor counts atoms */
    CUPEL_REASON_NOT_NEUTRAL = 11,      /* no choice of the tabulated oxidation states adds up to 0 */
    CUPEL_REASON_NOT_IONIC = 12,        /* no cation or no anion, and the descriptor is of both */
    CUPEL_REASON_TOO_COMPLEX = 13,      /* more elements, or choices of states, than are gone through */
    CUPEL_REASON_COUNT = 14
} cupel_reason;

/* "missing_formula", "bad_formula", ...; "" for none. */
const char *cupel_reason_name(cupel_reason reason);
/* The formula itself is missing or cannot be read. */
bool cupel_reason_of_formula(cupel_reason reason);

#endif
