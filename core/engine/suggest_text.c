/* Suggestions as text: a table, or JSON for the next program. */
#include "core/base/err.h"
#include "core/engine/suggest.h"
#include "core/io/csv.h"
#include "core/io/json.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* Figures of a model, not measurements: six digits. */
static double rounded(double x)
{
    char text[40];
    double y = x;
    snprintf(text, sizeof text, "%.6g", x);
    return isfinite(x) && cupel_parse_double(cupel_text_of(text), &y) ? y : x;
}

/* "yield expected [%]" */
static void name_of(const cupel_suggestion *s, size_t goal, const char *what, cupel_str *name)
{
    const char *column = s->goal[goal], *unit = "", *label = column;
    const size_t at = s->tell.header.n ? cupel_header_find(&s->tell.header, column) : SIZE_MAX;
    if (at != SIZE_MAX) label = s->tell.header.label[at], unit = s->tell.header.unit[at];
    cupel_str_clear(name);
    cupel_str_addf(name, "%s %s", label, what);
    if (*unit) cupel_str_addf(name, " [%s]", unit);
}

/* Where the table gives a number as its own shortest text it is one; "007" stays text. */
static void put_cell(cupel_json_out *w, cupel_text t)
{
    double x;
    char text[32];
    if (cupel_text_missing(t)) {
        cupel_json_put_null(w);
    } else if (cupel_parse_double(t, &x) && (memchr(t.p, '.', t.n) || memchr(t.p, 'e', t.n) || (cupel_format_double(text, x) == t.n && memcmp(text,
        t.p, t.n) == 0))) {
        cupel_json_put_number(w, x);
    } else {
        cupel_json_put_text(w, t);
    }
}

static void put_number(cupel_json_out *w, const char *name, double x)
{
    cupel_json_name(w, name);
    cupel_json_put_number(w, rounded(x));
}

static const char CANDIDATES[] = "candidates_";

/* How many candidates are left, and why others are not: flat, so that a table of suggestions stays one. */
static void put_reasons(const cupel_suggestion *s, cupel_json_out *w)
{
    static const cupel_trial_reason why[] = {CUPEL_TRIAL_WAS_MEASURED, CUPEL_TRIAL_HAS_FAILED, CUPEL_TRIAL_UNDER_WAY, CUPEL_TRIAL_LIKELY_TO_FAIL};
    cupel_json_add_count(w, "candidates_left", s->n_left);
    for (size_t i = 0; i < sizeof why / sizeof *why; i++) {
        char name[48];
        snprintf(name, sizeof name, "%s%s", CANDIDATES, cupel_trial_reason_name(why[i]));
        cupel_json_add_count(w, name, s->reasons[why[i]]);
    }
}

/* Columns of suggestions that are neither the table's nor of a goal. */
static const char *const own[] = {"expected_gain", "success", "score", "stop", "stop_below", "in_domain", "stop_reason"};
enum { N_OWN = sizeof own / sizeof *own };
enum { GAIN, SUCCESS, SCORE, STOP, STOP_BELOW, IN_DOMAIN, STOP_REASON };
static const char OURS[] = "cupel "; /* before such a name where the table or a goal has it */

static void own_name(const cupel_suggestion *s, size_t which, char name[32])
{
    bool taken = cupel_header_find(&s->pool.header, own[which]) != SIZE_MAX;
    for (size_t k = 0; k < s->n_goals; k++) taken = taken || strncasecmp(s->goal[k], own[which], strlen(own[which])) == 0;
    snprintf(name, 32, "%s%s", taken ? OURS : "", own[which]);
}

static void put_own(const cupel_suggestion *s, size_t which, double x, cupel_json_out *w)
{
    char name[32];
    own_name(s, which, name);
    put_number(w, name, x);
}

static void put_json(const cupel_suggestion *s, const cupel_chosen *p, cupel_str *name, cupel_json_out *w)
{
    const cupel_header *h = &s->pool.header;
    const size_t row = s->row[p->row];
    char own_text[32];
    cupel_json_open(w, '{');
    cupel_json_name(w, "id");
    if (s->id == SIZE_MAX) cupel_json_put_count(w, row + 1);
    else put_cell(w, cupel_cell(&s->pool.records, row, s->id));
    for (size_t i = 0; i < h->n; i++) {
        if (i == s->id && strcmp(h->name[i], "id") == 0) continue; /* by its own name too, so that tables are joined by it */
        cupel_json_name(w, strcmp(h->name[i], "id") == 0 ? "id (table)" : h->name[i]);
        put_cell(w, cupel_text_trim(cupel_cell(&s->pool.records, row, i)));
    }
    for (size_t k = 0; k < s->n_goals; k++) {
        name_of(s, k, "expected", name);
        put_number(w, cupel_str_text(name), p->mean[k]);
        name_of(s, k, "deviation", name);
        put_number(w, cupel_str_text(name), p->deviation[k]);
    }
    put_own(s, GAIN, p->gain, w);
    put_own(s, SUCCESS, p->success, w);
    put_own(s, SCORE, p->score, w);
    own_name(s, STOP, own_text);
    cupel_json_name(w, own_text);
    cupel_json_put_bool(w, s->stop);
    put_own(s, STOP_BELOW, s->stop_below, w);
    own_name(s, IN_DOMAIN, own_text);
    cupel_json_name(w, own_text);
    if (s->in_domain) cupel_json_put_bool(w, s->in_domain[p - s->choice.pick]);
    else cupel_json_put_null(w);
    own_name(s, STOP_REASON, own_text);
    cupel_json_add_string(w, own_text, s->stop_reason);
    put_reasons(s, w);
    cupel_json_close(w, '}');
}

static void put_field(cupel_str *out, double x)
{
    cupel_str_putc(out, ',');
    if (!isnan(x)) cupel_str_number(out, rounded(x));
}

static void put_csv_header(const cupel_suggestion *s, cupel_str *name, cupel_str *out)
{
    const cupel_header *h = &s->pool.header;
    cupel_csv_put(out, cupel_text_of(s->id == SIZE_MAX ? "id" : h->name[s->id]), ',', true);
    for (size_t i = 0; i < h->n; i++)
        if (i != s->id) cupel_csv_put(out, cupel_text_of(h->name[i]), ',', false);
    for (size_t k = 0; k < s->n_goals; k++) {
        name_of(s, k, "expected", name);
        cupel_csv_put(out, cupel_text_of(cupel_str_text(name)), ',', false);
        name_of(s, k, "deviation", name);
        cupel_csv_put(out, cupel_text_of(cupel_str_text(name)), ',', false);
    }
    for (size_t k = 0; k < N_OWN; k++) {
        char text[32];
        own_name(s, k, text);
        cupel_str_addf(out, ",%s", text);
    }
    cupel_str_putc(out, '\n');
}

static void put_csv(const cupel_suggestion *s, const cupel_chosen *p, cupel_str *out)
{
    const cupel_header *h = &s->pool.header;
    const size_t row = s->row[p->row];
    if (s->id == SIZE_MAX) cupel_str_addf(out, "%zu", row + 1);
    else cupel_csv_put(out, cupel_cell(&s->pool.records, row, s->id), ',', true);
    for (size_t i = 0; i < h->n; i++)
        if (i != s->id) cupel_csv_put(out, cupel_cell(&s->pool.records, row, i), ',', false);
    for (size_t k = 0; k < s->n_goals; k++) {
        put_field(out, p->mean[k]);
        put_field(out, p->deviation[k]);
    }
    put_field(out, p->gain);
    put_field(out, p->success);
    put_field(out, p->score);
    cupel_str_puts(out, s->stop ? ",1" : ",0");
    put_field(out, s->stop_below);
    cupel_str_puts(out, !s->in_domain ? "," : s->in_domain[p - s->choice.pick] ? ",1" : ",0");
    cupel_csv_put(out, cupel_text_of(s->stop_reason), ',', false);
    cupel_str_putc(out, '\n');
}

/* Its own name, or that after OURS. */
static bool has_own(const cupel_header *h, size_t which, bool *ours)
{
    char name[32];
    snprintf(name, sizeof name, "%s%s", OURS, own[which]);
    *ours = cupel_header_find(h, name) != SIZE_MAX;
    return *ours || cupel_header_find(h, own[which]) != SIZE_MAX;
}

bool cupel_suggestion_table(const cupel_header *h)
{
    bool ours;
    return has_own(h, GAIN, &ours) && has_own(h, STOP_BELOW, &ours); /* elsewhere a score may be an input */
}

bool cupel_suggestion_column(const cupel_header *h, size_t column)
{
    static const char *const of_goals[] = {" expected", " deviation"};
    const char *name = h->label[column];
    bool ours;
    if (!cupel_suggestion_table(h)) return false;
    for (size_t k = 0; k < N_OWN; k++) {
        if (!has_own(h, k, &ours)) continue;
        if (ours ? strncmp(name, OURS, strlen(OURS)) == 0 && strcmp(name + strlen(OURS), own[k]) == 0 : strcmp(name, own[k]) == 0) return true;
    }
    if (strncmp(name, CANDIDATES, sizeof CANDIDATES - 1) == 0) return true;
    for (size_t k = 0; k < sizeof of_goals / sizeof *of_goals; k++)
        if (cupel_text_ends(cupel_text_of(name), of_goals[k])) return true;
    return false;
}

cupel_status cupel_suggestion_text(const cupel_suggestion *s, cupel_suggest_format format, cupel_str *out, cupel_err *err)
{
    cupel_str name = {0};
    cupel_json_out w = {.s = out, .compact = format == CUPEL_SUGGEST_JSONL};
    if (format == CUPEL_SUGGEST_CSV) put_csv_header(s, &name, out);
    if (format == CUPEL_SUGGEST_JSON) cupel_json_open(&w, '[');
    for (size_t i = 0; i < s->choice.n; i++) {
        const cupel_chosen *p = &s->choice.pick[i];
        if (format == CUPEL_SUGGEST_CSV) {
            put_csv(s, p, out);
        } else {
            put_json(s, p, &name, &w);
            if (w.compact) cupel_str_putc(out, '\n'), w = (cupel_json_out){.s = out, .compact = true};
        }
    }
    if (format == CUPEL_SUGGEST_JSON) {
        cupel_json_close(&w, ']');
        cupel_str_putc(out, '\n');
    }
    const bool failed = out->failed || name.failed;
    cupel_str_free(&name);
    return failed ? cupel_no_memory(err, "suggestions as text", 0) : CUPEL_OK;
}
