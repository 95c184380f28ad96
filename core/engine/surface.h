/* The surface of a recipe's structure, for a printer. */
#ifndef CUPEL_ENGINE_SURFACE_H
#define CUPEL_ENGINE_SURFACE_H

#include "datasets/formats/mesh.h"
#include "datasets/spaces/micro/recipe.h"

/* What is enclosed: a phase of a settled recipe of two, on a grid. */
typedef struct cupel_solid {
    const cupel_recipe *recipe;
    size_t n[3], phase; /* voxels; 0 or 1 */
    /* With labels 0 and 1 on that grid, or NULL: the structure with some voxels of the other phase, as it was mended into one body. The surface then
     * keeps the centres of just its solid voxels inside: what was removed or filled has none, and everywhere else it is the recipe's, smooth. */
    const cupel_voxels *body;
    const char *alone; /* a second file, for the largest closed piece of a body that the faces of the box cut into several; NULL: none */
} cupel_solid;

/* The closed surface of it from the recipe's level; lengths in edges of the recipe's box. Where the recipe says the volume fraction the level is
 * moved, by less than half a voxel, until the surface encloses it (with a body: and what voxels of the body are more or fewer): triangles cut a
 * curved interface short, by per cents where struts are a few voxels thick. CUPEL_USAGE for more phases; CUPEL_INTERRUPTED when the job was
 * stopped. */
cupel_status cupel_surface_of(const cupel_solid *solid, const cupel_job *job, cupel_mesh *mesh, cupel_err *err);

/* What was written. */
typedef struct cupel_surface {
    size_t triangles;
    size_t pieces; /* closed surfaces that share no corner, of a body only, else 0: the faces of the box may cut it into more than one */
    double share;  /* of the box that it encloses */
    double alone;  /* and that its largest piece does; 0 where that was not written */
    double wanted; /* the volume fraction of the recipe, or of the body; NaN: the recipe says none */
} cupel_surface;

/* The same into an STL file. `made` may be NULL. */
cupel_status cupel_surface_write(const cupel_solid *solid, const char *path, const cupel_job *job, cupel_surface *made, cupel_err *err);

#endif
