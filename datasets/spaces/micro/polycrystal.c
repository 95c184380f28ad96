/* Periodic polycrystals: Voronoi cells of random places, and Laguerre cells whose weights give the grains wanted volumes; orientations at random or
 * in a fibre texture. Phases are grains. */
#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/base/rng.h"
#include "core/sys/par.h"
#include "datasets/spaces/micro/cut_lists.h"
#include "datasets/spaces/micro/list.h"
#include "datasets/spaces/micro/solids.h"

#include <math.h>
#include <string.h>

#define PI 3.14159265358979323846
#define DEGREE (PI / 180)

enum { COUNT, TEXTURE, AXIS, FIBRE, SPREAD = FIBRE + 3, VARIATION };
enum { CELLS_MAX = 32, VOLUME_ROUNDS = 60, CUT_PHASES = 256 };

/* The grain at x is the one with the least |x - site|^2 - weight over all periodic images. */
typedef struct grains {
    size_t n, cells;   /* cells along each axis */
    double *x, *weight; /* [n][3], [n] */
    size_t *first;     /* [cells^3 + 1] */
    uint32_t *member;  /* sites that can be nearest somewhere in the cell */
    size_t cap;
} grains;

static void release(grains *g)
{
    cupel_free(g->x);
    cupel_free(g->weight);
    cupel_free(g->first);
    cupel_free(g->member);
    *g = (grains){0};
}

/* d = x - site by the nearest image. */
static double square_to(const grains *g, size_t site, const double x[3], double d[3])
{
    double square = 0;
    for (int i = 0; i < 3; i++) {
        d[i] = x[i] - g->x[3 * site + (size_t)i];
        d[i] -= floor(d[i] + 0.5);
        square += d[i] * d[i];
    }
    return square;
}

/* Sites whose least power distance in the cell is not above the least greatest one of any site. A cell is so small that the nearest image is the same
 * one up to half the box, where no site that matters is, or all are listed. */
static cupel_status list_cell(grains *g, const double centre[3], double half, double *distance, size_t *total, cupel_err *err)
{
    double d[3], bound = INFINITY;
    for (size_t s = 0; s < g->n; s++) {
        distance[s] = sqrt(square_to(g, s, centre, d));
        const double far = distance[s] + half;
        bound = fmin(bound, far * far - g->weight[s]);
    }
    for (size_t s = 0; s < g->n; s++) {
        const double near = fmax(0, distance[s] - half);
        if (near * near - g->weight[s] > bound) continue;
        if (!cupel_grow(&g->member, &g->cap, *total + 1, sizeof *g->member))
            return cupel_no_memory(err, "cells of grains", *total * sizeof *g->member);
        g->member[(*total)++] = (uint32_t)s;
    }
    return CUPEL_OK;
}

static cupel_status list_members(grains *g, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    const size_t c = g->cells;
    const double half = 0.7 * sqrt(3.0) / (double)c; /* half a diagonal and a little more: voxels at its sides look for their faces here too */
    size_t total = 0;
    double *distance = cupel_alloc(g->n, sizeof *distance);
    if (!distance) return cupel_no_memory(err, "grains", g->n * sizeof *distance);
    for (size_t cell = 0; cell < c * c * c && st == CUPEL_OK; cell++) {
        const size_t at[3] = {cell / (c * c), cell / c % c, cell % c};
        const double centre[3] = {((double)at[0] + 0.5) / (double)c, ((double)at[1] + 0.5) / (double)c, ((double)at[2] + 0.5) / (double)c};
        g->first[cell] = total;
        st = list_cell(g, centre, half, distance, &total, err);
    }
    g->first[c * c * c] = total;
    cupel_free(distance);
    return st;
}

typedef struct place {
    size_t one, two;     /* nearest and next */
    double d;            /* of the face between them, edges: how far x is within the cell of `one` */
    double normal[3];    /* from one to two, a unit vector */
} place;

static void find(const grains *g, const double x[3], place *p)
{
    const size_t c = g->cells;
    size_t cell = 0;
    double d[3], one[3] = {0}, two[3] = {0}, least = INFINITY, next = INFINITY, length = 0;
    for (int i = 0; i < 3; i++) {
        const size_t at = (size_t)(x[i] * (double)c);
        cell = cell * c + (at < c ? at : c - 1);
    }
    p->one = p->two = 0;
    for (size_t m = g->first[cell]; m < g->first[cell + 1]; m++) {
        const size_t s = g->member[m];
        const double power = square_to(g, s, x, d) - g->weight[s];
        if (power < least) {
            next = least;
            p->two = p->one;
            memcpy(two, one, sizeof two);
            least = power;
            p->one = s;
            memcpy(one, d, sizeof one);
        } else if (power < next) {
            next = power;
            p->two = s;
            memcpy(two, d, sizeof two);
        }
    }
    for (int i = 0; i < 3; i++) {
        p->normal[i] = one[i] - two[i]; /* site two - site one */
        length += p->normal[i] * p->normal[i];
    }
    length = sqrt(length);
    for (int i = 0; i < 3; i++) p->normal[i] = length > 0 ? p->normal[i] / length : 0;
    p->d = isfinite(next) && length > 0 ? (next - least) / (2 * length) : INFINITY;
}

/* ---- volumes ---- */

/* Volumes on a grid of samples, by counting. */
static void volumes(const grains *g, size_t samples, double *volume)
{
    place p;
    for (size_t s = 0; s < g->n; s++) volume[s] = 0;
    for (size_t i = 0; i < samples; i++)
        for (size_t j = 0; j < samples; j++)
            for (size_t k = 0; k < samples; k++) {
                find(g,
                     (const double[]){((double)i + 0.5) / (double)samples, ((double)j + 0.5) / (double)samples, ((double)k + 0.5) / (double)samples},
                     &p);
                volume[p.one] += 1 / ((double)samples * (double)samples * (double)samples);
            }
}

/* One step of the weights. dV/dw is the sum over faces of area / (2 distance), about 2.5 edges of a grain; where that is far too small for a grain,
 * its error changes sign from round to round and its step is made shorter. */
static void adjust(grains *g, const double *want, const double *volume, double *step, double *before)
{
    const double size = cbrt(1 / (double)g->n);
    for (size_t s = 0; s < g->n; s++) {
        const double error = want[s] - volume[s];
        step[s] = error * before[s] < 0 ? 0.5 * step[s] : fmin(1, 1.1 * step[s]);
        before[s] = error;
        g->weight[s] += step[s] * error / (2.5 * size);
    }
}

/* Weights for log-normal volumes of a given coefficient of variation, by samples of about 200 a grain. */
static cupel_status give_volumes(grains *g, const cupel_recipe *r, const cupel_job *job, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    const double sigma2 = log1p(r->value[VARIATION] * r->value[VARIATION]);
    const size_t samples = (size_t)fmin(128, fmax(24, ceil(cbrt(200 * (double)g->n))));
    double *want = cupel_alloc(g->n, 4 * sizeof *want), sum = 0;
    if (!want) return cupel_no_memory(err, "volumes of grains", g->n * 4 * sizeof *want);
    double *const volume = want + g->n, *const step = volume + g->n, *const before = step + g->n;
    for (size_t s = 0; s < g->n; s++) {
        sum += want[s] = exp(sqrt(sigma2) * cupel_rng_normal(r->seed, 3, s));
        step[s] = 0.6;
    }
    for (size_t s = 0; s < g->n; s++) want[s] /= sum;
    for (int round = 0; round < VOLUME_ROUNDS; round++) {
        if (cupel_stopped(job)) CUPEL_TRY(cupel_fail(err, CUPEL_INTERRUPTED, "stopped while grains were given their volumes"));
        CUPEL_TRY(list_members(g, err));
        volumes(g, samples, volume);
        adjust(g, want, volume, step, before);
    }
    CUPEL_TRY(list_members(g, err));
done:
    cupel_free(want);
    return st;
}

/* Places at random; those of Laguerre cells keep a distance, as two that are close could hardly be given any volumes. */
static cupel_status place_sites(grains *g, const cupel_recipe *r, bool laguerre, const cupel_job *job, cupel_err *err)
{
    const double one[3] = {1, 1, 1};
    if (laguerre) return cupel_place_hard(3, g->n, 0.7 * cbrt(1 / (double)g->n), one, r->seed, g->x, job, err);
    for (size_t i = 0; i < 3 * g->n; i++) g->x[i] = cupel_rng_uniform(r->seed, 1, i);
    return CUPEL_OK;
}

static cupel_status make(const cupel_recipe *r, bool laguerre, const cupel_job *job, grains *out, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    grains g = {.n = (size_t)r->value[COUNT]};
    g.cells = (size_t)fmin(CELLS_MAX, fmax(4, ceil(1.5 * cbrt((double)g.n))));
    g.x = cupel_alloc(g.n, 3 * sizeof *g.x);
    g.weight = cupel_alloc(g.n, sizeof *g.weight);
    g.first = cupel_alloc(g.cells * g.cells * g.cells + 1, sizeof *g.first);
    if (!g.x || !g.weight || !g.first) CUPEL_TRY(cupel_no_memory(err, "grains", g.n * 4 * sizeof *g.x));
    CUPEL_TRY(place_sites(&g, r, laguerre, job, err));
    if (laguerre)
        CUPEL_TRY(give_volumes(&g, r, job, err));
    else
        CUPEL_TRY(list_members(&g, err));
    *out = g;
    g = (grains){0};
done:
    release(&g);
    return st;
}

/* ---- voxels ---- */

typedef struct work {
    const grains *g;
    const cupel_job *job;
    size_t n[3];
    uint16_t *id;       /* ids alone, or a mixture */
    cupel_mixture *m;
    cupel_cut_list *list; /* [n0] */
} work;

static cupel_status id_plane(void *user, size_t i, size_t worker, cupel_err *err)
{
    (void)worker;
    work *w = user;
    place p;
    if (cupel_stopped(w->job)) return cupel_fail(err, CUPEL_INTERRUPTED, "stopped while a polycrystal was made");
    for (size_t j = 0; j < w->n[1]; j++)
        for (size_t k = 0; k < w->n[2]; k++) {
            find(w->g,
                 (const double[]){((double)i + 0.5) / (double)w->n[0], ((double)j + 0.5) / (double)w->n[1], ((double)k + 0.5) / (double)w->n[2]}, &p);
            w->id[(i * w->n[1] + j) * w->n[2] + k] = (uint16_t)p.one;
        }
    return CUPEL_OK;
}

/* The face between the two nearest, in voxels; a third grain in the voxel is left out. */
static bool face(const work *w, const place *p, cupel_cut *cut)
{
    double g[3], length = 0;
    for (int a = 0; a < 3; a++) {
        g[a] = p->normal[a] / (double)w->n[a];
        length += g[a] * g[a];
    }
    length = sqrt(length);
    if (!isfinite(p->d) || !(length > 0)) return false;
    const double sign = p->one < p->two ? 1 : -1;
    for (int a = 0; a < 3; a++) {
        g[a] *= sign / length;
        cut->normal[a] = (int16_t)lrint(g[a] * 32767);
    }
    cut->a = (uint8_t)(sign > 0 ? p->one : p->two);
    cut->b = (uint8_t)(sign > 0 ? p->two : p->one);
    cut->p = (float)cupel_plane_cut(g, -sign * p->d / length); /* x is in `one` */
    return cut->p > 0 && cut->p < 1;
}

static cupel_status cut_plane(void *user, size_t i, size_t worker, cupel_err *err)
{
    (void)worker;
    work *w = user;
    place p;
    if (cupel_stopped(w->job)) return cupel_fail(err, CUPEL_INTERRUPTED, "stopped while a polycrystal was made");
    for (size_t j = 0; j < w->n[1]; j++) {
        const size_t row = i * w->n[1] + j;
        w->m->row[row] = w->list[i].n;
        for (size_t k = 0; k < w->n[2]; k++) {
            cupel_cut cut = {.k = (uint32_t)k};
            find(w->g,
                 (const double[]){((double)i + 0.5) / (double)w->n[0], ((double)j + 0.5) / (double)w->n[1], ((double)k + 0.5) / (double)w->n[2]}, &p);
            w->m->id8[row * w->n[2] + k] = (uint8_t)p.one;
            if (!face(w, &p, &cut)) continue;
            w->m->id8[row * w->n[2] + k] = cut.p > 0.5F ? cut.b : cut.a;
            cupel_status st = cupel_cut_list_add(&w->list[i], &cut, err);
            if (st != CUPEL_OK) return st;
        }
    }
    return CUPEL_OK;
}

static cupel_status fill_cuts(work *w, cupel_err *err)
{
    cupel_status st = cupel_cut_lists_new(w->m, &w->list, err);
    if (st == CUPEL_OK) st = cupel_par_for(w->job->threads, w->n[0], cut_plane, w, err);
    if (st == CUPEL_OK) st = cupel_cut_lists_join(w->m, w->list, err);
    cupel_cut_lists_free(w->m, w->list);
    return st;
}

/* Cuts name their phases in a byte: above 256 grains there are none. */
static cupel_status polycrystal_mixture(const cupel_recipe *r, bool laguerre, const size_t n[3], cupel_mixture *m, const cupel_job *job,
                                        cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    grains g = {0};
    cupel_mixture out = {0};
    CUPEL_TRY(make(r, laguerre, job, &g, err));
    CUPEL_TRY(cupel_mixture_init(&out, 3, n, g.n < 2 ? 2 : g.n, err));
    work w = {.g = &g, .job = job, .n = {n[0], n[1], n[2]}, .m = &out, .id = out.id16};
    CUPEL_TRY(g.n > CUT_PHASES ? cupel_par_for(job->threads, n[0], id_plane, &w, err) : fill_cuts(&w, err));
    *m = out;
    out = (cupel_mixture){0};
done:
    cupel_mixture_release(&out);
    release(&g);
    return st;
}

static cupel_status polycrystal_voxels(const cupel_recipe *r, bool laguerre, const size_t n[3], cupel_voxels *v, const cupel_job *job, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    grains g = {0};
    cupel_voxels out = {0};
    CUPEL_TRY(make(r, laguerre, job, &g, err));
    CUPEL_TRY(cupel_voxels_init(&out, 3, n, r->generator->method.name, err));
    work w = {.g = &g, .job = job, .n = {n[0], n[1], n[2]}, .id = out.id};
    CUPEL_TRY(cupel_par_for(job->threads, n[0], id_plane, &w, err));
    CUPEL_TRY(cupel_voxels_number(&out, r->generator->method.name, err));
    *v = out;
    out = (cupel_voxels){0};
done:
    cupel_voxels_release(&out);
    release(&g);
    return st;
}

static cupel_status voronoi_mixture(const cupel_recipe *r, const size_t n[3], cupel_mixture *m, const cupel_job *job, cupel_err *err)
{
    return polycrystal_mixture(r, false, n, m, job, err);
}

static cupel_status laguerre_mixture(const cupel_recipe *r, const size_t n[3], cupel_mixture *m, const cupel_job *job, cupel_err *err)
{
    return polycrystal_mixture(r, true, n, m, job, err);
}

static cupel_status voronoi_voxels(const cupel_recipe *r, const size_t n[3], cupel_voxels *v, const cupel_job *job, cupel_err *err)
{
    return polycrystal_voxels(r, false, n, v, job, err);
}

static cupel_status laguerre_voxels(const cupel_recipe *r, const size_t n[3], cupel_voxels *v, const cupel_job *job, cupel_err *err)
{
    return polycrystal_voxels(r, true, n, v, job, err);
}

static size_t phases_of(const cupel_recipe *r) { return (size_t)r->value[COUNT]; }

static cupel_status check(const cupel_recipe *r, cupel_err *err)
{
    const double *h = r->value + FIBRE;
    if (h[0] != 0 || h[1] != 0 || h[2] != 0) return CUPEL_OK;
    return cupel_fail(err, CUPEL_USAGE, "%s: the crystal direction fibre_h, fibre_k, fibre_l is 0 0 0", r->generator->method.name);
}

/* ---- orientations ---- */

static void cross(const double a[3], const double b[3], double c[3])
{
    for (int i = 0; i < 3; i++) c[i] = a[(i + 1) % 3] * b[(i + 2) % 3] - a[(i + 2) % 3] * b[(i + 1) % 3];
}

/* A right-handed frame whose third vector is along z. */
static void frame_on(const double z[3], double f[3][3])
{
    const double length = sqrt(z[0] * z[0] + z[1] * z[1] + z[2] * z[2]);
    int least = 0;
    for (int i = 0; i < 3; i++) {
        f[2][i] = z[i] / length;
        if (fabs(z[i]) < fabs(z[least])) least = i;
    }
    const double e[3] = {least == 0, least == 1, least == 2};
    cross(e, f[2], f[0]);
    const double norm = sqrt(f[0][0] * f[0][0] + f[0][1] * f[0][1] + f[0][2] * f[0][2]);
    for (int i = 0; i < 3; i++) f[0][i] /= norm;
    cross(f[2], f[0], f[1]);
}

/* Bunge's angles of g, which turns sample into crystal coordinates (Bunge: Texture Analysis in Materials Science, 1982, doi:10.1016/C2013-0-11769-2).
 */
static void bunge(double g[3][3], double angle[3])
{
    angle[1] = acos(fmin(1, fmax(-1, g[2][2]))) / DEGREE;
    if (fabs(g[2][2]) > 1 - 1e-12) {
        angle[0] = atan2(g[0][1], g[0][0]) / DEGREE;
        angle[2] = 0;
    } else {
        angle[0] = atan2(g[2][0], -g[2][1]) / DEGREE;
        angle[2] = atan2(g[0][2], g[1][2]) / DEGREE;
    }
    for (int i = 0; i < 3; i += 2)
        if (angle[i] < 0) angle[i] += 360;
}

/* A crystal whose direction h is along the sample's axis, turned about it at random, after the axis was tilted by a normal angle of the given spread
 * to a random side: g = sum over the frame of (crystal vector) (sample vector)^T. */
static void fibre_orientation(const cupel_recipe *r, uint64_t grain, double angle[3])
{
    const double turn = 2 * PI * cupel_rng_uniform(r->seed, 4, 4 * grain), side = 2 * PI * cupel_rng_uniform(r->seed, 4, 4 * grain + 1);
    const double tilt = r->value[SPREAD] * DEGREE * cupel_rng_normal(r->seed, 5, grain);
    const int axis = (int)r->value[AXIS] - 1, a = (axis + 1) % 3, b = (axis + 2) % 3;
    double z[3], crystal[3][3], sample[3][3], g[3][3];
    z[axis] = cos(tilt);
    z[a] = sin(tilt) * cos(side);
    z[b] = sin(tilt) * sin(side);
    frame_on(r->value + FIBRE, crystal);
    frame_on(z, sample);
    const double c = cos(turn), s = sin(turn);
    for (int i = 0; i < 3; i++) {
        const double x = c * sample[0][i] + s * sample[1][i], y = -s * sample[0][i] + c * sample[1][i];
        sample[0][i] = x;
        sample[1][i] = y;
    }
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++) g[i][j] = crystal[0][i] * sample[0][j] + crystal[1][i] * sample[1][j] + crystal[2][i] * sample[2][j];
    bunge(g, angle);
}

static void orientations(const cupel_recipe *r, double *angle)
{
    for (uint64_t s = 0; s < phases_of(r); s++, angle += 3) {
        if (r->value[TEXTURE] != 0) {
            fibre_orientation(r, s, angle);
            continue;
        }
        angle[0] = 360 * cupel_rng_uniform(r->seed, 4, 4 * s);
        angle[1] = acos(1 - 2 * cupel_rng_uniform(r->seed, 4, 4 * s + 1)) / DEGREE;
        angle[2] = 360 * cupel_rng_uniform(r->seed, 4, 4 * s + 2);
    }
}

#define GRAINS                                                                                                                            \
    {"count", "count", 50, 2, 65535, "how many grains"},                                                                                  \
        {"texture", "count", 0, 0, 1, "0: orientations at random; 1: a fibre texture"},                                                   \
        {"axis", "count", 3, 1, 3, "axis of the sample that the fibre texture is about"},                                                 \
        {"fibre_h", "count", 0, -9, 9, "crystal direction along that axis"}, {"fibre_k", "count", 0, -9, 9, "the same, second index (cubic)"}, \
        {"fibre_l", "count", 1, -9, 9, "the same, third index"}, {"spread", "deg", 5, 0, 90, "standard deviation of the tilt from that axis"}

static const cupel_param voronoi_params[] = {GRAINS, {NULL, NULL, 0, 0, 0, NULL}};
static const cupel_param laguerre_params[] = {GRAINS,
                                              {"variation", "", 0.5, 0, 1, "coefficient of variation of the log-normal volumes of grains"},
                                              {NULL, NULL, 0, 0, 0, NULL}};

#define BUNGE {"10.1016/C2013-0-11769-2", "Bunge: Texture Analysis in Materials Science. Butterworths (1982)"}
static const cupel_reference voronoi_references[] = {
    {"10.1002/9780470317013", "Okabe, Boots, Sugihara, Chiu: Spatial Tessellations. 2nd edition, Wiley (2000)"}, BUNGE, {NULL, NULL}};
static const cupel_reference laguerre_references[] = {
    {"10.1080/14786435.2020.1790053",
     "Bourne, Kok, Roper, Spanjer: Laguerre tessellations and polycrystalline microstructures: a fast algorithm for generating "
     "grains of given volumes. Philosophical Magazine 100, 2677 (2020)"},
    BUNGE,
    {NULL, NULL}};

#define OUTPUT "one phase per grain; orientations as Bunge's phi1, Phi, phi2 (degrees); not smooth"

const cupel_generator cupel_generator_voronoi = {
    .method = {.name = "voronoi",
               .kind = "generator",
               .scale = "microstructure",
               .maturity = "stable",
               .help = "a periodic polycrystal: Voronoi cells of random places, with a texture",
               .input = "number of grains and seed",
               .output = OUTPUT,
               .references = voronoi_references,
               .params = voronoi_params},
    .phases_of = phases_of,
    .check = check,
    .mixture = voronoi_mixture,
    .voxels = voronoi_voxels,
    .orientations = orientations,
};

const cupel_generator cupel_generator_laguerre = {
    .method = {.name = "laguerre", .kind = "generator", .scale = "microstructure", .maturity = "stable",
               .help = "a periodic polycrystal whose grains have log-normal volumes: Laguerre cells (power diagram), with a texture",
               .input = "number of grains, variation of their volumes and seed", .output = OUTPUT, .references = laguerre_references,
               .params = laguerre_params},
    .phases_of = phases_of, .check = check, .mixture = laguerre_mixture, .voxels = laguerre_voxels, .orientations = orientations,
};
