/* The surface of a recipe's structure, for a printer. */
#ifndef CUPEL_ENGINE_SURFACE_H
#define CUPEL_ENGINE_SURFACE_H

#include "datasets/formats/mesh.h"
#include "datasets/spaces/micro/recipe.h"

/* The closed surface of phase `solid` (0 or 1) of a settled recipe of two phases, from its level on grid n; lengths in edges of the recipe's box.
 * Where the recipe says the volume fraction the level is moved, by less than half a voxel, until the surface encloses it: triangles cut a curved
 * interface short, by per cents where struts are a few voxels thick. CUPEL_USAGE for more phases; CUPEL_INTERRUPTED when the job was stopped. */
cupel_status cupel_surface_of(const cupel_recipe *r, const size_t n[3], size_t solid, const cupel_job *job, cupel_mesh *mesh, cupel_err *err);

/* What was written. */
typedef struct cupel_surface {
    size_t triangles;
    double share;  /* of the box that it encloses */
    double wanted; /* the volume fraction of the recipe; NaN: it says none */
} cupel_surface;

/* The same into an STL file. `made` may be NULL. */
cupel_status cupel_surface_write(const cupel_recipe *r, const size_t n[3], size_t solid, const char *path, const cupel_job *job, cupel_surface *made,
                                 cupel_err *err);

#endif
