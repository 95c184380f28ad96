/* A table of formulas into a table of descriptors: read a block, parse, compute, write. Memory does not grow with the rows, and the output is the
 * same for any number of threads. */
#ifndef CUPEL_ENGINE_DESCRIBE_H
#define CUPEL_ENGINE_DESCRIBE_H

#include "core/engine/model.h"
#include "core/matter/formula.h"
#include "core/matter/reason.h"
#include "core/sys/job.h"

typedef struct cupel_describe_options {
    const char *table, *format;           /* format of the table; NULL: by name */
    const char *formula;                  /* its formula column */
    const char *sets;                     /* "magpie,stoichiometry"; with columns also "none" */
    const char *columns;                  /* columns of the table as numbers or categories too, "spg_num,crys_sys"; NULL: none. Categories come from
                                           * all rows, so that the whole table is read first and held in memory */
    const char *output, *output_format;   /* as cupel_sheet_options */
    cupel_missing missing;                /* a row without a usable formula cannot be imputed: it is kept, with its reason */
    cupel_dot dot;
    bool matminer;                        /* values are matminer's own, its defaults too (cupel_descriptor.matminer); such rows count as imputed, and
                                           * are neither dropped nor a failure */
    bool smooth;                          /* every set in its smooth variant (descriptors/composition/smooth.h) */
    bool float32;
    bool validate;                        /* compute with the plain kernels too, and fail when they differ (see describe.c) */
} cupel_describe_options;

typedef struct cupel_describe_result {
    uint64_t rows, written;
    size_t columns;
    uint64_t reasons[CUPEL_REASON_COUNT]; /* rows by reason, those dropped too */
    double difference;                    /* validate: the largest one found, relative to the larger of the value and 1 */
} cupel_describe_result;

/* Errors: CUPEL_USAGE for a set, column or format that is not there; CUPEL_BAD_INPUT with file:line, and for the first bad row under
 * CUPEL_MISSING_FAIL; CUPEL_INTERRUPTED when the job was stopped: nothing is left under the output's name. *result may be NULL. */
cupel_status cupel_describe(const cupel_describe_options *o, const cupel_job *job, cupel_describe_result *result, cupel_err *err);

#endif
