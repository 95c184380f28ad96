/* `space` as a list, or `all`: every entry is a space of its own, and they compete (screen_spaces.c).
 *
 *   space: [{generator: gyroid, fraction: 0.1..0.6}, gaussian, spinodoid]
 *   space: all
 *
 * A name alone is searched as it is without a `space` (gaussian, nodal_surface, skeleton), or over all of its parameters that are no whole numbers,
 * at the ranges of spaces.c; a surface that is a network or a wall is two spaces. `all` is every generator of two phases that changes smoothly. */
#ifndef CUPEL_ENGINE_MICRO_SPACES_H
#define CUPEL_ENGINE_MICRO_SPACES_H

#include "core/engine/micro/demand.h"

/* Fills d->listed where d->space is a list or a word. CUPEL_USAGE with file:line for an unknown generator (with the nearest), one that by its name
 * alone is not smooth or has other phases than two, an empty list, and more than CUPEL_SPACES_MAX. */
cupel_status cupel_micro_spaces_read(cupel_micro_demand *d, cupel_err *err);

/* Is the space, or one of the list, of this generator? */
bool cupel_micro_space_of(const cupel_micro_demand *d, const char *generator);

/* What is looked for in: one entry a line. */
void cupel_micro_spaces_words(const cupel_micro_demand *d, cupel_str *out);

#endif
