/* Rows down the trees: values, variances, and the weights that leaves give to training rows. */
#include "models/learn/trees_parts.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/math/stats.h"

#include <string.h>

enum { WEIGHED = 16 }; /* rows whose weights are found together */

typedef struct scratch {
    uint32_t *x;       /* [CUPEL_TREE_BLOCK][d + 1], as cupel_walk_rows */
    int32_t *across;   /* [d + 1][CUPEL_TREE_ACROSS] */
    uint32_t *at;      /* [CUPEL_TREE_BLOCK] */
    double *square;    /* [CUPEL_TREE_BLOCK] */
    double *weight;    /* [WEIGHED][n_rows] */
} scratch;

static size_t up(size_t n) { return (n + 63) / 64 * 64; }

static size_t x_bytes(const cupel_trees *t) { return up(CUPEL_TREE_BLOCK * (t->d + 1) * sizeof(uint32_t)); }

static size_t across_bytes(const cupel_trees *t) { return up(CUPEL_TREE_ACROSS * (t->d + 1) * sizeof(int32_t)); }

size_t cupel_trees_scratch_bytes(const cupel_trees *t)
{
    return x_bytes(t) + across_bytes(t) + up(CUPEL_TREE_BLOCK * sizeof(uint32_t)) + up(CUPEL_TREE_BLOCK * sizeof(double)) +
           up(WEIGHED * t->n_rows * sizeof(double));
}

static scratch scratch_of(const cupel_trees *t, void *memory)
{
    char *p = memory;
    scratch s = {.x = (void *)p};
    s.across = (void *)(p += x_bytes(t));
    s.at = (void *)(p += across_bytes(t));
    s.square = (void *)(p += up(CUPEL_TREE_BLOCK * sizeof(uint32_t)));
    s.weight = (void *)(p + up(CUPEL_TREE_BLOCK * sizeof(double)));
    return s;
}

static cupel_walk_rows load_block(const cupel_trees *t, const scratch *s, const cupel_tree_kernels *kernels, const cupel_query *b)
{
    kernels->load(b->x, b->ld, b->n, t->d, s->x, s->across);
    return (cupel_walk_rows){s->x, s->across, t->d + 1, (b->n + CUPEL_TREES_PAD - 1) / CUPEL_TREES_PAD * CUPEL_TREES_PAD};
}

/* The next tree comes into the cache while this one is walked, when there are rows enough to visit most of it. */
static void prefetch(const cupel_trees *t, size_t k, size_t n)
{
    if (k >= t->n_trees || n < CUPEL_TREE_BLOCK / 2) return;
    for (size_t i = t->first[k]; i < t->first[k + 1]; i += CUPEL_ALIGN / sizeof *t->node) __builtin_prefetch(t->node + i, 0, 2);
}

/* Sums over the trees in their order: of leaf values, and of their squares and inner variances. */
static void add_block(const cupel_trees *t, const scratch *s, const cupel_walk_rows *r, size_t n, const cupel_tree_kernels *kernels, double *value,
                      double *square)
{
    for (size_t i = 0; i < n; i++) value[i] = 0;
    for (size_t i = 0; square && i < n; i++) square[i] = 0;
    for (size_t k = 0; k < t->n_trees; k++) {
        const cupel_tree_node *node = t->node + t->first[k];
        prefetch(t, k + 1, n);
        kernels->walk(node, t->first[k + 1] - t->first[k], r, s->at);
        for (size_t i = 0; i < n; i++) value[i] += cupel_tree_leaf_value(node[s->at[i]]);
        if (!square) continue;
        for (size_t i = 0; i < n; i++) {
            double v = cupel_tree_leaf_value(node[s->at[i]]);
            square[i] += v * v + (t->inner ? t->inner[t->first[k] + s->at[i]] : 0);
        }
    }
}

void cupel_trees_predict(const cupel_trees *t, const cupel_query *rows, double *value, double *variance)
{
    const cupel_tree_kernels *kernels = cupel_tree_kernels_of(rows->isa);
    scratch s = scratch_of(t, rows->scratch);
    for (size_t from = 0; from < rows->n; from += CUPEL_TREE_BLOCK) {
        const cupel_query b = cupel_query_part(rows, from, CUPEL_TREE_BLOCK);
        double *v = value + from;
        const cupel_walk_rows r = load_block(t, &s, kernels, &b);
        add_block(t, &s, &r, b.n, kernels, v, variance && t->forest ? s.square : NULL);
        for (size_t i = 0; i < b.n; i++) v[i] = t->base + t->factor * v[i];
        for (size_t i = 0; variance && i < b.n; i++) {
            double spread = t->forest ? s.square[i] * t->factor - v[i] * v[i] : 0;
            variance[from + i] = spread > 0 ? spread : 0;
        }
    }
}

void cupel_trees_predict_beside(const cupel_trees *t, const cupel_query *rows, double *value)
{
    const cupel_tree_kernels *kernels = cupel_tree_kernels_of(rows->isa);
    const scratch s = scratch_of(t, rows->scratch);
    const size_t n = rows->n, m = t->n_beside;
    for (size_t i = 0; i < n * m; i++) value[i] = 0;
    for (size_t from = 0; m && from < n; from += CUPEL_TREE_BLOCK) {
        const cupel_query b = cupel_query_part(rows, from, CUPEL_TREE_BLOCK);
        const cupel_walk_rows r = load_block(t, &s, kernels, &b);
        for (size_t k = 0; k < t->n_trees; k++) {
            kernels->walk(t->node + t->first[k], t->first[k + 1] - t->first[k], &r, s.at);
            for (size_t i = 0; i < b.n; i++)
                for (size_t j = 0; j < m; j++) value[(from + i) * m + j] += (double)t->beside[(t->first[k] + s.at[i]) * m + j];
        }
    }
    for (size_t i = 0; i < n * m; i++) value[i] *= t->factor;
}

double cupel_trees_probability(double log_odds)
{
    return log_odds >= 0 ? 1 / (1 + cupel_exp(-log_odds)) : cupel_exp(log_odds) / (1 + cupel_exp(log_odds));
}

/* Weights of the training rows, by rank, for each of n <= WEIGHED rows of the block. */
static void weigh(const cupel_trees *t, const scratch *s, const cupel_walk_rows *rows, size_t n, const cupel_tree_kernels *kernels)
{
    memset(s->weight, 0, n * t->n_rows * sizeof *s->weight);
    for (size_t k = 0; k < t->n_trees; k++) {
        kernels->walk(t->node + t->first[k], t->first[k + 1] - t->first[k], rows, s->at);
        for (size_t r = 0; r < n; r++) {
            size_t leaf = t->first[k] + s->at[r], first = t->list[k] + t->leaf_first[leaf];
            for (uint32_t i = 0; i < t->leaf_count[leaf]; i++)
                s->weight[r * t->n_rows + t->member[first + i]] += t->share[first + i] * t->factor;
        }
    }
}

static cupel_status needs_rows(const cupel_trees *t, cupel_err *err)
{
    if (t->n_rows) return CUPEL_OK;
    return cupel_fail(err, CUPEL_USAGE, "trees: their leaves do not remember the training rows, which quantiles need; fit a forest with keep_rows");
}

/* The smallest target at which the weights reach each tau, up to the rounding of shares: once over the rows while tau rises. */
static void find_quantiles(const cupel_trees *t, const double *weight, const double *tau, size_t n_tau, double *q)
{
    double sum = 0;
    size_t i = 0, last = 0;
    for (size_t k = 0; k < n_tau; k++) {
        if (k && tau[k] < tau[k - 1]) sum = 0, i = last = 0;
        for (; i < t->n_rows && !(sum > 0 && sum >= tau[k] - 1e-7); i++) {
            if (!(weight[i] > 0)) continue;
            sum += weight[i];
            last = i;
        }
        q[k] = t->target[last];
    }
}

cupel_status cupel_trees_quantiles(const cupel_trees *t, const cupel_query *rows, const double *tau, size_t n_tau, double *q, cupel_err *err)
{
    cupel_status st = needs_rows(t, err);
    if (st != CUPEL_OK) return st;
    scratch s = scratch_of(t, rows->scratch);
    const cupel_tree_kernels *kernels = cupel_tree_kernels_of(rows->isa);
    for (size_t from = 0; from < rows->n; from += WEIGHED) {
        const cupel_query b = cupel_query_part(rows, from, WEIGHED);
        const cupel_walk_rows r = load_block(t, &s, kernels, &b);
        weigh(t, &s, &r, b.n, kernels);
        for (size_t i = 0; i < b.n; i++) find_quantiles(t, s.weight + i * t->n_rows, tau, n_tau, q + (from + i) * n_tau);
    }
    return CUPEL_OK;
}

cupel_status cupel_trees_weights(const cupel_trees *t, const double *x, cupel_isa isa, void *memory, double *w, cupel_err *err)
{
    cupel_status st = needs_rows(t, err);
    if (st != CUPEL_OK) return st;
    scratch s = scratch_of(t, memory);
    const cupel_tree_kernels *kernels = cupel_tree_kernels_of(isa);
    const cupel_walk_rows r = load_block(t, &s, kernels, &(cupel_query){.x = x, .ld = t->d, .n = 1});
    weigh(t, &s, &r, 1, kernels);
    for (size_t i = 0; i < t->n_rows; i++) w[t->row[i]] = s.weight[i];
    return CUPEL_OK;
}
