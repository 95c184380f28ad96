#include "models/learn/targets.h"

#include "core/base/err.h"
#include "core/base/mem.h"

#include <math.h>
#include <string.h>

static size_t group_at(const cupel_problem *p, size_t row) { return p->group ? p->group[row] : row; }

cupel_status cupel_groups_held(const cupel_problem *p, const size_t *row, size_t n, bool **held, size_t *groups, cupel_err *err)
{
    size_t at = 0;
    *groups = 0;
    for (size_t i = 0; i < p->n; i++) *groups = group_at(p, i) >= *groups ? group_at(p, i) + 1 : *groups;
    *held = cupel_alloc(*groups, sizeof **held);
    if (!*held) return cupel_no_memory(err, "groups of rows", *groups);
    for (size_t i = 0; i < p->n; i++) {
        const bool in = at < n && row[at] == i;
        if (in) at++;
        else (*held)[group_at(p, i)] = true;
    }
    return CUPEL_OK;
}

void cupel_targets_free(cupel_targets *t)
{
    if (!t) return;
    cupel_free(t->x);
    cupel_free(t->y);
    cupel_free(t->beside);
    cupel_free(t->group);
    cupel_free(t);
}

/* Rows of one group, in their order. */
typedef struct chains {
    size_t *first, *last; /* [groups] SIZE_MAX: none */
    size_t *next;         /* [rows] */
} chains;

static void append(cupel_targets *t, chains *c, size_t group, const double *x, double y)
{
    const size_t i = t->n++;
    memcpy(t->x + i * t->d, x, t->d * sizeof *x);
    t->y[i] = y;
    t->group[i] = group;
    for (size_t k = 0; k < t->n_beside; k++) t->beside[i * t->n_beside + k] = NAN;
    c->next[i] = SIZE_MAX;
    if (c->first[group] == SIZE_MAX) c->first[group] = i;
    else c->next[c->last[group]] = i;
    c->last[group] = i;
}

/* The first row of these columns that does not know the target yet, or a new one. */
static void place(cupel_targets *t, chains *c, const cupel_beside *b, size_t value)
{
    const double *x = b->x + value * t->d;
    const size_t k = b->target[value] - 1;
    size_t i = c->first[b->group[value]];
    while (i != SIZE_MAX && (!isnan(t->beside[i * t->n_beside + k]) || memcmp(t->x + i * t->d, x, t->d * sizeof *x) != 0)) i = c->next[i];
    if (i == SIZE_MAX) {
        i = t->n;
        append(t, c, b->group[value], x, NAN);
    }
    t->beside[i * t->n_beside + k] = b->y[value];
}

cupel_status cupel_targets_new(const cupel_problem *p, cupel_targets **out, cupel_err *err)
{
    const cupel_beside *b = p->beside;
    const size_t most = p->n + b->n;
    size_t groups = 0;
    cupel_status st = CUPEL_OK;
    chains c = {NULL, NULL, NULL};
    cupel_targets *t = cupel_alloc(1, sizeof *t);
    if (!t) return cupel_no_memory(err, "rows of several targets", sizeof *t);
    for (size_t i = 0; i < p->n; i++) groups = group_at(p, i) >= groups ? group_at(p, i) + 1 : groups;
    for (size_t i = 0; i < b->n; i++) groups = b->group[i] >= groups ? b->group[i] + 1 : groups;
    *t = (cupel_targets){.n_beside = b->n_targets, .d = p->d, .x = cupel_alloc_aligned(cupel_mul(most, p->d), sizeof *t->x),
                         .y = cupel_alloc(most, sizeof *t->y), .beside = cupel_alloc(cupel_mul(most, b->n_targets), sizeof *t->beside),
                         .group = cupel_alloc(most, sizeof *t->group)};
    c = (chains){cupel_alloc(groups, sizeof *c.first), cupel_alloc(groups, sizeof *c.last), cupel_alloc(most, sizeof *c.next)};
    if (!t->x || !t->y || !t->beside || !t->group || !c.first || !c.last || !c.next)
        CUPEL_TRY(cupel_no_memory(err, "rows of several targets", cupel_mul(most * sizeof(double), p->d)));
    for (size_t g = 0; g < groups; g++) c.first[g] = SIZE_MAX;
    for (size_t i = 0; i < p->n; i++) append(t, &c, group_at(p, i), p->x + i * p->d, p->y[i]);
    for (size_t i = 0; i < b->n; i++) place(t, &c, b, i);
done:
    cupel_free(c.first);
    cupel_free(c.last);
    cupel_free(c.next);
    if (st == CUPEL_OK) *out = t;
    else cupel_targets_free(t);
    return st;
}

cupel_status cupel_targets_of(const cupel_targets *t, const cupel_fit_task *task, size_t *row, size_t *n, double *beside, cupel_err *err)
{
    bool *held = NULL;
    size_t groups;
    cupel_status st = cupel_groups_held(task->problem, task->row, task->n, &held, &groups, err);
    if (st != CUPEL_OK) return st;
    memcpy(row, task->row, task->n * sizeof *row);
    *n = task->n;
    for (size_t i = 0; i < t->n; i++) {
        const bool out = t->group[i] < groups && held[t->group[i]];
        if (i >= task->problem->n && !out) row[(*n)++] = i;
        for (size_t k = 0; k < t->n_beside; k++) beside[i * t->n_beside + k] = out ? NAN : t->beside[i * t->n_beside + k];
    }
    cupel_free(held);
    return CUPEL_OK;
}
