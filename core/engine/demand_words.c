#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/engine/demand_parts.h"
#include "core/engine/doubts.h"

#include <math.h>
#include <string.h>

static const char *gap(const char *unit) { return unit[0] ? " " : ""; }

void cupel_requirement_words(const cupel_demand *d, const cupel_requirement *q, cupel_str *out)
{
    const cupel_demand_property *p = &d->property[q->property];
    const char *u = p->unit;
    bool low = q->min > -HUGE_VAL, high = q->max < HUGE_VAL;
    cupel_str_puts(out, p->name);
    if (low && high && q->min == q->max)
        cupel_str_addf(out, " is %g%s%s", q->min, gap(u), u);
    else if (low && high)
        cupel_str_addf(out, " from %g to %g%s%s", q->min, q->max, gap(u), u);
    else if (low)
        cupel_str_addf(out, " at least %g%s%s", q->min, gap(u), u);
    else if (high)
        cupel_str_addf(out, " at most %g%s%s", q->max, gap(u), u);
    if (!q->goal) return;
    cupel_str_addf(out, "%s as %s as possible", low || high ? "," : "", q->goal > 0 ? "large" : "small");
    bool counts = q->beat_given || (!(low || high) && d->by == CUPEL_BY_PROBABILITY);
    if (counts && !isnan(q->beat))
        cupel_str_addf(out, " (met %s %g%s%s%s)", q->goal > 0 ? "above" : "below", q->beat, gap(u), u,
                       q->beat_given ? "" : ", the best tenth of what was measured");
}

static void property_words(const cupel_demand_property *p, cupel_str *out)
{
    cupel_str_addf(out, "%s%s%s%s is predicted ", p->name, p->unit[0] ? " [" : "", p->unit, p->unit[0] ? "]" : "");
    if (!p->model_file && !p->has_data)
        cupel_str_puts(out, "elsewhere, as the table says");
    else if (p->model_file)
        cupel_str_addf(out, "by the model '%s'", p->model_file);
    else
        cupel_str_addf(out, "by %s on %s%s%s%s%s, learned from the column '%s' of '%s'", p->options.learner, p->options.features,
                       p->options.with_hurdle ? ", or where many rows share the lowest value on " : "",
                       p->options.with_hurdle ? p->options.with_hurdle : "",
                       p->columns ? " and the columns " : "", p->columns ? p->columns : "", p->data.target, p->data.file);
    if (p->has_transfer) cupel_str_addf(out, ", with what boosted trees learn of '%s' in '%s'", p->transfer.target, p->transfer.file);
    if (p->data.groups) cupel_str_addf(out, ", rows of one '%s' in one fold", p->data.groups);
    if (p->data.selection) cupel_selection_words(p->data.selection, out);
    if (p->source) cupel_str_addf(out, ", after %s", p->source);
    cupel_str_puts(out, ".\n");
}

/* " (weights: band gap 2, price 1)" */
static void weight_words(const cupel_demand *d, cupel_str *out)
{
    const char *before = " (weights: ";
    for (size_t i = 0; i < d->n_requirements; i++, before = ", ")
        cupel_str_addf(out, "%s%s %g", before, d->property[d->requirement[i].property].name, d->requirement[i].weight);
    for (size_t i = 0; i < d->n_constraints; i++)
        if (d->constraint[i].goal) cupel_str_addf(out, ", %s %g", cupel_constraint_name(d->constraint[i].c), d->constraint[i].weight);
    cupel_str_puts(out, ").\n");
}

static void rank_words_of(const cupel_demand *d, cupel_str *out)
{
    if (d->by == CUPEL_BY_PROBABILITY)
        cupel_str_addf(out, "Ranked by the probability that all of this is met, from calibrated intervals%s.\n",
                       d->n_requirements > 1 ? "; properties are taken as independent" : "");
    else if (d->by == CUPEL_BY_PARETO)
        cupel_str_puts(out, "Ranked by Pareto layer (nothing is better in every window and goal), then by probability.\n");
    else {
        cupel_str_puts(out, "Ranked by the weighted mean of how well each window and goal is met");
        weight_words(d, out);
    }
    if (d->known == CUPEL_KNOWN_DROP) cupel_str_puts(out, "Compositions that were measured already are left out.\n");
    if (d->first_given)
        cupel_str_addf(out, "In two stages: %s on %s sees every candidate, the better %.3g %% go on.\n", d->first_options.learner,
                       d->first_options.features, 100 * d->first_share);
    if (d->diverse > 0)
        cupel_str_addf(out, "No two rows are nearer than %g in %s (%s).\n", d->diverse, d->diverse_in,
                       strcmp(d->diverse_in, "composition") == 0
                           ? "sum of the differences of atomic fractions; 2: nothing in common"
                           : "root mean square over the columns, in standard deviations of what was measured");
    if (d->per_system) cupel_str_addf(out, "At most %llu of one chemical system are shown.\n", (unsigned long long)d->per_system);
    cupel_str_addf(out, "Intervals hold %g %% of materials like those measured. %s", 100 * d->level,
                   d->domain_required ? "Candidates unlike anything measured are rejected.\n"
                                      : "Candidates unlike anything measured are marked.\n");
}

cupel_status cupel_demand_words(const cupel_demand *d, const cupel_space *space, cupel_str *out, cupel_err *err)
{
    cupel_str_addf(out, "%s: the best %llu", d->words, (unsigned long long)d->keep);
    if (space) cupel_str_addf(out, " of %s", cupel_space_words(space));
    cupel_str_puts(out, ". Asked for:\n");
    for (size_t i = 0; i < d->n_requirements; i++) {
        cupel_str_puts(out, "- ");
        cupel_requirement_words(d, &d->requirement[i], out);
        cupel_str_putc(out, '\n');
    }
    for (size_t i = 0; i < d->n_constraints; i++) {
        cupel_str_addf(out, "- %s", cupel_constraint_words(d->constraint[i].c));
        if (d->constraint[i].goal) cupel_str_puts(out, d->constraint[i].goal > 0 ? ", the more the better" : ", the less the better");
        if (d->constraint[i].goal && d->by == CUPEL_BY_PROBABILITY) cupel_str_puts(out, " among equals");
        cupel_str_putc(out, '\n');
    }
    for (size_t i = 0; i < d->n_properties; i++) property_words(&d->property[i], out);
    rank_words_of(d, out);
    return out->failed ? cupel_no_memory(err, "the demand in words", 0) : CUPEL_OK;
}

static bool two_values(const double *v, size_t n)
{
    double a = NAN, b = NAN;
    for (size_t i = 0; i < n; i++) {
        if (isnan(a) || v[i] == a)
            a = v[i];
        else if (isnan(b) || v[i] == b)
            b = v[i];
        else
            return false;
    }
    return !isnan(b);
}

/* Reads the table (no training) and says what is in it. */
static cupel_status check_data(cupel_demand *d, size_t i, const cupel_job *job, cupel_str *out, cupel_err *err)
{
    cupel_demand_property *p = &d->property[i];
    cupel_training t = {0};
    if (p->model) {
        cupel_status known = cupel_demand_same_table(d, p, job, err);
        if (known == CUPEL_OK) known = cupel_model_doubts(p->model, d->level, job, err);
        return known == CUPEL_OK ? cupel_demand_settle_model(d, i, job, err) : known;
    }
    if (!p->has_data) return CUPEL_OK;
    cupel_status st = cupel_training_read(&p->data, job, &t, err);
    if (st == CUPEL_OK) {
        size_t n = t.records.n_rows;
        double low = HUGE_VAL, high = -HUGE_VAL;
        bool is_class = p->options.task == CUPEL_TASK_CLASS || (p->options.task == CUPEL_TASK_AUTO && two_values(t.target, n));
        for (size_t k = 0; k < n; k++) {
            low = fmin(low, t.target[k]);
            high = fmax(high, t.target[k]);
        }
        cupel_str_addf(out, "'%s' holds %zu values of %s from %g to %g%s%s%s", p->data.file, n, p->name, low, high, gap(p->unit), p->unit,
                       is_class ? ", a class" : "");
        size_t usable = n;
        st = cupel_model_usable(&t, &p->options, job, &usable, err);
        if (usable < n) cupel_str_addf(out, "; %s learns from %zu of them, the others lack a feature", p->options.learner, usable);
        cupel_str_puts(out, ".\n");
        if (st == CUPEL_OK) st = cupel_demand_settle(d, i, t.target, n, is_class, job, err);
        if (st == CUPEL_OK) st = cupel_training_doubts(&t, &p->options, job, err);
    }
    cupel_training_release(&t);
    return st;
}

cupel_status cupel_demand_check(cupel_text yaml, const char *file, const cupel_job *job, cupel_str *out, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_demand *d = NULL;
    cupel_space *space = NULL;
    cupel_str data = {0};
    uint64_t count = 0;
    char text[32];
    bool *taken = NULL;
    CUPEL_TRY(cupel_demand_read(yaml, file, &d, err));
    cupel_demand_doubts(d, job);
    for (size_t i = 0; i < d->n_properties; i++) CUPEL_TRY(check_data(d, i, job, &data, err));
    CUPEL_TRY(cupel_demand_space(d, &space, err));
    taken = cupel_alloc(cupel_space_columns(space)->n, sizeof *taken);
    if (!taken) CUPEL_TRY(cupel_no_memory(err, "columns", 0));
    CUPEL_TRY(cupel_demand_columns(d, space, job, taken, err));
    CUPEL_TRY(cupel_space_count(space, &count, err));
    CUPEL_TRY(cupel_demand_words(d, space, out, err));
    cupel_str_puts(out, cupel_str_text(&data));
    cupel_str_addf(out, "The space holds %s candidates.\n", cupel_format_count(text, count));
    if (out->failed || data.failed) st = cupel_no_memory(err, "the demand in words", 0);
    if (st == CUPEL_OK && !count)
        st = cupel_fail(err, CUPEL_INFEASIBLE, "%s: the space holds no candidates; widen 'space' or relax the element constraints", file);
done:
    cupel_str_free(&data);
    cupel_free(taken);
    cupel_space_free(space);
    cupel_demand_free(d);
    return st;
}
