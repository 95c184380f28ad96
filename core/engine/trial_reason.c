#include "core/engine/trial_reason.h"

const char *cupel_trial_reason_name(cupel_trial_reason reason)
{
    static const char *const names[CUPEL_TRIAL_REASONS] = {
        [CUPEL_TRIAL_REASON_NONE] = "",
        [CUPEL_TRIAL_UNREADABLE_ROW] = "unreadable_row",
        [CUPEL_TRIAL_MISSING_VALUE] = "missing_value",
        [CUPEL_TRIAL_BAD_NUMBER] = "bad_number",
        [CUPEL_TRIAL_BAD_WORD] = "bad_word",
        [CUPEL_TRIAL_BAD_FORMULA] = "bad_formula",
        [CUPEL_TRIAL_BAD_UNIT] = "bad_unit",
        [CUPEL_TRIAL_UNKNOWN_EXPERIMENT] = "unknown_experiment",
        [CUPEL_TRIAL_REPEATED] = "repeated",
        [CUPEL_TRIAL_CONFLICT] = "conflict",
        [CUPEL_TRIAL_PARTLY_MEASURED] = "partly_measured",
        [CUPEL_TRIAL_WAS_MEASURED] = "measured",
        [CUPEL_TRIAL_HAS_FAILED] = "failed",
        [CUPEL_TRIAL_UNDER_WAY] = "under_way",
        [CUPEL_TRIAL_OUTSIDE_CONDITIONS] = "outside_conditions",
        [CUPEL_TRIAL_LIKELY_TO_FAIL] = "likely_to_fail",
    };
    return (size_t)reason < CUPEL_TRIAL_REASONS ? names[reason] : "";
}

void cupel_trial_counted(const cupel_job *job, cupel_trial_reason reason, uint64_t n)
{
    if (n) cupel_counted(job, cupel_trial_reason_name(reason), n);
}

void cupel_trial_reasons_tell(const uint64_t *rows, const cupel_job *job)
{
    for (size_t i = 1; i < CUPEL_TRIAL_REASONS; i++) cupel_trial_counted(job, (cupel_trial_reason)i, rows[i]);
}
