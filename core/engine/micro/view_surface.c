/* A surface over directions. Directions through the faces of a cube, joined to triangles, drawn with a depth for every sample. */
#include "core/engine/micro/view_camera.h"

#include "core/base/err.h"
#include "core/base/mem.h"

#include <float.h>

enum { NODES = 41, SIDES = 6 };

typedef struct radial {
    cupel_over_directions f;
    const void *user;
    double low, high;
} radial;

typedef struct node {
    vec p, normal;
    double value;
} node;

typedef struct sample {
    float depth, rgb[3]; /* depth FLT_MAX: nothing there */
} sample;

typedef struct raster {
    const radial *r;
    cupel_camera camera;
    size_t n; /* samples along a side */
    sample *at;
} raster;

/* Distance beyond the surface, the largest extent 1. */
static double beyond(const radial *r, vec p)
{
    const double l = sqrt(vec_dot(p, p));
    const vec n = vec_unit(p);
    return l - r->f(r->user, n.x) / r->high;
}

static node node_of(const radial *r, vec direction)
{
    node out = {.value = r->f(r->user, direction.x)};
    vec g;
    out.p = vec_add((vec){{0, 0, 0}}, direction, fmax(out.value / r->high, 0));
    for (int a = 0; a < 3; a++) {
        vec e = {{0, 0, 0}};
        e.x[a] = 1;
        g.x[a] = beyond(r, vec_add(out.p, e, 1e-3)) - beyond(r, vec_add(out.p, e, -1e-3));
    }
    out.normal = vec_unit(g);
    return out;
}

static void put_sample(const raster *b, size_t i, size_t j, double depth, vec normal, double value)
{
    sample *at = &b->at[i * b->n + j];
    unsigned char rgb[3];
    if ((double)at->depth <= depth) return;
    const double light = fmin(1.3 * cupel_view_shade(&b->camera, vec_unit(normal), 1), 1.15);
    cupel_view_colour((value - b->r->low) / (b->r->high > b->r->low ? b->r->high - b->r->low : 1), rgb);
    at->depth = (float)depth;
    for (int q = 0; q < 3; q++) at->rgb[q] = (float)(rgb[q] * light);
}

/* Samples whose centre lies in the triangle, by barycentric coordinates. */
static void fill_triangle(const raster *b, const node *const corner[3])
{
    double x[3], y[3], z[3], low[2] = {HUGE_VAL, HUGE_VAL}, high[2] = {-HUGE_VAL, -HUGE_VAL};
    for (int c = 0; c < 3; c++) {
        x[c] = (vec_dot(corner[c]->p, b->camera.right) / b->camera.span + 0.5) * (double)b->n;
        y[c] = (0.5 - vec_dot(corner[c]->p, b->camera.up) / b->camera.span) * (double)b->n;
        z[c] = vec_dot(corner[c]->p, b->camera.into);
        low[0] = fmin(low[0], x[c]), high[0] = fmax(high[0], x[c]), low[1] = fmin(low[1], y[c]), high[1] = fmax(high[1], y[c]);
    }
    const double area = (x[1] - x[0]) * (y[2] - y[0]) - (x[2] - x[0]) * (y[1] - y[0]), last = (double)b->n - 1;
    if (area == 0) return;
    for (double i = fmax(floor(low[1]), 0); i <= fmin(high[1], last); i++)
        for (double j = fmax(floor(low[0]), 0); j <= fmin(high[0], last); j++) {
            double w[3], depth = 0, value = 0;
            vec normal = {{0, 0, 0}};
            w[1] = ((j + 0.5 - x[0]) * (y[2] - y[0]) - (x[2] - x[0]) * (i + 0.5 - y[0])) / area;
            w[2] = ((x[1] - x[0]) * (i + 0.5 - y[0]) - (j + 0.5 - x[0]) * (y[1] - y[0])) / area;
            w[0] = 1 - w[1] - w[2];
            if (w[0] < 0 || w[1] < 0 || w[2] < 0) continue;
            for (int c = 0; c < 3; c++) {
                depth += w[c] * z[c];
                value += w[c] * corner[c]->value;
                normal = vec_add(normal, corner[c]->normal, w[c]);
            }
            put_sample(b, (size_t)i, (size_t)j, depth, normal, value);
        }
}

static void draw_side(const raster *b, int side, node *mesh)
{
    for (size_t i = 0; i < NODES; i++)
        for (size_t j = 0; j < NODES; j++) {
            /* Equal angles make cells of nearly equal size. */
            const double u = tan(acos(-1) / 4 * (2.0 * (double)i / (NODES - 1) - 1)), v = tan(acos(-1) / 4 * (2.0 * (double)j / (NODES - 1) - 1));
            vec n;
            n.x[side % 3] = side < 3 ? 1 : -1, n.x[(side + 1) % 3] = u, n.x[(side + 2) % 3] = v;
            mesh[i * NODES + j] = node_of(b->r, vec_unit(n));
        }
    for (size_t i = 0; i + 1 < NODES; i++)
        for (size_t j = 0; j + 1 < NODES; j++) {
            const node *const q[4] = {&mesh[i * NODES + j], &mesh[i * NODES + j + 1], &mesh[(i + 1) * NODES + j], &mesh[(i + 1) * NODES + j + 1]};
            fill_triangle(b, (const node *const[3]){q[0], q[1], q[2]});
            fill_triangle(b, (const node *const[3]){q[1], q[2], q[3]});
        }
}

static void average(const raster *b, cupel_picture *p)
{
    for (size_t i = 0; i < p->height; i++)
        for (size_t j = 0; j < p->width; j++) {
            double sum[3] = {0, 0, 0};
            int hits = 0;
            for (size_t k = 0; k < CUPEL_VIEW_SUPER * CUPEL_VIEW_SUPER; k++) {
                const sample *s = &b->at[(CUPEL_VIEW_SUPER * i + k / CUPEL_VIEW_SUPER) * b->n + CUPEL_VIEW_SUPER * j + k % CUPEL_VIEW_SUPER];
                if (s->depth == FLT_MAX) continue;
                hits++;
                for (int q = 0; q < 3; q++) sum[q] += (double)s->rgb[q];
            }
            cupel_view_pixel(p->rgba + (i * p->width + j) * 4, sum, hits);
        }
}

cupel_status cupel_view_surface(cupel_over_directions f, const void *user, double low, double high, size_t pixels, cupel_picture *p, cupel_err *err)
{
    const radial r = {f, user, low, high};
    raster b = {.r = &r, .camera = cupel_view_camera(2.1), .n = CUPEL_VIEW_SUPER * pixels};
    if (!(high > 0)) return cupel_fail(err, CUPEL_BAD_INPUT, "a surface over directions needs a value above 0");
    *p = (cupel_picture){.width = pixels, .height = pixels, .rgba = cupel_alloc(cupel_mul(pixels, pixels), 4)};
    node *mesh = cupel_alloc((size_t)NODES * NODES, sizeof *mesh);
    b.at = cupel_alloc(cupel_mul(b.n, b.n), sizeof *b.at);
    const bool there = p->rgba && mesh && b.at;
    for (size_t i = 0; there && i < b.n * b.n; i++) b.at[i].depth = FLT_MAX;
    for (int side = 0; there && side < SIDES; side++) draw_side(&b, side, mesh);
    if (there) average(&b, p);
    cupel_free(mesh);
    cupel_free(b.at);
    if (there) return CUPEL_OK;
    cupel_picture_release(p);
    return cupel_no_memory(err, "a picture", pixels * pixels * 4);
}
