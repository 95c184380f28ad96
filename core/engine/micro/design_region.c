/* Regions of a plot: what no arrangement of the phases can leave, and what the surrogate knows of the space. */
#include "core/engine/micro/design_plots.h"

#include "core/base/mem.h"

#include <math.h>

enum { COLUMNS = 96, TRIES = 60, REFINE = 6, BETWEEN = 6, REACH_COLUMNS = 96, GAP = 4 };

static const double VAGUE = 0.25; /* most that an interval may be to either side, of the range of the structures learned from */

/* ---- outer bounds ---- */

/* Of a bound; 0 where it has no compliance. */
static double bound_of(const cupel_plot_view *v, cupel_shown_quantity q, const double *c)
{
    const double x = cupel_plot_modulus(v, q, c);
    return isnan(x) ? 0 : x;
}

static void bounds_at(const cupel_plot_view *v, double f, cupel_bounds *k, cupel_bounds *c)
{
    const cupel_micro_demand *d = v->p->d;
    const double fraction[2] = {v->phase ? 1 - f : f, v->phase ? f : 1 - f};
    const cupel_material m[2] = {d->phase[0].material, d->phase[1].material};
    if (d->needs_conduction) cupel_bounds_of((cupel_kind){.physics = CUPEL_CONDUCTION, .dim = 3}, 2, fraction, m, k);
    if (d->needs_elasticity) cupel_bounds_of((cupel_kind){.physics = CUPEL_ELASTICITY, .dim = 3}, 2, fraction, m, c);
}

void cupel_region_open(cupel_plot_view *v)
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
    for (size_t i = 0; i < CUPEL_PLOT_FRACTIONS; i++)
        bounds_at(v, v->low + (v->high - v->low) * (double)i / (CUPEL_PLOT_FRACTIONS - 1), &v->k[i], &v->c[i]);
}

/* Three eigenvalues under the trace bounds and those of Wiener at one fraction. */
static bool allowed(const cupel_bounds *b, double x, double y, double z)
{
    if (x < b->kh || z > b->ka) return false;
    if (!b->two_phases || b->kh <= b->k1 || b->ka >= b->k2) return true;
    const double low = 1 / (x - b->k1) + 1 / (y - b->k1) + 1 / (z - b->k1), high = 1 / (b->k2 - x) + 1 / (b->k2 - y) + 1 / (b->k2 - z);
    return low <= 1 / (b->kh - b->k1) + 2 / (b->ka - b->k1) && high <= 1 / (b->k2 - b->kh) + 2 / (b->k2 - b->ka);
}

static bool some_allowed(const cupel_plot_view *v, double least, double most)
{
    for (size_t i = 0; i < CUPEL_PLOT_FRACTIONS; i++)
        for (int k = 0; k <= BETWEEN; k++)
            if (allowed(&v->k[i], least, least + (most - least) * k / BETWEEN, most)) return true;
    return false;
}

/* The range of y that the bounds leave at one fraction. The mean conductivity is least and largest where three equal eigenvalues meet the trace
 * bounds, at the numbers of Hashin and Shtrikman. Moduli lie between the means of Reuss and Voigt. */
static void add_range(const cupel_plot_view *v, const cupel_bounds *k, const cupel_bounds *c, double *low, double *high)
{
    const bool trace = v->y == CUPEL_SHOW_K_MEAN && k->two_phases;
    *low = fmin(*low, trace ? k->hs_lower[0] : v->y == CUPEL_SHOW_K_MEAN ? k->kh : bound_of(v, v->y, c->reuss));
    *high = fmax(*high, trace ? k->hs_upper[0] : v->y == CUPEL_SHOW_K_MEAN ? k->ka : bound_of(v, v->y, c->voigt));
}

/* Largest eigenvalues beside a least one, found on a grid of values and refined between them. */
static void range_of_largest(const cupel_plot_view *v, const cupel_plot *f, double x, double *low, double *high)
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
static bool range_at(const cupel_plot_view *v, const cupel_plot *f, double x, double *low, double *high)
{
    *low = HUGE_VAL, *high = -HUGE_VAL;
    if (v->x == CUPEL_SHOW_K_LEAST) range_of_largest(v, f, x, low, high);
    if (v->x == CUPEL_SHOW_FRACTION) {
        cupel_bounds k = {.order = 0}, c = {.order = 0};
        bounds_at(v, x, &k, &c);
        add_range(v, &k, &c, low, high);
    }
    for (size_t i = 0; v->x == CUPEL_SHOW_BULK && i < CUPEL_PLOT_FRACTIONS; i++) {
        const double least = bound_of(v, CUPEL_SHOW_BULK, v->c[i].reuss), most = bound_of(v, CUPEL_SHOW_BULK, v->c[i].voigt);
        if (x >= least && x <= most) add_range(v, &v->k[i], &v->c[i], low, high);
    }
    return *low <= *high;
}

/* The region that is left, as one area above the columns of the plot. */
void cupel_region_bounds(const cupel_plot_view *v, const cupel_plot *f, cupel_str *s)
{
    double low[COLUMNS], high[COLUMNS], at[COLUMNS];
    size_t n = 0;
    const bool by_fraction = v->x == CUPEL_SHOW_FRACTION;
    if (!v->bounded || v->y == CUPEL_SHOW_ASKED) return;
    const double from = by_fraction ? fmax(f->x0, v->low) : f->x0, to = by_fraction ? fmin(f->x1, v->high) : f->x1;
    for (size_t i = 0; i < COLUMNS; i++) {
        at[n] = from + (to - from) * (double)i / (COLUMNS - 1);
        if (!range_at(v, f, at[n], &low[n], &high[n]) || high[n] < f->y0 || low[n] > f->y1) continue;
        low[n] = fmax(low[n], f->y0), high[n] = fmin(high[n], f->y1);
        n++;
    }
    if (n < 2) return;
    cupel_plot_band(f, at, low, high, n, "left", s);
}

/* ---- what the space holds ---- */

/* One column of a plot: least and largest predicted value of candidates there, and the sum of the half widths of their intervals. */
typedef struct column {
    size_t n;
    double low, high, half;
} column;

/* cupel_reach_half of the quantity q over the rows of the reach; NaN too when memory is out. */
static double half_of(const cupel_plot_view *v, cupel_shown_quantity q, double *typical)
{
    const cupel_reach *r = v->p->reach;
    double *truth = cupel_alloc(r->n_rows, sizeof *truth), *left_out = cupel_alloc(r->n_rows, sizeof *left_out), half = NAN;
    for (size_t i = 0; truth && left_out && i < r->n_rows; i++)
        truth[i] = cupel_plot_value(v, q, &r->truth[i]), left_out[i] = cupel_plot_value(v, q, &r->left_out[i]);
    if (truth && left_out) half = cupel_reach_half(r, truth, left_out, typical);
    cupel_free(truth);
    cupel_free(left_out);
    return half;
}

static void fill_columns(const cupel_plot_view *v, const cupel_plot *f, double half, double typical, column *c)
{
    const cupel_reach *r = v->p->reach;
    for (size_t i = 0; i < r->n; i++) {
        const cupel_tensors *t = &r->predicted[i];
        const double x = cupel_plot_value(v, v->x, t), y = cupel_plot_value(v, v->y, t), at = (x - f->x0) / (f->x1 - f->x0) * REACH_COLUMNS;
        if (!(at >= 0 && at < REACH_COLUMNS) || !isfinite(y) || !cupel_plot_shows(v, t)) continue;
        column *one = &c[(size_t)at];
        if (!one->n || y < one->low) one->low = y;
        if (!one->n || y > one->high) one->high = y;
        one->half += half * r->spread[i] * (fabs(y) + typical);
        one->n++;
    }
}

/* Where the structures are that the surrogate learned from: their x and y [n], and the range of y. */
typedef struct known {
    size_t n;
    double *x, *y, low, high;
} known;

static bool known_open(const cupel_plot_view *v, known *k)
{
    const cupel_reach *r = v->p->reach;
    *k = (known){.x = cupel_alloc(r->n_rows, sizeof *k->x), .y = cupel_alloc(r->n_rows, sizeof *k->y), .low = HUGE_VAL, .high = -HUGE_VAL};
    for (size_t i = 0; k->x && k->y && i < r->n_rows; i++) {
        const double x = cupel_plot_value(v, v->x, &r->truth[i]), y = cupel_plot_value(v, v->y, &r->truth[i]);
        if (!isfinite(x) || !isfinite(y)) continue;
        k->x[k->n] = x, k->y[k->n++] = y;
        k->low = fmin(k->low, y), k->high = fmax(k->high, y);
    }
    return k->n > 0;
}

static void known_release(known *k)
{
    cupel_free(k->x);
    cupel_free(k->y);
}

/* Their convex hull at x: between two of them on either side. False outside. */
static bool known_at(const known *k, double x, double *low, double *high)
{
    *low = HUGE_VAL, *high = -HUGE_VAL;
    for (size_t i = 0; i < k->n; i++)
        for (size_t j = 0; j < k->n && k->x[i] <= x; j++) {
            if (k->x[j] < x) continue;
            const double t = k->x[j] > k->x[i] ? (x - k->x[i]) / (k->x[j] - k->x[i]) : 0, y = k->y[i] + t * (k->y[j] - k->y[i]);
            *low = fmin(*low, y), *high = fmax(*high, y);
        }
    return *low <= *high;
}

/* Half widths of the intervals, as a share of the range of y of the structures it learned from. */
static double vagueness(const column *c, const known *k)
{
    double half = 0, n = 0;
    for (size_t i = 0; i < REACH_COLUMNS; i++) half += c[i].half, n += (double)c[i].n;
    return n > 0 && k->high > k->low ? half / n / (k->high - k->low) : HUGE_VAL;
}

/* Columns from .. to with candidates as an area, no further than the bounds, the plot and the hull of the structures learned from; `wide` 1: with
 * the intervals at its edges, no further than the range of those. */
static void put_run(const cupel_plot_view *v, const cupel_plot *f, const column *c, const known *k, size_t from, size_t to, double wide,
                    cupel_str *s)
{
    double low[REACH_COLUMNS], high[REACH_COLUMNS], at[REACH_COLUMNS];
    size_t n = 0;
    for (size_t i = from; i < to; i++) {
        double least = f->y0, most = f->y1, hull[2];
        if (!c[i].n) continue;
        at[n] = f->x0 + (f->x1 - f->x0) * ((double)i + 0.5) / REACH_COLUMNS;
        if (v->x == CUPEL_SHOW_FRACTION) at[n] = fmin(fmax(at[n], v->low), v->high);
        if (!known_at(k, at[n], &hull[0], &hull[1])) continue;
        if (v->bounded && v->y != CUPEL_SHOW_ASKED && range_at(v, f, at[n], &least, &most)) least = fmax(least, f->y0), most = fmin(most, f->y1);
        const double half = wide * c[i].half / (double)c[i].n;
        low[n] = fmin(fmax(fmax(fmax(c[i].low, hull[0]) - half, k->low), least), most);
        high[n] = fmin(fmax(fmin(fmin(c[i].high, hull[1]) + half, k->high), low[n]), most);
        n++;
    }
    if (n > 1) cupel_plot_band(f, at, low, high, n, wide > 0 ? "reach-rim" : "reach", s);
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
bool cupel_region_reach(const cupel_plot_view *v, const cupel_plot *f, cupel_str *s)
{
    column c[REACH_COLUMNS] = {{0}};
    known k = {0};
    double typical = 0;
    if (!v->p->reach->n) return true;
    const double half = half_of(v, v->y, &typical);
    if (isfinite(half)) fill_columns(v, f, half, typical, c);
    const bool told = isfinite(half) && known_open(v, &k) && vagueness(c, &k) <= VAGUE;
    for (int rim = 1; told && rim >= 0; rim--)
        for (size_t from = 0; from < REACH_COLUMNS; from = end_of_run(c, from)) put_run(v, f, c, &k, from, end_of_run(c, from), rim, s);
    known_release(&k);
    return told;
}
