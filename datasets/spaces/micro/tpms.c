/* Triply periodic minimal surfaces by their first Fourier terms: f(X, Y, Z) with X = 2 pi periods1 u1 and so on. */
#include "core/base/err.h"
#include "core/base/mem.h"
#include "datasets/spaces/micro/list.h"

#include <math.h>

#define TAU 6.28318530717958647692

enum { FRACTION, SHEET, PERIODS, STRETCH = PERIODS + 3, FINE = 96 };

typedef enum family { GYROID, DIAMOND, PRIMITIVE } family;

typedef struct tpms {
    cupel_shape shape;
    family family;
    double k[3]; /* 2 pi periods */
} tpms;

static double gyroid_at(const double s[3], const double c[3], double g[3])
{
    g[0] = c[0] * c[1] - s[2] * s[0];
    g[1] = c[1] * c[2] - s[0] * s[1];
    g[2] = c[2] * c[0] - s[1] * s[2];
    return s[0] * c[1] + s[1] * c[2] + s[2] * c[0];
}

/* cos X cos Y cos Z - sin X sin Y sin Z */
static double diamond_at(const double s[3], const double c[3], double g[3])
{
    for (int i = 0; i < 3; i++) {
        const int j = (i + 1) % 3, k = (i + 2) % 3;
        g[i] = -s[i] * c[j] * c[k] - c[i] * s[j] * s[k];
    }
    return c[0] * c[1] * c[2] - s[0] * s[1] * s[2];
}

static double tpms_at(const cupel_shape *shape, const double u[3], double g[3])
{
    const tpms *t = (const tpms *)shape;
    double s[3], c[3], f;
    for (int i = 0; i < 3; i++) {
        s[i] = sin(t->k[i] * u[i]);
        c[i] = cos(t->k[i] * u[i]);
    }
    if (t->family == GYROID) {
        f = gyroid_at(s, c, g);
    } else if (t->family == DIAMOND) {
        f = diamond_at(s, c, g);
    } else {
        f = c[0] + c[1] + c[2];
        for (int i = 0; i < 3; i++) g[i] = -s[i];
    }
    for (int i = 0; i < 3; i++) g[i] *= t->k[i];
    return f;
}

/* Along a row all three are a + b sin Z + c cos Z. */
static void tpms_row(const cupel_shape *shape, const size_t n[3], size_t i, size_t j, float *f)
{
    const tpms *t = (const tpms *)shape;
    const double x = t->k[0] * ((double)i + 0.5) / (double)n[0], y = t->k[1] * ((double)j + 0.5) / (double)n[1], step = t->k[2] / (double)n[2];
    const double sx = sin(x), cx = cos(x), sy = sin(y), cy = cos(y);
    const double a = t->family == GYROID ? sx * cy : t->family == DIAMOND ? 0 : cx + cy;
    const double b = t->family == GYROID ? cx : t->family == DIAMOND ? -sx * sy : 0;
    const double c = t->family == GYROID ? sy : t->family == DIAMOND ? cx * cy : 1;
    for (size_t k = 0; k < n[2]; k++) {
        const double z = ((double)k + 0.5) * step;
        f[k] = (float)(a + b * sin(z) + c * cos(z));
    }
}

static cupel_status tpms_open(const cupel_recipe *r, family which, cupel_shape **shape, cupel_err *err)
{
    tpms *t = cupel_alloc(1, sizeof *t);
    if (!t) return cupel_no_memory(err, "a surface", 0);
    double most = 0;
    for (int i = 0; i < 3; i++) {
        t->k[i] = TAU * r->value[PERIODS + i];
        most = fmax(most, t->k[i]);
    }
    t->family = which;
    /* |grad f| / k is at most sqrt 3 for the gyroid and the primitive surface, sqrt(3 / 2) for the diamond. */
    t->shape = (cupel_shape){.sheet = r->value[SHEET] != 0, .t = r->n_thresholds ? r->threshold[0] : (double)NAN, .fraction = r->value[FRACTION],
                             .slope = 1.7320508 * most, .fine = FINE};
    *shape = &t->shape;
    return CUPEL_OK;
}

static void tpms_close(cupel_shape *shape) { cupel_free(shape); }

static void tpms_box(const cupel_recipe *r, double edge[3])
{
    for (int i = 0; i < 3; i++) edge[i] = r->value[STRETCH + i];
}

/* Neither periods nor stretch change which share of the space is above a threshold. */
static void tpms_cell(cupel_recipe *r)
{
    for (int i = 0; i < 6; i++) r->value[PERIODS + i] = 1;
}

static cupel_status gyroid_open(const cupel_recipe *r, const cupel_job *job, cupel_shape **shape, cupel_err *err)
{
    (void)job;
    return tpms_open(r, GYROID, shape, err);
}

static cupel_status diamond_open(const cupel_recipe *r, const cupel_job *job, cupel_shape **shape, cupel_err *err)
{
    (void)job;
    return tpms_open(r, DIAMOND, shape, err);
}

static cupel_status primitive_open(const cupel_recipe *r, const cupel_job *job, cupel_shape **shape, cupel_err *err)
{
    (void)job;
    return tpms_open(r, PRIMITIVE, shape, err);
}

static const cupel_param params[] = {
    {"fraction", "", 0.5, 0.01, 0.99, "volume fraction of phase 1"},
    {"sheet", "count", 0, 0, 1, "0: phase 1 is one side of the surface (a network); 1: a wall around it"},
    {"periods1", "count", 1, 1, 32, "periods of the surface along axis 1"},
    {"periods2", "count", 1, 1, 32, "periods along axis 2"},
    {"periods3", "count", 1, 1, 32, "periods along axis 3"},
    {"stretch1", "", 1, 0.1, 10, "edge of the box along axis 1"},
    {"stretch2", "", 1, 0.1, 10, "edge of the box along axis 2"},
    {"stretch3", "", 1, 0.1, 10, "edge of the box along axis 3"},
    {NULL, NULL, 0, 0, 0, NULL}};

#define FAMILY                                                                                                                   \
    {                                                                                                                            \
        "10.1002/adem.201900524",                                                                                                \
            "Al-Ketan, Abu Al-Rub: Multifunctional mechanical metamaterials based on triply periodic minimal surface lattices. " \
            "Advanced Engineering Materials 21, 1900524 (2019)"                                                                  \
    }

static const cupel_reference gyroid_references[] = {
    {"https://ntrs.nasa.gov/citations/19700020472", "Schoen: Infinite periodic minimal surfaces without self-intersections. NASA TN D-5541 (1970)"},
    FAMILY,
    {NULL, NULL}};

static const cupel_reference schwarz_references[] = {
    {"10.1021/ma0019499",
     "Wohlgemuth, Yufa, Hoffman, Thomas: Triply periodic bicontinuous cubic microdomain morphologies by symmetries. Macromolecules 34, "
     "6083 (2001)"},
    FAMILY,
    {NULL, NULL}};

#define TPMS(NAME, OPEN, HELP, REFERENCES)                                                                                                 \
    {                                                                                                                                      \
        .method = {.name = NAME,                                                                                                           \
                   .kind = "generator",                                                                                                    \
                   .scale = "microstructure",                                                                                              \
                   .maturity = "stable",                                                                                                   \
                   .help = HELP,                                                                                                           \
                   .input = "fraction of phase 1",                                                                                         \
                   .output = "two phases; smooth in fraction",                                                                             \
                   .references = REFERENCES,                                                                                               \
                   .params = params},                                                                                                      \
        .n_phases = 2, .smooth = true, .threshold = 1, .open = OPEN, .close = tpms_close, .row = tpms_row, .at = tpms_at, .box = tpms_box, \
        .cell = tpms_cell                                                                                                                  \
    }

const cupel_generator cupel_generator_gyroid = TPMS("gyroid", gyroid_open, "gyroid networks and sheets: sin X cos Y + sin Y cos Z + sin Z cos X",
                                                    gyroid_references);
const cupel_generator cupel_generator_diamond = TPMS("diamond", diamond_open, "Schwarz D networks and sheets: cos X cos Y cos Z - sin X sin Y sin Z",
                                                     schwarz_references);
const cupel_generator cupel_generator_primitive = TPMS("primitive", primitive_open, "Schwarz P networks and sheets: cos X + cos Y + cos Z",
                                                       schwarz_references);
