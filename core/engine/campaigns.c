#include "core/engine/campaigns_parts.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/base/rng.h"
#include "core/engine/trial_cells.h"
#include "core/engine/trial_id.h"
#include "core/math/order.h"
#include "core/matter/columns.h"
#include "core/sys/par.h"
#include "models/search/campaign.h"

#include <math.h>
#include <string.h>

/* Orders drawn by chance, for the course without a model. */
enum { CHANCE = 1000, CHANCE_SEVERAL = 200, STREAM_CHANCE = 91 };
/* A beginning that a table of one experiment need not have. */
enum { START_LEAST = 2 };

typedef struct replaying {
    const cupel_campaigns_options *o;
    const cupel_job *job;
    cupel_campaigns *r;
    cupel_trial_table t;
    cupel_inputs in;
    size_t n_goals, target[CUPEL_GOALS_MAX];
    double *x, *y;       /* [n][d], [n][n_goals] different experiments */
    cupel_campaign c;
    cupel_judge judge;
    double *trace;       /* [seeds][most] best so far */
    double *count;       /* [seeds] */
    size_t *order;       /* [seeds][most] */
} replaying;

/* ---- the table ---- */

/* The values of a row; *whole: there are all. y NULL: they are only looked at. */
static cupel_status read_values(const replaying *p, size_t row, double *y, bool *whole, cupel_err *err)
{
    const cupel_records *r = &p->t.records;
    *whole = true;
    for (size_t k = 0; k < p->n_goals; k++) {
        double value = NAN;
        if (cupel_text_missing(cupel_text_trim(cupel_cell(r, row, p->target[k])))) {
            *whole = false;
            continue;
        }
        const cupel_status st = cupel_trial_number(&p->t, row, p->target[k], "a finite number", &value, err);
        if (st != CUPEL_OK) return st;
        if (y) y[k] = value;
    }
    return CUPEL_OK;
}

/* Rows that have a value of each goal move to the front; those without are said. */
static cupel_status keep_valued(replaying *p, cupel_err *err)
{
    cupel_records *r = &p->t.records;
    size_t m = 0;
    const size_t all = r->n_rows;
    for (size_t i = 0; i < all; i++) {
        bool whole;
        cupel_status st = read_values(p, i, NULL, &whole, err);
        if (st != CUPEL_OK) return st;
        if (!whole) continue;
        if (m != i) {
            memcpy(r->cell + m * r->n_cols, r->cell + i * r->n_cols, r->n_cols * sizeof *r->cell);
            r->line[m] = r->line[i];
        }
        m++;
    }
    r->n_rows = m;
    if (m < all)
        cupel_say(p->job, CUPEL_WARNING, "%zu row%s without a value%s left out", all - m, all - m == 1 ? "" : "s",
                  p->n_goals > 1 ? " of each goal" : "");
    if (m) return CUPEL_OK;
    return p->n_goals > 1 ? cupel_fail(err, CUPEL_BAD_INPUT, "'%s': no row has a value of each of the %zu goals", p->t.file, p->n_goals)
                          : cupel_fail(err, CUPEL_BAD_INPUT, "'%s': no row has a value of '%s'", p->t.file, p->t.header.name[p->target[0]]);
}

static bool is_goal(const replaying *p, size_t column)
{
    for (size_t k = 0; k < p->n_goals; k++)
        if (p->target[k] == column) return true;
    return false;
}

static cupel_status read_inputs(replaying *p, cupel_err *err)
{
    const cupel_campaigns_options *o = p->o;
    const cupel_header *h = &p->t.header;
    const cupel_trial_table *one = &p->t;
    const char **name = cupel_alloc(h->n + 1, sizeof *name);
    bool *skip = cupel_alloc(h->n + 1, sizeof *skip);
    size_t n = 0, id;
    cupel_status st = CUPEL_OK;
    if (!name || !skip) CUPEL_TRY(cupel_no_memory(err, "names of columns", 0));
    for (size_t i = 0; i < h->n; i++) skip[i] = is_goal(p, i) || strcmp(h->name[i], "failed") == 0;
    CUPEL_TRY(cupel_trial_id(&p->t, skip, &id, err));
    for (size_t i = 0; i < h->n && !o->input; i++)
        if (!skip[i] && i != id) name[n++] = h->name[i];
    if (!o->input && !n) st = cupel_fail(err, CUPEL_BAD_INPUT, "'%s' has no column beside the goal: an experiment is told by its inputs", p->t.file);
    const cupel_input_choice from = {&one, 1, o->input ? o->input : name, o->input ? o->n_inputs : n, o->formula, o->dot};
    if (st == CUPEL_OK) st = cupel_inputs_make(&from, p->job, &p->in, err);
done:
    cupel_free(skip);
    cupel_free(name);
    return st;
}

/* A column that is no input, a name or a note, would mislead every campaign. */
static void say_inputs(const replaying *p)
{
    static const char *const kinds[] = {[CUPEL_INPUT_NUMBER] = "numbers", [CUPEL_INPUT_WORD] = "words", [CUPEL_INPUT_FORMULA] = "formulas"};
    cupel_str s = {0};
    for (size_t i = 0; i < p->in.n; i++) cupel_str_addf(&s, "%s'%s' (%s)", i ? ", " : "", p->in.column[i].name, kinds[p->in.column[i].kind]);
    cupel_say(p->job, CUPEL_NOTE, "%zu input%s: %s; others are chosen with --columns", p->in.n, p->in.n == 1 ? "" : "s", cupel_str_text(&s));
    cupel_str_free(&s);
}

/* Equal inputs are one experiment. */
static cupel_status join_repeats(replaying *p, cupel_err *err)
{
    const size_t rows = p->t.records.n_rows, d = p->in.d;
    const size_t goals = p->n_goals;
    double *count = cupel_alloc(rows, sizeof *count), y[CUPEL_GOALS_MAX] = {0};
    p->x = cupel_alloc(cupel_mul(rows, d), sizeof *p->x);
    p->y = cupel_alloc(cupel_mul(rows, goals), sizeof *p->y);
    if (!count || !p->x || !p->y) {
        cupel_free(count);
        return cupel_no_memory(err, "a campaign", cupel_mul(rows, d * sizeof *p->x));
    }
    size_t n = 0;
    for (size_t i = 0; i < rows; i++) {
        const double *x = p->in.x[0] + i * d;
        bool whole;
        cupel_status st = read_values(p, i, y, &whole, err);
        if (st != CUPEL_OK) {
            cupel_free(count);
            return st;
        }
        size_t j = 0;
        while (j < n && memcmp(p->x + j * d, x, d * sizeof *x) != 0) j++;
        if (j == n) memcpy(p->x + n++ * d, x, d * sizeof *x);
        count[j]++;
        for (size_t k = 0; k < goals; k++) p->y[j * goals + k] += (y[k] - p->y[j * goals + k]) / count[j];
    }
    cupel_free(count);
    p->r->n_rows = rows, p->r->n = n;
    return CUPEL_OK;
}

/* ---- the campaigns ---- */

static cupel_status one_campaign(void *user, size_t seed, size_t worker, cupel_err *err)
{
    (void)worker;
    replaying *p = user;
    size_t tried, most = p->r->most, *order = p->order + seed * most;
    cupel_status st = cupel_campaign_run(&p->c, &p->o->choose, p->o->choose.seed + seed, order, &tried, err);
    if (st != CUPEL_OK) return st;
    return cupel_judge_follow(&p->judge, order, tried, most, p->trace + seed * most, &p->count[seed], err);
}

/* trace [n][most] to its figures, experiment by experiment; column [n] is scratch. */
static void summarise(const double *trace, size_t n, size_t most, double *column, cupel_course *c)
{
    for (size_t i = 0; i < most; i++) {
        double mean = 0, square = 0;
        for (size_t k = 0; k < n; k++) column[k] = trace[k * most + i], mean += column[k] / (double)n;
        for (size_t k = 0; k < n; k++) square += (column[k] - mean) * (column[k] - mean);
        cupel_sort(column, n);
        c->low[i] = cupel_quantile(column, n, 0.25);
        c->middle[i] = cupel_quantile(column, n, 0.5);
        c->high[i] = cupel_quantile(column, n, 0.75);
        c->mean[i] = mean;
        c->deviation[i] = n > 1 ? sqrt(square / (double)(n - 1)) : 0;
    }
}

static cupel_status course_make(cupel_course *c, size_t most, cupel_err *err)
{
    c->low = cupel_alloc(5 * most, sizeof *c->low);
    if (!c->low) return cupel_no_memory(err, "the course of a campaign", 5 * most * sizeof *c->low);
    c->middle = c->low + most;
    c->high = c->middle + most;
    c->mean = c->high + most;
    c->deviation = c->mean + most;
    return CUPEL_OK;
}

static cupel_status by_chance(replaying *p, cupel_err *err)
{
    const size_t n = p->r->n, most = p->r->most, times = p->n_goals > 1 ? CHANCE_SEVERAL : CHANCE;
    size_t *order = cupel_alloc(n, sizeof *order);
    double *trace = cupel_alloc(cupel_mul(times, most + 2), sizeof *trace), *count = trace ? trace + times * most : NULL;
    cupel_status st = order && trace ? CUPEL_OK : cupel_no_memory(err, "the course of chance", 0);
    for (size_t k = 0; k < times && st == CUPEL_OK; k++) {
        cupel_rng_permutation(p->o->choose.seed + k, STREAM_CHANCE, order, n);
        st = cupel_judge_follow(&p->judge, order, most, most, trace + k * most, &count[k], err);
    }
    if (st == CUPEL_OK) {
        summarise(trace, times, most, count + times, &p->r->random);
        cupel_sort(count, times);
        for (int q = 0; q < 3; q++)
            p->r->chance[q] = p->n_goals > 1 ? cupel_quantile(count, times, 0.25 * (q + 1)) : 0.25 * (q + 1) * ((double)n + 1);
    }
    cupel_free(order);
    cupel_free(trace);
    return st;
}

static cupel_status run_all(replaying *p, cupel_err *err)
{
    const cupel_campaigns_options *o = p->o;
    cupel_status st = CUPEL_OK;
    const size_t n = p->r->n, asked = !o->most && o->n_goals > 1 ? CUPEL_CAMPAIGN_SEVERAL : o->most, most = asked && asked < n ? asked : n;
    p->r->most = most, p->r->n_seeds = o->seeds;
    p->c = (cupel_campaign){.n = n, .d = p->in.d, .n_blocks = p->in.n_blocks, .n_goals = p->n_goals, .x = p->x, .y = p->y, .block = p->in.block,
                            .maximize = p->r->maximize, .start = o->start, .most = most};
    p->judge = (cupel_judge){.n = n, .n_goals = p->n_goals, .y = p->y, .maximize = p->r->maximize};
    CUPEL_TRY(cupel_judge_init(&p->judge, p->t.file, p->r->goal, err));
    memcpy(p->r->best, p->judge.best, sizeof p->r->best);
    p->r->n_front = p->judge.n_front;
    p->trace = cupel_alloc(cupel_mul(o->seeds, most), sizeof *p->trace);
    p->order = cupel_alloc(cupel_mul(o->seeds, most), sizeof *p->order);
    p->count = cupel_alloc(2 * o->seeds, sizeof *p->count);
    if (!p->trace || !p->order || !p->count) CUPEL_TRY(cupel_no_memory(err, "campaigns", cupel_mul(o->seeds, most * sizeof *p->trace)));
    CUPEL_TRY(course_make(&p->r->loop, most, err));
    CUPEL_TRY(course_make(&p->r->random, most, err));
    CUPEL_TRY(cupel_par_for(p->job->threads, o->seeds, one_campaign, p, err));
    summarise(p->trace, o->seeds, most, p->count + o->seeds, &p->r->loop);
    cupel_sort(p->count, o->seeds);
    for (size_t k = 0; k < o->seeds; k++) p->r->n_found += p->count[k] <= (double)most;
    for (int q = 0; q < 3; q++) p->r->count[q] = cupel_quantile(p->count, o->seeds, 0.25 * (q + 1));
    st = by_chance(p, err);
done:
    return st;
}

static cupel_status find_goals(replaying *p, cupel_err *err)
{
    const cupel_campaigns_options *o = p->o;
    cupel_campaigns *r = p->r;
    for (size_t k = 0; k < o->n_goals; k++) {
        cupel_status st = cupel_column_find(&p->t.header, p->t.file, "target", o->goal[k].column, "name it with --target", &p->target[k], err);
        if (st != CUPEL_OK) return st;
        if (is_goal(p, p->target[k])) return cupel_fail(err, CUPEL_USAGE, "goal '%s' is given twice", o->goal[k].column);
        r->maximize[k] = o->goal[k].maximize;
        r->goal[k] = cupel_strdup(p->t.header.name[p->target[k]]);
        if (!r->goal[k]) return cupel_no_memory(err, "the name of a goal", 0);
        r->n_goals = p->n_goals = k + 1;
    }
    return CUPEL_OK;
}

cupel_status cupel_campaigns_run(const cupel_campaigns_options *o, const cupel_job *job, cupel_campaigns *out, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_campaigns r = {0};
    replaying p = {.o = o, .job = job, .r = &r};
    CUPEL_TRY(cupel_trial_table_read(o->table, o->table_format, job, &p.t, err));
    CUPEL_TRY(find_goals(&p, err));
    CUPEL_TRY(keep_valued(&p, err));
    CUPEL_TRY(read_inputs(&p, err));
    r.n_inputs = p.in.n;
    say_inputs(&p);
    CUPEL_TRY(join_repeats(&p, err));
    if (o->start > r.n && o->start > START_LEAST)
        CUPEL_TRY(cupel_fail(err, CUPEL_USAGE, "--start %zu: '%s' has %zu different experiments; expected fewer, so that some are left to choose",
                             o->start, p.t.file, r.n));
    CUPEL_TRY(run_all(&p, err));
    *out = r;
    r = (cupel_campaigns){0};
done:
    cupel_campaigns_release(&r);
    cupel_trial_table_release(&p.t);
    cupel_inputs_release(&p.in);
    cupel_judge_release(&p.judge);
    cupel_free(p.x);
    cupel_free(p.y);
    cupel_free(p.trace);
    cupel_free(p.count);
    cupel_free(p.order);
    return st;
}

void cupel_campaigns_release(cupel_campaigns *r)
{
    for (size_t k = 0; k < r->n_goals; k++) cupel_free(r->goal[k]);
    cupel_free(r->loop.low);
    cupel_free(r->random.low);
    *r = (cupel_campaigns){0};
}
