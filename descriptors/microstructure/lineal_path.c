#include "descriptors/microstructure/descriptor.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "descriptors/microstructure/runs.h"
#include "descriptors/microstructure/units.h"

/* The lineal path L(z): the probability that a segment of length z lies wholly in the phase. A run of m voxels holds m - k segments from one voxel to
 * the k-th after it; in a line without end every voxel begins one. */

/* Segments of 0 .. n_k - 1 steps that lie in runs of these lengths, and all there are. */
static void segments(const cupel_voxels *v, const cupel_runs *r, int axis, size_t phase, size_t n_k, double *within, double *all)
{
    const size_t n = r->length[axis];
    const uint64_t *complete = r->complete[axis] + phase * (n + 1), *open = r->open[axis] + phase * (n + 1);
    const uint64_t endless = v->periodic ? open[n] : 0;
    uint64_t runs = 0, voxels = 0; /* of length > k */
    for (size_t k = n + 1; k-- > 0;) {
        within[k < n_k ? k : 0] = (double)(voxels - runs * k + endless * n); /* k = 0 is written last */
        if (k < n_k) all[k] = (double)r->lines[axis] * (double)(v->periodic ? n : n - k);
        const uint64_t here = complete[k] + (v->periodic ? 0 : open[k]);
        runs += here;
        voxels += here * k;
    }
}

typedef struct path {
    size_t n;              /* points */
    double *x, *within, *all;
} path;

/* The curve; and its integral by the fraction, the mean way from a point of the phase to its end along the axis, as far as half the axis. */
static void say(cupel_quantities *q, const cupel_voxels *v, cupel_of of, path *p)
{
    double sum = 0;
    const char *const unit = cupel_length_unit(v, 1);
    for (size_t k = 0; k < p->n; k++) p->within[k] /= p->all[k];
    for (size_t k = 1; k < p->n; k++) sum += (p->x[k] - p->x[k - 1]) * (p->within[k] + p->within[k - 1]) / 2;
    cupel_quantities_add_curve(q, "lineal path", "", "z", unit, of, p->n, p->x, p->within);
    cupel_quantities_add(q, "mean lineal path", unit, of, sum / p->within[0]);
}

static void say_phase(cupel_quantities *q, const cupel_voxels *v, const cupel_runs *r, size_t phase, path *one, path *mean)
{
    cupel_of of = r->together ? CUPEL_OF_WHOLE : cupel_of_phase(phase);
    const bool alike = cupel_runs_alike(v);
    mean->n = SIZE_MAX;
    for (int a = 0; a < v->dim; a++) {
        one->n = r->length[a] / 2 + 1;
        of.axis = a;
        segments(v, r, a, phase, one->n, one->within, one->all);
        if (one->n < mean->n) mean->n = one->n;
        for (size_t k = 0; k < one->n; k++) {
            one->x[k] = (double)k * v->size[a];
            mean->x[k] = one->x[k];
            mean->within[k] = (a ? mean->within[k] : 0) + one->within[k];
            mean->all[k] = (a ? mean->all[k] : 0) + one->all[k];
        }
        say(q, v, of, one);
    }
    of.axis = -1;
    if (alike) say(q, v, of, mean);
}

static cupel_status compute(const cupel_voxels *v, const double *value, const cupel_job *job, cupel_quantities *q, cupel_err *err)
{
    (void)value;
    cupel_status st = CUPEL_OK;
    cupel_runs r = {0};
    double *room = NULL;
    size_t most = 0;
    CUPEL_TRY(cupel_runs_count(v, job, &r, err));
    for (int a = 0; a < v->dim; a++)
        if (r.length[a] / 2 + 1 > most) most = r.length[a] / 2 + 1;
    room = cupel_alloc(cupel_mul(6, most), sizeof *room);
    if (!room) CUPEL_TRY(cupel_no_memory(err, "lineal paths", 6 * most * sizeof *room));
    path one = {.x = room, .within = room + most, .all = room + 2 * most};
    path mean = {.x = room + 3 * most, .within = room + 4 * most, .all = room + 5 * most};
    for (size_t p = 0; p < r.n_phases; p++) say_phase(q, v, &r, p, &one, &mean);
done:
    cupel_free(room);
    cupel_runs_release(&r);
    return st;
}

static const cupel_reference references[] = {
    {"10.1103/PhysRevA.45.922", "Lu, Torquato: Lineal-path function for random heterogeneous materials. Physical Review A 45, 922 (1992)"},
    {NULL, NULL}};

const cupel_volume_descriptor cupel_volume_descriptor_lineal_path = {
    .method = {.name = "lineal_path", .kind = "descriptor", .scale = "microstructure", .maturity = "stable", .input = "volume of labels",
               .help = "the probability that a segment lies wholly in a phase, by its length, along each axis",
               .output = "curves of each phase along each axis up to half its length, and over all axes where the edges of a voxel are equal; mean "
                         "lineal path, their integral by the fraction [m]. Of volumes with more than 64 phases: of a segment in any one of them",
               .references = references},
    .compute = compute};
