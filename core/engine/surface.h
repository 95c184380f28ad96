/* The surface of a recipe's structure, for a printer. */
#ifndef CUPEL_ENGINE_SURFACE_H
#define CUPEL_ENGINE_SURFACE_H

#include "datasets/formats/mesh.h"
#include "datasets/spaces/micro/recipe.h"

/* The closed surface of phase `solid` (0 or 1) of a settled recipe of two phases, from its level on grid n; lengths in edges of the recipe's box.
 * CUPEL_USAGE for more phases. */
cupel_status cupel_surface_of(const cupel_recipe *r, const size_t n[3], size_t solid, const cupel_job *job, cupel_mesh *mesh, cupel_err *err);

/* The same into an STL file. `triangles` may be NULL. */
cupel_status cupel_surface_write(const cupel_recipe *r, const size_t n[3], size_t solid, const char *path, const cupel_job *job, size_t *triangles,
                                 cupel_err *err);

#endif
