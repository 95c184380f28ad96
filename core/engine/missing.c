#include "core/base/err.h"
#include "core/engine/model.h"

#include <string.h>

static const char *const words[] = {
    [CUPEL_MISSING_FAIL] = "fail", [CUPEL_MISSING_DROP] = "drop", [CUPEL_MISSING_IMPUTE] = "impute", [CUPEL_MISSING_KEEP] = "keep"};

cupel_status cupel_missing_parse(const char *word, cupel_missing *m, cupel_err *err)
{
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strcmp(word, words[i]) != 0) continue;
        *m = (cupel_missing)i;
        return CUPEL_OK;
    }
    return cupel_fail(err, CUPEL_USAGE, "missing values '%s': expected fail, drop, impute or keep", word);
}

const char *cupel_missing_name(cupel_missing m) { return words[m]; }

void cupel_missing_share(const char *file, size_t left, size_t all, const cupel_job *job)
{
    enum { A_TENTH = 10 };
    if (left * A_TENTH <= all) return;
    cupel_say(job, CUPEL_WARNING, "%zu of %zu rows of '%s' (%.0f %%) are left out for lack of a value; the model knows the others only", left, all,
              file, 100 * (double)left / (double)all);
}

cupel_dot cupel_dot_parse(const char *word)
{
    if (strcmp(word, "hydrate") == 0) return CUPEL_DOT_HYDRATE;
    return strcmp(word, "decimal") == 0 ? CUPEL_DOT_DECIMAL : CUPEL_DOT_REFUSE;
}
