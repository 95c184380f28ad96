#include "models/homogenize/estimate.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/math/small.h"
#include "models/homogenize/coarsen.h"
#include "models/homogenize/expansion.h"
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

/* The stress of free strains is of first order in the error of the field, the stiffness of second: iterating goes on further for it. */
static const double FREE_STRAIN = 0.01;

/* One effective tensor among those that an estimate takes; the expansion stands behind it. */
enum { ALPHA = 36 };
typedef struct trial {
    double value[CUPEL_ESTIMATE_MAX], error[CUPEL_ESTIMATE_MAX];
    size_t iterations;
} trial;

typedef struct work {
    const cupel_material *materials;
    const cupel_estimate_options *o;
    const cupel_job *job;
    cupel_kind kind;
    size_t order;
    double (*eigenstrain)[6]; /* [phases] where expansion needs it */
    double alpha_range;
    cupel_estimate *e;
    bool probing;             /* the solve only chooses the blend */
    double contrast;          /* of the phases, where a blend was chosen; 1: none was */
} work;

/* Expansion that belongs to this solution: from the stiffness where that knows it, else from the stress that free strains leave. */
static cupel_status add_expansion(const work *w, const cupel_mixture *m, const double *stress, trial *t, cupel_err *err)
{
    const size_t n = w->order;
    double inverse[36];
    if (m->n_phases == 1) {
        cupel_phase_alpha(w->kind, &w->materials[0], t->value + ALPHA);
        return CUPEL_OK;
    }
    if (!stress && cupel_expansion_levin(w->kind, &w->materials[0], &w->materials[1], t->value, t->value + ALPHA)) return CUPEL_OK;
    if (!stress || !cupel_small_invert(t->value, n, inverse))
        return cupel_fail(err, CUPEL_FAILED, "the whole has no stiffness in some direction, so that its expansion is not defined");
    cupel_small_multiply(inverse, stress, n, n, 1, t->value + ALPHA);
    for (size_t i = 0; i < n; i++) t->value[ALPHA + i] = -t->value[ALPHA + i];
    return CUPEL_OK;
}

/* The largest eigenvalue of any phase. */
static double stiffest(const work *w, size_t n_phases)
{
    double most = 0, t[36], value[6];
    for (size_t p = 0; p < n_phases; p++) {
        cupel_phase_tensor(w->kind, &w->materials[p], t);
        cupel_small_eigen(t, w->order, value, NULL);
        most = fmax(most, value[w->order - 1]);
    }
    return most;
}

/* What single precision leaves in a component that is small beside the stiffest phase; measured on rigid spheres from
 * contrast 1e3 (below 0.03 %) to 5e4. */
static void add_rounding(const work *w, size_t n_phases, trial *t)
{
    static const double SQUARE = 6e-10;
    const double most = stiffest(w, n_phases);
    double left[6];
    for (size_t i = 0; i < w->order; i++) {
        const double x = t->value[i * (w->order + 1)];
        left[i] = x > 0 ? SQUARE * most * fmin(most / x, 1e6) : 0;
        t->error[i * (w->order + 1)] += left[i];
    }
    for (size_t i = 0; i < w->order; i++)
        for (size_t j = 0; j < w->order; j++)
            if (i != j) t->error[i * w->order + j] += sqrt(left[i] * left[j]);
}

static double voxels(const cupel_mixture *m) { return (double)m->n[0] * (double)m->n[1] * (double)m->n[2]; }

/* Up to here the fields of all loads are held while a grid is solved: off the diagonal pairs of them are of second order in what iterating leaves, fluxes
 * of the first, which takes twice the iterations. 300 MB for stiffness. */
static const double PAIRED_MOST = 4194304;

static cupel_status solve(work *w, const cupel_mixture *m, double blend, const double edge[3], bool keep, trial *t, cupel_err *err)
{
    cupel_solution *s = NULL;
    cupel_solve_options o = w->o->solve;
    o.blend = blend;
    o.keep_fields = keep || voxels(m) <= PAIRED_MOST;
    o.eigenstrain = (const double (*)[6])w->eigenstrain;
    if (w->probing) o.accuracy = w->o->probe;
    if (o.eigenstrain) o.accuracy *= FREE_STRAIN;
    if (edge) memcpy(o.edge, edge, sizeof o.edge);
    cupel_status st = cupel_solve(m, w->materials, &o, w->job, &s, err);
    if (st != CUPEL_OK) return st;
    const size_t bytes = w->order * w->order * sizeof(double);
    *t = (trial){.iterations = cupel_solution_iterations(s)};
    memcpy(t->value, cupel_solution_tensor(s), bytes);
    memcpy(t->error, cupel_solution_error(s), bytes);
    add_rounding(w, m->n_phases, t);
    w->e->all_iterations += t->iterations;
    w->e->seconds += cupel_solution_seconds(s);
    if (w->o->alpha) st = add_expansion(w, m, cupel_solution_eigenstress(s), t, err);
    for (size_t i = 0; i < w->order; i++) t->error[ALPHA + i] = w->alpha_range * (o.eigenstrain ? sqrt(o.accuracy) : 5 * o.accuracy);
    if (keep)
        w->e->solution = s;
    else
        cupel_solution_free(s);
    return st;
}

/* A bar off the diagonal is at least this multiple of the geometric mean of those of its row and column: an uncertain tensor that stays symmetric and
 * positive cannot move by more than the whole of it there, and where symmetry makes a component vanish its own differences say nothing. */
static const double OFF_DIAGONAL = 1;

static void spread(double *h, size_t n)
{
    double d[CUPEL_SMALL];
    for (size_t i = 0; i < n; i++) d[i] = h[i * (n + 1)];
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            if (i != j) h[i * n + j] = fmax(h[i * n + j], OFF_DIAGONAL * sqrt(d[i] * d[j]));
}

double cupel_norm_error(const double *error, size_t order)
{
    double square = 0;
    for (size_t i = 0; i < order; i++) square += error[i * (order + 1)] * error[i * (order + 1)];
    return 1.25 * sqrt(square);
}

/* The same for expansion: shear against the mean of the normal components. */
static void spread_alpha(double *h, size_t n)
{
    const size_t normal = n == 6 ? 3 : 2;
    double mean = 0;
    for (size_t i = 0; i < normal; i++) mean += h[i] / (double)normal;
    for (size_t i = normal; i < n; i++) h[i] = fmax(h[i], OFF_DIAGONAL * mean);
}

/* The largest difference in expansion among the phases. */
static double alpha_range(const work *w, size_t n_phases)
{
    double range = 0;
    for (size_t p = 1; p < n_phases; p++)
        for (size_t i = 0; i < 6; i++) range = fmax(range, fabs(w->materials[p].alpha[i] - w->materials[0].alpha[i]));
    return range;
}

/* Two phases whose stiffness knows their expansion need no free strains. */
static cupel_status free_strains(work *w, size_t n_phases, cupel_err *err)
{
    double middle[36], t[36], alpha[6];
    if (!w->o->alpha || n_phases < 2) return CUPEL_OK;
    w->alpha_range = alpha_range(w, n_phases);
    if (n_phases == 2) {
        cupel_phase_tensor(w->kind, &w->materials[0], middle);
        cupel_phase_tensor(w->kind, &w->materials[1], t);
        for (size_t i = 0; i < w->order * w->order; i++) middle[i] = (middle[i] + t[i]) / 2;
        if (cupel_expansion_levin(w->kind, &w->materials[0], &w->materials[1], middle, alpha)) return CUPEL_OK;
    }
    w->eigenstrain = cupel_alloc(n_phases, sizeof *w->eigenstrain);
    if (!w->eigenstrain) return cupel_no_memory(err, "free strains", n_phases * sizeof *w->eigenstrain);
    for (size_t p = 0; p < n_phases; p++) memcpy(w->eigenstrain[p], w->materials[p].alpha, sizeof w->eigenstrain[p]);
    return CUPEL_OK;
}

static cupel_status begin(work *w, const cupel_mixture *m, const cupel_material *materials, const cupel_estimate_options *o, const cupel_job *job,
                          cupel_estimate *e, cupel_err *err)
{
    *e = (cupel_estimate){.resolved = true, .has_alpha = o->alpha};
    *w = (work){materials, o, job, {o->solve.physics, m->dim, o->solve.plane_stress}, 0, NULL, 0, e, false, 1};
    w->order = e->order = cupel_kind_order(w->kind);
    memcpy(e->n, m->n, sizeof e->n);
    return free_strains(w, m->n_phases, err);
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
    memcpy(e->alpha, t->value + ALPHA, sizeof e->alpha);
    memcpy(e->alpha_error, t->error + ALPHA, sizeof e->alpha_error);
}

const char cupel_bar_is_wide[] = "the bar is wider than a tenth of the value";

static void not_resolved(cupel_estimate *e, const char *why)
{
    if (e->resolved) e->why_not = why;
    e->resolved = false;
}

static void judge(cupel_estimate *e)
{
    for (size_t i = 0; i < e->order; i++)
        if (e->error[i * (e->order + 1)] > WIDE * e->tensor[i * (e->order + 1)]) not_resolved(e, cupel_bar_is_wide);
}

/* The blend for a mixture whose laminate has this tensor. Fibres in a solid are judged in their plane; the harmonic side would soften them along
 * themselves too. Layers are exact as laminates. */
static cupel_status choose_blend(work *w, const cupel_mixture *m, const double *fraction, const double *tensor, cupel_err *err)
{
    const int axis = cupel_mixture_along(m), a = axis == 0 ? 1 : 0, b = axis == 2 ? 1 : 2;
    cupel_kind kind = w->kind;
    double across[9] = {0}, contrast;
    if (axis >= 0 && kind.physics == CUPEL_ELASTICITY) {
        kind.dim = 2;
        across[0] = tensor[7 * a];
        across[4] = tensor[7 * b];
        tensor = across;
    }
    w->e->xi = cupel_blend_place(kind, m->n_phases, fraction, w->materials, tensor, &contrast);
    if (isnan(w->e->xi)) return cupel_no_memory(err, "properties of phases", 0);
    w->contrast = contrast;
    w->e->blend = cupel_blend_of(kind.physics, contrast, w->e->xi);
    if (axis >= 0 && kind.physics == CUPEL_ELASTICITY) w->e->blend = fmax(0, w->e->blend);
    if (cupel_mixture_layered(m)) w->e->blend = 0;
    return CUPEL_OK;
}

/* ---- labels ---- */

enum half_solve { LAMINATE, SHIFTED, VOIGT, REUSS, N_HALF };

static cupel_status half_grid(work *w, const cupel_rebuilt *f, trial t[N_HALF], cupel_err *err)
{
    cupel_mixture m = {0}, shifted = {0};
    double edge[3], fraction[2];
    cupel_status st = CUPEL_OK;
    CUPEL_TRY(cupel_rebuilt_mixture(f, 0, true, &m, edge, err));
    CUPEL_TRY(cupel_rebuilt_mixture(f, -SHIFT, true, &shifted, NULL, err));
    memcpy(w->e->second, m.n, sizeof m.n);
    CUPEL_TRY(solve(w, &m, 0, edge, false, &t[LAMINATE], err));
    CUPEL_TRY(solve(w, &shifted, 0, edge, false, &t[SHIFTED], err));
    CUPEL_TRY(solve(w, &m, 0.5, edge, false, &t[VOIGT], err));
    CUPEL_TRY(solve(w, &m, -1, edge, false, &t[REUSS], err));
    cupel_mixture_fractions(&m, fraction);
    CUPEL_TRY(choose_blend(w, &m, fraction, t[LAMINATE].value, err));
    if (w->e->blend > 0) w->e->blend *= 0.3; /* rebuilt interfaces keep less of the necks that ask for it */
done:
    cupel_mixture_release(&m);
    cupel_mixture_release(&shifted);
    return st;
}

static void bar_of_labels(cupel_estimate *e, const trial *plain, const trial *x, const trial t[N_HALF], double noise)
{
    const size_t n = e->order;
    double h[CUPEL_ESTIMATE_MAX];
    for (size_t i = 0; i < CUPEL_ESTIMATE_MAX; i++) {
        const double l = t[LAMINATE].value[i], slope = (t[SHIFTED].value[i] - l) / SHIFT;
        const double scheme = fmin(fabs(t[VOIGT].value[i] - l), fabs(l - t[REUSS].value[i]));
        h[i] = NOISE * fabs(slope) * noise + SCHEME * scheme + FLOOR * fabs(x->value[i]) + x->error[i];
    }
    spread(h, n);
    spread_alpha(h + ALPHA, n);
    for (size_t i = 0; i < n * n; i++) e->error[i] = fabs(plain->value[i] - x->value[i]) + h[i] + plain->error[i];
    for (size_t i = 0; i < n; i++) e->alpha_error[i] = fabs(plain->value[ALPHA + i] - x->value[ALPHA + i]) + h[ALPHA + i] + plain->error[ALPHA + i];
}

/* Plane layers between voxels are solved exactly, and nothing but rounding is left beside what iterating left. */
static void bar_of_layers(cupel_estimate *e, const trial *plain)
{
    static const double ROUNDING = 2e-5; /* of fields in single precision: laminates are within 1e-5 of their closed form */
    const size_t n = e->order;
    double h[CUPEL_ESTIMATE_MAX];
    for (size_t i = 0; i < CUPEL_ESTIMATE_MAX; i++) h[i] = ROUNDING * fabs(plain->value[i]) + plain->error[i];
    spread(h, n);
    spread_alpha(h + ALPHA, n);
    memcpy(e->error, h, n * n * sizeof *h);
    memcpy(e->alpha_error, h + ALPHA, n * sizeof *h);
    e->layered = true;
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
    if (isnan(noise)) CUPEL_TRY(cupel_no_memory(err, "distances to an interface", 0));
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

/* ---- labels of more phases ---- */

/* L, V and R on the half grid of coarsen.h; without cuts (more than 256 phases) they are one, and the difference counts three times. */
static cupel_status many_phases(work *w, const cupel_mixture *m, const double edge[3], const trial *plain, cupel_err *err)
{
    static const double ROUGH = 3, MANY_FLOOR = 1e-3;
    cupel_mixture half = {0};
    trial l = {0}, v = {0}, r = {0};
    double half_edge[3], h[CUPEL_ESTIMATE_MAX];
    cupel_estimate *e = w->e;
    cupel_status st = CUPEL_OK;
    CUPEL_TRY(cupel_coarsen(m, edge, &half, half_edge, err));
    memcpy(e->second, half.n, sizeof half.n);
    CUPEL_TRY(solve(w, &half, 0, half_edge, false, &l, err));
    if (half.row) CUPEL_TRY(solve(w, &half, 0.5, half_edge, false, &v, err));
    if (half.row) CUPEL_TRY(solve(w, &half, -1, half_edge, false, &r, err));
    for (size_t i = 0; i < CUPEL_ESTIMATE_MAX; i++) {
        const double step = fabs(plain->value[i] - l.value[i]), scheme = fmin(fabs(v.value[i] - l.value[i]), fabs(l.value[i] - r.value[i]));
        h[i] = (half.row ? step + scheme : ROUGH * step) + MANY_FLOOR * fabs(plain->value[i]) + plain->error[i];
    }
    spread(h, e->order);
    spread_alpha(h + ALPHA, e->order);
    memcpy(e->error, h, e->order * e->order * sizeof *h);
    memcpy(e->alpha_error, h + ALPHA, e->order * sizeof *h);
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
    work w = {0};
    trial plain = {0};
    cupel_estimate x = {0};
    cupel_status st = CUPEL_OK;
    CUPEL_TRY(begin(&w, m, materials, o, job, &x, err));
    const double *edge = o->solve.edge[0] > 0 ? o->solve.edge : cube;
    CUPEL_TRY(solve(&w, m, 0, NULL, o->solve.keep_fields, &plain, err));
    take(&x, &plain);
    if (o->error && m->n_phases > 1) {
        if (cupel_mixture_stacked(m) >= 0)
            bar_of_layers(&x, &plain);
        else
            CUPEL_TRY(m->n_phases == 2 ? two_phases(&w, m, edge, &plain, err) : many_phases(&w, m, edge, &plain, err));
        judge(&x);
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

/* ---- a known interface on two grids ---- */

/* Of the bar for known interfaces (estimate.h). */
static const double STEP = 0.2, STEP_ELASTIC = 1.3, STEP_PLANE = 2.5;
static const double SCHEME_CUT = 0.04, SCHEME_ELASTIC = 0.05, MOST_STEPS = 4, CUT_FLOOR = 1.5e-4;
static const double VOID_CONTRAST = 1000, STEP_VOID = 0.6, SCHEME_VOID = 0.025;

enum coarse_solve { COARSE_LAMINATE, COARSE_VOIGT, COARSE_REUSS, COARSE, N_COARSE };

static cupel_status coarse_grid(work *w, const cupel_mixture *m, const double *edge, const double *fraction, trial t[N_COARSE], cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    const bool probes = m->n_cuts && w->o->probe > w->o->solve.accuracy;
    w->probing = probes;
    CUPEL_TRY(solve(w, m, 0, edge, false, &t[COARSE_LAMINATE], err));
    t[COARSE] = t[COARSE_LAMINATE];
    if (!m->n_cuts) return CUPEL_OK;
    CUPEL_TRY(solve(w, m, 0.5, edge, false, &t[COARSE_VOIGT], err));
    CUPEL_TRY(solve(w, m, -1, edge, false, &t[COARSE_REUSS], err));
    CUPEL_TRY(choose_blend(w, m, fraction, t[COARSE_LAMINATE].value, err));
    w->probing = false;
    if (probes || fabs(w->e->blend) > 0) CUPEL_TRY(solve(w, m, w->e->blend, edge, false, &t[COARSE], err));
done:
    return st;
}

/* The root of the mean square of both steps over the diagonal of a tensor of n values in `count` components that begins at `from`. */
static double steps_of(size_t from, size_t count, size_t n, const trial *fine, const trial *middle, const trial *coarse)
{
    double square = 0;
    for (size_t i = from; i < from + count; i++) {
        const double a = fine->value[i] - middle->value[i], b = middle->value[i] - coarse->value[i];
        square += a * a + b * b;
    }
    return sqrt(square / (double)n);
}

/* How the error falls with the voxel, and the shares of the step and of what the blend could change in the bar. */
typedef struct law {
    double power, step, scheme;
} law;

/* |a - b| of whole tensors. */
static double apart(size_t n, const trial *a, const trial *b)
{
    double square = 0;
    for (size_t i = 0; i < n * n; i++) square += pow(a->value[i] - b->value[i], 2);
    return sqrt(square);
}

static double between(double low, double x, double high) { return fmin(1, fmax(0, (x - low) / (high - low))); }

double cupel_grid_power(cupel_physics physics, double contrast) { return physics == CUPEL_ELASTICITY && contrast >= VOID_CONTRAST ? 1.5 : 2; }

/* With the square where cut voxels respond as they should. Solids beside a void keep some of the first power, which the blend takes away only on the
 * whole: found on eight designs of 12 to 40 % of solid at 64 to 192 voxels, one of them at 256. Where the steps do not shrink as they should (0.35 to
 * 0.5), walls are not resolved and the bar grows. Steps of 2 % and more are too long for that law: there it is that of other solids (on grids of 32
 * and 48 half of four whole tensors were missed without). */
static law law_of(const work *w, const cupel_mixture *m, const trial *fine, const trial *middle, const trial *coarse)
{
    if (m->dim == 2 || cupel_mixture_along(m) >= 0) return (law){2, STEP_PLANE, w->kind.physics == CUPEL_ELASTICITY ? SCHEME_ELASTIC : SCHEME_CUT};
    if (w->kind.physics != CUPEL_ELASTICITY) return (law){2, STEP, SCHEME_CUT};
    if (w->contrast < VOID_CONTRAST) return (law){2, STEP_ELASTIC, SCHEME_ELASTIC};
    const trial none = {.iterations = 0};
    const size_t n = w->order;
    const double step = apart(n, fine, middle), before = apart(n, middle, coarse), size = apart(n, fine, &none);
    const double slow = before > 0 ? between(0.5, step / before, 0.7) : 0, rough = size > 0 ? between(0.01, step / size, 0.02) : 1;
    const double more = fmax(slow, rough);
    return (law){cupel_grid_power(CUPEL_ELASTICITY, w->contrast) * (1 - rough) + 2 * rough, STEP_VOID + more * (STEP_ELASTIC - STEP_VOID),
                 SCHEME_VOID + rough * (SCHEME_ELASTIC - SCHEME_VOID)};
}

/* ratio: of the voxels of the two grids. */
static void extrapolate(cupel_estimate *e, law of, const trial *fine, const trial *middle, const trial t[N_COARSE], double ratio)
{
    const size_t n = e->order;
    const double ahead = 1 / (pow(ratio, of.power) - 1);
    const double steps[2] = {steps_of(0, n * n, n, fine, middle, &t[COARSE]), steps_of(ALPHA, n, n == 6 ? 3 : 2, fine, middle, &t[COARSE])};
    double x[CUPEL_ESTIMATE_MAX], h[CUPEL_ESTIMATE_MAX];
    for (size_t i = 0; i < CUPEL_ESTIMATE_MAX; i++) {
        const double l = t[COARSE_LAMINATE].value[i], step = fine->value[i] - middle->value[i];
        const double scheme = fmin(fabs(t[COARSE_VOIGT].value[i] - l), fabs(l - t[COARSE_REUSS].value[i]));
        x[i] = fine->value[i] + ahead * step;
        h[i] = of.step * fabs(step) + fmin(of.scheme * scheme, MOST_STEPS * steps[i >= ALPHA]) + CUT_FLOOR * fabs(x[i]) + fine->error[i];
    }
    spread(h, n);
    spread_alpha(h + ALPHA, n);
    e->extrapolated = true;
    memcpy(e->tensor, x, n * n * sizeof *x);
    memcpy(e->shape, x, n * n * sizeof *x);
    memcpy(e->error, h, n * n * sizeof *h);
    memcpy(e->alpha, x + ALPHA, n * sizeof *x);
    memcpy(e->alpha_error, h + ALPHA, n * sizeof *h);
}

/* Without cut voxels the error jumps about from grid to grid: the value is that of the grid, and the bar twice the larger of its differences from
 * the two others. */
static void compare_grids(cupel_estimate *e, const trial *fine, const trial *middle, const trial *coarse)
{
    static const double ROUGH = 2, ROUGH_FLOOR = 1e-3;
    double h[CUPEL_ESTIMATE_MAX];
    for (size_t i = 0; i < CUPEL_ESTIMATE_MAX; i++) {
        const double step = fmax(fabs(fine->value[i] - middle->value[i]), fabs(fine->value[i] - coarse->value[i]));
        h[i] = ROUGH * step + ROUGH_FLOOR * fabs(fine->value[i]) + fine->error[i];
    }
    spread(h, e->order);
    spread_alpha(h + ALPHA, e->order);
    memcpy(e->error, h, e->order * e->order * sizeof *h);
    memcpy(e->alpha_error, h + ALPHA, e->order * sizeof *h);
}

cupel_status cupel_estimate_cuts(const cupel_grids *g, const cupel_material *materials, const cupel_estimate_options *o, const cupel_job *job,
                                 cupel_estimate *e, cupel_err *err)
{
    work w = {0};
    trial fine = {0}, middle = {0}, t[N_COARSE] = {0};
    cupel_estimate x = {0};
    const cupel_mixture *m = &g->grid[0];
    double *fraction = NULL;
    cupel_status st = CUPEL_OK;
    CUPEL_TRY(begin(&w, m, materials, o, job, &x, err));
    fraction = cupel_alloc(m->n_phases, sizeof *fraction);
    if (!fraction) CUPEL_TRY(cupel_no_memory(err, "fractions", 0));
    cupel_mixture_fractions(m, fraction);
    if (o->error) CUPEL_TRY(coarse_grid(&w, &g->grid[2], g->edge[2], fraction, t, err));
    if (o->error) CUPEL_TRY(solve(&w, &g->grid[1], x.blend, g->edge[1], false, &middle, err));
    CUPEL_TRY(solve(&w, m, x.blend, g->edge[0], o->solve.keep_fields, &fine, err));
    take(&x, &fine);
    if (o->error) {
        memcpy(x.second, g->grid[1].n, sizeof x.second);
        memcpy(x.second_tensor, middle.value, x.order * x.order * sizeof *middle.value);
        memcpy(x.second_alpha, middle.value + ALPHA, x.order * sizeof *middle.value);
        if (m->n_cuts)
            extrapolate(&x, law_of(&w, m, &fine, &middle, &t[COARSE]), &fine, &middle, t, pow(voxels(m) / voxels(&g->grid[1]), 1.0 / m->dim));
        else
            compare_grids(&x, &fine, &middle, &t[COARSE]);
        x.has_error = true;
        judge(&x);
    }
    *e = x;
    x.solution = NULL;
done:
    cupel_free(fraction);
    cupel_free(w.eigenstrain);
    cupel_solution_free(x.solution);
    return st;
}

void cupel_grids_of(const size_t n[3], size_t middle[3], size_t coarse[3])
{
    for (int a = 0; a < 3; a++) {
        middle[a] = n[a] == 1 ? 1 : (3 * n[a] + 2) / 4;
        coarse[a] = n[a] == 1 ? 1 : (n[a] + 1) / 2;
    }
}

void cupel_grids_release(cupel_grids *g)
{
    for (int i = 0; i < 3; i++) cupel_mixture_release(&g->grid[i]);
}
