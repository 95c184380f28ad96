/* What is to be homogenised: a volume that is read or a recipe that is built. */
#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/engine/one_body.h"
#include "core/engine/generate.h"
#include "core/engine/homogenize_parts.h"
#include "core/engine/segment.h"
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

static cupel_status read_volume(const cupel_homogenize_options *o, const cupel_job *job, cupel_sample *c, cupel_err *err)
{
    cupel_voxels v = {0};
    cupel_status st = CUPEL_OK;
    if (o->grid) CUPEL_TRY(cupel_fail(err, CUPEL_USAGE, "--grid is for a recipe; '%s' has its own", o->input));
    CUPEL_TRY(cupel_volume_segment(o->input, &o->volume, job, &v, err));
    c->n_phases = v.n_phases;
    c->periodic = v.periodic;
    c->voxel = v.has_size ? v.size[0] : 0;
    for (int a = 0; a < v.dim; a++) {
        c->grids.edge[0][a] = v.size[a] / v.size[0];
        c->cubes = c->cubes && fabs(v.size[a] - v.size[0]) <= 1e-6 * v.size[0];
    }
    CUPEL_TRY(label_phases(c, v.label, err));
    CUPEL_TRY(cupel_mixture_of_voxels(&v, &c->grids.grid[0], err));
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

/* Grid i of the recipe, or of its body. Edges in those of a cube where whole numbers allow one. */
static cupel_status build_grid(cupel_sample *c, int i, const size_t n[3], const cupel_one_body *body, const cupel_job *job, cupel_err *err)
{
    double box[3];
    const size_t *first = i ? c->grids.grid[0].n : n;
    cupel_recipe_box(&c->made_by, box);
    for (int a = 0; a < 3; a++) {
        c->grids.edge[i][a] = box[a] / (double)n[a] * (double)first[0] / box[0];
        if (i == 0) c->cubes = c->cubes && fabs(c->grids.edge[0][a] - 1) < 1e-9;
    }
    cupel_status st = cupel_recipe_mixture(&c->made_by, n, &c->grids.grid[i], job, err);
    if (st == CUPEL_OK) cupel_one_body_mixture(body, &c->grids.grid[i]);
    return st;
}

static cupel_status build_recipe(const cupel_homogenize_options *o, const cupel_job *job, cupel_sample *c, cupel_err *err)
{
    enum { LEAST = 4 };
    size_t n[3], middle[3], coarse[3];
    cupel_status st = CUPEL_OK;
    cupel_one_body b = {.phase = 0};
    c->recipe = c->periodic = true;
    if (o->volume.threshold) CUPEL_TRY(cupel_fail(err, CUPEL_USAGE, "--threshold is for a volume of grey values; '%s' is a recipe", o->input));
    CUPEL_TRY(cupel_recipe_read(o->input, &c->made_by, err));
    CUPEL_TRY(cupel_grid_read(o->grid ? o->grid : "64", &c->made_by, n, err));
    for (size_t a = 0; a < 3; a++)
        if (n[a] < LEAST) CUPEL_TRY(cupel_fail(err, CUPEL_USAGE, "--grid %s: a recipe needs at least %d voxels along an edge", o->grid, (int)LEAST));
    CUPEL_TRY(cupel_recipe_settle(&c->made_by, job, err));
    c->n_phases = cupel_recipe_phases(&c->made_by);
    CUPEL_TRY(label_phases(c, NULL, err));
    CUPEL_TRY(orient(c, err));
    if (c->made_by.one_body) CUPEL_TRY(cupel_one_body_of(&c->made_by, n, c->n_phases, c->made_by.one_body - 1, job, &b, err));
    CUPEL_TRY(build_grid(c, 0, n, &b, job, err));
    if (!o->no_error) {
        cupel_grids_of(n, middle, coarse);
        CUPEL_TRY(build_grid(c, 1, middle, &b, job, err));
        CUPEL_TRY(build_grid(c, 2, coarse, &b, job, err));
    }
done:
    cupel_one_body_release(&b);
    return st;
}

cupel_status cupel_sample_read(const cupel_homogenize_options *o, const cupel_job *job, cupel_sample *c, cupel_err *err)
{
    *c = (cupel_sample){.cubes = true, .grids.edge = {{1, 1, 1}, {1, 1, 1}, {1, 1, 1}}};
    const cupel_status st = is_recipe(o->input) ? build_recipe(o, job, c, err) : read_volume(o, job, c, err);
    if (st != CUPEL_OK) cupel_sample_release(c);
    return st;
}

void cupel_sample_release(cupel_sample *c)
{
    cupel_grids_release(&c->grids);
    cupel_free(c->label);
    cupel_free(c->angle);
    *c = (cupel_sample){0};
}
