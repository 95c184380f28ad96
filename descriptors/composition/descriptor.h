/* A descriptor of compositions is one const struct in a file of its own here, and one line in list.c. */
#ifndef CUPEL_DESCRIPTORS_COMPOSITION_DESCRIPTOR_H
#define CUPEL_DESCRIPTORS_COMPOSITION_DESCRIPTOR_H

#include "core/matter/composition.h"
#include "core/matter/method.h"
#include "core/sys/cpu.h"

typedef struct cupel_descriptor {
    cupel_method method;
    size_t n_columns;
    /* Name (as the field writes it) and unit ("" = dimensionless) of column j. */
    void (*column)(size_t j, cupel_str *name, const char **unit);
    /* Rows from .. from + n - 1 of the batch into x [n][ld], of which the first n_columns of each row are written. A value that cannot be
     * computed is NaN and sets reason[i] (of n, may be NULL) unless one is set. Rows with batch->reason are all NaN and hand it on. The
     * result of a row depends on the row and the isa only. */
    void (*compute)(const cupel_batch *batch, size_t from, size_t n, cupel_isa isa, double *x, size_t ld, unsigned char *reason);
    /* The same rounded once to float at the end; NULL: the engine converts. */
    void (*compute_f32)(const cupel_batch *batch, size_t from, size_t n, cupel_isa isa, float *x, size_t ld, unsigned char *reason);
    /* The same descriptor for `--missing impute`: a value that the table lacks for an element is the mean of that table over the elements
     * that have one (as matminer's impute_nan), and the row gets CUPEL_REASON_IMPUTED. NULL: no value is ever missing. */
    const struct cupel_descriptor *imputed;
    /* The same descriptor for `--compatible matminer`: everywhere the number that matminer's featurizer gives with its default settings (release
     * 0.10.1; impute_nan = True), to compare the two. A row in which that number is a default of matminer's in place of one that is not known has
     * CUPEL_REASON_IMPUTED; where matminer gives none (NaN, an exception) x is NaN with the reason as ever. NULL: matminer gives the same. */
    const struct cupel_descriptor *matminer;
    /* For smooth sets (smooth.h): whether column j makes jumps in the amounts; NULL: any may. Of a row that compute has filled in, the columns that
     * jump are replaced by smooth ones (NaN stays); NULL: the mean over detection limits. */
    bool (*jumps)(size_t j);
    void (*smooth)(const struct cupel_descriptor *d, const unsigned char *z, const double *amount, size_t n, double *x);
} cupel_descriptor;

extern const cupel_descriptor *const cupel_descriptors[]; /* NULL-ended, in the order of `cupel methods` */
const cupel_descriptor *cupel_descriptor_find(cupel_text name);

#endif
