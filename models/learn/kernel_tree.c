#include "models/learn/kernel_tree.h"

#include "core/base/err.h"
#include "core/base/mem.h"

#include <string.h>

void cupel_ktree_release(cupel_ktree *tree)
{
    for (size_t i = 0; i < tree->n; i++) cupel_free(tree->node[i].column);
    *tree = (cupel_ktree){0};
}

cupel_status cupel_ktree_copy(const cupel_ktree *tree, cupel_ktree *copy, cupel_err *err)
{
    *copy = *tree;
    for (size_t i = 0; i < tree->n; i++) copy->node[i].column = NULL;
    for (size_t i = 0; i < tree->n; i++) {
        const cupel_node *k = &tree->node[i];
        if (!k->column) continue;
        copy->node[i].column = cupel_alloc(k->n_columns, sizeof *k->column);
        if (!copy->node[i].column) {
            cupel_ktree_release(copy);
            return cupel_no_memory(err, "a kernel", k->n_columns * sizeof *k->column);
        }
        memcpy(copy->node[i].column, k->column, k->n_columns * sizeof *k->column);
    }
    return CUPEL_OK;
}

/* ---- columns and parameters ---- */

static cupel_status too_many(const cupel_node *k, size_t n, cupel_err *err)
{
    if (k->kind == CUPEL_NODE_PERIODIC && n != 1)
        return cupel_fail(err, CUPEL_USAGE, "kernel: periodic(%s) sees %zu columns, expected one; write a product of several", k->group, n);
    if (k->kind == CUPEL_NODE_TASKS && n >= CUPEL_TREE_TASKS)
        return cupel_fail(err, CUPEL_USAGE, "kernel: tasks(%s) has %zu columns, expected fewer than %d", k->group, n, (int)CUPEL_TREE_TASKS);
    return CUPEL_OK;
}

/* in [d] for all the names of a group. */
static cupel_status find_names(const cupel_node *k, const cupel_groups *groups, bool *in, cupel_err *err)
{
    char name[CUPEL_TREE_GROUP];
    for (const char *p = k->group; *p;) {
        size_t n = strcspn(p, ",");
        memcpy(name, p, n);
        name[n] = '\0';
        cupel_err why = {0};
        cupel_status st = groups->find(groups->user, name, in, &why);
        if (st != CUPEL_OK) return cupel_fail(err, st, "kernel: %s", why.message);
        p += n + (p[n] == ',');
    }
    for (size_t j = 0; !*k->group && j < groups->d; j++) in[j] = true;
    return CUPEL_OK;
}

static cupel_status bind_node(cupel_node *k, const cupel_groups *groups, const int64_t *kept, size_t n_kept, bool *in, cupel_err *err)
{
    size_t asked = 0;
    memset(in, 0, groups->d * sizeof *in);
    cupel_status st = find_names(k, groups, in, err);
    if (st != CUPEL_OK) return st;
    k->column = cupel_alloc(n_kept, sizeof *k->column);
    if (!k->column) return cupel_no_memory(err, "columns of a kernel", n_kept * sizeof *k->column);
    for (size_t j = 0; j < n_kept; j++)
        if (in[kept ? (size_t)kept[j] : j]) k->column[k->n_columns++] = j;
    for (size_t j = 0; j < groups->d; j++) asked += in[j];
    if (!k->n_columns)
        return cupel_fail(err, CUPEL_BAD_INPUT,
                          "kernel: of the %zu columns of '%s' none differs between training rows and from all columns before it; leave this kernel "
                          "out",
                          asked, *k->group ? k->group : "all");
    return too_many(k, k->n_columns, err);
}

cupel_status cupel_ktree_bind(cupel_ktree *tree, const cupel_groups *groups, const int64_t *kept, size_t n_kept, size_t n_targets, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    bool *in = cupel_alloc(groups->d, sizeof *in);
    if (!in) return cupel_no_memory(err, "columns of a kernel", groups->d);
    for (size_t i = 0; i < tree->n; i++) {
        cupel_node *k = &tree->node[i];
        bool none = !cupel_node_leaf(k) || k->kind == CUPEL_NODE_CONSTANT || k->kind == CUPEL_NODE_WHITE ||
                    (k->kind == CUPEL_NODE_TASKS && !*k->group);
        if (!none) CUPEL_TRY(bind_node(k, groups, kept ? kept : NULL, kept ? n_kept : groups->d, in, err));
        if (k->kind == CUPEL_NODE_TASKS) k->n_tasks = k->n_columns ? k->n_columns + 1 : n_targets;
    }
    cupel_ktree_layout(tree);
done:
    cupel_free(in);
    return st;
}

/* Does this factor or term bring a variance of its own? */
static bool has_variance(const cupel_ktree *t, const cupel_node *k)
{
    if (k->kind == CUPEL_NODE_SUM || k->kind == CUPEL_NODE_CONSTANT || k->kind == CUPEL_NODE_TASKS) return true;
    for (size_t c = k->kind == CUPEL_NODE_PRODUCT ? k->child : SIZE_MAX; c != SIZE_MAX; c = t->node[c].next)
        if (has_variance(t, &t->node[c])) return true;
    return false;
}

static size_t parameters(const cupel_node *k)
{
    switch (k->kind) {
    case CUPEL_NODE_RBF:
    case CUPEL_NODE_MATERN32:
    case CUPEL_NODE_MATERN52: return k->each ? k->n_columns : 1;
    case CUPEL_NODE_PERIODIC: return 2;
    case CUPEL_NODE_CONSTANT: return 1;
    case CUPEL_NODE_TASKS: return k->n_tasks * (k->rank + 1);
    case CUPEL_NODE_SUM:
    case CUPEL_NODE_PRODUCT:
    case CUPEL_NODE_LINEAR:
    case CUPEL_NODE_WHITE: break;
    }
    return 0;
}

static void give_variance(cupel_ktree *t, size_t node)
{
    cupel_node *k = &t->node[node];
    if (!has_variance(t, k)) k->amplitude = t->n_theta++;
}

/* A factor of noise: what tasks share there says nothing, each has a variance. */
static bool beside_white(const cupel_ktree *t, size_t node)
{
    for (size_t p = 0; p < t->n; p++) {
        bool here = false, white = false;
        for (size_t c = t->node[p].kind == CUPEL_NODE_PRODUCT ? t->node[p].child : SIZE_MAX; c != SIZE_MAX; c = t->node[c].next) {
            here |= c == node;
            white |= t->node[c].kind == CUPEL_NODE_WHITE;
        }
        if (here && white) return true;
    }
    return false;
}

void cupel_ktree_layout(cupel_ktree *t)
{
    t->n_theta = 0;
    give_variance(t, t->root);
    for (size_t i = 0; i < t->n; i++) {
        cupel_node *k = &t->node[i];
        for (size_t c = k->kind == CUPEL_NODE_SUM ? k->child : SIZE_MAX; c != SIZE_MAX; c = t->node[c].next) give_variance(t, c);
        if (k->kind == CUPEL_NODE_TASKS) k->rank = beside_white(t, i) ? 0 : k->n_tasks < 4 ? 1 : 2;
        k->at = t->n_theta;
        k->n = parameters(k);
        t->n_theta += k->n;
    }
}
