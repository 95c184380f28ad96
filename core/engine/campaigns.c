#include "core/engine/campaigns.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/base/rng.h"
#include "core/engine/trial_cells.h"
#include "core/io/json.h"
#include "core/math/order.h"
#include "core/matter/columns.h"
#include "core/sys/par.h"
#include "models/search/campaign.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* Orders drawn by chance, for the course without a model. */
enum { CHANCE = 1000, STREAM_CHANCE = 91 };
/* A beginning that a table of one experiment need not have. */
enum { START_LEAST = 2 };

typedef struct replaying {
    const cupel_campaigns_options *o;
    const cupel_job *job;
    cupel_campaigns *r;
    cupel_trial_table t;
    cupel_inputs in;
    size_t target;
    double *x, *y;       /* [n][d], [n] different experiments */
    cupel_campaign c;
    double *trace;       /* [seeds][most] best so far */
    double *count;       /* [seeds] */
    size_t *order;       /* [seeds][most] */
} replaying;

/* ---- the table ---- */

/* Rows that have a value move to the front; those without are said. */
static cupel_status keep_valued(replaying *p, cupel_err *err)
{
    cupel_records *r = &p->t.records;
    size_t m = 0, left = 0;
    double y;
    for (size_t i = 0; i < r->n_rows; i++) {
        const cupel_text c = cupel_text_trim(cupel_cell(r, i, p->target));
        if (cupel_text_missing(c)) {
            left++;
            continue;
        }
        cupel_status st = cupel_trial_number(&p->t, i, p->target, "a finite number", &y, err);
        if (st != CUPEL_OK) return st;
        if (m != i) {
            memcpy(r->cell + m * r->n_cols, r->cell + i * r->n_cols, r->n_cols * sizeof *r->cell);
            r->line[m] = r->line[i];
        }
        m++;
    }
    r->n_rows = m;
    if (left) cupel_say(p->job, CUPEL_WARNING, "%zu row%s without a value left out", left, left == 1 ? "" : "s");
    return m ? CUPEL_OK : cupel_fail(err, CUPEL_BAD_INPUT, "'%s': no row has a value of '%s'", p->t.file, p->t.header.name[p->target]);
}

static cupel_status read_inputs(replaying *p, cupel_err *err)
{
    const cupel_campaigns_options *o = p->o;
    const cupel_header *h = &p->t.header;
    const cupel_trial_table *one = &p->t;
    const char **name = cupel_alloc(h->n + 1, sizeof *name);
    size_t n = 0;
    if (!name) return cupel_no_memory(err, "names of columns", 0);
    for (size_t i = 0; i < h->n && !o->input; i++)
        if (i != p->target && strcmp(h->name[i], "id") != 0 && strcmp(h->name[i], "failed") != 0) name[n++] = h->name[i];
    cupel_status st = CUPEL_OK;
    if (!o->input && !n) st = cupel_fail(err, CUPEL_BAD_INPUT, "'%s' has no column beside the goal: an experiment is told by its inputs", p->t.file);
    if (st == CUPEL_OK)
        st = cupel_inputs_make(&one, 1, o->input ? o->input : name, o->input ? o->n_inputs : n, o->formula, o->dot, p->job, &p->in, err);
    cupel_free(name);
    return st;
}

/* Equal inputs are one experiment. */
static cupel_status join_repeats(replaying *p, cupel_err *err)
{
    const size_t rows = p->t.records.n_rows, d = p->in.d;
    double *count = cupel_alloc(rows, sizeof *count), y = 0;
    p->x = cupel_alloc(cupel_mul(rows, d), sizeof *p->x);
    p->y = cupel_alloc(rows, sizeof *p->y);
    if (!count || !p->x || !p->y) {
        cupel_free(count);
        return cupel_no_memory(err, "a campaign", cupel_mul(rows, d * sizeof *p->x));
    }
    size_t n = 0;
    for (size_t i = 0; i < rows; i++) {
        const double *x = p->in.x[0] + i * d;
        cupel_parse_double(cupel_text_trim(cupel_cell(&p->t.records, i, p->target)), &y);
        size_t j = 0;
        while (j < n && memcmp(p->x + j * d, x, d * sizeof *x) != 0) j++;
        if (j == n) {
            memcpy(p->x + n * d, x, d * sizeof *x);
            p->y[n] = y;
            count[n++] = 1;
        } else {
            p->y[j] += (y - p->y[j]) / ++count[j];
        }
    }
    cupel_free(count);
    p->r->n_rows = rows, p->r->n = n;
    return CUPEL_OK;
}

/* ---- the campaigns ---- */

static double better(const replaying *p, double a, double b) { return p->c.maximize ? fmax(a, b) : fmin(a, b); }

static cupel_status one_campaign(void *user, size_t seed, size_t worker, cupel_err *err)
{
    (void)worker;
    replaying *p = user;
    size_t tried, most = p->r->most, *order = p->order + seed * most;
    double *trace = p->trace + seed * most;
    cupel_status st = cupel_campaign_run(&p->c, &p->o->choose, p->o->choose.seed + seed, order, &tried, err);
    if (st != CUPEL_OK) return st;
    for (size_t i = 0; i < most; i++) trace[i] = i >= tried ? trace[i - 1] : i ? better(p, trace[i - 1], p->y[order[i]]) : p->y[order[0]];
    p->count[seed] = (double)(p->y[order[tried - 1]] == p->r->best ? tried : most + 1);
    return CUPEL_OK;
}

/* trace [n][most] to its quartiles, experiment by experiment; column [n] is scratch. */
static void quartiles(const double *trace, size_t n, size_t most, double *column, cupel_course *c)
{
    for (size_t i = 0; i < most; i++) {
        for (size_t k = 0; k < n; k++) column[k] = trace[k * most + i];
        cupel_sort(column, n);
        c->low[i] = cupel_quantile(column, n, 0.25);
        c->middle[i] = cupel_quantile(column, n, 0.5);
        c->high[i] = cupel_quantile(column, n, 0.75);
    }
}

static cupel_status course_make(cupel_course *c, size_t most, cupel_err *err)
{
    c->low = cupel_alloc(3 * most, sizeof *c->low);
    if (!c->low) return cupel_no_memory(err, "the course of a campaign", 3 * most * sizeof *c->low);
    c->middle = c->low + most;
    c->high = c->middle + most;
    return CUPEL_OK;
}

static cupel_status by_chance(replaying *p, cupel_err *err)
{
    const size_t n = p->r->n, most = p->r->most;
    size_t *order = cupel_alloc(n, sizeof *order);
    double *trace = cupel_alloc(cupel_mul(CHANCE, most + 1), sizeof *trace);
    cupel_status st = order && trace ? CUPEL_OK : cupel_no_memory(err, "the course of chance", 0);
    for (size_t k = 0; k < CHANCE && st == CUPEL_OK; k++) {
        cupel_rng_permutation(p->o->choose.seed + k, STREAM_CHANCE, order, n);
        for (size_t i = 0; i < most; i++) trace[k * most + i] = i ? better(p, trace[k * most + i - 1], p->y[order[i]]) : p->y[order[0]];
    }
    if (st == CUPEL_OK) quartiles(trace, CHANCE, most, trace + CHANCE * most, &p->r->random);
    for (int q = 0; q < 3; q++) p->r->chance[q] = 0.25 * (q + 1) * ((double)n + 1);
    cupel_free(order);
    cupel_free(trace);
    return st;
}

static cupel_status run_all(replaying *p, cupel_err *err)
{
    const cupel_campaigns_options *o = p->o;
    cupel_status st = CUPEL_OK;
    const size_t n = p->r->n, most = o->most && o->most < n ? o->most : n;
    p->r->most = most, p->r->n_seeds = o->seeds;
    p->c = (cupel_campaign){.n = n, .d = p->in.d, .n_blocks = p->in.n_blocks, .x = p->x, .y = p->y, .block = p->in.block,
                            .maximize = o->goal.maximize,
                            .start = o->start, .most = most};
    p->r->best = p->y[cupel_campaign_best(&p->c)];
    p->trace = cupel_alloc(cupel_mul(o->seeds, most), sizeof *p->trace);
    p->order = cupel_alloc(cupel_mul(o->seeds, most), sizeof *p->order);
    p->count = cupel_alloc(2 * o->seeds, sizeof *p->count);
    if (!p->trace || !p->order || !p->count) return cupel_no_memory(err, "campaigns", cupel_mul(o->seeds, most * sizeof *p->trace));
    CUPEL_TRY(course_make(&p->r->loop, most, err));
    CUPEL_TRY(course_make(&p->r->random, most, err));
    CUPEL_TRY(cupel_par_for(p->job->threads, o->seeds, one_campaign, p, err));
    quartiles(p->trace, o->seeds, most, p->count + o->seeds, &p->r->loop);
    cupel_sort(p->count, o->seeds);
    for (size_t k = 0; k < o->seeds; k++) p->r->n_found += p->count[k] <= (double)most;
    for (int q = 0; q < 3; q++) p->r->count[q] = cupel_quantile(p->count, o->seeds, 0.25 * (q + 1));
    st = by_chance(p, err);
done:
    return st;
}

cupel_status cupel_campaigns_run(const cupel_campaigns_options *o, const cupel_job *job, cupel_campaigns *out, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_campaigns r = {.maximize = o->goal.maximize};
    replaying p = {.o = o, .job = job, .r = &r};
    CUPEL_TRY(cupel_trial_table_read(o->table, o->table_format, &p.t, err));
    CUPEL_TRY(cupel_column_find(&p.t.header, p.t.file, "target", o->goal.column, "name it with --target", &p.target, err));
    r.goal = cupel_strdup(p.t.header.name[p.target]);
    if (!r.goal) CUPEL_TRY(cupel_no_memory(err, "the name of a goal", 0));
    CUPEL_TRY(keep_valued(&p, err));
    CUPEL_TRY(read_inputs(&p, err));
    r.n_inputs = p.in.n;
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
    cupel_free(p.x);
    cupel_free(p.y);
    cupel_free(p.trace);
    cupel_free(p.count);
    cupel_free(p.order);
    return st;
}

void cupel_campaigns_release(cupel_campaigns *r)
{
    cupel_free(r->goal);
    cupel_free(r->loop.low);
    cupel_free(r->random.low);
    *r = (cupel_campaigns){0};
}

/* ---- words ---- */

/* A count that is larger than `most` is not known: "> 40". */
static void put_counts(cupel_str *s, const char *what, const double count[3], size_t most)
{
    char text[3][32];
    for (int q = 0; q < 3; q++) {
        if (count[q] > (double)most) snprintf(text[q], sizeof text[q], "> %zu", most);
        else snprintf(text[q], sizeof text[q], "%.4g", count[q]);
    }
    cupel_str_addf(s, "%-28s %8s %8s %8s\n", what, text[1], text[0], text[2]);
}

void cupel_campaigns_table(const cupel_campaigns *r, cupel_str *s)
{
    cupel_str_addf(s, "%zu experiments of %zu inputs (%zu measurements), %s: the %s is %g\n", r->n, r->n_inputs, r->n_rows, r->goal,
                   r->maximize ? "largest" : "smallest", r->best);
    cupel_str_addf(s, "%-28s %8s %8s %8s\n", "experiments until it is found", "median", "quarter", "3 of 4");
    put_counts(s, "chosen by the loop", r->count, r->most);
    put_counts(s, "by chance", r->chance, r->most);
    if (r->n_found < r->n_seeds)
        cupel_str_addf(s, "%zu of %zu campaigns did not find it within %zu experiments\n", r->n_seeds - r->n_found, r->n_seeds, r->most);
    for (size_t i = 4; i < r->most; i = i * 2 + 2) /* after 5, 11, 23, ... */
        cupel_str_addf(s, "best after %-4zu experiments    %10.5g loop, %10.5g chance\n", i + 1, r->loop.middle[i], r->random.middle[i]);
}

static void put_numbers(cupel_json_out *w, const char *name, const double *x, size_t n)
{
    cupel_json_name(w, name);
    cupel_json_open(w, '[');
    for (size_t i = 0; i < n; i++) cupel_json_put_number(w, x[i]);
    cupel_json_close(w, ']');
}

static void put_course(cupel_json_out *w, const char *name, const double count[3], const cupel_course *c, size_t n)
{
    double known[3]; /* null: not found within n experiments */
    for (int q = 0; q < 3; q++) known[q] = count[q] > (double)n ? (double)NAN : count[q];
    cupel_json_name(w, name);
    cupel_json_open(w, '{');
    put_numbers(w, "experiments", known, 3);
    put_numbers(w, "low", c->low, n);
    put_numbers(w, "median", c->middle, n);
    put_numbers(w, "high", c->high, n);
    cupel_json_close(w, '}');
}

void cupel_campaigns_json(const cupel_campaigns *r, cupel_str *s)
{
    cupel_json_out w = {.s = s, .compact = true};
    cupel_json_open(&w, '{');
    cupel_json_name(&w, "goal");
    cupel_json_put_string(&w, r->goal);
    cupel_json_name(&w, "candidates");
    cupel_json_put_count(&w, r->n);
    cupel_json_name(&w, "campaigns");
    cupel_json_put_count(&w, r->n_seeds);
    cupel_json_name(&w, "found");
    cupel_json_put_count(&w, r->n_found);
    cupel_json_name(&w, "most");
    cupel_json_put_count(&w, r->most);
    cupel_json_name(&w, "best");
    cupel_json_put_number(&w, r->best);
    put_course(&w, "loop", r->count, &r->loop, r->most);
    put_course(&w, "chance", r->chance, &r->random, r->most);
    cupel_json_close(&w, '}');
    cupel_str_putc(s, '\n');
}
