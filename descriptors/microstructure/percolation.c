#include "descriptors/microstructure/components.h"
#include "descriptors/microstructure/descriptor.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "descriptors/microstructure/units.h"

/* Clusters of each phase, and which of them go through. Of a periodic volume a cluster goes through along an axis when a path in it leads to its own
 * image along that axis, of another when it touches both ends (Stauffer, Aharony 1994, doi:10.1201/9781315274386). */

typedef struct tally {
    uint64_t size, largest, through[3];
    size_t clusters;
} tally;

static void add_phase(cupel_quantities *q, size_t phase, const tally *t, int dim)
{
    const double size = (double)t->size;
    const cupel_of of = {(int)phase, -1, -1};
    cupel_quantities_add(q, "clusters", "", of, (double)t->clusters);
    cupel_quantities_add(q, "largest cluster", "", of, (double)t->largest / size);
    for (int a = 0; a < dim; a++) cupel_quantities_add(q, "percolates", "", (cupel_of){(int)phase, -1, a}, t->through[a] > 0);
    for (int a = 0; a < dim; a++) cupel_quantities_add(q, "percolating fraction", "", (cupel_of){(int)phase, -1, a}, (double)t->through[a] / size);
}

static cupel_status compute(const cupel_voxels *v, const double *value, const cupel_job *job, cupel_quantities *q, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    int connectivity = 0;
    cupel_components c = {0};
    tally *t = cupel_alloc(v->n_phases, sizeof *t);
    if (!t) CUPEL_TRY(cupel_no_memory(err, "clusters", 0));
    CUPEL_TRY(cupel_connectivity_read(value[0], v->dim, "percolation", &connectivity, err));
    CUPEL_TRY(cupel_components_find(v, connectivity, v->periodic, job, &c, err));
    for (size_t k = 0; k < c.n; k++) {
        tally *p = &t[c.phase[k]];
        const unsigned through = (unsigned)(v->periodic ? c.winds[k] : c.joins[k]) >> c.grid.first;
        p->clusters++;
        p->size += c.size[k];
        if (c.size[k] > p->largest) p->largest = c.size[k];
        for (unsigned a = 0; a < 3; a++)
            if (through >> a & 1U) p->through[a] += c.size[k];
    }
    for (size_t p = 0; p < v->n_phases; p++) add_phase(q, p, &t[p], v->dim);
done:
    cupel_components_release(&c);
    cupel_free(t);
    return st;
}

static const cupel_reference references[] = {
    {"10.1201/9781315274386", "Stauffer, Aharony: Introduction to Percolation Theory. Taylor and Francis (1994)"},
    {"10.1103/PhysRevE.64.016706", "Newman, Ziff: Fast Monte Carlo algorithm for site or bond percolation. Physical Review E 64, 016706 (2001)"},
    {"10.1145/321879.321884", "Tarjan: Efficiency of a good but not linear set union algorithm. Journal of the ACM 22, 215 (1975)"},
    {NULL, NULL}};

static const cupel_param params[] = {
    {"connectivity", "", 6, 4, 26, "voxels are joined through faces (6; an image: 4), also edges (18), also corners (26; an image: 8)"}, {0}};

const cupel_volume_descriptor cupel_volume_descriptor_percolation = {
    .method = {.name = "percolation", .kind = "descriptor", .scale = "microstructure", .maturity = "stable", .input = "volume of labels",
               .help = "connected clusters of each phase, and the share of the phase that goes through along each axis",
               .output = "per phase: clusters (number), largest cluster (share of the phase); per axis: percolates (0 or 1), percolating fraction "
                         "(share of the phase in clusters that go through). Through: a periodic cluster leads to its own image along the axis, "
                         "another one touches both ends",
               .references = references, .params = params},
    .compute = compute};
