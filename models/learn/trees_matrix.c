/* The rows of a fit as trees look at them: float32 values row by row, and bins column by column. */
#include "models/learn/trees_parts.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/sys/par.h"

#include <math.h>
#include <string.h>

enum { BLOCK = 256, RADIX_BITS = 11, RADIX = 1 << RADIX_BITS };
static const float FARTHEST = CUPEL_TREE_FARTHEST;

float cupel_tree_value(double x)
{
    if (x > (double)FARTHEST) return FARTHEST;
    if (x < -(double)FARTHEST) return -FARTHEST;
    return (float)x;
}

typedef struct maker {
    const cupel_trees_data *data;
    cupel_trees_matrix *m;
} maker;

static const double *row_of(const cupel_trees_data *data, size_t i) { return data->x + (data->row ? data->row[i] : i) * data->ld; }

static cupel_status copy_block(void *user, size_t item, size_t worker, cupel_err *err)
{
    (void)worker;
    (void)err;
    const maker *k = user;
    size_t end = (item + 1) * BLOCK < k->m->n ? (item + 1) * BLOCK : k->m->n;
    for (size_t i = item * BLOCK; i < end; i++) {
        const double *x = row_of(k->data, i);
        for (size_t j = 0; j < k->m->d; j++) k->m->x[i * k->m->ld + j] = cupel_tree_value(x[j]);
    }
    return CUPEL_OK;
}

/* Sorts by the upper 32 bits, equals in the order given; three passes, the result is in `to`. */
static void sort_keys(uint64_t *from, uint64_t *to, size_t n)
{
    for (int pass = 0; pass < 3; pass++) {
        size_t count[RADIX] = {0}, at = 0;
        int shift = 32 + pass * RADIX_BITS;
        for (size_t i = 0; i < n; i++) count[from[i] >> shift & (RADIX - 1)]++;
        for (size_t r = 0; r < RADIX; r++) {
            size_t c = count[r];
            count[r] = at;
            at += c;
        }
        for (size_t i = 0; i < n; i++) to[count[from[i] >> shift & (RADIX - 1)]++] = from[i];
        uint64_t *swap = from;
        from = to;
        to = swap;
    }
}

static size_t count_distinct(const uint64_t *key, size_t n)
{
    size_t distinct = 1;
    for (size_t i = 1; i < n; i++) distinct += key[i] >> 32 != key[i - 1] >> 32;
    return distinct;
}

/* Bins of sorted keys: one for each value while they last, else about equal numbers of rows; equal values are never parted. */
static void make_bins(cupel_trees_matrix *m, size_t j, const uint64_t *key)
{
    size_t n = m->n, bin = 0, in_bin = 0, left_bins = m->n_bins, left_rows = n;
    bool each = count_distinct(key, n) <= m->n_bins;
    float *low = m->low + j * 256, *high = m->high + j * 256;
    low[0] = cupel_tree_unkey((uint32_t)(key[0] >> 32));
    for (size_t i = 0; i < n; i++) {
        bool fresh = i > 0 && key[i] >> 32 != key[i - 1] >> 32;
        if (fresh && (each || (left_bins > 1 && in_bin * left_bins >= left_rows))) {
            bin++;
            left_bins--;
            left_rows -= in_bin;
            in_bin = 0;
            low[bin] = cupel_tree_unkey((uint32_t)(key[i] >> 32));
        }
        in_bin++;
        high[bin] = cupel_tree_unkey((uint32_t)(key[i] >> 32));
        m->code[j * n + (uint32_t)key[i]] = (uint8_t)bin;
    }
    m->bins[j] = (uint16_t)(bin + 1);
}

static cupel_status bin_column(void *user, size_t j, size_t worker, cupel_err *err)
{
    (void)worker;
    const maker *k = user;
    size_t n = k->m->n;
    uint64_t *key = cupel_alloc(2 * n, sizeof *key);
    if (!key) return cupel_no_memory(err, "the order of a column", 2 * n * sizeof *key);
    for (size_t i = 0; i < n; i++) key[i] = (uint64_t)cupel_tree_key(cupel_tree_value(row_of(k->data, i)[j])) << 32 | i;
    sort_keys(key, key + n, n);
    make_bins(k->m, j, key + n);
    cupel_free(key);
    return CUPEL_OK;
}

static cupel_status take_targets(const cupel_trees_data *data, cupel_trees_matrix *m, cupel_err *err)
{
    double sum = 0;
    size_t counted = 0;
    for (size_t i = 0; i < data->n; i++) {
        size_t r = data->row ? data->row[i] : i;
        m->y[i] = data->y[r];
        for (size_t t = 0; t < m->n_beside; t++) m->beside[t * m->n + i] = data->beside[r * m->n_beside + t];
        if (!m->n_beside || !isnan(m->y[i])) {
            if (m->n_known != i)
                return cupel_fail(err, CUPEL_BAD_INPUT, "trees: row %zu has the target and one before it has not; give those without it last", i);
            m->n_known++;
        }
        m->weight[i] = data->weight ? data->weight[r] : 1;
        sum += m->weight[i];
        counted += m->weight[i] > 0;
    }
    if (!m->n_known) return cupel_fail(err, CUPEL_BAD_INPUT, "trees: none of the %zu training rows has the target", data->n);
    if (!(sum > 0)) return cupel_fail(err, CUPEL_BAD_INPUT, "trees: none of the %zu training rows has a weight above 0", data->n);
    for (size_t i = 0; data->weight && i < data->n; i++) m->weight[i] *= (double)counted / sum;
    return CUPEL_OK;
}

static cupel_status check_size(const cupel_trees_data *data, cupel_err *err)
{
    if (data->d > CUPEL_TREES_COLUMNS)
        return cupel_fail(err, CUPEL_BAD_INPUT, "trees: %zu columns are more than the %d that a node can name; choose fewer columns", data->d,
                          (int)CUPEL_TREES_COLUMNS);
    if (data->n > CUPEL_TREES_ROWS)
        return cupel_fail(err, CUPEL_BAD_INPUT, "trees: %zu rows are more than the %d that a tree can hold; train on fewer rows", data->n,
                          (int)CUPEL_TREES_ROWS);
    if (!data->n || !data->d) return cupel_fail(err, CUPEL_BAD_INPUT, "trees: %zu rows of %zu columns: nothing to learn from", data->n, data->d);
    return CUPEL_OK;
}

static bool reserve(cupel_trees_matrix *m, bool with_x)
{
    m->y = cupel_alloc(m->n, sizeof *m->y);
    m->weight = cupel_alloc(m->n, sizeof *m->weight);
    if (m->n_beside) m->beside = cupel_alloc(cupel_mul(m->n, m->n_beside), sizeof *m->beside);
    if (with_x) m->x = cupel_alloc_aligned(cupel_mul(m->n, m->ld), sizeof *m->x);
    if (m->n_bins) {
        m->code = cupel_alloc_aligned(cupel_mul(m->n, m->d), 1);
        m->low = cupel_alloc(m->d * 256, sizeof *m->low);
        m->high = cupel_alloc(m->d * 256, sizeof *m->high);
        m->bins = cupel_alloc(m->d, sizeof *m->bins);
    }
    return m->y && m->weight && (m->beside || !m->n_beside) && (m->x || !with_x) && (!m->n_bins || (m->code && m->low && m->high && m->bins));
}

cupel_status cupel_trees_matrix_make(const cupel_trees_data *data, bool with_x, size_t bins, const cupel_job *job, cupel_trees_matrix *m,
                                     cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    maker k = {.data = data, .m = m};
    *m = (cupel_trees_matrix){.n = data->n, .d = data->d, .ld = (data->d + CUPEL_TREES_PAD - 1) / CUPEL_TREES_PAD * CUPEL_TREES_PAD,
                              .n_bins = bins, .n_beside = data->n_beside};
    CUPEL_TRY(check_size(data, err));
    if (!reserve(m, with_x)) CUPEL_TRY(cupel_no_memory(err, "the rows of a forest", cupel_mul(m->n, cupel_mul(m->ld, sizeof(float)))));
    CUPEL_TRY(take_targets(data, m, err));
    if (with_x) CUPEL_TRY(cupel_par_for(job->threads, (m->n + BLOCK - 1) / BLOCK, copy_block, &k, err));
    if (bins) CUPEL_TRY(cupel_par_for(job->threads, m->d, bin_column, &k, err));
done:
    if (st != CUPEL_OK) cupel_trees_matrix_release(m);
    return st;
}

void cupel_trees_matrix_release(cupel_trees_matrix *m)
{
    cupel_free(m->x);
    cupel_free(m->y);
    cupel_free(m->weight);
    cupel_free(m->beside);
    cupel_free(m->code);
    cupel_free(m->low);
    cupel_free(m->high);
    cupel_free(m->bins);
    *m = (cupel_trees_matrix){0};
}
