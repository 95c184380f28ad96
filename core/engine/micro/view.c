#include "core/engine/micro/view.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/sys/par.h"

#include <float.h>
#include <math.h>
#include <string.h>

enum { SUPER = 2 /* rays along each side of a pixel */, REPEAT_MAX = 4 };

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

/* ---- the camera: parallel rays, axis 3 up ---- */

typedef struct vec {
    double x[3];
} vec;

static vec add(vec a, vec b, double t) { return (vec){{a.x[0] + t * b.x[0], a.x[1] + t * b.x[1], a.x[2] + t * b.x[2]}}; }
static double dot(vec a, vec b) { return a.x[0] * b.x[0] + a.x[1] * b.x[1] + a.x[2] * b.x[2]; }

static vec unit(vec a)
{
    const double l = sqrt(dot(a, a));
    return l > 0 ? (vec){{a.x[0] / l, a.x[1] / l, a.x[2] / l}} : (vec){{0, 0, 1}};
}

typedef struct camera {
    vec into, right, up, light, fill;
    double span; /* of the picture */
} camera;

static camera camera_of(double span)
{
    camera c = {.span = span};
    c.into = unit((vec){{-0.80, -0.50, -0.42}});
    c.right = unit((vec){{c.into.x[1], -c.into.x[0], 0}});
    c.up = (vec){{c.right.x[1] * c.into.x[2] - c.right.x[2] * c.into.x[1], c.right.x[2] * c.into.x[0] - c.right.x[0] * c.into.x[2],
                  c.right.x[0] * c.into.x[1] - c.right.x[1] * c.into.x[0]}};
    c.light = unit((vec){{0.35, 0.75, 0.95}});
    c.fill = unit((vec){{0.9, -0.5, 0.2}});
    return c;
}

/* Lambert with a second, weaker light from the other side, and what the surroundings leave of the sky. */
static double shade(const camera *c, vec normal, double open)
{
    const double key = fmax(dot(normal, c->light), 0), fill = fmax(dot(normal, c->fill), 0);
    return (0.22 + 0.22 * open) * (0.5 + 0.5 * open) + 0.60 * key * (0.35 + 0.65 * open) + 0.16 * fill;
}

typedef struct ray_colour {
    double rgb[3];
    bool hit;
} ray_colour;

typedef ray_colour (*ray_fn)(const void *scene, const camera *c, vec from);

typedef struct canvas {
    ray_fn cast;
    const void *scene;
    camera camera;
    cupel_picture *p;
} canvas;

/* The mean colour of what was hit, its share of the samples as opacity. */
static void put_pixel(unsigned char rgba[4], const double sum[3], int hits)
{
    for (int q = 0; q < 3; q++) rgba[q] = (unsigned char)lrint(fmin(fmax(hits ? sum[q] / hits : 0, 0), 255));
    rgba[3] = (unsigned char)(255 * hits / (SUPER * SUPER));
}

static cupel_status draw_row(void *user, size_t i, size_t worker, cupel_err *err)
{
    const canvas *v = user;
    const size_t n = v->p->width;
    (void)worker;
    (void)err;
    for (size_t j = 0; j < n; j++) {
        double sum[3] = {0, 0, 0};
        int hits = 0;
        for (int k = 0; k < SUPER * SUPER; k++) {
            const int row = k / SUPER, column = k % SUPER;
            const double x = ((double)j + (column + 0.5) / SUPER) / (double)n - 0.5,
                         y = 0.5 - ((double)i + (row + 0.5) / SUPER) / (double)v->p->height;
            vec from = add((vec){{0, 0, 0}}, v->camera.right, x * v->camera.span);
            from = add(from, v->camera.up, y * v->camera.span);
            from = add(from, v->camera.into, -v->camera.span);
            const ray_colour c = v->cast(v->scene, &v->camera, from);
            hits += c.hit;
            for (int q = 0; q < 3; q++) sum[q] += c.hit ? c.rgb[q] : 0;
        }
        put_pixel(v->p->rgba + (i * n + j) * 4, sum, hits);
    }
    return CUPEL_OK;
}

static cupel_status draw(ray_fn cast, const void *scene, double span, size_t pixels, const cupel_job *job, cupel_picture *out, cupel_err *err)
{
    cupel_picture p = {.width = pixels, .height = pixels, .rgba = cupel_alloc(cupel_mul(pixels, pixels), 4)};
    if (!p.rgba) return cupel_no_memory(err, "a picture", pixels * pixels * 4);
    canvas v = {cast, scene, camera_of(span), &p};
    cupel_status st = cupel_par_for(job->threads, pixels, draw_row, &v, err);
    if (st == CUPEL_OK)
        *out = p;
    else
        cupel_picture_release(&p);
    return st;
}

/* ---- a volume ---- */

struct cupel_view {
    size_t n[3];
    size_t repeat[3];   /* periods shown along each axis, so that a long box makes a picture near a cube */
    double half[3];     /* of what is shown, its longest edge 2 */
    double scale[3];    /* voxels per length */
    float *solid;       /* share of what is shown, per voxel */
    uint8_t *id;        /* phase shown there */
    uint8_t *near;      /* 1 where one of the eight voxels from here on is solid: elsewhere nothing between them is */
    size_t hidden;
};
typedef cupel_view volume;

void cupel_view_close(cupel_view *v)
{
    if (!v) return;
    cupel_free(v->solid);
    cupel_free(v->id);
    cupel_free(v->near);
    cupel_free(v);
}

/* Fills a volume of two phases with shares, one of more with ids, smoothed over the six neighbours. */
static void smooth(volume *v)
{
    const size_t n1 = v->n[1], n2 = v->n[2], count = v->n[0] * n1 * n2;
    float *out = cupel_alloc(count, sizeof *out);
    if (!out) return; /* a rougher picture */
    for (size_t at = 0; at < count; at++) {
        const size_t i = at / (n1 * n2), j = at / n2 % n1, k = at % n2;
        const size_t near[6] = {((i + 1) % v->n[0]) * n1 * n2 + j * n2 + k, ((i + v->n[0] - 1) % v->n[0]) * n1 * n2 + j * n2 + k,
                                i * n1 * n2 + (j + 1) % n1 * n2 + k, i * n1 * n2 + (j + n1 - 1) % n1 * n2 + k,
                                (i * n1 + j) * n2 + (k + 1) % n2, (i * n1 + j) * n2 + (k + n2 - 1) % n2};
        float sum = 2 * v->solid[at];
        for (int q = 0; q < 6; q++) sum += v->solid[near[q]];
        out[at] = sum / 8;
    }
    cupel_free(v->solid);
    v->solid = out;
}

void cupel_view_repeat(const cupel_recipe *r, size_t repeat[3])
{
    double box[3];
    cupel_recipe_box(r, box);
    const double longest = fmax(box[0], fmax(box[1], box[2]));
    for (int a = 0; a < 3; a++) {
        const double times = floor(longest / box[a] + 0.5);
        repeat[a] = times > REPEAT_MAX ? REPEAT_MAX : (size_t)times;
    }
}

/* Two phases by their shares, more by their ids. */
static cupel_status fill(volume *v, const cupel_recipe *r, const cupel_job *job, cupel_err *err)
{
    const size_t count = cupel_mul(cupel_mul(v->n[0], v->n[1]), v->n[2]);
    cupel_voxels ids = {0};
    v->solid = cupel_alloc(count, sizeof *v->solid);
    v->id = cupel_alloc(count, 1);
    if (!v->solid || !v->id) return cupel_no_memory(err, "a picture", count * 5);
    if (cupel_recipe_phases(r) == 2) {
        memset(v->id, v->hidden ? 0 : 1, count);
        cupel_status st = cupel_recipe_shares(r, v->n, v->solid, job, err);
        for (size_t i = 0; v->hidden && i < count; i++) v->solid[i] = 1 - v->solid[i];
        return st;
    }
    cupel_status st = cupel_recipe_voxels(r, v->n, &ids, job, err);
    for (size_t i = 0; st == CUPEL_OK && i < count; i++) {
        v->id[i] = (uint8_t)ids.label[ids.id[i]];
        v->solid[i] = v->id[i] != v->hidden ? 1 : 0;
    }
    cupel_voxels_release(&ids);
    return st;
}

static cupel_status find_near(volume *v, cupel_err *err)
{
    const size_t n0 = v->n[0], n1 = v->n[1], n2 = v->n[2];
    v->near = cupel_alloc(n0 * n1 * n2, 1);
    if (!v->near) return cupel_no_memory(err, "a picture", n0 * n1 * n2);
    for (size_t i = 0, at = 0; i < n0; i++)
        for (size_t j = 0; j < n1; j++)
            for (size_t k = 0; k < n2; k++, at++)
                for (size_t q = 0; q < 8 && !v->near[at]; q++)
                    v->near[at] = v->solid[((i + (q & 1)) % n0 * n1 + (j + (q >> 1 & 1)) % n1) * n2 + (k + (q >> 2)) % n2] > 0.5F;
    return CUPEL_OK;
}

cupel_status cupel_view_open(const cupel_recipe *recipe, size_t voxels, size_t hidden, const cupel_job *job, cupel_view **out, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_recipe r = *recipe;
    double box[3];
    volume *v = cupel_alloc(1, sizeof *v);
    if (!v) return cupel_no_memory(err, "a picture", sizeof *v);
    v->hidden = hidden;
    CUPEL_TRY(cupel_recipe_settle(&r, job, err));
    cupel_recipe_grid(&r, voxels, v->n);
    cupel_recipe_box(&r, box);
    cupel_view_repeat(&r, v->repeat);
    for (int a = 0; a < 3; a++) box[a] *= (double)v->repeat[a];
    const double longest = fmax(box[0], fmax(box[1], box[2]));
    for (int a = 0; a < 3; a++) {
        v->half[a] = box[a] / longest;
        v->scale[a] = (double)(v->n[a] * v->repeat[a]) / (2 * v->half[a]);
    }
    CUPEL_TRY(fill(v, &r, job, err));
    smooth(v);
    CUPEL_TRY(find_near(v, err));
    *out = v;
    v = NULL;
done:
    cupel_view_close(v);
    return st;
}

/* Place in voxels of a point of the box. */
static void place(const volume *v, vec p, double at[3])
{
    for (int a = 0; a < 3; a++) at[a] = (p.x[a] + v->half[a]) * v->scale[a] - 0.5;
}

/* floor() of numbers that an integer holds, without a call. */
static double down(double x)
{
    const double t = (double)(int64_t)x;
    return t > x ? t - 1 : t;
}

static size_t wrapped(double x, size_t n)
{
    if (x >= 0 && x < (double)n) return (size_t)x;
    const double y = x - floor(x / (double)n) * (double)n;
    return y >= (double)n ? 0 : (size_t)y;
}

static double solid_at(const volume *v, vec p)
{
    const size_t n1 = v->n[1], n2 = v->n[2];
    double at[3], w[3], along[4];
    size_t low[3], high[3];
    place(v, p, at);
    for (int a = 0; a < 3; a++) {
        const double f = down(at[a]);
        w[a] = at[a] - f;
        low[a] = wrapped(f, v->n[a]);
        high[a] = low[a] + 1 == v->n[a] ? 0 : low[a] + 1;
    }
    const size_t row[4] = {(low[0] * n1 + low[1]) * n2, (low[0] * n1 + high[1]) * n2, (high[0] * n1 + low[1]) * n2, (high[0] * n1 + high[1]) * n2};
    for (int k = 0; k < 4; k++) {
        const double a = (double)v->solid[row[k] + low[2]], b = (double)v->solid[row[k] + high[2]];
        along[k] = a + w[2] * (b - a);
    }
    const double near = along[0] + w[1] * (along[1] - along[0]), far = along[2] + w[1] * (along[3] - along[2]);
    return near + w[0] * (far - near);
}

/* False where solid_at is surely not above 1/2. */
static bool may_be_solid(const volume *v, vec p)
{
    double at[3];
    size_t i[3];
    place(v, p, at);
    for (int a = 0; a < 3; a++) {
        i[a] = wrapped(down(at[a]), v->n[a]);
    }
    return v->near[(i[0] * v->n[1] + i[1]) * v->n[2] + i[2]];
}

static size_t phase_at(const volume *v, vec p)
{
    double at[3];
    place(v, p, at);
    return v->id[(wrapped(floor(at[0] + 0.5), v->n[0]) * v->n[1] + wrapped(floor(at[1] + 0.5), v->n[1])) * v->n[2] +
                 wrapped(floor(at[2] + 0.5), v->n[2])];
}

/* Where a ray is inside the box, and the face it comes in by. */
static bool enters(const volume *v, vec from, vec into, double *begin, double *end, vec *face)
{
    *begin = -HUGE_VAL, *end = HUGE_VAL;
    for (int a = 0; a < 3; a++) {
        double t0 = (-v->half[a] - from.x[a]) / into.x[a], t1 = (v->half[a] - from.x[a]) / into.x[a];
        if (t0 > t1) {
            const double t = t0;
            t0 = t1, t1 = t;
        }
        if (t0 > *begin) {
            *begin = t0;
            *face = (vec){{0, 0, 0}};
            face->x[a] = into.x[a] > 0 ? -1 : 1;
        }
        *end = fmin(*end, t1);
    }
    return *begin < *end;
}

static vec normal_at(const volume *v, vec p, double h)
{
    vec g;
    for (int a = 0; a < 3; a++) {
        vec e = {{0, 0, 0}};
        e.x[a] = 1;
        g.x[a] = solid_at(v, add(p, e, -h)) - solid_at(v, add(p, e, h));
    }
    return unit(g);
}

/* How much of the sky is seen: what is solid at growing distances above the surface. Outside the box nothing is. */
static double openness(const volume *v, vec p, vec normal, double h)
{
    double hidden = 0;
    for (int k = 1; k <= 4; k++) {
        const vec q = add(p, normal, 1.6 * h * k * k / 1.5);
        bool inside = true;
        for (int a = 0; a < 3; a++) inside = inside && fabs(q.x[a]) < v->half[a];
        if (inside) hidden += solid_at(v, q);
    }
    return 1 - hidden / 4;
}

static ray_colour paint(const volume *v, const camera *c, vec p, vec normal, bool face, double h)
{
    unsigned char rgb[3];
    ray_colour out = {.hit = true};
    const double light = face ? shade(c, normal, 1) : shade(c, normal, openness(v, p, normal, h));
    /* Of the voxels at a wall every other one may be of the hidden phase: what is seen is what lies behind. */
    cupel_view_phase(phase_at(v, add(p, normal, -0.8 * h)), v->hidden, rgb);
    for (int q = 0; q < 3; q++) {
        const double base = face ? 0.55 * rgb[q] + 0.45 * 255 : rgb[q]; /* cuts are lighter than walls */
        out.rgb[q] = base * fmin(light * 1.25, 1.12);
    }
    return out;
}

static ray_colour cast_volume(const void *scene, const camera *c, vec from)
{
    const volume *v = scene;
    const double h = 2 * v->half[0] / (double)(v->n[0] * v->repeat[0]);
    double begin, end;
    vec face;
    if (!enters(v, from, c->into, &begin, &end, &face)) return (ray_colour){.hit = false};
    vec p = add(from, c->into, begin + 1e-6);
    if (solid_at(v, p) > 0.5) return paint(v, c, p, face, true, h);
    for (double t = begin + 0.5 * h; t < end; t += 0.5 * h) {
        const vec here = add(from, c->into, t);
        if (!may_be_solid(v, here) || solid_at(v, here) <= 0.5) continue;
        double low = t - 0.5 * h, high = t;
        for (int k = 0; k < 8; k++) {
            const double middle = (low + high) / 2;
            if (solid_at(v, add(from, c->into, middle)) > 0.5)
                high = middle;
            else
                low = middle;
        }
        p = add(from, c->into, high);
        return paint(v, c, p, normal_at(v, p, h), false, h);
    }
    return (ray_colour){.hit = false};
}

cupel_status cupel_view_structure(const cupel_view *v, size_t pixels, const cupel_job *job, cupel_picture *p, cupel_err *err)
{
    double diagonal = 0;
    for (int a = 0; a < 3; a++) diagonal += 4 * v->half[a] * v->half[a];
    return draw(cast_volume, v, 0.98 * sqrt(diagonal), pixels, job, p, err);
}

cupel_status cupel_view_slice(const cupel_view *v, int axis, cupel_picture *out, cupel_err *err)
{
    unsigned char low[3], high[3];
    const int down = axis == 2 ? 1 : 2, across = axis == 0 ? 1 : 0;
    cupel_picture p = {.width = v->n[across] * v->repeat[across], .height = v->n[down] * v->repeat[down]};
    p.rgba = cupel_alloc(p.width * p.height, 4);
    if (!p.rgba) return cupel_no_memory(err, "a picture", 0);
    cupel_view_phase(v->hidden, v->hidden, low);
    for (size_t y = 0; y < p.height; y++)
        for (size_t x = 0; x < p.width; x++) {
            size_t at[3];
            at[axis] = v->n[axis] / 2, at[across] = x % v->n[across], at[down] = (p.height - 1 - y) % v->n[down];
            const size_t i = (at[0] * v->n[1] + at[1]) * v->n[2] + at[2];
            cupel_view_phase(v->id[i] != v->hidden ? v->id[i] : v->hidden ? 0 : 1, v->hidden, high);
            for (int q = 0; q < 3; q++)
                p.rgba[(y * p.width + x) * 4 + (size_t)q] = (unsigned char)lrint(low[q] + (double)v->solid[i] * ((double)high[q] - low[q]));
            p.rgba[(y * p.width + x) * 4 + 3] = 255;
        }
    *out = p;
    return CUPEL_OK;
}

/* ---- a surface over directions ---- */

/* Directions through the faces of a cube, joined to triangles, drawn with a depth for every sample. */
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
    camera camera;
    size_t n; /* samples along a side */
    sample *at;
} raster;

/* Distance beyond the surface, the largest extent 1. */
static double beyond(const radial *r, vec p)
{
    const double l = sqrt(dot(p, p));
    const vec n = unit(p);
    return l - r->f(r->user, n.x) / r->high;
}

static node node_of(const radial *r, vec direction)
{
    node out = {.value = r->f(r->user, direction.x)};
    vec g;
    out.p = add((vec){{0, 0, 0}}, direction, fmax(out.value / r->high, 0));
    for (int a = 0; a < 3; a++) {
        vec e = {{0, 0, 0}};
        e.x[a] = 1;
        g.x[a] = beyond(r, add(out.p, e, 1e-3)) - beyond(r, add(out.p, e, -1e-3));
    }
    out.normal = unit(g);
    return out;
}

static void put_sample(const raster *b, size_t i, size_t j, double depth, vec normal, double value)
{
    sample *at = &b->at[i * b->n + j];
    unsigned char rgb[3];
    if ((double)at->depth <= depth) return;
    const double light = fmin(1.3 * shade(&b->camera, unit(normal), 1), 1.15);
    cupel_view_colour((value - b->r->low) / (b->r->high > b->r->low ? b->r->high - b->r->low : 1), rgb);
    at->depth = (float)depth;
    for (int q = 0; q < 3; q++) at->rgb[q] = (float)(rgb[q] * light);
}

/* Samples whose centre lies in the triangle, by barycentric coordinates. */
static void fill_triangle(const raster *b, const node *const corner[3])
{
    double x[3], y[3], z[3], low[2] = {HUGE_VAL, HUGE_VAL}, high[2] = {-HUGE_VAL, -HUGE_VAL};
    for (int c = 0; c < 3; c++) {
        x[c] = (dot(corner[c]->p, b->camera.right) / b->camera.span + 0.5) * (double)b->n;
        y[c] = (0.5 - dot(corner[c]->p, b->camera.up) / b->camera.span) * (double)b->n;
        z[c] = dot(corner[c]->p, b->camera.into);
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
                normal = add(normal, corner[c]->normal, w[c]);
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
            mesh[i * NODES + j] = node_of(b->r, unit(n));
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
            for (size_t k = 0; k < SUPER * SUPER; k++) {
                const sample *s = &b->at[(SUPER * i + k / SUPER) * b->n + SUPER * j + k % SUPER];
                if (s->depth == FLT_MAX) continue;
                hits++;
                for (int q = 0; q < 3; q++) sum[q] += (double)s->rgb[q];
            }
            put_pixel(p->rgba + (i * p->width + j) * 4, sum, hits);
        }
}

cupel_status cupel_view_surface(cupel_over_directions f, const void *user, double low, double high, size_t pixels, cupel_picture *p, cupel_err *err)
{
    const radial r = {f, user, low, high};
    raster b = {.r = &r, .camera = camera_of(2.1), .n = SUPER * pixels};
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
