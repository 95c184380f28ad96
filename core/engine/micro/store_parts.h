/* What the artifacts of a run over microstructures have in common, for store*.c alone. */
#ifndef CUPEL_ENGINE_MICRO_STORE_PARTS_H
#define CUPEL_ENGINE_MICRO_STORE_PARTS_H

#include "core/engine/micro/store.h"
#include "core/io/artifact.h"

enum { CUPEL_STORE_SCHEMA = 1 };

/* Digest of the demand, generator and names of the parameters. check_head: CUPEL_BAD_ARTIFACT where the artifact is of another demand. */
cupel_status cupel_store_put_head(cupel_writer *w, const cupel_micro_demand *d, const cupel_micro_space *space, cupel_err *err);
cupel_status cupel_store_check_head(const cupel_reader *r, const char *path, const cupel_micro_demand *d, cupel_err *err);

/* The figures of n structures by property, each a data set of `group` in its unit: row[i] as the layout of the demand has them, NULL where a
 * structure has none; figure [n][width of the layout]. */
cupel_status cupel_store_put_figures(cupel_writer *w, const char *group, const cupel_micro_demand *d, const double *const *row, size_t n,
                                     cupel_err *err);
cupel_status cupel_store_figures(const cupel_reader *r, const char *group, const cupel_micro_demand *d, size_t n, size_t width, double *figure,
                                 cupel_err *err);

/* n texts; NULL is stored as "", and "" becomes NULL with `empty_is_none`. Those that come back are the caller's. */
cupel_status cupel_store_put_texts(cupel_writer *w, const char *name, const char *description, char *const *text, size_t n, cupel_err *err);
cupel_status cupel_store_texts(const cupel_reader *r, const char *name, size_t n, bool empty_is_none, char **text, cupel_err *err);

/* A numeric data set that must be [n][width]; the caller's. */
cupel_status cupel_store_numbers(const cupel_reader *r, const char *name, size_t n, size_t width, double **x, cupel_err *err);

/* A copy of x [n], NULL when out of memory. */
double *cupel_store_copy(const double *x, size_t n);

#endif
