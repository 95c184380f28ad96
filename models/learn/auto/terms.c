#include "models/learn/auto/terms.h"

#include "models/learn/auto/parts.h"

_Static_assert((int)CUPEL_TERMS >= (int)CUPEL_AUTO_MEMBERS, "a term for each member");

void cupel_auto_terms(const cupel_auto *a, cupel_terms *t)
{
    double all = 0;
    *t = (cupel_terms){0};
    if (a->is_class || a->hurdle) return;
    for (size_t k = 0; k < a->n_members; k++) {
        const cupel_auto_member *m = &a->member[k];
        if (!(m->weight > 0) || (m->unit.role != CUPEL_AUTO_VALUE && m->unit.role != CUPEL_AUTO_STACK)) continue;
        all += m->weight;
        if (m->unit.role != CUPEL_AUTO_VALUE || m->unit.logarithm || m->unit.quantiles || !m->learned.trees) continue;
        t->term[t->n++] = (cupel_term){.trees = m->learned.trees, .weight = m->weight, .column = a->column[m->unit.columns]};
        t->share += m->weight;
    }
    t->share = t->share < all ? t->share / all : 1;
}
