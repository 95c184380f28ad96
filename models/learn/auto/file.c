/* The automatic model in an artifact. What is read is checked before it is believed. */
#include "models/learn/auto/parts.h"
#include "models/learn/auto/smooth.h"

#include "core/base/err.h"
#include "core/base/mem.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { FACTS = 6, WORDS = 9, NAME = 128 };

/* By cupel_auto_columns. */
static const char *const column_name[] = {"columns", "fractions", "plain"};
static const char *const column_help[] = {"scaled columns in use, from 0", "scaled columns that are atomic fractions or of the table, from 0",
                                          "scaled columns of the first kind of descriptor and of none, from 0"};

/* "<group>/<rest>", with "-07" behind it for k = 6; names of groups are short, a longer one would be cut and then not found. */
static const char *path(char buf[NAME], const char *group, const char *rest, size_t k)
{
    if (k == SIZE_MAX) snprintf(buf, NAME, "%.80s/%.20s", group, rest);
    else snprintf(buf, NAME, "%.80s/%.20s-%02zu", group, rest, k + 1 < 100 ? k + 1 : 99);
    return buf;
}

static cupel_status save_columns(const cupel_auto *a, const char *group, cupel_writer *w, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    char at[NAME];
    int64_t *column = cupel_alloc(cupel_mul(CUPEL_AUTO_REPEATED, a->d) + 1, sizeof *column);
    if (!column) return cupel_no_memory(err, "columns", cupel_mul(a->d, CUPEL_AUTO_REPEATED * sizeof *column));
    for (int c = 0; c < CUPEL_AUTO_COLUMN_SETS; c++) {
        for (size_t j = 0; j < a->n_columns[c]; j++) column[j] = (int64_t)a->column[c][j];
        CUPEL_TRY(cupel_writer_put(w, path(at, group, column_name[c], SIZE_MAX), "", column_help[c], CUPEL_I64, 1, &a->n_columns[c], column, err));
    }
done:
    cupel_free(column);
    return st;
}

static cupel_status save_member(const cupel_auto_member *m, const char *group, size_t k, cupel_writer *w, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    char at[NAME], sub[NAME];
    const bool log_odds = m->unit.trees.kind == CUPEL_BOOSTED_TREES && m->unit.trees.loss == CUPEL_LOSS_LOG;
    const double word[WORDS] = {(double)m->unit.role, (double)m->unit.columns, m->unit.logarithm, m->unit.quantiles, log_odds, m->weight,
                                (double)m->unit.machine, m->sigmoid.a, m->sigmoid.b};
    path(sub, group, "member", k);
    CUPEL_TRY(cupel_writer_put(w, path(at, sub, "name", SIZE_MAX), "", "what it is", CUPEL_TEXT, 1, (size_t[]){1}, &m->unit.name, err));
    CUPEL_TRY(cupel_writer_put(w, path(at, sub, "role", SIZE_MAX), "",
                               "role (0 value, 1 whether, 2 how much, 3 second level, 4 error), columns (0 all, 1 fractions, 2 plain), "
                               "logarithm, quantiles, log odds, weight, machine (0 trees, 1 kernel), slope and offset of its sigmoid",
                               CUPEL_F64, 1, (size_t[]){WORDS}, word, err));
    CUPEL_TRY(m->learned.own ? m->learned.own->kind->save(m->learned.own->model, sub, w, err) : cupel_trees_save(m->learned.trees, sub, w, err));
done:
    return st;
}

cupel_status cupel_auto_save(const cupel_auto *a, const char *group, cupel_writer *w, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    char at[NAME];
    const double fact[FACTS] = {a->is_class, a->hurdle, a->lowest, a->highest, a->scale, (double)a->n_members};
    CUPEL_TRY(cupel_writer_put(w, path(at, group, "facts", SIZE_MAX), "scaled target",
                               "class, hurdle, lowest and highest target, scale of logarithms, members", CUPEL_F64, 1, (size_t[]){FACTS}, fact,
                               err));
    CUPEL_TRY(save_columns(a, group, w, err));
    for (size_t k = 0; k < a->n_members; k++) CUPEL_TRY(save_member(&a->member[k], group, k, w, err));
done:
    return st;
}

/* ---- reading ---- */

static cupel_status bad(const char *name, const char *what, cupel_err *err)
{
    return cupel_fail(err, CUPEL_BAD_ARTIFACT, "model: '%s' holds %s; train the model again", name, what);
}

static cupel_status get(const cupel_reader *r, const char *name, size_t n, double *x, cupel_err *err)
{
    void *data = NULL;
    cupel_status st = cupel_reader_get(r, name, CUPEL_F64, 1, &n, &data, err);
    if (st != CUPEL_OK) return st;
    memcpy(x, data, n * sizeof *x);
    cupel_free(data);
    for (size_t i = 0; i < n; i++)
        if (!(fabs(x[i]) <= 1e100)) return bad(name, "a number that is not finite or too large", err);
    return CUPEL_OK;
}

static cupel_status load_columns(const cupel_reader *r, const char *group, cupel_auto *a, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    void *data = NULL;
    char at[NAME];
    for (int c = 0; c < CUPEL_AUTO_COLUMN_SETS; c++) {
        size_t n = SIZE_MAX;
        path(at, group, column_name[c], SIZE_MAX);
        if (c == CUPEL_AUTO_PLAIN && !cupel_reader_has(r, at)) return CUPEL_OK; /* models made without these */
        CUPEL_TRY(cupel_reader_get(r, at, CUPEL_I64, 1, &n, &data, err));
        if (n > cupel_mul(CUPEL_AUTO_REPEATED, a->d) || (!c && !n)) CUPEL_TRY(bad(at, "more columns than there can be, or none", err));
        a->column[c] = cupel_alloc(n ? n : 1, sizeof *a->column[c]);
        if (!a->column[c]) CUPEL_TRY(cupel_no_memory(err, "columns", n * sizeof *a->column[c]));
        for (size_t j = 0; j < n; j++) {
            const int64_t column = ((const int64_t *)data)[j];
            if (column < 0 || (uint64_t)column >= a->d) CUPEL_TRY(bad(at, "a column that is not there", err));
            a->column[c][j] = (size_t)column;
        }
        a->n_columns[c] = n;
        cupel_free(data);
        data = NULL;
    }
done:
    cupel_free(data);
    return st;
}

static bool one_of(double x, double most) { return x >= 0 && x <= most && x == floor(x); }

static cupel_status load_learned(const cupel_reader *r, const char *group, size_t d, cupel_auto_member *m, cupel_err *err)
{
    void *model = NULL;
    if (m->unit.machine == CUPEL_AUTO_TREES) return cupel_trees_load(r, group, d, &m->learned.trees, err);
    if (!d) return bad(group, "a kernel machine without columns", err);
    const cupel_status st = cupel_kind_smooth.load(r, group, d, &model, err);
    return st == CUPEL_OK ? cupel_own_new(&cupel_kind_smooth, model, &m->learned.own, err) : st;
}

static cupel_status load_member(const cupel_reader *r, const char *group, size_t k, cupel_auto *a, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    char at[NAME], sub[NAME];
    double word[WORDS];
    cupel_auto_member *m = &a->member[k];
    path(sub, group, "member", k);
    CUPEL_TRY(get(r, path(at, sub, "role", SIZE_MAX), WORDS, word, err));
    if (!one_of(word[0], CUPEL_AUTO_ERROR) || !one_of(word[1], CUPEL_AUTO_COLUMN_SETS - 1) || !one_of(word[2], 1) || !one_of(word[3], 1) ||
        !one_of(word[4], 1) || !(word[5] >= 0 && word[5] <= 1 + 1e-9) || !one_of(word[6], CUPEL_AUTO_SMOOTH) ||
        (word[6] > 0 && (word[3] > 0 || word[4] > 0)))
        CUPEL_TRY(bad(at, "a role, a switch or a weight that cannot be", err));
    m->unit = (cupel_auto_unit){.name = "member", .role = (cupel_auto_role)word[0], .columns = (cupel_auto_columns)word[1], .logarithm = word[2] > 0,
                                .quantiles = word[3] > 0, .machine = (cupel_auto_machine)word[6]};
    m->unit.trees = cupel_trees_defaults(word[4] > 0 ? CUPEL_BOOSTED_TREES : CUPEL_EXTRA_TREES);
    if (word[4] > 0) m->unit.trees.loss = CUPEL_LOSS_LOG;
    m->weight = word[5];
    m->sigmoid = (cupel_sigmoid){word[7], word[8]};
    CUPEL_TRY(load_learned(r, sub, a->n_columns[m->unit.columns] + cupel_auto_extra(a, k, &m->unit), m, err));
    if (m->unit.quantiles && !cupel_trees_keep_rows(m->learned.trees))
        CUPEL_TRY(bad(at, "a forest that keeps no rows, and quantiles need them", err));
done:
    return st;
}

static cupel_status load(const cupel_reader *r, const char *group, cupel_auto *a, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    char at[NAME];
    double fact[FACTS];
    size_t quantiles = 0, n;
    CUPEL_TRY(get(r, path(at, group, "facts", SIZE_MAX), FACTS, fact, err));
    if (!one_of(fact[0], 1) || !one_of(fact[1], 1) || !(fact[2] <= fact[3]) || !(fact[4] > 0) || !one_of(fact[5], CUPEL_AUTO_MEMBERS) ||
        !(fact[5] >= 1))
        CUPEL_TRY(bad(at, "facts that cannot be", err));
    a->is_class = fact[0] > 0, a->hurdle = fact[1] > 0, a->lowest = fact[2], a->highest = fact[3], a->scale = fact[4];
    n = (size_t)fact[5];
    CUPEL_TRY(load_columns(r, group, a, err));
    for (size_t k = 0; k < n; k++) {
        a->n_members = k + 1;
        CUPEL_TRY(load_member(r, group, k, a, err));
        quantiles += a->member[k].unit.quantiles && a->member[k].unit.role == CUPEL_AUTO_AMOUNT;
    }
    if (a->hurdle && !quantiles) CUPEL_TRY(bad(at, "a hurdle without quantiles", err));
done:
    return st;
}

cupel_status cupel_auto_load(const cupel_reader *r, const char *group, size_t d, cupel_auto **out, cupel_err *err)
{
    cupel_auto *a = cupel_alloc(1, sizeof *a);
    if (!a) return cupel_no_memory(err, "the automatic model", sizeof *a);
    a->d = d;
    const cupel_status st = load(r, group, a, err);
    if (st == CUPEL_OK) *out = a;
    else cupel_auto_free(a);
    return st;
}
