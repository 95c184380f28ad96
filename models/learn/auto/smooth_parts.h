/* What a kernel machine of the automatic model is made of; shared by smooth.c (learning) and smooth_use.c (predicting, files). */
#ifndef CUPEL_MODELS_LEARN_AUTO_SMOOTH_PARTS_H
#define CUPEL_MODELS_LEARN_AUTO_SMOOTH_PARTS_H

#include "core/cupel.h"
#include "models/learn/machine.h"

/* A column x becomes z = relevance * cut((g(x) - mean) * factor), g the square root of x - low or x itself, cut at +-CUPEL_SMOOTH_FARTHEST. */
#define CUPEL_SMOOTH_FARTHEST 4.0

typedef struct cupel_smooth {
    bool root;
    size_t d, m;                               /* columns, points */
    double *column;                            /* [4][d]: the four below */
    double *low, *mean, *factor, *relevance;   /* [d] */
    double gamma, bias;
    double *points, *weights;                  /* [m][d], [m] */
    cupel_machine *machine;
} cupel_smooth;

void cupel_smooth_lay_out(cupel_smooth *s); /* points low ... relevance into column */
double cupel_smooth_bent(const cupel_smooth *s, size_t j, double x); /* g */
void cupel_smooth_scale(const cupel_smooth *s, const double *x, double *z); /* one row [d] */
/* Points [m][d], already scaled, weights [m] and bias; copied. */
cupel_status cupel_smooth_take(cupel_smooth *s, const double *points, const double *weights, size_t m, double bias, cupel_err *err);
void cupel_smooth_free(void *s); /* NULL-safe */

#endif
