#include "core/engine/micro/sketch.h"

#include "core/base/mem.h"

#include <math.h>

/* Of the grid on which the search scans. */
static size_t smaller(size_t grid) { return 3 * grid / 4 / 2 * 2; }

cupel_sketch *cupel_sketch_new(const cupel_search *s)
{
    cupel_sketch *k = cupel_alloc(1, sizeof *k);
    if (!k) return NULL;
    k->search = *s;
    k->demand = *s->d;
    k->job = (cupel_job){.threads = s->job->threads, .isa = s->job->isa, .user = s->job->user, .stop = s->job->stop};
    k->demand.budget_solves = 0;
    k->demand.budget_seconds = HUGE_VAL;
    k->search.d = &k->demand;
    k->search.job = &k->job;
    k->search.rough = true;
    k->search.out = &k->found;
    k->search.journal = NULL;
    k->search.clock = (cupel_clock){cupel_now(), HUGE_VAL, &k->found.cut};
    for (size_t i = 0; i < s->families.n; i++) k->search.families.one[i].scan_grid = smaller(s->families.one[i].scan_grid);
    return k;
}

void cupel_sketch_free(cupel_sketch *k)
{
    if (k) cupel_designs_release(&k->found);
    cupel_free(k);
}
