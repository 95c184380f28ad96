/* What the volume formats in HDF5 share. */
#ifndef CUPEL_DATASETS_FORMATS_H5_VOLUME_H
#define CUPEL_DATASETS_FORMATS_H5_VOLUME_H

#include "core/io/h5_foreign.h"
#include "datasets/formats/volume.h"
#include "datasets/formats/voxel_values.h"

/* All values of the array at path into v, in that order; a->count is the product of order->n. */
cupel_status cupel_h5_fill_volume(const cupel_h5 *h, const char *path, const cupel_h5_array *a, const cupel_file_order *order, const char *name,
                                  cupel_voxels *v, cupel_err *err);
/* Labels in that order as an array [order->n], deflated. */
cupel_status cupel_h5_put_volume(cupel_h5 *h, const char *path, const cupel_voxels *v, const cupel_file_order *order, cupel_number type,
                                 cupel_err *err);

/* Is it a file of DREAM.3D? */
bool cupel_dream3d_is(const cupel_h5 *h);
cupel_status cupel_dream3d_read(const cupel_h5 *h, const char *name, const cupel_volume_options *o, cupel_voxels *v, cupel_err *err);

/* Writes path as HDF5 with the data set /microstructure. axes: "xyz" or "zyx", the order of its axes. */
cupel_status cupel_h5_volume_write(const char *path, const char *axes, const cupel_voxels *v, cupel_number type, cupel_err *err);
cupel_status cupel_h5_volume_read(const char *path, const cupel_volume_options *o, cupel_voxels *v, cupel_err *err);

#endif
