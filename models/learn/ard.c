#include "models/learn/ard.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/math/la.h"
#include "core/math/stats.h"
#include "models/learn/lbfgs.h"

#include <math.h>
#include <string.h>

size_t cupel_ard_bytes(size_t n, size_t d)
{
    size_t square = cupel_mul(cupel_mul(n, n), 3), rows = cupel_mul(cupel_mul(n, d), 2);
    return square > SIZE_MAX / 32 || rows > SIZE_MAX / 32 ? SIZE_MAX : (square + rows + 3 * n) * sizeof(double);
}

/* The memory of one evaluation. */
typedef struct parts {
    double *factor;  /* [n][n] A, its Cholesky factor L, L^-1 */
    double *other;   /* [n][n] scaled products, then A^-1, then H */
    double *slope;   /* [n][n] 5/3 (1 + s) exp(-s) */
    double *x, *hx;  /* [n][d] rows over lengths; H times them */
    double *alpha, *norm, *sum; /* [n] */
} parts;

static parts cut(const cupel_ard *a)
{
    parts p;
    size_t n2 = a->n * a->n, nd = a->n * a->d;
    p.factor = a->memory;
    p.other = p.factor + n2;
    p.slope = p.other + n2;
    p.x = p.slope + n2;
    p.hx = p.x + nd;
    p.alpha = p.hx + nd;
    p.norm = p.alpha + a->n;
    p.sum = p.norm + a->n;
    return p;
}

/* A and the slopes of the kernel. */
static cupel_status fill(const cupel_ard *a, const parts *p, const double *theta, cupel_err *err)
{
    size_t n = a->n, d = a->d;
    for (size_t i = 0; i < n; i++) {
        p->norm[i] = 0;
        for (size_t k = 0; k < d; k++) {
            double v = p->x[i * d + k] = a->x[i * d + k] * cupel_exp(-theta[k]);
            p->norm[i] += v * v;
        }
    }
    cupel_status st = cupel_la_multiply(CUPEL_ABT, (cupel_matrix_in){p->x, n, d, d}, (cupel_matrix_in){p->x, n, d, d}, (cupel_matrix){p->other, n,
            n, n}, err);
    if (st != CUPEL_OK) return st;
    double noise = cupel_exp(theta[d]);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j <= i; j++) {
            double square = i == j ? 0 : p->norm[i] + p->norm[j] - 2 * p->other[i * n + j];
            double s = square > 0 ? sqrt(5 * square) : 0, fall = cupel_exp(-s);
            p->factor[i * n + j] = (1 + s + s * s / 3) * fall + (i == j ? noise : 0);
            p->slope[i * n + j] = p->slope[j * n + i] = (5.0 / 3) * (1 + s) * fall;
        }
    return CUPEL_OK;
}

/* A^-1 from L^-1, lower triangle of factor; what stands above is not part of it. */
static cupel_status invert(const cupel_ard *a, const parts *p, cupel_err *err)
{
    size_t n = a->n;
    cupel_status st = cupel_la_triangle_invert((cupel_matrix){p->factor, n, n, n}, err);
    if (st != CUPEL_OK) return st;
    for (size_t i = 0; i < n; i++)
        for (size_t j = i + 1; j < n; j++) p->factor[i * n + j] = 0;
    return cupel_la_gram((cupel_matrix_in){p->factor, n, n, n}, (cupel_matrix){p->other, n, n, n}, err);
}

/* d loss = sum_ij G_ij dA_ij with G = A^-1 - n alpha alpha' / (u'alpha); dK_ij / dtheta_k = slope_ij (x_ik - x_jk)^2 in rows over lengths. */
static cupel_status find_gradient(const cupel_ard *a, const parts *p, double amplitude, double noise, double *gradient, cupel_err *err)
{
    size_t n = a->n, d = a->d;
    cupel_status st = invert(a, p, err);
    if (st != CUPEL_OK) return st;
    gradient[d] = 0;
    for (size_t i = 0; i < n; i++) {
        p->sum[i] = 0;
        gradient[d] += noise * (p->other[i * n + i] - p->alpha[i] * p->alpha[i] / amplitude);
        for (size_t j = 0; j < n; j++) {
            double h = (p->other[i * n + j] - p->alpha[i] * p->alpha[j] / amplitude) * p->slope[i * n + j];
            p->other[i * n + j] = h;
            p->sum[i] += h;
        }
    }
    st = cupel_la_multiply(CUPEL_AB, (cupel_matrix_in){p->other, n, n, n}, (cupel_matrix_in){p->x, n, d, d}, (cupel_matrix){p->hx, n, d, d}, err);
    if (st != CUPEL_OK) return st;
    memset(gradient, 0, d * sizeof *gradient);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < d; k++) gradient[k] += 2 * p->x[i * d + k] * (p->x[i * d + k] * p->sum[i] - p->hx[i * d + k]);
    return CUPEL_OK;
}

cupel_status cupel_ard_evidence(const cupel_ard *a, const double *theta, double *loss, double *gradient, cupel_err *err)
{
    parts p = cut(a);
    size_t n = a->n;
    cupel_status st = CUPEL_OK;
    double fit = 0;
    CUPEL_TRY(fill(a, &p, theta, err));
    CUPEL_TRY(cupel_la_cholesky((cupel_matrix){p.factor, n, n, n}, err));
    memcpy(p.alpha, a->u, n * sizeof *p.alpha);
    CUPEL_TRY(cupel_la_cholesky_solve((cupel_matrix_in){p.factor, n, n, n}, (cupel_matrix){p.alpha, n, 1, 1}, err));
    for (size_t i = 0; i < n; i++) fit += a->u[i] * p.alpha[i];
    *loss = (double)n * cupel_log(fit / (double)n) + cupel_la_cholesky_log_det((cupel_matrix_in){p.factor, n, n, n});
    if (gradient) CUPEL_TRY(find_gradient(a, &p, fit / (double)n, cupel_exp(theta[a->d]), gradient, err));
done:
    return st;
}

static cupel_status loss_at(void *user, const double *theta, double *loss, double *gradient, cupel_err *err)
{
    return cupel_ard_evidence(user, theta, loss, gradient, err);
}

cupel_status cupel_ard_learn(const cupel_ard *a, double wide, size_t steps, double *theta, cupel_err *err)
{
    cupel_ard copy = *a;
    const cupel_lbfgs way = {.loss = loss_at, .user = &copy, .n = a->d + 1, .wide = wide, .steps = steps};
    double loss;
    return cupel_lbfgs_run(&way, theta, &loss, err);
}
