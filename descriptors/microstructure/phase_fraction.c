#include "descriptors/microstructure/descriptor.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "descriptors/microstructure/units.h"

static cupel_status compute(const cupel_voxels *v, const double *value, const cupel_job *job, cupel_quantities *q, cupel_err *err)
{
    (void)value, (void)job;
    double *fraction = cupel_alloc(v->n_phases, sizeof *fraction);
    if (!fraction) return cupel_no_memory(err, "phase fractions", v->n_phases * sizeof *fraction);
    cupel_voxels_fractions(v, fraction);
    for (size_t p = 0; p < v->n_phases; p++) cupel_quantities_add(q, "fraction", "", cupel_of_phase(p), fraction[p]);
    cupel_free(fraction);
    return CUPEL_OK;
}

static const cupel_reference references[] = {
    {"10.1007/978-1-4757-6355-3", "Torquato: Random Heterogeneous Materials. Springer (2002)"},
    {NULL, NULL}};

const cupel_volume_descriptor cupel_volume_descriptor_phase_fraction = {
    .method = {.name = "phase_fraction", .kind = "descriptor", .scale = "microstructure", .maturity = "stable", .input = "volume of labels",
               .help = "the share of the voxels that each phase fills", .output = "fraction of each phase, dimensionless", .references = references},
    .compute = compute};
