#include "core/matter/reason.h"

#include <stddef.h>

const char *cupel_reason_name(cupel_reason reason)
{
    static const char *const names[CUPEL_REASON_COUNT] = {
        [CUPEL_REASON_NONE] = "",
        [CUPEL_REASON_MISSING_FORMULA] = "missing_formula",
        [CUPEL_REASON_BAD_FORMULA] = "bad_formula",
        [CUPEL_REASON_AMBIGUOUS_FORMULA] = "ambiguous_formula",
        [CUPEL_REASON_NO_ELEMENT_DATA] = "no_element_data",
        [CUPEL_REASON_MISSING_NUMBER] = "missing_number",
        [CUPEL_REASON_BAD_NUMBER] = "bad_number",
        [CUPEL_REASON_IMPUTED] = "imputed",
        [CUPEL_REASON_BAD_VOLUME] = "bad_volume",
        [CUPEL_REASON_NO_VALUE] = "no_value",
        [CUPEL_REASON_NOT_WHOLE] = "not_whole",
        [CUPEL_REASON_NOT_NEUTRAL] = "not_neutral",
        [CUPEL_REASON_NOT_IONIC] = "not_ionic",
        [CUPEL_REASON_TOO_COMPLEX] = "too_complex",
    };
    return (size_t)reason < CUPEL_REASON_COUNT ? names[reason] : "";
}

bool cupel_reason_of_formula(cupel_reason reason)
{
    return reason == CUPEL_REASON_MISSING_FORMULA || reason == CUPEL_REASON_BAD_FORMULA || reason == CUPEL_REASON_AMBIGUOUS_FORMULA;
}
