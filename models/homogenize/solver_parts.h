/* What the files of the solver share: the cell on its grid, its fields, and the passes of one iteration. */
#ifndef CUPEL_MODELS_HOMOGENIZE_SOLVER_PARTS_H
#define CUPEL_MODELS_HOMOGENIZE_SOLVER_PARTS_H

#include "core/math/fft.h"
#include "models/homogenize/kernels/solve.h"
#include "models/homogenize/solver.h"

#include <stdbool.h>

enum { CUPEL_ORDER_MAX = 6 };

/* The mixture as the grid sees it. A 2-D image is the grid {n0, 1, n1}: rows stay long, and an axis of one voxel has no gradient. */
typedef struct cupel_cell {
    cupel_physics physics;
    const cupel_mixture *m;
    size_t n[3], voxels;
    int direction[3];        /* of the sample, along each axis of the grid */
    size_t fields, fluxes;   /* 1 and 3; 3 and 6 */
    size_t order;            /* loads */
    int component[6];        /* [order] of a load among the fluxes of the grid */
    double factor[6];        /* [order] of a load: 1; Mandel's root of 2 for shear */
    double scale[3];         /* 1 / (4 edge) */
    bool isotropic;
    float *first, *second;   /* isotropic: [phases] k, or lambda and mu */
    float *any;              /* else [phases][6 or 21] */
    float *any_cut;          /* else [cuts][6 or 21] */
    double *tensors;         /* [phases][fluxes][fluxes], Voigt form */
    double *prestress;       /* [phases][6] -C : eigenstrain, Voigt form; NULL without */
    bool plane_stress;
    cupel_cut_rule rule;
    double reference[6];     /* of the preconditioner: tensor; or lambda, mu */
} cupel_cell;

cupel_status cupel_cell_init(const cupel_mixture *m, const cupel_material *materials, const cupel_solve_options *o, cupel_cell *c, cupel_err *err);
void cupel_cell_release(cupel_cell *c);

/* Floats of scratch of one worker that computes rows of fluxes; row stride of that scratch. */
size_t cupel_cell_row(const cupel_cell *c);

/* The fluxes of voxel row (i, j) into row->out, with the element before the first. `at` [n2] is scratch. */
void cupel_cell_fluxes(const cupel_cell *c, const cupel_solve_kernels *k, const cupel_voxel_row *row, size_t i, size_t j, float *coefficients,
                       uint32_t *at);

/* The fluxes of a row under no gradient but the phases' own strains. */
void cupel_cell_prestress(const cupel_cell *c, const cupel_voxel_row *row, size_t i, size_t j, uint32_t *at);
/* The gradient instead of the flux; shear strains doubled. */
void cupel_cell_gradients(const cupel_cell *c, const cupel_solve_kernels *k, const cupel_voxel_row *row);

struct cupel_solution {
    cupel_cell cell;
    size_t iterations;
    double tensor[CUPEL_ORDER_MAX * CUPEL_ORDER_MAX], error[CUPEL_ORDER_MAX * CUPEL_ORDER_MAX], eigenstress[CUPEL_ORDER_MAX];
    double seconds;
    size_t pitch;                         /* of kept fields */
    const cupel_solve_kernels *k;
    float *u[CUPEL_ORDER_MAX][3];         /* kept: potential or displacement of each load, row n2 repeats row 0 */
};

/* tensor [order][order] = <gradient_a . K gradient_b> of the kept fields of s, K that of the cell. */
cupel_status cupel_pair_fields(const cupel_solution *s, const cupel_cell *c, const cupel_job *job, double *tensor, cupel_err *err);

/* Gradients of the kept field of a load in voxel row (i, j): gradient [fluxes][cupel_cell_row], shear doubled. lines: scratch, two lines. */
void cupel_gradient_row(const cupel_solution *s, size_t load, size_t i, size_t j, float *lines, float *gradient);

/* Conjugate gradients on one cell. */
typedef struct cupel_iteration {
    const cupel_cell *cell;
    const cupel_solve_kernels *k;
    cupel_fft *fft;
    const cupel_job *job;
    size_t threads, pitch, plane, size;      /* floats of a row, a plane, a field */
    float *p[3], *z[3];                      /* direction; and K p, then G r */
    float *r;                                /* residual, in Fourier space: lines of columns, [n1][blocks][fields][n0][2 columns] */
    float *u[3];                             /* the caller's; NULL unless kept */
    float *scratch;                          /* [threads][each] */
    size_t each;
    float *cosine, *sine, *weight;           /* along the last axis, each number twice */
    double *half_sin[2], *half_cos[2];       /* 2 sin(a/2), cos(a/2) along axes 0 and 1, over the edge */
    double *sums;                            /* partial sums of the items of a pass */
} cupel_iteration;

cupel_status cupel_iteration_init(const cupel_cell *c, const cupel_job *job, cupel_iteration *it, cupel_err *err);
void cupel_iteration_release(cupel_iteration *it);

/* p, and u where it is kept, become the kept field of a load of `from`. Only where it fits: the same loads on the same grid. */
bool cupel_guess_fits(const cupel_cell *c, const cupel_solution *from);
void cupel_guess_load(const cupel_solution *from, size_t load, cupel_iteration *it);

/* What the fluxes of a pass come from. */
typedef enum cupel_pass_source { CUPEL_OF_MEAN, CUPEL_OF_FIELD, CUPEL_OF_PRESTRESS } cupel_pass_source;

/* z = -div of the fluxes of a uniform gradient `mean`, of that and grad p, or of the phases' own strains, its planes transformed. flux
 * [fluxes]: their mean; *work = <grad p . flux> where they come from p. */
cupel_status cupel_pass_flux(cupel_iteration *it, cupel_pass_source source, const double *mean, double *work, double *flux, cupel_err *err);
/* r -= alpha z (`start`: r = -z), z = G r; *rz = <r . z> per voxel. */
cupel_status cupel_pass_green(cupel_iteration *it, double alpha, bool start, double *rz, cupel_err *err);
/* u += alpha p where it is kept, then p = z transformed back + beta p. */
cupel_status cupel_pass_direction(cupel_iteration *it, double alpha, double beta, cupel_err *err);
/* u += alpha p. */
cupel_status cupel_pass_keep(cupel_iteration *it, double alpha, cupel_err *err);

#endif
