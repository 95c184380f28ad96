/* What csv.c and tsv.c share. */
#ifndef CUPEL_DATASETS_FORMATS_DELIMITED_H
#define CUPEL_DATASETS_FORMATS_DELIMITED_H

#include "datasets/source.h"

cupel_status cupel_delimited_open(cupel_input *in, char separator, cupel_header *header, void **state, cupel_err *err);
cupel_status cupel_delimited_read(void *state, size_t max_rows, cupel_records *r, cupel_err *err);
void cupel_delimited_close(void *state);

#endif
