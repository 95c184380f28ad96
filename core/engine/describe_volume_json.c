#include "core/engine/describe_volume_parts.h"

#include "core/base/mem.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A quantity and its place, so that those of one phase stand together. */
typedef struct entry {
    const cupel_quantity *one;
    const char *set;
    size_t place;
} entry;

static int by_owner(const void *a, const void *b)
{
    const entry *x = a, *y = b;
    if (x->one->of.phase != y->one->of.phase) return x->one->of.phase < y->one->of.phase ? -1 : 1;
    if (x->one->of.other != y->one->of.other) return x->one->of.other < y->one->of.other ? -1 : 1;
    return (x->place > y->place) - (x->place < y->place);
}

static void put_key(cupel_json_out *w, const char *name, const char *suffix)
{
    cupel_str key = {0};
    cupel_str_puts(&key, name);
    cupel_str_puts(&key, suffix);
    for (char *p = key.p; p && *p; p++)
        if (*p == ' ') *p = '_';
    cupel_json_name(w, cupel_str_text(&key));
    if (key.failed) w->s->failed = true;
    cupel_str_free(&key);
}

/* An array on one line: curves are long. */
static void open_line(cupel_json_out *w, const char *name)
{
    cupel_json_name(w, name);
    w->compact = true;
    cupel_json_open(w, '[');
}

static void close_line(cupel_json_out *w)
{
    cupel_json_close(w, ']');
    w->compact = false;
}

static bool same(const entry *a, const entry *b)
{
    return (a->one->of.axis < 0) == (b->one->of.axis < 0) && strcmp(a->one->name, b->one->name) == 0;
}

/* The numbers of one owner. `has`: a name that is there already. */
static void put_group(cupel_json_out *w, const entry *e, size_t n, int dim, const char *has)
{
    for (size_t i = 0; i < n; i++) {
        bool seen = e[i].one->of.axis < 0 && has && strcmp(e[i].one->name, has) == 0;
        for (size_t j = 0; j < i && !seen; j++) seen = same(&e[i], &e[j]);
        if (seen) continue;
        if (e[i].one->of.axis < 0) {
            put_key(w, e[i].one->name, "");
            cupel_json_put_number(w, e[i].one->value);
            continue;
        }
        put_key(w, e[i].one->name, "_per_axis");
        w->compact = true;
        cupel_json_open(w, '[');
        for (int axis = 0; axis < dim; axis++) {
            double x = NAN;
            for (size_t j = n; j-- > i;)
                if (same(&e[i], &e[j]) && e[j].one->of.axis == axis) x = e[j].one->value;
            cupel_json_put_number(w, x);
        }
        close_line(w);
    }
}

static size_t group_end(const entry *e, size_t n, size_t from)
{
    size_t to = from;
    while (to < n && e[to].one->of.phase == e[from].one->of.phase && e[to].one->of.other == e[from].one->of.other) to++;
    return to;
}

static void put_phases(const cupel_volume_row *r, cupel_json_out *w, const entry *e, size_t n)
{
    size_t at = 0;
    cupel_json_name(w, "phases");
    cupel_json_open(w, '[');
    for (size_t p = 0; p < r->head.n_phases; p++) {
        cupel_json_open(w, '{');
        cupel_json_add_count(w, "id", p);
        cupel_json_name(w, "label");
        cupel_json_put_int(w, r->head.label[p]);
        cupel_json_add_number(w, "fraction", r->fraction[p]);
        while (at < n && (e[at].one->of.phase < (int)p || (e[at].one->of.phase == (int)p && e[at].one->of.other >= 0))) at++;
        if (at < n && e[at].one->of.phase == (int)p) {
            size_t to = group_end(e, n, at);
            put_group(w, e + at, to - at, r->head.dim, "fraction");
            at = to;
        }
        cupel_json_close(w, '}');
    }
    cupel_json_close(w, ']');
}

static void put_pairs(const cupel_volume_row *r, cupel_json_out *w, const entry *e, size_t n)
{
    bool open = false;
    for (size_t at = 0, to; at < n; at = to) {
        to = group_end(e, n, at);
        if (e[at].one->of.other < 0) continue;
        if (!open) {
            cupel_json_name(w, "pairs");
            cupel_json_open(w, '[');
            open = true;
        }
        cupel_json_open(w, '{');
        open_line(w, "phases");
        cupel_json_put_int(w, e[at].one->of.phase);
        cupel_json_put_int(w, e[at].one->of.other);
        close_line(w);
        put_group(w, e + at, to - at, r->head.dim, NULL);
        cupel_json_close(w, '}');
    }
    if (open) cupel_json_close(w, ']');
}

/* The unit of each name that has one. */
static void put_units(cupel_json_out *w, const entry *e, size_t n)
{
    const cupel_quantity **seen = cupel_alloc(n, sizeof *seen);
    size_t n_seen = 0;
    if (!seen) w->s->failed = true;
    cupel_json_name(w, "units");
    cupel_json_open(w, '{');
    for (size_t i = 0; seen && i < n; i++) {
        size_t j = 0;
        while (j < n_seen && strcmp(seen[j]->name, e[i].one->name) != 0) j++;
        if (j < n_seen) continue;
        seen[n_seen++] = e[i].one;
        if (!e[i].one->unit[0]) continue;
        put_key(w, e[i].one->name, "");
        cupel_json_put_string(w, e[i].one->unit);
    }
    cupel_json_close(w, '}');
    cupel_free(seen);
}

static void put_owner(cupel_json_out *w, cupel_of of)
{
    static const char *const names[] = {"phase", "other", "axis"};
    const int ids[] = {of.phase, of.other, of.axis};
    for (int i = 0; i < 3; i++) {
        if (ids[i] < 0) continue;
        cupel_json_name(w, names[i]);
        cupel_json_put_int(w, ids[i]);
    }
}

/* Why a number is null. */
static void put_missing(cupel_json_out *w, const entry *e, size_t n)
{
    bool open = false;
    for (size_t i = 0; i < n; i++) {
        if (!isnan(e[i].one->value)) continue;
        if (!open) {
            cupel_json_name(w, "missing");
            cupel_json_open(w, '[');
            open = true;
        }
        cupel_json_open(w, '{');
        cupel_json_add_string(w, "name", e[i].one->name);
        put_owner(w, e[i].one->of);
        cupel_json_add_string(w, "reason", e[i].one->reason ? e[i].one->reason : "not a number");
        cupel_json_close(w, '}');
    }
    if (open) cupel_json_close(w, ']');
}

static void put_numbers(cupel_json_out *w, const char *name, size_t n, const double *x)
{
    open_line(w, name);
    for (size_t i = 0; i < n; i++) cupel_json_put_number(w, x[i]);
    close_line(w);
}

static void put_curves(const cupel_volume_row *r, const cupel_volume_sets *s, cupel_json_out *w)
{
    cupel_json_name(w, "curves");
    cupel_json_open(w, '[');
    for (size_t set = 0; set < s->n; set++)
        for (size_t i = 0; i < r->said[set].n_curves; i++) {
            const cupel_curve *c = &r->said[set].curve[i];
            cupel_json_open(w, '{');
            cupel_json_add_string(w, "set", s->set[set]->method.name);
            cupel_json_add_string(w, "name", c->name);
            cupel_json_add_string(w, "unit", c->unit);
            cupel_json_add_string(w, "x_name", c->x_name);
            cupel_json_add_string(w, "x_unit", c->x_unit);
            put_owner(w, c->of);
            put_numbers(w, "x", c->n, c->x);
            put_numbers(w, "y", c->n, c->y);
            cupel_json_close(w, '}');
        }
    cupel_json_close(w, ']');
}

static void put_sets(const cupel_volume_sets *s, cupel_json_out *w)
{
    cupel_json_name(w, "sets");
    cupel_json_open(w, '[');
    for (size_t i = 0; i < s->n; i++) {
        const cupel_method *m = &s->set[i]->method;
        cupel_json_open(w, '{');
        cupel_json_add_string(w, "name", m->name);
        for (size_t p = 0; p < cupel_method_n_params(m); p++) {
            cupel_json_add_number(w, m->params[p].name, s->value[i][p]);
        }
        cupel_json_close(w, '}');
    }
    cupel_json_close(w, ']');
}

static void put_head(const cupel_volume_row *r, cupel_json_out *w)
{
    open_line(w, "grid");
    for (int a = 0; a < r->head.dim; a++) cupel_json_put_count(w, r->head.n[a]);
    close_line(w);
    if (r->head.has_size) {
        put_numbers(w, "voxel_size", (size_t)r->head.dim, r->head.size);
    } else {
        cupel_json_name(w, "voxel_size");
        cupel_json_put_null(w);
    }
    cupel_json_add_bool(w, "periodic", r->head.periodic);
}

static size_t collect(const cupel_volume_row *r, const cupel_volume_sets *s, entry **out)
{
    size_t n = 0, at = 0;
    for (size_t i = 0; i < s->n; i++) n += r->said[i].n;
    entry *e = cupel_alloc(n, sizeof *e);
    *out = e;
    if (!e) return 0;
    for (size_t i = 0; i < s->n; i++)
        for (size_t k = 0; k < r->said[i].n; k++, at++) e[at] = (entry){&r->said[i].one[k], s->set[i]->method.name, at};
    qsort(e, n, sizeof *e, by_owner);
    return n;
}

void cupel_volume_row_json(const cupel_volume_row *r, const cupel_volume_sets *s, cupel_json_out *w)
{
    entry *e = NULL;
    cupel_json_open(w, '{');
    cupel_json_add_string(w, "volume", r->name);
    if (r->message) {
        cupel_json_add_string(w, "reason", cupel_reason_name(r->reason));
        cupel_json_add_string(w, "message", r->message);
        cupel_json_close(w, '}');
        return;
    }
    size_t n = collect(r, s, &e), whole = 0;
    if (!e) w->s->failed = true;
    put_head(r, w);
    put_sets(s, w);
    if (e) {
        while (whole < n && e[whole].one->of.phase < 0) whole++;
        put_group(w, e, whole, r->head.dim, NULL);
        put_units(w, e, n);
        put_phases(r, w, e + whole, n - whole);
        put_pairs(r, w, e + whole, n - whole);
        put_missing(w, e, n);
    }
    put_curves(r, s, w);
    cupel_json_close(w, '}');
    cupel_free(e);
}
