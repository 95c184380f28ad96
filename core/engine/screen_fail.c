#include "core/engine/screen_fail.h"

#include "core/base/err.h"
#include "core/base/mem.h"

enum { BLOCK = 4096 };

void cupel_failing_release(cupel_failing *f)
{
    cupel_arena_release(&f->arena);
    *f = (cupel_failing){0};
}

static cupel_status note(const cupel_candidates *c, size_t i, cupel_reason reason, const char *detail, cupel_failing *f, cupel_err *err)
{
    cupel_str words = {0};
    f->n_all++;
    if (f->n == CUPEL_FAILING_ROWS) return CUPEL_OK;
    if (!f->row && !(f->row = cupel_arena_take(&f->arena, CUPEL_FAILING_ROWS * sizeof *f->row))) return cupel_no_memory(err, "failing rows", 0);
    cupel_explain_row(c->file, c->line[i], c->formula[i], c->dot, reason, detail, &words);
    const char *text = words.failed ? NULL : cupel_arena_text(&f->arena, words.p, words.n);
    const char *formula = cupel_arena_text(&f->arena, c->formula[i].p, c->formula[i].n);
    cupel_str_free(&words);
    if (!text || !formula) return cupel_no_memory(err, "failing rows", 0);
    f->row[f->n++] = (cupel_failing_row){c->line[i], formula, cupel_reason_name(reason), text};
    return CUPEL_OK;
}

static bool passes(const cupel_demand *d, const cupel_composition *c)
{
    for (size_t i = 0; i < d->n_constraints; i++) {
        cupel_constraint_result r;
        cupel_constraint_check(d->constraint[i].c, c, &r);
        if (r.verdict != CUPEL_PASS) return false;
    }
    return true;
}

/* A row that meets the constraints and lacks a value that some model needs. x: room for the features of one row. */
static cupel_status look(const cupel_screening *s, const cupel_candidates *c, size_t i, double *x, cupel_failing *f, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_composition comp;
    const cupel_records columns = {.n_rows = c->n, .n_cols = c->n_columns, .cell = c->cell};
    cupel_str name = {0}, detail = {0};
    cupel_batch_get(&c->batch, i, &comp);
    if (!passes(s->d, &comp)) return CUPEL_OK;
    for (size_t p = 0; p < s->shape.p; p++) {
        const cupel_features *features = cupel_model_features(s->d->property[p].model);
        unsigned char reason = 0;
        const cupel_feature_rows row = {.batch = &c->batch, .records = &columns, .from = i, .n = 1};
        cupel_features_compute(features, &row, s->job->isa, x, cupel_features_count(features), &reason);
        if (!reason || reason == CUPEL_REASON_IMPUTED) continue;
        CUPEL_TRY(cupel_features_lacks(features, &c->batch, i, &columns, i, &name, err));
        cupel_str_addf(&detail, "%s; the model of %s needs it", cupel_str_text(&name), s->d->property[p].name);
        st = note(c, i, (cupel_reason)reason, cupel_str_text(&detail), f, err);
        break;
    }
done:
    cupel_str_free(&name);
    cupel_str_free(&detail);
    return st;
}

static cupel_status look_at_block(cupel_screening *s, double *x, cupel_failing *f, cupel_err *err)
{
    const cupel_candidates *c = &s->block;
    cupel_status st = CUPEL_OK;
    for (size_t i = 0; i < c->n && st == CUPEL_OK; i++) {
        cupel_reason reason = (cupel_reason)c->batch.reason[i];
        st = reason ? note(c, i, reason, "", f, err) : look(s, c, i, x, f, err);
    }
    return st;
}

cupel_status cupel_screen_failing(cupel_screening *s, cupel_failing *f, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    size_t widest = 1;
    if (s->parallel_space) return CUPEL_OK;
    for (size_t p = 0; p < s->shape.p; p++) {
        size_t d = cupel_features_count(cupel_model_features(s->d->property[p].model));
        if (d > widest) widest = d;
    }
    double *x = cupel_alloc_aligned(widest, sizeof *x);
    if (!x) return cupel_no_memory(err, "descriptors of a row", widest * sizeof *x);
    for (int64_t at = s->at.first; at < s->at.end; at += (int64_t)s->block.n) {
        size_t n = s->at.end - at < BLOCK ? (size_t)(s->at.end - at) : BLOCK;
        CUPEL_TRY(cupel_space_fill(s->space, (uint64_t)at, n, &s->block, err));
        if (!s->block.n || !s->block.file) break;
        CUPEL_TRY(look_at_block(s, x, f, err));
        cupel_progress(s->job, "looking at the list", (uint64_t)(at - s->at.first), (uint64_t)(s->at.end - s->at.first));
        if (cupel_stopped(s->job)) CUPEL_TRY(cupel_fail(err, CUPEL_INTERRUPTED, "stopped while looking at the list; nothing was started"));
    }
done:
    cupel_free(x);
    return st;
}
