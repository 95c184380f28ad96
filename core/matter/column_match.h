/* A column of one table in the unit of another: `T [K]` beside `T [degC]`. */
#ifndef CUPEL_MATTER_COLUMN_MATCH_H
#define CUPEL_MATTER_COLUMN_MATCH_H

#include "core/math/units.h"
#include "core/matter/records.h"

typedef struct cupel_column_match {
    size_t at;    /* column of the other header */
    bool converts;
    cupel_unit from, to;
} cupel_column_match; /* {.at = k} takes column k as it is */

/* The column of h that is column k of own: of the same name, else the only one of the same label. SIZE_MAX: none. */
size_t cupel_header_match(const cupel_header *h, const cupel_header *own, size_t k);

/* How a number in `from` becomes one in `to` (units as text, "" for none); m->at stays. Units that are written alike need no entry in the table.
 * CUPEL_BAD_INPUT, without a place: a unit on one side only, one that is not known, another kind of quantity. */
cupel_status cupel_column_units(const char *from, const char *to, cupel_column_match *m, cupel_err *err);

/* Both: column k of own, called `whose` in messages ("the loop's"), among the columns of h. CUPEL_BAD_INPUT names the file, both columns and
 * `remedy`. */
cupel_status cupel_column_match_find(const cupel_header *h, const char *file, const cupel_header *own, size_t k, const char *whose,
                                     const char *remedy, cupel_column_match *m, cupel_err *err);

static inline double cupel_column_value(const cupel_column_match *m, double x) { return m->converts ? cupel_unit_convert(x, &m->from, &m->to) : x; }

#endif
