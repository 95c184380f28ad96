/* Which phase has which properties: labels of the volume against the options. */
#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/engine/homogenize_parts.h"
#include "core/math/mandel.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* "N:PROPERTIES" taken apart. */
typedef struct phase_option {
    bool rest; /* "*" */
    int64_t label;
    const char *properties;
    cupel_material material;
    bool used;
} phase_option;

static cupel_status read_option(const char *text, phase_option *p, cupel_err *err)
{
    const char *colon = strchr(text, ':');
    const cupel_text name = cupel_text_trim((cupel_text){text, colon ? (size_t)(colon - text) : 0});
    *p = (phase_option){.rest = cupel_text_is(name, "*")};
    if (!colon || (!p->rest && !cupel_parse_i64(name, &p->label)))
        return cupel_fail(err, CUPEL_USAGE,
                          "--phase '%.80s': expected LABEL:PROPERTIES, as 0:k=1 or 1:E=210,nu=0.3, or *:PROPERTIES for all other labels", text);
    p->properties = colon + 1;
    const cupel_status st = cupel_material_read(cupel_text_of(p->properties), &p->material, err);
    return st == CUPEL_OK ? st : cupel_err_prefix(err, "--phase %.*s: ", (int)name.n, name.p);
}

static cupel_status read_options(const cupel_homogenize_options *o, phase_option *p, cupel_err *err)
{
    for (size_t i = 0; i < o->n_phases; i++) {
        const cupel_status st = read_option(o->phase[i], &p[i], err);
        if (st != CUPEL_OK) return st;
        for (size_t j = 0; j < i; j++)
            if (p[j].rest == p[i].rest && (p[i].rest || p[j].label == p[i].label))
                return cupel_fail(err, CUPEL_USAGE, "--phase '%.80s': these voxels have properties already, '%.80s'", o->phase[i], o->phase[j]);
    }
    return CUPEL_OK;
}

static phase_option *option_of(phase_option *p, size_t n, int64_t label)
{
    phase_option *rest = NULL;
    for (size_t i = 0; i < n; i++) {
        if (!p[i].rest && p[i].label == label) return &p[i];
        if (p[i].rest) rest = &p[i];
    }
    return rest;
}

/* "labels 1, 4, 7 and 12 more have no properties" */
static cupel_status labels_without(const cupel_sample *c, phase_option *p, size_t n, cupel_err *err)
{
    enum { NAMED = 8 };
    cupel_str s = {0};
    size_t missing = 0;
    for (size_t i = 0; i < c->n_phases; i++) {
        if (option_of(p, n, c->label[i])) continue;
        if (missing++ < NAMED) cupel_str_addf(&s, "%s%" PRId64, missing > 1 ? ", " : "", c->label[i]);
    }
    if (missing > NAMED) cupel_str_addf(&s, " and %zu more", missing - NAMED);
    if (missing)
        cupel_fail(err, CUPEL_USAGE, "label%s %s without properties; add --phase LABEL:PROPERTIES, or --phase '*:PROPERTIES' for all not named",
                   missing > 1 ? "s" : "", cupel_str_text(&s));
    cupel_str_free(&s);
    return missing ? CUPEL_USAGE : CUPEL_OK;
}

static cupel_status need(const cupel_homogenize_options *o, const cupel_homogenized *h, size_t id, cupel_err *err)
{
    const cupel_material *m = &h->phase[id].material;
    const bool expansion = strcmp(o->property, "expansion") == 0;
    const char *lacks = NULL;
    if (h->kind.physics == CUPEL_CONDUCTION && !m->has_k) lacks = "k=... (or k1, k2, k3, or k11 .. k23)";
    if (h->kind.physics == CUPEL_ELASTICITY && !m->has_c) lacks = "stiffness (E=...,nu=... or C11=...)";
    if (expansion && !m->has_alpha && !lacks) lacks = "alpha=...";
    if (!lacks) return CUPEL_OK;
    return cupel_fail(err, CUPEL_USAGE, "label %" PRId64 ": '%s' has no %s, which %s needs", h->phase[id].label, h->phase[id].properties, lacks,
                      o->property);
}

static cupel_status turn(const cupel_sample *c, const cupel_orientations *table, const char *path, cupel_homogenized *h, cupel_err *err)
{
    for (size_t i = 0; i < h->n_phases; i++) {
        double q[9];
        const double *found = table->n ? cupel_orientations_find(table, h->phase[i].label) : NULL;
        if (table->n && !found)
            return cupel_fail(err, CUPEL_BAD_INPUT, "%s: label %" PRId64 " has no orientation", path, h->phase[i].label);
        if (!table->n && c->angle) {
            cupel_bunge(c->angle[3 * i], c->angle[3 * i + 1], c->angle[3 * i + 2], q);
            found = q;
        }
        if (found) cupel_material_rotate(&h->phase[i].material, found);
    }
    return CUPEL_OK;
}

cupel_status cupel_homogenize_phases(const cupel_homogenize_options *o, const cupel_sample *c, const cupel_job *job, cupel_homogenized *h,
                                    cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_orientations table = {0};
    phase_option *p = cupel_alloc(o->n_phases, sizeof *p);
    h->phase = cupel_alloc(c->n_phases, sizeof *h->phase);
    h->n_phases = h->phase ? c->n_phases : 0;
    if (!p || !h->phase) CUPEL_TRY(cupel_no_memory(err, "phases", c->n_phases * sizeof *h->phase));
    CUPEL_TRY(read_options(o, p, err));
    CUPEL_TRY(labels_without(c, p, o->n_phases, err));
    if (o->orientations) CUPEL_TRY(cupel_orientations_read(o->orientations, &table, err));
    for (size_t i = 0; i < c->n_phases; i++) {
        phase_option *from = option_of(p, o->n_phases, c->label[i]);
        h->phase[i] = (cupel_homogenized_phase){.label = c->label[i], .properties = from->properties, .material = from->material};
        from->used = true;
        CUPEL_TRY(need(o, h, i, err));
    }
    for (size_t i = 0; i < o->n_phases; i++)
        if (!p[i].used)
            CUPEL_TRY(cupel_homogenize_warn(h, job, err, "--phase '%.80s': %s", o->phase[i],
                                            p[i].rest ? "all labels are named, nothing is left for it" : "that label does not occur"));
    CUPEL_TRY(turn(c, &table, o->orientations, h, err));
done:
    cupel_orientations_release(&table);
    cupel_free(p);
    return st;
}
