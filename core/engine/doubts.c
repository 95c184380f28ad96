#include "core/engine/doubts.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/math/order.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A value this many times as far from the median as the outer twentieth on its side is out of line: for an exponential tail once in 10^12 rows,
 * for a slip of the unit or the decimal point nearly always. Where more than one row in a hundred is so, the values are spread over magnitudes. */
static const double FAR = 10;
enum { ROWS_MIN = 20, SHOWN = 3, IN_A_HUNDRED = 1 };

/* Values of one composition that differ by more than this share of the range from 5 to 95 % contradict one another. */
static const double APART = 0.25;

typedef struct spread {
    double low, middle, high; /* 5, 50 and 95 % of the targets */
} spread;

static cupel_status spread_of(const cupel_training *t, spread *s, cupel_err *err)
{
    size_t n = t->records.n_rows;
    double *sorted = cupel_alloc(n, sizeof *sorted);
    if (!sorted) return cupel_no_memory(err, "the sorted target", n * sizeof *sorted);
    memcpy(sorted, t->target, n * sizeof *sorted);
    cupel_sort(sorted, n);
    *s = (spread){cupel_quantile(sorted, n, 0.05), cupel_quantile(sorted, n, 0.5), cupel_quantile(sorted, n, 0.95)};
    cupel_free(sorted);
    return CUPEL_OK;
}

static bool far_out(const spread *s, double y)
{
    return (s->high > s->middle && y - s->middle > FAR * (s->high - s->middle)) || (s->low < s->middle && s->middle - y > FAR * (s->middle - s->low));
}

static void say_far_out(const cupel_training *t, const spread *s, const cupel_job *job)
{
    size_t n = t->records.n_rows, all = 0, said = 0;
    for (size_t i = 0; i < n; i++) all += far_out(s, t->target[i]);
    if (!all || (all > SHOWN && all * 100 > n * IN_A_HUNDRED)) return;
    for (size_t i = 0; i < n && said < SHOWN; i++) {
        if (!far_out(s, t->target[i])) continue;
        said++;
        cupel_say(job, CUPEL_WARNING, "%s:%" PRIu64 ": %s %g%s%s is far from all others (nine tenths lie from %.4g to %.4g): a slip of the unit or the decimal point?",
                  t->file, t->records.line[i], t->property, t->target[i], *t->unit ? " " : "", t->unit, s->low, s->high);
    }
    if (all > said) cupel_say(job, CUPEL_WARNING, "and %zu more such rows", all - said);
}

typedef struct member {
    size_t group, row;
} member;

static int by_group(const void *a, const void *b)
{
    const member *x = a, *y = b;
    if (x->group != y->group) return x->group < y->group ? -1 : 1;
    return (x->row > y->row) - (x->row < y->row);
}

/* Of each group of equal compositions the lowest and the highest value; the widest pair is shown. */
static void say_apart(const cupel_training *t, const spread *s, const member *m, const cupel_job *job)
{
    size_t n = t->records.n_rows, groups = 0, worst[2] = {0, 0};
    double widest = 0, limit = APART * (s->high - s->low);
    for (size_t i = 0, end; i < n; i = end) {
        size_t low = m[i].row, high = low;
        for (end = i; end < n && m[end].group == m[i].group; end++) {
            if (t->target[m[end].row] < t->target[low]) low = m[end].row;
            if (t->target[m[end].row] > t->target[high]) high = m[end].row;
        }
        double width = t->target[high] - t->target[low];
        if (!(width > limit)) continue;
        groups++;
        if (width > widest) widest = width, worst[0] = low, worst[1] = high;
    }
    if (!groups) return;
    cupel_text f = cupel_training_formula(t, worst[0]);
    cupel_say(job, CUPEL_WARNING, "%s: %zu composition%s in several rows with values far apart, as '%.*s' in line %" PRIu64 " with %g and in line %" PRIu64
              " with %g%s%s; a formula cannot tell them apart", t->file, groups, groups == 1 ? " is" : "s are", (int)(f.n < 60 ? f.n : 60), f.p,
              t->records.line[worst[0]], t->target[worst[0]], t->records.line[worst[1]], t->target[worst[1]], *t->unit ? " " : "", t->unit);
}

static cupel_status find_apart(const cupel_training *t, const spread *s, const cupel_job *job, cupel_err *err)
{
    size_t n = t->records.n_rows;
    cupel_status st = CUPEL_OK;
    size_t *group = cupel_alloc(n, sizeof *group);
    member *m = cupel_alloc(n, sizeof *m);
    if (!group || !m) CUPEL_TRY(cupel_no_memory(err, "groups of rows", n * sizeof *m));
    CUPEL_TRY(cupel_composition_groups(&t->batch, NULL, n, false, group, err));
    for (size_t i = 0; i < n; i++) m[i] = (member){group[i], i};
    qsort(m, n, sizeof *m, by_group);
    say_apart(t, s, m, job);
done:
    cupel_free(group);
    cupel_free(m);
    return st;
}

cupel_status cupel_training_doubts(const cupel_training *t, bool has_columns, const cupel_job *job, cupel_err *err)
{
    spread s = {0};
    if (t->records.n_rows < ROWS_MIN) return CUPEL_OK;
    cupel_status st = spread_of(t, &s, err);
    if (st != CUPEL_OK || !(s.high > s.low)) return st;
    say_far_out(t, &s, job);
    return has_columns ? CUPEL_OK : find_apart(t, &s, job, err);
}

cupel_status cupel_model_doubts(const cupel_model *m, double level, const cupel_job *job, cupel_err *err)
{
    const cupel_surrogate *g = cupel_model_surrogate(m);
    const bool is_class = cupel_surrogate_is_class(g);
    size_t residuals = cupel_surrogate_oof(g).n;
    cupel_figure f[CUPEL_N_FIGURES];
    cupel_status st = cupel_model_figures(m, f, err);
    if (st != CUPEL_OK) return st;
    if (f[1].value <= (is_class ? 0.5 : 0))
        cupel_say(job, CUPEL_WARNING, "the model of %s is no better than %s: %s %.2g on rows out of fold", cupel_model_property(m),
                  is_class ? "chance" : "the mean", is_class ? "balanced accuracy" : "r2", f[1].value);
    if (!is_class && (double)residuals * (1 - level) < 1)
        cupel_say(job, CUPEL_WARNING, "intervals of %s rest on %zu residuals, too few to hold %g %% of values: their ends are extrapolated; measure more rows or "
                  "ask for a lower level", cupel_model_property(m), residuals, 100 * level);
    return CUPEL_OK;
}

void cupel_demand_doubts(const cupel_demand *d, const cupel_job *job)
{
    bool allowed[CUPEL_Z_MAX + 1] = {false};
    char why[CUPEL_CONSTRAINT_TEXT];
    for (unsigned z = 1; z <= CUPEL_Z_MAX; z++) {
        allowed[z] = true;
        for (size_t i = 0; i < d->n_constraints; i++) { /* by what is said of elements, not by another figure */
            const cupel_constraint *c = d->constraint[i].c;
            allowed[z] = allowed[z] && (cupel_constraint_column(c)[0] || cupel_constraint_allows(c, z));
        }
    }
    for (size_t i = 0; i < d->n_constraints; i++)
        if (cupel_constraint_impossible(d->constraint[i].c, allowed, why))
            cupel_say(job, CUPEL_WARNING, "%s:%zu: nothing can meet this: %s", d->file, d->constraint[i].line, why);
}
