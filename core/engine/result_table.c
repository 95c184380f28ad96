/* The shortlist as CSV or JSONL. */
#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/engine/demand.h"
#include "core/engine/result.h"
#include "core/io/csv.h"
#include "core/io/json.h"
#include "core/sys/file.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

typedef enum column_kind {
    RANK, FORMULA, COLUMN, CARRIED, VALUE, LOWER, UPPER, PROBABILITY, SCORE, LAYER, IN_DOMAIN, DISTANCE, CHANCE, WINDOW, FIGURE, VERDICT, KNOWN,
        KNOWN_DISTANCE,
    KNOWN_VALUE, KNOWN_N, KNOWN_LOW, KNOWN_HIGH, KNOWN_CONDITION, IN_TRAINING, STATES, COPIES, INDEX
} column_kind;

typedef struct column {
    column_kind kind;
    size_t k; /* property, requirement or constraint */
    char *name;
} column;

typedef struct columns {
    column *c;
    size_t n, cap;
    cupel_str states; /* oxidation states of the row at work */
} columns;

static void columns_free(columns *t)
{
    for (size_t i = 0; i < t->n; i++) cupel_free(t->c[i].name);
    cupel_free(t->c);
    cupel_str_free(&t->states);
}

/* Appends "<before><name><after> [unit]". */
static cupel_status add(columns *t, column_kind kind, size_t k, const char *before, const char *name, const char *after, const char *unit,
                        cupel_err *err)
{
    cupel_str s = {0};
    cupel_str_addf(&s, "%s%s%s%s%s%s", before, name, after, unit[0] ? " [" : "", unit, unit[0] ? "]" : "");
    if (s.failed || !cupel_grow(&t->c, &t->cap, t->n + 1, sizeof *t->c)) {
        cupel_str_free(&s);
        return cupel_no_memory(err, "columns", 0);
    }
    t->c[t->n++] = (column){kind, k, s.p};
    return CUPEL_OK;
}

static cupel_status add_properties(const cupel_result *r, columns *t, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    for (size_t k = 0; k < r->n_properties; k++) {
        bool is_class = r->is_class[k]; /* its value is the probability of the larger of the two */
        CUPEL_TRY(add(t, VALUE, k, "", r->property[k], is_class ? " probability" : "", is_class ? "" : r->unit[k], err));
        CUPEL_TRY(add(t, LOWER, k, "", r->property[k], " lower", r->unit[k], err));
        CUPEL_TRY(add(t, UPPER, k, "", r->property[k], " upper", r->unit[k], err));
    }
done:
    return st;
}

bool cupel_result_can_miss(const cupel_result *r, size_t k)
{
    return isfinite(r->requirement_min[k]) || isfinite(r->requirement_max[k]) || !isnan(r->requirement_beat[k]);
}

bool cupel_result_can_miss_any(const cupel_result *r)
{
    for (size_t k = 0; k < r->n_requirements; k++)
        if (cupel_result_can_miss(r, k)) return true;
    return false;
}

static cupel_status add_verdicts(const cupel_result *r, columns *t, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    for (size_t k = 0; k < r->n_requirements; k++) {
        if (!cupel_result_can_miss(r, k)) continue;
        if (r->n_requirements > 1) CUPEL_TRY(add(t, CHANCE, k, "", r->requirement_words[k], ": probability", "", err));
        CUPEL_TRY(add(t, WINDOW, k, "", r->requirement_words[k], "", "", err));
    }
    for (size_t k = 0; k < r->n_constraints; k++) {
        if (r->constraint_column[k][0]) CUPEL_TRY(add(t, FIGURE, k, "", r->constraint_column[k], "", "", err));
        CUPEL_TRY(add(t, VERDICT, k, "", r->constraint[k], " verdict", "", err));
    }
done:
    return st;
}

/* Whether a known material of property k is one of several values; whether it was measured under a condition. */
static bool any_repeated(const cupel_result *r, size_t k)
{
    for (size_t i = 0; i < r->rows.n; i++)
        if (r->known_n[i * r->n_properties + k] > 1) return true;
    return false;
}

static bool any_condition(const cupel_result *r, size_t k)
{
    for (size_t i = 0; i < r->rows.n; i++)
        if (r->known_condition[i * r->n_properties + k][0]) return true;
    return false;
}

static cupel_status add_known(const cupel_result *r, columns *t, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    for (size_t k = 0; k < r->n_properties; k++) {
        bool several = r->n_properties > 1;
        const char *of = several ? " for " : "", *name = several ? r->property[k] : "";
        CUPEL_TRY(add(t, KNOWN, k, "known", of, name, "", err));
        CUPEL_TRY(add(t, KNOWN_DISTANCE, k, "known distance", of, name, "", err));
        CUPEL_TRY(add(t, KNOWN_VALUE, k, "known ", r->property[k], "", r->unit[k], err));
        if (any_repeated(r, k)) {
            CUPEL_TRY(add(t, KNOWN_N, k, "known values", of, name, "", err));
            CUPEL_TRY(add(t, KNOWN_LOW, k, "known ", r->property[k], " least", r->unit[k], err));
            CUPEL_TRY(add(t, KNOWN_HIGH, k, "known ", r->property[k], " largest", r->unit[k], err));
        }
        if (any_condition(r, k)) CUPEL_TRY(add(t, KNOWN_CONDITION, k, "known condition", of, name, "", err));
        CUPEL_TRY(add(t, IN_TRAINING, k, "in_training", of, name, "", err));
    }
done:
    return st;
}

/* A carried column that has the name of one that is written here is "given gap [eV]". Columns first .. first + n - 1 are the carried ones. */
static cupel_status part_names(columns *t, size_t first, size_t n, cupel_err *err)
{
    for (size_t i = first; i < first + n; i++) {
        size_t j = 0;
        while (j < t->n && ((j >= first && j < first + n) || strcmp(t->c[i].name, t->c[j].name) != 0)) j++;
        if (j == t->n) continue;
        cupel_str s = {0};
        cupel_str_addf(&s, "given %s", t->c[i].name);
        cupel_free(t->c[i].name);
        t->c[i].name = s.p;
        if (s.failed) return cupel_no_memory(err, "columns", 0);
    }
    return CUPEL_OK;
}

static cupel_status make_columns(const cupel_result *r, columns *t, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    CUPEL_TRY(add(t, RANK, 0, "", "rank", "", "", err));
    CUPEL_TRY(add(t, FORMULA, 0, "", "formula", "", "", err));
    for (size_t k = 0; k < r->n_columns; k++) CUPEL_TRY(add(t, COLUMN, k, "", r->column[k], "", "", err));
    const size_t first = t->n;
    for (size_t k = 0; k < r->n_carried; k++) CUPEL_TRY(add(t, CARRIED, k, "", r->carried[k], "", "", err));
    CUPEL_TRY(add_properties(r, t, err));
    CUPEL_TRY(add(t, PROBABILITY, 0, "", "probability", "", "", err));
    if (strcmp(r->rank_by, "weights") == 0) CUPEL_TRY(add(t, SCORE, 0, "", "score", "", "", err));
    if (strcmp(r->rank_by, "pareto") == 0) CUPEL_TRY(add(t, LAYER, 0, "", "pareto layer", "", "", err));
    CUPEL_TRY(add(t, IN_DOMAIN, 0, "", "in_domain", "", "", err));
    CUPEL_TRY(add(t, DISTANCE, 0, "", "domain distance", "", "", err));
    CUPEL_TRY(add_verdicts(r, t, err));
    CUPEL_TRY(add_known(r, t, err));
    CUPEL_TRY(add(t, STATES, 0, "", "oxidation states", "", "", err));
    CUPEL_TRY(add(t, COPIES, 0, "", "copies", "", "", err));
    CUPEL_TRY(add(t, INDEX, 0, "", "index", "", "", err));
    st = part_names(t, first, r->n_carried, err);
done:
    return st;
}

/* A cell is a number, a whole number or a text; NaN is an empty cell. */
typedef struct cell {
    double number;
    int64_t whole;
    cupel_text text;
    bool is_number, is_whole;
} cell;

static cell of_text(const char *t) { return (cell){.text = cupel_text_of(t)}; }
static cell of_number(double x) { return isnan(x) ? of_text("") : (cell){.number = x, .is_number = true}; }
static cell of_whole(int64_t x) { return (cell){.whole = x, .is_whole = true}; }
static cell flag(bool x) { return of_whole(x); }

/* Where the interval lies against the window: all of it, the value, only a part, nothing inside. What was measured is judged by that. */
static const char *verdict(const cupel_result *r, size_t i, size_t k)
{
    size_t p = (size_t)r->requirement_property[k], at = i * r->n_properties + p;
    double lo = r->requirement_min[k], hi = r->requirement_max[k], v = r->rows.value[at], l = r->rows.lower[at], u = r->rows.upper[at];
    if (r->requirement_goal[k] > 0) lo = fmax(lo, r->requirement_beat[k]); /* NaN: no matter */
    if (r->requirement_goal[k] < 0) hi = fmin(hi, r->requirement_beat[k]);
    if (r->is_class[p]) v = v >= 0.5 ? r->property_max[p] : r->property_min[p];
    if (r->known == CUPEL_KNOWN_MEASURED && r->in_training[at]) { /* the measured value speaks */
        const int in = cupel_result_measured(r, i, p, lo, hi);
        return in > 0 ? "measured: pass" : in < 0 ? "measured: fail" : "measured: mixed";
    }
    if (l >= lo && u <= hi) return "pass";
    if (v >= lo && v <= hi) return "likely";
    return u >= lo && l <= hi ? "unlikely" : "fail";
}

static double worst_distance(const cupel_result *r, size_t i)
{
    double worst = NAN; /* of none known */
    for (size_t k = 0; k < r->n_properties; k++) worst = fmax(worst, r->rows.distance[i * r->n_properties + k]);
    return worst;
}

/* Inside for every property; empty when one is not known and none is outside. */
static cell in_domain(const cupel_result *r, size_t i)
{
    bool known = true;
    for (size_t k = 0; k < r->n_properties; k++) {
        unsigned char in = r->rows.in_domain[i * r->n_properties + k];
        if (!in) return flag(false);
        known = known && in != CUPEL_DOMAIN_UNKNOWN;
    }
    return known ? flag(true) : of_text("");
}

static cell cell_of(const cupel_result *r, const columns *t, const column *c, size_t i)
{
    const cupel_shortlist *s = &r->rows;
    size_t p = i * r->n_properties + c->k;
    switch (c->kind) {
    case RANK: return of_whole((int64_t)i + 1);
    case FORMULA: return of_text(s->formula[i]);
    case COLUMN: return (cell){.text = cupel_key_column(s->key[i], c->k)};
    case CARRIED: return (cell){.text = cupel_key_column(s->carried[i], c->k)};
    case VALUE: return of_number(s->value[p]);
    case LOWER: return of_number(s->lower[p]);
    case UPPER: return of_number(s->upper[p]);
    case PROBABILITY: return of_number(cupel_result_can_miss_any(r) ? s->probability[i] : (double)NAN);
    case SCORE: return of_number(s->score[i]);
    case LAYER: return of_whole(s->layer[i]);
    case IN_DOMAIN: return in_domain(r, i);
    case DISTANCE: return of_number(worst_distance(r, i));
    case CHANCE: return of_number(s->chance[i * r->n_requirements + c->k]);
    case WINDOW: return of_text(verdict(r, i, c->k));
    case FIGURE: return of_number(s->figure[i * r->n_constraints + c->k]);
    case VERDICT: return of_text("pass"); /* what fails one is not on the list */
    case KNOWN: return of_text(r->known_formula[p]);
    case KNOWN_DISTANCE: return of_number(r->known_distance[p]);
    case KNOWN_VALUE: return of_number(r->known_value[p]);
    case KNOWN_N: return of_whole(r->known_n[p]);
    case KNOWN_LOW: return of_number(r->known_low[p]);
    case KNOWN_HIGH: return of_number(r->known_high[p]);
    case KNOWN_CONDITION: return of_text(r->known_condition[p]);
    case IN_TRAINING: return flag(r->in_training[p]);
    case STATES: return of_text(cupel_str_text(&t->states));
    case COPIES: return of_whole(s->copies[i]);
    case INDEX: return of_whole(s->index[i]);
    }
    return of_text("");
}

/* Six digits: more than any interval here bears. */
static const char *digits(char buf[32], double x)
{
    snprintf(buf, 32, "%.6g", x);
    return buf;
}

static void put_csv(const cell *c, cupel_str *s, bool first)
{
    char buf[32];
    if (c->is_whole)
        snprintf(buf, sizeof buf, "%" PRId64, c->whole);
    else if (c->is_number)
        digits(buf, c->number);
    cupel_csv_put(s, c->is_whole || c->is_number ? cupel_text_of(buf) : c->text, ',', first);
}

static void put_json(const cell *c, cupel_json_out *w)
{
    char buf[32];
    double x = 0;
    if (c->is_whole)
        cupel_json_put_int(w, c->whole);
    else if (c->is_number && cupel_parse_double(cupel_text_of(digits(buf, c->number)), &x))
        cupel_json_put_number(w, x);
    else if (c->is_number || !c->text.n)
        cupel_json_put_null(w);
    else
        cupel_json_put_text(w, c->text);
}

static void put_row(const cupel_result *r, columns *t, size_t i, bool json, cupel_str *s)
{
    cupel_json_out w = {.s = s, .compact = true};
    cupel_str_clear(&t->states);
    cupel_result_states(r, i, &t->states);
    if (t->states.failed) s->failed = true;
    if (json) cupel_json_open(&w, '{');
    for (size_t k = 0; k < t->n; k++) {
        cell c = cell_of(r, t, &t->c[k], i);
        if (json) cupel_json_name(&w, t->c[k].name);
        if (json)
            put_json(&c, &w);
        else
            put_csv(&c, s, k == 0);
    }
    if (json) cupel_json_close(&w, '}');
    cupel_str_putc(s, '\n');
}

static bool ends(const char *path, const char *suffix)
{
    size_t n = strlen(path), m = strlen(suffix);
    return n >= m && strcmp(path + n - m, suffix) == 0;
}

cupel_status cupel_result_write(const cupel_result *r, const char *path, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_out *out = NULL;
    cupel_str s = {0};
    columns t = {.n = 0};
    bool json = ends(path, ".jsonl");
    if (ends(path, ".h5")) return cupel_result_save(r, path, err);
    CUPEL_TRY(make_columns(r, &t, err));
    CUPEL_TRY(cupel_out_open(path, &out, err));
    for (size_t k = 0; !json && k < t.n; k++) cupel_csv_put(&s, cupel_text_of(t.c[k].name), ',', k == 0);
    if (!json) cupel_str_putc(&s, '\n');
    for (size_t i = 0; i < r->rows.n; i++) {
        put_row(r, &t, i, json, &s);
        if (s.failed) CUPEL_TRY(cupel_no_memory(err, "a table", s.n));
        CUPEL_TRY(cupel_out_write(out, s.p, s.n, err));
        cupel_str_clear(&s);
    }
    if (s.n) CUPEL_TRY(cupel_out_write(out, s.p, s.n, err));
    st = cupel_out_commit(&out, err);
done:
    cupel_out_abandon(&out);
    cupel_str_free(&s);
    columns_free(&t);
    return st;
}
