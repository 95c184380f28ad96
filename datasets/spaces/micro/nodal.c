/* Level cuts of a short cosine series over the whole box: P, I-WP and F-RD skeletons and what lies between them, of any symmetry that has an
 * inversion. */
#include "core/base/err.h"
#include "core/base/mem.h"
#include "datasets/spaces/micro/list.h"

#include <math.h>
#include <stdlib.h>

#define TAU 6.28318530717958647692

enum { FRACTION, WAVE, WAVES = 40, MOST = 2, FINE = 96 };

/* All whole wave vectors up to length sqrt 6, one of K and -K, in the order of the parameters. */
static const signed char wave[WAVES][3] =
    {{1, 0, 0},  {0, 1, 0},  {0, 0, 1},  {0, 1, 1},  {0, 1, -1}, {1, 0, 1},  {-1, 0, 1}, {1, 1, 0},  {1, -1, 0}, {1, 1, 1},
                                           {-1, 1, 1}, {1, -1, 1}, {1, 1, -1}, {2, 0, 0},  {0, 2, 0},  {0, 0, 2},  {0, 1, 2},  {0, -1, 2}, {0, 2, 1},
                                               {0, 2, -1},
                                           {1, 0, 2},  {-1, 0, 2}, {2, 0, 1},  {2, 0, -1}, {1, 2, 0},  {-1, 2, 0}, {2, 1, 0},  {2, -1, 0},
                                           {1, 1, 2}, {-1, 1, 2}, {1, -1, 2}, {-1, -1, 2}, {1, 2, 1}, {-1, 2, 1},
                                           {1, 2, -1}, {-1, 2, -1}, {2, 1, 1}, {2, -1, 1}, {2, 1, -1}, {2, -1, -1}};

typedef struct nodal {
    cupel_shape shape;
    double a[WAVES];
} nodal;

/* re + i im of exp(2 pi i q u), q = -2 .. 2, at [q + MOST]. */
static void powers(double u, double re[2 * MOST + 1], double im[2 * MOST + 1])
{
    const double c = cos(TAU * u), s = sin(TAU * u);
    re[MOST] = 1, im[MOST] = 0;
    re[MOST + 1] = c, im[MOST + 1] = s;
    re[MOST + 2] = c * c - s * s, im[MOST + 2] = 2 * s * c;
    for (int q = 1; q <= MOST; q++) re[MOST - q] = re[MOST + q], im[MOST - q] = -im[MOST + q];
}

/* Of each wave at u its cosine and sine. */
static void waves_at(const double u[3], double c[WAVES], double s[WAVES])
{
    double re[3][2 * MOST + 1], im[3][2 * MOST + 1];
    for (int i = 0; i < 3; i++) powers(u[i], re[i], im[i]);
    for (int w = 0; w < WAVES; w++) {
        const int p = wave[w][0] + MOST, q = wave[w][1] + MOST, r = wave[w][2] + MOST;
        const double x = re[0][p] * re[1][q] - im[0][p] * im[1][q], y = re[0][p] * im[1][q] + im[0][p] * re[1][q];
        c[w] = x * re[2][r] - y * im[2][r];
        s[w] = x * im[2][r] + y * re[2][r];
    }
}

/* The series and its gradient from the waves at a place. */
static double series_of(const nodal *t, const double c[WAVES], const double s[WAVES], double g[3])
{
    double f = 0;
    g[0] = g[1] = g[2] = 0;
    for (int w = 0; w < WAVES; w++) {
        f += t->a[w] * c[w];
        for (int i = 0; i < 3; i++) g[i] -= wave[w][i] * TAU * t->a[w] * s[w];
    }
    return f;
}

static double nodal_at(const cupel_shape *shape, const double u[3], double g[3])
{
    double c[WAVES], s[WAVES];
    waves_at(u, c, s);
    return series_of((const nodal *)shape, c, s, g);
}

static double nodal_moves(const cupel_shape *shape, const double u[3], double g[3], double *df, double (*dg)[3])
{
    double c[WAVES], s[WAVES];
    waves_at(u, c, s);
    for (int w = 0; w < WAVES; w++) {
        df[WAVE + w] = c[w];
        for (int i = 0; i < 3; i++) dg[WAVE + w][i] = -wave[w][i] * TAU * s[w];
    }
    return series_of((const nodal *)shape, c, s, g);
}

/* Along a row the series is sum over q = 0 .. 2 of c_q cos q Z + s_q sin q Z. */
static void nodal_row(const cupel_shape *shape, const size_t n[3], size_t i, size_t j, float *f)
{
    const nodal *t = (const nodal *)shape;
    const double step = TAU / (double)n[2];
    double re[2][2 * MOST + 1], im[2][2 * MOST + 1];
    double c[MOST + 1] = {0}, s[MOST + 1] = {0};
    powers(((double)i + 0.5) / (double)n[0], re[0], im[0]);
    powers(((double)j + 0.5) / (double)n[1], re[1], im[1]);
    for (int w = 0; w < WAVES; w++) {
        const int p = wave[w][0] + MOST, r = wave[w][1] + MOST, q = abs(wave[w][2]), sign = wave[w][2] < 0 ? -1 : 1;
        c[q] += t->a[w] * (re[0][p] * re[1][r] - im[0][p] * im[1][r]);
        s[q] -= t->a[w] * (re[0][p] * im[1][r] + im[0][p] * re[1][r]) * sign;
    }
    for (size_t k = 0; k < n[2]; k++) {
        const double z = ((double)k + 0.5) * step, cz = cos(z), sz = sin(z);
        f[k] = (float)(c[0] + c[1] * cz + s[1] * sz + c[2] * (cz * cz - sz * sz) + s[2] * 2 * sz * cz);
    }
}

static cupel_status nodal_open(const cupel_recipe *r, const cupel_job *job, cupel_shape **shape, cupel_err *err)
{
    nodal *t = cupel_alloc(1, sizeof *t);
    double slope = 0;
    (void)job;
    if (!t) return cupel_no_memory(err, "a surface", 0);
    for (int w = 0; w < WAVES; w++) {
        t->a[w] = r->value[WAVE + w];
        slope += fabs(t->a[w]) * TAU * sqrt(wave[w][0] * wave[w][0] + wave[w][1] * wave[w][1] + wave[w][2] * wave[w][2]);
    }
    t->shape = (cupel_shape){.t = r->n_thresholds ? r->threshold[0] : (double)NAN, .fraction = r->value[FRACTION], .slope = slope, .fine = FINE};
    *shape = &t->shape;
    return CUPEL_OK;
}

static void nodal_close(cupel_shape *shape) { cupel_free(shape); }

static cupel_status nodal_check(const cupel_recipe *r, cupel_err *err)
{
    for (int w = 0; w < WAVES; w++)
        if (r->value[WAVE + w] != 0) return CUPEL_OK;
    return cupel_fail(err, CUPEL_USAGE,
                      "nodal_surface: all coefficients are 0, expected at least one wave, as in c1_0_0=1,c0_1_0=1,c0_0_1=1 (Schwarz' P)");
}

#define C(NAME) {NAME, "", 0, -4, 4, "coefficient of cos(2 pi K . u) for this K, u in edges of the box"}
static const cupel_param params[] = {
    {"fraction", "", 0.5, 0.01, 0.99, "volume fraction of phase 1, where the series is above a level"},
    {"c1_0_0", "", 1, -4, 4, "coefficient of cos(2 pi K . u) for this K, u in edges of the box"},
    {"c0_1_0", "", 1, -4, 4, "coefficient of cos(2 pi K . u) for this K, u in edges of the box"},
    {"c0_0_1", "", 1, -4, 4, "coefficient of cos(2 pi K . u) for this K, u in edges of the box"},
    C("c0_1_1"), C("c0_1_-1"), C("c1_0_1"), C("c-1_0_1"), C("c1_1_0"), C("c1_-1_0"), C("c1_1_1"), C("c-1_1_1"), C("c1_-1_1"), C("c1_1_-1"),
    C("c2_0_0"), C("c0_2_0"), C("c0_0_2"), C("c0_1_2"), C("c0_-1_2"), C("c0_2_1"), C("c0_2_-1"), C("c1_0_2"), C("c-1_0_2"), C("c2_0_1"), C("c2_0_-1"),
    C("c1_2_0"), C("c-1_2_0"), C("c2_1_0"), C("c2_-1_0"),
    C("c1_1_2"), C("c-1_1_2"), C("c1_-1_2"), C("c-1_-1_2"), C("c1_2_1"), C("c-1_2_1"),
    C("c1_2_-1"), C("c-1_2_-1"), C("c2_1_1"), C("c2_-1_1"), C("c2_1_-1"), C("c2_-1_-1"),
    {NULL, NULL, 0, 0, 0, NULL}};

static const cupel_reference references[] = {
    {"10.1007/BF01313411", "von Schnering, Nesper: Nodal surfaces of Fourier series: fundamental invariants of structured matter. Zeitschrift fuer "
                           "Physik B 83, 407 (1991)"},
    {NULL, NULL}};

const cupel_generator cupel_generator_nodal_surface = {
    .method = {.name = "nodal_surface", .kind = "generator", .scale = "microstructure", .maturity = "stable",
               .input = "fraction of phase 1, 40 coefficients of a cosine series",
               .output = "two phases, one period of the structure; smooth in all parameters",
               .help = "a cosine series of the box above a level: skeletons with few waves, well resolved on small grids, of any anisotropy",
               .references = references, .params = params},
    .n_phases = 2, .smooth = true, .threshold = 1, .check = nodal_check, .open = nodal_open, .close = nodal_close, .row = nodal_row, .at = nodal_at,
    .moves = nodal_moves,
};
