#include "models/learn/auto/terms.h"

#include "models/learn/auto/parts.h"

_Static_assert((int)CUPEL_TERMS >= (int)CUPEL_AUTO_MEMBERS, "a term for each member");

static void add(const cupel_auto *a, const cupel_auto_member *m, cupel_terms *t)
{
    t->term[t->n++] = (cupel_term){.trees = m->learned.trees, .weight = m->weight, .column = a->column[m->unit.columns]};
}

/* Trees of the first level that say the target itself, and their share in the blend. */
static void add_plain(const cupel_auto *a, cupel_terms *t)
{
    double all = 0;
    for (size_t k = 0; k < a->n_members; k++) {
        const cupel_auto_member *m = &a->member[k];
        if (!(m->weight > 0) || (m->unit.role != CUPEL_AUTO_VALUE && m->unit.role != CUPEL_AUTO_STACK)) continue;
        all += m->weight;
        if (m->unit.role != CUPEL_AUTO_VALUE || !m->learned.trees) continue;
        add(a, m, t);
        if (m->unit.logarithm || m->unit.quantiles) t->term[t->n - 1].weight = 0;
        else t->share += m->weight;
    }
    t->share = t->share < all ? t->share / all : 1;
}

/* What a member says on the way to the median of a hurdle. */
static cupel_term_step step_of(const cupel_auto_unit *u)
{
    const bool odds = u->trees.kind == CUPEL_BOOSTED_TREES && u->trees.loss == CUPEL_LOSS_LOG;
    if (u->role == CUPEL_AUTO_ABOVE) return odds ? CUPEL_STEP_ODDS : CUPEL_STEP_VOTES;
    if (u->role != CUPEL_AUTO_AMOUNT || u->quantiles) return CUPEL_STEP_NONE;
    return u->logarithm ? CUPEL_STEP_LOGARITHM : CUPEL_STEP_OTHERS;
}

/* Of each kind of step the term with the largest weight. */
static void choose_steps(cupel_terms *t)
{
    for (size_t k = 0; k < t->n; k++)
        for (size_t j = 0; j < t->n; j++) {
            const double other = t->term[j].weight, own = t->term[k].weight;
            if (j != k && t->term[j].step == t->term[k].step && (other > own || (!(other < own) && j < k))) t->term[k].step = CUPEL_STEP_NONE;
        }
}

void cupel_auto_terms(const cupel_auto *a, cupel_terms *t)
{
    *t = (cupel_terms){0};
    if (!a->is_class && !a->hurdle) add_plain(a, t);
    if (t->share > 0) return;
    *t = (cupel_terms){0};
    for (size_t k = 0; k < a->n_members; k++) {
        const cupel_auto_member *m = &a->member[k];
        if (!(m->weight > 0) || !m->learned.trees || m->unit.role == CUPEL_AUTO_STACK || m->unit.role == CUPEL_AUTO_ERROR) continue;
        add(a, m, t);
        if (!a->hurdle) continue;
        t->term[t->n - 1].step = step_of(&m->unit);
        t->term[t->n - 1].offset = a->lowest;
    }
    t->shared = a->lowest;
    choose_steps(t);
}
