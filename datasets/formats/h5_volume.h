/* What the volume formats in HDF5 share. */
#ifndef CUPEL_DATASETS_FORMATS_H5_VOLUME_H
#define CUPEL_DATASETS_FORMATS_H5_VOLUME_H

#include "core/io/h5_foreign.h"
#include "datasets/formats/volume.h"
#include "datasets/formats/voxel_values.h"

enum { CUPEL_H5_PATH = 1024 };

/* What is to be read, in a file that is looked at. */
typedef struct cupel_h5_found {
    char path[CUPEL_H5_PATH];
    cupel_h5_array array;
    cupel_file_order order;    /* the product of n is array.count */
    double size[3], origin[3]; /* metres, by axes of cupel; 1 and 0 before it is looked for */
    bool has_size;
    bool flat;                 /* a volume one voxel thick is an image */
} cupel_h5_found;

/* Finds it. Runs in the child of cupel_h5_read_contained. */
typedef cupel_status (*cupel_h5_find_fn)(const cupel_h5 *h, const char *name, const cupel_volume_options *o, cupel_h5_found *f, cupel_err *err);

/* Reads what `find` finds. HDF5 1.10 crashes on hostile files, so it looks at them in a process of its own (core/sys/child.h, which says what that
 * means for a host program): a crash, an endless loop and a hunger for memory are CUPEL_BAD_INPUT. */
cupel_status cupel_h5_read_contained(const char *path, cupel_h5_find_fn find, const cupel_volume_options *o, cupel_voxels *v, cupel_err *err);
/* Labels in that order as an array [order->n], deflated. */
cupel_status cupel_h5_put_volume(cupel_h5 *h, const char *path, const cupel_voxels *v, const cupel_file_order *order, cupel_number type,
                                 cupel_err *err);

/* Is it a file of DREAM.3D? */
bool cupel_dream3d_is(const cupel_h5 *h);
cupel_status cupel_dream3d_find(const cupel_h5 *h, const char *name, const cupel_volume_options *o, cupel_h5_found *f, cupel_err *err);

/* Writes path as HDF5 with the data set /microstructure. axes: "xyz" or "zyx", the order of its axes. */
cupel_status cupel_h5_volume_write(const char *path, const char *axes, const cupel_voxels *v, cupel_number type, cupel_err *err);
cupel_status cupel_h5_volume_read(const char *path, const cupel_volume_options *o, cupel_voxels *v, cupel_err *err);

#endif
