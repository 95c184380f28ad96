#include "datasets/splits.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/base/rng.h"
#include "core/math/kmeans.h"
#include "core/math/order.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_FOLDS = 1000, LEAST_ROWS = 5, STREAM_RANDOM = 0x73706c69, STREAM_CLUSTER = 0x636c7573 };

void cupel_splits_release(cupel_splits *s)
{
    for (size_t k = 0; s->name && k < s->n_folds; k++) cupel_free(s->name[k]);
    cupel_free(s->name);
    cupel_free(s->first);
    cupel_free(s->row);
    *s = (cupel_splits){0};
}

static cupel_status begin(cupel_splits *s, size_t n_folds, size_t n_rows, cupel_err *err)
{
    *s = (cupel_splits){.n_folds = n_folds, .name = cupel_alloc(n_folds, sizeof *s->name), .first = cupel_alloc(n_folds + 1, sizeof *s->first),
                        .row = cupel_alloc(n_rows, sizeof *s->row)};
    return s->name && s->first && s->row ? CUPEL_OK : cupel_no_memory(err, "folds", n_rows * sizeof *s->row);
}

static cupel_status name_fold(cupel_splits *s, size_t k, const char *name, size_t n, cupel_err *err)
{
    s->name[k] = cupel_strndup(name, n);
    return s->name[k] ? CUPEL_OK : cupel_no_memory(err, "folds", 0);
}

static cupel_status number_folds(cupel_splits *s, cupel_err *err)
{
    char number[32];
    cupel_status st = CUPEL_OK;
    for (size_t k = 0; k < s->n_folds && st == CUPEL_OK; k++) st = name_fold(s, k, number, cupel_format_double(number, (double)k), err);
    return st;
}

/* From a fold number per row. */
static cupel_status from_numbers(const size_t *fold, size_t n, size_t n_folds, cupel_splits *s, cupel_err *err)
{
    cupel_status st = begin(s, n_folds, n, err);
    if (st != CUPEL_OK) return st;
    size_t at = 0;
    for (size_t k = 0; k < n_folds; k++) {
        s->first[k] = at;
        for (size_t i = 0; i < n; i++)
            if (fold[i] == k) s->row[at++] = i;
    }
    s->first[n_folds] = at;
    return CUPEL_OK;
}

/* ---- given ---- */

typedef struct value {
    cupel_text text;
    double number;
    bool is_number;
} value;

static int by_number_then_text(const void *a, const void *b)
{
    const value *x = a, *y = b;
    if (x->is_number && y->is_number && x->number != y->number) return x->number < y->number ? -1 : 1;
    size_t n = x->text.n < y->text.n ? x->text.n : y->text.n;
    int c = n ? memcmp(x->text.p, y->text.p, n) : 0;
    return c ? c : (x->text.n > y->text.n) - (x->text.n < y->text.n);
}

static bool same_text(cupel_text a, cupel_text b) { return a.n == b.n && (!a.n || !memcmp(a.p, b.p, a.n)); }

static size_t find_value(const value *v, size_t n, cupel_text t)
{
    size_t k = 0;
    while (k < n && !same_text(v[k].text, t)) k++;
    return k;
}

/* The distinct values in order. */
static cupel_status collect(const cupel_records *r, size_t column, const char *file, value *v, size_t *n_values, cupel_err *err)
{
    size_t n = 0;
    bool numbers = true;
    for (size_t i = 0; i < r->n_rows; i++) {
        cupel_text t = cupel_text_trim(cupel_cell(r, i, column));
        if (cupel_text_missing(t))
            return cupel_fail(err, CUPEL_BAD_INPUT, "%s:%" PRIu64 ": the fold is empty; give every row one", file, r->line[i]);
        if (find_value(v, n, t) < n) continue;
        if (n == MAX_FOLDS)
            return cupel_fail(err, CUPEL_BAD_INPUT, "%s:%" PRIu64 ": more than %d different folds; is this the column that says the fold?",
                              file, r->line[i], (int)MAX_FOLDS);
        v[n].text = t;
        numbers &= cupel_parse_double(t, &v[n].number);
        n++;
    }
    if (n < 2) return cupel_fail(err, CUPEL_BAD_INPUT, "%s: all rows have the same fold; expected at least two", file);
    for (size_t k = 0; k < n; k++) v[k].is_number = numbers;
    qsort(v, n, sizeof *v, by_number_then_text);
    *n_values = n;
    return CUPEL_OK;
}

cupel_status cupel_splits_given(const cupel_records *r, size_t column, const char *file, cupel_splits *s, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    size_t n = 0;
    value *v = cupel_alloc(MAX_FOLDS, sizeof *v);
    size_t *fold = cupel_alloc(r->n_rows, sizeof *fold);
    *s = (cupel_splits){0};
    if (!v || !fold) CUPEL_TRY(cupel_no_memory(err, "folds", r->n_rows * sizeof *fold));
    CUPEL_TRY(collect(r, column, file, v, &n, err));
    for (size_t i = 0; i < r->n_rows; i++) fold[i] = find_value(v, n, cupel_text_trim(cupel_cell(r, i, column)));
    CUPEL_TRY(from_numbers(fold, r->n_rows, n, s, err));
    for (size_t k = 0; k < n; k++) CUPEL_TRY(name_fold(s, k, v[k].text.p, v[k].text.n, err));
done:
    cupel_free(v);
    cupel_free(fold);
    if (st != CUPEL_OK) cupel_splits_release(s);
    return st;
}

/* ---- by chance ---- */

cupel_status cupel_splits_random(size_t n, const size_t *group, size_t n_folds, uint64_t seed, cupel_splits *s, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    size_t *fold = cupel_alloc(n, sizeof *fold);
    *s = (cupel_splits){0};
    if (!fold) CUPEL_TRY(cupel_no_memory(err, "folds", n * sizeof *fold));
    if (n_folds < 2 || n_folds > n)
        CUPEL_TRY(cupel_fail(err, CUPEL_BAD_INPUT, "%zu folds of %zu rows: expected at least 2 folds and as many rows", n_folds, n));
    CUPEL_TRY(cupel_partition_rows(&(cupel_partition){.n = n, .group = group, .n_folds = n_folds, .seed = seed, .stream = STREAM_RANDOM},
                                   fold, err));
    CUPEL_TRY(from_numbers(fold, n, n_folds, s, err));
    CUPEL_TRY(number_folds(s, err));
    for (size_t k = 0; k < n_folds; k++)
        if (s->first[k] == s->first[k + 1])
            CUPEL_TRY(cupel_fail(err, CUPEL_BAD_INPUT,
                                 "fold %zu of %zu is empty: there are too few groups of rows that stay together; make fewer folds", k,
                                 n_folds));
done:
    cupel_free(fold);
    if (st != CUPEL_OK) cupel_splits_release(s);
    return st;
}

/* ---- clusters ---- */

/* Columns of mean 0 and variance 1 into z; NaN and what does not vary count as the mean. */
static void standardise(const double *x, size_t n, size_t d, double *z)
{
    for (size_t j = 0; j < d; j++) {
        double sum = 0, square = 0, known = 0;
        for (size_t i = 0; i < n; i++)
            if (!isnan(x[i * d + j])) sum += x[i * d + j], known += 1;
        double mean = known > 0 ? sum / known : 0;
        for (size_t i = 0; i < n; i++)
            if (!isnan(x[i * d + j])) square += (x[i * d + j] - mean) * (x[i * d + j] - mean);
        double sd = known > 0 ? sqrt(square / known) : 0;
        for (size_t i = 0; i < n; i++) {
            double v = x[i * d + j];
            z[i * d + j] = isnan(v) || !(sd > 1e-10 * fabs(mean)) ? 0 : (v - mean) / sd;
        }
    }
}

cupel_status cupel_splits_clusters(const double *x, size_t n, size_t d, const size_t *group, size_t n_folds, uint64_t seed, cupel_splits *s,
                                   cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    bool found = false;
    size_t *fold = cupel_alloc(n, sizeof *fold);
    double *z = cupel_alloc(cupel_mul(n, d), sizeof *z);
    *s = (cupel_splits){0};
    if (!fold || !z) CUPEL_TRY(cupel_no_memory(err, "clusters", cupel_mul(cupel_mul(n, d), sizeof *z)));
    if (n_folds < 2 || n_folds > n)
        CUPEL_TRY(cupel_fail(err, CUPEL_BAD_INPUT, "%zu clusters of %zu rows: expected at least 2 clusters and as many rows", n_folds, n));
    standardise(x, n, d, z);
    CUPEL_TRY(cupel_kmeans(z, n, d, n_folds, seed, STREAM_CLUSTER, fold, &found, err));
    if (!found)
        CUPEL_TRY(cupel_fail(err, CUPEL_BAD_INPUT, "the rows do not fall into %zu clusters: too many are alike; make fewer folds", n_folds));
    CUPEL_TRY(cupel_partition_whole(group, n, fold, &n_folds, err));
    if (n_folds < 2) CUPEL_TRY(cupel_fail(err, CUPEL_BAD_INPUT, "rows that stay together are in every cluster; make folds by chance"));
    CUPEL_TRY(from_numbers(fold, n, n_folds, s, err));
    CUPEL_TRY(number_folds(s, err));
done:
    cupel_free(fold);
    cupel_free(z);
    if (st != CUPEL_OK) cupel_splits_release(s);
    return st;
}

/* ---- elements ---- */

/* The most frequent eligible element not yet taken; 0 when there is none. */
static unsigned next_element(const size_t *rows, const bool *taken, size_t n)
{
    unsigned best = 0;
    for (unsigned z = 1; z <= CUPEL_Z_MAX; z++)
        if (!taken[z] && rows[z] >= LEAST_ROWS && 5 * rows[z] <= 4 * n && (!best || rows[z] > rows[best])) best = z;
    return best;
}

static bool contains(const cupel_batch *b, size_t i, unsigned z)
{
    for (size_t k = b->first[i]; k < b->first[i + 1]; k++)
        if (b->z[k] == z) return true;
    return false;
}

cupel_status cupel_splits_elements(const cupel_batch *batch, size_t n_folds, cupel_splits *s, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    size_t rows[CUPEL_Z_MAX + 1] = {0}, total = 0, m = 0, at = 0;
    bool taken[CUPEL_Z_MAX + 1] = {false};
    unsigned element[CUPEL_Z_MAX];
    *s = (cupel_splits){0};
    for (size_t k = 0; batch->n && k < batch->first[batch->n]; k++) rows[batch->z[k]]++;
    for (unsigned z; m < n_folds && m < CUPEL_Z_MAX && (z = next_element(rows, taken, batch->n)) != 0; m++) {
        element[m] = z;
        taken[z] = true;
        total += rows[z];
    }
    if (m < 2)
        return cupel_fail(
            err, CUPEL_BAD_INPUT,
            "leave one element out: %zu elements are in at least %d rows and at most four fifths of the %zu, expected at least 2", m,
            (int)LEAST_ROWS, batch->n);
    CUPEL_TRY(begin(s, m, total, err));
    for (size_t k = 0; k < m; k++) {
        const char *symbol = cupel_element_symbol(element[k]);
        CUPEL_TRY(name_fold(s, k, symbol, strlen(symbol), err));
        s->first[k] = at;
        for (size_t i = 0; i < batch->n; i++)
            if (contains(batch, i, element[k])) s->row[at++] = i;
    }
    s->first[m] = at;
done:
    if (st != CUPEL_OK) cupel_splits_release(s);
    return st;
}
