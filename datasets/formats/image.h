/* Grey and palette images: pages that pile up into a volume. A page is axis 0, its rows are axis 1, its columns axis 2; one page alone is a 2-D
 * image with rows as axis 0 and columns as axis 1. The numbers stored are the labels: no scaling, no colours. */
#ifndef CUPEL_DATASETS_FORMATS_IMAGE_H
#define CUPEL_DATASETS_FORMATS_IMAGE_H

#include "datasets/formats/voxel_values.h"

/* What is asked of the pile before the first page: how many pages there will be, and whether one page is a volume all the same. */
typedef struct cupel_pile {
    size_t n_pages;
    bool volume;
    size_t rows, columns; /* of the first page; 0 before it */
    size_t pages;         /* begun so far */
    double size[3];       /* edges of a voxel, metres; 0: the first file does not say */
    const char *threshold; /* as cupel_volume_options has it */
    cupel_fill *fill;
} cupel_pile; /* release with cupel_fill_free(pile.fill) */

/* A new page whose values are of that type; bytes: what the file can hold of values at most. CUPEL_BAD_INPUT for another size than the pages before;
 * name is that of the file, pile_name outlives the pile. */
cupel_status cupel_pile_page(cupel_pile *p, size_t rows, size_t columns, cupel_number type, uint64_t bytes, const char *name, const char *pile_name,
                             cupel_err *err);

/* All pages of one file onto the pile. Pages of a TIFF that are thumbnails are left out. */
cupel_status cupel_tiff_pages(const char *path, size_t *pages, bool *volume, cupel_err *err); /* how many there are; volume: one, called a volume */
cupel_status cupel_tiff_pile(const char *path, const char *pile_name, cupel_pile *p, cupel_err *err);
cupel_status cupel_png_pile(const char *path, const char *pile_name, cupel_pile *p, cupel_err *err);

#endif
