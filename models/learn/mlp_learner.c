/* The learner mlp: several networks, each begun at its own chance and stopped when rows that it has not seen get no better; the value is their mean,
 * what they say of their error is how far they differ (Lakshminarayanan et al. 2017, arXiv:1612.01474). */
#include "models/learn/learner.h"
#include "models/learn/mlp.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/base/rng.h"
#include "core/sys/file.h"
#include "models/learn/scale.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { HIDDEN, LAYERS, DECAY, RATE, EPOCHS, MEMBERS };
enum { MOST_HIDDEN = 512, MOST_MEMBERS = 32, BATCH = 64, JUDGED = 256, PATIENCE = 12, HELD = 8 }; /* one row in HELD says when to stop */
static const uint64_t SEED = 0x6d6c70;
static const double LARGEST_WEIGHT = 1e15; /* through four layers of 512 units values stay finite */

typedef struct ensemble {
    size_t n;
    cupel_mlp *net; /* [n] of one shape */
} ensemble;

static void free_model(void *model)
{
    ensemble *s = model;
    if (!s) return;
    for (size_t k = 0; s->net && k < s->n; k++) cupel_mlp_release(&s->net[k]);
    cupel_free(s->net);
    cupel_free(s);
}

static cupel_status make(size_t n, size_t d, size_t layers, size_t hidden, ensemble **out, cupel_err *err)
{
    ensemble *s = cupel_alloc(1, sizeof *s);
    cupel_status st = s ? CUPEL_OK : cupel_no_memory(err, "neural networks", sizeof *s);
    if (st != CUPEL_OK) return st;
    *s = (ensemble){.n = n, .net = cupel_alloc(n, sizeof *s->net)};
    if (!s->net) st = cupel_no_memory(err, "neural networks", n * sizeof *s->net);
    for (size_t k = 0; st == CUPEL_OK && k < n; k++) st = cupel_mlp_make(d, layers, hidden, &s->net[k], err);
    if (st == CUPEL_OK)
        *out = s;
    else
        free_model(s);
    return st;
}

static size_t scratch(const void *model) { return 2 * ((const ensemble *)model)->net->hidden * sizeof(double); }

static void predict(const void *model, const cupel_query *rows, double *value, double *spread)
{
    const ensemble *s = model;
    double *a = rows->scratch, *b = a + s->net->hidden, f[MOST_MEMBERS];
    for (size_t i = 0; i < rows->n; i++) {
        double mean = 0, square = 0;
        for (size_t k = 0; k < s->n; k++) {
            f[k] = cupel_mlp_value(&s->net[k], rows->x + i * rows->ld, a, b);
            mean += f[k] / (double)s->n;
        }
        for (size_t k = 0; k < s->n; k++) square += (f[k] - mean) * (f[k] - mean);
        value[i] = mean;
        spread[i] = s->n > 1 ? sqrt(square / (double)(s->n - 1)) : 0;
    }
}

/* ---- file ---- */

static cupel_status save(const void *model, const char *group, cupel_writer *w, cupel_err *err)
{
    const ensemble *s = model;
    cupel_status st = CUPEL_OK;
    char name[96];
    double shape[] = {(double)s->net->layers, (double)s->net->hidden};
    double *all = cupel_alloc(cupel_mul(s->n, s->net->n), sizeof *all);
    if (!all) return cupel_no_memory(err, "neural networks", cupel_mul(s->n * sizeof *all, s->net->n));
    for (size_t k = 0; k < s->n; k++) memcpy(all + k * s->net->n, s->net[k].w, s->net->n * sizeof *all);
    snprintf(name, sizeof name, "%s/shape", group);
    CUPEL_TRY(cupel_writer_put(w, name, "", "hidden layers of a network, units in each", CUPEL_F64, 1, (size_t[]){2}, shape, err));
    snprintf(name, sizeof name, "%s/networks", group);
    CUPEL_TRY(cupel_writer_put(w, name, "", "a network a row: layer by layer, weights [inputs][outputs], then biases", CUPEL_F64, 2,
                               (size_t[]){s->n, s->net->n}, all, err));
done:
    cupel_free(all);
    return st;
}

static bool whole(double x, double most) { return x >= 1 && x <= most && x == floor(x); }

static cupel_status load(const cupel_reader *r, const char *group, size_t d, void **model, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    char name[96];
    void *shape = NULL, *all = NULL;
    ensemble *s = NULL;
    size_t size[2] = {SIZE_MAX, SIZE_MAX};
    snprintf(name, sizeof name, "%s/shape", group);
    CUPEL_TRY(cupel_reader_get(r, name, CUPEL_F64, 1, (size_t[]){2}, &shape, err));
    double layers = ((double *)shape)[0], hidden = ((double *)shape)[1];
    if (!whole(layers, CUPEL_MLP_LAYERS) || !whole(hidden, MOST_HIDDEN)) {
        st = cupel_fail(err, CUPEL_BAD_ARTIFACT, "model: '%s' is %g layers of %g units, expected up to %d of up to %d; train the model again", name,
                layers,
                        hidden, (int)CUPEL_MLP_LAYERS, (int)MOST_HIDDEN);
        goto done;
    }
    snprintf(name, sizeof name, "%s/networks", group);
    CUPEL_TRY(cupel_reader_get(r, name, CUPEL_F64, 2, size, &all, err));
    if (!size[0] || size[0] > MOST_MEMBERS || size[1] != cupel_mlp_numbers(d, (size_t)layers, (size_t)hidden)) {
        st = cupel_fail(err, CUPEL_BAD_ARTIFACT,
                "model: '%s' is %zu networks of %zu numbers, which is not the shape it states; train the model again", name,
                        size[0], size[1]);
        goto done;
    }
    if (!cupel_all_within(all, size[0] * size[1], LARGEST_WEIGHT)) {
        st = cupel_fail(err, CUPEL_BAD_ARTIFACT, "model: '%s' holds a weight that is not finite or too large; train the model again", name);
        goto done;
    }
    CUPEL_TRY(make(size[0], d, (size_t)layers, (size_t)hidden, &s, err));
    for (size_t k = 0; k < s->n; k++) memcpy(s->net[k].w, (double *)all + k * size[1], size[1] * sizeof(double));
    *model = s;
done:
    cupel_free(shape);
    cupel_free(all);
    return st;
}

static const cupel_own_kind kind_mlp = {.scratch = scratch, .predict = predict, .free = free_model, .save = save, .load = load};

/* ---- training ---- */

typedef struct training {
    const cupel_fit_task *t;
    cupel_mlp *net;
    cupel_mlp_work work;
    size_t *order, n_seen, n_held; /* [t->n] rows of the problem: those seen, then those held out */
    double *gradient, *first, *second, *best; /* [net->n] */
    uint64_t step;
} training;

static void take_rows(training *r, const size_t *row, size_t n)
{
    const cupel_problem *p = r->t->problem;
    for (size_t i = 0; i < n; i++) {
        memcpy(r->work.z + i * p->d, p->x + row[i] * p->d, p->d * sizeof(double));
        r->work.y[i] = p->y[row[i]];
    }
}

/* Adam with decoupled decay (Kingma, Ba 2015, arXiv:1412.6980; Loshchilov, Hutter 2019, arXiv:1711.05101). */
static void adam(training *r, double rate, double decay)
{
    const double b1 = 0.9, b2 = 0.999;
    double c1 = 1 - pow(b1, (double)++r->step), c2 = 1 - pow(b2, (double)r->step);
    for (size_t i = 0; i < r->net->n; i++) {
        double g = r->gradient[i];
        r->first[i] = b1 * r->first[i] + (1 - b1) * g;
        r->second[i] = b2 * r->second[i] + (1 - b2) * g * g;
        r->net->w[i] -= rate * (r->first[i] / c1 / (sqrt(r->second[i] / c2) + 1e-8) + decay * r->net->w[i]);
    }
}

static cupel_status epoch(training *r, double rate, double decay, cupel_err *err)
{
    double loss;
    for (size_t from = 0; from < r->n_seen; from += BATCH) {
        size_t n = r->n_seen - from < BATCH ? r->n_seen - from : BATCH;
        take_rows(r, r->order + from, n);
        cupel_status st = cupel_mlp_loss(r->net, &r->work, n, r->t->problem->is_class, &loss, r->gradient, err);
        if (st != CUPEL_OK) return st;
        adam(r, rate, decay);
    }
    return CUPEL_OK;
}

/* Mean loss of the rows held out. */
static cupel_status judge(training *r, double *loss, cupel_err *err)
{
    *loss = 0;
    for (size_t from = 0; from < r->n_held; from += JUDGED) {
        size_t n = r->n_held - from < JUDGED ? r->n_held - from : JUDGED;
        double some;
        take_rows(r, r->order + r->n_seen + from, n);
        cupel_status st = cupel_mlp_loss(r->net, &r->work, n, r->t->problem->is_class, &some, NULL, err);
        if (st != CUPEL_OK) return st;
        *loss += some * (double)n / (double)r->n_held;
    }
    return CUPEL_OK;
}

/* The rate is halved when half the patience is over without gain; the best weights are kept. */
static cupel_status run(training *r, size_t member, cupel_err *err)
{
    const double *setting = r->t->setting;
    double best = INFINITY, rate = setting[RATE], loss;
    size_t since = 0;
    cupel_status st = CUPEL_OK;
    for (size_t k = 0; k < (size_t)setting[EPOCHS] && since < PATIENCE && !cupel_stopped(r->t->problem->job); k++) {
        for (size_t i = r->n_seen; i > 1; i--) {
            size_t j = (size_t)cupel_rng_below(SEED + member, 2 + k, i, i), swap = r->order[i - 1];
            r->order[i - 1] = r->order[j];
            r->order[j] = swap;
        }
        CUPEL_TRY(epoch(r, rate, setting[DECAY], err));
        CUPEL_TRY(judge(r, &loss, err));
        since++;
        if (since == PATIENCE / 2) rate *= 0.5;
        if (!(loss < best)) continue;
        best = loss;
        since = 0;
        memcpy(r->best, r->net->w, r->net->n * sizeof *r->best);
    }
    if (best < INFINITY) memcpy(r->net->w, r->best, r->net->n * sizeof *r->best);
done:
    return st;
}

static cupel_status train(const cupel_fit_task *t, cupel_mlp *net, size_t member, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    training r = {.t = t, .net = net};
    size_t *at = cupel_alloc(t->n, sizeof *at);
    r.order = cupel_alloc(t->n, sizeof *r.order);
    r.gradient = cupel_alloc_aligned(cupel_mul(4, net->n), sizeof *r.gradient);
    if (!at || !r.order || !r.gradient) CUPEL_TRY(cupel_no_memory(err, "training of a neural network", cupel_mul(4 * sizeof(double), net->n)));
    r.first = r.gradient + net->n;
    r.second = r.first + net->n;
    r.best = r.second + net->n;
    CUPEL_TRY(cupel_mlp_work_make(net, JUDGED, &r.work, err));
    cupel_rng_permutation(SEED + member, 1, at, t->n);
    for (size_t i = 0; i < t->n; i++) r.order[i] = t->row[at[i]];
    r.n_held = t->n / HELD ? t->n / HELD : 1;
    r.n_seen = t->n > r.n_held ? t->n - r.n_held : t->n;
    if (r.n_seen + r.n_held > t->n) r.n_held = 0; /* one row: nothing to stop by */
    cupel_mlp_draw(net, SEED + member, 0);
    CUPEL_TRY(run(&r, member, err));
done:
    cupel_mlp_work_release(&r.work);
    cupel_free(r.gradient);
    cupel_free(r.order);
    cupel_free(at);
    return st;
}

static cupel_status fit(const cupel_fit_task *t, cupel_fitted *out, cupel_err *err)
{
    ensemble *s = NULL;
    cupel_status st = make((size_t)t->setting[MEMBERS], t->problem->d, (size_t)t->setting[LAYERS], (size_t)t->setting[HIDDEN], &s, err);
    for (size_t k = 0; st == CUPEL_OK && k < s->n; k++) st = train(t, &s->net[k], k, err);
    if (st == CUPEL_OK) return cupel_fitted_own(t, &kind_mlp, s, out, err);
    free_model(s);
    return st;
}

/* ---- learner ---- */

static void start(const cupel_problem *p, double *setting)
{
    (void)p;
    if (isnan(setting[HIDDEN])) setting[HIDDEN] = 64;
    if (isnan(setting[DECAY])) setting[DECAY] = 0.01;
}

static cupel_status prepare(const cupel_problem *p, const double *setting, void **prepared, cupel_err *err)
{
    size_t net = cupel_mlp_numbers(p->d, (size_t)setting[LAYERS], (size_t)setting[HIDDEN]);
    size_t one = cupel_mul(net, 4 + (size_t)setting[MEMBERS]), rows = cupel_mul(JUDGED,
            p->d + 2 + (2 * (size_t)setting[LAYERS] + 2) * (size_t)setting[HIDDEN]);
    *prepared = NULL;
    return cupel_memory_check(cupel_mul(p->job->threads, cupel_mul(one, sizeof(double)) + cupel_mul(rows, sizeof(double))), "neural networks", err);
}

static const cupel_reference references[] = {
    {"https://arxiv.org/abs/1412.6980", "Kingma, Ba: Adam: a method for stochastic optimization. ICLR (2015)"},
    {"https://arxiv.org/abs/1612.01474",
     "Lakshminarayanan, Pritzel, Blundell: Simple and scalable predictive uncertainty estimation using deep ensembles. NeurIPS (2017)"},
    {NULL, NULL},
};

static const cupel_param params[] = {
    {"hidden", "", NAN, 1, MOST_HIDDEN, "units of a hidden layer, a whole number; chosen by inner cross-validation"},
    {"layers", "", 2, 1, CUPEL_MLP_LAYERS, "hidden layers, a whole number"},
    {"decay", "", NAN, 0, 10, "decay of the weights, times the rate and per step; chosen by inner cross-validation"},
    {"rate", "", 0.003, 1e-6, 1, "learning rate of Adam, halved as learning slows"},
    {"epochs", "", 120, 1, 10000, "passes over the rows at most; an eighth of the rows say when to stop"},
    {"members", "", 4, 1, MOST_MEMBERS, "networks, each begun at its own chance; their mean is the value"},
    {0},
};

static const cupel_axis axes[] = {
    {.param = DECAY, .stage = 0, .n = 2, .value = {0.01, 0.3}},
    {.param = HIDDEN, .stage = 1, .n = 1, .value = {128}},
    {0},
};

extern const cupel_learner cupel_learner_mlp;
const cupel_learner cupel_learner_mlp = {
    .method = {CUPEL_LEARNER_SAYS,
               .name = "mlp",
               .help = "ensemble of small neural networks",
               .maturity = "stable",
               .output = CUPEL_NUMBER_OR_CHANCE,
               .references = references,
               .params = params},
    .regression = true,
    .classes = true,
    .kernel = true,
    .own = &kind_mlp,
    .slow = true,
    .axes = axes,
    .start = start,
    .prepare = prepare,
    .fit = fit,
};
