#include "core/engine/micro/feature_bounds.h"

#include "core/base/err.h"
#include "core/engine/micro/fractions.h"
#include "core/engine/micro/spaces.h"

#include <math.h>
#include <string.h>

#define PI 3.14159265358979323846

static bool is_least(const cupel_ask *a) { return a->kind == CUPEL_ASK_FEATURE && a->min > 0; }

static double voxel(const cupel_micro_demand *d) { return d->size / (double)d->grid; }

double cupel_feature_least_radius(const cupel_micro_demand *d, size_t phase)
{
    double least = 0;
    for (size_t i = 0; i < d->n_asks; i++)
        if (is_least(&d->ask[i]) && d->ask[i].phase == phase) least = fmax(least, (d->ask[i].min + voxel(d)) / (2 * d->size));
    return least;
}

/* The share of a phase at which a mixture of two has the density that an entry allows; 1 where that does not keep it from more. */
static double share_by_density(const cupel_micro_demand *d, const cupel_ask *a, size_t phase)
{
    if (a->kind != CUPEL_ASK_DENSITY || d->n_phases != 2) return 1;
    const double own = d->phase[phase].density, other = d->phase[1 - phase].density, limit = own > other ? a->max : a->min;
    return isfinite(limit) && own != other ? (limit - other) / (own - other) : 1;
}

/* The line that keeps a phase from more than `most` of the volume: its own window, of two phases that of the other, or a density; 0: another kind of
 * entry, or none. */
static size_t line_of_most(const cupel_micro_demand *d, size_t phase, double most)
{
    for (size_t i = 0; i < d->n_asks; i++)
        if (share_by_density(d, &d->ask[i], phase) <= most * (1 + 1e-6)) return d->ask[i].line;
    for (size_t i = 0; i < d->n_asks; i++) {
        const cupel_ask *a = &d->ask[i];
        if (a->kind != CUPEL_ASK_FRACTION) continue;
        if (a->phase == phase ? a->max < 1 : d->n_phases == 2 && a->min > 0) return a->line;
    }
    return d->space ? d->space->line : 0;
}

/* ---- what is ruled out ---- */

/* How the lengths of an entry are shown. */
static double shown(const cupel_ask *a, double x) { return a->in_unit * x; }

/* "; nearest, not ruled out by this: a minimum feature of 0.4 mm, or size: 6 mm"; most: what there can be, in the demand's unit. */
static void put_nearest(const cupel_micro_demand *d, const cupel_ask *a, double most, cupel_str *s)
{
    const char *gap = *a->unit ? " " : "";
    cupel_str_addf(s, "; nearest, not ruled out by this: a minimum feature of %.4g%s%s", shown(a, most), gap, a->unit);
    if (strcmp(d->length_unit, "edge") != 0) cupel_str_addf(s, ", or size: %.4g%s%s", shown(a, d->size * a->min / most), gap, a->unit);
}

static cupel_status refuse(const cupel_micro_demand *d, const cupel_ask *a, const char *what, double most, cupel_err *err)
{
    cupel_str s = {0};
    put_nearest(d, a, most, &s);
    cupel_fail(err, CUPEL_INFEASIBLE, "%s:%zu: cannot be met: %s%s", d->file, a->line, what, cupel_str_text(&s));
    cupel_str_free(&s);
    return CUPEL_INFEASIBLE;
}

/* Of a ball of what a grid may leave of the feature, in boxes. */
static double ball(const cupel_micro_demand *d, const cupel_ask *a) { return PI / 6 * pow(fmax(0, a->min - voxel(d)) / d->size, 3); }

static cupel_status check_ball(const cupel_micro_demand *d, const cupel_ask *a, double most, cupel_err *err)
{
    const size_t line = line_of_most(d, a->phase, most);
    const char *name = d->phase[a->phase].name, *gap = *a->unit ? " " : "";
    cupel_str s = {0};
    for (size_t i = 0; i < d->n_asks; i++)
        if (is_least(&d->ask[i]) && d->ask[i].phase != a->phase) most = fmin(most, 1 - ball(d, &d->ask[i]));
    if (!(ball(d, a) > most) || !(most > 0)) return CUPEL_OK;
    cupel_str_addf(&s, "one ball of %.4g%s%s is %.3g of the box, and %s may have %.3g of it", shown(a, a->min), gap, a->unit,
                   PI / 6 * pow(a->min / d->size, 3), name, most);
    if (line) cupel_str_addf(&s, " (line %zu)", line);
    const cupel_status st = refuse(d, a, cupel_str_text(&s), d->size * cbrt(6 * most / PI), err);
    cupel_str_free(&s);
    return st;
}

/* Edges of the box from layer to layer of a space of plane layers whose normal is fixed; 0: it is none. */
static double period_of(const cupel_micro_demand *d)
{
    static const char *const name[] = {"normal1", "normal2", "normal3"};
    cupel_micro_space s;
    double square = 0;
    if (!d->space || d->n_listed || !cupel_micro_space_of(d, "laminate") || cupel_micro_space_read(d, &s, NULL) != CUPEL_OK) return 0;
    for (int i = 0; i < 3; i++) {
        const size_t at = cupel_recipe_place(&s.middle, name[i]);
        for (size_t k = 0; k < s.n; k++)
            if (s.place[k] == at) return 0;
        square += isnan(s.middle.value[at]) ? 0 : s.middle.value[at] * s.middle.value[at];
    }
    return square > 0 ? 1 / sqrt(square) : 1;
}

static cupel_status check_layers(const cupel_micro_demand *d, const cupel_ask *a, double period, double most, cupel_err *err)
{
    const char *gap = *a->unit ? " " : "";
    cupel_str s = {0};
    double other = 0;
    for (size_t i = 0; i < d->n_asks; i++)
        if (is_least(&d->ask[i]) && d->ask[i].phase != a->phase) other = fmax(other, d->ask[i].min - voxel(d));
    const double thick = fmin(most * period * d->size, period * d->size - fmax(0, other));
    if (!(a->min - voxel(d) > thick) || !(thick > 0)) return CUPEL_OK;
    cupel_str_addf(&s, "layers of the space (line %zu) follow each other every %.4g%s%s, of which %s may have %.4g%s%s", d->space->line,
                   shown(a, period * d->size), gap, a->unit, d->phase[a->phase].name, shown(a, thick), gap, a->unit);
    if (other > 0) cupel_str_puts(&s, " beside the other's minimum feature");
    const cupel_status st = refuse(d, a, cupel_str_text(&s), thick, err);
    cupel_str_free(&s);
    return st;
}

cupel_status cupel_feature_feasible(const cupel_micro_demand *d, cupel_err *err)
{
    double low[CUPEL_MICRO_PHASES_MAX], high[CUPEL_MICRO_PHASES_MAX], period = 0;
    bool any = false;
    for (size_t i = 0; i < d->n_asks; i++) any = any || is_least(&d->ask[i]);
    if (!any || d->n_phases < 2) return CUPEL_OK;
    cupel_status st = cupel_fractions_allowed(d, low, high, NULL, err);
    if (st == CUPEL_OK) period = period_of(d);
    for (size_t i = 0; i < d->n_asks && st == CUPEL_OK; i++) {
        const cupel_ask *a = &d->ask[i];
        if (!is_least(a)) continue;
        st = check_ball(d, a, high[a->phase], err);
        if (st == CUPEL_OK && period > 0) st = check_layers(d, a, period, high[a->phase], err);
    }
    return st;
}

/* ---- what would do ---- */

/* Upwards to three digits. */
static double rounded_up(double x)
{
    const double unit = pow(10, floor(log10(x)) - 2);
    return ceil(x / unit) * unit;
}

static void put_held(const cupel_micro_demand *d, const cupel_design *g, const cupel_ask *a, cupel_str *s)
{
    static const double AT = 0.01, TIGHT = 0.1; /* of a volume; of another feature size */
    double low[CUPEL_MICRO_PHASES_MAX], high[CUPEL_MICRO_PHASES_MAX];
    if (cupel_fractions_allowed(d, low, high, NULL, NULL) == CUPEL_OK && g->limit.fraction[a->phase] > high[a->phase] - AT) {
        const size_t line = line_of_most(d, a->phase, high[a->phase]);
        cupel_str_addf(s, "%s has the most of the volume that is allowed", d->phase[a->phase].name);
        if (line) cupel_str_addf(s, " (line %zu)", line);
        cupel_str_puts(s, "; ");
    }
    for (size_t i = 0; i < d->n_asks; i++) {
        const cupel_ask *b = &d->ask[i];
        if (b == a || !is_least(b) || g->ask[i].value - g->ask[i].error > (1 + TIGHT) * b->min) continue;
        cupel_str_addf(s, "'%s' (line %zu) has nothing to spare either; ", b->name, b->line);
    }
}

void cupel_feature_remedy(const cupel_micro_demand *d, const cupel_design *g, size_t ask, cupel_str *s)
{
    const cupel_ask *a = &d->ask[ask];
    const cupel_design_ask *v = &g->ask[ask];
    const double has = v->value + v->mended - v->error;
    const char *gap = *a->unit ? " " : "";
    if (!is_least(a) || v->met || !(has > 0)) return;
    put_held(d, g, a, s);
    if (strcmp(d->length_unit, "edge") == 0)
        cupel_str_addf(s, "it would do for a minimum feature of %.3g%s%s", shown(a, has), gap, a->unit);
    else
        cupel_str_addf(s, "the same structure in a larger box, size: %.3g%s%s, would do", rounded_up(shown(a, d->size * a->min / has)), gap, a->unit);
}
