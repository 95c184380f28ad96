/* The public functions, over the engine. */
#include "core/cupel.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/engine/features.h"
#include "core/engine/model.h"
#include "core/engine/run.h"
#include "core/matter/formula.h"
#include "core/sys/job.h"
#include "core/sys/par.h"

#include <string.h>

enum { ROWS = 1024 }; /* rows of one piece of work */

const char *cupel_version(void) { return CUPEL_VERSION; }

const char *cupel_status_name(cupel_status status)
{
    static const char *const names[] = {"done", "the work failed", "usage", "bad input data", "damaged or incompatible artifact",
                                        "requirement cannot be met", "interrupted, resumable", "out of memory or disk"};
    return (unsigned)status < sizeof names / sizeof *names ? names[status] : "?";
}

const char *cupel_reason_text(unsigned char reason) { return cupel_reason_name((cupel_reason)reason); }

cupel_status cupel_formula_amounts(const char *text, double amount[119], cupel_err *err)
{
    cupel_formula f;
    cupel_formula_error e;
    if (!cupel_formula_read(cupel_text_of(text), CUPEL_DOT_REFUSE, &f, &e))
        return cupel_fail(err, CUPEL_BAD_INPUT, "formula '%.200s', position %zu: %s", text ? text : "", e.position + 1, e.message);
    memset(amount, 0, 119 * sizeof *amount);
    for (unsigned i = 0; i < f.composition.n; i++) amount[f.composition.z[i]] = f.composition.amount[i];
    return CUPEL_OK;
}

static cupel_status read_formulas(const char *const *formula, size_t n, cupel_batch *batch, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    for (size_t i = 0; i < n && st == CUPEL_OK; i++) st = cupel_batch_add_formula(batch, cupel_text_of(formula[i]), CUPEL_DOT_REFUSE, err);
    return st;
}

/* ---- descriptors ---- */

struct cupel_describer {
    cupel_features *features;
    cupel_str *name;   /* [n] */
    const char **unit; /* [n] */
    size_t n;
};

void cupel_describer_free(cupel_describer *d)
{
    if (!d) return;
    for (size_t j = 0; d->name && j < d->n; j++) cupel_str_free(&d->name[j]);
    cupel_free(d->name);
    cupel_free(d->unit);
    cupel_features_free(d->features);
    cupel_free(d);
}

cupel_status cupel_describer_new(const char *sets, cupel_describer **describer, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_describer *d = cupel_alloc(1, sizeof *d);
    if (!d) return cupel_no_memory(err, "a describer", sizeof *d);
    CUPEL_TRY(cupel_features_new(sets, NULL, &d->features, err));
    d->n = cupel_features_count(d->features);
    d->name = cupel_alloc(d->n, sizeof *d->name);
    d->unit = cupel_alloc(d->n, sizeof *d->unit);
    if (!d->name || !d->unit) CUPEL_TRY(cupel_no_memory(err, "column names", 0));
    for (size_t j = 0; j < d->n; j++) CUPEL_TRY(cupel_features_name(d->features, j, &d->name[j], &d->unit[j], err));
done:
    if (st != CUPEL_OK) {
        cupel_describer_free(d);
        return st;
    }
    *describer = d;
    return CUPEL_OK;
}

size_t cupel_describer_columns(const cupel_describer *d) { return d->n; }

const char *cupel_describer_name(const cupel_describer *d, size_t j) { return j < d->n ? cupel_str_text(&d->name[j]) : NULL; }

const char *cupel_describer_unit(const cupel_describer *d, size_t j) { return j < d->n ? d->unit[j] : NULL; }

typedef struct describe_work {
    const cupel_describer *d;
    cupel_batch batch;
    cupel_isa isa;
    double *x;
    unsigned char *reason;
} describe_work;

static cupel_status describe_piece(void *user, size_t item, size_t worker, cupel_err *err)
{
    (void)worker;
    (void)err;
    describe_work *w = user;
    size_t from = item * ROWS, n = w->batch.n - from < ROWS ? w->batch.n - from : ROWS;
    const cupel_feature_rows rows = {.batch = &w->batch, .from = from, .n = n};
    cupel_features_compute(w->d->features, &rows, w->isa, w->x + from * w->d->n, w->d->n, w->reason + from);
    return CUPEL_OK;
}

cupel_status cupel_describer_compute(const cupel_describer *d, const char *const *formula, size_t n, size_t threads, double *x,
                                     unsigned char *reason, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    describe_work w = {.d = d, .isa = cupel_isa_best(), .x = x};
    unsigned char *own = reason ? NULL : cupel_alloc(n, 1);
    w.reason = reason ? reason : own;
    if (!w.reason) return cupel_no_memory(err, "reasons", n);
    memset(w.reason, 0, n);
    CUPEL_TRY(read_formulas(formula, n, &w.batch, err));
    CUPEL_TRY(cupel_par_for(threads, (n + ROWS - 1) / ROWS, describe_piece, &w, err));
done:
    cupel_batch_release(&w.batch);
    cupel_free(own);
    return st;
}

/* ---- models ---- */

struct cupel_predictor {
    cupel_model *model;
};

void cupel_predictor_free(cupel_predictor *p)
{
    if (!p) return;
    cupel_model_free(p->model);
    cupel_free(p);
}

cupel_status cupel_predictor_open(const char *path, cupel_predictor **predictor, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_predictor *p = cupel_alloc(1, sizeof *p);
    if (!p) return cupel_no_memory(err, "a predictor", sizeof *p);
    CUPEL_TRY(cupel_model_open(path, &p->model, err));
    const char *columns = cupel_features_columns(cupel_model_features(p->model));
    if (columns[0])
        CUPEL_TRY(cupel_fail(err, CUPEL_USAGE, "model '%s' needs the table columns %s beside the formula; use `cupel predict`", path, columns));
done:
    if (st != CUPEL_OK) {
        cupel_predictor_free(p);
        return st;
    }
    *predictor = p;
    return CUPEL_OK;
}

const char *cupel_predictor_property(const cupel_predictor *p) { return cupel_model_property(p->model); }

const char *cupel_predictor_unit(const cupel_predictor *p) { return cupel_model_unit(p->model); }

/* One worker's buffers: a piece of each output, so that any of the caller's may be NULL. */
typedef struct predict_hand {
    cupel_model_work *work;
    double value[ROWS], spread[ROWS], lower[ROWS], upper[ROWS], distance[ROWS];
    unsigned char in_domain[ROWS], reason[ROWS];
} predict_hand;

typedef struct predict_work {
    const cupel_model *model;
    cupel_batch batch;
    cupel_predict_options options;
    predict_hand *hand; /* [threads] */
    const cupel_predictions *out;
} predict_work;

static void put(void *to, size_t from, const void *piece, size_t n, size_t size)
{
    if (to) memcpy((char *)to + from * size, piece, n * size);
}

static cupel_status predict_piece(void *user, size_t item, size_t worker, cupel_err *err)
{
    predict_work *w = user;
    predict_hand *h = &w->hand[worker];
    size_t from = item * ROWS, n = w->batch.n - from < ROWS ? w->batch.n - from : ROWS;
    cupel_prediction out = {h->value, h->spread, h->lower, h->upper, h->distance, h->in_domain};
    const cupel_feature_rows rows = {.batch = &w->batch, .from = from, .n = n};
    cupel_status st = cupel_model_predict(w->model, &rows, &w->options, h->work, &out, h->reason, err);
    if (st != CUPEL_OK) return st;
    put(w->out->value, from, h->value, n, sizeof(double));
    put(w->out->lower, from, h->lower, n, sizeof(double));
    put(w->out->upper, from, h->upper, n, sizeof(double));
    put(w->out->in_domain, from, h->in_domain, n, 1);
    put(w->out->reason, from, h->reason, n, 1);
    return CUPEL_OK;
}

cupel_status cupel_predictor_predict(const cupel_predictor *p, const char *const *formula, size_t n, double level, size_t threads,
                                     const cupel_predictions *out, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    predict_work w = {.model = p->model, .options = {.precision = CUPEL_FLOAT_AUTO, .isa = cupel_isa_best(), .level = level}, .out = out};
    if (!(level > 0 && level < 1)) return cupel_fail(err, CUPEL_USAGE, "interval level %g: expected a number between 0 and 1", level);
    if (!threads) threads = 1;
    w.hand = cupel_alloc(threads, sizeof *w.hand);
    if (!w.hand) return cupel_no_memory(err, "prediction buffers", cupel_mul(threads, sizeof *w.hand));
    for (size_t i = 0; i < threads; i++) CUPEL_TRY(cupel_model_work_new(p->model, &w.hand[i].work, err));
    CUPEL_TRY(read_formulas(formula, n, &w.batch, err));
    CUPEL_TRY(cupel_par_for(threads, (n + ROWS - 1) / ROWS, predict_piece, &w, err));
done:
    for (size_t i = 0; i < threads; i++) cupel_model_work_free(w.hand[i].work);
    cupel_free(w.hand);
    cupel_batch_release(&w.batch);
    return st;
}

/* ---- the road ---- */

cupel_status cupel_run_demand(const char *demand, const char *folder, size_t threads, cupel_err *err)
{
    cupel_job job = {.threads = threads ? threads : 1, .isa = cupel_isa_best()};
    cupel_screen_options options = cupel_screen_defaults();
    return cupel_run(demand, folder, &options, "cupel_run_demand", &job, NULL, err);
}
