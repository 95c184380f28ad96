/* How the tensor changes when the planes of cut voxels move: from kept fields, one look at each cut voxel for any number of parameters. */
#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/sys/par.h"
#include "models/homogenize/solver_parts.h"

#include <math.h>
#include <string.h>

enum { PAIRS_MOST = 21, FROM = 4, SUMS_OF = PAIRS_MOST + 1 }; /* of loads; d, n0, n1, n2; the share of phase b stands behind the pairs */

/* Steps of central differences: voxels and unit normals. */
static const double STEP = 0.01;

typedef struct moving {
    const cupel_solution *s;
    const cupel_moves *from;
    float *rows;     /* [threads][each] */
    size_t each;
    double *room;    /* [threads][n * 4]: dd, dn */
    double *sums;    /* [planes][n][SUMS_OF] */
} moving;

static size_t pairs_of(const cupel_cell *c) { return c->order * (c->order + 1) / 2; }

/* Gradients of the loads at one voxel, and what of their pairs does not depend on how it is cut. */
typedef struct strains {
    double e[CUPEL_ORDER_MAX][6]; /* 1 2 3, or 11 22 33 and doubled 23 13 12 */
    double trace[CUPEL_ORDER_MAX], square[PAIRS_MOST], traces[PAIRS_MOST];
} strains;

static void look_at_pairs(strains *x)
{
    for (size_t l = 0; l < CUPEL_ORDER_MAX; l++) x->trace[l] = x->e[l][0] + x->e[l][1] + x->e[l][2];
    for (size_t a = 0, q = 0; a < CUPEL_ORDER_MAX; a++)
        for (size_t b = a; b < CUPEL_ORDER_MAX; b++, q++) {
            const double *e = x->e[a], *f = x->e[b];
            x->traces[q] = x->trace[a] * x->trace[b];
            x->square[q] = e[0] * f[0] + e[1] * f[1] + e[2] * f[2] + 0.5 * (e[3] * f[3] + e[4] * f[4] + e[5] * f[5]);
        }
}

static double harmonic_of(double p, double a, double b)
{
    const double below = p * a + (1 - p) * b;
    return below > 0 ? a * b / below : 0;
}

static double over(double a, double b) { return b > 0 ? a / b : 0; }

/* Energies of all pairs under the responses of kernels/solve_body.h. */
static void energies_of_currents(const cupel_cell *c, const cupel_cut *cut, const strains *x, double p, const double n[3], double *out)
{
    const double ka = (double)c->first[cut->a], kb = (double)c->first[cut->b], blend = (double)c->rule.blend, mean = (1 - p) * ka + p * kb;
    const double less = mean - harmonic_of(p, ka, kb), reuss = blend < 0 ? -blend : 0, drop = (1 - fabs(blend)) * less;
    double along[CUPEL_ORDER_MAX], k[3];
    for (size_t i = 0; i < 3; i++) k[i] = mean - (double)c->rule.across[i] * reuss * less;
    for (size_t a = 0; a < 3; a++) along[a] = x->e[a][0] * n[0] + x->e[a][1] * n[1] + x->e[a][2] * n[2];
    for (size_t a = 0, q = 0; a < 3; a++)
        for (size_t b = a; b < 3; b++, q++) {
            const double *g = x->e[a], *h = x->e[b];
            out[q] = k[0] * g[0] * h[0] + k[1] * g[1] * h[1] + k[2] * g[2] * h[2] - drop * along[a] * along[b];
        }
}

static void energies_of_strains(const cupel_cell *c, const cupel_cut *cut, const strains *x, double p, const double n[3], double *out)
{
    const double la = (double)c->first[cut->a], lb = (double)c->first[cut->b], ma = (double)c->second[cut->a], mb = (double)c->second[cut->b];
    const double blend = (double)c->rule.blend, bulk = (double)c->rule.bulk, reuss = blend < 0 ? -blend : 0, laminate = 1 - fabs(blend);
    const double mr = harmonic_of(p, ma, mb), lr = harmonic_of(p, la + bulk * ma, lb + bulk * mb) - bulk * mr, dl = lb - la, dm = mb - ma;
    const double l = (1 - reuss) * ((1 - p) * la + p * lb) + reuss * lr, m = (1 - reuss) * ((1 - p) * ma + p * mb) + reuss * mr;
    const double lt = (1 - p) * lb + p * la, mt = (1 - p) * mb + p * ma, f = laminate * p * (1 - p);
    const double soft = over(1, mt), stiff = over(1, lt + 2 * mt) - soft;
    double v[CUPEL_ORDER_MAX][3], along[CUPEL_ORDER_MAX];
    for (size_t a = 0; a < CUPEL_ORDER_MAX; a++) {
        const double *e = x->e[a], t = dl * x->trace[a];
        v[a][0] = t * n[0] + dm * (2 * e[0] * n[0] + e[5] * n[1] + e[4] * n[2]);
        v[a][1] = t * n[1] + dm * (e[5] * n[0] + 2 * e[1] * n[1] + e[3] * n[2]);
        v[a][2] = t * n[2] + dm * (e[4] * n[0] + e[3] * n[1] + 2 * e[2] * n[2]);
        along[a] = v[a][0] * n[0] + v[a][1] * n[1] + v[a][2] * n[2];
    }
    for (size_t a = 0, q = 0; a < CUPEL_ORDER_MAX; a++)
        for (size_t b = a; b < CUPEL_ORDER_MAX; b++, q++) {
            const double across = v[a][0] * v[b][0] + v[a][1] * v[b][1] + v[a][2] * v[b][2];
            out[q] = l * x->traces[q] + 2 * m * x->square[q] - f * (soft * across + stiff * along[a] * along[b]);
        }
}

/* Of a plane at distance d (voxels, positive where the middle is in phase b): energies and, last, the share of phase b. */
static void response(const cupel_cell *c, const cupel_cut *cut, const strains *x, double d, const double at[3], double *out)
{
    const double length = sqrt(at[0] * at[0] + at[1] * at[1] + at[2] * at[2]), n[3] = {at[0] / length, at[1] / length, at[2] / length};
    const double p = cupel_plane_cut(n, d);
    (c->fluxes == 3 ? energies_of_currents : energies_of_strains)(c, cut, x, p, n, out);
    out[pairs_of(c)] = p;
}

/* slope [FROM][SUMS_OF] by d and the three components of the normal. */
static void slopes(const cupel_cell *c, const cupel_cut *cut, const strains *x, double d, const double n[3], double (*slope)[SUMS_OF])
{
    for (size_t i = 0; i < FROM; i++) {
        double up[SUMS_OF], down[SUMS_OF], above[3] = {n[0], n[1], n[2]}, below[3] = {n[0], n[1], n[2]};
        if (i) above[i - 1] += STEP, below[i - 1] -= STEP;
        response(c, cut, x, i ? d : d + STEP, above, up);
        response(c, cut, x, i ? d : d - STEP, below, down);
        for (size_t q = 0; q <= pairs_of(c); q++) slope[i][q] = (up[q] - down[q]) / (2 * STEP);
    }
}

static cupel_status move_plane(void *user, size_t i, size_t worker, cupel_err *err)
{
    (void)err;
    const moving *w = user;
    const cupel_cell *c = &w->s->cell;
    const size_t row = cupel_cell_row(c), n = w->from->n, sums_of = pairs_of(c) + 1;
    float *lines = w->rows + worker * w->each, *gradient = lines + 6 * c->fields * row + 16;
    double *dd = w->room + worker * 4 * n, (*dn)[3] = (double(*)[3])(void *)(dd + n), *sums = w->sums + i * n * sums_of;
    for (size_t j = 0; j < c->n[1]; j++) {
        const size_t r = i * c->n[1] + j;
        if (c->m->row[r] == c->m->row[r + 1]) continue;
        for (size_t l = 0; l < c->order; l++) cupel_gradient_row(w->s, l, i, j, lines, gradient + l * c->fluxes * row);
        for (size_t q = c->m->row[r]; q < c->m->row[r + 1]; q++) {
            const cupel_cut *cut = &c->m->cut[q];
            strains x;
            double d, normal[3], slope[FROM][SUMS_OF];
            for (size_t l = 0; l < c->order; l++)
                for (size_t e = 0; e < c->fluxes; e++) x.e[l][e] = (double)gradient[(l * c->fluxes + e) * row + cut->k];
            if (c->fluxes == 6) look_at_pairs(&x);
            w->from->at(w->from->user, (const size_t[3]){i, j, cut->k}, &d, normal, dd, dn);
            slopes(c, cut, &x, d, normal, slope);
            for (size_t s = 0; s < n; s++)
                for (size_t k = 0; k < sums_of; k++)
                    sums[s * sums_of + k] += dd[s] * slope[0][k] + dn[s][0] * slope[1][k] + dn[s][1] * slope[2][k] + dn[s][2] * slope[3][k];
        }
    }
    return CUPEL_OK;
}

bool cupel_solution_can_move(const cupel_solution *s)
{
    const cupel_cell *c = &s->cell;
    return c->isotropic && c->m->dim == 3 && c->n[1] > 1 && c->n[2] > 1 && c->n[0] > 1 && c->m->row && s->u[0][0];
}

cupel_status cupel_solution_moved(const cupel_solution *s, const cupel_moves *from, const cupel_job *job, double *tensor, double *share,
                                  cupel_err *err)
{
    const cupel_cell *c = &s->cell;
    const size_t row = cupel_cell_row(c), n = from->n, order = c->order, pairs = pairs_of(c), sums_of = pairs + 1;
    moving w = {.s = s, .from = from, .each = (6 * c->fields + c->order * c->fluxes + 1) * row + 32};
    cupel_status st = CUPEL_OK;
    if (!cupel_solution_can_move(s))
        return cupel_fail(err, CUPEL_USAGE, "only mixtures of isotropic phases in space, with kept fields, are moved so");
    w.rows = cupel_alloc_aligned(cupel_mul(job->threads, w.each), sizeof *w.rows);
    w.room = cupel_alloc(cupel_mul(job->threads, 4 * n), sizeof *w.room);
    w.sums = cupel_alloc(cupel_mul(c->n[0], n * sums_of), sizeof *w.sums);
    if (!w.rows || !w.room || !w.sums) CUPEL_TRY(cupel_no_memory(err, "derivatives of a tensor", c->n[0] * n * sums_of * sizeof *w.sums));
    CUPEL_TRY(cupel_par_for(job->threads, c->n[0], move_plane, &w, err));
    for (size_t k = 0; k < n; k++) {
        double total[SUMS_OF] = {0};
        for (size_t i = 0; i < c->n[0]; i++)
            for (size_t q = 0; q < sums_of; q++) total[q] += w.sums[(i * n + k) * sums_of + q] / (double)c->voxels;
        for (size_t a = 0, q = 0; a < order; a++)
            for (size_t b = a; b < order; b++, q++) tensor[(k * order + a) * order + b] = tensor[(k * order + b) * order + a] = total[q];
        share[k] = total[pairs];
    }
done:
    cupel_free(w.rows);
    cupel_free(w.room);
    cupel_free(w.sums);
    return st;
}
