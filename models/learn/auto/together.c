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

bool cupel_auto_feeds(const cupel_auto *a, size_t j, const cupel_auto_unit *u)
{
    const cupel_auto_unit *of = &a->member[j].unit;
    return of->role == CUPEL_AUTO_VALUE && (u->columns == CUPEL_AUTO_ALL || of->columns == CUPEL_AUTO_FRACTIONS);
}

size_t cupel_auto_extra(const cupel_auto *a, size_t k, const cupel_auto_unit *u)
{
    size_t n = 0;
    if (u->role == CUPEL_AUTO_ERROR) return 3;
    for (size_t j = 0; u->role == CUPEL_AUTO_STACK && j < k; j++) n += cupel_auto_feeds(a, j, u);
    return n;
}

/* The first of extremely randomised trees on fractions; SIZE_MAX without any. */
static size_t trees_on_fractions(const cupel_auto *a, const size_t *which, size_t m)
{
    for (size_t k = 0; k < m; k++) {
        const cupel_auto_unit *u = &a->member[which[k]].unit;
        if (u->role == CUPEL_AUTO_VALUE && u->machine == CUPEL_AUTO_TREES && u->trees.kind == CUPEL_EXTRA_TREES &&
            u->columns == CUPEL_AUTO_FRACTIONS && !u->quantiles)
            return k;
    }
    return SIZE_MAX;
}

bool cupel_auto_prior(const cupel_auto *a, const size_t *which, size_t m, double *prior, double *share)
{
    const size_t few = trees_on_fractions(a, which, m);
    size_t stack = SIZE_MAX;
    for (size_t k = m; k-- > 0;) {
        const cupel_auto_unit *u = &a->member[which[k]].unit;
        if (u->role == CUPEL_AUTO_STACK && u->columns == CUPEL_AUTO_FRACTIONS) stack = k;
    }
    if (stack == SIZE_MAX || few == SIZE_MAX) return false;
    *share = 1;
    for (size_t k = 0; k < m; k++) {
        const cupel_auto_member *other = &a->member[which[k]];
        if (other->unit.role == CUPEL_AUTO_VALUE && other->unit.columns != CUPEL_AUTO_FRACTIONS && other->loss <= a->member[which[few]].loss)
            *share = 0.5;
    }
    for (size_t k = 0; k < m; k++) prior[k] = k == stack || k == few ? 0.5 : 0;
    return true;
}
