/* What a screen counts: why candidates were rejected, and which elements. Counts of parts add up to those of the whole. */
#ifndef CUPEL_ENGINE_COUNTS_H
#define CUPEL_ENGINE_COUNTS_H

#include "core/io/artifact.h"
#include "core/matter/elements.h"
#include "core/matter/reason.h"

enum { CUPEL_N_Z = CUPEL_Z_MAX + 1 };

/* One block of integers (signed: artifacts store them so) and pointers into it; c constraints, r requirements. */
typedef struct cupel_counts {
    size_t n, c, r;
    int64_t *block;     /* [n], owned */
    int64_t *total;     /* seen, outside domain, no chance, predicted, inside every window, known and left out [6] */
    int64_t *formula;   /* [CUPEL_REASON_COUNT] rejected because the formula could not be read */
    int64_t *describe;  /* [CUPEL_REASON_COUNT] because it could not be described */
    int64_t *first;     /* [c] rejected, first of all by this constraint */
    int64_t *fails;     /* [c] fail it at all */
    int64_t *unknown;   /* [c] rejected because a fact is unknown */
    int64_t *inside;    /* [r] predicted value in the window */
    int64_t *seen;      /* [119] candidates that contain the element */
    int64_t *predicted; /* [119] of them predicted */
    int64_t *rejected;  /* [c][119] candidates with the element by first failed constraint */
    int64_t *cut;       /* [c] never listed: the enumeration leaves out what the constraint rules out, after what those before it do; of the
                           whole space, counted by its first shard */
    int64_t *behind;    /* [1] behind in the first of two stages */
} cupel_counts;

enum { CUPEL_SEEN, CUPEL_OUTSIDE_DOMAIN, CUPEL_NO_CHANCE, CUPEL_PREDICTED, CUPEL_INSIDE, CUPEL_KNOWN, CUPEL_N_TOTALS };

cupel_status cupel_counts_init(cupel_counts *k, size_t c, size_t r, cupel_err *err);
void cupel_counts_release(cupel_counts *k);
void cupel_counts_clear(cupel_counts *k);
void cupel_counts_add(cupel_counts *to, const cupel_counts *from); /* same c and r */

/* Under "counts/". Load checks every shape and sign and makes *k; c and r must be as given. */
cupel_status cupel_counts_save(const cupel_counts *k, cupel_writer *w, cupel_err *err);
cupel_status cupel_counts_load(const cupel_reader *r, size_t n_constraints, size_t n_requirements, cupel_counts *k, cupel_err *err);

#endif
