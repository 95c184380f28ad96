#include "models/learn/kernel_evidence.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/base/rng.h"
#include "core/sys/file.h"
#include "core/sys/par.h"
#include "models/learn/lbfgs.h"
#include "models/learn/gram.h"

#include <math.h>
#include <string.h>

enum { FEW_ROWS = 200, FEW_STEPS = 30, STEPS = 50, STREAM_ROWS = 0x6b726f77, STREAM_START = 0x6b737461 };
static const double WIDE = 1.5;         /* deviation of parameters from the centre, as in gp_ard */
static const double NOISE = 0.05;       /* variances where the search begins, in units of the target's */
static const double SHARED = 0.64, OWN = 0.36;

/* ---- where the search begins ---- */

static bool noise_of(const cupel_ktree *t, size_t node)
{
    const cupel_node *k = &t->node[node];
    if (k->kind == CUPEL_NODE_WHITE) return true;
    for (size_t c = k->kind == CUPEL_NODE_PRODUCT ? k->child : SIZE_MAX; c != SIZE_MAX; c = t->node[c].next)
        if (noise_of(t, c)) return true;
    return false;
}

static cupel_status typical_length(const cupel_node *k, const cupel_kernel_rows *r, double *log_length, cupel_err *err)
{
    double typical = 1, *x = cupel_alloc(cupel_mul(r->n, k->n_columns), sizeof *x);
    if (!x) return cupel_no_memory(err, "columns of a kernel", cupel_mul(r->n * sizeof *x, k->n_columns));
    for (size_t i = 0; i < r->n; i++)
        for (size_t c = 0; c < k->n_columns; c++) x[i * k->n_columns + c] = r->x[i * r->d + k->column[c]];
    cupel_status st = cupel_typical_distance(x, r->n, k->n_columns, &typical, err);
    *log_length = 0.5 * log(typical);
    cupel_free(x);
    return st;
}

static cupel_status leaf_centre(const cupel_node *k, const cupel_kernel_rows *r, double *centre, cupel_err *err)
{
    double length = 0;
    cupel_status st = cupel_node_stationary(k) ? typical_length(k, r, &length, err) : CUPEL_OK;
    for (size_t i = 0; i < k->n; i++) centre[k->at + i] = length;
    for (size_t t = 0; k->kind == CUPEL_NODE_TASKS && t < k->n_tasks; t++) {
        for (size_t i = 0; i < k->rank; i++) centre[k->at + t * k->rank + i] = i == 0 ? sqrt(SHARED) : t % 2 ? 0.2 : -0.2;
        centre[k->at + k->n_tasks * k->rank + t] = log(k->rank ? OWN : NOISE);
    }
    return st;
}

static cupel_status find_centre(const cupel_ktree *t, const cupel_kernel_rows *r, double *centre, cupel_err *err)
{
    size_t terms = 0;
    for (size_t i = 0; i < t->n; i++) terms += t->node[i].amplitude != SIZE_MAX && !noise_of(t, i);
    for (size_t i = 0; i < t->n; i++) {
        const cupel_node *k = &t->node[i];
        if (k->amplitude != SIZE_MAX) centre[k->amplitude] = log(noise_of(t, i) ? NOISE : 1 / (double)terms);
        cupel_status st = cupel_node_leaf(k) ? leaf_centre(k, r, centre, err) : CUPEL_OK;
        if (st != CUPEL_OK) return st;
    }
    return CUPEL_OK;
}

/* ---- rows to look at ---- */

typedef struct chosen {
    cupel_kernel_rows rows;
    double *x, *u;
    size_t *target;
} chosen;

static void chosen_release(chosen *c)
{
    cupel_free(c->x);
    cupel_free(c->u);
    cupel_free(c->target);
}

/* At most `most` rows, by chance; of the first target two in three where there are so many. */
static cupel_status choose_rows(const cupel_kernel_rows *r, const double *u, size_t most, uint64_t seed, chosen *c, cupel_err *err)
{
    const size_t n = r->n < most ? r->n : most, d = r->d;
    size_t first = 0, left, m = 0, *order = cupel_alloc(r->n, sizeof *order);
    double mean = 0;
    cupel_status st = CUPEL_OK;
    *c = (chosen){.x = cupel_alloc(cupel_mul(n, d), sizeof *c->x), .u = cupel_alloc(n, sizeof *c->u), .target = cupel_alloc(n, sizeof *c->target)};
    if (!order || !c->x || !c->u || !c->target) CUPEL_TRY(cupel_no_memory(err, "rows of a Gaussian process", cupel_mul(n * sizeof *c->x, d)));
    cupel_rng_permutation(seed, STREAM_ROWS, order, r->n);
    for (size_t i = 0; i < r->n; i++) first += !r->target || !r->target[i];
    left = r->n - first;                            /* rows of other targets */
    size_t others = n / 3 < left ? n / 3 : left;
    if (first < n - others) others = n - first;
    size_t of[2] = {n - others, others};
    for (size_t i = 0; i < r->n && m < n; i++) {
        const size_t row = order[i], t = r->target ? r->target[row] : 0;
        if (!of[t > 0]) continue;
        of[t > 0]--;
        memcpy(c->x + m * d, r->x + row * d, d * sizeof *c->x);
        c->u[m] = u[row];
        c->target[m++] = t;
        mean += u[row] / (double)n;
    }
    for (size_t i = 0; i < n; i++) c->u[i] -= mean;
    c->rows = (cupel_kernel_rows){c->x, c->target, n, d};
done:
    if (st != CUPEL_OK) chosen_release(c);
    cupel_free(order);
    return st;
}

/* ---- the search ---- */

typedef struct search {
    const cupel_ktree *tree;
    const chosen *rows;
    const double *centre;
    uint64_t seed;
    double *theta, *loss; /* [starts][n_theta], [starts] */
} search;

static cupel_status loss_at(void *user, const double *theta, double *loss, double *gradient, cupel_err *err)
{
    return cupel_evidence_at(user, theta, loss, gradient, err);
}

static cupel_status walk(const cupel_ktree *tree, const chosen *c, const double *centre, size_t steps, double *theta, double *loss, cupel_err *err)
{
    cupel_evidence *e = NULL;
    cupel_status st = cupel_evidence_new(tree, &c->rows, c->u, &e, err);
    const cupel_lbfgs way = {.loss = loss_at, .user = e, .n = tree->n_theta, .centre = centre, .wide = WIDE, .steps = steps};
    if (st == CUPEL_OK) st = cupel_lbfgs_run(&way, theta, loss, err);
    cupel_evidence_free(e);
    return st;
}

/* Start 0 is the centre, the others lie about it. */
static cupel_status try_start(void *user, size_t item, size_t worker, cupel_err *err)
{
    (void)worker;
    search *s = user;
    const size_t n = s->tree->n_theta;
    double *theta = s->theta + item * n;
    for (size_t i = 0; i < n; i++) theta[i] = s->centre[i] + (item ? cupel_rng_normal(s->seed, STREAM_START + item, i) : 0);
    cupel_status st = walk(s->tree, s->rows, s->centre, FEW_STEPS, theta, &s->loss[item], err);
    if (st != CUPEL_FAILED) return st;
    s->loss[item] = INFINITY; /* no factor there */
    return CUPEL_OK;
}

/* theta [n_theta], or NULL: only loss[0], of the best. */
static cupel_status best_start(search *s, size_t starts, const cupel_job *job, double *theta, cupel_err *err)
{
    const size_t n = s->tree->n_theta;
    size_t best = 0;
    cupel_status st = cupel_par_for(job->threads, starts, try_start, s, err);
    if (st != CUPEL_OK) return st;
    for (size_t i = 1; i < starts; i++)
        if (s->loss[i] < s->loss[best]) best = i;
    if (theta == NULL) {
        s->loss[0] = s->loss[best];
        return CUPEL_OK;
    }
    if (!(s->loss[best] < INFINITY))
        return cupel_fail(err, CUPEL_FAILED,
                          "kernel: its covariance of the training rows has no factor from any start; expected a kernel with noise ('+ white')");
    memcpy(theta, s->theta + best * n, n * sizeof *theta);
    return CUPEL_OK;
}

cupel_status cupel_kernel_learn(const cupel_ktree *tree, const cupel_kernel_rows *rows, const double *u, const cupel_learning *how,
                                const cupel_job *job, double **out, double *loss, size_t *used, cupel_err *err)
{
    const size_t n = tree->n_theta, threads = job->threads < how->starts ? job->threads : how->starts;
    chosen few = {0}, all = {0};
    cupel_status st = CUPEL_OK;
    double *centre = cupel_alloc(n, sizeof *centre), *theta = cupel_alloc(n, sizeof *theta);
    search s = {.tree = tree, .rows = &few, .centre = centre, .seed = how->seed, .theta = cupel_alloc(cupel_mul(how->starts, n), sizeof(double)),
                .loss = cupel_alloc(how->starts, sizeof(double))};
    if (!centre || !theta || !s.theta || !s.loss) CUPEL_TRY(cupel_no_memory(err, "parameters of a kernel", n * sizeof *theta));
    size_t bytes = cupel_evidence_bytes(tree, rows->n < how->rows ? rows->n : how->rows),
                   small = cupel_mul(threads, cupel_evidence_bytes(tree, FEW_ROWS));
    CUPEL_TRY(cupel_memory_check(bytes > small ? bytes : small, "the covariance of a kernel", err));
    CUPEL_TRY(choose_rows(rows, u, FEW_ROWS, how->seed, &few, err));
    CUPEL_TRY(choose_rows(rows, u, how->rows, how->seed, &all, err));
    CUPEL_TRY(find_centre(tree, &all.rows, centre, err));
    CUPEL_TRY(best_start(&s, how->starts, job, theta, err));
    CUPEL_TRY(walk(tree, &all, centre, STEPS, theta, loss, err));
    *used = all.rows.n;
done:
    chosen_release(&few);
    chosen_release(&all);
    cupel_free(s.theta);
    cupel_free(s.loss);
    cupel_free(centre);
    if (st == CUPEL_OK) *out = theta;
    else cupel_free(theta);
    return st;
}

cupel_status cupel_kernel_score(const cupel_ktree *tree, const cupel_kernel_rows *rows, const double *u, const cupel_learning *how, double *score,
                                cupel_err *err)
{
    const size_t n = tree->n_theta;
    const cupel_job alone = {.threads = 1};
    chosen few = {0};
    cupel_status st = CUPEL_OK;
    double *centre = cupel_alloc(n, sizeof *centre);
    search s = {.tree = tree, .rows = &few, .centre = centre, .seed = how->seed, .theta = cupel_alloc(cupel_mul(how->starts, n), sizeof(double)),
                .loss = cupel_alloc(how->starts, sizeof(double))};
    if (!centre || !s.theta || !s.loss) CUPEL_TRY(cupel_no_memory(err, "parameters of a kernel", n * sizeof *centre));
    CUPEL_TRY(choose_rows(rows, u, FEW_ROWS, how->seed, &few, err));
    CUPEL_TRY(find_centre(tree, &few.rows, centre, err));
    CUPEL_TRY(best_start(&s, how->starts, &alone, NULL, err));
    *score = s.loss[0] + (double)n * log((double)few.rows.n);
done:
    chosen_release(&few);
    cupel_free(s.theta);
    cupel_free(s.loss);
    cupel_free(centre);
    return st;
}
