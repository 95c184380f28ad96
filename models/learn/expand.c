#include "models/learn/expand.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "models/learn/kernels/scale.h"
#include "models/learn/local_error.h"
#include "models/learn/scale.h"

#include <math.h>
#include <string.h>

static const double OWN_GAMMA = 3; /* over the typical squared distance: the kernel of errors beside a model of its own */

enum { VALUES_ROWS = 64 }; /* rows whose kernel values are held at once for a triangle */

/* The machine and the triangle from the plain copies. */
static cupel_status build(cupel_expand *e, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    double *square = NULL;
    if (e->kernel) {
        cupel_machine_spec spec = {.kernel = e->kind, .gamma = e->gamma, .m = e->m, .d = e->d, .n_sums = e->n_sums, .points = e->points,
                                   .weights = e->weights, .bias = e->bias};
        CUPEL_TRY(cupel_machine_new(&spec, &e->machine, err));
    }
    if (e->packed) {
        square = cupel_alloc(cupel_mul(e->m, e->m), sizeof *square);
        if (!square) {
            st = cupel_no_memory(err, "the triangle of the variance", cupel_mul(cupel_mul(e->m, e->m), sizeof *square));
            goto done;
        }
        for (size_t i = 0; i < e->m; i++) memcpy(square + i * e->m, e->packed + i * (i + 1) / 2, (i + 1) * sizeof *square);
        CUPEL_TRY(cupel_triangle_new(square, e->m, e->m, &e->triangle, err));
    }
done:
    cupel_free(square);
    return st;
}

static cupel_status take(double **to, size_t n, cupel_err *err)
{
    *to = cupel_alloc_aligned(n, sizeof **to);
    return *to ? CUPEL_OK : cupel_no_memory(err, "an expansion", cupel_mul(n, sizeof **to));
}

static cupel_status copy_rows(const cupel_problem *p, const cupel_fitted *f, cupel_expand *e, cupel_err *err)
{
    cupel_status st = take(&e->points, cupel_mul(f->n, p->d), err);
    for (size_t i = 0; st == CUPEL_OK && i < f->n; i++) memcpy(e->points + i * p->d, p->x + f->row[i] * p->d, p->d * sizeof(double));
    if (st == CUPEL_OK && p->uncut) cupel_scale_cut(e->points, p->d, f->n, p->d, e->points);
    return st;
}

static cupel_status copy_triangle(const cupel_fitted *f, cupel_expand *e, cupel_err *err)
{
    cupel_status st = take(&e->packed, cupel_mul(f->n, f->n + 1) / 2, err);
    for (size_t i = 0; st == CUPEL_OK && i < f->n; i++)
        memcpy(e->packed + i * (i + 1) / 2, f->triangle + i * f->n, (i + 1) * sizeof(double));
    return st;
}

static cupel_status second_sum(const cupel_problem *p, const cupel_fitted *f, const double *error, cupel_expand *e, cupel_err *err)
{
    double *weight = cupel_alloc(f->n, sizeof *weight);
    if (!weight) return cupel_no_memory(err, "an expansion", f->n * sizeof *weight);
    cupel_status st = cupel_local_error_fit(e->kind, e->gamma, p, f, error, weight, &e->bias[1], err);
    for (size_t i = 0; i < f->n; i++) e->weights[i * e->n_sums + 1] = weight[i];
    cupel_free(weight);
    return st;
}

cupel_status cupel_expand_make(const cupel_learner *l, const cupel_problem *p, const double *setting, const cupel_fitted *f,
                               const double *error, cupel_expand *e, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    *e = (cupel_expand){.kernel = l->kernel, .m = f->n, .d = p->d, .n_sums = error ? 2 : 1, .bias = {f->bias, 0}};
    CUPEL_TRY(take(&e->weights, cupel_mul(f->n, e->n_sums), err));
    for (size_t i = 0; i < f->n; i++) e->weights[i * e->n_sums] = f->coef[i];
    if (l->kernel_of) l->kernel_of(setting, &e->kind, &e->gamma);
    if (l->own) {
        e->kind = CUPEL_KERNEL_MATERN52;
        e->gamma = OWN_GAMMA / p->typical;
        e->own = f->own ? cupel_own_hold(f->own) : NULL;
        e->uncut = l->uncut;
    }
    if (error) CUPEL_TRY(second_sum(p, f, error, e, err));
    if (l->kernel) CUPEL_TRY(copy_rows(p, f, e, err));
    if (f->triangle) CUPEL_TRY(copy_triangle(f, e, err));
    CUPEL_TRY(build(e, err));
done:
    if (st != CUPEL_OK) cupel_expand_release(e);
    return st;
}

void cupel_expand_release(cupel_expand *e)
{
    cupel_machine_free(e->machine);
    cupel_triangle_free(e->triangle);
    cupel_free(e->points);
    cupel_free(e->weights);
    cupel_free(e->packed);
    cupel_own_drop(e->own);
    *e = (cupel_expand){0};
}

cupel_status cupel_expand_work_make(const cupel_expand *e, cupel_expand_work *w, cupel_err *err)
{
    size_t bytes = e->machine ? cupel_machine_scratch_bytes(e->machine) : 0;
    size_t more = e->triangle ? cupel_triangle_scratch_bytes(e->triangle) : 0;
    *w = (cupel_expand_work){.values_ld = e->m};
    w->scratch = cupel_alloc_aligned(bytes > more ? bytes : more, 1);
    w->sums = cupel_alloc_aligned(CUPEL_EXPAND_ROWS * e->n_sums, sizeof(double));
    w->nearest = cupel_alloc_aligned(CUPEL_EXPAND_ROWS, sizeof(double));
    w->squares = cupel_alloc_aligned(CUPEL_EXPAND_ROWS, sizeof(double));
    w->values = e->triangle && e->kernel ? cupel_alloc_aligned(cupel_mul(VALUES_ROWS, e->m), sizeof(double)) : NULL;
    if (e->uncut) w->cut = cupel_alloc_aligned(cupel_mul(CUPEL_EXPAND_ROWS, e->d), sizeof *w->cut);
    if (e->own) {
        w->own_scratch = cupel_alloc_aligned(e->own->kind->scratch(e->own->model), 1);
        w->own = cupel_alloc_aligned(2 * CUPEL_EXPAND_ROWS, sizeof(double));
        if (cupel_own_mixed(e->own)) w->mixture = cupel_alloc(CUPEL_EXPAND_ROWS, sizeof *w->mixture);
    }
    if ((e->uncut && !w->cut) || (e->own && (!w->own_scratch || !w->own)) || (cupel_own_mixed(e->own) && !w->mixture)) {
        cupel_expand_work_release(w);
        return cupel_no_memory(err, "scratch of a prediction", 0);
    }
    if (w->scratch && w->sums && w->nearest && w->squares && (w->values || !e->triangle || !e->kernel)) return CUPEL_OK;
    cupel_expand_work_release(w);
    return cupel_no_memory(err, "scratch of a prediction", 0);
}

void cupel_expand_work_release(cupel_expand_work *w)
{
    cupel_free(w->scratch);
    cupel_free(w->sums);
    cupel_free(w->nearest);
    cupel_free(w->squares);
    cupel_free(w->values);
    cupel_free(w->own_scratch);
    cupel_free(w->own);
    cupel_free(w->mixture);
    cupel_free(w->cut);
    *w = (cupel_expand_work){0};
}

static void run_columns(const cupel_expand *e, const double *z, size_t ld, size_t n, const cupel_machine_way *way, cupel_expand_work *w,
                        cupel_raw *raw)
{
    cupel_triangle_squares(e->triangle, z, ld, n, way, w->squares);
    cupel_scale_kernel_of(way->isa)->sums(e->weights, e->d, e->bias[0], z, ld, n, w->sums);
    for (size_t i = 0; i < n; i++) {
        raw[i] = (cupel_raw){.value = w->sums[i], .unknown = w->squares[i], .distance = sqrt(w->squares[i])};
    }
}

/* What the points leave unknown of each row: 1 - |W k|^2, never below 0. */
static void run_variance(const cupel_expand *e, const double *z, size_t ld, size_t n, const cupel_machine_way *way, cupel_expand_work *w,
                         cupel_raw *raw)
{
    for (size_t from = 0; from < n; from += VALUES_ROWS) {
        size_t rows = n - from < VALUES_ROWS ? n - from : VALUES_ROWS;
        cupel_machine_values(e->machine, z + from * ld, ld, rows, way, w->values, w->values_ld);
        cupel_triangle_squares(e->triangle, w->values, w->values_ld, rows, way, w->squares);
        for (size_t i = 0; i < rows; i++) raw[from + i].unknown = w->squares[i] < 1 ? 1 - w->squares[i] : 0;
    }
}

/* A model of its own gives the value in place of the sum. */
static void run_own(const cupel_own *own, const double *z, size_t ld, size_t n, const cupel_expand_way *how, cupel_expand_work *w, cupel_raw *raw)
{
    double *spread = w->own + CUPEL_EXPAND_ROWS;
    const bool alone = how->value_only && own->kind->predict_values;
    const cupel_query rows = {z, ld, n, how->isa, w->own_scratch};
    if (alone) own->kind->predict_values(own->model, &rows, w->own);
    else if (w->mixture) own->kind->predict_mixed(own->model, &rows, w->own, spread, w->mixture);
    else own->kind->predict(own->model, &rows, w->own, spread);
    for (size_t i = 0; i < n; i++) {
        raw[i].value = w->own[i];
        raw[i].own = alone ? 0 : spread[i];
    }
}

void cupel_expand_run(const cupel_expand *e, const double *z, size_t ld, size_t n, const cupel_expand_way *how, cupel_expand_work *w, cupel_raw *raw)
{
    cupel_machine_way way = {.precision = how->precision, .isa = how->isa, .scratch = w->scratch};
    if (!e->kernel) {
        run_columns(e, z, ld, n, &way, w, raw);
        return;
    }
    if (w->cut) cupel_scale_cut(z, ld, n, e->d, w->cut);
    cupel_machine_run(e->machine, w->cut ? w->cut : z, w->cut ? e->d : ld, n, &way, w->sums, w->nearest);
    for (size_t i = 0; i < n; i++) {
        const double *sum = w->sums + i * e->n_sums;
        raw[i] = (cupel_raw){.value = sum[0], .error = e->n_sums > 1 ? sum[1] : 0, .distance = sqrt(w->nearest[i])};
    }
    if (e->triangle && !how->value_only) run_variance(e, z, ld, n, &way, w, raw);
    if (e->own) run_own(e->own, z, ld, n, how, w, raw);
}

/* ---- file ---- */

static cupel_status put_one(cupel_writer *w, const char *name, const char *units, const char *description, double x, cupel_err *err)
{
    return cupel_writer_put(w, name, units, description, CUPEL_F64, 1, (size_t[]){1}, &x, err);
}

cupel_status cupel_expand_save(const cupel_expand *e, cupel_writer *w, cupel_err *err)
{
    static const char *const kinds[] = {"exp(-gamma r^2)", "Matern 5/2"};
    const char *kind = e->kernel ? kinds[e->kind] : "columns";
    cupel_status st = CUPEL_OK;
    CUPEL_TRY(cupel_writer_put(w, "surrogate/kernel", "", "kernel of the expansion; 'columns' is a weighted sum of columns", CUPEL_TEXT, 1,
                               (size_t[]){1}, &kind, err));
    CUPEL_TRY(
        cupel_writer_put(w, "surrogate/bias", "scaled target", "constant of each sum", CUPEL_F64, 1, (size_t[]){e->n_sums}, e->bias, err));
    CUPEL_TRY(cupel_writer_put(w, "surrogate/weights", "scaled target",
                               e->n_sums > 1 ? "per point: coefficient of the value, of the error to be expected"
                                             : "coefficient per point or column",
                               CUPEL_F64, 2, (size_t[]){e->m, e->n_sums}, e->weights, err));
    if (e->kernel) {
        CUPEL_TRY(put_one(w, "surrogate/gamma", "1/(scaled columns)^2", "1 / (2 length^2) of the kernel", e->gamma, err));
        CUPEL_TRY(cupel_writer_put(w, "surrogate/points", "scaled columns", "points of the expansion, one per row", CUPEL_F64, 2,
                                   (size_t[]){e->m, e->d}, e->points, err));
    }
    if (e->packed)
        CUPEL_TRY(cupel_writer_put(w, "surrogate/triangle", "",
                                   "lower triangle W by rows; |W k|^2 is the share of the variance that is known", CUPEL_F64, 1,
                                   (size_t[]){e->m * (e->m + 1) / 2}, e->packed, err));
    if (e->own) CUPEL_TRY(e->own->kind->save(e->own->model, "surrogate/own", w, err));
done:
    return st;
}

static cupel_status get(const cupel_reader *r, const char *name, int rank, size_t *shape, double **out, cupel_err *err)
{
    void *data = NULL;
    cupel_status st = cupel_reader_get(r, name, CUPEL_F64, rank, shape, &data, err);
    if (st != CUPEL_OK) return st;
    *out = data;
    if (cupel_all_within(*out, rank == 2 ? shape[0] * shape[1] : shape[0], CUPEL_LARGEST)) return CUPEL_OK;
    return cupel_fail(err, CUPEL_BAD_ARTIFACT, "model: '%s' holds a value that is not finite or too large; train the model again", name);
}

static cupel_status get_one(const cupel_reader *r, const char *name, double *x, cupel_err *err)
{
    double *data = NULL;
    cupel_status st = get(r, name, 1, (size_t[]){1}, &data, err);
    if (st == CUPEL_OK) *x = *data;
    cupel_free(data);
    return st;
}

static cupel_status load_kernel(const cupel_reader *r, cupel_expand *e, cupel_err *err)
{
    void *text = NULL;
    cupel_status st = cupel_reader_get(r, "surrogate/kernel", CUPEL_TEXT, 1, (size_t[]){1}, &text, err);
    if (st != CUPEL_OK) return st;
    const char *kind = *(char **)text;
    e->kernel = strcmp(kind, "columns") != 0;
    e->kind = !strcmp(kind, "Matern 5/2") ? CUPEL_KERNEL_MATERN52 : CUPEL_KERNEL_RBF;
    if (e->kernel && e->kind == CUPEL_KERNEL_RBF && strcmp(kind, "exp(-gamma r^2)") != 0)
        st = cupel_fail(err, CUPEL_BAD_ARTIFACT, "model: kernel '%.60s' is not known to this cupel; use a newer one", kind);
    cupel_free(text);
    return st;
}

/* A model of its own, beside the expansion. */
static cupel_status load_own(const cupel_reader *r, size_t d, const cupel_own_kind *kind, cupel_expand *e, cupel_err *err)
{
    void *model = NULL;
    cupel_status st = kind->load(r, "surrogate/own", d, &model, err);
    return st == CUPEL_OK ? cupel_own_new(kind, model, &e->own, err) : st;
}

cupel_status cupel_expand_load(const cupel_reader *r, size_t d, const cupel_own_kind *own, cupel_expand *out, cupel_err *err)
{
    cupel_expand e = {.d = d};
    cupel_status st = CUPEL_OK;
    double *bias = NULL;
    CUPEL_TRY(load_kernel(r, &e, err));
    size_t shape[2] = {SIZE_MAX, SIZE_MAX};
    CUPEL_TRY(get(r, "surrogate/weights", 2, shape, &e.weights, err));
    e.m = shape[0];
    e.n_sums = shape[1];
    if (!e.m || (e.n_sums != 1 && e.n_sums != 2) || (!e.kernel && (e.m != d || e.n_sums != 1))) {
        st = cupel_fail(err, CUPEL_BAD_ARTIFACT,
                        "model: 'surrogate/weights' is %zu x %zu, which no surrogate of %zu columns has; train the model again", e.m,
                        e.n_sums, d);
        goto done;
    }
    CUPEL_TRY(get(r, "surrogate/bias", 1, &e.n_sums, &bias, err));
    memcpy(e.bias, bias, e.n_sums * sizeof *bias);
    if (e.kernel) {
        CUPEL_TRY(get_one(r, "surrogate/gamma", &e.gamma, err));
        CUPEL_TRY(get(r, "surrogate/points", 2, (size_t[]){e.m, d}, &e.points, err));
    }
    if (!e.kernel || cupel_reader_has(r, "surrogate/triangle"))
        CUPEL_TRY(get(r, "surrogate/triangle", 1, (size_t[]){cupel_mul(e.m, e.m + 1) / 2}, &e.packed, err));
    if (own) CUPEL_TRY(load_own(r, d, own, &e, err));
    st = build(&e, err);
    if (st == CUPEL_BAD_INPUT) { /* a size or number that no expansion has */
        st = CUPEL_BAD_ARTIFACT;
        if (err) err->status = st;
    }
done:
    cupel_free(bias);
    if (st == CUPEL_OK)
        *out = e;
    else
        cupel_expand_release(&e);
    return st;
}
