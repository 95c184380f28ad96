#include "core/matter/alloy_name.h"

#include "core/matter/elements.h"

#include <stddef.h>

enum { MOST = 12 }; /* elements */

/* The element at *i, behind which *i comes; 0 for none. */
static unsigned element_at(cupel_text t, size_t *i)
{
    size_t n = 1;
    if (*i >= t.n) return 0;
    if (*i + 1 < t.n && t.p[*i + 1] >= 'a' && t.p[*i + 1] <= 'z') n = 2;
    const unsigned z = cupel_element_find(t.p + *i, n);
    *i += n;
    return z;
}

static bool number_at(cupel_text t, size_t *i, double *x)
{
    const size_t begin = *i;
    while (*i < t.n && ((t.p[*i] >= '0' && t.p[*i] <= '9') || t.p[*i] == '.')) ++*i;
    return *i > begin && cupel_parse_double((cupel_text){t.p + begin, *i - begin}, x) && *x > 0;
}

bool cupel_alloy_name(cupel_text name, cupel_str *out)
{
    unsigned z[MOST];
    double share[MOST], rest = 100, atoms = 0;
    size_t n = 1, i = 0;
    name = cupel_text_trim(name);
    z[0] = element_at(name, &i);
    for (; i < name.n; n++) {
        if (n == MOST || name.p[i++] != '-' || !number_at(name, &i, &share[n]) || !(z[n] = element_at(name, &i))) return false;
        for (size_t k = 0; k < n; k++)
            if (z[k] == z[n]) return false;
        rest -= share[n];
    }
    if (n < 2 || !z[0] || !(rest > 0)) return false;
    share[0] = rest;
    for (size_t k = 0; k < n; k++) atoms += share[k] / cupel_element_weight(z[k]);
    for (size_t k = 0; k < n; k++) cupel_str_addf(out, "%s%.4g", cupel_element_symbol(z[k]), 100 * share[k] / cupel_element_weight(z[k]) / atoms);
    return true;
}
