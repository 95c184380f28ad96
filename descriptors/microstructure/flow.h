/* Steady flow (diffusion, conduction) through open voxels from one end of an axis to the other. */
#ifndef CUPEL_DESCRIPTORS_MICROSTRUCTURE_FLOW_H
#define CUPEL_DESCRIPTORS_MICROSTRUCTURE_FLOW_H

#include "core/sys/job.h"
#include "descriptors/microstructure/grid.h"

typedef struct cupel_flow {
    double conductivity; /* of the whole box along the axis, that of the open voxels being 1 */
    double error;        /* relative bound on what iterating left; the true value of the voxels is lower */
    size_t iterations;
} cupel_flow;

/* open [n[0]][n[1]][n[2]]: not 0 where it flows; each of them must be linked through faces with one end at least, and some must join both.
 * Seven-point finite volumes: flow between open voxels that share a face; potentials 1 and 0 on the two faces of the box across `axis` (of the
 * grid), which are half a voxel from the centres; no flow through other faces of the box.
 *
 * Conjugate gradients, preconditioned by a multigrid V-cycle: cells join 2 x 2 x 2, links between them add up and are halved (twice as long), so that
 * correction is by rediscretisation (Trottenberg, Oosterlee, Schueller 2001, ISBN 978-0-12-701070-0; in CG: Tatebe 1993). Iterating ends when
 * the energy, which falls towards the conductivity, has less than `accuracy` of itself still to lose (Hestenes, Stiefel 1952,
 * doi:10.6028/jres.049.044). About 26 bytes a voxel. CUPEL_FAILED after max_iterations. The same for any number of threads. */
cupel_status cupel_flow_solve(const cupel_grid *g, size_t axis, const uint8_t *open, double accuracy, size_t max_iterations, const cupel_job *job,
                              cupel_flow *out, cupel_err *err);

#endif
