/* What a recipe gives on a grid. */
#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/sys/file.h"
#include "datasets/spaces/micro/interface.h"

#include <math.h>

static cupel_status two_phases(const cupel_recipe *r, const char *what, cupel_err *err)
{
    if (r->generator->open) return CUPEL_OK;
    return cupel_fail(err, CUPEL_USAGE, "generator '%s' has %zu phases here: %s is for two-phase generators; take the phases",
                      r->generator->method.name, cupel_recipe_phases(r), what);
}

/* The threshold on one grid. */
static cupel_status threshold_on(const cupel_recipe *r, size_t voxels, const cupel_job *job, double *t, cupel_err *err)
{
    size_t n[3];
    cupel_shape *shape = NULL;
    cupel_status st = r->generator->open(r, job, &shape, err);
    if (st != CUPEL_OK) return st;
    cupel_recipe_grid(r, voxels, n);
    st = cupel_interface_match(r->generator, shape, n, NULL, job, err);
    *t = shape->t;
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
    r->generator->close(shape);
    if ((st = threshold_on(&w, voxels / 2, job, &coarse, err)) != CUPEL_OK) return st;
    w.threshold[0] = coarse;
    w.n_thresholds = 1;
    if ((st = threshold_on(&w, voxels, job, &fine, err)) != CUPEL_OK) return st;
    r->threshold[0] = fine + (fine - coarse) / 3;
    r->n_thresholds = 1;
    return CUPEL_OK;
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
    CUPEL_TRY(r->generator->open(r, job, &shape, err));
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
    cupel_status st = two_phases(r, "the share of phase 1", err);
    if (st == CUPEL_OK) st = cupel_recipe_mixture(r, n, &m, job, err);
    if (st != CUPEL_OK) return st;
    const size_t rows = n[0] * n[1], count = rows * n[2];
    for (size_t i = 0; i < count; i++) share[i] = m.id8[i];
    for (size_t i = 0; i < rows; i++)
        for (size_t c = m.row[i]; c < m.row[i + 1]; c++) share[i * n[2] + m.cut[c].k] = m.cut[c].p;
    cupel_mixture_release(&m);
    return CUPEL_OK;
}

/* A settled copy's shape. */
static cupel_status open_settled(const cupel_recipe *r, const cupel_job *job, cupel_shape **shape, cupel_err *err)
{
    cupel_recipe w = *r;
    cupel_status st = cupel_recipe_settle(&w, job, err);
    return st == CUPEL_OK ? r->generator->open(&w, job, shape, err) : st;
}

cupel_status cupel_recipe_level(const cupel_recipe *r, const size_t n[3], float *level, const cupel_job *job, cupel_err *err)
{
    cupel_shape *shape = NULL;
    cupel_status st = two_phases(r, "the distance to the interface", err);
    if (st == CUPEL_OK) st = open_settled(r, job, &shape, err);
    if (st != CUPEL_OK) return st;
    st = cupel_interface_level(r->generator, shape, n, level, job, err);
    r->generator->close(shape);
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
