/* What people write for a material that is no formula, or that reads as another one than was meant. */
#ifndef CUPEL_MATTER_MEANT_H
#define CUPEL_MATTER_MEANT_H

#include "core/base/str.h"

/* What a text is the name of ("a stainless steel"), by a list of common ways of naming steels and alloys, "SUS304", "Inconel 718", "AlSi10Mg"; NULL
 * for any other. Such names say no amounts, or say them by weight. */
const char *cupel_grade(cupel_text name);

/* Does a text that reads as a formula often mean something else? A grade, or "(Al0.3CoCrFeNi)98Ti2": a bracket and single elements that add up to
 * 100 or to 1, which as shares of atoms is another composition than as a formula, where the bracket counts with all its atoms. What to do, in words,
 * behind *out. */
bool cupel_formula_meant(cupel_text formula, cupel_str *out);

#endif
