/* What a recipe gives on a grid. */
#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/sys/par.h"
#include "core/sys/file.h"
#include "datasets/spaces/micro/interface.h"

#include <math.h>

static cupel_status two_phases(const cupel_recipe *r, const char *what, cupel_err *err)
{
    if (r->generator->open) return CUPEL_OK;
    return cupel_fail(err, CUPEL_USAGE, "generator '%s' has %zu phases here: %s is for two-phase generators; take the phases",
                      r->generator->method.name, cupel_recipe_phases(r), what);
}

/* What settling looks for, on one grid: the threshold, or where that is given, the fraction. */
static cupel_status settled_on(const cupel_recipe *r, size_t voxels, const cupel_job *job, double *x, cupel_err *err)
{
    size_t n[3];
    cupel_shape *shape = NULL;
    cupel_status st = r->generator->open(r, job, &shape, err);
    if (st != CUPEL_OK) return st;
    cupel_recipe_grid(r, voxels, n);
    if (isnan(shape->fraction)) {
        st = cupel_interface_volume(r->generator, shape, n, x, job, err);
    } else {
        st = cupel_interface_match(r->generator, shape, n, NULL, job, err);
        *x = shape->t;
    }
    r->generator->close(shape);
    return st;
}

cupel_status cupel_recipe_share(const cupel_recipe *r, const size_t n[3], double *share, const cupel_job *job, cupel_err *err)
{
    cupel_shape *shape = NULL;
    cupel_status st = r->generator->open(r, job, &shape, err);
    if (st != CUPEL_OK) return st;
    *share = shape->fraction;
    if (isnan(*share)) st = cupel_interface_volume(r->generator, shape, n, share, job, err);
    r->generator->close(shape);
    return st;
}

/* The error of a volume by plane cuts goes with the square of the voxel: two grids give the limit. */
cupel_status cupel_recipe_settle(cupel_recipe *r, const cupel_job *job, cupel_err *err)
{
    cupel_recipe w = *r;
    cupel_shape *shape = NULL;
    double coarse, fine;
    if (!r->generator->threshold || r->n_thresholds) return CUPEL_OK;
    if (r->generator->settle) return r->generator->settle(r, job, err);
    if (r->generator->cell) r->generator->cell(&w);
    cupel_status st = r->generator->open(&w, job, &shape, err);
    if (st != CUPEL_OK) return st;
    const size_t voxels = shape->fine;
    const bool given = isnan(shape->fraction);
    r->generator->close(shape);
    if ((st = settled_on(&w, voxels / 2, job, &coarse, err)) != CUPEL_OK) return st;
    w.threshold[0] = coarse; /* where to begin */
    w.n_thresholds = given ? 0 : 1;
    if ((st = settled_on(&w, voxels, job, &fine, err)) != CUPEL_OK) return st;
    r->threshold[0] = fine + (fine - coarse) / 3;
    r->n_thresholds = 1;
    return CUPEL_OK;
}

/* A settled copy's shape. */
static cupel_status open_settled(const cupel_recipe *r, const cupel_job *job, cupel_shape **shape, cupel_err *err)
{
    cupel_recipe w = *r;
    cupel_status st = cupel_recipe_settle(&w, job, err);
    return st == CUPEL_OK ? r->generator->open(&w, job, shape, err) : st;
}

/* A shape that knows its fraction, by which every grid is matched: only a threshold that is given has it from settling. */
static cupel_status open_for_match(const cupel_recipe *r, const cupel_job *job, cupel_shape **shape, cupel_err *err)
{
    cupel_status st = r->generator->open(r, job, shape, err);
    if (st != CUPEL_OK || !r->generator->threshold || r->n_thresholds || !isnan((*shape)->fraction)) return st;
    r->generator->close(*shape);
    *shape = NULL;
    return open_settled(r, job, shape, err);
}

cupel_status cupel_recipe_mixture(const cupel_recipe *r, const size_t n[3], cupel_mixture *m, const cupel_job *job, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_shape *shape = NULL;
    cupel_mixture w = {0};
    if (r->generator->mixture) return r->generator->mixture(r, n, m, job, err);
    CUPEL_TRY(cupel_mixture_init(&w, 3, n, 2, err));
    w.row = cupel_alloc(cupel_mul(n[0], n[1]) + 1, sizeof *w.row);
    if (!w.row) CUPEL_TRY(cupel_no_memory(err, "rows of cut voxels", cupel_mul(n[0], n[1]) * sizeof *w.row));
    CUPEL_TRY(open_for_match(r, job, &shape, err));
    CUPEL_TRY(cupel_interface_match(r->generator, shape, n, &w, job, err));
    *m = w;
    w = (cupel_mixture){0};
done:
    if (shape) r->generator->close(shape);
    cupel_mixture_release(&w);
    return st;
}

cupel_status cupel_recipe_shares(const cupel_recipe *r, const size_t n[3], float *share, const cupel_job *job, cupel_err *err)
{
    cupel_mixture m = {0};
    cupel_status st = cupel_recipe_phases(r) == 2 ? CUPEL_OK : two_phases(r, "the share of phase 1", err);
    if (st == CUPEL_OK) st = cupel_recipe_mixture(r, n, &m, job, err);
    if (st != CUPEL_OK) return st;
    cupel_mixture_shares(&m, share);
    cupel_mixture_release(&m);
    return CUPEL_OK;
}

/* ---- levels far from the interface ---- */

typedef struct far_pass {
    const size_t *n;
    float *level;
    unsigned char *inside; /* its sign */
} far_pass;

/* The other phase at a voxel centre within three voxels; an interface within two has one, unless what lies behind it is thinner than a voxel. */
static bool other_phase_near(const far_pass *w, size_t i, size_t j, size_t k)
{
    enum { REACH = 3 };
    const size_t at[3] = {i, j, k};
    const unsigned char inside = w->inside[(i * w->n[1] + j) * w->n[2] + k];
    ptrdiff_t first[3], last[3];
    for (int a = 0; a < 3; a++) {
        first[a] = w->n[a] > 2 * REACH ? -REACH : -(ptrdiff_t)at[a];
        last[a] = w->n[a] > 2 * REACH ? REACH : (ptrdiff_t)(w->n[a] - 1 - at[a]);
    }
    for (ptrdiff_t x = first[0]; x <= last[0]; x++)
        for (ptrdiff_t y = first[1]; y <= last[1]; y++)
            for (ptrdiff_t z = first[2]; z <= last[2]; z++) {
                if (x * x + y * y + z * z > REACH * REACH) continue;
                const size_t p = (i + w->n[0] + (size_t)x) % w->n[0], q = (j + w->n[1] + (size_t)y) % w->n[1],
                                 s = (k + w->n[2] + (size_t)z) % w->n[2];
                if (w->inside[(p * w->n[1] + q) * w->n[2] + s] != inside) return true;
            }
    return false;
}

/* f / |grad f| is the distance near the interface only; where the field is flat far from it, it comes out too small. */
static cupel_status lift_plane(void *user, size_t i, size_t worker, cupel_err *err)
{
    static const float NEAR = 1, FAR = 2.001F;
    const far_pass *w = user;
    (void)worker, (void)err;
    for (size_t j = 0; j < w->n[1]; j++)
        for (size_t k = 0; k < w->n[2]; k++) {
            float *x = &w->level[(i * w->n[1] + j) * w->n[2] + k];
            if (fabsf(*x) < NEAR || fabsf(*x) >= FAR || other_phase_near(w, i, j, k)) continue;
            *x = *x > 0 ? FAR : -FAR;
        }
    return CUPEL_OK;
}

cupel_status cupel_recipe_level(const cupel_recipe *r, const size_t n[3], float *level, const cupel_job *job, cupel_err *err)
{
    cupel_shape *shape = NULL;
    cupel_status st = two_phases(r, "the distance to the interface", err);
    if (st == CUPEL_OK) st = open_settled(r, job, &shape, err);
    if (st != CUPEL_OK) return st;
    st = cupel_interface_level(r->generator, shape, n, level, job, err);
    r->generator->close(shape);
    if (st != CUPEL_OK) return st;
    const size_t count = n[0] * n[1] * n[2];
    far_pass w = {n, level, cupel_alloc(count, 1)};
    if (!w.inside) return cupel_no_memory(err, "signs of a level", count);
    for (size_t i = 0; i < count; i++) w.inside[i] = level[i] > 0;
    st = cupel_par_for(job->threads, n[0], lift_plane, &w, err);
    cupel_free(w.inside);
    return st;
}

static cupel_status ids_of_mixture(const cupel_recipe *r, const size_t n[3], uint16_t *id, const cupel_job *job, cupel_err *err)
{
    cupel_mixture m = {0};
    cupel_status st = r->generator->mixture(r, n, &m, job, err);
    if (st != CUPEL_OK) return st;
    for (size_t i = 0; i < n[0] * n[1] * n[2]; i++) id[i] = m.id8 ? m.id8[i] : m.id16[i];
    cupel_mixture_release(&m);
    return CUPEL_OK;
}

cupel_status cupel_recipe_voxels(const cupel_recipe *r, const size_t n[3], cupel_voxels *v, const cupel_job *job, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_voxels w = {0};
    cupel_shape *shape = NULL;
    if (r->generator->voxels) return r->generator->voxels(r, n, v, job, err);
    CUPEL_TRY(cupel_voxels_init(&w, 3, n, r->generator->method.name, err));
    if (r->generator->mixture) {
        CUPEL_TRY(ids_of_mixture(r, n, w.id, job, err));
    } else {
        CUPEL_TRY(open_settled(r, job, &shape, err));
        CUPEL_TRY(cupel_interface_voxels(r->generator, shape, n, w.id, job, err));
    }
    CUPEL_TRY(cupel_voxels_number(&w, r->generator->method.name, err));
    *v = w;
    w = (cupel_voxels){0};
done:
    if (shape) r->generator->close(shape);
    cupel_voxels_release(&w);
    return st;
}
