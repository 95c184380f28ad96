/* Plots of a design: how the search came near, and what can be had. */
#include "core/engine/micro/design_page.h"

#include "core/base/mem.h"
#include "core/engine/micro/samples.h"
#include "core/engine/report_text.h"
#include "core/math/small.h"
#include "models/homogenize/bounds.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { GRIDS_MAX = 12, COLUMNS = 96, FRACTIONS = 41, TRIES = 60, REFINE = 6, BETWEEN = 6, REACH_COLUMNS = 96, GAP = 4, NAMES_MAX = 64 };

/* ---- grids as colours ---- */

typedef struct grids {
    size_t n, edge[GRIDS_MAX]; /* ascending */
} grids;

static void note_grid(grids *g, size_t edge)
{
    size_t i = 0;
    while (i < g->n && g->edge[i] < edge) i++;
    if ((i < g->n && g->edge[i] == edge) || g->n == GRIDS_MAX) return;
    memmove(g->edge + i + 1, g->edge + i, (g->n - i) * sizeof *g->edge);
    g->edge[i] = edge;
    g->n++;
}

static void grid_colour(const grids *g, size_t edge, unsigned char rgb[3])
{
    size_t i = 0;
    while (i + 1 < g->n && g->edge[i] < edge) i++;
    cupel_view_colour(g->n > 1 ? 0.85 * (double)i / (double)(g->n - 1) : 0.3, rgb);
}

static void put_dot(const cupel_plot *f, double x, double y, const unsigned char rgb[3], double radius, cupel_str *s)
{
    cupel_str_addf(s, "<circle cx=%.2f cy=%.2f r=%g style=\"fill:#%02x%02x%02x\"></circle>", cupel_plot_x(f, x), cupel_plot_y(f, y), radius, rgb[0],
                   rgb[1], rgb[2]);
}

static void put_grids(const grids *g, cupel_str *s)
{
    for (size_t i = 0; i < g->n; i++) {
        unsigned char rgb[3];
        grid_colour(g, g->edge[i], rgb);
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

static bool begins_curve(const cupel_designs *o, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (same_curve(&o->step[k], &o->step[i])) return false;
    return true;
}

/* The line of the curve that step `first` begins. */
static void put_curve(const cupel_designs *o, size_t first, const cupel_plot *f, cupel_str *s)
{
    cupel_str_puts(s, "<path style=\"fill:none;stroke:var(--grey);stroke-width:1.5\" d=\"");
    for (size_t i = first; i < o->n_steps; i++)
        if (same_curve(&o->step[first], &o->step[i]))
            cupel_str_addf(s, "%c%.2f %.2f", i == first ? 'M' : 'L', cupel_plot_x(f, (double)o->step[i].solves),
                           cupel_plot_y(f, height_of(o->step[i].cost)));
    cupel_str_puts(s, "\"></path>");
}

/* The names of the curves, above where each ends: of those that would lie over one another the one of the later curve. Boxes in pixels. */
static void put_names(const cupel_designs *o, const cupel_plot *f, cupel_str *s)
{
    struct { double x, y, half; } put[NAMES_MAX];
    size_t n = 0;
    bool several = false; /* families */
    for (size_t i = 1; i < o->n_steps; i++) several = several || strcmp(o->step[0].family, o->step[i].family) != 0;
    for (size_t k = o->n_steps; k-- && n < NAMES_MAX;) {
        const cupel_design_step *last = &o->step[k];
        bool clear = true;
        for (size_t i = k + 1; i < o->n_steps; i++) clear = clear && !same_curve(last, &o->step[i]);
        char name[96];
        snprintf(name, sizeof name, "%s%sseed %llu", several ? last->family : "", several ? ", " : "", (unsigned long long)last->seed);
        const double half = 3.4 * (double)strlen(name), left = cupel_plot_left + half, right = cupel_plot_left + f->width - half;
        const double x = fmax(fmin(cupel_plot_x(f, (double)last->solves), right), left), y = cupel_plot_y(f, height_of(last->cost)) - 9;
        for (size_t i = 0; i < n; i++) clear = clear && (fabs(put[i].x - x) > put[i].half + half || fabs(put[i].y - y) > 15);
        if (!clear) continue;
        put[n].x = x, put[n].y = y, put[n++].half = half;
        cupel_str_addf(s, "<text class=\"quiet halo\" x=%.2f y=%.2f text-anchor=middle>%s</text>", x, y, name);
    }
}

/* Loads that went into verifying, and the line at which everything is within its tolerance. */
static void put_ground(const cupel_designs *o, const cupel_plot *f, cupel_str *s)
{
    for (size_t i = 0; i < o->n; i++) {
        const double x = cupel_plot_x(f, (double)o->one[i].search_solves), to = cupel_plot_x(f, (double)o->one[i].solves);
        cupel_str_addf(s, "<rect x=%.2f y=%g width=%.2f height=%g style=\"fill:var(--band)\"></rect>", x, cupel_plot_top, to - x, f->height);
    }
    cupel_str_addf(s, "<path d=\"M%g %.2fh%g\" style=\"stroke:var(--green);stroke-width:1.5;stroke-dasharray:5 4\"></path>", cupel_plot_left,
                   cupel_plot_y(f, 0), f->width);
}

static void put_convergence(const cupel_designs *o, const grids *g, cupel_str *s)
{
    double low = 0, high = 0;
    for (size_t i = 0; i < o->n_steps; i++) low = fmin(low, height_of(o->step[i].cost)), high = fmax(high, height_of(o->step[i].cost));
    size_t last = o->step[o->n_steps - 1].solves;
    for (size_t i = 0; i < o->n; i++) last = o->one[i].solves > last ? o->one[i].solves : last;
    const cupel_plot f = {0, 1.03 * (double)last, low - 0.15, high + 0.15, 1020, 340, true};
    cupel_str_puts(s, "<figure>");
    cupel_plot_open(&f, "convergence", "loads solved", "distance, in tolerances", s);
    put_ground(o, &f, s);
    for (size_t i = 0; i < o->n_steps; i++)
        if (begins_curve(o, i)) put_curve(o, i, &f, s);
    for (size_t i = 0; i < o->n_steps; i++) {
        unsigned char rgb[3];
        grid_colour(g, o->step[i].grid, rgb);
        put_dot(&f, (double)o->step[i].solves, height_of(o->step[i].cost), rgb, 4, s);
    }
    put_names(o, &f, s);
    cupel_plot_close(s);
    cupel_str_puts(s, "<p class=\"note chips\">");
    put_grids(g, s);
    cupel_str_puts(s, "<span><span class=chip style=\"background:var(--band)\"></span>loads that verified a design listed "
                      "here</span></p><figcaption>Root of the sum of "
                      "squared distances, each in units of its tolerance, against the number of loads solved: below the dashed line everything "
                      "together is within 1. A dot is a "
                      "step that was kept; a grid change may move it up or down.</figcaption></figure>\n");
}

/* One row for each run of steps on one grid of one curve. */
static void put_stages(const cupel_designs *o, cupel_str *s)
{
    cupel_str_puts(s, "<details><summary>stage by stage</summary><div class=scroll><table class=plain><thead><tr><th>structures<th class=num>seed<th "
                      "class=num>grid<th "
                      "class=num>steps kept<th class=num>loads, up to its end<th class=num>from<th class=num>to, in tolerances<tbody>\n");
    for (size_t i = 0; i < o->n_steps;) {
        const cupel_design_step *a = &o->step[i];
        size_t k = i;
        while (k + 1 < o->n_steps && same_curve(a, &o->step[k + 1]) && o->step[k + 1].grid == a->grid) k++;
        cupel_str_addf(s, "<tr><td>%s<td class=num>%llu<td class=num>%zu<td class=num>%zu<td class=num>%zu<td class=num>%.3g<td class=num>%.3g\n",
                       a->family, (unsigned long long)a->seed, a->grid, k - i, o->step[k].solves, a->cost, o->step[k].cost);
        i = k + 1;
    }
    cupel_str_puts(s, "</table></div></details>\n");
}

void cupel_design_page_search(const cupel_design_page *p, cupel_str *s)
{
    grids g = {.n = 0};
    cupel_str_puts(s, "<section id=search><h2>The search</h2>\n");
    for (size_t i = 0; i < p->found->n_steps; i++) note_grid(&g, p->found->step[i].grid);
    if (p->found->n_steps) {
        put_convergence(p->found, &g, s);
        put_stages(p->found, s);
    } else {
        cupel_str_puts(s, "<p>It did not begin: the budget had ended.</p>\n");
    }
    cupel_str_puts(s, "</section>\n");
}

/* ---- what can be had ---- */

/* What an axis shows of the tensors of a structure. */
typedef enum quantity { FRACTION, K_MEAN, K_LEAST, K_MOST, BULK, SHEAR, YOUNG, ASKED } quantity;

typedef struct view {
    const cupel_design_page *p;
    const grids *g;
    quantity x, y;
    size_t ask;                              /* which, where y is ASKED */
    size_t phase;                            /* whose volume fraction is shown: what is no void */
    double low, high;                        /* volume fractions of it that the demand allows */
    bool bounded;                            /* two phases: there are outer bounds */
    cupel_bounds k[FRACTIONS], c[FRACTIONS]; /* at fractions from low to high */
} view;

/* Hill's means; NaN where there is no compliance. */
static double modulus(const view *v, quantity q, const double *c)
{
    const cupel_ask a = {.kind = q == BULK ? CUPEL_ASK_BULK : q == SHEAR ? CUPEL_ASK_SHEAR : CUPEL_ASK_YOUNG};
    const cupel_micro_state state = {.c = c};
    return cupel_ask_value(v->p->d, &a, &state);
}

static double value_of(const view *v, quantity q, const cupel_tensors *t)
{
    double l[3];
    const cupel_micro_state state = cupel_tensors_state(v->p->d, t);
    switch (q) {
    case FRACTION: return t->fraction[v->phase];
    case ASKED: return cupel_ask_value(v->p->d, &v->p->d->ask[v->ask], &state);
    case BULK:
    case SHEAR:
    case YOUNG: return modulus(v, q, t->c);
    default: cupel_small_eigen(t->k, 3, l, NULL); return q == K_LEAST ? l[0] : q == K_MOST ? l[2] : (l[0] + l[1] + l[2]) / 3;
    }
}

static void name_of(const view *v, quantity q, cupel_str *s)
{
    const cupel_micro_demand *d = v->p->d;
    static const char *const name[] = {"volume fraction", "mean conductivity", "least conductivity", "largest conductivity",
                                       "bulk modulus",    "shear modulus",     "Young’s modulus"};
    const char *unit = "";
    double factor = 1;
    if (q == ASKED)
        cupel_ask_title(&d->ask[v->ask], s, &unit, &factor);
    else
        cupel_str_puts(s, name[q]);
    if (q == FRACTION) cupel_str_addf(s, " of %s", d->phase[v->phase].name);
    if (q != FRACTION && q != ASKED) unit = q <= K_MOST ? d->k_unit : d->c_unit;
    if (*unit) cupel_str_addf(s, " [%s]", unit);
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

/* Of a bound; 0 where it has no compliance. */
static double bound_of(const view *v, quantity q, const double *c)
{
    const double x = modulus(v, q, c);
    return isnan(x) ? 0 : x;
}

/* Where the demand is on an axis; false where it says nothing of it. */
static bool wanted(const view *v, quantity q, double *at)
{
    const cupel_micro_demand *d = v->p->d;
    const bool conduction = q == K_MEAN || q == K_LEAST || q == K_MOST;
    const cupel_ask *a = q == FRACTION || q == ASKED ? NULL : whole_ask(d, conduction ? CUPEL_ASK_CONDUCTIVITY : CUPEL_ASK_STIFFNESS);
    cupel_tensors t = {.fraction = {0}};
    if (!a) return false;
    memcpy(conduction ? t.k : t.c, a->target, a->order * a->order * sizeof(double));
    *at = value_of(v, q, &t);
    return true;
}

/* ---- outer bounds ---- */

static void bounds_at(const view *v, double f, cupel_bounds *k, cupel_bounds *c)
{
    const cupel_micro_demand *d = v->p->d;
    const double fraction[2] = {v->phase ? 1 - f : f, v->phase ? f : 1 - f};
    const cupel_material m[2] = {d->phase[0].material, d->phase[1].material};
    if (d->needs_conduction) cupel_bounds_of((cupel_kind){.physics = CUPEL_CONDUCTION, .dim = 3}, 2, fraction, m, k);
    if (d->needs_elasticity) cupel_bounds_of((cupel_kind){.physics = CUPEL_ELASTICITY, .dim = 3}, 2, fraction, m, c);
}

static void open_bounds(view *v)
{
    const cupel_micro_demand *d = v->p->d;
    v->low = 0, v->high = 1;
    v->bounded = d->n_phases == 2;
    if (!v->bounded) return;
    for (size_t i = 0; i < d->n_asks; i++) {
        const cupel_ask *a = &d->ask[i];
        if (a->kind != CUPEL_ASK_FRACTION) continue;
        v->low = fmax(v->low, a->phase == v->phase ? a->min : 1 - a->max);
        v->high = fmin(v->high, a->phase == v->phase ? a->max : 1 - a->min);
    }
    for (size_t i = 0; i < FRACTIONS; i++) bounds_at(v, v->low + (v->high - v->low) * (double)i / (FRACTIONS - 1), &v->k[i], &v->c[i]);
}

/* Three eigenvalues under the trace bounds and those of Wiener at one fraction. */
static bool allowed(const cupel_bounds *b, double x, double y, double z)
{
    if (x < b->kh || z > b->ka) return false;
    if (!b->two_phases || b->kh <= b->k1 || b->ka >= b->k2) return true;
    const double low = 1 / (x - b->k1) + 1 / (y - b->k1) + 1 / (z - b->k1), high = 1 / (b->k2 - x) + 1 / (b->k2 - y) + 1 / (b->k2 - z);
    return low <= 1 / (b->kh - b->k1) + 2 / (b->ka - b->k1) && high <= 1 / (b->k2 - b->kh) + 2 / (b->k2 - b->ka);
}

static bool some_allowed(const view *v, double least, double most)
{
    for (size_t i = 0; i < FRACTIONS; i++)
        for (int k = 0; k <= BETWEEN; k++)
            if (allowed(&v->k[i], least, least + (most - least) * k / BETWEEN, most)) return true;
    return false;
}

/* The range of y that the bounds leave at one fraction. The mean conductivity is least and largest where three equal eigenvalues meet the trace
 * bounds, at the numbers of Hashin and Shtrikman. Moduli lie between the means of Reuss and Voigt. */
static void add_range(const view *v, const cupel_bounds *k, const cupel_bounds *c, double *low, double *high)
{
    const bool trace = v->y == K_MEAN && k->two_phases;
    *low = fmin(*low, trace ? k->hs_lower[0] : v->y == K_MEAN ? k->kh : bound_of(v, v->y, c->reuss));
    *high = fmax(*high, trace ? k->hs_upper[0] : v->y == K_MEAN ? k->ka : bound_of(v, v->y, c->voigt));
}

/* Largest eigenvalues beside a least one, found on a grid of values and refined between them. */
static void range_of_largest(const view *v, const cupel_plot *f, double x, double *low, double *high)
{
    const double step = (f->y1 - f->y0) / TRIES;
    double in = NAN, end[2] = {NAN, NAN};
    for (int i = 0; i <= TRIES; i++) {
        const double y = f->y0 + step * i;
        if (y < x || !some_allowed(v, x, y)) continue;
        if (isnan(in)) end[0] = y - step;
        in = y, end[1] = y + step;
    }
    if (isnan(in)) return;
    double inside[2] = {end[0] + step, in};
    for (int k = 0; k < REFINE; k++)
        for (int side = 0; side < 2; side++) {
            const double middle = (inside[side] + end[side]) / 2;
            *(middle >= x && some_allowed(v, x, middle) ? &inside[side] : &end[side]) = middle;
        }
    *low = inside[0], *high = inside[1];
}

/* The range of y at x; false where nothing is left or known. */
static bool range_at(const view *v, const cupel_plot *f, double x, double *low, double *high)
{
    *low = HUGE_VAL, *high = -HUGE_VAL;
    if (v->x == K_LEAST) range_of_largest(v, f, x, low, high);
    if (v->x == FRACTION) {
        cupel_bounds k = {.order = 0}, c = {.order = 0};
        bounds_at(v, x, &k, &c);
        add_range(v, &k, &c, low, high);
    }
    for (size_t i = 0; v->x == BULK && i < FRACTIONS; i++)
        if (x >= bound_of(v, BULK, v->c[i].reuss) && x <= bound_of(v, BULK, v->c[i].voigt)) add_range(v, &v->k[i], &v->c[i], low, high);
    return *low <= *high;
}

/* The region that is left, as one area above the columns of the plot. */
static void put_region(const view *v, const cupel_plot *f, cupel_str *s)
{
    double low[COLUMNS], high[COLUMNS], at[COLUMNS];
    size_t n = 0;
    const bool by_fraction = v->x == FRACTION;
    if (!v->bounded || v->y == ASKED) return;
    const double from = by_fraction ? fmax(f->x0, v->low) : f->x0, to = by_fraction ? fmin(f->x1, v->high) : f->x1;
    for (size_t i = 0; i < COLUMNS; i++) {
        at[n] = from + (to - from) * (double)i / (COLUMNS - 1);
        if (!range_at(v, f, at[n], &low[n], &high[n]) || high[n] < f->y0 || low[n] > f->y1) continue;
        low[n] = fmax(low[n], f->y0), high[n] = fmin(high[n], f->y1);
        n++;
    }
    if (n < 2) return;
    cupel_str_puts(s, "<path style=\"fill:var(--band);stroke:var(--blue);stroke-opacity:.35\" d=\"");
    for (size_t i = 0; i < n; i++) cupel_str_addf(s, "%c%.2f %.2f", i ? 'L' : 'M', cupel_plot_x(f, at[i]), cupel_plot_y(f, high[i]));
    for (size_t i = n; i-- > 0;) cupel_str_addf(s, "L%.2f %.2f", cupel_plot_x(f, at[i]), cupel_plot_y(f, low[i]));
    cupel_str_puts(s, "Z\"></path>");
}

/* ---- what the space holds ---- */

/* One column of a plot: least and largest predicted value of candidates there, and the sum of the half widths of their intervals. */
typedef struct column {
    size_t n;
    double low, high, half;
} column;

/* The number q of every row of a reach and of what the others say of it; [n_rows] each. */
static double half_of(const view *v, quantity q, double *typical)
{
    const cupel_reach *r = v->p->reach;
    double *truth = cupel_alloc(r->n_rows, sizeof *truth), *left_out = cupel_alloc(r->n_rows, sizeof *left_out), half = NAN;
    for (size_t i = 0; truth && left_out && i < r->n_rows; i++)
        truth[i] = value_of(v, q, &r->truth[i]), left_out[i] = value_of(v, q, &r->left_out[i]);
    if (truth && left_out) half = cupel_reach_half(r, truth, left_out, typical);
    cupel_free(truth);
    cupel_free(left_out);
    return half;
}

/* Whether a candidate counts for this view. */
static bool is_shown(const view *v, const cupel_tensors *t)
{
    if (v->y == ASKED && cupel_ask_is_statistic(&v->p->d->ask[v->ask])) return false;
    return t->fraction[v->phase] >= v->low && t->fraction[v->phase] <= v->high;
}

static void fill_columns(const view *v, const cupel_plot *f, double half, double typical, column *c)
{
    const cupel_reach *r = v->p->reach;
    for (size_t i = 0; i < r->n; i++) {
        const cupel_tensors *t = &r->predicted[i];
        const double x = value_of(v, v->x, t), y = value_of(v, v->y, t), at = (x - f->x0) / (f->x1 - f->x0) * REACH_COLUMNS;
        if (!(at >= 0 && at < REACH_COLUMNS) || !isfinite(y) || !is_shown(v, t)) continue;
        column *one = &c[(size_t)at];
        if (!one->n || y < one->low) one->low = y;
        if (!one->n || y > one->high) one->high = y;
        one->half += half * r->spread[i] * (fabs(y) + typical);
        one->n++;
    }
}

/* Columns from .. to with candidates as an area; `wide` 1: with the intervals at its edges. No further than the bounds and the plot. */
static void put_run(const view *v, const cupel_plot *f, const column *c, size_t from, size_t to, double wide, const char *style, cupel_str *s)
{
    double low[REACH_COLUMNS], high[REACH_COLUMNS], at[REACH_COLUMNS];
    size_t n = 0;
    for (size_t i = from; i < to; i++) {
        double least = f->y0, most = f->y1;
        if (!c[i].n) continue;
        at[n] = f->x0 + (f->x1 - f->x0) * ((double)i + 0.5) / REACH_COLUMNS;
        if (v->x == FRACTION) at[n] = fmin(fmax(at[n], v->low), v->high);
        if (v->bounded && v->y != ASKED && range_at(v, f, at[n], &least, &most)) least = fmax(least, f->y0), most = fmin(most, f->y1);
        const double half = wide * c[i].half / (double)c[i].n;
        low[n] = fmin(fmax(c[i].low - half, least), most);
        high[n] = fmin(fmax(c[i].high + half, least), most);
        n++;
    }
    if (n < 2) return;
    cupel_str_addf(s, "<path class=%s d=\"", style);
    for (size_t i = 0; i < n; i++) cupel_str_addf(s, "%c%.2f %.2f", i ? 'L' : 'M', cupel_plot_x(f, at[i]), cupel_plot_y(f, high[i]));
    for (size_t i = n; i-- > 0;) cupel_str_addf(s, "L%.2f %.2f", cupel_plot_x(f, at[i]), cupel_plot_y(f, low[i]));
    cupel_str_puts(s, "Z\"></path>");
}

/* The end of the run of columns that begins at `from`: before GAP columns without a candidate, or at the end of the plot. */
static size_t end_of_run(const column *c, size_t from)
{
    size_t last = from, i = from;
    for (; i < REACH_COLUMNS && i < last + GAP; i++)
        if (c[i].n) last = i;
    return i;
}

/* The region that the surrogate knows, its rim first. */
static void put_reach(const view *v, const cupel_plot *f, cupel_str *s)
{
    column c[REACH_COLUMNS] = {{0}};
    double typical;
    if (!v->p->reach->n) return;
    const double half = half_of(v, v->y, &typical);
    if (!isfinite(half)) return;
    fill_columns(v, f, half, typical, c);
    for (int rim = 1; rim >= 0; rim--)
        for (size_t from = 0; from < REACH_COLUMNS; from = end_of_run(c, from))
            put_run(v, f, c, from, end_of_run(c, from), rim, rim ? "reach-rim" : "reach", s);
}

/* ---- the demand ---- */

/* A window of an axis as a pair of lines. */
static void put_window(const view *v, const cupel_plot *f, bool y_axis, double low, double high, cupel_str *s)
{
    const double end[2] = {low, high}, x0 = y_axis ? f->y0 : f->x0, x1 = y_axis ? f->y1 : f->x1;
    (void)v;
    for (int i = 0; i < 2; i++) {
        if (!(end[i] > x0 && end[i] < x1) || (i && low == high)) continue;
        if (y_axis)
            cupel_str_addf(s, "<path d=\"M%g %.2fh%g\" class=demanded></path>", cupel_plot_left, cupel_plot_y(f, end[i]), f->width);
        else
            cupel_str_addf(s, "<path d=\"M%.2f %gv%g\" class=demanded></path>", cupel_plot_x(f, end[i]), cupel_plot_top, f->height);
    }
}

static void put_demand(const view *v, const cupel_plot *f, cupel_str *s)
{
    double x, y;
    const bool has_x = wanted(v, v->x, &x), has_y = wanted(v, v->y, &y);
    if (v->x == FRACTION) put_window(v, f, false, v->low, v->high, s);
    if (v->y == ASKED) put_window(v, f, true, v->p->d->ask[v->ask].min, v->p->d->ask[v->ask].max, s);
    if (has_y && !has_x) put_window(v, f, true, y, y, s);
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

static cupel_plot frame_of(const view *v)
{
    const cupel_designs *o = v->p->found;
    cupel_plot f = {HUGE_VAL, -HUGE_VAL, HUGE_VAL, -HUGE_VAL, 450, 320, false};
    double at;
    for (size_t i = 0; i < o->n_points; i++)
        widen(value_of(v, v->x, &o->point[i].t), &f.x0, &f.x1), widen(value_of(v, v->y, &o->point[i].t), &f.y0, &f.y1);
    for (size_t i = 0; i < o->n; i++)
        widen(value_of(v, v->x, &o->one[i].limit), &f.x0, &f.x1), widen(value_of(v, v->y, &o->one[i].limit), &f.y0, &f.y1);
    for (size_t i = 0; i < v->p->reach->n; i++) {
        const cupel_tensors *t = &v->p->reach->predicted[i];
        if (is_shown(v, t)) widen(value_of(v, v->x, t), &f.x0, &f.x1), widen(value_of(v, v->y, t), &f.y0, &f.y1);
    }
    if (wanted(v, v->x, &at)) widen(at, &f.x0, &f.x1);
    if (wanted(v, v->y, &at)) widen(at, &f.y0, &f.y1);
    if (v->x == FRACTION) widen(v->low > 0 ? v->low : f.x0, &f.x0, &f.x1), widen(v->high < 1 ? v->high : f.x1, &f.x0, &f.x1);
    if (v->y == ASKED) widen(v->p->d->ask[v->ask].min, &f.y0, &f.y1), widen(v->p->d->ask[v->ask].max, &f.y0, &f.y1);
    const double x = fmax(0.12 * (f.x1 - f.x0), 1e-9 * fabs(f.x1)), y = fmax(0.12 * (f.y1 - f.y0), 1e-9 * fabs(f.y1));
    f.x0 -= x, f.x1 += x, f.y0 -= y, f.y1 += y;
    if (v->x == FRACTION) f.x0 = fmax(f.x0, 0), f.x1 = fmin(f.x1, 1);
    if (v->y != ASKED) f.y0 = fmax(f.y0, 0), f.x0 = fmax(f.x0, 0);
    return f;
}

/* `region` says what is blue, where something is. */
static void put_view(const view *v, const char *caption, const char *region, cupel_str *s)
{
    const cupel_designs *o = v->p->found;
    const cupel_plot f = frame_of(v);
    cupel_str x = {0}, y = {0};
    if (!(f.x1 > f.x0) || !(f.y1 > f.y0)) return;
    name_of(v, v->x, &x), name_of(v, v->y, &y);
    cupel_str_puts(s, "<figure>");
    cupel_plot_open(&f, "what can be had", cupel_str_text(&x), cupel_str_text(&y), s);
    put_region(v, &f, s);
    put_reach(v, &f, s);
    for (size_t i = 0; i < o->n_points; i++) {
        const double a = value_of(v, v->x, &o->point[i].t), b = value_of(v, v->y, &o->point[i].t);
        unsigned char rgb[3];
        grid_colour(v->g, o->point[i].grid, rgb);
        if (isfinite(a) && isfinite(b)) put_dot(&f, a, b, rgb, 2.8, s);
    }
    for (size_t i = o->n < CUPEL_SHOWN ? o->n : (size_t)CUPEL_SHOWN; i-- > 0;) {
        const double a = cupel_plot_x(&f, value_of(v, v->x, &o->one[i].limit)), b = cupel_plot_y(&f, value_of(v, v->y, &o->one[i].limit));
        cupel_str_addf(s, "<circle cx=%.2f cy=%.2f r=7 class=best></circle><text x=%.2f y=%.2f text-anchor=middle class=best-name>%zu</text>", a, b,
                       a, b + 3.5, i + 1);
    }
    put_demand(v, &f, s);
    cupel_plot_close(s);
    cupel_str_addf(s, "<figcaption>%s%s</figcaption></figure>\n", caption, v->bounded ? region : "");
    s->failed |= x.failed || y.failed;
    cupel_str_free(&x), cupel_str_free(&y);
}

static void put_views(view *v, cupel_str *s)
{
    const cupel_micro_demand *d = v->p->d;
    if (d->needs_conduction) {
        v->x = FRACTION, v->y = K_MEAN;
        put_view(v, "Mean of the three eigenvalues.", " Blue: what the trace bounds leave at each volume fraction that the demand allows.", s);
        v->x = K_LEAST, v->y = K_MOST;
        put_view(v, "Least and largest eigenvalue.", " Blue: what the trace bounds leave, all allowed volume fractions together.", s);
    }
    if (d->needs_elasticity) {
        v->x = FRACTION, v->y = YOUNG;
        put_view(v, "Young’s modulus of the mean bulk and shear moduli.",
                 " Blue: between Reuss and Voigt, where the demand allows the volume fraction.", s);
        v->x = BULK, v->y = SHEAR;
        put_view(v, "Bulk and shear modulus (Hill’s means).", " Blue: between Reuss and Voigt, all allowed volume fractions together.", s);
    }
    for (size_t i = 0; i < d->n_asks; i++) {
        const cupel_ask_kind k = d->ask[i].kind;
        if (d->ask[i].whole || k == CUPEL_ASK_FRACTION || k == CUPEL_ASK_DENSITY || k == CUPEL_ASK_PRICE) continue;
        v->x = FRACTION, v->y = ASKED, v->ask = i;
        put_view(v, "What was asked for over the volume fraction; dashed: the ends of the windows.", "", s);
    }
}

void cupel_design_page_attainable(const cupel_design_page *p, cupel_str *s)
{
    grids g = {.n = 0};
    view v = {.p = p, .g = &g, .phase = cupel_micro_page_hidden(p->d) == 1 ? 0 : 1};
    if (!p->found->n_points) {
        cupel_str_puts(s, "<section id=attainable><h2>What can be had</h2>\n<p>Nothing was tried: the budget had ended.</p></section>\n");
        return;
    }
    for (size_t i = 0; i < p->found->n_points; i++) note_grid(&g, p->found->point[i].grid);
    open_bounds(&v);
    cupel_str_addf(
        s,
        "<section id=attainable><h2>What can be had</h2>\n<p>Every structure that was tried and the demand among them%s. Tried structures are "
        "as their grid shows them; numbers mark the designs above, extrapolated. ",
        v.bounded ? ", with the outer bounds that no arrangement of the phases can leave" : "");
    cupel_html(s, p->reach->words);
    cupel_str_puts(s, "</p>\n<p class=\"note chips\">");
    put_grids(&g, s);
    if (p->reach->n) cupel_str_puts(s, "<span><span class=chip style=\"background:var(--green);opacity:.5\"></span>by the surrogate</span> ");
    cupel_str_puts(s, "<span><b style=\"color:var(--vermilion)\">+</b> the demand</span></p>\n<div class=views>\n");
    put_views(&v, s);
    cupel_str_puts(s, "</div></section>\n");
}
