/* Features by the names that a person uses: the group that a feature belongs to, and what it is inside it. "MagpieData range Electronegativity" is
 * the "range" of "Electronegativity (MagpieData)", the category "route=cast" is "cast" of "route", the fraction "Fe" is "fraction of Fe"; what is of
 * no such form is a group by itself. */
#ifndef CUPEL_ENGINE_FEATURE_WORDS_H
#define CUPEL_ENGINE_FEATURE_WORDS_H

#include "core/engine/features.h"

/* Of feature j; inside is "" where the group has no other. */
cupel_status cupel_feature_words(const cupel_features *f, size_t j, cupel_str *group, cupel_str *inside, cupel_err *err);

#endif
