/* The target of a row where many rows share one exact value (the zero gap of metals): that value with some probability, else a number about which
 * quantiles are known. Its intervals are the shortest that hold a given mass and the median; which mass holds a given share of truths is learned from
 * rows out of fold (cross-conformal, Vovk 2015, doi:10.1007/s10472-013-9368-4). A point cannot be cut: an interval may hold more than it was asked
 * for, and at low levels does. Whether the distribution itself is right is therefore judged by the share of its mass below and at the truth (Czado,
 * Gneiting, Held 2009, doi:10.1111/j.1541-0420.2009.01191.x). */
#ifndef CUPEL_MODELS_LEARN_SPIKED_H
#define CUPEL_MODELS_LEARN_SPIKED_H

#include "core/cupel.h"

#include <stdbool.h>

enum { CUPEL_SPIKED_QUANTILES = 19, CUPEL_SPIKED_MASSES = 54, CUPEL_SPIKED_MOST_ROWS = 20000 };

typedef struct cupel_spiked {
    double at;    /* the shared value, scaled target */
    double above; /* probability of another value, 0 .. 1 */
    /* Quantiles of the others at 5 %, 10 %, ... 95 %, not decreasing; beyond them exponential tails, none across `at`. */
    double other[CUPEL_SPIKED_QUANTILES];
} cupel_spiked;

/* [n] that nobody has filled in, `above` NaN; NULL without memory. To be freed with cupel_free. */
cupel_spiked *cupel_spiked_none(size_t n);

/* Mass below x, and at or below it. x within `slack` of the shared value is it. */
void cupel_spiked_share(const cupel_spiked *m, double x, double slack, double *below, double *at_most);
/* The number that mass u, 0 < u < 1, lies below; not decreasing in u. */
double cupel_spiked_quantile(const cupel_spiked *m, double u);
/* The shortest interval that holds mass 0 < mass < 1 and the median. */
void cupel_spiked_shortest(const cupel_spiked *m, double mass, double *lower, double *upper);

/* Leaves that hold few or equal numbers claim a narrow distribution, down to a point. So the quantiles of the others become the mean of themselves
 * and of those of residuals out of fold about their middle; the mean of two quantile functions is one (Ratcliff 1979,
 * doi:10.1037/0033-2909.86.3.446). */
typedef struct cupel_spiked_residuals {
    double at[CUPEL_SPIKED_QUANTILES]; /* quantiles of (truth - middle of the others) / spread, not decreasing; all 0: nothing is known */
} cupel_spiked_residuals;

/* Of the rows of mixture [n] that are filled in and whose truth y [n] lies further than `slack` from the shared value; spread [n] > 0, as y in scaled
 * units. All 0 with fewer than 20 of them. Fails for lack of memory only. */
cupel_status cupel_spiked_residuals_of(const cupel_spiked *mixture, const double *y, const double *spread, size_t n, double slack,
                                       cupel_spiked_residuals *r, cupel_err *err);
/* That mean, for a row of this spread; it stays on its side of the shared value. */
void cupel_spiked_smear(const cupel_spiked_residuals *r, double spread, cupel_spiked *m);

/* Share of truths that intervals of each mass of an increasing list held, out of fold; not decreasing, below 1. */
typedef struct cupel_spiked_levels {
    double held[CUPEL_SPIKED_MASSES];
} cupel_spiked_levels;

/* mixture [n] and truths y [n] of rows for which use [n] is not 0 (NULL: all) and that are filled in; of many rows
 * CUPEL_SPIKED_MOST_ROWS, evenly chosen. False, and *l untouched, with fewer than `least` of them. The new row counts as one that is not held.
 * Costs about 2,000 steps a row. */
bool cupel_spiked_calibrate(const cupel_spiked *mixture, const double *y, const unsigned char *use, size_t n, size_t least, double slack,
                             cupel_spiked_levels *l);
/* The mass whose intervals hold `level`, between masses of the list on straight lines; above the last ever nearer to 1. */
double cupel_spiked_mass(const cupel_spiked_levels *l, double level);

#endif
