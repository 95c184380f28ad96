/* An explanation as JSON and as lines for people. */
#include "core/engine/attribution_parts.h"
#include "core/engine/path_text.h"
#include "core/io/json.h"

#include <stdlib.h>
#include <string.h>

enum { SHOWN = 15, PER_ROW = 6, PER_STEP = 3 };

static void put_text(cupel_json_out *w, const char *name, const char *text)
{
    cupel_json_name(w, name);
    cupel_json_put_string(w, text);
}

static void put(cupel_json_out *w, const char *name, double x)
{
    cupel_json_name(w, name);
    if (isnan(x)) cupel_json_put_null(w);
    else cupel_json_put_number(w, x);
}

const char *cupel_attribution_kind(const cupel_attribution *a) { return a->exact >= 1 ? "exact" : a->exact > 0 ? "exact and sampled" : "sampled"; }

void cupel_attribution_of(const cupel_attribution *a, cupel_str *out)
{
    const bool exact = a->exact > 0;
    if (exact && a->scale == CUPEL_EXACT_LOG_ODDS) cupel_str_addf(out, "log odds of %s", a->property);
    else if (exact && a->scale == CUPEL_EXACT_VOTES) cupel_str_addf(out, "share of votes for %s, before calibration", a->property);
    else if (exact && a->scale == CUPEL_EXACT_TRANSFORMED)
        cupel_str_addf(out, "%s of %s", cupel_transform_name(cupel_surrogate_transform(cupel_model_surrogate(a->model))->kind), a->property);
    else if (a->is_class) cupel_str_addf(out, "probability of %s", a->property);
    else cupel_str_addf(out, *a->unit ? "%s [%s]" : "%s%s", a->property, a->unit);
}

void cupel_attribution_step_of(const cupel_attribution *a, const cupel_explained_step *s, cupel_str *out)
{
    const char *open = *a->unit ? " [" : "", *close = *a->unit ? "]" : "";
    if (s->scale == CUPEL_EXACT_GATE_ODDS) cupel_str_addf(out, "log odds that %s is not %g, by boosted trees", a->property, s->shared);
    else if (s->scale == CUPEL_EXACT_GATE_VOTES) cupel_str_addf(out, "share of votes that %s is not %g, by a forest", a->property, s->shared);
    else if (s->scale == CUPEL_EXACT_OTHERS)
        cupel_str_addf(out, "%s%s%s%s where it is not %g, by boosted trees", a->property, open, a->unit, close, s->shared);
    else cupel_str_addf(out, "logarithm of how far %s is from %g where it is not that, by boosted trees", a->property, s->shared);
}

/* Is it the predicted value itself that is shared out? */
static bool of_value(const cupel_attribution *a) { return !(a->exact > 0) || a->scale == CUPEL_EXACT_TARGET; }

static double shared_out(const cupel_attribution *a, const cupel_explained *e)
{
    double sum = e->base;
    for (size_t g = 0; g < a->n_groups; g++) sum += e->shapley[g];
    return sum;
}

static void put_sharing(cupel_json_out *w, const cupel_attribution *a)
{
    cupel_str of = {0};
    cupel_attribution_of(a, &of);
    put_text(w, "shapley_kind", cupel_attribution_kind(a));
    put_text(w, "shapley_game", a->path ? "path-dependent" : "interventional");
    put_text(w, "shapley_of", cupel_str_text(&of));
    put(w, "exact_share", a->exact);
    put(w, "followed_share", a->follows);
    cupel_json_name(w, "orders");
    cupel_json_put_count(w, a->n_orders);
    cupel_json_name(w, "background");
    cupel_json_put_count(w, a->n_background);
    cupel_str_free(&of);
}

/* The cluster that a group is in; NULL: none. */
static const cupel_cluster *cluster_of(const cupel_attribution *a, const cupel_group *g)
{
    for (size_t k = 0; k < a->n_clusters; k++)
        for (size_t i = 0; i < a->cluster[k].n; i++)
            if (&a->group[a->cluster[k].group[i]] == g) return &a->cluster[k];
    return NULL;
}

static void put_cluster(cupel_json_out *w, const cupel_attribution *a, const cupel_cluster *c)
{
    cupel_json_open(w, '{');
    cupel_json_name(w, "groups");
    cupel_json_open(w, '[');
    for (size_t k = 0; k < c->n; k++) cupel_json_put_string(w, a->group[c->group[k]].name);
    cupel_json_close(w, ']');
    put(w, "correlation_from", c->least);
    put(w, "importance", c->importance);
    put(w, "importance_deviation", isnan(c->importance) ? (double)NAN : c->deviation);
    put(w, "shapley", c->shapley);
    cupel_json_close(w, '}');
}

static const char *nearness_name(const cupel_attribution *a)
{
    return a->nearness == CUPEL_NEAR_LEAVES ? "leaves" : a->nearness == CUPEL_NEAR_KERNEL ? "kernel" : "columns";
}

static void put_group(cupel_json_out *w, const cupel_attribution *a, const cupel_group *g)
{
    cupel_json_open(w, '{');
    put_text(w, "name", g->name);
    put_text(w, "most", g->most);
    put(w, "importance", g->importance);
    put(w, "importance_deviation", isnan(g->importance) ? (double)NAN : g->deviation);
    put(w, "shapley", g->shapley);
    if (a->n_orders) put(w, "shapley_error", g->shapley_error);
    if (cluster_of(a, g)) {
        put_text(w, "shared_with", a->group[g->with].name);
        put(w, "correlation", g->correlation);
    }
    cupel_json_close(w, '}');
}

static void put_values(cupel_json_out *w, const cupel_attribution *a, const char *name, const double *value)
{
    cupel_json_name(w, name);
    cupel_json_open(w, '{');
    for (size_t g = 0; g < a->n_groups; g++) put(w, a->group[g].name, value[g]);
    cupel_json_close(w, '}');
}

/* Row i of every step. */
static void put_steps(cupel_json_out *w, const cupel_attribution *a, size_t i)
{
    cupel_str of = {0};
    cupel_json_name(w, "steps");
    cupel_json_open(w, '[');
    for (size_t k = 0; k < a->n_steps; k++) {
        const cupel_explained_step *s = &a->step[k];
        cupel_str_clear(&of);
        cupel_attribution_step_of(a, s, &of);
        cupel_json_open(w, '{');
        put_text(w, "of", cupel_str_text(&of));
        put(w, "value", s->value[i]);
        put(w, "base", s->base);
        put_values(w, a, "shapley", s->shapley + i * a->n_groups);
        cupel_json_close(w, '}');
    }
    cupel_json_close(w, ']');
    cupel_str_free(&of);
}

static void put_row(cupel_json_out *w, const cupel_attribution *a, const cupel_explained *e)
{
    cupel_json_open(w, '{');
    put_text(w, "formula", e->formula);
    if (*e->condition) put_text(w, "condition", e->condition + 2);
    put(w, "value", e->value);
    put(w, "base", e->base);
    if (!of_value(a)) put(w, "shared_out", shared_out(a, e));
    put(w, "lower", e->lower);
    put(w, "upper", e->upper);
    put(w, "distance", e->distance);
    cupel_json_name(w, "in_domain");
    cupel_json_put_bool(w, e->in_domain);
    cupel_json_name(w, "imputed");
    cupel_json_put_bool(w, e->imputed);
    put_values(w, a, "shapley", e->shapley);
    if (a->n_orders) put_values(w, a, "shapley_error", e->shapley_error);
    if (a->n_steps) put_steps(w, a, (size_t)(e - a->row));
    cupel_json_name(w, "nearest");
    cupel_json_open(w, '[');
    for (size_t k = 0; k < e->n_near; k++) {
        cupel_json_open(w, '{');
        const cupel_known *known = &e->near[k].known;
        const char *condition = cupel_model_condition(a->model, known->row);
        put_text(w, "formula", known->formula);
        if (*condition) put_text(w, "condition", condition + 2);
        put(w, "value", known->value);
        put(w, a->nearness == CUPEL_NEAR_LEAVES ? "weight" : a->nearness == CUPEL_NEAR_KERNEL ? "kernel" : "deviations", e->near[k].near);
        put(w, "distance", known->distance);
        cupel_json_close(w, '}');
    }
    cupel_json_close(w, ']');
    cupel_json_close(w, '}');
}

cupel_status cupel_attribution_json(const cupel_attribution *a, cupel_str *out, cupel_err *err)
{
    cupel_json_out w = {.s = out};
    cupel_json_open(&w, '{');
    put_text(&w, "property", a->property);
    put_text(&w, "unit", a->unit);
    put_text(&w, "model", cupel_surrogate_learner(cupel_model_surrogate(a->model)));
    cupel_json_name(&w, "rows");
    cupel_json_put_count(&w, a->n_rows);
    cupel_json_name(&w, "measured");
    cupel_json_put_count(&w, a->n_measured);
    cupel_json_name(&w, "measured_in_training");
    cupel_json_put_count(&w, a->n_in_training);
    put_sharing(&w, a);
    put(&w, a->is_class ? "log_loss" : "mae", a->error);
    put(&w, "mean_prediction", a->mean);
    cupel_json_name(&w, "groups");
    cupel_json_open(&w, '[');
    for (size_t g = 0; g < a->n_groups; g++) put_group(&w, a, &a->group[g]);
    cupel_json_close(&w, ']');
    cupel_json_name(&w, "clusters");
    cupel_json_open(&w, '[');
    for (size_t k = 0; k < a->n_clusters; k++) put_cluster(&w, a, &a->cluster[k]);
    cupel_json_close(&w, ']');
    put_text(&w, "nearest_by", nearness_name(a));
    cupel_json_name(&w, "explained");
    cupel_json_open(&w, '[');
    for (size_t i = 0; i < a->n_explained; i++) put_row(&w, a, &a->row[i]);
    cupel_json_close(&w, ']');
    cupel_json_name(&w, "partial");
    cupel_json_open(&w, '[');
    for (size_t i = 0; i < a->n_partial; i++) cupel_partial_json(&a->partial[i], &w);
    cupel_json_close(&w, ']');
    const cupel_status st = cupel_path_json(a->model, &w, err);
    cupel_json_close(&w, '}');
    cupel_str_putc(out, '\n');
    return st;
}

/* ---- for people ---- */

/* Clusters are marked a, b, c ... */
static char label(size_t k) { return k < 26 ? (char)('a' + k) : '*'; }

static void cluster_lines(const cupel_attribution *a, cupel_str *out)
{
    if (a->n_clusters) cupel_str_puts(out, "\nGroups that move together: what is said of one may be due to another, and only their sum is theirs.\n");
    for (size_t k = 0; k < a->n_clusters; k++) {
        const cupel_cluster *c = &a->cluster[k];
        cupel_str_addf(out, "(%c) ", label(k));
        if (!isnan(c->importance)) cupel_str_addf(out, "%.4g +- %.2g shuffled together, ", c->importance, c->deviation);
        if (!isnan(c->shapley)) cupel_str_addf(out, "|Shapley| %.4g, ", c->shapley);
        cupel_str_addf(out, "correlation from %.2f:", c->least);
        for (size_t g = 0; g < c->n; g++) cupel_str_addf(out, "%s %s", g ? "," : "", a->group[c->group[g]].name);
        cupel_str_putc(out, '\n');
    }
}

static void group_line(const cupel_attribution *a, const cupel_group *g, cupel_str *out)
{
    if (isnan(g->importance)) cupel_str_addf(out, "%20s", "");
    else cupel_str_addf(out, "%10.4g +-%7.2g", g->importance, g->deviation);
    if (!isnan(g->shapley)) cupel_str_addf(out, "  %10.4g", g->shapley);
    cupel_str_addf(out, "  %s", g->name);
    if (g->most && *g->most) cupel_str_addf(out, ", most its %s", g->most);
    for (size_t k = 0; k < a->n_clusters; k++)
        if (cluster_of(a, g) == &a->cluster[k]) cupel_str_addf(out, " (%c)", label(k));
    cupel_str_putc(out, '\n');
}

/* The groups with the largest of value [n_groups], those above a hundredth of the first, into list [most]; how many. */
static size_t largest(const cupel_attribution *a, const double *value, size_t most, size_t *list)
{
    size_t n = 0;
    while (n < most && n < a->n_groups) {
        size_t best = SIZE_MAX;
        for (size_t g = 0; g < a->n_groups; g++) {
            bool used = false;
            for (size_t k = 0; k < n; k++) used |= list[k] == g;
            if (!used && (best == SIZE_MAX || fabs(value[g]) > fabs(value[best]))) best = g;
        }
        if (best == SIZE_MAX || !(fabs(value[best]) > (n ? 0.01 * fabs(value[list[0]]) : 0))) break;
        list[n++] = best;
    }
    return n;
}

/* The groups that add most to a row, with the standard error where they are sampled. */
static void row_parts(const cupel_attribution *a, const cupel_explained *e, cupel_str *out)
{
    size_t list[PER_ROW];
    const size_t n = largest(a, e->shapley, PER_ROW, list);
    for (size_t k = 0; k < n; k++) {
        const double value = e->shapley[list[k]], error = e->shapley_error[list[k]];
        cupel_str_addf(out, "    %+.4g", value);
        if (!isnan(error)) cupel_str_addf(out, " +- %.2g", error);
        cupel_str_addf(out, "  %s%s\n", a->group[list[k]].name, fabs(value) < 2 * error ? " (the sign is not certain)" : "");
    }
}

/* What the model decided on the way, exactly. */
static void step_lines(const cupel_attribution *a, size_t i, cupel_str *out)
{
    for (size_t k = 0; k < a->n_steps; k++) {
        const cupel_explained_step *s = &a->step[k];
        const double *value = s->shapley + i * a->n_groups;
        if (s->scale == CUPEL_EXACT_OTHERS_LOG) continue; /* it says what the step before says */
        size_t list[PER_STEP];
        const size_t n = largest(a, value, PER_STEP, list);
        cupel_str_puts(out, "  exactly: ");
        cupel_attribution_step_of(a, s, out);
        cupel_str_addf(out, ": %.4g against %.4g", s->value[i], s->base);
        for (size_t j = 0; j < n; j++) cupel_str_addf(out, "%s %+.3g %s", j ? "," : ", by", value[list[j]], a->group[list[j]].name);
        cupel_str_putc(out, '\n');
    }
}

static void row_lines(const cupel_attribution *a, const cupel_explained *e, cupel_str *out)
{
    const char *gap = *a->unit ? " " : "";
    cupel_str_addf(out, "\n%s%s: %.5g%s%s (90 %%: %.5g to %.5g)%s%s\n", *e->formula ? e->formula : "row", e->condition, e->value, gap, a->unit,
                   e->lower, e->upper, e->in_domain ? "" : ", outside the training domain", e->imputed ? ", with imputed values" : "");
    if (of_value(a)) cupel_str_addf(out, "  against %.4g of rows of this table, by\n", e->base);
    else cupel_str_addf(out, "  %.4g against %.4g of rows of this table, by\n", shared_out(a, e), e->base);
    row_parts(a, e, out);
    step_lines(a, (size_t)(e - a->row), out);
    for (size_t k = 0; k < e->n_near; k++) {
        const cupel_known *known = &e->near[k].known;
        const double near = e->near[k].near;
        cupel_str_addf(out, "  near: %s%s measured %.5g%s%s, ", *known->formula ? known->formula : "a row",
                       cupel_model_condition(a->model, known->row), known->value, gap, a->unit);
        if (a->nearness == CUPEL_NEAR_LEAVES) cupel_str_addf(out, "weight %.3g %%", 100 * near);
        else if (a->nearness == CUPEL_NEAR_KERNEL) cupel_str_addf(out, "kernel %.3g", near);
        else cupel_str_addf(out, "%.3g deviations away", near);
        if (cupel_model_has_formulas(a->model)) cupel_str_addf(out, ", distance %.3g", known->distance);
        cupel_str_putc(out, '\n');
    }
}

static void sharing_lines(const cupel_attribution *a, cupel_str *out)
{
    cupel_str of = {0};
    cupel_attribution_of(a, &of);
    cupel_str_addf(out, "Shapley values of %s: ", cupel_str_text(&of));
    if (a->exact >= 1 && a->path) cupel_str_addf(out, "exact, along the branches of the trees (%zu rows of this table)\n", a->n_background);
    else if (a->exact >= 1) cupel_str_addf(out, "exact, against %zu rows of this table\n", a->n_background);
    else if (a->exact > 0)
        cupel_str_addf(out, "exact for trees that weigh %.0f %% in the prediction, sampled for the rest; against %zu rows of this table\n",
                       100 * a->exact, a->n_background);
    else cupel_str_addf(out, "sampled, against %zu rows of this table\n", a->n_background);
    if (a->follows > 0)
        cupel_str_addf(out, "(a sum that follows the predictions, with %.0f %% of their variance, is shared out exactly, and only the rest is "
                       "sampled)\n", 100 * a->follows);
    if (a->n_orders > 1)
        cupel_str_addf(out, "+- one standard error of %zu orders each way; four times as many (--orders) halve it\n", a->n_orders);
    if (a->n_steps) cupel_str_puts(out, "The value is the median of a mixture and no sum; what decides it is, and is shared out exactly below it.\n");
    cupel_str_free(&of);
}

void cupel_attribution_table(const cupel_attribution *a, cupel_str *out)
{
    const char *gap = *a->unit ? " " : "";
    cupel_str_addf(out, "%s%s%s%s by %s: %zu rows", a->property, *a->unit ? " [" : "", a->unit, *a->unit ? "]" : "",
                   cupel_surrogate_learner(cupel_model_surrogate(a->model)), a->n_rows);
    if (a->n_measured)
        cupel_str_addf(out, ", %zu measured (%zu of them known to the model), %s %.4g%s%s", a->n_measured, a->n_in_training,
                       a->is_class ? "log loss" : "mean absolute error", a->error, a->is_class ? "" : gap, a->is_class ? "" : a->unit);
    cupel_str_puts(out, "\n\n");
    if (a->n_measured && a->n_in_training * 2 > a->n_measured)
        cupel_str_puts(out,
                       "most of these rows were learned from: importance on them shows what the model uses, not what helps on new materials\n\n");
    cupel_str_addf(out, "%20s%s  %s\n", a->n_measured ? "error more, shuffled" : "", a->n_explained ? "   |Shapley|" : "", "what");
    for (size_t g = 0; g < a->n_groups && g < SHOWN; g++) group_line(a, &a->group[g], out);
    if (a->n_groups > SHOWN) cupel_str_addf(out, "and %zu more (--format json has all)\n", a->n_groups - SHOWN);
    cluster_lines(a, out);
    if (a->n_explained) cupel_str_putc(out, '\n'), sharing_lines(a, out);
    for (size_t i = 0; i < a->n_explained; i++) row_lines(a, &a->row[i], out);
    for (size_t i = 0; i < a->n_partial; i++) cupel_partial_text(&a->partial[i], a->property, a->unit, out);
}
