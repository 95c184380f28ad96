/* Monotone transforms of a target before it is learned: a model that is straight in the logarithm is not in the number. Predictions and the ends of
 * intervals go back through the inverse; as the transform is monotone, medians and coverage stay what they are. */
#ifndef CUPEL_MODELS_LEARN_TARGET_H
#define CUPEL_MODELS_LEARN_TARGET_H

#include "core/cupel.h"

/* LOG: log((y + offset) / unit). YEO_JOHNSON: with u = y / unit, ((u + 1)^power - 1) / power for u >= 0 and -((1 - u)^(2 - power) - 1) / (2 - power)
 * below, logarithms in the limits (Yeo, Johnson 2000, doi:10.1093/biomet/87.4.954). */
typedef enum cupel_target_kind { CUPEL_TARGET_PLAIN, CUPEL_TARGET_LOG, CUPEL_TARGET_YEO_JOHNSON, CUPEL_TARGET_KINDS } cupel_target_kind;

typedef struct cupel_target {
    cupel_target_kind kind;
    double unit;   /* > 0, of the target: its median size */
    double offset; /* LOG, unit of the target: 0 where all are above 0, else half the smallest number above 0, so that zeros have a place */
    double power;  /* YEO_JOHNSON */
} cupel_target;    /* {0} is plain */

const char *cupel_target_name(cupel_target_kind kind); /* "none", "log", "yeo-johnson" */
/* NULL is none. CUPEL_USAGE with the names there are. */
cupel_status cupel_target_parse(const char *word, cupel_target_kind *kind, cupel_err *err);

/* From y [n], finite. CUPEL_BAD_INPUT for a negative number under LOG. The power is that of the largest likelihood in steps of 0.05 from -2 to 4. */
cupel_status cupel_target_learn(cupel_target_kind kind, const double *y, size_t n, cupel_target *t, cupel_err *err);

/* Strictly rising; -infinity and infinity at and beyond the ends of what has a transform. */
double cupel_target_to(const cupel_target *t, double y);
/* The inverse, cut at +-1e100. */
double cupel_target_back(const cupel_target *t, double v);
/* dy/dv at y. */
double cupel_target_slope(const cupel_target *t, double y);

#endif
