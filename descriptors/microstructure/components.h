/* Clusters: voxels of one phase that hang together. */
#ifndef CUPEL_DESCRIPTORS_MICROSTRUCTURE_COMPONENTS_H
#define CUPEL_DESCRIPTORS_MICROSTRUCTURE_COMPONENTS_H

#include "core/sys/job.h"
#include "descriptors/microstructure/grid.h"

/* A run is a stretch of one phase along the last axis; a piece is what hangs together inside the box; a cluster is what hangs together with the
 * period. Numbers of pieces and clusters are in the order of their first voxels. */
typedef struct cupel_components {
    cupel_grid grid;
    size_t n_runs, n_pieces, n; /* n clusters */
    size_t *row;                /* [n[0] n[1] + 1] the first run of each row */
    uint32_t *start;            /* [n_runs] its first voxel along the last axis */
    uint32_t *piece;            /* [n_runs] */
    uint32_t *cluster;          /* [n_pieces] */
    int32_t (*shift)[3];        /* [n_pieces] periods by which a piece is to be moved so that its cluster becomes one body (a winding one cannot) */
    uint16_t *phase;            /* [n] id */
    uint64_t *size;             /* [n] voxels */
    uint8_t *joins;             /* [n] bit a of the grid: touches both ends of axis a */
    uint8_t *winds;             /* [n] bit a of the grid: periodic, and a path in it leads to its own image along axis a */
} cupel_components;             /* {0} is empty */

/* Voxels joined through faces (6; an image: 4), also edges (18), also corners (26; an image: 8). Union-find over runs: O(voxels) but for the inverse
 * Ackermann function (Tarjan 1975, doi:10.1145/321879.321884); the cycles of a periodic volume as Newman, Ziff 2001, doi:10.1103/PhysRevE.64.016706.
 * periodic false: the box alone. The same for any number of threads. */
cupel_status cupel_components_find(const cupel_voxels *v, int connectivity, bool periodic, const cupel_job *job, cupel_components *c, cupel_err *err);
void cupel_components_release(cupel_components *c);

/* One past the last voxel of run r of a row. */
static inline size_t cupel_run_end(const cupel_components *c, size_t row, size_t r) { return r + 1 < c->row[row + 1] ? c->start[r + 1]
                                                                                      : c->grid.n[2]; }

/* The parameter of descriptors: 6, 18 or 26, of an image also 4 and 8. CUPEL_USAGE in the name of the descriptor. */
cupel_status cupel_connectivity_read(double value, int dim, const char *descriptor, int *connectivity, cupel_err *err);

#endif
