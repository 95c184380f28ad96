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

/* The name of an axis with its unit; returns what its values are to be multiplied with for that. */
static double name_of(const cupel_plot_view *v, cupel_shown_quantity q, cupel_str *s)
{
    const cupel_micro_demand *d = v->p->d;
    static const char *const name[] = {"volume fraction", "mean conductivity", "least conductivity", "largest conductivity",
                                       "bulk modulus",    "shear modulus",     "Young’s modulus"};
    const char *unit = "";
    double factor = 1;
    if (q == CUPEL_SHOW_ASKED)
        cupel_ask_title(&d->ask[v->ask], s, &unit, &factor);
    else
        cupel_str_puts(s, name[q]);
    if (q == CUPEL_SHOW_FRACTION) cupel_str_addf(s, " of %s", d->phase[v->phase].name);
    const cupel_micro_shown *tensor = q <= CUPEL_SHOW_K_MOST ? &d->k_shown : &d->c_shown;
    if (q != CUPEL_SHOW_FRACTION && q != CUPEL_SHOW_ASKED) unit = tensor->unit, factor = tensor->factor;
    if (*unit) cupel_str_addf(s, " [%s]", unit);
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

/* Whether a candidate counts for this view. */
bool cupel_plot_shows(const cupel_plot_view *v, const cupel_tensors *t)
{
    if (v->y == CUPEL_SHOW_ASKED && cupel_ask_is_statistic(&v->p->d->ask[v->ask])) return false;
    return t->fraction[v->phase] >= v->low && t->fraction[v->phase] <= v->high;
}

/* ---- the demand ---- */

/* A window of an axis as a pair of lines. */
static void put_window(const cupel_plot *f, bool y_axis, double low, double high, cupel_str *s)
{
    const double end[2] = {low, high}, x0 = y_axis ? f->y0 : f->x0, x1 = y_axis ? f->y1 : f->x1;
    for (int i = 0; i < 2; i++) {
        if (!(end[i] > x0 && end[i] < x1) || (i && low == high)) continue;
        if (y_axis)
            cupel_str_addf(s, "<path d=\"M%g %.2fh%g\" class=demanded></path>", cupel_plot_left, cupel_plot_y(f, end[i]), f->width);
        else
            cupel_str_addf(s, "<path d=\"M%.2f %gv%g\" class=demanded></path>", cupel_plot_x(f, end[i]), cupel_plot_top, f->height);
    }
}

static void put_demand(const cupel_plot_view *v, const cupel_plot *f, cupel_str *s)
{
    double x, y;
    const bool has_x = wanted(v, v->x, &x), has_y = wanted(v, v->y, &y);
    if (v->x == CUPEL_SHOW_FRACTION) put_window(f, false, v->low, v->high, s);
    if (v->y == CUPEL_SHOW_ASKED) put_window(f, true, v->p->d->ask[v->ask].min, v->p->d->ask[v->ask].max, s);
    if (has_y && !has_x) put_window(f, true, y, y, s);
    if (!has_x || !has_y) return;
    const double px = cupel_plot_x(f, x), py = cupel_plot_y(f, y);
    cupel_str_addf(s, "<path d=\"M%.2f %.2fh26m-13 -13v26\" style=\"stroke:var(--vermilion);stroke-width:1.8\"></path>", px - 13, py);
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
    cupel_plot f = {HUGE_VAL, -HUGE_VAL, HUGE_VAL, -HUGE_VAL, 450, 320, false};
    double at;
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
    if (v->x == CUPEL_SHOW_FRACTION) widen(v->low > 0 ? v->low : f.x0, &f.x0, &f.x1), widen(v->high < 1 ? v->high : f.x1, &f.x0, &f.x1);
    if (v->y == CUPEL_SHOW_ASKED) widen(v->p->d->ask[v->ask].min, &f.y0, &f.y1), widen(v->p->d->ask[v->ask].max, &f.y0, &f.y1);
    const double x = fmax(0.12 * (f.x1 - f.x0), 1e-9 * fabs(f.x1)), y = fmax(0.12 * (f.y1 - f.y0), 1e-9 * fabs(f.y1));
    f.x0 -= x, f.x1 += x, f.y0 -= y, f.y1 += y;
    if (v->x == CUPEL_SHOW_FRACTION) f.x0 = fmax(f.x0, 0), f.x1 = fmin(f.x1, 1);
    if (v->y != CUPEL_SHOW_ASKED) f.y0 = fmax(f.y0, 0), f.x0 = fmax(f.x0, 0);
    return f;
}

/* `region` says what is blue, where something is. */
static void put_view(const cupel_plot_view *v, const char *caption, const char *region, cupel_str *s)
{
    const cupel_designs *o = v->p->found;
    const cupel_plot f = frame_of(v);
    cupel_str x = {0}, y = {0};
    if (!(f.x1 > f.x0) || !(f.y1 > f.y0)) return;
    const double by_x = name_of(v, v->x, &x), by_y = name_of(v, v->y, &y);
    const cupel_plot shown = {by_x * f.x0, by_x * f.x1, by_y * f.y0, by_y * f.y1, f.width, f.height, f.log_y};
    cupel_str_puts(s, "<figure>");
    cupel_plot_open(&shown, "what can be had", cupel_str_text(&x), cupel_str_text(&y), s);
    cupel_region_bounds(v, &f, s);
    cupel_region_reach(v, &f, s);
    for (size_t i = 0; i < o->n_points; i++) {
        const double a = cupel_plot_value(v, v->x, &o->point[i].t), b = cupel_plot_value(v, v->y, &o->point[i].t);
        unsigned char rgb[3];
        cupel_grid_colours_of(v->g, o->point[i].grid, rgb);
        if (isfinite(a) && isfinite(b)) cupel_plot_dot(&f, a, b, rgb, 2.8, s);
    }
    for (size_t i = o->n < CUPEL_SHOWN ? o->n : (size_t)CUPEL_SHOWN; i-- > 0;) {
        const cupel_tensors *t = &o->one[i].limit;
        const double a = cupel_plot_x(&f, cupel_plot_value(v, v->x, t)), b = cupel_plot_y(&f, cupel_plot_value(v, v->y, t));
        cupel_str_addf(s, "<circle cx=%.2f cy=%.2f r=7 class=best></circle><text x=%.2f y=%.2f text-anchor=middle class=best-name>%zu</text>", a, b,
                       a, b + 3.5, i + 1);
    }
    put_demand(v, &f, s);
    cupel_plot_close(s);
    cupel_str_addf(s, "<figcaption>%s%s</figcaption></figure>\n", caption, v->bounded ? region : "");
    s->failed |= x.failed || y.failed;
    cupel_str_free(&x), cupel_str_free(&y);
}

static void put_views(cupel_plot_view *v, cupel_str *s)
{
    const cupel_micro_demand *d = v->p->d;
    if (d->needs_conduction) {
        v->x = CUPEL_SHOW_FRACTION, v->y = CUPEL_SHOW_K_MEAN;
        put_view(v, "Mean of the three eigenvalues.", " Blue: what the trace bounds leave at each volume fraction that the demand allows.", s);
        v->x = CUPEL_SHOW_K_LEAST, v->y = CUPEL_SHOW_K_MOST;
        put_view(v, "Least and largest eigenvalue.", " Blue: what the trace bounds leave, all allowed volume fractions together.", s);
    }
    if (d->needs_elasticity) {
        v->x = CUPEL_SHOW_FRACTION, v->y = CUPEL_SHOW_YOUNG;
        put_view(v, "Young’s modulus of the mean bulk and shear moduli.",
                 " Blue: between Reuss and Voigt, where the demand allows the volume fraction.", s);
        v->x = CUPEL_SHOW_BULK, v->y = CUPEL_SHOW_SHEAR;
        put_view(v, "Bulk and shear modulus (Hill’s means).", " Blue: between Reuss and Voigt, all allowed volume fractions together.", s);
    }
    for (size_t i = 0; i < d->n_asks; i++) {
        const cupel_ask_kind k = d->ask[i].kind;
        if (d->ask[i].whole || k == CUPEL_ASK_FRACTION || k == CUPEL_ASK_DENSITY || k == CUPEL_ASK_PRICE) continue;
        v->x = CUPEL_SHOW_FRACTION, v->y = CUPEL_SHOW_ASKED, v->ask = i;
        put_view(v, "What was asked for over the volume fraction; dashed: the ends of the windows.", "", s);
    }
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
    if (p->reach->n) cupel_str_puts(s, "<span><span class=chip style=\"background:var(--green);opacity:.5\"></span>by the surrogate</span> ");
    cupel_str_puts(s, "<span><b style=\"color:var(--vermilion)\">+</b> the demand</span></p>\n<div class=views>\n");
    put_views(&v, s);
    cupel_str_puts(s, "</div></section>\n");
}
