/* One row through one tree, depth first. Each player on the path has z, the share of the background that its splits so far let through, and o, 1
 * while the row itself passes them all; at a point t it contributes the factor z (1 - t) + o t. `product` holds the product of the factors of a
 * node's path, `sum` the products of the leaves below times their values. An edge that turns (z0, o0) of its player into (z1, o1) adds
 *     sum below times ((o1 - z1) / factor1 - (o0 - z0) / factor0)
 * to the player: along a path these steps leave the term of the last one. */
#include "models/learn/kernels/shapley.h"

enum { LANES = CUPEL_SHAPLEY_LANES };

/* 1 / (z (1 - t) + o t) at the points from `at` on. */
static inline void inverse(const cupel_shapley_walk *w, size_t at, double zero, double one, double *restrict out)
{
    if (!(one > 0))
        for (size_t q = 0; q < LANES; q++) out[q] = w->rest[at + q] * (1 / zero);
    else if (zero < 1)
        for (size_t q = 0; q < LANES; q++) out[q] = 1 / (zero * (1 - w->at[at + q]) + w->at[at + q]);
    else
        for (size_t q = 0; q < LANES; q++) out[q] = 1;
}

/* What an edge from (zero0, one0) to (zero1, one1) makes of the product of its path, and its step. */
static inline void pass(const cupel_shapley_walk *w, size_t at, double zero0, double one0, double zero1, double one1, const double *restrict above,
                        double *restrict product, double *restrict edge)
{
    double r0[LANES], r1[LANES];
    inverse(w, at, zero0, one0, r0);
    inverse(w, at, zero1, one1, r1);
    for (size_t q = 0; q < LANES; q++) {
        const double factor = zero1 * (1 - w->at[at + q]) + one1 * w->at[at + q];
        product[q] = above[at + q] * factor * r0[q];
        edge[q] = (one1 - zero1) * r1[q] - (one0 - zero0) * r0[q];
    }
}

static inline double total(const double *part)
{
    return ((part[0] + part[4]) + (part[1] + part[5])) + ((part[2] + part[6]) + (part[3] + part[7]));
}

static inline void go_down(const cupel_shapley_walk *w, size_t level, double zero1, double one1)
{
    const cupel_shapley_step *s = &w->step[level];
    const double *above = w->product + (level - 1) * w->points;
    double *product = w->product + level * w->points, *edge = w->edge + level * w->points, *sum = w->sum + level * w->points;
    for (size_t at = 0; at < w->points; at += LANES) {
        pass(w, at, s->zero, s->one, zero1, one1, above, product + at, edge + at);
        for (size_t q = 0; q < LANES; q++) sum[at + q] = 0;
    }
}

/* Down to a leaf of this value and up again. */
static inline void touch(const cupel_shapley_walk *w, size_t level, double value, uint32_t player, double zero0, double one0, double zero1,
                         double one1)
{
    const double *above = w->product + level * w->points;
    double *sum = w->sum + level * w->points, part[LANES] = {0}, product[LANES], edge[LANES];
    for (size_t at = 0; at < w->points; at += LANES) {
        pass(w, at, zero0, one0, zero1, one1, above, product, edge);
        for (size_t q = 0; q < LANES; q++) {
            product[q] *= value;
            part[q] += product[q] * edge[q];
            sum[at + q] += product[q];
        }
    }
    w->phi[player] += total(part);
}

static inline void go_up(const cupel_shapley_walk *w, size_t level)
{
    double *above = w->sum + (level - 1) * w->points, part[LANES] = {0};
    const double *edge = w->edge + level * w->points, *sum = w->sum + level * w->points;
    for (size_t at = 0; at < w->points; at += LANES)
        for (size_t q = 0; q < LANES; q++) {
            part[q] += sum[at + q] * edge[at + q];
            above[at + q] += sum[at + q];
        }
    w->phi[w->step[level].player] += total(part);
}

/* A child of a node into the level below; false when it is done: a leaf, or a place where neither the row nor the background comes. */
static inline bool enter(const cupel_shapley_walk *w, size_t level, cupel_tree_node node, uint32_t right)
{
    const cupel_shapley_step *s = &w->step[level];
    const uint32_t player = w->player[cupel_tree_column(node)], child = cupel_tree_left(node) + right;
    const bool here = (node < w->x[cupel_tree_column(node)]) == (right != 0);
    const double zero = w->zero[player], one = w->one[player];
    const double all = w->cover[s->node], share = all > 0 ? w->cover[child] / all : player != w->known ? 0.5 : here;
    const double zero1 = zero * share, one1 = here ? one : 0;
    if (!(zero1 > 0) && !(one1 > 0)) return false;
    if (cupel_tree_left(w->node[child]) == child) {
        touch(w, level, (double)cupel_tree_leaf_value(w->node[child]), player, zero, one, zero1, one1);
        return false;
    }
    w->step[level + 1] = (cupel_shapley_step){.node = child, .player = player, .zero = zero, .one = one};
    w->zero[player] = zero1;
    w->one[player] = one1;
    go_down(w, level + 1, zero1, one1);
    return true;
}

void WALK(const cupel_shapley_walk *w)
{
    size_t level = 0;
    w->step[0] = (cupel_shapley_step){0};
    for (size_t q = 0; q < w->points; q++) w->product[q] = w->weight[q], w->sum[q] = 0;
    for (;;) {
        cupel_shapley_step *s = &w->step[level];
        const cupel_tree_node node = w->node[s->node];
        const bool leaf = cupel_tree_left(node) == s->node;
        if (!leaf && s->tried < 2) {
            level += enter(w, level, node, s->tried++);
            continue;
        }
        for (size_t q = 0; leaf && q < w->points; q++)
            w->sum[level * w->points + q] = (double)cupel_tree_leaf_value(w->node[s->node]) * w->product[level * w->points + q];
        if (!level) return;
        go_up(w, level);
        w->zero[s->player] = s->zero;
        w->one[s->player] = s->one;
        level--;
    }
}
