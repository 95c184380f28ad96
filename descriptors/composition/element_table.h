/* Descriptors that are statistics of a table of element properties: one engine, and each set is a table (tables/ *.tsv, laid out by tables.awk), a
 * list of statistics and names on top of it. */
#ifndef CUPEL_DESCRIPTORS_COMPOSITION_ELEMENT_TABLE_H
#define CUPEL_DESCRIPTORS_COMPOSITION_ELEMENT_TABLE_H

#include "descriptors/composition/descriptor.h"

#include <stdint.h>

/* What is taken of a property with element values v and fractions f = amount / total:
 *   MINIMUM, MAXIMUM, RANGE = maximum - minimum, MEAN = sum f v, AVG_DEV = sum f |v - mean|,
 *   STD_DEV = sqrt(sum f (v - mean)^2 / (1 - sum f^2)), 0 for one element (matminer's),
 *   SPREAD = sqrt(sum f (v - mean)^2),
 *   MODE = smallest v among the elements whose amount is close to the largest (|a - a_max| <= 1e-8 + 1e-5 a_max). */
typedef enum cupel_statistic {
    CUPEL_MINIMUM, CUPEL_MAXIMUM, CUPEL_RANGE, CUPEL_MEAN, CUPEL_AVG_DEV, CUPEL_STD_DEV, CUPEL_SPREAD, CUPEL_MODE, CUPEL_STATISTICS
} cupel_statistic;

/* Where the values of an element stand in a table: as tabulated, NaN where nothing is; with the mean over the elements there
 * (cupel_descriptor.imputed); with what matminer puts there (cupel_descriptor.matminer). */
typedef enum cupel_table_form { CUPEL_TABLE_PLAIN, CUPEL_TABLE_IMPUTED, CUPEL_TABLE_MATMINER, CUPEL_TABLE_FORMS } cupel_table_form;

/* Made by tables.awk. Properties are padded to `stride`, a multiple of CUPEL_TABLE_LANES; the lanes past them are 0. */
enum { CUPEL_TABLE_LANES = 8 };
typedef struct cupel_element_table {
    size_t n_properties, stride;
    const char *const *property, *const *unit;   /* [n_properties] */
    const double *value;                         /* [rows][stride], aligned to 64 bytes */
    const uint16_t (*row)[CUPEL_Z_MAX + 1];      /* [CUPEL_TABLE_FORMS][Z]: row of an element; the three are the same when it lacks nothing */
} cupel_element_table;

extern const cupel_element_table cupel_table_deml, cupel_table_pymatgen, cupel_table_matscholar, cupel_table_megnet, cupel_table_oliynyk,
    cupel_table_jarvis, cupel_table_mat2vec;

typedef struct cupel_table_set {
    const cupel_element_table *table;
    const char *source;                              /* first word of the column names: "DemlData" */
    size_t n_statistics;
    cupel_statistic statistic[CUPEL_STATISTICS];
    const char *word[CUPEL_STATISTICS];              /* its name in a column: "std_dev" */
    bool by_statistic;                               /* columns: the first statistic of all properties, then the next; else property by property */
} cupel_table_set;

static inline const double *cupel_table_row(const cupel_element_table *t, cupel_table_form form, unsigned z)
{
    return t->value + (size_t)t->row[form][z] * t->stride;
}

static inline bool cupel_table_lacks(const cupel_element_table *t, unsigned z)
{
    return t->row[CUPEL_TABLE_PLAIN][z] != t->row[CUPEL_TABLE_IMPUTED][z];
}

/* As cupel_descriptor.column and .compute; wide or narrow is NULL. */
void cupel_table_column(const cupel_table_set *s, size_t j, cupel_str *name, const char **unit);
void cupel_table_compute(const cupel_table_set *s, cupel_table_form form, const cupel_batch *batch, size_t from, size_t n, cupel_isa isa,
                         double *wide, float *narrow, size_t ld, unsigned char *reason);

/* For cupel_descriptor.jumps and .smooth. */
bool cupel_table_jumps(const cupel_table_set *s, size_t j);
void cupel_table_smooth(const cupel_table_set *s, cupel_table_form form, const cupel_descriptor *d, const unsigned char *z, const double *amount,
                        size_t n, double *x);

/* The functions of a form of a set, for a cupel_descriptor: NAME, NAME_f32 and NAME_smooth. */
#define CUPEL_TABLE_COMPUTE(NAME, SET, FORM)                                                                                              \
    static void NAME(const cupel_batch *b, size_t from, size_t n, cupel_isa isa, double *x, size_t ld, unsigned char *reason)             \
    {                                                                                                                                     \
        cupel_table_compute(&SET, FORM, b, from, n, isa, x, NULL, ld, reason);                                                            \
    }                                                                                                                                     \
    static void NAME##_f32(const cupel_batch *b, size_t from, size_t n, cupel_isa isa, float *x, size_t ld, unsigned char *reason)        \
    {                                                                                                                                     \
        cupel_table_compute(&SET, FORM, b, from, n, isa, NULL, x, ld, reason);                                                            \
    }                                                                                                                                     \
    static void NAME##_smooth(const cupel_descriptor *d, const unsigned char *z, const double *amount, size_t n, double *x)              \
    {                                                                                                                                     \
        cupel_table_smooth(&SET, FORM, d, z, amount, n, x);                                                                               \
    }

#define CUPEL_TABLE_FORM(NAME, FORM, N, ...)                                                                                              \
    {                                                                                                                                     \
        .n_columns = N, .column = NAME##_column, .compute = NAME##_##FORM, .compute_f32 = NAME##_##FORM##_f32, .jumps = NAME##_jumps,     \
        .smooth = NAME##_##FORM##_smooth, .method = __VA_ARGS__                                                                           \
    }

/* cupel_descriptor_NAME in its three forms. SET is a static const cupel_table_set of N columns; then the initialiser of its cupel_method. */
#define CUPEL_TABLE_DESCRIPTOR(NAME, SET, N, ...)                                                                                         \
    static void NAME##_column(size_t j, cupel_str *name, const char **unit) { cupel_table_column(&SET, j, name, unit); }                 \
    static bool NAME##_jumps(size_t j) { return cupel_table_jumps(&SET, j); }                                                            \
    CUPEL_TABLE_COMPUTE(NAME##_plain, SET, CUPEL_TABLE_PLAIN)                                                                             \
    CUPEL_TABLE_COMPUTE(NAME##_means, SET, CUPEL_TABLE_IMPUTED)                                                                           \
    CUPEL_TABLE_COMPUTE(NAME##_matminer, SET, CUPEL_TABLE_MATMINER)                                                                       \
    static const cupel_descriptor NAME##_imputed = CUPEL_TABLE_FORM(NAME, means, N, __VA_ARGS__);                                         \
    static const cupel_descriptor NAME##_compatible = CUPEL_TABLE_FORM(NAME, matminer, N, __VA_ARGS__);                                   \
    const cupel_descriptor cupel_descriptor_##NAME =                                                                                      \
        CUPEL_TABLE_FORM(NAME, plain, N, __VA_ARGS__, .imputed = &NAME##_imputed, .matminer = &NAME##_compatible);

#endif
