/* Gaussian process regression whose kernel is a tree of sums and products (kernel_tree.h), for one target or several that share what they know
 * (intrinsic coregionalisation). The parameters are learned once, from all training rows or so many of them; the covariance of all rows then serves
 * every fold. */
#include "models/learn/gp_tree.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/math/la.h"
#include "core/sys/file.h"
#include "core/sys/par.h"
#include "models/learn/kernel_search.h"
#include "models/learn/learner.h"
#include "models/learn/targets.h"

#include <math.h>
#include <string.h>

enum { ROWS, STARTS };
enum { BLOCK = 32, COPIES = 4 }; /* rows at once; square matrices beside those of the threads: shared, inverse, packed, in panels */

/* ---- the model ---- */

void cupel_gp_tree_free(cupel_gp_tree *g)
{
    if (!g) return;
    cupel_kernel_points_free(g->points);
    cupel_triangle_free(g->triangle);
    cupel_ktree_release(&g->tree);
    cupel_free(g->theta);
    cupel_free(g->x);
    cupel_free(g->target);
    cupel_free(g->coef);
    cupel_free(g->packed);
    cupel_free(g);
}

cupel_status cupel_gp_tree_make(const cupel_ktree *tree, const double *theta, size_t m, size_t d, cupel_gp_tree **out, cupel_err *err)
{
    cupel_gp_tree *g = cupel_alloc(1, sizeof *g);
    cupel_status st = CUPEL_OK;
    if (!g) return cupel_no_memory(err, "a Gaussian process", sizeof *g);
    g->m = m, g->d = d;
    CUPEL_TRY(cupel_ktree_copy(tree, &g->tree, err));
    g->theta = cupel_alloc(tree->n_theta, sizeof *g->theta);
    g->x = cupel_alloc_aligned(cupel_mul(m, d), sizeof *g->x);
    g->target = cupel_alloc(m, sizeof *g->target);
    g->coef = cupel_alloc(m, sizeof *g->coef);
    g->packed = cupel_alloc_aligned(cupel_mul(m, m + 1) / 2, sizeof *g->packed);
    if (!g->theta || !g->x || !g->target || !g->coef || !g->packed)
        CUPEL_TRY(cupel_no_memory(err, "a Gaussian process", cupel_mul(cupel_mul(m, m), sizeof(double))));
    memcpy(g->theta, theta, tree->n_theta * sizeof *theta);
done:
    if (st == CUPEL_OK) *out = g;
    else cupel_gp_tree_free(g);
    return st;
}

cupel_status cupel_gp_tree_build(cupel_gp_tree *g, cupel_err *err)
{
    const size_t m = g->m;
    double *square = cupel_alloc(cupel_mul(m, m), sizeof *square);
    if (!square) return cupel_no_memory(err, "the triangle of the variance", cupel_mul(cupel_mul(m, m), sizeof *square));
    for (size_t i = 0; i < m; i++) memcpy(square + i * m, g->packed + i * (i + 1) / 2, (i + 1) * sizeof *square);
    cupel_status st = cupel_triangle_new(square, m, m, &g->triangle, err);
    cupel_free(square);
    if (st != CUPEL_OK) return st;
    return cupel_kernel_points_new(&g->tree, g->theta, &(cupel_kernel_rows){g->x, g->target, m, g->d}, &g->points, err);
}

static void free_model(void *model) { cupel_gp_tree_free(model); }

static size_t aligned(size_t bytes) { return (bytes + CUPEL_ALIGN - 1) / CUPEL_ALIGN * CUPEL_ALIGN; }

/* Values of a block with all points | squares | scratch of a row or of the triangle. */
static size_t scratch(const void *model)
{
    const cupel_gp_tree *g = model;
    const size_t row = cupel_kernel_points_scratch(g->points) * sizeof(double), triangle = cupel_triangle_scratch_bytes(g->triangle);
    return aligned(BLOCK * g->m * sizeof(double)) + aligned(BLOCK * sizeof(double)) + aligned(row > triangle ? row : triangle);
}

/* spread: NULL for the values alone, without the triangle. */
static void predict(const void *model, const cupel_query *rows, double *value, double *spread)
{
    const cupel_gp_tree *g = model;
    double *k = rows->scratch, *square = k + aligned(BLOCK * g->m * sizeof(double)) / sizeof(double),
           *rest = square + aligned(BLOCK * sizeof(double)) / sizeof(double);
    const cupel_machine_way way = {.precision = CUPEL_FLOAT64, .isa = rows->isa, .scratch = rest};
    for (size_t from = 0; from < rows->n; from += BLOCK) {
        const cupel_query b = cupel_query_part(rows, from, BLOCK);
        for (size_t i = 0; i < b.n; i++) {
            const double *row = k + i * g->m;
            double sum = g->bias;
            cupel_kernel_points_row(g->points, b.x + i * b.ld, 0, rest, k + i * g->m);
            for (size_t j = 0; j < g->m; j++) sum += g->coef[j] * row[j];
            value[from + i] = sum;
        }
        if (!spread) continue;
        cupel_triangle_squares(g->triangle, k, g->m, b.n, &way, square);
        for (size_t i = 0; i < b.n; i++)
            spread[from + i] = sqrt(fmax(cupel_kernel_points_self(g->points, b.x + i * b.ld, 0) - square[i], CUPEL_KERNEL_JITTER));
    }
}

static void predict_values(const void *model, const cupel_query *rows, double *value)
{
    predict(model, rows, value, NULL);
}

static const cupel_own_kind kind_gp_tree = {.scratch = scratch, .predict = predict, .free = free_model, .save = cupel_gp_tree_save,
                                            .load = cupel_gp_tree_load, .predict_values = predict_values};

/* ---- what all folds share ---- */

/* The rows of the problem, then those beside. */
typedef struct prepared {
    cupel_ktree tree;
    double *theta;
    size_t n, d;
    double *x, *y; /* [n][d], [n] */
    size_t *target; /* [n] */
    double *matrix; /* [n][n] */
    cupel_kernel_points *points;
    double *scratch; /* [threads] */
} prepared;

static void release(void *user)
{
    prepared *s = user;
    if (!s) return;
    cupel_ktree_release(&s->tree);
    cupel_kernel_points_free(s->points);
    cupel_free(s->theta);
    cupel_free(s->x);
    cupel_free(s->y);
    cupel_free(s->target);
    cupel_free(s->matrix);
    cupel_free(s->scratch);
    cupel_free(s);
}

static cupel_status no_names(void *user, const char *name, bool *in, cupel_err *err)
{
    (void)user;
    (void)in;
    return cupel_fail(err, CUPEL_USAGE, "kernel: '%s' is no column: there are no names here; leave the parentheses out, which takes all columns",
                      name);
}

static cupel_status gather(const cupel_problem *p, prepared *s, cupel_err *err)
{
    const cupel_beside *b = p->beside;
    s->d = p->d;
    s->n = p->n + (b ? b->n : 0);
    s->x = cupel_alloc_aligned(cupel_mul(s->n, s->d), sizeof *s->x);
    s->y = cupel_alloc(s->n, sizeof *s->y);
    s->target = cupel_alloc(s->n, sizeof *s->target);
    if (!s->x || !s->y || !s->target) return cupel_no_memory(err, "rows of a Gaussian process", cupel_mul(s->n * sizeof *s->x, s->d));
    memcpy(s->x, p->x, p->n * p->d * sizeof *s->x);
    memcpy(s->y, p->y, p->n * sizeof *s->y);
    if (!b) return CUPEL_OK;
    memcpy(s->x + p->n * p->d, b->x, b->n * p->d * sizeof *s->x);
    memcpy(s->y + p->n, b->y, b->n * sizeof *s->y);
    memcpy(s->target + p->n, b->target, b->n * sizeof *s->target);
    return CUPEL_OK;
}

/* The tree that is asked for, or looked for. */
static cupel_status bind(const cupel_problem *p, prepared *s, const cupel_learning *how, cupel_err *err)
{
    const cupel_groups none = {.find = no_names, .d = p->d};
    const cupel_kernel_space space = {.groups = p->groups ? p->groups : &none, .kept = p->groups ? p->kept : NULL, .n_kept = p->d,
                                      .n_targets = p->beside ? p->beside->n_targets + 1 : 1};
    const char *text = p->kernel ? p->kernel : CUPEL_GP_TREE_KERNEL;
    const cupel_kernel_rows rows = {s->x, s->target, s->n, s->d};
    cupel_str found = {0};
    cupel_status st = CUPEL_OK;
    if (strcmp(text, CUPEL_KERNEL_SEARCH) == 0) CUPEL_TRY(cupel_kernel_search(&space, &rows, s->y, how, p->job, &found, err));
    CUPEL_TRY(cupel_ktree_parse(found.n ? cupel_str_text(&found) : text, space.n_targets > 1, &s->tree, err));
    CUPEL_TRY(cupel_ktree_bind(&s->tree, space.groups, space.kept, space.n_kept, space.n_targets, err));
done:
    cupel_str_free(&found);
    return st;
}

/* Row i of the covariance up to its diagonal. */
static cupel_status fill_row(void *user, size_t i, size_t worker, cupel_err *err)
{
    (void)err;
    prepared *s = user;
    const double *z = s->x + i * s->d;
    cupel_kernel_points_row(s->points, z, s->target[i], s->scratch + worker * cupel_kernel_points_scratch(s->points), s->matrix + i * s->n);
    s->matrix[i * s->n + i] = cupel_kernel_points_self(s->points, z, s->target[i]) + CUPEL_KERNEL_JITTER;
    return CUPEL_OK;
}

static cupel_status fill_matrix(const cupel_problem *p, prepared *s, cupel_err *err)
{
    const size_t threads = p->job->threads, one = cupel_mul(cupel_mul(s->n, s->n), sizeof(double));
    cupel_status st = cupel_memory_check(cupel_mul(one, COPIES + threads), "the covariance of a Gaussian process (svr trains in less)", err);
    if (st != CUPEL_OK) return st;
    CUPEL_TRY(cupel_kernel_points_new(&s->tree, s->theta, &(cupel_kernel_rows){s->x, s->target, s->n, s->d}, &s->points, err));
    s->matrix = cupel_alloc_aligned(cupel_mul(s->n, s->n), sizeof *s->matrix);
    s->scratch = cupel_alloc_aligned(cupel_mul(threads, cupel_kernel_points_scratch(s->points)), sizeof *s->scratch);
    if (!s->matrix || !s->scratch) CUPEL_TRY(cupel_no_memory(err, "the covariance of a Gaussian process", one));
    CUPEL_TRY(cupel_par_for(threads, s->n, fill_row, s, err));
done:
    return st;
}

static void say_learned(const cupel_problem *p, const prepared *s, size_t used)
{
    cupel_str words = {0};
    cupel_ktree_words(&s->tree, s->theta, &words);
    if (!words.failed) cupel_say(p->job, CUPEL_NOTE, "kernel: %s (learned from %zu values)", cupel_str_text(&words), used);
    cupel_str_free(&words);
}

static cupel_status prepare(const cupel_problem *p, const double *setting, void **out, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    double loss;
    size_t used;
    prepared *s = cupel_alloc(1, sizeof *s);
    if (!s) return cupel_no_memory(err, "a Gaussian process", sizeof *s);
    CUPEL_TRY(gather(p, s, err));
    const cupel_learning how = {.rows = (size_t)setting[ROWS], .starts = (size_t)setting[STARTS], .seed = p->seed};
    CUPEL_TRY(bind(p, s, &how, err));
    cupel_progress(p->job, "parameters of the kernel", 0, 1);
    CUPEL_TRY(cupel_kernel_learn(&s->tree, &(cupel_kernel_rows){s->x, s->target, s->n, s->d}, s->y, &how, p->job, &s->theta, &loss, &used, err));
    cupel_progress(p->job, "parameters of the kernel", 1, 1);
    say_learned(p, s, used);
    CUPEL_TRY(fill_matrix(p, s, err));
done:
    if (st == CUPEL_OK) *out = s;
    else release(s);
    return st;
}

/* ---- one fit ---- */

/* The rows of the task, then the values beside whose group it has in full; row [prepared n]. */
static cupel_status rows_of(const cupel_fit_task *t, size_t *row, size_t *m, cupel_err *err)
{
    const cupel_problem *p = t->problem;
    const cupel_beside *b = p->beside;
    size_t groups = 0;
    bool *held = NULL;
    memcpy(row, t->row, t->n * sizeof *row);
    *m = t->n;
    if (!b) return CUPEL_OK;
    const cupel_status st = cupel_groups_held(p, t->row, t->n, &held, &groups, err);
    if (st != CUPEL_OK) return st;
    for (size_t i = 0; i < b->n; i++)
        if (b->group[i] >= groups || !held[b->group[i]]) row[(*m)++] = p->n + i;
    cupel_free(held);
    return CUPEL_OK;
}

/* a: [m][m] scratch. */
static cupel_status solve(const prepared *s, const cupel_fit_task *t, const size_t *row, double *a, cupel_gp_tree *g, cupel_err *err)
{
    const size_t m = g->m;
    const cupel_matrix factor = {a, m, m, m};
    cupel_status st = CUPEL_OK;
    for (size_t i = 0; i < t->n; i++) g->bias += s->y[row[i]] / (double)t->n;
    for (size_t i = 0; i < m; i++) {
        memcpy(g->x + i * s->d, s->x + row[i] * s->d, s->d * sizeof *g->x);
        g->target[i] = s->target[row[i]];
        g->coef[i] = s->y[row[i]] - (i < t->n ? g->bias : 0);
        for (size_t j = 0; j <= i; j++) a[i * m + j] = s->matrix[row[i] * s->n + row[j]];
    }
    CUPEL_TRY(cupel_la_cholesky(factor, err));
    CUPEL_TRY(cupel_la_cholesky_solve(cupel_read(factor), (cupel_matrix){g->coef, m, 1, 1}, err));
    CUPEL_TRY(cupel_la_triangle_invert(factor, err));
    for (size_t i = 0; i < m; i++) memcpy(g->packed + i * (i + 1) / 2, a + i * m, (i + 1) * sizeof *a);
done:
    return st;
}

static cupel_status fit(const cupel_fit_task *t, cupel_fitted *out, cupel_err *err)
{
    const prepared *s = t->prepared;
    cupel_status st = CUPEL_OK;
    cupel_gp_tree *g = NULL;
    double *a = NULL;
    size_t m, *row = cupel_alloc(s->n, sizeof *row);
    if (!row) return cupel_no_memory(err, "rows of a fold", s->n * sizeof *row);
    CUPEL_TRY(rows_of(t, row, &m, err));
    a = cupel_alloc_aligned(cupel_mul(m, m), sizeof *a);
    if (!a) CUPEL_TRY(cupel_no_memory(err, "the covariance of a Gaussian process", cupel_mul(cupel_mul(m, m), sizeof *a)));
    CUPEL_TRY(cupel_gp_tree_make(&s->tree, s->theta, m, s->d, &g, err));
    CUPEL_TRY(solve(s, t, row, a, g, err));
    CUPEL_TRY(cupel_gp_tree_build(g, err));
    st = cupel_fitted_own(t, &kind_gp_tree, g, out, err);
    g = NULL;
done:
    cupel_gp_tree_free(g);
    cupel_free(row);
    cupel_free(a);
    return st;
}

static void start(const cupel_problem *p, double *setting)
{
    (void)p;
    setting[ROWS] = floor(setting[ROWS]);
    setting[STARTS] = floor(setting[STARTS]);
}

static const cupel_reference references[] = {
    {"10.7551/mitpress/3206.001.0001", "Rasmussen, Williams: Gaussian processes for machine learning. MIT Press (2006), chapters 4 and 5"},
    {"https://proceedings.mlr.press/v28/duvenaud13.html",
     "Duvenaud, Lloyd, Grosse, Tenenbaum, Ghahramani: Structure discovery in nonparametric regression through compositional kernel search. ICML "
     "(2013)"},
    {"https://papers.nips.cc/paper/3189-multi-task-gaussian-process-prediction",
     "Bonilla, Chai, Williams: Multi-task Gaussian process prediction. NIPS (2007)"},
    {NULL, NULL},
};

static const cupel_param params[] = {
    {"rows", "", 600, 20, 4000, "values at most from which the parameters of the kernel are learned, a whole number; the process itself sees all"},
    {"starts", "", 4, 1, 64, "starts of that search, a whole number"},
    {0},
};

static const cupel_axis axes[] = {{0}};

extern const cupel_learner cupel_learner_gp_tree;
const cupel_learner cupel_learner_gp_tree = {
    .method = {CUPEL_LEARNER_SAYS,
               .name = "gp_tree",
               .help = "exact Gaussian process, its kernel a tree of sums and products (--kernel), of several targets (--beside)",
               .maturity = "experimental",
               .output = CUPEL_NUMBER_OR_CHANCE,
               .references = references,
               .params = params},
    .regression = true,
    .classes = true,
    .kernel = true,
    .own = &kind_gp_tree,
    .kernels = true,
    .beside = true,
    .axes = axes,
    .start = start,
    .prepare = prepare,
    .release = release,
    .fit = fit,
};
