#include "models/learn/gp_tree.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "models/learn/scale.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Logarithms of lengths and variances, and what tasks share: more is no kernel that was learned. */
static const double MOST = 300;

typedef struct path {
    char text[96];
} path;

static path at(const char *group, const char *name)
{
    path p;
    snprintf(p.text, sizeof p.text, "%s/%s", group, name);
    return p;
}

/* The columns of all nodes in a row, and how many each has. */
static cupel_status put_columns(const cupel_ktree *t, const char *group, cupel_writer *w, cupel_err *err)
{
    size_t total = 0, count = t->n;
    cupel_status st = CUPEL_OK;
    int64_t *column, counts[CUPEL_TREE_NODES];
    for (size_t i = 0; i < t->n; i++) total += t->node[i].n_columns;
    column = cupel_alloc(total, sizeof *column);
    if (!column) return cupel_no_memory(err, "columns of a kernel", total * sizeof *column);
    for (size_t i = 0, k = 0; i < t->n; i++) {
        counts[i] = (int64_t)t->node[i].n_columns;
        for (size_t c = 0; c < t->node[i].n_columns; c++) column[k++] = (int64_t)t->node[i].column[c];
    }
    CUPEL_TRY(cupel_writer_put(w, at(group, "column_counts").text, "", "columns of each node of the kernel, in the order of its text", CUPEL_I64, 1,
                               &count, counts, err));
    CUPEL_TRY(cupel_writer_put(w, at(group, "columns").text, "", "scaled columns of the nodes, one after the other", CUPEL_I64, 1, &total, column,
                               err));
done:
    cupel_free(column);
    return st;
}

static cupel_status put_text(const char *name, const char *description, const cupel_str *s, cupel_writer *w, cupel_err *err)
{
    const char *text = cupel_str_text(s);
    if (s->failed) return cupel_no_memory(err, "a kernel", 0);
    return cupel_writer_put(w, name, "", description, CUPEL_TEXT, 1, (size_t[]){1}, &text, err);
}

static cupel_status put_kernel(const cupel_gp_tree *g, const char *group, cupel_writer *w, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_str text = {0}, words = {0};
    cupel_ktree_text(&g->tree, &text);
    cupel_ktree_words(&g->tree, g->theta, &words);
    size_t targets = 1;
    for (size_t i = 0; i < g->tree.n; i++)
        if (g->tree.node[i].kind == CUPEL_NODE_TASKS && !g->tree.node[i].n_columns) targets = g->tree.node[i].n_tasks;
    CUPEL_TRY(put_text(at(group, "kernel").text, "the kernel as a tree", &text, w, err));
    CUPEL_TRY(put_text(at(group, "learned").text, "the kernel with what was learned", &words, w, err));
    CUPEL_TRY(put_columns(&g->tree, group, w, err));
    CUPEL_TRY(cupel_writer_put(w, at(group, "targets").text, "", "targets that were learned together", CUPEL_I64, 1, (size_t[]){1},
                               &(int64_t){(int64_t)targets}, err));
    CUPEL_TRY(cupel_writer_put(w, at(group, "parameters").text, "", "logarithms of variances and lengths, and what tasks share", CUPEL_F64, 1,
                               &g->tree.n_theta, g->theta, err));
done:
    cupel_str_free(&text);
    cupel_str_free(&words);
    return st;
}

cupel_status cupel_gp_tree_save(const void *model, const char *group, cupel_writer *w, cupel_err *err)
{
    const cupel_gp_tree *g = model;
    cupel_status st = CUPEL_OK;
    int64_t *target = cupel_alloc(g->m, sizeof *target);
    if (!target) return cupel_no_memory(err, "targets of rows", g->m * sizeof *target);
    for (size_t i = 0; i < g->m; i++) target[i] = (int64_t)g->target[i];
    CUPEL_TRY(put_kernel(g, group, w, err));
    CUPEL_TRY(cupel_writer_put(w, at(group, "rows").text, "scaled columns", "training rows", CUPEL_F64, 2, (size_t[]){g->m, g->d}, g->x, err));
    CUPEL_TRY(cupel_writer_put(w, at(group, "row_targets").text, "", "which target a row is of; 0 is the one that is predicted", CUPEL_I64, 1, &g->m,
                               target, err));
    CUPEL_TRY(cupel_writer_put(w, at(group, "weights").text, "scaled target", "coefficient of each row", CUPEL_F64, 1, &g->m, g->coef, err));
    CUPEL_TRY(cupel_writer_put(w, at(group, "bias").text, "scaled target", "mean of the process", CUPEL_F64, 1, (size_t[]){1}, &g->bias, err));
    CUPEL_TRY(cupel_writer_put(w, at(group, "triangle").text, "", "lower triangle W by rows; |W k|^2 is the variance that is known", CUPEL_F64, 1,
                               (size_t[]){cupel_mul(g->m, g->m + 1) / 2}, g->packed, err));
done:
    cupel_free(target);
    return st;
}

/* ---- reading ---- */

static cupel_status bad(const char *group, const char *what, cupel_err *err)
{
    return cupel_fail(err, CUPEL_BAD_ARTIFACT, "model: '%s' holds %s; train the model again", group, what);
}

static cupel_status get_numbers(const cupel_reader *r, const char *group, const char *name, int rank, size_t *shape, double most, double **out,
                                cupel_err *err)
{
    void *data = NULL;
    cupel_status st = cupel_reader_get(r, at(group, name).text, CUPEL_F64, rank, shape, &data, err);
    if (st != CUPEL_OK) return st;
    *out = data;
    return cupel_all_within(*out, rank == 2 ? shape[0] * shape[1] : shape[0], most) ? CUPEL_OK
                                                                          : bad(at(group, name).text, "a value that is not finite or too large", err);
}

/* A leaf has columns where it sees any, and as many as its kind takes. */
static bool fits(const cupel_node *k, int64_t count, size_t d)
{
    bool none = !cupel_node_leaf(k) || k->kind == CUPEL_NODE_CONSTANT || k->kind == CUPEL_NODE_WHITE || (k->kind == CUPEL_NODE_TASKS && !*k->group);
    if (none) return count == 0;
    if (count < 1 || (uint64_t)count > d) return false;
    return k->kind == CUPEL_NODE_PERIODIC ? count == 1 : k->kind != CUPEL_NODE_TASKS || count < CUPEL_TREE_TASKS;
}

static cupel_status take_columns(cupel_ktree *t, const int64_t *counts, const int64_t *column, size_t total, size_t d, const char *group,
                                 cupel_err *err)
{
    size_t at_column = 0;
    for (size_t i = 0; i < t->n; i++) {
        cupel_node *k = &t->node[i];
        if (!fits(k, counts[i], d) || (uint64_t)counts[i] > total - at_column) return bad(group, "a kernel that does not fit its columns", err);
        if (!counts[i]) continue;
        k->n_columns = (size_t)counts[i];
        k->column = cupel_alloc(k->n_columns, sizeof *k->column);
        if (!k->column) return cupel_no_memory(err, "columns of a kernel", k->n_columns * sizeof *k->column);
        for (size_t c = 0; c < k->n_columns; c++, at_column++) {
            if (column[at_column] < 0 || (uint64_t)column[at_column] >= d) return bad(group, "a column that is not there", err);
            k->column[c] = (size_t)column[at_column];
        }
    }
    return at_column == total ? CUPEL_OK : bad(group, "more columns than its kernel has", err);
}

static cupel_status load_columns(const cupel_reader *r, const char *group, size_t d, cupel_ktree *t, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    void *counts = NULL, *column = NULL, *targets = NULL;
    size_t total = SIZE_MAX;
    CUPEL_TRY(cupel_reader_get(r, at(group, "column_counts").text, CUPEL_I64, 1, (size_t[]){t->n}, &counts, err));
    CUPEL_TRY(cupel_reader_get(r, at(group, "columns").text, CUPEL_I64, 1, &total, &column, err));
    CUPEL_TRY(cupel_reader_get(r, at(group, "targets").text, CUPEL_I64, 1, (size_t[]){1}, &targets, err));
    const int64_t n = *(int64_t *)targets;
    if (n < 1 || n > CUPEL_TREE_TASKS) CUPEL_TRY(bad(at(group, "targets").text, "a number of targets that is too small or too large", err));
    CUPEL_TRY(take_columns(t, counts, column, total, d, group, err));
    for (size_t i = 0; i < t->n; i++) {
        cupel_node *k = &t->node[i];
        if (k->kind == CUPEL_NODE_TASKS) k->n_tasks = k->n_columns ? k->n_columns + 1 : (size_t)n;
    }
    cupel_ktree_layout(t);
done:
    cupel_free(counts);
    cupel_free(column);
    cupel_free(targets);
    return st;
}

static cupel_status load_tree(const cupel_reader *r, const char *group, size_t d, cupel_ktree *t, cupel_err *err)
{
    void *text = NULL;
    cupel_status st = cupel_reader_get(r, at(group, "kernel").text, CUPEL_TEXT, 1, (size_t[]){1}, &text, err);
    if (st != CUPEL_OK) return st;
    if (cupel_ktree_parse(*(char **)text, false, t, err) != CUPEL_OK) st = bad(at(group, "kernel").text, "a kernel that cannot be read", err);
    cupel_free(text);
    return st == CUPEL_OK ? load_columns(r, group, d, t, err) : st;
}

/* Targets of the rows within those of the kernel. */
static cupel_status load_targets(const cupel_reader *r, const char *group, cupel_gp_tree *g, cupel_err *err)
{
    void *data = NULL;
    size_t most = SIZE_MAX;
    cupel_status st = cupel_reader_get(r, at(group, "row_targets").text, CUPEL_I64, 1, &g->m, &data, err);
    if (st != CUPEL_OK) return st;
    for (size_t i = 0; i < g->tree.n; i++) {
        const cupel_node *k = &g->tree.node[i];
        if (k->kind == CUPEL_NODE_TASKS && !k->n_columns) most = k->n_tasks;
    }
    for (size_t i = 0; i < g->m && st == CUPEL_OK; i++) {
        const int64_t t = ((int64_t *)data)[i];
        if (t < 0 || (uint64_t)t >= most) st = bad(at(group, "row_targets").text, "a target that is not there", err);
        else g->target[i] = (size_t)t;
    }
    cupel_free(data);
    return st;
}

cupel_status cupel_gp_tree_load(const cupel_reader *r, const char *group, size_t d, void **model, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_ktree tree = {0};
    cupel_gp_tree *g = NULL;
    double *theta = NULL, *x = NULL, *coef = NULL, *bias = NULL, *packed = NULL;
    size_t shape[2] = {SIZE_MAX, d};
    CUPEL_TRY(load_tree(r, group, d, &tree, err));
    CUPEL_TRY(get_numbers(r, group, "parameters", 1, (size_t[]){tree.n_theta}, MOST, &theta, err));
    CUPEL_TRY(get_numbers(r, group, "rows", 2, shape, CUPEL_LARGEST, &x, err));
    if (!shape[0]) CUPEL_TRY(bad(at(group, "rows").text, "no rows", err));
    CUPEL_TRY(get_numbers(r, group, "weights", 1, shape, CUPEL_LARGEST, &coef, err));
    CUPEL_TRY(get_numbers(r, group, "bias", 1, (size_t[]){1}, CUPEL_LARGEST, &bias, err));
    CUPEL_TRY(get_numbers(r, group, "triangle", 1, (size_t[]){cupel_mul(shape[0], shape[0] + 1) / 2}, CUPEL_LARGEST, &packed, err));
    CUPEL_TRY(cupel_gp_tree_make(&tree, theta, shape[0], d, &g, err));
    CUPEL_TRY(load_targets(r, group, g, err));
    memcpy(g->x, x, shape[0] * d * sizeof *x);
    memcpy(g->coef, coef, shape[0] * sizeof *coef);
    memcpy(g->packed, packed, cupel_mul(shape[0], shape[0] + 1) / 2 * sizeof *packed);
    g->bias = *bias;
    CUPEL_TRY(cupel_gp_tree_build(g, err));
    *model = g;
    g = NULL;
done:
    cupel_ktree_release(&tree);
    cupel_gp_tree_free(g);
    cupel_free(theta);
    cupel_free(x);
    cupel_free(coef);
    cupel_free(bias);
    cupel_free(packed);
    return st;
}
