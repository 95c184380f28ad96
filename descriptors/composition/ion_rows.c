#include "descriptors/composition/ion_rows.h"

#include <math.h>

cupel_reason cupel_ions_row(const unsigned char *z, const double *amount, size_t n, cupel_table_form form, size_t n_columns, cupel_ions_fn fn,
                            double *x)
{
    cupel_ions ions;
    cupel_reason why = cupel_ions_guess(z, amount, n, form == CUPEL_TABLE_MATMINER ? CUPEL_IONS_MATMINER : CUPEL_IONS_PLAIN, &ions);
    if (why == CUPEL_REASON_IMPUTED) why = CUPEL_REASON_NOT_NEUTRAL;
    for (size_t j = 0; j < n_columns; j++) x[j] = (double)NAN;
    if (!why) why = fn(&ions, form, x);
    if (form != CUPEL_TABLE_IMPUTED || !isnan(x[0])) return why;
    for (size_t j = 0; j < n_columns; j++) x[j] = 0.0;
    return CUPEL_REASON_IMPUTED;
}
