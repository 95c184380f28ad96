/* The section that says why candidates are predicted as they are: parts of a prediction, the training materials behind it, sweeps of elements. */
#include "core/engine/report_parts.h"
#include "core/engine/report_text.h"

#include <math.h>

enum { GROUPS = 10, SHOWN = 4, NEAR = 3 }; /* rows and candidates of the tables */
enum { WIDE = 460, HIGH = 240, LEFT = 52, RIGHT = 12, TOP = 10, BOTTOM = 40, MARKS = 20 }; /* of a sweep, px */

static size_t shown(const cupel_attribution *a) { return a->n_explained < SHOWN ? a->n_explained : SHOWN; }

/* ---- parts ---- */

static void put_signed(cupel_str *s, double x, double resolution)
{
    if (!(fabs(x) > 0.01 * resolution)) {
        cupel_str_puts(s, "<td class=num>0");
        return;
    }
    cupel_str_addf(s, "<td class=\"num %s\">%s", x > 0 ? "up" : "down", x > 0 ? "+" : "");
    cupel_html_value(s, x, resolution);
}

static void put_group(const cupel_attribution *a, const cupel_group *g, size_t at, double most, cupel_str *s)
{
    cupel_str_puts(s, "<tr><th scope=row>");
    cupel_html(s, g->name);
    for (size_t k = 0; k < a->n_clusters; k++)
        for (size_t i = 0; i < a->cluster[k].n; i++)
            if (a->cluster[k].group[i] == at) cupel_str_addf(s, " <span class=note>(%c)</span>", (char)('a' + (k < 26 ? k : 25)));
    cupel_str_addf(s, "<td class=bar-cell><div class=bar><i style=\"width:%.1f%%\"></i></div><td class=num>", most > 0 ? 100 * g->shapley / most : 0);
    cupel_html_value(s, g->shapley, most / 10);
    for (size_t i = 0; i < shown(a); i++) put_signed(s, a->row[i].shapley[at], most / 10);
}

static void put_sum(const cupel_attribution *a, const char *name, bool with_parts, cupel_str *s)
{
    cupel_str_addf(s, "<tr><th scope=row>%s<td><td>", name);
    for (size_t i = 0; i < shown(a); i++) {
        double x = a->row[i].base;
        for (size_t g = 0; with_parts && g < a->n_groups; g++) x += a->row[i].shapley[g];
        cupel_str_puts(s, "<td class=num>");
        cupel_html_value(s, x, a->n_groups ? a->group[0].shapley / 10 : 0);
    }
}

static void put_others(const cupel_attribution *a, double most, cupel_str *s)
{
    if (a->n_groups <= GROUPS) return;
    cupel_str_addf(s, "<tr><th scope=row>%zu others together<td><td>", a->n_groups - GROUPS);
    for (size_t i = 0; i < shown(a); i++) {
        double x = 0;
        for (size_t g = GROUPS; g < a->n_groups; g++) x += a->row[i].shapley[g];
        put_signed(s, x, most / 10);
    }
}

static void put_clusters(const cupel_attribution *a, cupel_str *s)
{
    if (!a->n_clusters) return;
    cupel_str_puts(s, "<p class=note>Marked with one letter: properties that move together (correlation from 0.9); what is put down to one of them "
                      "may be due to another, and only their sum is theirs.</p>\n");
}

static void put_parts(const cupel_attribution *a, cupel_str *s)
{
    cupel_str of = {0};
    const double most = a->n_groups ? a->group[0].shapley : 0;
    cupel_attribution_of(a, &of);
    cupel_str_puts(s, "<p>What each property adds to the prediction (");
    cupel_html_raised(s, cupel_str_text(&of));
    cupel_str_addf(s, "), against %zu measured materials: Shapley values, %s. The bar is the mean size over the first %zu candidates.</p>\n"
                      "<div class=scroll><table class=\"plain why\"><thead><tr><th>property<th><th class=num>mean size", a->n_rows,
                   cupel_attribution_kind(a), a->n_explained);
    for (size_t i = 0; i < shown(a); i++) {
        cupel_str_puts(s, "<th class=num>");
        cupel_html_formula(s, a->row[i].formula);
    }
    cupel_str_puts(s, "<tbody>\n");
    put_sum(a, a->exact >= 1 ? "mean of the measured materials" : "mean of those drawn to compare with", false, s);
    for (size_t g = 0; g < a->n_groups && g < GROUPS; g++) put_group(a, &a->group[g], g, most, s);
    put_others(a, most, s);
    put_sum(a, "prediction", true, s);
    cupel_str_puts(s, "</table></div>\n");
    put_clusters(a, s);
    cupel_str_free(&of);
}

/* ---- neighbours ---- */

static void put_near(const cupel_attribution *a, const cupel_near_row *near, cupel_str *s)
{
    cupel_str_puts(s, "<td>");
    cupel_html_formula(s, near->known.formula);
    cupel_str_puts(s, " ");
    cupel_html_value(s, near->known.value, 0);
    cupel_str_puts(s, " <span class=note>");
    if (a->nearness == CUPEL_NEAR_LEAVES) cupel_html_percent(s, near->near);
    else cupel_html_value(s, near->near, 0.01);
    cupel_str_puts(s, "</span>");
}

static void put_neighbours(const cupel_attribution *a, cupel_str *s)
{
    bool any = false;
    for (size_t i = 0; i < shown(a); i++) any |= a->row[i].n_near > 0;
    if (!any) return;
    cupel_str_puts(s, "<p>The measured materials that decide, with their values");
    if (*a->unit) {
        cupel_str_puts(s, " in ");
        cupel_html_raised(s, a->unit);
    }
    cupel_str_puts(s, a->nearness == CUPEL_NEAR_LEAVES ? " and the weight that the trees give them" :
                      a->nearness == CUPEL_NEAR_KERNEL ? " and the kernel between the two, 1 for the same" :
                                                         " and how far they are, in standard deviations of the columns");
    cupel_str_puts(s, ":</p>\n<div class=scroll><table class=plain><thead><tr><th>candidate<th>first<th>second<th>third<tbody>\n");
    for (size_t i = 0; i < shown(a); i++) {
        cupel_str_puts(s, "<tr><th scope=row>");
        cupel_html_formula(s, a->row[i].formula);
        for (size_t k = 0; k < NEAR && k < a->row[i].n_near; k++) put_near(a, &a->row[i].near[k], s);
    }
    cupel_str_puts(s, "</table></div>\n");
}

/* ---- sweeps ---- */

typedef struct frame {
    const cupel_partial *p;
    double low, high;
} frame;

static double across(const frame *f, double x)
{
    const double from = f->p->at[0], to = f->p->at[f->p->n - 1];
    return LEFT + (x - from) / (to - from) * (WIDE - LEFT - RIGHT);
}

static double down(const frame *f, double y) { return TOP + (f->high - y) / (f->high - f->low) * (HIGH - TOP - BOTTOM); }

/* Where most candidates are outside the domain. */
static void put_far(const frame *f, cupel_str *s)
{
    const cupel_partial *p = f->p;
    const double half = (p->at[1] - p->at[0]) / 2;
    for (size_t q = 0, end; q < p->n; q = end + 1) {
        for (end = q; end < p->n && p->line[0].inside[end] < 0.5; end++) {}
        if (end == q) continue;
        const double from = across(f, fmax(p->at[q] - half, p->at[0])), to = across(f, fmin(p->at[end - 1] + half, p->at[p->n - 1]));
        cupel_str_addf(s, "<rect class=far x=%.1f y=%d width=%.1f height=%d />", from, TOP, to - from, HIGH - TOP - BOTTOM);
    }
}

/* A mark at a whole number of steps, -0 and rounding noise as 0. */
static double mark(double x, double step) { return fabs(x) < 1e-9 * step ? 0 : x; }

static void put_axes(const frame *f, const char *what, cupel_str *s)
{
    const double from = f->p->at[0], to = f->p->at[f->p->n - 1], up = cupel_tick(f->high - f->low), right = cupel_tick(to - from);
    for (int k = 0; k < MARKS && (ceil(f->low / up) + k) * up <= f->high; k++) {
        const double y = (ceil(f->low / up) + k) * up;
        cupel_str_addf(s, "<line class=grid x1=%d x2=%d y1=%.1f y2=%.1f /><text x=%d y=%.1f text-anchor=end>%.5g</text>", LEFT, WIDE - RIGHT,
                       down(f, y), down(f, y), LEFT - 6, down(f, y) + 4, mark(y, up));
    }
    for (int k = 0; k < MARKS && (ceil(from / right) + k) * right <= to; k++) {
        const double x = (ceil(from / right) + k) * right;
        cupel_str_addf(s, "<text x=%.1f y=%d text-anchor=middle>%.5g</text>", across(f, x), HIGH - BOTTOM + 16, mark(x, right));
    }
    cupel_str_addf(s, "<text x=%d y=%d text-anchor=middle>", (LEFT + WIDE - RIGHT) / 2, HIGH - 6);
    cupel_html(s, what);
    cupel_str_puts(s, "</text>");
}

/* A path over the points that have a value. */
static void put_path(const frame *f, const double *y, const char *kind, cupel_str *s)
{
    bool drawn = false;
    cupel_str_addf(s, "<path class=%s d=\"", kind);
    for (size_t q = 0; q < f->p->n; q++) {
        if (!isnan(y[q])) cupel_str_addf(s, "%s%.1f %.1f", drawn ? "L" : "M", across(f, f->p->at[q]), down(f, y[q]));
        drawn = !isnan(y[q]);
    }
    cupel_str_puts(s, "\"/>");
}

static void put_band(const frame *f, const cupel_partial_line *l, cupel_str *s)
{
    size_t n = 0;
    for (size_t q = 0; q < f->p->n; q++) n += !isnan(l->lower[q]) && !isnan(l->upper[q]);
    if (n < f->p->n) return;
    cupel_str_puts(s, "<path class=band d=\"");
    for (size_t q = 0; q < f->p->n; q++) cupel_str_addf(s, "%s%.1f %.1f", q ? "L" : "M", across(f, f->p->at[q]), down(f, l->upper[q]));
    for (size_t q = f->p->n; q-- > 0;) cupel_str_addf(s, "L%.1f %.1f", across(f, f->p->at[q]), down(f, l->lower[q]));
    cupel_str_puts(s, "Z\"/>");
}

static frame frame_of(const cupel_partial *p)
{
    frame f = {.p = p, .low = INFINITY, .high = -INFINITY};
    for (size_t i = 0; i < p->n_lines && i <= SHOWN; i++)
        for (size_t q = 0; q < p->n; q++) {
            f.low = fmin(f.low, i ? p->line[i].value[q] : fmin(p->line[i].lower[q], p->line[i].value[q]));
            f.high = fmax(f.high, i ? p->line[i].value[q] : fmax(p->line[i].upper[q], p->line[i].value[q]));
        }
    if (!(f.low < f.high)) f.high = f.low + 1;
    return f;
}

/* Where the row itself is, on its own line. */
static void put_own(const frame *f, const cupel_partial_line *l, cupel_str *s)
{
    const cupel_partial *p = f->p;
    for (size_t q = 0; q + 1 < p->n; q++) {
        if (!(p->at[q] <= l->own && l->own <= p->at[q + 1])) continue;
        const double t = (l->own - p->at[q]) / (p->at[q + 1] - p->at[q]), y = l->value[q] + t * (l->value[q + 1] - l->value[q]);
        if (isnan(y)) return;
        cupel_str_addf(s, "<circle cx=%.1f cy=%.1f r=3><title>", across(f, l->own), down(f, y));
        cupel_html(s, l->formula);
        cupel_str_puts(s, "</title></circle>");
        return;
    }
}

static void put_sweep(const cupel_attribution *a, const cupel_partial *p, cupel_str *s)
{
    const frame f = frame_of(p);
    cupel_str label = {0};
    if (!isfinite(f.low) || !isfinite(f.high)) return;
    cupel_str_addf(&label, "atomic fraction of %s", p->name);
    cupel_str_addf(s, "<figure class=sweep><svg viewBox=\"0 0 %d %d\" role=img aria-label=\"", WIDE, HIGH);
    cupel_html(s, a->property);
    cupel_str_puts(s, " by the ");
    cupel_html(s, cupel_str_text(&label));
    cupel_str_puts(s, "\">");
    put_band(&f, &p->line[0], s);
    put_far(&f, s);
    put_axes(&f, cupel_str_text(&label), s);
    for (size_t i = 1; i < p->n_lines && i <= SHOWN; i++) put_path(&f, p->line[i].value, "one", s);
    put_path(&f, p->line[0].value, "mean", s);
    for (size_t i = 1; i < p->n_lines && i <= SHOWN; i++) put_own(&f, &p->line[i], s);
    cupel_str_puts(s, "</svg><figcaption><b>");
    cupel_html(s, a->property);
    cupel_str_puts(s, " by the share of ");
    cupel_html(s, p->name);
    cupel_str_addf(s, ".</b> The other elements keep their ratios. Thick: mean of %zu candidates with its 90 %% interval; thin: the first "
                      "candidates, a dot where each one is; shaded: most of them are outside the training domain.</figcaption></figure>\n", p->rows);
    cupel_str_free(&label);
}

/* ---- the section ---- */

static void put_model(const cupel_report_model *m, cupel_str *s)
{
    const cupel_attribution *a = m->why;
    cupel_str_puts(s, "<h3>");
    cupel_html(s, m->property);
    cupel_str_puts(s, "</h3>\n");
    put_parts(a, s);
    put_neighbours(a, s);
    if (a->n_partial) cupel_str_puts(s, "<div class=figures>\n");
    for (size_t k = 0; k < a->n_partial; k++) put_sweep(a, &a->partial[k], s);
    if (a->n_partial) cupel_str_puts(s, "</div>\n");
}

bool cupel_report_has_why(const cupel_report *r)
{
    bool any = false;
    for (size_t i = 0; i < r->n_models; i++) any |= r->model[i].why && r->model[i].why->n_explained;
    return any;
}

/* Of a model that is not explained here, why. */
static void put_why_not(const cupel_report_model *m, cupel_str *s)
{
    cupel_str_puts(s, "<p class=note>Of ");
    cupel_html(s, m->property);
    if (*m->columns) {
        cupel_str_puts(s, " nothing is said here: its model takes columns of a table too (");
        cupel_html(s, m->columns);
        cupel_str_puts(s, "), and this page compares candidates by their formulas alone. <code>cupel explain</code> with the model file and "
                          "ranking.csv says it of the candidates. Their values there are the model's own: how much each property matters needs a "
                          "table of measured ones.</p>\n");
    } else {
        cupel_str_puts(s, " nothing is said here: its model takes no formulas.</p>\n");
    }
}

void cupel_report_why(const cupel_report *r, cupel_str *s)
{
    if (!r->n_models || !r->result->rows.n) return;
    cupel_str_puts(s, "<section id=why><h2>Why these values</h2>\n");
    for (size_t i = 0; i < r->n_models; i++) {
        if (r->model[i].why && r->model[i].why->n_explained) put_model(&r->model[i], s);
        else put_why_not(&r->model[i], s);
    }
    cupel_str_puts(s, "</section>\n");
}
