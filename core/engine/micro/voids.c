/* Voids are computed with a small stiffness where the demand says so, and a design is one of that demand. How near it is to one of a true void is
 * found by solving it again with a tenth. Not with nothing: cut voxels, which answer as laminates, then lose all their stiffness across the
 * interface, which on a coarse grid changes more than the void does. A perfect void has the least stand-in with which fields in single precision
 * converge: that one is solved again with ten times as much. */
#include "core/engine/micro/voids.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "models/homogenize/stand_in.h"

#include <math.h>

/* A phase whose property is below this share of the largest is spoken of as a void. */
static const double NEAR_VOID = 1e-3;
/* What iterating may leave: a void of 1e-4 can change as little as that. */
static const double ACCURACY = 5e-5;

/* A third of the trace of the conductivity, or of the upper left of the stiffness. */
static double size_of(const cupel_material *m, bool elastic)
{
    return elastic ? (m->c[0][0] + m->c[1][1] + m->c[2][2]) / 3 : (m->k[0][0] + m->k[1][1] + m->k[2][2]) / 3;
}

double cupel_voids_share(const cupel_micro_demand *d, size_t phase, bool elastic)
{
    double most = 0;
    if (!(elastic ? d->needs_elasticity : d->needs_conduction)) return NAN;
    for (size_t i = 0; i < d->n_phases; i++) most = fmax(most, size_of(&d->phase[i].material, elastic));
    const double size = size_of(&d->phase[phase].material, elastic);
    return size < NEAR_VOID * most ? size / most : (double)NAN;
}

bool cupel_voids_any(const cupel_micro_demand *d)
{
    for (size_t i = 0; i < d->n_phases; i++)
        for (int elastic = 0; elastic < 2; elastic++)
            if (cupel_voids_share(d, i, elastic) > 0) return true;
    return false;
}

static bool any_of(const cupel_micro_demand *d, bool stands_in)
{
    for (size_t i = 0; i < d->n_phases; i++)
        for (int elastic = 0; elastic < 2; elastic++)
            if (cupel_voids_share(d, i, elastic) > 0 && d->phase[i].stands_in[elastic] == stands_in) return true;
    return false;
}

static void weaken(cupel_material *m, bool elastic, double by)
{
    for (size_t i = 0; !elastic && i < 9; i++) m->k[i / 3][i % 3] *= by;
    for (size_t i = 0; elastic && i < 36; i++) m->c[i / 6][i % 6] *= by;
    if (!elastic) return;
    m->lambda *= by;
    m->mu *= by;
}

/* Below it fields in single precision do not converge beside the other phases. */
static void raise_to_stand_in(cupel_micro_demand *d, bool elastic)
{
    double most = 0;
    for (size_t i = 0; i < d->n_phases; i++) most = fmax(most, size_of(&d->phase[i].material, elastic));
    for (size_t i = 0; i < d->n_phases; i++) {
        const double share = size_of(&d->phase[i].material, elastic) / most;
        if (!(share > 0) || share >= CUPEL_STAND_IN / 3 || d->phase[i].stands_in[elastic]) continue; /* that of E: 0 is about half, by this measure */
        weaken(&d->phase[i].material, elastic, CUPEL_STAND_IN / share);
        d->phase[i].stands_in[elastic] = true;
    }
}

void cupel_voids_stand_in(cupel_micro_demand *d)
{
    static const cupel_physics physics[2] = {CUPEL_CONDUCTION, CUPEL_ELASTICITY};
    cupel_material m[CUPEL_MICRO_PHASES_MAX];
    bool filled[CUPEL_MICRO_PHASES_MAX];
    for (size_t i = 0; i < d->n_phases; i++) d->phase[i].given = d->phase[i].material;
    if (d->needs_conduction) raise_to_stand_in(d, false); /* first: what is all but nothing is no measure of a stand-in */
    for (size_t i = 0; i < d->n_phases; i++) m[i] = d->phase[i].material;
    for (int k = 0; k < 2; k++) {
        if (!(k ? d->needs_elasticity : d->needs_conduction) || cupel_stand_in(physics[k], d->n_phases, m, filled) <= 0) continue;
        for (size_t i = 0; i < d->n_phases; i++) d->phase[i].stands_in[k] |= filled[i];
    }
    for (size_t i = 0; i < d->n_phases; i++) d->phase[i].material = m[i];
    if (d->needs_elasticity) raise_to_stand_in(d, true);
}

/* Multiplies what the voids of a demand have by a factor: of those with a stand-in, or of the others. */
static void scale_voids(cupel_micro_demand *d, bool stands_in, double by)
{
    bool scales[CUPEL_MICRO_PHASES_MAX][2];
    for (size_t i = 0; i < d->n_phases; i++)
        for (int elastic = 0; elastic < 2; elastic++)
            scales[i][elastic] = cupel_voids_share(d, i, elastic) > 0 && d->phase[i].stands_in[elastic] == stands_in;
    for (size_t i = 0; i < d->n_phases; i++)
        for (int elastic = 0; elastic < 2; elastic++)
            if (scales[i][elastic]) weaken(&d->phase[i].material, elastic, by);
}

/* A trial whose loads are counted. */
static cupel_status solve(const cupel_micro_demand *d, const cupel_recipe *recipe, const cupel_trial_options *o, const cupel_job *job, cupel_trial *t,
                          size_t *solves, cupel_err *err)
{
    const cupel_status st = cupel_trial_solve(d, recipe, o, job, t, err);
    if (st == CUPEL_OK) *solves += t->solves;
    return st;
}

static cupel_status compute(const cupel_micro_demand *d, const cupel_recipe *recipe, const cupel_job *job, cupel_voids *v, size_t *solves,
                            cupel_err *err)
{
    static const double by[2] = {0.1, 10}; /* of what the demand gives, of a stand-in */
    cupel_status st = CUPEL_OK;
    cupel_trial base = {.solves = 0}, other = {.solves = 0};
    cupel_trial_options o = {.grid = d->grid < CUPEL_VOIDS_GRID ? (size_t)d->grid : (size_t)CUPEL_VOIDS_GRID, .accuracy = ACCURACY,
                             .blend_k = NAN, .blend_c = NAN};
    cupel_voids x = {.grid = o.grid, .given = any_of(d, false), .stands = any_of(d, true)};
    cupel_micro_demand *changed = cupel_alloc(1, sizeof *changed);
    if (!changed) CUPEL_TRY(cupel_no_memory(err, "a demand", sizeof *changed));
    CUPEL_TRY(solve(d, recipe, &o, job, &base, solves, err));
    o.blend_k = base.blend_k, o.blend_c = base.blend_c; /* cut voxels as before: the void alone changes */
    for (int k = 0; k < 2; k++) {
        if (!(k ? x.stands : x.given)) continue;
        *changed = *d;
        scale_voids(changed, k, by[k]);
        CUPEL_TRY(solve(changed, recipe, &o, job, &other, solves, err));
        cupel_moved_widen(d, &other.t, &base.t, k ? &x.tenfold : &x.tenth);
        cupel_trial_release(&other);
    }
    *v = x;
done:
    cupel_trial_release(&base);
    cupel_trial_release(&other);
    cupel_free(changed);
    return st;
}

cupel_status cupel_voids_of(const cupel_micro_demand *d, const cupel_recipe *recipe, const cupel_job *job, cupel_voids *v, size_t *solves,
                            cupel_err *err)
{
    *v = (cupel_voids){.grid = 0};
    const cupel_status st = compute(d, recipe, job, v, solves, err);
    return st == CUPEL_NO_RESOURCE || st == CUPEL_INTERRUPTED ? st : CUPEL_OK;
}

/* ---- words ---- */

void cupel_voids_words(const cupel_micro_demand *d, cupel_str *s)
{
    for (int elastic = 0; elastic < 2; elastic++)
        for (size_t i = 0; i < d->n_phases; i++) {
            char b[32];
            const double share = cupel_voids_share(d, i, elastic);
            if (isnan(share)) continue;
            cupel_str_addf(s, "Phase %s is taken for %s", d->phase[i].name, elastic ? "a void" : "an insulator");
            if (share > 0)
                cupel_str_addf(s, ": it was computed with 1/%s of the %s of the %s phase, %s.\n",
                               cupel_format_count(b, (uint64_t)llround(1 / share)), elastic ? "stiffness" : d->conduction->name,
                               elastic ? "stiffest" : "best conducting",
                               d->phase[i].stands_in[elastic] ? "which stands for less in the demand" : "as the demand says");
            else
                cupel_str_addf(s, ", exactly: it %s nothing.\n", elastic ? "bears" : "conducts");
        }
}

/* "void: computed with 1/10,000 of the stiffness of the stiffest phase", of those with a stand-in or of the others */
static void say_phases(const cupel_micro_demand *d, bool stands_in, cupel_str *s)
{
    const char *gap = "";
    for (size_t i = 0; i < d->n_phases; i++)
        for (int elastic = 0; elastic < 2; elastic++) {
            char b[32];
            const double share = cupel_voids_share(d, i, elastic);
            if (!(share > 0) || d->phase[i].stands_in[elastic] != stands_in) continue;
            cupel_str_addf(s, "%s%s: computed with 1/%s of the %s of the %s phase", gap, d->phase[i].name,
                           cupel_format_count(b, (uint64_t)llround(1 / share)), elastic ? "stiffness" : d->conduction->name,
                           elastic ? "stiffest" : "best conducting");
            gap = ", ";
        }
}

static void say(const cupel_micro_demand *d, const cupel_voids *v, bool stands_in, cupel_str *s)
{
    cupel_str_puts(s, "  ");
    say_phases(d, stands_in, s);
    cupel_str_puts(s, stands_in ? ", which stands for less; ten times that moves the design's " : "; a tenth of that moves the design's ");
    cupel_moved_say(d, stands_in ? &v->tenfold : &v->tenth, s);
    cupel_str_addf(s, " (on a grid of %zu)\n", v->grid);
}

void cupel_voids_say(const cupel_micro_demand *d, const cupel_voids *v, cupel_str *s)
{
    if (!v->grid) return;
    if (v->given) say(d, v, false, s);
    if (v->stands) say(d, v, true, s);
}

static void put_phases(const cupel_micro_demand *d, cupel_json_out *w)
{
    for (size_t i = 0; i < d->n_phases; i++)
        for (int elastic = 0; elastic < 2; elastic++) {
            const double share = cupel_voids_share(d, i, elastic);
            if (!(share > 0)) continue;
            cupel_json_open(w, '{');
            cupel_json_name(w, "name");
            cupel_json_put_string(w, d->phase[i].name);
            cupel_json_name(w, "of");
            cupel_json_put_string(w, elastic ? "stiffness" : d->conduction->name);
            cupel_json_name(w, "share");
            cupel_json_put_number(w, share);
            cupel_json_name(w, "stands in");
            cupel_json_put_bool(w, d->phase[i].stands_in[elastic]);
            cupel_json_close(w, '}');
        }
}

void cupel_voids_put(const cupel_micro_demand *d, const cupel_voids *v, cupel_json_out *w)
{
    if (!v->grid) return;
    cupel_json_name(w, "void");
    cupel_json_open(w, '{');
    cupel_json_name(w, "grid");
    cupel_json_put_count(w, v->grid);
    cupel_json_name(w, "phases");
    cupel_json_open(w, '[');
    put_phases(d, w);
    cupel_json_close(w, ']');
    if (v->given) cupel_json_name(w, "with a tenth of it"), cupel_moved_put(d, &v->tenth, w);
    if (v->stands) cupel_json_name(w, "with ten times the stand-in"), cupel_moved_put(d, &v->tenfold, w);
    cupel_json_close(w, '}');
}
