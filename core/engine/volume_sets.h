/* Sets of volume descriptors by name, each with its settings: "minkowski:connectivity=26,two_point". */
#ifndef CUPEL_ENGINE_VOLUME_SETS_H
#define CUPEL_ENGINE_VOLUME_SETS_H

#include "descriptors/microstructure/descriptor.h"

extern const cupel_volume_descriptor cupel_volume_descriptor_periodic_tortuosity;

/* Set i of those of the folder of descriptors and then of those that need a solver; NULL past the end. */
const cupel_volume_descriptor *cupel_volume_set(size_t i);

enum { CUPEL_VOLUME_SETS_MAX = 32 };

typedef struct cupel_volume_sets {
    size_t n;
    const cupel_volume_descriptor *set[CUPEL_VOLUME_SETS_MAX];
    double *value[CUPEL_VOLUME_SETS_MAX]; /* of its parameters */
} cupel_volume_sets;                      /* {0} is empty */

/* Names joined by commas; settings follow a colon and are joined by commas too. CUPEL_USAGE: an unknown name (with a guess), one given twice, none
 * at all, a bad setting. */
cupel_status cupel_volume_sets_parse(const char *text, cupel_volume_sets *s, cupel_err *err);
void cupel_volume_sets_release(cupel_volume_sets *s);
/* Canonical, with all settings: "minkowski:connectivity=6". */
void cupel_volume_sets_text(const cupel_volume_sets *s, cupel_str *out);

#endif
