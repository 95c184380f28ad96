#include "descriptors/microstructure/contacts.h"

#include "core/base/err.h"
#include "core/base/mem.h"

#include <stdlib.h>

/* A table of contacts by open addressing; an empty place has a == b. */
typedef struct table {
    const cupel_components *c;
    const uint32_t *grain;
    size_t n, cap; /* cap a power of two */
    cupel_contact *place;
    bool failed;
} table;

static size_t slot(const table *t, uint32_t a, uint32_t b)
{
    uint64_t h = ((uint64_t)a << 32 | b) * UINT64_C(0x9E3779B97F4A7C15); /* Fibonacci hashing (Knuth 3, 6.4) */
    size_t i = (size_t)(h >> 32) & (t->cap - 1);
    while (t->place[i].a != t->place[i].b && (t->place[i].a != a || t->place[i].b != b)) i = (i + 1) & (t->cap - 1);
    return i;
}

static bool grow(table *t)
{
    table bigger = *t;
    bigger.cap = t->cap ? 2 * t->cap : 64;
    bigger.place = cupel_alloc(bigger.cap, sizeof *bigger.place);
    if (!bigger.place) return false;
    for (size_t i = 0; i < t->cap; i++)
        if (t->place[i].a != t->place[i].b) bigger.place[slot(&bigger, t->place[i].a, t->place[i].b)] = t->place[i];
    cupel_free(t->place);
    *t = bigger;
    return true;
}

static void count(table *t, size_t run_a, size_t run_b, int axis, size_t faces)
{
    const uint32_t x = t->grain[t->c->cluster[t->c->piece[run_a]]], y = t->grain[t->c->cluster[t->c->piece[run_b]]];
    if (x == y) return;
    if (2 * t->n >= t->cap && !grow(t)) {
        t->failed = true;
        return;
    }
    const uint32_t a = x < y ? x : y, b = x < y ? y : x;
    cupel_contact *p = &t->place[slot(t, a, b)];
    if (p->a == p->b) {
        p->a = a, p->b = b;
        t->n++;
    }
    p->faces[axis] += faces;
}

static void along_row(table *t, size_t row)
{
    const cupel_components *c = t->c;
    for (size_t r = c->row[row] + 1; r < c->row[row + 1]; r++) count(t, r - 1, r, 2, 1);
    if (c->grid.wraps[2] && c->grid.n[2] > 1) count(t, c->row[row + 1] - 1, c->row[row], 2, 1);
}

static void across_rows(table *t, size_t row_a, size_t row_b, int axis)
{
    const cupel_components *c = t->c;
    size_t a = c->row[row_a], b = c->row[row_b], from = 0;
    while (a < c->row[row_a + 1] && b < c->row[row_b + 1]) {
        const size_t to_a = cupel_run_end(c, row_a, a), to_b = cupel_run_end(c, row_b, b), to = to_a < to_b ? to_a : to_b;
        count(t, a, b, axis, to - from);
        from = to;
        a += to_a == to;
        b += to_b == to;
    }
}

static int by_grains(const void *p, const void *q)
{
    const cupel_contact *x = p, *y = q;
    if (x->a != y->a) return x->a < y->a ? -1 : 1;
    return (x->b > y->b) - (x->b < y->b);
}

cupel_status cupel_contacts_find(const cupel_components *c, const uint32_t *grain, cupel_contacts *out, cupel_err *err)
{
    table t = {.c = c, .grain = grain};
    const size_t *n = c->grid.n;
    for (size_t i = 0; i < n[0]; i++)
        for (size_t j = 0; j < n[1]; j++) {
            const size_t row = i * n[1] + j;
            along_row(&t, row);
            if (j + 1 < n[1] || (c->grid.wraps[1] && n[1] > 1)) across_rows(&t, row, i * n[1] + (j + 1) % n[1], 1);
            if (i + 1 < n[0] || (c->grid.wraps[0] && n[0] > 1)) across_rows(&t, row, (i + 1) % n[0] * n[1] + j, 0);
        }
    if (t.failed) {
        cupel_free(t.place);
        return cupel_no_memory(err, "contacts between grains", 0);
    }
    size_t m = 0;
    for (size_t i = 0; i < t.cap; i++)
        if (t.place[i].a != t.place[i].b) t.place[m++] = t.place[i];
    if (m) qsort(t.place, m, sizeof *t.place, by_grains);
    *out = (cupel_contacts){m, t.place};
    return CUPEL_OK;
}

void cupel_contacts_release(cupel_contacts *c)
{
    cupel_free(c->contact);
    *c = (cupel_contacts){0};
}
