#include "core/engine/score.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/engine/share_of_quantiles.h"
#include "core/math/stats.h"

#include <math.h>

/* A requirement with what its property's belief fills in. */
typedef struct aim {
    size_t p;
    bool window;
    double lo, hi;      /* of the chance */
    double min, max;    /* of the window */
    double worst, best; /* of the goal: measured range in its direction */
    int goal;
    double beat, weight;
} aim;

struct cupel_scorer {
    const cupel_demand *d;
    size_t n_aims;
    cupel_belief *belief;
    aim *aim;
    double total_weight;
};

static aim aim_of(const cupel_requirement *q, const cupel_belief *b, cupel_rank_by by)
{
    aim a = {.p = q->property, .min = q->min, .max = q->max, .lo = q->min, .hi = q->max, .goal = q->goal, .beat = q->beat, .weight = q->weight};
    a.window = q->min > -HUGE_VAL || q->max < HUGE_VAL;
    a.worst = q->goal > 0 ? b->low : b->high;
    a.best = q->goal > 0 ? b->high : b->low;
    if (q->goal && !isnan(q->beat) && (q->beat_given || (!a.window && by == CUPEL_BY_PROBABILITY))) {
        if (q->goal > 0) a.lo = fmax(a.lo, q->beat);
        if (q->goal < 0) a.hi = fmin(a.hi, q->beat);
    }
    return a;
}

cupel_status cupel_scorer_new(const cupel_demand *d, const cupel_belief *belief, cupel_scorer **out, cupel_err *err)
{
    *out = NULL;
    cupel_scorer *s = cupel_alloc(1, sizeof *s);
    if (!s) return cupel_no_memory(err, "a scorer", sizeof *s);
    s->d = d;
    s->n_aims = d->n_requirements;
    s->belief = cupel_alloc(d->n_properties, sizeof *s->belief);
    s->aim = cupel_alloc(s->n_aims, sizeof *s->aim);
    if (!s->belief || !s->aim) {
        cupel_scorer_free(s);
        return cupel_no_memory(err, "a scorer", 0);
    }
    for (size_t i = 0; i < d->n_properties; i++) s->belief[i] = belief[i];
    for (size_t i = 0; i < s->n_aims; i++) {
        s->aim[i] = aim_of(&d->requirement[i], &belief[d->requirement[i].property], d->by);
        s->total_weight += s->aim[i].weight;
    }
    for (size_t i = 0; i < d->n_constraints; i++)
        if (d->constraint[i].goal) s->total_weight += d->constraint[i].weight;
    *out = s;
    return CUPEL_OK;
}

/* The two values of a class, from the training rows. */
static void class_values(const cupel_model *m, cupel_belief *b)
{
    b->class_low = cupel_model_target_min(m);
    b->class_high = cupel_model_target_max(m);
}

static cupel_status of_models(const cupel_demand *d, bool first, cupel_scorer **s, cupel_err *err)
{
    cupel_belief *b = cupel_alloc(d->n_properties, sizeof *b);
    if (!b) return cupel_no_memory(err, "a scorer", 0);
    for (size_t i = 0; i < d->n_properties; i++) {
        const cupel_model *m = first ? d->property[i].first : d->property[i].model;
        b[i].surrogate = cupel_model_surrogate(m);
        b[i].is_class = cupel_surrogate_is_class(b[i].surrogate);
        b[i].low = cupel_model_target_min(m);
        b[i].high = cupel_model_target_max(m);
        class_values(m, &b[i]);
    }
    cupel_status st = cupel_scorer_new(d, b, s, err);
    cupel_free(b);
    return st;
}

cupel_status cupel_scorer_of_models(const cupel_demand *d, cupel_scorer **s, cupel_err *err) { return of_models(d, false, s, err); }

cupel_status cupel_scorer_of_first(const cupel_demand *d, cupel_scorer **s, cupel_err *err) { return of_models(d, true, s, err); }

void cupel_scorer_free(cupel_scorer *s)
{
    if (!s) return;
    cupel_free(s->belief);
    cupel_free(s->aim);
    cupel_free(s);
}

/* z with cupel_normal_cdf(z) = q for q in (0.5, 1), by bisection: once per row at most, and no table to get wrong. */
static double normal_quantile(double q)
{
    double lo = 0, hi = 40;
    for (int i = 0; i < 80; i++) {
        double mid = 0.5 * (lo + hi);
        if (cupel_normal_cdf(mid) < q)
            lo = mid;
        else
            hi = mid;
    }
    return 0.5 * (lo + hi);
}

/* Cumulative probability at x, of values <= x. */
static double two_sided_cdf(double x, double value, double below, double above)
{
    if (x == HUGE_VAL) return 1;
    if (x == -HUGE_VAL) return 0;
    if (x >= value) return above > 0 ? cupel_normal_cdf((x - value) / above) : 1;
    return below > 0 ? cupel_normal_cdf((x - value) / below) : 0;
}

double cupel_interval_probability(double value, double lower, double upper, double level, double lo, double hi)
{
    double z = normal_quantile(0.5 * (1 + level));
    double below = fmax(value - lower, 0) / z, above = fmax(upper - value, 0) / z;
    if (!(lo <= hi)) return 0;
    if (below <= 0 && above <= 0) return value >= lo && value <= hi ? 1 : 0;
    double p = two_sided_cdf(hi, value, below, above) - two_sided_cdf(lo, value, below, above);
    if (below <= 0 && lo == value) p += 0.5; /* the half that sits on the value is inside */
    return fmin(fmax(p, 0), 1);
}

static double chance_of(const cupel_scorer *s, const aim *a, const cupel_score_row *row)
{
    const cupel_belief *b = &s->belief[a->p];
    double v = row->value[a->p];
    const cupel_spiked *mixture = row->mixture ? &row->mixture[a->p] : NULL;
    if (b->surrogate && mixture && !isnan(mixture->above)) return cupel_surrogate_spiked_probability(b->surrogate, mixture, a->lo, a->hi);
    if (b->surrogate) return cupel_surrogate_probability(b->surrogate, v, row->spread[a->p], a->lo, a->hi);
    if (b->is_class)
        return (a->lo <= b->class_high && b->class_high <= a->hi ? v : 0) + (a->lo <= b->class_low && b->class_low <= a->hi ? 1 - v : 0);
    if (b->n_tau) return cupel_quantiles_probability(b->tau, row->quantile + a->p * CUPEL_BELIEF_QUANTILES, b->n_tau, a->lo, a->hi);
    return cupel_interval_probability(v, row->lower[a->p], row->upper[a->p], s->d->level, a->lo, a->hi);
}

static double clip(double x) { return x > 0 ? (x < 1 ? x : 1) : 0; }

static double squash(double x) { return x == HUGE_VAL ? 1 : x == -HUGE_VAL ? -1 : x / (1 + fabs(x)); }

/* 0 at the worst, 1 at the best of what was measured. For a class the value is a probability already. */
static double along(const cupel_scorer *s, const aim *a, double v)
{
    if (s->belief[a->p].is_class) return a->goal > 0 ? v : 1 - v;
    return a->best != a->worst ? (v - a->worst) / (a->best - a->worst) : 0.5;
}

static double depth(const cupel_scorer *s, const aim *a, const cupel_score_row *row, double chance)
{
    double v = row->value[a->p], width = row->spread[a->p];
    if (s->belief[a->p].is_class) return chance;
    if (!(width > 0)) width = 1;
    bool low = a->min > -HUGE_VAL, high = a->max < HUGE_VAL;
    if (low && high) return squash(a->max > a->min ? 1 - fabs(2 * v - a->min - a->max) / (a->max - a->min) : -fabs(v - a->min));
    if (low) return squash((v - a->min) / width);
    if (high) return squash((a->max - v) / width);
    return squash(a->goal * (v - a->beat) / width);
}

/* 0 at the limit, 1 when the figure costs nothing (minimise) or is beyond measure (maximise). */
static double ease(const cupel_demand_constraint *c, double figure)
{
    if (isnan(figure)) return 0;
    return clip(1 - (c->goal < 0 ? figure / c->limit : figure > 0 ? c->limit / figure : 1));
}

static double rounded(double x) { return nearbyint(x * 1e9) / 1e9 + 0.0; /* + 0: no -0 */ }

void cupel_scorer_row(const cupel_scorer *s, const cupel_score_row *row, cupel_score *out)
{
    const cupel_demand *d = s->d;
    double probability = 1, weighted = 0, merit = 0, parts = (double)s->n_aims;
    size_t m = 0;
    for (size_t i = 0; i < s->n_aims; i++) {
        const aim *a = &s->aim[i];
        double v = row->value[a->p], chance = chance_of(s, a, row), done = 1;
        row->chance[i] = chance;
        probability *= chance;
        merit += depth(s, a, row, chance);
        if (a->window) {
            row->objective[m++] = chance;
            done = chance;
        }
        if (a->goal) {
            row->objective[m++] = clip(0.25 + 0.5 * along(s, a, v)); /* half the measured range to spare at either end */
            done *= clip(along(s, a, v));
        }
        weighted += a->weight * done;
    }
    for (size_t i = 0; i < d->n_constraints; i++) {
        const cupel_demand_constraint *c = &d->constraint[i];
        if (!c->goal) continue;
        double e = ease(c, row->figure[i]);
        row->objective[m++] = e;
        weighted += c->weight * e;
        merit += e;
        parts++;
    }
    out->probability = rounded(probability);
    out->score = d->by == CUPEL_BY_WEIGHTS ? rounded(weighted / s->total_weight) : out->probability;
    out->merit = rounded(merit / parts);
}

bool cupel_scorer_inside(const cupel_scorer *s, size_t r, double value)
{
    const aim *a = &s->aim[r];
    const cupel_belief *b = &s->belief[a->p];
    if (b->is_class) value = value >= 0.5 ? b->class_high : b->class_low;
    return value >= a->lo && value <= a->hi;
}

cupel_status cupel_objective_words(const cupel_demand *d, size_t k, cupel_str *out, cupel_err *err)
{
    size_t m = 0;
    for (size_t i = 0; i < d->n_requirements; i++) {
        const cupel_requirement *q = &d->requirement[i];
        const cupel_demand_property *p = &d->property[q->property];
        if ((q->min > -HUGE_VAL || q->max < HUGE_VAL) && m++ == k) cupel_str_addf(out, "probability of the window of %s", p->name);
        if (q->goal && m++ == k)
            cupel_str_addf(out, "%s %s%s%s%s", q->goal > 0 ? "large" : "small", p->name, p->unit[0] ? " [" : "", p->unit,
                           p->unit[0] ? "]" : "");
    }
    for (size_t i = 0; i < d->n_constraints; i++)
        if (d->constraint[i].goal && m++ == k)
            cupel_str_addf(out, "%s %s", d->constraint[i].goal > 0 ? "large" : "small", cupel_constraint_column(d->constraint[i].c));
    return out->failed ? cupel_no_memory(err, "an objective", 0) : CUPEL_OK;
}
