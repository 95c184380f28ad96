/* Support vector machines. The solution comes from models/learn/smo.c where the kernel matrix is kept, else, and as the reference, from libsvm:
 * nothing else of it is used. Its model files crash their reader, its cross-validation and probabilities use rand(), and it prints; none of that
 * is reached. It aborts when memory is out, so what it takes is counted beforehand. */
#include "models/learn/learner.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/sys/file.h"
#include "models/learn/gram.h"
#include "models/learn/smo.h"

#include <libsvm/svm.h>
#include <limits.h>
#include <math.h>
#include <string.h>

enum { COST, GAMMA, MATERN, MATRIX, LIBSVM, EPSILON }; /* parameters in this order; svc has no epsilon */
enum { LARGEST_MATRIX = 32768 }; /* rows: 4.3 GB of kernel values. By the rows, not by the memory that is free: that would change the model */
static const double TOLERANCE = 1e-3;     /* of the optimality conditions, y has variance 1: libsvm's default */
static const double OWN_TOLERANCE = 5e-4; /* of our own solver: its predictions keep within 2e-3 of the exact solution */

_Static_assert(sizeof(struct svm_node) == 2 * sizeof(double) && offsetof(struct svm_node, value) == sizeof(double),
               "a node is an index and a double: kernel values are written with a stride of two doubles");

/* Either kernel values as libsvm wants them precomputed (a head with the row's own number, then n values), or coordinates for its RBF
 * kernel. */
typedef struct nodes {
    cupel_smo_matrix matrix; /* for our own solver, which needs nothing else */
    struct svm_node *node;
    size_t row;      /* nodes per row */
    bool precomputed;
    double gamma;
} nodes;

static void silent(const char *text) { (void)text; }

static size_t plus(size_t a, size_t b) { return a > SIZE_MAX - b ? SIZE_MAX : a + b; }

/* libsvm's cache of float kernel rows, in bytes: all of them up to a limit. */
static size_t cache_bytes(size_t n)
{
    size_t all = plus(cupel_mul(cupel_mul(n, n), sizeof(float)), cupel_mul(n, 64)), limit = (size_t)2 << 30;
    return all < limit ? all : limit;
}

/* The solver's own arrays: below 400 bytes per variable, two variables per row. */
static size_t solver_bytes(size_t n) { return plus(cache_bytes(n), cupel_mul(n, 800)); }

static void release(void *prepared)
{
    nodes *s = prepared;
    if (!s) return;
    cupel_smo_matrix_release(&s->matrix);
    cupel_free(s->node);
    cupel_free(s);
}

static void write_points(const cupel_problem *p, nodes *s)
{
    for (size_t i = 0; i < p->n; i++) {
        struct svm_node *row = s->node + i * s->row;
        for (size_t j = 0; j < p->d; j++) row[j] = (struct svm_node){(int)j + 1, p->x[i * p->d + j]};
        row[p->d] = (struct svm_node){-1, 0};
    }
}

static cupel_status write_kernel(const cupel_problem *p, cupel_kernel kernel, nodes *s, cupel_err *err)
{
    for (size_t i = 0; i < p->n; i++) s->node[i * s->row].value = (double)(i + 1);
    return cupel_gram_fill(p, kernel, s->gamma, &s->node[1].value, 2 * s->row, 2, err);
}

static cupel_status check_size(const cupel_problem *p, const double *setting, size_t *row, cupel_err *err)
{
    bool matrix = setting[MATRIX] != 0;
    if (p->n >= INT_MAX / 4 || p->d >= INT_MAX / 4)
        return cupel_fail(err, CUPEL_BAD_INPUT,
                          "support vector machine: %zu rows of %zu columns are more than libsvm can count; train on fewer rows", p->n,
                          p->d);
    if (setting[MATERN] != 0 && !matrix)
        return cupel_fail(err, CUPEL_USAGE,
                          "support vector machine: matern=1 needs the kernel matrix, and matrix=0 forbids it; take matern=0 with matrix=0");
    *row = matrix ? p->n + 1 : p->d + 1;
    size_t bytes = cupel_mul(cupel_mul(p->n, *row), sizeof(struct svm_node)), fits = cupel_mul(p->job->threads, solver_bytes(p->n));
    return cupel_memory_check(plus(bytes, fits),
                              matrix ? "the kernel matrix of a support vector machine (matern=0,matrix=0 trains in less, and slower)"
                                     : "the rows and kernel cache of a support vector machine",
                              err);
}

static cupel_kernel kind_of(const double *setting) { return setting[MATERN] != 0 ? CUPEL_KERNEL_MATERN52 : CUPEL_KERNEL_RBF; }

/* The kernel matrix of our own solver. */
static cupel_status prepare_own(const cupel_problem *p, const double *setting, void **prepared, cupel_err *err)
{
    size_t bytes = plus(cupel_smo_matrix_bytes(p->n), plus(cupel_mul(p->n, 4 * p->d), cupel_mul(p->job->threads, cupel_smo_solve_bytes(p->n))));
    cupel_status st = cupel_memory_check(bytes, "the kernel matrix of a support vector machine (matern=0,matrix=0 trains in less, and slower)", err);
    if (st != CUPEL_OK) return st;
    nodes *s = cupel_alloc(1, sizeof *s);
    if (!s) return cupel_no_memory(err, "a kernel matrix", sizeof *s);
    st = cupel_smo_matrix_make(p, kind_of(setting), setting[GAMMA], &s->matrix, err);
    if (st == CUPEL_OK)
        *prepared = s;
    else
        release(s);
    return st;
}

static cupel_status prepare(const cupel_problem *p, const double *setting, void **prepared, cupel_err *err)
{
    size_t row = 0;
    if (setting[LIBSVM] == 0 && setting[MATRIX] != 0) return prepare_own(p, setting, prepared, err);
    cupel_status st = check_size(p, setting, &row, err);
    if (st != CUPEL_OK) return st;
    nodes *s = cupel_alloc(1, sizeof *s);
    if (!s) return cupel_no_memory(err, "training rows for libsvm", 0);
    svm_set_print_string_function(silent); /* one pointer for the process, always set to the same */
    *s = (nodes){.row = row, .precomputed = setting[MATRIX] != 0, .gamma = setting[GAMMA]};
    s->node = cupel_alloc_aligned(cupel_mul(p->n, row), sizeof *s->node);
    if (!s->node) {
        st = cupel_no_memory(err, "training rows for libsvm", cupel_mul(cupel_mul(p->n, row), sizeof *s->node));
        goto done;
    }
    if (s->precomputed)
        CUPEL_TRY(write_kernel(p, kind_of(setting), s, err));
    else
        write_points(p, s);
done:
    if (st == CUPEL_OK)
        *prepared = s;
    else
        release(s);
    return st;
}

/* The rows of the task as libsvm's problem; arrays are pointers into s. */
static cupel_status make_problem(const cupel_fit_task *t, const nodes *s, struct svm_problem *prob, cupel_err *err)
{
    prob->l = (int)t->n;
    prob->x = cupel_alloc(t->n, sizeof *prob->x);
    prob->y = cupel_alloc(t->n, sizeof *prob->y);
    if (!prob->x || !prob->y) return cupel_no_memory(err, "training rows for libsvm", t->n * (sizeof *prob->x + sizeof *prob->y));
    for (size_t i = 0; i < t->n; i++) {
        prob->x[i] = s->node + t->row[i] * s->row;
        prob->y[i] = t->problem->y[t->row[i]];
    }
    return CUPEL_OK;
}

static bool one_class(const struct svm_problem *prob)
{
    for (int i = 1; i < prob->l; i++)
        if (prob->y[i] != prob->y[0]) return false;
    return true;
}

/* An expansion over one row that counts nothing: the solution is a constant. */
static cupel_status constant(const cupel_fit_task *t, double bias, cupel_fitted *out, cupel_err *err)
{
    *out = (cupel_fitted){.n = 1, .row = cupel_alloc(1, sizeof *out->row), .coef = cupel_alloc(1, sizeof *out->coef), .bias = bias};
    if (!out->row || !out->coef) {
        cupel_fitted_release(out);
        return cupel_no_memory(err, "a solution", 0);
    }
    out->row[0] = t->row[0];
    return CUPEL_OK;
}

/* libsvm numbers rows of the problem from 1 and groups support vectors by class: put them back in row order. */
static cupel_status take_solution(const cupel_fit_task *t, const struct svm_model *model, cupel_fitted *out, cupel_err *err)
{
    double sign = t->problem->is_class && model->label[0] < 0 ? -1 : 1; /* decision values are positive for label[0] */
    double *all = cupel_alloc(t->n, sizeof *all);
    size_t m = 0;
    *out = (cupel_fitted){.row = cupel_alloc((size_t)model->l, sizeof *out->row), .coef = cupel_alloc((size_t)model->l, sizeof *out->coef)};
    if (!all || !out->row || !out->coef) {
        cupel_free(all);
        cupel_fitted_release(out);
        return cupel_no_memory(err, "support vectors", (size_t)model->l * sizeof *out->coef);
    }
    for (int i = 0; i < model->l; i++) all[model->sv_indices[i] - 1] = sign * model->sv_coef[0][i];
    for (size_t i = 0; i < t->n; i++) {
        if (all[i] == 0) continue;
        out->row[m] = t->row[i];
        out->coef[m++] = all[i];
    }
    out->n = m;
    out->bias = -sign * model->rho[0];
    cupel_free(all);
    if (m) return CUPEL_OK;
    double bias = out->bias;
    cupel_fitted_release(out);
    return constant(t, bias, out, err);
}

/* ---- our own solver ---- */

/* The rows whose coefficient is not 0. */
static cupel_status take_coefficients(const cupel_fit_task *t, const double *beta, double bias, cupel_fitted *out, cupel_err *err)
{
    size_t m = 0;
    for (size_t i = 0; i < t->n; i++) m += fabs(beta[t->row[i]]) > 0;
    if (!m) return constant(t, bias, out, err);
    *out = (cupel_fitted){.n = m, .row = cupel_alloc(m, sizeof *out->row), .coef = cupel_alloc(m, sizeof *out->coef), .bias = bias};
    if (!out->row || !out->coef) {
        cupel_fitted_release(out);
        return cupel_no_memory(err, "support vectors", m * sizeof *out->coef);
    }
    m = 0;
    for (size_t i = 0; i < t->n; i++) {
        if (!(fabs(beta[t->row[i]]) > 0)) continue;
        out->row[m] = t->row[i];
        out->coef[m++] = beta[t->row[i]];
    }
    return CUPEL_OK;
}

static cupel_status train_libsvm(const cupel_fit_task *t, const nodes *s, int type, double epsilon, cupel_fitted *out, cupel_err *err);

/* Where our own solver gives up libsvm, which sums in float64, goes on from the same kernel values. */
static cupel_status hand_over(const cupel_fit_task *t, int type, double epsilon, cupel_fitted *out, cupel_err *err)
{
    const cupel_smo_matrix *m = &((const nodes *)t->prepared)->matrix;
    nodes s = {.row = m->n + 1, .precomputed = true, .gamma = t->setting[GAMMA]};
    size_t bytes = cupel_mul(cupel_mul(m->n, s.row), sizeof *s.node);
    cupel_status st = cupel_memory_check(plus(bytes, solver_bytes(t->n)), "the kernel matrix of a support vector machine", err);
    if (st != CUPEL_OK) return st;
    s.node = cupel_alloc_aligned(cupel_mul(m->n, s.row), sizeof *s.node);
    if (!s.node) return cupel_no_memory(err, "the kernel matrix of a support vector machine", bytes);
    svm_set_print_string_function(silent);
    for (size_t i = 0; i < m->n; i++) {
        struct svm_node *row = s.node + i * s.row;
        row[0].value = (double)(i + 1);
        for (size_t j = 0; j < m->n; j++) row[j + 1].value = (double)m->value[i * m->ld + j];
    }
    st = train_libsvm(t, &s, type, epsilon, out, err);
    cupel_free(s.node);
    return st;
}

/* Rows outside the task have bounds of 0. */
static cupel_status train_own(const cupel_fit_task *t, int type, double epsilon, cupel_fitted *out, cupel_err *err)
{
    const nodes *s = t->prepared;
    const cupel_problem *p = t->problem;
    const bool classes = type == C_SVC;
    cupel_status st = CUPEL_OK;
    cupel_smo_result result = {0};
    double *low = cupel_alloc(p->n, sizeof *low), *high = cupel_alloc(p->n, sizeof *high), *beta = cupel_alloc(p->n, sizeof *beta);
    if (!low || !high || !beta) CUPEL_TRY(cupel_no_memory(err, "bounds of a support vector machine", 3 * p->n * sizeof *low));
    for (size_t i = 0; i < t->n; i++) {
        size_t r = t->row[i];
        high[r] = classes && p->y[r] < 0 ? 0 : t->setting[COST];
        low[r] = classes && p->y[r] > 0 ? 0 : -t->setting[COST];
    }
    st = cupel_smo_solve(&(cupel_smo_task){.matrix = &s->matrix, .target = p->y, .low = low, .high = high, .tube = epsilon,
                                           .tolerance = OWN_TOLERANCE, .isa = p->job->isa}, beta, &result, err);
    if (st == CUPEL_FAILED) {
        st = hand_over(t, type, epsilon, out, err);
        goto done;
    }
    CUPEL_TRY(st);
    CUPEL_TRY(take_coefficients(t, beta, result.bias, out, err));
done:
    cupel_free(low);
    cupel_free(high);
    cupel_free(beta);
    return st;
}

/* ---- either ---- */

static cupel_status train_libsvm(const cupel_fit_task *t, const nodes *s, int type, double epsilon, cupel_fitted *out, cupel_err *err)
{
    struct svm_problem prob = {0};
    struct svm_parameter param = {
        .svm_type = type, .kernel_type = s->precomputed ? PRECOMPUTED : RBF, .gamma = s->gamma, .C = t->setting[COST], .p = epsilon,
        .eps = TOLERANCE, .cache_size = (double)cache_bytes(t->n) / 1048576.0 + 1, .shrinking = 1,
    };
    struct svm_model *model = NULL;
    cupel_status st = CUPEL_OK;
    CUPEL_TRY(make_problem(t, s, &prob, err));
    if (type == C_SVC && one_class(&prob)) {
        st = constant(t, prob.y[0], out, err);
        goto done;
    }
    model = svm_train(&prob, &param);
    if (!model) {
        st = cupel_no_memory(err, "a support vector machine", solver_bytes(t->n));
        goto done;
    }
    st = take_solution(t, model, out, err);
done:
    if (model) svm_free_and_destroy_model(&model);
    cupel_free(prob.x);
    cupel_free(prob.y);
    return st;
}

static cupel_status train(const cupel_fit_task *t, int type, double epsilon, cupel_fitted *out, cupel_err *err)
{
    const nodes *s = t->prepared;
    return s->matrix.value ? train_own(t, type, epsilon, out, err) : train_libsvm(t, s, type, epsilon, out, err);
}

static void start(const cupel_problem *p, double *setting)
{
    if (isnan(setting[COST])) setting[COST] = 4;
    if (isnan(setting[GAMMA])) setting[GAMMA] = 3 / p->typical;
    if (isnan(setting[MATRIX])) setting[MATRIX] = p->n <= LARGEST_MATRIX || setting[MATERN] > 0;
    if (isnan(setting[MATERN])) setting[MATERN] = setting[MATRIX] != 0;
    if (isnan(setting[LIBSVM])) setting[LIBSVM] = setting[MATRIX] == 0;
}

static void kernel_of(const double *setting, cupel_kernel *kernel, double *gamma)
{
    *kernel = kind_of(setting);
    *gamma = setting[GAMMA];
}

static const cupel_reference references[] = {
    {"10.1007/BF00994018", "Cortes, Vapnik: Support-vector networks. Machine Learning 20, 273 (1995)"},
    {"10.1023/B:STCO.0000035301.49549.88",
     "Smola, Schoelkopf: A tutorial on support vector regression. Statistics and Computing 14, 199 (2004)"},
    {"10.1145/1961189.1961199", "Chang, Lin: LIBSVM: a library for support vector machines. ACM TIST 2, 27 (2011)"},
    {NULL, NULL},
};

/* Beyond 10,000 a target of variance 1 is fitted as exactly as it can be, and libsvm nears the number of steps at which it gives up and
 * says so. */
#define SHARED_PARAMS(what)                                                                                                               \
    {"C", "", NAN, 1e-6, 1e4, "price of " what "; chosen by inner cross-validation"},                                                     \
    {"gamma", "", NAN, 1e-12, 1e6, "1 / (2 length^2) of the kernel, columns scaled to variance 1; chosen by inner cross-validation"},     \
    {"matern", "", NAN, 0, 1, "1: Matern 5/2 kernel, 0: Gaussian (RBF); 1 where there is a kernel matrix"},                               \
    {"matrix", "", NAN, 0, 1, "1: all kernel values are kept, 4 bytes per pair of rows (libsvm: 16); 0: libsvm computes its RBF kernel "   \
     "as it goes; 1 up to 32,768 rows"},                                                                                                  \
    {"libsvm", "", NAN, 0, 1, "1: libsvm finds the solution (the reference); 0: cupel's own solver, faster; 0 where there is a kernel matrix"}

/* ---- epsilon-SVR ---- */

static void svr_start(const cupel_problem *p, double *setting)
{
    start(p, setting);
    if (isnan(setting[EPSILON])) setting[EPSILON] = 0.05;
}

static cupel_status svr_fit(const cupel_fit_task *t, cupel_fitted *out, cupel_err *err)
{
    return train(t, EPSILON_SVR, t->setting[EPSILON], out, err);
}

static const cupel_param svr_params[] = {
    SHARED_PARAMS("a residual beyond the tube, target scaled to variance 1"),
    {"epsilon", "", NAN, 0, 10, "half width of the tube, target scaled to variance 1; chosen by inner cross-validation"},
    {0},
};

static const cupel_axis svr_axes[] = {
    {.param = GAMMA, .stage = 0, .relative = true, .n = 4, .value = {0.1, 0.3, 1, 3}},
    {.param = COST, .stage = 0, .n = 4, .value = {1, 4, 16, 64}},
    {.param = EPSILON, .stage = 1, .n = 4, .value = {0.005, 0.02, 0.1, 0.2}},
    {.param = GAMMA, .stage = 2, .relative = true, .n = 3, .value = {0.58, 1, 1.7}},
    {.param = COST, .stage = 2, .relative = true, .n = 3, .value = {0.5, 1, 2}},
    {0},
};

extern const cupel_learner cupel_learner_svr;
const cupel_learner cupel_learner_svr = {
    .method = {CUPEL_LEARNER_SAYS,
               .name = "svr",
               .help = "epsilon support vector regression",
               .maturity = "stable",
               .output = "a number, unit of the target",
               .references = references,
               .params = svr_params},
    .regression = true,
    .kernel = true,
    .axes = svr_axes,
    .start = svr_start,
    .kernel_of = kernel_of,
    .prepare = prepare,
    .release = release,
    .fit = svr_fit,
};

/* ---- C-SVC ---- */

static cupel_status svc_fit(const cupel_fit_task *t, cupel_fitted *out, cupel_err *err) { return train(t, C_SVC, 0, out, err); }

static const cupel_param svc_params[] = {SHARED_PARAMS("a row on the wrong side"), {0}};

static const cupel_axis svc_axes[] = {
    {.param = GAMMA, .stage = 0, .relative = true, .n = 4, .value = {0.1, 0.3, 1, 3}},
    {.param = COST, .stage = 0, .n = 4, .value = {0.5, 2, 8, 32}},
    {.param = GAMMA, .stage = 1, .relative = true, .n = 3, .value = {0.58, 1, 1.7}},
    {.param = COST, .stage = 1, .relative = true, .n = 3, .value = {0.5, 1, 2}},
    {0},
};

extern const cupel_learner cupel_learner_svc;
const cupel_learner cupel_learner_svc = {
    .method = {CUPEL_LEARNER_SAYS,
               .name = "svc",
               .help = "support vector classification of two classes",
               .maturity = "stable",
               .output = "probability of the second class",
               .references = references,
               .params = svc_params},
    .classes = true,
    .kernel = true,
    .axes = svc_axes,
    .start = start,
    .kernel_of = kernel_of,
    .prepare = prepare,
    .release = release,
    .fit = svc_fit,
};
