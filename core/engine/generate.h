/* A microstructure from a recipe, into a file. */
#ifndef CUPEL_ENGINE_GENERATE_H
#define CUPEL_ENGINE_GENERATE_H

#include "core/sys/job.h"
#include "datasets/spaces/micro/recipe.h"

typedef enum cupel_generate_as { CUPEL_AS_PHASES, CUPEL_AS_FRACTION, CUPEL_AS_LEVEL } cupel_generate_as;

typedef struct cupel_generate_options {
    const char *recipe;       /* a JSON file, or "gyroid:fraction=0.4,seed=1" */
    const char *grid;         /* as cupel_grid_read; NULL: a volume cannot be asked for */
    cupel_generate_as as;
    const char *output;       /* a volume by its name (.npy where the values are no phases), or the settled recipe (.json); NULL: none */
    const char *format;       /* of the volume; NULL: by the name */
    const char *recipe_out;   /* the settled recipe; NULL: none */
    const char *orientations; /* a table label, phi1, Phi, phi2 in degrees; NULL: none */
} cupel_generate_options;

/* Phases are ids as they are in the recipe, fraction is the share of phase 1 per voxel and level the distance to the interface in voxels, both
 * float32 in C order. CUPEL_USAGE for a recipe that is none, a value outside its range, or more than two phases with fraction or level. */
cupel_status cupel_generate(const cupel_generate_options *o, const cupel_job *job, cupel_err *err);

/* "64" along the shortest edge of the recipe's box, or "64x64x32". CUPEL_USAGE. */
cupel_status cupel_grid_read(const char *text, const cupel_recipe *r, size_t n[3], cupel_err *err);

#endif
