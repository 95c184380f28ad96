#include "core/base/err.h"
#include "core/engine/report_parts.h"
#include "core/engine/report_text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { POINTS = 3000 }; /* dots of a parity plot, and of the trade-off */

/* Five digits are more than a screen shows. */
static void put(cupel_json_out *w, double x)
{
    char b[32];
    double y;
    int n = snprintf(b, sizeof b, "%.5g", x);
    cupel_json_put_number(w, n > 0 && cupel_parse_double((cupel_text){b, (size_t)n}, &y) ? y : (double)NAN);
}

static void put_list(cupel_json_out *w, const char *name, const double *x, size_t n)
{
    cupel_json_name(w, name);
    cupel_json_open(w, '[');
    for (size_t i = 0; i < n; i++) put(w, x[i]);
    cupel_json_close(w, ']');
}

static void put_named(cupel_json_out *w, const char *name, double x)
{
    cupel_json_name(w, name);
    put(w, x);
}

static void put_string(cupel_json_out *w, const char *name, const char *text)
{
    cupel_json_name(w, name);
    cupel_json_put_text(w, cupel_text_of(text));
}

/* [formula, truth, value, lower, upper, inside], evenly chosen when there are too many. */
static void put_points(cupel_json_out *w, const cupel_report_model *m)
{
    size_t n = m->n < POINTS ? m->n : POINTS;
    cupel_json_name(w, "points");
    cupel_json_open(w, '[');
    for (size_t k = 0; k < n; k++) {
        size_t i = (size_t)((double)k * (double)m->n / (double)n);
        cupel_json_open(w, '[');
        cupel_json_put_text(w, cupel_text_of(m->formula[i]));
        put(w, m->truth[i]);
        put(w, m->value[i]);
        put(w, m->lower[i]);
        put(w, m->upper[i]);
        cupel_json_put_int(w, m->in_domain[i] != 0);
        cupel_json_close(w, ']');
    }
    cupel_json_close(w, ']');
}

static void put_counts(cupel_json_out *w, const char *name, const size_t *count, size_t n)
{
    cupel_json_name(w, name);
    cupel_json_open(w, '[');
    for (size_t i = 0; i < n; i++) cupel_json_put_int(w, (int64_t)count[i]);
    cupel_json_close(w, ']');
}

static void put_model(cupel_json_out *w, const cupel_report_model *m)
{
    const cupel_trust *t = &m->trust;
    cupel_json_open(w, '{');
    put_string(w, "property", m->property);
    cupel_str unit = {0};
    cupel_raised(&unit, m->unit);
    put_string(w, "unit", cupel_str_text(&unit));
    w->s->failed |= unit.failed;
    cupel_str_free(&unit);
    cupel_json_name(w, "n");
    cupel_json_put_int(w, (int64_t)m->n);
    cupel_json_name(w, "class");
    cupel_json_put_bool(w, m->is_class);
    put_points(w, m);
    if (m->is_class) {
        put_named(w, "low", t->class_low);
        put_named(w, "high", t->class_high);
        put_list(w, "predicted", t->predicted, 10);
        put_list(w, "happened", t->happened, 10);
        put_counts(w, "rows", t->in_bin, 10);
    } else {
        put_named(w, "mae", t->mae);
        put_named(w, "r2", t->r2);
        put_list(w, "level", t->level, CUPEL_TRUST_LEVELS);
        put_list(w, "all", t->observed[0], CUPEL_TRUST_LEVELS);
        put_list(w, "inside", t->observed[1], CUPEL_TRUST_LEVELS);
        put_list(w, "outside", t->observed[2], CUPEL_TRUST_LEVELS);
        put_named(w, "from", t->bin_from);
        put_named(w, "width", t->bin_width);
        put_counts(w, "bins", t->bin, CUPEL_TRUST_BINS);
    }
    cupel_json_close(w, '}');
}

/* --- trade-off: axes are properties, figures of constraints, chance and distance; a candidate is its formula, a column for each axis,
 * and its Pareto layer (0: none) --- */

typedef struct axis {
    double min, max; /* window, NaN or infinite where open */
    int64_t goal;    /* which end is better, as far as the demand says: -1, 0, 1 */
    bool asked;      /* it says so itself and not only by a limit */
    bool share;      /* a probability */
} axis;

static void put_axis(cupel_json_out *w, const char *name, const char *unit, axis a)
{
    cupel_str label = {0};
    cupel_str_addf(&label, "%s%s", name, *unit ? " [" : "");
    cupel_raised(&label, unit);
    cupel_str_puts(&label, *unit ? "]" : "");
    w->s->failed |= label.failed;
    cupel_json_open(w, '{');
    put_string(w, "label", cupel_str_text(&label));
    put_named(w, "min", a.min);
    put_named(w, "max", a.max);
    cupel_json_name(w, "goal");
    cupel_json_put_int(w, a.goal);
    cupel_json_name(w, "asked");
    cupel_json_put_bool(w, a.asked);
    cupel_json_name(w, "share");
    cupel_json_put_bool(w, a.share);
    cupel_json_close(w, '}');
    cupel_str_free(&label);
}

/* A class is shown by the probability of its larger value: more is better when the window holds that value alone, less when it holds the
 * other. */
static void put_class_axis(cupel_json_out *w, const cupel_result *q, size_t p, double min, double max)
{
    cupel_str name = {0};
    bool high = q->property_max[p] >= min && q->property_max[p] <= max, low = q->property_min[p] >= min && q->property_min[p] <= max;
    cupel_str_addf(&name, "probability of %s", q->property[p]);
    w->s->failed |= name.failed;
    put_axis(w, cupel_str_text(&name), "",
             (axis){.min = NAN, .max = NAN, .goal = (int64_t)high - (int64_t)low, .asked = high != low, .share = true});
    cupel_str_free(&name);
}

static void put_property_axis(cupel_json_out *w, const cupel_result *q, size_t p)
{
    double min = -HUGE_VAL, max = HUGE_VAL;
    int64_t goal = 0;
    for (size_t i = 0; i < q->n_requirements; i++) {
        if (q->requirement_property[i] != (int64_t)p) continue;
        min = fmax(min, q->requirement_min[i]);
        max = fmin(max, q->requirement_max[i]);
        if (q->requirement_goal[i]) goal = q->requirement_goal[i];
    }
    if (q->is_class[p]) {
        put_class_axis(w, q, p, min, max);
        return;
    }
    bool asked = goal != 0 || isfinite(min) != isfinite(max);
    if (!goal && asked) goal = isfinite(min) ? 1 : -1; /* in a window the middle is best: no end is */
    put_axis(w, q->property[p], q->unit[p], (axis){.min = min, .max = max, .goal = goal, .asked = asked});
}

/* What has a ceiling is the better the less there is of it. */
static int64_t better_end(const cupel_result *q, size_t c)
{
    if (q->constraint_goal[c]) return q->constraint_goal[c];
    return strstr(q->constraint_words[c], "at most ") ? -1 : strstr(q->constraint_words[c], "at least ") ? 1 : 0;
}

static void put_axes(cupel_json_out *w, const cupel_result *q)
{
    cupel_json_name(w, "axes");
    cupel_json_open(w, '[');
    for (size_t p = 0; p < q->n_properties; p++) put_property_axis(w, q, p);
    for (size_t c = 0; c < q->n_constraints; c++)
        if (q->constraint_column[c][0])
            put_axis(w, q->constraint_column[c], "",
                     (axis){.min = NAN, .max = NAN, .goal = better_end(q, c), .asked = q->constraint_goal[c] != 0});
    if (cupel_result_can_miss_any(q)) put_axis(w, "chance to meet the demand", "", (axis){.min = NAN, .max = NAN, .goal = 1, .share = true});
    put_axis(w, "distance to the training domain", "", (axis){.min = NAN, .max = 1, .goal = -1});
    cupel_json_close(w, ']');
}

static void put_candidate(cupel_json_out *w, const cupel_result *q, const cupel_shortlist *l, size_t i)
{
    double worst = 0;
    cupel_json_open(w, '[');
    cupel_json_put_text(w, cupel_text_of(l->formula[i]));
    for (size_t p = 0; p < q->n_properties; p++) {
        put(w, l->value[i * q->n_properties + p]);
        worst = fmax(worst, l->distance[i * q->n_properties + p]);
    }
    for (size_t c = 0; c < q->n_constraints; c++)
        if (q->constraint_column[c][0]) put(w, l->figure[i * q->n_constraints + c]);
    if (cupel_result_can_miss_any(q)) put(w, l->probability[i]);
    put(w, worst);
    cupel_json_put_int(w, l->layer ? l->layer[i] : 0);
    cupel_json_close(w, ']');
}

static void put_candidates(cupel_json_out *w, const cupel_result *q, const cupel_shortlist *l, const char *name)
{
    cupel_json_name(w, name);
    cupel_json_open(w, '[');
    for (size_t i = 0; i < l->n && i < POINTS; i++) put_candidate(w, q, l, i);
    cupel_json_close(w, ']');
}

cupel_status cupel_report_figures(const cupel_report *r, cupel_str *json, cupel_err *err)
{
    cupel_json_out w = {.s = json, .compact = true};
    cupel_json_open(&w, '{');
    cupel_json_name(&w, "models");
    cupel_json_open(&w, '[');
    for (size_t i = 0; i < r->n_models; i++) put_model(&w, &r->model[i]);
    cupel_json_close(&w, ']');
    cupel_json_name(&w, "chance");
    cupel_json_put_bool(&w, cupel_result_can_miss_any(r->result));
    put_axes(&w, r->result);
    put_candidates(&w, r->result, &r->result->sample, "sample");
    put_candidates(&w, r->result, &r->result->rows, "rows");
    cupel_json_close(&w, '}');
    return json->failed ? cupel_no_memory(err, "the figures of the report", json->n) : CUPEL_OK;
}
