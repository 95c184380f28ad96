/* Sets of descriptors by name, one beside the other: "magpie,stoichiometry". "magpie:smooth" is the smooth variant of a set (smooth.h); a preset
 * (presets.h) stands for its sets. */
#ifndef CUPEL_ENGINE_SETS_H
#define CUPEL_ENGINE_SETS_H

#include "descriptors/composition/descriptor.h"

enum { CUPEL_SETS_MAX = 64 };

typedef struct cupel_sets {
    size_t n, n_columns;
    const cupel_descriptor *set[CUPEL_SETS_MAX];
    bool matminer[CUPEL_SETS_MAX]; /* in the form CUPEL_SETS_MATMINER, also where it is the same */
    bool smooth[CUPEL_SETS_MAX];   /* in the form CUPEL_SETS_SMOOTH */
} cupel_sets;

/* Forms of the sets, added up: values that an element lacks are filled in (cupel_descriptor.imputed); values are matminer's own, which goes before
 * filling in (cupel_descriptor.matminer). A set that does not have the form is taken as it is. Every set smooth, as if ":smooth" stood behind
 * each. */
enum { CUPEL_SETS_IMPUTED = 1, CUPEL_SETS_MATMINER = 2, CUPEL_SETS_SMOOTH = 4 };

/* Names joined by ',' or '+'; "deml:matminer" and "magpie:smooth" are these sets in the forms CUPEL_SETS_MATMINER and CUPEL_SETS_SMOOTH.
 * CUPEL_USAGE: an unknown name (with those there are), one given twice (what stands in a preset may stand before it too), none at all, a set in
 * both forms. */
cupel_status cupel_sets_parse(const char *names, unsigned forms, cupel_sets *s, cupel_err *err);
void cupel_sets_text(const cupel_sets *s, cupel_str *out);                           /* canonical: "magpie:smooth,deml:matminer" */
void cupel_sets_column(const cupel_sets *s, size_t j, cupel_str *name, const char **unit);
const char *cupel_sets_of(const cupel_sets *s, size_t j); /* the set that column j is of, without its form */
/* Columns i and j of two sets are called the same: they are one where both sets are in the same form (held by a test over all sets). */
bool cupel_sets_shared(const cupel_sets *s, size_t i, size_t j);

/* In words the first column that a row of the batch has no value for, or one that was filled in, and the elements that lack it by themselves:
 * "no value of 'MagpieData minimum MeltingT' for He"; "" when it has all. */
cupel_status cupel_sets_lacks(const cupel_sets *s, const cupel_batch *batch, size_t row, cupel_str *words, cupel_err *err);

/* As cupel_descriptor.compute for all sets together; n_columns of each row are written. */
void cupel_sets_compute(const cupel_sets *s, const cupel_batch *batch, size_t from, size_t n, cupel_isa isa, double *x, size_t ld,
                        unsigned char *reason);
/* The same rounded once to float. scratch [n_columns]: for sets that have no such kernel. */
void cupel_sets_compute_f32(const cupel_sets *s, const cupel_batch *batch, size_t from, size_t n, cupel_isa isa, float *x, size_t ld,
                            unsigned char *reason, double *scratch);

#endif
