/* Skeletons of struts and plates that stay connected however thin they are: lines and planes through the corner of the box along its edges, the
 * diagonals of its faces, its own and those of two faces side by side, each with a radius or half a thickness, melted into one smooth body, and a
 * short cosine series that thickens it here and there; all of it may be bent.
 *
 * With d_s a smooth periodic function of the place that near the line or plane s is the distance from it, in edges of the box,
 *   F(u) = 1/sharpness log sum_s exp(sharpness (r_s - d_s)) + sum_K c_K cos(2 pi K . u),
 *   f(u) = F(v), v_i = u_i + sum_j b_ij sin(2 pi u_j), j not i,
 * and the body is where f is above a level: 0 when its parts do not overlap. Bending leaves the corner and the middles of the box where they are. */
#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/math/exp2.h"
#include "datasets/spaces/micro/list.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define TAU 6.28318530717958647692

enum { PLANES = 13, SERIES = 16, WAYS = 28, LINES = PLANES + WAYS - SERIES, PARTS = LINES + PLANES, BENDS = 6, TERMS = 3, FINE = 96, LANES = 4 };
enum { FRACTION, LEVEL, PHASE, SHARPNESS, LINE, PLANE = LINE + LINES, WAVE = PLANE + PLANES, BEND = WAVE + SERIES };

/* Wave vectors. The first 13 are also directions of lines and normals of planes, the first 16 those of the series, the last 12 directions of lines
 * too. */
static const signed char way[WAYS][3] = {{1, 0, 0}, {0, 1, 0},  {0, 0, 1}, {0, 1, 1},  {0, 1, -1}, {1, 0, 1},  {-1, 0, 1}, {1, 1, 0},
                                           {1, -1, 0}, {1, 1, 1}, {-1, 1, 1}, {1, -1, 1}, {1, 1, -1}, {2, 0, 0}, {0, 2, 0},  {0, 0, 2},
                                         {0, 1, 2},  {0, 1, -2}, {0, 2, 1}, {0, 2, -1}, {1, 0, 2},  {1, 0, -2}, {2, 0, 1},  {2, 0, -1},
                                         {1, 2, 0},  {1, -2, 0}, {2, 1, 0}, {2, -1, 0}};

/* i and j of the bends b_ij. */
static const unsigned char bend[BENDS][2] = {{0, 1}, {0, 2}, {1, 0}, {1, 2}, {2, 0}, {2, 1}};

/* Cusps on the lines, where a part ends that is about to appear, are rounded off over this distance. */
static const double BLUNT = 0.01;

typedef float lanes __attribute__((vector_size(4 * LANES)));
typedef int bits __attribute__((vector_size(4 * LANES)));

typedef struct skeleton {
    cupel_shape shape;
    double sign;                       /* -1: the body is phase 0 */
    double sharpness, r[PARTS], c[SERIES], b[3][3];
    bool bent;
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

/* Parts that count for less than this power of e beside the nearest are left out. */
static const double LEAST = -24;

static void look_at(const skeleton *t, const double u[3], look *l)
{
    double top = -HUGE_VAL, sum = 0;
    waves_at(u, l->c, l->s);
    for (int p = 0; p < PARTS; p++) {
        double square = BLUNT * BLUNT;
        for (int i = 0; i < t->terms[p]; i++) square += t->weight[p][i] * (1 - l->c[t->term[p][i]]);
        l->d[p] = sqrt(square);
        top = top > t->r[p] - l->d[p] ? top : t->r[p] - l->d[p];
    }
    for (int p = 0; p < PARTS; p++) {
        const double apart = t->sharpness * (t->r[p] - l->d[p] - top);
        l->share[p] = apart > LEAST ? exp(apart) : 0;
        sum += l->share[p];
    }
    for (int p = 0; p < PARTS; p++) l->share[p] /= sum;
    l->f = top + log(sum) / t->sharpness;
    for (int w = 0; w < SERIES; w++) l->f += t->c[w] * l->c[w];
}

/* Where the body that is not bent has what stands at u, and the derivatives of the one by the other. */
static void unbend(const skeleton *t, const double u[3], double v[3], double turn[3][3])
{
    for (int j = 0; j < 3; j++) {
        const double s = t->bent ? sin(TAU * u[j]) : 0, c = t->bent ? TAU * cos(TAU * u[j]) : 0;
        for (int i = 0; i < 3; i++) {
            v[i] = (j ? v[i] : u[i]) + t->b[i][j] * s;
            turn[i][j] = (i == j) + t->b[i][j] * c;
        }
    }
}

static void turned(double turn[3][3], const double g[3], double out[3])
{
    for (int j = 0; j < 3; j++) out[j] = turn[0][j] * g[0] + turn[1][j] * g[1] + turn[2][j] * g[2];
}

/* Of -d_p, where its share is not 0. */
static void gradient_of_part(const skeleton *t, const look *l, int p, double g[3])
{
    g[0] = g[1] = g[2] = 0;
    for (int i = 0; i < t->terms[p]; i++)
        for (int a = 0; a < 3; a++) g[a] -= t->weight[p][i] / (2 * l->d[p]) * TAU * way[t->term[p][i]][a] * l->s[t->term[p][i]];
}

static double skeleton_at(const cupel_shape *shape, const double u[3], double g[3])
{
    const skeleton *t = (const skeleton *)shape;
    double pull[WAYS] = {0}, v[3], turn[3][3], all[3] = {0};
    look l;
    unbend(t, u, v, turn);
    look_at(t, v, &l);
    memcpy(pull, t->c, sizeof t->c);
    for (int p = 0; p < PARTS; p++) {
        const double by = l.share[p] / (2 * l.d[p]);
        for (int i = 0; by > 0 && i < t->terms[p]; i++) pull[t->term[p][i]] += by * t->weight[p][i];
    }
    for (int w = 0; w < WAYS; w++)
        for (int a = 0; a < 3; a++) all[a] -= t->sign * TAU * way[w][a] * pull[w] * l.s[w];
    turned(turn, all, g);
    return t->sign * l.f;
}

/* Second derivatives of F: those of -d_p by their shares, d d'' = (d^2)''/2 - d' d', of the shares, and of the series. */
static void curvature(const skeleton *t, const look *l, double (*own)[3], const double mean[3], double h[3][3])
{
    double pull[WAYS] = {0};
    for (int w = 0; w < SERIES; w++) pull[w] = -t->c[w];
    for (int a = 0; a < 3; a++)
        for (int b = 0; b < 3; b++) h[a][b] = -t->sharpness * mean[a] * mean[b];
    for (int p = 0; p < PARTS; p++) {
        if (!(l->share[p] > 0)) continue;
        for (int i = 0; i < t->terms[p]; i++) pull[t->term[p][i]] -= l->share[p] * t->weight[p][i] / (2 * l->d[p]);
        const double both = l->share[p] * (t->sharpness + 1 / l->d[p]);
        for (int a = 0; a < 3; a++)
            for (int b = 0; b < 3; b++) h[a][b] += both * own[p][a] * own[p][b];
    }
    for (int w = 0; w < WAYS; w++)
        for (int a = 0; a < 3; a++)
            for (int b = 0; b < 3; b++) h[a][b] += pull[w] * TAU * TAU * way[w][a] * way[w][b] * l->c[w];
}

/* Of the bends, where G is the gradient of F and h its second derivatives: f and its gradient move as F does at v, which moves along axis i. */
static void moves_of_bends(const skeleton *t, const double u[3], double turn[3][3], const double G[3], double h[3][3], double *df,
                           double (*dg)[3])
{
    for (int k = 0; k < BENDS; k++) {
        const int i = bend[k][0], j = bend[k][1];
        const double s = sin(TAU * u[j]), c = cos(TAU * u[j]);
        df[BEND + k] = t->sign * G[i] * s;
        turned(turn, h[i], dg[BEND + k]);
        for (int a = 0; a < 3; a++) dg[BEND + k][a] *= t->sign * s;
        dg[BEND + k][j] += t->sign * G[i] * TAU * c;
    }
}

/* A thicker part counts for more too, so that the gradient turns towards its own. */
static double skeleton_moves(const cupel_shape *shape, const double u[3], double g[3], double *df, double (*dg)[3])
{
    const skeleton *t = (const skeleton *)shape;
    double own[PARTS][3] = {{0}}, mean[3] = {0}, all[3], part[3], v[3], turn[3][3], h[3][3];
    look l;
    unbend(t, u, v, turn);
    look_at(t, v, &l);
    df[LEVEL] = -t->sign;
    for (int p = 0; p < PARTS; p++) {
        if (!(l.share[p] > 0)) continue;
        gradient_of_part(t, &l, p, own[p]);
        for (int a = 0; a < 3; a++) mean[a] += l.share[p] * own[p][a];
    }
    for (int p = 0; p < PARTS; p++) {
        df[LINE + p] = t->sign * l.share[p];
        for (int a = 0; a < 3; a++) part[a] = t->sign * t->sharpness * l.share[p] * (own[p][a] - mean[a]);
        turned(turn, part, dg[LINE + p]);
    }
    memcpy(all, mean, sizeof all);
    for (int w = 0; w < SERIES; w++) {
        df[WAVE + w] = t->sign * l.c[w];
        for (int a = 0; a < 3; a++) {
            part[a] = -t->sign * TAU * way[w][a] * l.s[w];
            all[a] += t->sign * t->c[w] * part[a];
        }
        turned(turn, part, dg[WAVE + w]);
    }
    curvature(t, &l, own, mean, h);
    moves_of_bends(t, u, turn, all, h, df, dg);
    for (int a = 0; a < 3; a++) all[a] *= t->sign;
    turned(turn, all, g);
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

/* Cosines and sines of 2 pi v for LANES voxels of a row. */
typedef struct angles {
    lanes c[3], s[3];
} angles;

/* cos(2 pi K . v) for every wave, by products. */
static void waves_of_block(const angles *at, lanes c[WAYS])
{
    const lanes zero = {0};
    lanes re[3][5], im[3][5]; /* of exp(2 pi i m v), at m + 2 */
    for (int i = 0; i < 3; i++) {
        const lanes x = at->c[i], y = at->s[i];
        re[i][2] = zero + 1, im[i][2] = zero;
        re[i][1] = re[i][3] = x, im[i][3] = y, im[i][1] = -y;
        re[i][0] = re[i][4] = x * x - y * y, im[i][4] = 2 * x * y, im[i][0] = -im[i][4];
    }
    for (int w = 0; w < WAYS; w++) {
        const int k = way[w][0] + 2, l = way[w][1] + 2, m = way[w][2] + 2;
        const lanes x = re[0][k] * re[1][l] - im[0][k] * im[1][l], y = re[0][k] * im[1][l] + im[0][k] * re[1][l];
        c[w] = x * re[2][m] - y * im[2][m];
    }
}

static lanes block_of(const skeleton *t, const angles *at)
{
    const float scale = (float)(t->sharpness * CUPEL_LOG2_E);
    const lanes zero = {0};
    lanes c[WAYS], sum = zero, f = zero, top = zero - 1e30F;
    union {
        lanes p[PARTS];
        float one[PARTS * LANES];
    } d; /* of each part: its distance, its square before that, and how far it stands out after it */
    waves_of_block(at, c);
    for (int w = 0; w < SERIES; w++) f += (float)t->c[w] * c[w];
    for (int p = 0; p < PARTS; p++) {
        d.p[p] = zero + (float)(BLUNT * BLUNT);
        for (int i = 0; i < t->terms[p]; i++) d.p[p] += (float)t->weight[p][i] * (1 - c[t->term[p][i]]);
    }
    for (int i = 0; i < PARTS * LANES; i++) d.one[i] = sqrtf(d.one[i]);
    for (int p = 0; p < PARTS; p++) {
        d.p[p] = (float)t->r[p] - d.p[p];
        const bits more = d.p[p] > top;
        top = (lanes)(((bits)d.p[p] & more) | ((bits)top & ~more));
    }
    for (int p = 0; p < PARTS; p++) sum += exp2_of(scale * (d.p[p] - top));
    for (int l = 0; l < LANES; l++) f[l] += top[l] + logf(sum[l]) / (float)t->sharpness;
    return (float)t->sign * f;
}

/* Along a row v[0] and v[1] change with the sine s2 of 2 pi u[2] alone. */
static void bend_block(const skeleton *t, const double u[3], lanes s2, angles *at)
{
    for (int i = 0; i < 2; i++) {
        const double whole = u[i] + t->b[i][1 - i] * sin(TAU * u[1 - i]);
        for (int l = 0; l < LANES; l++) {
            const float a = (float)(TAU * (whole + t->b[i][2] * s2[l]));
            at->c[i][l] = cosf(a), at->s[i][l] = sinf(a);
        }
    }
}

static void skeleton_row(const cupel_shape *shape, const size_t n[3], size_t i, size_t j, float *f)
{
    const skeleton *t = (const skeleton *)shape;
    const double u[3] = {((double)i + 0.5) / (double)n[0], ((double)j + 0.5) / (double)n[1], 0};
    const double step = TAU / (double)n[2], cs = cos(step), ss = sin(step);
    const double z = 0.5 * step, shift = TAU * (t->b[2][0] * sin(TAU * u[0]) + t->b[2][1] * sin(TAU * u[1]));
    const float c_shift = (float)cos(shift), s_shift = (float)sin(shift);
    double cz = cos(z), sz = sin(z);
    angles at;
    for (int a = 0; a < 2; a++) at.c[a] = (lanes){0} + (float)cos(TAU * u[a]), at.s[a] = (lanes){0} + (float)sin(TAU * u[a]);
    for (size_t k = 0; k < n[2]; k += LANES) {
        const size_t count = n[2] - k < LANES ? n[2] - k : LANES;
        lanes c, s;
        for (int l = 0; l < LANES; l++) {
            const double next = cz * cs - sz * ss;
            c[l] = (float)cz, s[l] = (float)sz;
            sz = sz * cs + cz * ss;
            cz = next;
        }
        if (t->bent) bend_block(t, u, s, &at);
        at.c[2] = c * c_shift - s * s_shift, at.s[2] = s * c_shift + c * s_shift;
        const lanes x = block_of(t, &at);
        memcpy(f + k, &x, count * sizeof *f);
    }
}

/* How steep the series is at most: as it is on a grid, and what it may be between, where at the top the slope along its own direction changes by
 * second order only. */
static double slope_of_series(const skeleton *t)
{
    enum { N = 24 };
    double most = 0, third = 0, c[WAYS], s[WAYS];
    for (int w = 0; w < SERIES; w++) third += fabs(t->c[w]) * pow(TAU * sqrt(dot(way[w], way[w])), 3);
    for (int k = 0; third > 0 && k < N * N * N; k++) {
        const double u[3] = {k / (N * N) / (double)N, k / N % N / (double)N, k % N / (double)N};
        double g[3] = {0};
        waves_at(u, c, s);
        for (int w = 0; w < SERIES; w++)
            for (int a = 0; a < 3; a++) g[a] += t->c[w] * TAU * way[w][a] * s[w];
        most = fmax(most, g[0] * g[0] + g[1] * g[1] + g[2] * g[2]);
    }
    return sqrt(most) + 0.75 / (N * N) / 2 * third; /* no place is further than half a cell's diagonal from the grid */
}

static cupel_status skeleton_open(const cupel_recipe *r, const cupel_job *job, cupel_shape **shape, cupel_err *err)
{
    skeleton *t = cupel_alloc(1, sizeof *t);
    (void)job;
    if (!t) return cupel_no_memory(err, "a skeleton", sizeof *t);
    t->sharpness = r->value[SHARPNESS];
    t->sign = r->value[PHASE] > 0.5 ? 1 : -1;
    memcpy(t->r, &r->value[LINE], sizeof t->r);
    memcpy(t->c, &r->value[WAVE], sizeof t->c);
    double stretch = 0;
    for (int k = 0; k < BENDS; k++) {
        const double by = r->value[BEND + k];
        t->b[bend[k][0]][bend[k][1]] = by;
        t->bent = t->bent || by != 0;
        stretch += by * by;
    }
    const double slope = (1 + slope_of_series(t)) * (1 + TAU * sqrt(stretch));
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
#define BEND_OF(NAME) {"bend" NAME, "", 0, -0.2, 0.2, "how far the sine of 2 pi u along the second axis moves all along the first, in edges"}
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
    BEND_OF("0_1"), BEND_OF("0_2"), BEND_OF("1_0"), BEND_OF("1_2"), BEND_OF("2_0"), BEND_OF("2_1"),
    {NULL, NULL, 0, 0, 0, NULL}};

static const cupel_reference references[] = {
    {"10.1016/S0022-5096(01)00010-2", "Deshpande, Fleck, Ashby: Effective properties of the octet-truss lattice material. Journal of the Mechanics "
                                      "and Physics of Solids 49, 1747 (2001)"},
    {"10.1145/800031.808573", "Barr: Global and local deformations of solid primitives. Computer Graphics 18, 21 (1984)"},
    {"10.1145/357306.357310", "Blinn: A generalization of algebraic surface drawing. ACM Transactions on Graphics 1, 235 (1982)"},
    {NULL, NULL}};

const cupel_generator cupel_generator_skeleton = {
    .method = {.name = "skeleton", .kind = "generator", .scale = "microstructure", .maturity = "stable",
               .input = "fraction of phase 1, radii of 25 struts, thicknesses of 13 plates, 16 coefficients of a cosine series, 6 bends",
               .output = "two phases, one period of the structure; smooth in all parameters but the phase",
               .help = "struts and plates along the edges and diagonals of the box, melted into one body that stays connected however thin they "
                       "are; all of it may be bent",
               .references = references, .params = params},
    .n_phases = 2, .smooth = true, .threshold = 1, .either = either, .open = skeleton_open, .close = skeleton_close,
    .row = skeleton_row, .at = skeleton_at, .moves = skeleton_moves,
};
