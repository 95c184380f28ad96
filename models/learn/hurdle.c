/* A hurdle: targets of which many rows share one exact value (the zero gap of metals) and the others are a number. Trees tell first whether a row
 * is at that value, P = probability that it is not, then how large the others are; the answer is the median of the mixture, which the mean absolute
 * error asks for: the shared value where P <= 1/2, else the quantile 1 - 1/(2P) of the others.
 *
 *   P   mean of boosted trees (log loss) and of extremely randomised trees
 *   R   of the others: mean of boosted trees on the value, of boosted trees on its logarithm, and of the median by a forest's weights
 *   quantiles of the others: R times (or, where they lie on both sides of the shared value, plus) what the forest's weights say about the median
 *
 * Without a value that many rows share it is R alone. Hurdle models: Cragg 1971, doi:10.2307/1909582; forest weights: Meinshausen 2006. */
#include "models/learn/learner.h"
#include "models/learn/trees.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/math/order.h"
#include "core/math/stats.h"
#include "core/sys/file.h"
#include "models/learn/scale.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { TREES, RATE, LEAVES, COLUMNS, SEEDS, FOREST };
enum { GATE_BOOSTED, GATE_FOREST, REST_BOOSTED, REST_LOG, REST_FOREST, PARTS };
enum { BLOCK_ROWS = 256, N_TAU = 11, MIDDLE = 5, LEAST_ROWS = 20, LARGEST_POWER = 200 };
static const double LEAST_SHARE = 0.02; /* of the rows that share a value, and of those that do not: else there is no hurdle */
static const double TAU[N_TAU] = {0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9, 0.95, 0.98};

typedef struct hurdle {
    cupel_trees *part[PARTS]; /* gates NULL without a hurdle; REST_LOG NULL where the others lie on both sides */
    double shared;            /* the value that many rows have, scaled target */
    double unit;              /* size of the others: their logarithm is log(1 + |y - shared| / unit) */
    double side;              /* 1 or -1: the others lie above or below; 0: on both sides */
} hurdle;

static const char *const part_name[PARTS] = {"gate_boosted", "gate_forest", "rest_boosted", "rest_logarithm", "rest_forest"};

static void free_model(void *model)
{
    hurdle *h = model;
    if (!h) return;
    for (int k = 0; k < PARTS; k++) cupel_trees_free(h->part[k]);
    cupel_free(h);
}

/* ---- prediction ---- */

static size_t round_up(size_t bytes) { return (bytes + CUPEL_ALIGN - 1) / CUPEL_ALIGN * CUPEL_ALIGN; }

static size_t trees_bytes(const hurdle *h)
{
    size_t most = 0;
    for (int k = 0; k < PARTS; k++) {
        size_t bytes = h->part[k] ? cupel_trees_scratch_bytes(h->part[k]) : 0;
        if (bytes > most) most = bytes;
    }
    return round_up(most);
}

static size_t scratch(const void *model) { return trees_bytes(model) + (PARTS + 1 + N_TAU) * BLOCK_ROWS * sizeof(double); }

/* At tau between TAU's ends, of one row's quantiles q [N_TAU]. */
static double quantile(const double *q, double tau)
{
    if (tau <= TAU[0]) return q[0];
    for (int k = 1; k < N_TAU; k++)
        if (tau <= TAU[k]) return q[k - 1] + (q[k] - q[k - 1]) * (tau - TAU[k - 1]) / (TAU[k] - TAU[k - 1]);
    return q[N_TAU - 1];
}

/* The quantile tau of the mixture of `shared` with weight 1 - p and the others, whose middle is `rest`. */
static double mixed(const hurdle *h, double p, double rest, const double *q, double tau)
{
    double off = rest - h->shared, middle = q[MIDDLE] - h->shared;
    if (h->side < 0) { /* the shared value is the largest: it takes the upper end */
        if (tau >= p) return h->shared;
        tau = tau / p;
    } else if (h->side > 0 || p < 1) {
        if (tau <= 1 - p) return h->shared;
        tau = 1 - (1 - tau) / p;
    }
    double at = quantile(q, tau) - h->shared;
    if (h->side == 0) return rest + at - middle;
    return fabs(middle) > 0 ? h->shared + off * at / middle : rest;
}

static double rest_of(const hurdle *h, double plain, double logarithm, double median)
{
    if (h->side == 0) return 0.5 * (plain + median);
    double power = logarithm < 0 ? 0 : logarithm > LARGEST_POWER ? LARGEST_POWER : logarithm;
    double from_log = h->shared + h->side * h->unit * (cupel_exp(power) - 1);
    double rest = (plain + from_log + median) / 3;
    return (rest - h->shared) * h->side > 0 ? rest : h->shared;
}

/* Quantiles of the others about `rest`; own [N_TAU]. */
static void mixture_of(const hurdle *h, double p, double rest, const double *own, cupel_spiked *m)
{
    *m = (cupel_spiked){.at = h->shared, .above = p < 1 ? p : 1};
    for (int k = 0; k < CUPEL_SPIKED_QUANTILES; k++) {
        const double x = quantile(own, (k + 1) / (CUPEL_SPIKED_QUANTILES + 1.0)), middle = own[MIDDLE];
        const bool scaled = h->side != 0 && fabs(middle - h->shared) > 0;
        m->other[k] = scaled ? h->shared + (rest - h->shared) * (x - h->shared) / (middle - h->shared) : rest + (h->side != 0 ? 0 : x - middle);
    }
}

static void predict_mixed(const void *model, const cupel_query *rows, double *value, double *spread, cupel_spiked *mixture)
{
    const hurdle *h = model;
    double *v[PARTS], *unused = (double *)(void *)((char *)rows->scratch + trees_bytes(h)), *q = unused + BLOCK_ROWS;
    cupel_err err; /* quantiles fail for lack of rows only, and load and fit see to those */
    for (int k = 0; k < PARTS; k++) v[k] = q + (size_t)(N_TAU + k) * BLOCK_ROWS;
    for (size_t from = 0; from < rows->n; from += BLOCK_ROWS) {
        const cupel_query b = cupel_query_part(rows, from, BLOCK_ROWS);
        for (int k = 0; k < PARTS; k++)
            if (h->part[k]) cupel_trees_predict(h->part[k], &b, v[k], unused);
        (void)cupel_trees_quantiles(h->part[REST_FOREST], &b, TAU, N_TAU, q, &err);
        for (size_t i = 0; i < b.n; i++) {
            const double *own = q + i * N_TAU;
            double p = h->part[GATE_BOOSTED] ? 0.5 * (cupel_trees_probability(v[GATE_BOOSTED][i]) + v[GATE_FOREST][i]) : 1;
            double rest = rest_of(h, v[REST_BOOSTED][i], h->part[REST_LOG] ? v[REST_LOG][i] : 0, own[MIDDLE]);
            p = p > 1e-6 ? p : 1e-6;
            if (mixture) mixture_of(h, p, rest, own, &mixture[from + i]);
            value[from + i] = mixed(h, p, rest, own, 0.5);
            spread[from + i] = fabs(mixed(h, p, rest, own, 0.9) - mixed(h, p, rest, own, 0.1)) / 2.563; /* 2 z(0.9) */
        }
    }
}

static void predict(const void *model, const cupel_query *rows, double *value, double *spread)
{
    predict_mixed(model, rows, value, spread, NULL);
}

static bool has_gate(const void *model) { return ((const hurdle *)model)->part[GATE_BOOSTED] != NULL; }

/* ---- file ---- */

static cupel_status save(const void *model, const char *group, cupel_writer *w, cupel_err *err)
{
    const hurdle *h = model;
    cupel_status st = CUPEL_OK;
    char name[128];
    snprintf(name, sizeof name, "%s/hurdle", group);
    CUPEL_TRY(cupel_writer_put(w, name, "scaled target",
            "value that many rows share; size of the others; the side on which they lie; 1 where there is a gate",
                               CUPEL_F64, 1, (size_t[]){4}, (double[]){h->shared, h->unit, h->side, h->part[GATE_BOOSTED] != NULL}, err));
    for (int k = 0; k < PARTS; k++) {
        snprintf(name, sizeof name, "%s/%s", group, part_name[k]);
        if (h->part[k]) CUPEL_TRY(cupel_trees_save(h->part[k], name, w, err));
    }
done:
    return st;
}

/* Which parts such a hurdle has. */
static bool has_part(const hurdle *h, bool gate, int k) { return k <= GATE_FOREST ? gate : k != REST_LOG || h->side != 0; }

static cupel_status load(const cupel_reader *r, const char *group, size_t d, void **model, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    char name[128];
    void *data = NULL;
    hurdle *h = cupel_alloc(1, sizeof *h);
    if (!h) return cupel_no_memory(err, "a hurdle", sizeof *h);
    snprintf(name, sizeof name, "%s/hurdle", group);
    CUPEL_TRY(cupel_reader_get(r, name, CUPEL_F64, 1, (size_t[]){4}, &data, err));
    const double *v = data;
    if (!(fabs(v[0]) <= CUPEL_LARGEST) || !(v[1] > 0 && v[1] <= CUPEL_LARGEST) || (v[2] != 0 && v[2] != 1 && v[2] != -1) || (v[3] != 0 && v[3] != 1))
        CUPEL_TRY(cupel_fail(err, CUPEL_BAD_ARTIFACT, "model: '%s' holds numbers that no hurdle has; train the model again", name));
    *h = (hurdle){.shared = v[0], .unit = v[1], .side = v[2]};
    for (int k = 0; k < PARTS; k++) {
        snprintf(name, sizeof name, "%s/%s", group, part_name[k]);
        if (has_part(h, v[3] == 1, k)) CUPEL_TRY(cupel_trees_load(r, name, d, &h->part[k], err));
    }
    if (!cupel_trees_keep_rows(h->part[REST_FOREST]))
        CUPEL_TRY(cupel_fail(err, CUPEL_BAD_ARTIFACT, "model: '%s' has leaves without rows, and quantiles need them; train the model again", name));
    *model = h;
    h = NULL;
done:
    free_model(h);
    cupel_free(data);
    return st;
}

static const cupel_own_kind kind_hurdle = {.scratch = scratch, .predict = predict, .free = free_model, .save = save, .load = load, .mixed = has_gate,
                                           .predict_mixed = predict_mixed};

/* It asks them all alike, and its value is no sum of what they say. */
static void terms(const void *model, cupel_terms *t)
{
    static const cupel_term_step step[PARTS] = {CUPEL_STEP_ODDS, CUPEL_STEP_VOTES, CUPEL_STEP_OTHERS, CUPEL_STEP_LOGARITHM, CUPEL_STEP_NONE};
    const hurdle *h = model;
    *t = (cupel_terms){.shared = h->shared};
    for (int k = 0; k < PARTS; k++)
        if (h->part[k])
            t->term[t->n++] = (cupel_term){.trees = h->part[k], .weight = 1, .step = h->part[GATE_BOOSTED] ? step[k] : CUPEL_STEP_NONE};
}

/* ---- training ---- */

/* The value that most rows share, of equals the smallest, over all rows of the problem: the same in every fold. */
static cupel_status most_common(const cupel_problem *p, double *shared, size_t *count, cupel_err *err)
{
    double *sorted = cupel_alloc(p->n, sizeof *sorted);
    if (!sorted) return cupel_no_memory(err, "targets", p->n * sizeof *sorted);
    memcpy(sorted, p->y, p->n * sizeof *sorted);
    cupel_sort(sorted, p->n);
    *count = 0;
    for (size_t i = 0, j; i < p->n; i = j) {
        for (j = i + 1; j < p->n && !(sorted[j] > sorted[i]);) j++;
        if (j - i <= *count) continue;
        *count = j - i;
        *shared = sorted[i];
    }
    cupel_free(sorted);
    return CUPEL_OK;
}

typedef struct training {
    const cupel_fit_task *t;
    hurdle *h;
    size_t *rest, n_rest;  /* rows of the task that are not at the shared value */
    double *is, *logarithm; /* [problem->n] */
} training;

static cupel_status fit_part(training *r, int part, cupel_err *err)
{
    const cupel_problem *p = r->t->problem;
    const double *s = r->t->setting;
    const bool forest = part == GATE_FOREST || part == REST_FOREST, gate = part <= GATE_FOREST;
    cupel_trees_options o = cupel_trees_defaults(forest ? CUPEL_EXTRA_TREES : CUPEL_BOOSTED_TREES);
    cupel_trees_data data = {.n = gate ? r->t->n : r->n_rest, .d = p->d, .ld = p->d, .x = p->x, .row = gate ? r->t->row : r->rest};
    data.y = gate ? r->is : part == REST_LOG ? r->logarithm : p->y;
    o.trees = (size_t)(forest ? s[FOREST] : s[TREES]);
    o.seed = p->seed + (uint64_t)part;
    o.columns = part == REST_FOREST ? (s[COLUMNS] < 0.5 ? 2 * s[COLUMNS] : 1) : s[COLUMNS];
    if (forest) {
        o.keep_rows = !gate;
    } else {
        o.seeds = p->trial ? 1 : (size_t)s[SEEDS];
        o.rate = s[RATE];
        o.leaves = (size_t)s[LEAVES];
        o.loss = gate ? CUPEL_LOSS_LOG : CUPEL_LOSS_PSEUDO_HUBER;
        o.huber = part == REST_LOG ? 0.1 : 0.2;
    }
    return cupel_trees_fit(&data, &o, &(cupel_job){.threads = r->t->threads, .isa = p->job->isa}, &r->h->part[part], err);
}

/* Where the others lie, how large they are, their logarithms. */
static cupel_status look_at_rest(training *r, cupel_err *err)
{
    const cupel_problem *p = r->t->problem;
    hurdle *h = r->h;
    double *size = cupel_alloc(r->n_rest, sizeof *size);
    size_t above = 0;
    if (!size) return cupel_no_memory(err, "targets", r->n_rest * sizeof *size);
    for (size_t i = 0; i < r->n_rest; i++) {
        double off = p->y[r->rest[i]] - h->shared;
        above += off > 0;
        size[i] = fabs(off);
    }
    cupel_sort(size, r->n_rest);
    h->unit = size[r->n_rest / 2] > 0 ? size[r->n_rest / 2] : 1;
    if (h->side > 0) h->side = above == r->n_rest ? 1 : above == 0 ? -1 : 0; /* 1 on input: there is a hurdle */
    for (size_t i = 0; i < r->n_rest; i++) r->logarithm[r->rest[i]] = cupel_log(1 + fabs(p->y[r->rest[i]] - h->shared) / h->unit);
    cupel_free(size);
    return CUPEL_OK;
}

static cupel_status train(training *r, cupel_err *err)
{
    const cupel_problem *p = r->t->problem;
    cupel_status st = CUPEL_OK;
    double least = LEAST_SHARE * (double)p->n;
    size_t count = 0;
    CUPEL_TRY(most_common(p, &r->h->shared, &count, err));
    bool gate = (double)count >= least && (double)(p->n - count) >= least && count >= LEAST_ROWS;
    for (size_t i = 0; i < r->t->n; i++) {
        size_t row = r->t->row[i];
        r->is[row] = p->y[row] < r->h->shared || p->y[row] > r->h->shared;
        if (!gate || r->is[row] > 0) r->rest[r->n_rest++] = row;
    }
    if (r->n_rest == 0 || (gate && (r->n_rest < LEAST_ROWS || r->t->n - r->n_rest < 2))) { /* these rows alone show no hurdle */
        gate = false;
        r->n_rest = r->t->n;
        memcpy(r->rest, r->t->row, r->t->n * sizeof *r->rest);
    }
    r->h->side = gate;
    CUPEL_TRY(look_at_rest(r, err));
    for (int k = 0; k < PARTS; k++)
        if (has_part(r->h, gate, k)) CUPEL_TRY(fit_part(r, k, err));
done:
    return st;
}

static cupel_status fit(const cupel_fit_task *t, cupel_fitted *out, cupel_err *err)
{
    size_t n = t->problem->n;
    cupel_status st = CUPEL_OK;
    training r = {.t = t, .h = cupel_alloc(1, sizeof *r.h), .rest = cupel_alloc(t->n, sizeof *r.rest), .is = cupel_alloc(n, sizeof *r.is),
                  .logarithm = cupel_alloc(n, sizeof *r.logarithm)};
    if (!r.h || !r.rest || !r.is || !r.logarithm) CUPEL_TRY(cupel_no_memory(err, "a hurdle", 4 * n * sizeof(double)));
    CUPEL_TRY(train(&r, err));
    hurdle *h = r.h;
    r.h = NULL;
    st = cupel_fitted_own(t, &kind_hurdle, h, out, err);
done:
    free_model(r.h);
    cupel_free(r.rest);
    cupel_free(r.is);
    cupel_free(r.logarithm);
    return st;
}

/* ---- learner ---- */

static void start(const cupel_problem *p, double *setting)
{
    if (isnan(setting[COLUMNS])) setting[COLUMNS] = p->d < 30 ? 0.6 : 0.2;
}

static cupel_status prepare(const cupel_problem *p, const double *setting, void **prepared, cupel_err *err)
{
    size_t boosted = (size_t)(6 * setting[LEAVES] * setting[TREES] * setting[SEEDS]), forests = cupel_mul(cupel_mul(p->n, 4),
            (size_t)setting[FOREST]);
    *prepared = NULL;
    return cupel_memory_check(cupel_mul(boosted > SIZE_MAX - forests ? SIZE_MAX : boosted + forests, 24 * p->job->threads),
                              "the trees of a hurdle (fewer trees take less)", err);
}

static const cupel_reference references[] = {
    {"10.2307/1909582",
     "Cragg: Some statistical models for limited dependent variables with application to the demand for durable goods. Econometrica 39, 829 (1971)"},
    {"https://www.jmlr.org/papers/v7/meinshausen06a.html", "Meinshausen: Quantile regression forests. JMLR 7, 983 (2006)"},
    {NULL, NULL},
};

static const cupel_param params[] = {
    {"trees", "", 400, 1, 100000, "boosted trees of each part"},
    {"rate", "", 0.04, 1e-4, 1, "share of its fit that each boosted tree adds"},
    {"leaves", "", 31, 2, 4096, "leaves of a boosted tree"},
    {"columns", "", NAN, 1e-6, 1, "share of the columns that a boosted tree uses or a split looks at; 0.2, with fewer than 30 columns 0.6"},
    {"seeds", "", 2, 1, 1000, "boosted ensembles whose mean is taken"},
    {"forest", "", 200, 1, 100000, "extremely randomised trees of each part"},
    {0},
};

static const cupel_axis axes[] = {{0}};

extern const cupel_learner cupel_learner_hurdle;
const cupel_learner cupel_learner_hurdle = {
    .method = {CUPEL_LEARNER_SAYS,
               .name = "hurdle",
               .help = "for targets with many rows at one exact value (gaps of 0): which rows, then how large the others are; trees",
               .maturity = "experimental",
               .output = "a number, unit of the target",
               .references = references,
               .params = params},
    .regression = true,
    .kernel = true,
    .own = &kind_hurdle,
    .terms = terms,
    .uncut = true,
    .axes = axes,
    .start = start,
    .prepare = prepare,
    .fit = fit,
};
