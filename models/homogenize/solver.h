/* Periodic homogenisation by FFT-preconditioned conjugate gradients on the rotated scheme (trilinear elements with one Gauss point, HEX8R): Willot,
 * C. R. Mecanique 343, 232 (2015), doi:10.1016/j.crme.2014.12.005; Schneider, Merkert, Kabel, IJNME 109, 1461 (2017), doi:10.1002/nme.5336.
 *
 * Fields are float, reductions double over fixed blocks: the same bytes for any number of threads. Memory besides the mixture: 12 bytes per voxel for
 * conduction and 36 for elasticity (rows are padded to a multiple of 8 voxels); for each load whose field is kept 4 and 12 more; for each cut voxel,
 * where a phase is not isotropic, 24 and 84 more. */
#ifndef CUPEL_MODELS_HOMOGENIZE_SOLVER_H
#define CUPEL_MODELS_HOMOGENIZE_SOLVER_H

#include "core/matter/mixture.h"
#include "core/sys/job.h"
#include "models/homogenize/material.h"

typedef enum cupel_physics { CUPEL_CONDUCTION, CUPEL_ELASTICITY } cupel_physics;

/* How a cut voxel responds: the laminate of its two phases, blended by `blend`: 0 laminate, 1 the arithmetic mean (Voigt), -1 the isotropic
 * harmonic mean (Reuss); reference: shared physics notes and benchmarks. */
typedef struct cupel_solve_options {
    cupel_physics physics;
    double blend;             /* -1 .. 1 */
    double accuracy;          /* bound on the relative Frobenius error of the tensor that iterating leaves, e.g. 1e-4 */
    size_t max_iterations;    /* over all loads; 0: 10000 */
    bool plane_stress;        /* 2-D elasticity */
    double edge[3];           /* edges of a voxel in one unit of any size: only their ratios count; {0}: cubes (squares). Wave vectors are divided by
                               * them. Volumes with voxels that are no cubes, and half grids of odd axes, need it */
    const double (*eigenstrain)[6]; /* elasticity: [phases] strain of a phase left to itself, Mandel (e.g. of heating by 1 K); NULL: none */
    bool keep_fields;
    /* With kept fields on the same grid, where loads begin: of a microstructure much like this, and dropped where it is not; NULL: none. What
     * iterating leaves may then be twice the accuracy: what is left of so little goes slowly. */
    const struct cupel_solution *guess;
} cupel_solve_options;

typedef struct cupel_solution cupel_solution;

/* materials [m->n_phases]. CUPEL_INTERRUPTED when the job was stopped; CUPEL_FAILED when the iterations do not converge; CUPEL_NO_RESOURCE with the
 * bytes needed. */
cupel_status cupel_solve(const cupel_mixture *m, const cupel_material *materials, const cupel_solve_options *o, const cupel_job *job,
                         cupel_solution **s, cupel_err *err);
void cupel_solution_free(cupel_solution *s);
/* Bytes that a solve in space takes while it works, those of the fields that it keeps included; phases are isotropic. */
double cupel_solve_bytes(cupel_physics physics, const size_t n[3], bool keep_fields);

/* Components of the tensor: 3 (2 in 2-D) for conduction; 6 (3 in 2-D: 11 22 12) for elasticity. */
size_t cupel_solution_order(const cupel_solution *s);
const double *cupel_solution_tensor(const cupel_solution *s);     /* [order][order], symmetric, Mandel */
const double *cupel_solution_error(const cupel_solution *s);      /* [order][order] bound on what iterating left */
double cupel_solution_blend(const cupel_solution *s);             /* of its cut voxels */
size_t cupel_solution_iterations(const cupel_solution *s);        /* over all loads */
double cupel_solution_seconds(const cupel_solution *s);           /* in the iterations */
/* With eigenstrain: [order] mean stress, Mandel, where the mean strain is held at 0 (-C* : the free strain of the whole); else NULL. */
const double *cupel_solution_eigenstress(const cupel_solution *s);

/* What kept fields are taken under: how cut voxels respond, and the edges of the voxels, all 0 for those that were solved. */
typedef struct cupel_under {
    double blend, edge[3];
} cupel_under;

/* With keep_fields, for which the mixture must outlive the solution. The tensor that the kept fields have under another mixture of the same grid, or
 * with its box stretched: w_i . K' . w_j. Its difference quotient is the derivative of the tensor to first order without a further solve
 * (Hellmann-Feynman). tensor [order][order]. */
cupel_status cupel_solution_tensor_under(const cupel_solution *s, const cupel_mixture *m, const cupel_material *materials, const cupel_under *as,
                                         const cupel_job *job, double *tensor, cupel_err *err);
/* How the plane through a cut voxel lies and moves with n parameters. `at`: *d its distance from the middle in voxels, positive where that is
 * in phase b, and its unit normal into phase b; dd [n] and dn [n][3] by each parameter. Called from several threads at once. */
typedef struct cupel_moves {
    size_t n;
    void (*at)(void *user, const size_t voxel[3], double *d, double normal[3], double *dd, double (*dn)[3]);
    void *user;
} cupel_moves;

/* The same derivatives for many parameters at once, each cut voxel looked at once: isotropic phases in space, with kept fields.
 * tensor [n][order][order] Mandel, share [n] of the phases b of cut voxels. */
bool cupel_solution_can_move(const cupel_solution *s);
cupel_status cupel_solution_moved(const cupel_solution *s, const cupel_moves *from, const cupel_job *job, double *tensor, double *share,
                                  cupel_err *err);
/* Strain (or gradient) and stress (or flux) at voxel centres of the rows of plane i0 for load `load`: strain, stress [order3][n1][n2], order3 = 3 or
 * 6 (Mandel), under a load of 1 in its component; either may be NULL. Under plane stress the strain out of the plane is not computed: 0. */
cupel_status cupel_solution_plane(const cupel_solution *s, size_t load, size_t i0, float *strain, float *stress, cupel_err *err);

#endif
