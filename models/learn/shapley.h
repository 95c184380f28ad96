/* Exact Shapley values of trees: what each player, a column or a group of columns, adds to a prediction. Both games are those of TreeSHAP (Lundberg
 * et al. 2020, doi:10.1038/s42256-019-0138-9) with groups as players, against rows that stand for "not known", the background:
 *
 *   PATH    what the trees say when only some columns are known: at a split on another column both sides count by the share of the background that
 *           goes there, half and half where none comes. Costs about trees nodes points a row, whatever the background; points is half the
 *           players on a path.
 *   PAIRS   the mean over the background of what the trees say of a row whose other columns come from that row. Costs the background times the
 *           nodes that can be reached by taking each column from either row.
 *
 * In both the values of a row add up to its prediction less the base, the mean prediction of the background. PATH is found without subsets: with
 * z the share of the background and o 0 or 1 for each player on the path to a leaf of value v, its Shapley value is
 *     v (o_i - z_i) integral from 0 to 1 of product over j != i of (z_j (1 - t) + o_j t) dt,
 * a polynomial, for which Gauss-Legendre points are exact; all its terms are positive, so nothing cancels. */
#ifndef CUPEL_MODELS_LEARN_SHAPLEY_H
#define CUPEL_MODELS_LEARN_SHAPLEY_H

#include "models/learn/trees.h"

typedef enum cupel_shapley_kind { CUPEL_SHAPLEY_PATH, CUPEL_SHAPLEY_PAIRS } cupel_shapley_kind;

typedef struct cupel_shapley_options {
    cupel_shapley_kind kind;
    const size_t *player;   /* [columns] the player of each column, below n_players; NULL: each column plays by itself */
    size_t n_players;       /* with player */
    bool last_known;        /* columns of the last player are equal in the background and in every row: it is no question and gets 0 */
    const double *x;        /* the background [n][ld], finite */
    size_t ld, n;           /* n >= 1 */
} cupel_shapley_options;

typedef struct cupel_shapley cupel_shapley;

/* The trees must outlive it. CUPEL_USAGE: no background, a player out of range; CUPEL_NO_RESOURCE. */
cupel_status cupel_shapley_new(const cupel_trees *trees, const cupel_shapley_options *o, const cupel_job *job, cupel_shapley **s, cupel_err *err);
void cupel_shapley_free(cupel_shapley *s); /* NULL-safe */

double cupel_shapley_base(const cupel_shapley *s);

/* value [n][n_players] of rows x [n][ld], unit of the prediction (boosting with log loss: log odds). On the job's threads; the same bytes for any
 * number of them and any instruction set. CUPEL_NO_RESOURCE, CUPEL_INTERRUPTED. */
cupel_status cupel_shapley_run(const cupel_shapley *s, const double *x, size_t ld, size_t n, const cupel_job *job, double *value, cupel_err *err);

#endif
