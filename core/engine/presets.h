/* Names for several sets of descriptors together: `--set wide` is the same as the list of its sets, wherever sets are named. */
#ifndef CUPEL_ENGINE_PRESETS_H
#define CUPEL_ENGINE_PRESETS_H

#include "core/base/str.h"
#include "core/matter/method.h"

typedef struct cupel_preset {
    cupel_method method;
    const char *sets; /* "stoichiometry,valence_orbital" */
} cupel_preset;

const cupel_preset *cupel_preset_at(size_t i); /* NULL past the last */
const cupel_preset *cupel_preset_find(cupel_text name);

#endif
