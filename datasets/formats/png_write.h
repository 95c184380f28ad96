/* Pictures into PNG files in memory, for pages that carry their own images. */
#ifndef CUPEL_DATASETS_FORMATS_PNG_WRITE_H
#define CUPEL_DATASETS_FORMATS_PNG_WRITE_H

#include "core/cupel.h"

/* rgba [height][width][4], 8 bits each, alpha not multiplied in. *png is freed with cupel_free. The same bytes for the same picture and libpng. */
cupel_status cupel_png_write(const unsigned char *rgba, size_t width, size_t height, unsigned char **png, size_t *n, cupel_err *err);

#endif
