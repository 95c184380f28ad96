/* Ensembles of trees: options, fitting on threads, and putting the trees together. */
#include "models/learn/trees_parts.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/math/order.h"
#include "core/sys/par.h"

#include <math.h>
#include <string.h>

enum { BOOST_BINS = 64, MOST_TREES = 100000, MOST_LEAVES = 4096 };

cupel_trees_options cupel_trees_defaults(cupel_trees_kind kind)
{
    bool boost = kind == CUPEL_BOOSTED_TREES;
    return (cupel_trees_options){.kind = kind, .trees = 500, .seeds = 1, .columns = boost ? 0.2 : kind == CUPEL_EXTRA_TREES ? 1 : 1 / 3.0, .leaf = 1,
                                 .depth = boost ? 20 : 0, .huber = 1, .rate = 0.05, .leaves = 31, .subsample = 0.8, .child_weight = 5, .lambda = 1,
                                 .quantile = 0.5};
}

static cupel_status outside(cupel_err *err, const char *name, double found, const char *expected)
{
    return cupel_fail(err, CUPEL_USAGE, "trees: %s is %g, expected %s", name, found, expected);
}

static cupel_status check(const cupel_trees_options *o, cupel_err *err)
{
    if (!o->trees || o->trees > MOST_TREES) return outside(err, "the number of trees", (double)o->trees, "1 to 100,000");
    if (!(o->columns > 0 && o->columns <= 1)) return outside(err, "the share of columns", o->columns, "above 0, at most 1");
    if (!o->leaf) return outside(err, "the least weight of a leaf", 0, "at least 1");
    if (!o->seeds || o->seeds > 1000 || (o->kind != CUPEL_BOOSTED_TREES && o->seeds != 1))
        return outside(err, "the number of seeds", (double)o->seeds, "1 to 1,000 for boosted trees, 1 for forests (give more trees)");
    if (o->monotone && (o->kind != CUPEL_BOOSTED_TREES || o->loss == CUPEL_LOSS_PINBALL))
        return cupel_fail(err, CUPEL_USAGE, "trees: monotone columns are for boosting, and not for the pinball loss (quantile)");
    if (o->kind != CUPEL_BOOSTED_TREES) return CUPEL_OK;
    if (!(o->huber > 0 && o->huber < 1e100)) return outside(err, "the d of the pseudo-Huber loss", o->huber, "above 0");
    if (!(o->quantile > 0 && o->quantile < 1)) return outside(err, "the quantile of the pinball loss", o->quantile, "above 0, below 1");
    if (!(o->rate > 0 && o->rate <= 1)) return outside(err, "the learning rate", o->rate, "above 0, at most 1");
    if (o->leaves < 2 || o->leaves > MOST_LEAVES) return outside(err, "the number of leaves", (double)o->leaves, "2 to 4,096");
    if (!(o->subsample > 0 && o->subsample <= 1)) return outside(err, "the share of rows", o->subsample, "above 0, at most 1");
    if (!(o->child_weight >= 0 && o->child_weight < 1e100)) return outside(err, "the child weight", o->child_weight, "0 or more");
    if (!(o->lambda >= 0 && o->lambda < 1e100)) return outside(err, "lambda", o->lambda, "0 or more");
    return CUPEL_OK;
}

/* ---- one tree ---- */

cupel_status cupel_tree_reserve(cupel_tree *t, size_t leaves, size_t rows, size_t n_beside, cupel_err *err)
{
    size_t nodes = 2 * leaves;
    *t = (cupel_tree){.cap = nodes, .node = cupel_alloc(nodes, sizeof *t->node), .value = cupel_alloc(nodes, sizeof *t->value),
                      .inner = cupel_alloc(nodes, sizeof *t->inner), .begin = cupel_alloc(nodes, sizeof *t->begin),
                      .end = cupel_alloc(nodes, sizeof *t->end), .depth = cupel_alloc(nodes, sizeof *t->depth),
                      .order = cupel_alloc(rows, sizeof *t->order), .n_beside = n_beside};
    if (n_beside) t->beside = cupel_alloc(cupel_mul(nodes, n_beside), sizeof *t->beside);
    if ((t->beside || !n_beside) && t->node && t->value && t->inner && t->begin && t->end && t->depth && t->order) return CUPEL_OK;
    cupel_tree_release(t);
    return cupel_no_memory(err, "a tree", cupel_mul(nodes, 28 + 4 * n_beside));
}

void cupel_tree_release(cupel_tree *t)
{
    cupel_free(t->node);
    cupel_free(t->value);
    cupel_free(t->inner);
    cupel_free(t->beside);
    cupel_free(t->begin);
    cupel_free(t->end);
    cupel_free(t->depth);
    cupel_free(t->order);
    *t = (cupel_tree){0};
}

void cupel_tree_leaf(cupel_tree *t, size_t i) { t->node[i] = cupel_tree_node_of(INFINITY, i, 0); }

size_t cupel_tree_split(cupel_tree *t, size_t i, size_t column, float at)
{
    size_t left = t->n;
    t->node[i] = cupel_tree_node_of(at, left, column);
    t->value[i] = t->inner[i] = 0;
    t->depth[left] = t->depth[left + 1] = t->depth[i] + 1;
    for (size_t k = 0; k < 2 && t->beside; k++)
        memcpy(t->beside + (left + k) * t->n_beside, t->beside + i * t->n_beside, t->n_beside * sizeof *t->beside);
    t->n += 2;
    return left;
}

/* ---- forests ---- */

/* A finished tree, no larger than it has to be. */
typedef struct kept {
    size_t n, m;
    cupel_tree_node *node;
    float *value, *inner, *beside;
    uint32_t *member, *leaf_first, *leaf_count;
    float *share;
} kept;

static void kept_release(kept *k)
{
    cupel_free(k->node);
    cupel_free(k->value);
    cupel_free(k->inner);
    cupel_free(k->beside);
    cupel_free(k->member);
    cupel_free(k->leaf_first);
    cupel_free(k->leaf_count);
    cupel_free(k->share);
    *k = (kept){0};
}

typedef struct planting {
    const cupel_trees_options *o;
    const cupel_trees_matrix *m;
    const cupel_job *job;
    cupel_forest_worker **worker; /* [threads] */
    cupel_tree *tree;             /* [threads] */
    kept *kept;                   /* [trees] */
    uint32_t *rank;               /* [n] of a row's target; NULL without keep_rows */
} planting;

static void *copy_of(const void *from, size_t n, size_t size)
{
    void *to = cupel_alloc(n, size);
    if (to) memcpy(to, from, n * size);
    return to;
}

static bool is_leaf(const cupel_tree_node *node, size_t i) { return cupel_tree_left(node[i]) == i; }

/* Who of the rows with the target sits in which leaf, leaf by leaf. */
static cupel_status keep_members(const planting *p, const cupel_forest_worker *w, const cupel_tree *t, kept *k, cupel_err *err)
{
    k->member = cupel_alloc(t->m, sizeof *k->member);
    k->share = cupel_alloc(t->m, sizeof *k->share);
    k->leaf_first = cupel_alloc(t->n, sizeof *k->leaf_first);
    k->leaf_count = cupel_alloc(t->n, sizeof *k->leaf_count);
    if (!k->member || !k->share || !k->leaf_first || !k->leaf_count) return cupel_no_memory(err, "the rows of leaves", t->m * 8);
    for (size_t i = 0; i < t->n; i++) {
        if (!is_leaf(t->node, i)) continue;
        double all = 0;
        for (uint32_t j = t->begin[i]; j < t->end[i]; j++)
            if (t->order[j] < p->m->n_known) all += cupel_forest_share(w, t->order[j]);
        k->leaf_first[i] = (uint32_t)k->m;
        for (uint32_t j = t->begin[i]; j < t->end[i]; j++) {
            if (t->order[j] >= p->m->n_known) continue;
            k->member[k->m] = p->rank[t->order[j]];
            k->share[k->m++] = (float)(cupel_forest_share(w, t->order[j]) / all);
        }
        k->leaf_count[i] = (uint32_t)k->m - k->leaf_first[i];
    }
    return CUPEL_OK;
}

static cupel_status plant(void *user, size_t i, size_t worker, cupel_err *err)
{
    planting *p = user;
    cupel_tree *t = &p->tree[worker];
    kept *k = &p->kept[i];
    if (!worker && cupel_stopped(p->job)) return cupel_fail(err, CUPEL_INTERRUPTED, "stopped while training; nothing was written, start again");
    if (!p->worker[worker]) {
        cupel_status st = cupel_forest_worker_new(p->m, p->o, p->job->isa, &p->worker[worker], err);
        if (st == CUPEL_OK) st = cupel_tree_reserve(t, p->m->n, p->m->n, p->m->n_beside, err);
        if (st != CUPEL_OK) return st;
    }
    cupel_forest_grow(p->worker[worker], i, t);
    k->n = t->n;
    k->node = copy_of(t->node, t->n, sizeof *t->node);
    k->value = copy_of(t->value, t->n, sizeof *t->value);
    k->inner = copy_of(t->inner, t->n, sizeof *t->inner);
    if (t->beside) k->beside = copy_of(t->beside, t->n * t->n_beside, sizeof *t->beside);
    if (!k->node || !k->value || !k->inner || (t->beside && !k->beside)) return cupel_no_memory(err, "a tree", t->n * 16);
    return p->rank ? keep_members(p, p->worker[worker], t, k, err) : CUPEL_OK;
}

static cupel_status rank_targets(const cupel_trees_matrix *m, cupel_trees *s, uint32_t **rank, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    const size_t n = m->n_known;
    size_t *order = cupel_alloc(n, sizeof *order);
    *rank = cupel_alloc(n, sizeof **rank);
    s->target = cupel_alloc(n, sizeof *s->target);
    s->row = cupel_alloc(n, sizeof *s->row);
    if (!order || !*rank || !s->target || !s->row) CUPEL_TRY(cupel_no_memory(err, "the order of the targets", n * 24));
    CUPEL_TRY(cupel_order(m->y, n, order, err));
    for (size_t i = 0; i < n; i++) {
        (*rank)[order[i]] = (uint32_t)i;
        s->row[i] = (uint32_t)order[i];
        s->target[i] = m->y[order[i]];
    }
    s->n_rows = n;
done:
    cupel_free(order);
    return st;
}

/* ---- together ---- */

static bool reserve_nodes(cupel_trees *s, size_t nodes, size_t members)
{
    s->node = cupel_alloc_aligned(nodes, sizeof *s->node);
    if (s->forest) s->inner = cupel_alloc_aligned(nodes, sizeof *s->inner);
    if (s->n_beside) s->beside = cupel_alloc_aligned(cupel_mul(nodes, s->n_beside), sizeof *s->beside);
    if (s->n_rows) {
        s->list = cupel_alloc(s->n_trees + 1, sizeof *s->list);
        s->member = cupel_alloc(members, sizeof *s->member);
        s->share = cupel_alloc(members, sizeof *s->share);
        s->leaf_first = cupel_alloc(nodes, sizeof *s->leaf_first);
        s->leaf_count = cupel_alloc(nodes, sizeof *s->leaf_count);
    }
    return s->node && (s->inner || !s->forest) && (s->beside || !s->n_beside) &&
           (!s->n_rows || (s->list && s->member && s->share && s->leaf_first && s->leaf_count));
}

static void drop_zeros(float **x, size_t n)
{
    for (size_t i = 0; *x && i < n; i++)
        if ((*x)[i] != 0) return;
    cupel_free(*x);
    *x = NULL;
}

static cupel_status join(kept *k, cupel_trees *s, cupel_err *err)
{
    size_t nodes = 0, members = 0;
    s->first = cupel_alloc(s->n_trees + 1, sizeof *s->first);
    if (!s->first) return cupel_no_memory(err, "a forest", s->n_trees * sizeof *s->first);
    for (size_t i = 0; i < s->n_trees; i++) {
        s->first[i] = nodes;
        nodes += k[i].n;
        members += k[i].m;
    }
    s->first[s->n_trees] = nodes;
    if (!reserve_nodes(s, nodes, members)) return cupel_no_memory(err, "a forest", cupel_mul(nodes, 24));
    members = 0;
    for (size_t i = 0; i < s->n_trees; i++) {
        for (size_t j = 0; j < k[i].n; j++)
            s->node[s->first[i] + j] = is_leaf(k[i].node, j) ? cupel_tree_leaf_of(k[i].value[j], j, s->d) : k[i].node[j];
        if (s->inner) memcpy(s->inner + s->first[i], k[i].inner, k[i].n * sizeof *s->inner);
        if (s->beside) memcpy(s->beside + s->first[i] * s->n_beside, k[i].beside, k[i].n * s->n_beside * sizeof *s->beside);
        if (s->n_rows) {
            memcpy(s->member + members, k[i].member, k[i].m * sizeof *s->member);
            memcpy(s->share + members, k[i].share, k[i].m * sizeof *s->share);
            memcpy(s->leaf_first + s->first[i], k[i].leaf_first, k[i].n * sizeof *s->leaf_first);
            memcpy(s->leaf_count + s->first[i], k[i].leaf_count, k[i].n * sizeof *s->leaf_count);
            s->list[i] = members;
            members += k[i].m;
        }
        kept_release(&k[i]);
    }
    if (s->n_rows) s->list[s->n_trees] = members;
    drop_zeros(&s->inner, nodes);
    return CUPEL_OK;
}

static cupel_status fit_forest(const cupel_trees_matrix *m, const cupel_trees_options *o, const cupel_job *job, kept *k, cupel_trees *s,
                               cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    size_t threads = job->threads < o->trees ? job->threads : o->trees;
    planting p = {.o = o, .m = m, .job = job, .kept = k, .worker = cupel_alloc(threads, sizeof *p.worker),
                  .tree = cupel_alloc(threads, sizeof *p.tree)};
    if (!p.worker || !p.tree) CUPEL_TRY(cupel_no_memory(err, "a forest", 0));
    if (o->keep_rows) CUPEL_TRY(rank_targets(m, s, &p.rank, err));
    CUPEL_TRY(cupel_par_for(threads, o->trees, plant, &p, err));
    s->factor = 1 / (double)o->trees;
done:
    for (size_t i = 0; i < threads; i++) {
        if (p.worker) cupel_forest_worker_free(p.worker[i]);
        if (p.tree) cupel_tree_release(&p.tree[i]);
    }
    cupel_free(p.worker);
    cupel_free(p.tree);
    cupel_free(p.rank);
    return st;
}

/* ---- boosting ---- */

typedef struct boosting {
    const cupel_trees_options *o;
    const cupel_trees_matrix *m;
    const cupel_job *job;
    kept *kept;   /* [seeds * trees] */
    double *base; /* [seeds] */
} boosting;

static cupel_status boost_seed(void *user, size_t seed, size_t worker, cupel_err *err)
{
    boosting *b = user;
    size_t n = b->o->trees;
    const cupel_job blind = {.threads = 1, .isa = b->job->isa}; /* only the thread that called asks whether to stop */
    cupel_tree *trees = cupel_alloc(n, sizeof *trees);
    if (!trees) return cupel_no_memory(err, "boosted trees", n * sizeof *trees);
    cupel_status st = cupel_boost_grow(b->m, b->o, seed, worker ? &blind : b->job, trees, &b->base[seed], err);
    for (size_t i = 0; i < n; i++) {
        kept *k = &b->kept[seed * n + i];
        *k = (kept){.n = trees[i].n, .node = trees[i].node, .value = trees[i].value};
        trees[i].node = NULL;
        trees[i].value = NULL;
        cupel_tree_release(&trees[i]);
    }
    cupel_free(trees);
    return st;
}

static cupel_status fit_boosted(const cupel_trees_matrix *m, const cupel_trees_options *o, const cupel_job *job, kept *k, cupel_trees *s,
                                cupel_err *err)
{
    boosting b = {.o = o, .m = m, .job = job, .kept = k, .base = cupel_alloc(o->seeds, sizeof *b.base)};
    if (!b.base) return cupel_no_memory(err, "boosted trees", 0);
    cupel_status st = cupel_par_for(job->threads, o->seeds, boost_seed, &b, err);
    s->factor = 1 / (double)o->seeds;
    for (size_t i = 0; i < o->seeds; i++) s->base += b.base[i] * s->factor;
    cupel_free(b.base);
    return st;
}

/* ---- all ---- */

cupel_status cupel_trees_fit(const cupel_trees_data *data, const cupel_trees_options *o, const cupel_job *job, cupel_trees **trees,
                             cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_trees_matrix m = {0};
    bool forest = o->kind != CUPEL_BOOSTED_TREES;
    size_t n_trees = o->trees * (forest ? 1 : o->seeds);
    kept *k = NULL;
    cupel_trees *s = NULL;
    CUPEL_TRY(check(o, err));
    if (data->n_beside && !forest)
        CUPEL_TRY(outside(err, "the number of targets beside", (double)data->n_beside, "0 for boosted trees, which learn one"));
    s = cupel_alloc(1, sizeof *s);
    k = cupel_alloc(n_trees, sizeof *k);
    if (!s || !k) CUPEL_TRY(cupel_no_memory(err, "a forest", n_trees * sizeof *k));
    *s = (cupel_trees){.n_trees = n_trees, .d = data->d, .forest = forest, .n_beside = data->n_beside};
    size_t bins = o->kind == CUPEL_EXTRA_TREES ? 0 : forest ? CUPEL_FOREST_BINS : BOOST_BINS;
    CUPEL_TRY(cupel_trees_matrix_make(data, forest, bins, job, &m, err));
    CUPEL_TRY(forest ? fit_forest(&m, o, job, k, s, err) : fit_boosted(&m, o, job, k, s, err));
    CUPEL_TRY(join(k, s, err));
    *trees = s;
    s = NULL;
done:
    for (size_t i = 0; k && i < n_trees; i++) kept_release(&k[i]);
    cupel_free(k);
    cupel_trees_matrix_release(&m);
    cupel_trees_free(s);
    return st;
}

void cupel_trees_free(cupel_trees *s)
{
    if (!s) return;
    cupel_free(s->first);
    cupel_free(s->node);
    cupel_free(s->inner);
    cupel_free(s->beside);
    cupel_free(s->target);
    cupel_free(s->row);
    cupel_free(s->list);
    cupel_free(s->member);
    cupel_free(s->share);
    cupel_free(s->leaf_first);
    cupel_free(s->leaf_count);
    cupel_free(s);
}

size_t cupel_trees_columns(const cupel_trees *s) { return s->d; }

size_t cupel_trees_beside(const cupel_trees *s) { return s->n_beside; }

size_t cupel_trees_count(const cupel_trees *s) { return s->n_trees; }

bool cupel_trees_forest(const cupel_trees *s) { return s->forest; }

bool cupel_trees_keep_rows(const cupel_trees *s) { return s->n_rows > 0; }

size_t cupel_trees_rows(const cupel_trees *s) { return s->n_rows; }

const cupel_tree_kernels *cupel_tree_kernels_of(cupel_isa isa)
{
#if defined(__x86_64__)
    if (isa == CUPEL_ISA_AVX512) return &cupel_trees_avx512;
    if (isa == CUPEL_ISA_AVX2) return &cupel_trees_avx2;
#else
    (void)isa;
#endif
    return &cupel_trees_plain;
}
