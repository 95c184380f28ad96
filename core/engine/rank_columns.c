/* Where a table of predictions says what a demand asks for. */
#include "core/engine/rank_parts.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/engine/demand_parts.h"
#include "core/matter/columns.h"

#include <math.h>
#include <string.h>

static size_t find(const cupel_header *h, const char *name, const char *after)
{
    cupel_str s = {0};
    cupel_str_addf(&s, "%s%s", name, after);
    size_t j = s.failed ? SIZE_MAX : cupel_header_find(h, s.p);
    cupel_str_free(&s);
    return j;
}

static cupel_status no_column(const cupel_ranker *k, const char *name, const char *after, const char *unit, cupel_err *err)
{
    cupel_str s = {0};
    size_t at;
    cupel_str_addf(&s, "%s%s%s%s%s", name, after, unit[0] ? " [" : "", unit, unit[0] ? "]" : "");
    cupel_status st = cupel_column_find(cupel_source_header(k->source), k->o->table, "", cupel_str_text(&s),
                                        "predict with the model of the demand, or name the columns so", &at, err);
    cupel_str_free(&s);
    return st;
}

/* The columns "gap quantile 0.1 [eV]", in any order. One alone says nothing. */
static cupel_status find_quantiles(cupel_ranker *k, size_t p, cupel_err *err)
{
    const cupel_header *h = cupel_source_header(k->source);
    const char *name = k->d->property[p].name;
    cupel_belief *b = &k->belief[p];
    cupel_rank_place *at = &k->place[p];
    static const char words[] = " quantile ";
    const size_t n = strlen(name);
    double tau;
    for (size_t c = 0; c < h->n; c++) {
        const char *label = h->label[c];
        if (strncmp(label, name, n) != 0 || strncmp(label + n, words, sizeof words - 1) != 0) continue;
        if (!cupel_parse_double(cupel_text_of(label + n + sizeof words - 1), &tau) || !(tau > 0 && tau < 1)) continue;
        size_t i = b->n_tau;
        if (i == CUPEL_BELIEF_QUANTILES)
            return cupel_fail(err, CUPEL_BAD_INPUT, "'%s': more than %d columns of quantiles of '%s'; leave some out", k->o->table,
                              (int)CUPEL_BELIEF_QUANTILES, name);
        if (strcmp(h->unit[c], h->unit[at->value]) != 0)
            return cupel_fail(err, CUPEL_BAD_INPUT, "'%s': columns '%s' and '%s' have different units; make them one", k->o->table,
                              h->name[at->value], h->name[c]);
        for (; i && b->tau[i - 1] > tau; i--) b->tau[i] = b->tau[i - 1], at->quantile[i] = at->quantile[i - 1];
        if (i && b->tau[i - 1] == tau)
            return cupel_fail(err, CUPEL_BAD_INPUT, "'%s': columns '%s' and '%s' are the same quantile; leave one out", k->o->table,
                              h->name[at->quantile[i - 1]], h->name[c]);
        b->tau[i] = tau, at->quantile[i] = c, b->n_tau++;
    }
    if (b->n_tau == 1) b->n_tau = 0;
    return CUPEL_OK;
}

/* A probability of somebody else's model: nothing in the demand says what its classes are. */
static cupel_status take_for_class(cupel_ranker *k, size_t p, cupel_err *err)
{
    const cupel_header *h = cupel_source_header(k->source);
    const cupel_demand_property *q = &k->d->property[p];
    cupel_belief *b = &k->belief[p];
    static const double classes[] = {0, 1};
    if (q->has_data || q->model || b->is_class || find(h, q->name, "") != SIZE_MAX || find(h, q->name, " probability") == SIZE_MAX) return CUPEL_OK;
    b->is_class = true;
    b->class_low = classes[0];
    b->class_high = classes[1];
    cupel_say(k->job, CUPEL_NOTE, "%s: taken as a class: '%s probability' is that of 1, the rest that of 0", q->name, q->name);
    return cupel_demand_settle(k->d, p, classes, 2, true, k->job, err);
}

static cupel_status find_property(cupel_ranker *k, size_t p, cupel_err *err)
{
    const cupel_header *h = cupel_source_header(k->source);
    const cupel_demand_property *q = &k->d->property[p];
    cupel_rank_place *at = &k->place[p];
    cupel_status st = take_for_class(k, p, err);
    if (st != CUPEL_OK) return st;
    const bool is_class = k->belief[p].is_class;
    at->value = find(h, q->name, is_class ? " probability" : "");
    if (is_class && at->value == SIZE_MAX) at->value = find(h, q->name, "");
    if (at->value == SIZE_MAX) return no_column(k, q->name, is_class ? " probability" : "", is_class ? "" : q->unit, err);
    at->lower = find(h, q->name, " lower");
    at->upper = find(h, q->name, " upper");
    if (is_class) return CUPEL_OK;
    if (at->lower == SIZE_MAX) return no_column(k, q->name, " lower", q->unit, err);
    if (at->upper == SIZE_MAX) return no_column(k, q->name, " upper", q->unit, err);
    const size_t column[3] = {at->value, at->lower, at->upper};
    for (int i = 0; i < 3; i++)
        if (strcmp(h->unit[column[i]], h->unit[at->value]) != 0)
            return cupel_fail(err, CUPEL_BAD_INPUT, "'%s': columns '%s' and '%s' have different units; make them one", k->o->table,
                              h->name[at->value], h->name[column[i]]);
    st = find_quantiles(k, p, err);
    if (st != CUPEL_OK) return st;
    const char *unit = h->unit[at->value];
    if (strcmp(unit, q->unit) == 0) return CUPEL_OK;
    st = cupel_unit_parse(cupel_text_of(unit), &at->from, err);
    if (st == CUPEL_OK) st = cupel_unit_parse(cupel_text_of(q->unit), &at->to, err);
    if (st == CUPEL_OK && !cupel_unit_same_dimension(&at->from, &at->to))
        st = cupel_fail(err, CUPEL_BAD_INPUT, "'%s': column '%s' is in '%s', the demand wants '%s'", k->o->table, h->name[at->value], unit,
                        q->unit);
    at->converts = true;
    return st;
}

/* Whether the ranking itself reads column j. */
static bool is_read(const cupel_ranker *k, size_t j)
{
    if (j == k->formula || j == k->distance || j == k->in_domain) return true;
    for (size_t i = 0; i < k->n_columns; i++)
        if (k->column[i] == j) return true;
    for (size_t p = 0; p < k->shape.p; p++) {
        const cupel_rank_place *at = &k->place[p];
        if (at->value == j || at->lower == j || at->upper == j) return true;
        for (size_t i = 0; i < k->belief[p].n_tau; i++)
            if (at->quantile[i] == j) return true;
    }
    return false;
}

cupel_status cupel_rank_carried(cupel_ranker *k, cupel_err *err)
{
    const size_t n = cupel_source_header(k->source)->n;
    k->carried = cupel_alloc(n, sizeof *k->carried);
    if (!k->carried) return cupel_no_memory(err, "columns", n * sizeof *k->carried);
    for (size_t j = 0; j < n; j++)
        if (!is_read(k, j)) k->carried[k->n_carried++] = j;
    return CUPEL_OK;
}

cupel_status cupel_rank_columns(cupel_ranker *k, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    const cupel_header *h = cupel_source_header(k->source);
    CUPEL_TRY(cupel_column_formula(h, k->o->table, k->o->formula, "name it with --formula", &k->formula, err));
    k->distance = cupel_header_find(h, "distance");
    if (k->distance == SIZE_MAX) k->distance = cupel_header_find(h, "domain distance");
    k->in_domain = cupel_header_find(h, "in_domain");
    if (k->d->domain_required && k->in_domain == SIZE_MAX)
        return cupel_fail(err, CUPEL_BAD_INPUT,
                          "'%s' has no column 'in_domain', but the demand says domain: required; predict with 'cupel predict', or drop that",
                          k->o->table);
    for (size_t p = 0; p < k->shape.p && st == CUPEL_OK; p++) st = find_property(k, p, err);
done:
    return st;
}
