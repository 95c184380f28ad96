/* What can be had: structures that were tried and the demand, among what the bounds and the surrogate leave. */
#include "core/engine/micro/design_plots.h"

#include "core/engine/micro/samples.h"
#include "core/engine/report_text.h"
#include "core/math/small.h"

#include <math.h>
#include <string.h>

/* ---- axes ---- */

/* Hill's means; NaN where there is no compliance. */
double cupel_plot_modulus(const cupel_plot_view *v, cupel_shown_quantity q, const double *c)
{
    const cupel_ask a = {.kind = q == CUPEL_SHOW_BULK ? CUPEL_ASK_BULK : q == CUPEL_SHOW_SHEAR ? CUPEL_ASK_SHEAR : CUPEL_ASK_YOUNG};
    const cupel_micro_state state = {.c = c};
    return cupel_ask_value(v->p->d, &a, &state);
}

double cupel_plot_value(const cupel_plot_view *v, cupel_shown_quantity q, const cupel_tensors *t)
{
    double l[3];
    const cupel_micro_state state = cupel_tensors_state(v->p->d, t);
    switch (q) {
    case CUPEL_SHOW_FRACTION: return t->fraction[v->phase];
    case CUPEL_SHOW_ASKED: return cupel_ask_value(v->p->d, &v->p->d->ask[v->ask], &state);
    case CUPEL_SHOW_BULK:
    case CUPEL_SHOW_SHEAR:
    case CUPEL_SHOW_YOUNG: return cupel_plot_modulus(v, q, t->c);
    default: cupel_small_eigen(t->k, 3, l, NULL); return q == CUPEL_SHOW_K_LEAST ? l[0] : q == CUPEL_SHOW_K_MOST ? l[2] : (l[0] + l[1] + l[2]) / 3;
    }
}

/* The name of an axis, with its unit or without; returns what its values are to be multiplied with for that. */
static double name_of(const cupel_plot_view *v, cupel_shown_quantity q, bool with_unit, cupel_str *s)
{
    const cupel_micro_demand *d = v->p->d;
    static const char *const name[] = {"volume fraction", "mean ", "least ", "largest ",
                                       "bulk modulus",    "shear modulus",     "Young’s modulus"};
    const char *unit = "";
    double factor = 1;
    if (q == CUPEL_SHOW_ASKED)
        cupel_ask_title(&d->ask[v->ask], s, &unit, &factor);
    else
        cupel_str_addf(s, "%s%s", name[q], q != CUPEL_SHOW_FRACTION && q <= CUPEL_SHOW_K_MOST ? d->conduction->name : "");
    if (q == CUPEL_SHOW_FRACTION) cupel_str_addf(s, " of %s", d->phase[v->phase].name);
    const cupel_micro_shown *tensor = q <= CUPEL_SHOW_K_MOST ? &d->k_shown : &d->c_shown;
    if (q != CUPEL_SHOW_FRACTION && q != CUPEL_SHOW_ASKED) unit = tensor->unit, factor = tensor->factor;
    if (with_unit && *unit) cupel_str_addf(s, " [%s]", unit);
    return factor;
}

static const cupel_ask *whole_ask(const cupel_micro_demand *d, cupel_ask_kind kind)
{
    for (size_t i = 0; i < d->n_asks; i++) {
        bool open = !cupel_ask_of_limit(&d->ask[i]) || d->ask[i].kind != kind;
        for (size_t k = 0; !open && k < d->ask[i].order * d->ask[i].order; k++) open = isnan(d->ask[i].target[k]);
        if (!open) return &d->ask[i];
    }
    return NULL;
}

/* Where the demand is on an axis; false where it says nothing of it. */
static bool wanted(const cupel_plot_view *v, cupel_shown_quantity q, double *at)
{
    const cupel_micro_demand *d = v->p->d;
    const bool conduction = q == CUPEL_SHOW_K_MEAN || q == CUPEL_SHOW_K_LEAST || q == CUPEL_SHOW_K_MOST;
    const cupel_ask_kind kind = conduction ? CUPEL_ASK_CONDUCTIVITY : CUPEL_ASK_STIFFNESS;
    const cupel_ask *a = q == CUPEL_SHOW_FRACTION || q == CUPEL_SHOW_ASKED ? NULL : whole_ask(d, kind);
    cupel_tensors t = {.fraction = {0}};
    if (!a) return false;
    memcpy(conduction ? t.k : t.c, a->target, a->order * a->order * sizeof(double));
    *at = cupel_plot_value(v, q, &t);
    return true;
}

/* Whether a number that is asked for is what an axis shows. */
static bool is_shown(const cupel_ask *a, cupel_shown_quantity q)
{
    const bool along = a->extreme || a->direction[0] != 0 || a->direction[1] != 0 || a->direction[2] != 0;
    const bool scalar = a->component_scale == 0 && !a->per_density && !along;
    if (a->whole) return false;
    switch (q) {
    case CUPEL_SHOW_K_MEAN: return a->kind == CUPEL_ASK_CONDUCTIVITY && a->invariant == CUPEL_INVARIANT_MEAN;
    case CUPEL_SHOW_K_LEAST: return a->kind == CUPEL_ASK_CONDUCTIVITY && a->invariant == CUPEL_INVARIANT_SMALLEST;
    case CUPEL_SHOW_K_MOST: return a->kind == CUPEL_ASK_CONDUCTIVITY && a->invariant == CUPEL_INVARIANT_LARGEST;
    case CUPEL_SHOW_BULK: return a->kind == CUPEL_ASK_BULK && scalar;
    case CUPEL_SHOW_SHEAR: return a->kind == CUPEL_ASK_SHEAR && scalar;
    case CUPEL_SHOW_YOUNG: return a->kind == CUPEL_ASK_YOUNG && scalar;
    default: return false;
    }
}

/* What the demand says of an axis as a number: its window, infinite where open, and its goal; false where nothing. */
static bool asked_of(const cupel_plot_view *v, cupel_shown_quantity q, double *low, double *high, int *goal)
{
    const cupel_micro_demand *d = v->p->d;
    bool any = q == CUPEL_SHOW_FRACTION && (v->low > 0 || v->high < 1);
    *low = any ? v->low : -HUGE_VAL, *high = any ? v->high : HUGE_VAL, *goal = 0;
    for (size_t i = 0; i < d->n_asks; i++) {
        const cupel_ask *a = &d->ask[i];
        if (q == CUPEL_SHOW_ASKED ? i != v->ask : !is_shown(a, q)) continue;
        *low = fmax(*low, a->min), *high = fmin(*high, a->max), *goal = a->goal ? a->goal : *goal;
        any = true;
    }
    return any;
}

/* Whether a candidate counts for this view. */
bool cupel_plot_shows(const cupel_plot_view *v, const cupel_tensors *t)
{
    if (v->y == CUPEL_SHOW_ASKED && cupel_ask_is_statistic(&v->p->d->ask[v->ask])) return false;
    return t->fraction[v->phase] >= v->low && t->fraction[v->phase] <= v->high;
}

/* ---- the demand ---- */

/* Which end is better, inside the frame at that end. */
static void put_goal(const cupel_plot *f, bool y_axis, int goal, cupel_str *s)
{
    if (!goal) return;
    if (y_axis)
        cupel_str_addf(s, "<text class=\"goal halo\" x=\"%.1f\" y=\"%.1f\">%s is better</text>", f->left + 6,
                       goal > 0 ? f->top + 16 : f->top + f->height - 8, goal > 0 ? "↑ more" : "↓ less");
    else
        cupel_str_addf(s, "<text class=\"goal halo\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>",
                       goal > 0 ? f->left + f->width - 6 : f->left + 6, f->top + f->height - 24, goal > 0 ? "end" : "start",
                       goal > 0 ? "more is better →" : "← less is better");
}

/* What is asked of an axis as a number. Of a volume fraction the bounds end where it does. */
static void put_number(const cupel_plot_view *v, const cupel_plot *f, bool y_axis, cupel_str *s)
{
    const cupel_shown_quantity q = y_axis ? v->y : v->x;
    double low, high;
    int goal;
    if (!asked_of(v, q, &low, &high, &goal)) return;
    cupel_plot_window(f, y_axis, q != CUPEL_SHOW_FRACTION, low, high, s);
    put_goal(f, y_axis, goal, s);
}

static void put_demand(const cupel_plot_view *v, const cupel_plot *f, cupel_str *s)
{
    double x, y;
    put_number(v, f, false, s);
    put_number(v, f, true, s);
    if (wanted(v, v->y, &y) && !wanted(v, v->x, &x)) cupel_plot_window(f, true, false, y, y, s);
}

/* Above the structures tried, of which many are near it. */
static void put_target(const cupel_plot_view *v, const cupel_plot *f, cupel_str *s)
{
    double x, y;
    if (wanted(v, v->x, &x) && wanted(v, v->y, &y))
        cupel_str_addf(s, "<path class=\"target\" d=\"M%.1f %.1fh26m-13 -13v26\"/>", cupel_plot_x(f, x) - 13, cupel_plot_y(f, y));
}

/* ---- a plot ---- */

static void widen(double x, double *low, double *high)
{
    if (!isfinite(x)) return;
    *low = fmin(*low, x), *high = fmax(*high, x);
}

static cupel_plot frame_of(const cupel_plot_view *v)
{
    const cupel_designs *o = v->p->found;
    cupel_plot f = {.x0 = HUGE_VAL, .x1 = -HUGE_VAL, .y0 = HUGE_VAL, .y1 = -HUGE_VAL, .width = 400, .height = 290};
    double at, low, high;
    int goal;
    for (size_t i = 0; i < o->n_points; i++)
        widen(cupel_plot_value(v, v->x, &o->point[i].t), &f.x0, &f.x1), widen(cupel_plot_value(v, v->y, &o->point[i].t), &f.y0, &f.y1);
    for (size_t i = 0; i < o->n; i++)
        widen(cupel_plot_value(v, v->x, &o->one[i].limit), &f.x0, &f.x1), widen(cupel_plot_value(v, v->y, &o->one[i].limit), &f.y0, &f.y1);
    for (size_t i = 0; i < v->p->reach->n; i++) {
        const cupel_tensors *t = &v->p->reach->predicted[i];
        if (cupel_plot_shows(v, t)) widen(cupel_plot_value(v, v->x, t), &f.x0, &f.x1), widen(cupel_plot_value(v, v->y, t), &f.y0, &f.y1);
    }
    if (wanted(v, v->x, &at)) widen(at, &f.x0, &f.x1);
    if (wanted(v, v->y, &at)) widen(at, &f.y0, &f.y1);
    if (asked_of(v, v->x, &low, &high, &goal)) widen(low > 0 ? low : f.x0, &f.x0, &f.x1), widen(high, &f.x0, &f.x1);
    if (asked_of(v, v->y, &low, &high, &goal)) widen(low, &f.y0, &f.y1), widen(high, &f.y0, &f.y1);
    const bool negative_x = f.x0 < 0, negative_y = f.y0 < 0;
    const double x = fmax(0.12 * (f.x1 - f.x0), 1e-9 * fabs(f.x1)), y = fmax(0.12 * (f.y1 - f.y0), 1e-9 * fabs(f.y1));
    f.x0 -= x, f.x1 += x, f.y0 -= y, f.y1 += y;
    if (v->x == CUPEL_SHOW_FRACTION) f.x1 = fmin(f.x1, 1);
    if (!negative_x) f.x0 = fmax(f.x0, 0);
    if (!negative_y) f.y0 = fmax(f.y0, 0);
    return f;
}

/* What the surrogate learned from, where those are not structures tried here. */
static void put_learned(const cupel_plot_view *v, const cupel_plot *f, cupel_str *s)
{
    const cupel_reach *r = v->p->reach;
    for (size_t i = 0; v->p->d->surrogate && r->n && i < r->n_rows; i++)
        if (cupel_plot_shows(v, &r->truth[i]))
            cupel_plot_dot(f, cupel_plot_value(v, v->x, &r->truth[i]), cupel_plot_value(v, v->y, &r->truth[i]), 2.6, "learned", NULL, s);
}

static void put_points(const cupel_plot_view *v, const cupel_plot *f, cupel_str *s)
{
    const cupel_designs *o = v->p->found;
    double x[CUPEL_SHOWN], y[CUPEL_SHOWN];
    size_t n = o->n < CUPEL_SHOWN ? o->n : (size_t)CUPEL_SHOWN;
    for (size_t i = 0; i < o->n_points; i++) {
        unsigned char rgb[3];
        cupel_grid_colours_of(v->g, o->point[i].grid, rgb);
        cupel_plot_dot(f, cupel_plot_value(v, v->x, &o->point[i].t), cupel_plot_value(v, v->y, &o->point[i].t), 3, "tried", rgb, s);
    }
    for (size_t i = 0; i < n; i++) x[i] = cupel_plot_value(v, v->x, &o->one[i].limit), y[i] = cupel_plot_value(v, v->y, &o->one[i].limit);
    cupel_plot_numbers(f, x, y, n, s);
}

/* `region` says what is blue, where something is. */
static void put_view(const cupel_plot_view *v, const char *caption, const char *region, cupel_str *s)
{
    cupel_plot f = frame_of(v);
    cupel_str x = {0}, y = {0}, title = {0};
    if (!(f.x1 > f.x0) || !(f.y1 > f.y0)) return;
    const double by_x = name_of(v, v->x, true, &x), by_y = name_of(v, v->y, true, &y);
    cupel_plot shown = f;
    shown.x0 *= by_x, shown.x1 *= by_x, shown.y0 *= by_y, shown.y1 *= by_y;
    name_of(v, v->y, false, &title), cupel_str_puts(&title, " over "), name_of(v, v->x, false, &title);
    cupel_str_puts(s, "<figure>");
    cupel_plot_begin(&shown, cupel_str_text(&title), cupel_str_text(&x), cupel_str_text(&y), s);
    f.left = shown.left, f.top = shown.top;
    cupel_region_bounds(v, &f, s);
    const bool told = cupel_region_reach(v, &f, s);
    put_demand(v, &f, s);
    put_learned(v, &f, s);
    put_points(v, &f, s);
    put_target(v, &f, s);
    cupel_plot_end(s);
    cupel_str_addf(s, "<figcaption>%s%s", caption, v->bounded ? region : "");
    if (!told)
        cupel_str_addf(s, " No green: %zu structures are too few to tell this, the surrogate’s intervals are wide beside what they span.",
                       v->p->reach->n_rows);
    cupel_str_puts(s, "</figcaption></figure>\n");
    s->failed |= x.failed || y.failed || title.failed;
    cupel_str_free(&x), cupel_str_free(&y), cupel_str_free(&title);
}

static void put_views(cupel_plot_view *v, cupel_str *s)
{
    const cupel_micro_demand *d = v->p->d;
    for (size_t i = 0; i < d->n_asks; i++) {
        const cupel_ask_kind k = d->ask[i].kind;
        if (d->ask[i].whole || k == CUPEL_ASK_FRACTION || k == CUPEL_ASK_DENSITY || k == CUPEL_ASK_PRICE) continue;
        v->x = CUPEL_SHOW_FRACTION, v->y = CUPEL_SHOW_ASKED, v->ask = i;
        put_view(v, "What was asked for.", "", s);
    }
    if (d->needs_conduction) {
        v->x = CUPEL_SHOW_FRACTION, v->y = CUPEL_SHOW_K_MEAN;
        put_view(v, "Mean of the three eigenvalues.", " Pale blue: what the trace bounds leave at each volume fraction that the demand allows.", s);
        v->x = CUPEL_SHOW_K_LEAST, v->y = CUPEL_SHOW_K_MOST;
        put_view(v, "Least and largest eigenvalue.", " Pale blue: what the trace bounds leave, all allowed volume fractions together.", s);
    }
    if (d->needs_elasticity) {
        v->x = CUPEL_SHOW_FRACTION, v->y = CUPEL_SHOW_YOUNG;
        put_view(v, "Young’s modulus of the mean bulk and shear moduli.",
                 " Pale blue: between Reuss and Voigt, where the demand allows the volume fraction.", s);
        v->x = CUPEL_SHOW_BULK, v->y = CUPEL_SHOW_SHEAR;
        put_view(v, "Bulk and shear modulus (Hill’s means).", " Pale blue: between Reuss and Voigt, all allowed volume fractions together.", s);
    }
}

/* What is drawn beside the structures tried. */
static void put_keys(const cupel_design_page *p, const cupel_plot_view *v, cupel_str *s)
{
    bool target = false, number = v->low > 0 || v->high < 1;
    for (size_t i = 0; i < p->d->n_asks; i++)
        target = target || p->d->ask[i].whole, number = number || (!p->d->ask[i].whole && p->d->ask[i].kind != CUPEL_ASK_FRACTION);
    if (v->bounded) cupel_str_puts(s, "<span><span class=chip style=\"background:var(--band)\"></span>what the bounds leave</span> ");
    if (p->reach->n)
        cupel_str_addf(s, "<span><span class=chip style=\"background:var(--green);opacity:.5\"></span>by the surrogate of %zu structures</span> ",
                       p->reach->n_rows);
    if (p->reach->n && p->d->surrogate) cupel_str_puts(s, "<span><span class=ring></span>structures it learned from</span> ");
    cupel_str_puts(s, "<span><span class=disc>1</span>a design above</span> ");
    if (target) cupel_str_puts(s, "<span><b style=\"color:var(--vermilion)\">+</b> the tensor asked for</span> ");
    if (number) cupel_str_puts(s, "<span><span class=dash></span>an end of what is asked for, tinted inside</span>");
}

void cupel_design_page_attainable(const cupel_design_page *p, cupel_str *s)
{
    cupel_grid_colours g = {.n = 0};
    cupel_plot_view v = {.p = p, .g = &g, .phase = cupel_micro_page_hidden(p->d) == 1 ? 0 : 1};
    if (!p->found->n_points) {
        cupel_str_puts(s, "<section id=attainable><h2>What can be had</h2>\n<p>Nothing was tried: the budget had ended.</p></section>\n");
        return;
    }
    for (size_t i = 0; i < p->found->n_points; i++) cupel_grid_colours_note(&g, p->found->point[i].grid);
    cupel_region_open(&v);
    cupel_str_addf(
        s,
        "<section id=attainable><h2>What can be had</h2>\n<p>Every structure that was tried and the demand among them%s. Tried structures are "
        "as their grid shows them; numbers mark the designs above, extrapolated. ",
        v.bounded ? ", with the outer bounds that no arrangement of the phases can leave" : "");
    cupel_html(s, p->reach->words);
    cupel_str_puts(s, "</p>\n<p class=\"note chips\">");
    cupel_grid_colours_put(&g, s);
    put_keys(p, &v, s);
    cupel_str_puts(s, "</p>\n<div class=views>\n");
    put_views(&v, s);
    cupel_str_puts(s, "</div></section>\n");
}
