#include "models/homogenize/estimate.h"

#include "core/base/err.h"
#include "core/math/small.h"
#include "models/homogenize/rebuild.h"

#include <math.h>
#include <string.h>

/* Of the bar for labels (estimate.h). */
static const double NOISE = 1.75, SCHEME = 0.20, FLOOR = 3e-4;
/* Shift by which the derivative along the interface is taken, voxels. */
static const double SHIFT = 0.25;
/* Mean chord, voxels, below which a phase is not resolved: about 7 voxels per wavelength of a level cut. */
static const double LEAST_CHORD = 6;
static const double WIDE = 0.10; /* a bar of this share of the value says that the grid is too coarse */

/* One effective tensor among those that an estimate takes. */
typedef struct trial {
    double value[36], error[36];
    size_t iterations;
} trial;

typedef struct work {
    const cupel_material *materials;
    const cupel_estimate_options *o;
    const cupel_job *job;
    cupel_kind kind;
    size_t order;
    cupel_estimate *e;
} work;

static cupel_status solve(work *w, const cupel_mixture *m, double blend, const double edge[3], bool keep, trial *t, cupel_err *err)
{
    cupel_solution *s = NULL;
    cupel_solve_options o = w->o->solve;
    o.blend = blend;
    o.keep_fields = keep;
    if (edge) memcpy(o.edge, edge, sizeof o.edge);
    const cupel_status st = cupel_solve(m, w->materials, &o, w->job, &s, err);
    if (st != CUPEL_OK) return st;
    const size_t bytes = w->order * w->order * sizeof(double);
    memcpy(t->value, cupel_solution_tensor(s), bytes);
    memcpy(t->error, cupel_solution_error(s), bytes);
    t->iterations = cupel_solution_iterations(s);
    w->e->all_iterations += t->iterations;
    w->e->seconds += cupel_solution_seconds(s);
    if (keep)
        w->e->solution = s;
    else
        cupel_solution_free(s);
    return CUPEL_OK;
}

/* Off the diagonal a bar is the geometric mean of those of its row and column, unless its own is larger: an uncertain tensor that stays symmetric and
 * positive moves no more there. */
static void spread(double *h, size_t n)
{
    double d[CUPEL_SMALL];
    for (size_t i = 0; i < n; i++) d[i] = h[i * (n + 1)];
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            if (i != j) h[i * n + j] = fmax(h[i * n + j], sqrt(d[i] * d[j]));
}

static void begin(work *w, const cupel_mixture *m, const cupel_material *materials, const cupel_estimate_options *o, const cupel_job *job,
                  cupel_estimate *e)
{
    *e = (cupel_estimate){.resolved = true};
    *w = (work){materials, o, job, {o->solve.physics, m->dim, o->solve.plane_stress}, 0, e};
    w->order = e->order = cupel_kind_order(w->kind);
    memcpy(e->n, m->n, sizeof e->n);
}

static void take(cupel_estimate *e, const trial *t)
{
    const size_t n = e->order * e->order;
    memcpy(e->tensor, t->value, sizeof e->tensor);
    memcpy(e->on_grid, t->value, sizeof e->on_grid);
    memcpy(e->shape, t->value, sizeof e->shape);
    memcpy(e->error, t->error, sizeof e->error);
    for (size_t i = 0; i < n; i++) e->iteration_error = fmax(e->iteration_error, fabs(t->error[i]));
    e->iterations = t->iterations;
}

static void not_resolved(cupel_estimate *e, const char *why)
{
    if (e->resolved) e->why_not = why;
    e->resolved = false;
}

static void judge(cupel_estimate *e)
{
    for (size_t i = 0; i < e->order; i++)
        if (e->error[i * (e->order + 1)] > WIDE * e->tensor[i * (e->order + 1)]) not_resolved(e, "the bar is wider than a tenth of the value");
}

/* ---- labels ---- */

enum half_solve { LAMINATE, SHIFTED, VOIGT, REUSS, N_HALF };

static cupel_status half_grid(work *w, const cupel_rebuilt *f, trial t[N_HALF], cupel_err *err)
{
    cupel_mixture m = {0}, shifted = {0};
    double edge[3], fraction[2], contrast;
    cupel_status st = CUPEL_OK;
    CUPEL_TRY(cupel_rebuilt_mixture(f, 0, true, &m, edge, err));
    CUPEL_TRY(cupel_rebuilt_mixture(f, -SHIFT, true, &shifted, NULL, err));
    memcpy(w->e->second, m.n, sizeof m.n);
    CUPEL_TRY(solve(w, &m, 0, edge, false, &t[LAMINATE], err));
    CUPEL_TRY(solve(w, &shifted, 0, edge, false, &t[SHIFTED], err));
    CUPEL_TRY(solve(w, &m, 0.5, edge, false, &t[VOIGT], err));
    CUPEL_TRY(solve(w, &m, -1, edge, false, &t[REUSS], err));
    cupel_mixture_fractions(&m, fraction);
    w->e->xi = cupel_blend_place(w->kind, 2, fraction, w->materials, t[LAMINATE].value, &contrast);
    w->e->blend = cupel_blend_of(w->kind.physics, contrast, w->e->xi);
    if (w->e->blend > 0) w->e->blend *= 0.3; /* rebuilt interfaces keep less of the necks that ask for it */
done:
    cupel_mixture_release(&m);
    cupel_mixture_release(&shifted);
    return st;
}

static void bar_of_labels(cupel_estimate *e, const trial *plain, const trial *x, const trial t[N_HALF], double noise)
{
    const size_t n = e->order;
    double h[36];
    for (size_t i = 0; i < n * n; i++) {
        const double l = t[LAMINATE].value[i], slope = (t[SHIFTED].value[i] - l) / SHIFT;
        const double scheme = fmin(fabs(t[VOIGT].value[i] - l), fabs(l - t[REUSS].value[i]));
        h[i] = NOISE * fabs(slope) * noise + SCHEME * scheme + FLOOR * fabs(x->value[i]) + x->error[i];
    }
    spread(h, n);
    for (size_t i = 0; i < n * n; i++) e->error[i] = fabs(plain->value[i] - x->value[i]) + h[i] + plain->error[i];
}

static cupel_status two_phases(work *w, const cupel_mixture *m, const double edge[3], const trial *plain, cupel_err *err)
{
    cupel_rebuilt *f = NULL;
    cupel_mixture cut = {0};
    trial t[N_HALF] = {0}, x = {0};
    double fraction[2];
    cupel_status st = CUPEL_OK;
    CUPEL_TRY(cupel_rebuilt_of(m, edge, w->job, &f, err));
    CUPEL_TRY(half_grid(w, f, t, err));
    CUPEL_TRY(cupel_rebuilt_mixture(f, 0, false, &cut, NULL, err));
    const double noise = cupel_rebuilt_noise(f), area = cupel_rebuilt_area(f);
    cupel_mixture_fractions(m, fraction);
    w->e->chord = area > 0 ? 4 * fmin(fraction[0], fraction[1]) / area : 0;
    cupel_rebuilt_free(f);
    f = NULL;
    CUPEL_TRY(solve(w, &cut, w->e->blend, edge, false, &x, err));
    bar_of_labels(w->e, plain, &x, t, noise);
    memcpy(w->e->shape, x.value, sizeof w->e->shape);
    if (w->e->chord < LEAST_CHORD) not_resolved(w->e, "the mean chord of a phase is below 6 voxels");
done:
    cupel_rebuilt_free(f);
    cupel_mixture_release(&cut);
    return st;
}

cupel_status cupel_estimate_labels(const cupel_mixture *m, const cupel_material *materials, const cupel_estimate_options *o, const cupel_job *job,
                                   cupel_estimate *e, cupel_err *err)
{
    static const double cube[3] = {1, 1, 1};
    work w;
    trial plain = {0};
    cupel_estimate x;
    cupel_status st = CUPEL_OK;
    begin(&w, m, materials, o, job, &x);
    const double *edge = o->solve.edge[0] > 0 ? o->solve.edge : cube;
    CUPEL_TRY(solve(&w, m, 0, NULL, o->solve.keep_fields, &plain, err));
    take(&x, &plain);
    if (o->error && m->n_phases == 2) {
        CUPEL_TRY(two_phases(&w, m, edge, &plain, err));
        x.has_error = true;
        judge(&x);
    }
    if (m->n_phases == 1) x.has_error = true; /* nothing but rounding */
    *e = x;
    x.solution = NULL;
done:
    cupel_solution_free(x.solution);
    return st;
}

/* ---- a known interface on two grids ---- */

cupel_status cupel_estimate_cuts(const cupel_mixture *m, const cupel_mixture *coarse, const cupel_material *materials, const cupel_estimate_options *o,
                                 const cupel_job *job, cupel_estimate *e, cupel_err *err)
{
    work w;
    trial fine = {0}, half = {0};
    cupel_estimate x;
    cupel_status st = CUPEL_OK;
    begin(&w, m, materials, o, job, &x);
    CUPEL_TRY(solve(&w, m, 0, NULL, o->solve.keep_fields, &fine, err));
    take(&x, &fine);
    if (o->error) CUPEL_TRY(solve(&w, coarse, 0, NULL, false, &half, err));
    *e = x;
    x.solution = NULL;
done:
    cupel_solution_free(x.solution);
    return st;
}
