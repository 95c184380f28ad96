/* Rows through a model: described, predicted, and marked where they lie outside what it was trained on. */
#include "core/engine/model_parts.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/matter/elements.h"

#include <math.h>
#include <string.h>

enum { BLOCK = 256 };
static const double EXTRAPOLATES = 0.1; /* ranges that a table column may leave its own by */

struct cupel_model_work {
    cupel_scratch *scratch;
    double *x;                 /* [BLOCK][d] */
    double result[5][BLOCK];
    double beyond[BLOCK];      /* of the table columns of all rows */
    unsigned char in_domain[BLOCK];
    cupel_spiked *mixture;    /* [BLOCK] of a mixed surrogate */
    double *beside;           /* [BLOCK][cupel_surrogate_beside] */
    size_t at[BLOCK];
    double describing, predicting; /* seconds */
};

cupel_status cupel_model_work_new(const cupel_model *m, cupel_model_work **out, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_model_work *w = cupel_alloc(1, sizeof *w);
    size_t d = cupel_features_count(m->features);
    if (!w) return cupel_no_memory(err, "scratch of a prediction", sizeof *w);
    w->x = cupel_alloc_aligned(cupel_mul(BLOCK, d), sizeof *w->x);
    if (!w->x) CUPEL_TRY(cupel_no_memory(err, "scratch of a prediction", cupel_mul(BLOCK * sizeof *w->x, d)));
    if (cupel_surrogate_mixed(m->surrogate)) w->mixture = cupel_alloc(BLOCK, sizeof *w->mixture);
    if (cupel_surrogate_mixed(m->surrogate) && !w->mixture) CUPEL_TRY(cupel_no_memory(err, "scratch of a prediction", BLOCK * sizeof *w->mixture));
    const size_t n_beside = cupel_surrogate_beside(m->surrogate);
    if (n_beside) w->beside = cupel_alloc(cupel_mul(BLOCK, n_beside), sizeof *w->beside);
    if (n_beside && !w->beside) CUPEL_TRY(cupel_no_memory(err, "scratch of a prediction", BLOCK * n_beside * sizeof *w->beside));
    CUPEL_TRY(cupel_scratch_new(m->surrogate, &w->scratch, err));
    *out = w;
    w = NULL;
done:
    cupel_model_work_free(w);
    return st;
}

void cupel_model_work_free(cupel_model_work *w)
{
    if (!w) return;
    cupel_scratch_free(w->scratch);
    cupel_free(w->x);
    cupel_free(w->mixture);
    cupel_free(w->beside);
    cupel_free(w);
}

static void blank(cupel_prediction *out, size_t i)
{
    out->value[i] = out->spread[i] = out->lower[i] = out->upper[i] = out->distance[i] = NAN;
    out->in_domain[i] = 0;
}

/* A prediction under way: what is asked for, and where all of its rows go. */
typedef struct asked {
    const cupel_model *model;
    const cupel_predict_options *options;
    cupel_model_work *work;
    cupel_prediction *out;
    unsigned char *reason;
} asked;

/* Rows from .. from + n, described already: the usable ones are moved together, predicted, and put back in their places. */
static cupel_status predict_block(const asked *all, size_t from, size_t n, cupel_err *err)
{
    const cupel_model *m = all->model;
    const cupel_predict_options *o = all->options;
    const unsigned char *reason = all->reason + from;
    cupel_model_work *w = all->work;
    cupel_prediction *out = all->out;
    const size_t d = cupel_features_count(m->features);
    const size_t n_beside = o->beside ? cupel_surrogate_beside(m->surrogate) : 0;
    size_t usable = 0;
    for (size_t i = 0; i < n * n_beside; i++) o->beside[from * n_beside + i] = NAN;
    for (size_t i = 0; i < n; i++) {
        if (reason[i] && reason[i] != CUPEL_REASON_IMPUTED) {
            blank(out, from + i);
            continue;
        }
        if (usable != i) memcpy(w->x + usable * d, w->x + i * d, d * sizeof *w->x);
        w->at[usable++] = from + i;
    }
    if (!usable) return CUPEL_OK;
    cupel_prediction p = {w->result[0], w->result[1], w->result[2], w->result[3], w->result[4], w->in_domain};
    cupel_predict_options own = *o;
    own.mixture = o->mixture ? w->mixture : NULL;
    own.beside = n_beside ? w->beside : NULL;
    cupel_status st = cupel_surrogate_predict(m->surrogate, w->x, d, usable, &own, w->scratch, &p, err);
    for (size_t k = 0; k < usable && st == CUPEL_OK; k++) {
        size_t i = w->at[k];
        out->value[i] = p.value[k];
        out->spread[i] = p.spread[k];
        out->lower[i] = p.lower[k];
        out->upper[i] = p.upper[k];
        out->distance[i] = p.distance[k];
        out->in_domain[i] = p.in_domain[k];
        if (own.mixture) o->mixture[i] = own.mixture[k];
        for (size_t b = 0; b < n_beside; b++) o->beside[i * n_beside + b] = w->beside[k * n_beside + b];
    }
    return st;
}

/* Share of the atoms of row i that are of elements which no training row holds. */
static double share_unseen(const cupel_model *m, const cupel_batch *batch, size_t i)
{
    double unseen = 0, total = 0;
    for (uint32_t k = batch->first[i]; k < batch->first[i + 1]; k++) {
        total += batch->amount[k];
        if (!m->seen[batch->z[k]]) unseen += batch->amount[k];
    }
    return unseen > 0 ? unseen / total : 0;
}

/* Out of the domain whatever the distance of the descriptors says, which may be like those of other elements and are cut at some deviations: a row
 * with an element that no training row holds, or with a table column more than EXTRAPOLATES of its range beyond that range. The distance is then at
 * least 1, the threshold, and more by the share of such atoms and the ranges beyond. */
static void mark(double beyond, double unseen, double *distance, unsigned char *in_domain)
{
    const double excess = (beyond > EXTRAPOLATES ? beyond : 0) + unseen;
    if (!(excess > 0)) return;
    *distance = fmax(*distance, 1) + excess;
    *in_domain = 0;
}

static void mark_outside(const cupel_model *m, const cupel_feature_rows *rows, const double *beyond, size_t at, cupel_prediction *out)
{
    const bool formulas = cupel_model_has_formulas(m);
    for (size_t i = 0; i < rows->n; i++)
        if (!isnan(out->value[at + i]))
            mark(beyond[i], formulas ? share_unseen(m, rows->batch, rows->from + i) : 0, &out->distance[at + i], &out->in_domain[at + i]);
}

void cupel_model_mark_row(const cupel_model *m, const cupel_composition *c, const double *x, bool imputed, double *distance,
                          unsigned char *in_domain)
{
    double unseen = 0;
    for (unsigned k = 0; cupel_model_has_formulas(m) && k < c->n; k++)
        if (!m->seen[c->z[k]]) unseen += c->amount[k] / cupel_composition_total(c);
    mark(cupel_features_beyond(m->features, x, imputed), unseen, distance, in_domain);
}

void cupel_model_outside(const cupel_model *m, const cupel_batch *batch, size_t at, const cupel_records *records, size_t row, double distance,
                         cupel_str *out)
{
    size_t unseen = 0;
    cupel_str_clear(out);
    cupel_features_outside(m->features, records, row, EXTRAPOLATES, out);
    for (uint32_t k = batch->first[at]; cupel_model_has_formulas(m) && k < batch->first[at + 1]; k++) {
        if (m->seen[batch->z[k]]) continue;
        const char *before = unseen++ ? ", " : out->n ? "; no training row holds " : "no training row holds ";
        cupel_str_addf(out, "%s%s", before, cupel_element_symbol(batch->z[k]));
    }
    if (!out->n) cupel_str_addf(out, "unlike the training rows: distance %.3g, the domain ends at 1", distance);
}

cupel_status cupel_model_predict(const cupel_model *m, const cupel_feature_rows *all, const cupel_predict_options *o, cupel_model_work *w,
                                 cupel_prediction *out, unsigned char *reason, cupel_err *err)
{
    const asked p = {m, o, w, out, reason};
    size_t d = cupel_features_count(m->features);
    cupel_status st = CUPEL_OK;
    for (size_t from = 0; from < all->n && st == CUPEL_OK; from += BLOCK) {
        cupel_feature_rows rows = *all;
        rows.from += from;
        rows.n = all->n - from < BLOCK ? all->n - from : BLOCK;
        double begin = cupel_now();
        st = cupel_features_compute_all(m->features, &rows, o->isa, w->x, d, reason + from, err);
        for (size_t i = 0; i < rows.n && st == CUPEL_OK; i++)
            w->beyond[i] = cupel_features_beyond(m->features, w->x + i * d, reason[from + i] == CUPEL_REASON_IMPUTED);
        double described = cupel_now();
        if (st == CUPEL_OK) st = predict_block(&p, from, rows.n, err);
        if (st == CUPEL_OK) mark_outside(m, &rows, w->beyond, from, out);
        w->describing += described - begin;
        w->predicting += cupel_now() - described;
    }
    return st;
}

void cupel_model_work_seconds(const cupel_model_work *w, double *describing, double *predicting)
{
    *describing = w->describing;
    *predicting = w->predicting;
}
