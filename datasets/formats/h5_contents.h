/* What is in an HDF5 file that another program wrote. */
#ifndef CUPEL_DATASETS_FORMATS_H5_CONTENTS_H
#define CUPEL_DATASETS_FORMATS_H5_CONTENTS_H

#include "core/base/str.h"
#include "core/io/h5_foreign.h"

/* The first data sets with their types and shapes, "/a (uint8 64 x 64), /b/c (other) and 3 more": other types than those of volumes are not told;
 * "no data set" where there is none. */
cupel_status cupel_h5_list(const cupel_h5 *h, cupel_str *words, cupel_err *err);

/* Does the file begin as one in HDF5 does? False for an artifact, a pipe, and for what cannot be read. */
bool cupel_h5_is_file(const char *path);
/* cupel_h5_list of a file, looked at in a process of its own, as cupel_h5_read_contained does it. CUPEL_BAD_INPUT when it is damaged. */
cupel_status cupel_h5_contents(const char *path, cupel_str *words, cupel_err *err);

#endif
