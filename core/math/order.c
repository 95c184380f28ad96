#include "core/math/order.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/base/rng.h"

#include <stdlib.h>
#include <string.h>

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

void cupel_sort(double *x, size_t n)
{
    if (n > 1) qsort(x, n, sizeof *x, by_value);
}

typedef struct item {
    double x;
    size_t i;
} item;

static int by_value_then_index(const void *a, const void *b)
{
    const item *x = a, *y = b;
    if (x->x != y->x) return x->x < y->x ? -1 : 1;
    return (x->i > y->i) - (x->i < y->i);
}

cupel_status cupel_order(const double *x, size_t n, size_t *index, cupel_err *err)
{
    item *it = cupel_alloc(n, sizeof *it);
    if (!it) return cupel_no_memory(err, "sorting", n * sizeof *it);
    for (size_t i = 0; i < n; i++) it[i] = (item){x[i], i};
    if (n > 1) qsort(it, n, sizeof *it, by_value_then_index);
    for (size_t i = 0; i < n; i++) index[i] = it[i].i;
    cupel_free(it);
    return CUPEL_OK;
}

cupel_status cupel_ranks(const double *x, size_t n, double *rank, cupel_err *err)
{
    size_t *order = cupel_alloc(n, sizeof *order);
    if (!order) return cupel_no_memory(err, "ranks", n * sizeof *order);
    cupel_status st = cupel_order(x, n, order, err);
    for (size_t i = 0; st == CUPEL_OK && i < n;) {
        size_t j = i + 1;
        while (j < n && x[order[j]] == x[order[i]]) j++;
        for (size_t k = i; k < j; k++) rank[order[k]] = 0.5 * (double)(i + j - 1);
        i = j;
    }
    cupel_free(order);
    return st;
}

double cupel_quantile(const double *sorted, size_t n, double p)
{
    double at = p * (double)(n + 1) - 1; /* index from 0 */
    if (!(at > 0)) return sorted[0];
    if (at >= (double)(n - 1)) return sorted[n - 1];
    size_t i = (size_t)at;
    double f = at - (double)i;
    return sorted[i] + f * (sorted[i + 1] - sorted[i]);
}

/* A set of rows that stay together. */
typedef struct block {
    size_t id, first, size, stratum, fold;
    uint64_t draw;
} block;

static int by_stratum_size_draw(const void *a, const void *b)
{
    const block *x = a, *y = b;
    if (x->stratum != y->stratum) return x->stratum < y->stratum ? -1 : 1;
    if (x->size != y->size) return x->size > y->size ? -1 : 1;
    if (x->draw != y->draw) return x->draw < y->draw ? -1 : 1;
    return (x->first > y->first) - (x->first < y->first);
}

static int by_id(const void *a, const void *b)
{
    const block *x = a, *y = b;
    if (x->id != y->id) return x->id < y->id ? -1 : 1;
    return (x->first > y->first) - (x->first < y->first);
}

/* One block per group, in `b` [n]; returns how many. A block has the stratum of its first row. */
static size_t collect(const cupel_partition *p, block *b)
{
    for (size_t i = 0; i < p->n; i++)
        b[i] = (block){.id = p->group ? p->group[i] : i, .first = i, .size = 1, .stratum = p->stratum ? p->stratum[i] : 0};
    if (p->n > 1) qsort(b, p->n, sizeof *b, by_id);
    size_t m = 0;
    for (size_t i = 0; i < p->n; i++) {
        if (m && b[m - 1].id == b[i].id)
            b[m - 1].size++;
        else
            b[m++] = b[i];
    }
    for (size_t k = 0; k < m; k++) b[k].draw = cupel_rng_bits(p->seed, p->stream, b[k].first);
    return m;
}

/* The fold with the fewest rows of this stratum, then the fewest rows, then the first. */
static size_t emptiest(const size_t *here, const size_t *all, size_t n_folds)
{
    size_t best = 0;
    for (size_t f = 1; f < n_folds; f++)
        if (here[f] < here[best] || (here[f] == here[best] && all[f] < all[best])) best = f;
    return best;
}

cupel_status cupel_partition_rows(const cupel_partition *p, size_t *fold, cupel_err *err)
{
    block *b = cupel_alloc(p->n, sizeof *b);
    size_t *here = cupel_alloc(p->n_folds, sizeof *here), *all = cupel_alloc(p->n_folds, sizeof *all);
    cupel_status st = CUPEL_OK;
    if (!b || !here || !all) {
        st = cupel_no_memory(err, "a partition into folds", p->n * sizeof *b);
        goto done;
    }
    size_t m = collect(p, b);
    if (m > 1) qsort(b, m, sizeof *b, by_stratum_size_draw);
    for (size_t k = 0; k < m; k++) {
        if (k && b[k].stratum != b[k - 1].stratum) memset(here, 0, p->n_folds * sizeof *here);
        size_t f = emptiest(here, all, p->n_folds);
        here[f] += b[k].size;
        all[f] += b[k].size;
        b[k].fold = f;
    }
    if (m > 1) qsort(b, m, sizeof *b, by_id);
    for (size_t i = 0; i < p->n; i++) {
        size_t id = p->group ? p->group[i] : i, lo = 0, hi = m;
        while (hi - lo > 1) {
            size_t mid = lo + (hi - lo) / 2;
            if (b[mid].id <= id)
                lo = mid;
            else
                hi = mid;
        }
        fold[i] = b[lo].fold;
    }
done:
    cupel_free(b);
    cupel_free(here);
    cupel_free(all);
    return st;
}

cupel_status cupel_partition_whole(const size_t *group, size_t n, size_t *fold, size_t *n_folds, cupel_err *err)
{
    if (!group || !n) return CUPEL_OK;
    block *b = cupel_alloc(n, sizeof *b);
    size_t *number = cupel_alloc(*n_folds, sizeof *number), used = 0;
    if (!b || !number) {
        cupel_free(b);
        cupel_free(number);
        return cupel_no_memory(err, "groups of rows", n * sizeof *b);
    }
    for (size_t i = 0; i < n; i++) b[i] = (block){.id = group[i], .first = i};
    qsort(b, n, sizeof *b, by_id);
    for (size_t i = 1; i < n; i++)
        if (b[i].id == b[i - 1].id) fold[b[i].first] = fold[b[i - 1].first];
    for (size_t i = 0; i < n; i++) number[fold[i]] = 1;
    for (size_t k = 0; k < *n_folds; k++) used += number[k], number[k] = used - number[k];
    for (size_t i = 0; i < n; i++) fold[i] = number[fold[i]];
    *n_folds = used;
    cupel_free(b);
    cupel_free(number);
    return CUPEL_OK;
}
