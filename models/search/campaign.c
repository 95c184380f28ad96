#include "models/search/campaign.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/base/rng.h"
#include "models/search/pareto.h"

#include <string.h>

enum { STREAM_START = 5 };

typedef struct campaigning {
    const cupel_campaign *c;
    const cupel_choose_options *o;
    size_t *place;                /* [n] rows: measured ones first */
    double *known, *y, *pool;
    size_t tried;
    size_t *mark, left;           /* [n] points of the front from 1, equal ones alike, 0 once measured and of all others; how many are not measured */
    cupel_choose_memory memory;
} campaigning;

static void mark_front(campaigning *p)
{
    const cupel_campaign *c = p->c;
    const size_t m = c->n_goals;
    for (size_t i = 0; i < c->n; i++) {
        bool front = true;
        for (size_t j = 0; j < c->n && front; j++) front = !cupel_pareto_beats(c->y + j * m, c->y + i * m, m, c->maximize);
        for (size_t j = 0; j < i && front && !p->mark[i]; j++)
            if (p->mark[j] && memcmp(c->y + j * m, c->y + i * m, m * sizeof *c->y) == 0) p->mark[i] = p->mark[j];
        if (front && !p->mark[i]) p->mark[i] = ++p->left;
    }
}

static void strike(campaigning *p, size_t row)
{
    const size_t mark = p->mark[row];
    if (!mark) return;
    for (size_t i = 0; i < p->c->n; i++)
        if (p->mark[i] == mark) p->mark[i] = 0;
    p->left--;
}

static void measure(campaigning *p, size_t at)
{
    const size_t row = p->place[at], d = p->c->d, m = p->c->n_goals;
    memcpy(p->known + p->tried * d, p->c->x + row * d, d * sizeof *p->known);
    memcpy(p->y + p->tried * m, p->c->y + row * m, m * sizeof *p->y);
    strike(p, row);
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
    const cupel_choose_task t =
        {.n = p->tried, .m = c->n - p->tried, .d = c->d, .n_blocks = c->n_blocks, .n_goals = c->n_goals, .known = p->known, .y = p->y,
                                 .pool = p->pool, .block = c->block, .maximize = c->maximize};
    cupel_status st = cupel_choose(&t, &o, &job, &choice, err);
    if (st == CUPEL_OK) *at = p->tried + choice.pick[0].row;
    cupel_choice_release(&choice);
    return st;
}

cupel_status cupel_campaign_run(const cupel_campaign *c, const cupel_choose_options *o, uint64_t seed, size_t *order, size_t *tried, cupel_err *err)
{
    const size_t n = c->n, most = c->most < n ? c->most : n;
    cupel_status st = CUPEL_OK;
    campaigning p = {.c = c, .o = o, .place = cupel_alloc(2 * n, sizeof *p.place),
                     .known = cupel_alloc(cupel_mul(n, 2 * c->d + c->n_goals), sizeof *p.known)};
    if (!p.place || !p.known) CUPEL_TRY(cupel_no_memory(err, "a campaign", cupel_mul(n, (2 * c->d + c->n_goals) * sizeof *p.known)));
    p.mark = p.place + n;
    p.pool = p.known + n * c->d;
    p.y = p.pool + n * c->d;
    mark_front(&p);
    cupel_rng_permutation(seed, STREAM_START, p.place, n);
    for (size_t at = 0; p.tried < most;) {
        measure(&p, at);
        at = p.tried;
        if (!p.left) break;
        if (p.tried >= c->start && p.tried < most) CUPEL_TRY(next(&p, seed, &at, err));
    }
    memcpy(order, p.place, p.tried * sizeof *order);
    *tried = p.tried;
done:
    cupel_free(p.place);
    cupel_free(p.known);
    return st;
}
