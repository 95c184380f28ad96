/* A small neural network: layers of smooth ramps, a sum at the end, trained by Adam. */
#ifndef CUPEL_MODELS_LEARN_MLP_H
#define CUPEL_MODELS_LEARN_MLP_H

#include "core/cupel.h"

#include <stdbool.h>

enum { CUPEL_MLP_LAYERS = 4 }; /* hidden layers at most */

/* The ramp is (x + sqrt(x^2 + 1)) / 2: smooth, and the same bits on every processor (Barron 2021, arXiv:2112.11687). */
typedef struct cupel_mlp {
    size_t d, layers, hidden;
    size_t n;      /* numbers in w */
    double *w;     /* layer by layer: weights [inputs][outputs], then biases [outputs]; the last layer has one output */
} cupel_mlp;

/* Weights and how they are drawn: normal, variance 2 / inputs; biases 0; the last layer starts at 0. */
cupel_status cupel_mlp_make(size_t d, size_t layers, size_t hidden, cupel_mlp *net, cupel_err *err);
void cupel_mlp_draw(cupel_mlp *net, uint64_t seed, uint64_t stream);
void cupel_mlp_release(cupel_mlp *net);
size_t cupel_mlp_numbers(size_t d, size_t layers, size_t hidden); /* SIZE_MAX when that overflows */

/* Value of one row z [d]; a, b [hidden] are scratch. Sums run over inputs in their order: the same bits whatever else is predicted. */
double cupel_mlp_value(const cupel_mlp *net, const double *z, double *a, double *b);

/* Scratch for losses of up to `rows` rows at once. */
typedef struct cupel_mlp_work {
    size_t rows;
    double *z, *y, *out;                   /* [rows][d], [rows], [rows] */
    double *before[CUPEL_MLP_LAYERS];      /* [rows][hidden] sums before the ramp */
    double *after[CUPEL_MLP_LAYERS], *back[2];
    double *memory;
} cupel_mlp_work;
cupel_status cupel_mlp_work_make(const cupel_mlp *net, size_t rows, cupel_mlp_work *w, cupel_err *err);
void cupel_mlp_work_release(cupel_mlp_work *w);

/* Mean loss of the first n rows of w->z and w->y, and its gradient over the weights [net->n]; gradient NULL: the loss alone. Numbers: sqrt(1 + r^2)
 * - 1; classes of -1 and +1: log(1 + exp(-y f)). */
cupel_status cupel_mlp_loss(const cupel_mlp *net, cupel_mlp_work *w, size_t n, bool classes, double *loss, double *gradient, cupel_err *err);

#endif
