#include "core/engine/micro/view.h"

#include "core/base/mem.h"
#include "core/engine/micro/view_camera.h"

#include <math.h>
#include <string.h>

void cupel_picture_release(cupel_picture *p)
{
    cupel_free(p->rgba);
    *p = (cupel_picture){0};
}

/* ---- colours ---- */

void cupel_view_colour(double t, unsigned char rgb[3])
{
    static const double stop[9][3] = {{68, 1, 84},    {71, 45, 123},  {59, 82, 139},  {44, 114, 142}, {33, 145, 140},
                                      {40, 174, 128}, {94, 201, 98},  {173, 220, 48}, {253, 231, 37}};
    const double at = 8 * fmin(fmax(isnan(t) ? 0 : t, 0), 1);
    const size_t i = at >= 8 ? 7 : (size_t)at;
    for (size_t c = 0; c < 3; c++) rgb[c] = (unsigned char)lrint(stop[i][c] + (at - (double)i) * (stop[i + 1][c] - stop[i][c]));
}

void cupel_view_phase(size_t phase, size_t hidden, unsigned char rgb[3])
{
    static const unsigned char palette[8][3] = {{232, 236, 240}, {0, 114, 178}, {213, 94, 0},   {0, 158, 115},
                                                {204, 121, 167}, {230, 159, 0}, {86, 180, 233}, {90, 90, 90}};
    const size_t place = phase == hidden ? 0 : phase < hidden ? phase + 1 : phase;
    memcpy(rgb, palette[place < 8 ? place : 1 + (place - 1) % 7], 3);
}

/* ---- the camera ---- */

cupel_camera cupel_view_camera(double span)
{
    cupel_camera c = {.span = span};
    c.into = vec_unit((vec){{-0.80, -0.50, -0.42}});
    c.right = vec_unit((vec){{c.into.x[1], -c.into.x[0], 0}});
    c.up = (vec){{c.right.x[1] * c.into.x[2] - c.right.x[2] * c.into.x[1], c.right.x[2] * c.into.x[0] - c.right.x[0] * c.into.x[2],
                  c.right.x[0] * c.into.x[1] - c.right.x[1] * c.into.x[0]}};
    c.light = vec_unit((vec){{0.35, 0.75, 0.95}});
    c.fill = vec_unit((vec){{0.9, -0.5, 0.2}});
    return c;
}

void cupel_view_axes(double end[3][2])
{
    const cupel_camera c = cupel_view_camera(1);
    for (int a = 0; a < 3; a++) end[a][0] = c.right.x[a], end[a][1] = c.up.x[a];
}

double cupel_view_shade(const cupel_camera *c, vec normal, double open)
{
    const double key = fmax(vec_dot(normal, c->light), 0), fill = fmax(vec_dot(normal, c->fill), 0);
    return (0.22 + 0.22 * open) * (0.5 + 0.5 * open) + 0.60 * key * (0.35 + 0.65 * open) + 0.16 * fill;
}

void cupel_view_pixel(unsigned char rgba[4], const double sum[3], int hits)
{
    for (int q = 0; q < 3; q++) rgba[q] = (unsigned char)lrint(fmin(fmax(hits ? sum[q] / hits : 0, 0), 255));
    rgba[3] = (unsigned char)(255 * hits / (CUPEL_VIEW_SUPER * CUPEL_VIEW_SUPER));
}
