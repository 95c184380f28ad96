/* Shapes made of many simple bodies: f = - min over bodies of (distance to the body's core) / scale, so that f > -r holds within r of a core. */
#ifndef CUPEL_DATASETS_SPACES_MICRO_SOLIDS_H
#define CUPEL_DATASETS_SPACES_MICRO_SOLIDS_H

#include "datasets/spaces/micro/recipe.h"

/* Lengths in units of the recipe's box edges (`edge`). The distance is |B (x - nearest point of the segment a b)|; an ellipsoid or a fibre has a = b.
 */
typedef struct cupel_body {
    double a[3], b[3];
    double metric[3][3]; /* B: 1 for round bodies; a row of zeros along the axis of a fibre */
    double scale;
} cupel_body;

cupel_body cupel_body_point(const double x[3], double scale);
cupel_body cupel_body_segment(const double a[3], const double b[3], double scale);

/* `body` [n] within one box is repeated periodically. Distances beyond `reach` (in f) need not be told apart. Takes no ownership. */
typedef struct cupel_solids_options {
    const cupel_body *body;
    size_t n;
    double edge[3];
    double reach;      /* > 0 */
    double t, fraction; /* as in cupel_shape; t = -r */
    size_t fine;
} cupel_solids_options;
cupel_status cupel_solids_new(const cupel_solids_options *o, cupel_shape **shape, cupel_err *err);
void cupel_solids_free(cupel_shape *shape);
void cupel_solids_row(const cupel_shape *shape, const size_t n[3], size_t i, size_t j, float *f);
double cupel_solids_at(const cupel_shape *shape, const double u[3], double g[3]);
size_t cupel_solids_faces(const cupel_shape *shape, const double u[3], double *f, double (*g)[3]);

/* Centres of hard spheres in the unit cube (dim 3) or discs in the unit square (dim 2), x [n][3], whose distance is at least `least` along axes
 * stretched by `stretch`: random sequential addition (Widom 1966, doi:10.1063/1.1726548). CUPEL_INFEASIBLE when no place is found in many trials. */
cupel_status cupel_place_hard(int dim, size_t n, double least, const double stretch[3], uint64_t seed, double *x, const cupel_job *job,
                              cupel_err *err);

#endif
