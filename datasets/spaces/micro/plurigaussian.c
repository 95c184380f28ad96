/* Three phases from two independent Gaussian fields f and h: phase 0 where f < a; else phase 1 where h < b, and phase 2. */
#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/sys/file.h"
#include "core/sys/par.h"
#include "datasets/spaces/micro/cut_lists.h"
#include "datasets/spaces/micro/interface.h"
#include "datasets/spaces/micro/list.h"
#include "datasets/spaces/micro/random_field.h"

#include <math.h>
#include <string.h>

enum { FRACTION, FRACTION2, WAVELENGTH, BANDWIDTH, WAVELENGTH2, BANDWIDTH2, ROUNDS = 16 };

typedef struct pluri {
    const cupel_recipe *r;
    const cupel_job *job;
    size_t n[3], fine;
    float *f, *h;
    double a, b;
    double (*volume)[2]; /* [n0] of phases 0 and 1, voxels */
    cupel_mixture *m;    /* NULL: volumes only */
    cupel_cut_list *list; /* [n0] */
} pluri;

static cupel_status make_field(const cupel_recipe *r, int which, const size_t n[3], size_t *fine, float **field, const cupel_job *job, cupel_err *err)
{
    const cupel_spectrum s = {.wavelength = r->value[which ? WAVELENGTH2 : WAVELENGTH], .bandwidth = r->value[which ? BANDWIDTH2 : BANDWIDTH]};
    cupel_modes modes = {0};
    float *f = NULL;
    cupel_status st = CUPEL_OK;
    CUPEL_TRY(cupel_modes_make(&s, r->seed, (uint64_t)which, &modes, err));
    const size_t waves = (size_t)fmin(192, fmax(48, 2 * ceil(8 * modes.waves)));
    if (fine && waves > *fine) *fine = waves;
    if (!field) goto done;
    const size_t room = cupel_field_room(n);
    CUPEL_TRY(cupel_memory_check(cupel_mul(room, sizeof *f), "the field of a microstructure", err));
    f = cupel_alloc_aligned(room, sizeof *f);
    if (!f) CUPEL_TRY(cupel_no_memory(err, "the field of a microstructure", cupel_mul(room, sizeof *f)));
    CUPEL_TRY(cupel_modes_field(&modes, n, f, job, err));
    *field = f;
    f = NULL;
done:
    cupel_free(f);
    cupel_modes_release(&modes);
    return st;
}

static void close_fields(pluri *w)
{
    cupel_free(w->f);
    cupel_free(w->h);
    cupel_free(w->volume);
}

static cupel_status open_fields(const cupel_recipe *r, const size_t n[3], const cupel_job *job, pluri *w, cupel_err *err)
{
    const double rest = 1 - r->value[FRACTION] - r->value[FRACTION2];
    *w = (pluri){.r = r, .job = job, .n = {n[0], n[1], n[2]}};
    w->a = r->n_thresholds ? r->threshold[0] : cupel_normal_quantile_above(1 - rest);
    w->b = r->n_thresholds ? r->threshold[1] : cupel_normal_quantile_above(r->value[FRACTION2] / (1 - rest));
    w->volume = cupel_alloc(n[0], sizeof *w->volume);
    if (!w->volume) return cupel_no_memory(err, "planes of a grid", n[0] * sizeof *w->volume);
    cupel_status st = make_field(r, 0, n, NULL, &w->f, job, err);
    return st == CUPEL_OK ? make_field(r, 1, n, NULL, &w->h, job, err) : st;
}

/* The share of a voxel above a threshold, and the unit normal that points there. */
static double above(const float *x, const size_t n[3], size_t i, size_t j, size_t k, double t, double normal[3])
{
    const double d = (double)x[(i * n[1] + j) * n[2] + k] - t;
    cupel_field_gradient(x, n, i, j, k, normal);
    const double length = sqrt(normal[0] * normal[0] + normal[1] * normal[1] + normal[2] * normal[2]);
    if (!(length > 0)) return d > 0;
    for (int q = 0; q < 3; q++) normal[q] /= length;
    return cupel_plane_cut(normal, d / length);
}

/* The two phases that fill most of a voxel share it by their shares: where all three meet, the third is left out, and the thresholds make up for it.
 */
static void mix(const double share[3], const double nf[3], const double nh[3], cupel_cut *cut)
{
    const int least = share[0] < share[1] ? (share[0] < share[2] ? 0 : 2) : share[1] < share[2] ? 1 : 2;
    const double *normal = least == 0 ? nh : nf;
    cut->a = least == 0 ? 1 : 0;
    cut->b = least == 2 ? 1 : 2;
    cut->p = (float)(share[cut->b] / (share[cut->a] + share[cut->b]));
    for (int q = 0; q < 3; q++) cut->normal[q] = (int16_t)lrint(normal[q] * 32767);
}

static cupel_status plane(void *user, size_t i, size_t worker, cupel_err *err)
{
    (void)worker;
    pluri *w = user;
    double volume[3] = {0};
    cupel_cut_list *list = w->m ? &w->list[i] : NULL;
    if (cupel_stopped(w->job)) return cupel_fail(err, CUPEL_INTERRUPTED, "stopped while a microstructure was made");
    for (size_t j = 0; j < w->n[1]; j++) {
        const size_t row = i * w->n[1] + j;
        if (w->m) w->m->row[row] = list->n;
        for (size_t k = 0; k < w->n[2]; k++) {
            double nf[3], nh[3];
            cupel_cut cut = {.k = (uint32_t)k};
            const double p = above(w->f, w->n, i, j, k, w->a, nf), q = p > 0 ? above(w->h, w->n, i, j, k, w->b, nh) : 0;
            const double share[3] = {1 - p, p * (1 - q), p * q};
            if (p == 0) memset(nh, 0, sizeof nh);
            mix(share, nf, nh, &cut);
            volume[cut.a] += 1 - (double)cut.p;
            volume[cut.b] += (double)cut.p;
            if (!w->m) continue;
            w->m->id8[row * w->n[2] + k] = cut.p > 0.5F ? cut.b : cut.a;
            cupel_status st = cut.p > 0 && cut.p < 1 ? cupel_cut_list_add(list, &cut, err) : CUPEL_OK;
            if (st != CUPEL_OK) return st;
        }
    }
    w->volume[i][0] = volume[0];
    w->volume[i][1] = volume[1];
    return CUPEL_OK;
}

/* The thresholds at which the shares of the grid are the recipe's, by Newton's steps with the slopes of the ensemble: V0 = Phi(a), V1 = (1 - V0)
 * Phi(b). A realisation differs by some tenths, so that every step gains a digit or more. */
static cupel_status match(pluri *w, cupel_err *err)
{
    const double root = 0.39894228040143267794, want0 = 1 - w->r->value[FRACTION] - w->r->value[FRACTION2], want1 = w->r->value[FRACTION];
    const double voxels = (double)w->n[0] * (double)w->n[1] * (double)w->n[2];
    for (int round = 0; round < ROUNDS; round++) {
        cupel_status st = cupel_par_for(w->job->threads, w->n[0], plane, w, err);
        if (st != CUPEL_OK) return st;
        double v0 = 0, v1 = 0;
        for (size_t i = 0; i < w->n[0]; i++) {
            v0 += w->volume[i][0] / voxels;
            v1 += w->volume[i][1] / voxels;
        }
        if (fabs(v0 - want0) < 1e-7 * want0 && fabs(v1 - want1) < 1e-7 * want1) break;
        w->a -= (v0 - want0) / (root * exp(-0.5 * w->a * w->a));
        /* What phase 1 loses or gains by a itself is not b's to make up for. */
        w->b -= (v1 - want1 + (v0 - want0) * want1 / (1 - want0)) / ((1 - want0) * root * exp(-0.5 * w->b * w->b));
    }
    return CUPEL_OK;
}

static cupel_status thresholds_on(const cupel_recipe *r, size_t voxels, const cupel_job *job, double t[2], cupel_err *err)
{
    pluri w;
    cupel_status st = open_fields(r, (const size_t[]){voxels, voxels, voxels}, job, &w, err);
    if (st == CUPEL_OK) st = match(&w, err);
    t[0] = w.a;
    t[1] = w.b;
    close_fields(&w);
    return st;
}

static cupel_status settle(cupel_recipe *r, const cupel_job *job, cupel_err *err)
{
    size_t fine = 0;
    double t[2][2];
    const size_t none[3] = {0};
    for (int which = 0; which < 2; which++) {
        cupel_status st = make_field(r, which, none, &fine, NULL, job, err);
        if (st != CUPEL_OK) return st;
    }
    for (size_t half = 0; half < 2; half++) {
        cupel_status st = thresholds_on(r, half ? fine / 2 : fine, job, t[half], err);
        if (st != CUPEL_OK) return st;
    }
    for (int i = 0; i < 2; i++) r->threshold[i] = t[0][i] + (t[0][i] - t[1][i]) / 3;
    r->n_thresholds = 2;
    return CUPEL_OK;
}

static cupel_status mixture(const cupel_recipe *r, const size_t n[3], cupel_mixture *m, const cupel_job *job, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_mixture out = {0};
    pluri w = {.r = r};
    CUPEL_TRY(cupel_mixture_init(&out, 3, n, 3, err));
    CUPEL_TRY(open_fields(r, n, job, &w, err));
    CUPEL_TRY(match(&w, err));
    CUPEL_TRY(cupel_cut_lists_new(&out, &w.list, err));
    w.m = &out;
    CUPEL_TRY(cupel_par_for(job->threads, n[0], plane, &w, err));
    CUPEL_TRY(cupel_cut_lists_join(&out, w.list, err));
    *m = out;
    out.id8 = NULL, out.row = NULL, out.cut = NULL;
done:
    cupel_cut_lists_free(&out, w.list);
    close_fields(&w);
    cupel_mixture_release(&out);
    return st;
}

static cupel_status voxels(const cupel_recipe *r, const size_t n[3], cupel_voxels *v, const cupel_job *job, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_recipe settled = *r;
    cupel_voxels out = {0};
    pluri w = {.r = r};
    CUPEL_TRY(cupel_voxels_init(&out, 3, n, r->generator->method.name, err));
    CUPEL_TRY(cupel_recipe_settle(&settled, job, err));
    CUPEL_TRY(open_fields(&settled, n, job, &w, err));
    for (size_t i = 0; i < n[0] * n[1] * n[2]; i++) out.id[i] = (uint16_t)((double)w.f[i] < w.a ? 0 : (double)w.h[i] < w.b ? 1 : 2);
    CUPEL_TRY(cupel_voxels_number(&out, r->generator->method.name, err));
    *v = out;
    out = (cupel_voxels){0};
done:
    close_fields(&w);
    cupel_voxels_release(&out);
    return st;
}

static cupel_status check(const cupel_recipe *r, cupel_err *err)
{
    const double sum = r->value[FRACTION] + r->value[FRACTION2];
    if (sum <= 0.98) return CUPEL_OK;
    return cupel_fail(err, CUPEL_USAGE, "plurigaussian: fraction and fraction2 add up to %g, which leaves less than 0.02 for phase 0", sum);
}

static const cupel_param params[] = {
    {"fraction", "", 0.3, 0.02, 0.96, "volume fraction of phase 1"},
    {"fraction2", "", 0.3, 0.02, 0.96, "volume fraction of phase 2; phase 0 is the rest"},
    {"wavelength", "edge", 0.25, 0.02, 1, "peak of the spectrum of the field that cuts phase 0 from the others, in edges of the box"},
    {"bandwidth", "", 0.25, 0.02, 1, "width of that peak (standard deviation) per its wave number"},
    {"wavelength2", "edge", 0.25, 0.02, 1, "peak of the spectrum of the field that cuts phase 1 from phase 2"},
    {"bandwidth2", "", 0.25, 0.02, 1, "width of that peak per its wave number"},
    {NULL, NULL, 0, 0, 0, NULL}};

static const cupel_reference references[] = {
    {"10.1007/978-3-642-19607-2", "Armstrong et al.: Plurigaussian Simulations in Geosciences. 2nd edition, Springer (2011)"}, {NULL, NULL}};

const cupel_generator cupel_generator_plurigaussian = {
    .method = {.name = "plurigaussian", .kind = "generator", .scale = "microstructure", .maturity = "stable",
               .help = "three phases cut from two Gaussian random fields", .input = "two fractions, two spectra and seed",
               .output = "three phases; smooth in all parameters at a fixed seed", .references = references, .params = params},
    .n_phases = 3, .smooth = true, .threshold = 2, .check = check, .settle = settle, .mixture = mixture, .voxels = voxels,
};
