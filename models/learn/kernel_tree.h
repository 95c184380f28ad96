/* The covariance of a Gaussian process as a tree: sums and products of simple kernels, each over a group of columns.
 *
 *   matern52(composition)*rbf(temperature) + linear + white
 *
 * A name is a simple kernel, what stands behind it in parentheses the columns that it sees: names joined by commas, in quotes where they hold other
 * signs than letters, digits, '_', '-' and spaces; without, all columns. With r the distance of two rows over the length l, which is learned
 * (rbf_each, matern52_each: one for every column):
 *   rbf       exp(-r^2 / 2)
 *   matern32  (1 + s) exp(-s), s = sqrt(3) r
 *   matern52  (1 + s + s^2 / 3) exp(-s), s = sqrt(5) r
 *   periodic  exp(-2 sin^2(pi r / p) / l^2) of one column, r its difference, period p and l learned
 *   linear    x x' / number of columns
 *   constant  1
 *   white     1 for a row with itself, else 0: noise
 *   tasks W W' + diag(v), of the tasks of the two rows (intrinsic coregionalisation: Bonilla, Chai, Williams, NIPS 2007); the columns say which
 *   of
 *             them is above 0, and so the categories of a text column are tasks; without columns the task is that of the target
 * Each term of a sum has a variance of its own that is learned, unless a factor brings one (constant, tasks, a sum). A tree without noise gets it.
 * (Rasmussen, Williams 2006, chapter 4, doi:10.7551/mitpress/3206.001.0001; Duvenaud et al., ICML 2013.) */
#ifndef CUPEL_MODELS_LEARN_KERNEL_TREE_H
#define CUPEL_MODELS_LEARN_KERNEL_TREE_H

#include "core/base/str.h"
#include "core/cupel.h"

enum { CUPEL_TREE_NODES = 32, CUPEL_TREE_DEPTH = 8, CUPEL_TREE_TEXT = 1000, CUPEL_TREE_GROUP = 160, CUPEL_TREE_TASKS = 64 };

typedef enum cupel_node_kind {
    CUPEL_NODE_SUM,
    CUPEL_NODE_PRODUCT,
    CUPEL_NODE_RBF,
    CUPEL_NODE_MATERN32,
    CUPEL_NODE_MATERN52,
    CUPEL_NODE_PERIODIC,
    CUPEL_NODE_LINEAR,
    CUPEL_NODE_CONSTANT,
    CUPEL_NODE_WHITE,
    CUPEL_NODE_TASKS
} cupel_node_kind;

typedef struct cupel_node {
    cupel_node_kind kind;
    bool each;                 /* a length for every column */
    size_t child, next;        /* the first child; the next child of the parent; SIZE_MAX: none */
    size_t place;              /* in the text, from 1 */
    char group[CUPEL_TREE_GROUP]; /* names of columns joined by commas, unquoted; "": all */
    size_t *column;            /* [n_columns] once bound */
    size_t n_columns;
    size_t n_tasks, rank;      /* of TASKS; rank 0 in a product with WHITE: a variance for each */
    size_t amplitude;          /* of theta: the logarithm of the variance; SIZE_MAX: 1 */
    size_t at, n;              /* its other parameters in theta */
} cupel_node;

/* {0} is empty. */
typedef struct cupel_ktree {
    size_t n, root, n_theta;
    cupel_node node[CUPEL_TREE_NODES];
} cupel_ktree;

/* CUPEL_USAGE with the place, what was found and what was expected. With `tasks` the tree is made to tell targets apart: one that does not gets
 * its sum times tasks, and noise for each task. */
cupel_status cupel_ktree_parse(const char *text, bool tasks, cupel_ktree *tree, cupel_err *err);
void cupel_ktree_release(cupel_ktree *tree);
cupel_status cupel_ktree_copy(const cupel_ktree *tree, cupel_ktree *copy, cupel_err *err);

/* Which columns has this name? in [d] is set for them. CUPEL_USAGE when there are none. */
typedef struct cupel_groups {
    cupel_status (*find)(void *user, const char *name, bool *in, cupel_err *err);
    void *user;
    size_t d;               /* columns there are */
    const char *const *name; /* [n] groups that a search tries; NULL: all columns alone */
    const bool *category;   /* [n] the categories of a text */
    size_t n;
} cupel_groups;
/* Columns of every node, then the places of the parameters. n_targets: tasks of the target. kept [n_kept]: which of the d columns the rows hold
 * (those that vary); NULL: all. CUPEL_USAGE for a name without columns, CUPEL_BAD_INPUT for a group of which none is kept. */
cupel_status cupel_ktree_bind(cupel_ktree *tree, const cupel_groups *groups, const int64_t *kept, size_t n_kept, size_t n_targets, cupel_err *err);
/* The places of the parameters, for columns and n_tasks that are set. */
void cupel_ktree_layout(cupel_ktree *tree);

/* The name of a column or group as it stands in a kernel, quoted where it must be; false: it cannot stand there. */
bool cupel_ktree_quote(const char *name, cupel_str *s);
/* As it was written, in one form; reads back as the same tree. */
void cupel_ktree_text(const cupel_ktree *tree, cupel_str *s);
/* With what was learned: "0.81 matern52(composition; length 3.2) + 0.04 white". */
void cupel_ktree_words(const cupel_ktree *tree, const double *theta, cupel_str *s);

static inline bool cupel_node_stationary(const cupel_node *k)
{
    return k->kind == CUPEL_NODE_RBF || k->kind == CUPEL_NODE_MATERN32 || k->kind == CUPEL_NODE_MATERN52;
}
static inline bool cupel_node_leaf(const cupel_node *k) { return k->kind != CUPEL_NODE_SUM && k->kind != CUPEL_NODE_PRODUCT; }

/* The task of a row for this node: its first column above 0, the one behind the last when there is none; without columns that of the target. */
static inline size_t cupel_node_task(const cupel_node *k, const double *x, size_t target)
{
    size_t t = 0;
    if (!k->n_columns) return target;
    while (t < k->n_columns && !(x[k->column[t]] > 0)) t++;
    return t;
}

#endif
