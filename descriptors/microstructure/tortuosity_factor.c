#include "descriptors/microstructure/components.h"
#include "descriptors/microstructure/descriptor.h"
#include "descriptors/microstructure/flow.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/sys/file.h"

/* tau = fraction / (D / D_0): all voxels of the phase count in the fraction, also those that lead nowhere (Cooper et al. 2016,
 * doi:10.1016/j.softx.2016.09.002; Epstein 1989: the square of the tortuosity, doi:10.1016/0009-2509(89)85053-5). */

enum { MOST_ITERATIONS = 5000 };

/* Marks the voxels of the phase that are in clusters through the box along `axis` of the grid; how many. */
static uint64_t mark(const cupel_components *c, size_t phase, size_t axis, uint8_t *open)
{
    uint64_t n = 0;
    for (size_t row = 0; row < c->grid.n[0] * c->grid.n[1]; row++)
        for (size_t r = c->row[row]; r < c->row[row + 1]; r++) {
            const size_t k = c->cluster[c->piece[r]], end = cupel_run_end(c, row, r);
            const bool through = c->phase[k] == phase && ((unsigned)c->joins[k] >> axis & 1U);
            for (size_t x = c->start[r]; x < end; x++) open[row * c->grid.n[2] + x] = through;
            n += through ? end - c->start[r] : 0;
        }
    return n;
}

static void add_none(cupel_quantities *q, cupel_of of)
{
    static const char *const why = "the phase does not go through along this axis";
    cupel_quantities_add_none(q, "tortuosity factor", "", of, why);
    cupel_quantities_add_none(q, "tortuosity factor error", "", of, why);
    cupel_quantities_add(q, "relative diffusivity", "", of, 0);
}

static cupel_status compute(const cupel_voxels *v, const double *value, const cupel_job *job, cupel_quantities *q, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_components c = {0};
    const size_t count = cupel_voxels_count(v);
    uint8_t *open = NULL, *through = cupel_alloc(v->n_phases, 1);
    double *fraction = cupel_alloc(v->n_phases, sizeof *fraction);
    open = cupel_alloc(count, 1);
    if (!open || !through || !fraction) CUPEL_TRY(cupel_no_memory(err, "a tortuosity", count));
    CUPEL_TRY(cupel_components_find(v, 6, false, job, &c, err));
    for (size_t k = 0; k < c.n; k++) {
        through[c.phase[k]] |= c.joins[k];
        fraction[c.phase[k]] += (double)c.size[k] / (double)count;
    }
    for (size_t p = 0; p < v->n_phases; p++)
        for (size_t a = 0; a < (size_t)v->dim; a++) {
            const size_t axis = a + c.grid.first;
            const cupel_of of = {(int)p, -1, (int)a};
            cupel_flow flow;
            if (!((unsigned)through[p] >> axis & 1U)) {
                add_none(q, of);
                continue;
            }
            cupel_progress(job, "tortuosity factor", p * (size_t)v->dim + a, v->n_phases * (size_t)v->dim);
            mark(&c, p, axis, open);
            CUPEL_TRY(cupel_flow_solve(&c.grid, axis, open, value[0], MOST_ITERATIONS, job, &flow, err));
            cupel_quantities_add(q, "tortuosity factor", "", of, fraction[p] / flow.conductivity);
            cupel_quantities_add(q, "tortuosity factor error", "", of, fraction[p] / flow.conductivity * flow.error);
            cupel_quantities_add(q, "relative diffusivity", "", of, flow.conductivity);
        }
done:
    cupel_components_release(&c);
    cupel_free(open);
    cupel_free(through);
    cupel_free(fraction);
    return st;
}

static const cupel_reference references[] = {
    {"10.1016/j.softx.2016.09.002", "Cooper, Bertei, Shearing, Kilner, Brandon: TauFactor: An open-source application for calculating tortuosity "
                                    "factors from tomographic data. SoftwareX 5, 203 (2016)"},
    {"10.1016/0009-2509(89)85053-5", "Epstein: On tortuosity and the tortuosity factor in flow and diffusion through porous media. Chemical "
                                     "Engineering Science 44, 777 (1989)"},
    {"10.6028/jres.049.044", "Hestenes, Stiefel: Methods of conjugate gradients for solving linear systems. Journal of Research of the National "
                             "Bureau of Standards 49, 409 (1952)"},
    {NULL, NULL}};

static const cupel_param params[] =
    {{"accuracy", "", 1e-4, 1e-6, 0.1, "iterating ends when the factor can change by no more than this part of itself"}, {0}};

const cupel_volume_descriptor cupel_volume_descriptor_tortuosity_factor = {
    .method = {.name = "tortuosity_factor", .kind = "descriptor", .scale = "microstructure", .maturity = "stable", .input = "volume of labels",
               .help = "tortuosity factor of each phase along each axis: how much longer than a straight channel its paths are, for diffusion",
               .output = "per phase and axis: tortuosity factor (fraction of the phase over its relative diffusivity), tortuosity factor error "
                         "(bound on what iterating left), relative diffusivity (of the box, of the phase itself 1; 0 where it does not go through). "
                         "Voxels joined through faces, potentials fixed on the two ends of the box, no flow through its sides, whether or not it is "
                         "a period",
               .references = references, .params = params},
    .compute = compute};
