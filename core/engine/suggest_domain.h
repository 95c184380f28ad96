/* Picks outside what the results know. */
#ifndef CUPEL_ENGINE_SUGGEST_DOMAIN_H
#define CUPEL_ENGINE_SUGGEST_DOMAIN_H

#include "core/engine/suggest.h"

/* Fills s->in_domain [choice.n] where there is a model: false where an input of a pick is beyond those of known [n][inputs.d], measured or failed, by
 * more than half of their range; a word or an element that none of them has is. Says column and value of the first picks of which it is so. */
cupel_status cupel_suggest_domain(cupel_suggestion *s, const double *known, size_t n, const cupel_job *job, cupel_err *err);

#endif
