/* Why a row of results or a candidate of the loop is set apart: the words of suggest and tell in JSON and in the record of a run. */
#ifndef CUPEL_ENGINE_TRIAL_REASON_H
#define CUPEL_ENGINE_TRIAL_REASON_H

#include "core/sys/job.h"

typedef enum cupel_trial_reason {
    CUPEL_TRIAL_REASON_NONE,
    /* rows of a table */
    CUPEL_TRIAL_UNREADABLE_ROW,     /* no JSON, another number of fields */
    CUPEL_TRIAL_MISSING_VALUE,      /* an input is empty */
    CUPEL_TRIAL_BAD_NUMBER,         /* a word, too large, below absolute zero */
    CUPEL_TRIAL_BAD_WORD,           /* of failures: neither yes nor no */
    CUPEL_TRIAL_BAD_FORMULA,
    CUPEL_TRIAL_BAD_UNIT,           /* of the column: another kind of quantity, or a unit on one side only; all rows */
    CUPEL_TRIAL_UNKNOWN_EXPERIMENT, /* an id, or inputs to withdraw, that the loop does not hold, or holds twice */
    CUPEL_TRIAL_REPEATED,           /* told already */
    CUPEL_TRIAL_CONFLICT,           /* another value of an experiment that was measured */
    CUPEL_TRIAL_PARTLY_MEASURED,    /* some of its goals: under way */
    /* candidates */
    CUPEL_TRIAL_WAS_MEASURED,
    CUPEL_TRIAL_HAS_FAILED,
    CUPEL_TRIAL_UNDER_WAY,
    CUPEL_TRIAL_OUTSIDE_CONDITIONS, /* drawn from a space, and not within its conditions */
    CUPEL_TRIAL_LIKELY_TO_FAIL,     /* by what failed: more likely than not; a candidate still */
    CUPEL_TRIAL_REASONS
} cupel_trial_reason;

/* "unreadable_row", "missing_value", ...; "" for none. The names are part of the format. */
const char *cupel_trial_reason_name(cupel_trial_reason reason);
/* Tells the job of n rows or candidates. */
void cupel_trial_counted(const cupel_job *job, cupel_trial_reason reason, uint64_t n);
/* Tells the job of each reason that rows [CUPEL_TRIAL_REASONS] counts. */
void cupel_trial_reasons_tell(const uint64_t *rows, const cupel_job *job);

#endif
