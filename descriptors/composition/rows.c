#include "descriptors/composition/rows.h"

#include <math.h>

void cupel_rows(const cupel_batch *batch, size_t from, size_t n, size_t n_columns, cupel_row_fn fn, double *x, size_t ld, unsigned char *reason)
{
    for (size_t i = 0; i < n; i++) {
        size_t k = from + i, first = batch->first[k], elements = batch->first[k + 1] - first;
        unsigned char why = batch->reason[k];
        if (elements) {
            why = (unsigned char)fn(batch->z + first, batch->amount + first, elements, x + i * ld);
        } else {
            for (size_t j = 0; j < n_columns; j++) x[i * ld + j] = (double)NAN;
            if (!why) why = CUPEL_REASON_MISSING_FORMULA;
        }
        if (reason && !reason[i]) reason[i] = why;
    }
}
