#include "core/engine/micro/feature_size.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "descriptors/microstructure/thickness.h"

#include <math.h>
#include <stdlib.h>

enum { COARSEST = 24, FINEST = 48, NONE = -1, AROUND = 27 };

/* How far a centre may stick out of a ball that covers it, in voxels: as of voxels, whose balls end at centres beyond the interface. */
static const double SLACK = 0.5;

/* The share of a phase that may be thinner. */
static const double THINNER = 0.05;

static const double ABSENT = 1e-6;

/* A piece of an interface, in or on the face of a voxel: the point nearest to the voxel's centre, from there, and its normal. */
typedef struct foot {
    float at[3], normal[3];
} foot;

/* All of a mixture, lengths in voxels. */
typedef struct view {
    const cupel_mixture *m;
    size_t n[3], count, stride[3];
    int *foot_of;  /* [count] the voxel's foot; NONE */
    foot *foot;    /* [n_feet], those of cut voxels first */
    int n_feet, n_cut;
    int *nearest;  /* [count] the voxel with a foot that is nearest */
    int *square;   /* [count] of the distance to it */
    float *radius; /* [count] of the largest ball around the centre */
    float *grown;  /* [count] the same, or around a place near it on a ridge */
    float (*way)[3]; /* [count] to the interface, unit vector */
    int *partner;  /* [count] on the other side of the ridge; NONE: it is on none */
    float *lean;   /* [count] how much of the larger ball's growth is that of the partner's */
} view;

bool cupel_feature_asked(const cupel_micro_demand *d)
{
    for (size_t i = 0; i < d->n_asks; i++)
        if (d->ask[i].kind == CUPEL_ASK_FEATURE) return true;
    return false;
}

size_t cupel_feature_grid(const cupel_micro_demand *d)
{
    return d->grid < COARSEST ? COARSEST : d->grid > FINEST ? FINEST : (size_t)d->grid;
}

static size_t id_at(const view *w, size_t i) { return w->m->id8 ? w->m->id8[i] : w->m->id16[i]; }

static void place_of(const view *w, size_t i, int at[3])
{
    at[0] = (int)(i / w->stride[0]), at[1] = (int)(i / w->n[2] % w->n[1]), at[2] = (int)(i % w->n[2]);
}

/* By how much an index changes from a place on an axis to one by -1, 0 or 1 further, around the box. */
static ptrdiff_t step(const view *w, int axis, int at, int by)
{
    const int n = (int)w->n[axis], to = at + by;
    return (ptrdiff_t)w->stride[axis] * (to < 0 ? n - 1 : to == n ? 1 - n : by);
}

static size_t beside(const view *w, size_t i, const int at[3], const int by[3])
{
    return (size_t)((ptrdiff_t)i + step(w, 0, at[0], by[0]) + step(w, 1, at[1], by[1]) + step(w, 2, at[2], by[2]));
}

/* ---- where the interface is ---- */

/* Where the plane normal . x = d leaves the share p on its far side: by halving. */
static double plane_of(const double normal[3], double p)
{
    double high = (fabs(normal[0]) + fabs(normal[1]) + fabs(normal[2])) / 2, low = -high;
    for (int i = 0; i < 20; i++) {
        const double d = (low + high) / 2;
        if (cupel_plane_cut(normal, d) < p)
            low = d;
        else
            high = d;
    }
    return -(low + high) / 2;
}

static void add_foot(view *w, size_t voxel, const double at[3], const double normal[3])
{
    foot *f = &w->foot[w->n_feet];
    for (int a = 0; a < 3; a++) f->at[a] = (float)at[a], f->normal[a] = (float)normal[a];
    w->foot_of[voxel] = w->n_feet++;
}

static void feet_of_cuts(view *w)
{
    const cupel_mixture *m = w->m;
    for (size_t row = 0; m->row && row < m->n[0] * m->n[1]; row++)
        for (size_t c = m->row[row]; c < m->row[row + 1]; c++) {
            double normal[3], at[3], square = 0;
            for (int a = 0; a < 3; a++) normal[a] = m->cut[c].normal[a], square += normal[a] * normal[a];
            for (int a = 0; a < 3; a++) normal[a] /= sqrt(square);
            const double d = plane_of(normal, (double)m->cut[c].p);
            for (int a = 0; a < 3; a++) at[a] = d * normal[a];
            add_foot(w, row * m->n[2] + m->cut[c].k, at, normal);
        }
    w->n_cut = w->n_feet;
}

static bool is_cut(const view *w, size_t i) { return w->foot_of[i] != NONE && w->foot_of[i] < w->n_cut; }

/* Between voxels that are not cut the interface is their face; of several faces of a voxel the first stands for all. */
static void feet_of_faces(view *w)
{
    for (size_t i = 0; i < w->count; i++) {
        int at[3];
        place_of(w, i, at);
        for (int a = 0; a < 3 && !is_cut(w, i); a++) {
            const int by[3] = {a == 0, a == 1, a == 2};
            const size_t next = beside(w, i, at, by);
            const bool here = w->foot_of[i] == NONE;
            if (id_at(w, i) == id_at(w, next) || is_cut(w, next) || (!here && w->foot_of[next] != NONE)) continue;
            const double half = here ? 0.5 : -0.5, normal[3] = {by[0], by[1], by[2]}, where[3] = {half * by[0], half * by[1], half * by[2]};
            add_foot(w, here ? i : next, where, normal);
        }
    }
}

/* ---- distances ---- */

/* One line of voxels, around the box: square[i] becomes the least of square[j] + (i - j)^2, and nearest that of j. room [2 n]. */
static void sweep_line(int *square, int *nearest, size_t stride, size_t n, int *room)
{
    int *old = room, *from = room + n;
    for (size_t i = 0; i < n; i++) old[i] = square[i * stride], from[i] = nearest[i * stride];
    for (size_t i = 0; i < n; i++) {
        int best = old[i], at = from[i];
        for (size_t d = 1; d <= n / 2 && (int)(d * d) < best; d++)
            for (int side = 0; side < 2; side++) {
                const size_t j = side ? (i + d < n ? i + d : i + d - n) : (i >= d ? i - d : i + n - d);
                const int x = old[j] + (int)(d * d);
                if (x < best) best = x, at = from[j];
            }
        square[i * stride] = best, nearest[i * stride] = at;
    }
}

static void find_nearest(view *w, int *room)
{
    static const int FAR = 1 << 28;
    for (size_t i = 0; i < w->count; i++) w->square[i] = w->foot_of[i] == NONE ? FAR : 0, w->nearest[i] = (int)i;
    for (int a = 2; a >= 0; a--)
        for (size_t i = 0; i < w->count; i++)
            if (i / w->stride[a] % w->n[a] == 0) sweep_line(w->square + i, w->nearest + i, w->stride[a], w->n[a], room);
}

/* From a centre to the nearest place of a foot, a plane as wide as a voxel whose centre is `apart` from it. */
static double distance_to(const foot *f, const int apart[3], double way[3])
{
    double along = 0, square = 0;
    for (int a = 0; a < 3; a++) {
        way[a] = apart[a] + (double)f->at[a];
        along += way[a] * (double)f->normal[a];
        square += way[a] * way[a];
    }
    const double aside = sqrt(fmax(0, square - along * along)), left = fmax(0, aside - 0.5), share = aside > 0 ? left / aside : 0;
    for (int a = 0; a < 3; a++) way[a] = along * (double)f->normal[a] + share * (way[a] - along * (double)f->normal[a]);
    return sqrt(along * along + left * left);
}

static int wrapped(int x, int n) { return x > n / 2 ? x - n : x < -(n / 2) ? x + n : x; }

static void offset_of(int m, int by[3]) { by[0] = m / 9 - 1, by[1] = m / 3 % 3 - 1, by[2] = m % 3 - 1; }

/* Takes the foot of voxel `at` + by, if it has one, where it is nearer than what voxel i has. */
static void try_foot(view *w, size_t i, const int here[3], size_t at, const int there[3], const int by[3])
{
    const size_t of = beside(w, at, there, by);
    int apart[3];
    double way[3];
    if (w->foot_of[of] == NONE) return;
    for (int a = 0; a < 3; a++) apart[a] = wrapped(there[a] - here[a], (int)w->n[a]) + by[a];
    const double d = distance_to(&w->foot[w->foot_of[of]], apart, way);
    if (!(d < (double)w->radius[i])) return;
    w->radius[i] = (float)d;
    w->nearest[i] = (int)of;
    for (int a = 0; a < 3; a++) w->way[i][a] = (float)(d > 0 ? way[a] / d : 0);
}

/* By the feet in and around the voxel whose foot is nearest, as counted from centres. */
static void first_radius(view *w, size_t i)
{
    const size_t near = (size_t)w->nearest[i];
    int here[3], there[3], by[3];
    place_of(w, i, here);
    place_of(w, near, there);
    w->radius[i] = HUGE_VALF;
    for (int m = 0; m < AROUND; m++) {
        offset_of(m, by);
        try_foot(w, i, here, near, there, by);
    }
}

/* And by those of its neighbours: of two walls the one whose voxel is as far may be nearer. */
static void better_radius(view *w, size_t i)
{
    static const int side[6][3] = {{-1, 0, 0}, {1, 0, 0}, {0, -1, 0}, {0, 1, 0}, {0, 0, -1}, {0, 0, 1}}, none[3] = {0, 0, 0};
    int here[3], there[3];
    place_of(w, i, here);
    for (int m = 0; m < 6; m++) {
        const size_t near = (size_t)w->nearest[beside(w, i, here, side[m])];
        place_of(w, near, there);
        try_foot(w, i, here, near, there, none);
    }
}

/* Between two centres whose interfaces lie on opposite sides is a larger ball. */
static void grow(view *w, size_t i, size_t next, const int by[3])
{
    static const double OPPOSITE = 0.7;
    const double length = sqrt(by[0] * by[0] + by[1] * by[1] + by[2] * by[2]);
    double up = 0, down = 0;
    if (id_at(w, i) != id_at(w, next)) return;
    for (int a = 0; a < 3; a++) {
        up -= (double)w->way[i][a] * by[a] / length;
        down += (double)w->way[next][a] * by[a] / length;
    }
    if (up < OPPOSITE || down < OPPOSITE) return;
    const double here = (double)w->radius[i], there = (double)w->radius[next], move = (there - here + length * down) / (up + down);
    if (!(move > 0 && move < length)) return;
    const float radius = (float)(here + move * up);
    const bool own = move < length / 2;
    const size_t to = own ? i : next;
    if (!(radius > w->grown[to])) return;
    w->grown[to] = radius;
    w->partner[to] = (int)(own ? next : i);
    w->lean[to] = (float)((own ? up : down) / (up + down));
}

static void find_ridges(view *w)
{
    for (size_t i = 0; i < w->count; i++) {
        int at[3], by[3];
        place_of(w, i, at);
        for (int m = AROUND / 2 + 1; m < AROUND; m++) {
            offset_of(m, by);
            grow(w, i, beside(w, i, at, by), by);
        }
    }
}

/* ---- thickness ---- */

/* Square of the radius with which a ball is painted. */
static float reach_of(const view *w, size_t i) { return (w->grown[i] + (float)SLACK) * (w->grown[i] + (float)SLACK); }

/* Of one phase, whose balls stick out of it a little: those of others are made too small to be seen. */
static cupel_status cover(const view *w, size_t phase, cupel_voxels *v, const cupel_job *job, float *reach, cupel_err *err)
{
    static const float NOTHING = 1e-3F;
    for (size_t i = 0; i < w->count; i++) reach[i] = id_at(w, i) == phase ? reach_of(w, i) : NOTHING;
    return cupel_thickness_map(v, job, reach, err);
}

static int by_size(const void *a, const void *b)
{
    const float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

/* Of place i of n in order: a triangle about THINNER. */
static double weight_of(size_t i, size_t n) { return fmax(0, THINNER - fabs(((double)i + 0.5) / (double)n - THINNER)); }

/* Mean radius of the thinnest tenth of own [n], squares in order; *all: sum of the weights. */
static double quantile(const float *own, size_t n, double *all)
{
    double sum = 0;
    *all = 0;
    for (size_t i = 0; i < n && (i == 0 || weight_of(i, n) > 0); i++) {
        const double weight = fmax(weight_of(i, n), 1e-12);
        sum += weight * (sqrt((double)own[i]) - SLACK);
        *all += weight;
    }
    return sum / *all;
}

/* ---- what it hangs on ---- */

typedef struct ball {
    float reach;
    int at;
} ball;

static int by_reach(const void *a, const void *b)
{
    const ball *x = a, *y = b;
    return x->reach != y->reach ? (x->reach > y->reach) - (x->reach < y->reach) : (x->at > y->at) - (x->at < y->at);
}

/* The first of the balls [n], in order, with that reach: all of them are as large. */
static const ball *ball_of(const ball *balls, size_t n, float reach)
{
    size_t low = 0, high = n;
    while (low < high) {
        const size_t middle = (low + high) / 2;
        if (balls[middle].reach < reach)
            low = middle + 1;
        else
            high = middle;
    }
    return low < n && balls[low].reach == reach ? &balls[low] : NULL;
}

static cupel_status add_contact(const view *w, size_t i, size_t phase, double weight, cupel_feature_contacts *c, cupel_err *err)
{
    int at[3];
    if (!(weight > 0)) return CUPEL_OK;
    if (!cupel_grow(&c->one, &c->cap, c->n + 1, sizeof *c->one)) return cupel_no_memory(err, "contacts", (c->n + 1) * sizeof *c->one);
    place_of(w, i, at);
    cupel_feature_contact *one = &c->one[c->n++];
    *one = (cupel_feature_contact){.phase = phase, .weight = weight};
    for (int a = 0; a < 3; a++) {
        const double u = (at[a] + 0.5 + (double)w->radius[i] * (double)w->way[i][a]) / (double)w->n[a];
        one->u[a] = u - floor(u);
    }
    return CUPEL_OK;
}

/* own [n]: squares in order, of which the thinnest count by `all`. */
static cupel_status contacts_of(const view *w, size_t phase, const float *own, size_t n, double all, cupel_feature_contacts *c, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    size_t m = 0;
    ball *balls = cupel_alloc(n, sizeof *balls);
    double *weight = cupel_alloc(w->count, sizeof *weight);
    if (!balls || !weight) CUPEL_TRY(cupel_no_memory(err, "contacts", w->count * sizeof *weight));
    for (size_t i = 0; i < w->count; i++)
        if (id_at(w, i) == phase) balls[m++] = (ball){reach_of(w, i), (int)i};
    qsort(balls, m, sizeof *balls, by_reach);
    for (size_t i = 0; i < n && weight_of(i, n) > 0; i++) {
        const ball *b = ball_of(balls, m, own[i]);
        if (b) weight[b->at] += 2 * weight_of(i, n) / all;
    }
    for (size_t i = 0; i < w->count; i++) {
        const double lean = w->partner[i] == NONE ? 0 : (double)w->lean[i];
        CUPEL_TRY(add_contact(w, i, phase, weight[i] * (1 - lean), c, err));
        if (lean > 0) CUPEL_TRY(add_contact(w, (size_t)w->partner[i], phase, weight[i] * lean, c, err));
    }
done:
    cupel_free(balls);
    cupel_free(weight);
    return st;
}

/* So much of the interface lies in a cut voxel, in faces of the box. */
static cupel_status faces_of(const view *w, cupel_feature_contacts *c, cupel_err *err)
{
    const double face = 1 / cbrt((double)w->count * (double)w->count);
    for (size_t i = 0; i < w->count; i++) {
        int at[3];
        if (!is_cut(w, i)) continue;
        if (!cupel_grow(&c->face, &c->cap_faces, c->n_faces + 1, sizeof *c->face))
            return cupel_no_memory(err, "contacts", c->n_faces * sizeof *c->face);
        const foot *f = &w->foot[w->foot_of[i]];
        cupel_feature_contact *one = &c->face[c->n_faces++];
        const float wide = fabsf(f->normal[0]) + fabsf(f->normal[1]) + fabsf(f->normal[2]);
        *one = (cupel_feature_contact){.weight = face / (double)wide}; /* a plane goes through so many voxels per face of one */
        place_of(w, i, at);
        for (int a = 0; a < 3; a++) {
            const double u = (at[a] + 0.5 + (double)f->at[a]) / (double)w->n[a];
            one->u[a] = u - floor(u);
        }
    }
    return CUPEL_OK;
}

/* c: NULL where only the size is wanted. */
static cupel_status take(const view *w, size_t phase, double h, cupel_voxels *v, const cupel_job *job, double *feature, cupel_feature_contacts *c,
                         cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    size_t n = 0;
    double all;
    float *own = NULL;
    for (size_t i = 0; i < w->count; i++) n += id_at(w, i) == phase;
    *feature = n ? 1 : ABSENT;
    if (!n || n == w->count || !w->n_feet) return CUPEL_OK;
    own = cupel_alloc_aligned(w->count, sizeof *own);
    if (!own) CUPEL_TRY(cupel_no_memory(err, "feature sizes", w->count * sizeof *own));
    CUPEL_TRY(cover(w, phase, v, job, own, err));
    n = 0;
    for (size_t i = 0; i < w->count; i++)
        if (id_at(w, i) == phase) own[n++] = own[i];
    qsort(own, n, sizeof *own, by_size);
    *feature = fmax(ABSENT, 2 * quantile(own, n, &all) * h);
    if (c) st = contacts_of(w, phase, own, n, all, c, err);
done:
    cupel_free(own);
    return st;
}

static void measure(view *w, int *room)
{
    for (size_t i = 0; i < w->count; i++) w->foot_of[i] = w->partner[i] = NONE;
    feet_of_cuts(w);
    feet_of_faces(w);
    if (!w->n_feet) return;
    find_nearest(w, room);
    for (size_t i = 0; i < w->count; i++) first_radius(w, i);
    for (size_t i = 0; i < w->count; i++) better_radius(w, i);
    for (size_t i = 0; i < w->count; i++) w->grown[i] = w->radius[i];
    find_ridges(w);
}

static cupel_status look(const cupel_mixture *m, double h, const cupel_job *job, double *feature, cupel_feature_contacts *c, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_voxels v = {0};
    const size_t count = m->n[0] * m->n[1] * m->n[2];
    view w = {.m = m, .n = {m->n[0], m->n[1], m->n[2]}, .count = count, .stride = {m->n[1] * m->n[2], m->n[2], 1}};
    int *room = cupel_alloc(2 * (m->n[0] + m->n[1] + m->n[2]), sizeof *room);
    w.foot_of = cupel_alloc(count, sizeof *w.foot_of), w.foot = cupel_alloc(count, sizeof *w.foot);
    w.nearest = cupel_alloc(count, sizeof *w.nearest), w.square = cupel_alloc(count, sizeof *w.square);
    w.radius = cupel_alloc(count, sizeof *w.radius), w.grown = cupel_alloc(count, sizeof *w.grown);
    w.way = cupel_alloc(count, sizeof *w.way);
    w.partner = cupel_alloc(count, sizeof *w.partner), w.lean = cupel_alloc(count, sizeof *w.lean);
    if (!room || !w.foot_of || !w.foot || !w.nearest || !w.square || !w.radius || !w.grown || !w.way || !w.partner || !w.lean)
        CUPEL_TRY(cupel_no_memory(err, "feature sizes", count * (sizeof *w.foot + sizeof *w.way + 28)));
    measure(&w, room);
    CUPEL_TRY(cupel_voxels_init(&v, 3, m->n, "feature sizes", err));
    for (size_t i = 0; i < count; i++) v.id[i] = (uint16_t)id_at(&w, i);
    CUPEL_TRY(cupel_voxels_number(&v, "feature sizes", err));
    for (size_t p = 0; p < m->n_phases; p++) CUPEL_TRY(take(&w, p, h, &v, job, &feature[p], c, err));
    if (c) st = faces_of(&w, c, err);
done:
    cupel_voxels_release(&v);
    cupel_free(room), cupel_free(w.foot_of), cupel_free(w.foot), cupel_free(w.nearest), cupel_free(w.square);
    cupel_free(w.radius), cupel_free(w.grown), cupel_free(w.way), cupel_free(w.partner), cupel_free(w.lean);
    return st;
}

static cupel_status build(const cupel_micro_demand *d, const cupel_recipe *r, const cupel_job *job, double *feature, cupel_feature_contacts *c,
                          cupel_err *err)
{
    cupel_mixture m = {0};
    size_t n[3];
    double edge[3];
    cupel_recipe_grid(r, cupel_feature_grid(d), n);
    cupel_trial_edges(r, n, edge);
    cupel_status st = cupel_recipe_mixture(r, n, &m, job, err);
    if (st == CUPEL_OK) st = look(&m, cbrt(edge[0] * edge[1] * edge[2]), job, feature, c, err);
    cupel_mixture_release(&m);
    return st;
}

cupel_status cupel_feature_sizes(const cupel_micro_demand *d, const cupel_recipe *r, const cupel_job *job, double *feature, cupel_err *err)
{
    return build(d, r, job, feature, NULL, err);
}

cupel_status cupel_feature_contacts_of(const cupel_micro_demand *d, const cupel_recipe *r, const cupel_job *job, cupel_feature_contacts *c,
                                       cupel_err *err)
{
    double feature[CUPEL_MICRO_PHASES_MAX];
    *c = (cupel_feature_contacts){.n = 0};
    const cupel_status st = build(d, r, job, feature, c, err);
    if (st != CUPEL_OK) cupel_feature_contacts_release(c);
    return st;
}

void cupel_feature_contacts_release(cupel_feature_contacts *c)
{
    cupel_free(c->one);
    cupel_free(c->face);
    *c = (cupel_feature_contacts){.n = 0};
}
