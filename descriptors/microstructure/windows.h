/* The 2 x 2 x 2 neighbourhoods of a volume, counted by what of them a phase fills: everything that is local about a phase (its surface, the integral
 * of mean curvature, the Euler number) is a weighted sum of these 256 counts (Lang, Ohser, Hilfer 2001, doi:10.1046/j.1365-2818.2001.00907.x). */
#ifndef CUPEL_DESCRIPTORS_MICROSTRUCTURE_WINDOWS_H
#define CUPEL_DESCRIPTORS_MICROSTRUCTURE_WINDOWS_H

#include "core/matter/voxels.h"
#include "core/sys/job.h"

enum { CUPEL_WINDOW_MASKS = 256 };

/* Bit 4 di + 2 dj + dk of a mask is set where the phase fills the voxel at offset (di, dj, dk). An image has only di = 0, with its axes 0 and 1 in
 * the places of dj and dk, so that its masks are below 16. Windows that one phase fills alone are not counted: no sum needs them. */
typedef struct cupel_windows {
    size_t n_phases;
    uint64_t *inside;  /* [n_phases][256] all eight voxels are in the volume; periodic: all there are */
    /* Windows across the border of a volume that is no period; NULL for one that is. */
    uint64_t *outward; /* [n_phases][256] what lies at the border goes on outward; in eighths: 4, 2 or 1 of such a window are in the box */
    uint64_t *cut;     /* [n_phases][256] outside there is no phase */
} cupel_windows;       /* {0} is empty */

/* O(voxels); the same counts for any number of threads. */
cupel_status cupel_windows_count(const cupel_voxels *v, const cupel_job *job, cupel_windows *w, cupel_err *err);
void cupel_windows_release(cupel_windows *w);

#endif
