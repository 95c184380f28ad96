/* Decimal commas in tables that are separated by ';', as spreadsheets of half of Europe write them. A cell says what it is: 0,35 is a number with a
 * decimal comma, since nothing else separates by commas there. What could be read in two ways is refused with its line: 1,234 where other cells have
 * decimal points, 1.234 where others have decimal commas, both kinds in one column, 1.234,56. */
#ifndef CUPEL_DATASETS_FORMATS_DECIMAL_H
#define CUPEL_DATASETS_FORMATS_DECIMAL_H

#include "core/matter/records.h"

typedef struct cupel_decimal_kind {
    uint64_t line, group; /* of the first such number, and of the first that may be thousands (1,234); 0: none */
} cupel_decimal_kind;

typedef struct cupel_decimals {
    const char *file;
    const cupel_header *header;
    cupel_decimal_kind comma, point;
    unsigned char *seen; /* [header->n] 1: commas, 2: points */
} cupel_decimals;

/* Decimal commas of a row, field [header->n], become points where they stand. The memory of the fields is the reader's own.
 * CUPEL_BAD_INPUT: nothing has changed, and what the row says counts for no other. */
cupel_status cupel_decimals_row(cupel_decimals *d, const cupel_text *field, uint64_t line, cupel_err *err);

/* "separated by ';', with decimal commas: 0,35 is read as 0.35 (first in line 2)", the latter where there were some. */
void cupel_decimals_say(const cupel_decimals *d, cupel_str *words);

#endif
