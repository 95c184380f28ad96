/* A Gaussian process for the choice of the next experiment: few rows (3 to 2,000), noise unknown, columns that matter and columns that do not.
 *
 * Values are standardised; the covariance is v (k(r) + CONSTANT + nu [i = j]), Matern 5/2 in r^2 = sum over blocks g of w_g D_g, where D_g is the
 * squared distance of the columns of block g and w_g = 1 / length_g^2. A block is one column, or many that share a length (the fractions of a
 * formula). v is integrated out under an inverse gamma prior; lengths and nu have log-normal priors, and are found by descent from several starts
 * (Rasmussen, Williams 2006, ch. 5, doi:10.7551/mitpress/3206.001.0001). Everything is a function of the rows and the seed, for any number of
 * threads. */
#ifndef CUPEL_MODELS_SEARCH_GAUSSIAN_H
#define CUPEL_MODELS_SEARCH_GAUSSIAN_H

#include "core/cupel.h"

#include <stdbool.h>

enum { CUPEL_GAUSS_BLOCKS = 48 };

/* Rows to learn from: x [n][d] finite, columns of one size (about 0..1); y [n] finite. block [d]: 0 .. n_blocks - 1. */
typedef struct cupel_gauss_rows {
    size_t n, d, n_blocks;
    const double *x, *y;
    const unsigned char *block;
} cupel_gauss_rows;

/* theta [n_blocks + 1]: logarithms of the lengths, and of nu. */
static inline size_t cupel_gauss_n_theta(const cupel_gauss_rows *r) { return r->n_blocks + 1; }

typedef struct cupel_gauss_options {
    uint64_t seed;
    size_t starts, threads;
    size_t rows_max;       /* lengths are learned from at most as many rows: the best ones and a sample of the others */
    bool maximize;         /* which rows are the best */
    double length, length_spread; /* of the prior: median at one block (it grows as the root of their number), spread of the logarithm */
    double noise, noise_spread;   /* the same for nu */
    const double *begin;   /* [n_blocks + 1] theta where the first descent begins; NULL: the middle of the prior */
} cupel_gauss_options;
cupel_gauss_options cupel_gauss_defaults(void);

/* Minus the logarithm of the posterior density of theta, up to a constant, and its gradient [n_blocks + 1] (may be NULL). */
cupel_status cupel_gauss_loss(const cupel_gauss_rows *rows, const cupel_gauss_options *o, const double *theta, double *loss, double *gradient,
                              cupel_err *err);

/* The most probable theta. O(starts * evaluations * n^3). CUPEL_BAD_INPUT for no rows, CUPEL_NO_RESOURCE. */
cupel_status cupel_gauss_learn(const cupel_gauss_rows *rows, const cupel_gauss_options *o, double *theta, cupel_err *err);

/* The process given rows and theta, for predictions. O(n^3). */
typedef struct cupel_gauss cupel_gauss;
cupel_status cupel_gauss_new(const cupel_gauss_rows *rows, const double *theta, cupel_gauss **g, cupel_err *err);
void cupel_gauss_free(cupel_gauss *g);
/* mean and deviation [m] (of the value without its noise) at x [m][d], unit of y. O(m n^2); deviation NULL: means alone, O(m n). */
cupel_status cupel_gauss_predict(const cupel_gauss *g, const double *x, size_t m, size_t threads, double *mean, double *deviation, cupel_err *err);
/* Candidates x [m][d], which must outlive it, as processes see them that get one row after another at the same lengths: all at once by O(m n^2), and
 * by O(m n) for a row more. At most rows_max rows. NULL of _new: the memory is not there. */
typedef struct cupel_gauss_view cupel_gauss_view;
cupel_gauss_view *cupel_gauss_view_new(const double *x, size_t m, size_t d, size_t rows_max);
size_t cupel_gauss_view_bytes(size_t m, size_t rows_max);
void cupel_gauss_view_free(cupel_gauss_view *v); /* NULL-safe */
/* Candidates from .. from + n - 1, from the beginning; `from` a multiple of 64. */
cupel_status cupel_gauss_view_fill(cupel_gauss_view *v, const cupel_gauss *g, size_t from, size_t n, size_t threads, cupel_err *err);
/* g has the rows that the view knows and one more behind them. */
cupel_status cupel_gauss_view_grow(cupel_gauss_view *v, const cupel_gauss *g, size_t threads, cupel_err *err);
/* As cupel_gauss_predict at the candidates, of the process that was seen last. */
void cupel_gauss_view_ask(const cupel_gauss_view *v, const cupel_gauss *g, double *mean, double *deviation);
/* A draw of the process at all x [m][d] together. O(m^3 + m^2 n). */
cupel_status cupel_gauss_draw(const cupel_gauss *g, const double *x, size_t m, uint64_t seed, uint64_t stream, double *value, cupel_err *err);
/* error [n]: each row less what the others say of it, at the same theta (Dubrule 1983, doi:10.1007/BF01033231). O(n^2). */
void cupel_gauss_left_out(const cupel_gauss *g, double *error);
/* Mean square of these errors over their variances, noise included: 1 where deviations are right. O(n^2). */
double cupel_gauss_left_out_square(const cupel_gauss *g);
double cupel_gauss_noise(const cupel_gauss *g);             /* standard deviation of the noise, unit of y */
double cupel_gauss_length(const cupel_gauss *g, size_t block);
/* Correlation of the values at a and b [d] before any row is known: 1 at distance 0. For penalties and duplicates. */
double cupel_gauss_correlation(const cupel_gauss *g, const double *a, const double *b);

#endif
