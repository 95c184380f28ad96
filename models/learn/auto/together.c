/* From what members say to one number. */
#include "models/learn/auto/parts.h"

#include <math.h>

/* The second level stands beside the members of the first. */
static bool is_of(const cupel_auto_member *m, cupel_auto_role role)
{
    return m->unit.role == role || (role == CUPEL_AUTO_VALUE && m->unit.role == CUPEL_AUTO_STACK);
}

double cupel_auto_blend_of(const cupel_auto *a, cupel_auto_role role, const double *value)
{
    double sum = 0;
    for (size_t k = 0; k < a->n_members; k++)
        if (is_of(&a->member[k], role)) sum += a->member[k].weight * value[k];
    return sum;
}

double cupel_auto_disagreement(const cupel_auto *a, const double *value)
{
    const cupel_auto_role role = a->hurdle ? CUPEL_AUTO_AMOUNT : CUPEL_AUTO_VALUE;
    double n = 0, sum = 0, square = 0;
    for (size_t k = 0; k < a->n_members; k++)
        if (a->member[k].unit.role == role) n += 1, sum += value[k];
    for (size_t k = 0; k < a->n_members; k++)
        if (a->member[k].unit.role == role) square += (value[k] - sum / n) * (value[k] - sum / n);
    return n > 1 ? sqrt(square / n) : 0;
}

double cupel_auto_together(const cupel_auto *a, const double *value, const double *quantile, double *above)
{
    *above = 1;
    if (!a->hurdle) return cupel_auto_blend_of(a, CUPEL_AUTO_VALUE, value);
    *above = cupel_auto_blend_of(a, CUPEL_AUTO_ABOVE, value);
    return a->lowest + cupel_auto_median(*above, cupel_auto_blend_of(a, CUPEL_AUTO_AMOUNT, value), quantile);
}

size_t cupel_auto_extra(const cupel_auto *a, size_t k, cupel_auto_role role)
{
    size_t n = 0;
    if (role == CUPEL_AUTO_ERROR) return 3;
    for (size_t j = 0; role == CUPEL_AUTO_STACK && j < k; j++) n += a->member[j].unit.role == CUPEL_AUTO_VALUE;
    return n;
}
