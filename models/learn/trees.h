/* Ensembles of decision trees: extremely randomised trees (Geurts et al. 2006, doi:10.1007/s10994-006-6226-1), random forests (Breiman 2001,
 * doi:10.1023/A:1010933404324) and gradient boosting on binned columns (Friedman 2001, doi:10.1214/aos/1013203451).
 *
 * For learners, stacks and any caller with a matrix: rows of doubles, optional weights, optional choice of rows; no scaling is needed. Columns are
 * looked at as float32, clipped to +-1e30. Gradients are whole numbers while splits are searched: sums have no rounding, so the same data, options
 * and seed give the same trees for any number of threads and any instruction set. A prediction depends on the trees and the row only. */
#ifndef CUPEL_MODELS_LEARN_TREES_H
#define CUPEL_MODELS_LEARN_TREES_H

#include "core/cupel.h"
#include "core/io/artifact.h"
#include "core/sys/job.h"
#include "models/learn/query.h"

typedef enum cupel_trees_kind { CUPEL_EXTRA_TREES, CUPEL_RANDOM_FOREST, CUPEL_BOOSTED_TREES } cupel_trees_kind;

/* With residual r = y - f: r^2/2; d^2 (sqrt(1 + (r/d)^2) - 1); -log of the probability of the class, y 0 or 1, f its log odds; tau r above 0 and
 * (tau - 1) r below, smallest at the conditional quantile tau (Koenker, Bassett 1978, doi:10.2307/1913643). */
typedef enum cupel_trees_loss { CUPEL_LOSS_SQUARED, CUPEL_LOSS_PSEUDO_HUBER, CUPEL_LOSS_LOG, CUPEL_LOSS_PINBALL } cupel_trees_loss;

typedef struct cupel_trees_options {
    cupel_trees_kind kind;
    size_t trees;         /* 1 .. 100,000; of each seed */
    size_t seeds;         /* boosting: ensembles whose mean is taken; forests: 1 */
    double columns;       /* share of the columns, above 0 to 1: tried at each split (forests), used by each tree (boosting); at least one */
    size_t leaf;          /* forests: least weight of a leaf, the mean row weighs 1 */
    size_t depth;         /* most splits above a leaf; 0: no limit */
    uint64_t seed;
    bool keep_rows;       /* forests: leaves remember their rows, for cupel_trees_quantiles */
    cupel_trees_loss loss; /* boosting, as all below */
    double huber;         /* d of the pseudo-Huber loss, unit of y, > 0 */
    double quantile;      /* tau of the pinball loss, above 0 and below 1 */
    /* [columns] 1: a prediction never falls as this column rises, -1: never rises; 0: either. NULL: none. Splits that go the other way are not made,
     * and what leaves add is kept within bounds that every split on such a column halves for the leaves below (as in XGBoost and LightGBM). Not with
     * the pinball loss. */
    const signed char *monotone;
    double rate;          /* learning rate */
    size_t leaves;        /* of a tree, 2 .. 4096; the leaf that gains most is split next */
    double subsample;     /* share of the rows that each tree sees */
    double child_weight;  /* least sum of second derivatives in a leaf */
    double lambda;        /* added to that sum where it divides */
} cupel_trees_options;

/* Forests: 500 trees, all columns (extra) or a third of them, leaf 1. Boosting: 500 trees at rate 0.05, 31 leaves, depth 20, a fifth of the columns,
 * subsample 0.8, child weight 5, lambda 1, squared loss, quantile 0.5. Seed 0. */
cupel_trees_options cupel_trees_defaults(cupel_trees_kind kind);

/* What trees are fitted to. */
typedef struct cupel_trees_data {
    size_t n, d, ld;       /* rows in use, columns, doubles from row to row of x (>= d) */
    const double *x;       /* finite */
    const double *y;       /* finite; classes 0 and 1: forests then give the probability of 1 */
    const double *weight;  /* >= 0, not all 0; NULL: all 1 */
    const size_t *row;     /* [n] which rows of x, y, weight and beside; NULL: 0 .. n - 1 */
    /* Forests of several targets (trees_several.h): other targets that share the trees with the first. */
    size_t n_beside;       /* 0: none. Else y may be NaN in the last of the rows in use, which are learned from for these alone */
    const double *beside;  /* [][n_beside] by row; NaN: not known */
} cupel_trees_data;

typedef struct cupel_trees cupel_trees;

/* On the job's threads. CUPEL_USAGE: an option out of its range, boosting of several targets; CUPEL_BAD_INPUT: no row with weight, none with the
 * first target, more than 4,095 columns or 500,000 rows; CUPEL_NO_RESOURCE; CUPEL_INTERRUPTED. Costs about trees n columns log n, for each target. */
cupel_status cupel_trees_fit(const cupel_trees_data *data, const cupel_trees_options *options, const cupel_job *job, cupel_trees **trees,
                             cupel_err *err);
void cupel_trees_free(cupel_trees *trees); /* NULL-safe */

size_t cupel_trees_columns(const cupel_trees *trees);
size_t cupel_trees_count(const cupel_trees *trees);
bool cupel_trees_keep_rows(const cupel_trees *trees);
bool cupel_trees_forest(const cupel_trees *trees); /* a mean of trees, not a sum */

/* Bytes of scratch that one thread needs for predictions and quantiles, aligned to 64. */
size_t cupel_trees_scratch_bytes(const cupel_trees *trees);

/* Rows into value [n]: the mean (forests), the target (boosting) or the log odds (log loss; cupel_trees_probability). variance [n] or
 * NULL: of the distribution that the forest's weights give the row (0 for boosting). Safe from many threads, each with its own scratch. */
void cupel_trees_predict(const cupel_trees *trees, const cupel_query *rows, double *value, double *variance);
double cupel_trees_probability(double log_odds);
/* The same of the targets beside, value [n][cupel_trees_beside]: means of their rows in the leaf, or in the nearest node above it that has any. */
size_t cupel_trees_beside(const cupel_trees *trees);
void cupel_trees_predict_beside(const cupel_trees *trees, const cupel_query *rows, double *value);

/* Conditional quantiles by forest weights (Meinshausen 2006, JMLR 7, 983): the smallest known target at which the weights of the rows that share
 * leaves with this one reach tau[k], 0 < tau < 1. q [n][n_tau]. Needs keep_rows: CUPEL_USAGE without. About n_trees + n training rows a row. */
cupel_status cupel_trees_quantiles(const cupel_trees *trees, const cupel_query *rows, const double *tau, size_t n_tau, double *q, cupel_err *err);
/* The weights themselves, w [training rows with the first target] in the order of the data given to fit, sum 1. Needs keep_rows. */
cupel_status cupel_trees_weights(const cupel_trees *trees, const double *x, cupel_isa isa, void *scratch, double *w, cupel_err *err);
size_t cupel_trees_rows(const cupel_trees *trees); /* training rows; 0 without keep_rows */

/* Rows, and others that they are compared with. */
typedef struct cupel_compared {
    const double *x;     /* [m][d] */
    size_t m;
    const double *known; /* [n][d] */
    size_t n, d;
} cupel_compared;

/* The same weights for known rows that the trees need not remember, a tree sharing 1 / trees among those in the leaf of a row: adds `share` times
 * them to near [m][n]; d is the columns of the trees. Sum 1 where every leaf holds one of the rows. CUPEL_NO_RESOURCE. */
cupel_status cupel_trees_near(const cupel_trees *trees, const cupel_compared *rows, cupel_isa isa, double share, double *near, cupel_err *err);

/* Trees that were made elsewhere. Nodes tree by tree, each tree level by level: the children of its k-th split are its nodes 2k + 1 and 2k + 2. */
typedef struct cupel_trees_parts {
    size_t d, n_trees, n_nodes;
    int64_t *count;       /* [n_trees] nodes of each tree */
    float *column;        /* [n_nodes] column a node splits, -1 for a leaf */
    float *at;            /* [n_nodes] largest value that goes left, or what a leaf adds */
    double base, factor;  /* a value is base + factor * sum of leaves */
    bool forest;
} cupel_trees_parts;

/* CUPEL_BAD_ARTIFACT for trees that are not whole, columns that are not there and numbers that are not finite. */
cupel_status cupel_trees_assemble(const cupel_trees_parts *parts, cupel_trees **trees, cupel_err *err);

float cupel_tree_value(double x); /* as trees see it: float32, clipped */

/* Under "<group>/..." in an artifact. Load checks all it reads: a tree that is not whole, a column that is not there and numbers that are not
 * finite are CUPEL_BAD_ARTIFACT; nodes are stored level by level, so that no file can make a walk go round. d: columns as the model says. */
cupel_status cupel_trees_save(const cupel_trees *trees, const char *group, cupel_writer *w, cupel_err *err);
cupel_status cupel_trees_load(const cupel_reader *r, const char *group, size_t d, cupel_trees **trees, cupel_err *err);

#endif
