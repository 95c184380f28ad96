#include "core/engine/transfer_source.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/math/order.h"
#include "core/matter/columns.h"
#include "datasets/source.h"

#include <string.h>

/* Compositions behind those of `to`; rows without one stay behind. */
static cupel_status append(const cupel_batch *from, cupel_batch *to, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_composition *c = cupel_alloc(1, sizeof *c);
    if (!c) return cupel_no_memory(err, "compositions", sizeof *c);
    for (size_t i = 0; i < from->n && st == CUPEL_OK; i++) {
        cupel_batch_get(from, i, c);
        if (c->n) st = cupel_batch_add(to, c, CUPEL_REASON_NONE, err);
    }
    cupel_free(c);
    return st;
}

/* The compositions of a table of which nothing but the formulas is looked at.
 */
static cupel_status append_table(const char *file, const cupel_transfer_options *o, const cupel_job *job, cupel_batch *to, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_source *source = NULL;
    cupel_records rows = {0};
    cupel_batch batch = {0};
    size_t at, bad = 0;
    CUPEL_TRY(cupel_source_open(file, NULL, &source, err));
    CUPEL_TRY(cupel_column_formula(cupel_source_header(source), file, NULL, "call it formula or composition: its rows are left out of the source",
                                   &at, err));
    CUPEL_TRY(cupel_source_read(source, SIZE_MAX, &rows, err));
    cupel_source_say(source, job);
    for (size_t i = 0; i < rows.n_rows; i++) CUPEL_TRY(cupel_batch_add_formula(&batch, cupel_cell(&rows, i, at), o->dot, err));
    for (size_t i = 0; i < batch.n; i++) bad += batch.reason[i] != CUPEL_REASON_NONE;
    if (bad)
        cupel_say(job, CUPEL_WARNING,
                  "'%s': %zu formulas cannot be read, so rows of the source that "
                  "are like them stay in it",
                  file, bad);
    CUPEL_TRY(append(&batch, to, err));
done:
    cupel_batch_release(&batch);
    cupel_records_release(&rows);
    cupel_source_free(source);
    return st;
}

/* Rows by group: those of group g are row[first[g]] .. row[first[g + 1] - 1],
 * increasing. */
typedef struct grouped {
    size_t *group, *first, *row;
    bool *out; /* [groups] left out */
    double *value;
} grouped;

static void grouped_release(grouped *g)
{
    cupel_free(g->group);
    cupel_free(g->first);
    cupel_free(g->row);
    cupel_free(g->out);
    cupel_free(g->value);
}

/* all: compositions of the source's n rows and, behind them, those to leave
 * out. */
static cupel_status group_rows(const cupel_batch *all, size_t n, grouped *g, cupel_err *err)
{
    const size_t total = all->n;
    g->group = cupel_alloc(total, sizeof *g->group);
    g->first = cupel_alloc(total + 2, sizeof *g->first);
    g->row = cupel_alloc(total, sizeof *g->row);
    g->out = cupel_alloc(total, sizeof *g->out);
    g->value = cupel_alloc(total, sizeof *g->value);
    if (!g->group || !g->first || !g->row || !g->out || !g->value)
        return cupel_no_memory(err, "groups of compositions", total * 5 * sizeof *g->group);
    cupel_status st = cupel_composition_groups(all, NULL, total, false, g->group, err);
    if (st != CUPEL_OK) return st;
    for (size_t i = 0; i < total; i++) g->first[g->group[i] + 2]++;
    for (size_t k = 2; k < total + 2; k++) g->first[k] += g->first[k - 1];
    for (size_t i = 0; i < total; i++) g->row[g->first[g->group[i] + 1]++] = i;
    for (size_t i = n; i < total; i++) g->out[g->group[i]] = true;
    return CUPEL_OK;
}

static double median_of(const grouped *g, size_t k, const double *target)
{
    const size_t n = g->first[k + 1] - g->first[k];
    for (size_t i = 0; i < n; i++) g->value[i] = target[g->row[g->first[k] + i]];
    cupel_sort(g->value, n);
    return n % 2 ? g->value[n / 2] : 0.5 * (g->value[n / 2 - 1] + g->value[n / 2]);
}

/* One row for each composition, where its first one stands. */
static cupel_status keep_medians(const cupel_training *t, const grouped *g, cupel_transfer_source *s, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_composition *c = cupel_alloc(1, sizeof *c);
    s->y = cupel_alloc(s->rows, sizeof *s->y);
    if (!c || !s->y) CUPEL_TRY(cupel_no_memory(err, "the source of a transfer", s->rows * sizeof *s->y));
    for (size_t i = 0; i < s->rows; i++) {
        const size_t k = g->group[i];
        if (g->out[k]) s->left_out++;
        if (g->out[k] || g->row[g->first[k]] != i) continue;
        cupel_batch_get(&t->batch, i, c);
        CUPEL_TRY(cupel_batch_add(&s->batch, c, CUPEL_REASON_NONE, err));
        s->y[s->n++] = median_of(g, k, t->target);
    }
done:
    cupel_free(c);
    return st;
}

static void take(char **from, char **to)
{
    *to = *from;
    *from = NULL;
}

cupel_status cupel_transfer_source_read(const cupel_transfer_options *o, const cupel_batch *own, const cupel_job *job, cupel_transfer_source *s,
                                        cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_training t = {0};
    grouped g = {0};
    const cupel_training_options read = {.file = o->file,
                                         .format = o->format,
                                         .formula = o->formula,
                                         .target = o->target,
                                         .dot = o->dot,
                                         .missing = CUPEL_MISSING_DROP,
                                         .in_demand = o->in_demand,
                                         .is_source = true};
    *s = (cupel_transfer_source){0};
    CUPEL_TRY(cupel_training_read(&read, job, &t, err));
    s->rows = t.records.n_rows;
    if (own) CUPEL_TRY(append(own, &t.batch, err));
    for (size_t i = 0; i < o->n_without; i++) CUPEL_TRY(append_table(o->without[i], o, job, &t.batch, err));
    CUPEL_TRY(group_rows(&t.batch, s->rows, &g, err));
    CUPEL_TRY(keep_medians(&t, &g, s, err));
    take(&t.digest, &s->digest);
    take(&t.property, &s->property);
    take(&t.unit, &s->unit);
done:
    if (st != CUPEL_OK) cupel_transfer_source_release(s);
    if (st != CUPEL_OK) cupel_err_prefix(err, "transfer: ");
    grouped_release(&g);
    cupel_training_release(&t);
    return st;
}

void cupel_transfer_source_release(cupel_transfer_source *s)
{
    cupel_free(s->digest);
    cupel_free(s->property);
    cupel_free(s->unit);
    cupel_free(s->y);
    cupel_batch_release(&s->batch);
    *s = (cupel_transfer_source){0};
}
