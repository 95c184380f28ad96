/* A kernel machine as a member of the automatic model: Matern 5/2, least squares in kernel space (the mean of a Gaussian process), scaled by
 * itself. */
#ifndef CUPEL_MODELS_LEARN_AUTO_SMOOTH_H
#define CUPEL_MODELS_LEARN_AUTO_SMOOTH_H

#include "core/cupel.h"
#include "core/sys/job.h"
#include "models/learn/own.h"

typedef struct cupel_smooth_data {
    size_t n, d, ld;
    const double *x;      /* rows of [ld], finite */
    const double *y;
    const size_t *row;    /* [n] which rows of x and y */
} cupel_smooth_data;

typedef struct cupel_smooth_options {
    bool root;            /* columns that begin at 0, as fractions do: their square roots */
    bool lengths;         /* a length for every column, by the gradient of the marginal likelihood of at most CUPEL_SMOOTH_LENGTHS rows */
    size_t rows;          /* more rows than these: so many by chance */
    uint64_t seed;
} cupel_smooth_options;

enum { CUPEL_SMOOTH_LENGTHS = 400 };

extern const cupel_own_kind cupel_kind_smooth;

/* On one thread. CUPEL_NO_RESOURCE: 24 bytes for every pair of rows are not there. Costs n^3 / 3 + n^2 d multiplications. */
cupel_status cupel_smooth_fit(const cupel_smooth_data *data, const cupel_smooth_options *o, cupel_isa isa, cupel_own **own, cupel_err *err);

#endif
