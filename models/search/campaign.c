#include "models/search/campaign.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/base/rng.h"

#include <string.h>

enum { STREAM_START = 5 };

size_t cupel_campaign_best(const cupel_campaign *c)
{
    size_t best = 0;
    for (size_t i = 1; i < c->n; i++)
        if (c->maximize ? c->y[i] > c->y[best] : c->y[i] < c->y[best]) best = i;
    return best;
}

typedef struct campaigning {
    const cupel_campaign *c;
    const cupel_choose_options *o;
    size_t *place;                /* [n] rows: measured ones first */
    double *known, *y, *pool;
    size_t tried;
    cupel_choose_memory memory;
} campaigning;

static void measure(campaigning *p, size_t at)
{
    const size_t row = p->place[at], d = p->c->d;
    memcpy(p->known + p->tried * d, p->c->x + row * d, d * sizeof *p->known);
    p->y[p->tried] = p->c->y[row];
    p->place[at] = p->place[p->tried];
    p->place[p->tried++] = row;
}

static cupel_status next(campaigning *p, uint64_t seed, size_t *at, cupel_err *err)
{
    const cupel_campaign *c = p->c;
    const cupel_job job = {.threads = 1}; /* campaigns run beside one another */
    cupel_choose_options o = *p->o;
    cupel_choice choice = {0};
    o.seed = seed;
    o.batch = 1;
    o.memory = &p->memory;
    for (size_t i = p->tried; i < c->n; i++) memcpy(p->pool + (i - p->tried) * c->d, c->x + p->place[i] * c->d, c->d * sizeof *p->pool);
    const cupel_choose_task t = {.n = p->tried, .m = c->n - p->tried, .d = c->d, .n_blocks = c->n_blocks, .n_goals = 1, .known = p->known, .y = p->y,
                                 .pool = p->pool, .block = c->block, .maximize = &c->maximize};
    cupel_status st = cupel_choose(&t, &o, &job, &choice, err);
    if (st == CUPEL_OK) *at = p->tried + choice.pick[0].row;
    cupel_choice_release(&choice);
    return st;
}

cupel_status cupel_campaign_run(const cupel_campaign *c, const cupel_choose_options *o, uint64_t seed, size_t *order, size_t *tried, cupel_err *err)
{
    const size_t n = c->n, most = c->most < n ? c->most : n;
    cupel_status st = CUPEL_OK;
    campaigning p = {.c = c, .o = o, .place = cupel_alloc(n, sizeof *p.place), .known = cupel_alloc(cupel_mul(n, 2 * c->d + 1), sizeof *p.known)};
    if (!p.place || !p.known) CUPEL_TRY(cupel_no_memory(err, "a campaign", cupel_mul(n, (2 * c->d + 1) * sizeof *p.known)));
    p.pool = p.known + n * c->d;
    p.y = p.pool + n * c->d;
    cupel_rng_permutation(seed, STREAM_START, p.place, n);
    const double best = c->y[cupel_campaign_best(c)];
    for (size_t at = 0; p.tried < most;) {
        measure(&p, at);
        at = p.tried;
        if (p.y[p.tried - 1] == best) break;
        if (p.tried >= c->start && p.tried < most) CUPEL_TRY(next(&p, seed, &at, err));
    }
    memcpy(order, p.place, p.tried * sizeof *order);
    *tried = p.tried;
done:
    cupel_free(p.place);
    cupel_free(p.known);
    return st;
}
