#include "datasets/spaces/micro/interface.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/sys/file.h"
#include "core/sys/par.h"
#include "datasets/spaces/micro/corner.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Voxels that a shift of the threshold by MARGIN of the steepest slope per voxel could cut are candidates; one that has to move further is gone over
 * again from there. */
#define MARGIN 0.1
#define MISSED_MOST 1e-4
enum { ROUNDS = 8, SAMPLES = 16384, STEPS = 12 };

/* A further face of another body through a candidate: (f - centre) / |grad f| and 1 / |grad f| as below. */
typedef struct further {
    float normal[3], d, inverse;
} further;

/* A cut whose p holds (f - centre) / |grad f| in voxels until the threshold is known, with 1 / |grad f|; a is the number of its further faces, which
 * follow one another in `more`. */
typedef struct candidates {
    cupel_cut *cut;
    float *inverse;
    further *more;
    size_t n, cap, cap_inverse, n_cuts, n_more, cap_more;
    size_t full;      /* voxels of phase 1 that are no candidates */
    double volume;    /* of phase 1, in voxels */
} candidates;

typedef struct work {
    const cupel_generator *g;
    const cupel_shape *shape;
    const cupel_job *job;
    size_t n[3];
    const float *field; /* NULL: rows are made as they are needed */
    float *row;         /* [threads][n2] */
    double centre, t;   /* of this round; a network counts from the threshold itself */
    double slope, margin, shift;
    double missed;      /* how far the volume is from the fraction */
    candidates *plane;  /* [n0] */
    cupel_mixture *m;
    uint16_t *id;
    float *level;
} work;

size_t cupel_field_room(const size_t n[3])
{
    const size_t pitch = n[2] > SIZE_MAX / 4 ? SIZE_MAX : (2 * (n[2] / 2 + 1) + 7) / 8 * 8;
    return cupel_mul(cupel_mul(n[0], n[1]), pitch);
}

static const float *row_of(const work *w, size_t i, size_t j, size_t worker)
{
    if (w->field) return w->field + (i * w->n[1] + j) * w->n[2];
    float *f = w->row + worker * w->n[2];
    w->g->row(w->shape, w->n, i, j, f);
    return f;
}

/* Central difference of sixth order, (45 (f1 - f-1) - 9 (f2 - f-2) + (f3 - f-3)) / 60: fields are smooth but often have few voxels per wave, and the
 * error (k h)^6 / 140 is below 1 % from 6.5 of them on. */
static double difference(const float *f, size_t i, size_t n, size_t stride)
{
    static const double weight[3] = {0.75, -0.15, 1.0 / 60};
    double sum = 0;
    for (size_t s = 1; s <= 3; s++) {
        const size_t a = i + s < n ? i + s : (i + s) % n, b = i >= s ? i - s : (i + 3 * n - s) % n;
        sum += weight[s - 1] * ((double)f[a * stride] - (double)f[b * stride]);
    }
    return sum;
}

void cupel_field_gradient(const float *f, const size_t n[3], size_t i, size_t j, size_t k, double g[3])
{
    g[0] = n[0] > 1 ? difference(f + j * n[2] + k, i, n[0], n[1] * n[2]) : 0;
    g[1] = n[1] > 1 ? difference(f + i * n[1] * n[2] + k, j, n[1], n[2]) : 0;
    g[2] = n[2] > 1 ? difference(f + (i * n[1] + j) * n[2], k, n[2], 1) : 0;
}

static double place(size_t i, size_t n) { return ((double)i + 0.5) / (double)n; }

/* f and its gradient per voxel. */
static double value_at(const work *w, size_t i, size_t j, size_t k, double f, double g[3])
{
    const size_t *n = w->n;
    if (w->field) {
        cupel_field_gradient(w->field, n, i, j, k, g);
        return f;
    }
    const double u[3] = {place(i, n[0]), place(j, n[1]), place(k, n[2])};
    f = w->g->at(w->shape, u, g);
    for (int d = 0; d < 3; d++) g[d] /= (double)n[d];
    return f;
}

static bool inside(const work *w, double f) { return w->shape->sheet ? fabs(f - w->centre) < w->t : f > w->centre; }

/* How far f is from the nearest threshold. */
static double away(const work *w, double f) { return w->shape->sheet ? fabs(fabs(f - w->centre) - w->t) : fabs(f - w->centre); }

static bool add_candidate(candidates *c, cupel_cut cut, double inverse)
{
    if (!cupel_grow(&c->cut, &c->cap, c->n + 1, sizeof *c->cut) || !cupel_grow(&c->inverse, &c->cap_inverse, c->n + 1, sizeof *c->inverse))
        return false;
    c->inverse[c->n] = (float)inverse;
    c->cut[c->n++] = cut;
    return true;
}

/* The faces of other bodies than the first that pass the voxel at u, or could after a shift: the plane of each. */
static bool add_further(const work *w, const double u[3], candidates *c, cupel_cut *cut)
{
    double f[CUPEL_FACES_MAX], g[CUPEL_FACES_MAX][3];
    const size_t n = w->g->faces ? w->g->faces(w->shape, u, f, g) : 0;
    for (size_t i = 1; i < n; i++) {
        double square = 0, half = 0;
        for (int d = 0; d < 3; d++) {
            g[i][d] /= (double)w->n[d];
            square += g[i][d] * g[i][d];
            half += 0.5 * fabs(g[i][d]);
        }
        if (!(square > 0) || w->centre - f[i] > half + w->margin * w->slope) continue;
        if (!cupel_grow(&c->more, &c->cap_more, c->n_more + 1, sizeof *c->more)) return false;
        const double length = sqrt(square);
        c->more[c->n_more++] = (further){{(float)(g[i][0] / length), (float)(g[i][1] / length), (float)(g[i][2] / length)},
                                         (float)((f[i] - w->centre) / length), (float)(1 / length)};
        cut->a++;
    }
    return true;
}

/* True when the interface passes, or could after a shift; then *cut and *inverse are filled. */
static bool near_interface(const work *w, size_t i, size_t j, size_t k, double f0, cupel_cut *cut, double *inverse)
{
    double g[3];
    const double f = value_at(w, i, j, k, f0, g), length = sqrt(g[0] * g[0] + g[1] * g[1] + g[2] * g[2]);
    if (!(length > 0)) return false;
    const double half = 0.5 * (fabs(g[0]) + fabs(g[1]) + fabs(g[2]));
    if (away(w, f) > half + w->margin * w->slope) return false;
    /* Phase 1 is where f is large; in a sheet, near its middle. */
    const double sign = w->shape->sheet && f > w->centre ? -1 : 1;
    *cut = (cupel_cut){.k = (uint32_t)k, .p = (float)((f - w->centre) / length), .a = 0, .b = 1};
    for (int d = 0; d < 3; d++) cut->normal[d] = (int16_t)lrint(sign * g[d] / length * 32767);
    *inverse = 1 / length;
    return true;
}

static cupel_status collect_plane(void *user, size_t i, size_t worker, cupel_err *err)
{
    work *w = user;
    candidates *c = &w->plane[i];
    const size_t n1 = w->n[1], n2 = w->n[2];
    const double reach = w->slope * (0.9 + w->margin); /* half a diagonal is 0.87 */
    if (cupel_stopped(w->job)) return cupel_fail(err, CUPEL_INTERRUPTED, "stopped while a microstructure was made");
    c->n = c->n_more = 0;
    c->full = 0;
    for (size_t j = 0; j < n1; j++) {
        const float *f = row_of(w, i, j, worker);
        uint8_t *id = w->m ? w->m->id8 + (i * n1 + j) * n2 : NULL;
        if (w->m) w->m->row[i * n1 + j] = c->n;
        for (size_t k = 0; k < n2; k++) {
            const double x = (double)f[k];
            const bool in = inside(w, x);
            cupel_cut cut;
            double inverse;
            if (id) id[k] = in;
            if (away(w, x) > reach || !near_interface(w, i, j, k, x, &cut, &inverse))
                c->full += in;
            else if (!add_further(w, (const double[3]){place(i, w->n[0]), place(j, n1), place(k, n2)}, c, &cut) || !add_candidate(c, cut, inverse))
                return cupel_no_memory(err, "voxels at an interface", c->n * sizeof *c->cut);
        }
    }
    return CUPEL_OK;
}

/* The share of phase 1 in a candidate; where several faces pass, which are counted in `faces` [cut->a + 1]. */
static double share_of(const work *w, const cupel_cut *cut, double inverse, const further *more, cupel_face *faces)
{
    cupel_face first = {{(double)cut->normal[0] / 32767, (double)cut->normal[1] / 32767, (double)cut->normal[2] / 32767}, (double)cut->p};
    if (w->shape->sheet) {
        const double t = (w->t + w->shift) * inverse;
        return t > 0 ? cupel_plane_cut(first.normal, first.d + t) - cupel_plane_cut(first.normal, first.d - t) : 0;
    }
    first.d -= w->shift * inverse;
    if (!cut->a) return cupel_plane_cut(first.normal, first.d);
    faces[0] = first;
    for (size_t i = 0; i < cut->a; i++)
        faces[i + 1] = (cupel_face){{(double)more[i].normal[0], (double)more[i].normal[1], (double)more[i].normal[2]},
                                    (double)more[i].d - w->shift * (double)more[i].inverse};
    return 1 - cupel_corner_rest(cut->a + (size_t)1, faces);
}

static cupel_status add_plane(void *user, size_t i, size_t worker, cupel_err *err)
{
    (void)worker, (void)err;
    work *w = user;
    candidates *c = &w->plane[i];
    cupel_face faces[CUPEL_FACES_MAX];
    const further *more = c->more;
    c->volume = (double)c->full;
    for (size_t q = 0; q < c->n; q++) {
        c->volume += share_of(w, &c->cut[q], (double)c->inverse[q], more, faces);
        more += c->cut[q].a;
    }
    return CUPEL_OK;
}

/* The share of phase 1 at a shift. */
static double volume_at(work *w, double shift)
{
    double sum = 0;
    w->shift = shift;
    (void)cupel_par_for(w->job->threads, w->n[0], add_plane, w, NULL);
    for (size_t i = 0; i < w->n[0]; i++) sum += w->plane[i].volume;
    return sum / ((double)w->n[0] * (double)w->n[1] * (double)w->n[2]);
}

/* Volume per shift, roughly: the plane through a cut voxel has an area of about one voxel, and three in four candidates are cut. */
static double surface_guess(const work *w)
{
    double sum = 0;
    for (size_t i = 0; i < w->n[0]; i++)
        for (size_t q = 0; q < w->plane[i].n; q++) sum += (double)w->plane[i].inverse[q];
    return 0.75 * sum / ((double)w->n[0] * (double)w->n[1] * (double)w->n[2]);
}

/* The step from s towards the root between low and high: Newton's where it stays inside; an end where nothing is known of that side yet. */
static double next_shift(double s, double v, double slope, double low, double high, double most)
{
    const double to = s - v / slope;
    if (to > low && to < high) return to;
    if (to >= high && high == most) return high;
    if (to <= low && low == -most) return low;
    return 0.5 * (low + high);
}

/* The shift within `most` of 0 at which the volume is `fraction`: secants, held within a bracket. False when it is not within; *shift is then the
 * end that is nearer. */
static bool find_shift(work *w, double fraction, double most, double *shift)
{
    const double sign = w->shape->sheet ? 1 : -1; /* of the change of volume with the shift */
    double s = 0, v = volume_at(w, 0) - fraction, low = -most, high = most, slope = sign * surface_guess(w);
    double best = 0, least = fabs(v);
    for (int i = 0; i < STEPS && least > 1e-9 * fraction; i++) {
        if (sign * v < 0)
            low = s;
        else
            high = s;
        if (low >= most || high <= -most) break;
        const double to = next_shift(s, v, slope, low, high, most);
        const double at = volume_at(w, to) - fraction;
        if (to != s && at != v) slope = (at - v) / (to - s);
        s = to;
        v = at;
        if (fabs(v) < least) {
            least = fabs(v);
            best = s;
        }
        if (high - low < 1e-12 * most) break;
    }
    *shift = best;
    w->missed = least;
    return least < 1e-7 * fraction;
}

static int by_value(const void *a, const void *b)
{
    const float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

/* A first threshold: the quantile of samples at the places of an additive sequence (Roberts' R3: powers of the root of x^4 = x + 1), which no period
 * of the shape can be in step with. */
static cupel_status guess(work *w, cupel_shape *shape, cupel_err *err)
{
    const double step[3] = {0.8191725133961645, 0.6710436067037893, 0.5497004779019703};
    float *f = cupel_alloc(SAMPLES, sizeof *f);
    if (!f) return cupel_no_memory(err, "samples of a field", SAMPLES * sizeof *f);
    for (size_t i = 0; i < SAMPLES; i++) {
        double u[3], g[3];
        for (int d = 0; d < 3; d++) u[d] = fmod(0.5 + (double)i * step[d], 1);
        const double x = w->g->at(shape, u, g);
        f[i] = (float)(shape->sheet ? fabs(x - shape->centre) : x);
    }
    qsort(f, SAMPLES, sizeof *f, by_value);
    shape->t = (double)f[(size_t)((shape->sheet ? shape->fraction : 1 - shape->fraction) * (SAMPLES - 1))];
    cupel_free(f);
    return CUPEL_OK;
}

static cupel_status begin(work *w, cupel_err *err)
{
    const size_t voxels = cupel_mul(cupel_mul(w->n[0], w->n[1]), w->n[2]);
    if (voxels == 0) return cupel_fail(err, CUPEL_USAGE, "a grid needs at least one voxel along every axis");
    if (w->n[2] > UINT32_MAX) return cupel_fail(err, CUPEL_USAGE, "a grid has at most 2^32 - 1 voxels along an axis");
    if (w->g->field) {
        const size_t room = cupel_field_room(w->n);
        cupel_status st = cupel_memory_check(cupel_mul(room, sizeof(float)), "the field of a microstructure", err);
        if (st != CUPEL_OK) return st;
        float *f = cupel_alloc_aligned(room, sizeof *f);
        if (!f) return cupel_no_memory(err, "the field of a microstructure", cupel_mul(room, sizeof *f));
        w->field = f;
        return w->g->field(w->shape, w->n, f, w->job, err);
    }
    w->row = cupel_alloc(cupel_mul(w->job->threads, w->n[2]), sizeof *w->row);
    return w->row ? CUPEL_OK : cupel_no_memory(err, "rows of a field", 0);
}

static void end(work *w)
{
    for (size_t i = 0; w->plane && i < w->n[0]; i++) {
        cupel_free(w->plane[i].cut);
        cupel_free(w->plane[i].inverse);
        cupel_free(w->plane[i].more);
    }
    cupel_free(w->plane);
    cupel_free(w->row);
    cupel_free((void *)(uintptr_t)w->field);
}

/* A candidate becomes a cut: its share, and one axis for all its faces. */
static cupel_cut finish_cut(const work *w, cupel_cut cut, double inverse, const further *more)
{
    cupel_face faces[CUPEL_FACES_MAX];
    cut.p = (float)share_of(w, &cut, inverse, more, faces);
    if (cut.a && cut.p > 0 && cut.p < 1) {
        double axis[3];
        cupel_corner_axis(cut.a + (size_t)1, faces, axis);
        for (int d = 0; d < 3; d++) cut.normal[d] = (int16_t)lrint(axis[d] * 32767);
    }
    cut.a = 0;
    return cut;
}

static cupel_status finish_plane(void *user, size_t i, size_t worker, cupel_err *err)
{
    (void)worker, (void)err;
    work *w = user;
    candidates *c = &w->plane[i];
    const size_t n1 = w->n[1], n2 = w->n[2];
    size_t *row = w->m->row + i * n1, kept = 0;
    const further *more = c->more;
    for (size_t j = 0, q = 0; j < n1; j++) {
        const size_t stop = j + 1 < n1 ? row[j + 1] : c->n;
        row[j] = kept;
        for (; q < stop; q++) {
            const cupel_cut cut = finish_cut(w, c->cut[q], (double)c->inverse[q], more);
            more += c->cut[q].a;
            w->m->id8[(i * n1 + j) * n2 + cut.k] = cut.p > 0.5F;
            if (cut.p > 0 && cut.p < 1) c->cut[kept++] = cut;
        }
    }
    c->n_cuts = kept;
    return CUPEL_OK;
}

/* The lists of the planes one behind the other. */
static cupel_status join(work *w, cupel_err *err)
{
    const size_t n1 = w->n[1];
    size_t total = 0;
    for (size_t i = 0; i < w->n[0]; i++) {
        for (size_t j = 0; j < n1; j++) w->m->row[i * n1 + j] += total;
        total += w->plane[i].n_cuts;
    }
    w->m->row[w->n[0] * n1] = total;
    w->m->cut = cupel_alloc(total, sizeof *w->m->cut);
    if (!w->m->cut) return cupel_no_memory(err, "cut voxels", total * sizeof *w->m->cut);
    for (size_t i = 0, at = 0; i < w->n[0]; i++) {
        candidates *c = &w->plane[i];
        if (c->n_cuts) memcpy(w->m->cut + at, c->cut, c->n_cuts * sizeof *c->cut);
        at += c->n_cuts;
        cupel_free(c->cut);
        c->cut = NULL;
        c->cap = 0;
    }
    w->m->n_cuts = total;
    return CUPEL_OK;
}

static size_t least_of(const size_t n[3])
{
    const size_t m = n[0] < n[1] ? n[0] : n[1];
    return m < n[2] ? m : n[2];
}

static cupel_status too_coarse(const work *w, const cupel_shape *shape, cupel_err *err)
{
    return cupel_fail(err, CUPEL_USAGE, "%s: on a grid of %zu x %zu x %zu the shares of phase 1 miss the fraction %g by %.2g: it is too coarse for "
                                        "what is thin here; take a finer one", w->g->method.name, w->n[0], w->n[1], w->n[2], shape->fraction,
                                            w->missed);
}

/* Rounds of collecting and shifting until the shift is within the margin. */
static cupel_status match(work *w, cupel_shape *shape, cupel_err *err)
{
    w->slope = shape->slope / (double)least_of(w->n);
    for (int round = 0;; round++) {
        w->margin = MARGIN * (double)(1 << (round < 4 ? round : 4)); /* wider where the first guess was far off */
        const double most = w->margin * w->slope;
        w->centre = shape->sheet ? shape->centre : shape->t;
        w->t = shape->t;
        w->shift = 0;
        cupel_status st = cupel_par_for(w->job->threads, w->n[0], collect_plane, w, err);
        if (st != CUPEL_OK || isnan(shape->fraction)) return st;
        const bool found = find_shift(w, shape->fraction, most, &w->shift);
        if (found) return CUPEL_OK;
        if (round == ROUNDS || fabs(w->shift) < 0.99 * most) /* a jump in the volume, or walls thinner than voxels show */
            return w->missed < MISSED_MOST ? CUPEL_OK : too_coarse(w, shape, err);
        shape->t += w->shift;
    }
}

cupel_status cupel_interface_match(const cupel_generator *g, cupel_shape *shape, const size_t n[3], cupel_mixture *m, const cupel_job *job,
                                   cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    work w = {.g = g, .shape = shape, .job = job, .n = {n[0], n[1], n[2]}, .m = m};
    if (isnan(shape->t)) CUPEL_TRY(guess(&w, shape, err));
    CUPEL_TRY(begin(&w, err));
    w.plane = cupel_alloc(n[0], sizeof *w.plane);
    if (!w.plane) CUPEL_TRY(cupel_no_memory(err, "planes of a grid", n[0] * sizeof *w.plane));
    CUPEL_TRY(match(&w, shape, err));
    if (m) {
        CUPEL_TRY(cupel_par_for(job->threads, n[0], finish_plane, &w, err));
        CUPEL_TRY(join(&w, err));
    }
    shape->t += w.shift;
done:
    end(&w);
    return st;
}

cupel_status cupel_interface_volume(const cupel_generator *g, cupel_shape *shape, const size_t n[3], double *share, const cupel_job *job,
                                    cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    work w = {.g = g, .shape = shape, .job = job, .n = {n[0], n[1], n[2]}};
    CUPEL_TRY(begin(&w, err));
    w.plane = cupel_alloc(n[0], sizeof *w.plane);
    if (!w.plane) CUPEL_TRY(cupel_no_memory(err, "planes of a grid", n[0] * sizeof *w.plane));
    CUPEL_TRY(match(&w, shape, err));
    *share = volume_at(&w, 0);
done:
    end(&w);
    return st;
}

static cupel_status id_plane(void *user, size_t i, size_t worker, cupel_err *err)
{
    work *w = user;
    if (cupel_stopped(w->job)) return cupel_fail(err, CUPEL_INTERRUPTED, "stopped while a microstructure was made");
    for (size_t j = 0; j < w->n[1]; j++) {
        const float *f = row_of(w, i, j, worker);
        uint16_t *id = w->id + (i * w->n[1] + j) * w->n[2];
        for (size_t k = 0; k < w->n[2]; k++) id[k] = inside(w, (double)f[k]);
    }
    return CUPEL_OK;
}

/* Beyond the distance that matters only the sign and that it is large. */
static float distance(const work *w, double f, double length)
{
    const double a = w->shape->sheet ? w->t - fabs(f - w->centre) : f - w->centre, most = 1e6;
    const double d = length > 0 ? a / length : a > 0 ? most : -most;
    return (float)(d > most ? most : d < -most ? -most : d);
}

static cupel_status level_plane(void *user, size_t i, size_t worker, cupel_err *err)
{
    work *w = user;
    double g[3];
    if (cupel_stopped(w->job)) return cupel_fail(err, CUPEL_INTERRUPTED, "stopped while a microstructure was made");
    for (size_t j = 0; j < w->n[1]; j++) {
        const float *row = row_of(w, i, j, worker);
        float *level = w->level + (i * w->n[1] + j) * w->n[2];
        for (size_t k = 0; k < w->n[2]; k++) {
            const double f = value_at(w, i, j, k, (double)row[k], g);
            level[k] = distance(w, f, sqrt(g[0] * g[0] + g[1] * g[1] + g[2] * g[2]));
        }
    }
    return CUPEL_OK;
}

static cupel_status over_planes(work *w, cupel_par_fn fn, cupel_err *err)
{
    w->centre = w->shape->sheet ? w->shape->centre : w->shape->t;
    w->t = w->shape->t;
    cupel_status st = begin(w, err);
    if (st == CUPEL_OK) st = cupel_par_for(w->job->threads, w->n[0], fn, w, err);
    end(w);
    return st;
}

cupel_status cupel_interface_voxels(const cupel_generator *g, const cupel_shape *shape, const size_t n[3], uint16_t *id, const cupel_job *job,
                                    cupel_err *err)
{
    work w = {.g = g, .shape = shape, .job = job, .n = {n[0], n[1], n[2]}, .id = id};
    return over_planes(&w, id_plane, err);
}

cupel_status cupel_interface_level(const cupel_generator *g, const cupel_shape *shape, const size_t n[3], float *level, const cupel_job *job,
                                   cupel_err *err)
{
    work w = {.g = g, .shape = shape, .job = job, .n = {n[0], n[1], n[2]}, .level = level};
    return over_planes(&w, level_plane, err);
}

void cupel_shape_row(double (*at)(const cupel_shape *shape, const double u[3], double g[3]), const cupel_shape *shape, const size_t n[3], size_t i,
                     size_t j, float *f)
{
    double u[3] = {((double)i + 0.5) / (double)n[0], ((double)j + 0.5) / (double)n[1], 0}, g[3];
    for (size_t k = 0; k < n[2]; k++) {
        u[2] = ((double)k + 0.5) / (double)n[2];
        f[k] = (float)at(shape, u, g);
    }
}
