#include "core/engine/row_groups.h"

#include "core/base/err.h"
#include "core/base/mem.h"

#include <stdlib.h>
#include <string.h>

typedef struct keyed {
    cupel_text key;
    size_t i;
} keyed;

static int compare(cupel_text a, cupel_text b)
{
    const size_t n = a.n < b.n ? a.n : b.n;
    const int c = n ? memcmp(a.p, b.p, n) : 0;
    return c ? c : (a.n > b.n) - (a.n < b.n);
}

static int by_key(const void *a, const void *b)
{
    const keyed *x = a, *y = b;
    const int c = compare(x->key, y->key);
    return c ? c : (x->i > y->i) - (x->i < y->i);
}

/* The first row of what row i is linked with. */
static size_t first_of(size_t *parent, size_t i)
{
    while (parent[i] != i) {
        parent[i] = parent[parent[i]];
        i = parent[i];
    }
    return i;
}

static void link_rows(size_t *parent, size_t a, size_t b)
{
    a = first_of(parent, a);
    b = first_of(parent, b);
    if (a < b) parent[b] = a;
    else parent[a] = b;
}

cupel_status cupel_groups_join(size_t *group, const cupel_text *key, size_t n, cupel_err *err)
{
    size_t *parent = cupel_alloc(n, sizeof *parent), *first = cupel_alloc(n, sizeof *first), found = 0;
    keyed *k = cupel_alloc(n, sizeof *k);
    const bool there = parent && first && k;
    for (size_t i = 0; there && i < n; i++) {
        parent[i] = i;
        first[i] = SIZE_MAX;
        k[i] = (keyed){key[i], i};
    }
    for (size_t i = 0; there && i < n; i++) {
        size_t *of = &first[group[i]];
        if (*of == SIZE_MAX) *of = i;
        else link_rows(parent, *of, i);
    }
    if (there && n > 1) qsort(k, n, sizeof *k, by_key);
    for (size_t i = 1; there && i < n; i++)
        if (!cupel_text_missing(k[i].key) && compare(k[i].key, k[i - 1].key) == 0) link_rows(parent, k[i - 1].i, k[i].i);
    for (size_t i = 0; there && i < n; i++) { /* a first row comes before all that are linked with it */
        const size_t at = first_of(parent, i);
        group[i] = at == i ? found++ : group[at];
    }
    cupel_free(parent);
    cupel_free(first);
    cupel_free(k);
    return there ? CUPEL_OK : cupel_no_memory(err, "groups of rows", cupel_mul(n, sizeof *k));
}

cupel_status cupel_training_groups(const cupel_training *t, const size_t *row, size_t n, bool by_system, size_t *group, cupel_err *err)
{
    cupel_status st = cupel_composition_groups(&t->batch, row, n, by_system, group, err);
    if (st != CUPEL_OK || !t->grouped) return st;
    cupel_text *key = cupel_alloc(n, sizeof *key);
    if (!key) return cupel_no_memory(err, "groups of rows", cupel_mul(n, sizeof *key));
    for (size_t i = 0; i < n; i++) key[i] = cupel_text_trim(cupel_cell(&t->records, row ? row[i] : i, t->group_column));
    st = cupel_groups_join(group, key, n, err);
    cupel_free(key);
    return st;
}

cupel_status cupel_training_say_groups(const cupel_training *t, const cupel_job *job, cupel_err *err)
{
    const size_t n = t->records.n_rows;
    if (!t->grouped || !n) return CUPEL_OK;
    size_t *group = cupel_alloc(2 * n, sizeof *group), found = 0, largest = 0, alone = 0;
    if (!group) return cupel_no_memory(err, "groups of rows", 2 * n * sizeof *group);
    size_t *count = group + n;
    cupel_status st = cupel_composition_groups(&t->batch, NULL, n, false, group, err);
    for (size_t i = 0; st == CUPEL_OK && i < n; i++)
        if (group[i] >= alone) alone = group[i] + 1;
    if (st == CUPEL_OK) st = cupel_training_groups(t, NULL, n, false, group, err);
    for (size_t i = 0; st == CUPEL_OK && i < n; i++) {
        if (group[i] >= found) found = group[i] + 1;
        if (++count[group[i]] > largest) largest = count[group[i]];
    }
    cupel_free(group);
    if (st != CUPEL_OK) return st;
    const char *name = t->header.name[t->group_column];
    if (largest * 2 > n)
        cupel_say(job, CUPEL_WARNING,
                  "'%s' and the compositions link %zu of %zu rows into one group, which no fold parts: figures rest on few rows; name "
                  "a finer column", name, largest, n);
    else if (found == alone)
        cupel_say(job, CUPEL_WARNING, "'%s' links no rows of different compositions: rows of one composition stay together without it", name);
    else
        cupel_say(job, CUPEL_NOTE, "rows of one '%s' or one composition stay together: %zu groups of %zu rows, the largest of %zu", name, found, n,
                  largest);
    return CUPEL_OK;
}
