#include "core/engine/surface.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/sys/file.h"

#include <math.h>
#include <stdio.h>

/* Of the volume: what is left of the difference. Surfaces that are made for it, the first included. By how many voxels the level may be moved: what
 * is lost beyond that is lost to a grid that does not hold the structure. */
static const double NEAR = 1e-4, MOST = 0.5;
enum { MADE = 8 };

static double volume_of(const double box[3]) { return box[0] * box[1] * box[2]; }

/* Of phase `solid`; NaN where the recipe says none. */
static double wanted_of(const cupel_recipe *r, size_t solid)
{
    const double fraction = cupel_recipe_fraction(r);
    return solid ? fraction : 1 - fraction;
}

/* By how much the level has to rise: first by the area, some of which are caps that do not move, then by what the last rise has done. */
static double rise(const cupel_level_field *level, const cupel_mesh *m, double missing, double last, double gained)
{
    if (last != 0 && gained * last > 0) return missing * last / gained;
    const double voxel = volume_of(level->edge) / ((double)level->n[0] * (double)level->n[1] * (double)level->n[2]);
    return m->area > 0 ? missing / (m->area * cbrt(voxel)) : 0;
}

/* The surface whose volume comes nearest to `volume`, the level in voxels moved as far as that takes. */
static cupel_status fit(cupel_level_field *level, float *value, size_t count, double volume, const cupel_job *job, cupel_mesh *mesh, cupel_err *err)
{
    cupel_mesh best = {0};
    cupel_status st = cupel_mesh_of(level, job, &best, err);
    double moved = 0, step = 0, before = 0, here = best.volume;
    for (int i = 1; i < MADE && st == CUPEL_OK && fabs(here - volume) > NEAR * volume; i++) {
        cupel_mesh next = {0};
        const double to = fmin(fmax(moved + rise(level, &best, volume - here, step, here - before), -MOST), MOST);
        step = to - moved;
        if (step == 0) break;
        for (size_t k = 0; k < count; k++) value[k] += (float)step;
        moved = to, before = here;
        st = cupel_mesh_of(level, job, &next, err);
        here = next.volume;
        if (st == CUPEL_OK && fabs(here - volume) < fabs(best.volume - volume)) {
            cupel_mesh_release(&best);
            best = next;
        } else {
            cupel_mesh_release(&next);
        }
    }
    if (st == CUPEL_OK)
        *mesh = best;
    else
        cupel_mesh_release(&best);
    return st;
}

cupel_status cupel_surface_of(const cupel_recipe *r, const size_t n[3], size_t solid, const cupel_job *job, cupel_mesh *mesh, cupel_err *err)
{
    const size_t count = cupel_mul(cupel_mul(n[0], n[1]), n[2]);
    const double wanted = wanted_of(r, solid);
    cupel_level_field level = {.n = {n[0], n[1], n[2]}, .periodic = true};
    cupel_status st = cupel_memory_check(cupel_mul(count, sizeof(float)), "the level of a structure", err);
    if (st != CUPEL_OK) return st;
    float *value = cupel_alloc(count, sizeof *value);
    if (!value) return cupel_no_memory(err, "the level of a structure", count * sizeof *value);
    st = cupel_recipe_level(r, n, value, job, err);
    for (size_t i = 0; solid == 0 && i < count; i++) value[i] = -value[i];
    cupel_recipe_box(r, level.edge);
    level.value = value;
    if (st == CUPEL_OK && wanted > 0 && wanted < 1)
        st = fit(&level, value, count, wanted * volume_of(level.edge), job, mesh, err);
    else if (st == CUPEL_OK)
        st = cupel_mesh_of(&level, job, mesh, err);
    cupel_free(value);
    return st;
}

cupel_status cupel_surface_write(const cupel_recipe *r, const size_t n[3], size_t solid, const char *path, const cupel_job *job, cupel_surface *made,
                                 cupel_err *err)
{
    cupel_mesh mesh = {0};
    double box[3];
    char words[128];
    snprintf(words, sizeof words, "cupel: unit: edge of the box; solid: phase %zu of %.30s", solid, r->generator->method.name);
    cupel_status st = cupel_surface_of(r, n, solid, job, &mesh, err);
    if (st == CUPEL_OK) st = cupel_stl_write(path, &mesh, words, job, err);
    cupel_recipe_box(r, box);
    if (made) *made = (cupel_surface){.triangles = mesh.n, .share = mesh.volume / volume_of(box), .wanted = wanted_of(r, solid)};
    cupel_mesh_release(&mesh);
    return st;
}
