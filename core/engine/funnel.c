#include "core/engine/funnel.h"

#include "core/base/err.h"
#include "core/engine/demand.h"
#include "core/matter/formula.h"

#include <stdio.h>
#include <string.h>

static const char *const formula_words[CUPEL_REASON_COUNT] = {[CUPEL_REASON_MISSING_FORMULA] = "formula missing",
                                                              [CUPEL_REASON_BAD_FORMULA] = "formula cannot be read",
                                                              [CUPEL_REASON_AMBIGUOUS_FORMULA] = "formula has two readings"};

typedef struct builder {
    cupel_result *r;
    int64_t left;
    bool failed;
} builder;

static void line(builder *b, int64_t removed, int64_t fails, const char *before, const char *what)
{
    cupel_str s = {0};
    cupel_str_addf(&s, "%s%s", before, what);
    char *text = s.failed ? NULL : cupel_arena_text(&b->r->arena, s.p, s.n);
    cupel_str_free(&s);
    b->failed = b->failed || !text;
    b->left -= removed;
    b->r->funnel[b->r->n_funnel++] = (cupel_funnel_line){text, removed, b->left, fails};
}

static void lines(builder *b)
{
    cupel_result *r = b->r;
    const cupel_counts *k = &r->counts;
    cupel_str near = {0};
    int64_t again = 0, predicted = k->total[CUPEL_PREDICTED];
    b->left = k->total[CUPEL_SEEN];
    for (size_t i = 0; i < r->n_constraints; i++) b->left += k->cut[i];
    line(b, 0, -1, "", "candidates");
    for (size_t i = 0; i < r->n_constraints; i++)
        if (k->cut[i]) line(b, k->cut[i], -1, "never listed: ", r->constraint[i]);
    for (int i = 1; i < CUPEL_REASON_COUNT; i++)
        if (k->formula[i]) line(b, k->formula[i], k->formula[i], "", formula_words[i] ? formula_words[i] : cupel_reason_name((cupel_reason)i));
    for (size_t i = 0; i < r->n_constraints; i++) line(b, k->first[i], k->fails[i], "", r->constraint[i]);
    if (r->known == CUPEL_KNOWN_DROP) line(b, k->total[CUPEL_KNOWN], k->total[CUPEL_KNOWN], "", "measured already");
    if (k->behind[0]) line(b, k->behind[0], k->behind[0], "", "behind in the first stage");
    for (int i = 1; i < CUPEL_REASON_COUNT; i++)
        if (k->describe[i] && i != CUPEL_REASON_IMPUTED)
            line(b, k->describe[i], k->describe[i], "cannot be described: ", cupel_reason_name((cupel_reason)i));
    if (k->describe[CUPEL_REASON_IMPUTED]) line(b, 0, k->describe[CUPEL_REASON_IMPUTED], "", "described with imputed element data");
    if (r->domain_required) line(b, k->total[CUPEL_OUTSIDE_DOMAIN], k->total[CUPEL_OUTSIDE_DOMAIN], "", "outside the training domain");
    for (size_t i = 0; i < r->n_requirements; i++) line(b, 0, predicted - k->inside[i], "predicted: ", r->requirement_words[i]);
    line(b, k->total[CUPEL_NO_CHANCE], k->total[CUPEL_NO_CHANCE], "", "no chance to meet every window");
    for (size_t i = 0; i < r->rows.n; i++) again += r->rows.copies[i] - 1;
    if (again) line(b, again, again, "", "the same composition again");
    if (r->n_near) {
        cupel_str_addf(&near, "nearer than %g to a better one in %s", r->diverse, r->diverse_in);
        line(b, r->n_near, -1, "", cupel_str_text(&near));
        b->failed = b->failed || near.failed;
        cupel_str_free(&near);
    }
    line(b, b->left - (int64_t)r->rows.n, -1, "", r->per_system ? "behind the best, or more of one chemical system than are shown" : "behind the "
        "best");
}

cupel_status cupel_funnel_fill(cupel_result *r, cupel_err *err)
{
    builder b = {.r = r};
    r->n_funnel = 0;
    r->funnel = cupel_arena_take(&r->arena, (12 + 2 * CUPEL_REASON_COUNT + 2 * r->n_constraints + r->n_requirements) * sizeof *r->funnel);
    r->kept_z = cupel_arena_take(&r->arena, CUPEL_N_Z * sizeof *r->kept_z);
    if (!r->funnel || !r->kept_z) return cupel_no_memory(err, "the funnel", 0);
    memset(r->kept_z, 0, CUPEL_N_Z * sizeof *r->kept_z);
    lines(&b);
    for (size_t i = 0; i < r->rows.n; i++) {
        cupel_formula f;
        cupel_formula_error e;
        if (!cupel_formula_read(cupel_key_composition(r->rows.key[i]), CUPEL_DOT_DECIMAL, &f, &e)) continue;
        for (unsigned j = 0; j < f.composition.n; j++) r->kept_z[f.composition.z[j]]++;
    }
    return b.failed ? cupel_no_memory(err, "the funnel", 0) : CUPEL_OK;
}

void cupel_funnel_rejected(const cupel_result *r, cupel_rejected_fn fn, void *user)
{
    const cupel_counts *k = &r->counts;
    for (int i = 1; i < CUPEL_REASON_COUNT; i++) {
        int64_t n = k->formula[i] + (i == CUPEL_REASON_IMPUTED ? 0 : k->describe[i]); /* what was filled in was not rejected */
        if (n) fn(user, cupel_reason_name((cupel_reason)i), n);
    }
    for (size_t i = 0; i < r->n_constraints; i++)
        if (k->first[i]) fn(user, r->constraint[i], k->first[i]);
    if (k->total[CUPEL_KNOWN]) fn(user, "measured already", k->total[CUPEL_KNOWN]);
    if (k->behind[0]) fn(user, "behind in the first stage", k->behind[0]);
    if (k->total[CUPEL_OUTSIDE_DOMAIN]) fn(user, "outside the training domain", k->total[CUPEL_OUTSIDE_DOMAIN]);
    if (k->total[CUPEL_NO_CHANCE]) fn(user, "no chance to meet every window", k->total[CUPEL_NO_CHANCE]);
}

void cupel_funnel_cut(const cupel_result *r, cupel_rejected_fn fn, void *user)
{
    for (size_t i = 0; i < r->n_constraints; i++)
        if (r->counts.cut[i]) fn(user, r->constraint[i], r->counts.cut[i]);
}

int64_t cupel_funnel_described(const cupel_result *r)
{
    return r->counts.total[CUPEL_PREDICTED] + r->counts.total[CUPEL_OUTSIDE_DOMAIN] + r->counts.behind[0];
}

void cupel_funnel_text(const cupel_result *r, cupel_str *out)
{
    char a[32], b[32];
    for (size_t i = 0; i < r->n_funnel; i++) {
        const cupel_funnel_line *f = &r->funnel[i];
        if (f->removed || i == 0)
            cupel_str_addf(out, "%15s left, %15s rejected: %s\n", cupel_format_count(a, (uint64_t)f->left),
                           cupel_format_count(b, (uint64_t)f->removed), f->what);
    }
}

void cupel_funnel_say(const cupel_result *r, const cupel_job *job)
{
    cupel_str text = {0};
    cupel_funnel_text(r, &text);
    for (char *at = text.p; at && *at;) {
        size_t n = strcspn(at, "\n");
        cupel_say(job, CUPEL_NOTE, "%.*s", (int)n, at);
        at += n + (at[n] == '\n');
    }
    cupel_str_free(&text);
}
