/* Trees in an artifact. Nodes lie level by level, so which of them are splits is all that has to be known of a tree's shape: the children of the
 * k-th split are nodes 2k + 1 and 2k + 2. What is read is checked before it is believed. */
#include "models/learn/trees_parts.h"

#include "core/base/err.h"
#include "core/base/mem.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { NAME = 128, MOST_BESIDE = 1000, FACTS = 7 };
static const float FARTHEST = 1e30f, LEAF = -1;

/* "<group>/<name>" in a buffer of NAME. */
static const char *path(char *to, const char *group, const char *name)
{
    snprintf(to, NAME, "%s/%s", group, name);
    return to;
}

static bool is_leaf(cupel_tree_node node, size_t i) { return cupel_tree_left(node) == i; }

/* ---- writing ---- */

static cupel_status put_floats(cupel_writer *w, const char *group, const char *name, const char *units, const char *what, size_t n,
                               const float *x, cupel_err *err)
{
    char to[NAME];
    return cupel_writer_put(w, path(to, group, name), units, what, CUPEL_F32, 1, &n, x, err);
}

static cupel_status save_members(const cupel_trees *t, const char *group, cupel_writer *w, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    char to[NAME];
    size_t nodes = t->first[t->n_trees], members = t->list[t->n_trees], leaves = 0;
    int64_t *row = cupel_alloc(t->n_rows, sizeof *row);
    float *member = cupel_alloc(members, sizeof *member), *count = cupel_alloc(nodes, sizeof *count);
    if (!row || !member || !count) CUPEL_TRY(cupel_no_memory(err, "the rows of leaves", members * 4));
    for (size_t i = 0; i < t->n_rows; i++) row[i] = t->row[i];
    for (size_t i = 0; i < members; i++) member[i] = (float)t->member[i];
    for (size_t k = 0; k < t->n_trees; k++)
        for (size_t i = t->first[k]; i < t->first[k + 1]; i++)
            if (is_leaf(t->node[i], i - t->first[k])) count[leaves++] = (float)t->leaf_count[i];
    CUPEL_TRY(cupel_writer_put(w, path(to, group, "target"), "scaled target", "targets of the training rows, increasing", CUPEL_F64, 1,
                               &t->n_rows, t->target, err));
    CUPEL_TRY(cupel_writer_put(w, path(to, group, "row"), "", "training row of each of these targets", CUPEL_I64, 1, &t->n_rows, row, err));
    CUPEL_TRY(put_floats(w, group, "leaf_rows", "", "training rows in each leaf, tree by tree, leaves in the order of the nodes", leaves, count,
                         err));
    CUPEL_TRY(put_floats(w, group, "member", "", "these rows, as places in 'target'", members, member, err));
    CUPEL_TRY(put_floats(w, group, "share", "", "their weight in the leaf, sum 1", members, t->share, err));
done:
    cupel_free(row);
    cupel_free(member);
    cupel_free(count);
    return st;
}

cupel_status cupel_trees_save(const cupel_trees *t, const char *group, cupel_writer *w, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    char to[NAME];
    size_t nodes = t->first[t->n_trees];
    double facts[FACTS] = {(double)t->d, t->forest, t->base, t->factor, t->inner != NULL, t->n_rows > 0, (double)t->n_beside};
    int64_t *count = cupel_alloc(t->n_trees, sizeof *count);
    float *column = cupel_alloc(nodes, sizeof *column), *at = cupel_alloc(nodes, sizeof *at);
    if (!count || !column || !at) CUPEL_TRY(cupel_no_memory(err, "trees to be written", nodes * 8));
    for (size_t k = 0; k < t->n_trees; k++) {
        count[k] = (int64_t)(t->first[k + 1] - t->first[k]);
        for (size_t i = t->first[k]; i < t->first[k + 1]; i++) {
            bool leaf = is_leaf(t->node[i], i - t->first[k]);
            column[i] = leaf ? LEAF : (float)cupel_tree_column(t->node[i]);
            at[i] = leaf ? cupel_tree_leaf_value(t->node[i]) : cupel_tree_at(t->node[i]);
        }
    }
    CUPEL_TRY(cupel_writer_put(w, path(to, group, "facts"), "", "columns; 1 for a forest, 0 for boosted trees; base and factor: a value is "
                               "base + factor * sum of leaves; 1 with 'inner'; 1 with the rows of leaves; targets beside",
                               CUPEL_F64, 1, (size_t[]){FACTS}, facts, err));
    CUPEL_TRY(cupel_writer_put(w, path(to, group, "nodes"), "", "nodes of each tree; level by level, children of the k-th split are "
                               "2k + 1 and 2k + 2",
                               CUPEL_I64, 1, &t->n_trees, count, err));
    CUPEL_TRY(put_floats(w, group, "column", "", "column a node splits, -1 for a leaf", nodes, column, err));
    CUPEL_TRY(put_floats(w, group, "at", "", "largest value that goes left, or what a leaf adds", nodes, at, err));
    if (t->inner) CUPEL_TRY(put_floats(w, group, "inner", "", "variance of the targets in a leaf", nodes, t->inner, err));
    if (t->beside)
        CUPEL_TRY(cupel_writer_put(w, path(to, group, "beside"), "scaled target", "means of the targets beside in each node", CUPEL_F32, 2,
                                   (size_t[]){nodes, t->n_beside}, t->beside, err));
    if (t->n_rows) CUPEL_TRY(save_members(t, group, w, err));
done:
    cupel_free(count);
    cupel_free(column);
    cupel_free(at);
    return st;
}

/* ---- reading ---- */

static cupel_status bad(cupel_err *err, const char *group, const char *name, const char *what)
{
    return cupel_fail(err, CUPEL_BAD_ARTIFACT, "model: '%s/%s' holds %s; train the model again", group, name, what);
}

/* Numbers [*n] from low to high; *n = SIZE_MAX takes what is there. */
static cupel_status get_floats(const cupel_reader *r, const char *group, const char *name, float low, float high, size_t *n, float **x,
                               cupel_err *err)
{
    char from[NAME];
    void *data = NULL;
    cupel_status st = cupel_reader_get(r, path(from, group, name), CUPEL_F32, 1, n, &data, err);
    if (st != CUPEL_OK) return st;
    *x = data;
    for (size_t i = 0; i < *n; i++)
        if (!((*x)[i] >= low && (*x)[i] <= high)) return bad(err, group, name, "a number that is not finite or out of its range");
    return CUPEL_OK;
}

static cupel_status load_facts(const cupel_reader *r, const char *group, size_t d, cupel_trees *t, bool *inner, bool *rows, cupel_err *err)
{
    char from[NAME];
    void *data = NULL;
    cupel_status st = cupel_reader_get(r, path(from, group, "facts"), CUPEL_F64, 1, (size_t[]){FACTS}, &data, err);
    if (st != CUPEL_OK) return st;
    const double *facts = data;
    bool usable = facts[0] == (double)d && d <= CUPEL_TREES_COLUMNS && (facts[1] == 0 || facts[1] == 1) && fabs(facts[2]) <= 1e100 &&
                  facts[3] > 0 && facts[3] <= 1 && (facts[4] == 0 || facts[4] == 1) && (facts[5] == 0 || facts[5] == facts[1]) &&
                  facts[6] >= 0 && facts[6] <= (facts[1] == 1 ? MOST_BESIDE : 0) && facts[6] == floor(facts[6]);
    *t = (cupel_trees){.d = d, .forest = facts[1] == 1, .base = facts[2], .factor = facts[3]};
    *inner = facts[4] == 1;
    *rows = facts[5] == 1;
    t->n_beside = usable ? (size_t)facts[6] : 0;
    cupel_free(data);
    return usable ? CUPEL_OK : bad(err, group, "facts", "numbers that no trees on these columns have");
}

/* Where each tree begins, from how many nodes it has. */
static cupel_status place_trees(cupel_trees *t, const int64_t *count, const char *group, cupel_err *err)
{
    t->first = cupel_alloc(t->n_trees + 1, sizeof *t->first);
    if (!t->first) return cupel_no_memory(err, "trees", t->n_trees * sizeof *t->first);
    if (!t->n_trees) return bad(err, group, "nodes", "no tree");
    for (size_t k = 0; k < t->n_trees; k++) {
        if (count[k] < 1 || count[k] >= 1 << (32 - CUPEL_TREE_COLUMN_BITS) || count[k] % 2 == 0)
            return bad(err, group, "nodes", "a number of nodes that no tree has");
        t->first[k + 1] = t->first[k] + (size_t)count[k];
    }
    return CUPEL_OK;
}

static cupel_status load_counts(const cupel_reader *r, const char *group, cupel_trees *t, cupel_err *err)
{
    char from[NAME];
    void *data = NULL;
    t->n_trees = SIZE_MAX;
    cupel_status st = cupel_reader_get(r, path(from, group, "nodes"), CUPEL_I64, 1, &t->n_trees, &data, err);
    if (st == CUPEL_OK) st = place_trees(t, data, group, err);
    cupel_free(data);
    return st;
}

/* Node i may only be there when an earlier split has it as a child: then children come after their parents and every walk ends. */
static bool build_tree(cupel_trees *t, size_t k, const float *column, const float *at)
{
    size_t first = t->first[k], n = t->first[k + 1] - first, known = 1;
    for (size_t i = 0; i < n; i++) {
        float c = column[first + i];
        if (i >= known || (c != LEAF && (c < 0 || c >= (float)t->d || c != floorf(c)))) return false;
        bool leaf = c == LEAF;
        t->node[first + i] = leaf ? cupel_tree_leaf_of(at[first + i], i, t->d) : cupel_tree_node_of(at[first + i], known, (size_t)c);
        known += leaf ? 0 : 2;
    }
    return known == n;
}

static cupel_status build_trees(cupel_trees *t, const float *column, const float *at, const char *group, cupel_err *err)
{
    const size_t nodes = t->first[t->n_trees];
    t->node = cupel_alloc_aligned(nodes, sizeof *t->node);
    if (!t->node) return cupel_no_memory(err, "trees", cupel_mul(nodes, sizeof *t->node));
    for (size_t k = 0; k < t->n_trees; k++)
        if (!build_tree(t, k, column, at)) return bad(err, group, "column", "a tree that is not whole, or a column that is not there");
    return CUPEL_OK;
}

static cupel_status load_nodes(const cupel_reader *r, const char *group, bool inner, cupel_trees *t, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    size_t nodes = t->first[t->n_trees];
    float *column = NULL, *at = NULL;
    CUPEL_TRY(get_floats(r, group, "column", LEAF, CUPEL_TREES_COLUMNS, &nodes, &column, err));
    CUPEL_TRY(get_floats(r, group, "at", -FARTHEST, FARTHEST, &nodes, &at, err));
    CUPEL_TRY(build_trees(t, column, at, group, err));
    if (inner) CUPEL_TRY(get_floats(r, group, "inner", 0, FARTHEST, &nodes, &t->inner, err));
done:
    cupel_free(column);
    cupel_free(at);
    return st;
}

cupel_status cupel_trees_assemble(const cupel_trees_parts *p, cupel_trees **out, cupel_err *err)
{
    static const char from[] = "trees";
    cupel_status st = CUPEL_OK;
    cupel_trees *t = cupel_alloc(1, sizeof *t);
    if (!t) return cupel_no_memory(err, "trees", sizeof *t);
    *t = (cupel_trees){.d = p->d, .n_trees = p->n_trees, .forest = p->forest, .base = p->base, .factor = p->factor};
    if (!p->d || p->d > CUPEL_TREES_COLUMNS) CUPEL_TRY(bad(err, from, "column", "more columns than a node can name"));
    CUPEL_TRY(place_trees(t, p->count, from, err));
    if (t->first[t->n_trees] != p->n_nodes) CUPEL_TRY(bad(err, from, "nodes", "another number of nodes than its trees have"));
    for (size_t i = 0; i < p->n_nodes; i++)
        if (!(fabsf(p->at[i]) <= FARTHEST)) CUPEL_TRY(bad(err, from, "at", "a number that is not finite or out of its range"));
    CUPEL_TRY(build_trees(t, p->column, p->at, from, err));
    *out = t;
    t = NULL;
done:
    cupel_trees_free(t);
    return st;
}

static cupel_status load_targets(const cupel_reader *r, const char *group, cupel_trees *t, cupel_err *err)
{
    char from[NAME];
    void *target = NULL, *row = NULL;
    cupel_status st = CUPEL_OK;
    size_t n = SIZE_MAX;
    CUPEL_TRY(cupel_reader_get(r, path(from, group, "target"), CUPEL_F64, 1, &n, &target, err));
    t->target = target;
    CUPEL_TRY(cupel_reader_get(r, path(from, group, "row"), CUPEL_I64, 1, &n, &row, err));
    t->row = cupel_alloc(n, sizeof *t->row);
    if (!t->row) CUPEL_TRY(cupel_no_memory(err, "trees", n * sizeof *t->row));
    if (!n || n > CUPEL_TREES_ROWS) CUPEL_TRY(bad(err, group, "target", "a number of rows that no forest has"));
    for (size_t i = 0; i < n; i++) {
        int64_t k = ((int64_t *)row)[i];
        if (!(fabs(t->target[i]) <= 1e100) || (i && t->target[i] < t->target[i - 1]))
            CUPEL_TRY(bad(err, group, "target", "a number that is not finite, or less than the one before it"));
        if (k < 0 || (uint64_t)k >= n) CUPEL_TRY(bad(err, group, "row", "a row that is not there"));
        t->row[i] = (uint32_t)k;
    }
    t->n_rows = n;
done:
    cupel_free(row);
    return st;
}

/* Where the rows of each leaf are, from how many each has; `count` [leaves]. */
static bool place_members(cupel_trees *t, const float *count, size_t leaves, size_t members)
{
    size_t l = 0, at = 0;
    for (size_t k = 0; k < t->n_trees; k++) {
        t->list[k] = at;
        for (size_t i = t->first[k]; i < t->first[k + 1]; i++) {
            if (!is_leaf(t->node[i], i - t->first[k])) continue;
            if (l >= leaves || count[l] < 1 || count[l] != floorf(count[l]) || at + (size_t)count[l] > members) return false;
            t->leaf_first[i] = (uint32_t)(at - t->list[k]);
            t->leaf_count[i] = (uint32_t)count[l];
            at += (size_t)count[l++];
        }
        if (at - t->list[k] > t->n_rows) return false;
    }
    t->list[t->n_trees] = at;
    return at == members && l == leaves;
}

static cupel_status load_members(const cupel_reader *r, const char *group, cupel_trees *t, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    size_t nodes = t->first[t->n_trees], members = SIZE_MAX, leaves = SIZE_MAX;
    float *member = NULL, *count = NULL;
    CUPEL_TRY(load_targets(r, group, t, err));
    CUPEL_TRY(get_floats(r, group, "leaf_rows", 1, CUPEL_TREES_ROWS, &leaves, &count, err));
    CUPEL_TRY(get_floats(r, group, "member", 0, (float)(t->n_rows - 1), &members, &member, err));
    CUPEL_TRY(get_floats(r, group, "share", 0, 1, &members, &t->share, err));
    t->list = cupel_alloc(t->n_trees + 1, sizeof *t->list);
    t->member = cupel_alloc(members, sizeof *t->member);
    t->leaf_first = cupel_alloc(nodes, sizeof *t->leaf_first);
    t->leaf_count = cupel_alloc(nodes, sizeof *t->leaf_count);
    if (!t->list || !t->member || !t->leaf_first || !t->leaf_count) CUPEL_TRY(cupel_no_memory(err, "trees", cupel_mul(nodes, 8)));
    for (size_t i = 0; i < members; i++) t->member[i] = (uint32_t)member[i];
    if (!place_members(t, count, leaves, members)) st = bad(err, group, "leaf_rows", "rows that are not those of the leaves");
done:
    cupel_free(member);
    cupel_free(count);
    return st;
}

static cupel_status load_beside(const cupel_reader *r, const char *group, cupel_trees *t, cupel_err *err)
{
    char from[NAME];
    void *data = NULL;
    size_t shape[2] = {t->first[t->n_trees], t->n_beside};
    cupel_status st = cupel_reader_get(r, path(from, group, "beside"), CUPEL_F32, 2, shape, &data, err);
    if (st != CUPEL_OK) return st;
    t->beside = data;
    for (size_t i = 0; i < shape[0] * shape[1]; i++)
        if (!(fabsf(t->beside[i]) <= FARTHEST)) return bad(err, group, "beside", "a number that is not finite or out of its range");
    return CUPEL_OK;
}

cupel_status cupel_trees_load(const cupel_reader *r, const char *group, size_t d, cupel_trees **out, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    bool inner = false, rows = false;
    cupel_trees *t = cupel_alloc(1, sizeof *t);
    if (!t) return cupel_no_memory(err, "trees", sizeof *t);
    CUPEL_TRY(load_facts(r, group, d, t, &inner, &rows, err));
    CUPEL_TRY(load_counts(r, group, t, err));
    CUPEL_TRY(load_nodes(r, group, inner, t, err));
    if (t->n_beside) CUPEL_TRY(load_beside(r, group, t, err));
    if (rows) CUPEL_TRY(load_members(r, group, t, err));
done:
    if (st == CUPEL_OK)
        *out = t;
    else
        cupel_trees_free(t);
    return st;
}
