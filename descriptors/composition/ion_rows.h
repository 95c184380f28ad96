/* The frame of a descriptor that looks at the ions of a composition (ions.h): the next one is a function of the ions, names of columns and a line in
 * list.c. */
#ifndef CUPEL_DESCRIPTORS_COMPOSITION_ION_ROWS_H
#define CUPEL_DESCRIPTORS_COMPOSITION_ION_ROWS_H

#include "descriptors/composition/descriptor.h"
#include "descriptors/composition/ions.h"
#include "descriptors/composition/rows.h"

/* Columns of the ions into x, which holds NaN before; the answer is why some are NaN, or that some were filled in. */
typedef cupel_reason (*cupel_ions_fn)(const cupel_ions *ions, cupel_table_form form, double *x);

/* Calls fn for the likeliest ions of a composition of n >= 1 elements. Where there are none x [n_columns] is NaN, in the imputed form 0; matminer's
 * answer that all states are 0 counts as none. */
cupel_reason cupel_ions_row(const unsigned char *z, const double *amount, size_t n, cupel_table_form form, size_t n_columns, cupel_ions_fn fn,
                            double *x);

/* A cupel_descriptor.compute by the name NAME, of a function of ions in one form. */
#define CUPEL_COMPUTE_IONS(NAME, N_COLUMNS, FORM, FN)                                                                                     \
    static cupel_reason NAME##_row(const unsigned char *z, const double *amount, size_t n, double *x)                                     \
    {                                                                                                                                     \
        return cupel_ions_row(z, amount, n, FORM, N_COLUMNS, FN, x);                                                                      \
    }                                                                                                                                     \
    CUPEL_COMPUTE_ROWS(NAME, N_COLUMNS, NAME##_row)

/* cupel_descriptor_NAME in its three forms, of FN and a function `column`; then the initialiser of its cupel_method. */
#define CUPEL_IONS_DESCRIPTOR(NAME, N_COLUMNS, FN, ...)                                                                                   \
    CUPEL_COMPUTE_IONS(NAME##_plain, N_COLUMNS, CUPEL_TABLE_PLAIN, FN)                                                                    \
    CUPEL_COMPUTE_IONS(NAME##_means, N_COLUMNS, CUPEL_TABLE_IMPUTED, FN)                                                                  \
    CUPEL_COMPUTE_IONS(NAME##_matminer, N_COLUMNS, CUPEL_TABLE_MATMINER, FN)                                                              \
    static const cupel_descriptor NAME##_imputed = {                                                                                      \
        .n_columns = N_COLUMNS, .column = column, .compute = NAME##_means, .method = __VA_ARGS__};                                        \
    static const cupel_descriptor NAME##_compatible = {                                                                                   \
        .n_columns = N_COLUMNS, .column = column, .compute = NAME##_matminer, .method = __VA_ARGS__};                                     \
    const cupel_descriptor cupel_descriptor_##NAME = {.n_columns = N_COLUMNS, .column = column, .compute = NAME##_plain,                  \
                                                      .imputed = &NAME##_imputed, .matminer = &NAME##_compatible, .method = __VA_ARGS__};

#endif
