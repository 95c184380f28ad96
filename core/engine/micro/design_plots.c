/* How the search of a design came near. */
#include "core/engine/micro/design_plots.h"

#include "core/engine/micro/after.h"
#include "core/engine/micro/clock.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { NAMES_MAX = 64 };

/* ---- grids as colours ---- */

void cupel_grid_colours_note(cupel_grid_colours *g, size_t edge)
{
    size_t i = 0;
    while (i < g->n && g->edge[i] < edge) i++;
    if ((i < g->n && g->edge[i] == edge) || g->n == CUPEL_GRID_COLOURS) return;
    memmove(g->edge + i + 1, g->edge + i, (g->n - i) * sizeof *g->edge);
    g->edge[i] = edge;
    g->n++;
}

void cupel_grid_colours_of(const cupel_grid_colours *g, size_t edge, unsigned char rgb[3])
{
    size_t i = 0;
    while (i + 1 < g->n && g->edge[i] < edge) i++;
    cupel_view_colour(g->n > 1 ? 0.12 + 0.78 * (double)i / (double)(g->n - 1) : 0.3, rgb);
}

void cupel_grid_colours_put(const cupel_grid_colours *g, cupel_str *s)
{
    for (size_t i = 0; i < g->n; i++) {
        unsigned char rgb[3];
        cupel_grid_colours_of(g, g->edge[i], rgb);
        cupel_str_addf(s, "<span><span class=chip style=\"background:#%02x%02x%02x\"></span>%zu voxels an edge</span> ", rgb[0], rgb[1], rgb[2],
                       g->edge[i]);
    }
}

/* ---- convergence ---- */

/* Starts without noise share the seed of the demand. */
static bool same_curve(const cupel_design_step *a, const cupel_design_step *b)
{
    return a->seed == b->seed && a->start == b->start && strcmp(a->family, b->family) == 0;
}

static double height_of(double cost) { return log10(fmax(cost, 1e-3)); }

/* What was looked at stands by itself. */
static bool begins_curve(const cupel_designs *o, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (!o->step[k].look && same_curve(&o->step[k], &o->step[i])) return false;
    return !o->step[i].look;
}

/* The line of the curve that step `first` begins. */
static void put_curve(const cupel_designs *o, size_t first, const cupel_plot *f, cupel_str *s)
{
    cupel_str_puts(s, "<path class=\"one\" d=\"");
    for (size_t i = first; i < o->n_steps; i++)
        if (!o->step[i].look && same_curve(&o->step[first], &o->step[i]))
            cupel_str_addf(s, "%c%.1f %.1f", i == first ? 'M' : 'L', cupel_plot_x(f, (double)o->step[i].solves),
                           cupel_plot_y(f, height_of(o->step[i].cost)));
    cupel_str_puts(s, "\"/>");
}

/* A name on the plot: its middle at x and its foot at y, px. */
typedef struct name {
    double x, y, half;
} name;

/* No other name and no dot below it. */
static bool is_free(const cupel_designs *o, const cupel_plot *f, const name *put, size_t n, name one)
{
    for (size_t i = 0; i < n; i++)
        if (fabs(put[i].x - one.x) <= put[i].half + one.half && fabs(put[i].y - one.y) <= 15) return false;
    for (size_t i = 0; i < o->n_steps; i++) {
        const double x = cupel_plot_x(f, (double)o->step[i].solves), y = cupel_plot_y(f, height_of(o->step[i].cost));
        if (fabs(x - one.x) <= one.half + 4 && y > one.y - 14 && y < one.y + 6) return false;
    }
    return true;
}

/* The names of the curves, above or below where each ends: of those that would lie over one another the one of the later curve. */
static void put_names(const cupel_designs *o, const cupel_plot *f, cupel_str *s)
{
    static const double beside[] = {-9, 20, -24, 35};
    name put[NAMES_MAX];
    size_t n = 0;
    bool several = false; /* families */
    for (size_t i = 1; i < o->n_steps; i++) several = several || strcmp(o->step[0].family, o->step[i].family) != 0;
    for (size_t k = o->n_steps; k-- && n < NAMES_MAX;) {
        const cupel_design_step *last = &o->step[k];
        bool ends = true;
        for (size_t i = k + 1; i < o->n_steps; i++) ends = ends && !same_curve(last, &o->step[i]);
        char text[96];
        snprintf(text, sizeof text, "%s%sseed %llu", several ? last->family : "", several ? ", " : "", (unsigned long long)last->seed);
        const double half = 3.9 * (double)strlen(text), left = f->left + half, right = f->left + f->width - half;
        for (size_t i = 0; ends && i < sizeof beside / sizeof *beside; i++) {
            const double y = cupel_plot_y(f, height_of(last->cost)) + beside[i];
            const name one = {fmax(fmin(cupel_plot_x(f, (double)last->solves), right), left), y, half};
            if (y < f->top + 10 || y > f->top + f->height || !is_free(o, f, put, n, one)) continue;
            put[n++] = one;
            cupel_str_addf(s, "<text class=\"quiet halo\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">%s</text>", one.x, one.y, text);
            break;
        }
    }
}

/* Loads that went into verifying, and the line at which everything is within its tolerance. */
static void put_ground(const cupel_designs *o, const cupel_plot *f, cupel_str *s)
{
    for (size_t i = 0; i < o->n; i++) {
        const double x = cupel_plot_x(f, (double)o->one[i].search_solves), to = cupel_plot_x(f, (double)o->one[i].solves);
        cupel_str_addf(s, "<rect class=\"ground\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>", x, f->top, to - x, f->height);
    }
    cupel_str_addf(s, "<path class=\"met\" d=\"M%.1f %.1fh%.1f\"/>", f->left, cupel_plot_y(f, 0), f->width);
}

static void put_convergence(const cupel_designs *o, const cupel_grid_colours *g, cupel_str *s)
{
    double low = 0, high = 0;
    for (size_t i = 0; i < o->n_steps; i++) low = fmin(low, height_of(o->step[i].cost)), high = fmax(high, height_of(o->step[i].cost));
    size_t last = o->step[o->n_steps - 1].solves;
    for (size_t i = 0; i < o->n; i++) last = o->one[i].solves > last ? o->one[i].solves : last;
    cupel_plot f = {.x1 = 1.03 * (double)last, .y0 = low - 0.15, .y1 = high + 0.15, .width = 860, .height = 300, .log_y = true};
    cupel_str_puts(s, "<figure class=long>");
    cupel_plot_begin(&f, "How the search came near", "loads solved", "distance, in tolerances", s);
    put_ground(o, &f, s);
    for (size_t i = 0; i < o->n_steps; i++)
        if (begins_curve(o, i)) put_curve(o, i, &f, s);
    for (size_t i = 0; i < o->n_steps; i++) {
        unsigned char rgb[3];
        cupel_grid_colours_of(g, o->step[i].grid, rgb);
        cupel_plot_dot(&f, (double)o->step[i].solves, height_of(o->step[i].cost), 4, "step", rgb, s);
    }
    put_names(o, &f, s);
    cupel_plot_end(s);
    cupel_str_puts(s, "<p class=\"note chips\">");
    cupel_grid_colours_put(g, s);
    cupel_str_puts(s, "<span><span class=dash style=\"border-color:var(--green)\"></span>everything together within 1</span> <span><span class=chip "
                      "style=\"background:var(--band)\"></span>loads that verified a design listed here</span></p><figcaption>Root of the sum of "
                      "squared distances, each in units of its tolerance, against the number of loads solved. A dot is a step that was kept; a grid "
                      "change may move it up or down. Dots without a line are volume fractions that were looked at before.</figcaption></figure>\n");
}

/* What was solved past the last step, so that the loads end at all there were. */
static void put_rest(const cupel_designs *o, cupel_str *s)
{
    cupel_load_count count[CUPEL_LOAD_COUNTS];
    size_t loads = 0;
    cupel_design_loads(o, count);
    for (size_t i = 0; i < CUPEL_LOAD_COUNTS; i++) {
        loads += count[i].loads;
        if (!count[i].loads || loads <= o->step[o->n_steps - 1].solves) continue;
        cupel_str_addf(s, "<tr><td>%s<td class=num><td class=num><td class=num><td class=num>%zu<td class=num><td class=num>\n", count[i].what,
                       loads);
    }
}

/* One row for each run of steps on one grid of one curve. */
static void put_stages(const cupel_designs *o, cupel_str *s)
{
    cupel_str_puts(s, "<details><summary>stage by stage</summary><div class=scroll><table class=plain><thead><tr><th>structures<th class=num>seed<th "
                      "class=num>grid<th class=num>steps kept<th class=num>loads, up to its end<th class=num>from<th class=num>to, in "
                      "tolerances<tbody>\n");
    for (size_t i = 0; i < o->n_steps;) {
        const cupel_design_step *a = &o->step[i];
        size_t k = i;
        double low = a->cost, high = a->cost;
        for (; k + 1 < o->n_steps && same_curve(a, &o->step[k + 1]) && o->step[k + 1].grid == a->grid && o->step[k + 1].look == a->look; k++)
            low = fmin(low, o->step[k + 1].cost), high = fmax(high, o->step[k + 1].cost);
        cupel_str_addf(s, "<tr><td>%s<td class=num>%llu<td class=num>%zu<td class=num>", a->family, (unsigned long long)a->seed, a->grid);
        if (a->look) cupel_str_addf(s, "looked at %zu", k - i + 1);
        else cupel_str_addf(s, "%zu", k - i);
        cupel_str_addf(s, "<td class=num>%zu<td class=num>%.3g<td class=num>%.3g\n", o->step[k].solves, a->look ? high : a->cost,
                       a->look ? low : o->step[k].cost);
        i = k + 1;
    }
    put_rest(o, s);
    cupel_str_puts(s, "</table></div></details>\n");
}

static void put_cut(const cupel_design_page *p, cupel_str *s)
{
    cupel_str words = {0};
    cupel_cut_say(p->d, p->found, &words);
    if (words.n) cupel_str_addf(s, "<p class=note>In this search %s.</p>\n", cupel_str_text(&words));
    s->failed |= words.failed;
    cupel_str_free(&words);
}

void cupel_design_page_search(const cupel_design_page *p, cupel_str *s)
{
    cupel_grid_colours g = {.n = 0};
    cupel_str_puts(s, "<section id=search><h2>The search</h2>\n");
    for (size_t i = 0; i < p->found->n_steps; i++) cupel_grid_colours_note(&g, p->found->step[i].grid);
    if (p->found->n_steps) {
        put_convergence(p->found, &g, s);
        put_stages(p->found, s);
    } else {
        cupel_str_puts(s, "<p>It did not begin: the budget had ended.</p>\n");
    }
    put_cut(p, s);
    cupel_str_puts(s, "</section>\n");
}
