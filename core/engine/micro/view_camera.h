/* What pictures of volumes and of surfaces share, for view*.c alone: the camera and how light falls. */
#ifndef CUPEL_ENGINE_MICRO_VIEW_CAMERA_H
#define CUPEL_ENGINE_MICRO_VIEW_CAMERA_H

#include "core/engine/micro/view.h"

#include <math.h>

enum { CUPEL_VIEW_SUPER = 2 /* rays along each side of a pixel */ };

typedef struct vec {
    double x[3];
} vec;

static inline vec vec_add(vec a, vec b, double t) { return (vec){{a.x[0] + t * b.x[0], a.x[1] + t * b.x[1], a.x[2] + t * b.x[2]}}; }
static inline double vec_dot(vec a, vec b) { return a.x[0] * b.x[0] + a.x[1] * b.x[1] + a.x[2] * b.x[2]; }

static inline vec vec_unit(vec a)
{
    const double l = sqrt(vec_dot(a, a));
    return l > 0 ? (vec){{a.x[0] / l, a.x[1] / l, a.x[2] / l}} : (vec){{0, 0, 1}};
}

/* Parallel rays, axis 3 up; unit vectors, `span` the edge of the picture. */
typedef struct cupel_camera {
    vec into, right, up, light, fill;
    double span;
} cupel_camera;
cupel_camera cupel_view_camera(double span);

/* Lambert with a second, weaker light from the other side; `open`: how much of the sky the surroundings leave, 0 .. 1. `normal` has length 1. */
double cupel_view_shade(const cupel_camera *c, vec normal, double open);

/* The mean colour of the rays that hit something, their share as opacity. sum [3] of colours 0 .. 255. */
void cupel_view_pixel(unsigned char rgba[4], const double sum[3], int hits);

#endif
