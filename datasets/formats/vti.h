/* VTK ImageData: what a .vti says of itself, and where in it the values are. */
#ifndef CUPEL_DATASETS_FORMATS_VTI_H
#define CUPEL_DATASETS_FORMATS_VTI_H

#include "datasets/formats/voxel_values.h"

typedef enum cupel_vti_form { CUPEL_VTI_ASCII, CUPEL_VTI_BINARY, CUPEL_VTI_APPENDED } cupel_vti_form;

typedef struct cupel_vti_array {
    char *name;
    bool cells;              /* CellData, else PointData */
    bool scalars;            /* named as the Scalars of its section */
    bool usable;             /* one number per cell or point, of a type that we read */
    cupel_number type;
    cupel_vti_form form;
    uint64_t offset;         /* CUPEL_VTI_APPENDED: from the '_' on */
    size_t begin, end;       /* else: the text between its tags, bytes of the file */
} cupel_vti_array;

typedef struct cupel_vti {
    bool big;                /* byte order of the values */
    unsigned header;         /* bytes of a header number: 4 or 8 */
    bool zlib;
    double origin[3], spacing[3];
    int64_t extent[6];       /* of the one piece: first and last point along x, y, z */
    cupel_vti_array *array;
    size_t n_arrays, cap;
    bool appended, appended_base64;
    size_t appended_begin;   /* the byte behind '_' */
} cupel_vti; /* {0} is empty */

/* bytes [n] is the file. */
cupel_status cupel_vti_parse(const char *name, const unsigned char *bytes, size_t n, cupel_vti *x, cupel_err *err);
void cupel_vti_release(cupel_vti *x);

#endif
