#include "core/engine/micro/statistics.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/engine/likeness.h"
#include "descriptors/microstructure/descriptor.h"
#include "descriptors/microstructure/distance.h"
#include "descriptors/microstructure/thickness.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Twice so many voxels an edge are what a recipe is still made on for its area. */
enum { MOST_TWICE = 128, ENOUGH = 96 };

/* ---- from cuts ---- */

/* The area of the plane with this unit normal that leaves the share p of the unit cube on one side: the derivative of the volume by its distance. */
static double section(const double normal[3], double p)
{
    static const double STEP = 1e-5;
    double low = -0.87, high = 0.87; /* half a diagonal */
    for (int i = 0; i < 22; i++) {
        const double d = 0.5 * (low + high);
        if (cupel_plane_cut(normal, d) < p)
            low = d;
        else
            high = d;
    }
    /* Towards the middle: a plane along a face of the voxel has its whole area however little it cuts off. */
    const double d = 0.5 * (low + high), step = p < 0.5 ? STEP : -STEP;
    return (cupel_plane_cut(normal, d + step) - cupel_plane_cut(normal, d)) / step;
}

typedef struct tally {
    double area[CUPEL_MICRO_PHASES_MAX], projected[CUPEL_MICRO_PHASES_MAX];
} tally;

static void add(tally *t, size_t a, size_t b, double area, double projected)
{
    t->area[a] += area, t->area[b] += area;
    t->projected[a] += projected, t->projected[b] += projected;
}

static void add_cuts(const cupel_mixture *m, tally *t)
{
    for (size_t i = 0; i < m->n_cuts; i++) {
        const cupel_cut *c = &m->cut[i];
        double n[3], length = 0;
        for (int a = 0; a < 3; a++) n[a] = c->normal[a] / 32767.0, length += n[a] * n[a];
        length = sqrt(length);
        if (!(length > 0)) continue;
        for (int a = 0; a < 3; a++) n[a] /= length;
        const double area = section(n, (double)c->p);
        add(t, c->a, c->b, area, area * (fabs(n[0]) + fabs(n[1]) + fabs(n[2])));
    }
}

static bool cut_at(const cupel_mixture *m, size_t row, size_t k)
{
    size_t low = m->row ? m->row[row] : 0, high = m->row ? m->row[row + 1] : 0;
    while (low < high) {
        const size_t middle = (low + high) / 2;
        if (m->cut[middle].k < k)
            low = middle + 1;
        else
            high = middle;
    }
    return m->row && low < m->row[row + 1] && m->cut[low].k == k;
}

/* Where two voxels of different phases meet and neither is cut, the interface is their face. */
static void add_faces(const cupel_mixture *m, tally *t)
{
    const size_t *n = m->n;
    for (size_t i = 0; i < n[0]; i++)
        for (size_t j = 0; j < n[1]; j++)
            for (size_t k = 0; k < n[2]; k++) {
                const size_t row = i * n[1] + j, a = m->id8[row * n[2] + k];
                const size_t next[3][2] = {{(i + 1) % n[0] * n[1] + j, k}, {i * n[1] + (j + 1) % n[1], k}, {row, (k + 1) % n[2]}};
                for (int x = 0; x < 3; x++) {
                    const size_t b = m->id8[next[x][0] * n[2] + next[x][1]];
                    if (a != b && !cut_at(m, row, k) && !cut_at(m, next[x][0], next[x][1])) add(t, a, b, 1, 1);
                }
            }
}

void cupel_statistics_of_cuts(const cupel_mixture *m, const double edge[3], double *surface, double *projected)
{
    tally t = {.area = {0}};
    const double voxels = (double)m->n[0] * (double)m->n[1] * (double)m->n[2], h = cbrt(edge[0] * edge[1] * edge[2]);
    add_cuts(m, &t);
    if (m->id8) add_faces(m, &t);
    for (size_t p = 0; p < m->n_phases && p < CUPEL_MICRO_PHASES_MAX; p++) {
        surface[p] = t.area[p] / (voxels * h);
        projected[p] = t.projected[p] / (voxels * h);
    }
}

/* ---- towards the limit ---- */

cupel_status cupel_statistics_cuts_on(const cupel_recipe *r, size_t grid, const cupel_job *job, cupel_cuts *c, cupel_err *err)
{
    cupel_mixture m = {0};
    size_t n[3];
    double edge[3];
    *c = (cupel_cuts){.h = 0};
    cupel_recipe_grid(r, grid, n);
    cupel_trial_edges(r, n, edge);
    cupel_status st = cupel_recipe_mixture(r, n, &m, job, err);
    if (st != CUPEL_OK) return st;
    c->h = cbrt(edge[0] * edge[1] * edge[2]);
    cupel_statistics_of_cuts(&m, edge, c->surface, c->projected);
    cupel_mixture_fractions(&m, c->fraction);
    cupel_mixture_release(&m);
    return CUPEL_OK;
}

/* Planes in voxels miss what curves within one: an error that falls with the square of its edge. */
static double towards(double coarse, double fine, double ratio) { return fmax(0, fine + (fine - coarse) / (ratio * ratio - 1)); }

static double scale_of(double limit, double on_grid) { return on_grid > 0 && limit > 0 ? limit / on_grid : 1; }

cupel_status cupel_statistics_scale(const cupel_recipe *r, size_t grid, const cupel_job *job, double *surface, double *projected, cupel_err *err)
{
    cupel_cuts c, f;
    for (size_t p = 0; p < CUPEL_MICRO_PHASES_MAX; p++) surface[p] = projected[p] = 1;
    if (grid > MOST_TWICE) return CUPEL_OK;
    cupel_status st = cupel_statistics_cuts_on(r, grid, job, &c, err);
    if (st == CUPEL_OK) st = cupel_statistics_cuts_on(r, 2 * grid, job, &f, err);
    for (size_t p = 0; st == CUPEL_OK && p < CUPEL_MICRO_PHASES_MAX; p++) {
        surface[p] = scale_of(towards(c.surface[p], f.surface[p], c.h / f.h), c.surface[p]);
        projected[p] = scale_of(towards(c.projected[p], f.projected[p], c.h / f.h), c.projected[p]);
    }
    return st;
}

/* ---- from voxels ---- */

typedef struct measure {
    const cupel_micro_demand *d;
    const cupel_voxels *v;
    const cupel_job *job;
    double h; /* edge of a voxel in edges of the box */
} measure;

static cupel_status describe(const measure *m, const char *name, cupel_quantities *q, cupel_err *err)
{
    const cupel_volume_descriptor *x = cupel_volume_descriptor_find(cupel_text_of(name));
    double value[8];
    cupel_status st = cupel_method_settings(&x->method, NULL, value, err);
    if (st == CUPEL_OK) st = x->compute(m->v, value, m->job, q, err);
    return st == CUPEL_OK ? cupel_quantities_check(q, err) : st;
}

static double find(const cupel_quantities *q, const char *name, int phase, int axis)
{
    for (size_t i = 0; i < q->n; i++)
        if (q->one[i].of.phase == phase && q->one[i].of.other < 0 && q->one[i].of.axis == axis && strcmp(q->one[i].name, name) == 0)
            return q->one[i].value;
    return NAN;
}

static int by_size(const void *a, const void *b)
{
    const float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

/* The local thickness that 95 % of a phase exceed: twice the radius of the largest ball that covers a place (Hildebrand, Rueegsegger 1997,
 * doi:10.1046/j.1365-2818.1997.1340694.x). Radii are between centres of voxels of other phases, so that half a voxel is taken off, the mean of slabs.
 */
static cupel_status features(const measure *m, cupel_micro_statistics *s, cupel_micro_statistics *bar, cupel_err *err)
{
    static const double THINNER = 0.05;
    cupel_status st = CUPEL_OK;
    const size_t count = cupel_voxels_count(m->v);
    float *square = cupel_alloc_aligned(count, sizeof *square), *own = cupel_alloc_aligned(count, sizeof *own);
    if (!square || !own) CUPEL_TRY(cupel_no_memory(err, "the local thickness", count * sizeof *square));
    CUPEL_TRY(cupel_distance_map(m->v, m->job, square, err));
    CUPEL_TRY(cupel_thickness_map(m->v, m->job, square, err));
    for (size_t p = 0; p < m->d->n_phases; p++) {
        size_t n = 0;
        const int id = cupel_voxels_id_of(m->v, (int64_t)p);
        for (size_t i = 0; id >= 0 && i < count; i++)
            if (m->v->id[i] == id) own[n++] = square[i];
        if (!n) continue;
        qsort(own, n, sizeof *own, by_size);
        s->feature[p] = (2 * sqrt((double)own[(size_t)(THINNER * (double)n)]) - 0.5) * m->h;
        bar->feature[p] = 0.5 * m->h;
    }
done:
    cupel_free(square);
    cupel_free(own);
    return st;
}

static bool asks(const cupel_micro_demand *d, cupel_ask_kind kind)
{
    for (size_t i = 0; i < d->n_asks; i++)
        if (d->ask[i].kind == kind) return true;
    return false;
}

static cupel_status take(const measure *m, cupel_ask_kind kind, const char *descriptor, cupel_micro_statistics *s, cupel_err *err)
{
    cupel_quantities q = {0};
    if (!asks(m->d, kind)) return CUPEL_OK;
    cupel_status st = describe(m, descriptor, &q, err);
    for (size_t p = 0; st == CUPEL_OK && p < m->d->n_phases; p++) {
        const int id = cupel_voxels_id_of(m->v, (int64_t)p);
        if (id < 0) continue;
        switch (kind) {
        case CUPEL_ASK_SURFACE: s->surface[p] = find(&q, "surface per volume", id, -1) / m->h; break;
        case CUPEL_ASK_CHORD: s->chord[p] = find(&q, "mean chord", id, -1) * m->h; break;
        case CUPEL_ASK_CONNECTED: s->connected[p] = find(&q, "largest cluster", id, -1); break;
        case CUPEL_ASK_PERCOLATING:
            for (int a = 0; a < 3; a++) s->percolating[p][a] = find(&q, "percolating fraction", id, a);
            break;
        default: s->euler[p] = find(&q, "euler", id, -1);
        }
    }
    cupel_quantities_release(&q);
    return st;
}

static void set_none(cupel_micro_statistics *s, double x)
{
    for (size_t p = 0; p < CUPEL_MICRO_PHASES_MAX; p++) {
        s->surface[p] = s->chord[p] = s->connected[p] = s->euler[p] = s->feature[p] = s->two_point[p] = x;
        for (int a = 0; a < 3; a++) s->percolating[p][a] = x;
    }
}

/* Area and chords are those of the cut voxels, which the search follows, and off by what the voxels say otherwise. */
static cupel_status compare(const cupel_recipe *r, const size_t n[3], const double edge[3], const cupel_job *job, cupel_micro_statistics *s,
                            cupel_micro_statistics *bar, cupel_err *err)
{
    double surface[CUPEL_MICRO_PHASES_MAX], projected[CUPEL_MICRO_PHASES_MAX], fraction[CUPEL_MICRO_PHASES_MAX];
    cupel_mixture m = {0};
    cupel_status st = cupel_recipe_mixture(r, n, &m, job, err);
    if (st != CUPEL_OK) return st;
    cupel_statistics_of_cuts(&m, edge, surface, projected);
    cupel_mixture_fractions(&m, fraction);
    for (size_t p = 0; p < m.n_phases; p++) {
        const double chord = 6 * fraction[p] / projected[p];
        bar->surface[p] = fabs(s->surface[p] - surface[p]);
        bar->chord[p] = fabs(s->chord[p] - chord);
        s->surface[p] = surface[p];
        s->chord[p] = chord;
    }
    cupel_mixture_release(&m);
    return CUPEL_OK;
}

/* Of the recipe on the grid that was measured. */
static cupel_status compare_two_point(const cupel_ask *a, const cupel_recipe *r, const cupel_job *job, double *error, cupel_err *err)
{
    cupel_likeness *l = NULL;
    cupel_voxels v = {0};
    size_t n[3], own[3], least = SIZE_MAX;
    cupel_status st = CUPEL_OK;
    CUPEL_TRY(cupel_likeness_open(a->like, a->phase, job, &l, err));
    cupel_likeness_grid(l, n);
    for (int i = 0; i < 3; i++) least = n[i] < least ? n[i] : least;
    cupel_recipe_grid(r, least, own);
    if (memcmp(n, own, sizeof n) != 0)
        CUPEL_TRY(cupel_fail(err, CUPEL_USAGE,
                             "'%s' tells of a box of %zu x %zu x %zu voxels, that of the design is %zu x %zu x %zu; expected one of the same shape",
                             a->like, n[0], n[1], n[2], own[0], own[1], own[2]));
    CUPEL_TRY(cupel_recipe_voxels(r, n, &v, job, err));
    st = cupel_likeness_error(l, &v, a->phase, job, error, err);
done:
    cupel_likeness_free(l);
    cupel_voxels_release(&v);
    return st;
}

static cupel_status area_of_voxels(const cupel_micro_demand *d, const cupel_recipe *r, size_t grid, const cupel_job *job, cupel_micro_statistics *s,
                                   cupel_micro_statistics *bar, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_voxels v = {0};
    size_t n[3];
    double edge[3];
    set_none(s, NAN);
    set_none(bar, 0);
    cupel_recipe_grid(r, grid, n);
    cupel_trial_edges(r, n, edge);
    CUPEL_TRY(cupel_recipe_voxels(r, n, &v, job, err));
    const measure m = {d, &v, job, cbrt(edge[0] * edge[1] * edge[2])};
    CUPEL_TRY(take(&m, CUPEL_ASK_SURFACE, "surface", s, err));
    CUPEL_TRY(take(&m, CUPEL_ASK_CHORD, "chord_length", s, err));
    st = compare(r, n, edge, job, s, bar, err);
done:
    cupel_voxels_release(&v);
    return st;
}

static const struct {
    cupel_ask_kind kind;
    const char *descriptor;
} described[] = {{CUPEL_ASK_SURFACE, "surface"},
                 {CUPEL_ASK_CHORD, "chord_length"},
                 {CUPEL_ASK_CONNECTED, "percolation"},
                 {CUPEL_ASK_PERCOLATING, "percolation"},
                 {CUPEL_ASK_EULER, "minkowski"}};
enum { DESCRIBED = sizeof described / sizeof *described };

static cupel_status of_labels(const measure *m, cupel_micro_statistics *s, cupel_micro_statistics *bar, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    for (size_t i = 0; i < DESCRIBED && st == CUPEL_OK; i++) st = take(m, described[i].kind, described[i].descriptor, s, err);
    return st == CUPEL_OK && asks(m->d, CUPEL_ASK_FEATURE) ? features(m, s, bar, err) : st;
}

cupel_status cupel_statistics_of_labels(const cupel_micro_demand *d, const cupel_recipe *r, const cupel_voxels *v, const cupel_job *job,
                                        cupel_micro_statistics *s, cupel_err *err)
{
    cupel_micro_statistics bar;
    double edge[3];
    cupel_trial_edges(r, v->n, edge);
    const measure m = {d, v, job, cbrt(edge[0] * edge[1] * edge[2])};
    set_none(s, NAN);
    return of_labels(&m, s, &bar, err);
}

cupel_status cupel_statistics_of_voxels(const cupel_micro_demand *d, const cupel_recipe *r, size_t grid, const cupel_job *job,
                                        cupel_micro_statistics *s, cupel_micro_statistics *bar, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_voxels v = {0};
    size_t n[3];
    double edge[3];
    bool any = asks(d, CUPEL_ASK_FEATURE);
    set_none(s, NAN);
    set_none(bar, 0);
    for (size_t i = 0; i < d->n_asks; i++)
        if (d->ask[i].kind == CUPEL_ASK_TWO_POINT) CUPEL_TRY(compare_two_point(&d->ask[i], r, job, &s->two_point[d->ask[i].phase], err));
    for (size_t i = 0; i < DESCRIBED; i++) any = any || asks(d, described[i].kind);
    if (!any) return CUPEL_OK;
    cupel_recipe_grid(r, grid, n);
    cupel_trial_edges(r, n, edge);
    CUPEL_TRY(cupel_recipe_voxels(r, n, &v, job, err));
    const measure m = {d, &v, job, cbrt(edge[0] * edge[1] * edge[2])};
    CUPEL_TRY(of_labels(&m, s, bar, err));
    if (d->needs_surface) CUPEL_TRY(compare(r, n, edge, job, s, bar, err));
done:
    cupel_voxels_release(&v);
    return st;
}

/* The coarser of the two grids that a limit is taken from: the finer has four times the voxels of the design's along an edge, or 192, or twice as
 * many; of a large one, those of the verification. */
static size_t coarser(size_t grid)
{
    const size_t most = 2 * grid < ENOUGH ? 2 * grid : ENOUGH;
    return grid > MOST_TWICE ? 2 * grid / 3 : grid > most ? grid : most;
}

cupel_status cupel_statistics_of_limit(const cupel_micro_demand *d, const cupel_recipe *r, size_t grid, const cupel_job *job,
                                       cupel_micro_statistics *s, cupel_micro_statistics *bar, cupel_err *err)
{
    cupel_cuts c, f;
    cupel_micro_statistics fine, apart;
    cupel_status st = cupel_statistics_of_voxels(d, r, grid, job, s, bar, err);
    if (st != CUPEL_OK || !d->needs_surface) return st;
    CUPEL_TRY(cupel_statistics_cuts_on(r, coarser(grid), job, &c, err));
    CUPEL_TRY(cupel_statistics_cuts_on(r, 2 * coarser(grid), job, &f, err));
    CUPEL_TRY(area_of_voxels(d, r, 2 * coarser(grid), job, &fine, &apart, err));
    for (size_t p = 0; p < d->n_phases; p++) {
        const double projected = towards(c.projected[p], f.projected[p], c.h / f.h), chord = 6 * f.fraction[p] / projected;
        s->surface[p] = towards(c.surface[p], f.surface[p], c.h / f.h);
        s->chord[p] = chord;
        bar->surface[p] = fmax(fabs(s->surface[p] - f.surface[p]), apart.surface[p]);
        bar->chord[p] = fmax(fabs(chord - 6 * f.fraction[p] / f.projected[p]), apart.chord[p]);
    }
done:
    return st;
}
