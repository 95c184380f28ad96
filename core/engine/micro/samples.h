/* The sample of a space: structures at its first Sobol points, each judged, one row each. What a surrogate learns from. */
#ifndef CUPEL_ENGINE_MICRO_SAMPLES_H
#define CUPEL_ENGINE_MICRO_SAMPLES_H

#include "core/engine/micro/assay.h"

typedef struct cupel_samples {
    cupel_layout layout;
    size_t n, n_params;
    double *param;      /* [n][n_params] */
    double *figure;     /* [n][layout.width] */
    char **reason;      /* [n] why there are no figures; NULL: there are */
    char **recipe;      /* [n] in words */
    size_t done_before; /* rows that checkpoints held */
    uint64_t *seed;     /* [n] of the noise of each row; NULL: the space's */
} cupel_samples;        /* {0} is empty */

/* Judges every row on the demand's grid. Each is written to a small artifact in `folder` (made when it is not there) as soon as it is done; with
 * `resume` rows that are there are taken, else what is there is removed. A structure that cannot be made or solved is a row with a reason. The
 * numbers are the same for any number of threads and kills. CUPEL_INTERRUPTED: what is done is kept. CUPEL_BAD_ARTIFACT: a checkpoint that is damaged
 * or of another demand. */
cupel_status cupel_samples_make(const cupel_micro_demand *d, const cupel_micro_space *s, const char *folder, bool resume, const cupel_job *job,
                                cupel_samples *rows, cupel_err *err);
void cupel_samples_release(cupel_samples *s);
/* After the table stands under its final name. */
void cupel_samples_forget(const char *folder, size_t n);

size_t cupel_samples_good(const cupel_samples *s); /* rows with figures */

/* The columns of a table of rows: names with units, one for each independent component. `put` is called for each with the place in a row and the
 * factor to the unit (Voigt components of a stiffness are those of Mandel over 1, sqrt 2 or 2). */
typedef struct cupel_micro_column {
    const char *name, *unit, *description;
    size_t at;
    double factor;
} cupel_micro_column;
enum { CUPEL_MICRO_COLUMNS_MAX = 256 };
/* Names live in the demand's arena. Returns how many, 0 when memory is out. */
size_t cupel_micro_columns(cupel_micro_demand *d, const cupel_layout *l, cupel_micro_column column[CUPEL_MICRO_COLUMNS_MAX]);

/* "conductivity 33", or "conductivity distance" for a whole tensor with a target, which is told in percent: unit and factor. */
void cupel_ask_title(const cupel_ask *a, cupel_str *name, const char **unit, double *factor);

/* samples.csv: sample, recipe, parameters, figures, what is asked, reason. */
cupel_status cupel_samples_csv(const cupel_samples *s, cupel_micro_demand *d, const cupel_micro_space *space, const char *path, cupel_err *err);

#endif
