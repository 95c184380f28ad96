#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/engine/evaluate_parts.h"
#include "core/engine/row_groups.h"
#include "core/matter/columns.h"

#include <inttypes.h>
#include <string.h>

static cupel_status cluster_rows(cupel_evaluator *v, size_t n_folds, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_features *f = NULL;
    double *x = NULL;
    size_t n = v->t.records.n_rows, *group = cupel_alloc(n, sizeof *group);
    if (!group) return cupel_no_memory(err, "groups of rows", n * sizeof *group);
    CUPEL_TRY(cupel_training_groups(&v->t, NULL, n, false, group, err));
    CUPEL_TRY(cupel_features_new(v->o->model.features, v->o->model.columns ? v->o->model.columns : v->t.numeric, &f, err));
    if (v->t.missing == CUPEL_MISSING_IMPUTE) CUPEL_TRY(cupel_features_impute(f, err));
    CUPEL_TRY(cupel_features_learn(f, &v->t.header, &v->t.records, v->t.file, err));
    size_t d = cupel_features_count(f);
    x = cupel_alloc(cupel_mul(n, d), sizeof *x);
    if (!x) CUPEL_TRY(cupel_no_memory(err, "features for clusters", cupel_mul(cupel_mul(n, d), sizeof *x)));
    cupel_features_compute(f, &(cupel_feature_rows){.batch = &v->t.batch, .records = &v->t.records, .n = n}, v->job->isa, x, d, NULL);
    CUPEL_TRY(cupel_splits_clusters(x, n, d, group, n_folds, v->o->model.seed, &v->splits, err));
done:
    cupel_features_free(f);
    cupel_free(x);
    cupel_free(group);
    return st;
}

static cupel_status grouped_rows(cupel_evaluator *v, size_t n_folds, cupel_err *err)
{
    size_t n = v->t.records.n_rows, *group = cupel_alloc(n, sizeof *group);
    if (!group) return cupel_no_memory(err, "groups of rows", n * sizeof *group);
    cupel_status st = cupel_training_groups(&v->t, NULL, n, v->o->split == CUPEL_SPLIT_SYSTEM, group, err);
    if (st == CUPEL_OK) st = cupel_splits_random(n, group, n_folds, v->o->model.seed, &v->splits, err);
    cupel_free(group);
    return st;
}

/* Folds that somebody else made may hold the same composition on both sides: what is measured then is partly memory. */
static cupel_status say_shared(const cupel_evaluator *v, cupel_err *err)
{
    const size_t n = v->t.records.n_rows;
    size_t *group = cupel_alloc(2 * n, sizeof *group), shared = 0;
    if (!group) return cupel_no_memory(err, "groups of rows", 2 * n * sizeof *group);
    size_t *of = group + n;
    const cupel_status st = cupel_training_groups(&v->t, NULL, n, false, group, err);
    for (size_t g = 0; g < n; g++) of[g] = SIZE_MAX;
    for (size_t k = 0; st == CUPEL_OK && k < v->splits.n_folds; k++)
        for (size_t i = v->splits.first[k]; i < v->splits.first[k + 1]; i++) {
            size_t *fold = &of[group[v->splits.row[i]]];
            shared += *fold != SIZE_MAX && *fold != k && *fold != n;
            *fold = *fold == SIZE_MAX || *fold == k ? k : n; /* n: counted */
        }
    if (shared)
        cupel_say(v->job, CUPEL_WARNING, "%zu %s%s in more than one fold of '%s': a model is judged on what it has partly seen", shared,
                  v->t.grouped ? "group" : "composition", shared == 1 ? " is" : "s are", v->o->fold_column);
    cupel_free(group);
    return st;
}

static cupel_status given_folds(cupel_evaluator *v, cupel_err *err)
{
    size_t column;
    cupel_status st =
        cupel_column_find(&v->t.header, v->t.file, "fold", v->o->fold_column, "name the one that says the fold of each row, or let --split make them",
                                        &column, err);
    if (st != CUPEL_OK) return st;
    if (column == v->t.target_column)
        return cupel_fail(err, CUPEL_USAGE, "--folds '%s': that is the target, and its values are no folds; name another column, or let "
                          "--split make them",
                          v->t.header.name[column]);
    st = cupel_splits_given(&v->t.records, column, v->t.file, &v->splits, err);
    return st == CUPEL_OK ? say_shared(v, err) : st;
}

/* A split that nobody asked for; a column that looks like folds is named. */
static void say_by_chance(const cupel_evaluator *v, size_t n_folds)
{
    const size_t column = cupel_header_find(&v->t.header, "fold");
    cupel_say(v->job, CUPEL_NOTE, "neither --folds nor --split: %zu folds by chance (seed %" PRIu64 "), rows of one composition together%s", n_folds,
              v->o->model.seed, column == SIZE_MAX ? "" : "; the column 'fold' is not looked at, --folds fold takes it");
}

static cupel_status make_folds(cupel_evaluator *v, cupel_err *err)
{
    size_t n_folds = v->o->n_folds ? v->o->n_folds : v->o->split == CUPEL_SPLIT_ELEMENT ? 10 : 5;
    if (v->o->unasked) say_by_chance(v, n_folds);
    switch (v->o->split) {
    case CUPEL_SPLIT_GIVEN: return given_folds(v, err);
    case CUPEL_SPLIT_CLUSTER: return cluster_rows(v, n_folds, err);
    case CUPEL_SPLIT_ELEMENT: return cupel_splits_elements(&v->t.batch, n_folds, &v->splits, err);
    case CUPEL_SPLIT_RANDOM:
    case CUPEL_SPLIT_SYSTEM: break;
    }
    return grouped_rows(v, n_folds, err);
}

/* The folds that there are, as words. */
static void put_names(const cupel_splits *s, cupel_str *out)
{
    enum { MOST = 12 };
    for (size_t k = 0; k < s->n_folds && k < MOST; k++) cupel_str_addf(out, "%s%s", k ? ", " : "", s->name[k]);
    if (s->n_folds > MOST) cupel_str_puts(out, ", ...");
}

static cupel_status choose_folds(const char *names, const cupel_splits *s, bool *chosen, cupel_err *err)
{
    for (const char *p = names; p;) {
        const cupel_text name = cupel_text_next(&p);
        size_t k = 0;
        while (k < s->n_folds && !cupel_text_is(name, s->name[k])) k++;
        if (k == s->n_folds) {
            cupel_str there = {0};
            put_names(s, &there);
            cupel_fail(err, CUPEL_USAGE, "--only-folds: there is no fold '%.*s'; the folds are %s", (int)name.n, name.p, cupel_str_text(&there));
            cupel_str_free(&there);
            return CUPEL_USAGE;
        }
        chosen[k] = true;
    }
    return CUPEL_OK;
}

/* What is held out in the other folds is training rows of each fold that is left, as if all were measured. */
static cupel_status keep_chosen(cupel_evaluator *v, cupel_err *err)
{
    cupel_splits *s = &v->splits;
    const size_t there = s->n_folds;
    bool *chosen = cupel_alloc(there, sizeof *chosen);
    if (!chosen) return cupel_no_memory(err, "folds", there * sizeof *chosen);
    const cupel_status st = choose_folds(v->o->only_folds, s, chosen, err);
    size_t kept = 0, row = 0, from = 0;
    for (size_t k = 0; st == CUPEL_OK && k < there; k++) {
        const size_t begin = from, n = s->first[k + 1] - begin;
        from = s->first[k + 1];
        if (!chosen[k]) {
            cupel_free(s->name[k]);
            continue;
        }
        memmove(s->row + row, s->row + begin, n * sizeof *s->row);
        s->name[kept++] = s->name[k];
        s->first[kept] = row += n;
    }
    if (st == CUPEL_OK) s->n_folds = kept;
    if (st == CUPEL_OK && kept < there) cupel_say(v->job, CUPEL_NOTE, "%zu of %zu folds (--only-folds): the means are over these", kept, there);
    cupel_free(chosen);
    return st;
}

cupel_status cupel_evaluate_folds(cupel_evaluator *v, cupel_err *err)
{
    const cupel_status st = make_folds(v, err);
    v->e->n_there = v->splits.n_folds;
    return st == CUPEL_OK && v->o->only_folds ? keep_chosen(v, err) : st;
}
