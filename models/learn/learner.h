/* What a learner is to the surrogate: one const struct per file, one line in list.c. It sees scaled rows and gives an expansion, a weighted
 * sum of kernel values over training rows or of columns, or a model of its own (own.h). Tuning, intervals, domain and files are common to all
 * (surrogate.c). */
#ifndef CUPEL_MODELS_LEARN_LEARNER_H
#define CUPEL_MODELS_LEARN_LEARNER_H

#include "core/cupel.h"
#include "core/matter/method.h"
#include "core/sys/job.h"
#include "models/learn/kernel_tree.h"
#include "models/learn/machine.h"
#include "models/learn/own.h"

enum { CUPEL_LEARNER_PARAMS = 16 }; /* a learner has at most as many */

/* Values of other targets, known beside the one that is learned, of the same rows or of more. */
typedef struct cupel_beside {
    size_t n, n_targets;   /* values; targets beside the one */
    const double *x;       /* [n][d] as the rows of the problem */
    const double *y;       /* [n], of each target mean 0 and variance 1 */
    const size_t *target;  /* [n] 1 .. n_targets */
    const size_t *group;   /* [n] a value is never used where rows of its group are held out */
} cupel_beside;

/* The training rows as a learner sees them. */
typedef struct cupel_problem {
    size_t n, d;
    const double *x;       /* [n][d], columns of mean 0 and variance 1 (times the learner's relevance), cut at CUPEL_FARTHEST unless uncut */
    const double *y;       /* [n], mean 0 and variance 1; classes -1 and +1 */
    bool is_class;
    double typical;        /* median squared distance between two rows */
    uint64_t seed;         /* of learners that draw lots */
    bool uncut;            /* x goes beyond CUPEL_FARTHEST; distances are taken of what is cut (cupel_scale_cut) */
    bool trial;            /* settings are being compared, or errors looked at: a smaller ensemble does, the least effort of a whole fit */
    const cupel_job *job;
    const size_t *fraction; /* [n_fractions] columns that are atomic fractions of elements */
    size_t n_fractions;
    const size_t *plain;    /* [n_plain] columns of the first kind of descriptor and of none (numbers of a table) */
    size_t n_plain;
    const size_t *table;    /* [n_table] columns of the table itself, as conditions and treatments */
    size_t n_table;
    double y_mean, y_sd;   /* the target is y_mean + y_sd y in its unit, for words */
    bool may_mix;          /* its models may know rows at one shared value (own.h) */
    double seconds;        /* budget of a learner that works in units; 0: none */
    bool *cut;             /* a job that is stopped ends such a learner with the units done, and this is made true; NULL: it fails */
    const char *kernel;    /* of a learner that takes a tree of kernels (kernel_tree.h); NULL */
    const signed char *monotone; /* [d] of a learner that takes them: 1, -1 for columns with which values may only rise, only fall; NULL: none */
    const cupel_groups *groups; /* what names of columns stand for; NULL: there are no names */
    const int64_t *kept;   /* [d] which of groups->d columns the columns of x are */
    const size_t *group;   /* [n]; NULL: every row is one of its own */
    const cupel_beside *beside; /* NULL: none */
} cupel_problem;

/* A solution: value(x) = bias + sum_i coef[i] k(x, x[row[i]]), or bias + sum_j coef[j] x_j. */
typedef struct cupel_fitted {
    size_t n;              /* >= 1 */
    size_t *row;           /* [n] increasing; NULL for a sum over columns */
    double *coef;          /* [n] */
    double bias;
    double *triangle;      /* [n][n] lower W: |W k(x)|^2 (or |W x|^2) is what the training rows know of x; NULL when there is none */
    cupel_own *own;        /* a model of its own; row are then points for the domain and coef 0. NULL */
} cupel_fitted;

void cupel_fitted_release(cupel_fitted *f);

/* What one fit is given: some rows of the problem, settings without NaN, and what prepare made. */
typedef struct cupel_fit_task {
    const cupel_problem *problem;
    const void *prepared;
    const double *setting;
    const size_t *row;     /* [n] increasing */
    size_t n;
    size_t threads;        /* that this fit may use */
} cupel_fit_task;

/* A parameter that tuning chooses. Stages follow one another; the axes of one stage are tried in all combinations, the others stay at the
 * best so far (at first: start). */
typedef struct cupel_axis {
    size_t param;          /* index into method.params */
    int stage;
    bool relative;         /* values multiply the best so far */
    size_t n;
    double value[8];
    double worth;          /* share by which the loss has to fall for a candidate of this stage to be taken */
} cupel_axis;

/* What the trees of a hurdle say: nothing by itself, the log odds or the votes that a row is not at the shared value, the target or its logarithm
 * where it is not. */
typedef enum cupel_term_step { CUPEL_STEP_NONE, CUPEL_STEP_ODDS, CUPEL_STEP_VOTES, CUPEL_STEP_OTHERS, CUPEL_STEP_LOGARITHM } cupel_term_step;

/* Trees whose predictions, times weight, are added up. column [columns of the trees]: which of the scaled columns they see; NULL: all. */
typedef struct cupel_term {
    const struct cupel_trees *trees;
    double weight;
    const size_t *column;
    cupel_term_step step;
    double offset;             /* of a step OTHERS: what the trees leave out of the scaled target */
} cupel_term;

/* A model as a sum, of which each term can be explained by itself; or, where it is no sum, the trees that it asks. A term of weight 0 is asked, but
 * what it says is not added up. */
enum { CUPEL_TERMS = 64 };
typedef struct cupel_terms {
    size_t n;
    cupel_term term[CUPEL_TERMS];
    double share;              /* 1: they are the whole value; else the weight that they have in it; 0: the value is no sum of them */
    double shared;             /* of a hurdle: the shared value, scaled target */
    bool votes;                /* the sum is the mean of votes -1 and 1, the value the log odds of that */
} cupel_terms;

/* What the methods of all learners say in the same words. */
#define CUPEL_LEARNER_SAYS .kind = "learner", .scale = "any", .input = "columns"
#define CUPEL_NUMBER_OR_CHANCE "a number, unit of the target, or the probability of the second class"

struct cupel_net_path; /* net_path.h */

typedef struct cupel_learner {
    cupel_method method;
    bool regression, classes;  /* the tasks it can do */
    bool kernel;               /* an expansion over rows; else over columns */
    bool variance;             /* its triangle gives the spread of a prediction */
    const cupel_own_kind *own; /* what its models are when they are not expansions; kernel is then true, kernel_of NULL */
    bool uncut;                /* its own models know no distances: they see columns beyond CUPEL_FARTHEST (scale.h) as they are */
    void (*terms)(const void *model, cupel_terms *terms); /* of its own model; n stays 0 where it asks no trees. NULL: never any */
    bool kernels;              /* takes a tree of kernels */
    bool monotone;             /* takes columns with which values only rise or fall */
    bool slow;                 /* tuning takes seconds even of few rows: it is done once (nested.h) */
    bool beside;               /* takes other targets beside */
    const cupel_axis *axes;    /* ended by n = 0 */
    /* Factors on the scaled columns, [d] > 0, that are found before anything else from all rows; NULL: none. Later x holds the columns times them. */
    cupel_status (*relevance)(const cupel_problem *p, uint64_t seed, double *factor, cupel_err *err);
    /* Where tuning begins for the parameters that are NaN. */
    void (*start)(const cupel_problem *p, double *setting);
    /* The kernel of these settings; NULL for a sum over columns. */
    void (*kernel_of)(const double *setting, cupel_kernel *kernel, double *gamma);
    /* What all fits with this kernel share (a matrix of kernel values); uses the job's threads. Before libsvm or BLAS is called
     * it checks that the memory is there for itself and for as many fits at once as there are threads. NULL: the fits share nothing. */
    cupel_status (*prepare)(const cupel_problem *p, const double *setting, void **prepared, cupel_err *err);
    void (*release)(void *prepared); /* NULL: there is nothing to release */
    /* On the task's threads. */
    cupel_status (*fit)(const cupel_fit_task *t, cupel_fitted *out, cupel_err *err);
    /* A learner that looks at its own rows out of fold: a model on all rows, and what it says of each row without the row's fold, value [n] and
     * error [n] as predict would, mixture [n] where the model is mixed. fold [n] 0 .. n_folds - 1. setting is what was used, afterwards. Uses the
     * job's threads. NULL: fold by fold, by fit. */
    cupel_status (*fit_whole)(const cupel_problem *p, const size_t *fold, size_t n_folds, double *setting, void **model, double *value, double *error,
                              cupel_spiked *mixture, cupel_err *err);
    /* What tuning makes small instead of the error out of fold, on all rows of the task; NULL: the error out of fold. On one thread. */
    cupel_status (*evidence)(const cupel_fit_task *t, double *loss, cupel_err *err);
    /* What the model could have been at other penalties, found once when it is there; folds as in fit_whole. NULL: there is nothing to show. */
    cupel_status (*path)(const cupel_problem *p, const size_t *fold, size_t n_folds, const double *setting, struct cupel_net_path *path,
                         cupel_err *err);
} cupel_learner;

/* For a learner with a model of its own: takes the model (freed when this fails too), chooses the points of the domain from the task's rows. */
cupel_status cupel_fitted_own(const cupel_fit_task *t, const cupel_own_kind *kind, void *model, cupel_fitted *out, cupel_err *err);
/* The same for trees, whose kind is cupel_own_trees. */
struct cupel_trees;
cupel_status cupel_fitted_trees(const cupel_fit_task *t, struct cupel_trees *trees, cupel_fitted *out, cupel_err *err);
void cupel_trees_terms(const void *model, cupel_terms *terms); /* of that kind */
/* The points alone, without a model. */
cupel_status cupel_fitted_points(const cupel_fit_task *t, cupel_fitted *out, cupel_err *err);
/* prepare and release of a learner that may have neither; prepared is NULL then. */
cupel_status cupel_learner_prepare(const cupel_learner *l, const cupel_problem *p, const double *setting, void **prepared, cupel_err *err);
void cupel_learner_release(const cupel_learner *l, void *prepared);

extern const cupel_learner *const cupel_learners[]; /* NULL-ended, in the order of `cupel methods` */
const cupel_learner *cupel_learner_named(const char *name);

#endif
