#include "core/engine/micro/design_extra.h"

#include "core/engine/micro/connected.h"
#include "core/engine/micro/orient.h"

#include <math.h>

/* ---- the table ---- */

void cupel_design_extra_head(const cupel_micro_demand *d, cupel_str *s)
{
    if (d->connected < d->n_phases)
        cupel_str_addf(s, ",islands removed [voxel],trapped void filled [voxel],change of %s [%%],change of stiffness [%%],mended meets",
                       d->conduction->name);
}

void cupel_design_extra_row(const cupel_micro_demand *d, const cupel_design *g, cupel_str *s)
{
    const cupel_connected *c = &g->connected;
    if (d->connected >= d->n_phases) return;
    cupel_str_addf(s, ",%llu,%llu,", (unsigned long long)c->islands, (unsigned long long)c->trapped);
    if (d->needs_conduction) cupel_str_addf(s, "%.6g", 100 * c->change_k);
    cupel_str_putc(s, ',');
    if (d->needs_elasticity) cupel_str_addf(s, "%.6g", 100 * c->change_c);
    cupel_str_puts(s, g->meets ? ",yes" : ",no");
}

/* ---- run.json ---- */

static const double *tensor_of(const cupel_ask *a, const cupel_tensors *t)
{
    return a->kind == CUPEL_ASK_CONDUCTIVITY ? t->k : a->kind == CUPEL_ASK_STIFFNESS ? t->c : t->alpha;
}

/* q: components in the target's axes to components in the design's. */
static void put_orientation(const cupel_micro_demand *d, cupel_json_out *w, const cupel_tensors *t)
{
    double turned[36], q[9];
    for (size_t i = 0; i < d->n_asks; i++) {
        const cupel_ask *a = &d->ask[i];
        cupel_str name = {0};
        if (!a->whole || !a->free) continue;
        cupel_ask_target(a, tensor_of(a, t), turned, q);
        cupel_str_addf(&name, "%s target turned by", a->name);
        cupel_json_name(w, cupel_str_text(&name));
        cupel_str_free(&name);
        cupel_json_open(w, '[');
        for (size_t k = 0; k < 9; k++) {
            if (k % 3 == 0) cupel_json_open(w, '[');
            cupel_json_put_number(w, q[k]);
            if (k % 3 == 2) cupel_json_close(w, ']');
        }
        cupel_json_close(w, ']');
    }
}

static void put_mended(const cupel_micro_demand *d, const cupel_design *g, cupel_json_out *w)
{
    cupel_json_name(w, "require");
    cupel_json_open(w, '[');
    for (size_t i = 0; i < d->n_asks; i++) {
        const double f = cupel_ask_factor(&d->ask[i]), mended = g->ask[i].value + g->ask[i].mended;
        cupel_json_open(w, '{');
        cupel_json_name(w, "name");
        cupel_json_put_string(w, d->ask[i].name);
        cupel_json_name(w, "unit");
        cupel_json_put_string(w, cupel_ask_unit(&d->ask[i]));
        cupel_json_name(w, "as drawn");
        cupel_json_put_number(w, f * (mended - g->connected.by[i]));
        cupel_json_name(w, "mended");
        cupel_json_put_number(w, f * mended);
        cupel_json_close(w, '}');
    }
    cupel_json_close(w, ']');
}

static void put_connected(const cupel_micro_demand *d, const cupel_design *g, cupel_json_out *w)
{
    const cupel_connected *c = &g->connected;
    if (d->connected >= d->n_phases) return;
    const struct {
        const char *name;
        double x;
        bool there;
    } one[] = {{"voxels", (double)c->voxels, true},
               {"islands removed", (double)c->islands, true},
               {"trapped void filled", (double)c->trapped, true},
               {"change of conductivity [%]", 100 * c->change_k, d->needs_conduction},
               {"change of stiffness [%]", 100 * c->change_c, d->needs_elasticity},
               {"change of expansion [%]", 100 * c->change_alpha, d->needs_expansion},
               {"solves", (double)c->solves, true}};
    cupel_json_name(w, "connected");
    cupel_json_open(w, '{');
    for (size_t i = 0; i < sizeof one / sizeof *one; i++) {
        if (!one[i].there) continue;
        cupel_json_name(w, one[i].name);
        cupel_json_put_number(w, one[i].x);
    }
    put_mended(d, g, w);
    cupel_json_close(w, '}');
}

void cupel_design_extra_put(const cupel_micro_demand *d, const cupel_design *g, cupel_json_out *w)
{
    put_orientation(d, w, &g->limit);
    if (g->exact) {
        cupel_json_name(w, "closed form");
        cupel_json_put_bool(w, true);
    }
    put_connected(d, g, w);
}

/* ---- lines ---- */

void cupel_design_extra_say(const cupel_micro_demand *d, const cupel_design *g, cupel_str *s)
{
    double turned[36], q[9];
    if (g->exact)
        cupel_str_puts(s, "  plane layers: their limit is known in closed form, with which what was solved agrees, so that no bar is left\n");
    for (size_t i = 0; i < d->n_asks; i++) {
        const cupel_ask *a = &d->ask[i];
        if (!a->whole || !a->free) continue;
        cupel_ask_target(a, tensor_of(a, &g->limit), turned, q);
        cupel_str_addf(s, "  %s: the target", a->name);
        cupel_orient_words(q, s);
        cupel_str_puts(s, "; turn the design back by it for the axes that were asked\n");
    }
    cupel_connected_words(d, g, s);
}
