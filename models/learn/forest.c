/* Forests and boosted trees as learners. */
#include "models/learn/learner.h"
#include "models/learn/targets.h"
#include "models/learn/trees.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/math/stats.h"
#include "core/sys/file.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { TRIAL_TREES = 100 };   /* of a forest while settings are compared */
enum { FOREST_TREES, FOREST_COLUMNS, FOREST_LEAF, FOREST_MEDIAN };
enum { BOOST_TREES, BOOST_RATE, BOOST_LEAVES, BOOST_COLUMNS, BOOST_HUBER, BOOST_SUBSAMPLE, BOOST_CHILD, BOOST_LAMBDA, BOOST_DEPTH, BOOST_SEEDS,
       BOOST_QUANTILE };

/* Bytes of `nodes` nodes with what is made beside them, and of the rows once more for each fit at a time. */
static cupel_status check_memory(const cupel_problem *p, size_t nodes, cupel_err *err)
{
    size_t rows = cupel_mul(cupel_mul(p->n, p->d), 8 * p->job->threads), trees = cupel_mul(nodes, 24 * p->job->threads);
    return cupel_memory_check(rows > SIZE_MAX - trees ? SIZE_MAX : rows + trees, "an ensemble of trees (fewer trees take less)", err);
}

/* ---- an ensemble as a surrogate holds it ---- */

typedef struct ensemble {
    cupel_trees *trees;
    bool forest, is_class;
} ensemble;

static size_t scratch(const void *model) { return cupel_trees_scratch_bytes(((const ensemble *)model)->trees); }

/* Log odds from the mean u of votes -1 and 1 of all trees, with half a vote more for either class so that they stay finite. */
static double log_odds(const cupel_trees *t, double u)
{
    double n = (double)cupel_trees_count(t), p = (0.5 * (1 + u) * n + 0.5) / (n + 1);
    p = p < 1e-9 ? 1e-9 : p > 1 - 1e-9 ? 1 - 1e-9 : p;
    return cupel_log(p) - cupel_log(1 - p);
}

/* The mean or, where leaves know their rows, the median of a forest's weights, and its spread; log odds of a class. */
static void predict(const void *model, const cupel_query *rows, double *value, double *spread)
{
    const ensemble *e = model;
    const double half = 0.5;
    cupel_err unused; /* quantiles fail for lack of rows only */
    cupel_trees_predict(e->trees, rows, value, spread);
    for (size_t i = 0; i < rows->n; i++) spread[i] = sqrt(spread[i]);
    if (!e->forest) return;
    if (e->is_class)
        for (size_t i = 0; i < rows->n; i++) value[i] = log_odds(e->trees, value[i]);
    else if (cupel_trees_keep_rows(e->trees))
        (void)cupel_trees_quantiles(e->trees, rows, &half, 1, value, &unused);
}

static void free_model(void *model)
{
    ensemble *e = model;
    if (!e) return;
    cupel_trees_free(e->trees);
    cupel_free(e);
}

static cupel_status save(const void *model, const char *group, cupel_writer *w, cupel_err *err)
{
    const ensemble *e = model;
    char name[96];
    snprintf(name, sizeof name, "%s/task", group);
    cupel_status st = cupel_writer_put(w, name, "", "1 for a forest, 0 for boosted trees; 1 for classes, 0 for numbers", CUPEL_F64, 1, (size_t[]){2},
                                       (double[]){e->forest, e->is_class}, err);
    return st == CUPEL_OK ? cupel_trees_save(e->trees, group, w, err) : st;
}

static cupel_status load(const cupel_reader *r, const char *group, size_t d, void **model, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    char name[96];
    void *data = NULL;
    ensemble *e = cupel_alloc(1, sizeof *e);
    if (!e) return cupel_no_memory(err, "an ensemble", sizeof *e);
    snprintf(name, sizeof name, "%s/task", group);
    CUPEL_TRY(cupel_reader_get(r, name, CUPEL_F64, 1, (size_t[]){2}, &data, err));
    const double *task = data;
    if ((task[0] != 0 && task[0] != 1) || (task[1] != 0 && task[1] != 1))
        CUPEL_TRY(cupel_fail(err, CUPEL_BAD_ARTIFACT, "model: '%s' is %g and %g, expected 0 or 1; train the model again", name, task[0], task[1]));
    e->forest = task[0] == 1;
    e->is_class = task[1] == 1;
    CUPEL_TRY(cupel_trees_load(r, group, d, &e->trees, err));
    *model = e;
    e = NULL;
done:
    free_model(e);
    cupel_free(data);
    return st;
}

static size_t n_beside(const void *model) { return cupel_trees_beside(((const ensemble *)model)->trees); }

static void predict_beside(const void *model, const cupel_query *rows, double *value)
{
    cupel_trees_predict_beside(((const ensemble *)model)->trees, rows, value);
}

const cupel_own_kind cupel_own_trees = {.scratch = scratch, .predict = predict, .free = free_model, .save = save, .load = load, .n_beside = n_beside,
                                        .predict_beside = predict_beside};

/* The median of a forest is no sum. */
void cupel_trees_terms(const void *model, cupel_terms *t)
{
    const ensemble *e = model;
    const bool median = e->forest && !e->is_class && cupel_trees_keep_rows(e->trees);
    *t = (cupel_terms){.n = 1, .term = {{.trees = e->trees, .weight = 1}}, .share = median ? 0 : 1, .votes = e->forest && e->is_class};
}

cupel_status cupel_fitted_trees(const cupel_fit_task *t, cupel_trees *trees, cupel_fitted *out, cupel_err *err)
{
    ensemble *e = cupel_alloc(1, sizeof *e);
    if (!e) {
        cupel_trees_free(trees);
        return cupel_no_memory(err, "an ensemble", sizeof *e);
    }
    *e = (ensemble){.trees = trees, .forest = cupel_trees_forest(trees), .is_class = t->problem->is_class};
    return cupel_fitted_own(t, &cupel_own_trees, e, out, err);
}

static cupel_status fit(const cupel_fit_task *t, const double *y, const cupel_trees_options *o, cupel_fitted *out, cupel_err *err)
{
    const cupel_problem *p = t->problem;
    cupel_job job = {.threads = t->threads, .isa = p->job->isa};
    cupel_trees_data data = {.n = t->n, .d = p->d, .ld = p->d, .x = p->x, .y = y, .row = t->row};
    cupel_trees *trees = NULL;
    cupel_status st = cupel_trees_fit(&data, o, &job, &trees, err);
    return st == CUPEL_OK ? cupel_fitted_trees(t, trees, out, err) : st;
}

/* ---- forests ---- */

/* Rows of several targets, where there are others beside. */
static cupel_status prepare_forest(const cupel_problem *p, const double *setting, void **prepared, cupel_err *err)
{
    const cupel_beside *b = p->beside;
    cupel_targets *t = NULL;
    const size_t nodes = cupel_mul(cupel_mul(p->n, 2), (size_t)(setting[FOREST_TREES] / setting[FOREST_LEAF]) + 1);
    *prepared = NULL;
    cupel_status st = check_memory(p, b ? cupel_mul(nodes, 1 + b->n_targets / 4) : nodes, err);
    if (st != CUPEL_OK || !b) return st;
    st = cupel_memory_check(cupel_mul(cupel_mul(p->n + b->n, p->d), 8 * (1 + p->job->threads)), "rows of several targets", err);
    if (st == CUPEL_OK) st = cupel_targets_new(p, &t, err);
    *prepared = t;
    return st;
}

static void release_forest(void *prepared) { cupel_targets_free(prepared); }

/* The rows of the task and the values beside that it may use. */
static cupel_status fit_together(const cupel_fit_task *t, const cupel_trees_options *o, cupel_fitted *out, cupel_err *err)
{
    const cupel_targets *all = t->prepared;
    const cupel_job job = {.threads = t->threads, .isa = t->problem->job->isa};
    cupel_trees *trees = NULL;
    cupel_status st = CUPEL_OK;
    size_t n = 0, *row = cupel_alloc(all->n, sizeof *row);
    double *beside = cupel_alloc(cupel_mul(all->n, all->n_beside), sizeof *beside);
    if (!row || !beside) CUPEL_TRY(cupel_no_memory(err, "rows of several targets", all->n * sizeof *row));
    CUPEL_TRY(cupel_targets_of(all, t, row, &n, beside, err));
    const cupel_trees_data data = {.n = n, .d = all->d, .ld = all->d, .x = all->x, .y = all->y, .row = row, .n_beside = all->n_beside,
                                    .beside = beside};
    CUPEL_TRY(cupel_trees_fit(&data, o, &job, &trees, err));
    st = cupel_fitted_trees(t, trees, out, err);
done:
    cupel_free(row);
    cupel_free(beside);
    return st;
}

static cupel_status fit_forest(cupel_trees_kind kind, const cupel_fit_task *t, cupel_fitted *out, cupel_err *err)
{
    const double *s = t->setting;
    cupel_trees_options o = cupel_trees_defaults(kind);
    o.trees = (size_t)s[FOREST_TREES];
    if (t->problem->trial && o.trees > TRIAL_TREES) o.trees = TRIAL_TREES;
    o.columns = s[FOREST_COLUMNS];
    o.leaf = (size_t)s[FOREST_LEAF];
    o.keep_rows = s[FOREST_MEDIAN] != 0 && !t->problem->is_class;
    o.seed = t->problem->seed;
    return t->prepared ? fit_together(t, &o, out, err) : fit(t, t->problem->y, &o, out, err);
}

static cupel_status fit_extra(const cupel_fit_task *t, cupel_fitted *out, cupel_err *err) { return fit_forest(CUPEL_EXTRA_TREES, t, out, err); }

static cupel_status fit_random(const cupel_fit_task *t, cupel_fitted *out, cupel_err *err)
{
    return fit_forest(CUPEL_RANDOM_FOREST, t, out, err);
}

static void start_forest(const cupel_problem *p, double *setting)
{
    (void)p;
    if (isnan(setting[FOREST_COLUMNS])) setting[FOREST_COLUMNS] = 0.4;
    if (isnan(setting[FOREST_LEAF])) setting[FOREST_LEAF] = 1;
    if (isnan(setting[FOREST_MEDIAN])) setting[FOREST_MEDIAN] = 0;
}

static const cupel_param forest_params[] = {
    {"trees", "", 500, 1, 100000, "number of trees"},
    {"columns", "", NAN, 1e-6, 1, "share of the columns that a split looks at; chosen by inner cross-validation"},
    {"leaf", "", NAN, 1, 1e6, "least number of rows in a leaf; chosen by inner cross-validation"},
    {"median", "", NAN, 0, 1, "1: the median of the targets by the forest's weights, and intervals and quantiles by them too, 0: their mean; 1 where "
                              "that lowers the error of inner cross-validation by 6 %"},
    {0},
};

static const cupel_axis forest_axes[] = {
    {.param = FOREST_COLUMNS, .stage = 0, .n = 4, .value = {0.1, 0.25, 0.5, 0.9}},
    {.param = FOREST_LEAF, .stage = 0, .n = 2, .value = {1, 3}},
    {.param = FOREST_MEDIAN, .stage = 1, .n = 1, .value = {1}, .worth = 0.06},
    {0},
};

#define TOGETHER {"10.1002/widm.12", "Segal, Xiao: Multivariate random forests. WIREs Data Mining and Knowledge Discovery 1, 80 (2011)"}

static const cupel_reference extra_references[] = {
    {"10.1007/s10994-006-6226-1", "Geurts, Ernst, Wehenkel: Extremely randomized trees. Machine Learning 63, 3 (2006)"},
    {"https://www.jmlr.org/papers/v7/meinshausen06a.html", "Meinshausen: Quantile regression forests. JMLR 7, 983 (2006)"},
    TOGETHER,
    {NULL, NULL},
};

extern const cupel_learner cupel_learner_extra_trees;
const cupel_learner cupel_learner_extra_trees = {
    .method = {CUPEL_LEARNER_SAYS,
               .name = "extra_trees",
               .help = "extremely randomised trees: random thresholds, every row in every tree; of several targets (--beside)",
               .maturity = "stable",
               .output = CUPEL_NUMBER_OR_CHANCE,
               .references = extra_references,
               .params = forest_params},
    .regression = true,
    .classes = true,
    .kernel = true,
    .own = &cupel_own_trees,
    .terms = cupel_trees_terms,
    .uncut = true,
    .beside = true,
    .axes = forest_axes,
    .start = start_forest,
    .prepare = prepare_forest,
    .release = release_forest,
    .fit = fit_extra,
};

static const cupel_reference forest_references[] = {
    {"10.1023/A:1010933404324", "Breiman: Random forests. Machine Learning 45, 5 (2001)"},
    {"https://www.jmlr.org/papers/v7/meinshausen06a.html", "Meinshausen: Quantile regression forests. JMLR 7, 983 (2006)"},
    TOGETHER,
    {NULL, NULL},
};

extern const cupel_learner cupel_learner_random_forest;
const cupel_learner cupel_learner_random_forest = {
    .method = {CUPEL_LEARNER_SAYS,
               .name = "random_forest",
               .help = "random forest: best thresholds on rows drawn with replacement; of several targets (--beside)",
               .maturity = "stable",
               .output = CUPEL_NUMBER_OR_CHANCE,
               .references = forest_references,
               .params = forest_params},
    .regression = true,
    .classes = true,
    .kernel = true,
    .own = &cupel_own_trees,
    .terms = cupel_trees_terms,
    .uncut = true,
    .beside = true,
    .axes = forest_axes,
    .start = start_forest,
    .prepare = prepare_forest,
    .release = release_forest,
    .fit = fit_random,
};

/* ---- boosting ---- */

static cupel_status prepare_boosted(const cupel_problem *p, const double *setting, void **prepared, cupel_err *err)
{
    *prepared = NULL;
    return check_memory(p, (size_t)(2 * setting[BOOST_LEAVES] * setting[BOOST_TREES] * setting[BOOST_SEEDS]), err);
}

static cupel_status fit_boosted(const cupel_fit_task *t, cupel_fitted *out, cupel_err *err)
{
    const double *s = t->setting;
    const cupel_problem *p = t->problem;
    cupel_trees_options o = cupel_trees_defaults(CUPEL_BOOSTED_TREES);
    o.trees = (size_t)s[BOOST_TREES];
    o.seeds = p->trial ? 1 : (size_t)s[BOOST_SEEDS];
    o.rate = s[BOOST_RATE];
    o.leaves = (size_t)s[BOOST_LEAVES];
    o.columns = s[BOOST_COLUMNS];
    o.subsample = s[BOOST_SUBSAMPLE];
    o.child_weight = s[BOOST_CHILD];
    o.lambda = s[BOOST_LAMBDA];
    o.depth = (size_t)s[BOOST_DEPTH];
    o.loss = p->is_class ? CUPEL_LOSS_LOG : s[BOOST_HUBER] > 0 ? CUPEL_LOSS_PSEUDO_HUBER : CUPEL_LOSS_SQUARED;
    if (s[BOOST_HUBER] > 0) o.huber = s[BOOST_HUBER];
    if (s[BOOST_QUANTILE] > 0 && !p->is_class) {
        o.loss = CUPEL_LOSS_PINBALL;
        o.quantile = s[BOOST_QUANTILE];
    }
    o.monotone = p->monotone;
    o.seed = p->seed;
    if (!p->is_class) return fit(t, p->y, &o, out, err);
    double *y = cupel_alloc(p->n, sizeof *y);
    if (!y) return cupel_no_memory(err, "classes", p->n * sizeof *y);
    for (size_t i = 0; i < p->n; i++) y[i] = p->y[i] > 0;
    cupel_status st = fit(t, y, &o, out, err);
    cupel_free(y);
    return st;
}

static void start_boosted(const cupel_problem *p, double *setting)
{
    if (isnan(setting[BOOST_LEAVES])) setting[BOOST_LEAVES] = 15;
    if (isnan(setting[BOOST_COLUMNS])) setting[BOOST_COLUMNS] = p->d < 30 ? 0.6 : 0.3;
    if (isnan(setting[BOOST_HUBER])) setting[BOOST_HUBER] = 0;
}

static const cupel_param boosted_params[] = {
    {"trees", "", 500, 1, 100000, "number of trees"},
    {"rate", "", 0.05, 1e-4, 1, "share of its fit that each tree adds"},
    {"leaves", "", NAN, 2, 4096, "leaves of a tree; chosen by inner cross-validation"},
    {"columns", "", NAN, 1e-6, 1, "share of the columns that a tree uses; chosen by inner cross-validation"},
    {"huber", "", NAN, 0, 100, "residual from which the pseudo-Huber loss turns straight, target scaled to variance 1; 0: squared errors; chosen by "
                               "inner cross-validation; classes have the log loss"},
    {"subsample", "", 0.8, 1e-3, 1, "share of the rows that a tree sees"},
    {"child", "", 5, 0, 1e6, "least sum of second derivatives in a leaf (rows, for squared errors)"},
    {"lambda", "", 1, 0, 1e6, "added to that sum where it divides"},
    {"depth", "", 20, 0, 1000, "most splits above a leaf; 0: no limit"},
    {"seeds", "", 3, 1, 1000, "ensembles whose mean is taken"},
    {"quantile", "", 0, 0, 0.999, "the value predicted is this conditional quantile (pinball loss), 0.5 for medians; 0: means"},
    {0},
};

static const cupel_axis boosted_axes[] = {
    {.param = BOOST_LEAVES, .stage = 0, .n = 3, .value = {6, 15, 31}},
    {.param = BOOST_HUBER, .stage = 0, .n = 2, .value = {0, 0.2}},
    {.param = BOOST_COLUMNS, .stage = 1, .relative = true, .n = 2, .value = {0.4, 1.6}},
    {0},
};

static const cupel_reference boosted_references[] = {
    {"10.1214/aos/1013203451", "Friedman: Greedy function approximation: a gradient boosting machine. Annals of Statistics 29, 1189 (2001)"},
    {"10.1145/2939672.2939785", "Chen, Guestrin: XGBoost: a scalable tree boosting system. KDD (2016)"},
    {NULL, NULL},
};

extern const cupel_learner cupel_learner_boosted_trees;
const cupel_learner cupel_learner_boosted_trees = {
    .method = {CUPEL_LEARNER_SAYS,
               .name = "boosted_trees",
               .help = "gradient boosting of trees on binned columns",
               .maturity = "stable",
               .output = CUPEL_NUMBER_OR_CHANCE,
               .references = boosted_references,
               .params = boosted_params},
    .monotone = true,
    .regression = true,
    .classes = true,
    .kernel = true,
    .own = &cupel_own_trees,
    .terms = cupel_trees_terms,
    .uncut = true,
    .axes = boosted_axes,
    .start = start_boosted,
    .prepare = prepare_boosted,
    .fit = fit_boosted,
};
