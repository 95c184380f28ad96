#include "core/engine/micro/moved.h"

#include <math.h>

/* |a - b| / |b| of n numbers; 0 where b is. */
static double change(const double *a, const double *b, size_t n)
{
    double apart = 0, size = 0;
    for (size_t i = 0; i < n; i++) apart += (a[i] - b[i]) * (a[i] - b[i]), size += b[i] * b[i];
    return size > 0 ? sqrt(apart / size) : 0;
}

bool cupel_moved_has(const cupel_ask *a) { return !a->whole && !cupel_ask_is_checked(a); }

void cupel_moved_widen(const cupel_micro_demand *d, const cupel_tensors *moved, const cupel_tensors *base, cupel_moved *m)
{
    const cupel_micro_state here = cupel_tensors_state(d, base), there = cupel_tensors_state(d, moved);
    m->k = fmax(m->k, change(moved->k, base->k, 9));
    m->c = fmax(m->c, change(moved->c, base->c, 36));
    m->alpha = fmax(m->alpha, change(moved->alpha, base->alpha, 6));
    for (size_t i = 0; i < d->n_asks; i++) {
        if (!cupel_moved_has(&d->ask[i])) continue;
        const double by = fabs(cupel_ask_value(d, &d->ask[i], &there) - cupel_ask_value(d, &d->ask[i], &here));
        m->ask[i] = isnan(by) || by > m->ask[i] ? by : m->ask[i];
    }
}

typedef struct named {
    const char *name;
    double x;
    bool there;
} named;

static void tensors_of(const cupel_micro_demand *d, const cupel_moved *m, named t[3])
{
    t[0] = (named){d->conduction->name, m->k, d->needs_conduction};
    t[1] = (named){"stiffness", m->c, d->needs_elasticity};
    t[2] = (named){"expansion", m->alpha, d->needs_expansion};
}

bool cupel_moved_any(const cupel_micro_demand *d, const cupel_moved *m)
{
    bool any = cupel_demand_is_physical(d);
    for (size_t i = 0; i < d->n_asks; i++) any = any || (cupel_moved_has(&d->ask[i]) && m->ask[i] > 0);
    return any;
}

void cupel_moved_say(const cupel_micro_demand *d, const cupel_moved *m, cupel_str *s)
{
    const char *gap = "";
    named t[3];
    tensors_of(d, m, t);
    for (size_t i = 0; i < 3; i++) {
        if (!t[i].there) continue;
        cupel_str_addf(s, "%s%s by %.2g %%", gap, t[i].name, 100 * t[i].x);
        gap = ", ";
    }
    for (size_t i = 0; i < d->n_asks; i++) {
        const cupel_ask *a = &d->ask[i];
        if (!cupel_moved_has(a) || !(m->ask[i] > 0)) continue;
        cupel_str_addf(s, "%s%s by %.2g%s%s", gap, a->name, a->in_unit * m->ask[i], *a->unit ? " " : "", a->unit);
        gap = ", ";
    }
}

void cupel_moved_put(const cupel_micro_demand *d, const cupel_moved *m, cupel_json_out *w)
{
    named t[3];
    tensors_of(d, m, t);
    cupel_json_open(w, '{');
    for (size_t i = 0; i < 3; i++) {
        cupel_str name = {0};
        if (!t[i].there) continue;
        cupel_str_addf(&name, "%s [%%]", t[i].name);
        cupel_json_name(w, cupel_str_text(&name));
        cupel_json_put_number(w, 100 * t[i].x);
        cupel_str_free(&name);
    }
    for (size_t i = 0; i < d->n_asks; i++) {
        const cupel_ask *a = &d->ask[i];
        cupel_str name = {0};
        if (!cupel_moved_has(a) || isnan(m->ask[i])) continue;
        cupel_str_addf(&name, *a->unit ? "%s [%s]" : "%s", a->name, a->unit);
        cupel_json_name(w, cupel_str_text(&name));
        cupel_json_put_number(w, a->in_unit * m->ask[i]);
        cupel_str_free(&name);
    }
    cupel_json_close(w, '}');
}
