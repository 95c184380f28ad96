#include "models/learn/kernel_evidence.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/math/la.h"
#include "core/math/stats.h"

#include <math.h>
#include <string.h>

/* Matrices are [n][n]; of all but the adjoint of the root only the lower triangle is used. */
typedef struct part {
    double *value;    /* without the node's own variance */
    double *base;     /* what does not change with the parameters: squared distances, differences of a periodic kernel */
    double *slope;    /* stationary: -2 dk / d(r^2) */
    double *adjoint;  /* of factors: what the loss changes by with each value */
    size_t *task;     /* [n] */
} part;

struct cupel_evidence {
    const cupel_ktree *tree;
    cupel_kernel_rows rows;
    const double *u;
    part part[CUPEL_TREE_NODES];
    double *factor, *inverse; /* [n][n] */
    double *alpha, *sum;      /* [n] */
    double *x, *hx, *h;       /* [n][most columns] twice, [n][n]: for kernels with a length for every column */
};

static bool has_base(const cupel_node *k) { return k->kind == CUPEL_NODE_PERIODIC || (cupel_node_stationary(k) && !k->each); }

static bool under_product(const cupel_ktree *t, size_t node)
{
    for (size_t i = 0; i < t->n; i++)
        for (size_t c = t->node[i].kind == CUPEL_NODE_PRODUCT ? t->node[i].child : SIZE_MAX; c != SIZE_MAX; c = t->node[c].next)
            if (c == node) return true;
    return false;
}

static size_t matrices_of(const cupel_ktree *t, size_t node)
{
    const cupel_node *k = &t->node[node];
    return 1u + (size_t)has_base(k) + (size_t)cupel_node_stationary(k) + (size_t)under_product(t, node);
}

static size_t most_columns(const cupel_ktree *t)
{
    size_t most = 0;
    for (size_t i = 0; i < t->n; i++)
        if (t->node[i].each && t->node[i].n_columns > most) most = t->node[i].n_columns;
    return most;
}

size_t cupel_evidence_bytes(const cupel_ktree *tree, size_t n)
{
    size_t matrices = 3, rows = 2 * most_columns(tree) + 2 + tree->n;
    for (size_t i = 0; i < tree->n; i++) matrices += matrices_of(tree, i);
    return cupel_mul(cupel_mul(matrices * n + rows, n), sizeof(double));
}

/* ---- what does not change ---- */

static void fill_base(const cupel_node *k, const cupel_kernel_rows *r, double *base)
{
    for (size_t i = 0; i < r->n; i++)
        for (size_t j = 0; j <= i; j++) {
            const double *a = r->x + i * r->d, *b = r->x + j * r->d;
            double sum = 0;
            for (size_t c = 0; c < k->n_columns; c++) {
                const double off = a[k->column[c]] - b[k->column[c]];
                sum += k->kind == CUPEL_NODE_PERIODIC ? off : off * off;
            }
            base[i * r->n + j] = sum;
        }
}

static void fill_fixed(const cupel_node *k, const cupel_kernel_rows *r, double *value)
{
    for (size_t i = 0; i < r->n; i++)
        for (size_t j = 0; j <= i; j++) {
            double sum = k->kind == CUPEL_NODE_WHITE ? i == j : k->kind == CUPEL_NODE_CONSTANT;
            for (size_t c = 0; k->kind == CUPEL_NODE_LINEAR && c < k->n_columns; c++)
                sum += r->x[i * r->d + k->column[c]] * r->x[j * r->d + k->column[c]] / (double)k->n_columns;
            value[i * r->n + j] = sum;
        }
}

static cupel_status make_part(cupel_evidence *e, size_t node, cupel_err *err)
{
    const cupel_node *k = &e->tree->node[node];
    const size_t n = e->rows.n, square = cupel_mul(n, n);
    part *p = &e->part[node];
    bool made = (p->value = cupel_alloc_aligned(square, sizeof(double))) != NULL;
    if (has_base(k)) made &= (p->base = cupel_alloc_aligned(square, sizeof(double))) != NULL;
    if (cupel_node_stationary(k)) made &= (p->slope = cupel_alloc_aligned(square, sizeof(double))) != NULL;
    if (under_product(e->tree, node)) made &= (p->adjoint = cupel_alloc_aligned(square, sizeof(double))) != NULL;
    if (k->kind == CUPEL_NODE_TASKS) made &= (p->task = cupel_alloc(n, sizeof *p->task)) != NULL;
    if (!made) return cupel_no_memory(err, "the covariance of a Gaussian process", cupel_evidence_bytes(e->tree, n));
    if (p->base) fill_base(k, &e->rows, p->base);
    if (cupel_node_leaf(k)) fill_fixed(k, &e->rows, p->value);
    for (size_t i = 0; p->task && i < n; i++) p->task[i] = cupel_node_task(k, e->rows.x + i * e->rows.d, e->rows.target ? e->rows.target[i] : 0);
    return CUPEL_OK;
}

cupel_status cupel_evidence_new(const cupel_ktree *tree, const cupel_kernel_rows *rows, const double *u, cupel_evidence **out, cupel_err *err)
{
    cupel_evidence *e = cupel_alloc(1, sizeof *e);
    cupel_status st = CUPEL_OK;
    const size_t n = rows->n, most = most_columns(tree), square = cupel_mul(n, n);
    if (!e) return cupel_no_memory(err, "the likelihood of a Gaussian process", sizeof *e);
    e->tree = tree, e->rows = *rows, e->u = u;
    e->factor = cupel_alloc_aligned(square, sizeof(double)), e->inverse = cupel_alloc_aligned(square, sizeof(double));
    e->alpha = cupel_alloc(n, sizeof(double)), e->sum = cupel_alloc(n, sizeof(double));
    e->x = cupel_alloc_aligned(cupel_mul(n, most), sizeof(double)), e->hx = cupel_alloc_aligned(cupel_mul(n, most), sizeof(double));
    e->h = cupel_alloc_aligned(most ? square : 1, sizeof(double));
    if (!e->factor || !e->inverse || !e->alpha || !e->sum || !e->x || !e->hx || !e->h)
        CUPEL_TRY(cupel_no_memory(err, "the likelihood of a Gaussian process", cupel_evidence_bytes(tree, n)));
    for (size_t i = 0; i < tree->n; i++) CUPEL_TRY(make_part(e, i, err));
done:
    if (st == CUPEL_OK) *out = e;
    else cupel_evidence_free(e);
    return st;
}

void cupel_evidence_free(cupel_evidence *e)
{
    for (size_t i = 0; e && i < CUPEL_TREE_NODES; i++) {
        cupel_free(e->part[i].value);
        cupel_free(e->part[i].base);
        cupel_free(e->part[i].slope);
        cupel_free(e->part[i].adjoint);
        cupel_free(e->part[i].task);
    }
    if (!e) return;
    cupel_free(e->factor);
    cupel_free(e->inverse);
    cupel_free(e->alpha);
    cupel_free(e->sum);
    cupel_free(e->x);
    cupel_free(e->hx);
    cupel_free(e->h);
    cupel_free(e);
}

/* ---- values ---- */

static double variance(const cupel_node *k, const double *theta)
{
    if (k->kind == CUPEL_NODE_CONSTANT) return cupel_exp(theta[k->at]);
    return k->amplitude == SIZE_MAX ? 1 : cupel_exp(theta[k->amplitude]);
}

/* Rows over the lengths of k into e->x. */
static void scale_rows(cupel_evidence *e, const cupel_node *k, const double *theta)
{
    for (size_t c = 0; c < k->n_columns; c++) {
        const double inverse = cupel_exp(-theta[k->at + c]);
        for (size_t i = 0; i < e->rows.n; i++) e->x[i * k->n_columns + c] = e->rows.x[i * e->rows.d + k->column[c]] * inverse;
    }
}

static cupel_status products(cupel_evidence *e, const cupel_node *k, const double *theta, cupel_err *err)
{
    const size_t n = e->rows.n, d = k->n_columns;
    const cupel_matrix_in x = {e->x, n, d, d};
    scale_rows(e, k, theta);
    return cupel_la_multiply(CUPEL_ABT, x, x, (cupel_matrix){e->h, n, n, n}, err);
}

static cupel_status fill_stationary(cupel_evidence *e, size_t node, const double *theta, cupel_err *err)
{
    const cupel_node *k = &e->tree->node[node];
    const part *p = &e->part[node];
    const size_t n = e->rows.n;
    const double inverse = k->each ? 1 : cupel_exp(-2 * theta[k->at]);
    cupel_status st = k->each ? products(e, k, theta, err) : CUPEL_OK;
    for (size_t i = 0; st == CUPEL_OK && i < n; i++)
        for (size_t j = 0; j <= i; j++) {
            const double *h = e->h;
            const double r2 = k->each ? h[i * n + i] + h[j * n + j] - 2 * h[i * n + j] : p->base[i * n + j] * inverse;
            p->value[i * n + j] = cupel_kernel_stationary(k->kind, i != j && r2 > 0 ? r2 : 0, &p->slope[i * n + j]);
        }
    return st;
}

static void fill_periodic(const cupel_evidence *e, size_t node, const double *theta)
{
    const cupel_node *k = &e->tree->node[node];
    const part *p = &e->part[node];
    const double wave = 2 * cupel_exp(-2 * theta[k->at]), period = cupel_exp(-theta[k->at + 1]);
    double twice;
    for (size_t i = 0; i < e->rows.n; i++)
        for (size_t j = 0; j <= i; j++) {
            const size_t ij = i * e->rows.n + j;
            p->value[ij] = cupel_exp(-wave * cupel_kernel_wave(p->base[ij] * period, &twice));
        }
}

static void fill_tasks(const cupel_evidence *e, size_t node, const double *theta)
{
    const cupel_node *k = &e->tree->node[node];
    const part *p = &e->part[node];
    const double *w = theta + k->at, *v = w + k->n_tasks * k->rank;
    for (size_t i = 0; i < e->rows.n; i++)
        for (size_t j = 0; j <= i; j++) {
            const size_t a = p->task[i], b = p->task[j];
            double sum = a == b ? cupel_exp(v[a]) : 0;
            for (size_t r = 0; r < k->rank; r++) sum += w[a * k->rank + r] * w[b * k->rank + r];
            p->value[i * e->rows.n + j] = sum;
        }
}

/* value of `into` = value of it (first: 1 or 0) with that of the part and its variance. */
static void join(const cupel_evidence *e, bool sum, bool first, double amplitude, const double *with, double *into)
{
    for (size_t i = 0; i < e->rows.n; i++) {
        double *restrict a = into + i * e->rows.n;
        const double *restrict b = with + i * e->rows.n;
        for (size_t j = 0; j <= i; j++) a[j] = first ? amplitude * b[j] : sum ? a[j] + amplitude * b[j] : a[j] * (amplitude * b[j]);
    }
}

static cupel_status forward(cupel_evidence *e, size_t node, const double *theta, cupel_err *err)
{
    const cupel_node *k = &e->tree->node[node];
    if (cupel_node_stationary(k)) return fill_stationary(e, node, theta, err);
    if (k->kind == CUPEL_NODE_PERIODIC) fill_periodic(e, node, theta);
    if (k->kind == CUPEL_NODE_TASKS) fill_tasks(e, node, theta);
    for (size_t c = cupel_node_leaf(k) ? SIZE_MAX : k->child; c != SIZE_MAX; c = e->tree->node[c].next) {
        cupel_status st = forward(e, c, theta, err);
        if (st != CUPEL_OK) return st;
        join(e, k->kind == CUPEL_NODE_SUM, c == k->child, variance(&e->tree->node[c], theta), e->part[c].value, e->part[node].value);
    }
    return CUPEL_OK;
}

/* ---- gradient ---- */

/* Sum over the lower triangle of a b c; NULL: 1. */
static double total(size_t n, const double *a, const double *b, const double *c)
{
    double all = 0;
    for (size_t i = 0; i < n; i++) {
        double sum = 0;
        for (size_t j = i * n; j <= i * n + i; j++) sum += a[j] * b[j] * (c ? c[j] : 1);
        all += sum;
    }
    return all;
}

/* Lengths of every column: sum over all pairs of H (x_ik - x_jk)^2 with H = adjoint times slope, by the product H x. */
static cupel_status each_length(cupel_evidence *e, size_t node, const double *theta, const double *adjoint, double scale, double *gradient,
                                cupel_err *err)
{
    const cupel_node *k = &e->tree->node[node];
    const size_t n = e->rows.n, d = k->n_columns;
    const double *slope = e->part[node].slope;
    scale_rows(e, k, theta);
    memset(e->sum, 0, n * sizeof *e->sum);
    for (size_t i = 0; i < n; i++) {
        e->h[i * n + i] = 0;
        for (size_t j = 0; j < i; j++) {
            const double h = 0.5 * scale * adjoint[i * n + j] * slope[i * n + j];
            e->h[i * n + j] = e->h[j * n + i] = h;
            e->sum[i] += h, e->sum[j] += h;
        }
    }
    cupel_status st =
        cupel_la_multiply(CUPEL_AB, (cupel_matrix_in){e->h, n, n, n}, (cupel_matrix_in){e->x, n, d, d}, (cupel_matrix){e->hx, n, d, d}, err);
    for (size_t i = 0; st == CUPEL_OK && i < n; i++)
        for (size_t c = 0; c < d; c++) gradient[k->at + c] += 2 * e->x[i * d + c] * (e->x[i * d + c] * e->sum[i] - e->hx[i * d + c]);
    return st;
}

static void periodic_gradient(const cupel_evidence *e, size_t node, const double *theta, const double *adjoint, double scale, double *gradient)
{
    const cupel_node *k = &e->tree->node[node];
    const part *p = &e->part[node];
    const double wave = 2 * cupel_exp(-2 * theta[k->at]), period = cupel_exp(-theta[k->at + 1]), pi = 3.14159265358979323846;
    for (size_t i = 0; i < e->rows.n; i++)
        for (size_t j = 0; j < i; j++) {
            const size_t ij = i * e->rows.n + j;
            double twice, square = cupel_kernel_wave(p->base[ij] * period, &twice), h = scale * adjoint[ij] * p->value[ij] * wave;
            gradient[k->at] += h * 2 * square;
            gradient[k->at + 1] += h * pi * p->base[ij] * period * twice;
        }
}

static void tasks_gradient(const cupel_evidence *e, size_t node, const double *theta, const double *adjoint, double scale, double *gradient)
{
    const cupel_node *k = &e->tree->node[node];
    const part *p = &e->part[node];
    const double *w = theta + k->at;
    double *gw = gradient + k->at, *gv = gw + k->n_tasks * k->rank;
    for (size_t i = 0; i < e->rows.n; i++)
        for (size_t j = 0; j <= i; j++) {
            const size_t a = p->task[i], b = p->task[j];
            const double h = scale * adjoint[i * e->rows.n + j];
            for (size_t r = 0; r < k->rank; r++) {
                gw[a * k->rank + r] += h * w[b * k->rank + r];
                gw[b * k->rank + r] += h * w[a * k->rank + r];
            }
            if (a == b) gv[a] += h * cupel_exp(theta[k->at + k->n_tasks * k->rank + a]);
        }
}

static cupel_status leaf_gradient(cupel_evidence *e, size_t node, const double *theta, const double *adjoint, double scale, double *gradient,
                                  cupel_err *err)
{
    const cupel_node *k = &e->tree->node[node];
    const part *p = &e->part[node];
    const size_t n = e->rows.n;
    if (cupel_node_stationary(k) && k->each) return each_length(e, node, theta, adjoint, scale, gradient, err);
    if (cupel_node_stationary(k)) gradient[k->at] += scale * cupel_exp(-2 * theta[k->at]) * total(n, adjoint, p->slope, p->base);
    if (k->kind == CUPEL_NODE_PERIODIC) periodic_gradient(e, node, theta, adjoint, scale, gradient);
    if (k->kind == CUPEL_NODE_TASKS) tasks_gradient(e, node, theta, adjoint, scale, gradient);
    return CUPEL_OK;
}

static cupel_status backward(cupel_evidence *e, size_t node, const double *theta, const double *adjoint, double scale, double *gradient,
                             cupel_err *err);

/* The adjoint of each factor is that of the product times the other factors. */
static cupel_status factors(cupel_evidence *e, size_t node, const double *theta, const double *adjoint, double scale, double *gradient,
                            cupel_err *err)
{
    const cupel_ktree *t = e->tree;
    for (size_t c = t->node[node].child; c != SIZE_MAX; c = t->node[c].next) {
        double others = scale, *mine = e->part[c].adjoint;
        join(e, false, true, 1, adjoint, mine);
        for (size_t o = t->node[node].child; o != SIZE_MAX; o = t->node[o].next) {
            if (o == c) continue;
            others *= variance(&t->node[o], theta);
            join(e, false, false, 1, e->part[o].value, mine);
        }
        cupel_status st = backward(e, c, theta, mine, others, gradient, err);
        if (st != CUPEL_OK) return st;
    }
    return CUPEL_OK;
}

/* scale times adjoint: what the loss changes by with the node's value times its variance. */
static cupel_status backward(cupel_evidence *e, size_t node, const double *theta, const double *adjoint, double scale, double *gradient,
                             cupel_err *err)
{
    const cupel_node *k = &e->tree->node[node];
    const double own = scale * variance(k, theta);
    const size_t at = k->kind == CUPEL_NODE_CONSTANT ? k->at : k->amplitude;
    if (at != SIZE_MAX) gradient[at] += own * total(e->rows.n, adjoint, e->part[node].value, NULL);
    if (cupel_node_leaf(k)) return leaf_gradient(e, node, theta, adjoint, own, gradient, err);
    if (k->kind == CUPEL_NODE_PRODUCT) return factors(e, node, theta, adjoint, own, gradient, err);
    for (size_t c = k->child; c != SIZE_MAX; c = e->tree->node[c].next) {
        cupel_status st = backward(e, c, theta, adjoint, own, gradient, err);
        if (st != CUPEL_OK) return st;
    }
    return CUPEL_OK;
}

/* A^-1 - alpha alpha', pairs of the lower triangle counted twice, into e->inverse. */
static cupel_status root_adjoint(cupel_evidence *e, cupel_err *err)
{
    const size_t n = e->rows.n;
    cupel_status st = cupel_la_triangle_invert((cupel_matrix){e->factor, n, n, n}, err);
    if (st != CUPEL_OK) return st;
    for (size_t i = 0; i < n; i++) memset(e->factor + i * n + i + 1, 0, (n - i - 1) * sizeof(double));
    st = cupel_la_gram((cupel_matrix_in){e->factor, n, n, n}, (cupel_matrix){e->inverse, n, n, n}, err);
    for (size_t i = 0; st == CUPEL_OK && i < n; i++)
        for (size_t j = 0; j <= i; j++) e->inverse[i * n + j] = (e->inverse[i * n + j] - e->alpha[i] * e->alpha[j]) * (i == j ? 1 : 2);
    return st;
}

cupel_status cupel_evidence_at(cupel_evidence *e, const double *theta, double *loss, double *gradient, cupel_err *err)
{
    const size_t n = e->rows.n, root = e->tree->root;
    const cupel_matrix a = {e->factor, n, n, n};
    cupel_status st = CUPEL_OK;
    CUPEL_TRY(forward(e, root, theta, err));
    join(e, false, true, variance(&e->tree->node[root], theta), e->part[root].value, e->factor);
    for (size_t i = 0; i < n; i++) e->factor[i * n + i] += CUPEL_KERNEL_JITTER;
    CUPEL_TRY(cupel_la_cholesky(a, err));
    memcpy(e->alpha, e->u, n * sizeof *e->alpha);
    CUPEL_TRY(cupel_la_cholesky_solve(cupel_read(a), (cupel_matrix){e->alpha, n, 1, 1}, err));
    *loss = cupel_la_cholesky_log_det(cupel_read(a));
    for (size_t i = 0; i < n; i++) *loss += e->u[i] * e->alpha[i];
    if (!isfinite(*loss)) CUPEL_TRY(cupel_fail(err, CUPEL_FAILED, "the likelihood of a Gaussian process is not a number"));
    if (!gradient) goto done;
    CUPEL_TRY(root_adjoint(e, err));
    memset(gradient, 0, e->tree->n_theta * sizeof *gradient);
    CUPEL_TRY(backward(e, root, theta, e->inverse, 1, gradient, err));
done:
    return st;
}
