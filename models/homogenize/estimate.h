/* An effective tensor with a 95 % bar against the shape that the voxels stand for.
 *
 * Plain labels of two phases: the value is that of the labels on their grid. The interface is rebuilt from them (rebuild.h); the tensor X of the
 * rebuilt one is the better centre, and the bar is |value - X| + h with
 *   h = 1.75 |S| noise + 0.20 min(|V - L|, |L - R|) + 3e-4 |X|,
 * from solves on the half grid: L with laminates in cut voxels, V blended half-way to the arithmetic mean, R the isotropic harmonic mean, S the
 * change per voxel of shift. Constants fitted on half of 1,100 spheres, cylinders and level cuts, contrast 0.01 to 100, and checked on the rest;
 * benchmarks/bench_errorbar.c counts again.
 *
 * Labels in plane layers normal to an axis, of any number of phases, are exact as they are: h is what iterating and rounding left.
 *
 * Labels of more phases (those with equal properties count as one): h = |value - L| + min(|V - L|, |L - R|) + 1e-3 |value|, on the half grid of
 * coarsen.h. It holds 98 % of the same spheres and cylinders when their labels are split, with 3.2 times the median error; in polycrystals, where
 * errors of grains cancel, it is about 25 times too wide. More than 256 phases: three times |value - L|.
 *
 * Mixtures with cuts (the interface is known): the value is extrapolated from two grids, n and 3 n / 4, as if the error went with the square of the
 * voxel, which it does when cut voxels respond by the blend of their contrast. For stiffness beside a void (contrast of 1000 and more) the power is
 * 1.5 in place of 2, since some error of the first order is left there, as long as |T - T'| is below 1 % of |T|; from 2 % on it is 2 again. The bar
 * is
 *   h = a |T - T'| + min(b min(|V - L|, |L - R|), 4 s) + 1.5e-4 |T|,
 * T on grid n, T' on grid 3 n / 4, L, V, R as above on grid n / 2, s the root of the mean square of the steps between the three grids.
 * - First term, what extrapolating may miss: a = 0.2 in space (stiffness 1.3; beside a void 0.6 where the steps between the three grids shrink to a
 *   half or less, up to 1.3 where to 0.7); 2.5 in the plane and for fibres, where a step of one sign all along an interface is not averaged over as
 *   many directions. Where a step of conduction is longer than the one before it, a grows to the whole of what the value is extrapolated by.
 * - Second term, what the choice of the blend may change: what is left after extrapolating goes with the voxel itself and comes from the blend, of
 *   which the first term knows little. b = 0.04 (stiffness 0.05, beside a void 0.025). 4 s keeps it from what does not depend on the grid: laminates.
 * - Necks: along axes where conduction hangs on less than 16 faces of voxels (necks.h) the second term is the whole choice, and `resolved` is false;
 *   so it is in stiffness along them and in shear on planes normal to them, from contrast 25 on, beside a void below 32 faces, with the larger of the
 *   two sides of the choice.
 * - Beside a void, while steps are short and on grids of 128 voxels an edge (half of it on 96), the two terms add as squares.
 * What single precision leaves comes on top.
 *
 * Constants fitted on half of 1,400 cylinders and spheres with random middles and of 29 level cuts, and checked on the rest, those of stiffness on 60
 * tensors. Beside a void, on 128 voxels against 192: 166 of 168 components and all whole tensors of eight designs were held, bars of 1.8 to 6 times
 * the error; on 32 and 48 voxels, where the terms do not add as squares, against 96: 94.8 % of 210 components and 9 of 10 whole tensors of five
 * scaffolds, bars of 1.6 times the error. Figures in benchmarks/README.md. */
#ifndef CUPEL_MODELS_HOMOGENIZE_ESTIMATE_H
#define CUPEL_MODELS_HOMOGENIZE_ESTIMATE_H

#include "models/homogenize/bounds.h"
#include "models/homogenize/solver.h"

enum { CUPEL_ESTIMATE_MAX = 42 }; /* 36 components and 6 of expansion */

typedef struct cupel_estimate {
    size_t order;
    double tensor[36], error[36];   /* [order][order] value and half width of its 95 % bar */
    double on_grid[36];             /* what grid n gives; `tensor` differs from it where two grids are extrapolated */
    double shape[36];               /* the best guess for the shape that labels stand for: X above; else `tensor` */
    double iteration_error;         /* largest component of what iterating left on grid n */
    bool has_alpha;
    double alpha[6], alpha_error[6]; /* expansion, Mandel ([order]) */
    bool has_error;                 /* false: only what iterating left is in `error` */
    size_t n[3];                    /* grid of the value */
    size_t second[3];               /* the other one; 0 without */
    double second_tensor[36], second_alpha[6]; /* its own values, of cuts */
    double second_error[36], second_alpha_error[6]; /* what iterating left of them */
    size_t iterations;              /* over all loads, on grid n */
    size_t all_iterations;          /* with those for the bar */
    size_t taken;                   /* grids that were not solved on, for they were known */
    bool extrapolated;              /* `tensor` is, from grids n and second */
    double blend, xi;               /* of cut voxels on grid n, and what it was chosen by */
    double chord;                   /* least mean chord of a phase, voxels; 0: not known */
    bool resolved;                  /* false: the bar is not to be trusted */
    const char *why_not;            /* static text where it is not */
    bool layered;                   /* labels in plane layers along an axis, which are taken as they are: the bar is that of the solver alone */
    double seconds;
    cupel_solution *solution;       /* of grid n, when fields were asked for; the caller's */
} cupel_estimate;

typedef struct cupel_estimate_options {
    cupel_solve_options solve;      /* blend is chosen here */
    bool error;                     /* false: one solve */
    bool alpha;                     /* elasticity: expansion too */
    double until;                   /* cupel_now() by which a known interface is to be told, 0: no matter when. Grid n is not begun when the time that
                                     * the second one took says that it would be later: CUPEL_INTERRUPTED */
    const cupel_solution *known[3]; /* of the microstructure on these grids (the answer's is not looked at), with kept fields; NULL: none. Where the
                                     * blend is near the one chosen here their tensor under that takes the place of a solve: by Hellmann and Feynman
                                     * what is left is of second order in the difference */
    double probe;                   /* accuracy of solves that only choose the blend and tell what it changes; 0: that of `solve` */
} cupel_estimate_options;

extern const char cupel_bar_is_wide[]; /* a why_not */

/* Bytes that the solves of one grid of an estimate take, besides its mixture. Up to 2^22 voxels a grid holds the fields of all its loads while it is
 * solved: 12 bytes more per voxel for conduction, 72 for stiffness. */
double cupel_estimate_bytes(cupel_physics physics, const size_t n[3]);

/* Half width of the 95 % bar of |T - truth| in the Frobenius norm, from the components' bars [order][order]: 1.25 times the norm of the diagonal's.
 * Bars off the diagonal are wide enough for a truth of any sign, and all of them together are never used up. Known of few skeletons with a void: of
 * eight designs on 128 voxels it was 1.8 to 6 times the error against 192; on coarser grids it is not calibrated (bench_errorbar scaffolds). */
double cupel_norm_error(const double *error, size_t order);

/* Labels: m has no cuts. */
cupel_status cupel_estimate_labels(const cupel_mixture *m, const cupel_material *materials, const cupel_estimate_options *o, const cupel_job *job,
                                   cupel_estimate *e, cupel_err *err);
/* One microstructure on three grids: that of the answer, three quarters and half of it. Without a bar only the first is there. */
typedef struct cupel_grids {
    cupel_mixture grid[3];
    double edge[3][3]; /* of their voxels, in one unit; cubes are 1, 1, 1 on the first */
} cupel_grids;

void cupel_grids_of(const size_t n[3], size_t middle[3], size_t coarse[3]);
void cupel_grids_release(cupel_grids *g);

/* A known interface. With o->error false one solve, cut voxels as laminates. */
cupel_status cupel_estimate_cuts(const cupel_grids *g, const cupel_material *materials, const cupel_estimate_options *o, const cupel_job *job,
                                 cupel_estimate *e, cupel_err *err);

/* The power of the voxel with which the error of a mixture in space falls; contrast as below. */
double cupel_grid_power(cupel_physics physics, double contrast);

/* The blend of cut voxels (solver.h) for phases of this contrast (>= 1 or its inverse) when the laminate on a coarser grid lies at xi between the
 * Hashin-Shtrikman bounds: only the soft phase continuous asks for the harmonic side, only the stiff one for the arithmetic, both for a little of
 * it. */
double cupel_blend_of(cupel_physics physics, double contrast, double xi);
/* xi of a tensor, 0 .. 1 (NaN: out of memory), and the contrast (>= 1) of the isotropic parts of the phases. */
double cupel_blend_place(cupel_kind kind, size_t n_phases, const double *fraction, const cupel_material *materials, const double *tensor,
                         double *contrast);

#endif
