/* Which share of the sphere of directions each direction of the lattice stands for: the weights of Crofton's formulas. */
#ifndef CUPEL_DESCRIPTORS_MICROSTRUCTURE_CROFTON_H
#define CUPEL_DESCRIPTORS_MICROSTRUCTURE_CROFTON_H

#include <stddef.h>

enum { CUPEL_DIRECTIONS_3D = 13, CUPEL_DIRECTIONS_2D = 4 };

/* Offsets between neighbours in a window, one of each pair of opposites: first along the axes, then face and space diagonals. */
extern const int cupel_directions_3d[CUPEL_DIRECTIONS_3D][3];
extern const int cupel_directions_2d[CUPEL_DIRECTIONS_2D][3]; /* the last entry is 0 */

/* weight [n], sum 1: the area of the Voronoi cell of u and -u on the unit sphere (dim 2: circle), as a share of the whole (Ohser, Schladitz 2009,
 * doi:10.1002/9783527628308). u [n][3] need not be unit vectors; n <= 13, no two parallel, three of them (dim 2: two) at right angles. */
void cupel_crofton_weights(int dim, size_t n, const double (*u)[3], double *weight);

#endif
