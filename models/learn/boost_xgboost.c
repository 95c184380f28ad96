/* Gradient boosting by XGBoost (Chen, Guestrin 2016, doi:10.1145/2939672.2939785) through its C API; the only file that knows it. The library is
 * opened at the first fit. Its trees are then taken over as trees of our own: an artifact holds no bytes that are the library's to read, predictions
 * need no library and run at the speed of boosted_trees. XGBoost sends x < c to the left, ours x <= at: at is the largest float32 below c. Whether
 * every training row is predicted alike is checked in each fit. */
#include "models/learn/learner.h"
#include "models/learn/trees.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/io/json.h"
#include "core/sys/file.h"
#include "core/sys/library.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#if defined(__has_include)
#if __has_include(<xgboost/c_api.h>)
#define BUILT_IN
#endif
#endif

enum { TREES, RATE, DEPTH, COLUMNS, HUBER, SUBSAMPLE, CHILD, LAMBDA };

#ifdef BUILT_IN
#include <xgboost/c_api.h>

static const char *const file_name[] = {"libxgboost.so.0", "libxgboost.so", NULL};
static const double ALIKE = 1e-3; /* of the scaled target: float32 sums of the library against ours */

typedef struct library {
    __typeof__(XGBGetLastError) *last_error;
    __typeof__(XGDMatrixCreateFromMat_omp) *matrix;
    __typeof__(XGDMatrixSetFloatInfo) *set_info;
    __typeof__(XGDMatrixFree) *free_matrix;
    __typeof__(XGBoosterCreate) *create;
    __typeof__(XGBoosterSetParam) *set;
    __typeof__(XGBoosterUpdateOneIter) *update;
    __typeof__(XGBoosterPredict) *predict;
    __typeof__(XGBoosterSaveModelToBuffer) *save;
    __typeof__(XGBoosterFree) *free;
} library;

static bool find(void *opened, const char *name, void *to)
{
    void *symbol = cupel_library_symbol(opened, name);
    memcpy(to, &symbol, sizeof symbol); /* ISO C has no way from an object to a function */
    return symbol != NULL;
}

static cupel_status open_library(library *l, cupel_err *err)
{
    const char *why = NULL;
    void *opened = NULL;
    for (size_t i = 0; !opened && file_name[i]; i++) opened = cupel_library_open(file_name[i], false, i ? NULL : &why);
    if (!opened)
        return cupel_fail(err, CUPEL_FAILED, "model 'xgboost': the library of XGBoost is not there (%.200s); install it (Debian: libxgboost-dev), or "
                                             "use model boosted_trees", why ? why : file_name[0]);
    bool all = find(opened, "XGBGetLastError", &l->last_error) && find(opened, "XGDMatrixCreateFromMat_omp", &l->matrix) &&
               find(opened, "XGDMatrixSetFloatInfo", &l->set_info) && find(opened, "XGDMatrixFree", &l->free_matrix) &&
               find(opened, "XGBoosterCreate", &l->create) && find(opened, "XGBoosterSetParam", &l->set) &&
               find(opened, "XGBoosterUpdateOneIter", &l->update) && find(opened, "XGBoosterPredict", &l->predict) &&
               find(opened, "XGBoosterSaveModelToBuffer", &l->save) && find(opened, "XGBoosterFree", &l->free);
    if (all) return CUPEL_OK;
    return cupel_fail(err, CUPEL_FAILED,
                      "model 'xgboost': the library of XGBoost lacks functions of version 1.7; install that or a newer one, or use "
                      "model boosted_trees");
}

/* One training. */
typedef struct boosting {
    library lib;
    const cupel_fit_task *t;
    float *x, *y;          /* [n][d], [n] */
    DMatrixHandle data;
    BoosterHandle booster;
} boosting;

/* The library's answer: 0, or what it says in its first line. */
static cupel_status answer(const boosting *b, int code, cupel_err *err)
{
    if (!code) return CUPEL_OK;
    const char *said = b->lib.last_error();
    return cupel_fail(err, CUPEL_FAILED, "XGBoost: %.*s", (int)strcspn(said, "\n"), said);
}

static cupel_status give_rows(boosting *b, cupel_err *err)
{
    const cupel_problem *p = b->t->problem;
    const size_t n = b->t->n, d = p->d;
    cupel_status st = CUPEL_OK;
    b->x = cupel_alloc(cupel_mul(n, d), sizeof *b->x);
    b->y = cupel_alloc(n, sizeof *b->y);
    if (!b->x || !b->y) CUPEL_TRY(cupel_no_memory(err, "rows for XGBoost", cupel_mul(n, d * sizeof *b->x)));
    for (size_t i = 0; i < n; i++) {
        const size_t row = b->t->row[i];
        for (size_t j = 0; j < d; j++) b->x[i * d + j] = cupel_tree_value(p->x[row * d + j]);
        b->y[i] = p->is_class ? p->y[row] > 0 : (float)p->y[row];
    }
    CUPEL_TRY(answer(b, b->lib.matrix(b->x, n, d, NAN, &b->data, (int)b->t->threads), err));
    CUPEL_TRY(answer(b, b->lib.set_info(b->data, "label", b->y, n), err));
done:
    return st;
}

static cupel_status set_number(const boosting *b, const char *name, double value, cupel_err *err)
{
    char text[40];
    snprintf(text, sizeof text, "%.9g", value);
    return answer(b, b->lib.set(b->booster, name, text), err);
}

static cupel_status set_all(const boosting *b, cupel_err *err)
{
    const cupel_problem *p = b->t->problem;
    const double *s = b->t->setting;
    cupel_status st = CUPEL_OK;
    const char *objective = p->is_class ? "binary:logistic" : s[HUBER] > 0 ? "reg:pseudohubererror" : "reg:squarederror";
    CUPEL_TRY(answer(b, b->lib.set(b->booster, "objective", objective), err));
    CUPEL_TRY(answer(b, b->lib.set(b->booster, "tree_method", "hist"), err));
    CUPEL_TRY(set_number(b, "verbosity", 0, err));
    CUPEL_TRY(set_number(b, "nthread", (double)b->t->threads, err));
    CUPEL_TRY(set_number(b, "seed", (double)(p->seed & 0x7FFFFFFF), err));
    CUPEL_TRY(set_number(b, "base_score", p->is_class ? 0.5 : 0, err)); /* log odds or scaled target 0 */
    CUPEL_TRY(set_number(b, "eta", s[RATE], err));
    CUPEL_TRY(set_number(b, "max_depth", s[DEPTH], err));
    CUPEL_TRY(set_number(b, "colsample_bytree", s[COLUMNS], err));
    CUPEL_TRY(set_number(b, "subsample", s[SUBSAMPLE], err));
    CUPEL_TRY(set_number(b, "min_child_weight", s[CHILD], err));
    CUPEL_TRY(set_number(b, "lambda", s[LAMBDA], err));
    if (s[HUBER] > 0) CUPEL_TRY(set_number(b, "huber_slope", s[HUBER], err));
done:
    return st;
}

/* ---- its trees as ours ---- */

/* Arrays of numbers, tree by tree. */
typedef struct shape {
    const cupel_json *left, *right, *column, *at;
    size_t n;
} shape;

static bool number(const cupel_json *array, size_t i, double low, double high, double *x)
{
    return cupel_json_number(cupel_json_at(array, i), x) && *x >= low && *x <= high;
}

static bool look(const cupel_json *tree, shape *s)
{
    s->left = cupel_json_get(tree, "left_children");
    s->right = cupel_json_get(tree, "right_children");
    s->column = cupel_json_get(tree, "split_indices");
    s->at = cupel_json_get(tree, "split_conditions");
    s->n = cupel_json_size(s->left);
    return s->n && cupel_json_size(s->right) == s->n && cupel_json_size(s->column) == s->n && cupel_json_size(s->at) == s->n;
}

/* Nodes that can be reached, level by level, behind those of earlier trees; from [n] is scratch. */
static bool take_tree(const shape *s, size_t d, size_t *from, cupel_trees_parts *p)
{
    size_t known = 1;
    int64_t *count = &p->count[p->n_trees++];
    from[0] = 0;
    for (*count = 0; (size_t)*count < known; ++*count, p->n_nodes++) {
        const size_t i = from[*count];
        double left, right, column, at;
        if (!number(s->left, i, -1, (double)s->n - 1, &left) || !number(s->at, i, -1e30, 1e30, &at)) return false;
        p->column[p->n_nodes] = -1;
        p->at[p->n_nodes] = (float)at;
        if (left < 0) continue;
        if (!number(s->right, i, 0, (double)s->n - 1, &right) || !number(s->column, i, 0, (double)d - 1, &column) || known + 2 > s->n) return false;
        from[known++] = (size_t)left;
        from[known++] = (size_t)right;
        p->column[p->n_nodes] = (float)column;
        p->at[p->n_nodes] = nextafterf((float)at, -INFINITY);
    }
    return true;
}

static const cupel_json *trees_of(const cupel_json *root)
{
    const cupel_json *booster = cupel_json_get(cupel_json_get(root, "learner"), "gradient_booster");
    return cupel_json_get(cupel_json_get(booster, "model"), "trees");
}

static cupel_status take_trees(const cupel_json *trees, size_t d, cupel_trees **out, cupel_err *err)
{
    const size_t n = cupel_json_size(trees);
    size_t nodes = 0, largest = 0;
    cupel_status st = CUPEL_OK;
    shape s;
    bool good = n > 0;
    for (size_t k = 0; good && k < n; k++) {
        good = look(cupel_json_at(trees, k), &s);
        nodes += s.n;
        largest = s.n > largest ? s.n : largest;
    }
    cupel_trees_parts p = {.d = d, .factor = 1, .count = cupel_alloc(n + 1, sizeof *p.count), .column = cupel_alloc(nodes + 1, sizeof *p.column),
                           .at = cupel_alloc(nodes + 1, sizeof *p.at)};
    size_t *from = cupel_alloc(largest + 1, sizeof *from);
    if (!p.count || !p.column || !p.at || !from) CUPEL_TRY(cupel_no_memory(err, "the trees of XGBoost", cupel_mul(nodes, 8)));
    for (size_t k = 0; good && k < n; k++) good = look(cupel_json_at(trees, k), &s) && take_tree(&s, d, from, &p);
    if (!good)
        CUPEL_TRY(cupel_fail(err, CUPEL_FAILED, "the trees of this version of XGBoost are not written as those of 1.7 are; use model boosted_trees"));
    CUPEL_TRY(cupel_trees_assemble(&p, out, err));
done:
    cupel_free(p.count);
    cupel_free(p.column);
    cupel_free(p.at);
    cupel_free(from);
    return st;
}

static cupel_status take_over(const boosting *b, cupel_trees **out, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    bst_ulong n = 0;
    const char *text = NULL;
    cupel_json *root = NULL;
    CUPEL_TRY(answer(b, b->lib.save(b->booster, "{\"format\": \"json\"}", &n, &text), err));
    CUPEL_TRY(cupel_json_read((cupel_text){text, n}, "the model of XGBoost", &root, err));
    CUPEL_TRY(take_trees(trees_of(root), b->t->problem->d, out, err));
done:
    cupel_json_free(root);
    return st;
}

/* Every training row by the library and by our trees. */
static cupel_status compare(const boosting *b, const cupel_trees *trees, cupel_err *err)
{
    enum { ROWS = 64 };
    const size_t d = b->t->problem->d;
    cupel_status st = CUPEL_OK;
    bst_ulong n = 0;
    const float *theirs = NULL;
    double *row = cupel_alloc(ROWS * d, sizeof *row), value[ROWS];
    void *scratch = cupel_alloc_aligned(cupel_trees_scratch_bytes(trees), 1);
    if (!row || !scratch) CUPEL_TRY(cupel_no_memory(err, "a comparison with XGBoost", cupel_trees_scratch_bytes(trees)));
    CUPEL_TRY(answer(b, b->lib.predict(b->booster, b->data, 1, 0, 0, &n, &theirs), err)); /* 1: margins */
    for (size_t from = 0; from < b->t->n; from += ROWS) {
        const size_t m = b->t->n - from < ROWS ? b->t->n - from : ROWS;
        for (size_t i = 0; i < m * d; i++) row[i] = (double)b->x[from * d + i];
        cupel_trees_predict(trees, &(cupel_query){row, d, m, b->t->problem->job->isa, scratch}, value, NULL);
        for (size_t i = 0; i < m; i++)
            if (n != b->t->n || !(fabs(value[i] - (double)theirs[from + i]) <= ALIKE * (1 + fabs(value[i]))))
                CUPEL_TRY(cupel_fail(err, CUPEL_FAILED, "XGBoost predicts %g for a training row, and its trees as taken over %g: this version is not "
                                     "one that is known; use model boosted_trees", n == b->t->n ? (double)theirs[from + i] : NAN, value[i]));
    }
done:
    cupel_free(row);
    cupel_free(scratch);
    return st;
}

static cupel_status fit(const cupel_fit_task *t, cupel_fitted *out, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_trees *trees = NULL;
    boosting b = {.t = t};
    CUPEL_TRY(open_library(&b.lib, err));
    CUPEL_TRY(give_rows(&b, err));
    CUPEL_TRY(answer(&b, b.lib.create(&b.data, 1, &b.booster), err));
    CUPEL_TRY(set_all(&b, err));
    for (int i = 0; i < (int)t->setting[TREES]; i++) {
        CUPEL_TRY(answer(&b, b.lib.update(b.booster, i, b.data), err));
        if (cupel_stopped(t->problem->job)) CUPEL_TRY(cupel_fail(err, CUPEL_INTERRUPTED, "stopped while training; nothing was written, start again"));
    }
    CUPEL_TRY(take_over(&b, &trees, err));
    CUPEL_TRY(compare(&b, trees, err));
    st = cupel_fitted_trees(t, trees, out, err);
    trees = NULL;
done:
    if (b.booster) (void)b.lib.free(b.booster);
    if (b.data) (void)b.lib.free_matrix(b.data);
    cupel_trees_free(trees);
    cupel_free(b.x);
    cupel_free(b.y);
    return st;
}
#define WHETHER ""
#else
static cupel_status fit(const cupel_fit_task *t, cupel_fitted *out, cupel_err *err)
{
    (void)t;
    (void)out;
    return cupel_fail(err, CUPEL_FAILED, "model 'xgboost' is not built in: its header was not there; install it (Debian: libxgboost-dev, or 'make "
                                         "deps') and build again, or use model boosted_trees");
}
#define WHETHER " (not built in: install libxgboost-dev and build again)"
#endif

/* ---- learner ---- */

static cupel_status prepare(const cupel_problem *p, const double *setting, void **prepared, cupel_err *err)
{
    const size_t rows = cupel_mul(cupel_mul(p->n, p->d), 12 * p->job->threads), nodes = (size_t)(setting[TREES] * exp2(fmin(setting[DEPTH] + 1, 40)));
    *prepared = NULL;
    const size_t most = cupel_mul(nodes < 2 * p->n * (size_t)setting[TREES] ? nodes : 2 * p->n * (size_t)setting[TREES], 400);
    return cupel_memory_check(rows > SIZE_MAX - most ? SIZE_MAX : rows + most, "XGBoost (fewer trees or less depth take less)", err);
}

static void start(const cupel_problem *p, double *setting)
{
    if (isnan(setting[DEPTH])) setting[DEPTH] = 6;
    if (isnan(setting[COLUMNS])) setting[COLUMNS] = p->d < 30 ? 0.6 : 0.3;
}

static const cupel_param params[] = {
    {"trees", "", 500, 1, 100000, "number of trees"},
    {"rate", "", 0.05, 1e-4, 1, "share of its fit that each tree adds (eta)"},
    {"depth", "", NAN, 1, 20, "most splits above a leaf (max_depth); chosen by inner cross-validation"},
    {"columns", "", NAN, 1e-6, 1, "share of the columns that a tree uses (colsample_bytree); 0.3, with fewer than 30 columns 0.6"},
    {"huber", "", 0, 0, 100,
     "residual from which the pseudo-Huber loss turns straight (huber_slope), target scaled to variance 1; 0: squared errors"},
    {"subsample", "", 0.8, 1e-3, 1, "share of the rows that a tree sees"},
    {"child", "", 5, 0, 1e6, "least sum of second derivatives in a leaf (min_child_weight)"},
    {"lambda", "", 1, 0, 1e6, "added to that sum where it divides"},
    {0},
};

static const cupel_axis axes[] = {
    {.param = DEPTH, .stage = 0, .n = 3, .value = {4, 6, 8}},
    {0},
};

static const cupel_reference references[] = {
    {"10.1145/2939672.2939785", "Chen, Guestrin: XGBoost: a scalable tree boosting system. KDD (2016)"},
    {NULL, NULL},
};

extern const cupel_learner cupel_learner_xgboost;
const cupel_learner cupel_learner_xgboost = {
    .method = {CUPEL_LEARNER_SAYS,
               .name = "xgboost",
               .help = "gradient boosting of trees by the library XGBoost, whose trees are taken over" WHETHER,
               .maturity = "stable",
               .output = CUPEL_NUMBER_OR_CHANCE,
               .references = references,
               .params = params},
    .regression = true,
    .classes = true,
    .kernel = true,
    .own = &cupel_own_trees,
    .terms = cupel_trees_terms,
    .uncut = true,
    .slow = true,
    .axes = axes,
    .start = start,
    .prepare = prepare,
    .fit = fit,
};
