/* Parallel round fibres: square, hexagonal and random. */
#include "core/base/err.h"
#include "core/base/mem.h"
#include "datasets/spaces/micro/list.h"
#include "datasets/spaces/micro/solids.h"

#include <math.h>
#include <string.h>

#define PI 3.14159265358979323846
#define SQRT3 1.7320508075688772935

enum { FRACTION, AXIS, COUNT, GAP };

static int axis_of(const cupel_recipe *r) { return (int)r->value[AXIS] - 1; }

/* A fibre whose centre in the plane of the next two axes is x. */
static cupel_body fibre(int axis, const double x[2], const double edge[3])
{
    const int a = (axis + 1) % 3, b = (axis + 2) % 3;
    double c[3];
    c[axis] = 0.5 * edge[axis];
    c[a] = x[0] * edge[a];
    c[b] = x[1] * edge[b];
    cupel_body body = cupel_body_point(c, 1);
    memset(body.metric[axis], 0, sizeof body.metric[axis]);
    return body;
}

/* x [n][3], of which two count, in edges of the box. */
static cupel_status fibres_open(const cupel_recipe *r, const double *x, size_t n, double reach, cupel_shape **shape, cupel_err *err)
{
    cupel_solids_options o = {.n = n, .reach = reach, .fraction = r->value[FRACTION], .fine = 64};
    cupel_recipe_box(r, o.edge);
    const int axis = axis_of(r), a = (axis + 1) % 3, b = (axis + 2) % 3;
    cupel_body *body = cupel_alloc(n, sizeof *body);
    if (!body) return cupel_no_memory(err, "fibres", n * sizeof *body);
    for (size_t i = 0; i < n; i++) body[i] = fibre(axis, x + 3 * i, o.edge);
    o.body = body;
    o.t = -sqrt(o.fraction * o.edge[a] * o.edge[b] / (PI * (double)n));
    cupel_status st = cupel_solids_new(&o, shape, err);
    cupel_free(body);
    return st;
}

static cupel_status square_open(const cupel_recipe *r, const cupel_job *job, cupel_shape **shape, cupel_err *err)
{
    (void)job;
    const double x[3] = {0.5, 0.5};
    return fibres_open(r, x, 1, 0.8, shape, err);
}

static cupel_status hexagonal_open(const cupel_recipe *r, const cupel_job *job, cupel_shape **shape, cupel_err *err)
{
    (void)job;
    const double x[2][3] = {{0.25, 0.25}, {0.75, 0.75}};
    return fibres_open(r, x[0], 2, 0.8, shape, err);
}

static cupel_status random_open(const cupel_recipe *r, const cupel_job *job, cupel_shape **shape, cupel_err *err)
{
    const size_t n = (size_t)r->value[COUNT];
    const double radius = sqrt(r->value[FRACTION] / (PI * (double)n)), one[3] = {1, 1, 1};
    double *x = cupel_alloc(n, 3 * sizeof *x);
    if (!x) return cupel_no_memory(err, "fibres", n * 3 * sizeof *x);
    cupel_status st = cupel_place_hard(2, n, 2 * radius * (1 + r->value[GAP]), one, r->seed, x, job, err);
    if (st == CUPEL_OK) st = fibres_open(r, x, n, 1.8 * radius, shape, err);
    cupel_free(x);
    return st;
}

/* Two fibres in a cell of 1 x sqrt 3. */
static void hexagonal_box(const cupel_recipe *r, double edge[3]) { edge[(axis_of(r) + 2) % 3] = SQRT3; }

static cupel_status random_check(const cupel_recipe *r, cupel_err *err)
{
    const double gap = 1 + r->value[GAP], taken = r->value[FRACTION] * gap * gap;
    if (2 * sqrt(r->value[FRACTION] / (PI * r->value[COUNT])) * gap > 1)
        return cupel_fail(err, CUPEL_USAGE, "random_fibres: one fibre with its gap is wider than the box; make count larger");
    if (taken <= 0.52) return CUPEL_OK;
    return cupel_fail(err, CUPEL_USAGE,
                      "random_fibres: fraction times (1 + gap)^2 is %.4f; random sequential addition stops at 0.547 and is offered to 0.52", taken);
}

#define AXIS_PARAM {"axis", "count", 3, 1, 3, "direction of the fibres"}

static const cupel_param square_params[] = {{"fraction", "", 0.3, 0.001, 0.7853, "volume fraction of the fibres, phase 1; they touch at pi / 4"},
                                            AXIS_PARAM,
                                            {NULL, NULL, 0, 0, 0, NULL}};
static const cupel_param hexagonal_params[] = {
    {"fraction", "", 0.3, 0.001, 0.9068, "volume fraction of the fibres, phase 1; they touch at pi / (2 sqrt 3)"},
    AXIS_PARAM,
    {NULL, NULL, 0, 0, 0, NULL}};
static const cupel_param random_params[] = {{"fraction", "", 0.3, 0.001, 0.52, "volume fraction of the fibres, phase 1"},
                                            AXIS_PARAM,
                                            {"count", "count", 30, 1, 100000, "fibres in the box"},
                                            {"gap", "", 0.05, 0, 1, "least distance between surfaces per diameter"},
                                            {NULL, NULL, 0, 0, 0, NULL}};

static const cupel_reference references[] = {
    {"10.1080/14786449208620364", "Rayleigh: On the influence of obstacles arranged in rectangular order upon the properties of a medium. "
                                  "Philosophical Magazine 34, 481 (1892)"},
    {NULL, NULL}};
static const cupel_reference random_references[] = {
    {"10.1063/1.1726548", "Widom: Random sequential addition of hard spheres to a volume. Journal of Chemical Physics 44, 3888 (1966)"},
    {NULL, NULL}};

#define FIBRES(NAME, OPEN, SMOOTH, HELP, OUTPUT, REFERENCES, PARAMS) \
    .method = {.name = NAME,                                         \
               .kind = "generator",                                  \
               .scale = "microstructure",                            \
               .maturity = "stable",                                 \
               .help = HELP,                                         \
               .input = "fraction of the fibres, their axis",        \
               .output = OUTPUT,                                     \
               .references = REFERENCES,                             \
               .params = PARAMS},                                    \
    .n_phases = 2, .smooth = SMOOTH, .open = OPEN, .close = cupel_solids_free, .row = cupel_solids_row, .at = cupel_solids_at, \
    .faces = cupel_solids_faces

const cupel_generator cupel_generator_square_fibres = {FIBRES("square_fibres", square_open, true, "parallel round fibres in a square array",
                                                              "two phases; smooth in fraction", references, square_params)};
const cupel_generator cupel_generator_hexagonal_fibres = {
    FIBRES("hexagonal_fibres", hexagonal_open, true, "parallel round fibres in a hexagonal array; the box is 1 x sqrt 3 across them",
           "two phases; smooth in fraction", references, hexagonal_params),
    .box = hexagonal_box};
const cupel_generator cupel_generator_random_fibres = {FIBRES("random_fibres", random_open, false,
                                                              "parallel round fibres at random places without overlap",
                                                              "two phases; not smooth: places depend on size", random_references, random_params),
                                                       .check = random_check};
