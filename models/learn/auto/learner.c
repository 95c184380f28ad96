/* The automatic model as a learner among the others. */
#include "models/learn/learner.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "models/learn/auto/terms.h"
#include "models/learn/tune.h"

#include <math.h>
#include <string.h>

enum { EFFORT };
enum { PARTITIONS = 5, PARTITION_ROWS = 2000, STREAM_PARTITION = 0x706172 }; /* together so many rows at most */
static const double EDGE = 1e-6;

/* For a class the model gives a probability, and the surrogate's sigmoid wants its log odds. */
static double log_odds(double p)
{
    p = p < EDGE ? EDGE : p > 1 - EDGE ? 1 - EDGE : p;
    return log(p / (1 - p));
}

static size_t scratch(const void *model) { return cupel_auto_scratch_bytes(model); }

static void predict(const void *model, const cupel_query *rows, double *value, double *spread)
{
    cupel_auto_predict(model, rows, value, spread, NULL);
    for (size_t i = 0; cupel_auto_is_class(model) && i < rows->n; i++) value[i] = log_odds(value[i]);
}

static bool mixed(const void *model) { return cupel_auto_mixed(model); }

static void predict_mixed(const void *model, const cupel_query *rows, double *value, double *spread, cupel_spiked *mixture)
{
    cupel_auto_predict(model, rows, value, spread, mixture);
}

static void free_model(void *model) { cupel_auto_free(model); }

static cupel_status save(const void *model, const char *group, cupel_writer *w, cupel_err *err) { return cupel_auto_save(model, group, w, err); }

static cupel_status load(const cupel_reader *r, const char *group, size_t d, void **model, cupel_err *err)
{
    cupel_auto *a = NULL;
    const cupel_status st = cupel_auto_load(r, group, d, &a, err);
    *model = a;
    return st;
}

static const cupel_own_kind kind_auto = {.scratch = scratch, .predict = predict, .free = free_model, .save = save, .load = load,
                                         .mixed = mixed, .predict_mixed = predict_mixed};

static void terms(const void *model, cupel_terms *t) { cupel_auto_terms(model, t); }

static void start(const cupel_problem *p, double *setting)
{
    (void)p;
    if (isnan(setting[EFFORT])) setting[EFFORT] = 0;
}

/* For few rows out-of-fold predictions depend on the partition: the mean over several. */
static cupel_status more_partitions(const cupel_problem *p, const size_t *first, size_t n_folds, size_t *fold, size_t *partitions, cupel_err *err)
{
    memcpy(fold, first, p->n * sizeof *fold);
    *partitions = 1;
    for (size_t k = 1; k < PARTITIONS && (k + 1) * p->n <= PARTITION_ROWS && !p->trial; k++) {
        cupel_folds folds = {0};
        const cupel_status st = cupel_folds_make(p, p->group, n_folds, p->seed, STREAM_PARTITION + k, &folds, err);
        if (st != CUPEL_OK) return st;
        if (folds.n_folds <= n_folds) memcpy(fold + *partitions * p->n, folds.fold, p->n * sizeof *fold), ++*partitions;
        cupel_folds_release(&folds);
    }
    return CUPEL_OK;
}

static cupel_status fit_whole(const cupel_problem *p, const size_t *fold, size_t n_folds, double *setting, void **model, double *value, double *error,
                              cupel_spiked *mixture, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_auto *a = NULL;
    double *y = cupel_alloc(p->n, sizeof *y);
    size_t *folds = cupel_alloc(cupel_mul(PARTITIONS, p->n), sizeof *folds), partitions;
    if (!y || !folds) CUPEL_TRY(cupel_no_memory(err, "the target and its folds", cupel_mul(PARTITIONS + 1, p->n * sizeof *y)));
    CUPEL_TRY(more_partitions(p, fold, n_folds, folds, &partitions, err));
    for (size_t i = 0; i < p->n; i++) y[i] = p->is_class ? p->y[i] > 0 : p->y[i];
    const cupel_auto_data data = {.n = p->n,
                                  .d = p->d,
                                  .x = p->x,
                                  .y = y,
                                  .is_class = p->is_class,
                                  .fold = folds,
                                  .n_folds = n_folds,
                                  .n_partitions = partitions,
                                  .fraction = p->fraction,
                                  .n_fractions = p->n_fractions,
                                  .plain = p->plain,
                                  .n_plain = p->n_plain,
                                  .table = p->table,
                                  .n_table = p->n_table,
                                  .seed = p->seed,
                                  .seconds = p->seconds,
                                  .unit = p->y_sd,
                                  .offset = p->y_mean,
                                  .effort = p->trial ? 1 : (size_t)setting[EFFORT],
                                  .cut = p->cut,
                                  .trial = p->trial,
                                  .to_the_end = p->trial && p->cut};
    CUPEL_TRY(cupel_auto_fit(&data, p->job, &a, value, error, mixture, err));
    for (size_t i = 0; p->is_class && i < p->n; i++) value[i] = log_odds(value[i]);
    setting[EFFORT] = (double)cupel_auto_effort(a);
    *model = a;
done:
    cupel_free(folds);
    cupel_free(y);
    return st;
}

static const cupel_reference references[] = {
    {"10.1007/s10994-006-6226-1", "Geurts, Ernst, Wehenkel: Extremely randomized trees. Machine Learning 63, 3 (2006)"},
    {"10.1214/aos/1013203451", "Friedman: Greedy function approximation: a gradient boosting machine. Annals of Statistics 29, 1189 (2001)"},
    {"10.7551/mitpress/3206.001.0001", "Rasmussen, Williams: Gaussian processes for machine learning. MIT Press (2006)"},
    {"10.1145/1015330.1015432", "Caruana, Niculescu-Mizil, Crew, Ksikes: Ensemble selection from libraries of models. ICML (2004)"},
    {NULL, NULL},
};

static const cupel_param params[] = {
    {"effort", "units", NAN, 0, 64,
     "units of work, a whole number; 0 or not given: all that are planned, or as many as the budget of time has room for"},
    {0},
};

static const cupel_axis axes[] = {{0}};

extern const cupel_learner cupel_learner_auto;
const cupel_learner cupel_learner_auto = {
    .method = {CUPEL_LEARNER_SAYS,
               .name = "auto",
               .help = "members of several kinds, chosen by the table, blended by their words on rows they have not seen",
               .maturity = "experimental",
               .output = CUPEL_NUMBER_OR_CHANCE,
               .references = references,
               .params = params},
    .regression = true,
    .classes = true,
    .kernel = true,
    .uncut = true,
    .own = &kind_auto,
    .terms = terms,
    .axes = axes,
    .start = start,
    .fit_whole = fit_whole,
};
