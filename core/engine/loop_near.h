/* Which experiment under way a result answers whose inputs are not quite those that were suggested: a furnace held 698.7 K, not 700. */
#ifndef CUPEL_ENGINE_LOOP_NEAR_H
#define CUPEL_ENGINE_LOOP_NEAR_H

#include "core/engine/loop.h"

typedef struct cupel_loop_near {
    size_t at;       /* the row that it is taken for; SIZE_MAX: none */
    size_t nearest;  /* under way, with the same words; SIZE_MAX: none */
    bool by_id;      /* the nearest was taken under the id that the result names */
    bool between;    /* it is near enough, but no more than half as far as another experiment */
} cupel_loop_near;

/* How far from what was suggested each input may be: tolerance [n_inputs], 1 % of what the loop's rows span (of its value, where they span nothing);
 * 0 of words. */
void cupel_loop_tolerance(const cupel_loop *l, double *tolerance);

/* Of the first n rows, those under way that are not awaited [n] by another result: the one whose words are those of cell [n_inputs] and whose numbers
 * are within the tolerance, if it is at most half as far as any other experiment of the loop; or the one of this id ("": none), within ten times the
 * tolerance. O(n n_inputs). */
cupel_loop_near cupel_loop_nearest(const cupel_loop *l, size_t n, const bool *awaited, const double *tolerance, const cupel_text *cell,
                                   cupel_text id);

/* What was done and what was suggested: "'T [K]' is 698.7, not 700". */
void cupel_loop_apart(const cupel_loop *l, size_t row, const cupel_text *cell, cupel_str *words);

#endif
