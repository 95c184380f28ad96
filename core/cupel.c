#include "core/cupel.h"

const char *cupel_version(void) { return CUPEL_VERSION; }

const char *cupel_status_name(cupel_status status)
{
    static const char *const names[] = {"done", "the work failed", "wrong usage", "bad input data", "damaged or incompatible artifact",
                                        "the requirement cannot be met", "interrupted", "out of memory or disk"};
    return (unsigned)status < sizeof names / sizeof *names ? names[status] : "unknown status";
}
