/* The funnel in words, from counts. */
#ifndef CUPEL_ENGINE_FUNNEL_H
#define CUPEL_ENGINE_FUNNEL_H

#include "core/engine/result.h"
#include "core/sys/job.h"

/* Fills r->funnel and r->kept_z from r->counts, r->rows and the words of the demand in r. */
cupel_status cupel_funnel_fill(cupel_result *r, cupel_err *err);

/* Calls fn for each reason that rejected a candidate, in the order in which they are asked: the code of a formula or element that cannot be used,
 * the name of a constraint, "measured already", "outside the training domain", "no chance to meet every window". */
typedef void (*cupel_rejected_fn)(void *user, const char *reason, int64_t n);
void cupel_funnel_rejected(const cupel_result *r, cupel_rejected_fn fn, void *user);
/* The same for candidates that the enumeration never lists, by the constraint that rules them out. */
void cupel_funnel_cut(const cupel_result *r, cupel_rejected_fn fn, void *user);
/* Candidates whose descriptors were computed. */
int64_t cupel_funnel_described(const cupel_result *r);

/* The funnel as lines of text for people: what, rejected, left. */
void cupel_funnel_text(const cupel_result *r, cupel_str *out);
/* The same through job. */
void cupel_funnel_say(const cupel_result *r, const cupel_job *job);

#endif
