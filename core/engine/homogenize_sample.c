/* What is to be homogenised: a volume that is read or a recipe that is built. */
#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/engine/homogenize_parts.h"
#include "core/sys/file.h"

#include <math.h>
#include <string.h>

/* A file is a volume unless its name ends in .json; what is no file is a recipe in words, unless it looks like the name of a file. */
static bool is_recipe(const char *input)
{
    const size_t n = strlen(input), word = strcspn(input, ":");
    if (n > 5 && strcmp(input + n - 5, ".json") == 0) return true;
    if (cupel_file_exists(input)) return false;
    return !memchr(input, '.', word) && !memchr(input, '/', word);
}

static cupel_status label_phases(cupel_sample *c, const int64_t *label, cupel_err *err)
{
    c->label = cupel_alloc(c->n_phases, sizeof *c->label);
    if (!c->label) return cupel_no_memory(err, "labels", c->n_phases * sizeof *c->label);
    for (size_t i = 0; i < c->n_phases; i++) c->label[i] = label ? label[i] : (int64_t)i;
    return CUPEL_OK;
}

static cupel_status read_volume(const cupel_homogenize_options *o, cupel_sample *c, cupel_err *err)
{
    cupel_voxels v = {0};
    cupel_status st = CUPEL_OK;
    if (o->grid) CUPEL_TRY(cupel_fail(err, CUPEL_USAGE, "--grid is for a recipe; '%s' has its own", o->input));
    CUPEL_TRY(cupel_volume_read(o->input, &o->volume, &v, err));
    c->n_phases = v.n_phases;
    c->periodic = v.periodic;
    for (int a = 0; a < v.dim; a++)
        if (fabs(v.size[a] - v.size[0]) > 1e-6 * v.size[0]) memcpy(c->edge, v.size, sizeof c->edge);
    CUPEL_TRY(label_phases(c, v.label, err));
    CUPEL_TRY(cupel_mixture_of_voxels(&v, &c->fine, err));
done:
    cupel_voxels_release(&v);
    return st;
}

static cupel_status orient(cupel_sample *c, cupel_err *err)
{
    if (!c->made_by.generator->orientations) return CUPEL_OK;
    c->angle = cupel_alloc(c->n_phases, 3 * sizeof *c->angle);
    if (!c->angle) return cupel_no_memory(err, "orientations", c->n_phases * 3 * sizeof *c->angle);
    return cupel_recipe_orientations(&c->made_by, c->angle, err);
}

/* Edges of the voxels where the grid cannot make them cubes. */
static void voxel_edges(cupel_sample *c)
{
    double box[3], edge[3];
    cupel_recipe_box(&c->made_by, box);
    for (int a = 0; a < 3; a++) edge[a] = box[a] / (double)c->fine.n[a];
    if (fabs(edge[1] - edge[0]) > 1e-9 * edge[0] || fabs(edge[2] - edge[0]) > 1e-9 * edge[0]) memcpy(c->edge, edge, sizeof edge);
}

static cupel_status build_recipe(const cupel_homogenize_options *o, const cupel_job *job, cupel_sample *c, cupel_err *err)
{
    enum { USUAL = 64, LEAST = 4 };
    const size_t grid = o->grid ? o->grid : USUAL;
    size_t n[3], half[3];
    cupel_status st = CUPEL_OK;
    c->recipe = c->periodic = true;
    if (grid < LEAST) CUPEL_TRY(cupel_fail(err, CUPEL_USAGE, "--grid %zu: a recipe needs at least %d voxels along an edge", grid, (int)LEAST));
    CUPEL_TRY(cupel_recipe_read(o->input, &c->made_by, err));
    CUPEL_TRY(cupel_recipe_settle(&c->made_by, job, err));
    c->n_phases = cupel_recipe_phases(&c->made_by);
    CUPEL_TRY(label_phases(c, NULL, err));
    CUPEL_TRY(orient(c, err));
    cupel_recipe_grid(&c->made_by, grid, n);
    CUPEL_TRY(cupel_recipe_mixture(&c->made_by, n, &c->fine, job, err));
    voxel_edges(c);
    if (!o->no_error) {
        for (int a = 0; a < 3; a++) half[a] = n[a] == 1 ? 1 : (n[a] + 1) / 2;
        CUPEL_TRY(cupel_recipe_mixture(&c->made_by, half, &c->coarse, job, err));
    }
done:
    return st;
}

cupel_status cupel_sample_read(const cupel_homogenize_options *o, const cupel_job *job, cupel_sample *c, cupel_err *err)
{
    *c = (cupel_sample){0};
    const cupel_status st = is_recipe(o->input) ? build_recipe(o, job, c, err) : read_volume(o, c, err);
    if (st != CUPEL_OK) cupel_sample_release(c);
    return st;
}

void cupel_sample_release(cupel_sample *c)
{
    cupel_mixture_release(&c->fine);
    cupel_mixture_release(&c->coarse);
    cupel_free(c->label);
    cupel_free(c->angle);
    *c = (cupel_sample){0};
}
