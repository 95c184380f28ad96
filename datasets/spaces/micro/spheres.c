/* Spheres: cubic arrays, and random ones that may or may not overlap; ellipsoids as spheres in a stretched space. */
#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/base/rng.h"
#include "datasets/spaces/micro/list.h"
#include "datasets/spaces/micro/solids.h"

#include <math.h>
#include <string.h>

#define PI 3.14159265358979323846

enum { FRACTION, PERIODS };                          /* of arrays */
enum { COUNT = 1, ASPECT2, ASPECT3, TURNED, GAP = TURNED }; /* of random ones */

/* ---- arrays ---- */

typedef struct lattice {
    const char *name;
    size_t n;        /* spheres per cubic cell */
    double x[4][3];  /* edges of the cell */
    double touch;    /* radius at which neighbours touch, edges */
} lattice;

static const lattice sc = {"sc_spheres", 1, {{0.5, 0.5, 0.5}}, 0.5};
static const lattice bcc = {"bcc_spheres", 2, {{0.25, 0.25, 0.25}, {0.75, 0.75, 0.75}}, 0.43301270189221932338};
static const lattice fcc = {
    "fcc_spheres", 4, {{0.25, 0.25, 0.25}, {0.25, 0.75, 0.75}, {0.75, 0.25, 0.75}, {0.75, 0.75, 0.25}}, 0.35355339059327376220};

static double radius_of(double fraction, double spheres) { return cbrt(fraction * 3 / (4 * PI * spheres)); }

static cupel_status array_check(const lattice *l, const cupel_recipe *r, cupel_err *err)
{
    const double most = 4 * PI / 3 * (double)l->n * l->touch * l->touch * l->touch;
    if (r->value[FRACTION] <= most) return CUPEL_OK;
    return cupel_fail(err, CUPEL_USAGE, "%s: fraction %g is more than %.6f, where the spheres touch", l->name, r->value[FRACTION], most);
}

static cupel_status array_open(const lattice *l, const cupel_recipe *r, cupel_shape **shape, cupel_err *err)
{
    const size_t periods = (size_t)r->value[PERIODS], n = periods * periods * periods * l->n;
    cupel_body *body = cupel_alloc(n, sizeof *body);
    if (!body) return cupel_no_memory(err, "spheres", n * sizeof *body);
    for (size_t q = 0; q < n; q++) {
        const size_t cell = q / l->n, place[3] = {cell / (periods * periods), cell / periods % periods, cell % periods};
        double x[3];
        for (int i = 0; i < 3; i++) x[i] = ((double)place[i] + l->x[q % l->n][i]) / (double)periods;
        body[q] = cupel_body_point(x, 1);
    }
    const double radius = radius_of(r->value[FRACTION], (double)n);
    const cupel_solids_options o = {.body = body, .n = n, .edge = {1, 1, 1}, .reach = 1.8 * l->touch / (double)periods, .t = -radius,
                                    .fraction = r->value[FRACTION], .fine = 64};
    cupel_status st = cupel_solids_new(&o, shape, err);
    cupel_free(body);
    return st;
}

static cupel_status sc_check(const cupel_recipe *r, cupel_err *err) { return array_check(&sc, r, err); }
static cupel_status bcc_check(const cupel_recipe *r, cupel_err *err) { return array_check(&bcc, r, err); }
static cupel_status fcc_check(const cupel_recipe *r, cupel_err *err) { return array_check(&fcc, r, err); }

static cupel_status sc_open(const cupel_recipe *r, const cupel_job *job, cupel_shape **shape, cupel_err *err)
{
    (void)job;
    return array_open(&sc, r, shape, err);
}

static cupel_status bcc_open(const cupel_recipe *r, const cupel_job *job, cupel_shape **shape, cupel_err *err)
{
    (void)job;
    return array_open(&bcc, r, shape, err);
}

static cupel_status fcc_open(const cupel_recipe *r, const cupel_job *job, cupel_shape **shape, cupel_err *err)
{
    (void)job;
    return array_open(&fcc, r, shape, err);
}

/* ---- random ---- */

/* Semi-axes in the ratio 1 : aspect2 : aspect3 along axes 1, 2, 3, with a product of 1. */
static void semi_axes(const cupel_recipe *r, double axis[3])
{
    const double scale = 1 / cbrt(r->value[ASPECT2] * r->value[ASPECT3]);
    axis[0] = scale;
    axis[1] = scale * r->value[ASPECT2];
    axis[2] = scale * r->value[ASPECT3];
}

/* A random rotation from a random unit quaternion. */
static void random_rotation(uint64_t seed, uint64_t index, double m[3][3])
{
    double q[4], square = 0;
    for (uint64_t i = 0; i < 4; i++) {
        q[i] = cupel_rng_normal(seed, 2, 4 * index + i);
        square += q[i] * q[i];
    }
    for (int i = 0; i < 4; i++) q[i] /= sqrt(square);
    const double w = q[0], x = q[1], y = q[2], z = q[3];
    const double t[3][3] = {{1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)},
                            {2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)},
                            {2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)}};
    memcpy(m, t, sizeof t);
}

static cupel_body ellipsoid(const cupel_recipe *r, const double x[3], uint64_t index, bool turned)
{
    double axis[3], m[3][3] = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}};
    cupel_body b = cupel_body_point(x, 1);
    semi_axes(r, axis);
    if (turned) random_rotation(r->seed, index, m);
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++) b.metric[i][j] = m[j][i] / axis[i];
    return b;
}

static cupel_status random_open(const cupel_recipe *r, const double *x, double radius, double t, bool turned, cupel_shape **shape, cupel_err *err)
{
    const size_t n = (size_t)r->value[COUNT];
    cupel_body *body = cupel_alloc(n, sizeof *body);
    if (!body) return cupel_no_memory(err, "particles", n * sizeof *body);
    for (size_t i = 0; i < n; i++) body[i] = ellipsoid(r, x + 3 * i, i, turned);
    const double fine = fmin(160, fmax(64, 2 * ceil(7 / radius)));
    const cupel_solids_options o = {
        .body = body, .n = n, .edge = {1, 1, 1}, .reach = 1.8 * radius, .t = t, .fraction = r->value[FRACTION], .fine = (size_t)fine};
    cupel_status st = cupel_solids_new(&o, shape, err);
    cupel_free(body);
    return st;
}

/* The radius for which n overlapping spheres at random have the fraction on average: 1 - exp(-n V). Where they really have it is the threshold. */
static cupel_status overlapping_open(const cupel_recipe *r, const cupel_job *job, cupel_shape **shape, cupel_err *err)
{
    (void)job;
    const size_t n = (size_t)r->value[COUNT];
    const double radius = radius_of(-log1p(-r->value[FRACTION]), (double)n);
    double *x = cupel_alloc(n, 3 * sizeof *x);
    if (!x) return cupel_no_memory(err, "particles", n * 3 * sizeof *x);
    for (size_t i = 0; i < 3 * n; i++) x[i] = cupel_rng_uniform(r->seed, 1, i);
    cupel_status st = random_open(r, x, radius, r->n_thresholds ? r->threshold[0] : -radius, r->value[TURNED] != 0, shape, err);
    cupel_free(x);
    return st;
}

/* Parallel ellipsoids touch where spheres do once the axes are stretched back. */
static cupel_status hard_open(const cupel_recipe *r, const cupel_job *job, cupel_shape **shape, cupel_err *err)
{
    const size_t n = (size_t)r->value[COUNT];
    const double radius = radius_of(r->value[FRACTION], (double)n), least = 2 * radius * (1 + r->value[GAP]);
    double axis[3], *x = cupel_alloc(n, 3 * sizeof *x);
    if (!x) return cupel_no_memory(err, "particles", n * 3 * sizeof *x);
    semi_axes(r, axis);
    for (int i = 0; i < 3; i++) axis[i] = 1 / axis[i];
    cupel_status st = cupel_place_hard(3, n, least, axis, r->seed, x, job, err);
    if (st == CUPEL_OK) st = random_open(r, x, radius, -radius, false, shape, err);
    cupel_free(x);
    return st;
}

static cupel_status hard_check(const cupel_recipe *r, cupel_err *err)
{
    const double gap = 1 + r->value[GAP], taken = r->value[FRACTION] * gap * gap * gap;
    double axis[3];
    semi_axes(r, axis);
    const double radius = radius_of(r->value[FRACTION], r->value[COUNT]);
    for (int i = 0; i < 3; i++)
        if (2 * radius * gap * axis[i] > 1)
            return cupel_fail(err, CUPEL_USAGE, "hard_spheres: a particle with its gap is longer than the box along axis %d", i + 1);
    if (taken <= 0.36) return CUPEL_OK;
    return cupel_fail(err, CUPEL_USAGE,
                      "hard_spheres: fraction times (1 + gap)^3 is %.4f; random sequential addition stops at 0.38 and is offered to 0.36", taken);
}

/* ---- what they say of themselves ---- */

static const cupel_param array_params[] = {{"fraction", "", 0.2, 0.001, 0.7404, "volume fraction of the spheres, phase 1; at most where they touch"},
                                           {"periods", "count", 1, 1, 16, "cubic cells along each axis"},
                                           {NULL, NULL, 0, 0, 0, NULL}};

#define PARTICLES                                                                                                              \
    {"count", "count", 100, 1, 100000, "how many particles"}, {"aspect2", "", 1, 0.1, 10, "semi-axis 2 per semi-axis 1"},      \
        {"aspect3", "", 1, 0.1, 10, "semi-axis 3 per semi-axis 1"},

static const cupel_param overlapping_params[] = {
    {"fraction", "", 0.3, 0.001, 0.99, "volume fraction of the particles together, phase 1"},
    PARTICLES{"turned", "count", 0, 0, 1, "0: semi-axes along the axes of the box; 1: at random"},
    {NULL, NULL, 0, 0, 0, NULL}};

static const cupel_param hard_params[] = {{"fraction", "", 0.2, 0.001, 0.36, "volume fraction of the particles, phase 1"},
                                          PARTICLES{"gap", "", 0.05, 0, 1, "least distance between surfaces per diameter"},
                                          {NULL, NULL, 0, 0, 0, NULL}};

static const cupel_reference array_references[] = {
    {"10.1080/14786449208620364", "Rayleigh: On the influence of obstacles arranged in rectangular order upon the properties of a medium. "
                                  "Philosophical Magazine 34, 481 (1892)"},
    {NULL, NULL}};
static const cupel_reference overlapping_references[] = {
    {"10.1007/978-1-4757-6355-3", "Torquato: Random Heterogeneous Materials. Springer (2002)"}, {NULL, NULL}};
static const cupel_reference hard_references[] = {
    {"10.1063/1.1726548", "Widom: Random sequential addition of hard spheres to a volume. Journal of Chemical Physics 44, 3888 (1966)"},
    {NULL, NULL}};

#define ARRAY(NAME, CHECK, OPEN, HELP)                                                                                                          \
    {                                                                                                                                           \
        .method = {.name = NAME,                                                                                                                \
                   .kind = "generator",                                                                                                         \
                   .scale = "microstructure",                                                                                                   \
                   .maturity = "stable",                                                                                                        \
                   .help = HELP,                                                                                                                \
                   .input = "fraction of the spheres",                                                                                          \
                   .output = "two phases; smooth in fraction",                                                                                  \
                   .references = array_references,                                                                                              \
                   .params = array_params},                                                                                                     \
        .n_phases = 2, .smooth = true, .check = CHECK, .open = OPEN, .close = cupel_solids_free, .row = cupel_solids_row, .at = cupel_solids_at, \
        .faces = cupel_solids_faces                                                                                                             \
    }

const cupel_generator cupel_generator_sc_spheres =
    ARRAY("sc_spheres", sc_check, sc_open, "spheres on a simple cubic lattice, up to touching at pi / 6");
const cupel_generator cupel_generator_bcc_spheres =
    ARRAY("bcc_spheres", bcc_check, bcc_open, "spheres on a body-centred cubic lattice, up to touching at pi sqrt(3) / 8");
const cupel_generator cupel_generator_fcc_spheres =
    ARRAY("fcc_spheres", fcc_check, fcc_open, "spheres on a face-centred cubic lattice, up to touching at pi sqrt(2) / 6");

const cupel_generator cupel_generator_overlapping_spheres = {
    .method = {.name = "overlapping_spheres",
               .kind = "generator",
               .scale = "microstructure",
               .maturity = "stable",
               .help = "spheres or ellipsoids at random places that may overlap (Boolean model); their size meets the fraction",
               .input = "fraction of the particles, their number and seed",
               .output = "two phases; smooth in fraction and aspects at a fixed seed",
               .references = overlapping_references,
               .params = overlapping_params},
    .n_phases = 2,
    .smooth = true,
    .threshold = 1,
    .open = overlapping_open,
    .close = cupel_solids_free,
    .row = cupel_solids_row,
    .at = cupel_solids_at,
    .faces = cupel_solids_faces,
};

const cupel_generator cupel_generator_hard_spheres = {
    .method = {.name = "hard_spheres", .kind = "generator", .scale = "microstructure", .maturity = "stable",
               .help = "equal spheres or parallel ellipsoids that do not overlap, added one by one at random places",
               .input = "fraction of the particles, their number and seed", .output = "two phases; not smooth: places depend on size",
               .references = hard_references, .params = hard_params},
    .n_phases = 2, .check = hard_check, .open = hard_open, .close = cupel_solids_free, .row = cupel_solids_row, .at = cupel_solids_at,
    .faces = cupel_solids_faces,
};
