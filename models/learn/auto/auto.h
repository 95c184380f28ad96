/* The automatic model: members of several kinds are learned on inner folds, blended by what they predict for rows they have not seen, and learned
 * again on all rows. One code path for every table: what is tried follows from the number of rows, the share of rows at the lowest target (a hurdle:
 * first whether, then how much), the skew of the target and the number of elements, never from a name. Boosting, extremely randomised trees and
 * kernel machines, the median of a hurdle mixture, a second level over the members for few rows. */
#ifndef CUPEL_MODELS_LEARN_AUTO_AUTO_H
#define CUPEL_MODELS_LEARN_AUTO_AUTO_H

#include "core/cupel.h"
#include "core/io/artifact.h"
#include "core/sys/job.h"
#include "models/learn/query.h"
#include "models/learn/spiked.h"

typedef struct cupel_auto_data {
    size_t n, d;
    const double *x;              /* [n][d], finite, unscaled */
    const double *y;              /* [n]; classes 0 and 1 */
    bool is_class;
    const size_t *fold;           /* [n_partitions][n] inner fold of each row, 0 .. n_folds - 1 */
    size_t n_folds;               /* >= 2 */
    size_t n_partitions;          /* what is said of a row out of fold is the mean over so many; 0: 1 */
    const size_t *fraction;       /* [n_fractions] columns that are atomic fractions */
    size_t n_fractions;
    const size_t *plain;          /* [n_plain] columns of the first kind of descriptor, and of none; may be all, or none */
    size_t n_plain;
    const size_t *table;          /* [n_table] columns of the table itself */
    size_t n_table;
    uint64_t seed;
    double seconds;               /* no unit of work begins that would end later; 0: no limit */
    double unit, offset;          /* y is said as offset + unit y in the unit of the target; unit 0: 1 */
    size_t effort;                /* exactly so many units, as far as there are; 0: by the seconds */
    bool *cut;                    /* a job that is stopped ends with the units done, if they make a model, and this is made true; NULL: it fails */
    bool trial;                   /* only how errors grow far from what is known is asked: a hurdle's boosting is of one seed in place of three */
    bool to_the_end;              /* the job is not stopped, but looked at: what is kept of others is put together */
} cupel_auto_data;

typedef struct cupel_auto cupel_auto;

/* Does a table of numbers make a hurdle by which the model is given further columns: at_lowest of its n rows share the lowest target, and a hundred
 * thousand rows would make those dear. */
bool cupel_auto_crosses(size_t n, size_t at_lowest);

/* value, error [n]: out-of-fold predictions, in the unit of y (of classes the probability of the second), and the absolute error to be expected of
 * each (0 for classes); mixture [n] is filled where the table makes a hurdle, may be NULL. Says through the job what was tried and what each part
 * adds, and the progress of each unit. CUPEL_NO_RESOURCE, CUPEL_INTERRUPTED. */
cupel_status cupel_auto_fit(const cupel_auto_data *data, const cupel_job *job, cupel_auto **a, double *value, double *error, cupel_spiked *mixture,
                            cupel_err *err);
void cupel_auto_free(cupel_auto *a); /* NULL-safe */

bool cupel_auto_is_class(const cupel_auto *a);
bool cupel_auto_mixed(const cupel_auto *a); /* it has a hurdle, and gives mixtures */
size_t cupel_auto_effort(const cupel_auto *a); /* units that were done, without that of the error */

/* Rows into value and error [n] (error may be NULL), mixture [n] when there is a hurdle (may be NULL). Their scratch: cupel_auto_scratch_bytes. */
size_t cupel_auto_scratch_bytes(const cupel_auto *a);
void cupel_auto_predict(const cupel_auto *a, const cupel_query *rows, double *value, double *error, cupel_spiked *mixture);

/* Under "<group>/..." in an artifact. d: columns as the model says. */
cupel_status cupel_auto_save(const cupel_auto *a, const char *group, cupel_writer *w, cupel_err *err);
cupel_status cupel_auto_load(const cupel_reader *r, const char *group, size_t d, cupel_auto **a, cupel_err *err);

#endif
