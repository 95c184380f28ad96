#include "core/base/err.h"
#include "core/engine/micro/design.h"
#include "core/engine/micro/space.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Volume fraction of phase 1 that the demand allows, kept off the ends of the generator's range. Where a body is asked for (connected.h) its windows
 * are of the body, which has less or more than what is drawn. */
static void allowed_fraction(const cupel_micro_demand *d, double *low, double *high)
{
    const double off = d->connected < d->n_phases ? 0.05 : 0;
    for (size_t i = 0; i < d->n_asks; i++) {
        const cupel_ask *a = &d->ask[i];
        if (a->kind != CUPEL_ASK_FRACTION || d->n_phases != 2) continue;
        *low = fmax(*low, (a->phase == 1 ? a->min : 1 - a->max) - off);
        *high = fmin(*high, (a->phase == 1 ? a->max : 1 - a->min) + off);
    }
}

static bool add(cupel_family *f, const char *name, double low, double high, double reach, double step)
{
    const cupel_param *p = f->start.generator->method.params;
    for (size_t i = 0; p[i].name; i++) {
        if (strcmp(p[i].name, name) != 0 || f->n == CUPEL_TRIAL_PARAMS) continue;
        f->place[f->n] = i;
        f->low[f->n] = low;
        f->high[f->n] = high;
        f->reach[f->n] = reach;
        f->step[f->n++] = step;
        return true;
    }
    return false;
}

static void add_harmonics(cupel_family *f, int degree)
{
    for (int m = -degree; m <= degree; m++) {
        char name[32];
        snprintf(name, sizeof name, "y%d_%d", degree, m);
        add(f, name, -20, 20, 2, 0.05);
    }
}

double cupel_design_contrast(const cupel_micro_demand *d)
{
    double low = HUGE_VAL, high = 0;
    for (size_t i = 0; i < d->n_phases; i++) {
        low = fmin(low, d->phase[i].material.c[0][0]);
        high = fmax(high, d->phase[i].material.c[0][0]);
    }
    return low > 0 ? high / low : HUGE_VAL;
}

bool cupel_design_falls(const cupel_micro_demand *d)
{
    if (d->n_phases < 2) return false;
    const cupel_material *a = &d->phase[0].material, *b = &d->phase[1].material;
    return d->needs_elasticity ? a->c[0][0] > b->c[0][0] : a->k[0][0] > b->k[0][0];
}

/* How stiff a whole target is beside the stiffest phase, both in the Frobenius norm; 1 where none is asked for. */
static double stiffness_asked(const cupel_micro_demand *d)
{
    double most = 0, solid = 0;
    for (size_t p = 0; p < d->n_phases; p++) {
        double square = 0;
        for (size_t k = 0; k < 36; k++) square += pow((&d->phase[p].material.c[0][0])[k], 2);
        solid = fmax(solid, square);
    }
    for (size_t i = 0; i < d->n_asks; i++) {
        const cupel_ask *a = &d->ask[i];
        double asked = 0;
        if (!a->whole || a->kind != CUPEL_ASK_STIFFNESS) continue;
        for (size_t k = 0; k < a->order * a->order; k++)
            if (!isnan(a->target[k])) asked += a->target[k] * a->target[k];
        most = fmax(most, asked);
    }
    return most > 0 && solid > 0 ? sqrt(most / solid) : 1;
}

/* So little solid is asked for that fields want a finer grid and series break: skeletons of struts and plates stay whole. */
static const double SPARSE = 0.07;

static bool is_sparse(const cupel_micro_demand *d) { return d->needs_elasticity && cupel_design_contrast(d) > 50 && stiffness_asked(d) < SPARSE; }

/* A two-point function tells of all the spectrum. */
static bool asks_alike(const cupel_micro_demand *d)
{
    for (size_t i = 0; i < d->n_asks; i++)
        if (d->ask[i].kind == CUPEL_ASK_TWO_POINT) return true;
    return false;
}

static cupel_status gaussian_family(const cupel_micro_demand *d, cupel_family *f, cupel_err *err)
{
    static const char *const metric[] = {"metric11", "metric22", "metric33", "metric23", "metric13", "metric12"};
    double low = 0.02, high = 0.98;
    cupel_status st = cupel_recipe_of_text(d->needs_elasticity ? "gaussian:wavelength=0.5" : "gaussian:wavelength=0.3", &f->start, err);
    if (st != CUPEL_OK) return st;
    allowed_fraction(d, &low, &high);
    f->fraction = f->n;
    add(f, "fraction", low, high, 0.12, 1e-3);
    f->coarse = d->needs_elasticity && !is_sparse(d) ? 24 : 32, f->middle = d->needs_elasticity ? 0 : 48, f->fine = 64, f->scan_grid = 20;
    if (!d->needs_elasticity) {
        for (size_t i = 0; i < 6; i++) add(f, metric[i], -3, 3, 0.7, 0.01);
        if (!asks_alike(d)) return CUPEL_OK;
    }
    for (size_t i = 0; i < 6 && d->needs_elasticity; i++) add(f, metric[i], -2, 2, 0.4, 0.01);
    add(f, "wavelength", 0.35, 0.8, 0.1, 0.003);
    add(f, "bandwidth", 0.08, 0.5, 0.1, 0.003);
    add_harmonics(f, 2);
    add_harmonics(f, 4);
    if (asks_alike(d) || cupel_design_contrast(d) > 50) add_harmonics(f, 6);
    return CUPEL_OK;
}

static cupel_status nodal_family(const cupel_micro_demand *d, cupel_family *f, cupel_err *err)
{
    double low = 0.02, high = 0.98;
    cupel_status st = cupel_recipe_of_text("nodal_surface", &f->start, err);
    if (st != CUPEL_OK) return st;
    const cupel_param *p = f->start.generator->method.params;
    allowed_fraction(d, &low, &high);
    f->kind = CUPEL_FAMILY_SERIES;
    f->coarse = d->needs_elasticity ? 24 : 32, f->middle = d->needs_elasticity ? 0 : 48, f->fine = 64, f->scan_grid = 20;
    f->fraction = f->n;
    add(f, "fraction", low, high, 0.08, 1e-3);
    for (size_t i = 0; p[i].name; i++)
        if (p[i].name[0] == 'c') add(f, p[i].name, -2, 2, 0.2, 0.01);
    return CUPEL_OK;
}

/* Struts and plates by their radii and half thicknesses, the series that thickens them and the bends. The body is the better phase. */
static cupel_status skeleton_family(const cupel_micro_demand *d, cupel_family *f, cupel_err *err)
{
    static const double LINE = 0.02, PLANE = 0.015, WAVE = 0.01, BEND = 0.01, LEVEL = 0.015; /* reaches at 0.3 of solid (search.c) */
    cupel_status st = cupel_recipe_of_text(cupel_design_falls(d) ? "skeleton:phase=0" : "skeleton:phase=1", &f->start, err);
    if (st != CUPEL_OK) return st;
    const cupel_param *p = f->start.generator->method.params;
    f->kind = CUPEL_FAMILY_SKELETON;
    f->coarse = 32, f->middle = 64, f->fine = 96, f->scan_grid = 24;
    f->off = 0.045;
    f->fraction = f->n;
    f->per_e = -0.02;
    add(f, "level", -0.2, 0.2, LEVEL, 1e-3);
    for (size_t i = 0; p[i].name; i++) {
        const char kind = p[i].name[0];
        const double reach = kind == 'c' ? WAVE : kind == 'l' ? LINE : kind == 'b' ? BEND : PLANE;
        if (strpbrk(p[i].name, "0123456789")) add(f, p[i].name, p[i].min, p[i].max, reach, 1e-3);
    }
    return CUPEL_OK;
}

static cupel_status family_of_space(const cupel_micro_demand *d, cupel_family *f, cupel_err *err)
{
    cupel_micro_space s;
    cupel_status st = cupel_micro_space_read(d, &s, err);
    if (st != CUPEL_OK) return st;
    f->start = s.middle;
    f->space = d->space;
    if (!s.middle.generator->smooth)
        return cupel_fail(err, CUPEL_USAGE, "%s:%zu: generator '%s' does not change smoothly with its parameters: it can be run, not designed with; "
                                            "'cupel methods' says which are smooth", d->file, d->space->line, s.middle.generator->method.name);
    f->coarse = 32, f->fine = 64, f->scan_grid = 16;
    f->fraction = s.n;
    for (size_t i = 0; i < s.n; i++) {
        const char *name = cupel_micro_space_param(&s, i)->name;
        const double range = s.high[i] - s.low[i];
        double low = s.low[i], high = s.high[i];
        if (s.whole[i]) continue; /* stays in the middle, or see cupel_family_counts */
        if (strcmp(name, "fraction") == 0) {
            allowed_fraction(d, &low, &high);
            low = fmin(low, s.high[i]), high = fmax(fmin(high, s.high[i]), low); /* the range is hard; the space is not read where they are apart */
            f->fraction = f->n;
        }
        add(f, name, low, high, fmax(range, 1e-9) / 3, range * 2e-3);
    }
    if (f->fraction == s.n) f->fraction = f->n;
    return cupel_family_counts(d, &s, f, err);
}

/* An entry of a list, by itself. CUPEL_INFEASIBLE where bounds say that it cannot have what is asked. */
static cupel_status family_of_entry(const cupel_micro_demand *d, const cupel_micro_listed *entry, cupel_family *f, cupel_err *err)
{
    cupel_micro_demand one = *d;
    cupel_status st = CUPEL_OK;
    one.space = entry->map;
    one.n_listed = 0;
    if (one.space)
        st = family_of_space(&one, f, err);
    else if (strcmp(entry->name, "skeleton") == 0)
        return skeleton_family(&one, f, err);
    else if (strcmp(entry->name, "nodal_surface") == 0)
        return nodal_family(&one, f, err);
    else
        st = gaussian_family(&one, f, err);
    return st == CUPEL_OK ? one.space ? cupel_design_feasible(&one, err) : cupel_family_lengths(&one, f, err) : st;
}

/* What a bound says, without the place that it begins with. */
static const char *reason_of(const cupel_err *err)
{
    static const char BEGIN[] = "cannot be met: ";
    const char *at = strstr(err->message, BEGIN);
    return at ? at + sizeof BEGIN - 1 : err->message;
}

static cupel_status families_of_list(const cupel_micro_demand *d, cupel_families *f, cupel_err *err)
{
    f->n = 0;
    for (size_t i = 0; i < d->n_listed; i++) {
        cupel_err why = {.status = CUPEL_OK};
        cupel_family *one = &f->one[f->n];
        *one = (cupel_family){.per_e = cupel_design_falls(d) ? -0.12 : 0.12, .listed = i};
        const cupel_status st = family_of_entry(d, &d->listed[i], one, &why);
        if (st == CUPEL_OK) {
            f->n++;
        } else if (st == CUPEL_INFEASIBLE) {
            snprintf(f->left[i], sizeof f->left[i], "%.*s", CUPEL_WHY_MAX - 1, reason_of(&why));
        } else {
            *err = why;
            return st;
        }
    }
    if (f->n) return CUPEL_OK;
    return cupel_fail(err, CUPEL_INFEASIBLE, "%s:%zu: cannot be met: by none of the %zu spaces; by '%s' because %s", d->file, d->space->line,
                      d->n_listed, d->listed[0].name, f->left[0]);
}

static cupel_status families_of(const cupel_micro_demand *d, cupel_families *f, cupel_err *err)
{
    *f = (cupel_families){.n = 1};
    for (size_t i = 0; i < CUPEL_FAMILIES_MAX; i++) f->one[i].per_e = cupel_design_falls(d) ? -0.12 : 0.12;
    if (d->n_listed) return families_of_list(d, f, err);
    if (d->space) return family_of_space(d, &f->one[0], err);
    if (d->n_phases != 2)
        return cupel_fail(err, CUPEL_USAGE, "%s: a demand with %zu phases names where to look, as in space: {generator: plurigaussian, ...}",
                          d->file, d->n_phases);
    cupel_status st = gaussian_family(d, &f->one[0], err);
    if (st == CUPEL_OK) st = cupel_family_lengths(d, &f->one[0], err);
    if (st != CUPEL_OK || d->needs_surface) return st; /* the others have few waves in the box, and so an area of their own */
    return is_sparse(d) ? skeleton_family(d, &f->one[f->n++], err) : nodal_family(d, &f->one[f->n++], err);
}

cupel_status cupel_families_of(const cupel_micro_demand *d, cupel_families *f, cupel_err *err)
{
    const cupel_status st = families_of(d, f, err);
    for (size_t i = 0; i < f->n; i++) {
        f->one[i].number = i;
        if (!f->one[i].middle) f->one[i].middle = f->one[i].coarse;
    }
    return st;
}

cupel_status cupel_design_where(const cupel_micro_demand *d, cupel_err *err)
{
    cupel_families f;
    cupel_attainable a;
    cupel_recipe r;
    if (!d->space && d->n_phases <= 2) return CUPEL_OK;
    if (!d->space) {
        cupel_attainable_find(d, &a);
        if (cupel_attainable_recipe(d, &a, &r)) return CUPEL_OK;
    }
    return cupel_families_of(d, &f, err);
}
