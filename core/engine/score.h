/* From predictions to an order.
 *
 *   chance       of a requirement: the calibrated probability that the true value lies in its window, of a model with a hurdle by the mixture of
 *                the row (so that a gap of exactly 0 counts with its own probability). A goal counts as met beyond `beat`
 *                when that is given; in a ranking by probability a goal without window or `beat` is met by what beats the best tenth measured.
 *   probability  that the demand is met: the product of the chances (properties independent given the composition)
 *   score        by probability: that. by weights: sum w_i d_i / sum w_i, where d is the chance of a window, (v - worst) / (best - worst) over the
 *                measured range for a goal (0 .. 1, their product when an entry has both), 1 - figure/max or 1 - min/figure for a goal on a figure.
 *                by pareto: the probability, used within a layer.
 *   merit        breaks ties: the mean over requirements of x / (1 + |x|) with x = 1 - |v - centre| / halfwidth in a window with two ends, the
 *                distance past the end in units of the row's spread in one with one end, or past `beat` for a goal; 1 - figure/max for figures.
 *                For a class: the chance.
 * Score, merit and probability are rounded to 1e-9. */
#ifndef CUPEL_ENGINE_SCORE_H
#define CUPEL_ENGINE_SCORE_H

#include "core/engine/demand.h"

typedef struct cupel_score {
    double score, merit, probability;
} cupel_score;

typedef struct cupel_scorer cupel_scorer;

enum { CUPEL_BELIEF_QUANTILES = 64 };

/* How probability, range and kind of a property are known: from a surrogate, or from what a table says (`cupel rank`), by quantiles where it
 * has two of them at least (share_of_quantiles.h), else by the ends of an interval. */
typedef struct cupel_belief {
    const cupel_surrogate *surrogate; /* NULL: by the interval */
    bool is_class;
    double class_low, class_high;     /* the two values of a class */
    double low, high;                 /* measured range */
    size_t n_tau;
    double tau[CUPEL_BELIEF_QUANTILES]; /* [n_tau] shares of the quantiles, increasing */
} cupel_belief;

/* One belief per property; the demand outlives the scorer. */
cupel_status cupel_scorer_new(const cupel_demand *d, const cupel_belief *belief, cupel_scorer **s, cupel_err *err);
cupel_status cupel_scorer_of_models(const cupel_demand *d, cupel_scorer **s, cupel_err *err);
/* The same with the models of the first stage. */
cupel_status cupel_scorer_of_first(const cupel_demand *d, cupel_scorer **s, cupel_err *err);
void cupel_scorer_free(cupel_scorer *s);

/* The rows of one candidate: value spread lower upper [p], figure [c] -> chance [r], objective [m] (larger is better). Thread-safe. */
typedef struct cupel_score_row {
    const double *value, *spread, *lower, *upper, *figure;
    const cupel_spiked *mixture; /* [p] of mixed surrogates, `above` NaN of others; NULL: all are others */
    const double *quantile;      /* [p][CUPEL_BELIEF_QUANTILES] of beliefs with quantiles; NULL without any */
    double *chance, *objective;
} cupel_score_row;
void cupel_scorer_row(const cupel_scorer *s, const cupel_score_row *row, cupel_score *out);

/* The value of requirement r lies in its window (for a class: more likely than not). */
bool cupel_scorer_inside(const cupel_scorer *s, size_t r, double value);

/* Probability of [lo, hi] when only a value and its central interval of `level` are known: half of the mass on either side of the value, each
 * side half a normal distribution whose width puts (1 - level)/2 beyond its end of the interval. A side without width puts its half at the value. */
double cupel_interval_probability(double value, double lower, double upper, double level, double lo, double hi);

/* What objective i is, in words. */
cupel_status cupel_objective_words(const cupel_demand *d, size_t i, cupel_str *out, cupel_err *err);

#endif
