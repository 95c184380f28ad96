/* The candidates of a demand's space without a screen: how many there are, and which. */
#ifndef CUPEL_ENGINE_ENUMERATE_H
#define CUPEL_ENGINE_ENUMERATE_H

#include "core/base/str.h"
#include "core/sys/job.h"

/* The number of candidates, as a line for people or a JSON object {demand, space, count, exact, parts, digest}. Counts are exact: a space that
 * could not be counted is refused when it is opened. */
cupel_status cupel_enumerate_count(const char *demand, bool json, cupel_str *out, cupel_err *err);

typedef struct cupel_enumerate_options {
    const char *demand;
    uint64_t from, count;   /* candidates from .. from + count - 1, fewer at the end */
    bool sampled;           /* of these, `sample` drawn uniformly and without repeats,
        in the order drawn; a smaller sample of one seed begins a larger */
    uint64_t sample, seed;
    const char *output;     /* .csv, .tsv, .jsonl or "-" */
    const char *format;     /* "csv", "tsv", "jsonl"; NULL: by the end of output */
} cupel_enumerate_options;

/* A table with the columns formula, index (in the space, from 0), those of the space, and reason (why a formula of a list cannot be read).
 * CUPEL_USAGE when `from` is behind the last candidate, or when more are to be drawn than there are. Memory does not grow with count; the bytes
 * are the same for any number of threads. */
cupel_status cupel_enumerate(const cupel_enumerate_options *o, const cupel_job *job, cupel_err *err);

#endif
