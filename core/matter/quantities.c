#include "core/matter/quantities.h"

#include "core/base/err.h"
#include "core/base/mem.h"

#include <math.h>
#include <string.h>

static const char *kept(cupel_quantities *q, const char *text)
{
    const char *copy = text ? cupel_arena_text(&q->arena, text, strlen(text)) : NULL;
    if (text && !copy) q->failed = true;
    return copy;
}

static void add(cupel_quantities *q, const char *name, const char *unit, cupel_of of, double value, const char *reason)
{
    if (!cupel_grow(&q->one, &q->cap, q->n + 1, sizeof *q->one)) {
        q->failed = true;
        return;
    }
    q->one[q->n++] = (cupel_quantity){kept(q, name), kept(q, unit), of, value, kept(q, reason)};
}

void cupel_quantities_add(cupel_quantities *q, const char *name, const char *unit, cupel_of of, double value) { add(q, name, unit, of, value, NULL); }

void cupel_quantities_add_none(cupel_quantities *q, const char *name, const char *unit, cupel_of of, const char *reason)
{
    add(q, name, unit, of, NAN, reason);
}

static const double *kept_numbers(cupel_quantities *q, size_t n, const double *x)
{
    double *copy = cupel_arena_take(&q->arena, cupel_mul(n, sizeof *x));
    if (!copy)
        q->failed = true;
    else
        memcpy(copy, x, n * sizeof *x);
    return copy;
}

void cupel_quantities_add_curve(cupel_quantities *q, const char *name, const char *unit, const char *x_name, const char *x_unit, cupel_of of,
                                size_t n, const double *x, const double *y)
{
    if (n == 0) return;
    if (!cupel_grow(&q->curve, &q->cap_curves, q->n_curves + 1, sizeof *q->curve)) {
        q->failed = true;
        return;
    }
    q->curve[q->n_curves++] =
        (cupel_curve){kept(q, name), kept(q, unit), kept(q, x_name), kept(q, x_unit), of, n, kept_numbers(q, n, x), kept_numbers(q, n, y)};
}

float *cupel_quantities_add_map(cupel_quantities *q, const char *name, const char *unit, const char *about, cupel_of of, int rank, const size_t *n)
{
    cupel_quantity_map m = {.of = of, .rank = rank, .n = {n[0], n[1], rank == 3 ? n[2] : 1}};
    float *v = cupel_arena_take(&q->arena, cupel_mul(cupel_mul(cupel_mul(m.n[0], m.n[1]), m.n[2]), sizeof *v));
    if (!v || !cupel_grow(&q->map, &q->cap_maps, q->n_maps + 1, sizeof *q->map)) {
        q->failed = true;
        return NULL;
    }
    m.name = kept(q, name);
    m.unit = kept(q, unit);
    m.about = kept(q, about);
    m.v = v;
    q->map[q->n_maps++] = m;
    return v;
}

cupel_status cupel_quantities_check(const cupel_quantities *q, cupel_err *err)
{
    return q->failed ? cupel_no_memory(err, "descriptors of a microstructure", 0) : CUPEL_OK;
}

void cupel_quantities_release(cupel_quantities *q)
{
    cupel_arena_release(&q->arena);
    cupel_free(q->one);
    cupel_free(q->curve);
    cupel_free(q->map);
    *q = (cupel_quantities){0};
}

const cupel_quantity *cupel_quantities_find(const cupel_quantities *q, const char *name, cupel_of of)
{
    for (size_t i = 0; i < q->n; i++) {
        const cupel_quantity *one = &q->one[i];
        if (one->name && strcmp(one->name, name) == 0 && one->of.phase == of.phase && one->of.other == of.other && one->of.axis == of.axis)
            return one;
    }
    return NULL;
}
