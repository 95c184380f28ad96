#include "core/engine/loop_learn.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/engine/loop_noise.h"
#include "models/search/pareto.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Fewer results than this say nothing of noise and error. */
enum { LEARNS_FROM = 3 };

typedef struct learning {
    const cupel_loop *l;
    const cupel_tell_options *o;
    const cupel_job *job;
    cupel_tell_result *r;
} learning;

/* Best result, noise and leave-one-out error of one goal; in: the inputs of all rows that are results, in the order of the loop. */
static cupel_status learn_goal(const learning *g, const cupel_inputs *in, size_t goal, cupel_err *err)
{
    const cupel_loop *l = g->l;
    cupel_tell_result *r = g->r;
    cupel_status st = CUPEL_OK;
    double *x = cupel_alloc(cupel_mul(l->n, in->d + 1), sizeof *x);
    size_t n = 0, from = 0;
    if (!x) return cupel_no_memory(err, "the rows of a loop", 0);
    double *y = x + l->n * in->d;
    for (size_t i = 0; i < l->n; i++) {
        if (l->state[i] == CUPEL_TRIAL_PENDING || l->state[i] == CUPEL_TRIAL_WITHDRAWN) continue;
        if (l->state[i] == CUPEL_TRIAL_MEASURED && cupel_parse_double(cupel_text_of(l->cell[i * l->header.n + l->n_inputs + goal]), &y[n]))
            memcpy(x + n++ * in->d, in->x[0] + from * in->d, in->d * sizeof *x);
        from++;
    }
    r->best[goal] = r->noise[goal] = r->error[goal] = NAN;
    for (size_t i = 0; i < n; i++)
        if (!i || (l->maximize[goal] ? y[i] > r->best[goal] : y[i] < r->best[goal])) r->best[goal] = y[i];
    if (n < LEARNS_FROM) goto done;
    cupel_gauss_options p = cupel_gauss_defaults();
    p.seed = g->o->seed, p.threads = g->job->threads, p.maximize = l->maximize[goal];
    const cupel_gauss_rows rows = {.n = n, .d = in->d, .n_blocks = in->n_blocks, .x = x, .y = y, .block = in->block};
    CUPEL_TRY(cupel_loop_noise(&rows, &p, &r->error[goal], &r->noise[goal], err));
    if (!cupel_rows_repeat(x, n, in->d)) r->noise[goal] = NAN;
done:
    cupel_free(x);
    return st;
}

/* Measured rows that no other beats in every goal; rows without a value are no competitors. */
static cupel_status count_front(const cupel_loop *l, size_t *n_front, cupel_err *err)
{
    const size_t m = l->n_goals;
    double *y = cupel_alloc(cupel_mul(l->n, m) + 1, sizeof *y);
    if (!y) return cupel_no_memory(err, "the rows of a loop", cupel_mul(l->n, m * sizeof *y));
    for (size_t i = 0; i < l->n; i++)
        for (size_t k = 0; k < m; k++)
            if (l->state[i] != CUPEL_TRIAL_MEASURED || !cupel_parse_double(cupel_text_of(l->cell[i * l->header.n + l->n_inputs + k]), &y[i * m + k]))
                y[i * m + k] = (double)NAN;
    *n_front = cupel_pareto_front(y, l->n, m, l->maximize);
    cupel_free(y);
    return CUPEL_OK;
}

cupel_status cupel_loop_learn(const cupel_loop *l, const cupel_tell_options *o, const cupel_job *job, cupel_tell_result *r, cupel_err *err)
{
    const learning g = {.l = l, .o = o, .job = job, .r = r};
    cupel_trial_table t = {0};
    cupel_inputs in = {0};
    cupel_status st = cupel_loop_table(l, o->loop, false, &t, err);
    const cupel_trial_table *one = &t;
    const cupel_input_choice from = {&one, 1, (const char *const *)l->header.name, l->n_inputs, o->formula, o->dot};
    if (st == CUPEL_OK && t.records.n_rows) st = cupel_inputs_make(&from, job, &in, err);
    r->n_goals = l->n_goals;
    for (size_t k = 0; k < l->n_goals && st == CUPEL_OK; k++) {
        snprintf(r->goal[k], sizeof r->goal[k], "%s", l->header.name[l->n_inputs + k]);
        if (t.records.n_rows) st = learn_goal(&g, &in, k, err);
        else r->best[k] = r->noise[k] = r->error[k] = NAN;
    }
    for (size_t i = 0; i < l->n; i++) {
        r->n_measured += l->state[i] == CUPEL_TRIAL_MEASURED;
        r->n_failed += l->state[i] == CUPEL_TRIAL_FAILED;
        r->n_pending += l->state[i] == CUPEL_TRIAL_PENDING;
    }
    if (st == CUPEL_OK) st = count_front(l, &r->n_front, err);
    cupel_inputs_release(&in);
    cupel_trial_table_release(&t);
    return st;
}
