#include "models/homogenize/stand_in.h"

#include "core/math/small.h"

#include <math.h>

double *cupel_material_tensor(cupel_physics physics, cupel_material *m, size_t *n)
{
    *n = physics == CUPEL_CONDUCTION ? 3 : 6;
    return physics == CUPEL_CONDUCTION ? &m->k[0][0] : &m->c[0][0];
}

double cupel_stand_in(cupel_physics physics, size_t n_phases, cupel_material *m, bool *filled)
{
    double value[6], stiffest = 0, softest = INFINITY;
    size_t n;
    bool any = false;
    for (size_t p = 0; p < n_phases; p++) {
        const double *t = cupel_material_tensor(physics, &m[p], &n);
        cupel_small_eigen(t, n, value, NULL);
        stiffest = fmax(stiffest, value[n - 1]);
        if (value[0] > 0) softest = fmin(softest, value[0]);
    }
    const double fill = fmin(CUPEL_STAND_IN * stiffest, 100 * CUPEL_STAND_IN * softest);
    for (size_t p = 0; p < n_phases; p++) {
        double *t = cupel_material_tensor(physics, &m[p], &n);
        cupel_small_eigen(t, n, value, NULL);
        const bool empty = value[0] <= 1e-12 * stiffest;
        if (filled) filled[p] = empty && stiffest > 0;
        if (!empty || !(stiffest > 0)) continue;
        any = true;
        for (size_t i = 0; i < n; i++) t[i * (n + 1)] += fill;
        if (physics == CUPEL_ELASTICITY) m[p].mu += fill / 2; /* the same where the phase is isotropic */
    }
    return any ? fill : 0;
}
