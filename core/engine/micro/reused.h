/* A saved surrogate: the sample of an earlier run (samples.h5), learned again in a moment, for the next run or design of the same space and phases.
 *
 * What it is of is a text with one line for each fact: the recipe without its ranges, every range, the properties of every phase that count, and
 * what was solved. A file says it and its SHA-256; a demand that needs less (conduction of a sample that has stiffness too) may use it. */
#ifndef CUPEL_ENGINE_MICRO_REUSED_H
#define CUPEL_ENGINE_MICRO_REUSED_H

#include "core/engine/micro/model.h"

typedef struct cupel_reused {
    cupel_micro_space space;
    cupel_samples rows;
    cupel_micro_model *model;
    uint64_t grid;         /* of the sample; 0: several, those of the search of a design */
    double seconds;        /* that solving it took, as the account beside it says; NaN: not known */
    size_t threads;        /* with so many threads */
    char digest[80];       /* "sha256:..." of what it is of */
} cupel_reused;

/* CUPEL_BAD_ARTIFACT names the first fact that differs, or a file that is damaged or of another kind. CUPEL_USAGE: the demand has no space. The
 * demand must outlive it. */
cupel_status cupel_reused_open(const char *path, const cupel_micro_demand *d, const cupel_job *job, cupel_reused **s, cupel_err *err);
void cupel_reused_free(cupel_reused *s);

/* The text, and its digest. */
cupel_status cupel_reused_facts(const cupel_micro_demand *d, const cupel_micro_space *space, cupel_str *text, char digest[80], cupel_err *err);
/* Whether the facts of file `path` are those that the demand needs. CUPEL_BAD_ARTIFACT. */
cupel_status cupel_reused_fits(const char *path, const char *facts, const cupel_micro_demand *d, const cupel_micro_space *space, cupel_err *err);

/* "60 structures solved before on grid 24 in 8.2 s with 2 threads" */
void cupel_reused_words(const cupel_reused *s, cupel_str *out);

#endif
