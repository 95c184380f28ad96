#include "core/engine/micro/after.h"

#include "core/engine/micro/connected.h"
#include "core/engine/micro/design_extra.h"
#include "core/engine/micro/page.h"
#include "core/engine/micro/replay.h"
#include "core/engine/micro/search.h"

/* ---- the budget ---- */

typedef struct rest {
    const cupel_micro_demand *d;
    cupel_designs *found;
    cupel_journal *journal; /* NULL: none */
    const cupel_job *job;
    cupel_clock clock;
    bool stopped; /* the search was */
    double *until; /* the end that the caller heeds; 0: none */
} rest;

/* Seconds that all of it may take, the report not counted. */
static double room(const rest *r) { return cupel_search_room(r->d, r->found->n); }

/* cupel_now() then; 0: never. */
static double end_of(const rest *r) { return cupel_clock_until(&r->clock, room(r)); }

/* So many trials on this grid still fit. A trial may choose how cut voxels respond on half the grid first: one more. */
static bool fits(const rest *r, size_t grid, size_t trials)
{
    const cupel_micro_demand *d = r->d;
    const size_t loads = (trials + 1) * ((d->needs_conduction ? 3u : 0u) + (d->needs_elasticity ? 6u : 0u));
    if (r->stopped || (d->budget_solves && r->found->solves + loads > d->budget_solves)) return false;
    const double seconds = (double)trials * cupel_search_seconds(r->found->trial_seconds, grid);
    return !cupel_clock_cuts(&r->clock, seconds, room(r), CUPEL_CUT_AFTER) && !cupel_stopped(r->job);
}

/* A part that its job has stopped, for the user or because the time was over, is left out. */
static cupel_status leave(const rest *r, cupel_design *g, unsigned part, cupel_status st)
{
    if (st != CUPEL_INTERRUPTED) return st;
    (void)cupel_clock_cuts(&r->clock, 0, room(r), CUPEL_CUT_AFTER); /* which notes it */
    g->after.skipped |= part;
    return CUPEL_OK;
}

/* ---- what a kill does not lose ---- */

typedef enum part_kind { BODY, SENSITIVITY, VOIDS, SEEDS } part_kind;

typedef struct kept_part {
    size_t loads;
    union {
        cupel_connected connected;
        cupel_sensitivity sensitivity;
        cupel_voids voids;
        cupel_seeds seeds;
    } is;
} kept_part;

static bool known(rest *r, part_kind what, const cupel_design *g, kept_part *p)
{
    double at;
    if (!cupel_replay_after(r->journal, what, &g->recipe, p, sizeof *p, &at)) return false;
    cupel_clock_set_back(&r->clock, at);
    if (*r->until > 0) *r->until = end_of(r);
    return true;
}

static cupel_status keep(const rest *r, part_kind what, const cupel_design *g, const kept_part *p, cupel_err *err)
{
    return cupel_replay_keep_after(r->journal, what, &g->recipe, p, sizeof *p, cupel_clock_worked(&r->clock), err);
}

/* ---- the parts ---- */

static cupel_status add_body(rest *r, cupel_design *g, cupel_err *err)
{
    kept_part p = {.loads = 0};
    cupel_status st = CUPEL_OK;
    if (known(r, BODY, g, &p)) {
        g->connected = p.is.connected;
    } else {
        st = cupel_design_connect(r->d, g, r->job, err);
        p.is.connected = g->connected;
        if (st == CUPEL_OK) st = keep(r, BODY, g, &p, err);
    }
    r->found->solves += g->connected.solves;
    return st;
}

static cupel_status add_bodies(rest *r, cupel_err *err)
{
    cupel_designs *found = r->found;
    if (r->d->connected >= r->d->n_phases) return CUPEL_OK;
    for (size_t i = 0; i < found->n && !found->one[i].unverified; i++) {
        cupel_status st = add_body(r, &found->one[i], err);
        if (st != CUPEL_OK) return st;
    }
    return CUPEL_OK;
}

static cupel_status add_sensitivity(rest *r, cupel_design *g, cupel_err *err)
{
    kept_part p = {.loads = 0};
    cupel_status st = CUPEL_OK;
    if (g->sensitivity.grid) return CUPEL_OK; /* the verification needed it */
    if (!known(r, SENSITIVITY, g, &p)) {
        if (!fits(r, CUPEL_SENSITIVITY_GRID, 1)) {
            g->after.skipped |= CUPEL_SKIPPED_SENSITIVITY;
            return CUPEL_OK;
        }
        st = cupel_sensitivity_of(r->d, &g->recipe, r->job, &p.is.sensitivity, &p.loads, err);
        if (st == CUPEL_OK) st = keep(r, SENSITIVITY, g, &p, err);
    }
    g->sensitivity = p.is.sensitivity;
    g->after.sensitivity = p.loads;
    r->found->solves += p.loads;
    return st;
}

static cupel_status add_voids(rest *r, cupel_design *g, cupel_err *err)
{
    kept_part p = {.loads = 0};
    cupel_status st = CUPEL_OK;
    if (!cupel_voids_any(r->d)) return CUPEL_OK;
    if (!known(r, VOIDS, g, &p)) {
        if (!fits(r, CUPEL_VOIDS_GRID, CUPEL_VOIDS_TRIALS)) {
            g->after.skipped |= CUPEL_SKIPPED_VOIDS;
            return CUPEL_OK;
        }
        st = cupel_voids_of(r->d, &g->recipe, r->job, &p.is.voids, &p.loads, err);
        if (st == CUPEL_OK) st = keep(r, VOIDS, g, &p, err);
    }
    g->voids = p.is.voids;
    g->after.voids = p.loads;
    r->found->solves += p.loads;
    return leave(r, g, CUPEL_SKIPPED_VOIDS, st);
}

static cupel_status add_seeds(rest *r, cupel_design *g, cupel_err *err)
{
    kept_part p = {.loads = 0};
    bool random = true;
    cupel_job whole = *r->job;
    whole.stop = NULL; /* two small grids: whatever the budget, nothing is owed to a seed that says nothing */
    cupel_status st = r->stopped ? CUPEL_OK : cupel_seeds_matter(&g->recipe, &whole, &random, err);
    if (st == CUPEL_NO_RESOURCE) return st;
    g->seeds = (cupel_seeds){.known = !random, .fixed = !random};
    if (!random) return CUPEL_OK;
    st = CUPEL_OK;
    if (!known(r, SEEDS, g, &p)) {
        if (!fits(r, CUPEL_SEEDS_GRID, CUPEL_SEEDS_TRIALS)) {
            g->after.skipped |= CUPEL_SKIPPED_SEEDS;
            return CUPEL_OK;
        }
        st = cupel_seeds_of(r->d, &g->recipe, &g->limit, r->job, &p.is.seeds, &p.loads, err);
        if (st == CUPEL_OK) st = keep(r, SEEDS, g, &p, err);
    }
    g->seeds = p.is.seeds;
    g->after.seeds = p.loads;
    r->found->solves += p.loads;
    return leave(r, g, CUPEL_SKIPPED_SEEDS, st);
}

cupel_status cupel_designs_after(const cupel_micro_demand *d, cupel_designs *found, cupel_journal *journal, const cupel_job *job, bool stopped,
                                 double *until, cupel_err *err)
{
    rest r = {d, found, stopped ? NULL : journal, job, {cupel_now() - found->seconds, d->budget_seconds, &found->cut}, stopped, until};
    cupel_status st = add_bodies(&r, err);
    *until = end_of(&r); /* other seeds may take longer than it was for this one */
    for (size_t i = 0; i < found->n && !found->one[i].unverified && st == CUPEL_OK; i++) {
        st = add_sensitivity(&r, &found->one[i], err);
        if (st == CUPEL_OK && i < CUPEL_SHOWN) st = add_voids(&r, &found->one[i], err);
        if (st == CUPEL_OK && i < CUPEL_SHOWN) st = add_seeds(&r, &found->one[i], err);
        found->one[i].after.stopped = stopped || (cupel_stopped(job) && !cupel_clock_is_over(&r.clock, 0, room(&r)));
    }
    return st;
}

/* ---- counts ---- */

size_t cupel_design_loads_after(const cupel_design *g)
{
    return g->connected.solves + g->after.sensitivity + g->after.voids + g->after.seeds;
}

void cupel_design_loads(const cupel_designs *found, cupel_load_count count[CUPEL_LOAD_COUNTS])
{
    size_t mended = 0, sensitivity = 0, voids = 0, seeds = 0;
    for (size_t i = 0; i < found->n; i++) {
        mended += found->one[i].connected.solves;
        sensitivity += found->one[i].after.sensitivity;
        voids += found->one[i].after.voids;
        seeds += found->one[i].after.seeds;
    }
    count[0] = (cupel_load_count){"search", found->solves - found->verify_solves - mended - sensitivity - voids - seeds};
    count[1] = (cupel_load_count){"verification", found->verify_solves};
    count[2] = (cupel_load_count){"one body", mended};
    count[3] = (cupel_load_count){"sensitivity", sensitivity};
    count[4] = (cupel_load_count){"voids", voids};
    count[5] = (cupel_load_count){"other seeds", seeds};
}

void cupel_design_loads_say(const cupel_designs *found, cupel_str *s)
{
    cupel_load_count count[CUPEL_LOAD_COUNTS];
    const char *gap = ":";
    cupel_design_loads(found, count);
    cupel_str_addf(s, "%zu loads solved in all", found->solves);
    for (size_t i = 0; i < CUPEL_LOAD_COUNTS; i++) {
        if (!count[i].loads) continue;
        cupel_str_addf(s, "%s %s %zu", gap, count[i].what, count[i].loads);
        gap = ",";
    }
    if (found->dropped) cupel_str_addf(s, "; left because the solver did not converge: %zu starts", found->dropped);
    cupel_str_putc(s, '\n');
}

void cupel_design_fewer_say(const cupel_micro_demand *d, const cupel_designs *found, cupel_str *s)
{
    size_t met = 0;
    for (size_t i = 0; i < found->n; i++) met += found->one[i].meets;
    if (d->designs < 2 || met >= d->designs || !met) return;
    cupel_str_addf(s, "%zu of the %zu designs that were asked for %s the demand: %s\n", met, d->designs, met == 1 ? "meets" : "meet",
                   found->stopped         ? "the search was stopped"
                   : found->out_of_budget ? "the budget ended the search; a larger one, or none, may find more"
                   : found->merged        ? "what other starts led to is one of them over again" : "no other start led to one");
}

void cupel_design_loads_put(const cupel_designs *found, cupel_json_out *w)
{
    cupel_load_count count[CUPEL_LOAD_COUNTS];
    cupel_design_loads(found, count);
    cupel_json_name(w, "solves by");
    cupel_json_open(w, '{');
    for (size_t i = 0; i < CUPEL_LOAD_COUNTS; i++) {
        cupel_json_name(w, count[i].what);
        cupel_json_put_count(w, count[i].loads);
    }
    cupel_json_close(w, '}');
}

void cupel_design_skipped_say(const cupel_design *g, cupel_str *s)
{
    static const struct {
        unsigned bit;
        const char *what;
    } part[] = {{CUPEL_SKIPPED_SENSITIVITY, "how it moves with its phases and its interface"},
                {CUPEL_SKIPPED_VOIDS, "what its voids are worth"},
                {CUPEL_SKIPPED_SEEDS, "what it owes to its seed"}};
    const char *gap = g->after.stopped ? "  not computed, interrupted: " : "  not computed, the budget is spent: ";
    for (size_t i = 0; i < sizeof part / sizeof *part; i++) {
        if (!(g->after.skipped & part[i].bit)) continue;
        cupel_str_addf(s, "%s%s", gap, part[i].what);
        gap = "; ";
    }
    if (g->after.skipped) cupel_str_putc(s, '\n');
}
