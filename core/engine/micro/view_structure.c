/* A volume as a solid: rays through shares of its voxels. */
#include "core/engine/micro/view_camera.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/sys/par.h"

#include <string.h>

enum { REPEAT_MAX = 4 };

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

/* Each share becomes the mean of itself, twice, and of its six neighbours. */
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

/* Voxels as the body has them: a mixture without cuts. */
static cupel_status mend(cupel_voxels *v, const cupel_one_body *body, cupel_err *err)
{
    cupel_mixture m = {0};
    const size_t count = cupel_voxels_count(v);
    for (size_t i = 0; i < count; i++) v->id[i] = (uint16_t)v->label[v->id[i]];
    v->n_phases = body->drawn.n_phases;
    cupel_status st = cupel_mixture_of_voxels(v, &m, err);
    if (st != CUPEL_OK) return st;
    cupel_one_body_mixture(body, &m);
    for (size_t i = 0; i < count; i++) v->id[i] = m.id8 ? m.id8[i] : m.id16[i];
    cupel_mixture_release(&m);
    return cupel_voxels_number(v, "a picture", err);
}

/* Two phases by their shares, more by their ids. */
static cupel_status fill(volume *v, const cupel_recipe *r, const cupel_one_body *body, const cupel_job *job, cupel_err *err)
{
    const size_t count = cupel_mul(cupel_mul(v->n[0], v->n[1]), v->n[2]);
    cupel_voxels ids = {0};
    cupel_mixture m = {0};
    v->solid = cupel_alloc(count, sizeof *v->solid);
    v->id = cupel_alloc(count, 1);
    if (!v->solid || !v->id) return cupel_no_memory(err, "a picture", count * 5);
    if (cupel_recipe_phases(r) == 2) {
        memset(v->id, v->hidden ? 0 : 1, count);
        cupel_status st = cupel_recipe_mixture(r, v->n, &m, job, err);
        if (st != CUPEL_OK) return st;
        if (body) cupel_one_body_mixture(body, &m);
        cupel_mixture_shares(&m, v->solid);
        cupel_mixture_release(&m);
        for (size_t i = 0; v->hidden && i < count; i++) v->solid[i] = 1 - v->solid[i];
        return CUPEL_OK;
    }
    cupel_status st = cupel_recipe_voxels(r, v->n, &ids, job, err);
    if (st == CUPEL_OK && body) st = mend(&ids, body, err);
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

cupel_status cupel_view_open(const cupel_seen *seen, const cupel_job *job, cupel_view **out, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_recipe r = *seen->recipe;
    double box[3];
    volume *v = cupel_alloc(1, sizeof *v);
    if (!v) return cupel_no_memory(err, "a picture", sizeof *v);
    v->hidden = seen->hidden;
    CUPEL_TRY(cupel_recipe_settle(&r, job, err));
    cupel_recipe_grid(&r, seen->voxels, v->n);
    cupel_recipe_box(&r, box);
    cupel_view_repeat(&r, v->repeat);
    for (int a = 0; a < 3; a++) box[a] *= (double)v->repeat[a];
    const double longest = fmax(box[0], fmax(box[1], box[2]));
    for (int a = 0; a < 3; a++) {
        v->half[a] = box[a] / longest;
        v->scale[a] = (double)(v->n[a] * v->repeat[a]) / (2 * v->half[a]);
    }
    CUPEL_TRY(fill(v, &r, seen->body, job, err));
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
        g.x[a] = solid_at(v, vec_add(p, e, -h)) - solid_at(v, vec_add(p, e, h));
    }
    return vec_unit(g);
}

/* How much of the sky is seen: what is solid at growing distances above the surface. Outside the box nothing is. */
static double openness(const volume *v, vec p, vec normal, double h)
{
    double hidden = 0;
    for (int k = 1; k <= 4; k++) {
        const vec q = vec_add(p, normal, 1.6 * h * k * k / 1.5);
        bool inside = true;
        for (int a = 0; a < 3; a++) inside = inside && fabs(q.x[a]) < v->half[a];
        if (inside) hidden += solid_at(v, q);
    }
    return 1 - hidden / 4;
}

/* ---- rays ---- */

typedef struct ray_colour {
    double rgb[3];
    bool hit;
} ray_colour;

static ray_colour paint(const volume *v, const cupel_camera *c, vec p, vec normal, bool face, double h)
{
    unsigned char rgb[3];
    ray_colour out = {.hit = true};
    const double light = face ? cupel_view_shade(c, normal, 1) : cupel_view_shade(c, normal, openness(v, p, normal, h));
    /* Of the voxels at a wall every other one may be of the hidden phase: what is seen is what lies behind. */
    cupel_view_phase(phase_at(v, vec_add(p, normal, -0.8 * h)), v->hidden, rgb);
    for (int q = 0; q < 3; q++) {
        const double base = face ? 0.55 * rgb[q] + 0.45 * 255 : rgb[q]; /* cuts are lighter than walls */
        out.rgb[q] = base * fmin(light * 1.25, 1.12);
    }
    return out;
}

static ray_colour cast(const volume *v, const cupel_camera *c, vec from)
{
    const double h = 2 * v->half[0] / (double)(v->n[0] * v->repeat[0]);
    double begin, end;
    vec face;
    if (!enters(v, from, c->into, &begin, &end, &face)) return (ray_colour){.hit = false};
    vec p = vec_add(from, c->into, begin + 1e-6);
    if (solid_at(v, p) > 0.5) return paint(v, c, p, face, true, h);
    for (double t = begin + 0.5 * h; t < end; t += 0.5 * h) {
        const vec here = vec_add(from, c->into, t);
        if (!may_be_solid(v, here) || solid_at(v, here) <= 0.5) continue;
        double low = t - 0.5 * h, high = t;
        for (int k = 0; k < 8; k++) {
            const double middle = (low + high) / 2;
            if (solid_at(v, vec_add(from, c->into, middle)) > 0.5)
                high = middle;
            else
                low = middle;
        }
        p = vec_add(from, c->into, high);
        return paint(v, c, p, normal_at(v, p, h), false, h);
    }
    return (ray_colour){.hit = false};
}

/* ---- pictures ---- */

typedef struct canvas {
    const volume *scene;
    cupel_camera camera;
    cupel_picture *p;
} canvas;

static cupel_status draw_row(void *user, size_t i, size_t worker, cupel_err *err)
{
    const canvas *v = user;
    const size_t n = v->p->width;
    (void)worker;
    (void)err;
    for (size_t j = 0; j < n; j++) {
        double sum[3] = {0, 0, 0};
        int hits = 0;
        for (int k = 0; k < CUPEL_VIEW_SUPER * CUPEL_VIEW_SUPER; k++) {
            const int row = k / CUPEL_VIEW_SUPER, column = k % CUPEL_VIEW_SUPER;
            const double x = ((double)j + (column + 0.5) / CUPEL_VIEW_SUPER) / (double)n - 0.5,
                         y = 0.5 - ((double)i + (row + 0.5) / CUPEL_VIEW_SUPER) / (double)v->p->height;
            vec from = vec_add((vec){{0, 0, 0}}, v->camera.right, x * v->camera.span);
            from = vec_add(from, v->camera.up, y * v->camera.span);
            from = vec_add(from, v->camera.into, -v->camera.span);
            const ray_colour c = cast(v->scene, &v->camera, from);
            hits += c.hit;
            for (int q = 0; q < 3; q++) sum[q] += c.hit ? c.rgb[q] : 0;
        }
        cupel_view_pixel(v->p->rgba + (i * n + j) * 4, sum, hits);
    }
    return CUPEL_OK;
}

cupel_status cupel_view_structure(const cupel_view *v, size_t pixels, const cupel_job *job, cupel_picture *out, cupel_err *err)
{
    cupel_picture p = {.width = pixels, .height = pixels, .rgba = cupel_alloc(cupel_mul(pixels, pixels), 4)};
    double diagonal = 0;
    if (!p.rgba) return cupel_no_memory(err, "a picture", pixels * pixels * 4);
    for (int a = 0; a < 3; a++) diagonal += 4 * v->half[a] * v->half[a];
    canvas c = {v, cupel_view_camera(0.98 * sqrt(diagonal)), &p};
    cupel_status st = cupel_par_for(job->threads, pixels, draw_row, &c, err);
    if (st == CUPEL_OK)
        *out = p;
    else
        cupel_picture_release(&p);
    return st;
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
