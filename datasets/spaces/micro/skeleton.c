/* Skeletons of struts and plates that stay connected however thin they are: lines and planes through the corner of the box along its edges, the
 * diagonals of its faces, its own and those of two faces side by side, each with a radius or half a thickness, melted into one smooth body, and a
 * short cosine series that thickens it here and there.
 *
 * With d_s a smooth periodic function of the place that near the line or plane s is the distance from it, in edges of the box,
 *   f = 1/sharpness log sum_s exp(sharpness (r_s - d_s)) + sum_K c_K cos(2 pi K . u),
 * and the body is where f is above a level: 0 when its parts do not overlap. */
#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/math/exp2.h"
#include "datasets/spaces/micro/list.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define TAU 6.28318530717958647692

enum { PLANES = 13, SERIES = 16, WAYS = 28, LINES = PLANES + WAYS - SERIES, PARTS = LINES + PLANES, TERMS = 3, FINE = 96, LANES = 4 };
enum { FRACTION, LEVEL, PHASE, SHARPNESS, LINE, PLANE = LINE + LINES, WAVE = PLANE + PLANES };

/* Wave vectors. The first 13 are also directions of lines and normals of planes, the first 16 those of the series, the last 12 directions of lines
 * too. */
static const signed char way[WAYS][3] = {{1, 0, 0}, {0, 1, 0},  {0, 0, 1}, {0, 1, 1},  {0, 1, -1}, {1, 0, 1},  {-1, 0, 1}, {1, 1, 0},
                                           {1, -1, 0}, {1, 1, 1}, {-1, 1, 1}, {1, -1, 1}, {1, 1, -1}, {2, 0, 0}, {0, 2, 0},  {0, 0, 2},
                                         {0, 1, 2},  {0, 1, -2}, {0, 2, 1}, {0, 2, -1}, {1, 0, 2},  {1, 0, -2}, {2, 0, 1},  {2, 0, -1},
                                         {1, 2, 0},  {1, -2, 0}, {2, 1, 0}, {2, -1, 0}};

/* Cusps on the lines, where a part ends that is about to appear, are rounded off over this distance. */
static const double BLUNT = 0.01;

typedef float lanes __attribute__((vector_size(4 * LANES)));
typedef int bits __attribute__((vector_size(4 * LANES)));

typedef struct skeleton {
    cupel_shape shape;
    double sign;                       /* -1: the body is phase 0 */
    double sharpness, r[PARTS], c[SERIES];
    int terms[PARTS], term[PARTS][TERMS]; /* d_s^2 + BLUNT^2 = sum_i weight_i (1 - cos(2 pi way_term . u)) */
    double weight[PARTS][TERMS];
} skeleton;

static int dot(const signed char *a, const signed char *b) { return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]; }

static int way_of_line(int l) { return l < PLANES ? l : l + SERIES - PLANES; }

static void add_term(skeleton *t, int part, int wave, double weight)
{
    t->term[part][t->terms[part]] = wave;
    t->weight[part][t->terms[part]++] = weight * 2 / (TAU * TAU);
}

/* Each (1 - cos(2 pi K . u)) / (2 pi^2) is (K . u)^2 near 0. A plane needs its normal's alone, over its square. A line needs those across it, so that
 * their squares add up to the same in all directions across: the two other axes; an axis and the wave across both; the three diagonals. */
static void set_terms(skeleton *t)
{
    memset(t->terms, 0, sizeof t->terms);
    for (int p = 0; p < PLANES; p++) add_term(t, LINES + p, p, 1.0 / dot(way[p], way[p]));
    for (int l = 0; l < LINES; l++) {
        const signed char *v = way[way_of_line(l)];
        const int square = dot(v, v);
        for (int w = 0; w < WAYS; w++) {
            const int other = dot(way[w], way[w]);
            if (dot(v, way[w]) != 0) continue;
            if (square == 3 && other == 2) add_term(t, l, w, 1.0 / 3);
            if (square != 3 && (other == 1 || other == square)) add_term(t, l, w, 1.0 / other);
        }
    }
}

/* c + i s = exp(2 pi i way_w . u) for every wave, by products. */
static void waves_at(const double u[3], double c[WAYS], double s[WAYS])
{
    double re[3][5], im[3][5]; /* of exp(2 pi i m u), at m + 2 */
    for (int i = 0; i < 3; i++) {
        const double x = cos(TAU * u[i]), y = sin(TAU * u[i]);
        re[i][2] = 1, im[i][2] = 0;
        re[i][1] = re[i][3] = x, im[i][3] = y, im[i][1] = -y;
        re[i][0] = re[i][4] = x * x - y * y, im[i][4] = 2 * x * y, im[i][0] = -im[i][4];
    }
    for (int w = 0; w < WAYS; w++) {
        const int k = way[w][0] + 2, l = way[w][1] + 2, m = way[w][2] + 2;
        const double x = re[0][k] * re[1][l] - im[0][k] * im[1][l], y = re[0][k] * im[1][l] + im[0][k] * re[1][l];
        c[w] = x * re[2][m] - y * im[2][m];
        s[w] = x * im[2][m] + y * re[2][m];
    }
}

/* What the parts and waves are at a place. */
typedef struct look {
    double c[WAYS], s[WAYS];
    double d[PARTS], share[PARTS]; /* distances; by how much each part counts, 1 in all */
    double f;                      /* of all, where the body is positive */
} look;

static void look_at(const skeleton *t, const double u[3], look *l)
{
    double top = -HUGE_VAL, sum = 0;
    waves_at(u, l->c, l->s);
    for (int p = 0; p < PARTS; p++) {
        double square = BLUNT * BLUNT;
        for (int i = 0; i < t->terms[p]; i++) square += t->weight[p][i] * (1 - l->c[t->term[p][i]]);
        l->d[p] = sqrt(square);
        top = fmax(top, t->r[p] - l->d[p]);
    }
    for (int p = 0; p < PARTS; p++) {
        const double apart = t->sharpness * (t->r[p] - l->d[p] - top);
        l->share[p] = apart > -30 ? exp(apart) : 0;
        sum += l->share[p];
    }
    for (int p = 0; p < PARTS; p++) l->share[p] /= sum;
    l->f = top + log(sum) / t->sharpness;
    for (int w = 0; w < SERIES; w++) l->f += t->c[w] * l->c[w];
}

static double skeleton_at(const cupel_shape *shape, const double u[3], double g[3])
{
    const skeleton *t = (const skeleton *)shape;
    double pull[WAYS] = {0};
    look l;
    look_at(t, u, &l);
    memcpy(pull, t->c, sizeof t->c);
    for (int p = 0; p < PARTS; p++)
        for (int i = 0; l.share[p] > 0 && i < t->terms[p]; i++) pull[t->term[p][i]] += l.share[p] * t->weight[p][i] / (2 * l.d[p]);
    g[0] = g[1] = g[2] = 0;
    for (int w = 0; w < WAYS; w++)
        for (int i = 0; i < 3; i++) g[i] -= t->sign * TAU * way[w][i] * pull[w] * l.s[w];
    return t->sign * l.f;
}

/* A thicker part counts for more too, so that the gradient turns towards its own. */
static double skeleton_moves(const cupel_shape *shape, const double u[3], double g[3], double *df, double (*dg)[3])
{
    const skeleton *t = (const skeleton *)shape;
    double own[PARTS][3] = {{0}}, mean[3] = {0};
    look l;
    look_at(t, u, &l);
    df[LEVEL] = -t->sign;
    for (int p = 0; p < PARTS; p++) {
        if (!(l.share[p] > 0)) continue;
        for (int i = 0; i < t->terms[p]; i++)
            for (int a = 0; a < 3; a++) own[p][a] -= t->weight[p][i] / (2 * l.d[p]) * TAU * way[t->term[p][i]][a] * l.s[t->term[p][i]];
        for (int a = 0; a < 3; a++) mean[a] += l.share[p] * own[p][a];
    }
    for (int p = 0; p < PARTS; p++) {
        df[LINE + p] = t->sign * l.share[p];
        for (int a = 0; a < 3; a++) dg[LINE + p][a] = t->sign * t->sharpness * l.share[p] * (own[p][a] - mean[a]);
    }
    for (int a = 0; a < 3; a++) g[a] = t->sign * mean[a];
    for (int w = 0; w < SERIES; w++) {
        df[WAVE + w] = t->sign * l.c[w];
        for (int a = 0; a < 3; a++) {
            dg[WAVE + w][a] = -t->sign * TAU * way[w][a] * l.s[w];
            g[a] += t->c[w] * dg[WAVE + w][a];
        }
    }
    return t->sign * l.f;
}

/* 2^z, z <= 0 (core/math/exp2.h). */
static inline lanes exp2_of(lanes z)
{
    static const float q[CUPEL_EXP2F_TERMS] = CUPEL_EXP2F_Q;
    const lanes zero = {0}, low = zero + (CUPEL_EXP2F_LOWEST + 1);
    const bits small = z < low;
    bits whole;
    z = (lanes)(((bits)low & small) | ((bits)z & ~small));
    const lanes shifted = z + CUPEL_EXP2F_ROUND, r = z - (shifted - CUPEL_EXP2F_ROUND);
    lanes p = zero + q[CUPEL_EXP2F_TERMS - 1];
    for (int i = CUPEL_EXP2F_TERMS - 2; i >= 0; i--) p = p * r + q[i];
    p = 1 + r * p;
    memcpy(&whole, &shifted, sizeof whole);
    return (lanes)((bits)p + (bits)((__typeof__(whole))(whole << 23)));
}

/* Along a row cos(2 pi K . u) = a cos(K2 z) - b sin(K2 z), z = 2 pi u2. */
typedef struct row_waves {
    float a[WAYS], b[WAYS];
} row_waves;

/* LANES voxels from cosines and sines of z. */
static lanes block_of(const skeleton *t, const row_waves *v, lanes cz, lanes sz)
{
    const float scale = (float)(t->sharpness * CUPEL_LOG2_E);
    const lanes zero = {0}, c2 = cz * cz - sz * sz, s2 = 2 * sz * cz;
    lanes c[WAYS], sum = zero, f = zero, x[PARTS], top = zero - 1e30F;
    for (int w = 0; w < WAYS; w++) {
        const int m = way[w][2], size = abs(m);
        const float b = m < 0 ? -v->b[w] : v->b[w];
        c[w] = size == 0 ? zero + v->a[w] : size == 1 ? v->a[w] * cz - b * sz : v->a[w] * c2 - b * s2;
    }
    for (int w = 0; w < SERIES; w++) f += (float)t->c[w] * c[w];
    for (int p = 0; p < PARTS; p++) {
        lanes square = zero + (float)(BLUNT * BLUNT);
        for (int i = 0; i < t->terms[p]; i++) square += (float)t->weight[p][i] * (1 - c[t->term[p][i]]);
        for (int l = 0; l < LANES; l++) square[l] = sqrtf(square[l]);
        x[p] = (float)t->r[p] - square;
        const bits more = x[p] > top;
        top = (lanes)(((bits)x[p] & more) | ((bits)top & ~more));
    }
    for (int p = 0; p < PARTS; p++) sum += exp2_of(scale * (x[p] - top));
    for (int l = 0; l < LANES; l++) f[l] += top[l] + logf(sum[l]) / (float)t->sharpness;
    return (float)t->sign * f;
}

static void skeleton_row(const cupel_shape *shape, const size_t n[3], size_t i, size_t j, float *f)
{
    const skeleton *t = (const skeleton *)shape;
    row_waves v;
    for (int w = 0; w < WAYS; w++) {
        const double a = TAU * (way[w][0] * ((double)i + 0.5) / (double)n[0] + way[w][1] * ((double)j + 0.5) / (double)n[1]);
        v.a[w] = (float)cos(a), v.b[w] = (float)sin(a);
    }
    const double step = TAU / (double)n[2], cs = cos(step), ss = sin(step);
    double cz = cos(0.5 * step), sz = sin(0.5 * step);
    for (size_t k = 0; k < n[2]; k += LANES) {
        const size_t count = n[2] - k < LANES ? n[2] - k : LANES;
        lanes c, s;
        for (int l = 0; l < LANES; l++) {
            const double next = cz * cs - sz * ss;
            c[l] = (float)cz, s[l] = (float)sz;
            sz = sz * cs + cz * ss;
            cz = next;
        }
        const lanes x = block_of(t, &v, c, s);
        memcpy(f + k, &x, count * sizeof *f);
    }
}

static cupel_status skeleton_open(const cupel_recipe *r, const cupel_job *job, cupel_shape **shape, cupel_err *err)
{
    skeleton *t = cupel_alloc(1, sizeof *t);
    (void)job;
    if (!t) return cupel_no_memory(err, "a skeleton", sizeof *t);
    double slope = 1;
    t->sharpness = r->value[SHARPNESS];
    t->sign = r->value[PHASE] > 0.5 ? 1 : -1;
    memcpy(t->r, &r->value[LINE], sizeof t->r);
    for (int w = 0; w < SERIES; w++) {
        t->c[w] = r->value[WAVE + w];
        slope += fabs(t->c[w]) * TAU * sqrt(dot(way[w], way[w]));
    }
    set_terms(t);
    const bool given = isnan(r->value[FRACTION]);
    const double settled = r->n_thresholds ? r->threshold[0] : (double)NAN;
    t->shape = (cupel_shape){.t = given ? t->sign * r->value[LEVEL] : settled, .fraction = given ? settled : r->value[FRACTION], .slope = slope,
                             .fine = FINE};
    *shape = &t->shape;
    return CUPEL_OK;
}

static void skeleton_close(cupel_shape *shape) { cupel_free(shape); }

static const cupel_either either[] = {{"fraction", "level"}, {NULL, NULL}};

#define LINE_OF(NAME, VALUE) {"line" NAME, "", VALUE, -0.2, 0.7, "radius of the struts along it, in edges of the box; below 0 there are none"}
#define PLANE_OF(NAME) {"plane" NAME, "", -0.05, -0.2, 0.5, "half the thickness of the plates normal to it, in edges of the box; below 0: none"}
#define WAVE_OF(NAME) {"c" NAME, "", 0, -0.5, 0.5, "coefficient of cos(2 pi K . u) for this K, u in edges of the box"}
#define ALL_WAYS(ONE)                                                                                                                         \
    ONE("1_0_0"), ONE("0_1_0"), ONE("0_0_1"), ONE("0_1_1"), ONE("0_1_-1"), ONE("1_0_1"), ONE("-1_0_1"), ONE("1_1_0"), \
    ONE("1_-1_0"), ONE("1_1_1"), ONE("-1_1_1"), ONE("1_-1_1"), ONE("1_1_-1")
static const cupel_param params[] = {
    {"fraction", "", 0.2, 0.01, 0.99, "volume fraction of phase 1; this or level"},
    {"level", "", (double)NAN, -0.5, 0.5, "taken from all radii and half thicknesses; instead of fraction"},
    {"phase", "count", 1, 0, 1, "phase of the skeleton; the other one is around it"},
    {"sharpness", "", 50, 10, 500, "how sharp the corners are where struts and plates meet"},
    LINE_OF("1_0_0", 0.1), LINE_OF("0_1_0", 0.1), LINE_OF("0_0_1", 0.1), LINE_OF("0_1_1", -0.05), LINE_OF("0_1_-1", -0.05), LINE_OF("1_0_1", -0.05),
    LINE_OF("-1_0_1", -0.05), LINE_OF("1_1_0", -0.05), LINE_OF("1_-1_0", -0.05), LINE_OF("1_1_1", 0.1), LINE_OF("-1_1_1", 0.1),
    LINE_OF("1_-1_1", 0.1), LINE_OF("1_1_-1", 0.1), LINE_OF("0_1_2", -0.05), LINE_OF("0_1_-2", -0.05), LINE_OF("0_2_1", -0.05),
    LINE_OF("0_2_-1", -0.05), LINE_OF("1_0_2", -0.05),
    LINE_OF("1_0_-2", -0.05), LINE_OF("2_0_1", -0.05), LINE_OF("2_0_-1", -0.05), LINE_OF("1_2_0", -0.05), LINE_OF("1_-2_0", -0.05),
    LINE_OF("2_1_0", -0.05), LINE_OF("2_-1_0", -0.05),
    ALL_WAYS(PLANE_OF), ALL_WAYS(WAVE_OF), WAVE_OF("2_0_0"), WAVE_OF("0_2_0"), WAVE_OF("0_0_2"),
    {NULL, NULL, 0, 0, 0, NULL}};

static const cupel_reference references[] = {
    {"10.1016/S0022-5096(01)00010-2", "Deshpande, Fleck, Ashby: Effective properties of the octet-truss lattice material. Journal of the Mechanics "
                                      "and Physics of Solids 49, 1747 (2001)"},
    {"10.1145/357306.357310", "Blinn: A generalization of algebraic surface drawing. ACM Transactions on Graphics 1, 235 (1982)"},
    {NULL, NULL}};

const cupel_generator cupel_generator_skeleton = {
    .method = {.name = "skeleton", .kind = "generator", .scale = "microstructure", .maturity = "stable",
               .input = "fraction of phase 1, radii of 25 struts, thicknesses of 13 plates, 16 coefficients of a cosine series",
               .output = "two phases, one period of the structure; smooth in all parameters but the phase",
               .help = "struts and plates along the edges and diagonals of the box, melted into one body that stays connected however thin they are",
               .references = references, .params = params},
    .n_phases = 2, .smooth = true, .threshold = 1, .either = either, .open = skeleton_open, .close = skeleton_close,
    .row = skeleton_row, .at = skeleton_at, .moves = skeleton_moves,
};
