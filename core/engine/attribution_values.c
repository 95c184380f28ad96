/* How much groups of columns matter when they are shuffled. */
#include "core/engine/attribution_parts.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/base/rng.h"
#include "core/sys/par.h"

#include <string.h>

enum { BLOCK = 128, STREAM_SHUFFLE = 0x73687566 };

/* ---- predictions of a matrix ---- */

typedef struct predicting {
    const cupel_surrogate *s;
    const double *x;
    size_t n, d;
    cupel_isa isa;
    double *value;
} predicting;

static cupel_status predict_block(void *user, size_t item, size_t worker, cupel_err *err)
{
    (void)worker;
    const predicting *p = user;
    const size_t from = item * BLOCK, n = p->n - from < BLOCK ? p->n - from : BLOCK;
    double unused[4][BLOCK];
    unsigned char in_domain[BLOCK];
    cupel_scratch *scratch = NULL;
    const cupel_predict_options o = {.precision = CUPEL_FLOAT64, .isa = p->isa, .level = 0.9};
    cupel_prediction out = {p->value + from, unused[0], unused[1], unused[2], unused[3], in_domain};
    cupel_status st = cupel_scratch_new(p->s, &scratch, err);
    if (st == CUPEL_OK) st = cupel_surrogate_predict(p->s, p->x + from * p->d, p->d, n, &o, scratch, &out, err);
    cupel_scratch_free(scratch);
    return st;
}

cupel_status cupel_attribution_predict(const cupel_attribution *a, const double *x, size_t n, size_t d, const cupel_job *job, double *value,
                                       cupel_err *err)
{
    predicting p = {.s = cupel_model_surrogate(a->model), .x = x, .n = n, .d = d, .isa = job->isa, .value = value};
    return cupel_par_for(job->threads, (n + BLOCK - 1) / BLOCK, predict_block, &p, err);
}

/* ---- shuffling ---- */

/* Mean absolute error; of a class the log loss of the second one. */
static double error_of(const cupel_attribution *a, const double *truth, const double *value, size_t n)
{
    double classes[2], sum = 0;
    if (a->is_class) cupel_surrogate_classes(cupel_model_surrogate(a->model), classes);
    for (size_t i = 0; i < n; i++) {
        if (!a->is_class) {
            sum += fabs(truth[i] - value[i]);
            continue;
        }
        const double p = truth[i] == classes[1] ? value[i] : 1 - value[i];
        sum -= log(p > 1e-6 ? p : 1e-6);
    }
    return sum / (double)n;
}

typedef struct shuffling {
    const cupel_attribution_options *o;
    const cupel_attribution *a;
    const cupel_job *job;
    size_t n, d, *order;
    double *x, *y, *truth, *value; /* [n][d] as they are and as shuffled */
} shuffling;

/* Rise of the error when the columns are shuffled among rows, the columns of a group together. */
static cupel_status rise(shuffling *s, const size_t *column, size_t n_columns, uint64_t stream, double *mean, double *deviation, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    double sum = 0, square = 0;
    const double base = s->a->error;
    for (size_t k = 0; k < s->o->repeats; k++) {
        cupel_rng_permutation(s->o->seed, STREAM_SHUFFLE + (stream << 8) + k, s->order, s->n);
        for (size_t i = 0; i < s->n; i++)
            for (size_t c = 0; c < n_columns; c++) s->y[i * s->d + column[c]] = s->x[s->order[i] * s->d + column[c]];
        CUPEL_TRY(cupel_attribution_predict(s->a, s->y, s->n, s->d, s->job, s->value, err));
        const double up = error_of(s->a, s->truth, s->value, s->n) - base;
        sum += up;
        square += up * up;
    }
    for (size_t i = 0; i < s->n; i++)
        for (size_t c = 0; c < n_columns; c++) s->y[i * s->d + column[c]] = s->x[i * s->d + column[c]];
    *mean = sum / (double)s->o->repeats;
    *deviation = sqrt(fmax(0, square / (double)s->o->repeats - *mean * *mean));
done:
    return st;
}

static cupel_status shuffle_groups(shuffling *s, cupel_attribution *a, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    for (size_t g = 0; g < a->n_groups; g++) {
        cupel_group *group = &a->group[g];
        cupel_progress(s->job, "shuffling groups", g, a->n_groups);
        if (cupel_stopped(s->job)) return cupel_fail(err, CUPEL_INTERRUPTED, "stopped while explaining");
        CUPEL_TRY(rise(s, group->column, group->n, g, &group->importance, &group->deviation, err));
    }
done:
    return st;
}

static void release_shuffling(shuffling *s)
{
    cupel_free(s->x);
    cupel_free(s->y);
    cupel_free(s->truth);
    cupel_free(s->order);
}

/* The rows with measured values, side by side. */
static cupel_status prepare(shuffling *s, const cupel_attribution_rows *r, cupel_err *err)
{
    s->x = cupel_alloc(cupel_mul(r->n, r->d), sizeof *s->x);
    s->y = cupel_alloc(cupel_mul(r->n, r->d), sizeof *s->y);
    s->truth = cupel_alloc(2 * r->n, sizeof *s->truth);
    s->order = cupel_alloc(r->n, sizeof *s->order);
    if (!s->x || !s->y || !s->truth || !s->order) return cupel_no_memory(err, "rows to shuffle", cupel_mul(2 * r->n, r->d * sizeof *s->x));
    s->value = s->truth + r->n;
    for (size_t i = 0; i < r->n; i++) {
        if (isnan(r->truth[i])) continue;
        memcpy(s->x + s->n * r->d, r->x + i * r->d, r->d * sizeof *s->x);
        s->value[s->n] = r->value[i];
        s->truth[s->n++] = r->truth[i];
    }
    memcpy(s->y, s->x, s->n * r->d * sizeof *s->y);
    return CUPEL_OK;
}

cupel_status cupel_attribution_shuffle(cupel_attribution *a, const cupel_attribution_options *o, const cupel_attribution_rows *r,
                                       const cupel_job *job, cupel_err *err)
{
    shuffling s = {.o = o, .a = a, .job = job, .d = r->d};
    cupel_status st = prepare(&s, r, err);
    a->n_measured = s.n;
    if (st == CUPEL_OK && s.n >= 2) {
        a->error = error_of(a, s.truth, s.value, s.n);
        st = shuffle_groups(&s, a, err);
    }
    release_shuffling(&s);
    return st;
}

static cupel_status shuffle_cluster(shuffling *s, const cupel_attribution *a, size_t k, cupel_cluster *c, cupel_err *err)
{
    size_t n = 0, *column = cupel_alloc(s->d, sizeof *column);
    if (!column) return cupel_no_memory(err, "columns", s->d * sizeof *column);
    for (size_t g = 0; g < c->n; g++)
        for (size_t i = 0; i < a->group[c->group[g]].n; i++) column[n++] = a->group[c->group[g]].column[i];
    const cupel_status st = rise(s, column, n, a->n_groups + k, &c->importance, &c->deviation, err);
    cupel_free(column);
    return st;
}

cupel_status cupel_attribution_shuffle_clusters(cupel_attribution *a, const cupel_attribution_options *o, const cupel_attribution_rows *r,
                                                const cupel_job *job, cupel_err *err)
{
    shuffling s = {.o = o, .a = a, .job = job, .d = r->d};
    cupel_status st = CUPEL_OK;
    if (a->n_measured < 2 || !a->n_clusters) return CUPEL_OK;
    st = prepare(&s, r, err);
    for (size_t k = 0; k < a->n_clusters && st == CUPEL_OK; k++) st = shuffle_cluster(&s, a, k, &a->cluster[k], err);
    release_shuffling(&s);
    return st;
}
