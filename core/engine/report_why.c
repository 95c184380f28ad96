/* The section that says why candidates are predicted as they are: parts of a prediction, the training materials behind it, sweeps of elements. */
#include "core/engine/plot.h"
#include "core/engine/report_parts.h"
#include "core/engine/report_text.h"

#include <math.h>

enum { GROUPS = 10, SHOWN = 4, NEAR = 3 }; /* rows and candidates of the tables */
enum { WIDE = 400, HIGH = 200 }; /* of a sweep, px */

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
    cupel_str_addf(s, "<tr><th scope=row>%s<td class=bar-cell><td>", name);
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
    cupel_str_addf(s, "<tr><th scope=row>%zu others together<td class=bar-cell><td>", a->n_groups - GROUPS);
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
                      "<div class=scroll><table class=\"plain why\"><thead><tr><th>property<th class=bar-cell><th class=num>mean size", a->n_rows,
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
    cupel_html_given(s, near->known.value);
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

/* Where most candidates are outside the domain. */
static void put_far(const cupel_plot *f, const cupel_partial *p, cupel_str *s)
{
    const double half = (p->at[1] - p->at[0]) / 2;
    for (size_t q = 0, end; q < p->n; q = end + 1) {
        for (end = q; end < p->n && p->line[0].inside[end] < 0.5; end++) {}
        if (end == q) continue;
        const double from = cupel_plot_x(f, fmax(p->at[q] - half, p->at[0])), to = cupel_plot_x(f, fmin(p->at[end - 1] + half, p->at[p->n - 1]));
        cupel_str_addf(s, "<rect class=\"far\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>", from, f->top, to - from, f->height);
    }
}

static void put_band(const cupel_plot *f, const cupel_partial *p, cupel_str *s)
{
    const cupel_partial_line *l = &p->line[0];
    size_t n = 0;
    for (size_t q = 0; q < p->n; q++) n += !isnan(l->lower[q]) && !isnan(l->upper[q]);
    if (n == p->n) cupel_plot_band(f, p->at, l->lower, l->upper, p->n, "band", s);
}

static cupel_plot frame_of(const cupel_partial *p)
{
    cupel_plot f = {.x0 = p->at[0], .x1 = p->at[p->n - 1], .y0 = INFINITY, .y1 = -INFINITY, .width = WIDE, .height = HIGH};
    for (size_t i = 0; i < p->n_lines && i <= SHOWN; i++)
        for (size_t q = 0; q < p->n; q++) {
            f.y0 = fmin(f.y0, i ? p->line[i].value[q] : fmin(p->line[i].lower[q], p->line[i].value[q]));
            f.y1 = fmax(f.y1, i ? p->line[i].value[q] : fmax(p->line[i].upper[q], p->line[i].value[q]));
        }
    if (!(f.y0 < f.y1)) f.y1 = f.y0 + 1;
    return f;
}

/* Where the row itself is, on its own line. */
static void put_own(const cupel_plot *f, const cupel_partial *p, const cupel_partial_line *l, cupel_str *s)
{
    for (size_t q = 0; q + 1 < p->n; q++) {
        if (!(p->at[q] <= l->own && l->own <= p->at[q + 1])) continue;
        const double t = (l->own - p->at[q]) / (p->at[q + 1] - p->at[q]), y = l->value[q] + t * (l->value[q + 1] - l->value[q]);
        if (isnan(y)) return;
        cupel_str_puts(s, "<g><title>");
        cupel_html(s, l->formula);
        cupel_str_puts(s, "</title>");
        cupel_plot_dot(f, l->own, y, 3, "own", NULL, s);
        cupel_str_puts(s, "</g>");
        return;
    }
}

static void put_sweep(const cupel_attribution *a, const cupel_partial *p, cupel_str *s)
{
    cupel_plot f = frame_of(p);
    cupel_str title = {0}, x = {0}, y = {0};
    if (!isfinite(f.y0) || !isfinite(f.y1)) return;
    cupel_str_addf(&title, "%s by the share of %s", a->property, p->name);
    cupel_str_addf(&x, "atomic fraction of %s", p->name);
    cupel_str_addf(&y, *a->unit ? "%s [%s]" : "%s", a->property, a->unit);
    cupel_str_puts(s, "<figure class=sweep>");
    cupel_plot_begin(&f, cupel_str_text(&title), cupel_str_text(&x), cupel_str_text(&y), s);
    put_band(&f, p, s);
    put_far(&f, p, s);
    for (size_t i = 1; i < p->n_lines && i <= SHOWN; i++) cupel_plot_line(&f, p->at, p->line[i].value, p->n, "one", s);
    cupel_plot_line(&f, p->at, p->line[0].value, p->n, "mean", s);
    for (size_t i = 1; i < p->n_lines && i <= SHOWN; i++) put_own(&f, p, &p->line[i], s);
    cupel_plot_end(s);
    cupel_str_puts(s, "</figure>\n");
    s->failed |= title.failed || x.failed || y.failed;
    cupel_str_free(&title), cupel_str_free(&x), cupel_str_free(&y);
}

static void put_sweeps(const cupel_attribution *a, cupel_str *s)
{
    if (!a->n_partial) return;
    cupel_str_addf(s, "<p>The prediction as the share of one element goes up, the others in their ratios:</p>\n<p class=\"note chips\"><span><span "
                      "class=\"dash whole\"></span>mean of %zu candidates</span> <span><span class=chip style=\"background:var(--band)\"></span>its "
                      "90 %% interval</span> <span><span class=\"dash thin\"></span>the first candidates, a dot where each one is</span> <span><span "
                      "class=\"chip far\"></span>most of them are outside the training domain</span></p>\n<div class=figures>\n", a->partial[0].rows);
    for (size_t k = 0; k < a->n_partial; k++) put_sweep(a, &a->partial[k], s);
    cupel_str_puts(s, "</div>\n");
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
    put_sweeps(a, s);
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
