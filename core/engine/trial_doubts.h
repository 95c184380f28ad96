/* Results that are far from all others: a slip of the unit or the decimal point, or a discovery. They are said and kept. */
#ifndef CUPEL_ENGINE_TRIAL_DOUBTS_H
#define CUPEL_ENGINE_TRIAL_DOUBTS_H

#include "core/cupel.h"

#include <stdbool.h>
#include <stddef.h>

enum { CUPEL_DOUBT_REASON = 120 };

/* What the results of one goal look like. */
typedef struct cupel_doubt_scale {
    size_t n;
    bool positive;            /* all are, and median and deviation are those of their logarithms */
    double median, deviation; /* the deviation as the median of distances says it */
    double low[2], high[2];   /* the two smallest and the two largest */
} cupel_doubt_scale;

/* Of all results x [n] of a goal, which are overwritten. */
cupel_doubt_scale cupel_doubt_scale_of(double *x, size_t n);

/* Whether y, which is one of them, is doubted, and why. Of positive results: from a factor of 10 from the median on, or 8 deviations of the
 * logarithms where these scatter more; where signs differ, beyond 10 times the median and 30 deviations; and beyond the range of the others by more
 * than 10 times that range (of positive ones, where it is 8 deviations of the logarithms too, so that decades are no doubt). False for fewer than
 * five results, which say nothing of each other. */
bool cupel_doubt_value(const cupel_doubt_scale *s, double y, char reason[CUPEL_DOUBT_REASON]);

#endif
