#include "descriptors/microstructure/two_point_parts.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "descriptors/microstructure/units.h"

#include <math.h>

enum { PHASES_MAX = 64 };

/* Two-point probabilities S_pq(r): that x lies in phase p and x + r in phase q, for all lags r at once by Fourier transforms.
 *
 * Every one of them follows from autocorrelations of an indicator, of a phase or of two together:
 *   C_pq = (C_(p or q) - C_pp - C_qq) / 2        the mean of r and -r, which is what radial means and lines along both senses see
 * so that one array is enough. In a period sum_q C_pq = the voxels of p, so that the last phase needs no transform: two phases take one pair of
 * transforms. An autocorrelation is even in r: only half of its planes are transformed back, each straight into the radial sums, so that the array
 * passes through memory three times.
 *
 * Without periodicity the array is padded with zeros up to the largest lag and C is divided by the number of pairs of voxels that lie in the box,
 * or in the part of it that is no mask: S = C / M (Cecen, Fast, Kalidindi 2016, doi:10.1186/s40192-015-0044-x). */

static const double PI = 3.14159265358979323846;

static double *pair(const cupel_lags *g, const cupel_phase_pairs *f, size_t p, size_t q)
{
    size_t at = !f->cross ? p : p <= q ? q * (q + 1) / 2 + p : p * (p + 1) / 2 + q;
    return f->c + at * g->n_sums;
}

/* Rows of C sum to the voxels of the phase at every lag of a period: the last phase follows from the others. */
static void last_by_sum(const cupel_lags *g, cupel_phase_pairs *f)
{
    const size_t last = f->n - 1;
    for (size_t p = 0; p <= last; p++) {
        double *to = pair(g, f, p, last);
        for (size_t k = 0; k < g->n_sums; k++) {
            double rest = f->fraction[p] * g->pairs[k];
            for (size_t q = 0; q < last; q++) rest -= pair(g, f, p, q)[k];
            to[k] = rest;
        }
    }
}

/* All C sum to M: the pair of the last two phases follows from the others. */
static void last_by_total(const cupel_lags *g, cupel_phase_pairs *f)
{
    double *to = pair(g, f, f->n - 2, f->n - 1);
    for (size_t k = 0; k < g->n_sums; k++) {
        double rest = g->pairs[k];
        for (size_t p = 0; p < f->n; p++)
            for (size_t q = p; q < f->n; q++)
                if (!(p + 2 == f->n && q + 1 == f->n)) rest -= (p == q ? 1 : 2) * pair(g, f, p, q)[k];
        to[k] = rest / 2;
    }
}

static cupel_status correlate_all(const cupel_lags *g, cupel_phase_pairs *f, bool closed, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    const bool by_sum = closed && (f->cross || f->n == 1);
    const size_t n = by_sum ? f->n - 1 : f->n;
    for (size_t p = 0; p < n; p++) CUPEL_TRY(cupel_lags_autocorrelate(g, f->id[p], f->id[p], false, pair(g, f, p, p), err));
    for (size_t q = 1; f->cross && q < n; q++)
        for (size_t p = 0; p < q; p++) {
            double *u = pair(g, f, p, q);
            if (!by_sum && p + 2 == n && q + 1 == n) continue;
            CUPEL_TRY(cupel_lags_autocorrelate(g, f->id[p], f->id[q], false, u, err));
            for (size_t k = 0; k < g->n_sums; k++) u[k] = (u[k] - pair(g, f, p, p)[k] - pair(g, f, q, q)[k]) / 2;
        }
    if (by_sum)
        last_by_sum(g, f);
    else if (f->cross)
        last_by_total(g, f);
done:
    return st;
}

/* ---- what is said ---- */

/* S on the bins or along a line, exact at r = 0; y [n]. */
static void divide(const cupel_lags *g, const double *c, size_t from, size_t n, double zero, double *y)
{
    y[0] = zero;
    for (size_t k = 1; k < n; k++) y[k] = g->pairs[from + k] > 0 ? c[from + k] / g->pairs[from + k] : NAN;
}

/* The integral of (S - f^2) / (f - f^2) to its first zero. */
static double correlation_length(size_t n, const double *x, const double *y, double fraction)
{
    double sum = 0, before = 1;
    for (size_t k = 1; k < n && !isnan(y[k]); k++) {
        const double now = (y[k] - fraction * fraction) / (fraction - fraction * fraction), step = x[k] - x[k - 1];
        if (now <= 0) return sum + step * before * before / (before - now) / 2;
        sum += step * (before + now) / 2;
        before = now;
    }
    return sum;
}

static void add_length(cupel_quantities *q, const cupel_lags *g, cupel_of of, size_t n, const double *x, const double *y, double fraction)
{
    const char *const name = "correlation length", *const unit = cupel_length_unit(g->v, 1);
    if (fraction > 0 && fraction < 1 && n > 1)
        cupel_quantities_add(q, name, unit, of, correlation_length(n, x, y, fraction));
    else
        cupel_quantities_add_none(q, name, unit, of, n > 1 ? "the phase fills all" : "one voxel along this axis");
}

/* Curves of one C, and for a phase its correlation lengths. x, y: room for the longest curve. */
static void add_curves(cupel_quantities *q, const cupel_lags *g, const double *c, cupel_of of, double fraction, double *x, double *y)
{
    const double zero = of.other < 0 ? fraction : 0;
    divide(g, c, 0, g->n_bins, zero, y);
    cupel_quantities_add_curve(q, "S2", "", "r", cupel_length_unit(g->v, 1), of, g->n_bins, g->radius, y);
    if (of.other < 0) add_length(q, g, of, g->n_bins, g->radius, y, fraction);
    for (int a = 0; a < 3; a++) {
        if (g->axis[a] < 0) continue;
        const size_t n = g->lag[a] + 1;
        of.axis = g->axis[a];
        for (size_t k = 0; k < n; k++) x[k] = (double)k * g->h[a];
        divide(g, c, g->line[a], n, zero, y);
        cupel_quantities_add_curve(q, "S2", "", "r", cupel_length_unit(g->v, 1), of, n, x, y);
        if (of.other < 0) add_length(q, g, of, n, x, y, fraction);
    }
}

/* Debye: S'(0) = - s/4 (an image: - perimeter / pi), by the first step along each axis. */
static void add_surface(cupel_quantities *q, const cupel_lags *g, const double *c, cupel_of of, double fraction)
{
    double sum = 0;
    int axes = 0;
    for (int a = 0; a < 3; a++) {
        const size_t k = g->line[a] + 1;
        if (g->lag[a] == 0 || g->pairs[k] <= 0) continue;
        sum += (fraction - c[k] / g->pairs[k]) / g->h[a];
        axes++;
    }
    const char *name = g->v->dim == 2 ? "perimeter from slope" : "surface from slope";
    if (axes)
        cupel_quantities_add(q, name, cupel_length_unit(g->v, -1), of, (g->v->dim == 2 ? PI : 4) * sum / axes);
    else
        cupel_quantities_add_none(q, name, cupel_length_unit(g->v, -1), of, "a single voxel");
}

static cupel_status say_all(cupel_quantities *q, const cupel_lags *g, const cupel_phase_pairs *f, cupel_err *err)
{
    const size_t most = g->n_sums;
    double *x = cupel_alloc(most, sizeof *x), *y = cupel_alloc(most, sizeof *y);
    if (x && y)
        for (size_t p = 0; p < f->n; p++) {
            cupel_of of = cupel_of_phase(f->id[p]);
            add_surface(q, g, pair(g, f, p, p), of, f->fraction[p]);
            add_curves(q, g, pair(g, f, p, p), of, f->fraction[p], x, y);
            for (size_t o = p + 1; f->cross && o < f->n; o++) {
                of.other = f->id[o];
                add_curves(q, g, pair(g, f, p, o), of, 0, x, y);
            }
        }
    cupel_status st = x && y ? CUPEL_OK : cupel_no_memory(err, "two-point correlations", 0);
    cupel_free(x);
    cupel_free(y);
    return st;
}

/* ---- the descriptor ---- */

typedef enum parameter { CROSS, MAP, MASK } parameter;

/* The phases that are looked at and their fractions of what is no mask. hidden: -1 for none. */
static cupel_status choose_phases(const cupel_voxels *v, int hidden, double most_cross, cupel_phase_pairs *f, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    double *all = cupel_alloc(v->n_phases, sizeof *all);
    f->id = cupel_alloc(v->n_phases, sizeof *f->id);
    f->fraction = cupel_alloc(v->n_phases, sizeof *f->fraction);
    if (!all || !f->id || !f->fraction) CUPEL_TRY(cupel_no_memory(err, "phase fractions", 0));
    cupel_voxels_fractions(v, all);
    for (size_t p = 0; p < v->n_phases; p++) {
        if ((int)p == hidden) continue;
        f->fraction[f->n] = hidden < 0 ? all[p] : all[p] / (1 - all[hidden]);
        f->id[f->n++] = (uint16_t)p;
    }
    f->cross = f->n > 1 && (double)f->n <= most_cross;
done:
    cupel_free(all);
    return st;
}

static cupel_status describe(const cupel_voxels *v, const double *value, int hidden, cupel_phase_pairs *f, const cupel_job *job, cupel_quantities *q,
                             cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_lags g = {0};
    const size_t pairs = f->cross ? f->n * (f->n + 1) / 2 : f->n;
    CUPEL_TRY(cupel_lags_init(&g, v, job, value[MAP] != 0 ? 2 : 1, err));
    f->c = cupel_alloc(cupel_mul(pairs, g.n_sums), sizeof *f->c);
    if (!f->c) CUPEL_TRY(cupel_no_memory(err, "two-point correlations", 0));
    if (hidden >= 0) CUPEL_TRY(cupel_lags_autocorrelate(&g, (uint16_t)hidden, (uint16_t)hidden, true, g.pairs, err));
    CUPEL_TRY(correlate_all(&g, f, v->periodic && hidden < 0, err));
    CUPEL_TRY(say_all(q, &g, f, err));
    if (value[MAP] != 0) CUPEL_TRY(cupel_two_point_maps(q, &g, f, hidden, err));
done:
    cupel_lags_release(&g);
    return st;
}

static cupel_status compute(const cupel_voxels *v, const double *value, const cupel_job *job, cupel_quantities *q, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_phase_pairs f = {0};
    const int hidden = isnan(value[MASK]) ? -1 : cupel_voxels_id_of(v, (int64_t)value[MASK]);
    const char *slope = v->dim == 2 ? "perimeter from slope" : "surface from slope";
    if (!isnan(value[MASK]) && value[MASK] != floor(value[MASK]))
        CUPEL_TRY(cupel_fail(err, CUPEL_USAGE, "parameter mask of descriptor 'two_point' is '%g', expected a label, a whole number", value[MASK]));
    CUPEL_TRY(choose_phases(v, hidden, value[CROSS], &f, err));
    if (f.n > 0 && f.n <= PHASES_MAX)
        CUPEL_TRY(describe(v, value, hidden, &f, job, q, err));
    else
        cupel_quantities_add_none(q, slope, cupel_length_unit(v, -1), CUPEL_OF_WHOLE,
                                  f.n ? "more than 64 phases: these are grains" : "the mask is all there is");
done:
    cupel_free(f.id);
    cupel_free(f.fraction);
    cupel_free(f.c);
    return st;
}

static const cupel_reference references[] = {
    {"10.1007/978-1-4757-6355-3", "Torquato: Random Heterogeneous Materials. Springer (2002)"},
    {"10.1186/s40192-015-0044-x", "Cecen, Fast, Kalidindi: Versatile algorithms for the computation of 2-point spatial correlations in quantifying "
                                  "material structure. Integrating Materials and Manufacturing Innovation 5, 1 (2016)"},
    {"10.1063/1.1722830", "Debye, Anderson, Brumberger: Scattering by an inhomogeneous solid. II. The correlation function and its application. "
                          "Journal of Applied Physics 28, 679 (1957)"},
    {NULL, NULL}};

static const cupel_param params[] = {
    {"cross", "", 8, 0, PHASES_MAX, "correlations between phases too, in volumes of up to so many phases; 0: none"},
    {"map", "", 0, 0, 1, "1: the correlations over all lags too, into an artifact"},
    {"mask", "", NAN, -1e15, 1e15, "the label of voxels that are not looked at, such as those around a sample"},
    {0}};

const cupel_volume_descriptor cupel_volume_descriptor_two_point = {
    .method = {.name = "two_point", .kind = "descriptor", .scale = "microstructure", .maturity = "stable",
               .input = "volume of labels of up to 64 phases",
               .help = "two-point probabilities S2 of each phase and between phases, with the surface from their slope and correlation lengths",
               .output = "curves S2(r) of each phase and pair: mean over all directions in shells one voxel wide (r is the mean of their lags), and "
                         "along each axis, up to half the shortest edge or axis; of a pair the mean of both senses. Per phase: surface per volume "
                         "from the slope at 0 by Debye [1/m] (of an image the perimeter), correlation length (integral of the normalised covariance "
                         "to its first zero) [m]. Without periodicity every lag is divided by the pairs of voxels that lie in the volume",
               .references = references, .params = params},
    .compute = compute};
