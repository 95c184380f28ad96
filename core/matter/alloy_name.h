/* Names of alloys that are no formulas: "Ti-6Al-4V" is 6 % by weight of Al and 4 % of V in Ti. */
#ifndef CUPEL_MATTER_ALLOY_NAME_H
#define CUPEL_MATTER_ALLOY_NAME_H

#include "core/base/str.h"

#include <stdbool.h>

/* An element, then "-" with a number (weight per cent, below 100 together) and another element, once or more: the formula by atoms in per cent with
 * four digits, "Ti86.2Al10.2V3.6", behind *out. False, and nothing, for any other text. */
bool cupel_alloy_name(cupel_text name, cupel_str *out);

#endif
