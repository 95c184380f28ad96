#include "core/engine/micro/alike.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/engine/likeness.h"
#include "core/math/fft.h"
#include "datasets/spaces/micro/interface.h"

#include <math.h>
#include <string.h>

/* Voxels an edge, at most, of the grid where distances are measured, and of that for derivatives. */
enum { MEASURED = 64, CHANGED = 32 };
/* Nearer than this part of its tolerance an entry no longer pulls: the voxels of a verification have their threshold from a finer grid. */
static const double INSIDE = 0.7;

typedef struct lag_at {
    int32_t at[3];
    double weight; /* root of how many lags of the grid of the measurement it stands for */
} lag_at;

/* One entry. */
typedef struct measured {
    const cupel_ask *ask;
    cupel_likeness *like;
    size_t n[3], g[3]; /* grids: where distances are measured, and derivatives */
    size_t lags;       /* of g, up to a quarter of the box: one of every pair of opposite ones where the first axis tells them apart */
    lag_at *lag;
    double off;        /* threshold of the settled recipe less that on grid n */
} measured;

struct cupel_alike {
    size_t n;
    measured one[CUPEL_ASKS_MAX];
    bool known, settled; /* of the last recipe; of that which gave every entry's `off` */
    cupel_recipe recipe, base;
    double beyond, at_base;
};

void cupel_alike_free(cupel_alike *a)
{
    for (size_t i = 0; a && i < a->n; i++) {
        cupel_likeness_free(a->one[i].like);
        cupel_free(a->one[i].lag);
    }
    cupel_free(a);
}

static size_t least_of(const size_t n[3]) { return n[0] < n[1] ? (n[0] < n[2] ? n[0] : n[2]) : n[1] < n[2] ? n[1] : n[2]; }

static cupel_status list_lags(measured *m, cupel_err *err)
{
    const long quarter[3] = {(long)m->g[0] / 4, (long)m->g[1] / 4, (long)m->g[2] / 4};
    const size_t all = (size_t)((quarter[0] + 1) * (2 * quarter[1] + 1) * (2 * quarter[2] + 1));
    double ratio = 1;
    for (int a = 0; a < 3; a++) ratio *= (double)m->n[a] / (double)m->g[a];
    m->lag = cupel_alloc(all, sizeof *m->lag);
    if (!m->lag) return cupel_no_memory(err, "a two-point function", all * sizeof *m->lag);
    for (long i = 0; i <= quarter[0]; i++)
        for (long j = -quarter[1]; j <= quarter[1]; j++)
            for (long k = -quarter[2]; k <= quarter[2]; k++)
                m->lag[m->lags++] = (lag_at){{(int32_t)i, (int32_t)j, (int32_t)k}, sqrt((i ? 2 : 1) * ratio)};
    return CUPEL_OK;
}

static cupel_status add(cupel_alike *a, const cupel_ask *ask, const cupel_job *job, cupel_err *err)
{
    measured *m = &a->one[a->n];
    cupel_status st = cupel_likeness_open_upto(ask->like, ask->phase, MEASURED, job, &m->like, err);
    if (st != CUPEL_OK) return st;
    a->n++;
    m->ask = ask;
    cupel_likeness_grid(m->like, m->n);
    const size_t least = least_of(m->n), most = least < CHANGED ? least : CHANGED;
    for (int i = 0; i < 3; i++) m->g[i] = (m->n[i] * most + least / 2) / least;
    return list_lags(m, err);
}

cupel_status cupel_alike_new(const cupel_micro_demand *d, const cupel_job *job, cupel_alike **out, cupel_err *err)
{
    cupel_alike *a = NULL;
    *out = NULL;
    for (size_t i = 0; i < d->n_asks; i++) {
        if (d->ask[i].kind != CUPEL_ASK_TWO_POINT) continue;
        if (!a) a = cupel_alloc(1, sizeof *a);
        cupel_status st = a ? add(a, &d->ask[i], job, err) : cupel_no_memory(err, "a two-point function", sizeof *a);
        if (st == CUPEL_OK) continue;
        cupel_alike_free(a);
        return st;
    }
    *out = a;
    return CUPEL_OK;
}

double cupel_alike_fraction(const cupel_alike *a, const cupel_micro_demand *d)
{
    if (!a || d->n_phases != 2) return NAN;
    return a->one[0].ask->phase == 1 ? a->one[0].ask->like_fraction : 1 - a->one[0].ask->like_fraction;
}

/* ---- distances ---- */

/* The recipe's shape with the threshold at which the voxels of grid n have its fraction, by plane cuts. */
static cupel_status match(const cupel_recipe *r, const size_t n[3], const cupel_job *job, cupel_shape **shape, cupel_err *err)
{
    cupel_status st = r->generator->open(r, job, shape, err);
    if (st != CUPEL_OK || isnan((*shape)->fraction)) return st;
    st = cupel_interface_match(r->generator, *shape, n, NULL, job, err);
    if (st == CUPEL_OK) return st;
    r->generator->close(*shape);
    *shape = NULL;
    return st;
}

static cupel_status voxels_of(const cupel_recipe *r, const size_t n[3], double off, const cupel_job *job, cupel_voxels *v, cupel_err *err)
{
    cupel_shape *shape = NULL;
    cupel_status st = CUPEL_OK;
    if (!r->generator->open) return cupel_recipe_voxels(r, n, v, job, err);
    CUPEL_TRY(cupel_voxels_init(v, 3, n, "a structure that may be alike", err));
    CUPEL_TRY(match(r, n, job, &shape, err));
    shape->t += off;
    CUPEL_TRY(cupel_interface_voxels(r->generator, shape, n, v->id, job, err));
    st = cupel_voxels_number(v, "a structure that may be alike", err);
done:
    if (shape) r->generator->close(shape);
    return st;
}

/* apart, norm: as of cupel_likeness_apart. *error: NaN where the box is another one, or nothing of the phase is there. */
static cupel_status error_of(const measured *m, const cupel_recipe *r, double off, const cupel_job *job, float *apart, double *norm, double *error,
                             cupel_err *err)
{
    cupel_voxels v = {0};
    size_t own[3];
    *error = NAN;
    cupel_recipe_grid(r, least_of(m->n), own);
    if (memcmp(m->n, own, sizeof own) != 0) return CUPEL_OK;
    cupel_status st = voxels_of(r, m->n, off, job, &v, err);
    if (st == CUPEL_OK) st = cupel_likeness_apart(m->like, &v, m->ask->phase, job, apart, norm, error, err);
    cupel_voxels_release(&v);
    return st;
}

static double tolerance_of(const measured *m) { return fmax(m->ask->max, 1e-3); }

double cupel_alike_tolerances(double beyond) { return beyond > 0 ? beyond + INSIDE : 0; }

/* Once for all entries, where thresholds are not found on their grids. */
static cupel_status prepare(cupel_recipe *r, const cupel_job *job, cupel_err *err)
{
    return r->generator->open ? CUPEL_OK : cupel_recipe_settle(r, job, err);
}

cupel_status cupel_alike_apart(const cupel_alike *a, const cupel_recipe *r, const cupel_job *job, double *apart, cupel_err *err)
{
    cupel_recipe own = *r;
    cupel_status st = prepare(&own, job, err);
    *apart = 0;
    for (size_t i = 0; i < a->n && st == CUPEL_OK; i++) {
        double error;
        st = error_of(&a->one[i], &own, 0, job, NULL, NULL, &error, err);
        *apart += isnan(error) ? HUGE_VAL : error / tolerance_of(&a->one[i]);
    }
    return st;
}

static bool same_recipe(const cupel_recipe *a, const cupel_recipe *b)
{
    return a->generator == b->generator && a->seed == b->seed && memcmp(a->value, b->value, sizeof a->value) == 0;
}

/* What is off hardly changes with the parameters; it is another with another seed. */
static double off_of(const cupel_alike *a, const measured *m, const cupel_recipe *r)
{
    return a->settled && a->base.generator == r->generator && a->base.seed == r->seed ? m->off : 0;
}

cupel_status cupel_alike_beyond(cupel_alike *a, const cupel_recipe *r, const cupel_job *job, double *beyond, cupel_err *err)
{
    double squares = 0;
    cupel_recipe own = *r;
    *beyond = a && a->known ? a->beyond : 0;
    if (!a || (a->known && same_recipe(&a->recipe, r))) return CUPEL_OK;
    a->known = false;
    cupel_status st = prepare(&own, job, err);
    if (st != CUPEL_OK) return st;
    for (size_t i = 0; i < a->n; i++) {
        double error;
        st = error_of(&a->one[i], &own, off_of(a, &a->one[i], r), job, NULL, NULL, &error, err);
        if (st != CUPEL_OK) return st;
        const double far = error / tolerance_of(&a->one[i]) - INSIDE;
        squares += isnan(far) || far > 0 ? a->one[i].ask->weight * far * far : 0;
    }
    a->known = true;
    a->recipe = *r;
    *beyond = a->beyond = sqrt(squares);
    return CUPEL_OK;
}

/* By how much nearer a recipe is than the last one that was settled, when it is settled too: that takes as long as derivatives. */
static const double NEARER = 0.7;

static bool is_settled(const cupel_alike *a, const cupel_recipe *r, double beyond)
{
    return a->settled && a->base.generator == r->generator && a->base.seed == r->seed && (same_recipe(&a->base, r) || beyond > NEARER * a->at_base);
}

static cupel_status find_off(cupel_alike *a, const cupel_recipe *r, const cupel_job *job, cupel_err *err)
{
    cupel_recipe settled = *r;
    cupel_status st = cupel_recipe_settle(&settled, job, err);
    for (size_t i = 0; st == CUPEL_OK && i < a->n; i++) {
        cupel_shape *shape = NULL;
        st = match(r, a->one[i].n, job, &shape, err);
        if (st != CUPEL_OK) break;
        a->one[i].off = isnan(shape->fraction) ? 0 : settled.threshold[0] - shape->t;
        r->generator->close(shape);
    }
    return st;
}

cupel_status cupel_alike_settle(cupel_alike *a, const cupel_recipe *r, const cupel_job *job, double *beyond, cupel_err *err)
{
    cupel_status st = cupel_alike_beyond(a, r, job, beyond, err);
    if (st != CUPEL_OK || !a || !r->generator->open || !r->generator->threshold || is_settled(a, r, *beyond)) return st;
    st = find_off(a, r, job, err);
    if (st != CUPEL_OK) return st;
    a->settled = true;
    a->base = *r;
    a->known = false;
    st = cupel_alike_beyond(a, r, job, beyond, err);
    a->at_base = *beyond;
    return st;
}

/* ---- changes of S2 ---- */

/* Transforms of the shares of one entry's phase. */
typedef struct spectra {
    const measured *m;
    cupel_fftd *fft;
    double *x, *power; /* of the recipe that is moved: |X|^2 */
} spectra;

static void spectra_release(spectra *w)
{
    cupel_fftd_free(w->fft);
    cupel_free(w->x);
    cupel_free(w->power);
    *w = (spectra){.m = NULL};
}

static void fill_shares(const cupel_mixture *m, size_t phase, size_t pitch, double *x)
{
    for (size_t row = 0; row < m->n[0] * m->n[1]; row++) {
        double *to = x + row * pitch;
        memset(to, 0, pitch * sizeof *to);
        for (size_t k = 0; k < m->n[2]; k++) to[k] = (m->id8 ? m->id8[row * m->n[2] + k] : m->id16[row * m->n[2] + k]) == phase;
        for (size_t c = m->row ? m->row[row] : 0; m->row && c < m->row[row + 1]; c++) {
            const cupel_cut *cut = &m->cut[c];
            to[cut->k] = cut->b == phase ? (double)cut->p : cut->a == phase ? 1 - (double)cut->p : 0;
        }
    }
}

/* w->x = |X|^2, without imaginary parts. */
static cupel_status power_of(spectra *w, const cupel_recipe *r, const cupel_job *job, cupel_err *err)
{
    cupel_mixture m = {0};
    cupel_status st = cupel_recipe_mixture(r, w->m->g, &m, job, err);
    if (st != CUPEL_OK) return st;
    fill_shares(&m, w->m->ask->phase, cupel_fftd_pitch(w->fft), w->x);
    cupel_mixture_release(&m);
    st = cupel_fftd_forward(w->fft, w->x, 1, err);
    for (size_t i = 0; st == CUPEL_OK && i + 1 < cupel_fftd_size(w->fft); i += 2) {
        w->x[i] = w->x[i] * w->x[i] + w->x[i + 1] * w->x[i + 1];
        w->x[i + 1] = 0;
    }
    return st;
}

static cupel_status spectra_of(spectra *w, const measured *m, const cupel_recipe *r, const cupel_job *job, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    *w = (spectra){.m = m};
    CUPEL_TRY(cupel_fftd_new(m->g, &w->fft, err));
    const size_t size = cupel_fftd_size(w->fft);
    w->x = cupel_alloc_aligned(size, sizeof *w->x);
    w->power = cupel_alloc_aligned(size, sizeof *w->power);
    if (!w->x || !w->power) CUPEL_TRY(cupel_no_memory(err, "a two-point function", 2 * size * sizeof *w->x));
    CUPEL_TRY(power_of(w, r, job, err));
    memcpy(w->power, w->x, size * sizeof *w->x);
done:
    if (st != CUPEL_OK) spectra_release(w);
    return st;
}

static size_t wrapped(long at, size_t n) { return (size_t)(at < 0 ? at + (long)n : at) % n; }

/* change [lags]: S2 of r less that of the recipe that is moved, times the lags' weights and `by`. */
static cupel_status change_of(spectra *w, const cupel_recipe *r, double by, const cupel_job *job, double *change, cupel_err *err)
{
    const size_t *g = w->m->g, pitch = cupel_fftd_pitch(w->fft);
    const double voxels = (double)g[0] * (double)g[1] * (double)g[2];
    cupel_status st = power_of(w, r, job, err);
    for (size_t i = 0; st == CUPEL_OK && i < cupel_fftd_size(w->fft); i++) w->x[i] -= w->power[i];
    if (st == CUPEL_OK) st = cupel_fftd_backward(w->fft, w->x, 1, err);
    for (size_t i = 0; st == CUPEL_OK && i < w->m->lags; i++) {
        const lag_at *l = &w->m->lag[i];
        change[i] = by * l->weight / (voxels * voxels) *
                    w->x[(wrapped(l->at[0], g[0]) * g[1] + wrapped(l->at[1], g[1])) * pitch + wrapped(l->at[2], g[2])];
    }
    return st;
}

/* ---- lines ---- */

/* The map `apart` of grid n at a lag of grid g, linearly between its lags; NaN where one of them is. */
static double at_lag(const measured *m, const float *apart, const lag_at *l)
{
    double sum = 0;
    for (int corner = 0; corner < 8; corner++) {
        size_t at = 0;
        double w = 1;
        for (int a = 0; a < 3; a++) {
            const double x = (double)l->at[a] * (double)m->n[a] / (double)m->g[a], low = floor(x);
            const int up = corner >> a & 1;
            w *= up ? x - low : 1 - (x - low);
            at = at * (a ? m->n[a] : m->n[0] / 2 + 1) + wrapped((long)low + up, a ? m->n[a] : m->n[0] / 2 + 1);
        }
        if (w > 0) sum += w * (double)apart[at];
    }
    return sum;
}

/* The vector of an entry and its change with each of the n parameters: line [n + 1], the vector last; of lags that are not known 0. */
static cupel_status lines_of(const measured *m, double off, const cupel_recipe *base, const cupel_recipe *moved, const double *step, size_t n,
                             const cupel_job *job, double **line, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    spectra w = {.m = NULL};
    double norm = 1, error, squares = 0;
    float *apart = cupel_alloc((m->n[0] / 2 + 1) * m->n[1] * m->n[2], sizeof *apart);
    if (!apart) CUPEL_TRY(cupel_no_memory(err, "a two-point function", 0));
    CUPEL_TRY(error_of(m, base, off, job, apart, &norm, &error, err));
    CUPEL_TRY(spectra_of(&w, m, base, job, err));
    for (size_t k = 0; k < n; k++) {
        if (cupel_stopped(job)) CUPEL_TRY(cupel_fail(err, CUPEL_INTERRUPTED, "stopped while designing"));
        CUPEL_TRY(change_of(&w, &moved[k], 1 / (step[k] * norm), job, line[k], err));
    }
    for (size_t i = 0; i < m->lags; i++) {
        const double x = m->lag[i].weight * at_lag(m, apart, &m->lag[i]);
        for (size_t k = 0; isnan(x) && k < n; k++) line[k][i] = 0;
        line[n][i] = isnan(x) ? 0 : x;
        squares += line[n][i] * line[n][i];
    }
    for (size_t i = 0; i < m->lags && squares > 0; i++) line[n][i] *= error / sqrt(squares);
done:
    spectra_release(&w);
    cupel_free(apart);
    return st;
}

static double dot(const double *a, const double *b, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += a[i] * b[i];
    return sum;
}

/* From distances to what of them lies beyond INSIDE: d (1 - R / |d|), and its change. */
static void beyond_of(const measured *m, size_t n, double **line)
{
    const double tolerance = tolerance_of(m), length = sqrt(dot(line[n], line[n], m->lags)), radius = INSIDE * tolerance;
    const double by = sqrt(m->ask->weight) / tolerance, left = length > radius ? 1 - radius / length : 0;
    for (size_t k = 0; k <= n; k++) {
        const double along = k < n && left > 0 ? (1 - left) * dot(line[n], line[k], m->lags) / (length * length) : 0;
        for (size_t i = 0; i < m->lags && k < n; i++) line[k][i] = by * (left > 0 ? left * line[k][i] + along * line[n][i] : 0);
    }
    for (size_t i = 0; i < m->lags; i++) line[n][i] *= by * left;
}

/* Gram and Schmidt, twice: rows of the triangle, of all columns. line [n + 1] of `lags` numbers is replaced. */
static void triangle(double **line, size_t n, size_t lags, double *r, double *j)
{
    static const double NOTHING = 1e-9;
    memset(j, 0, (n + 1) * n * sizeof *j);
    for (size_t k = 0; k <= n; k++) {
        const double before = sqrt(dot(line[k], line[k], lags));
        r[k] = 0;
        for (int pass = 0; pass < 2; pass++)
            for (size_t i = 0; i < k; i++) {
                const double along = dot(line[i], line[k], lags);
                for (size_t x = 0; x < lags; x++) line[k][x] -= along * line[i][x];
                *(k < n ? &j[i * n + k] : &r[i]) += along;
            }
        const double length = sqrt(dot(line[k], line[k], lags)), by = length > NOTHING * before ? length : 0;
        *(k < n ? &j[k * n + k] : &r[k]) = by;
        for (size_t x = 0; x < lags; x++) line[k][x] = by > 0 ? line[k][x] / by : 0;
    }
}

static cupel_status moved_recipes(const cupel_search *s, const double *step, cupel_recipe *moved, cupel_err *err)
{
    for (size_t k = 0; k < s->family->n; k++) {
        double x[CUPEL_TRIAL_PARAMS];
        memcpy(x, s->x, sizeof x);
        x[k] += step[k];
        cupel_status st = cupel_search_recipe(s, x, &moved[k], err);
        if (st == CUPEL_OK) st = prepare(&moved[k], s->job, err);
        if (st != CUPEL_OK) return st;
    }
    return CUPEL_OK;
}

cupel_status cupel_alike_lines(const cupel_search *s, const cupel_recipe *recipe, const double *step, double *r, double *j, size_t *rows,
                               cupel_err *err)
{
    const cupel_alike *a = s->alike;
    const size_t n = s->family->n;
    size_t lags = 0;
    double *line[CUPEL_TRIAL_PARAMS + 1], *of[CUPEL_TRIAL_PARAMS + 1];
    cupel_status st = CUPEL_OK;
    *rows = 0;
    if (!a) return CUPEL_OK;
    for (size_t i = 0; i < a->n; i++) lags += a->one[i].lags;
    double *room = cupel_alloc((n + 1) * lags, sizeof *room);
    cupel_recipe *moved = cupel_alloc(n, sizeof *moved);
    if (!room || !moved) CUPEL_TRY(cupel_no_memory(err, "derivatives", (n + 1) * lags * sizeof *room));
    CUPEL_TRY(moved_recipes(s, step, moved, err));
    for (size_t k = 0; k <= n; k++) line[k] = of[k] = room + k * lags;
    for (size_t i = 0; i < a->n; i++) {
        CUPEL_TRY(lines_of(&a->one[i], off_of(a, &a->one[i], recipe), recipe, moved, step, n, s->job, of, err));
        beyond_of(&a->one[i], n, of);
        for (size_t k = 0; k <= n; k++) of[k] += a->one[i].lags;
    }
    triangle(line, n, lags, r, j);
    *rows = n + 1;
done:
    cupel_free(room);
    cupel_free(moved);
    return st;
}
