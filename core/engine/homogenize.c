#include "core/engine/homogenize.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/engine/homogenize_parts.h"
#include "core/math/small.h"
#include "models/homogenize/stand_in.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const double ACCURACY = 1e-4;
static const double LIMIT = 1e4; /* contrast past which a result stands for its limit */
/* Of the norm of the arithmetic mean: fields are single precision, and iterating may stop that far away. */
static const double ROUNDING = 1e-5;

cupel_status cupel_homogenize_warn(cupel_homogenized *h, const cupel_job *job, cupel_err *err, const char *fmt, ...)
{
    char text[512];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    char *copy = cupel_strdup(text);
    if (!copy || !cupel_grow(&h->warning, &h->cap_warnings, h->n_warnings + 1, sizeof *h->warning)) {
        cupel_free(copy);
        return cupel_no_memory(err, "a warning", 0);
    }
    h->warning[h->n_warnings++] = copy;
    cupel_say(job, CUPEL_WARNING, "%s", text);
    return CUPEL_OK;
}

void cupel_homogenized_free(cupel_homogenized *h)
{
    if (!h) return;
    for (size_t i = 0; i < h->n_phases; i++) cupel_free(h->phase[i].quantile);
    for (size_t i = 0; i < h->n_warnings; i++) cupel_free(h->warning[i]);
    cupel_free(h->phase);
    cupel_free(h->warning);
    cupel_solution_free(h->estimate.solution);
    cupel_free(h);
}

/* Names of a property, the first of them that of the answer; those of conduction are in cupel_conductions. */
static const struct {
    const char *name, *also;
} elastic[] = {{"elasticity", "stiffness"}, {"expansion", "thermal expansion"}};

static bool take(const char *property, const char *name, const char *also, cupel_physics physics, cupel_homogenized *h)
{
    if (strcmp(property, name) != 0 && strcmp(property, also) != 0) return false;
    h->property = name;
    h->kind.physics = physics;
    return true;
}

static cupel_status find_property(const char *property, cupel_homogenized *h, cupel_err *err)
{
    for (size_t i = 0; i < CUPEL_CONDUCTIONS; i++)
        if (take(property, cupel_conductions[i].property, cupel_conductions[i].name, CUPEL_CONDUCTION, h)) return CUPEL_OK;
    for (size_t i = 0; i < sizeof elastic / sizeof *elastic; i++)
        if (take(property, elastic[i].name, elastic[i].also, CUPEL_ELASTICITY, h)) return CUPEL_OK;
    return cupel_fail(err, CUPEL_USAGE,
                      "property '%.40s': expected conduction (conductivity), electrical, permittivity, diffusion (diffusivity), magnetic, elasticity "
                      "(stiffness) or expansion", property);
}

/* One array of materials as the solver takes them. */
static cupel_status materials_of(const cupel_homogenized *h, cupel_material **materials, cupel_err *err)
{
    *materials = cupel_alloc(h->n_phases, sizeof **materials);
    if (!*materials) return cupel_no_memory(err, "properties of phases", h->n_phases * sizeof **materials);
    for (size_t i = 0; i < h->n_phases; i++) (*materials)[i] = h->phase[i].material;
    return CUPEL_OK;
}

/* soft [n_phases]: those whose stiffest eigenvalue is at most `limit` of the stiffest of all. True when there is one. */
static bool soft_phases(cupel_physics physics, size_t n_phases, cupel_material *m, double limit, bool *soft)
{
    double value[6], most = 0;
    size_t n;
    bool any = false;
    for (size_t p = 0; p < n_phases; p++) {
        const double *t = cupel_material_tensor(physics, &m[p], &n);
        cupel_small_eigen(t, n, value, NULL);
        most = fmax(most, value[n - 1]);
    }
    for (size_t p = 0; p < n_phases; p++) {
        const double *t = cupel_material_tensor(physics, &m[p], &n);
        cupel_small_eigen(t, n, value, NULL);
        soft[p] = value[n - 1] <= limit * most;
        any = any || soft[p];
    }
    return any;
}

/* By how much the energies of two phases under one strain differ at the most. Eigenvalue by eigenvalue in ascending order, which by Courant and
 * Fischer is never more than that: the ratio of a bulk to a shear modulus is no contrast. */
static double contrast_of(const cupel_homogenized *h, const double *fraction, cupel_material *m)
{
    double low[6], high[6], value[6], contrast = 1;
    size_t n = 0;
    for (size_t i = 0; i < 6; i++) low[i] = INFINITY, high[i] = 0;
    for (size_t p = 0; p < h->n_phases; p++) {
        const double *t = cupel_material_tensor(h->kind.physics, &m[p], &n);
        if (!(fraction[p] > 0)) continue;
        cupel_small_eigen(t, n, value, NULL);
        for (size_t i = 0; i < n; i++) low[i] = fmin(low[i], value[i]), high[i] = fmax(high[i], value[i]);
    }
    for (size_t i = 0; i < n; i++) contrast = fmax(contrast, high[i] / low[i]);
    return contrast;
}

/* The largest eigenvalue of any phase that is there, and the least. */
static void eigenvalues_of(const cupel_homogenized *h, const double *fraction, cupel_material *m, double *least, double *most)
{
    double value[6];
    size_t n;
    *least = INFINITY;
    *most = 0;
    for (size_t p = 0; p < h->n_phases; p++) {
        const double *t = cupel_material_tensor(h->kind.physics, &m[p], &n);
        if (!(fraction[p] > 0)) continue;
        cupel_small_eigen(t, n, value, NULL);
        *least = fmin(*least, value[0]);
        *most = fmax(*most, value[n - 1]);
    }
}

/* Below this share of the stiffest phase a component is at the end of single precision: at 1.2e-4 rigid spheres err by 1 %. Beside phases RIGID times
 * as stiff they are within 0.1 % of the limit. */
static const double FLOAT_END = 2e-4, RIGID = 3e3;

/* True when all components are there: stiff phases that are not connected, whose answer is that of rigid ones. *some: when any is. */
static bool beyond_float(const cupel_homogenized *h, const double *fraction, cupel_material *m, bool *some)
{
    const cupel_estimate *e = &h->estimate;
    double least, most;
    size_t n = 0;
    eigenvalues_of(h, fraction, m, &least, &most);
    for (size_t i = 0; i < e->order; i++) n += e->tensor[i * (e->order + 1)] < FLOAT_END * most;
    *some = n > 0;
    return n == e->order;
}

/* Phases stiffer than RIGID times the softest become as stiff as that. */
static void limit_stiffness(const cupel_homogenized *h, const double *fraction, cupel_material *m)
{
    double least, most, value[6];
    size_t n;
    eigenvalues_of(h, fraction, m, &least, &most);
    for (size_t p = 0; p < h->n_phases; p++) {
        double *t = cupel_material_tensor(h->kind.physics, &m[p], &n);
        cupel_small_eigen(t, n, value, NULL);
        const double by = RIGID * least / value[n - 1];
        if (by >= 1) continue;
        for (size_t i = 0; i < n * n; i++) t[i] *= by;
        m[p].lambda *= by;
        m[p].mu *= by;
    }
}

/* What the arrangement of the phases tells before any solve. */
typedef struct outlook {
    bool empty;      /* a phase is a perfect void */
    bool carried[6]; /* components that need not vanish beside it */
    bool nothing;    /* none of them */
    bool rigid;      /* no void, but phases so soft that the others, which are not connected, are as good as rigid */
    double fill;     /* what stands for zero eigenvalues; 0: there are none */
} outlook;

/* bars: they are wanted. Those of a stiffness drown in noise past RIGID when the stiff phases are not connected. */
static cupel_status look_ahead(const cupel_sample *c, bool bars, cupel_material *m, const cupel_homogenized *h, const cupel_job *job, outlook *o,
                               cupel_err *err)
{
    static const double ZERO = 1e-12;
    const cupel_mixture *mixture = &c->grids.grid[0];
    const double longest = (double)(mixture->n[0] > mixture->n[1] ? mixture->n[0] : mixture->n[1]);
    bool *soft = cupel_alloc(h->n_phases, sizeof *soft);
    *o = (outlook){0};
    if (!soft) return cupel_no_memory(err, "phases", 0);
    o->empty = soft_phases(h->kind.physics, h->n_phases, m, ZERO, soft);
    /* A gap of one voxel makes a whole of rigid parts as much stiffer than the soft phase as there are voxels, at the most. */
    const bool noisy = bars && h->kind.physics == CUPEL_ELASTICITY;
    const double limit = noisy ? 0.999 / RIGID : FLOAT_END / fmax(longest, (double)mixture->n[2]);
    const bool any = o->empty || soft_phases(h->kind.physics, h->n_phases, m, limit, soft);
    cupel_status st = any ? cupel_homogenize_carried(mixture, soft, h, job, o->carried, err) : CUPEL_OK;
    cupel_free(soft);
    bool some = false;
    for (size_t i = 0; i < cupel_kind_order(h->kind); i++) some = some || o->carried[i];
    o->nothing = o->empty && !some;
    o->rigid = any && !o->empty && !some;
    return st;
}

static bool has_zero(const cupel_homogenized *h)
{
    double value[6];
    size_t n;
    bool any = false;
    for (size_t p = 0; p < h->n_phases; p++) {
        cupel_material m = h->phase[p].material;
        const double *t = cupel_material_tensor(h->kind.physics, &m, &n);
        cupel_small_eigen(t, n, value, NULL);
        any = any || value[0] <= 1e-14 * value[n - 1];
    }
    return any;
}

static cupel_status warn_of_limits(cupel_homogenized *h, const outlook *ahead, cupel_material *m, const double *fraction, const cupel_job *job,
                                   cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    const double contrast = contrast_of(h, fraction, m);
    h->voids = ahead->fill > 0;
    if (h->voids)
        st = cupel_homogenize_warn(h, job, err, "%s: the result is a limit, computed with 1e-5 of the stiffest phase in its "
                                   "place, or 1e-3 of the softest where that is less%s",
                                   has_zero(h) ? "a phase has a zero property" : "phases differ by a factor of 1e12 or more, as if one were empty",
                                   ahead->empty ? "" : "; the bounds too");
    else if (contrast > LIMIT * (1 + 1e-9))
        st = cupel_homogenize_warn(h, job, err, "contrast %.3g is beyond 1e4: the result stands for the limit of infinite contrast", contrast);
    if (st == CUPEL_OK && !h->periodic)
        st = cupel_homogenize_warn(h, job, err, "the volume is no period; it is solved as one, so that its opposite faces meet");
    return st;
}

static double largest(const double *a, size_t n)
{
    double x = 0;
    for (size_t i = 0; i < n; i++) x = fmax(x, fabs(a[i]));
    return x;
}

/* Wiener's bounds hold for any discretisation that keeps averages, so leaving them is our own defect; the trace bounds only where the grid sees
 * every wave vector and no voxel is cut. */
static cupel_status keep_bounds(cupel_homogenized *h, const cupel_mixture *m, const cupel_job *job, cupel_err *err)
{
    const cupel_estimate *e = &h->estimate;
    const size_t n = e->order;
    const double scale = largest(h->bounds.voigt, n * n), left = scale > 0 ? e->iteration_error / scale : 0;
    cupel_status st = cupel_bounds_check(&h->bounds, e->on_grid, ROUNDING + left, err);
    const double excess = cupel_bounds_trace_excess(&h->bounds, e->on_grid);
    if (st != CUPEL_OK || excess <= ROUNDING + left) return st;
    const bool exact = m->n_cuts == 0 && m->n[0] % 2 && m->n[1] % 2 && m->n[2] % 2;
    if (exact)
        return cupel_fail(err, CUPEL_FAILED, "the computed conductivity leaves the trace bounds by %g of the arithmetic mean; please report this",
                          excess);
    return cupel_homogenize_warn(h, job, err, "the conductivity on this grid leaves the trace bounds of two phases by %.2g %%: structures of one "
                                              "voxel are not resolved where an axis is even", 100 * excess);
}

/* A bar wider than a tenth of the value has lost what it was fitted for (walls and necks thinner than voxels, next to a void): of that component
 * nothing but the bounds is known. */
static cupel_status reach_to_bounds(cupel_homogenized *h, const outlook *ahead, const cupel_job *job, cupel_err *err)
{
    static const double WIDE = 0.1;
    cupel_estimate *e = &h->estimate;
    const size_t n = e->order;
    double widest = 0;
    if (!e->has_error) return CUPEL_OK;
    for (size_t i = 0; i < n; i++) {
        const size_t at = i * (n + 1);
        const double share = e->error[at] / fabs(e->tensor[at]);
        if (!(share > WIDE) || (ahead->empty && !ahead->carried[i])) continue;
        widest = fmax(widest, share);
        e->error[at] = fmax(h->bounds.voigt[at] - e->tensor[at], e->tensor[at] - h->bounds.reuss[at]);
    }
    if (!(widest > 0)) return CUPEL_OK;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            if (i != j) e->error[i * n + j] = fmax(e->error[i * n + j], sqrt(e->error[i * (n + 1)] * e->error[j * (n + 1)]));
    if (e->why_not == cupel_bar_is_wide || !e->why_not) e->why_not = "a bar was wider than a tenth of its value and now reaches to the bounds";
    e->resolved = false;
    return cupel_homogenize_warn(h, job, err, "by its grids alone the bar would be up to %.2g %% of the value", 100 * widest);
}

static cupel_status estimate(const cupel_sample *c, const cupel_material *m, const double *fraction, const cupel_estimate_options *o,
                             const cupel_job *job, cupel_homogenized *h, cupel_err *err)
{
    cupel_bounds_of(h->kind, h->n_phases, fraction, m, &h->bounds);
    return c->recipe ? cupel_estimate_cuts(&c->grids, m, o, job, &h->estimate, err)
                     : cupel_estimate_labels(&c->grids.grid[0], m, o, job, &h->estimate, err);
}

static cupel_status say_rigid(cupel_homogenized *h, const cupel_job *job, cupel_err *err)
{
    return cupel_homogenize_warn(h, job, err, "the stiff phases are not connected: computed with 3e3 times the softest phase in their place, the "
                                              "limit of rigid ones");
}

/* Single precision does not tell a soft whole beside very stiff phases: where they are not connected it is that with less stiff ones. */
static cupel_status keep_to_float(const cupel_sample *c, cupel_material *m, const double *fraction, const cupel_estimate_options *o,
                                  const cupel_job *job, cupel_homogenized *h, cupel_err *err)
{
    bool some;
    const bool all = beyond_float(h, fraction, m, &some);
    cupel_estimate *e = &h->estimate;
    if (!some) return CUPEL_OK;
    if (!all) {
        e->resolved = false;
        e->why_not = "a component is below 2e-4 of the stiffest phase, where single precision ends (phases nearer to one another can be told)";
        return CUPEL_OK;
    }
    limit_stiffness(h, fraction, m);
    cupel_solution_free(e->solution);
    e->solution = NULL;
    const cupel_status st = say_rigid(h, job, err);
    return st == CUPEL_OK ? estimate(c, m, fraction, o, job, h, err) : st;
}

/* Those of the phases as they were given, with a perfect void among them: the harmonic mean and what is built on it are zero. */
static void bounds_beside_void(cupel_homogenized *h, const double *fraction, const cupel_material *m)
{
    cupel_bounds *b = &h->bounds;
    cupel_bounds_of(h->kind, h->n_phases, fraction, m, b);
    memset(b->reuss, 0, sizeof b->reuss);
    memset(b->hs_lower, 0, sizeof b->hs_lower);
    cupel_bounds_keep(b, h->estimate.on_grid);
    cupel_bounds_keep(b, h->estimate.tensor);
    h->voids = false;
}

/* Components that vanish are cleared; of the others, what stands for the void may carry as much again. m: with the void as it is. */
static void beside_void(cupel_homogenized *h, const outlook *ahead, const double *fraction, const cupel_material *m)
{
    static const double CONCENTRATED = 2;
    const size_t n = h->estimate.order;
    for (size_t i = 0; i < n * n; i++) h->estimate.error[i] += CONCENTRATED * ahead->fill;
    bounds_beside_void(h, fraction, m);
    cupel_homogenize_clear(h, ahead->carried);
}

/* What stiff phases that were made softer may have taken from the whole, as if they were in series with the soft ones: d(1/T) = d(1/stiff). */
static void beside_rigid(cupel_homogenized *h, const double *fraction, cupel_material *given)
{
    cupel_estimate *e = &h->estimate;
    double least, most, by[6];
    eigenvalues_of(h, fraction, given, &least, &most);
    for (size_t i = 0; i < e->order; i++) {
        const double t = e->tensor[i * (e->order + 1)];
        by[i] = t * fmin(1, fmax(0, t * (1 / (RIGID * least) - 1 / most)));
    }
    for (size_t i = 0; i < e->order; i++)
        for (size_t j = 0; j < e->order; j++) e->error[i * e->order + j] += sqrt(by[i] * by[j]);
    cupel_bounds_of(h->kind, h->n_phases, fraction, given, &h->bounds);
    cupel_bounds_keep(&h->bounds, e->on_grid);
    cupel_bounds_keep(&h->bounds, e->tensor);
}

static cupel_status solve(const cupel_homogenize_options *o, const cupel_sample *c, const cupel_job *job, cupel_homogenized *h, cupel_err *err)
{
    cupel_material *m = NULL, *given = NULL;
    double *fraction = NULL;
    outlook ahead;
    cupel_status st = CUPEL_OK;
    cupel_estimate_options eo = {
        .solve = {.physics = h->kind.physics, .accuracy = o->accuracy > 0 ? o->accuracy : ACCURACY, .plane_stress = o->plane_stress,
                  .edge = {c->grids.edge[0][0], c->grids.edge[0][1], c->grids.edge[0][2]}, .keep_fields = o->fields != NULL},
        .error = !o->no_error,
        .alpha = strcmp(h->property, "expansion") == 0,
    };
    CUPEL_TRY(materials_of(h, &m, err));
    CUPEL_TRY(materials_of(h, &given, err));
    fraction = cupel_alloc(h->n_phases, sizeof *fraction);
    if (!fraction) CUPEL_TRY(cupel_no_memory(err, "fractions", 0));
    cupel_mixture_fractions(&c->grids.grid[0], fraction);
    for (size_t i = 0; i < h->n_phases; i++) h->phase[i].fraction = fraction[i];
    if (c->recipe && h->n_phases == 2 && !(fraction[0] * fraction[1] > 0))
        CUPEL_TRY(cupel_homogenize_warn(h, job, err, "the parameters of the recipe leave nothing of phase %d: this is the other one alone",
                                        fraction[0] > 0));
    CUPEL_TRY(look_ahead(c, eo.error, m, h, job, &ahead, err));
    if (ahead.nothing) {
        CUPEL_TRY(cupel_homogenize_nothing(h, &c->grids.grid[0], eo.alpha, o->fields != NULL, job, err));
        bounds_beside_void(h, fraction, m);
        goto done;
    }
    ahead.fill = cupel_stand_in(h->kind.physics, h->n_phases, m, NULL);
    CUPEL_TRY(warn_of_limits(h, &ahead, m, fraction, job, err));
    if (ahead.rigid) {
        CUPEL_TRY(say_rigid(h, job, err));
        limit_stiffness(h, fraction, m);
    }
    CUPEL_TRY(estimate(c, m, fraction, &eo, job, h, err));
    if (!h->voids && contrast_of(h, fraction, m) > LIMIT * (1 + 1e-9)) CUPEL_TRY(keep_to_float(c, m, fraction, &eo, job, h, err));
    CUPEL_TRY(keep_bounds(h, &c->grids.grid[0], job, err));
    cupel_bounds_keep(&h->bounds, h->estimate.on_grid);
    cupel_bounds_keep(&h->bounds, h->estimate.tensor);
    if (ahead.empty) beside_void(h, &ahead, fraction, given);
    if (ahead.rigid) beside_rigid(h, fraction, given);
    CUPEL_TRY(reach_to_bounds(h, &ahead, job, err));
    if (ahead.empty) cupel_homogenize_clear(h, ahead.carried);
    if (ahead.empty) CUPEL_TRY(cupel_homogenize_say_zero(h, ahead.carried, job, err));
    if (!h->estimate.resolved) CUPEL_TRY(cupel_homogenize_warn(h, job, err, "not resolved: %s; take a finer grid", h->estimate.why_not));
    if (o->fields) CUPEL_TRY(cupel_homogenize_fields(o, c, job, h, err));
    cupel_solution_free(h->estimate.solution); /* it looks at the mixture, which goes */
    h->estimate.solution = NULL;
    if (h->kind.physics == CUPEL_ELASTICITY) {
        h->has_engineering = cupel_engineering_of(h->estimate.tensor, h->kind.dim, &h->engineering);
        h->has_engineering_error = cupel_engineering_bars(h->estimate.tensor, h->estimate.error, h->kind.dim, &h->engineering_error);
    }
done:
    cupel_free(m);
    cupel_free(given);
    cupel_free(fraction);
    return st;
}

cupel_status cupel_homogenize(const cupel_homogenize_options *o, const cupel_job *job, cupel_homogenized **out, cupel_err *err)
{
    const double start = cupel_now();
    cupel_status st = CUPEL_OK;
    cupel_sample c = {0};
    cupel_homogenized *h = cupel_alloc(1, sizeof *h);
    if (!h) CUPEL_TRY(cupel_no_memory(err, "homogenisation", 0));
    CUPEL_TRY(find_property(o->property, h, err));
    if (o->accuracy < 0 || o->accuracy >= 1)
        CUPEL_TRY(cupel_fail(err, CUPEL_USAGE, "accuracy %g: expected a relative error between 0 and 1", o->accuracy));
    CUPEL_TRY(cupel_sample_read(o, job, &c, err));
    h->kind.dim = c.grids.grid[0].dim;
    h->kind.plane_stress = o->plane_stress;
    h->recipe = c.recipe;
    h->periodic = c.periodic;
    if (o->plane_stress && (h->kind.dim == 3 || h->kind.physics != CUPEL_ELASTICITY))
        CUPEL_TRY(cupel_fail(err, CUPEL_USAGE, "plane stress is for the elasticity of an image; '%s' is %d-D", o->input, h->kind.dim));
    CUPEL_TRY(cupel_homogenize_phases(o, &c, job, h, err));
    CUPEL_TRY(solve(o, &c, job, h, err));
    h->seconds = cupel_now() - start;
done:
    cupel_sample_release(&c);
    if (st != CUPEL_OK) {
        cupel_homogenized_free(h);
        h = NULL;
    }
    *out = h;
    return st;
}
