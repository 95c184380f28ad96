/* What the volume formats share: the numbers of a file in the order in which it holds them, on their way into phases and back.
 *
 * Two bytes a voxel are all that is kept, whatever the type in the file: values become phases as they come. */
#ifndef CUPEL_DATASETS_FORMATS_VOXEL_VALUES_H
#define CUPEL_DATASETS_FORMATS_VOXEL_VALUES_H

#include "core/base/str.h"
#include "core/io/input.h"
#include "core/matter/voxels.h"

/* How a file stores a number: kind 'u' (unsigned), 'i' (signed), 'f' (IEEE float) or 'b' (one byte, 0 or 1). */
typedef struct cupel_number {
    char kind;
    unsigned size; /* bytes: 1, 2, 4, 8; floats 4, 8 */
    bool big;      /* most significant byte first */
} cupel_number;

/* "uint8", "int64", "float32", "bool" and so on to a number of this machine's byte order; false for another word. */
bool cupel_number_named(cupel_text name, cupel_number *t);
/* The same word of a number; "" where there is none. */
const char *cupel_number_word(cupel_number t);
/* A type in the byte order of this machine. */
cupel_number cupel_number_native(char kind, unsigned size);
/* The smallest type that holds every label of the volume, least significant byte first. */
cupel_number cupel_number_for(const cupel_voxels *v);

/* The order of a file: its k-th axis (0 is the slowest) has n[k] values and is axis[k] of cupel. dim axes count. */
typedef struct cupel_file_order {
    int dim;
    size_t n[3];
    int axis[3];
} cupel_file_order;

/* Axes as they are (C order), or turned round: axis 0 runs fastest (Fortran order). n [dim] are the voxels along axes 0, 1, 2 of cupel. */
cupel_file_order cupel_order_c(int dim, const size_t *n);
cupel_file_order cupel_order_fortran(int dim, const size_t *n);

/* Values on their way in. */
typedef struct cupel_fill cupel_fill;
/* bytes: what the file can hold at most behind its header; the shape is checked against it, then against memory, before anything is
 * allocated. `name` is for messages. */
cupel_status cupel_fill_open(const cupel_file_order *order, cupel_number type, uint64_t bytes, const char *name, cupel_fill **f, cupel_err *err);
/* Right after open: floats that are no whole numbers, and more different values than there are phases, are let in. All values are then levels of a
 * grey scale (cupel_voxels.grey), of which one ends at the threshold where that is a number, and take eight bytes more each while they come
 * (cupel_fill_add: CUPEL_NO_RESOURCE). Nothing changes for a threshold NULL or "none". */
void cupel_fill_grey(cupel_fill *f, const char *threshold);
/* The type of the values that follow, when it changes between the pages of a stack. */
void cupel_fill_type(cupel_fill *f, cupel_number type);
/* The next n values, packed. CUPEL_BAD_INPUT, with the place, for one that is no whole number, and for more values than the shape has. */
cupel_status cupel_fill_add(cupel_fill *f, const void *values, size_t n, cupel_err *err);
/* The next bytes of the stream, cut anywhere. */
cupel_status cupel_fill_bytes(cupel_fill *f, const void *bytes, size_t n, cupel_err *err);
/* All that is left of an input. */
cupel_status cupel_fill_rest(cupel_fill *f, cupel_input *in, cupel_err *err);
/* Values that are still missing. */
size_t cupel_fill_missing(const cupel_fill *f);
/* The volume with its phases. CUPEL_BAD_INPUT when values are missing. */
cupel_status cupel_fill_finish(cupel_fill *f, cupel_voxels *v, cupel_err *err);
void cupel_fill_free(cupel_fill *f); /* NULL-safe */

/* The labels at places first .. first + n - 1 of the order, packed as `type`. */
void cupel_pack(const cupel_voxels *v, const cupel_file_order *order, cupel_number type, size_t first, size_t n, void *out);

#endif
