/* Monotone transforms of a target before it is learned: a model that is straight in the logarithm is not in the number. Predictions and the ends of
 * intervals go back through the inverse; as the transform is monotone, medians and coverage stay what they are. */
#ifndef CUPEL_MODELS_LEARN_TRANSFORM_H
#define CUPEL_MODELS_LEARN_TRANSFORM_H

#include "core/cupel.h"

/* LOG: log((y + offset) / unit). YEO_JOHNSON: with u = y / unit, ((u + 1)^power - 1) / power for u >= 0 and -((1 - u)^(2 - power) - 1) / (2 -
 * power) below, logarithms in the limits (Yeo, Johnson 2000, doi:10.1093/biomet/87.4.954). */
typedef enum cupel_transform_kind { CUPEL_TRANSFORM_PLAIN, CUPEL_TRANSFORM_LOG, CUPEL_TRANSFORM_YEO_JOHNSON,
                                    CUPEL_TRANSFORM_KINDS } cupel_transform_kind;

typedef struct cupel_transform {
    cupel_transform_kind kind;
    double unit;   /* > 0, of the target: its median size */
    double offset; /* LOG, unit of the target: 0 where all are above 0, else half the smallest number above 0, so that zeros have a place */
    double power;  /* YEO_JOHNSON */
} cupel_transform;    /* {0} is plain */

const char *cupel_transform_name(cupel_transform_kind kind); /* "none", "log", "yeo-johnson" */
/* NULL is none. CUPEL_USAGE with the names there are. */
cupel_status cupel_transform_parse(const char *word, cupel_transform_kind *kind, cupel_err *err);

/* From y [n], finite. CUPEL_BAD_INPUT for a negative number under LOG. The power is that of the largest likelihood in steps of 0.05 from -2 to 4. */
cupel_status cupel_transform_learn(cupel_transform_kind kind, const double *y, size_t n, cupel_transform *t, cupel_err *err);

/* Yeo-Johnson's of numbers z [n] that are standardised already (unit 1), with a normal prior of the power around 1, where nothing is bent: few
 * numbers bend little. */
cupel_status cupel_transform_bend(const double *z, size_t n, double spread_of_prior, cupel_transform *t, cupel_err *err);

/* Strictly rising; -infinity and infinity at and beyond the ends of what has a transform. */
double cupel_transform_to(const cupel_transform *t, double y);
/* The inverse, cut at +-1e100, of LOG at 0. */
double cupel_transform_back(const cupel_transform *t, double v);
/* dy/dv at y. */
double cupel_transform_slope(const cupel_transform *t, double y);

#endif
