/* The surrogate of a space of microstructures: parameters to tensors, and to the numbers that a demand asks for, with intervals.
 *
 * Learned are the components of the Voigt-Reuss normalised logarithm (normal.h) of each tensor, and log ratios of volume fractions where the
 * generator does not set them exactly, by one joint Gaussian process (models/learn/joint.h) whose trend knows what simple models say (physics.h): no
 * prediction leaves the bounds of its fractions.
 *
 * What is not known of a structure is drawn from the sample itself: row i, predicted from all the others, misses by a vector e_i, counted in the
 * spread s that the process gives there times the size of the misses around it. A structure z is then one of y(z) + s(z) e_i, i = 1 .. n, each a set
 * of whole tensors: correlations between components and between properties are kept, and the chance to meet a demand is the share of them that do
 * (jackknife: Barber, Candes, Ramdas, Tibshirani, Ann. Stat. 49, 486 (2021), doi:10.1214/20-AOS1965). The interval of an asked number is that of
 * these n values between quantiles chosen such that the share of left-out rows wanted lies inside theirs (conformal: the k-th of n with k = ceil((n +
 * 1) level)). Those rows are solved on one grid, so their misses know nothing of the distance to the true value: the bars of the sample
 * (cupel_ask_error, the mean of their squares around z) are added to both sides of an interval in quadrature, scaled from 95 % to the level, and to
 * the draws of a chance as normal numbers. What is said of left-out rows (coverage, parity) is against solved values and without bars. */
#ifndef CUPEL_ENGINE_MICRO_MODEL_H
#define CUPEL_ENGINE_MICRO_MODEL_H

#include "core/engine/micro/samples.h"

typedef struct cupel_micro_model cupel_micro_model;

/* How well one asked number is predicted of rows left out; arrays [n_rows]. */
typedef struct cupel_ask_trust {
    double rmse, r2;
    double coverage;     /* share of left-out rows in their intervals */
    double quantile;     /* the interval is that between the shares (1 -+ quantile) / 2 of the draws */
} cupel_ask_trust;

/* Learns from the rows with figures, at least 8. CUPEL_FAILED with the commonest reason when there are fewer. The demand, the space and the rows must
 * outlive the model. */
cupel_status cupel_micro_model_fit(const cupel_micro_demand *d, const cupel_micro_space *s, const cupel_samples *rows, const cupel_job *job,
                                   cupel_micro_model **m, cupel_err *err);
void cupel_micro_model_free(cupel_micro_model *m);

size_t cupel_micro_model_rows(const cupel_micro_model *m);
size_t cupel_micro_model_row(const cupel_micro_model *m, size_t i);       /* its place in the sample */
/* [n_rows][n_asks]: truth, and from the other rows. */
const double *cupel_micro_model_truth(const cupel_micro_model *m);
const double *cupel_micro_model_left_out(const cupel_micro_model *m);
const double *cupel_micro_model_left_out_lower(const cupel_micro_model *m);
const double *cupel_micro_model_left_out_upper(const cupel_micro_model *m);
const cupel_ask_trust *cupel_micro_model_trust(const cupel_micro_model *m); /* [n_asks] */
bool cupel_micro_model_exact_fraction(const cupel_micro_model *m);
void cupel_micro_model_settings(const cupel_micro_model *m, cupel_str *s);

/* Scratch of one thread. */
typedef struct cupel_micro_scratch cupel_micro_scratch;
cupel_status cupel_micro_scratch_new(const cupel_micro_model *m, size_t block, cupel_micro_scratch **s, cupel_err *err);
void cupel_micro_scratch_free(cupel_micro_scratch *s);

/* Quick: rows value [n][n_params], n <= block. score [n] orders them: the logarithm of a rough chance to meet the demand, and the goals. */
void cupel_micro_model_score(const cupel_micro_model *m, const double *value, size_t n, cupel_isa isa, cupel_micro_scratch *s, double *score);

/* What the demand asks of rows value [n][n_params], n <= block, as predicted: asked [n][n_asks]. */
void cupel_micro_model_values(const cupel_micro_model *m, const double *value, size_t n, cupel_isa isa, cupel_micro_scratch *s, double *asked);

/* The tensors of rows value [n][n_params], n <= block, as predicted: row i of figure [n][layout.width] has fractions, conductivity and stiffness
 * where the layout has them, and 0 elsewhere. */
void cupel_micro_model_figures(const cupel_micro_model *m, const double *value, size_t n, cupel_isa isa, cupel_micro_scratch *s, double *figure);

/* [n] of the last call with this scratch: how far a structure may be from what is predicted, as a multiple that is the same for all outputs. */
const double *cupel_micro_scratch_spread(const cupel_micro_scratch *s);

/* The rows of the model, each from the others: figure [n_rows][layout.width] as above, spread [n_rows]. */
void cupel_micro_model_left_out_figures(const cupel_micro_model *m, double *figure, double *spread);

/* Thorough, one row. */
typedef struct cupel_micro_forecast {
    double value[CUPEL_ASKS_MAX], lower[CUPEL_ASKS_MAX], upper[CUPEL_ASKS_MAX];
    double fraction[CUPEL_MICRO_PHASES_MAX];
    double chance;  /* to meet the whole demand: (draws that do + 1/2) / (draws + 1) */
    double score;   /* log chance and goals, as above */
    double margin;  /* between equals: the least distance of a value from the end of its window, in half widths of its interval */
} cupel_micro_forecast;
void cupel_micro_model_forecast(const cupel_micro_model *m, const double *value, cupel_isa isa, cupel_micro_scratch *s, cupel_micro_forecast *f);

/* For the list of methods. */
extern const cupel_method cupel_micro_surrogate_method;

/* Whether a number is in its window: for a whole tensor whether the distance is within. */
bool cupel_ask_met(const cupel_ask *a, double value);

#endif
