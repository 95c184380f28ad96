/* Mappings of a demand: which keys there are, and values of one kind, with file:line and the remedy in every message. */
#ifndef CUPEL_IO_KEYS_H
#define CUPEL_IO_KEYS_H

#include "core/io/yaml.h"

#include <stdbool.h>

/* The word of `known` (NULL-ended) that is nearest to `word`, or NULL when none is near (more than a third of its letters differ). */
const char *cupel_nearest_word(cupel_text word, const char *const *known);

/* The node must be a mapping whose keys are all in `known`; `what` names it: "data", "an entry of require". CUPEL_USAGE. */
cupel_status cupel_keys_check(const cupel_yaml *map, const char *file, const char *what, const char *const *known, cupel_err *err);

/* CUPEL_USAGE for what stands behind a decimal comma in {k: 1,5}, which is a key without a value. */
cupel_status cupel_keys_comma(const cupel_yaml *node, const char *file, cupel_err *err);

/* The value of `key` as text, number, whole number in lo .. hi, or position in `words` (NULL-ended). Absent: the output is untouched.
 * Text ends with 0 and lives as long as the document. */
cupel_status cupel_keys_text(const cupel_yaml *map, const char *file, const char *key, const char **value, cupel_err *err);
cupel_status cupel_keys_number(const cupel_yaml *map, const char *file, const char *key, double lo, double hi, double *value, cupel_err *err);
cupel_status cupel_keys_count(const cupel_yaml *map, const char *file, const char *key, uint64_t lo, uint64_t hi, uint64_t *value, cupel_err *err);
cupel_status cupel_keys_word(const cupel_yaml *map, const char *file, const char *key, const char *const *words, int *value, cupel_err *err);

/* "demand.yaml:12: " in front of the message that is there, and CUPEL_USAGE as status. */
cupel_status cupel_keys_at(const char *file, size_t line, cupel_err *err);

#endif
