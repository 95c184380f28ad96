/* Level cuts of a Gaussian random field: one threshold (gaussian, spinodoid) or a band (gaussian_shell). */
#include "core/base/err.h"
#include "core/base/mem.h"
#include "datasets/spaces/micro/list.h"
#include "datasets/spaces/micro/random_field.h"

#include <math.h>
#include <string.h>

#define DEGREE 0.017453292519943295769

enum { FRACTION, WAVELENGTH, BANDWIDTH, METRIC, HARMONIC = METRIC + 6, CENTRE = HARMONIC + CUPEL_HARMONICS };
enum { CONE = BANDWIDTH + 1, EDGE = CONE + 3 }; /* of the spinodoid */

typedef struct gaussian {
    cupel_shape shape;
    cupel_modes modes;
} gaussian;

static void gaussian_close(cupel_shape *shape)
{
    gaussian *g = (gaussian *)shape;
    if (g) cupel_modes_release(&g->modes);
    cupel_free(g);
}

/* |f - centre| < t holds this share of a standard normal f. */
static double half_band(double centre, double share)
{
    double low = 0, high = 40;
    for (int i = 0; i < 60; i++) {
        const double t = 0.5 * (low + high);
        if (cupel_normal_above(centre - t) - cupel_normal_above(centre + t) < share)
            low = t;
        else
            high = t;
    }
    return 0.5 * (low + high);
}

static cupel_status open_field(const cupel_recipe *r, const cupel_spectrum *s, bool sheet, double centre, cupel_shape **shape, cupel_err *err)
{
    gaussian *g = cupel_alloc(1, sizeof *g);
    if (!g) return cupel_no_memory(err, "a random field", sizeof *g);
    cupel_status st = cupel_modes_make(s, r->seed, 0, &g->modes, err);
    if (st != CUPEL_OK) {
        gaussian_close(&g->shape);
        return st;
    }
    const double *slope = g->modes.slope, share = r->value[FRACTION];
    const double fine = fmin(256, fmax(48, 2 * ceil(10 * g->modes.waves)));
    g->shape = (cupel_shape){.sheet = sheet, .centre = centre, .fraction = share, .fine = (size_t)fine,
                             /* six standard deviations: rarer than one place in a field of any size here */
                             .slope = 6 * fmax(slope[0], fmax(slope[1], slope[2]))};
    g->shape.t = r->n_thresholds ? r->threshold[0] : sheet ? half_band(centre, share) : cupel_normal_quantile_above(share);
    *shape = &g->shape;
    return CUPEL_OK;
}

static cupel_status gaussian_field(const cupel_shape *shape, const size_t n[3], float *f, const cupel_job *job, cupel_err *err)
{
    return cupel_modes_field(&((const gaussian *)shape)->modes, n, f, job, err);
}

static void gaussian_spectrum(const cupel_recipe *r, cupel_spectrum *s)
{
    *s = (cupel_spectrum){.wavelength = r->value[WAVELENGTH], .bandwidth = r->value[BANDWIDTH]};
    memcpy(s->metric, r->value + METRIC, sizeof s->metric);
    memcpy(s->harmonic, r->value + HARMONIC, sizeof s->harmonic);
}

static void spinodoid_spectrum(const cupel_recipe *r, cupel_spectrum *s)
{
    *s = (cupel_spectrum){.wavelength = r->value[WAVELENGTH], .bandwidth = r->value[BANDWIDTH], .edge = r->value[EDGE] * DEGREE};
    for (int i = 0; i < 3; i++) s->cone[i] = r->value[CONE + i] * DEGREE;
}

static cupel_status gaussian_open(const cupel_recipe *r, const cupel_job *job, cupel_shape **shape, cupel_err *err)
{
    (void)job;
    cupel_spectrum s;
    gaussian_spectrum(r, &s);
    return open_field(r, &s, false, 0, shape, err);
}

static cupel_status shell_open(const cupel_recipe *r, const cupel_job *job, cupel_shape **shape, cupel_err *err)
{
    (void)job;
    cupel_spectrum s;
    gaussian_spectrum(r, &s);
    return open_field(r, &s, true, r->value[CENTRE], shape, err);
}

static cupel_status spinodoid_open(const cupel_recipe *r, const cupel_job *job, cupel_shape **shape, cupel_err *err)
{
    (void)job;
    cupel_spectrum s;
    spinodoid_spectrum(r, &s);
    return open_field(r, &s, false, 0, shape, err);
}

static cupel_status spinodoid_check(const cupel_recipe *r, cupel_err *err)
{
    const double *cone = r->value + CONE;
    for (int i = 0; i < 3; i++)
        if (cone[i] > 0 && cone[i] < 10)
            return cupel_fail(err, CUPEL_USAGE, "spinodoid: cone%d is %g degrees, expected 0 (none) or 10 to 90", i + 1, cone[i]);
    if (!(cone[0] + cone[1] + cone[2] > 0))
        return cupel_fail(err, CUPEL_USAGE, "spinodoid: at least one of cone1, cone2, cone3 must be larger than 0");
    return CUPEL_OK;
}

#define BAND_PARAMS                                                                                                                \
    {"fraction", "", 0.5, 0.01, 0.99, "volume fraction of phase 1"},                                                               \
        {"wavelength", "edge", 0.2, 0.02, 1, "wavelength at the peak of the spectrum, in edges of the box"},

#define METRIC_PARAM(NAME)                                                                                                            \
    {                                                                                                                                 \
        NAME, "", 0, -3, 3, "component of the logarithm of the metric of wave vectors; along its axes waves are longer by exp(H / 2)" \
    }
#define Y(NAME)                                                                                                                                 \
    {                                                                                                                                           \
        NAME, "", 0, -20, 20, "coefficient of a real orthonormal spherical harmonic in the logarithm of the spectrum's density over directions" \
    }
#define FIELD_PARAMS                                                                                                               \
    BAND_PARAMS{"bandwidth", "", 0.25, 0.02, 1, "width of the peak (standard deviation) per its wave number"},                     \
        METRIC_PARAM("metric11"), METRIC_PARAM("metric22"), METRIC_PARAM("metric33"), METRIC_PARAM("metric23"),                    \
        METRIC_PARAM("metric13"), METRIC_PARAM("metric12"), Y("y2_-2"), Y("y2_-1"), Y("y2_0"), Y("y2_1"), Y("y2_2"),               \
        Y("y4_-4"), Y("y4_-3"), Y("y4_-2"), Y("y4_-1"), Y("y4_0"), Y("y4_1"), Y("y4_2"), Y("y4_3"), Y("y4_4"), Y("y6_-6"),         \
        Y("y6_-5"), Y("y6_-4"), Y("y6_-3"), Y("y6_-2"), Y("y6_-1"), Y("y6_0"), Y("y6_1"), Y("y6_2"), Y("y6_3"), Y("y6_4"),         \
        Y("y6_5"), Y("y6_6")

static const cupel_param gaussian_params[] = {FIELD_PARAMS, {NULL, NULL, 0, 0, 0, NULL}};

static const cupel_param shell_params[] = {
    FIELD_PARAMS,
    {"centre", "", 0, -2, 2, "phase 1 is where the field, of unit variance, is within a distance of this value"},
    {NULL, NULL, 0, 0, 0, NULL}};

static const cupel_param spinodoid_params[] = {
    BAND_PARAMS{"bandwidth", "", 0.1, 0.02, 1, "width of the peak (standard deviation) per its wave number"},
    {"cone1", "deg", 30, 0, 90, "half angle of the cone of wave vectors around axis 1; 0: none"},
    {"cone2", "deg", 30, 0, 90, "the same around axis 2"},
    {"cone3", "deg", 30, 0, 90, "the same around axis 3"},
    {"edge", "deg", 5, 1, 30, "blur of the cones' edges (standard deviation), which makes the field smooth in their angles"},
    {NULL, NULL, 0, 0, 0, NULL}};

#define CAHN {"10.1063/1.1695731", "Cahn: Phase separation by spinodal decomposition in isotropic systems. Journal of Chemical Physics 42, 93 (1965)"}
#define TEUBNER                                                                                                                                  \
    {                                                                                                                                            \
        "10.1209/0295-5075/14/5/003", "Teubner: Level surfaces of Gaussian random fields and microemulsions. Europhysics Letters 14, 403 (1991)" \
    }
#define ROBERTS                                                                                                                  \
    {                                                                                                                            \
        "10.1103/PhysRevE.51.4141",                                                                                              \
            "Roberts, Teubner: Transport properties of heterogeneous materials derived from Gaussian random fields: bounds and " \
            "simulation. Physical Review E 51, 4141 (1995)"                                                                      \
    }
#define SOYARSLAN                                                                                                          \
    {                                                                                                                      \
        "10.1016/j.actamat.2018.01.005",                                                                                   \
            "Soyarslan, Bargmann, Pradas, Weissmueller: 3D stochastic bicontinuous microstructures: generation, topology " \
            "and elasticity. Acta Materialia 149, 326 (2018)"                                                              \
    }

static const cupel_reference cut_references[] = {CAHN, TEUBNER, SOYARSLAN, {NULL, NULL}};
static const cupel_reference shell_references[] = {ROBERTS, TEUBNER, {NULL, NULL}};
static const cupel_reference spinodoid_references[] = {
    {"10.1038/s41524-020-0341-6", "Kumar, Tan, Zheng, Kochmann: Inverse-designed spinodoid metamaterials. npj Computational Materials 6, 73 (2020)"},
    CAHN,
    {NULL, NULL}};

#define FIELD_INPUT "fraction of phase 1, spectrum and seed of the noise"
#define FIELD_OUTPUT "two phases; smooth in all parameters at a fixed seed"

const cupel_generator cupel_generator_gaussian = {
    .method = {.name = "gaussian", .kind = "generator", .scale = "microstructure", .maturity = "stable", .input = FIELD_INPUT, .output = FIELD_OUTPUT,
               .help = "a Gaussian random field above a level: bicontinuous, anisotropic by a metric and by harmonics", .references = cut_references,
               .params = gaussian_params},
    .n_phases = 2, .smooth = true, .threshold = 1, .open = gaussian_open, .close = gaussian_close, .field = gaussian_field,
    .spectrum = gaussian_spectrum,
};

const cupel_generator cupel_generator_gaussian_shell = {
    .method = {.name = "gaussian_shell",
               .kind = "generator",
               .scale = "microstructure",
               .maturity = "stable",
               .input = FIELD_INPUT,
               .output = FIELD_OUTPUT,
               .help = "a Gaussian random field between two levels: walls",
               .references = shell_references,
               .params = shell_params},
    .n_phases = 2,
    .smooth = true,
    .threshold = 1,
    .open = shell_open,
    .close = gaussian_close,
    .field = gaussian_field,
    .spectrum = gaussian_spectrum,
};

const cupel_generator cupel_generator_spinodoid = {
    .method = {.name = "spinodoid",
               .kind = "generator",
               .scale = "microstructure",
               .maturity = "stable",
               .input = FIELD_INPUT,
               .output = FIELD_OUTPUT,
               .help = "a Gaussian random field of waves within cones around the axes, above a level",
               .references = spinodoid_references,
               .params = spinodoid_params},
    .n_phases = 2,
    .smooth = true,
    .threshold = 1,
    .check = spinodoid_check,
    .open = spinodoid_open,
    .close = gaussian_close,
    .field = gaussian_field,
    .spectrum = spinodoid_spectrum,
};
