#include "core/engine/partial_name.h"

#include "core/base/err.h"
#include "core/base/guess.h"
#include "core/base/mem.h"
#include "core/engine/feature_words.h"
#include "core/matter/column_match.h"
#include "core/matter/elements.h"

#include <string.h>

enum { SHOWN = 12 }; /* names in a message */

/* The numbers of the table that the model takes, and the one name that is asked for. */
typedef struct finding {
    const cupel_model *m;
    const cupel_features *f;
    cupel_header asked, column; /* one name; [column.n] names of the numbers */
    size_t *at;                 /* [column.n] which of the table's features */
    size_t *hit, n_hits;        /* [column.n] those that the name fits */
} finding;

/* "Fe=0:0.4": the name is cut, the range read. */
static cupel_status read_range(cupel_text *asked, cupel_partial_name *name, cupel_err *err)
{
    size_t equals = asked->n, colon = asked->n;
    for (size_t i = 0; i < asked->n; i++) {
        if (asked->p[i] == '=') equals = i, colon = asked->n;
        if (asked->p[i] == ':') colon = i;
    }
    name->ranged = equals < asked->n && colon < asked->n;
    if (!name->ranged) return CUPEL_OK;
    const cupel_text low = {asked->p + equals + 1, colon - equals - 1}, high = {asked->p + colon + 1, asked->n - colon - 1};
    if (!cupel_parse_double(cupel_text_trim(low), &name->from) || !cupel_parse_double(cupel_text_trim(high), &name->to) || !(name->from < name->to))
        return cupel_fail(err, CUPEL_USAGE, "partial '%.*s': expected NAME=FROM:TO with two numbers, the smaller one first", (int)asked->n, asked->p);
    asked->n = equals;
    return CUPEL_OK;
}

static cupel_status list_columns(finding *d, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_str text = {0};
    const char *unit;
    size_t first, n;
    cupel_features_table(d->f, &first, &n);
    d->at = cupel_alloc(2 * n + 1, sizeof *d->at);
    if (!d->at) return cupel_no_memory(err, "columns of the table", n * sizeof *d->at);
    d->hit = d->at + n;
    for (size_t j = 0; j < n; j++) {
        if (cupel_features_is_category(d->f, first + j)) continue;
        CUPEL_TRY(cupel_features_name(d->f, first + j, &text, &unit, err));
        CUPEL_TRY(cupel_header_add(&d->column, (cupel_text){cupel_str_text(&text), text.n}, err));
        d->at[d->column.n - 1] = j;
    }
done:
    cupel_str_free(&text);
    return st;
}

/* ---- what a name fits ---- */

static void look(finding *d, char *const *own, const char *word)
{
    d->n_hits = 0;
    for (size_t i = 0; i < d->column.n; i++)
        if (strcmp(own[i], word) == 0) d->hit[d->n_hits++] = i;
}

/* Columns whose readable name it is. */
static cupel_status look_readable(finding *d, const char *word, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_str group = {0}, inside = {0};
    size_t first, n;
    cupel_features_table(d->f, &first, &n);
    d->n_hits = 0;
    for (size_t i = 0; i < d->column.n; i++) {
        CUPEL_TRY(cupel_feature_words(d->f, first + d->at[i], &group, &inside, err));
        if (strcmp(cupel_str_text(&group), word) == 0) d->hit[d->n_hits++] = i;
    }
done:
    cupel_str_free(&group);
    cupel_str_free(&inside);
    return st;
}

/* "Fe" or "fraction of Fe"; 0: none. */
static unsigned element_of(const finding *d, const char *word)
{
    static const char of[] = "fraction of ";
    if (!cupel_model_has_formulas(d->m)) return 0;
    if (strncmp(word, of, sizeof of - 1) == 0) word += sizeof of - 1;
    return cupel_element_find(word, strlen(word));
}

static cupel_status find(finding *d, const char *word, unsigned *z, cupel_err *err)
{
    *z = 0;
    look(d, d->column.name, word);
    if (d->n_hits || (*z = element_of(d, word)) != 0) return CUPEL_OK;
    look(d, d->column.label, d->asked.label[0]);
    return d->n_hits ? CUPEL_OK : look_readable(d, word, err);
}

/* ---- what can be said where it fits nothing, or too much ---- */

static void list_names(const finding *d, const size_t *which, size_t n, cupel_str *s)
{
    for (size_t i = 0; i < n && i < SHOWN; i++) cupel_str_addf(s, "%s'%s'", i ? ", " : "", d->column.name[which ? which[i] : i]);
    if (n > SHOWN) cupel_str_addf(s, " and %zu more", n - SHOWN);
}

/* What the word is that cannot be swept; "" where it is nothing. */
static cupel_status look_elsewhere(const finding *d, const char *word, const char **what, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_str name = {0}, group = {0}, inside = {0};
    const char *unit;
    size_t first, n;
    cupel_features_table(d->f, &first, &n);
    *what = "";
    for (size_t j = 0; j < cupel_features_count(d->f) && !**what; j++) {
        const bool category = cupel_features_is_category(d->f, j);
        if (j >= first && j < first + n && !category) continue;
        CUPEL_TRY(cupel_features_name(d->f, j, &name, &unit, err));
        CUPEL_TRY(cupel_feature_words(d->f, j, &group, &inside, err));
        if (strcmp(cupel_str_text(&name), word) != 0 && strcmp(cupel_str_text(&group), word) != 0) continue;
        *what = category ? " is a column of text, and only numbers can be swept" : " is made of other things: sweep the element or the column "
                                                                                   "it comes from";
    }
done:
    cupel_str_free(&name);
    cupel_str_free(&group);
    cupel_str_free(&inside);
    return st;
}

static cupel_status nothing(const finding *d, const char *word, cupel_err *err)
{
    const char *what = "";
    cupel_str s = {0};
    cupel_guess guess = {.meant = word};
    cupel_status st = look_elsewhere(d, word, &what, err);
    if (st != CUPEL_OK) return st;
    for (size_t i = 0; i < d->column.n; i++) cupel_guess_offer(&guess, d->column.name[i]), cupel_guess_offer(&guess, d->column.label[i]);
    cupel_str_puts(&s, *what ? what : " is neither an element nor a column of numbers that the model uses");
    if (!*what && guess.best) cupel_str_addf(&s, "; did you mean '%s'?", guess.best);
    cupel_str_puts(&s, " (to be chosen: ");
    if (cupel_model_has_formulas(d->m)) cupel_str_puts(&s, d->column.n ? "an element, as Fe, or " : "an element, as Fe");
    else if (!d->column.n) cupel_str_puts(&s, "nothing; the model takes no formulas and no numbers of the table");
    list_names(d, NULL, d->column.n, &s);
    st = cupel_fail(err, CUPEL_USAGE, "partial '%s'%s)", word, cupel_str_text(&s));
    cupel_str_free(&s);
    return st;
}

static cupel_status several(const finding *d, const char *word, cupel_err *err)
{
    cupel_str s = {0};
    list_names(d, d->hit, d->n_hits, &s);
    const cupel_status st = cupel_fail(err, CUPEL_USAGE, "partial '%s' is the name of %zu columns; choose one of %s", word, d->n_hits,
                                       cupel_str_text(&s));
    cupel_str_free(&s);
    return st;
}

/* ---- the column ---- */

/* A unit that is given is the model's, or one that the range is converted from. */
static cupel_status convert(const finding *d, size_t i, cupel_partial_name *name, cupel_err *err)
{
    const char *given = d->asked.unit[0], *own = *d->column.unit[i] ? d->column.unit[i] : cupel_features_table_unit(d->f, d->at[i]);
    cupel_column_match match = {.at = 0};
    cupel_err why = {0};
    if (!*given || strcmp(given, own) == 0) return CUPEL_OK;
    if (cupel_column_units(given, own, &match, &why) != CUPEL_OK)
        return cupel_fail(err, CUPEL_USAGE, "partial '%s': the model takes '%s' in %s: %s", d->asked.name[0], d->column.name[i],
                          *own ? own : "no unit", why.message);
    if (!name->ranged) return CUPEL_OK;
    name->from = cupel_column_value(&match, name->from);
    name->to = cupel_column_value(&match, name->to);
    return CUPEL_OK;
}

static cupel_status choose(finding *d, cupel_partial_name *name, cupel_err *err)
{
    const char *word = d->asked.name[0];
    cupel_status st = find(d, word, &name->z, err);
    if (st != CUPEL_OK) return st;
    if (!name->z && !d->n_hits) return nothing(d, word, err);
    if (!name->z && d->n_hits > 1) return several(d, word, err);
    const size_t i = name->z ? 0 : d->hit[0];
    name->column = name->z ? SIZE_MAX : d->at[i];
    name->text = cupel_strdup(name->z ? cupel_element_symbol(name->z) : d->column.name[i]);
    if (!name->text) return cupel_no_memory(err, "a partial dependence", 0);
    if (!name->z) return convert(d, i, name, err);
    if (name->ranged && (name->from < 0 || name->to > 1))
        return cupel_fail(err, CUPEL_USAGE, "partial '%s': found %g to %g, expected atomic fractions from 0 to 1", name->text, name->from, name->to);
    return CUPEL_OK;
}

cupel_status cupel_partial_name_read(const cupel_model *m, cupel_text asked, cupel_partial_name *name, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    finding d = {.m = m, .f = cupel_model_features(m)};
    *name = (cupel_partial_name){.column = SIZE_MAX};
    asked = cupel_text_trim(asked);
    CUPEL_TRY(read_range(&asked, name, err));
    asked = cupel_text_trim(asked);
    if (!asked.n) CUPEL_TRY(cupel_fail(err, CUPEL_USAGE, "partial: an empty name; expected elements or columns, joined by commas"));
    CUPEL_TRY(list_columns(&d, err));
    CUPEL_TRY(cupel_header_add(&d.asked, asked, err));
    st = choose(&d, name, err);
done:
    cupel_header_release(&d.asked);
    cupel_header_release(&d.column);
    cupel_free(d.at);
    if (st != CUPEL_OK) cupel_partial_name_release(name);
    return st;
}

void cupel_partial_name_release(cupel_partial_name *name)
{
    cupel_free(name->text);
    *name = (cupel_partial_name){0};
}
