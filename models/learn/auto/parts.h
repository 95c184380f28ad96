/* What the automatic model is made of; shared by models/learn/auto. */
#ifndef CUPEL_MODELS_LEARN_AUTO_PARTS_H
#define CUPEL_MODELS_LEARN_AUTO_PARTS_H

#include "models/learn/auto/auto.h"
#include "models/learn/calibrate.h"
#include "models/learn/own.h"
#include "models/learn/trees.h"

enum { CUPEL_AUTO_MEMBERS = 64, CUPEL_AUTO_QUANTILES = 19 }; /* quantiles at 5 %, 10 %, ... 95 % */
enum { CUPEL_AUTO_REPEATED = 2 }; /* with those that stand there several times, a list holds at most so many times the columns that there are */

extern const double cupel_auto_taus[CUPEL_AUTO_QUANTILES];

/* What a member predicts. */
typedef enum cupel_auto_role {
    CUPEL_AUTO_VALUE,     /* the target; of a class its probability */
    CUPEL_AUTO_ABOVE,     /* hurdle: the probability that the target is above its lowest value */
    CUPEL_AUTO_AMOUNT,    /* hurdle: the target where it is above */
    CUPEL_AUTO_STACK,     /* the target, from columns and what members say */
    CUPEL_AUTO_ERROR      /* the absolute error of all that */
} cupel_auto_role;

typedef enum cupel_auto_columns {
    CUPEL_AUTO_ALL,
    CUPEL_AUTO_FRACTIONS, /* atomic fractions of the elements that occur, and the table's own columns */
    CUPEL_AUTO_PLAIN,     /* the first kind of descriptor and the table's own columns */
    CUPEL_AUTO_COLUMN_SETS
} cupel_auto_columns;

/* What learns. */
typedef enum cupel_auto_machine { CUPEL_AUTO_TREES, CUPEL_AUTO_SMOOTH } cupel_auto_machine;

/* A unit of work as it is planned. */
typedef struct cupel_auto_unit {
    const char *name;           /* static */
    cupel_auto_role role;
    cupel_auto_columns columns;
    cupel_auto_machine machine;
    bool lengths;               /* a kernel machine: a length for every column */
    bool logarithm;             /* learns log(1 + (y - lowest) / scale) */
    bool quantiles;             /* a forest whose median is the value, and whose quantiles shape the hurdle */
    cupel_trees_options trees;  /* huber: in standard deviations of what is learned */
} cupel_auto_unit;

/* What a unit has learned: one of the two. */
typedef struct cupel_auto_learned {
    cupel_trees *trees;
    cupel_own *own;
} cupel_auto_learned;

/* A trained unit. */
typedef struct cupel_auto_member {
    cupel_auto_unit unit;
    cupel_auto_learned learned; /* on all rows */
    cupel_sigmoid sigmoid;      /* of a kernel machine that gives a probability */
    double *oof;                /* [n] out of fold; NULL after loading */
    double *once;               /* [n] the same by the first partition alone: as one model says it, not the mean of several; NULL after loading */
    double weight;              /* in the blend of its role */
    double loss, seconds;
} cupel_auto_member;

struct cupel_auto {
    bool is_class, hurdle;
    size_t d;                   /* columns that come in */
    size_t n_columns[CUPEL_AUTO_COLUMN_SETS]; /* by cupel_auto_columns */
    size_t *column[CUPEL_AUTO_COLUMN_SETS];          /* [n_columns] which of the d, some of them several times */
    double lowest, highest, scale; /* of the targets; scale: median above the lowest */
    size_t n_members;
    cupel_auto_member member[CUPEL_AUTO_MEMBERS];
    double loss;    /* of all together, out of fold */
};

/* What the plan looks at. */
typedef struct cupel_auto_facts {
    size_t n, n_fractions;
    bool plain;                 /* there are columns of the first kind of descriptor, and others */
    bool is_class, trial;
    double lowest_share;        /* of rows at the lowest target */
    double skew;                /* (95 % - 50 %) / (50 % - 5 %) of the targets */
} cupel_auto_facts;

/* The units in the order in which they are worked off; at most CUPEL_AUTO_MEMBERS. *least: how many any model needs. */
size_t cupel_auto_plan(const cupel_auto_facts *f, uint64_t seed, cupel_auto_unit *unit, size_t *least);


/* A matrix to learn from: columns side by side with extra ones. */
typedef struct cupel_auto_matrix {
    size_t d, ld;
    const double *x;
} cupel_auto_matrix;

/* Learns `m->unit` from the rows for which use [n] is not 0 (NULL: all) and y [n], out of fold into m->oof for every row (the mean over the
 * partitions) and m->once (the first), and on all of them into m->learned. quantile [n][CUPEL_AUTO_QUANTILES] of the first partition, or NULL. */
cupel_status cupel_auto_train(const cupel_auto_data *data, const cupel_auto_matrix *x, const unsigned char *use, const double *y,
                              const cupel_job *job, cupel_auto_member *m, double *quantile, cupel_err *err);

/* Trees or a machine; o: the unit's options with `huber` in the unit of y. On the job's threads; between trees it is asked to stop. */
cupel_status cupel_auto_learn(const cupel_auto_unit *u, const cupel_trees_options *o, const cupel_trees_data *data, const cupel_job *job,
                              cupel_auto_learned *out, cupel_err *err);
void cupel_auto_forget(cupel_auto_learned *l);
void cupel_auto_drop(cupel_auto_member *m);       /* all that a member holds */
void cupel_auto_drop_words(cupel_auto_member *m); /* what it said out of fold */
size_t cupel_auto_learned_bytes(const cupel_auto_learned *l); /* scratch, aligned to 64 */
/* What it says of the rows as it comes out: of boosting with the log loss and of trees for classes a probability, of a machine its value. */
void cupel_auto_raw(const cupel_auto_learned *l, const cupel_auto_unit *u, const cupel_query *rows, double *value);
/* Does the unit give a probability? */
bool cupel_auto_is_chance(const cupel_auto_unit *u, bool is_class);

double cupel_auto_to(const cupel_auto *a, const cupel_auto_unit *u, double y);     /* what the unit learns of a target */
double cupel_auto_from(const cupel_auto *a, const cupel_auto_unit *u, double t);   /* and back */

/* The median of a mixture: lowest with probability 1 - above, else the amount with the shape of quantile [CUPEL_AUTO_QUANTILES]. */
double cupel_auto_median(double above, double amount, const double *quantile);

/* The whole mixture from what the members of the first level say; quantile [CUPEL_AUTO_QUANTILES]. */
void cupel_auto_mixture(const cupel_auto *a, const double *value, const double *quantile, cupel_spiked *m);

/* Sum over the members of a role of weight times value [CUPEL_AUTO_MEMBERS], one number per member. */
double cupel_auto_blend_of(const cupel_auto *a, cupel_auto_role role, const double *value);
/* Standard deviation over members of the roles that predict the target (or the amount). */
double cupel_auto_disagreement(const cupel_auto *a, const double *value);
/* All together from what the members of the first level say. *above: 1 without a hurdle. */
double cupel_auto_together(const cupel_auto *a, const double *value, const double *quantile, double *above);

/* Members which [m] -> prior [m]: half the second level on fractions, half the extremely randomised trees on them, which few rows have to argue
 * against. *share: 1, or a half where a member of the first level on other columns does as well as such trees: then there may be more in the columns
 * than which elements there are. False when there is no such pair. */
bool cupel_auto_prior(const cupel_auto *a, const size_t *which, size_t m, double *prior, double *share);
/* Does a second level learn from member j, which stands before it? One on fractions only from members on fractions. */
bool cupel_auto_feeds(const cupel_auto *a, size_t j, const cupel_auto_unit *u);
/* Extra columns behind those of unit k: of a second level what members before it say; of the errors value, disagreement and above. */
size_t cupel_auto_extra(const cupel_auto *a, size_t k, const cupel_auto_unit *u);

#endif
