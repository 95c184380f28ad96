/* What a surrogate is made of; shared by the fit (surrogate.c, surrogate_calibrate.c), predict and file. */
#ifndef CUPEL_MODELS_LEARN_SURROGATE_PARTS_H
#define CUPEL_MODELS_LEARN_SURROGATE_PARTS_H

#include "models/learn/calibrate.h"
#include "models/learn/expand.h"
#include "models/learn/learner.h"
#include "models/learn/net_path.h"
#include "models/learn/scale.h"
#include "models/learn/surrogate.h"

/* The local scale of errors, in units of the scaled target, times 1 + growth d + steep max(0, d - knee) at
 * d = distance / threshold:
 *   second sum (svr, krr):  the error to be expected, at least floor * mean
 *   a model of its own:     that error + own times what the model says itself, at least floor * mean
 *   triangle (gp, ridge):   sqrt(floor + unknown)
 * Trees say the same however far a row lies outside: there their scale grows by distance / threshold besides.
 * d is taken as at least `nearest`, below which too few rows out of fold lay to say how large errors are there: inner folds keep rows of one
 * composition together, and a new row may have its like among the training rows, no distance off, and yet another value.
 * floor, growth and own are those with the best interval score over the out-of-fold rows; knee and steep come from held-out clusters (shift.h). */
typedef struct cupel_spread {
    double mean, floor, growth, own, knee, steep, nearest;
} cupel_spread;

struct cupel_surrogate {
    const cupel_learner *learner;
    bool is_class;
    double class_value[2];   /* smaller, larger */
    cupel_transform target;     /* what the target goes through first */
    double y_mean, y_sd;     /* of the target behind that; 0 and 1 for classes */
    double *beside_scale;    /* [cupel_surrogate_beside][2] mean and standard deviation of other targets that its model knows; NULL: none */
    char *settings;
    char *monotone;          /* as it was asked for; NULL */
    cupel_scale scale;
    cupel_expand expand;
    double float32_difference; /* largest |float32 - float64| on training rows, in half widths of the interval (probability) */
    bool float32_holds;      /* that is at most FLOAT32_SLACK; else float32 is not used */
    double threshold;        /* distance in scaled columns where the domain ends */
    cupel_spread spread;
    cupel_scores scores;     /* regression: (truth - value) / spread */
    bool mixed;              /* intervals are those of mixtures, with the masses that rows out of fold ask for */
    cupel_spiked_residuals others; /* mixed: of rows out of fold that are not at the shared value; every mixture is smeared by them */
    cupel_spiked_levels level[2]; /* inside the domain and outside, there from held-out clusters; the same twice where these have too few rows */
    cupel_scores below;      /* mixed: mass of a row's mixture below its truth, out of fold, at the shared value by chance; empty: as it should be */
    cupel_sigmoid sigmoid;   /* classes */
    double class_threshold;  /* probability from which the second class is said */
    cupel_scores own[2];     /* classes: out-of-fold probability of the own class */
    cupel_scores far[2];     /* the same of rows of held-out clusters that lie outside the domain; as own where they are too few */
    cupel_net_path path;     /* of an elastic net */
    size_t n;                /* training rows */
    double *oof_value, *oof_lower, *oof_upper, *oof_distance;
    unsigned char *oof_in_domain;
};

/* Calibrated numbers of one row from the raw ones; lo and hi are score quantiles at 1 - alpha. mixture: of a mixed surrogate, NULL or `above` NaN
 * where a solution gave none. */
typedef struct cupel_band {
    double alpha, lo, hi;
} cupel_band;
cupel_band cupel_band_at(const cupel_surrogate *s, double level);
double cupel_spread_of(const cupel_surrogate *s, const cupel_raw *raw);
void cupel_calibrated(const cupel_surrogate *s, const cupel_raw *raw, const cupel_spiked *mixture, const cupel_band *band, cupel_prediction *out,
                      size_t i);
double cupel_surrogate_slack(const cupel_surrogate *s);

/* Rows as a model of its own sees them, z [n][columns], and of such rows the columns that a term's trees see, x [n][columns of the trees];
 * the caller frees them. CUPEL_NO_RESOURCE. */
cupel_status cupel_surrogate_scaled(const cupel_surrogate *s, const cupel_query *rows, double **z, cupel_err *err);
cupel_status cupel_term_rows(const cupel_term *t, const double *z, size_t k, size_t n, double **x, cupel_err *err);

#endif
