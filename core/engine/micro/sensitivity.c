/* How far a design moves when it is not made as it was drawn: its interface shifted by half the tolerance of the process, the properties of a phase
 * 5 % off. To first order from the kept fields of one trial on a coarse grid (Hellmann-Feynman): a change is known to its first digits there. */
#include "core/engine/micro/sensitivity.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/engine/micro/statistics.h"

#include <math.h>

static const double OFF = 0.05;

static void scale(cupel_material *m, double by)
{
    for (size_t i = 0; i < 9; i++) m->k[i / 3][i % 3] *= by;
    for (size_t i = 0; i < 36; i++) m->c[i / 6][i % 6] *= by;
    for (size_t i = 0; i < 6; i++) m->alpha[i] *= by;
    m->lambda *= by;
    m->mu *= by;
}

double cupel_sensitivity_share(const cupel_micro_demand *d) { return d->hold_phases > 0 ? d->hold_phases : OFF; }

static cupel_status move_phases(const cupel_micro_demand *d, const cupel_trial *t, const cupel_job *job, cupel_moved_tensors *m, cupel_sensitivity *s,
                                cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_micro_demand *other = cupel_alloc(1, sizeof *other);
    if (!other) return cupel_no_memory(err, "a demand", sizeof *other);
    for (size_t p = 0; p < d->n_phases && st == CUPEL_OK; p++) {
        m->phase[p] = m->base;
        *other = *d;
        scale(&other->phase[p].material, 1 + cupel_sensitivity_share(d));
        st = cupel_trial_under(other, t, &t->recipe, job, &m->phase[p], err);
        if (st == CUPEL_OK) cupel_moved_widen(d, &m->phase[p], &m->base, &s->phase[p]);
    }
    cupel_free(other);
    return st;
}

/* A shift of the interface changes the volume fraction by surface per volume times shift. Nothing where the recipe has no fraction. */
static cupel_status move_interface(const cupel_micro_demand *d, const cupel_trial *t, const cupel_job *job, cupel_moved_tensors *m,
                                   cupel_sensitivity *s, cupel_err *err)
{
    double edge[3], surface[CUPEL_MICRO_PHASES_MAX], projected[CUPEL_MICRO_PHASES_MAX];
    const double fraction = cupel_recipe_fraction(&t->recipe);
    if (!(d->tolerance > 0) || d->n_phases != 2 || isnan(fraction)) return CUPEL_OK;
    cupel_trial_edges(&t->recipe, t->n, edge);
    cupel_statistics_of_cuts(t->mixture, edge, surface, projected);
    s->fraction = surface[1] * 0.5 * d->tolerance / d->size;
    for (int i = 0; i < 2; i++) {
        m->shifted[i] = t->recipe;
        m->interface[i] = m->base;
        /* beyond what the generator makes: not there */
        if (cupel_recipe_set(&m->shifted[i], "fraction", fraction + (i ? 1 : -1) * s->fraction, NULL) != CUPEL_OK) continue;
        cupel_status st = cupel_trial_under(d, t, &m->shifted[i], job, &m->interface[i], err);
        if (st != CUPEL_OK) return st;
        cupel_moved_widen(d, &m->interface[i], &m->base, &s->interface);
        s->shifted = m->there[i] = true;
    }
    return CUPEL_OK;
}

cupel_status cupel_moved_tensors_of(const cupel_micro_demand *d, const cupel_recipe *recipe, const cupel_job *job, cupel_moved_tensors *m,
                                    cupel_sensitivity *s, size_t *solves, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_trial t = {.solves = 0};
    const cupel_trial_options o = {.grid = d->grid < CUPEL_SENSITIVITY_GRID ? (size_t)d->grid : (size_t)CUPEL_SENSITIVITY_GRID, .accuracy = 1e-3,
                                   .blend_k = NAN, .blend_c = NAN, .fields = true};
    *s = (cupel_sensitivity){.grid = o.grid};
    *m = (cupel_moved_tensors){.there = {false}};
    CUPEL_TRY(cupel_trial_solve(d, recipe, &o, job, &t, err));
    *solves += t.solves;
    CUPEL_TRY(cupel_trial_under(d, &t, recipe, job, &m->base, err));
    CUPEL_TRY(move_phases(d, &t, job, m, s, err));
    st = move_interface(d, &t, job, m, s, err);
done:
    cupel_trial_release(&t);
    return st;
}

cupel_status cupel_sensitivity_of(const cupel_micro_demand *d, const cupel_recipe *recipe, const cupel_job *job, cupel_sensitivity *s, size_t *solves,
                                  cupel_err *err)
{
    cupel_job calm = *job;
    calm.stop = NULL; /* a second at most, and then what was found is written */
    *s = (cupel_sensitivity){.grid = 0};
    if (d->n_phases < 2) return CUPEL_OK;
    cupel_moved_tensors *m = cupel_alloc(1, sizeof *m);
    if (!m) return cupel_no_memory(err, "sensitivities", sizeof *m);
    const cupel_status st = cupel_moved_tensors_of(d, recipe, &calm, m, s, solves, err);
    cupel_free(m);
    if (st == CUPEL_OK || st == CUPEL_NO_RESOURCE) return st;
    *s = (cupel_sensitivity){.grid = 0};
    return CUPEL_OK;
}

void cupel_sensitivity_off(const cupel_micro_demand *d, cupel_str *s)
{
    const char *const name[] = {d->conduction->name, "stiffness", "expansion"};
    const bool there[] = {d->needs_conduction, d->needs_elasticity, d->needs_expansion};
    const char *gap = "";
    for (size_t i = 0; i < 3; i++) {
        if (!there[i]) continue;
        cupel_str_addf(s, "%s%s", gap, name[i]);
        gap = " and ";
    }
}

void cupel_sensitivity_say(const cupel_micro_demand *d, const cupel_sensitivity *x, cupel_str *s)
{
    if (!x->grid) return;
    for (size_t p = 0; p < d->n_phases && cupel_demand_is_physical(d); p++) {
        cupel_str_addf(s, "  %.3g %% more or less ", 100 * cupel_sensitivity_share(d));
        cupel_sensitivity_off(d, s);
        cupel_str_addf(s, " of %s moves the design's ", d->phase[p].name);
        cupel_moved_say(d, &x->phase[p], s);
        cupel_str_putc(s, '\n');
    }
    if (!x->shifted || !cupel_moved_any(d, &x->interface)) return;
    cupel_str_addf(s, "  an interface shifted by half of %g %s (%.2g of the volume) moves the design's ",
                   d->length_shown.factor * d->tolerance, d->length_shown.unit, x->fraction);
    cupel_moved_say(d, &x->interface, s);
    cupel_str_putc(s, '\n');
}

static void put_phases(const cupel_micro_demand *d, const cupel_sensitivity *x, cupel_json_out *w)
{
    cupel_str name = {0};
    cupel_str_addf(&name, "phase off by %.3g %%", 100 * cupel_sensitivity_share(d));
    cupel_json_name(w, cupel_str_text(&name));
    cupel_str_free(&name);
    cupel_json_open(w, '[');
    for (size_t p = 0; p < d->n_phases; p++) cupel_moved_put(d, &x->phase[p], w);
    cupel_json_close(w, ']');
}

void cupel_sensitivity_put(const cupel_micro_demand *d, const cupel_sensitivity *x, cupel_json_out *w)
{
    const bool physical = cupel_demand_is_physical(d), shifted = x->shifted && cupel_moved_any(d, &x->interface);
    if (!x->grid || (!physical && !shifted)) return;
    cupel_json_name(w, "sensitivity");
    cupel_json_open(w, '{');
    cupel_json_name(w, "grid");
    cupel_json_put_count(w, x->grid);
    if (physical) put_phases(d, x, w);
    if (shifted) {
        cupel_json_name(w, "fraction by half the tolerance");
        cupel_json_put_number(w, x->fraction);
        cupel_json_name(w, "interface shifted by half the tolerance");
        cupel_moved_put(d, &x->interface, w);
    }
    cupel_json_close(w, '}');
}
