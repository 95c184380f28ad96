/* The interface of a structure as a closed surface of triangles, for printers and mesh programs.
 *
 * A level is given at voxel centres, positive in the solid. Every cell between eight neighbouring centres is cut by polygons whose corners lie on its
 * edges where the level, interpolated linearly, is 0; on a face whose corners alternate the mean of the four decides whether the solid is joined, so
 * that both cells of the face agree. At the faces of the box the solid is closed by flat caps. The surface is watertight: every edge belongs to two
 * triangles that run along it in opposite directions. The cell-wise construction is that of marching cubes (Lorensen, Cline 1987,
 * doi:10.1145/37402.37422), with the ambiguous faces decided (Nielson, Hamann 1991, doi:10.1109/VISUAL.1991.175782) and polygons in place of its
 * tables. */
#ifndef CUPEL_DATASETS_FORMATS_MESH_H
#define CUPEL_DATASETS_FORMATS_MESH_H

#include "core/sys/job.h"

typedef struct cupel_level_field {
    const float *value; /* [n0][n1][n2] at voxel centres, positive in the solid; finite */
    size_t n[3];
    double edge[3]; /* of the box, in the unit of the surface */
    bool periodic;  /* what the level is on the faces of the box: the mean of both sides; else that of the voxel there */
} cupel_level_field;

typedef struct cupel_mesh {
    size_t n, cap;
    float (*triangle)[9]; /* [n] three corners, counter-clockwise seen from outside the solid; the box begins at 0 */
    double volume, area;  /* of the solid; area with the caps */
} cupel_mesh;             /* {0} is empty */

/* Corners stay a hundredth of a cell away from its own, so that no two of them coincide. Memory: 4 bytes per voxel and 36 per triangle.
 * CUPEL_NO_RESOURCE; CUPEL_INTERRUPTED when the job was stopped. */
cupel_status cupel_mesh_of(const cupel_level_field *level, const cupel_job *job, cupel_mesh *mesh, cupel_err *err);
void cupel_mesh_release(cupel_mesh *mesh);
/* What a triangle adds to the volume of its mesh; to *area its own is added. */
double cupel_mesh_share(const float triangle[9], double *area);

/* Closed surfaces of a mesh that share no corner with each other: bodies, and voids within them. O(triangles); memory: up to 36 bytes per triangle.
 * CUPEL_NO_RESOURCE. */
cupel_status cupel_mesh_pieces(const cupel_mesh *mesh, size_t *pieces, cupel_err *err);
/* The piece that encloses most, of a mesh that has one. */
cupel_status cupel_mesh_largest(const cupel_mesh *mesh, cupel_mesh *piece, cupel_err *err);

/* Binary STL; `words` (up to 79 bytes) stand in its header, which is the only place where STL can say a unit. CUPEL_BAD_INPUT for an empty mesh;
 * CUPEL_INTERRUPTED when the job was stopped, and then no file. */
cupel_status cupel_stl_write(const char *path, const cupel_mesh *mesh, const char *words, const cupel_job *job, cupel_err *err);

#endif
