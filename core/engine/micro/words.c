#include "core/engine/micro/demand.h"

#include "core/engine/micro/attain.h"
#include "core/engine/micro/spaces.h"
#include "core/engine/micro/voids.h"
#include "core/math/mandel.h"

#include <math.h>
#include <string.h>

static void put_number(cupel_str *s, double x, const char *unit)
{
    cupel_str_addf(s, "%.6g%s%s", x, *unit ? " " : "", unit);
}

static void put_shown(cupel_str *s, double x, const cupel_micro_shown *as) { put_number(s, as->factor * x, as->unit); }

static void put_target(const cupel_ask *a, cupel_str *s)
{
    const bool vector = a->kind == CUPEL_ASK_EXPANSION;
    const size_t rows = a->order, cols = vector ? 1 : a->order;
    double target[36];
    memcpy(target, a->target, sizeof target);
    if (a->voigt) cupel_voigt_of_mandel(target);
    cupel_str_addf(s, "- %s within %.3g %% of%s [", a->name, 100 * a->within, a->free ? " any orientation of" : "");
    for (size_t i = 0; i < rows; i++) {
        cupel_str_puts(s, i ? "; " : "");
        for (size_t j = 0; j < cols; j++) {
            const double x = target[i * cols + j];
            cupel_str_puts(s, j ? " " : "");
            if (isnan(x))
                cupel_str_putc(s, '~');
            else
                cupel_str_addf(s, "%.5g", a->in_unit * x);
        }
    }
    cupel_str_addf(s, "]%s%s%s", *a->unit ? " " : "", a->unit,
                   a->order != 6 ? ""
                   : a->voigt    ? " (Voigt components 11 22 33 23 13 12)"
                                 : " (Mandel components 11 22 33 23 13 12)");
}

static bool is_mean_young(const cupel_ask *a)
{
    return a->kind == CUPEL_ASK_YOUNG && !a->extreme && a->direction[0] == 0 && a->direction[1] == 0 && a->direction[2] == 0;
}

static void put_ask(const cupel_ask *a, cupel_str *s)
{
    if (a->whole) {
        put_target(a, s);
    } else {
        const bool mean = is_mean_young(a);
        const bool feature = a->kind == CUPEL_ASK_FEATURE;
        cupel_str_addf(s, "- %s%s", a->name, a->like
                       ? " (relative distance of the two-point function from the measured one, over lags up to a quarter of the box)"
                  : feature ? " (the thickness that 95 % of the phase exceed)" : mean ? " (of the mean over all "
                  "orientations; a direction: [0, 0, 1] asks for one direction)" : a->extreme ? " of all directions" : "");
        if (a->min > -HUGE_VAL) {
            cupel_str_puts(s, " at least ");
            put_number(s, a->in_unit * a->min, a->unit);
        }
        if (a->max < HUGE_VAL) {
            cupel_str_puts(s, a->min > -HUGE_VAL ? " and at most " : " at most ");
            put_number(s, a->in_unit * a->max, a->unit);
        }
        if (a->goal) cupel_str_puts(s, a->goal > 0 ? ", as large as possible" : ", as small as possible");
    }
    cupel_str_putc(s, '\n');
}

static void put_expansion(const cupel_micro_demand *d, const cupel_material *m, cupel_str *s)
{
    bool same = true;
    if (!m->has_alpha) return;
    for (size_t i = 1; i < 6; i++) same = same && m->alpha[i] == (i < 3 ? m->alpha[0] : 0);
    cupel_str_puts(s, ", expansion ");
    if (same)
        put_shown(s, m->alpha[0], &d->alpha_shown);
    else
        cupel_str_puts(s, "anisotropic");
}

static void put_phase(const cupel_micro_demand *d, const cupel_micro_phase *p, cupel_str *s)
{
    const cupel_material *m = &p->given;
    cupel_str_addf(s, "- phase %zu, %s:", (size_t)(p - d->phase), p->name);
    if (m->has_k) {
        cupel_str_addf(s, " %s ", d->conduction->name);
        if (m->k_isotropic)
            put_shown(s, m->k[0][0], &d->k_shown);
        else
            cupel_str_puts(s, "anisotropic");
    }
    if (m->has_k && m->has_c) cupel_str_putc(s, ',');
    if (m->has_c && m->c_isotropic) {
        const double e = m->mu > 0 ? m->mu * (3 * m->lambda + 2 * m->mu) / (m->lambda + m->mu) : 0;
        cupel_str_puts(s, " Young's modulus ");
        put_shown(s, e, &d->c_shown);
        if (m->mu > 0) cupel_str_addf(s, " and Poisson's ratio %.4g", m->lambda / (2 * (m->lambda + m->mu)));
    } else if (m->has_c) {
        cupel_str_puts(s, " stiffness anisotropic");
    }
    put_expansion(d, m, s);
    if (!isnan(p->density)) cupel_str_puts(s, ", density "), put_shown(s, p->density, &d->density_shown);
    if (!isnan(p->price)) cupel_str_puts(s, ", price "), put_shown(s, p->price, &d->price_shown);
    cupel_str_putc(s, '\n');
}

static void say_stand_ins(const cupel_micro_demand *d, const cupel_job *job)
{
    for (size_t i = 0; i < d->n_phases; i++)
        for (int elastic = 0; elastic < 2; elastic++) {
            char b[32];
            const double share = cupel_voids_share(d, i, elastic);
            if (!d->phase[i].stands_in[elastic] || !(share > 0)) continue;
            cupel_say(job, CUPEL_NOTE, "%s:%zu: phase '%s' is computed with 1/%s of the %s of the %s phase in place of what it has: a limit",
                      d->file, d->phase[i].line, d->phase[i].name, cupel_format_count(b, (uint64_t)llround(1 / share)),
                      elastic ? "stiffness" : d->conduction->name, elastic ? "stiffest" : "best conducting");
        }
}

/* A space of plane layers, which are judged in closed form (verify.c). */
static bool is_of_layers(const cupel_micro_demand *d)
{
    bool stands_in = false;
    for (size_t p = 0; p < d->n_phases; p++) stands_in = stands_in || d->phase[p].stands_in[0] || d->phase[p].stands_in[1];
    return d->n_phases == 2 && !stands_in && cupel_micro_space_of(d, "laminate");
}

/* A bar above 0 lies within no tolerance of 0: only what has no bar can be met so. */
static void say_edges(const cupel_micro_demand *d, const cupel_job *job)
{
    cupel_attainable a;
    cupel_recipe r;
    bool looked = false, exact = false;
    for (size_t i = 0; i < d->n_asks; i++) {
        const cupel_ask *k = &d->ask[i];
        if (!cupel_ask_is_exact(k)) continue;
        if (!looked) cupel_attainable_find(d, &a), exact = !d->space && cupel_attainable_recipe(d, &a, &r), looked = true;
        if (is_of_layers(d) && !k->on_grid && !cupel_ask_is_statistic(k))
            cupel_say(job, CUPEL_NOTE, "%s:%zu: '%s' has no tolerance; the layers of the space are judged in closed form, without a bar, and pass "
                                       "where they have it exactly", d->file, k->line, k->name);
        else if (exact && !k->on_grid)
            cupel_say(job, CUPEL_NOTE, "%s:%zu: '%s' has no tolerance; %s it exactly, in closed form", d->file, k->line, k->name,
                      a.rank ? "plane layers have" : "one phase alone has");
        else
            cupel_say(job, CUPEL_WARNING, "%s:%zu: '%s' has no tolerance, and neither one phase alone nor plane layers have it exactly%s: what is "
                                          "computed has a bar above 0, so that nothing passes; give %s", d->file, k->line, k->name,
                      d->space ? " in the space" : "", k->whole ? "within: 1 %, say" : "min and max some room");
    }
}

static void say_conventions(const cupel_micro_demand *d, const cupel_job *job)
{
    for (size_t i = 0; i < d->n_asks; i++)
        if (d->ask[i].assumed)
            cupel_say(job, CUPEL_NOTE, "%s:%zu: this target says no convention and is read in Mandel components, in which a shear modulus G stands "
                                       "as 2 G; 'convention: mandel' says so, 'convention: voigt' reads it as G", d->file, d->ask[i].target_line);
}

void cupel_micro_demand_say(const cupel_micro_demand *d, const cupel_job *job)
{
    say_stand_ins(d, job);
    say_conventions(d, job);
    say_edges(d, job);
    for (size_t i = 0; i < d->n_asks; i++)
        if (is_mean_young(&d->ask[i]))
            cupel_say(job, CUPEL_NOTE, "%s:%zu: 'young modulus' without a direction is that of the mean (Hill) of the stiffness over all "
                                       "orientations; direction: [0, 0, 1] asks for one, direction: softest for the least of all", d->file,
                      d->ask[i].line);
}

static void put_hold(const cupel_micro_demand *d, cupel_str *s)
{
    if (!d->hold_line) return;
    cupel_str_puts(s, "All of it must hold with ");
    if (d->hold_phases > 0) cupel_str_addf(s, "the properties of each phase up to %.3g %% off, in any combination", 100 * d->hold_phases);
    if (d->hold_phases > 0 && d->hold_interface) cupel_str_puts(s, ", and ");
    if (d->hold_interface) cupel_str_addf(s, "the interface up to half of %g%s%s off", d->length_shown.factor * d->tolerance,
                                           *d->length_shown.unit ? " " : "", d->length_shown.unit);
    cupel_str_puts(s, ".\n");
}

void cupel_micro_demand_words(const cupel_micro_demand *d, cupel_str *s)
{
    cupel_str_addf(s, "%s\nMixed from:\n", d->words);
    for (size_t i = 0; i < d->n_phases; i++) put_phase(d, &d->phase[i], s);
    cupel_str_puts(s, "Required:\n");
    for (size_t i = 0; i < d->n_asks; i++) put_ask(&d->ask[i], s);
    if (strcmp(d->length_unit, "edge") != 0)
        cupel_str_addf(s, "The box has an edge of %.6g%s%s.\n", d->length_shown.factor * d->size, *d->length_shown.unit ? " " : "",
                       d->length_shown.unit);
    put_hold(d, s);
    if (d->connected < d->n_phases)
        cupel_str_addf(s, "Phase '%s' in one body: islands removed, trapped void filled, and what that costs.\n", d->phase[d->connected].name);
    cupel_str_addf(s, "Computed on %llu voxels an edge", (unsigned long long)d->grid);
    if (d->budget_seconds < HUGE_VAL) cupel_str_addf(s, ", in at most %.6g s", d->budget_seconds);
    if (d->budget_solves) cupel_str_addf(s, ", with at most %llu solves", (unsigned long long)d->budget_solves);
    cupel_str_puts(s, ".\n");
}
