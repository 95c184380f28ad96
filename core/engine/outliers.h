/* Training values that do not fit: rows whose value is far from what a model says that has not seen them, and rows that contradict another of the
 * same composition under the same conditions. They are reported with the reason, never left out.
 *
 * Surprise: 1 where one row in ten is farther off, and a tail that falls by ten for each further 1, as exponential tails do.
 *   of the model      the larger of: the distance from the out-of-fold value over that to the end of its 90 % interval; for values above 0 also the
 *                     distance of logarithms over its 90 % quantile (a slip of the unit towards 0 is small on the plain scale)
 *   of the conflict   the same of the distance to the median of the other rows with this composition and these columns
 * together model + max(0, conflict - 1). A row is reported where less than half a row of so many is expected, and where its value lies outside its
 * own 90 % interval or is contradicted by another row. */
#ifndef CUPEL_ENGINE_OUTLIERS_H
#define CUPEL_ENGINE_OUTLIERS_H

#include "core/engine/doubts.h"

typedef struct cupel_outlier {
    size_t row;                      /* of the model's training rows */
    double surprise;
    double expected, lower, upper;   /* out of fold, unit of the target */
    size_t against;                  /* the row that it contradicts most, SIZE_MAX: none */
    size_t nearest;                  /* the row of another composition that is nearest to it; SIZE_MAX: none */
    double factor;                   /* times this the value would fit; 1: no such factor */
    const char *slip;                /* what the factor is, in words */
} cupel_outlier;

/* list [n]: the most surprising first, of equals the first row. apart: rows of one composition under the same columns whose values are far apart. */
typedef struct cupel_outliers {
    cupel_outlier *list;
    size_t n;
    cupel_apart apart; /* index: of the model's training rows */
} cupel_outliers;

/* All of them. The nearest row and the slip are looked for of the first `reasons`, the others have none. Of a class there is no list, nor of fewer
 * than 20 rows; both have rows that are apart, which are said through the job where the model takes columns (else they were said before).
 * m was trained on t. */
cupel_status cupel_outliers_find(const cupel_model *m, const cupel_training *t, size_t reasons, const cupel_job *job, cupel_outliers *o,
                                 cupel_err *err);
void cupel_outliers_release(cupel_outliers *o);

/* The reason of one, without its line and value: "expected 512 HV (90 % interval 210 to 800); times 100 it would fit: ...". */
void cupel_outlier_reason(const cupel_outlier *o, const cupel_model *m, const cupel_training *t, cupel_str *out);

/* The first few as warnings; all of the list as csv into `file` (NULL: none): line, formula, value, expected, lower, upper, surprise, reason.
 * Behind it each row of the groups that are apart, if it is not in the list; a class has nothing expected. */
cupel_status cupel_outliers_report(const cupel_model *m, const cupel_training *t, const char *file, const cupel_job *job, cupel_err *err);

#endif
