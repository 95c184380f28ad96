#include "models/learn/auto/smooth.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/base/rng.h"
#include "core/math/la.h"
#include "core/sys/file.h"
#include "models/learn/ard.h"
#include "models/learn/auto/smooth_parts.h"
#include "models/learn/gram.h"
#include "models/learn/kernel_ls.h"

#include <math.h>
#include <string.h>

enum { JUDGED = 600, STEPS = 60, STREAM = 0x736d6f };
static const double WIDE = 1.5;  /* deviation of a log length from where it starts */

extern const cupel_learner cupel_learner_gp;

/* ---- columns ---- */

static cupel_status make(size_t d, cupel_smooth **out, cupel_err *err)
{
    cupel_smooth *s = cupel_alloc(1, sizeof *s);
    if (s) s->column = cupel_alloc(cupel_mul(4, d), sizeof *s->column);
    if (!s || !s->column) {
        cupel_smooth_free(s);
        return cupel_no_memory(err, "a kernel machine", cupel_mul(4 * sizeof(double), d));
    }
    s->d = d;
    cupel_smooth_lay_out(s);
    *out = s;
    return CUPEL_OK;
}

/* Lowest, mean and 1 / standard deviation of every column over the rows; a constant column gets the factor 0. */
static void learn_columns(const cupel_smooth_data *t, cupel_smooth *s)
{
    for (size_t j = 0; j < s->d; j++) {
        double low = INFINITY, sum = 0, square = 0;
        for (size_t i = 0; i < t->n; i++) low = fmin(low, t->x[t->row[i] * t->ld + j]);
        s->low[j] = low;
        for (size_t i = 0; i < t->n; i++) sum += cupel_smooth_bent(s, j, t->x[t->row[i] * t->ld + j]);
        s->mean[j] = sum / (double)t->n;
        for (size_t i = 0; i < t->n; i++) {
            const double off = cupel_smooth_bent(s, j, t->x[t->row[i] * t->ld + j]) - s->mean[j];
            square += off * off;
        }
        const double deviation = sqrt(square / (double)t->n);
        s->factor[j] = deviation > 1e-9 * (1 + fabs(s->mean[j])) ? 1 / deviation : 0;
        s->relevance[j] = 1;
    }
}

/* ---- settings ---- */

static double *take(size_t n, size_t each, const char *what, cupel_status *st, cupel_err *err)
{
    double *x = cupel_alloc_aligned(cupel_mul(n, each), sizeof *x);
    if (!x) *st = cupel_no_memory(err, what, cupel_mul(cupel_mul(n, each), sizeof *x));
    return x;
}

/* Lengths of columns from the first m rows of the problem; *noise is learned beside them. */
static cupel_status learn_lengths(const cupel_problem *p, size_t m, double *relevance, double *noise, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    double mean = 0, *u = take(m, 1, "targets", &st, err), *theta = take(p->d + 1, 1, "lengths", &st, err);
    cupel_ard a = {m, p->d, p->x, u, cupel_alloc_aligned(cupel_ard_bytes(m, p->d), 1)};
    if (st == CUPEL_OK && !a.memory) st = cupel_no_memory(err, "lengths of columns", cupel_ard_bytes(m, p->d));
    if (st != CUPEL_OK) goto done;
    for (size_t i = 0; i < m; i++) mean += p->y[i] / (double)m;
    for (size_t i = 0; i < m; i++) u[i] = p->y[i] - mean;
    for (size_t j = 0; j < p->d; j++) theta[j] = 0.5 * log(p->typical);
    theta[p->d] = log(0.05);
    CUPEL_TRY(cupel_ard_learn(&a, WIDE, STEPS, theta, err));
    for (size_t j = 0; j < p->d; j++) relevance[j] = exp(-theta[j]);
    *noise = exp(theta[p->d]);
done:
    cupel_free(u);
    cupel_free(theta);
    cupel_free(a.memory);
    return st;
}

/* One gamma with several noises, by the marginal likelihood of the first m rows. */
static cupel_status judge(const cupel_problem *p, size_t m, double gamma, const double *noise, size_t n_noises, double best[3], cupel_err *err)
{
    cupel_problem few = *p;
    double *matrix = NULL, loss;
    size_t *row = cupel_alloc(m, sizeof *row);
    cupel_status st = CUPEL_OK;
    if (!row) return cupel_no_memory(err, "rows", m * sizeof *row);
    for (size_t i = 0; i < m; i++) row[i] = i;
    few.n = m;
    CUPEL_TRY(cupel_gram_matrix(&few, CUPEL_KERNEL_MATERN52, gamma, &matrix, err));
    for (size_t k = 0; k < n_noises; k++) {
        const double setting[] = {noise[k], gamma, 1};
        st = cupel_learner_gp.evidence(&(cupel_fit_task){&few, matrix, setting, row, m, 1}, &loss, err);
        if (st == CUPEL_FAILED) {
            st = CUPEL_OK; /* not positive definite: this noise is too small */
            continue;
        }
        if (st != CUPEL_OK) goto done;
        if (loss < best[2]) best[0] = gamma, best[1] = noise[k], best[2] = loss;
    }
done:
    cupel_free(matrix);
    cupel_free(row);
    return st;
}

/* Length and noise common to all columns: a coarse grid, then twice a finer one around the best. */
static cupel_status search(const cupel_problem *p, size_t m, double *gamma, double *noise, cupel_err *err)
{
    static const double coarse_gamma[] = {0.02, 0.1, 0.5, 2}, coarse_noise[] = {1e-3, 1e-2, 0.1, 0.5}, fine[] = {0.4, 1, 2.5},
                                         finer[] = {0.7, 1, 1.4};
    double best[] = {2 / p->typical, 0.1, INFINITY};
    cupel_status st = CUPEL_OK;
    for (size_t k = 0; k < 4; k++) CUPEL_TRY(judge(p, m, coarse_gamma[k] * 2 / p->typical, coarse_noise, 4, best, err));
    for (int round = 0; round < 2; round++) {
        const double *by = round ? finer : fine, at[] = {best[0], best[1]};
        const double near[] = {at[1] * by[0], at[1] * by[1], at[1] * by[2]};
        for (size_t k = 0; k < 3; k++) CUPEL_TRY(judge(p, m, at[0] * by[k], near, 3, best, err));
    }
    *gamma = best[0];
    *noise = best[1];
done:
    return st;
}

/* ---- the machine ---- */

static cupel_status solve(const cupel_problem *p, double noise, cupel_smooth *s, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    double *matrix = NULL;
    cupel_fitted f = {0};
    size_t *row = cupel_alloc(p->n, sizeof *row);
    if (!row) return cupel_no_memory(err, "rows", p->n * sizeof *row);
    for (size_t i = 0; i < p->n; i++) row[i] = i;
    CUPEL_TRY(cupel_memory_check(cupel_mul(cupel_mul(p->n, p->n), 3 * sizeof(double)), "a kernel machine of the automatic model", err));
    CUPEL_TRY(cupel_gram_matrix(p, CUPEL_KERNEL_MATERN52, s->gamma, &matrix, err));
    const double setting[] = {noise, s->gamma, 1};
    CUPEL_TRY(cupel_kernel_ls_solve(&(cupel_fit_task){p, matrix, setting, row, p->n, 1}, noise, &f, NULL, err));
    CUPEL_TRY(cupel_smooth_take(s, p->x, f.coef, p->n, f.bias, err));
done:
    cupel_fitted_release(&f);
    cupel_free(matrix);
    cupel_free(row);
    return st;
}

/* The rows of the data in an order by chance, as the machine sees them, into z [n][d] and y [n]. */
static cupel_status order_rows(const cupel_smooth_data *t, const cupel_smooth *s, size_t n, uint64_t seed, double *z, double *y, cupel_err *err)
{
    size_t *order = cupel_alloc(t->n, sizeof *order);
    if (!order) return cupel_no_memory(err, "rows", t->n * sizeof *order);
    cupel_rng_permutation(seed, STREAM, order, t->n);
    for (size_t i = 0; i < n; i++) {
        const size_t from = t->row[order[i]];
        cupel_smooth_scale(s, t->x + from * t->ld, z + i * s->d);
        y[i] = t->y[from];
    }
    cupel_free(order);
    return CUPEL_OK;
}

static cupel_status learn(const cupel_smooth_data *t, const cupel_smooth_options *o, cupel_isa isa, cupel_smooth *s, cupel_err *err)
{
    const size_t n = t->n < o->rows ? t->n : o->rows, judged = n < JUDGED ? n : JUDGED;
    const cupel_job alone = {.threads = 1, .isa = isa};
    cupel_status st = CUPEL_OK;
    double noise = 0.1, *z = take(n, t->d, "rows of a kernel machine", &st, err), *y = take(n, 1, "targets", &st, err);
    if (st != CUPEL_OK) goto done;
    s->root = o->root;
    learn_columns(t, s);
    CUPEL_TRY(order_rows(t, s, n, o->seed, z, y, err));
    cupel_problem p = {.n = n, .d = t->d, .x = z, .y = y, .job = &alone};
    CUPEL_TRY(cupel_typical_distance(z, n, t->d, &p.typical, err));
    if (o->lengths) {
        CUPEL_TRY(learn_lengths(&p, n < CUPEL_SMOOTH_LENGTHS ? n : CUPEL_SMOOTH_LENGTHS, s->relevance, &noise, err));
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < t->d; j++) z[i * t->d + j] *= s->relevance[j];
        s->gamma = 0.5;
    } else {
        CUPEL_TRY(search(&p, judged, &s->gamma, &noise, err));
    }
    CUPEL_TRY(solve(&p, noise, s, err));
done:
    cupel_free(z);
    cupel_free(y);
    return st;
}

cupel_status cupel_smooth_fit(const cupel_smooth_data *data, const cupel_smooth_options *o, cupel_isa isa, cupel_own **own, cupel_err *err)
{
    cupel_smooth *s = NULL;
    cupel_status st = make(data->d, &s, err);
    if (st != CUPEL_OK) return st;
    st = learn(data, o, isa, s, err);
    if (st == CUPEL_OK) return cupel_own_new(&cupel_kind_smooth, s, own, err);
    cupel_smooth_free(s);
    return st;
}
