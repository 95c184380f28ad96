/* A model of one large table as columns of another: what boosted trees have
 * learned from computed values (a band gap of 300,000 formulas) is said of each
 * row of a small measured one.
 *
 * Of a property that is often 0 the columns are two, the probability that it is
 * above a threshold and its value where it is; of any other it is one. Rows of
 * the source with the same atomic fractions are one, with their median.
 * Compositions of the table that is learned from are left out of the source, so
 * that the columns are as good on its rows as on rows that nobody has seen, and
 * no value of a held-out row can come through them. */
#ifndef CUPEL_ENGINE_TRANSFER_H
#define CUPEL_ENGINE_TRANSFER_H

#include "core/io/artifact.h"
#include "core/matter/composition.h"
#include "core/matter/formula.h"
#include "core/sys/job.h"

#define CUPEL_TRANSFER_FEATURES "magpie,stoichiometry,element_fraction,charge_balance"

typedef struct cupel_transfer_options {
    const char *file, *format, *formula, *target; /* the source and its columns; format NULL: by name, formula
                                                     NULL: the usual ones */
    const char *features;                         /* sets of descriptors (core/engine/sets.h), lacking
                                                     values filled in; NULL: CUPEL_TRANSFER_FEATURES */
    double above;                                 /* threshold, unit of the source; NaN: 0.05 for a property that
                                                     is often 0; -INFINITY: one column */
    const char *const *without;                   /* [n_without] further tables whose compositions
                                                     are left out of the source */
    size_t n_without;
    cupel_dot dot;
    uint64_t seed;
    bool in_demand; /* remedies are keys of a demand, not options */
} cupel_transfer_options;

/* "0.2", "none" or NULL (chosen) into above. */
cupel_status cupel_transfer_above(const char *text, double *above, cupel_err *err);
/* CUPEL_USAGE for sets of descriptors that are not there. features may be NULL.
 */
cupel_status cupel_transfer_check(const char *features, cupel_err *err);

typedef struct cupel_transfer cupel_transfer;

/* Reads the source and fits to it, without the compositions of `own` (those of the table that is to be learned; NULL: none) and of the tables
 * `without`, and says how many there were of each. Rows without a usable formula or value are left out and counted.
 *
 * CUPEL_BAD_INPUT for a file or column that cannot be read, and when too few rows are left. Takes seconds per 10,000 formulas
 * (benchmarks/files_transfer). */
cupel_status cupel_transfer_make(const cupel_transfer_options *o, const cupel_batch *own, const cupel_job *job, cupel_transfer **t, cupel_err *err);
void cupel_transfer_free(cupel_transfer *t); /* NULL-safe */

typedef struct cupel_transfer_facts {
    const char *file, *digest; /* the source: name without folders, "sha256:..." */
    const char *property, *unit, *sets;
    double above;                    /* NaN: one column */
    size_t rows, left_out, formulas; /* usable rows of the source, those of compositions left out,
                                        different formulas learned from */
} cupel_transfer_facts;
cupel_transfer_facts cupel_transfer_facts_of(const cupel_transfer *t);

size_t cupel_transfer_columns(const cupel_transfer *t); /* 1 or 2 */
void cupel_transfer_name(const cupel_transfer *t, size_t j, cupel_str *name, const char **unit);

/* Rows from .. from + n - 1 of the batch into the columns at x [n][ld]; NaN for
 * a row without a composition. Safe from many threads; the row alone decides.
 */
cupel_status cupel_transfer_compute(const cupel_transfer *t, const cupel_batch *batch, size_t from, size_t n, cupel_isa isa, double *x, size_t ld,
                                    cupel_err *err);

/* Under "transfer/" in a model's artifact, its source among the inputs. Load
 * gives NULL where there is none. */
cupel_status cupel_transfer_save(const cupel_transfer *t, cupel_writer *w, cupel_err *err);
cupel_status cupel_transfer_load(const cupel_reader *r, cupel_transfer **t, cupel_err *err);

#endif
