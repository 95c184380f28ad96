/* The options by which verbs read volumes: declared once, so that they are called the same everywhere. */
#ifndef CUPEL_CLI_VOLUME_OPTIONS_H
#define CUPEL_CLI_VOLUME_OPTIONS_H

#include "core/cli/opt.h"
#include "datasets/formats/volume.h"

/* Lines of a list of options. */
#define CUPEL_VOLUME_OPTIONS                                                                                                                       \
    {"volume-format", "NAME", CUPEL_OPT_TEXT, NULL, NULL, false, "format of the volume where name and first bytes do not tell ('cupel methods')"}, \
    {"dataset", "PATH", CUPEL_OPT_TEXT, NULL, NULL, false, "the data set in an HDF5 file that holds the labels, when there are several"},          \
    {"raw", "LAYOUT", CUPEL_OPT_TEXT, NULL, NULL, false, "of raw data: shape=64x64x64,type=uint8,order=C,offset=0,endian=little"},                 \
    {"voxel", "SIZE", CUPEL_OPT_TEXT, NULL, NULL, false,                                                                                           \
     "edge of a voxel, '0.39 um' (metres without a unit), or one per axis, '1 um,1 um,2 um'; overrides the file"},                                  \
    {"threshold", "VALUE", CUPEL_OPT_TEXT, NULL, NULL, false,                                                                                      \
     "of grey values: those up to it are phase 0, those above phase 1; otsu chooses it (the largest variance between both); none takes a "         \
     "grey-scale image as labels, which is refused without it"},                                                                                   \
    {"nonperiodic", NULL, CUPEL_OPT_FLAG, NULL, NULL, false, "the volume is a cut-out, not a period (files do not say; the default is periodic)"}

/* CUPEL_USAGE for a size that is none. Texts live as long as the arguments. */
cupel_status cupel_volume_options_of(const cupel_args *args, cupel_volume_options *o, cupel_err *err);

#endif
