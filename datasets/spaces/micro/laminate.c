/* Layers: of one direction with any whole-number normal, and of up to three directions along the axes. */
#include "core/base/err.h"
#include "core/base/mem.h"
#include "datasets/spaces/micro/interface.h"
#include "datasets/spaces/micro/list.h"

#include <math.h>

enum { FRACTION, NORMAL, OFFSET = NORMAL + 3 };     /* of a laminate */
enum { LAYER, PERIODS = LAYER + 3 };                /* of three families */

typedef struct laminate {
    cupel_shape shape;
    double normal[3], middle; /* s = normal . u - middle is whole in the middle of every layer */
    double half[3], periods[3];
} laminate;

static void laminate_close(cupel_shape *shape) { cupel_free(shape); }

/* ---- one direction: f = s - nearest whole number, phase 1 is |f| < fraction / 2 ---- */

static double one_at(const cupel_shape *shape, const double u[3], double g[3])
{
    const laminate *w = (const laminate *)shape;
    const double s = w->normal[0] * u[0] + w->normal[1] * u[1] + w->normal[2] * u[2] - w->middle;
    for (int i = 0; i < 3; i++) g[i] = w->normal[i];
    return s - floor(s + 0.5);
}

/* What is not given is 0; with nothing given the normal is axis 1. */
static void normal_of(const cupel_recipe *r, double normal[3])
{
    const double *v = r->value + NORMAL;
    const bool none = isnan(v[0]) && isnan(v[1]) && isnan(v[2]);
    for (int i = 0; i < 3; i++) normal[i] = !isnan(v[i]) ? v[i] : none && i == 0;
}

static cupel_status one_open(const cupel_recipe *r, const cupel_job *job, cupel_shape **shape, cupel_err *err)
{
    (void)job;
    laminate *w = cupel_alloc(1, sizeof *w);
    if (!w) return cupel_no_memory(err, "a laminate", sizeof *w);
    normal_of(r, w->normal);
    const double square = w->normal[0] * w->normal[0] + w->normal[1] * w->normal[1] + w->normal[2] * w->normal[2];
    w->middle = r->value[OFFSET] + 0.5 * r->value[FRACTION];
    w->shape = (cupel_shape){.sheet = true, .t = 0.5 * r->value[FRACTION], .fraction = r->value[FRACTION], .slope = sqrt(square), .fine = 64};
    *shape = &w->shape;
    return CUPEL_OK;
}

static cupel_status one_check(const cupel_recipe *r, cupel_err *err)
{
    double n[3];
    normal_of(r, n);
    if (n[0] != 0 || n[1] != 0 || n[2] != 0) return CUPEL_OK;
    return cupel_fail(err, CUPEL_USAGE, "laminate: normal1, normal2 and normal3 are all 0");
}

/* ---- three families: f = max over families of (half - |s|) / periods, the depth in the nearest layer ---- */

static double three_at(const cupel_shape *shape, const double u[3], double g[3])
{
    const laminate *w = (const laminate *)shape;
    double best = -1;
    for (int i = 0; i < 3; i++) g[i] = 0;
    for (int i = 0; i < 3; i++) {
        const double s = w->periods[i] * u[i] - w->half[i], d = s - floor(s + 0.5);
        const double f = w->half[i] > 0 ? (w->half[i] - fabs(d)) / w->periods[i] : -1;
        if (!(f > best)) continue;
        best = f;
        for (int j = 0; j < 3; j++) g[j] = j == i ? (d > 0 ? -1 : 1) : 0;
    }
    return best;
}

static cupel_status three_open(const cupel_recipe *r, const cupel_job *job, cupel_shape **shape, cupel_err *err)
{
    (void)job;
    laminate *w = cupel_alloc(1, sizeof *w);
    if (!w) return cupel_no_memory(err, "a laminate", sizeof *w);
    double outside = 1;
    for (int i = 0; i < 3; i++) {
        w->half[i] = 0.5 * r->value[LAYER + i];
        w->periods[i] = r->value[PERIODS + i];
        outside *= 1 - r->value[LAYER + i];
    }
    w->shape = (cupel_shape){.t = 0, .fraction = 1 - outside, .slope = 1, .fine = 64};
    *shape = &w->shape;
    return CUPEL_OK;
}

static cupel_status three_check(const cupel_recipe *r, cupel_err *err)
{
    if (r->value[LAYER] > 0 || r->value[LAYER + 1] > 0 || r->value[LAYER + 2] > 0) return CUPEL_OK;
    return cupel_fail(err, CUPEL_USAGE, "ranked_laminate: at least one of layer1, layer2, layer3 must be larger than 0");
}

static void one_row(const cupel_shape *shape, const size_t n[3], size_t i, size_t j, float *f) { cupel_shape_row(one_at, shape, n, i, j, f); }

static void three_row(const cupel_shape *shape, const size_t n[3], size_t i, size_t j, float *f) { cupel_shape_row(three_at, shape, n, i, j, f); }

#define NORMAL_UNSET ((double)NAN)

static const cupel_param one_params[] = {{"fraction", "", 0.5, 0.001, 0.999, "volume fraction of phase 1"},
                                         {"normal1", "count", NORMAL_UNSET, -64, 64, "periods along axis 1; 0 where another is given"},
                                         {"normal2", "count", NORMAL_UNSET, -64, 64, "periods along axis 2; none of the three: 1 0 0"},
                                         {"normal3", "count", NORMAL_UNSET, -64, 64, "periods along axis 3"},
                                         {"offset", "", 0, 0, 1, "where the first layer of phase 1 begins, in periods"},
                                         {NULL, NULL, 0, 0, 0, NULL}};

#define LAYERS "share of phase 1 in the layers normal to this axis; 0: there are none"
static const cupel_param three_params[] = {{"layer1", "", 0.25, 0, 0.99, LAYERS},
                                           {"layer2", "", 0.25, 0, 0.99, LAYERS},
                                           {"layer3", "", 0, 0, 0.99, LAYERS},
                                           {"periods1", "count", 1, 1, 64, "layers along axis 1"},
                                           {"periods2", "count", 1, 1, 64, "layers along axis 2"},
                                           {"periods3", "count", 1, 1, 64, "layers along axis 3"},
                                           {NULL, NULL, 0, 0, 0, NULL}};

static const cupel_reference one_references[] = {
    {"10.1029/JZ067i011p04427",
     "Backus: Long-wave elastic anisotropy produced by horizontal layering. Journal of Geophysical Research 67, 4427 (1962)"},
    {NULL, NULL}};
static const cupel_reference three_references[] = {
    {"10.1017/CBO9780511613357", "Milton: The Theory of Composites. Cambridge University Press (2002)"}, {NULL, NULL}};

const cupel_generator cupel_generator_laminate = {
    .method = {.name = "laminate", .kind = "generator", .scale = "microstructure", .maturity = "stable",
               .help = "plane layers of any whole-number normal (rank 1); exact shares in cut voxels", .input = "fraction, normal",
               .output = "two phases; smooth in fraction and offset", .references = one_references, .params = one_params},
    .n_phases = 2, .smooth = true, .check = one_check, .open = one_open, .close = laminate_close, .row = one_row, .at = one_at,
};

const cupel_generator cupel_generator_ranked_laminate = {
    .method =
        {.name = "ranked_laminate",
         .kind = "generator",
         .scale = "microstructure",
         .maturity = "stable",
         .help =
             "layers of phase 1 normal to up to three axes, together 1 - (1 - layer1) (1 - layer2) (1 - layer3): rank 1 to 3, sequential where one "
             "axis has many more periods than the next",
         .input = "share of the layers of each axis, their periods",
         .output = "two phases; smooth in the shares",
         .references = three_references,
         .params = three_params},
    .n_phases = 2,
    .smooth = true,
    .check = three_check,
    .open = three_open,
    .close = laminate_close,
    .row = three_row,
    .at = three_at,
};
