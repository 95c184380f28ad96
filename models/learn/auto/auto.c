#include "models/learn/auto/auto.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/math/order.h"
#include "models/learn/auto/blend.h"
#include "models/learn/auto/parts.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MANY_ROWS = 20000 };       /* more: a blend is not fitted again without each fold */
static const double SHARE = 0.03; /* of the columns that are the table's own, at least about so many */
static const double MUCH = 1.15;  /* by this factor trees on fractions may be worse than those on all columns */

typedef struct fit {
    const cupel_auto_data *data;
    const cupel_job *job;
    cupel_auto *a;
    double *x[CUPEL_AUTO_COLUMN_SETS]; /* [n][n_columns] */
    unsigned char *above;  /* [n] is the target above its lowest? */
    double *quantile;      /* [n][CUPEL_AUTO_QUANTILES] */
    double *y;             /* [n] what a unit learns */
    size_t n_table, n_fractions; /* columns of the table and atomic fractions that vary */
    double began;
    double longest[4];     /* seconds of the longest unit by kind of trees; the last: kernel machines */
} fit;

/* A loss in the unit of the target; a log loss has none. */
static double said(const fit *f, bool log_loss, double loss) { return log_loss || !(f->data->unit > 0) ? loss : loss * f->data->unit; }

/* ---- the table ---- */

static bool varies(const double *x, size_t n, size_t d, size_t j)
{
    for (size_t i = 1; i < n; i++)
        if (x[i * d + j] != x[j]) return true;
    return false;
}

/* The columns of a list that vary (NULL: of all), into those of c. */
static void take_varying(fit *f, int c, const size_t *list, size_t n)
{
    const cupel_auto_data *t = f->data;
    for (size_t j = 0; j < n; j++) {
        const size_t at = list ? list[j] : j;
        if (varies(t->x, t->n, t->d, at)) f->a->column[c][f->a->n_columns[c]++] = at;
    }
}

/* A condition (a temperature, a treatment) is one column beside hundreds of descriptors that say the same thing several times over: trees would
 * seldom come to it, and distances hardly feel it. The columns of the table stand in the list as often as makes them SHARE of it together. */
static void repeat_table(fit *f, int c)
{
    const cupel_auto_data *t = f->data;
    cupel_auto *a = f->a;
    const size_t once = a->n_columns[c], own = f->n_table;
    const size_t times = own && once > own ? (size_t)(SHARE * (double)(once - own) / (double)own + 0.5) : 0;
    for (size_t k = 1; k < times; k++) take_varying(f, c, t->table, t->n_table);
}

static cupel_status choose_columns(fit *f, cupel_err *err)
{
    const cupel_auto_data *t = f->data;
    cupel_auto *a = f->a;
    a->d = t->d;
    const size_t *const list[] = {NULL, t->fraction, t->plain}, count[] = {t->d, t->n_fractions, t->n_plain};
    for (size_t j = 0; j < t->n_table; j++) f->n_table += varies(t->x, t->n, t->d, t->table[j]);
    for (int c = 0; c < CUPEL_AUTO_COLUMN_SETS; c++) {
        const size_t most = CUPEL_AUTO_REPEATED * t->d;
        a->column[c] = cupel_alloc(most, sizeof *a->column[c]);
        if (!a->column[c]) return cupel_no_memory(err, "columns", most * sizeof *a->column[c]);
        take_varying(f, c, list[c], count[c]);
        if (c == CUPEL_AUTO_FRACTIONS) {
            f->n_fractions = a->n_columns[c];
            if (f->n_fractions) take_varying(f, c, t->table, t->n_table);
        }
        repeat_table(f, c);
        if (c == CUPEL_AUTO_PLAIN && a->n_columns[c] == a->n_columns[CUPEL_AUTO_ALL]) a->n_columns[c] = 0; /* the same */
        f->x[c] = cupel_alloc(cupel_mul(t->n, a->n_columns[c] ? a->n_columns[c] : 1), sizeof *f->x[c]);
        if (!f->x[c]) return cupel_no_memory(err, "the columns of the automatic model", cupel_mul(t->n, a->n_columns[c] * sizeof(double)));
        for (size_t i = 0; i < t->n; i++)
            for (size_t j = 0; j < a->n_columns[c]; j++) f->x[c][i * a->n_columns[c] + j] = t->x[i * t->d + a->column[c][j]];
    }
    return a->n_columns[0] ? CUPEL_OK
                           : cupel_fail(err, CUPEL_BAD_INPUT, "all columns are constant: there is nothing to learn from; choose other features");
}

/* What the plan is made from; the targets' lowest, highest and scale. */
static cupel_status look(fit *f, cupel_auto_facts *facts, cupel_err *err)
{
    const size_t n = f->data->n;
    double *sorted = cupel_alloc(n, sizeof *sorted);
    if (!sorted) return cupel_no_memory(err, "the sorted target", n * sizeof *sorted);
    memcpy(sorted, f->data->y, n * sizeof *sorted);
    cupel_sort(sorted, n);
    size_t at_lowest = 0;
    while (at_lowest < n && !(sorted[at_lowest] > sorted[0])) at_lowest++;
    const double low = cupel_quantile(sorted, n, 0.05), middle = cupel_quantile(sorted, n, 0.5), high = cupel_quantile(sorted, n, 0.95);
    const double half = cupel_quantile(sorted + at_lowest, n - at_lowest ? n - at_lowest : 1, 0.5) - sorted[0];
    f->a->lowest = sorted[0];
    f->a->highest = sorted[n - 1];
    f->a->scale = at_lowest < n && half > 0 ? half : 1;
    *facts = (cupel_auto_facts){.n = n, .n_fractions = f->n_fractions,
                                .plain = f->a->n_columns[CUPEL_AUTO_PLAIN] > 0, .is_class = f->data->is_class, .trial = f->data->trial,
                                .lowest_share = (double)at_lowest / (double)n, .skew = middle > low ? (high - middle) / (middle - low) : 0};
    for (size_t i = 0; i < n; i++) f->above[i] = f->data->y[i] > f->a->lowest;
    cupel_free(sorted);
    return CUPEL_OK;
}

/* ---- units ---- */

/* The columns of a unit with the extra ones behind them; *own is what has to be freed, NULL when the columns stand there already. */
static cupel_status matrix_of(const fit *f, const cupel_auto_unit *u, const double *extra, size_t n_extra, cupel_auto_matrix *m, double **own,
                              cupel_err *err)
{
    const size_t n = f->data->n, d = f->a->n_columns[u->columns], wide = d + n_extra;
    *own = NULL;
    *m = (cupel_auto_matrix){.d = wide, .ld = wide, .x = f->x[u->columns]};
    if (!n_extra) return CUPEL_OK;
    double *x = cupel_alloc(cupel_mul(n, wide), sizeof *x);
    if (!x) return cupel_no_memory(err, "columns of a second level", cupel_mul(n, wide * sizeof *x));
    for (size_t i = 0; i < n; i++) {
        memcpy(x + i * wide, f->x[u->columns] + i * d, d * sizeof *x);
        memcpy(x + i * wide + d, extra + i * n_extra, n_extra * sizeof *x);
    }
    *own = x;
    m->x = x;
    return CUPEL_OK;
}

/* What members of the first level say out of fold, side by side [n][n_extra]. */
static cupel_status words_of_members(const fit *f, const cupel_auto_unit *u, size_t n_extra, double **extra, cupel_err *err)
{
    const size_t n = f->data->n;
    size_t at = 0;
    *extra = cupel_alloc(cupel_mul(n, n_extra ? n_extra : 1), sizeof **extra);
    if (!*extra) return cupel_no_memory(err, "columns of a second level", cupel_mul(n, n_extra * sizeof **extra));
    for (size_t k = 0; k < f->a->n_members; k++) {
        if (!cupel_auto_feeds(f->a, k, u)) continue;
        for (size_t i = 0; i < n; i++) (*extra)[i * n_extra + at] = f->a->member[k].oof[i];
        at++;
    }
    return CUPEL_OK;
}

static double loss_of(const fit *f, const cupel_auto_member *m)
{
    const size_t n = f->data->n;
    double sum = 0, rows = 0;
    if (m->unit.role != CUPEL_AUTO_AMOUNT)
        return cupel_blend_loss_of(f->data->is_class || m->unit.role == CUPEL_AUTO_ABOVE ? CUPEL_BLEND_LOG : CUPEL_BLEND_ABSOLUTE, f->y, m->oof, n);
    for (size_t i = 0; i < n; i++)
        if (f->above[i]) sum += fabs(f->data->y[i] - f->a->lowest - m->oof[i]), rows += 1;
    return rows > 0 ? sum / rows : 0;
}

/* f->y is what the unit learns, then what its words are judged by. */
static cupel_status run_unit(fit *f, const cupel_auto_unit *u, const double *extra, size_t n_extra, cupel_err *err)
{
    const size_t n = f->data->n;
    cupel_auto_member *m = &f->a->member[f->a->n_members];
    cupel_status st = CUPEL_OK;
    cupel_auto_matrix x;
    double *own = NULL;
    *m = (cupel_auto_member){.unit = *u};
    f->a->n_members++;
    CUPEL_TRY(matrix_of(f, u, extra, n_extra, &x, &own, err));
    for (size_t i = 0; i < n; i++)
        f->y[i] = u->role == CUPEL_AUTO_ABOVE ? f->above[i] : u->role == CUPEL_AUTO_ERROR ? f->y[i] : cupel_auto_to(f->a, u, f->data->y[i]);
    CUPEL_TRY(cupel_auto_train(f->data, &x, u->role == CUPEL_AUTO_AMOUNT ? f->above : NULL, f->y, f->job, m,
                               u->quantiles && u->role == CUPEL_AUTO_AMOUNT ? f->quantile : NULL, err));
    for (size_t i = 0; i < n; i++) m->oof[i] = cupel_auto_from(f->a, u, m->oof[i]), m->once[i] = cupel_auto_from(f->a, u, m->once[i]);
    if (u->role != CUPEL_AUTO_ABOVE && u->role != CUPEL_AUTO_ERROR)
        for (size_t i = 0; i < n; i++) f->y[i] = f->data->y[i];
    if (u->role != CUPEL_AUTO_ERROR) m->loss = loss_of(f, m);
done:
    cupel_free(own);
    return st;
}

static int kind_of(const cupel_auto_unit *u) { return u->machine == CUPEL_AUTO_TREES ? (int)u->trees.kind : CUPEL_BOOSTED_TREES + 1; }

static cupel_status run_planned(fit *f, const cupel_auto_unit *u, cupel_err *err)
{
    double *extra = NULL;
    const size_t n_extra = cupel_auto_extra(f->a, f->a->n_members, u);
    cupel_status st = CUPEL_OK;
    if (u->role == CUPEL_AUTO_STACK) CUPEL_TRY(words_of_members(f, u, n_extra, &extra, err));
    CUPEL_TRY(run_unit(f, u, extra, u->role == CUPEL_AUTO_STACK ? n_extra : 0, err));
    const cupel_auto_member *m = &f->a->member[f->a->n_members - 1];
    cupel_say(f->job, CUPEL_NOTE, "auto: %2zu  %-36s %s %.4g out of fold, %.1f s", f->a->n_members, u->name,
              f->data->is_class || u->role == CUPEL_AUTO_ABOVE ? "log loss"
              : u->role == CUPEL_AUTO_AMOUNT                   ? "error above the lowest"
                                                               : "mean absolute error",
              said(f, f->data->is_class || u->role == CUPEL_AUTO_ABOVE, m->loss), m->seconds);
    if (m->seconds > f->longest[kind_of(u)]) f->longest[kind_of(u)] = m->seconds;
done:
    cupel_free(extra);
    return st;
}

/* May this unit begin? The last unit, that of the errors, needs its time too. */
static bool may_begin(const fit *f, size_t done, size_t least, const cupel_auto_unit *u)
{
    if (f->data->effort) return done < f->data->effort || done < least;
    if (done < least || !(f->data->seconds > 0)) return true;
    return cupel_now() - f->began + f->longest[kind_of(u)] + f->longest[CUPEL_EXTRA_TREES] < f->data->seconds;
}

/* The loss of the first extremely randomised trees on these columns; 0 without any. */
static double loss_of_trees(const fit *f, cupel_auto_columns columns)
{
    for (size_t k = 0; k < f->a->n_members; k++) {
        const cupel_auto_unit *u = &f->a->member[k].unit;
        if (u->role == CUPEL_AUTO_VALUE && u->machine == CUPEL_AUTO_TREES && u->trees.kind == CUPEL_EXTRA_TREES && u->columns == columns)
            return f->a->member[k].loss;
    }
    return 0;
}

/* Where trees on fractions say much less than trees on all columns, no more is asked of fractions. */
static bool is_worth(const fit *f, const cupel_auto_unit *u)
{
    const double all = loss_of_trees(f, CUPEL_AUTO_ALL), fractions = loss_of_trees(f, CUPEL_AUTO_FRACTIONS);
    return u->columns != CUPEL_AUTO_FRACTIONS || !(all > 0) || !(fractions > MUCH * all);
}

/* The job was stopped in a unit: those done before are kept where they make a model and somebody wants it. */
static cupel_status keep_done(fit *f, size_t done, size_t least, cupel_err *err)
{
    while (f->a->n_members > done) cupel_auto_drop(&f->a->member[--f->a->n_members]);
    if (!f->data->cut || done < least) return CUPEL_INTERRUPTED;
    *f->data->cut = true;
    if (err) *err = (cupel_err){0};
    cupel_say(f->job, CUPEL_WARNING, "auto: stopped; the %zu unit%s done are put together now, which takes a while; a second Ctrl-C ends at once and "
                                     "keeps nothing", done, done == 1 ? "" : "s");
    return CUPEL_OK;
}

/* What a budget cannot make smaller. */
static void say_least(const fit *f, size_t least)
{
    const double spent = cupel_now() - f->began;
    const char *s = least == 1 ? "" : "s";
    if (f->data->effort && f->data->effort < least)
        cupel_say(f->job, CUPEL_NOTE, "auto: effort=%zu is less than a model of this table needs: %zu unit%s", f->data->effort, least, s);
    if (f->data->seconds > 0 && spent > f->data->seconds)
        cupel_say(f->job, CUPEL_WARNING, "auto: the budget is spent by the least that a model needs, %zu unit%s in %.1f s; its errors and what it "
                                         "says of held-out clusters are learned all the same", least, s, spent);
}

static cupel_status work_off(fit *f, const cupel_auto_unit *unit, size_t n, size_t least, cupel_err *err)
{
    for (size_t u = 0; u < n && may_begin(f, f->a->n_members, least, &unit[u]); u++) {
        const size_t done = f->a->n_members;
        if (!is_worth(f, &unit[u])) continue;
        const cupel_status st = run_planned(f, &unit[u], err);
        if (st == CUPEL_INTERRUPTED) return keep_done(f, done, least, err);
        if (st != CUPEL_OK) return st;
        if (f->a->n_members == least) say_least(f, least);
    }
    return CUPEL_OK;
}

/* ---- blending ---- */

static bool in_blend(const cupel_auto_member *m, cupel_auto_role role)
{
    return m->unit.role == role || (role == CUPEL_AUTO_VALUE && m->unit.role == CUPEL_AUTO_STACK);
}

/* Weights of the members of a role, by the rows that the role is about, without those of inner fold `left_out` (SIZE_MAX: all). */
static cupel_status blend_role(fit *f, cupel_auto_role role, size_t left_out, cupel_err *err)
{
    cupel_auto *a = f->a;
    cupel_status st = CUPEL_OK;
    const cupel_blend_loss loss = role == CUPEL_AUTO_ABOVE || a->is_class ? CUPEL_BLEND_LOG : CUPEL_BLEND_ABSOLUTE;
    const double *oof[CUPEL_AUTO_MEMBERS];
    double weight[CUPEL_AUTO_MEMBERS], prior[CUPEL_AUTO_MEMBERS], reached, *own = NULL, *y;
    cupel_blend_prior before = {.weight = prior};
    size_t which[CUPEL_AUTO_MEMBERS], m = 0, n = f->data->n, rows = 0;
    for (size_t k = 0; k < a->n_members; k++)
        if (in_blend(&a->member[k], role)) which[m++] = k;
    if (!m) return CUPEL_OK;
    own = cupel_alloc(cupel_mul(m + 1, n), sizeof *own);
    if (!own) return cupel_no_memory(err, "a blend", cupel_mul(m + 1, n * sizeof *own));
    y = own + m * n;
    for (size_t i = 0; i < n; i++) {
        if ((role == CUPEL_AUTO_AMOUNT && !f->above[i]) || f->data->fold[i] == left_out) continue;
        for (size_t k = 0; k < m; k++) own[k * n + rows] = a->member[which[k]].oof[i];
        y[rows++] = role == CUPEL_AUTO_ABOVE ? f->above[i] : role == CUPEL_AUTO_AMOUNT ? f->data->y[i] - a->lowest : f->data->y[i];
    }
    for (size_t k = 0; k < m; k++) oof[k] = own + k * n;
    if (!rows) goto done; /* all of them in one fold: the weights stay */
    const bool has_prior = role == CUPEL_AUTO_VALUE && cupel_auto_prior(a, which, m, prior, &before.share);
    CUPEL_TRY(cupel_blend_fit(&(cupel_blended){loss, oof, m, y, rows}, f->data->seed, has_prior ? &before : NULL, weight, &reached, err));
    for (size_t k = 0; k < m; k++) a->member[which[k]].weight = weight[k];
done:
    cupel_free(own);
    return st;
}

static cupel_status blend_roles(fit *f, size_t left_out, cupel_err *err)
{
    cupel_status st = blend_role(f, CUPEL_AUTO_VALUE, left_out, err);
    if (st == CUPEL_OK) st = blend_role(f, CUPEL_AUTO_ABOVE, left_out, err);
    return st == CUPEL_OK ? blend_role(f, CUPEL_AUTO_AMOUNT, left_out, err) : st;
}

/* All together out of fold. */
static double together(const fit *f, double *value)
{
    const cupel_auto *a = f->a;
    double row[CUPEL_AUTO_MEMBERS], above;
    for (size_t i = 0; i < f->data->n; i++) {
        for (size_t k = 0; k < a->n_members; k++) row[k] = a->member[k].oof[i];
        value[i] = cupel_auto_together(a, row, f->quantile + i * CUPEL_AUTO_QUANTILES, &above);
    }
    return cupel_blend_loss_of(a->is_class ? CUPEL_BLEND_LOG : CUPEL_BLEND_ABSOLUTE, f->data->y, value, f->data->n);
}

static bool has_role(const cupel_auto *a, cupel_auto_role role)
{
    for (size_t k = 0; k < a->n_members; k++)
        if (a->member[k].unit.role == role) return true;
    return false;
}

/* The hurdle is kept where it is better than going without. */
static cupel_status combine(fit *f, double *value, cupel_err *err)
{
    cupel_auto *a = f->a;
    cupel_status st = CUPEL_OK;
    CUPEL_TRY(blend_roles(f, SIZE_MAX, err));
    a->hurdle = has_role(a, CUPEL_AUTO_ABOVE) && has_role(a, CUPEL_AUTO_AMOUNT);
    a->loss = together(f, value);
    if (!a->hurdle || !has_role(a, CUPEL_AUTO_VALUE)) return CUPEL_OK;
    a->hurdle = false;
    const double without = together(f, value);
    a->hurdle = a->loss < without;
    cupel_say(f->job, CUPEL_NOTE, "auto: with a hurdle at %g (%s) mean absolute error %.4g, without it %.4g",
              said(f, false, a->lowest) + f->data->offset, a->hurdle ? "kept" : "not kept", said(f, false, a->loss), said(f, false, without));
    a->loss = together(f, value);
done:
    return st;
}

/* The best member of a role by itself; SIZE_MAX without any. */
static size_t best_of_role(const cupel_auto *a, cupel_auto_role role)
{
    size_t best = SIZE_MAX;
    for (size_t k = 0; k < a->n_members; k++)
        if (a->member[k].unit.role == role && (best == SIZE_MAX || a->member[k].loss < a->member[best].loss)) best = k;
    return best;
}

/* Out of fold, of a model without blending: the best single member, and of a hurdle the best of each step. spare [n]. */
static double loss_of_best(const fit *f, double *spare)
{
    cupel_auto *a = f->a;
    static const cupel_auto_role roles[] = {CUPEL_AUTO_VALUE, CUPEL_AUTO_ABOVE, CUPEL_AUTO_AMOUNT};
    double kept[CUPEL_AUTO_MEMBERS], loss = INFINITY;
    const size_t alone = best_of_role(a, CUPEL_AUTO_VALUE);
    for (size_t k = 0; k < a->n_members; k++) kept[k] = a->member[k].weight, a->member[k].weight = 0;
    for (size_t r = 0; r < sizeof roles / sizeof *roles; r++) {
        const size_t best = best_of_role(a, roles[r]);
        if (best != SIZE_MAX) a->member[best].weight = 1;
    }
    loss = a->hurdle || alone != SIZE_MAX ? together(f, spare) : loss;
    for (size_t k = 0; k < a->n_members; k++) a->member[k].weight = kept[k];
    return a->hurdle && alone != SIZE_MAX ? fmin(loss, a->member[alone].loss) : loss;
}

/* What a simpler model would cost, or save. */
static void say_simplest(const fit *f, double *spare)
{
    const cupel_auto *a = f->a;
    const double loss = loss_of_best(f, spare), more = 100 * (loss / a->loss - 1);
    size_t used = 0;
    for (size_t k = 0; k < a->n_members; k++) used += a->member[k].weight > 0;
    if (used < 2 || !isfinite(more)) return;
    cupel_say(f->job, CUPEL_NOTE, "auto: the best single learner%s has %.4g out of fold, %.1f %% %s",
              a->hurdle ? ", or one for each step of the hurdle," : "", said(f, a->is_class, loss), fabs(more), more < 0 ? "less" : "more");
}

/* What the result would be without each member that has a weight. */
static void say_parts(fit *f, double *spare)
{
    cupel_auto *a = f->a;
    const char *what = a->is_class ? "log loss" : "mean absolute error";
    for (size_t k = 0; k < a->n_members; k++) {
        cupel_auto_member *m = &a->member[k];
        const double w = m->weight;
        const bool used = a->hurdle == (m->unit.role == CUPEL_AUTO_ABOVE || m->unit.role == CUPEL_AUTO_AMOUNT);
        if (!(w > 0) || !used || !(w < 0.9999)) continue;
        double rest[CUPEL_AUTO_MEMBERS];
        for (size_t j = 0; j < a->n_members; j++) {
            rest[j] = a->member[j].weight;
            if (in_blend(&a->member[j], m->unit.role == CUPEL_AUTO_STACK ? CUPEL_AUTO_VALUE : m->unit.role))
                a->member[j].weight = j == k ? 0 : rest[j] / (1 - w);
        }
        const double loss = together(f, spare);
        for (size_t j = 0; j < a->n_members; j++) a->member[j].weight = rest[j];
        cupel_say(f->job, CUPEL_NOTE, "auto: %2zu  %-36s weight %.2f, adds %+.2f %%", k + 1, m->unit.name, w, 100 * (loss / a->loss - 1));
    }
    cupel_say(f->job, CUPEL_NOTE, "auto: together %s %.4g out of fold", what, said(f, a->is_class, a->loss));
    say_simplest(f, spare);
}

/* ---- errors to expect ---- */

/* What is said of each row by a model like the whole that has not seen it. The weights come from the other folds, and the members' words from one
 * partition: the mean over several is better than what one model says of a new row, and errors of it would promise too much. Many rows hardly move
 * the weights. extra [n][3]: value, disagreement, probability to be above the lowest. mixture [n] (may be NULL) with a hurdle. */
static cupel_status say_unseen(fit *f, double *value, double *extra, cupel_spiked *mixture, cupel_err *err)
{
    cupel_auto *a = f->a;
    cupel_status st = CUPEL_OK;
    double weight[CUPEL_AUTO_MEMBERS], row[CUPEL_AUTO_MEMBERS], above;
    for (size_t k = 0; k < a->n_members; k++) weight[k] = a->member[k].weight;
    for (size_t fold = 0; fold < f->data->n_folds; fold++) {
        if (f->data->n <= MANY_ROWS) CUPEL_TRY(blend_roles(f, fold, err));
        for (size_t i = 0; i < f->data->n; i++) {
            if (f->data->fold[i] != fold) continue;
            const double *quantile = f->quantile + i * CUPEL_AUTO_QUANTILES;
            for (size_t k = 0; k < a->n_members; k++) row[k] = a->member[k].once[i];
            value[i] = cupel_auto_together(a, row, quantile, &above);
            if (mixture && a->hurdle) cupel_auto_mixture(a, row, quantile, &mixture[i]);
            memcpy(extra + 3 * i, (double[]){value[i], cupel_auto_disagreement(a, row), above}, 3 * sizeof *extra);
        }
    }
    for (size_t k = 0; k < a->n_members; k++) a->member[k].weight = weight[k];
done:
    return st;
}

static cupel_status learn_errors(fit *f, const double *value, const double *extra, double *error, cupel_err *err)
{
    const size_t n = f->data->n;
    cupel_auto_unit u = {.name = "errors", .role = CUPEL_AUTO_ERROR, .columns = CUPEL_AUTO_ALL, .trees = cupel_trees_defaults(CUPEL_EXTRA_TREES)};
    u.trees.trees = n > MANY_ROWS ? 60 : 150;
    u.trees.columns = 0.3;
    u.trees.leaf = 8;
    u.trees.seed = f->data->seed + 77;
    for (size_t i = 0; i < n; i++) f->y[i] = fabs(f->data->y[i] - value[i]);
    const cupel_status st = run_unit(f, &u, extra, 3, err);
    if (st != CUPEL_OK) return st;
    for (size_t i = 0; i < n; i++) error[i] = fmax(f->a->member[f->a->n_members - 1].once[i], 0);
    return CUPEL_OK;
}

/* ---- all together ---- */

/* The job with the time of the budget in its progress, which counts the parts of one unit. */
typedef struct timed {
    const cupel_job *outer;
    double began, seconds;
} timed;

static void timed_say(void *user, cupel_level level, const char *text) { cupel_say(((const timed *)user)->outer, level, "%s", text); }

static bool timed_stop(void *user) { return cupel_stopped(((const timed *)user)->outer); }

static void timed_reads(void *user, const char *path, const char *digest) { cupel_reads(((const timed *)user)->outer, path, digest); }

static void timed_progress(void *user, const char *stage, uint64_t done, uint64_t total)
{
    const timed *t = user;
    char text[160];
    snprintf(text, sizeof text, "%s: %.0f of %.0f s of the budget; of this unit", stage, cupel_now() - t->began, t->seconds);
    cupel_progress(t->outer, text, done, total);
}

static cupel_status begin(fit *f, cupel_err *err)
{
    const size_t n = f->data->n;
    f->began = cupel_now();
    f->a = cupel_alloc(1, sizeof *f->a);
    f->above = cupel_alloc(n, 1);
    f->y = cupel_alloc(n, sizeof *f->y);
    f->quantile = cupel_alloc(cupel_mul(n, CUPEL_AUTO_QUANTILES), sizeof *f->quantile);
    if (!f->a || !f->above || !f->y || !f->quantile) return cupel_no_memory(err, "the automatic model", n * CUPEL_AUTO_QUANTILES * sizeof(double));
    f->a->is_class = f->data->is_class;
    return choose_columns(f, err);
}

cupel_status cupel_auto_fit(const cupel_auto_data *data, const cupel_job *job, cupel_auto **out, double *value, double *error, cupel_spiked *mixture,
                            cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    timed clock = {job, cupel_now(), data->seconds};
    cupel_job with_budget = {.threads = job->threads, .isa = job->isa, .user = &clock, .say = job->say ? timed_say : NULL, .progress = timed_progress,
                             .stop = timed_stop, .reads = timed_reads};
    fit f = {.data = data, .job = data->seconds > 0 ? &with_budget : job};
    cupel_auto_unit unit[CUPEL_AUTO_MEMBERS];
    cupel_auto_facts facts;
    size_t least, n;
    double *extra = NULL;
    CUPEL_TRY(begin(&f, err));
    CUPEL_TRY(look(&f, &facts, err));
    n = cupel_auto_plan(&facts, data->seed, unit, &least);
    CUPEL_TRY(work_off(&f, unit, n, least, err));
    CUPEL_TRY(combine(&f, value, err));
    say_parts(&f, f.y);
    extra = cupel_alloc(cupel_mul(3, data->n), sizeof *extra);
    if (!extra) CUPEL_TRY(cupel_no_memory(err, "columns of the error model", cupel_mul(3 * sizeof *extra, data->n)));
    CUPEL_TRY(say_unseen(&f, value, extra, mixture, err));
    if (data->is_class) memset(error, 0, data->n * sizeof *error);
    else CUPEL_TRY(learn_errors(&f, value, extra, error, err));
done:
    for (size_t k = 0; f.a && k < f.a->n_members; k++) cupel_auto_drop_words(&f.a->member[k]);
    cupel_free(extra);
    for (int c = 0; c < CUPEL_AUTO_COLUMN_SETS; c++) cupel_free(f.x[c]);
    cupel_free(f.above);
    cupel_free(f.y);
    cupel_free(f.quantile);
    if (st == CUPEL_OK) *out = f.a;
    else cupel_auto_free(f.a);
    return st;
}

void cupel_auto_free(cupel_auto *a)
{
    if (!a) return;
    for (size_t k = 0; k < a->n_members; k++) cupel_auto_drop(&a->member[k]);
    for (int c = 0; c < CUPEL_AUTO_COLUMN_SETS; c++) cupel_free(a->column[c]);
    cupel_free(a);
}

size_t cupel_auto_effort(const cupel_auto *a)
{
    size_t n = 0;
    for (size_t k = 0; k < a->n_members; k++) n += a->member[k].unit.role != CUPEL_AUTO_ERROR;
    return n;
}

bool cupel_auto_mixed(const cupel_auto *a) { return a->hurdle; }

bool cupel_auto_is_class(const cupel_auto *a) { return a->is_class; }
