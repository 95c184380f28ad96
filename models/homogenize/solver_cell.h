/* What the files of a cell share: solver_cell.c (grid and phases), solver_cuts.c (cut voxels), solver_rows.c (rows of fluxes). */
#ifndef CUPEL_MODELS_HOMOGENIZE_SOLVER_CELL_H
#define CUPEL_MODELS_HOMOGENIZE_SOLVER_CELL_H

#include "models/homogenize/solver_parts.h"

/* Axes of the Voigt components 11 22 33 23 13 12, and the component of a pair of axes. */
static const int cupel_voigt_pair[6][2] = {{0, 0}, {1, 1}, {2, 2}, {1, 2}, {0, 2}, {0, 1}};
static inline int cupel_voigt_place(int a, int b)
{
    static const int of[3][3] = {{0, 5, 4}, {5, 1, 3}, {4, 3, 2}};
    return of[a][b];
}

/* Floats of the upper triangle of a tensor as the kernels read it. */
static inline size_t cupel_cell_coefficients(const cupel_cell *c) { return c->fluxes == 3 ? 6 : CUPEL_VOIGT_COEFFICIENTS; }

/* Solves a x = b in place for m right-hand sides b [n][m]; a [n][n] symmetric positive semidefinite: rows without a pivot give 0. n <= 6. */
void cupel_solve_semidefinite(size_t n, double *a, size_t m, double *b);

/* Of a cut voxel of the cell's mixture, in the axes of the grid: its tensor [fluxes][fluxes], Voigt form, and its stress at no strain. */
void cupel_cut_tensor(const cupel_cell *c, const cupel_cut *cut, double *out);
void cupel_cut_prestress(const cupel_cell *c, const cupel_cut *cut, double out[6]);

#endif
