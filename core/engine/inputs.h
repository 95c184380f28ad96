/* What an experiment is, as numbers: the columns that a table of candidates and a table of results share, of numbers, words and formulas. For the
 * loop (suggest, tell), whose models are small and see a few columns only. */
#ifndef CUPEL_ENGINE_INPUTS_H
#define CUPEL_ENGINE_INPUTS_H

#include "core/matter/formula.h"
#include "core/matter/records.h"
#include "core/sys/job.h"

/* A table in memory. */
typedef struct cupel_trial_table {
    char *file;
    cupel_header header;
    cupel_records records;
    char digest[72]; /* "sha256:..." of the file; "" when it did not come from one */
} cupel_trial_table; /* {0} is empty */
/* The job is told how the file is read (cupel_source_say). */
cupel_status cupel_trial_table_read(const char *path, const char *format, const cupel_job *job, cupel_trial_table *t, cupel_err *err);
/* The same without the rows that cannot be read: bad (NULL: there may be none) is told of each, with file and line. A first line that cannot be read,
 * which names the columns, a table that ends in the middle (gzip) and one without a row that can be read are errors still. */
typedef struct cupel_bad_rows {
    void (*tell)(void *user, const char *message);
    void *user;
} cupel_bad_rows;
cupel_status cupel_trial_table_read_good(const char *path, const char *format, const cupel_job *job, const cupel_bad_rows *bad,
                                         cupel_trial_table *t, cupel_err *err);
void cupel_trial_table_release(cupel_trial_table *t);

typedef enum cupel_input_kind { CUPEL_INPUT_NUMBER, CUPEL_INPUT_WORD, CUPEL_INPUT_FORMULA } cupel_input_kind;

typedef struct cupel_input_column {
    const char *name; /* of the first table's header */
    cupel_input_kind kind;
    size_t block, n_blocks; /* its blocks: a formula may have several */
    size_t first, width;    /* its columns of x; width 0: it never changes */
} cupel_input_column;

enum { CUPEL_INPUT_TABLES = 3 };

typedef struct cupel_inputs {
    size_t n, d, n_blocks;
    cupel_input_column *column;   /* [n] */
    unsigned char *block;         /* [d] */
    double *x[CUPEL_INPUT_TABLES]; /* [rows of the table][d] */
} cupel_inputs; /* {0} is empty */

/* What inputs are made from. */
typedef struct cupel_input_choice {
    const cupel_trial_table *const *table; /* [n_tables] candidates, then results, if any */
    size_t n_tables;
    const char *const *name;               /* [n] the columns that are inputs */
    size_t n;
    const char *formula;                   /* the one of formulas; NULL: "formula" or "composition" */
    cupel_dot dot;                         /* what a dot in them means */
} cupel_input_choice;

/* Each name must be a column of every table, by name or label; numbers in another unit than the first table's are converted to it,
 * and another kind of quantity, or a unit in one table alone, is refused. A column all of whose cells are numbers is one of numbers, scaled so that
 * its range is 1; that of formulas gives the fractions of its elements, and the mean and
 * spread of a few of their properties; every other is one of words, said where numbers are among them. A word is refused where the column has a
 * unit, where the second table (results) holds numbers alone, or where the first does and most cells are numbers; so are numbers that
 * cupel_trial_number refuses. A column that never changes is no input, unless none does. CUPEL_BAD_INPUT with file:line for an empty cell or a
 * formula that cannot be read. */
cupel_status cupel_inputs_make(const cupel_input_choice *from, const cupel_job *job, cupel_inputs *in, cupel_err *err);
void cupel_inputs_release(cupel_inputs *in);

#endif
