/* One unit of work: a member learned outside each inner fold, for what it says of rows it has not seen, and on all rows. */
#include "models/learn/auto/parts.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/sys/par.h"

#include <math.h>
#include <string.h>

enum { ROWS = 256 };

const double cupel_auto_taus[CUPEL_AUTO_QUANTILES] = {.05, .1, .15, .2, .25, .3, .35, .4, .45, .5, .55, .6, .65, .7, .75, .8, .85, .9, .95};

typedef struct work {
    const cupel_auto_data *data;
    const cupel_auto_matrix *x;
    const unsigned char *use;
    const double *y;
    cupel_trees_options options;
    cupel_isa isa;
    cupel_auto_member *m;
    double *quantile;
} work;

/* Says what trees say of rows x [n][ld]; q [n][CUPEL_AUTO_QUANTILES] when it is wanted. */
static cupel_status ask(const work *w, const cupel_trees *trees, const double *x, size_t n, void *scratch, double *value, double *q, cupel_err *err)
{
    const bool log_odds = w->options.kind == CUPEL_BOOSTED_TREES && w->options.loss == CUPEL_LOSS_LOG;
    if (!w->options.keep_rows) {
        cupel_auto_raw(trees, log_odds, x, w->x->d, n, w->isa, scratch, value);
        return CUPEL_OK;
    }
    cupel_status st;
    if (!q) return cupel_trees_quantiles(trees, x, w->x->d, n, (double[]){0.5}, 1, w->isa, scratch, value, err);
    st = cupel_trees_quantiles(trees, x, w->x->d, n, cupel_auto_taus, CUPEL_AUTO_QUANTILES, w->isa, scratch, q, err);
    for (size_t i = 0; i < n && st == CUPEL_OK; i++) value[i] = q[i * CUPEL_AUTO_QUANTILES + CUPEL_AUTO_QUANTILES / 2];
    return st;
}

/* Rows of fold k, ROWS at a time, to their places. */
static cupel_status ask_fold(const work *w, const cupel_trees *trees, size_t k, cupel_err *err)
{
    const size_t d = w->x->d, n = w->data->n;
    cupel_status st = CUPEL_OK;
    double *x = cupel_alloc(ROWS * d, sizeof *x), *value = cupel_alloc(ROWS, sizeof *value);
    double *q = cupel_alloc(ROWS * CUPEL_AUTO_QUANTILES, sizeof *q);
    void *scratch = cupel_alloc_aligned(cupel_trees_scratch_bytes(trees) + 1, 1);
    size_t at[ROWS], m = 0;
    if (!x || !value || !q || !scratch) CUPEL_TRY(cupel_no_memory(err, "rows of a fold", ROWS * d * sizeof *x));
    for (size_t i = 0; i <= n; i++) {
        if (i < n && w->data->fold[i] == k) {
            memcpy(x + m * d, w->x->x + i * w->x->ld, d * sizeof *x);
            at[m++] = i;
        }
        if (m < ROWS && !(i == n && m)) continue;
        CUPEL_TRY(ask(w, trees, x, m, scratch, value, w->quantile ? q : NULL, err));
        for (size_t j = 0; j < m; j++) {
            w->m->oof[at[j]] = value[j];
            if (w->quantile) memcpy(w->quantile + at[j] * CUPEL_AUTO_QUANTILES, q + j * CUPEL_AUTO_QUANTILES, CUPEL_AUTO_QUANTILES * sizeof *q);
        }
        m = 0;
    }
done:
    cupel_free(x);
    cupel_free(value);
    cupel_free(q);
    cupel_free(scratch);
    return st;
}

/* Item 0: on all rows; k + 1: without fold k. */
static cupel_status fit_part(void *user, size_t item, size_t worker, cupel_err *err)
{
    (void)worker;
    const work *w = user;
    const size_t n = w->data->n;
    const cupel_job alone = {.threads = 1, .isa = w->isa};
    cupel_status st = CUPEL_OK;
    cupel_trees *trees = NULL;
    cupel_trees_data t = {.d = w->x->d, .ld = w->x->ld, .x = w->x->x, .y = w->y};
    size_t *row = cupel_alloc(n, sizeof *row);
    if (!row) return cupel_no_memory(err, "rows of a fold", n * sizeof *row);
    for (size_t i = 0; i < n; i++)
        if ((!w->use || w->use[i]) && (!item || w->data->fold[i] != item - 1)) row[t.n++] = i;
    t.row = row;
    CUPEL_TRY(cupel_trees_fit(&t, &w->options, &alone, &trees, err));
    if (item) CUPEL_TRY(ask_fold(w, trees, item - 1, err));
    else w->m->trees = trees, trees = NULL;
done:
    cupel_trees_free(trees);
    cupel_free(row);
    return st;
}

static double deviation(const double *y, const unsigned char *use, size_t n)
{
    double m = 0, sum = 0, square = 0;
    for (size_t i = 0; i < n; i++)
        if (!use || use[i]) m += 1, sum += y[i];
    for (size_t i = 0; i < n; i++)
        if (!use || use[i]) square += (y[i] - sum / m) * (y[i] - sum / m);
    return square > 0 ? sqrt(square / m) : 1;
}

cupel_status cupel_auto_train(const cupel_auto_data *data, const cupel_auto_matrix *x, const unsigned char *use, const double *y,
                              const cupel_job *job, cupel_auto_member *m, double *quantile, cupel_err *err)
{
    work w = {.data = data, .x = x, .use = use, .y = y, .options = m->unit.trees, .isa = job->isa, .m = m, .quantile = quantile};
    w.options.huber *= deviation(y, use, data->n);
    if (!(w.options.huber > 0)) w.options.huber = 1;
    m->oof = cupel_alloc(data->n, sizeof *m->oof);
    if (!m->oof) return cupel_no_memory(err, "out-of-fold predictions", data->n * sizeof *m->oof);
    const double began = cupel_now();
    const cupel_status st = cupel_par_for(job->threads, data->n_folds + 1, fit_part, &w, err);
    m->seconds = cupel_now() - began;
    return st;
}

void cupel_auto_raw(const cupel_trees *trees, bool log_odds, const double *x, size_t ld, size_t n, cupel_isa isa, void *scratch, double *value)
{
    cupel_trees_predict(trees, x, ld, n, isa, scratch, value, NULL);
    for (size_t i = 0; log_odds && i < n; i++) value[i] = cupel_trees_probability(value[i]);
}

double cupel_auto_to(const cupel_auto *a, const cupel_auto_unit *u, double y)
{
    if (u->logarithm) return log1p((y - a->lowest) / a->scale);
    return u->role == CUPEL_AUTO_AMOUNT ? y - a->lowest : y;
}

double cupel_auto_from(const cupel_auto *a, const cupel_auto_unit *u, double t)
{
    const double above = u->logarithm ? a->scale * expm1(t) : t, most = 1.2 * (a->highest - a->lowest);
    if (u->role == CUPEL_AUTO_AMOUNT) return above < 0 ? 0 : above > most ? most : above;
    return u->logarithm ? a->lowest + (above > most ? most : above) : t;
}
