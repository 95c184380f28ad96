/* The target on the grid of the output, from what was measured on other grids and in fewer directions; and how far a volume is from it. */
#include "core/engine/reconstruct_parts.h"

#include "core/base/err.h"
#include "core/base/mem.h"

#include <math.h>
#include <stdlib.h>

/* Slices tell of lags in their planes. In between the target is a mean of the three, by the inverse square of the angle to each plane, that only
 * holds the rest together: such lags count little. */
static const double BETWEEN = 0.1;

void cupel_aim_release(cupel_aim *a)
{
    cupel_free(a->s2);
    cupel_free(a->weight);
    cupel_free(a->known);
    for (int p = 0; p < 2; p++)
        for (int d = 0; d < 3; d++) cupel_free(a->path[p][d]);
    *a = (cupel_aim){0};
}

/* ---- two-point functions ---- */

/* NaN: not known. */
static double at_distance(const cupel_measured *m, double r)
{
    size_t low = 0, high = m->n_radii;
    if (r > m->radius[m->n_radii - 1] * (1 + 1e-9)) return NAN;
    while (high - low > 1) {
        const size_t middle = (low + high) / 2;
        if (m->radius[middle] <= r)
            low = middle;
        else
            high = middle;
    }
    if (low + 1 >= m->n_radii) return m->radial[low];
    const double share = (r - m->radius[low]) / (m->radius[low + 1] - m->radius[low]);
    return m->radial[low] + share * (m->radial[low + 1] - m->radial[low]);
}

/* The map at a whole lag; axes of the volume. */
static double at_lag(const cupel_measured *m, const long lag[3])
{
    size_t at = 0;
    for (int a = 0; a < m->dim; a++) {
        if ((size_t)labs(lag[a]) > m->lag[a]) return NAN;
        at = at * (2 * m->lag[a] + 1) + (size_t)(lag[a] + (long)m->lag[a]);
    }
    return (double)m->s2[at];
}

/* A map of an image between its lags. */
static double between_lags(const cupel_measured *m, double x, double y)
{
    const double i = floor(x), j = floor(y), u = x - i, v = y - j;
    double sum = 0;
    for (int a = 0; a < 2; a++)
        for (int b = 0; b < 2; b++) {
            const double share = (a ? u : 1 - u) * (b ? v : 1 - v);
            const long lag[3] = {(long)i + a, (long)j + b, 0};
            if (share > 0) sum += share * at_lag(m, lag);
        }
    return sum;
}

/* Covariances of slices are scaled to one volume fraction. */
static double scaled(const cupel_measured *m, double s2, double phi)
{
    return phi * phi + (s2 - m->phi * m->phi) * (phi - phi * phi) / (m->phi - m->phi * m->phi);
}

enum { SLICES = 3 };
static const int in_plane[SLICES][3] = {{0, 1, 2}, {0, 2, 1}, {1, 2, 0}}; /* both axes of slice xy, xz, yz, and the one across */

static double from_slices(const cupel_measured *m, size_t n, const long lag[3], double phi, int *how)
{
    const double r = sqrt((double)(lag[0] * lag[0] + lag[1] * lag[1] + lag[2] * lag[2]));
    double sum = 0, weights = 0, within = 0;
    size_t planes = 0;
    *how = CUPEL_LAG_MEASURED;
    for (size_t s = 0; s < n && s < SLICES; s++) {
        const double x = (double)lag[in_plane[s][0]], y = (double)lag[in_plane[s][1]], z = (double)lag[in_plane[s][2]];
        if (lag[in_plane[s][2]] != 0) continue;
        within += scaled(&m[s], at_lag(&m[s], (const long[3]){(long)x, (long)y, (long)z}), phi);
        planes++;
    }
    if (planes) return within / (double)planes;
    *how = CUPEL_LAG_BETWEEN;
    for (size_t s = 0; s < n && s < SLICES; s++) {
        const double x = (double)lag[in_plane[s][0]], y = (double)lag[in_plane[s][1]], z = (double)lag[in_plane[s][2]], flat = sqrt(x * x + y * y);
        if (flat == 0) continue;
        const double c = between_lags(&m[s], x * r / flat, y * r / flat), w = r * r / (z * z);
        if (isnan(c)) continue;
        sum += w * scaled(&m[s], c, phi);
        weights += w;
    }
    return weights > 0 ? sum / weights : NAN;
}

static double s2_at(const cupel_measured *m, size_t n, const cupel_reconstruction *r, const long lag[3], int *how)
{
    *how = CUPEL_LAG_MEASURED;
    if (r->slices) return from_slices(m, n, lag, r->fraction, how);
    if (r->isotropic) return at_distance(m, sqrt((double)(lag[0] * lag[0] + lag[1] * lag[1] + lag[2] * lag[2])));
    return at_lag(m, lag);
}

/* The lag along each axis of the volume of place (i, j, k) of the target's grid, between minus half and half of the box. */
static void lag_of(const cupel_aim *a, const size_t place[3], long lag[3])
{
    lag[2] = 0;
    for (int d = 0; d < a->dim; d++) {
        const size_t n = a->target.n[a->axis[d]], x = place[a->axis[d]];
        lag[d] = 2 * x > n ? (long)x - (long)n : (long)x;
    }
}

static bool within(const cupel_aim *a, const long lag[3], double reach)
{
    for (int d = 0; d < a->dim; d++)
        if ((double)labs(lag[d]) > reach * (double)a->target.n[a->axis[d]] + 1e-9) return false;
    return true;
}

/* How many lags of the whole a place of the half stands for. */
static double copies(const cupel_aim *a, size_t i) { return i == 0 || 2 * i == a->target.n[0] ? 1 : 2; }

static bool is_step(const long lag[3]) { return labs(lag[0]) + labs(lag[1]) + labs(lag[2]) == 1; }

/* Calls fn for each lag of the half that is kept. */
typedef void each_lag(void *user, size_t at, size_t plane, const long lag[3]);
static void for_lags(const cupel_aim *a, each_lag *fn, void *user)
{
    size_t p[3], at = 0;
    long lag[3] = {0};
    for (p[0] = 0; p[0] <= a->target.n[0] / 2; p[0]++)
        for (p[1] = 0; p[1] < a->target.n[1]; p[1]++)
            for (p[2] = 0; p[2] < a->target.n[2]; p[2]++, at++) {
                lag_of(a, p, lag);
                fn(user, at, p[0], lag);
            }
}

typedef struct filling {
    cupel_aim *a;
    const cupel_measured *m;
    size_t n;
    const cupel_reconstruction *r;
    double below, steps;   /* sums of squares: S2 - phi^2 over the lags that are matched; phi - S2 over those of one step */
} filling;

static void fill_lag(void *user, size_t at, size_t plane, const long lag[3])
{
    filling *f = user;
    const double square = f->r->fraction * f->r->fraction;
    int how;
    double s2 = s2_at(f->m, f->n, f->r, lag, &how);
    if (isnan(s2)) {
        how = CUPEL_LAG_UNKNOWN;
        s2 = square;
    }
    f->a->s2[at] = (float)s2;
    f->a->known[at] = (unsigned char)how;
    if (how != CUPEL_LAG_MEASURED || !within(f->a, lag, f->r->reach)) return;
    f->below += copies(f->a, plane) * (s2 - square) * (s2 - square);
    if (is_step(lag)) f->steps += copies(f->a, plane) * (f->r->fraction - s2) * (f->r->fraction - s2);
}

static void weigh_lag(void *user, size_t at, size_t plane, const long lag[3])
{
    (void)plane;
    filling *f = user;
    const double *weight = f->r->weight;
    double w = 0;
    if (f->a->known[at] == CUPEL_LAG_UNKNOWN || !within(f->a, lag, f->r->reach)) return;
    if (f->below > 0) w = weight[CUPEL_STATISTIC_TWO_POINT] / f->below * (f->a->known[at] == CUPEL_LAG_MEASURED ? 1 : BETWEEN);
    if (is_step(lag) && f->steps > 0) w += weight[CUPEL_STATISTIC_SURFACE] / f->steps;
    f->a->weight[at] = (float)w;
}

/* ---- lineal paths ---- */

/* Every curve that runs along axis d of the volume, summed; *n is the shortest. Returns how many. */
static size_t add_paths(const cupel_measured *m, size_t n_m, const cupel_reconstruction *r, int d, int phase, double *sum, size_t *n)
{
    size_t curves = 0;
    for (size_t s = 0; s < n_m && s < SLICES; s++)
        for (int a = 0; a < m[s].dim && a < 3; a++) {
            const bool along = r->slices ? in_plane[s][a] == d : r->isotropic || a == d;
            if (!along || m[s].n_path[a] == 0) continue;
            if (m[s].n_path[a] < *n) *n = m[s].n_path[a];
            for (size_t k = 0; k < *n; k++) sum[k] += m[s].path[phase][a][k];
            curves++;
        }
    return curves;
}

static cupel_status fill_paths(cupel_aim *a, const cupel_measured *m, size_t n_m, const cupel_reconstruction *r, cupel_err *err)
{
    enum { LONGEST = 1024 }; /* steps */
    for (int d = 0; d < a->dim; d++) {
        const int to = a->axis[d];
        size_t n = a->target.n[to] / 2 + 1;
        if (n > LONGEST) n = LONGEST;
        for (int p = 0; p < 2; p++) {
            double *sum = a->path[p][to] = cupel_alloc(n, sizeof *sum);
            if (!sum) return cupel_no_memory(err, "lineal paths", 0);
            const size_t curves = add_paths(m, n_m, r, d, p, sum, &n);
            if (!curves) n = 0;
            for (size_t k = 0; k < n; k++) sum[k] /= (double)curves;
            a->target.path[p][to] = sum;
        }
        a->n_path[to] = n;
        const size_t reach = (size_t)(r->reach * (double)a->target.n[to] + 1e-9);
        a->target.path_last[to] = n == 0 ? 0 : reach < n ? reach : n - 1;
    }
    return CUPEL_OK;
}

static bool paths_known(const cupel_aim *a)
{
    return a->n_path[0] || a->n_path[1] || a->n_path[2];
}

/* ---- all ---- */

cupel_status cupel_aim_make(const cupel_measured *measured, size_t n, const cupel_reconstruction *r, cupel_aim *a, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    *a = (cupel_aim){.dim = r->dim, .axis = {0, r->dim == 3 ? 1 : 2, r->dim == 3 ? 2 : -1}};
    cupel_reconstruct_target *t = &a->target;
    t->n[0] = r->n[0];
    t->n[1] = r->dim == 3 ? r->n[1] : 1;
    t->n[2] = r->n[r->dim - 1];
    t->ones = (size_t)r->voxels;
    t->lineal_path = r->weight[CUPEL_STATISTIC_LINEAL_PATH];
    const size_t half = (t->n[0] / 2 + 1) * t->n[1] * t->n[2];
    a->s2 = cupel_alloc(half, sizeof *a->s2);
    a->weight = cupel_alloc(half, sizeof *a->weight);
    a->known = cupel_alloc(half, 1);
    if (!a->s2 || !a->weight || !a->known) CUPEL_TRY(cupel_no_memory(err, "a target", half * (2 * sizeof(float) + 1)));
    filling f = {.a = a, .m = measured, .n = n, .r = r};
    for_lags(a, fill_lag, &f);
    for_lags(a, weigh_lag, &f);
    t->s2 = a->s2;
    t->weight = a->weight;
    CUPEL_TRY(fill_paths(a, measured, n, r, err));
    if (t->lineal_path > 0 && !paths_known(a))
        CUPEL_TRY(cupel_fail(err, CUPEL_USAGE, "'%s' tells nothing of lineal paths; take a volume, or describe it with --set two_point,lineal_path",
                             r->input));
done:
    if (st != CUPEL_OK) cupel_aim_release(a);
    return st;
}

/* ---- errors ---- */

typedef struct comparison {
    const cupel_aim *a;
    const cupel_measured *made;
    double phi, off[2], below[2], steps, target_steps; /* [0] up to a quarter, [1] all */
} comparison;

static void compare_lag(void *user, size_t at, size_t plane, const long lag[3])
{
    comparison *c = user;
    if (c->a->known[at] != CUPEL_LAG_MEASURED) return;
    const double target = (double)c->a->s2[at], made = at_lag(c->made, lag), n = copies(c->a, plane);
    for (int all = 0; all < 2; all++) {
        if (!within(c->a, lag, all ? 0.5 : 0.25)) continue;
        c->off[all] += n * (made - target) * (made - target);
        c->below[all] += n * (target - c->phi * c->phi) * (target - c->phi * c->phi);
    }
    if (!is_step(lag)) return;
    c->steps += n * (c->phi - made);
    c->target_steps += n * (c->phi - target);
}

/* Half the sum over both phases. */
static double path_error(const cupel_aim *a, const cupel_measured *made, double reach)
{
    double sum = 0;
    for (int p = 0; p < 2; p++) {
        double off = 0, below = 0;
        for (int d = 0; d < a->dim; d++) {
            const int axis = a->axis[d];
            const double last = reach * (double)a->target.n[axis] + 1e-9;
            for (size_t k = 0; k < a->n_path[axis] && (double)k <= last; k++) {
                const double target = a->path[p][axis][k], e = made->path[p][d][k] - target;
                off += e * e;
                below += target * target;
            }
        }
        sum += off / below / 2;
    }
    return sqrt(sum);
}

void cupel_aim_errors(const cupel_aim *a, const cupel_measured *made, cupel_realisation *one)
{
    comparison c = {.a = a, .made = made, .phi = made->phi};
    for_lags(a, compare_lag, &c);
    one->quarter[CUPEL_STATISTIC_TWO_POINT] = sqrt(c.off[0] / c.below[0]);
    one->all[CUPEL_STATISTIC_TWO_POINT] = sqrt(c.off[1] / c.below[1]);
    one->quarter[CUPEL_STATISTIC_LINEAL_PATH] = paths_known(a) ? path_error(a, made, 0.25) : NAN;
    one->all[CUPEL_STATISTIC_LINEAL_PATH] = paths_known(a) ? path_error(a, made, 0.5) : NAN;
    one->quarter[CUPEL_STATISTIC_SURFACE] = one->all[CUPEL_STATISTIC_SURFACE] = fabs(c.steps - c.target_steps) / c.target_steps;
}

typedef struct lags_apart {
    comparison c;
    float *apart;
} lags_apart;

static void keep_lag(void *user, size_t at, size_t plane, const long lag[3])
{
    (void)plane;
    lags_apart *l = user;
    const cupel_aim *a = l->c.a;
    const bool is = a->known[at] == CUPEL_LAG_MEASURED && within(a, lag, 0.25);
    l->apart[at] = is ? (float)((at_lag(l->c.made, lag) - (double)a->s2[at]) / sqrt(l->c.below[0])) : (float)NAN;
}

double cupel_aim_apart(const cupel_aim *a, const cupel_measured *made, float *apart, double *norm)
{
    lags_apart l = {.c = {.a = a, .made = made, .phi = made->phi}, .apart = apart};
    for_lags(a, compare_lag, &l.c);
    if (apart) for_lags(a, keep_lag, &l);
    if (norm) *norm = sqrt(l.c.below[0]);
    return sqrt(l.c.off[0] / l.c.below[0]);
}
