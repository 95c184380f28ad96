#include "core/engine/rank_parts.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/engine/diverse.h"
#include "core/engine/funnel.h"
#include "core/engine/demand_parts.h"
#include "core/engine/screen_parts.h"
#include "core/engine/sieve.h"
#include "core/matter/formula.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { ROWS = 4096 };

/* ---- what is known ---- */

static cupel_status believe(cupel_ranker *k, size_t p, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_demand_property *q = &k->d->property[p];
    cupel_belief *b = &k->belief[p];
    cupel_training *t = &k->known[p];
    b->low = HUGE_VAL;
    b->high = -HUGE_VAL;
    if (q->has_data) CUPEL_TRY(cupel_training_read(&q->data, k->job, t, err));
    size_t n = t->records.n_rows, two = 0;
    for (size_t i = 0; i < n; i++) {
        b->low = fmin(b->low, t->target[i]);
        b->high = fmax(b->high, t->target[i]);
    }
    for (size_t i = 0; i < n; i++) two += t->target[i] == b->low || t->target[i] == b->high;
    b->class_low = b->low;
    b->class_high = b->high;
    b->is_class = q->options.task == CUPEL_TASK_CLASS || (q->options.task == CUPEL_TASK_AUTO && n && two == n && b->low < b->high);
    if (q->model) { /* from a file */
        b->is_class = cupel_surrogate_is_class(cupel_model_surrogate(q->model));
        b->low = b->class_low = cupel_model_target_min(q->model);
        b->high = b->class_high = cupel_model_target_max(q->model);
        CUPEL_TRY(cupel_demand_settle_model(k->d, p, k->job, err));
    } else if (n) {
        CUPEL_TRY(cupel_demand_settle(k->d, p, t->target, n, b->is_class, k->job, err));
    }
done:
    return st;
}

static cupel_status start(cupel_ranker *k, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_demand *d = k->d;
    cupel_board_shape *s = &k->shape;
    *s = (cupel_board_shape){.p = d->n_properties, .r = d->n_requirements, .c = d->n_constraints, .m = cupel_demand_objectives(d)};
    k->place = cupel_alloc(s->p, sizeof *k->place);
    k->belief = cupel_alloc(s->p, sizeof *k->belief);
    k->known = cupel_alloc(s->p, sizeof *k->known);
    k->number = cupel_alloc(5 * s->p + s->r + s->c + s->m, sizeof *k->number);
    k->domain = cupel_alloc(s->p, 1);
    k->quantile = cupel_alloc(s->p * CUPEL_BELIEF_QUANTILES, sizeof *k->quantile);
    if (!k->quantile || !k->place || !k->belief || !k->known || !k->number || !k->domain) CUPEL_TRY(cupel_no_memory(err, "a ranking", 0));
    for (size_t p = 0; p < s->p; p++) CUPEL_TRY(believe(k, p, err));
    CUPEL_TRY(cupel_source_open(k->o->table, k->o->format, &k->source, err));
    CUPEL_TRY(cupel_rank_columns(k, err));
    CUPEL_TRY(cupel_rank_conditions(k, err));
    CUPEL_TRY(cupel_rank_carried(k, err));
    CUPEL_TRY(cupel_scorer_new(d, k->belief, &k->scorer, err));
    CUPEL_TRY(cupel_counts_init(&k->counts, s->c, s->r, err));
    CUPEL_TRY(cupel_board_new(d->by == CUPEL_BY_PARETO ? CUPEL_BOARD_PARETO : CUPEL_BOARD_BEST, *s,
                              cupel_diverse_pool(d->diverse, (size_t)d->keep), &k->best, err));
    CUPEL_TRY(cupel_board_per_system(k->best, (size_t)d->per_system, err));
    st = cupel_board_new(CUPEL_BOARD_SAMPLE, *s, CUPEL_SAMPLE_ROWS, &k->sample, err);
done:
    return st;
}

static void finish(cupel_ranker *k)
{
    for (size_t p = 0; k->known && p < k->shape.p; p++) cupel_training_release(&k->known[p]);
    cupel_free(k->place);
    cupel_free(k->belief);
    cupel_free(k->known);
    cupel_free(k->number);
    cupel_free(k->domain);
    cupel_free(k->quantile);
    cupel_scorer_free(k->scorer);
    cupel_board_free(k->best);
    cupel_board_free(k->sample);
    cupel_counts_release(&k->counts);
    cupel_source_free(k->source);
    cupel_str_free(&k->key);
    cupel_tally_release(&k->tally);
    cupel_free(k->carried);
    cupel_str_free(&k->carried_text);
    cupel_rank_conditions_release(k);
}

/* ---- one row ---- */

/* A number, NaN where the cell says nothing; false for text that is none. */
static bool read_number(const cupel_records *r, size_t row, size_t column, double *x)
{
    *x = NAN;
    if (column == SIZE_MAX) return true;
    cupel_text t = cupel_text_trim(cupel_cell(r, row, column));
    return cupel_text_missing(t) || cupel_parse_double(t, x);
}

/* 1, 0, or 2 where nothing is said. */
static unsigned char read_domain(const cupel_ranker *k, const cupel_records *r, size_t row)
{
    if (k->in_domain == SIZE_MAX) return CUPEL_DOMAIN_UNKNOWN;
    cupel_text t = cupel_text_trim(cupel_cell(r, row, k->in_domain));
    if (cupel_text_missing(t)) return CUPEL_DOMAIN_UNKNOWN;
    return cupel_text_is(t, "1") || cupel_text_is(t, "yes") || cupel_text_is(t, "true") || cupel_text_is(t, "True");
}

static const char *column_name(const cupel_ranker *k, size_t column) { return cupel_source_header(k->source)->name[column]; }

/* The value and the interval of property p; a reason, and the column at fault, when one is not there. */
static cupel_reason read_property(cupel_ranker *k, const cupel_records *r, size_t row, size_t p, size_t *column)
{
    size_t n = k->shape.p;
    const cupel_rank_place *at = &k->place[p];
    const bool is_class = k->belief[p].is_class;
    const size_t from[3] = {at->value, at->lower, at->upper};
    double *const to[3] = {&k->number[p], &k->number[2 * n + p], &k->number[3 * n + p]};
    for (int i = 0; i < 3; i++) {
        *column = from[i];
        if (!read_number(r, row, from[i], to[i])) return CUPEL_REASON_BAD_NUMBER;
        if (isnan(*to[i]) && (i == 0 || !is_class)) return CUPEL_REASON_MISSING_NUMBER;
    }
    *column = at->value;
    if (is_class && !(*to[0] >= 0 && *to[0] <= 1)) return CUPEL_REASON_BAD_NUMBER;
    for (int i = 0; at->converts && i < 3; i++) *to[i] = cupel_unit_convert(*to[i], &at->from, &at->to);
    double *q = k->quantile + p * CUPEL_BELIEF_QUANTILES;
    for (size_t i = 0; i < k->belief[p].n_tau; i++) {
        *column = at->quantile[i];
        if (!read_number(r, row, at->quantile[i], &q[i])) return CUPEL_REASON_BAD_NUMBER;
        if (isnan(q[i])) return CUPEL_REASON_MISSING_NUMBER;
        if (at->converts) q[i] = cupel_unit_convert(q[i], &at->from, &at->to);
    }
    return CUPEL_REASON_NONE;
}

static cupel_reason read_values(cupel_ranker *k, const cupel_records *r, size_t row, size_t *column)
{
    size_t n = k->shape.p;
    double *spread = k->number + n, *lower = spread + n, *upper = lower + n, *distance = upper + n, far;
    unsigned char inside = read_domain(k, r, row);
    *column = k->distance;
    if (!read_number(r, row, k->distance, &far)) return CUPEL_REASON_BAD_NUMBER;
    for (size_t p = 0; p < n; p++) {
        cupel_reason reason = read_property(k, r, row, p, column);
        if (reason) return reason;
        spread[p] = 0.5 * (upper[p] - lower[p]);
        distance[p] = far;
        k->domain[p] = inside;
    }
    return CUPEL_REASON_NONE;
}

/* Quantiles that cross are none. */
static cupel_status check_quantiles(const cupel_ranker *k, const cupel_records *r, size_t row, size_t p, cupel_err *err)
{
    const double *q = k->quantile + p * CUPEL_BELIEF_QUANTILES;
    for (size_t i = 1; i < k->belief[p].n_tau; i++)
        if (q[i] < q[i - 1])
            return cupel_fail(err, CUPEL_BAD_INPUT, "%s:%" PRIu64 ": '%s' is %.6g and '%s' %.6g: quantiles do not fall; mend the row",
                              cupel_source_path(k->source), r->line[row], column_name(k, k->place[p].quantile[i - 1]), q[i - 1],
                              column_name(k, k->place[p].quantile[i]), q[i]);
    return CUPEL_OK;
}

/* An interval that is none would be ranked all the same, and first. */
static cupel_status check_intervals(const cupel_ranker *k, const cupel_records *r, size_t row, cupel_err *err)
{
    size_t n = k->shape.p;
    const double *value = k->number, *lower = value + 2 * n, *upper = value + 3 * n;
    for (size_t p = 0; p < n; p++) {
        const cupel_demand_property *q = &k->d->property[p];
        cupel_status st = check_quantiles(k, r, row, p, err);
        if (st != CUPEL_OK) return st;
        if (k->belief[p].is_class || (lower[p] <= value[p] && value[p] <= upper[p])) continue;
        const char *wrong = lower[p] > upper[p] ? "the lower end of the interval is above the upper one" : "the value lies outside its interval";
        return cupel_fail(err, CUPEL_BAD_INPUT, "%s:%" PRIu64 ": %s: %s %.6g, interval %.6g to %.6g%s%s; mend the row",
                          cupel_source_path(k->source), r->line[row], wrong, q->name, value[p], lower[p], upper[p], q->unit[0] ? " " : "",
                          q->unit);
    }
    return CUPEL_OK;
}

static bool is_probability(const cupel_ranker *k, size_t column)
{
    for (size_t p = 0; p < k->shape.p; p++)
        if (k->belief[p].is_class && k->place[p].value == column) return true;
    return false;
}

static void set_aside(cupel_ranker *k, const cupel_records *r, size_t row, cupel_reason reason, size_t column)
{
    cupel_str *words = cupel_tally_add(&k->tally, reason), detail = {0};
    if (!words) return;
    if (column != SIZE_MAX)
        cupel_str_addf(&detail, "%s '%s'", reason == CUPEL_REASON_MISSING_NUMBER ? "nothing in column"
                                           : is_probability(k, column)           ? "no probability from 0 to 1 in column"
                                                                                 : "no usable number in column", column_name(k, column));
    cupel_explain_row(cupel_source_path(k->source), r->line[row], cupel_cell(r, row, k->formula), k->o->dot, reason, cupel_str_text(&detail),
                      words);
    cupel_str_free(&detail);
}

static cupel_status offer(cupel_ranker *k, const cupel_pick *pick, cupel_err *err)
{
    cupel_status st = cupel_board_offer(k->best, pick, err);
    cupel_pick bare = *pick;
    bare.carried = cupel_text_of("");
    return st == CUPEL_OK ? cupel_board_offer(k->sample, &bare, err) : st;
}

/* Before any number is looked at: a formula that is read, allowed by the constraints (figure [c]) and not left out. *in: it stays. */
static cupel_status admit(cupel_ranker *k, const cupel_records *r, size_t row, cupel_formula *f, double *figure, bool *in, cupel_err *err)
{
    cupel_formula_error e;
    cupel_status st = CUPEL_OK;
    bool known = false;
    *in = false;
    k->counts.total[CUPEL_SEEN]++;
    if (!cupel_formula_read(cupel_cell(r, row, k->formula), k->o->dot, f, &e)) {
        k->counts.formula[e.reason]++;
        set_aside(k, r, row, e.reason, SIZE_MAX);
        return CUPEL_OK;
    }
    cupel_count_elements(&f->composition, k->counts.seen);
    if (!cupel_sieve_constraints(k->d, &f->composition, &k->counts, figure)) return CUPEL_OK;
    for (size_t p = 0; k->d->known == CUPEL_KNOWN_DROP && p < k->shape.p && !known && st == CUPEL_OK; p++)
        st = cupel_rank_is_known(k, p, &f->composition, r, row, &known, err);
    k->counts.total[CUPEL_KNOWN] += known;
    *in = st == CUPEL_OK && !known;
    return st;
}

static cupel_status rank_row(cupel_ranker *k, const cupel_records *r, size_t row, cupel_err *err)
{
    const cupel_board_shape *s = &k->shape;
    double *value = k->number, *chance = value + 5 * s->p, *figure = chance + s->r, *objective = figure + s->c;
    cupel_formula f;
    cupel_score score;
    size_t column = SIZE_MAX;
    bool in;
    cupel_status st = admit(k, r, row, &f, figure, &in, err);
    if (st != CUPEL_OK || !in) return st;
    cupel_reason reason = read_values(k, r, row, &column);
    if (reason) {
        k->counts.describe[reason]++;
        set_aside(k, r, row, reason, column);
        return CUPEL_OK;
    }
    st = check_intervals(k, r, row, err);
    if (st != CUPEL_OK) return st;
    const cupel_score_row scored = {.value = value,
                                    .spread = value + s->p,
                                    .lower = value + 2 * s->p,
                                    .upper = value + 3 * s->p,
                                    .figure = figure,
                                    .quantile = k->quantile,
                                    .chance = chance,
                                    .objective = objective};
    cupel_fate fate = cupel_sieve_score(k->d, k->scorer, &scored, k->domain, &k->counts, &score);
    if (fate == CUPEL_LEAVES) return CUPEL_OK;
    cupel_count_elements(&f.composition, k->counts.predicted);
    if (fate == CUPEL_HOPELESS) return CUPEL_OK;
    cupel_str_clear(&k->key);
    cupel_composition_text(&f.composition, &k->key);
    for (size_t j = 0; j < k->n_columns; j++) cupel_key_add(cupel_cell(r, row, k->column[j]), &k->key);
    cupel_str_clear(&k->carried_text);
    for (size_t j = 0; j < k->n_carried; j++) cupel_key_add(cupel_cell(r, row, k->carried[j]), &k->carried_text);
    if (k->key.failed || k->carried_text.failed) return cupel_no_memory(err, "a composition", 0);
    const cupel_pick pick = {.index = (int64_t)(r->first_row + row),
                             .copies = 1,
                             .score = score.score,
                             .merit = score.merit,
                             .probability = score.probability,
                             .value = value,
                             .spread = scored.spread,
                             .lower = scored.lower,
                             .upper = scored.upper,
                             .distance = value + 4 * s->p,
                             .in_domain = k->domain,
                             .chance = chance,
                             .figure = figure,
                             .objective = objective,
                             .formula = cupel_cell(r, row, k->formula),
                             .key = {k->key.p, k->key.n},
                             .carried = {k->carried_text.p, k->carried_text.n}};
    return offer(k, &pick, err);
}

static cupel_status stream(cupel_ranker *k, cupel_err *err)
{
    cupel_records r = {.n_rows = 0};
    cupel_status st = CUPEL_OK;
    do {
        st = cupel_source_read(k->source, ROWS, &r, err);
        for (size_t i = 0; st == CUPEL_OK && i < r.n_rows; i++) st = rank_row(k, &r, i, err);
    } while (st == CUPEL_OK && r.n_rows);
    cupel_records_release(&r);
    if (st == CUPEL_OK) cupel_source_say(k->source, k->job);
    return st;
}

/* ---- result ---- */

static cupel_status put_identity(cupel_ranker *k, cupel_result *r, cupel_err *err)
{
    char hex[65], table[80];
    cupel_status st = cupel_source_digest(k->source, hex, err);
    if (st != CUPEL_OK) return st;
    snprintf(table, sizeof table, "sha256:%s", hex);
    const char *const pair[3][2] = {{"cupel", cupel_version()}, {"demand", k->d->digest}, {"predictions", table}};
    r->identity.n = 3;
    r->identity.name = cupel_arena_take(&r->arena, 3 * sizeof(char *));
    r->identity.value = cupel_arena_take(&r->arena, 3 * sizeof(char *));
    bool ok = r->identity.name && r->identity.value;
    for (int i = 0; ok && i < 3; i++) {
        r->identity.name[i] = cupel_arena_text(&r->arena, pair[i][0], strlen(pair[i][0]));
        r->identity.value[i] = cupel_arena_text(&r->arena, pair[i][1], strlen(pair[i][1]));
        ok = r->identity.name[i] && r->identity.value[i];
    }
    return ok ? CUPEL_OK : cupel_no_memory(err, "an identity", 0);
}

static cupel_status make_result(cupel_ranker *k, cupel_result *out, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    int64_t seen = k->counts.total[CUPEL_SEEN];
    cupel_result r = {.candidates = seen, .end = seen, .shard = 1, .shards = 1};
    CUPEL_TRY(cupel_result_of_demand(k->d, NULL, NULL, &r, err));
    for (size_t p = 0; p < r.n_properties; p++) {
        r.is_class[p] = k->belief[p].is_class;
        const bool measured = k->belief[p].low <= k->belief[p].high;
        r.property_min[p] = measured ? k->belief[p].low : (double)NAN;
        r.property_max[p] = measured ? k->belief[p].high : (double)NAN;
        if (!k->d->property[p].model) r.training_rows[p] = (int64_t)k->known[p].records.n_rows;
    }
    CUPEL_TRY(cupel_rank_put_columns(k, &r, err));
    CUPEL_TRY(put_identity(k, &r, err));
    CUPEL_TRY(cupel_board_list(k->best, false, &r.arena, &r.rows, err));
    CUPEL_TRY(cupel_board_list(k->sample, true, &r.arena, &r.sample, err));
    CUPEL_TRY(cupel_diverse_put(k->d, &r, err));
    CUPEL_TRY(cupel_diverse_select(&r, k->job, err));
    CUPEL_TRY(cupel_rank_put_known(k, &r, err));
    CUPEL_TRY(cupel_counts_init(&r.counts, k->shape.c, k->shape.r, err));
    cupel_counts_add(&r.counts, &k->counts);
    st = cupel_funnel_fill(&r, err);
done:
    if (st == CUPEL_OK)
        *out = r;
    else
        cupel_result_release(&r);
    return st;
}

static void say_how(const cupel_ranker *k)
{
    for (size_t p = 0; p < k->shape.p; p++) {
        const cupel_belief *b = &k->belief[p];
        if (b->is_class) continue;
        if (b->n_tau)
            cupel_say(k->job, CUPEL_NOTE, "%s: probabilities from %zu columns of quantiles (%g to %g), straight between them", k->d->property[p].name,
                      b->n_tau, b->tau[0], b->tau[b->n_tau - 1]);
        else
            cupel_say(k->job, CUPEL_NOTE,
                      "%s: probabilities from the value and its %g %% interval: half of the mass on either side, each side half a normal "
                      "distribution",
                      k->d->property[p].name, 100 * k->d->level);
        if (!b->n_tau && k->d->property[p].model && cupel_surrogate_mixed(cupel_model_surrogate(k->d->property[p].model)))
            cupel_say(k->job, CUPEL_WARNING,
                      "%s: the demand's model knows a value that many rows share, which an interval does not show; predict with "
                      "--quantiles 0.05,0.1,...,0.95, or screen", k->d->property[p].name);
    }
}

cupel_status cupel_rank_table(const cupel_rank_options *o, cupel_demand *d, const cupel_job *job, cupel_result *result, cupel_err *err)
{
    cupel_ranker k = {.o = o, .d = d, .job = job, .tally = {.job = job}};
    cupel_status st = start(&k, err);
    if (st == CUPEL_OK) say_how(&k);
    if (st == CUPEL_OK) st = stream(&k, err);
    if (st == CUPEL_OK) cupel_tally_say(&k.tally, "set aside");
    if (st == CUPEL_OK) st = make_result(&k, result, err);
    finish(&k);
    return st;
}
