#include "core/engine/volume_sets.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "descriptors/microstructure/components.h"
#include "models/homogenize/solver.h"

/* A descriptor that needs a solver: it lives where the two meet. tau = fraction / (K / k): K by periodic homogenisation, the other phases void. */

static void add_none(cupel_quantities *q, cupel_of of, const char *why)
{
    cupel_quantities_add_none(q, "periodic tortuosity", "", of, why);
    cupel_quantities_add_none(q, "periodic tortuosity error", "", of, why);
}

/* Bit a: some cluster of the phase leads to its own image along axis a. The scheme conducts through corners, hence 26 neighbours. */
static cupel_status ways_through(const cupel_voxels *v, const cupel_job *job, uint8_t *through, cupel_err *err)
{
    cupel_components c = {0};
    cupel_status st = cupel_components_find(v, 26, true, job, &c, err);
    for (size_t k = 0; st == CUPEL_OK && k < c.n; k++) through[c.phase[k]] |= (uint8_t)(c.winds[k] >> c.grid.first);
    cupel_components_release(&c);
    return st;
}

static cupel_status solve(const cupel_voxels *v, const cupel_mixture *m, cupel_material *materials, size_t phase, double accuracy,
                          const cupel_job *job, cupel_solution **s, cupel_err *err)
{
    const cupel_solve_options o = {.physics = CUPEL_CONDUCTION, .accuracy = accuracy, .edge = {v->size[0], v->size[1], v->size[2]}};
    for (size_t p = 0; p < v->n_phases; p++) {
        materials[p] = (cupel_material){.has_k = true, .k_isotropic = true};
        for (int a = 0; a < 3; a++) materials[p].k[a][a] = p == phase;
    }
    return cupel_solve(m, materials, &o, job, s, err);
}

static void add_phase(const cupel_voxels *v, size_t phase, const cupel_solution *s, unsigned through, double fraction, cupel_quantities *q)
{
    const size_t order = (size_t)v->dim;
    for (size_t a = 0; a < order; a++) {
        const cupel_of of = {(int)phase, -1, (int)a};
        const double k = s ? cupel_solution_tensor(s)[a * order + a] : 0;
        if (!(through >> a & 1U) || k <= 0) {
            add_none(q, of, "the phase does not lead to its own image along this axis");
            continue;
        }
        cupel_quantities_add(q, "periodic tortuosity", "", of, fraction / k);
        cupel_quantities_add(q, "periodic tortuosity error", "", of, fraction / k * (cupel_solution_error(s)[a * order + a] / k));
    }
}

static cupel_status compute(const cupel_voxels *v, const double *value, const cupel_job *job, cupel_quantities *q, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_mixture m = {0};
    cupel_solution *s = NULL;
    uint8_t *through = cupel_alloc(v->n_phases, 1);
    double *fraction = cupel_alloc(v->n_phases, sizeof *fraction);
    cupel_material *materials = cupel_alloc(v->n_phases, sizeof *materials);
    if (!through || !fraction || !materials) CUPEL_TRY(cupel_no_memory(err, "a periodic tortuosity", 0));
    cupel_voxels_fractions(v, fraction);
    if (v->periodic) CUPEL_TRY(ways_through(v, job, through, err));
    if (v->periodic) CUPEL_TRY(cupel_mixture_of_voxels(v, &m, err));
    for (size_t p = 0; p < v->n_phases; p++) {
        if (!v->periodic) {
            for (int a = 0; a < v->dim; a++) add_none(q, (cupel_of){(int)p, -1, a}, "the volume is no period; the set tortuosity_factor needs none");
            continue;
        }
        if (through[p]) CUPEL_TRY(solve(v, &m, materials, p, value[0], job, &s, err));
        add_phase(v, p, s, through[p], fraction[p], q);
        cupel_solution_free(s);
        s = NULL;
    }
done:
    cupel_solution_free(s);
    cupel_mixture_release(&m);
    cupel_free(through);
    cupel_free(fraction);
    cupel_free(materials);
    return st;
}

static const cupel_reference references[] = {
    {"10.1016/j.crme.2014.12.005", "Willot: Fourier-based schemes for computing the mechanical response of composites with accurate local fields. "
                                   "Comptes Rendus Mecanique 343, 232 (2015)"},
    {"10.1016/0009-2509(89)85053-5", "Epstein: On tortuosity and the tortuosity factor in flow and diffusion through porous media. Chemical "
                                     "Engineering Science 44, 777 (1989)"},
    {NULL, NULL}};

static const cupel_param params[] = {{"accuracy", "", 1e-4, 1e-7, 0.1, "bound on the relative error of the conductivity that iterating leaves"}, {0}};

const cupel_volume_descriptor cupel_volume_descriptor_periodic_tortuosity = {
    .method =
        {.name = "periodic_tortuosity", .kind = "descriptor", .scale = "microstructure", .maturity = "stable", .input = "periodic volume of labels",
               .help = "tortuosity factor of each phase along each axis in a periodic medium, by homogenisation",
               .output = "per phase and axis: periodic tortuosity (fraction of the phase over its relative conductivity, all others being void), "
                         "periodic tortuosity error (bound on what iterating left). Voxels that touch at edges and corners conduct to each other, "
                         "unlike in tortuosity_factor",
               .references = references, .params = params},
    .compute = compute};
