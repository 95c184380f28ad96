/* From out-of-fold predictions to intervals, probabilities and conformal sets.
 * Regression: scores (truth - value) / spread of the out-of-fold rows; a new row has value + spread * score (Papadopoulos et al. 2002,
 * doi:10.1007/3-540-36755-1_29; cross-conformal: Vovk 2015, doi:10.1007/s10472-013-9368-4).
 * Classes: Platt's sigmoid of the decision value (doi:10.1007/s10994-007-5018-6) and sets that are valid per class (Vovk 2013,
 * doi:10.1007/s10994-013-5355-6). */
#ifndef CUPEL_MODELS_LEARN_CALIBRATE_H
#define CUPEL_MODELS_LEARN_CALIBRATE_H

#include "core/cupel.h"

/* The distribution of scores. {0} is empty. */
typedef struct cupel_scores {
    size_t n;
    double *sorted;            /* [n] increasing */
    double lower_tail, upper_tail; /* score over which a tail falls by e */
} cupel_scores;

/* Takes scores [n] (copied, sorted), n >= 2, finite. */
cupel_status cupel_scores_make(const double *score, size_t n, cupel_scores *s, cupel_err *err);
void cupel_scores_release(cupel_scores *s);

/* Scores between which a new one falls with probability `level`, equal shares outside on both sides, by plotting positions k / (n + 1).
 * Beyond the outermost scores the tails fall off exponentially, so every level below 1 has an interval. */
void cupel_scores_interval(const cupel_scores *s, double level, double *lo, double *hi);

/* The score below which the share 0 < p < 1 lies, by the same positions and tails. */
double cupel_scores_quantile(const cupel_scores *s, double p);

/* Probability that a score lies in [lo, hi], lo <= hi, infinities allowed. No allocation, two binary searches. */
double cupel_scores_between(const cupel_scores *s, double lo, double hi);

/* p(class 1) = 1 / (1 + exp(a f + b)), fitted to decision values f [n] and labels (y > 0) by Newton's method with Platt's targets
 * (Lin, Lin, Weng 2007, doi:10.1007/s10994-007-5018-6). */
typedef struct cupel_sigmoid {
    double a, b;
} cupel_sigmoid;
cupel_sigmoid cupel_sigmoid_fit(const double *f, const double *y, size_t n);
double cupel_sigmoid_at(const cupel_sigmoid *s, double f);

/* The probability from which the second class is said: 0.5, or the share pi of the second class among the rows, which is where balanced accuracy is
 * largest when probabilities are right (to cut at pi weighs each class by the other's rows; no other number is fitted, so few rows cannot mislead
 * it). pi is taken only where it gains balanced accuracy on p [n], out of fold, by more than the standard error of the gain, so that probabilities
 * which are wrong do no harm; of nearly even classes it is nearly 0.5 anyway. y > 0: second class. *gain, *error: of pi over 0.5, also where 0.5
 * stays. No allocation. */
double cupel_class_threshold(const double *p, const double *y, size_t n, double *gain, double *error);

/* The share of class-c rows, the new one among them, whose own class had at most this probability: a class is in the set at `level` when
 * its share is above 1 - level, so the true class is left out at most that often, however few rows its class has. */
double cupel_conformal_p(const cupel_scores *own, double probability);

#endif
