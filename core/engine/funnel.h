/* The funnel in words, from counts. */
#ifndef CUPEL_ENGINE_FUNNEL_H
#define CUPEL_ENGINE_FUNNEL_H

#include "core/engine/result.h"
#include "core/sys/job.h"

/* Fills r->funnel and r->kept_z from r->counts, r->rows and the words of the demand in r. */
cupel_status cupel_funnel_fill(cupel_result *r, cupel_err *err);

/* The funnel as lines of text for people: what, rejected, left. */
void cupel_funnel_text(const cupel_result *r, cupel_str *out);
/* The same through job. */
void cupel_funnel_say(const cupel_result *r, const cupel_job *job);

#endif
