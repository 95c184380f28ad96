/* Volumes of voxels in the formats of the field: one file per format, which reads and writes, and one line in volume_list.c.
 *
 * A header is never believed before the data is there; a volume larger than memory is refused with the bytes it would need. A damaged or foreign
 * file is CUPEL_BAD_INPUT with the place. Every format may be gzip-compressed (seen by its first bytes). */
#ifndef CUPEL_DATASETS_FORMATS_VOLUME_H
#define CUPEL_DATASETS_FORMATS_VOLUME_H

#include "core/base/str.h"
#include "core/matter/method.h"
#include "core/matter/voxels.h"

typedef struct cupel_volume_options {
    const char *format;      /* name of a format; NULL: by the name and the first bytes */
    const char *dataset;     /* HDF5 formats: path of the data set or image; NULL: the only one there is */
    const char *raw;         /* "shape=64x64x64,type=uint8,order=C,offset=0,endian=little" for raw data; NULL */
    double voxel[3];         /* metres, overrides the file where voxel[0] > 0 */
    const char *threshold;   /* of grey values, for core/engine/segment.h; with one, readers let any floats in (cupel_fill_grey) */
    bool nonperiodic;        /* the volume is no period (files do not say) */
} cupel_volume_options;      /* {0}: all by the file */

typedef struct cupel_volume_format {
    cupel_method method;         /* kind "volume format"; `input` and `output` state the axis order */
    const char *suffixes;        /* ".npy" or ".tif .tiff"; "" for none */
    bool image;                  /* its files are as often grey images as labels */
    bool sizeless;               /* written files have no place for the size of a voxel */
    bool (*is)(const unsigned char *head, size_t n);  /* its first bytes, up to 512; NULL: they do not tell */
    bool (*say)(const char *path, cupel_str *words); /* by the header alone, "uint8 64 x 64 x 64"; NULL, or false: it does not tell */
    cupel_status (*read)(const char *path, const cupel_volume_options *o, cupel_voxels *v, cupel_err *err); /* NULL: writes only */
    cupel_status (*write)(const char *path, const cupel_voxels *v, cupel_err *err); /* NULL: reads only */
} cupel_volume_format;

extern const cupel_volume_format *const cupel_volume_formats[]; /* NULL-ended */
const cupel_method *cupel_volume_format_method(size_t i);         /* NULL past the end */
/* True when the name or the first bytes are those of a volume: how `describe` tells one from a table. */
bool cupel_volume_is(const char *path);
/* Which volume a file is by its first bytes, "a volume of format npy (uint8 64 x 64 x 64)", the latter where a header tells; false, without a word,
 * for any other. */
bool cupel_volume_say(const char *path, cupel_str *words);
/* The format that cupel_volume_read takes for this file. CUPEL_USAGE for a name in o->format that is none, CUPEL_BAD_INPUT when neither the first
 * bytes nor the name tell. */
cupel_status cupel_volume_format_of(const char *path, const cupel_volume_options *o, const cupel_volume_format **format, cupel_err *err);
/* o may be NULL: all by the file. */
cupel_status cupel_volume_read(const char *path, const cupel_volume_options *o, cupel_voxels *v, cupel_err *err);
/* "0.39 um", "1e-6" (metres) or one per axis, "1 um,1 um,2 um": edges of a voxel. CUPEL_USAGE. */
cupel_status cupel_volume_voxel(const char *text, double voxel[3], cupel_err *err);
/* Before long work: CUPEL_USAGE when cupel_volume_write would not know the format or cannot write it. */
cupel_status cupel_volume_writes(const char *path, const char *format, cupel_err *err);
/* False where a volume that is written so loses the size of its voxels. */
bool cupel_volume_keeps_size(const char *path, const char *format);
/* format NULL: by the name. Appears whole or not at all. */
cupel_status cupel_volume_write(const char *path, const char *format, const cupel_voxels *v, cupel_err *err);

#endif
