/* Rows that share leaves with others which the trees need not remember. */
#include "models/learn/trees_parts.h"

#include "core/base/err.h"
#include "core/base/mem.h"


/* Rows as a walk wants them, block by block of CUPEL_TREE_BLOCK. */
typedef struct loaded {
    size_t n, ld;
    uint32_t *key;    /* [blocks][CUPEL_TREE_BLOCK][ld] */
    int32_t *across;  /* [blocks][ld][CUPEL_TREE_ACROSS] */
    uint32_t *at;     /* [blocks][CUPEL_TREE_BLOCK] leaves in the tree at hand */
} loaded;

static void release(loaded *l)
{
    cupel_free(l->key);
    cupel_free(l->across);
    cupel_free(l->at);
}

/* Rows x [n][columns]. */
static cupel_status load(const cupel_trees *t, const cupel_tree_kernels *kernels, const double *x, size_t n, loaded *l, cupel_err *err)
{
    const size_t blocks = n / CUPEL_TREE_BLOCK + 1, ld = t->d + 1;
    *l = (loaded){.n = n, .ld = ld};
    l->key = cupel_alloc_aligned(cupel_mul(blocks * CUPEL_TREE_BLOCK, ld), sizeof *l->key);
    l->across = cupel_alloc_aligned(cupel_mul(blocks * CUPEL_TREE_ACROSS, ld), sizeof *l->across);
    l->at = cupel_alloc_aligned(blocks * CUPEL_TREE_BLOCK, sizeof *l->at);
    if (!l->key || !l->across || !l->at) return cupel_no_memory(err, "rows of trees", cupel_mul(2 * blocks * CUPEL_TREE_BLOCK, ld * sizeof *l->key));
    for (size_t from = 0, b = 0; from < n; from += CUPEL_TREE_BLOCK, b++)
        kernels->load(x + from * t->d, t->d, n - from < CUPEL_TREE_BLOCK ? n - from : CUPEL_TREE_BLOCK, t->d, l->key + b * CUPEL_TREE_BLOCK * ld,
                      l->across + b * CUPEL_TREE_ACROSS * ld);
    return CUPEL_OK;
}

static void walk(const cupel_trees *t, const cupel_tree_kernels *kernels, size_t tree, const loaded *l)
{
    for (size_t from = 0, b = 0; from < l->n; from += CUPEL_TREE_BLOCK, b++) {
        const size_t n = l->n - from < CUPEL_TREE_BLOCK ? l->n - from : CUPEL_TREE_BLOCK;
        const cupel_walk_rows rows = {l->key + b * CUPEL_TREE_BLOCK * l->ld, l->across + b * CUPEL_TREE_ACROSS * l->ld, l->ld,
                                      (n + CUPEL_TREES_PAD - 1) / CUPEL_TREES_PAD * CUPEL_TREES_PAD};
        kernels->walk(t->node + t->first[tree], t->first[tree + 1] - t->first[tree], &rows, l->at + from);
    }
}

cupel_status cupel_trees_near(const cupel_trees *t, const cupel_compared *rows, cupel_isa isa, double share, double *near, cupel_err *err)
{
    const size_t m = rows->m, n = rows->n;
    const cupel_tree_kernels *kernels = cupel_tree_kernels_of(isa);
    loaded mine = {0}, theirs = {0};
    cupel_status st = CUPEL_OK;
    CUPEL_TRY(load(t, kernels, rows->x, m, &mine, err));
    CUPEL_TRY(load(t, kernels, rows->known, n, &theirs, err));
    for (size_t tree = 0; tree < t->n_trees; tree++) {
        walk(t, kernels, tree, &mine);
        walk(t, kernels, tree, &theirs);
        for (size_t i = 0; i < m; i++) {
            size_t together = 0;
            for (size_t r = 0; r < n; r++) together += theirs.at[r] == mine.at[i];
            for (size_t r = 0; together && r < n; r++)
                if (theirs.at[r] == mine.at[i]) near[i * n + r] += share / ((double)t->n_trees * (double)together);
        }
    }
done:
    release(&mine);
    release(&theirs);
    return st;
}
