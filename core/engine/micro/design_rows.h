/* The trials of a design as a sample of its space: with it the next design of the same space and phases begins (reused.h). */
#ifndef CUPEL_ENGINE_MICRO_DESIGN_ROWS_H
#define CUPEL_ENGINE_MICRO_DESIGN_ROWS_H

#include "core/engine/account.h"
#include "core/engine/micro/design.h"

/* What became of it. */
typedef struct cupel_design_sample {
    size_t rows;   /* 0: it was not written */
    char why[256]; /* it was not; "": it was, or the demand names no space */
} cupel_design_sample;

/* samples.h5 into the folder of the account, noted there: the limits of the designs, the trials of the search, and the rows of the surrogate that
 * began it, if one did; of those nearer than a thousandth of every range to one another the first. Bars are those of the design's own grid against
 * its limit, taken to the grid of the trial. Written where the demand names one space of real ranges and its seed (or the generator uses none), a
 * design was verified, and at least 8 rows differ. Of one body (connected.h) designs that were
 * mended are none: rows are of recipes as drawn. CUPEL_NO_RESOURCE, or a file that cannot be written. */
cupel_status cupel_design_rows_write(const cupel_micro_demand *d, const cupel_designs *found, cupel_account *a, cupel_design_sample *made,
                                     cupel_err *err);

#endif
