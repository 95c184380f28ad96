/* An estimate of labels: the interface rebuilt from them, or for more phases a coarser grid (estimate.h). */
#include "core/base/err.h"
#include "core/base/mem.h"
#include "models/homogenize/coarsen.h"
#include "models/homogenize/estimate_parts.h"
#include "models/homogenize/rebuild.h"

#include <math.h>
#include <string.h>

/* Of the bar for labels (estimate.h). */
static const double NOISE = 1.75, SCHEME = 0.20, FLOOR = 3e-4;
/* Shift by which the derivative along the interface is taken, voxels. */
static const double SHIFT = 0.25;
/* Mean chord, voxels, below which a phase is not resolved: about 7 voxels per wavelength of a level cut. */
static const double LEAST_CHORD = 6;

enum half_solve { LAMINATE, SHIFTED, VOIGT, REUSS, N_HALF };

static cupel_status half_grid(cupel_estimate_work *w, const cupel_rebuilt *f, cupel_estimate_value t[N_HALF], cupel_err *err)
{
    cupel_mixture m = {0}, shifted = {0};
    double edge[3], fraction[2];
    cupel_status st = CUPEL_OK;
    CUPEL_TRY(cupel_rebuilt_mixture(f, 0, true, &m, edge, err));
    CUPEL_TRY(cupel_rebuilt_mixture(f, -SHIFT, true, &shifted, NULL, err));
    memcpy(w->e->second, m.n, sizeof m.n);
    CUPEL_TRY(cupel_estimate_solve(w, &m, 0, edge, false, &t[LAMINATE], err));
    CUPEL_TRY(cupel_estimate_solve(w, &shifted, 0, edge, false, &t[SHIFTED], err));
    CUPEL_TRY(cupel_estimate_solve(w, &m, 0.5, edge, false, &t[VOIGT], err));
    CUPEL_TRY(cupel_estimate_solve(w, &m, -1, edge, false, &t[REUSS], err));
    cupel_mixture_fractions(&m, fraction);
    CUPEL_TRY(cupel_estimate_blend(w, &m, fraction, t[LAMINATE].value, err));
    if (w->e->blend > 0) w->e->blend *= 0.3; /* rebuilt interfaces keep less of the necks that ask for it */
done:
    cupel_mixture_release(&m);
    cupel_mixture_release(&shifted);
    return st;
}

static void bar_of_labels(cupel_estimate *e, const cupel_estimate_value *plain, const cupel_estimate_value *x, const cupel_estimate_value t[N_HALF],
                          double noise)
{
    const size_t n = e->order;
    double h[CUPEL_ESTIMATE_MAX];
    for (size_t i = 0; i < CUPEL_ESTIMATE_MAX; i++) {
        const double l = t[LAMINATE].value[i], slope = (t[SHIFTED].value[i] - l) / SHIFT;
        const double scheme = fmin(fabs(t[VOIGT].value[i] - l), fabs(l - t[REUSS].value[i]));
        h[i] = NOISE * fabs(slope) * noise + SCHEME * scheme + FLOOR * fabs(x->value[i]) + x->error[i];
    }
    cupel_bar_spread(h, n);
    cupel_bar_spread_alpha(h + CUPEL_ESTIMATE_ALPHA, n);
    for (size_t i = 0; i < n * n; i++) e->error[i] = fabs(plain->value[i] - x->value[i]) + h[i] + plain->error[i];
    for (size_t i = 0, a = CUPEL_ESTIMATE_ALPHA; i < n; i++, a++) e->alpha_error[i] = fabs(plain->value[a] - x->value[a]) + h[a] + plain->error[a];
}

/* Plane layers between voxels are solved exactly, and nothing but rounding is left beside what iterating left. */
static void bar_of_layers(cupel_estimate *e, const cupel_estimate_value *plain)
{
    static const double ROUNDING = 2e-5; /* of fields in single precision: laminates are within 1e-5 of their closed form */
    const size_t n = e->order;
    double h[CUPEL_ESTIMATE_MAX];
    for (size_t i = 0; i < CUPEL_ESTIMATE_MAX; i++) h[i] = ROUNDING * fabs(plain->value[i]) + plain->error[i];
    cupel_bar_spread(h, n);
    cupel_bar_spread_alpha(h + CUPEL_ESTIMATE_ALPHA, n);
    memcpy(e->error, h, n * n * sizeof *h);
    memcpy(e->alpha_error, h + CUPEL_ESTIMATE_ALPHA, n * sizeof *h);
    e->layered = true;
}

static cupel_status two_phases(cupel_estimate_work *w, const cupel_mixture *m, const double edge[3], const cupel_estimate_value *plain,
                               cupel_err *err)
{
    cupel_rebuilt *f = NULL;
    cupel_mixture cut = {0};
    cupel_estimate_value t[N_HALF] = {0}, x = {0};
    double fraction[2];
    cupel_status st = CUPEL_OK;
    CUPEL_TRY(cupel_rebuilt_of(m, edge, w->job, &f, err));
    CUPEL_TRY(half_grid(w, f, t, err));
    CUPEL_TRY(cupel_rebuilt_mixture(f, 0, false, &cut, NULL, err));
    const double noise = cupel_rebuilt_noise(f), area = cupel_rebuilt_area(f);
    if (isnan(noise)) CUPEL_TRY(cupel_no_memory(err, "distances to an interface", 0));
    cupel_mixture_fractions(m, fraction);
    w->e->chord = area > 0 ? 4 * fmin(fraction[0], fraction[1]) / area : 0;
    cupel_rebuilt_free(f);
    f = NULL;
    CUPEL_TRY(cupel_estimate_solve(w, &cut, w->e->blend, edge, false, &x, err));
    bar_of_labels(w->e, plain, &x, t, noise);
    memcpy(w->e->shape, x.value, sizeof w->e->shape);
    if (w->e->chord < LEAST_CHORD) cupel_estimate_unresolved(w->e, "the mean chord of a phase is below 6 voxels");
done:
    cupel_rebuilt_free(f);
    cupel_mixture_release(&cut);
    return st;
}

/* ---- labels of more phases ---- */

/* L, V and R on the half grid of coarsen.h; without cuts (more than 256 phases) they are one, and the difference counts three times. */
static cupel_status many_phases(cupel_estimate_work *w, const cupel_mixture *m, const double edge[3], const cupel_estimate_value *plain,
                                cupel_err *err)
{
    static const double ROUGH = 3, MANY_FLOOR = 1e-3;
    cupel_mixture half = {0};
    cupel_estimate_value l = {0}, v = {0}, r = {0};
    double half_edge[3], h[CUPEL_ESTIMATE_MAX];
    cupel_estimate *e = w->e;
    cupel_status st = CUPEL_OK;
    CUPEL_TRY(cupel_coarsen(m, edge, &half, half_edge, err));
    memcpy(e->second, half.n, sizeof half.n);
    CUPEL_TRY(cupel_estimate_solve(w, &half, 0, half_edge, false, &l, err));
    if (half.row) CUPEL_TRY(cupel_estimate_solve(w, &half, 0.5, half_edge, false, &v, err));
    if (half.row) CUPEL_TRY(cupel_estimate_solve(w, &half, -1, half_edge, false, &r, err));
    for (size_t i = 0; i < CUPEL_ESTIMATE_MAX; i++) {
        const double step = fabs(plain->value[i] - l.value[i]), scheme = fmin(fabs(v.value[i] - l.value[i]), fabs(l.value[i] - r.value[i]));
        h[i] = (half.row ? step + scheme : ROUGH * step) + MANY_FLOOR * fabs(plain->value[i]) + plain->error[i];
    }
    cupel_bar_spread(h, e->order);
    cupel_bar_spread_alpha(h + CUPEL_ESTIMATE_ALPHA, e->order);
    memcpy(e->error, h, e->order * e->order * sizeof *h);
    memcpy(e->alpha_error, h + CUPEL_ESTIMATE_ALPHA, e->order * sizeof *h);
done:
    cupel_mixture_release(&half);
    return st;
}

static bool same_material(const cupel_material *a, const cupel_material *b)
{
    return memcmp(a->k, b->k, sizeof a->k) == 0 && memcmp(a->c, b->c, sizeof a->c) == 0 && memcmp(a->alpha, b->alpha, sizeof a->alpha) == 0;
}

/* Labels with the same properties are one phase: particles that were numbered one by one. unique [m->n_phases] materials, *n of them, of which
 * map [m->n_phases] says which. */
static void unique_materials(const cupel_mixture *m, const cupel_material *materials, cupel_material *unique, uint16_t *map, size_t *n)
{
    enum { LOOKED_AT = 256 }; /* grains of a polycrystal all differ: not worth a quadratic search */
    *n = 0;
    for (size_t p = 0; p < m->n_phases; p++) {
        size_t u = 0;
        while (u < *n && u < LOOKED_AT && !same_material(&unique[u], &materials[p])) u++;
        if (u == *n || u == LOOKED_AT) {
            u = *n;
            unique[(*n)++] = materials[p];
        }
        map[p] = (uint16_t)u;
    }
}

/* A mixture of unique materials, cheaper and with two phases where there are two. */
static cupel_status merge(const cupel_mixture *m, const uint16_t *map, size_t n, cupel_mixture *merged, cupel_err *err)
{
    const size_t count = m->n[0] * m->n[1] * m->n[2];
    const cupel_status st = cupel_mixture_init(merged, m->dim, m->n, n, err);
    for (size_t i = 0; st == CUPEL_OK && i < count; i++) {
        const uint16_t id = map[m->id8 ? m->id8[i] : m->id16[i]];
        if (merged->id8)
            merged->id8[i] = (uint8_t)id;
        else
            merged->id16[i] = id;
    }
    return st;
}

static cupel_status estimate(const cupel_mixture *m, const cupel_material *materials, const cupel_estimate_options *o, const cupel_job *job,
                             cupel_estimate *e, cupel_err *err)
{
    static const double cube[3] = {1, 1, 1};
    cupel_estimate_work w = {0};
    cupel_estimate_value plain = {0};
    cupel_estimate x = {0};
    cupel_status st = CUPEL_OK;
    CUPEL_TRY(cupel_estimate_begin(&w, m, materials, o, job, &x, err));
    const double *edge = o->solve.edge[0] > 0 ? o->solve.edge : cube;
    CUPEL_TRY(cupel_estimate_solve(&w, m, 0, NULL, o->solve.keep_fields, &plain, err));
    cupel_estimate_take(&x, &plain);
    if (o->error && m->n_phases > 1) {
        if (cupel_mixture_stacked(m) >= 0)
            bar_of_layers(&x, &plain);
        else
            CUPEL_TRY(m->n_phases == 2 ? two_phases(&w, m, edge, &plain, err) : many_phases(&w, m, edge, &plain, err));
        cupel_estimate_judge(&x);
    }
    x.has_error = o->error || m->n_phases == 1; /* of one phase nothing is left but rounding */
    *e = x;
    x.solution = NULL;
done:
    cupel_free(w.eigenstrain);
    cupel_solution_free(x.solution);
    return st;
}

cupel_status cupel_estimate_labels(const cupel_mixture *m, const cupel_material *materials, const cupel_estimate_options *o, const cupel_job *job,
                                   cupel_estimate *e, cupel_err *err)
{
    cupel_material *unique = cupel_alloc(m->n_phases, sizeof *unique);
    uint16_t *map = cupel_alloc(m->n_phases, sizeof *map);
    cupel_mixture merged = {0};
    size_t n = 0;
    cupel_status st = CUPEL_OK;
    if (!unique || !map) CUPEL_TRY(cupel_no_memory(err, "properties of phases", m->n_phases * sizeof *unique));
    unique_materials(m, materials, unique, map, &n);
    if (n == m->n_phases || o->solve.keep_fields) { /* kept fields need the mixture that they were solved on */
        CUPEL_TRY(estimate(m, materials, o, job, e, err));
    } else {
        CUPEL_TRY(merge(m, map, n, &merged, err));
        CUPEL_TRY(estimate(&merged, unique, o, job, e, err));
    }
done:
    cupel_mixture_release(&merged);
    cupel_free(unique);
    cupel_free(map);
    return st;
}
