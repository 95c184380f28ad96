#include "core/matter/similarity.h"

#include "core/matter/elements.h"
#include "core/matter/facts.h"

#include <math.h>

unsigned cupel_element_group(unsigned z)
{
    static const unsigned noble[] = {2, 10, 18, 36, 54, 86, 118};
    if (z < 1 || z > CUPEL_Z_MAX) return 0;
    unsigned period = 0;
    while (z > noble[period]) period++;
    unsigned place = period ? z - noble[period - 1] : z, length = noble[period] - (period ? noble[period - 1] : 0);
    if (place <= 2 && z != 2) return place;
    if (length == 32 && place <= 17) return 3; /* La .. Lu, Ac .. Lr */
    return 18 - (noble[period] - z);
}

double cupel_element_similarity(unsigned a, unsigned b)
{
    const double *radius = cupel_facts_find("covalent_radius")->value;
    unsigned g = cupel_element_group(a), h = cupel_element_group(b);
    if (!g || !h) return NAN;
    double x = (cupel_element_electronegativity(a) - cupel_element_electronegativity(b)) / 0.4;
    double r = log(radius[a] / radius[b]) / 0.15;
    double d = ((double)g - (double)h) / 1.5;
    return exp(-(x * x + r * r + d * d) / 2);
}
