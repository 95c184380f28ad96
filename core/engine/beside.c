#include "core/engine/beside.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/engine/row_groups.h"

#include <string.h>

struct cupel_besides {
    cupel_beside_values values;
    double *x, *y;          /* [most][d], [most] */
    size_t *target, *group; /* [most] */
};

void cupel_besides_free(cupel_besides *b)
{
    if (!b) return;
    cupel_free(b->x);
    cupel_free(b->y);
    cupel_free(b->target);
    cupel_free(b->group);
    cupel_free(b);
}

const cupel_beside_values *cupel_beside_values_of(const cupel_besides *b) { return &b->values; }

static cupel_status add_batch(const cupel_batch *from, size_t n, cupel_batch *to, cupel_composition *c, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    for (size_t i = 0; i < n && st == CUPEL_OK; i++) {
        cupel_batch_get(from, i, c);
        st = cupel_batch_add(to, c, CUPEL_REASON_NONE, err);
    }
    return st;
}

/* What the table says of groups, for the same rows. */
static cupel_status join_groups(const cupel_training *t, size_t all, size_t *group, cupel_err *err)
{
    size_t at = 0;
    if (!t->grouped) return CUPEL_OK;
    cupel_text *key = cupel_alloc(all, sizeof *key);
    if (!key) return cupel_no_memory(err, "groups of rows", cupel_mul(all, sizeof *key));
    for (size_t k = 0; k <= t->n_beside; k++) {
        const cupel_records *r = k ? &t->beside[k - 1].records : &t->records;
        for (size_t i = 0; i < r->n_rows; i++) key[at++] = cupel_text_trim(cupel_cell(r, i, t->group_column));
    }
    const cupel_status st = cupel_groups_join(group, key, all, err);
    cupel_free(key);
    return st;
}

/* The groups of all rows of the table with a target, then of the rows of each other target: equal for one composition. [all] */
static cupel_status number_groups(const cupel_training *t, size_t all, size_t *group, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_batch batch = {0};
    cupel_composition *c = cupel_alloc(1, sizeof *c);
    if (!c) return cupel_no_memory(err, "compositions of other targets", sizeof *c);
    CUPEL_TRY(add_batch(&t->batch, t->records.n_rows, &batch, c, err));
    for (size_t k = 0; k < t->n_beside; k++) CUPEL_TRY(add_batch(&t->beside[k].batch, t->beside[k].records.n_rows, &batch, c, err));
    CUPEL_TRY(cupel_composition_groups(&batch, NULL, all, false, group, err));
    st = join_groups(t, all, group, err);
done:
    cupel_batch_release(&batch);
    cupel_free(c);
    return st;
}

/* Values of a row of the file that has a target too belong to that row, also in a table without formulas. */
static void join_rows(const cupel_training *t, const cupel_training *b, const size_t *of_rows, size_t *of_values)
{
    size_t at = 0;
    for (size_t i = 0; i < b->records.n_rows; i++) {
        while (at < t->records.n_rows && t->row[at] < b->row[i]) at++;
        if (at < t->records.n_rows && t->row[at] == b->row[i]) of_values[i] = of_rows[at];
    }
}

/* The values of one target. held [groups]: rows of these are held out. */
static cupel_status add_target(const cupel_training *b, size_t target, const size_t *group, const bool *held, const cupel_features *features,
                               const cupel_job *job, cupel_besides *out, cupel_err *err)
{
    const size_t d = cupel_features_count(features), before = out->values.n;
    for (size_t i = 0; i < b->records.n_rows; i++) {
        unsigned char reason = CUPEL_REASON_NONE;
        const size_t n = out->values.n;
        if (held[group[i]]) continue;
        const cupel_feature_rows row = {.batch = &b->batch, .records = &b->records, .from = i, .n = 1};
        cupel_features_compute(features, &row, job->isa, out->x + n * d, d, &reason);
        if (reason != CUPEL_REASON_NONE && reason != CUPEL_REASON_IMPUTED) continue;
        out->y[n] = b->target[i];
        out->target[n] = target;
        out->group[n] = group[i];
        out->values.n++;
    }
    if (out->values.n - before < 2)
        return cupel_fail(err, CUPEL_BAD_INPUT, "--beside: '%s' has %zu usable values, expected 2 at least; leave it out", b->property,
                          out->values.n - before);
    return CUPEL_OK;
}

static cupel_status make(size_t most, size_t d, size_t targets, cupel_besides **out, cupel_err *err)
{
    cupel_besides *b = cupel_alloc(1, sizeof *b);
    if (!b) return cupel_no_memory(err, "other targets", sizeof *b);
    b->x = cupel_alloc_aligned(cupel_mul(most, d), sizeof *b->x);
    b->y = cupel_alloc(most, sizeof *b->y);
    b->target = cupel_alloc(most, sizeof *b->target);
    b->group = cupel_alloc(most, sizeof *b->group);
    b->values = (cupel_beside_values){.n_targets = targets, .x = b->x, .y = b->y, .target = b->target, .group = b->group};
    *out = b;
    return b->x && b->y && b->target && b->group ? CUPEL_OK : cupel_no_memory(err, "other targets", cupel_mul(most * sizeof *b->x, d));
}

cupel_status cupel_beside_collect(const cupel_training *t, const size_t *row, size_t n, const cupel_features *features, const cupel_job *job,
                                  size_t *group, cupel_besides **out, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_besides *b = NULL;
    const size_t rows = t->records.n_rows;
    size_t all = rows, at = rows, used = 0;
    for (size_t k = 0; k < t->n_beside; k++) all += t->beside[k].records.n_rows;
    size_t *number = cupel_alloc(all, sizeof *number);
    bool *held = cupel_alloc(all, sizeof *held);
    if (!number || !held) CUPEL_TRY(cupel_no_memory(err, "groups of rows", all * sizeof *number));
    CUPEL_TRY(make(all - rows, cupel_features_count(features), t->n_beside, &b, err));
    CUPEL_TRY(number_groups(t, all, number, err));
    for (size_t i = 0; i < rows; i++) {
        if (used < n && row[used] == i) group[used++] = number[i];
        else held[number[i]] = true;
    }
    for (size_t k = 0; k < t->n_beside; at += t->beside[k++].records.n_rows) {
        join_rows(t, &t->beside[k], number, number + at);
        CUPEL_TRY(add_target(&t->beside[k], k + 1, number + at, held, features, job, b, err));
    }
done:
    cupel_free(number);
    cupel_free(held);
    if (st == CUPEL_OK) *out = b;
    else cupel_besides_free(b);
    return st;
}
