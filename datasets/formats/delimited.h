/* What csv.c and tsv.c share. */
#ifndef CUPEL_DATASETS_FORMATS_DELIMITED_H
#define CUPEL_DATASETS_FORMATS_DELIMITED_H

#include "datasets/source.h"

/* separator 0: to be found out (core/io/csv.h); of a table with ; decimal commas are read (decimal.h). The header stays where it is. */
cupel_status cupel_delimited_open(cupel_input *in, char separator, cupel_header *header, void **state, cupel_err *err);
cupel_status cupel_delimited_read(void *state, size_t max_rows, cupel_records *r, cupel_err *err);
void cupel_delimited_close(void *state);
void cupel_delimited_say(const void *state, cupel_str *words);

#endif
