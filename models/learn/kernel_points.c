#include "models/learn/kernel_points.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/math/stats.h"

#include <math.h>
#include <string.h>

/* One node as values need it. */
typedef struct part {
    double amplitude;    /* variance */
    double *packed;      /* [n_columns][n] columns of the points over their lengths */
    double *inverse;     /* [n_columns] 1 / length */
    double *tasks;       /* [n_tasks][n_tasks] B */
    size_t *task;        /* [n] of the points */
    double wave, period; /* of PERIODIC: 2 / length^2, 1 / period */
} part;

struct cupel_kernel_points {
    const cupel_ktree *tree;
    size_t n, height;
    part part[CUPEL_TREE_NODES];
};

/* ---- simple kernels ---- */

double cupel_kernel_stationary(cupel_node_kind kind, double r2, double *slope)
{
    if (kind == CUPEL_NODE_RBF) return *slope = cupel_exp(-0.5 * r2);
    const double s = sqrt((kind == CUPEL_NODE_MATERN32 ? 3 : 5) * r2), fall = cupel_exp(-s);
    if (kind == CUPEL_NODE_MATERN32) {
        *slope = 3 * fall;
        return (1 + s) * fall;
    }
    *slope = (5.0 / 3) * (1 + s) * fall;
    return (1 + s + s * s / 3) * fall;
}

/* sin(pi v) for |v| <= 1/2: the series to the 19th power, below 1e-16. */
static double sine(double v)
{
    static const double term[] = {1.0 / 6, 1.0 / 20, 1.0 / 42, 1.0 / 72, 1.0 / 110, 1.0 / 156, 1.0 / 210, 1.0 / 272, 1.0 / 342};
    const double x = 3.14159265358979323846 * v, square = x * x;
    double sum = 1;
    for (size_t i = sizeof term / sizeof *term; i-- > 0;) sum = 1 - square * term[i] * sum;
    return x * sum;
}

double cupel_kernel_wave(double u, double *twice)
{
    const double v = u - floor(u + 0.5), a = sine(v), b = sine(v < 0 ? v + 0.5 : 0.5 - v); /* b = cos(pi v) */
    *twice = 2 * a * b;
    return a * a;
}

/* ---- making ---- */

static void fill_tasks(const cupel_node *k, const double *theta, double *b)
{
    const double *w = theta + k->at, *v = w + k->n_tasks * k->rank;
    for (size_t i = 0; i < k->n_tasks; i++)
        for (size_t j = 0; j < k->n_tasks; j++) {
            double sum = i == j ? cupel_exp(v[i]) : 0;
            for (size_t r = 0; r < k->rank; r++) sum += w[i * k->rank + r] * w[j * k->rank + r];
            b[i * k->n_tasks + j] = sum;
        }
}

static cupel_status pack(const cupel_node *k, const double *theta, const cupel_kernel_rows *rows, part *p, cupel_err *err)
{
    p->packed = cupel_alloc_aligned(cupel_mul(k->n_columns, rows->n), sizeof *p->packed);
    p->inverse = cupel_alloc(k->n_columns, sizeof *p->inverse);
    if (!p->packed || !p->inverse) return cupel_no_memory(err, "points of a kernel", cupel_mul(k->n_columns * sizeof(double), rows->n));
    for (size_t c = 0; c < k->n_columns; c++) {
        p->inverse[c] = cupel_node_stationary(k) ? cupel_exp(-theta[k->at + (k->each ? c : 0)]) : 1;
        for (size_t i = 0; i < rows->n; i++) p->packed[c * rows->n + i] = rows->x[i * rows->d + k->column[c]] * p->inverse[c];
    }
    return CUPEL_OK;
}

static cupel_status make_part(const cupel_node *k, const double *theta, const cupel_kernel_rows *rows, part *p, cupel_err *err)
{
    p->amplitude = k->amplitude == SIZE_MAX ? 1 : cupel_exp(theta[k->amplitude]);
    if (k->kind == CUPEL_NODE_CONSTANT) p->amplitude = cupel_exp(theta[k->at]);
    if (k->kind == CUPEL_NODE_PERIODIC) p->wave = 2 * cupel_exp(-2 * theta[k->at]), p->period = cupel_exp(-theta[k->at + 1]);
    if (k->kind == CUPEL_NODE_TASKS) {
        p->tasks = cupel_alloc(k->n_tasks * k->n_tasks, sizeof *p->tasks);
        p->task = cupel_alloc(rows->n, sizeof *p->task);
        if (!p->tasks || !p->task) return cupel_no_memory(err, "tasks of a kernel", rows->n * sizeof *p->task);
        fill_tasks(k, theta, p->tasks);
        for (size_t i = 0; i < rows->n; i++) p->task[i] = cupel_node_task(k, rows->x + i * rows->d, rows->target ? rows->target[i] : 0);
        return CUPEL_OK;
    }
    return k->n_columns ? pack(k, theta, rows, p, err) : CUPEL_OK;
}

static size_t height_of(const cupel_ktree *t, size_t node)
{
    size_t most = 0;
    if (cupel_node_leaf(&t->node[node])) return 0;
    for (size_t c = t->node[node].child; c != SIZE_MAX; c = t->node[c].next) {
        size_t h = height_of(t, c);
        if (h > most) most = h;
    }
    return most + 1;
}

cupel_status cupel_kernel_points_new(const cupel_ktree *tree, const double *theta, const cupel_kernel_rows *points, cupel_kernel_points **out,
                                     cupel_err *err)
{
    cupel_kernel_points *p = cupel_alloc(1, sizeof *p);
    cupel_status st = CUPEL_OK;
    if (!p) return cupel_no_memory(err, "points of a kernel", sizeof *p);
    p->tree = tree;
    p->n = points->n;
    p->height = height_of(tree, tree->root);
    for (size_t i = 0; i < tree->n; i++) CUPEL_TRY(make_part(&tree->node[i], theta, points, &p->part[i], err));
done:
    if (st == CUPEL_OK) *out = p;
    else cupel_kernel_points_free(p);
    return st;
}

void cupel_kernel_points_free(cupel_kernel_points *p)
{
    for (size_t i = 0; p && i < CUPEL_TREE_NODES; i++) {
        cupel_free(p->part[i].packed);
        cupel_free(p->part[i].inverse);
        cupel_free(p->part[i].tasks);
        cupel_free(p->part[i].task);
    }
    cupel_free(p);
}

/* ---- values ---- */

size_t cupel_kernel_points_scratch(const cupel_kernel_points *p) { return cupel_mul(p->height + 1, p->n); }

static void stationary_row(const cupel_kernel_points *p, size_t node, const double *z, double *restrict value)
{
    const cupel_node *k = &p->tree->node[node];
    const part *a = &p->part[node];
    double slope;
    memset(value, 0, p->n * sizeof *value);
    for (size_t c = 0; c < k->n_columns; c++) {
        const double at = z[k->column[c]] * a->inverse[c], *restrict x = a->packed + c * p->n;
        for (size_t i = 0; i < p->n; i++) value[i] += (at - x[i]) * (at - x[i]);
    }
    for (size_t i = 0; i < p->n; i++) value[i] = cupel_kernel_stationary(k->kind, value[i], &slope);
}

static void linear_row(const cupel_kernel_points *p, size_t node, const double *z, double *restrict value)
{
    const cupel_node *k = &p->tree->node[node];
    memset(value, 0, p->n * sizeof *value);
    for (size_t c = 0; c < k->n_columns; c++) {
        const double at = z[k->column[c]] / (double)k->n_columns, *restrict x = p->part[node].packed + c * p->n;
        for (size_t i = 0; i < p->n; i++) value[i] += at * x[i];
    }
}

static void leaf_row(const cupel_kernel_points *p, size_t node, const double *z, size_t target, double *value)
{
    const cupel_node *k = &p->tree->node[node];
    const part *a = &p->part[node];
    double twice;
    if (cupel_node_stationary(k)) {
        stationary_row(p, node, z, value);
    } else if (k->kind == CUPEL_NODE_LINEAR) {
        linear_row(p, node, z, value);
    } else if (k->kind == CUPEL_NODE_PERIODIC) {
        for (size_t i = 0; i < p->n; i++)
            value[i] = cupel_exp(-a->wave * cupel_kernel_wave((z[k->column[0]] - a->packed[i]) * a->period, &twice));
    } else if (k->kind == CUPEL_NODE_TASKS) {
        const double *b = a->tasks + cupel_node_task(k, z, target) * k->n_tasks;
        for (size_t i = 0; i < p->n; i++) value[i] = b[a->task[i]];
    } else {
        for (size_t i = 0; i < p->n; i++) value[i] = k->kind == CUPEL_NODE_WHITE ? 0 : 1;
    }
}

/* With the node's variance. */
static void node_row(const cupel_kernel_points *p, size_t node, const double *z, size_t target, double *scratch, double *restrict value)
{
    const cupel_node *k = &p->tree->node[node];
    const double amplitude = p->part[node].amplitude;
    if (cupel_node_leaf(k)) leaf_row(p, node, z, target, value);
    else node_row(p, k->child, z, target, scratch, value);
    for (size_t c = cupel_node_leaf(k) ? SIZE_MAX : p->tree->node[k->child].next; c != SIZE_MAX; c = p->tree->node[c].next) {
        const double *restrict other = scratch;
        node_row(p, c, z, target, scratch + p->n, scratch);
        if (k->kind == CUPEL_NODE_SUM)
            for (size_t i = 0; i < p->n; i++) value[i] += other[i];
        else
            for (size_t i = 0; i < p->n; i++) value[i] *= other[i];
    }
    for (size_t i = 0; amplitude != 1 && i < p->n; i++) value[i] *= amplitude;
}

void cupel_kernel_points_row(const cupel_kernel_points *p, const double *z, size_t target, double *scratch, double *value)
{
    node_row(p, p->tree->root, z, target, scratch, value);
}

static double self_of(const cupel_kernel_points *p, size_t node, const double *z, size_t target)
{
    const cupel_node *k = &p->tree->node[node];
    double value = k->kind == CUPEL_NODE_SUM ? 0 : 1;
    if (k->kind == CUPEL_NODE_LINEAR) {
        value = 0;
        for (size_t c = 0; c < k->n_columns; c++) value += z[k->column[c]] / (double)k->n_columns * z[k->column[c]];
    }
    if (k->kind == CUPEL_NODE_TASKS) value = p->part[node].tasks[cupel_node_task(k, z, target) * (k->n_tasks + 1)];
    for (size_t c = cupel_node_leaf(k) ? SIZE_MAX : k->child; c != SIZE_MAX; c = p->tree->node[c].next) {
        const double other = self_of(p, c, z, target);
        value = k->kind == CUPEL_NODE_SUM ? value + other : value * other;
    }
    return p->part[node].amplitude * value;
}

double cupel_kernel_points_self(const cupel_kernel_points *p, const double *z, size_t target) { return self_of(p, p->tree->root, z, target); }
