/* Pictures of structures and of tensors, made without a viewer: rays through a volume, rays onto a surface over directions. */
#ifndef CUPEL_ENGINE_MICRO_VIEW_H
#define CUPEL_ENGINE_MICRO_VIEW_H

#include "core/sys/job.h"
#include "core/engine/one_body.h"

typedef struct cupel_picture {
    size_t width, height;
    unsigned char *rgba; /* [height][width][4] */
} cupel_picture;         /* {0} is empty */

void cupel_picture_release(cupel_picture *p);

/* Periods shown along each axis: as many as make the picture nearly a cube, at most 4. */
void cupel_view_repeat(const cupel_recipe *r, size_t repeat[3]);

/* What is looked at: a recipe, or its body (NULL: as drawn), on `voxels` along the shortest edge of its box; all phases but `hidden` as a solid. */
typedef struct cupel_seen {
    const cupel_recipe *recipe;
    const cupel_one_body *body;
    size_t voxels, hidden;
} cupel_seen;
typedef struct cupel_view cupel_view;
cupel_status cupel_view_open(const cupel_seen *seen, const cupel_job *job, cupel_view **v, cupel_err *err);
void cupel_view_close(cupel_view *v);
/* Seen along a diagonal, axis 3 up, parallel rays, cupel_view_repeat periods, with the faces of the box as cuts. Where two phases meet the surface is
 * that of the shares, smooth between voxels. */
cupel_status cupel_view_structure(const cupel_view *v, size_t pixels, const cupel_job *job, cupel_picture *p, cupel_err *err);
/* The section in the middle of axis `axis`, one pixel a voxel, as many periods; shares as shades between the colours of the phases. */
cupel_status cupel_view_slice(const cupel_view *v, int axis, cupel_picture *p, cupel_err *err);

/* The surface at distance f(n) from the centre in direction n, coloured by f between `low` and `high`; the same view. */
typedef double (*cupel_over_directions)(const void *user, const double n[3]);
cupel_status cupel_view_surface(cupel_over_directions f, const void *user, double low, double high, size_t pixels, cupel_picture *p, cupel_err *err);

/* Where the unit vectors of axes 1, 2, 3 point in these pictures: right and up. */
void cupel_view_axes(double end[3][2]);

/* The colour scale: t = 0 .. 1 (viridis, by its authors free of rights), sRGB. */
void cupel_view_colour(double t, unsigned char rgb[3]);
/* Of a phase; the hidden one is the palest. */
void cupel_view_phase(size_t phase, size_t hidden, unsigned char rgb[3]);

#endif
