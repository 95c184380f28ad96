/* An estimate of a known interface on three grids, extrapolated from two (estimate.h). */
#include "core/base/err.h"
#include "core/base/mem.h"
#include "models/homogenize/estimate_parts.h"
#include "models/homogenize/necks.h"

#include <math.h>
#include <string.h>

/* Of the bar for known interfaces (estimate.h). */
static const double STEP = 0.2, STEP_ELASTIC = 1.3, STEP_PLANE = 2.5;
static const double SCHEME_CUT = 0.04, SCHEME_ELASTIC = 0.05, MOST_STEPS = 4, CUT_FLOOR = 1.5e-4;
/* Voxels an edge: of grids on which both terms of a bar beside a void are needed whole, short as the steps may be (of five scaffolds on 32 and 48 the
 * squares held 8 of 10 whole tensors, the sum 9), and of those on which they may add as squares. */
static const double COARSE_EDGE = 64, FINE_EDGE = 128;
static const double VOID_CONTRAST = 1000, STEP_VOID = 0.6, SCHEME_VOID = 0.025;

enum coarse_solve { COARSE_LAMINATE, COARSE_VOIGT, COARSE_REUSS, COARSE, N_COARSE };

/* With the blend that was chosen. *seconds, where it is not NULL: what solving it takes or has taken. */
static cupel_status solve_or_take(cupel_estimate_work *w, const cupel_mixture *m, const double *edge, const cupel_solution *known,
                                  cupel_estimate_value *t, double *seconds, cupel_err *err)
{
    bool taken = false;
    const double begin = cupel_now();
    cupel_status st = cupel_estimate_known(w, m, w->e->blend, known, t, &taken, err);
    if (st == CUPEL_OK && !taken) st = cupel_estimate_solve(w, m, w->e->blend, edge, false, t, err);
    if (seconds) *seconds = fmax(cupel_now() - begin, taken ? cupel_solution_seconds(known) : 0);
    return st;
}

static cupel_status coarse_grid(cupel_estimate_work *w, const cupel_mixture *m, const double *edge, const double *fraction,
                                cupel_estimate_value t[N_COARSE], cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    const bool probes = m->n_cuts && w->o->probe > w->o->solve.accuracy;
    w->probing = probes;
    CUPEL_TRY(cupel_estimate_solve(w, m, 0, edge, false, &t[COARSE_LAMINATE], err));
    t[COARSE] = t[COARSE_LAMINATE];
    if (!m->n_cuts) return CUPEL_OK;
    CUPEL_TRY(cupel_estimate_solve(w, m, 0.5, edge, false, &t[COARSE_VOIGT], err));
    CUPEL_TRY(cupel_estimate_solve(w, m, -1, edge, false, &t[COARSE_REUSS], err));
    CUPEL_TRY(cupel_estimate_blend(w, m, fraction, t[COARSE_LAMINATE].value, err));
    w->probing = false;
    if (probes || fabs(w->e->blend) > 0) CUPEL_TRY(solve_or_take(w, m, edge, w->o->known[2], &t[COARSE], NULL, err));
done:
    return st;
}

/* The root of the mean square of both steps over the diagonal of a tensor of n values in `count` components that begins at `from`. */
static double steps_of(size_t from, size_t count, size_t n, const cupel_estimate_value *fine, const cupel_estimate_value *middle,
                       const cupel_estimate_value *coarse)
{
    double square = 0;
    for (size_t i = from; i < from + count; i++) {
        const double a = fine->value[i] - middle->value[i], b = middle->value[i] - coarse->value[i];
        square += a * a + b * b;
    }
    return sqrt(square / (double)n);
}

/* How the error falls with the voxel, and the shares of the step and of what the blend could change in the bar. apart: how much, 0 to 1, these two
 * know nothing of one another and add as squares. */
typedef struct law {
    double power, step, scheme, apart;
} law;

/* |a - b| of whole tensors. */
static double apart(size_t n, const cupel_estimate_value *a, const cupel_estimate_value *b)
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
static law law_of(const cupel_estimate_work *w, const cupel_mixture *m, const cupel_estimate_value *fine, const cupel_estimate_value *middle,
                  const cupel_estimate_value *coarse)
{
    if (m->dim == 2 || cupel_mixture_along(m) >= 0) return (law){2, STEP_PLANE, w->kind.physics == CUPEL_ELASTICITY ? SCHEME_ELASTIC : SCHEME_CUT, 0};
    if (w->kind.physics != CUPEL_ELASTICITY) return (law){2, STEP, SCHEME_CUT, 0};
    if (w->contrast < VOID_CONTRAST) return (law){2, STEP_ELASTIC, SCHEME_ELASTIC, 0};
    const cupel_estimate_value none = {.iterations = 0};
    const size_t n = w->order;
    const double step = apart(n, fine, middle), before = apart(n, middle, coarse), size = apart(n, fine, &none);
    const double slow = before > 0 ? between(0.5, step / before, 0.7) : 0, rough = size > 0 ? between(0.01, step / size, 0.02) : 1;
    const double more = fmax(slow, rough), edge = cbrt(cupel_estimate_voxels(m));
    return (law){cupel_grid_power(CUPEL_ELASTICITY, w->contrast) * (1 - rough) + 2 * rough, STEP_VOID + more * (STEP_ELASTIC - STEP_VOID),
                 SCHEME_VOID + rough * (SCHEME_ELASTIC - SCHEME_VOID), (1 - rough) * between(COARSE_EDGE, edge, FINE_EDGE)};
}

/* The share of the last step in the bar: in conduction all of what it is extrapolated by where steps grow instead of shrinking (that of stiffness
 * is as large anyway, or knows it of the whole tensor). */
static double growing(cupel_physics physics, double share, double ahead, double step, double before)
{
    if (physics != CUPEL_CONDUCTION) return share;
    const double more = between(0.7, fabs(step) / fmax(fabs(before), 1e-300), 1.4);
    return share + more * fmax(0, ahead - share);
}

/* A neck of fewer faces of voxels than this, four by four, is not resolved. In stiffness the soft phase around a neck bears too: at contrast 10 none
 * matters, from 25 on this, beside a void twice as many. Of a network of 23 % (Schwarz P) with 10 faces errors were 0.1, 17 and 12 % at contrast 10,
 * 100 and 1e4, with bars of 0.3, 1.3 and 4 %; with 22 faces 0.04, 0.03 and 4.3 %, with bars of 0.2, 2.3 and 1.1 %. */
static const double NECK = 16;
static const char NECKS[] = "what passes along an axis has necks of less than four voxels (beside a void six) in its way";

static double least_section(cupel_physics physics, double contrast)
{
    const double decades = log10(contrast);
    return physics == CUPEL_CONDUCTION ? NECK : NECK * (between(1, decades, 1.4) + between(2, decades, 3));
}

/* The phase that conducts best or is the stiffest. */
static size_t leading_phase(const cupel_estimate_work *w, size_t n_phases)
{
    double best = -1, t[36];
    size_t phase = 0;
    for (size_t p = 0; p < n_phases; p++) {
        double trace = 0;
        cupel_phase_tensor(w->kind, &w->materials[p], t);
        for (size_t i = 0; i < w->order; i++) trace += t[i * (w->order + 1)];
        if (trace > best) best = trace, phase = p;
    }
    return phase;
}

/* thin [6]: the component of a flux along an axis, or of a stress on a plane normal to it, hangs on such necks in the leading phase. */
static cupel_status find_necks(cupel_estimate_work *w, const cupel_mixture *m, bool thin[6], cupel_err *err)
{
    const double least = least_section(w->kind.physics, w->contrast);
    double section[3];
    if (!(least > 0) || m->dim != 3 || cupel_mixture_along(m) >= 0 || cupel_mixture_layered(m)) return CUPEL_OK;
    const cupel_status st = cupel_neck_sections(m, leading_phase(w, m->n_phases), least, section, err);
    for (int a = 0; st == CUPEL_OK && a < 3; a++) {
        if (!(section[a] < least)) continue;
        cupel_estimate_unresolved(w->e, NECKS);
        thin[a] = true;
        for (int shear = 3; shear < 6; shear++) thin[shear] |= shear - 3 != a; /* 23, 13, 12 */
    }
    return st;
}

/* ratio: of the voxels of the two grids. thin [6]: components on which necks decide that no grid here resolves. */
static void extrapolate(cupel_estimate *e, cupel_physics physics, law of, const cupel_estimate_value *fine, const cupel_estimate_value *middle,
                        const cupel_estimate_value t[N_COARSE], double ratio, const bool thin[6])
{
    const size_t n = e->order;
    const double ahead = 1 / (pow(ratio, of.power) - 1);
    const double steps[2] = {steps_of(0, n * n, n, fine, middle, &t[COARSE]), steps_of(CUPEL_ESTIMATE_ALPHA, n, n == 6 ? 3 : 2, fine, middle,
                                                                                       &t[COARSE])};
    double x[CUPEL_ESTIMATE_MAX], h[CUPEL_ESTIMATE_MAX];
    for (size_t i = 0; i < CUPEL_ESTIMATE_MAX; i++) {
        const double l = t[COARSE_LAMINATE].value[i], step = fine->value[i] - middle->value[i];
        const double above = fabs(t[COARSE_VOIGT].value[i] - l), below = fabs(l - t[COARSE_REUSS].value[i]), scheme = fmin(above, below);
        const bool neck = i >= CUPEL_ESTIMATE_ALPHA ? i - CUPEL_ESTIMATE_ALPHA < n && thin[i - CUPEL_ESTIMATE_ALPHA]
                                                    : i < n * n && i / n == i % n && thin[i / n];
        const double share = growing(physics, of.step, ahead, step, middle->value[i] - t[COARSE].value[i]);
        x[i] = fine->value[i] + ahead * step;
        const double choice = physics == CUPEL_CONDUCTION ? scheme : fmax(above, below); /* of a neck, to either side */
        const double one = share * fabs(step), other = neck ? choice : fmin(of.scheme * scheme, MOST_STEPS * steps[i >= CUPEL_ESTIMATE_ALPHA]);
        h[i] = of.apart * hypot(one, other) + (1 - of.apart) * (one + other) + CUT_FLOOR * fabs(x[i]) + fine->error[i];
    }
    cupel_bar_spread(h, n);
    cupel_bar_spread_alpha(h + CUPEL_ESTIMATE_ALPHA, n);
    e->extrapolated = true;
    memcpy(e->tensor, x, n * n * sizeof *x);
    memcpy(e->shape, x, n * n * sizeof *x);
    memcpy(e->error, h, n * n * sizeof *h);
    memcpy(e->alpha, x + CUPEL_ESTIMATE_ALPHA, n * sizeof *x);
    memcpy(e->alpha_error, h + CUPEL_ESTIMATE_ALPHA, n * sizeof *h);
}

/* Without cut voxels the error jumps about from grid to grid: the value is that of the grid, and the bar twice the larger of its differences from
 * the two others. */
static void compare_grids(cupel_estimate *e, const cupel_estimate_value *fine, const cupel_estimate_value *middle, const cupel_estimate_value *coarse)
{
    static const double ROUGH = 2, ROUGH_FLOOR = 1e-3;
    double h[CUPEL_ESTIMATE_MAX];
    for (size_t i = 0; i < CUPEL_ESTIMATE_MAX; i++) {
        const double step = fmax(fabs(fine->value[i] - middle->value[i]), fabs(fine->value[i] - coarse->value[i]));
        h[i] = ROUGH * step + ROUGH_FLOOR * fabs(fine->value[i]) + fine->error[i];
    }
    cupel_bar_spread(h, e->order);
    cupel_bar_spread_alpha(h + CUPEL_ESTIMATE_ALPHA, e->order);
    memcpy(e->error, h, e->order * e->order * sizeof *h);
    memcpy(e->alpha_error, h + CUPEL_ESTIMATE_ALPHA, e->order * sizeof *h);
}

/* By what power of its voxels the time of a grid grows at most: iterations are a few less. */
static const double GROWTH = 0.75;

/* seconds: of the second grid. */
static cupel_status check_time(const cupel_estimate_options *o, const cupel_grids *g, double seconds, cupel_err *err)
{
    const double next = seconds * pow(cupel_estimate_voxels(&g->grid[0]) / cupel_estimate_voxels(&g->grid[1]), GROWTH);
    if (!(o->until > 0) || cupel_now() + next <= o->until) return CUPEL_OK;
    return cupel_fail(err, CUPEL_INTERRUPTED, "the finest grid would take %.3g s, and there are %.3g", next, fmax(0, o->until - cupel_now()));
}

cupel_status cupel_estimate_cuts(const cupel_grids *g, const cupel_material *materials, const cupel_estimate_options *o, const cupel_job *job,
                                 cupel_estimate *e, cupel_err *err)
{
    cupel_estimate_work w = {0};
    cupel_estimate_value fine = {0}, middle = {0}, t[N_COARSE] = {0};
    cupel_estimate x = {0};
    bool thin[6] = {false};
    const cupel_mixture *m = &g->grid[0];
    double *fraction = NULL, seconds = 0;
    cupel_status st = CUPEL_OK;
    CUPEL_TRY(cupel_estimate_begin(&w, m, materials, o, job, &x, err));
    fraction = cupel_alloc(m->n_phases, sizeof *fraction);
    if (!fraction) CUPEL_TRY(cupel_no_memory(err, "fractions", 0));
    cupel_mixture_fractions(m, fraction);
    if (o->error) CUPEL_TRY(coarse_grid(&w, &g->grid[2], g->edge[2], fraction, t, err));
    if (o->error) CUPEL_TRY(solve_or_take(&w, &g->grid[1], g->edge[1], o->known[1], &middle, &seconds, err));
    if (o->error) CUPEL_TRY(check_time(o, g, seconds, err));
    CUPEL_TRY(cupel_estimate_solve(&w, m, x.blend, g->edge[0], o->solve.keep_fields, &fine, err));
    cupel_estimate_take(&x, &fine);
    if (o->error) {
        memcpy(x.second, g->grid[1].n, sizeof x.second);
        memcpy(x.second_tensor, middle.value, x.order * x.order * sizeof *middle.value);
        memcpy(x.second_alpha, middle.value + CUPEL_ESTIMATE_ALPHA, x.order * sizeof *middle.value);
        memcpy(x.second_error, middle.error, x.order * x.order * sizeof *middle.error);
        memcpy(x.second_alpha_error, middle.error + CUPEL_ESTIMATE_ALPHA, x.order * sizeof *middle.error);
        if (m->n_cuts) CUPEL_TRY(find_necks(&w, m, thin, err));
        if (m->n_cuts)
            extrapolate(&x, w.kind.physics, law_of(&w, m, &fine, &middle, &t[COARSE]), &fine, &middle, t,
                        pow(cupel_estimate_voxels(m) / cupel_estimate_voxels(&g->grid[1]), 1.0 / m->dim), thin);
        else
            compare_grids(&x, &fine, &middle, &t[COARSE]);
        x.has_error = true;
        cupel_estimate_judge(&x);
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
