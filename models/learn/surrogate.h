/* A surrogate: scaling, a learner, calibrated intervals and a domain, fitted on a matrix and used on rows of the same columns.
 * Everything it learns (scaling, tuning, calibration) comes from the rows given to fit. */
#ifndef CUPEL_MODELS_LEARN_SURROGATE_H
#define CUPEL_MODELS_LEARN_SURROGATE_H

#include "core/cupel.h"
#include "core/io/artifact.h"
#include "core/matter/method.h"
#include "core/sys/job.h"
#include "models/learn/kernel_tree.h"
#include "models/learn/spiked.h"
#include "models/learn/precision.h"
#include "models/learn/transform.h"

typedef struct cupel_surrogate cupel_surrogate;
struct cupel_net_path;

typedef enum cupel_task { CUPEL_TASK_AUTO, CUPEL_TASK_REGRESSION, CUPEL_TASK_CLASS } cupel_task;

/* Values of other targets, of the same rows or of more, that one learns from too. */
typedef struct cupel_beside_values {
    size_t n, n_targets;
    const double *x;      /* [n][d], unscaled */
    const double *y;      /* [n], in a unit for each target */
    const size_t *target; /* [n] 1 .. n_targets */
    const size_t *group;  /* [n] as that of the rows: a value is left out where rows of its group are held out */
} cupel_beside_values;

typedef struct cupel_fit_options {
    const char *learner;  /* a name of the list: "svr", "extra_trees" */
    const char *settings; /* "C=10,gamma=0.1"; NULL: tuned inside the rows given */
    cupel_task task;      /* AUTO: a target with exactly two distinct values is a class */
    cupel_transform_kind transform; /* of a number, before it is learned; CUPEL_USAGE with a class */
    uint64_t seed;
    const size_t *fraction; /* [n_fractions] columns of x that are atomic fractions of elements; may be NULL */
    size_t n_fractions;
    const size_t *plain;  /* [n_plain] columns of x of the first kind of descriptor and of none; may be NULL */
    size_t n_plain;
    const size_t *table;  /* [n_table] columns of x that stand in the table, as conditions and treatments; may be NULL */
    size_t n_table;
    double seconds;       /* for a learner that works in units: no unit begins that would end later; 0: no limit */
    bool *cut;            /* a learner that works in units ends a job that is stopped with those done, and makes this true; NULL: CUPEL_INTERRUPTED */
    const size_t *group;  /* [n] rows of one group are never split in inner folds (same reduced composition); may be NULL */
    const char *kernel;   /* a tree of kernels, of a learner that takes one (kernel_tree.h); NULL: its own */
    const char *monotone; /* columns with which the target may only rise or fall, of a learner that takes them (monotone.h); NULL: none */
    const cupel_groups *groups; /* what names of columns in these two stand for; NULL: there are none */
    const cupel_beside_values *beside; /* other targets, of a learner that takes them; NULL: none */
} cupel_fit_options;

/* x [n][d] row-major, finite; y [n] finite (for classes the two values). CUPEL_BAD_INPUT names row and column of a value that is not
 * finite; CUPEL_NO_RESOURCE when the memory is not there (checked before libsvm or BLAS). Same rows and seed: same model, for any threads. */
cupel_status cupel_surrogate_fit(const double *x, size_t n, size_t d, const double *y, const cupel_fit_options *options, const cupel_job *job,
                                 cupel_surrogate **s, cupel_err *err);
void cupel_surrogate_free(cupel_surrogate *s);

/* What a prediction is made of; arrays of n owned by the caller. For a class: value = probability of the second class (the larger value),
 * lower and upper = smallest and largest class value of the conformal set, NaN both when the set is empty, spread = distance. */
typedef struct cupel_prediction {
    double *value;
    double *spread;            /* scale of the calibrated distribution at this row, unit of the target (regression) */
    double *lower, *upper;     /* of the central interval at `level` */
    double *distance;          /* to the training domain: 1 = at the threshold, in units of it */
    unsigned char *in_domain;  /* distance <= 1 */
} cupel_prediction;

typedef struct cupel_predict_options {
    cupel_precision precision;
    cupel_isa isa;
    double level; /* 0.9 */
    bool value_only; /* value, distance, in_domain; the others are NaN: a Gaussian process leaves out its variance, most of its work */
    double *beside; /* [n][cupel_surrogate_beside] the other targets that the model knows, in their units; NULL: not asked for */
    cupel_spiked *mixture; /* [n] of a mixed surrogate, for what is said of a row afterwards; may be NULL */
} cupel_predict_options;

/* What `asked` comes to: float32 never where it was too coarse for the training rows; AUTO takes it of a model that claims a deviation by itself (a
 * Gaussian process), where float32 and float64 differ by far less than what it claims. */
cupel_precision cupel_surrogate_precision(const cupel_surrogate *s, cupel_precision asked);
/* The largest |float32 - float64| of a value, seen on up to 500 training rows: in half widths of their 90 % intervals, for a class in probability. */
double cupel_surrogate_float32_difference(const cupel_surrogate *s);

/* Rows of x [n][ld], unscaled, finite. Safe from many threads. The result of a row depends on the row, precision and isa only: not on n or
 * its neighbours. scratch: from cupel_surrogate_scratch_new, one per thread. */
typedef struct cupel_scratch cupel_scratch;
cupel_status cupel_scratch_new(const cupel_surrogate *s, cupel_scratch **scratch, cupel_err *err);
void cupel_scratch_free(cupel_scratch *scratch);
cupel_status cupel_surrogate_predict(const cupel_surrogate *s, const double *x, size_t ld, size_t n, const cupel_predict_options *options,
                                     cupel_scratch *scratch, cupel_prediction *out, cupel_err *err);

/* Probability that the true value lies in [lo, hi] (infinities allowed) for a row with this value and spread: the calibrated distribution of
 * out-of-fold residuals, the same that the intervals come from. For a class: of the classes inside. Of a mixed surrogate see
 * cupel_surrogate_spiked_probability. */
double cupel_surrogate_probability(const cupel_surrogate *s, double value, double spread, double lo, double hi);

/* The interval at `level` of a row with this value and spread; for a class the conformal set, as in cupel_prediction. */
void cupel_surrogate_interval(const cupel_surrogate *s, double value, double spread, double level, double *lower, double *upper);
/* The target of such a surrogate is with some probability a value that many rows share, and intervals come from that mixture, not from value and
 * spread: the interval at `level` of a row with this distance and (target) value, and the share of the mixture below and up to a truth. A mixture is
 * in scaled units and is read by these alone. */
bool cupel_surrogate_mixed(const cupel_surrogate *s);
void cupel_surrogate_spiked_interval(const cupel_surrogate *s, const cupel_spiked *m, double value, double distance, double level, double *lower,
                                      double *upper);
/* Probability that the true value lies in [lo, hi] (infinities allowed): the mass of the row's mixture there, recalibrated by rows out of fold as
 * the quantiles are. */
double cupel_surrogate_spiked_probability(const cupel_surrogate *s, const cupel_spiked *m, double lo, double hi);
void cupel_surrogate_spiked_share(const cupel_surrogate *s, const cupel_spiked *m, double truth, double *below, double *at_most);

/* The number below which a row's truth lies with probability tau, 0 < tau < 1; not decreasing in tau. From the same calibrated distribution as its
 * intervals, or of a mixed surrogate from the row's mixture m, with the mass below that tau of the truths out of fold had (NULL or not filled in: as
 * otherwise). Not for a class. */
double cupel_surrogate_quantile(const cupel_surrogate *s, const cupel_spiked *m, double value, double spread, double tau);

/* Standard deviation of the calibrated distribution at spread 1 (regression; about its own mean 0), so that residual / (spread * this) has
 * variance 1. */
double cupel_surrogate_unit_deviation(const cupel_surrogate *s);

/* Facts for inspect, report and methods. */
size_t cupel_surrogate_beside(const cupel_surrogate *s); /* other targets, learned beside, that it can predict too */
size_t cupel_surrogate_columns(const cupel_surrogate *s);
size_t cupel_surrogate_support_vectors(const cupel_surrogate *s); /* the rows a kernel expansion is made of; 0 when it is none */
bool cupel_surrogate_has_support_vectors(const cupel_surrogate *s); /* it is a support vector machine, which chooses them */
bool cupel_surrogate_is_class(const cupel_surrogate *s);
void cupel_surrogate_classes(const cupel_surrogate *s, double value[2]); /* smaller, larger */
double cupel_surrogate_class_threshold(const cupel_surrogate *s); /* of a class: probability from which the larger is said (calibrate.h) */
double cupel_surrogate_class_said(const cupel_surrogate *s, double probability); /* one of the two; NaN of NaN, and of a model of numbers */
const char *cupel_surrogate_learner(const cupel_surrogate *s);
const cupel_transform *cupel_surrogate_transform(const cupel_surrogate *s);
/* The path of penalties of an elastic net (net_path.h), NULL: none; and which column of the features its column j is. */
const struct cupel_net_path *cupel_surrogate_path(const cupel_surrogate *s);
size_t cupel_surrogate_path_column(const cupel_surrogate *s, size_t j);
/* Settings as used, "C=10,gamma=0.0076,epsilon=0.1". */
const char *cupel_surrogate_settings(const cupel_surrogate *s);
/* Out-of-fold predictions of the training rows, [n] each in training order (from fit or from the artifact): for parity and calibration
 * plots. */
typedef struct cupel_oof {
    size_t n;
    const double *value, *lower, *upper, *distance;
    const unsigned char *in_domain;
} cupel_oof;
cupel_oof cupel_surrogate_oof(const cupel_surrogate *s);

/* Under "surrogate/..." in an artifact. Load validates everything it reads: shapes, finiteness, indices. */
cupel_status cupel_surrogate_save(const cupel_surrogate *s, cupel_writer *w, cupel_err *err);
cupel_status cupel_surrogate_load(const cupel_reader *r, cupel_surrogate **s, cupel_err *err);

/* The list of learners (models/learn/list.c), for `cupel methods`, `cupel cite` and checks of a demand. */
const cupel_method *cupel_learner_method(size_t i);              /* NULL past the end */
const cupel_method *cupel_learner_find(const char *name);
/* CUPEL_USAGE with what there is: a learner that is not there, settings it does not know, a task it does not do. settings may be NULL. */
cupel_status cupel_learner_check(const char *name, const char *settings, cupel_task task, cupel_err *err);
/* CUPEL_USAGE: the learner takes no kernels, or the kernel cannot be read, or it takes no targets beside the one, which are asked for. */
cupel_status cupel_learner_check_kernel(const char *name, const char *kernel, bool beside, cupel_err *err);
/* CUPEL_USAGE: the learner takes no columns to be monotone in, or they cannot be read. */
cupel_status cupel_learner_check_monotone(const char *name, const char *monotone, cupel_err *err);

#endif
