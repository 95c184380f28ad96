#include "core/engine/suggest_space.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/base/rng.h"
#include "core/matter/column_match.h"
#include "core/matter/columns.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STREAM_SAMPLE = 0x5c };

/* A row of a table that is made here: cells in one stretch of text. */
typedef struct row_maker {
    cupel_str text;
    size_t *end, n, cap;
} row_maker;

static void row_begin(row_maker *m)
{
    cupel_str_clear(&m->text);
    m->n = 0;
}

static bool row_put(row_maker *m, cupel_text t)
{
    if (!cupel_grow(&m->end, &m->cap, m->n + 1, sizeof *m->end)) return false;
    if (t.n) cupel_str_add(&m->text, t.p, t.n);
    m->end[m->n++] = m->text.n;
    return !m->text.failed;
}

static cupel_status row_add(row_maker *m, cupel_trial_table *t, uint64_t line, cupel_err *err)
{
    cupel_text *cell = cupel_alloc(m->n, sizeof *cell);
    if (!cell) return cupel_no_memory(err, "a row", 0);
    for (size_t i = 0, from = 0; i < m->n; from = m->end[i++]) cell[i] = (cupel_text){cupel_str_text(&m->text) + from, m->end[i] - from};
    cupel_status st = cupel_records_add(&t->records, cell, line, err);
    cupel_free(cell);
    return st;
}

static void row_free(row_maker *m)
{
    cupel_str_free(&m->text);
    cupel_free(m->end);
}

/* ---- the pool ---- */

static int by_size(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static bool meets(const cupel_demand *d, const cupel_composition *c)
{
    for (size_t i = 0; i < d->n_constraints; i++) {
        cupel_constraint_result r;
        cupel_constraint_check(d->constraint[i].c, c, &r);
        if (r.verdict != CUPEL_PASS) return false;
    }
    return true;
}

static cupel_status add_candidate(const cupel_header *more, const cupel_candidates *c, row_maker *m, cupel_trial_table *t, cupel_err *err)
{
    char index[24];
    snprintf(index, sizeof index, "%" PRIu64, c->first);
    row_begin(m);
    bool there = row_put(m, cupel_text_of(index)) && row_put(m, c->formula[0]);
    for (size_t k = 0; k < more->n && there; k++)
        if (cupel_header_find(&t->header, more->name[k]) >= 2) there = row_put(m, c->cell[k]);
    return there ? row_add(m, t, c->first + 1, err) : cupel_no_memory(err, "a candidate", 0);
}

static cupel_status draw(const cupel_demand *d, cupel_space *space, const uint64_t *index, uint64_t n, cupel_trial_table *t, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_candidates c = {0};
    cupel_composition one;
    row_maker m = {.n = 0};
    for (uint64_t i = 0; i < n && st == CUPEL_OK; i++) {
        st = cupel_space_fill(space, index[i], 1, &c, err);
        if (st != CUPEL_OK || !c.n || c.batch.reason[0]) continue;
        cupel_batch_get(&c.batch, 0, &one);
        if (meets(d, &one)) st = add_candidate(cupel_space_columns(space), &c, &m, t, err);
    }
    row_free(&m);
    cupel_candidates_release(&c);
    return st;
}

cupel_status cupel_space_pool(const cupel_demand *d, uint64_t sample, uint64_t seed, const cupel_job *job, cupel_trial_table *t, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_space *space = NULL;
    uint64_t count, *index = NULL;
    char a[32], b[32], e[32];
    *t = (cupel_trial_table){.file = cupel_strdup(d->file)};
    if (!t->file) return cupel_no_memory(err, "a file name", 0);
    CUPEL_TRY(cupel_demand_space(d, &space, err));
    CUPEL_TRY(cupel_space_count(space, &count, err));
    cupel_space_say(space, job);
    const uint64_t n = sample < count ? sample : count;
    const cupel_header *more = cupel_space_columns(space);
    CUPEL_TRY(cupel_header_add(&t->header, cupel_text_of("id"), err));
    CUPEL_TRY(cupel_header_add(&t->header, cupel_text_of("formula"), err));
    for (size_t k = 0; k < more->n; k++)
        if (cupel_header_find(&t->header, more->name[k]) == SIZE_MAX) CUPEL_TRY(cupel_header_add(&t->header, cupel_text_of(more->name[k]), err));
    t->records.n_cols = t->header.n;
    index = cupel_alloc(n, sizeof *index);
    if (!index) CUPEL_TRY(cupel_no_memory(err, "a sample of the space", n * sizeof *index));
    for (uint64_t i = 0; i < n; i++) index[i] = n < count ? cupel_rng_permuted(seed, STREAM_SAMPLE, i, count) : i;
    qsort(index, n, sizeof *index, by_size); /* a table can only be read in its order */
    CUPEL_TRY(draw(d, space, index, n, t, err));
    if (!t->records.n_rows)
        st = cupel_fail(err, CUPEL_INFEASIBLE, "'%s': none of %s candidates of its space meets its constraints", d->file, cupel_format_count(a, n));
    else
        cupel_say(job, CUPEL_NOTE, "%s of %s candidates drawn, %s meet the constraints", cupel_format_count(a, n), cupel_format_count(b, count),
                  cupel_format_count(e, t->records.n_rows));
done:
    cupel_free(index);
    cupel_space_free(space);
    if (st != CUPEL_OK) cupel_trial_table_release(t);
    return st;
}

/* ---- what is wanted and known ---- */

cupel_status cupel_space_goal_of(const cupel_demand *d, cupel_space_goal *g, cupel_err *err)
{
    const cupel_requirement *q = NULL;
    cupel_str name = {0};
    for (size_t i = 0; i < d->n_requirements && !q; i++)
        if (d->requirement[i].property == 0) q = &d->requirement[i];
    if (!q) return cupel_fail(err, CUPEL_USAGE, "'%s' asks nothing of a property: say what is wanted with --target and what is known with --tell",
                              d->file);
    const cupel_demand_property *p = &d->property[0];
    *g = (cupel_space_goal){.maximize = q->goal > 0, .windowed = !q->goal, .low = q->min, .high = q->max};
    cupel_str_puts(&name, p->name);
    if (p->unit && *p->unit) cupel_str_addf(&name, " [%s]", p->unit);
    g->column = name.failed ? NULL : cupel_strdup(cupel_str_text(&name));
    cupel_str_free(&name);
    return g->column ? CUPEL_OK : cupel_no_memory(err, "the name of a goal", 0);
}

/* Columns of the data: the formula, those of the pool, the target. */
typedef struct knowing {
    cupel_trial_table data;
    size_t formula, target, *shared; /* [n_shared] */
    size_t n_shared;
} knowing;

static cupel_status find_columns(const cupel_demand *d, const cupel_header *pool, knowing *k, cupel_trial_table *t, cupel_err *err)
{
    const cupel_training_options *o = &d->property[0].data;
    cupel_status st = CUPEL_OK;
    CUPEL_TRY(cupel_column_formula(&k->data.header, k->data.file, o->formula, "name it in the data of the demand", &k->formula, err));
    CUPEL_TRY(cupel_column_find(&k->data.header, k->data.file, "target", o->target, "name it in the data of the demand", &k->target, err));
    k->shared = cupel_alloc(pool->n, sizeof *k->shared);
    if (!k->shared) CUPEL_TRY(cupel_no_memory(err, "columns", 0));
    CUPEL_TRY(cupel_header_add(&t->header, cupel_text_of("formula"), err));
    for (size_t i = 2; i < pool->n; i++) { /* behind id and formula */
        const size_t at = cupel_header_match(&k->data.header, pool, i);
        if (at == SIZE_MAX || at == k->formula || at == k->target) continue;
        k->shared[k->n_shared++] = at;
        const bool both = *k->data.header.unit[at] && *pool->unit[i]; /* an axis without a unit is in that of the table */
        CUPEL_TRY(cupel_header_add(&t->header, cupel_text_of(both ? k->data.header.name[at] : pool->name[i]), err));
    }
done:
    return st;
}

cupel_status cupel_space_known(const cupel_demand *d, const cupel_space_goal *g, const cupel_header *pool, const cupel_job *job,
                               cupel_trial_table *t, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    const cupel_demand_property *p = &d->property[0];
    knowing k = {.n_shared = 0};
    row_maker m = {.n = 0};
    *t = (cupel_trial_table){.file = NULL};
    if (!p->has_data) return cupel_fail(err, CUPEL_USAGE, "'%s': its property has a model and no table; say what is known with --tell and --target",
                                        d->file);
    CUPEL_TRY(cupel_trial_table_read(p->data.file, p->data.format, job, &k.data, err));
    if (!(t->file = cupel_strdup(p->data.file))) CUPEL_TRY(cupel_no_memory(err, "a file name", 0));
    CUPEL_TRY(find_columns(d, pool, &k, t, err));
    CUPEL_TRY(cupel_header_add(&t->header, cupel_text_of(g->column), err));
    t->records.n_cols = t->header.n;
    for (size_t i = 0; i < k.data.records.n_rows; i++) {
        const cupel_text target = cupel_text_trim(cupel_cell(&k.data.records, i, k.target));
        if (cupel_text_missing(target)) continue; /* not measured: in a table of literature that is no failure */
        row_begin(&m);
        bool there = row_put(&m, cupel_cell(&k.data.records, i, k.formula));
        for (size_t c = 0; c < k.n_shared && there; c++) there = row_put(&m, cupel_cell(&k.data.records, i, k.shared[c]));
        there = there && row_put(&m, target);
        if (!there) CUPEL_TRY(cupel_no_memory(err, "a row", 0));
        CUPEL_TRY(row_add(&m, t, k.data.records.line[i], err));
    }
done:
    row_free(&m);
    cupel_free(k.shared);
    cupel_trial_table_release(&k.data);
    if (st != CUPEL_OK) cupel_trial_table_release(t);
    return st;
}
