#include "models/homogenize/rebuild_parts.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/math/stats.h"
#include "core/sys/file.h"
#include "core/sys/par.h"

#include <math.h>
#include <string.h>

static const double SIGMA = 1.224744871391589; /* sqrt(3 / 2): of three passes of [1 2 1]/4 */
static const double CLIP = 1e-4;               /* psi is cut off at 4.55 voxels */
static const float NEAR = 1.5f;                /* a plane farther than sqrt(3)/2 does not cut the voxel; the rest is room for shifts */

/* ---- the filter ---- */

typedef struct filter {
    const size_t *n;
    const float *in;
    float *out, *scratch; /* scratch: one plane per worker */
} filter;

/* Weights of three passes of [1 2 1]/4. */
static const float TAPS[7] = {1.0f / 64, 6.0f / 64, 15.0f / 64, 20.0f / 64, 15.0f / 64, 6.0f / 64, 1.0f / 64};

static size_t wrap(size_t i, int step, size_t n)
{
    const size_t at = i + (size_t)(int64_t)step; /* unsigned: a step back past 0 is large */
    return at < n ? at : (size_t)(((int64_t)i + step + 4 * (int64_t)n) % (int64_t)n);
}

static void add_row(float *out, const float *in, float w, size_t n)
{
    for (size_t k = 0; k < n; k++) out[k] += w * in[k];
}

static void filter_row(const float *in, float *out, size_t n)
{
    for (size_t k = 0; k < n; k++) {
        float sum = 0;
        if (k >= 3 && k + 3 < n) {
            for (size_t t = 0; t < 7; t++) sum += TAPS[t] * in[k + t - 3];
        } else {
            for (int t = 0; t < 7; t++) sum += TAPS[t] * in[wrap(k, t - 3, n)];
        }
        out[k] = sum;
    }
}

static cupel_status filter_plane(void *user, size_t i, size_t worker, cupel_err *err)
{
    (void)err;
    const filter *f = user;
    const size_t n1 = f->n[1], n2 = f->n[2];
    const float *in = f->in + i * n1 * n2;
    float *out = f->out + i * n1 * n2, *s = f->scratch + worker * n1 * n2;
    for (size_t j = 0; j < n1; j++) filter_row(in + j * n2, s + j * n2, n2);
    memset(out, 0, n1 * n2 * sizeof *out);
    for (size_t j = 0; j < n1; j++)
        for (int t = 0; t < 7; t++) add_row(out + j * n2, s + wrap(j, t - 3, n1) * n2, TAPS[t], n2);
    return CUPEL_OK;
}

static cupel_status filter_across(void *user, size_t i, size_t worker, cupel_err *err)
{
    (void)worker;
    (void)err;
    const filter *f = user;
    const size_t plane = f->n[1] * f->n[2];
    float *out = f->out + i * plane;
    memset(out, 0, plane * sizeof *out);
    for (int t = 0; t < 7; t++) add_row(out, f->in + wrap(i, t - 3, f->n[0]) * plane, TAPS[t], plane);
    return CUPEL_OK;
}

/* x [n0][n1][n2] is smoothed by way of y of the same size. */
static cupel_status smooth(const size_t n[3], float *x, float *y, float *scratch, const cupel_job *job, cupel_err *err)
{
    filter f = {n, x, y, scratch};
    cupel_status st = cupel_par_for(job->threads, n[0], filter_plane, &f, err);
    f = (filter){n, y, x, NULL};
    return st == CUPEL_OK ? cupel_par_for(job->threads, n[0], filter_across, &f, err) : st;
}

/* ---- distances ---- */

/* SIGMA * quantile at even steps between CLIP and 1 - CLIP: straight between them it is good to a thousandth of a voxel at the ends, 1e-8 inside. */
enum { STEPS = 1 << 16 };

typedef struct field {
    const size_t *n;
    float *psi;
    const float *quantile; /* [STEPS + 1] */
} field;

static void fill_quantiles(float *quantile)
{
    for (size_t i = 0; i <= STEPS; i++) quantile[i] = (float)(SIGMA * cupel_normal_quantile(CLIP + (1 - 2 * CLIP) * (double)i / STEPS));
}

static cupel_status psi_plane(void *user, size_t i, size_t worker, cupel_err *err)
{
    (void)worker;
    (void)err;
    const field *f = user;
    const size_t plane = f->n[1] * f->n[2];
    float *x = f->psi + i * plane;
    for (size_t k = 0; k < plane; k++) {
        const double at = fmin(fmax(((double)x[k] - CLIP) / (1 - 2 * CLIP), 0), 1) * STEPS;
        const size_t low = at < STEPS ? (size_t)at : STEPS - 1;
        const float part = (float)(at - (double)low);
        x[k] = f->quantile[low] + part * (f->quantile[low + 1] - f->quantile[low]);
    }
    return CUPEL_OK;
}

static double psi_at(const field *f, size_t i, size_t j, size_t k) { return (double)f->psi[(i * f->n[1] + j) * f->n[2] + k]; }

static void gradient(const field *f, size_t i, size_t j, size_t k, double g[3])
{
    const size_t *n = f->n;
    g[0] = (psi_at(f, wrap(i, 1, n[0]), j, k) - psi_at(f, wrap(i, -1, n[0]), j, k)) / 2;
    g[1] = (psi_at(f, i, wrap(j, 1, n[1]), k) - psi_at(f, i, wrap(j, -1, n[1]), k)) / 2;
    g[2] = (psi_at(f, i, j, wrap(k, 1, n[2])) - psi_at(f, i, j, wrap(k, -1, n[2]))) / 2;
}

/* normal and distance in voxels, from psi and its gradient; a gradient far from 1 is no distance's. */
static cupel_near_voxel place(size_t k, double psi, const double g[3])
{
    const double length = sqrt(g[0] * g[0] + g[1] * g[1] + g[2] * g[2]), norm = length > 0 ? length : 1;
    return (cupel_near_voxel){(uint32_t)k, {(float)(g[0] / norm), (float)(g[1] / norm), (float)(g[2] / norm)},
                              (float)(psi / fmin(fmax(length, 0.5), 2))};
}

double cupel_near_voxel_share(const cupel_near_voxel *c, double shift)
{
    const double n[3] = {(double)c->n[0], (double)c->n[1], (double)c->n[2]}, d = (double)c->d - shift;
    return fabs(d) > 0.9 ? d > 0 : cupel_plane_cut(n, d);
}

/* ---- the list of near voxels ---- */

static void sheet_release(cupel_near_voxels *s)
{
    cupel_free(s->side);
    cupel_free(s->row);
    cupel_free(s->one);
    *s = (cupel_near_voxels){0};
}

/* Voxel (i, j, k) of the grid of a list. */
typedef cupel_near_voxel (*place_fn)(const void *from, size_t i, size_t j, size_t k);

static cupel_near_voxel place_fine(const void *from, size_t i, size_t j, size_t k)
{
    const field *f = from;
    const double psi = psi_at(f, i, j, k);
    double g[3];
    if (fabs(psi) >= 2 * (double)NEAR) return (cupel_near_voxel){(uint32_t)k, {0}, (float)psi}; /* not near, whatever the gradient (place) */
    gradient(f, i, j, k, g);
    return place(k, psi, g);
}

typedef struct listing {
    cupel_near_voxels *s;
    place_fn at;
    const void *from;
} listing;

/* Counts the near voxels of the rows of plane i into row[], and notes the side of all. */
static cupel_status count_plane(void *user, size_t i, size_t worker, cupel_err *err)
{
    (void)worker;
    (void)err;
    const listing *l = user;
    const size_t n1 = l->s->n[1], n2 = l->s->n[2];
    for (size_t j = 0; j < n1; j++) {
        size_t n = 0;
        for (size_t k = 0; k < n2; k++) {
            const cupel_near_voxel c = l->at(l->from, i, j, k);
            l->s->side[(i * n1 + j) * n2 + k] = c.d > 0;
            n += fabsf(c.d) < NEAR;
        }
        l->s->row[i * n1 + j + 1] = n;
    }
    return CUPEL_OK;
}

static cupel_status list_plane(void *user, size_t i, size_t worker, cupel_err *err)
{
    (void)worker;
    (void)err;
    const listing *l = user;
    const size_t n1 = l->s->n[1], n2 = l->s->n[2];
    for (size_t j = 0; j < n1; j++) {
        cupel_near_voxel *one = l->s->one + l->s->row[i * n1 + j];
        for (size_t k = 0; k < n2; k++) {
            const cupel_near_voxel c = l->at(l->from, i, j, k);
            if (fabsf(c.d) < NEAR) *one++ = c;
        }
    }
    return CUPEL_OK;
}

static cupel_status list_voxels(cupel_near_voxels *s, place_fn at, const void *from, const cupel_job *job, cupel_err *err)
{
    const size_t rows = s->n[0] * s->n[1];
    cupel_status st = CUPEL_OK;
    listing l = {s, at, from};
    s->side = cupel_alloc(cupel_rebuilt_count(s->n), 1);
    s->row = cupel_alloc(rows + 1, sizeof *s->row);
    if (!s->side || !s->row) CUPEL_TRY(cupel_no_memory(err, "the sides of an interface", cupel_rebuilt_count(s->n)));
    CUPEL_TRY(cupel_par_for(job->threads, s->n[0], count_plane, &l, err));
    for (size_t r = 0; r < rows; r++) s->row[r + 1] += s->row[r];
    CUPEL_TRY(cupel_memory_check(cupel_mul(s->row[rows], sizeof *s->one), "voxels near an interface", err));
    s->one = cupel_alloc(s->row[rows], sizeof *s->one);
    if (!s->one) CUPEL_TRY(cupel_no_memory(err, "voxels near an interface", s->row[rows] * sizeof *s->one));
    CUPEL_TRY(cupel_par_for(job->threads, s->n[0], list_plane, &l, err));
done:
    return st;
}

/* ---- volume ---- */

typedef struct volume {
    const cupel_near_voxels *s;
    double shift;
    double *plane; /* [n0] */
} volume;

static cupel_status volume_plane(void *user, size_t i, size_t worker, cupel_err *err)
{
    (void)worker;
    (void)err;
    const volume *v = user;
    const cupel_near_voxels *s = v->s;
    double sum = 0;
    for (size_t j = 0; j < s->n[1]; j++) {
        const size_t r = i * s->n[1] + j;
        const uint8_t *side = s->side + r * s->n[2];
        for (size_t k = 0; k < s->n[2]; k++) sum += side[k];
        for (size_t c = s->row[r]; c < s->row[r + 1]; c++) sum += cupel_near_voxel_share(&s->one[c], v->shift) - side[s->one[c].k];
    }
    v->plane[i] = sum;
    return CUPEL_OK;
}

static cupel_status share_at(const cupel_near_voxels *s, double shift, double *plane, const cupel_job *job, double *share, cupel_err *err)
{
    volume v = {s, shift, plane};
    const cupel_status st = cupel_par_for(job->threads, s->n[0], volume_plane, &v, err);
    double sum = 0;
    for (size_t i = 0; i < s->n[0]; i++) sum += plane[i];
    *share = sum / (double)cupel_rebuilt_count(s->n);
    return st;
}

/* The level at which the volume is `share`: it falls with the level; halving steps kept inside by the secant. */
static cupel_status match_volume(cupel_near_voxels *s, double share, const cupel_job *job, cupel_err *err)
{
    enum { TRIES = 30 };
    double *plane = cupel_alloc(s->n[0], sizeof *plane), low = -0.5, high = 0.5, at_low, at_high, here = 0, at;
    cupel_status st = CUPEL_OK;
    if (!plane) CUPEL_TRY(cupel_no_memory(err, "volumes of planes", 0));
    CUPEL_TRY(share_at(s, low, plane, job, &at_low, err));
    CUPEL_TRY(share_at(s, high, plane, job, &at_high, err));
    for (int i = 0; i < TRIES && at_low > share && at_high < share; i++) {
        here = i % 3 == 2 ? (low + high) / 2 : low + (high - low) * (at_low - share) / (at_low - at_high);
        CUPEL_TRY(share_at(s, here, plane, job, &at, err));
        if (fabs(at - share) < 1e-8) break;
        if (at > share)
            low = here, at_low = at;
        else
            high = here, at_high = at;
    }
    s->level = here;
done:
    cupel_free(plane);
    return st;
}

/* ---- the fine sheet ---- */

typedef struct labels {
    const cupel_mixture *m;
    float *s;
    const cupel_near_voxels *made; /* NULL: the labels; else the labels less its shares */
} labels;

static cupel_status labels_plane(void *user, size_t i, size_t worker, cupel_err *err)
{
    (void)worker;
    (void)err;
    const labels *l = user;
    const size_t n1 = l->m->n[1], n2 = l->m->n[2];
    for (size_t r = i * n1; r < (i + 1) * n1; r++) {
        const uint8_t *id = l->m->id8 + r * n2;
        float *s = l->s + r * n2;
        for (size_t k = 0; k < n2; k++) s[k] = (float)(l->made ? id[k] - l->made->side[r * n2 + k] : id[k]);
        for (size_t c = l->made ? l->made->row[r] : 0; l->made && c < l->made->row[r + 1]; c++) {
            const cupel_near_voxel *v = &l->made->one[c];
            s[v->k] = (float)(id[v->k] - cupel_near_voxel_share(v, 0));
        }
    }
    return CUPEL_OK;
}

static cupel_status add_plane(void *user, size_t i, size_t worker, cupel_err *err)
{
    (void)worker;
    (void)err;
    const filter *f = user;
    const size_t plane = f->n[1] * f->n[2];
    add_row(f->out + i * plane, f->in + i * plane, 1, plane);
    return CUPEL_OK;
}

/* What the distances are made with. */
typedef struct workshop {
    size_t count;
    float *s, *x, *y, *scratch, *quantile;
} workshop;

static void workshop_release(workshop *w)
{
    cupel_free(w->s);
    cupel_free(w->x);
    cupel_free(w->y);
    cupel_free(w->scratch);
    cupel_free(w->quantile);
    *w = (workshop){0};
}

static cupel_status workshop_init(workshop *w, const size_t n[3], size_t threads, cupel_err *err)
{
    const size_t count = cupel_rebuilt_count(n), plane = n[1] * n[2];
    const cupel_status st = cupel_memory_check(cupel_mul(cupel_mul(3, count), sizeof(float)), "distances to an interface", err);
    if (st != CUPEL_OK) return st;
    *w = (workshop){count, cupel_alloc_aligned(count, sizeof(float)), cupel_alloc_aligned(count, sizeof(float)),
                    cupel_alloc_aligned(count, sizeof(float)), cupel_alloc_aligned(cupel_mul(threads, plane), sizeof(float)),
                    cupel_alloc(STEPS + 1, sizeof(float))};
    if (!w->s || !w->x || !w->y || !w->scratch || !w->quantile) return cupel_no_memory(err, "distances to an interface", count * 3 * sizeof(float));
    fill_quantiles(w->quantile);
    return CUPEL_OK;
}

/* One pass: w->x becomes psi of w->s and f->fine its list. */
static cupel_status measure(cupel_rebuilt *f, workshop *w, const cupel_job *job, cupel_err *err)
{
    const size_t *n = f->fine.n;
    field psi = {n, w->x, w->quantile};
    memcpy(w->x, w->s, w->count * sizeof *w->x);
    cupel_status st = cupel_par_for(job->threads, n[0], psi_plane, &psi, err);
    cupel_free(f->fine.side);
    cupel_free(f->fine.row);
    cupel_free(f->fine.one);
    f->fine.side = NULL, f->fine.row = NULL, f->fine.one = NULL;
    return st == CUPEL_OK ? list_voxels(&f->fine, place_fine, &psi, job, err) : st;
}

static cupel_status make_fine(cupel_rebuilt *f, const cupel_mixture *m, workshop *w, const cupel_job *job, cupel_err *err)
{
    const size_t *n = f->fine.n;
    cupel_status st = CUPEL_OK;
    labels l = {m, w->s, NULL};
    CUPEL_TRY(cupel_par_for(job->threads, n[0], labels_plane, &l, err));
    CUPEL_TRY(smooth(n, w->s, w->y, w->scratch, job, err));
    CUPEL_TRY(measure(f, w, job, err));
    l = (labels){m, w->x, &f->fine};
    CUPEL_TRY(cupel_par_for(job->threads, n[0], labels_plane, &l, err));
    for (int pass = 0; pass < 2; pass++) CUPEL_TRY(smooth(n, w->x, w->y, w->scratch, job, err));
    filter sum = {n, w->x, w->s, NULL};
    CUPEL_TRY(cupel_par_for(job->threads, n[0], add_plane, &sum, err));
    CUPEL_TRY(measure(f, w, job, err));
    CUPEL_TRY(match_volume(&f->fine, f->share, job, err));
done:
    return st;
}

/* ---- the coarse sheet where an axis is odd ---- */

typedef struct between {
    field fine;
    const size_t *n; /* of the coarse grid */
    double level;
} between;

/* psi and its gradient at the centre of a coarse voxel, straight between those of the fine ones; distances in coarse voxels. */
static cupel_near_voxel place_coarse(const void *from, size_t i, size_t j, size_t k)
{
    const between *b = from;
    const size_t at[3] = {i, j, k};
    size_t low[3];
    double part[3], psi = 0, g[3] = {0};
    for (int a = 0; a < 3; a++) {
        const double ratio = (double)b->fine.n[a] / (double)b->n[a], x = ((double)at[a] + 0.5) * ratio - 0.5, whole = floor(x);
        low[a] = (size_t)((int64_t)whole + (int64_t)b->fine.n[a]) % b->fine.n[a];
        part[a] = x - whole;
    }
    for (int c = 0; c < 8; c++) {
        double w = 1, here[3];
        size_t p[3];
        for (int a = 0; a < 3; a++) {
            w *= c >> a & 1 ? part[a] : 1 - part[a];
            p[a] = wrap(low[a], c >> a & 1, b->fine.n[a]);
        }
        if (!(w > 0)) continue;
        gradient(&b->fine, p[0], p[1], p[2], here);
        psi += w * (psi_at(&b->fine, p[0], p[1], p[2]) - b->level);
        for (int a = 0; a < 3; a++) g[a] += w * here[a];
    }
    for (int a = 0; a < 3; a++) g[a] *= (double)b->fine.n[a] / (double)b->n[a];
    const double length = sqrt(g[0] * g[0] + g[1] * g[1] + g[2] * g[2]), norm = length > 0 ? length : 1;
    return (cupel_near_voxel){(uint32_t)k, {(float)(g[0] / norm), (float)(g[1] / norm), (float)(g[2] / norm)},
                              (float)(psi / fmin(fmax(length, 0.8), 5))};
}

static cupel_status make_coarse(cupel_rebuilt *f, const float *psi, const cupel_job *job, cupel_err *err)
{
    cupel_near_voxels *c = &f->coarse;
    for (int a = 0; a < 3; a++) {
        c->n[a] = f->fine.n[a] == 1 ? 1 : (f->fine.n[a] + 1) / 2;
        c->edge[a] = f->fine.edge[a] * (double)f->fine.n[a] / (double)c->n[a];
    }
    for (int a = 0; a < 3; a++) f->averages = f->averages && (f->fine.n[a] == 1 || f->fine.n[a] % 2 == 0);
    if (f->averages) return CUPEL_OK;
    const between b = {{f->fine.n, (float *)(uintptr_t)psi, NULL}, c->n, f->fine.level};
    const cupel_status st = list_voxels(c, place_coarse, &b, job, err);
    return st == CUPEL_OK ? match_volume(c, f->share, job, err) : st;
}

cupel_status cupel_rebuilt_of(const cupel_mixture *m, const double edge[3], const cupel_job *job, cupel_rebuilt **out, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    workshop w = {0};
    double fraction[2];
    cupel_rebuilt *f = cupel_alloc(1, sizeof *f);
    if (!f) CUPEL_TRY(cupel_no_memory(err, "an interface", 0));
    if (m->n_phases != 2 || m->n_cuts) CUPEL_TRY(cupel_fail(err, CUPEL_USAGE, "an interface is made from the labels of two phases"));
    f->dim = m->dim;
    f->averages = true;
    memcpy(f->fine.n, m->n, sizeof m->n);
    memcpy(f->fine.edge, edge, sizeof f->fine.edge);
    cupel_mixture_fractions(m, fraction);
    f->share = fraction[1];
    CUPEL_TRY(workshop_init(&w, m->n, job->threads, err));
    CUPEL_TRY(make_fine(f, m, &w, job, err));
    CUPEL_TRY(make_coarse(f, w.x, job, err));
done:
    workshop_release(&w);
    if (st != CUPEL_OK) {
        cupel_rebuilt_free(f);
        f = NULL;
    }
    *out = f;
    return st;
}

void cupel_rebuilt_free(cupel_rebuilt *f)
{
    if (!f) return;
    sheet_release(&f->fine);
    sheet_release(&f->coarse);
    cupel_free(f);
}
