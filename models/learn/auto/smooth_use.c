/* Predicting by a kernel machine of the automatic model, and its file. */
#include "models/learn/auto/smooth.h"
#include "models/learn/auto/smooth_parts.h"

#include "core/base/err.h"
#include "core/base/mem.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { ROWS = 64, NAME = 160, FACTS = 3 };

void cupel_smooth_lay_out(cupel_smooth *s)
{
    s->low = s->column;
    s->mean = s->low + s->d;
    s->factor = s->mean + s->d;
    s->relevance = s->factor + s->d;
}

double cupel_smooth_bent(const cupel_smooth *s, size_t j, double x)
{
    if (!s->root) return x;
    return x > s->low[j] ? sqrt(x - s->low[j]) : 0;
}

void cupel_smooth_scale(const cupel_smooth *s, const double *x, double *z)
{
    for (size_t j = 0; j < s->d; j++) {
        const double v = (cupel_smooth_bent(s, j, x[j]) - s->mean[j]) * s->factor[j];
        z[j] = s->relevance[j] * (v < -CUPEL_SMOOTH_FARTHEST ? -CUPEL_SMOOTH_FARTHEST : v > CUPEL_SMOOTH_FARTHEST ? CUPEL_SMOOTH_FARTHEST : v);
    }
}

cupel_status cupel_smooth_take(cupel_smooth *s, const double *points, const double *weights, size_t m, double bias, cupel_err *err)
{
    s->points = cupel_alloc_aligned(cupel_mul(m, s->d), sizeof *s->points);
    s->weights = cupel_alloc(m, sizeof *s->weights);
    if (!s->points || !s->weights) return cupel_no_memory(err, "points of a kernel machine", cupel_mul(m, s->d * sizeof *s->points));
    memcpy(s->points, points, m * s->d * sizeof *points);
    memcpy(s->weights, weights, m * sizeof *weights);
    s->m = m;
    s->bias = bias;
    return cupel_machine_new(&(cupel_machine_spec){.kernel = CUPEL_KERNEL_MATERN52, .gamma = s->gamma, .m = m, .d = s->d, .n_sums = 1,
                                                   .points = s->points, .weights = s->weights, .bias = &s->bias},
                             &s->machine, err);
}

void cupel_smooth_free(void *model)
{
    cupel_smooth *s = model;
    if (!s) return;
    cupel_machine_free(s->machine);
    cupel_free(s->column);
    cupel_free(s->points);
    cupel_free(s->weights);
    cupel_free(s);
}

static size_t rows_bytes(const cupel_smooth *s) { return (ROWS * s->d * sizeof(double) + CUPEL_ALIGN - 1) / CUPEL_ALIGN * CUPEL_ALIGN; }

static size_t scratch_bytes(const void *model)
{
    const cupel_smooth *s = model;
    return rows_bytes(s) + cupel_machine_scratch_bytes(s->machine);
}

static void predict(const void *model, const cupel_query *rows, double *value, double *spread)
{
    const cupel_smooth *s = model;
    double *z = rows->scratch;
    const cupel_machine_way way = {.precision = CUPEL_FLOAT64, .isa = rows->isa, .scratch = (char *)rows->scratch + rows_bytes(s)};
    for (size_t from = 0; from < rows->n; from += ROWS) {
        const cupel_query b = cupel_query_part(rows, from, ROWS);
        for (size_t i = 0; i < b.n; i++) cupel_smooth_scale(s, b.x + i * b.ld, z + i * s->d);
        cupel_machine_run(s->machine, z, s->d, b.n, &way, value + from, NULL);
    }
    if (spread) memset(spread, 0, rows->n * sizeof *spread);
}

/* ---- file ---- */

static const char *path(char buf[NAME], const char *group, const char *rest)
{
    snprintf(buf, NAME, "%.110s/%.40s", group, rest);
    return buf;
}

static cupel_status save(const void *model, const char *group, cupel_writer *w, cupel_err *err)
{
    const cupel_smooth *s = model;
    cupel_status st = CUPEL_OK;
    char at[NAME];
    const double fact[FACTS] = {s->root, s->gamma, s->bias};
    CUPEL_TRY(cupel_writer_put(w, path(at, group, "facts"), "", "square roots of columns, gamma and bias of a Matern 5/2 kernel machine", CUPEL_F64,
                               1, (size_t[]){FACTS}, fact, err));
    CUPEL_TRY(cupel_writer_put(w, path(at, group, "columns"), "", "lowest, mean, 1 / standard deviation and relevance of its columns", CUPEL_F64, 2,
                               (size_t[]){4, s->d}, s->column, err));
    CUPEL_TRY(cupel_writer_put(w, path(at, group, "points"), "scaled column", "its points", CUPEL_F64, 2, (size_t[]){s->m, s->d}, s->points, err));
    CUPEL_TRY(cupel_writer_put(w, path(at, group, "weights"), "", "their weights", CUPEL_F64, 1, &s->m, s->weights, err));
done:
    return st;
}

static cupel_status get(const cupel_reader *r, const char *name, int rank, size_t *shape, double **out, cupel_err *err)
{
    void *data = NULL;
    cupel_status st = cupel_reader_get(r, name, CUPEL_F64, rank, shape, &data, err);
    if (st != CUPEL_OK) return st;
    *out = data;
    const size_t n = rank == 2 ? shape[0] * shape[1] : shape[0];
    for (size_t i = 0; i < n; i++)
        if (!(fabs((*out)[i]) <= 1e100))
            return cupel_fail(err, CUPEL_BAD_ARTIFACT, "model: '%s' holds a number that is not finite or too large; train the model again", name);
    return CUPEL_OK;
}

static cupel_status read_parts(const cupel_reader *r, const char *group, cupel_smooth *s, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    char at[NAME];
    double *fact = NULL, *points = NULL, *weights = NULL;
    size_t m = SIZE_MAX;
    CUPEL_TRY(get(r, path(at, group, "facts"), 1, (size_t[]){FACTS}, &fact, err));
    CUPEL_TRY(get(r, path(at, group, "columns"), 2, (size_t[]){4, s->d}, &s->column, err));
    CUPEL_TRY(get(r, path(at, group, "weights"), 1, &m, &weights, err));
    if (!m || !(fact[1] > 1e-30 && fact[1] < 1e30))
        CUPEL_TRY(cupel_fail(err, CUPEL_BAD_ARTIFACT, "model: '%s' holds no point, or a gamma that is not above 0; train the model again", at));
    CUPEL_TRY(get(r, path(at, group, "points"), 2, (size_t[]){m, s->d}, &points, err));
    s->root = fact[0] > 0;
    s->gamma = fact[1];
    cupel_smooth_lay_out(s);
    CUPEL_TRY(cupel_smooth_take(s, points, weights, m, fact[2], err));
done:
    cupel_free(fact);
    cupel_free(points);
    cupel_free(weights);
    return st;
}

static cupel_status load(const cupel_reader *r, const char *group, size_t d, void **model, cupel_err *err)
{
    cupel_smooth *s = cupel_alloc(1, sizeof *s);
    if (!s) return cupel_no_memory(err, "a kernel machine", sizeof *s);
    s->d = d;
    const cupel_status st = read_parts(r, group, s, err);
    if (st == CUPEL_OK) *model = s;
    else cupel_smooth_free(s);
    return st;
}

const cupel_own_kind cupel_kind_smooth = {.scratch = scratch_bytes, .predict = predict, .free = cupel_smooth_free, .save = save, .load = load};
