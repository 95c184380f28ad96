#include "core/engine/micro/hold.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/engine/micro/statistics.h"
#include "core/math/small.h"

#include <math.h>

/* ---- corners ---- */

typedef struct corners {
    const cupel_micro_demand *d;
    cupel_design *out;
    cupel_moved_tensors *m;
    double k, c, alpha;                  /* what a change on the coarse grid is of the limit: tensors scale alike */
    cupel_micro_statistics shifted[2];   /* where something asks for them */
} corners;

static double ratio(const double *limit, const double *base, size_t n)
{
    const double size = cupel_small_norm(base, n);
    return size > 0 ? cupel_small_norm(limit, n) / size : 1;
}

static void add(const corners *x, const cupel_tensors *moved, double by, cupel_tensors *t)
{
    const cupel_tensors *base = &x->m->base;
    for (size_t i = 0; i < 9; i++) t->k[i] += by * x->k * (moved->k[i] - base->k[i]);
    for (size_t i = 0; i < 36; i++) t->c[i] += by * x->c * (moved->c[i] - base->c[i]);
    for (size_t i = 0; i < 6; i++) t->alpha[i] += by * x->alpha * (moved->alpha[i] - base->alpha[i]);
    for (size_t i = 0; i < x->d->n_phases; i++) t->fraction[i] += by * (moved->fraction[i] - base->fraction[i]);
}

/* One combination: bit p of `up` says that phase p has more. side: 0 the interface as it is, -1 phase 1 less, 1 more. */
static void move(const corners *x, size_t up, int side, cupel_tensors *t)
{
    const cupel_micro_demand *d = x->d;
    for (size_t p = 0; p < d->n_phases && d->hold_phases > 0; p++) add(x, &x->m->phase[p], up >> p & 1 ? 1 : -1, t);
    const size_t i = side > 0, other = 1 - i;
    if (side && x->m->there[i]) add(x, &x->m->interface[i], 1, t);
    if (side && !x->m->there[i]) add(x, &x->m->interface[other], -1, t);
}

/* By how much an entry moves. */
static double moved_by(const corners *x, size_t up, int side, size_t ask)
{
    const cupel_micro_demand *d = x->d;
    const cupel_tensors *base = d->ask[ask].on_grid ? &x->out->on_grid : &x->out->limit;
    cupel_tensors t = *base;
    move(x, up, side, &t);
    cupel_micro_state here = cupel_tensors_state(d, base), state = cupel_tensors_state(d, &t);
    here.statistics = &x->out->statistics;
    state.statistics = side ? &x->shifted[side > 0] : here.statistics;
    return cupel_ask_value(d, &d->ask[ask], &state) - cupel_ask_value(d, &d->ask[ask], &here);
}

static void look(const corners *x, size_t up, int side)
{
    const cupel_micro_demand *d = x->d;
    for (size_t a = 0; a < d->n_asks; a++) {
        cupel_design_ask *v = &x->out->ask[a];
        const double by = moved_by(x, up, side, a);
        if (isnan(v->above) || isnan(by)) {
            v->above = v->below = NAN;
            continue;
        }
        v->above = fmax(v->above, by);
        v->below = d->ask[a].whole ? 0 : fmax(v->below, -by);
    }
}

/* Statistics are counted again on the voxels of the shifted recipe. */
static cupel_status count_shifted(corners *x, const cupel_job *job, cupel_err *err)
{
    bool any = false;
    for (size_t i = 0; i < x->d->n_asks; i++) any = any || cupel_ask_is_statistic(&x->d->ask[i]);
    for (int i = 0; i < 2 && any; i++) {
        cupel_micro_statistics bar;
        cupel_recipe *r = &x->m->shifted[x->m->there[i] ? i : 1 - i]; /* the other way, where this one cannot be made */
        cupel_status st = cupel_recipe_settle(r, job, err);
        if (st == CUPEL_OK) st = cupel_statistics_of_limit(x->d, r, x->out->grid, job, &x->shifted[i], &bar, err);
        if (st != CUPEL_OK) return st;
    }
    return CUPEL_OK;
}

/* A phase alone has no interface, and its tensors go with its properties. */
static bool alone(corners *x)
{
    const cupel_micro_demand *d = x->d;
    const double share = cupel_sensitivity_share(d);
    for (size_t p = 0; p < d->n_phases; p++) {
        cupel_tensors *t = &x->m->phase[p];
        if (x->out->limit.fraction[p] != 1) continue;
        *x->m = (cupel_moved_tensors){.base = x->out->limit, .there = {true, true}};
        for (size_t i = 0; i < d->n_phases; i++) x->m->phase[i] = x->m->base;
        for (size_t i = 0; i < 9; i++) t->k[i] *= 1 + share;
        for (size_t i = 0; i < 36; i++) t->c[i] *= 1 + share;
        for (size_t i = 0; i < 6; i++) t->alpha[i] *= 1 + share;
        x->m->interface[0] = x->m->interface[1] = x->m->base;
        x->shifted[0] = x->shifted[1] = x->out->statistics;
        return true;
    }
    return false;
}

static cupel_status compute(corners *x, const cupel_job *job, size_t *solves, cupel_err *err)
{
    const cupel_micro_demand *d = x->d;
    cupel_design *out = x->out;
    cupel_status st = CUPEL_OK;
    const bool one = alone(x);
    if (!one) CUPEL_TRY(cupel_moved_tensors_of(d, &out->recipe, job, x->m, &out->sensitivity, solves, err));
    if (d->hold_interface && !x->m->there[0] && !x->m->there[1])
        CUPEL_TRY(cupel_fail(err, CUPEL_USAGE, "the interface of '%s' has no volume fraction by which it is moved",
                             out->recipe.generator->method.name));
    if (d->hold_interface && !one) CUPEL_TRY(count_shifted(x, job, err));
    x->k = ratio(out->limit.k, x->m->base.k, 9);
    x->c = ratio(out->limit.c, x->m->base.c, 36);
    x->alpha = ratio(out->limit.alpha, x->m->base.alpha, 6);
    const size_t ends = d->hold_phases > 0 ? (size_t)1 << d->n_phases : 1;
    for (size_t up = 0; up < ends; up++)
        for (int side = d->hold_interface ? -1 : 0; side <= (d->hold_interface ? 1 : 0); side++) look(x, up, side);
done:
    return st;
}

cupel_status cupel_hold_of(const cupel_micro_demand *d, cupel_design *out, const cupel_job *job, size_t *solves, cupel_err *err)
{
    if (!d->hold_line) return CUPEL_OK;
    corners x = {.d = d, .out = out, .m = cupel_alloc(1, sizeof(cupel_moved_tensors))};
    if (!x.m) return cupel_no_memory(err, "what a design is to hold under", sizeof *x.m);
    const cupel_status st = compute(&x, job, solves, err);
    cupel_free(x.m);
    if (st == CUPEL_OK || st == CUPEL_NO_RESOURCE || st == CUPEL_INTERRUPTED) return st;
    for (size_t i = 0; i < d->n_asks; i++) out->ask[i].above = out->ask[i].below = NAN;
    return CUPEL_OK;
}

/* ---- before any solve ---- */

/* A number that is t times as large when all properties of all phases are. */
static bool goes_along(const cupel_ask *a)
{
    if (a->invariant == CUPEL_INVARIANT_RATIO) return false;
    return a->kind == CUPEL_ASK_CONDUCTIVITY || a->kind == CUPEL_ASK_STIFFNESS || a->kind == CUPEL_ASK_EXPANSION || a->kind == CUPEL_ASK_YOUNG ||
           a->kind == CUPEL_ASK_BULK || a->kind == CUPEL_ASK_SHEAR;
}

double cupel_hold_margin(const cupel_micro_demand *d, const cupel_ask *a)
{
    if (a->whole || !goes_along(a)) return 0;
    return d->hold_phases * fmax(isfinite(a->min) ? fabs(a->min) : 0, isfinite(a->max) ? fabs(a->max) : 0);
}

/* Of x T with x from 1 - off to 1 + off one end is at least `off` from the target, whatever T is: their distances from it sum to 2 off |T|, and along
 * the target's own direction the larger of |(1 - off) t - 1| and |(1 + off) t - 1| is least at t = 1. */
cupel_status cupel_hold_feasible(const cupel_micro_demand *d, cupel_err *err)
{
    const double off = d->hold_phases, most = (1 + off) / (1 - off);
    for (size_t i = 0; i < d->n_asks && off > 0; i++) {
        const cupel_ask *a = &d->ask[i];
        const char *gap = *a->unit ? " " : "";
        if (a->whole && a->within < off * (1 - 1e-9))
            return cupel_fail(err, CUPEL_INFEASIBLE,
                              "%s:%zu: cannot be met: '%s' within %.3g %% is to hold with phases %.3g %% off (line %zu), but where all of them are "
                              "off alike every tensor is %.3g %% off; nearest, not ruled out by this: within %.3g %%",
                              d->file, a->line, a->name, 100 * a->within, 100 * off, d->hold_line, 100 * off, 100 * off);
        if (a->whole || !goes_along(a) || !(a->min > 0) || !(a->max < a->min * most * (1 - 1e-9))) continue;
        return cupel_fail(err, CUPEL_INFEASIBLE,
                          "%s:%zu: cannot be met: '%s' from %.5g to %.5g%s%s is to hold with phases %.3g %% off (line %zu), but where all of them "
                          "are off alike it goes from %.4g to %.4g of itself; nearest, not ruled out by this: from %.5g to %.5g%s%s",
                          d->file, a->line, a->name, a->in_unit * a->min, a->in_unit * a->max, gap, a->unit, 100 * off, d->hold_line, 1 - off,
                          1 + off, a->in_unit * a->min, a->in_unit * a->min * most, gap, a->unit);
    }
    return CUPEL_OK;
}

/* ---- run.json ---- */

static void put_ask(const cupel_ask *a, const cupel_design_ask *v, cupel_json_out *w)
{
    const double f = cupel_ask_factor(a);
    cupel_json_open(w, '{');
    cupel_json_name(w, "name");
    cupel_json_put_string(w, a->name);
    cupel_json_name(w, "unit");
    cupel_json_put_string(w, cupel_ask_unit(a));
    cupel_json_name(w, "below");
    cupel_json_put_number(w, f * v->below);
    cupel_json_name(w, "above");
    cupel_json_put_number(w, f * v->above);
    cupel_json_name(w, "met as drawn");
    cupel_json_put_bool(w, v->met_as_drawn);
    cupel_json_close(w, '}');
}

void cupel_hold_put(const cupel_micro_demand *d, const cupel_design *g, cupel_json_out *w)
{
    if (!d->hold_line) return;
    cupel_json_name(w, "hold under");
    cupel_json_open(w, '{');
    cupel_json_name(w, "phase properties [%]");
    cupel_json_put_number(w, 100 * d->hold_phases);
    cupel_str name = {0};
    cupel_str_addf(&name, *d->length_shown.unit ? "process tolerance [%s]" : "process tolerance", d->length_shown.unit);
    cupel_json_name(w, cupel_str_text(&name));
    cupel_str_free(&name);
    cupel_json_put_number(w, d->hold_interface ? d->length_shown.factor * d->tolerance : 0);
    cupel_json_name(w, "require");
    cupel_json_open(w, '[');
    for (size_t i = 0; i < d->n_asks; i++) put_ask(&d->ask[i], &g->ask[i], w);
    cupel_json_close(w, ']');
    cupel_json_close(w, '}');
}
