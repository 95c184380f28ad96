#include "core/matter/temperature.h"

#include "core/math/units.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

enum { KELVIN = 4 };
static const double ROUNDING = 1e-9; /* K */

/* A difference of temperatures may be any number. */
static bool is_difference(const char *label)
{
    static const char *const words[] = {"delta", "change", "shift", "diff", "\xce\x94", "\xe2\x88\x86"};
    if (label[0] == 'd' && label[1] == 'T') return true;
    for (size_t k = 0; k < sizeof words / sizeof *words; k++)
        for (const char *p = label; *p; p++)
            if (strncasecmp(p, words[k], strlen(words[k])) == 0) return true;
    return false;
}

double cupel_least_temperature(const char *label, const char *unit)
{
    cupel_unit u;
    cupel_err unknown = {0};
    if (!unit || !*unit || is_difference(label) || cupel_unit_parse(cupel_text_of(unit), &u, &unknown) != CUPEL_OK) return -HUGE_VAL;
    for (int k = 0; k < (int)(sizeof u.power / sizeof *u.power); k++)
        if (u.power[k] != (k == KELVIN ? 2 : 0)) return -HUGE_VAL;
    return (-u.offset - ROUNDING) / u.scale;
}
