/* Files of a design to take away: recipe, voxels in three formats, the surface for a printer. */
#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/engine/micro/design_out.h"
#include "core/engine/micro/page.h"
#include "core/engine/surface.h"
#include "datasets/formats/volume.h"

#include <stdio.h>

/* The voxels in one format. */
static cupel_status put_volume(cupel_account *a, size_t rank, const char *suffix, const char *format, const cupel_voxels *v, const char *what,
                               cupel_err *err)
{
    char name[40], *path = NULL;
    snprintf(name, sizeof name, "design-%zu.%s", rank, suffix);
    cupel_status st = cupel_account_path(a, name, &path, err);
    if (st == CUPEL_OK) st = cupel_volume_write(path, format, v, err);
    if (st == CUPEL_OK) st = cupel_account_note(a, name, what, err);
    cupel_free(path);
    return st;
}

/* The surface of what is not the softest phase: two phases from the level, more from the voxels. */
static cupel_status put_surface(cupel_account *a, const cupel_micro_demand *d, const cupel_design *g, const size_t n[3], size_t rank,
                                const cupel_voxels *v, cupel_err *err)
{
    char name[40], what[240], count[32], *path = NULL;
    size_t triangles = 0;
    const size_t solid = cupel_micro_page_hidden(d) ? 0 : 1;
    if (d->n_phases != 2)
        return put_volume(a, rank, "stl", "stl", v, "closed surface of all phases but the first, for a printer; stepped as the voxels are", err);
    snprintf(name, sizeof name, "design-%zu.stl", rank);
    cupel_status st = cupel_account_path(a, name, &path, err);
    if (st == CUPEL_OK) st = cupel_surface_write(&g->recipe, n, solid, path, a->job, &triangles, err);
    snprintf(what, sizeof what, "closed surface of %.60s for a printer (binary STL, %s triangles), cut off flat at the faces of the box",
             d->phase[solid].name, cupel_format_count(count, triangles));
    if (st == CUPEL_OK) st = cupel_account_note(a, name, what, err);
    cupel_free(path);
    return st;
}

static cupel_status put_voxels(cupel_account *a, const cupel_micro_demand *d, const cupel_design *g, size_t rank, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_voxels v = {0};
    double box[3];
    size_t n[3];
    cupel_recipe_grid(&g->recipe, g->grid, n);
    CUPEL_TRY(cupel_recipe_voxels(&g->recipe, n, &v, a->job, err));
    CUPEL_TRY(put_volume(a, rank, "npy", NULL, &v, "voxels: the phase at each centre, 0, 1, .. in the order of the demand; axes 1, 2, 3", err));
    if (rank > CUPEL_SHOWN) goto done;
    cupel_recipe_box(&g->recipe, box);
    for (int k = 0; k < 3; k++) v.size[k] = box[k] / (double)n[k];
    v.has_size = true;
    CUPEL_TRY(put_volume(a, rank, "h5", "fans", &v, "the voxels as FANS reads them: data set /microstructure with its lengths L", err));
    CUPEL_TRY(put_volume(a, rank, "vti", NULL, &v, "the voxels as DAMASK reads them: VTK image data, cells 'material'", err));
    v.has_size = false;
    st = put_surface(a, d, g, n, rank, &v, err);
done:
    cupel_voxels_release(&v);
    return st;
}

cupel_status cupel_design_take_away(const cupel_micro_demand *d, const cupel_design *g, size_t rank, cupel_account *a, cupel_err *err)
{
    cupel_str s = {0};
    cupel_json_out w = {.s = &s};
    char name[40];
    cupel_recipe_put(&g->recipe, &w);
    cupel_str_putc(&s, '\n');
    snprintf(name, sizeof name, "design-%zu.json", rank);
    cupel_status st = s.failed ? cupel_no_memory(err, name, 0) : cupel_account_text(a, name, s.p, s.n, err);
    if (st == CUPEL_OK) st = cupel_account_note(a, name, "recipe: a few numbers and a seed that build the same structure on any grid", err);
    if (st == CUPEL_OK) st = put_voxels(a, d, g, rank, err);
    cupel_str_free(&s);
    return st;
}
