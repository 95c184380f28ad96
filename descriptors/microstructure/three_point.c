#include "descriptors/microstructure/descriptor.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/math/fft.h"
#include "core/sys/file.h"
#include "core/sys/par.h"
#include "descriptors/microstructure/grid.h"

#include <math.h>

/* Torquato's parameters of a phase,
 *   zeta = 9 / (2 phi (1 - phi)) int dr/r int ds/s int du P_2(u) S,   eta = 5/21 zeta + 150 / (7 phi (1 - phi)) int dr/r int ds/s int du P_4(u) S
 * with S = S_3(r, s, t) - S_2(r) S_2(s) / phi. By the addition theorem the kernel P_l / (r s) is a sum of products of Y_lm(r) / r^3 and Y_lm(s)
 * / s^3, whose transforms are constants times Y_lm(k): the integral is the mean over the phase of |f_l|^2, where f_l are the fields with the
 * spectrum Y_lm(k / |k|) chi(k). Over the whole box the mean is known, so that
 *   zeta = share of |f_2|^2 that lies in the phase,   eta = (5 zeta + 16 share of |f_4|^2) / 21,
 * and both add up to 1 over the two phases. In the plane with cos 2t and cos 4t: zeta and eta are the two shares (doi:10.1007/978-1-4757-6355-3,
 * 20.1 and 22.2).
 *
 * The fields jump at interfaces, and what their spectrum loses between voxels falls as the edge of a voxel: so the same is done with the fractions in
 * cells twice as large, and the two are extrapolated to none. */

enum { LEVELS = 2 };

typedef struct sampler {
    const cupel_job *job;
    cupel_grid g;
    size_t margin[3]; /* voxels at the border that are not counted */
    cupel_fft *fft;
    float *chi;       /* [n[0]][n[1]][n[2]] share of the phase */
    float *spectrum, *field;
    double *sum;      /* [n[0]][2] of field^2 chi and of field^2 */
    int l, m;
} sampler;

/* ---- harmonics, squares of one degree adding up to 1 ---- */

static double of_degree_2(int m, double x, double y, double z)
{
    static const double s3 = 1.7320508075688772;
    switch (m) {
    case 0: return s3 * x * y;
    case 1: return s3 * y * z;
    case 2: return s3 * z * x;
    case 3: return 0.5 * s3 * (x * x - y * y);
    default: return 0.5 * (3 * z * z - 1);
    }
}

static double of_degree_4(int m, double x, double y, double z)
{
    static const double s5 = 2.23606797749979, s35 = 5.916079783099616, s10 = 3.1622776601683795, s70 = 8.366600265340756;
    switch (m) {
    case 0: return s35 / 2 * x * y * (x * x - y * y);
    case 1: return s70 / 4 * (3 * x * x - y * y) * y * z;
    case 2: return s5 / 2 * x * y * (7 * z * z - 1);
    case 3: return s10 / 4 * y * z * (7 * z * z - 3);
    case 4: return 0.125 * (35 * z * z * z * z - 30 * z * z + 3);
    case 5: return s10 / 4 * x * z * (7 * z * z - 3);
    case 6: return s5 / 4 * (x * x - y * y) * (7 * z * z - 1);
    case 7: return s70 / 4 * (x * x - 3 * y * y) * x * z;
    default: return s35 / 8 * (x * x * (x * x - 3 * y * y) - y * y * (3 * x * x - y * y));
    }
}

/* cos and sin of l times the angle of (y, z). */
static double of_plane(int l, int m, double y, double z)
{
    const double c = y * y - z * z, s = 2 * y * z;
    return l == 2 ? m ? s : c : m ? 2 * s * c : c * c - s * s;
}

static double harmonic(const sampler *p, double x, double y, double z)
{
    return p->g.first ? of_plane(p->l, p->m, y, z) : p->l == 2 ? of_degree_2(p->m, x, y, z) : of_degree_4(p->m, x, y, z);
}

static int harmonics_of(const sampler *p) { return p->g.first ? 2 : 2 * p->l + 1; }

/* ---- one field ---- */

/* Frequency f of n, and whether it is its own opposite. */
static double wave(const cupel_grid *g, int a, size_t f, bool *both)
{
    *both = 2 * f == g->n[a];
    return (2 * f > g->n[a] ? (double)f - (double)g->n[a] : (double)f) / ((double)g->n[a] * g->size[a]);
}

/* Mean over both signs of the frequencies that stand for both. */
static double mean_harmonic(const sampler *p, const double k[3], const bool both[3])
{
    double sum = 0, n = 0;
    const double q = 1 / sqrt(k[0] * k[0] + k[1] * k[1] + k[2] * k[2]);
    for (unsigned flip = 0; flip < 8; flip++) {
        if ((flip & 1U && !both[0]) || (flip & 2U && !both[1]) || (flip & 4U && !both[2])) continue;
        sum += harmonic(p, flip & 1U ? -k[0] * q : k[0] * q, flip & 2U ? -k[1] * q : k[1] * q, flip & 4U ? -k[2] * q : k[2] * q);
        n++;
    }
    return sum / n;
}

static cupel_status multiply_plane(void *user, size_t i, size_t worker, cupel_err *err)
{
    const sampler *p = user;
    const size_t n1 = p->g.n[1], n2 = p->g.n[2], pitch = cupel_fft_pitch(p->fft);
    double k[3];
    bool both[3];
    (void)worker, (void)err;
    k[0] = wave(&p->g, 0, i, &both[0]);
    for (size_t j = 0; j < n1; j++) {
        const size_t row = (i * n1 + j) * pitch;
        k[1] = wave(&p->g, 1, j, &both[1]);
        for (size_t f = 0; f <= n2 / 2; f++) {
            k[2] = wave(&p->g, 2, f, &both[2]);
            const bool zero = i == 0 && j == 0 && f == 0;
            const float y = zero ? 0 : (float)mean_harmonic(p, k, both);
            p->field[row + 2 * f] = y * p->spectrum[row + 2 * f];
            p->field[row + 2 * f + 1] = y * p->spectrum[row + 2 * f + 1];
        }
    }
    return CUPEL_OK;
}

static cupel_status sum_plane(void *user, size_t i, size_t worker, cupel_err *err)
{
    const sampler *p = user;
    const size_t n1 = p->g.n[1], n2 = p->g.n[2], pitch = cupel_fft_pitch(p->fft), *skip = p->margin;
    double inside = 0, all = 0;
    (void)worker, (void)err;
    if (i < skip[0] || i + skip[0] >= p->g.n[0]) return CUPEL_OK;
    for (size_t j = skip[1]; j + skip[1] < n1; j++) {
        const float *f = p->field + (i * n1 + j) * pitch, *chi = p->chi + (i * n1 + j) * n2;
        for (size_t k = skip[2]; k + skip[2] < n2; k++) {
            const double square = (double)f[k] * (double)f[k];
            inside += square * (double)chi[k];
            all += square;
        }
    }
    p->sum[2 * i] += inside;
    p->sum[2 * i + 1] += all;
    return CUPEL_OK;
}

/* share [2] of |f_2|^2 and of |f_4|^2. */
static cupel_status shares(sampler *p, double share[2], cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    const size_t n0 = p->g.n[0], n1 = p->g.n[1], n2 = p->g.n[2], pitch = cupel_fft_pitch(p->fft);
    for (size_t row = 0; row < n0 * n1; row++)
        for (size_t k = 0; k < pitch; k++) p->spectrum[row * pitch + k] = k < n2 ? p->chi[row * n2 + k] : 0;
    CUPEL_TRY(cupel_fft_forward(p->fft, p->spectrum, p->job->threads, err));
    for (p->l = 2; p->l <= 4; p->l += 2) {
        double inside = 0, all = 0;
        for (size_t i = 0; i < 2 * n0; i++) p->sum[i] = 0;
        for (p->m = 0; p->m < harmonics_of(p); p->m++) {
            if (cupel_stopped(p->job)) CUPEL_TRY(cupel_fail(err, CUPEL_INTERRUPTED, "stopped while computing three-point parameters"));
            CUPEL_TRY(cupel_par_for(p->job->threads, n0, multiply_plane, p, err));
            CUPEL_TRY(cupel_fft_backward(p->fft, p->field, p->job->threads, err));
            CUPEL_TRY(cupel_par_for(p->job->threads, n0, sum_plane, p, err));
        }
        for (size_t i = 0; i < n0; i++) inside += p->sum[2 * i], all += p->sum[2 * i + 1];
        share[p->l / 2 - 1] = inside / all;
    }
done:
    return st;
}

/* ---- two grids ---- */

static void sampler_release(sampler *p)
{
    cupel_fft_free(p->fft);
    cupel_free(p->chi);
    cupel_free(p->spectrum);
    cupel_free(p->field);
    cupel_free(p->sum);
}

/* A grid of about 1 / step as many cells along each axis. */
static cupel_status sampler_new(const cupel_voxels *v, size_t step, const cupel_job *job, sampler *p, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    size_t count = 1;
    *p = (sampler){.job = job, .g = cupel_grid_of(v)};
    for (int a = 0; a < 3; a++) {
        const size_t n = (p->g.n[a] + step - 1) / step;
        p->g.size[a] *= (double)p->g.n[a] / (double)n;
        p->g.n[a] = n;
        p->margin[a] = v->periodic ? 0 : n / 8;
        count *= n;
    }
    CUPEL_TRY(cupel_memory_check(cupel_mul(count, 3 * sizeof(float)), "three-point parameters", err));
    CUPEL_TRY(cupel_fft_new(p->g.n, &p->fft, err));
    p->chi = cupel_alloc_aligned(count, sizeof *p->chi);
    p->spectrum = cupel_alloc_aligned(cupel_fft_size(p->fft), sizeof *p->spectrum);
    p->field = cupel_alloc_aligned(cupel_fft_size(p->fft), sizeof *p->field);
    p->sum = cupel_alloc(p->g.n[0], 2 * sizeof *p->sum);
    if (!p->chi || !p->spectrum || !p->field || !p->sum) CUPEL_TRY(cupel_no_memory(err, "three-point parameters", count * 3 * sizeof(float)));
done:
    return st;
}

/* Voxel x of n lies in cells low and low + 1 of m <= n; the part of it in the first. */
static double cell_of(size_t x, size_t n, size_t m, size_t *low)
{
    *low = x * m / n;
    const size_t border = (*low + 1) * n; /* in 1 / m of a voxel */
    return (x + 1) * m <= border ? 1 : (double)(border - x * m) / (double)m;
}

static void fill_fractions(const cupel_voxels *v, size_t phase, sampler *p)
{
    const cupel_grid fine = cupel_grid_of(v);
    const size_t *n = fine.n, *m = p->g.n, count = m[0] * m[1] * m[2];
    const double part = (double)count / (double)cupel_voxels_count(v);
    for (size_t i = 0; i < count; i++) p->chi[i] = 0;
    for (size_t i = 0; i < n[0] * n[1] * n[2]; i++) {
        const size_t x[3] = {i / (n[1] * n[2]), i / n[2] % n[1], i % n[2]};
        size_t low[3];
        double in[3];
        if (v->id[i] != phase) continue;
        for (int a = 0; a < 3; a++) in[a] = cell_of(x[a], n[a], m[a], &low[a]);
        for (unsigned c = 0; c < 8; c++) {
            double share = part;
            size_t to[3];
            for (unsigned a = 0; a < 3; a++) {
                share *= c >> a & 1U ? 1 - in[a] : in[a];
                to[a] = low[a] + (c >> a & 1U);
            }
            if (share > 0) p->chi[(to[0] * m[1] + to[1]) * m[2] + to[2]] += (float)share;
        }
    }
}

static double within_0_and_1(double x) { return fmin(fmax(x, 0), 1); }

typedef struct answer {
    double zeta, eta, zeta_error, eta_error;
} answer;

static cupel_status of_phase(const cupel_voxels *v, size_t phase, const cupel_job *job, answer *a, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    sampler p = {0};
    double zeta[LEVELS], eta[LEVELS], ratio = 1;
    for (size_t level = 0; level < LEVELS; level++) {
        double share[2] = {0};
        CUPEL_TRY(sampler_new(v, level + 1, job, &p, err));
        fill_fractions(v, phase, &p);
        CUPEL_TRY(shares(&p, share, err));
        zeta[level] = share[0];
        eta[level] = v->dim == 2 ? share[1] : (5 * share[0] + 16 * share[1]) / 21;
        ratio = pow((double)cupel_voxels_count(v) / (double)(p.g.n[0] * p.g.n[1] * p.g.n[2]), 1.0 / v->dim);
        sampler_release(&p);
        p = (sampler){0};
    }
    const double on = ratio > 1 ? 1 / (ratio - 1) : 0;
    a->zeta = within_0_and_1(zeta[0] + on * (zeta[0] - zeta[1]));
    a->eta = within_0_and_1(eta[0] + on * (eta[0] - eta[1]));
    a->zeta_error = fabs(zeta[0] - zeta[1]);
    a->eta_error = fabs(eta[0] - eta[1]);
done:
    sampler_release(&p);
    return st;
}

static void add(cupel_quantities *q, size_t phase, const answer *a)
{
    static const char *const why = "a single number is not defined: one phase fills everything, or nothing varies in a volume this small";
    const cupel_of of = {(int)phase, -1, -1};
    if (!isfinite(a->zeta_error) || !isfinite(a->eta_error)) {
        cupel_quantities_add_none(q, "zeta", "", of, why);
        cupel_quantities_add_none(q, "eta", "", of, why);
        return;
    }
    cupel_quantities_add(q, "zeta", "", of, a->zeta);
    cupel_quantities_add(q, "zeta error", "", of, a->zeta_error);
    cupel_quantities_add(q, "eta", "", of, a->eta);
    cupel_quantities_add(q, "eta error", "", of, a->eta_error);
}

static cupel_status compute(const cupel_voxels *v, const double *value, const cupel_job *job, cupel_quantities *q, cupel_err *err)
{
    (void)value;
    answer a = {NAN, NAN, NAN, NAN};
    for (size_t p = 0; p < v->n_phases; p++) {
        cupel_progress(job, "three-point parameters", p, v->n_phases);
        if (v->n_phases == 2 && p == 1) { /* what is not in the one is in the other */
            a.zeta = 1 - a.zeta;
            a.eta = 1 - a.eta;
        } else if (v->n_phases > 1) {
            cupel_status st = of_phase(v, p, job, &a, err);
            if (st != CUPEL_OK) return st;
        }
        add(q, p, &a);
    }
    return CUPEL_OK;
}

static const cupel_reference references[] = {
    {"10.1007/978-1-4757-6355-3", "Torquato: Random Heterogeneous Materials. Springer (2002)"},
    {"10.1103/PhysRevLett.46.542", "Milton: Bounds on the electromagnetic, elastic, and other properties of two-component composites. Physical "
                                   "Review Letters 46, 542 (1981)"},
    {"10.1063/1.448475", "Torquato, Stell: Microstructure of two-phase random media. V. The n-point matrix probability functions for impenetrable "
                         "spheres. Journal of Chemical Physics 82, 980 (1985)"},
    {NULL, NULL}};

const cupel_volume_descriptor cupel_volume_descriptor_three_point = {
    .method = {.name = "three_point", .kind = "descriptor", .scale = "microstructure", .maturity = "stable", .input = "volume of labels",
               .help = "Torquato's three-point parameters zeta and eta of each phase, which bound conductivity and stiffness",
               .output = "per phase, against all others: zeta and eta (0 .. 1; of two phases they add up to 1), extrapolated from two grids to "
                         "voxels without size; zeta error and eta error: how much the grid and one of twice the voxel differ. They are defined for "
                         "isotropic media; of others this is the mean over directions. Of a volume that is no period voxels within an eighth of the "
                         "edge from the border are not counted",
               .references = references},
    .compute = compute};
