/* Kernel values between all training rows, by the same code that predicts. */
#ifndef CUPEL_MODELS_LEARN_GRAM_H
#define CUPEL_MODELS_LEARN_GRAM_H

#include "models/learn/learner.h"

/* value [i * ld + j * step] = k(x_i, x_j), on the job's threads. */
cupel_status cupel_gram_fill(const cupel_problem *p, cupel_kernel kernel, double gamma, double *value, size_t ld, size_t step,
                             cupel_err *err);

/* A square matrix of kernel values [n][n], aligned; freed with cupel_free. */
cupel_status cupel_gram_matrix(const cupel_problem *p, cupel_kernel kernel, double gamma, double **matrix, cupel_err *err);

/* Median squared distance between rows of x [n][d]: of up to 2,000 pairs that depend on n only. */
cupel_status cupel_typical_distance(const double *x, size_t n, size_t d, double *typical, cupel_err *err);

#endif
