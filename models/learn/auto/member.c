/* One unit of work: a member learned outside each inner fold, for what it says of rows it has not seen, and on all rows. */
#include "models/learn/auto/parts.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/sys/par.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { ROWS = 256 };

const double cupel_auto_taus[CUPEL_AUTO_QUANTILES] = {.05, .1, .15, .2, .25, .3, .35, .4, .45, .5, .55, .6, .65, .7, .75, .8, .85, .9, .95};

typedef struct work {
    const cupel_auto_data *data;
    const cupel_auto_matrix *x;
    const unsigned char *use;
    const double *y;
    cupel_trees_options options;
    const cupel_job *job;
    char stage[80];     /* name of the progress */
    size_t items;
    cupel_isa isa;
    cupel_auto_member *m;
    double *said;       /* [n_partitions][n] out of fold */
    double *quantile;
} work;

/* The part of a partition that a model is learned without. */
typedef struct part {
    const size_t *fold; /* [n] */
    size_t k;
    double *said;       /* [n] */
    double *quantile;   /* [n][CUPEL_AUTO_QUANTILES] or NULL */
} part;

/* What a model says of rows; q [n][CUPEL_AUTO_QUANTILES] when it is wanted. */
static cupel_status ask(const work *w, const cupel_auto_learned *l, const cupel_query *rows, double *value, double *q, cupel_err *err)
{
    if (!w->m->unit.quantiles) {
        cupel_auto_raw(l, &w->m->unit, rows, value);
        return CUPEL_OK;
    }
    cupel_status st;
    if (!q) return cupel_trees_quantiles(l->trees, rows, (double[]){0.5}, 1, value, err);
    st = cupel_trees_quantiles(l->trees, rows, cupel_auto_taus, CUPEL_AUTO_QUANTILES, q, err);
    for (size_t i = 0; i < rows->n && st == CUPEL_OK; i++) value[i] = q[i * CUPEL_AUTO_QUANTILES + CUPEL_AUTO_QUANTILES / 2];
    return st;
}

/* Rows of the part, ROWS at a time, to their places. */
static cupel_status ask_part(const work *w, const cupel_auto_learned *l, const part *p, cupel_err *err)
{
    const size_t d = w->x->d, n = w->data->n;
    cupel_status st = CUPEL_OK;
    double *x = cupel_alloc(ROWS * d, sizeof *x), *value = cupel_alloc(ROWS, sizeof *value);
    double *q = cupel_alloc(ROWS * CUPEL_AUTO_QUANTILES, sizeof *q);
    void *scratch = cupel_alloc_aligned(cupel_auto_learned_bytes(l) + 1, 1);
    size_t at[ROWS], m = 0;
    if (!x || !value || !q || !scratch) CUPEL_TRY(cupel_no_memory(err, "rows of a fold", ROWS * d * sizeof *x));
    for (size_t i = 0; i <= n; i++) {
        if (i < n && p->fold[i] == p->k) {
            memcpy(x + m * d, w->x->x + i * w->x->ld, d * sizeof *x);
            at[m++] = i;
        }
        if (m < ROWS && !(i == n && m)) continue;
        CUPEL_TRY(ask(w, l, &(cupel_query){x, d, m, w->isa, scratch}, value, p->quantile ? q : NULL, err));
        for (size_t j = 0; j < m; j++) {
            p->said[at[j]] = value[j];
            if (p->quantile) memcpy(p->quantile + at[j] * CUPEL_AUTO_QUANTILES, q + j * CUPEL_AUTO_QUANTILES, CUPEL_AUTO_QUANTILES * sizeof *q);
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

/* The thread that called looks whether to stop, before each part and between trees: in any case, since a signal that nobody sees ends the process. */
static bool stops(void *user)
{
    const work *w = user;
    const bool last = w->data->to_the_end || (w->data->cut && w->m->unit.role == CUPEL_AUTO_ERROR);
    return cupel_stopped(w->job) && !last;
}

/* Item 0: on all rows; then without each fold of each partition. */
static cupel_status fit_part(void *user, size_t item, size_t worker, cupel_err *err)
{
    work *w = user;
    const cupel_job job = {.threads = 1, .isa = w->isa, .user = w, .stop = worker ? NULL : stops};
    if (!worker) cupel_progress(w->job, w->stage, item, w->items);
    if (cupel_stopped(&job)) return cupel_fail(err, CUPEL_INTERRUPTED, "stopped while training; nothing was written, start again");
    const size_t n = w->data->n, partition = item ? (item - 1) / w->data->n_folds : 0;
    const part p = {w->data->fold + partition * n, item ? (item - 1) % w->data->n_folds : SIZE_MAX, w->said + partition * n,
                    partition ? NULL : w->quantile};
    cupel_status st = CUPEL_OK;
    cupel_auto_learned l = {0};
    size_t m = 0, *row = cupel_alloc(n, sizeof *row);
    if (!row) return cupel_no_memory(err, "rows of a fold", n * sizeof *row);
    for (size_t i = 0; i < n; i++)
        if ((!w->use || w->use[i]) && p.fold[i] != p.k) row[m++] = i;
    const cupel_trees_data data = {.n = m, .d = w->x->d, .ld = w->x->ld, .x = w->x->x, .y = w->y, .row = row};
    CUPEL_TRY(cupel_auto_learn(&w->m->unit, &w->options, &data, &job, &l, err));
    if (item) CUPEL_TRY(ask_part(w, &l, &p, err));
    else w->m->learned = l, l = (cupel_auto_learned){0};
done:
    cupel_auto_forget(&l);
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

bool cupel_auto_is_chance(const cupel_auto_unit *u, bool is_class)
{
    return u->role == CUPEL_AUTO_ABOVE || (is_class && u->role != CUPEL_AUTO_ERROR);
}

/* The means over the partitions into m->oof; of a machine that says how probable a class is, through a sigmoid learned from them. */
static cupel_status gather(const work *w, size_t partitions, cupel_err *err)
{
    const size_t n = w->data->n;
    cupel_auto_member *m = w->m;
    for (size_t i = 0; i < n; i++)
        for (size_t p = 0; p < partitions; p++) m->oof[i] += w->said[p * n + i] / (double)partitions;
    memcpy(m->once, w->said, n * sizeof *m->once);
    if (m->unit.machine == CUPEL_AUTO_TREES || !cupel_auto_is_chance(&m->unit, w->data->is_class)) return CUPEL_OK;
    m->sigmoid = cupel_sigmoid_fit(m->oof, w->y, n);
    if (!isfinite(m->sigmoid.a) || !isfinite(m->sigmoid.b)) return cupel_fail(err, CUPEL_FAILED, "a kernel machine tells no class from the other");
    for (size_t i = 0; i < n; i++) m->oof[i] = cupel_sigmoid_at(&m->sigmoid, m->oof[i]), m->once[i] = cupel_sigmoid_at(&m->sigmoid, m->once[i]);
    return CUPEL_OK;
}

void cupel_auto_drop_words(cupel_auto_member *m)
{
    cupel_free(m->oof);
    cupel_free(m->once);
    m->oof = m->once = NULL;
}

void cupel_auto_drop(cupel_auto_member *m)
{
    cupel_auto_forget(&m->learned);
    cupel_auto_drop_words(m);
}

cupel_status cupel_auto_train(const cupel_auto_data *data, const cupel_auto_matrix *x, const unsigned char *use, const double *y,
                              const cupel_job *job, cupel_auto_member *m, double *quantile, cupel_err *err)
{
    work w = {.data = data, .x = x, .use = use, .y = y, .options = m->unit.trees, .job = job, .isa = job->isa, .m = m, .quantile = quantile};
    const size_t partitions = data->n_partitions ? data->n_partitions : 1;
    w.items = partitions * data->n_folds + 1;
    snprintf(w.stage, sizeof w.stage, "%s, %s", job->say ? "automatic model" : "held-out clusters", m->unit.name);
    cupel_status st = CUPEL_OK;
    w.options.huber *= deviation(y, use, data->n);
    if (!(w.options.huber > 0)) w.options.huber = 1;
    m->oof = cupel_alloc(data->n, sizeof *m->oof);
    m->once = cupel_alloc(data->n, sizeof *m->once);
    w.said = cupel_alloc(cupel_mul(partitions, data->n), sizeof *w.said);
    if (!m->oof || !m->once || !w.said) CUPEL_TRY(cupel_no_memory(err, "out-of-fold predictions", cupel_mul(partitions, data->n * sizeof *m->oof)));
    const double began = cupel_now();
    CUPEL_TRY(cupel_par_for(job->threads, w.items, fit_part, &w, err));
    cupel_progress(job, w.stage, w.items, w.items);
    CUPEL_TRY(gather(&w, partitions, err));
    m->seconds = cupel_now() - began;
done:
    cupel_free(w.said);
    return st;
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
