/* A microstructure as a solver sees it: one phase per voxel, and for voxels that an interface cuts, the two phases, their shares and the normal.
 *
 * Generators that know where the interface is make one with cuts; plain labels make one without. Memory: 1 byte per voxel for up to 256 phases
 * (else 2), 16 per cut voxel, 8 per row. */
#ifndef CUPEL_MATTER_MIXTURE_H
#define CUPEL_MATTER_MIXTURE_H

#include "core/matter/voxels.h"

/* A voxel in which phase b fills the share p and phase a the rest, divided by a plane. */
typedef struct cupel_cut {
    uint32_t k;         /* place in its row (last axis) */
    float p;            /* share of phase b, 0 < p < 1 */
    int16_t normal[3];  /* unit normal * 32767, pointing into phase b; only the axis matters to a laminate */
    uint8_t a, b;       /* a < b */
} cupel_cut;            /* 16 bytes */

typedef struct cupel_mixture {
    int dim;            /* 2: n[2] = 1 */
    size_t n[3];
    size_t n_phases;
    uint8_t *id8;       /* [n0][n1][n2] phase that fills most of the voxel; NULL when n_phases > 256 */
    uint16_t *id16;     /* the same, instead of id8 */
    size_t n_cuts;
    size_t *row;        /* [n0 * n1 + 1] cuts of row r are cut[row[r]] .. cut[row[r + 1] - 1], k ascending; NULL without cuts */
    cupel_cut *cut;     /* [n_cuts] */
} cupel_mixture;        /* {0} is empty */

/* Without cuts; the volume is copied. */
cupel_status cupel_mixture_of_voxels(const cupel_voxels *v, cupel_mixture *m, cupel_err *err);
/* Shape and phases, ids 0, no cuts. */
cupel_status cupel_mixture_init(cupel_mixture *m, int dim, const size_t *n, size_t n_phases, cupel_err *err);
void cupel_mixture_release(cupel_mixture *m);

/* fraction [n_phases], cuts counted by their shares, summed in a fixed order. */
void cupel_mixture_fractions(const cupel_mixture *m, double *fraction);

/* share [n0][n1][n2] of phase 1 of two. */
void cupel_mixture_shares(const cupel_mixture *m, float *share);

/* The axis along which every cut runs (fibres); -1: there is none, as in an image or without cuts. */
int cupel_mixture_along(const cupel_mixture *m);
/* The axis normal to which voxels without cuts are plane layers, each plane of one phase; -1: they are not, or there are cuts. */
int cupel_mixture_stacked(const cupel_mixture *m);
/* True when all cuts are parallel: plane layers. */
bool cupel_mixture_layered(const cupel_mixture *m);

/* The share of the unit cube centred on the origin for which normal . x + d > 0; normal is a unit vector, d in edges. Exact
 * (Scardovelli, Zaleski 2000, doi:10.1006/jcph.2000.6567). */
double cupel_plane_cut(const double normal[3], double d);

#endif
