/* A budget in solves: what a search has still to pay for before it may spend more. In trials, each of 3 loads for a conductivity and 6 for a
 * stiffness. */
#include "core/engine/micro/search.h"

#include <math.h>

static size_t loads_of(const cupel_micro_demand *d) { return (d->needs_conduction ? 3u : 0u) + (d->needs_elasticity ? 6u : 0u); }

/* A target that is whole says how cut voxels respond; else the first trial of a stage is solved on half its grid too (trial.c). */
static bool target_tells(const cupel_micro_demand *d, cupel_ask_kind kind)
{
    for (size_t i = 0; i < d->n_asks; i++) {
        const cupel_ask *a = &d->ask[i];
        bool whole = a->whole && a->kind == kind;
        for (size_t k = 0; whole && k < a->order * a->order; k++) whole = !isnan(a->target[k]);
        if (whole) return true;
    }
    return d->n_phases != 2;
}

size_t cupel_loads_first(const cupel_micro_demand *d)
{
    const bool k = !d->needs_conduction || target_tells(d, CUPEL_ASK_CONDUCTIVITY), c = !d->needs_elasticity || target_tells(d, CUPEL_ASK_STIFFNESS);
    return k && c ? 1 : 2;
}

/* Three grids; how it moves with its phases and its interface, which is a first trial; and as one body, before and after, this design and all that
 * are verified already. */
static size_t verification_of(const cupel_micro_demand *d, size_t verified)
{
    return 3 + (d->hold_line ? 2u : 0u) + (d->connected < d->n_phases ? 2 * (verified + 1) : 0);
}

size_t cupel_loads_verification(const cupel_search *s) { return verification_of(s->d, s->out->n); }

size_t cupel_loads_finish(const cupel_search *s) { return cupel_loads_first(s->d) + 2 + cupel_loads_verification(s); }

/* Of 16 searches for a goal with 90 and 130 loads 13 end with what meets the demand, without it 5; with 2 steps 10. */
size_t cupel_loads_again(const cupel_search *s)
{
    enum { STEPS = 3 };
    const size_t trials = STEPS + cupel_loads_verification(s);
    return s->again && 4 * trials * loads_of(s->d) <= s->d->budget_solves ? trials : 0;
}

size_t cupel_loads_start(const cupel_search *s) { return cupel_loads_first(s->d) + cupel_loads_finish(s); }

bool cupel_loads_lack(const cupel_search *s, double trials)
{
    const double loads = trials * (double)loads_of(s->d);
    return s->d->budget_solves && (double)s->out->solves + loads > (double)s->d->budget_solves;
}

void cupel_loads_say(const cupel_micro_demand *d, const cupel_designs *found, const cupel_job *job)
{
    const size_t solved = found->solves, least = loads_of(d) * (cupel_loads_first(d) + verification_of(d, 0));
    if (!d->budget_solves || solved <= d->budget_solves || d->budget_solves >= least || !found->n || found->one[0].unverified) return;
    cupel_say(job, CUPEL_WARNING, "a budget of %llu solves is too small for a first trial and its verification, which took %zu: the least that "
              "will do is --budget %zusolves", (unsigned long long)d->budget_solves, solved, solved);
}
