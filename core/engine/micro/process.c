/* Lengths of a demand: the edge of the box, what a process can make, and that a phase is one body. */
#include "core/base/err.h"
#include "core/engine/micro/demand_parts.h"
#include "core/io/keys.h"

#include <math.h>
#include <string.h>

/* Changes of properties are taken as linear. */
static const double HOLD_MOST = 0.2;

cupel_status cupel_micro_size(cupel_micro_reader *r, const cupel_yaml *root, cupel_err *err)
{
    cupel_micro_demand *d = r->d;
    const cupel_yaml *node = cupel_yaml_get(root, "size");
    d->size = 1;
    d->connected = d->n_phases;
    d->length_unit = "edge";
    if (!node) return CUPEL_OK;
    cupel_status st = cupel_micro_number(r, node, CUPEL_OF_LENGTH, &d->size, err);
    if (st != CUPEL_OK) return st;
    if (!(d->size > 0))
        return cupel_fail(err, CUPEL_USAGE, "%s:%zu: size: %g, expected the edge of the box, as in size: 5 mm", d->file, node->line, d->size);
    d->length_unit = cupel_micro_unit(r, CUPEL_OF_LENGTH);
    return CUPEL_OK;
}

const char *cupel_micro_length_unit(const cupel_micro_reader *r, cupel_unit_family family)
{
    const bool per = family == CUPEL_OF_PER_LENGTH;
    if (strcmp(r->d->length_unit, "edge") == 0) return per ? "1/edge" : "edge";
    return !*r->d->length_unit ? "" : per ? "1/m" : "m";
}

cupel_status cupel_micro_phase_named(const cupel_micro_demand *d, const cupel_yaml *node, size_t line, const char *what, size_t *phase,
                                     cupel_err *err)
{
    cupel_str all = {0};
    for (size_t i = 0; i < d->n_phases; i++) {
        if (node && node->kind == CUPEL_YAML_SCALAR && cupel_text_is(node->text, d->phase[i].name)) {
            *phase = i;
            cupel_str_free(&all);
            return CUPEL_OK;
        }
        cupel_str_addf(&all, "%s%s", i ? ", " : "", d->phase[i].name);
    }
    if (node && node->kind == CUPEL_YAML_SCALAR && node->text.n)
        cupel_fail(err, CUPEL_USAGE, "%s:%zu: '%s': no phase is called '%.*s'; phases are: %s", d->file, line, what,
                   cupel_shown(node->text.n, 40), node->text.p, cupel_str_text(&all));
    else
        cupel_fail(err, CUPEL_USAGE, "%s:%zu: '%s' needs the name of its phase; phases are: %s", d->file, line, what, cupel_str_text(&all));
    cupel_str_free(&all);
    return CUPEL_USAGE;
}

/* Lengths with units need a box with one, and those without a box without. */
static cupel_status check_lengths(const cupel_micro_reader *r, const cupel_yaml *root, cupel_err *err)
{
    const cupel_yaml *size = cupel_yaml_get(root, "size");
    for (int family = CUPEL_OF_LENGTH; family <= CUPEL_OF_PER_LENGTH; family++) {
        if (r->united[family] && !size)
            return cupel_fail(err, CUPEL_USAGE,
                              "%s:%zu: a length with a unit needs the edge of the box, as in size: 5 mm; or give lengths in edges of the box, "
                              "without units",
                              r->d->file, r->united[family]);
        if (size && (family == CUPEL_OF_PER_LENGTH) && (r->united[CUPEL_OF_LENGTH] ? r->plain[family] : r->united[family]))
            return cupel_fail(err, CUPEL_USAGE, "%s:%zu: a length %s a unit, where 'size' in line %zu has one %s; give all with units (in an entry "
                              "unit: 1/mm, say, holds for all of its numbers), or none", r->d->file,
                              r->united[CUPEL_OF_LENGTH] ? r->plain[family] : r->united[family],
                              r->united[CUPEL_OF_LENGTH] ? "without" : "with", size->line, r->united[CUPEL_OF_LENGTH] ? "with" : "without");
    }
    return CUPEL_OK;
}

/* The phase that carries: the largest trace of its stiffness, else of its conductivity. */
static size_t strongest(const cupel_micro_demand *d)
{
    size_t best = 0;
    double most = -1;
    for (size_t p = 0; p < d->n_phases; p++) {
        const cupel_material *m = &d->phase[p].material;
        double x = 0;
        for (size_t i = 0; i < 6; i++) x += m->has_c ? m->c[i][i] : i < 3 && m->has_k ? m->k[i][i] : 0;
        if (x > most) most = x, best = p;
    }
    return best;
}

static cupel_status add_feature(cupel_micro_reader *r, const cupel_yaml *node, size_t phase, cupel_err *err)
{
    cupel_micro_demand *d = r->d;
    cupel_ask a = {.kind = CUPEL_ASK_FEATURE, .phase = phase, .max = HUGE_VAL, .within = NAN, .weight = 1, .axis = -1, .line = node->line};
    cupel_str name = {0};
    r->here = NULL;
    cupel_status st = cupel_micro_number(r, node, CUPEL_OF_LENGTH, &a.min, err);
    if (st != CUPEL_OK) return st;
    const cupel_micro_shown shown = cupel_micro_show(r, CUPEL_OF_LENGTH, r->here);
    if (!(a.min > 0) || a.min > d->size)
        return cupel_fail(err, CUPEL_USAGE, "%s:%zu: minimum feature: expected a length between 0 and the edge of the box (%g %s), found %g", d->file,
                          node->line, shown.factor * d->size, shown.unit, shown.factor * a.min);
    if (d->n_asks == CUPEL_ASKS_MAX) return cupel_fail(err, CUPEL_USAGE, "%s:%zu: more than %d requirements", d->file, node->line, CUPEL_ASKS_MAX);
    cupel_str_addf(&name, "feature size %s", d->phase[phase].name);
    a.name = name.failed ? NULL : cupel_arena_text(&d->arena, cupel_str_text(&name), name.n);
    cupel_str_free(&name);
    if (!a.name) return cupel_no_memory(err, "a name", 0);
    a.unit = shown.unit;
    a.in_unit = shown.factor;
    a.own_unit = cupel_micro_length_unit(r, CUPEL_OF_LENGTH);
    for (size_t i = 0; i < d->n_asks; i++)
        if (strcmp(d->ask[i].name, a.name) == 0)
            return cupel_fail(err, CUPEL_USAGE, "%s:%zu: '%s' is required already in line %zu", d->file, node->line, a.name, d->ask[i].line);
    d->ask[d->n_asks++] = a;
    return CUPEL_OK;
}

static cupel_status read_tolerance(cupel_micro_reader *r, const cupel_yaml *node, const char *key, double *x, cupel_err *err)
{
    const cupel_micro_demand *d = r->d;
    r->here = NULL;
    cupel_status st = cupel_micro_number(r, node, CUPEL_OF_LENGTH, x, err);
    if (st != CUPEL_OK || (*x > 0 && *x < d->size)) return st;
    const cupel_micro_shown shown = cupel_micro_show(r, CUPEL_OF_LENGTH, r->here);
    return cupel_fail(err, CUPEL_USAGE, "%s:%zu: %s: expected a length between 0 and the edge of the box (%g %s), found %g", d->file, node->line, key,
                      shown.factor * d->size, shown.unit, shown.factor * *x);
}

static cupel_status hold_interface(cupel_micro_reader *r, const cupel_yaml *node, const cupel_yaml *before, cupel_err *err)
{
    cupel_micro_demand *d = r->d;
    double x = 0;
    cupel_status st = read_tolerance(r, node, "process tolerance", &x, err);
    if (st != CUPEL_OK) return st;
    const cupel_micro_shown shown = cupel_micro_show(r, CUPEL_OF_LENGTH, NULL);
    if (before && x != d->tolerance)
        return cupel_fail(err, CUPEL_USAGE, "%s:%zu: process tolerance: %g %s, where 'tolerance' in line %zu is %g %s: give one of them", d->file,
                          node->line, shown.factor * x, shown.unit, before->line, shown.factor * d->tolerance, shown.unit);
    if (d->n_phases > 2)
        return cupel_fail(err, CUPEL_USAGE, "%s:%zu: process tolerance: how far an interface moves a design is known of two phases, found %zu; leave "
                                            "it out, and 'phase properties' alone in 'hold under'", d->file, node->line, d->n_phases);
    d->tolerance = x;
    d->hold_interface = true;
    return CUPEL_OK;
}

static cupel_status hold_phases(cupel_micro_demand *d, const cupel_yaml *node, cupel_err *err)
{
    cupel_status st = cupel_micro_share(d, node, "phase properties", "a property", &d->hold_phases, err);
    if (st != CUPEL_OK) return st;
    if (!(d->hold_phases > 0 && d->hold_phases <= HOLD_MOST))
        return cupel_fail(err, CUPEL_USAGE, "%s:%zu: phase properties: found %g %%, expected more than 0 and at most %g %%, beyond which first-order "
                                            "changes say little", d->file, node->line, 100 * d->hold_phases, 100 * HOLD_MOST);
    if (d->n_phases > CUPEL_HOLD_PHASES_MAX)
        return cupel_fail(err, CUPEL_USAGE, "%s:%zu: phase properties: all combinations are looked at of at most %d phases, found %zu", d->file,
                          node->line, CUPEL_HOLD_PHASES_MAX, d->n_phases);
    return CUPEL_OK;
}

static cupel_status read_hold(cupel_micro_reader *r, const cupel_yaml *root, cupel_err *err)
{
    static const char *const keys[] = {"process tolerance", "phase properties", NULL};
    cupel_micro_demand *d = r->d;
    const cupel_yaml *hold = cupel_yaml_get(root, "hold under");
    if (!hold) return CUPEL_OK;
    d->hold_line = hold->line;
    if (hold->kind != CUPEL_YAML_MAP || !hold->child)
        return cupel_fail(err, CUPEL_USAGE, "%s:%zu: hold under: expected what the demand is to hold under, as in {process tolerance: 0.05 mm, phase "
                                            "properties: 5 %%}, or one of both", d->file, hold->line);
    cupel_status st = cupel_keys_check(hold, d->file, "hold under", keys, err);
    const cupel_yaml *process = cupel_yaml_get(hold, keys[0]), *phases = cupel_yaml_get(hold, keys[1]);
    if (st == CUPEL_OK && process) st = hold_interface(r, process, cupel_yaml_get(root, "tolerance"), err);
    if (st == CUPEL_OK && phases) st = hold_phases(d, phases, err);
    return st;
}

cupel_status cupel_micro_process(cupel_micro_reader *r, const cupel_yaml *root, cupel_err *err)
{
    cupel_micro_demand *d = r->d;
    const cupel_yaml *feature = cupel_yaml_get(root, "minimum feature"), *connected = cupel_yaml_get(root, "connected");
    const cupel_yaml *tolerance = cupel_yaml_get(root, "tolerance");
    cupel_status st = CUPEL_OK;
    if (tolerance) CUPEL_TRY(read_tolerance(r, tolerance, "tolerance", &d->tolerance, err));
    CUPEL_TRY(read_hold(r, root, err));
    if (connected) CUPEL_TRY(cupel_micro_phase_named(d, connected, connected->line, "connected", &d->connected, err));
    if (feature && feature->kind == CUPEL_YAML_LIST)
        CUPEL_TRY(cupel_fail(err, CUPEL_USAGE, "%s:%zu: minimum feature: expected a length, as in 0.4 mm, or one per phase, as in {solid: 0.4 mm}",
                             d->file, feature->line));
    if (feature && feature->kind == CUPEL_YAML_SCALAR) CUPEL_TRY(add_feature(r, feature, strongest(d), err));
    if (feature && feature->kind == CUPEL_YAML_MAP)
        for (const cupel_yaml *k = feature->child; k; k = k->next) {
            size_t phase;
            const cupel_yaml name = {.kind = CUPEL_YAML_SCALAR, .text = k->key, .line = k->line};
            CUPEL_TRY(cupel_micro_phase_named(d, &name, k->line, "minimum feature", &phase, err));
            CUPEL_TRY(add_feature(r, k, phase, err));
        }
    st = check_lengths(r, root, err);
done:
    return st;
}

cupel_status cupel_micro_check_table(const cupel_micro_demand *d, cupel_err *err)
{
    static const char REMEDY[] = "use 'cupel design'";
    for (size_t i = 0; i < d->n_asks; i++) {
        const cupel_ask *a = &d->ask[i];
        if (cupel_ask_is_statistic(a))
            return cupel_fail(err, CUPEL_USAGE, "%s:%zu: '%s' is judged on the voxels of a design, not in a table: %s", d->file, a->line, a->name,
                              REMEDY);
        if (a->free && a->kind == CUPEL_ASK_STIFFNESS)
            return cupel_fail(err, CUPEL_USAGE, "%s:%zu: a stiffness of free orientation is for a design, not for a table: %s", d->file, a->line,
                              REMEDY);
        if (a->on_grid)
            return cupel_fail(err, CUPEL_USAGE, "%s:%zu: 'on: grid' is about the grid of a design, not of a table: %s", d->file, a->line, REMEDY);
    }
    if (d->hold_line)
        return cupel_fail(err, CUPEL_USAGE, "%s:%zu: 'hold under' is judged of a design, not in a table: %s", d->file, d->hold_line, REMEDY);
    if (d->connected < d->n_phases) return cupel_fail(err, CUPEL_USAGE, "%s: 'connected' is for a design, not for a table: %s", d->file, REMEDY);
    return CUPEL_OK;
}
