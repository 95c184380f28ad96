#include "models/reconstruct/misfit.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/math/fft.h"
#include "core/sys/par.h"
#include "models/reconstruct/kernels/reconstruct.h"
#include "models/reconstruct/lineal.h"

#include <math.h>
#include <string.h>

/* C is even: only the planes of lags that are matched are transformed back, and what is left of them stands for its mirror image too,
 *   R = A(r) + A(-r)  =>  R^ = 2 Re A^,  with half of the planes that are their own image. */

static const double SIGMA = 1, FRACTION = 50; /* voxels; weight of the fraction */
static const double FAINTEST = 0.08;          /* waves of which the Gaussian leaves less are not there */
static const double PI = 3.14159265358979323846;

struct cupel_misfit {
    const cupel_reconstruct_target *t;
    const cupel_job *job;
    const cupel_reconstruct_kernels *kernel;
    cupel_fft *fft;
    cupel_lineal *lineal;       /* NULL: not matched */
    size_t pitch, plane, half;
    size_t matched;             /* planes of lags that are matched, from 0 on */
    size_t *row;                /* [n0][n1 + 1] where the waves (i, j) begin in a spectrum; what is kept of them are the first along the last axis */
    size_t waves;               /* kept in all */
    double voxels, phi;
    float *x, *f, *keep, *path; /* voxels; work; spectrum of x; derivatives of the lineal paths */
    float *smooth[3];           /* the Gaussian along each axis: [n0], [n1], [2][2 half] for both ways */
    double *partial;            /* [n0] of planes */
    size_t workers, each;
    float *scratch;
    double sum, slope;          /* of x; derivative of E by it */
};

/* One way through the passes. */
typedef struct pass {
    cupel_misfit *m;
    const float *in;
    float *out;
    const unsigned char *one;
    float sharp;                /* 1 / delta; 0: x is given */
} pass;

void cupel_misfit_free(cupel_misfit *m)
{
    if (!m) return;
    cupel_fft_free(m->fft);
    cupel_lineal_free(m->lineal);
    cupel_free(m->x);
    cupel_free(m->f);
    cupel_free(m->keep);
    cupel_free(m->path);
    for (int a = 0; a < 3; a++) cupel_free(m->smooth[a]);
    cupel_free(m->row);
    cupel_free(m->partial);
    cupel_free(m->scratch);
    cupel_free(m);
}

static double planes_weight(const cupel_misfit *m, size_t i) { return i == 0 || 2 * i == m->t->n[0] ? 1 : 2; }

static void look_at_target(cupel_misfit *m)
{
    const cupel_reconstruct_target *t = m->t;
    const size_t plane = t->n[1] * t->n[2];
    m->voxels = (double)t->n[0] * (double)plane;
    m->phi = (double)t->ones / m->voxels;
    for (size_t k = 0; k < (t->n[0] / 2 + 1) * plane; k++)
        if (t->weight[k] > 0) m->matched = k / plane + 1;
}

/* exp(-(sigma k)^2 / 2); along the last axis with the scale of the spectrum: its inner columns stand for two. */
static void make_filters(cupel_misfit *m)
{
    for (int a = 0; a < 3; a++) {
        const size_t n = m->t->n[a], count = a == 2 ? m->half : n;
        for (size_t i = 0; i < count; i++) {
            const double k = 2 * PI * (double)(2 * i > n ? n - i : i) / (double)n, g = exp(-SIGMA * SIGMA * k * k / 2);
            const double twice = i == 0 || 2 * i == n ? 1 : sqrt(2), scale = sqrt(m->voxels);
            if (a < 2) {
                m->smooth[a][i] = (float)g;
                continue;
            }
            m->smooth[2][2 * i] = m->smooth[2][2 * i + 1] = (float)(g / (twice * scale));
            m->smooth[2][2 * (m->half + i)] = m->smooth[2][2 * (m->half + i) + 1] = (float)(g * twice / scale);
        }
    }
}

static float smooth_of(const cupel_misfit *m, size_t i, size_t j) { return m->smooth[0][i] * m->smooth[1][j]; }

static size_t row_of(const cupel_misfit *m, size_t i, size_t j) { return m->row[i * (m->t->n[1] + 1) + j]; }

/* How many waves (i, j, 0 ...) are kept. */
static size_t kept_of(const cupel_misfit *m, size_t i, size_t j) { return row_of(m, i, j + 1) - row_of(m, i, j); }

static void choose_waves(cupel_misfit *m)
{
    for (size_t i = 0; i < m->t->n[0]; i++)
        for (size_t j = 0; j <= m->t->n[1]; j++) {
            m->row[i * (m->t->n[1] + 1) + j] = m->waves;
            const double k2 = 2 * PI / (double)m->t->n[2];
            for (size_t k = 0; j < m->t->n[1] && k < m->half; k++)
                if ((double)smooth_of(m, i, j) * exp(-SIGMA * SIGMA * k2 * k2 * (double)(k * k) / 2) >= FAINTEST) m->waves++;
        }
}

cupel_status cupel_misfit_new(const cupel_reconstruct_target *t, const cupel_job *job, cupel_misfit **out, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    *out = NULL;
    cupel_misfit *m = cupel_alloc(1, sizeof *m);
    if (!m) return cupel_no_memory(err, "a reconstruction", 0);
    m->t = t;
    m->job = job;
    m->kernel = cupel_reconstruct_kernels_of(job->isa);
    CUPEL_TRY(cupel_fft_new(t->n, &m->fft, err));
    m->pitch = cupel_fft_pitch(m->fft);
    m->plane = t->n[1] * m->pitch;
    m->half = t->n[2] / 2 + 1;
    m->workers = job->threads < t->n[0] ? job->threads : t->n[0];
    m->each = (cupel_fft_scratch(m->fft, 1) + m->plane + 15) / 16 * 16;
    const size_t size = cupel_fft_size(m->fft);
    m->x = cupel_alloc_aligned(size, sizeof *m->x);
    m->f = cupel_alloc_aligned(size, sizeof *m->f);
    m->keep = cupel_alloc_aligned(size, sizeof *m->keep);
    m->smooth[0] = cupel_alloc(t->n[0], sizeof(float));
    m->smooth[1] = cupel_alloc(t->n[1], sizeof(float));
    m->smooth[2] = cupel_alloc(4 * m->half, sizeof(float));
    m->row = cupel_alloc(cupel_mul(t->n[0], t->n[1] + 1), sizeof *m->row);
    m->partial = cupel_alloc(t->n[0], sizeof *m->partial);
    m->scratch = cupel_alloc_aligned(cupel_mul(m->workers, m->each), sizeof *m->scratch);
    if (!m->x || !m->f || !m->keep || !m->smooth[0] || !m->smooth[1] || !m->smooth[2] || !m->row || !m->partial || !m->scratch)
        CUPEL_TRY(cupel_no_memory(err, "a reconstruction", 3 * size * sizeof(float)));
    if (t->lineal_path > 0) {
        m->path = cupel_alloc_aligned(size, sizeof *m->path);
        if (!m->path) CUPEL_TRY(cupel_no_memory(err, "a reconstruction", size * sizeof(float)));
        CUPEL_TRY(cupel_lineal_new(t, m->pitch, job, &m->lineal, err));
    }
    look_at_target(m);
    make_filters(m);
    choose_waves(m);
    *out = m;
    m = NULL;
done:
    cupel_misfit_free(m);
    return st;
}

size_t cupel_misfit_size(const cupel_misfit *m) { return 2 * m->waves; }

size_t cupel_misfit_pitch(const cupel_misfit *m) { return m->pitch; }

static float *scratch_of(const cupel_misfit *m, size_t worker) { return m->scratch + worker * m->each; }

/* ---- between a spectrum and voxels ---- */

/* The numbers of waves (i, j, k0 ...) in a spectrum, and how many floats of them are kept. */
static size_t waves_of(const cupel_misfit *m, const cupel_fft_columns_view *v, size_t i, size_t *at)
{
    const size_t kept = kept_of(m, i, v->j);
    if (v->k0 >= kept) return 0;
    *at = 2 * (row_of(m, i, v->j) + v->k0);
    return 2 * (v->n < kept - v->k0 ? v->n : kept - v->k0);
}

/* The second index of a block of columns. */
static size_t line_of(const cupel_misfit *m, size_t block) { return block / (cupel_fft_blocks(m->fft) / m->t->n[1]); }

/* The columns of G u. */
static void smooth_from(void *user, const cupel_fft_columns_view *v)
{
    const pass *p = user;
    const cupel_misfit *m = p->m;
    for (size_t i = 0; i < m->t->n[0]; i++) {
        size_t at = 0;
        const size_t n = waves_of(m, v, i, &at);
        float *s = v->s[0] + 2 * i * v->stride;
        if (n) memcpy(s, p->in + at, n * sizeof *s);
        memset(s + n, 0, (2 * v->n - n) * sizeof *s);
        if (n) m->kernel->filter(n, smooth_of(m, i, v->j), m->smooth[2] + 2 * v->k0, s);
    }
}

static void smooth_to(void *user, const cupel_fft_columns_view *v)
{
    const pass *p = user;
    const cupel_misfit *m = p->m;
    for (size_t i = 0; i < m->t->n[0]; i++) {
        size_t at = 0;
        const size_t n = waves_of(m, v, i, &at);
        if (!n) continue;
        memcpy(p->out + at, v->s[0] + 2 * i * v->stride, n * sizeof(float));
        m->kernel->filter(n, smooth_of(m, i, v->j), m->smooth[2] + 2 * (m->half + v->k0), p->out + at);
    }
}

static cupel_status columns_from(void *user, size_t b, size_t worker, cupel_err *err)
{
    (void)err;
    pass *p = user;
    const size_t j = line_of(p->m, b);
    if (kept_of(p->m, 0, j))
        cupel_fft_columns_backward(p->m->fft, b, NULL, p->out, smooth_from, p, scratch_of(p->m, worker));
    else
        for (size_t i = 0; i < p->m->t->n[0]; i++) memset(p->out + i * p->m->plane + j * p->m->pitch, 0, p->m->pitch * sizeof(float));
    return CUPEL_OK;
}

static cupel_status columns_to(void *user, size_t b, size_t worker, cupel_err *err)
{
    (void)err;
    pass *p = user;
    if (kept_of(p->m, 0, line_of(p->m, b)))
        cupel_fft_columns_forward(p->m->fft, b, p->in, NULL, smooth_to, p, scratch_of(p->m, worker));
    return CUPEL_OK;
}

static cupel_status plane_back(void *user, size_t i, size_t worker, cupel_err *err)
{
    (void)err;
    const pass *p = user;
    float *plane = p->out + i * p->m->plane;
    cupel_fft_plane_backward(p->m->fft, plane, plane, scratch_of(p->m, worker));
    return CUPEL_OK;
}

cupel_status cupel_misfit_field(cupel_misfit *m, const float *q, float *z, cupel_err *err)
{
    pass p = {.m = m, .in = q, .out = z};
    cupel_status st = cupel_par_for(m->workers, cupel_fft_blocks(m->fft), columns_from, &p, err);
    return st == CUPEL_OK ? cupel_par_for(m->workers, m->t->n[0], plane_back, &p, err) : st;
}

double cupel_misfit_copies(const cupel_misfit *m, size_t k) { return k == 0 || 2 * k == m->t->n[2] ? 1 : 2; }

void cupel_misfit_rows(const cupel_misfit *m, cupel_misfit_row *fn, void *user)
{
    for (size_t i = 0; i < m->t->n[0]; i++)
        for (size_t j = 0; j < m->t->n[1]; j++) fn(user, 2 * row_of(m, i, j), kept_of(m, i, j));
}

cupel_status cupel_misfit_spectrum(cupel_misfit *m, float *u, float *q, cupel_err *err)
{
    const cupel_status st = cupel_fft_forward(m->fft, u, m->job->threads, err);
    for (size_t i = 0; i < m->t->n[0]; i++)
        for (size_t j = 0; j < m->t->n[1]; j++)
            for (size_t k = 0; k < 2 * kept_of(m, i, j); k++)
                q[2 * row_of(m, i, j) + k] =
                    (float)((double)u[(i * m->t->n[1] + j) * m->pitch + k] * sqrt(cupel_misfit_copies(m, k / 2) / m->voxels));
    return st;
}

/* ---- E ---- */

/* x of a plane, by z or by the voxels, and its transform. */
static cupel_status plane_of_x(void *user, size_t i, size_t worker, cupel_err *err)
{
    (void)err;
    const pass *p = user;
    cupel_misfit *m = p->m;
    float *x = m->x + i * m->plane, *f = m->f + i * m->plane;
    if (p->one) {
        const unsigned char *one = p->one + i * m->t->n[1] * m->t->n[2];
        for (size_t j = 0; j < m->t->n[1]; j++)
            for (size_t k = 0; k < m->t->n[2]; k++) x[j * m->pitch + k] = one[j * m->t->n[2] + k];
    } else {
        cupel_fft_plane_backward(m->fft, f, x, scratch_of(m, worker));
        m->kernel->sigmoid(m->plane, p->sharp, x, x);
    }
    cupel_fft_plane_forward(m->fft, x, f, scratch_of(m, worker));
    return CUPEL_OK;
}

static float *kept(const cupel_misfit *m, const cupel_fft_columns_view *v) { return m->keep + 2 * (v->j * m->half + v->k0) * m->t->n[0]; }

static void power_of_x(void *user, const cupel_fft_columns_view *v)
{
    cupel_misfit *m = user;
    float *keep = kept(m, v);
    for (size_t i = 0; i < m->t->n[0]; i++)
        m->kernel->power(2 * v->n, (float)(1 / (m->voxels * m->voxels)), v->s[0] + 2 * i * v->stride, keep + 2 * i * v->n);
    if (v->j == 0 && v->k0 == 0) m->sum = (double)keep[0];
}

static cupel_status columns_of_x(void *user, size_t b, size_t worker, cupel_err *err)
{
    (void)err;
    const pass *p = user;
    float *const field[1] = {p->m->f};
    cupel_fft_columns(p->m->fft, b, field, 1, power_of_x, p->m, scratch_of(p->m, worker));
    return CUPEL_OK;
}

/* A plane of C becomes w (C - S2), and its transform. Planes that are not matched become 0. */
static cupel_status plane_of_lags(void *user, size_t i, size_t worker, cupel_err *err)
{
    (void)err;
    const pass *p = user;
    cupel_misfit *m = p->m;
    const cupel_reconstruct_target *t = m->t;
    float *f = m->f + i * m->plane;
    m->partial[i] = 0;
    if (i >= m->matched) {
        memset(f, 0, m->plane * sizeof *f);
        return CUPEL_OK;
    }
    cupel_fft_plane_backward(m->fft, f, f, scratch_of(m, worker));
    double sum = 0;
    for (size_t j = 0; j < t->n[1]; j++) {
        const size_t at = (i * t->n[1] + j) * t->n[2];
        sum += m->kernel->residual(t->n[2], (float)planes_weight(m, i) / 2, t->s2 + at, t->weight + at, f + j * m->pitch);
    }
    m->partial[i] = planes_weight(m, i) * sum;
    cupel_fft_plane_forward(m->fft, f, f, scratch_of(m, worker));
    return CUPEL_OK;
}

/* E from what stands in x and f; with the derivatives of the lineal paths. */
static cupel_status weigh(cupel_misfit *m, pass *p, bool slopes, double *e, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    const double least = fmin(m->phi, 1 - m->phi);
    double paths = 0;
    CUPEL_TRY(cupel_par_for(m->workers, cupel_fft_blocks(m->fft), columns_of_x, p, err));
    if (m->matched) CUPEL_TRY(cupel_par_for(m->workers, m->t->n[0], plane_of_lags, p, err));
    if (m->lineal) CUPEL_TRY(cupel_lineal_misfit(m->lineal, m->x, m->t->lineal_path, &paths, slopes ? m->path : NULL, err));
    const double off = (m->sum / m->voxels - m->phi) / least;
    m->slope = 2 * FRACTION * off / (least * m->voxels);
    *e = m->t->lineal_path * paths + FRACTION * off * off;
    for (size_t i = 0; i < m->matched; i++) *e += m->partial[i];
done:
    return st;
}

/* ---- its derivative ---- */

static void convolve_x(void *user, const cupel_fft_columns_view *v)
{
    cupel_misfit *m = user;
    const double scale = 8 / (m->voxels * m->voxels);
    for (size_t i = 0; i < m->t->n[0]; i++)
        m->kernel->convolve(2 * v->n, (float)scale, kept(m, v) + 2 * i * v->n, v->s[0] + 2 * i * v->stride);
}

static cupel_status columns_of_slope(void *user, size_t b, size_t worker, cupel_err *err)
{
    (void)err;
    const pass *p = user;
    float *const field[1] = {p->m->f};
    cupel_fft_columns(p->m->fft, b, field, 1, convolve_x, p->m, scratch_of(p->m, worker));
    return CUPEL_OK;
}

static cupel_status plane_of_slope(void *user, size_t i, size_t worker, cupel_err *err)
{
    (void)err;
    const pass *p = user;
    cupel_misfit *m = p->m;
    float *f = m->f + i * m->plane, *to = p->sharp > 0 ? f : p->out + i * m->plane;
    if (m->matched)
        cupel_fft_plane_backward(m->fft, f, to, scratch_of(m, worker));
    else
        memset(to, 0, m->plane * sizeof *to);
    for (size_t k = 0; m->lineal && k < m->plane; k++) to[k] += m->path[i * m->plane + k];
    if (p->sharp > 0) {
        m->kernel->chain(m->plane, p->sharp, (float)m->slope, m->x + i * m->plane, f);
        cupel_fft_plane_forward(m->fft, f, f, scratch_of(m, worker));
    }
    return CUPEL_OK;
}

/* Derivatives by x into f, or for hard voxels into p->out. */
static cupel_status slope_by_x(cupel_misfit *m, pass *p, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    if (m->matched) st = cupel_par_for(m->workers, cupel_fft_blocks(m->fft), columns_of_slope, p, err);
    return st == CUPEL_OK ? cupel_par_for(m->workers, m->t->n[0], plane_of_slope, p, err) : st;
}

cupel_status cupel_misfit_soft(cupel_misfit *m, const float *q, double delta, double *e, float *g, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    pass p = {.m = m, .in = q, .out = m->f, .sharp = (float)(1 / delta)};
    pass x = {.m = m, .sharp = (float)(1.44269504088896340736 / delta)}; /* powers of 2 */
    CUPEL_TRY(cupel_par_for(m->workers, cupel_fft_blocks(m->fft), columns_from, &p, err));
    CUPEL_TRY(cupel_par_for(m->workers, m->t->n[0], plane_of_x, &x, err));
    CUPEL_TRY(weigh(m, &x, true, e, err));
    CUPEL_TRY(slope_by_x(m, &p, err));
    p = (pass){.m = m, .in = m->f, .out = g};
    CUPEL_TRY(cupel_par_for(m->workers, cupel_fft_blocks(m->fft), columns_to, &p, err));
done:
    return st;
}

cupel_status cupel_misfit_hard(cupel_misfit *m, const unsigned char *one, double *e, cupel_err *err)
{
    pass p = {.m = m, .one = one};
    const cupel_status st = cupel_par_for(m->workers, m->t->n[0], plane_of_x, &p, err);
    return st == CUPEL_OK ? weigh(m, &p, true, e, err) : st;
}

cupel_status cupel_misfit_hard_slope(cupel_misfit *m, float *g, cupel_err *err)
{
    pass p = {.m = m, .out = g};
    return slope_by_x(m, &p, err);
}
