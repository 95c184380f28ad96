/* The frame of a descriptor that looks at one composition at a time: the next one is a function of a row, a struct and a line in list.c. */
#ifndef CUPEL_DESCRIPTORS_COMPOSITION_ROWS_H
#define CUPEL_DESCRIPTORS_COMPOSITION_ROWS_H

#include "core/matter/composition.h"
#include "core/matter/reason.h"

/* Columns of one composition of n >= 1 elements into x; the answer is why some are NaN, or that some were filled in. */
typedef cupel_reason (*cupel_row_fn)(const unsigned char *z, const double *amount, size_t n, double *x);

/* Calls fn for each of rows from .. from + n - 1 that has elements; the others are NaN and hand on their reason. As cupel_descriptor.compute. */
void cupel_rows(const cupel_batch *batch, size_t from, size_t n, size_t n_columns, cupel_row_fn fn, double *x, size_t ld, unsigned char *reason);

/* A cupel_descriptor.compute by the name NAME, of a function of a row. */
#define CUPEL_COMPUTE_ROWS(NAME, N_COLUMNS, ROW)                                                                                          \
    static void NAME(const cupel_batch *b, size_t from, size_t n, cupel_isa isa, double *x, size_t ld, unsigned char *reason)             \
    {                                                                                                                                     \
        (void)isa;                                                                                                                        \
        cupel_rows(b, from, n, N_COLUMNS, ROW, x, ld, reason);                                                                            \
    }

static inline double cupel_total(const double *amount, size_t n)
{
    double total = 0.0;
    for (size_t i = 0; i < n; i++) total += amount[i];
    return total;
}

#endif
