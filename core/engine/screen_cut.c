/* What pruning leaves out of an enumeration is counted all the same: the space is opened once more for each constraint that rules elements out. */
#include "core/base/err.h"
#include "core/engine/screen_parts.h"

/* Adds the elements that constraint i rules out; false when there is none that was still allowed. */
static bool rule_out(const cupel_constraint *c, bool allows[CUPEL_Z_MAX + 1])
{
    bool any = false;
    for (unsigned z = 1; z <= CUPEL_Z_MAX; z++) {
        if (!allows[z] || cupel_constraint_allows(c, z)) continue;
        allows[z] = false;
        any = true;
    }
    return any;
}

static cupel_status count(const cupel_demand *d, const bool *allows, uint64_t *n, cupel_err *err)
{
    cupel_space *space = NULL;
    cupel_status st = cupel_space_open(d->space_spec, d->file, allows, &space, err);
    if (st == CUPEL_OK) st = cupel_space_count(space, n, err);
    cupel_space_free(space);
    return st;
}

cupel_status cupel_screening_cut(cupel_screening *s, cupel_err *err)
{
    const cupel_demand *d = s->d;
    bool allows[CUPEL_Z_MAX + 1];
    uint64_t before = 0, after;
    bool begun = false;
    if (!s->parallel_space) return CUPEL_OK; /* a list is not pruned */
    for (unsigned z = 0; z <= CUPEL_Z_MAX; z++) allows[z] = true;
    for (size_t i = 0; i < d->n_constraints; i++) {
        bool all[CUPEL_Z_MAX + 1];
        cupel_err why = {.message = ""};
        for (unsigned z = 0; z <= CUPEL_Z_MAX; z++) all[z] = allows[z];
        if (!rule_out(d->constraint[i].c, allows)) continue;
        cupel_status st = begun ? CUPEL_OK : count(d, all, &before, &why);
        if (st == CUPEL_OK) st = count(d, allows, &after, &why);
        if (st == CUPEL_NO_RESOURCE) return cupel_fail(err, st, "%s", why.message);
        if (st != CUPEL_OK) {
            cupel_say(s->job, CUPEL_NOTE, "how many candidates the elements ruled out would have made is not counted: %s", why.message);
            return CUPEL_OK;
        }
        begun = true;
        if (before > after && before < INT64_MAX / 1024) s->at.counts.cut[i] = (int64_t)(before - after);
        before = after;
    }
    return CUPEL_OK;
}
