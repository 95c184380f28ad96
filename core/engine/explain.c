#include "core/engine/explain.h"

#include "core/base/err.h"
#include "core/matter/crystal.h"
#include "core/matter/meant.h"

#include <inttypes.h>
#include <string.h>

/* Text of a structure, or the name of a file of one, where a formula is expected. */
static bool explain_crystal(cupel_text cell, cupel_str *out)
{
    cupel_str formula = {0};
    const char *kind = cupel_crystal_text(cell, &formula);
    if (kind && formula.n)
        cupel_str_addf(out, " is %s of the composition %s, not a formula", kind, formula.p);
    else if (kind)
        cupel_str_addf(out, " is %s, not a formula", kind);
    else if (cupel_crystal_name(cell))
        cupel_str_puts(out, " is the name of a file of a crystal structure, not a formula");
    cupel_str_free(&formula);
    return kind || cupel_crystal_name(cell);
}

void cupel_explain_row(const char *file, uint64_t line, cupel_text formula, cupel_dot dot, cupel_reason reason, const char *detail,
                       cupel_str *out)
{
    cupel_formula f;
    cupel_formula_error e;
    const char *end = formula.n ? memchr(formula.p, '\n', formula.n) : NULL; /* one line is said as one line */
    const size_t n = end ? (size_t)(end - formula.p) : formula.n;
    cupel_str_addf(out, "%s:%" PRIu64 ": %s: '%.*s%s'", file, line, cupel_reason_name(reason), cupel_shown(n, 80), formula.p, end ? "..." : "");
    if (reason == CUPEL_REASON_BAD_FORMULA && explain_crystal(formula, out)) return;
    if ((reason == CUPEL_REASON_BAD_FORMULA || reason == CUPEL_REASON_AMBIGUOUS_FORMULA) && !cupel_formula_read(formula, dot, &f, &e))
        cupel_str_addf(out, " at byte %zu: %s", e.position + 1, e.message);
    else if (*detail)
        cupel_str_addf(out, ": %s", detail);
}

uint64_t cupel_tally_total(const cupel_tally *t)
{
    uint64_t n = 0;
    for (size_t i = 1; i < CUPEL_REASON_COUNT; i++) n += t->rows[i];
    return n;
}

cupel_str *cupel_tally_add(cupel_tally *t, cupel_reason reason)
{
    t->rows[reason]++;
    if (t->every) {
        cupel_str_clear(&t->example[0]);
        return &t->example[0];
    }
    return t->n_examples < CUPEL_TALLY_EXAMPLES ? &t->example[t->n_examples++] : NULL;
}

void cupel_tally_look(cupel_tally *t, cupel_text formula)
{
    if (!t->structures) t->structures = cupel_crystal_text(formula, NULL) || cupel_crystal_name(formula);
}

void cupel_tally_read(cupel_tally *t, const char *file, uint64_t line, cupel_text formula)
{
    cupel_str words = {0};
    if (cupel_formula_meant(formula, &words) && !t->meant++)
        cupel_str_addf(&t->meant_words, "%s:%" PRIu64 ": %s", file, line, cupel_str_text(&words));
    cupel_str_free(&words);
}

static void say_meant(const cupel_tally *t)
{
    char count[32];
    if (t->meant > 1)
        cupel_say(t->job, CUPEL_WARNING, "%s formulas may mean something else, as %s", cupel_format_count(count, t->meant),
                  cupel_str_text(&t->meant_words));
    else if (t->meant) cupel_say(t->job, CUPEL_WARNING, "%s", cupel_str_text(&t->meant_words));
}

cupel_status cupel_tally_check_formulas(const cupel_tally *t, uint64_t rows, const char *file, const char *column, cupel_err *err)
{
    uint64_t bad = 0;
    for (size_t i = 1; i < CUPEL_REASON_COUNT; i++)
        if (cupel_reason_of_formula((cupel_reason)i)) bad += t->rows[i];
    if (!rows || bad < rows) return CUPEL_OK;
    const char *first = t->every || !t->n_examples ? "" : cupel_str_text(&t->example[0]);
    return cupel_fail(err, CUPEL_BAD_INPUT, "not one formula in column '%s' of '%s' could be read%s%.300s; %s", column, file, *first ? ": " : "",
                      first, t->structures ? "these are crystal structures, and cupel reads compositions only so far: give a column of formulas "
                                           "(of pymatgen: structure.composition.formula)"
                                         : "name the column of formulas with --formula");
}

void cupel_tally_tell(const cupel_tally *t)
{
    if (t->every && (!t->first || cupel_tally_total(t) <= CUPEL_TALLY_EXAMPLES)) cupel_say(t->job, CUPEL_NOTE, "%s", cupel_str_text(&t->example[0]));
}

void cupel_tally_say(const cupel_tally *t, const char *what)
{
    char count[32];
    cupel_str s = {0};
    uint64_t total = cupel_tally_total(t);
    say_meant(t);
    if (!total) return;
    for (size_t i = 1; i < CUPEL_REASON_COUNT; i++)
        if (t->rows[i])
            cupel_str_addf(&s, "%s%s %s", s.n ? ", " : "", cupel_format_count(count, t->rows[i]), cupel_reason_name((cupel_reason)i));
    cupel_say(t->job, CUPEL_WARNING, "%s row%s %s: %s", cupel_format_count(count, total), total == 1 ? "" : "s", what, cupel_str_text(&s));
    for (size_t i = 0; i < t->n_examples; i++) cupel_say(t->job, CUPEL_NOTE, "%s", cupel_str_text(&t->example[i]));
    const uint64_t shown = !t->every ? t->n_examples : t->first ? CUPEL_TALLY_EXAMPLES : total;
    if (total > shown) cupel_say(t->job, CUPEL_NOTE, "and %s more", cupel_format_count(count, total - shown));
    cupel_str_free(&s);
}

/* "1,234" at the beginning of the text, which is cut off. */
static bool take_count(cupel_text *t, uint64_t *n)
{
    size_t i = 0;
    for (*n = 0; i < t->n && ((t->p[i] >= '0' && t->p[i] <= '9') || (i && t->p[i] == ',')); i++)
        if (t->p[i] != ',') *n = 10 * *n + (uint64_t)(t->p[i] - '0');
    *t = (cupel_text){t->p + i, t->n - i};
    return i > 0;
}

static bool take_word(cupel_text *t, const char *word)
{
    const size_t n = strlen(word);
    if (t->n < n || memcmp(t->p, word, n) != 0) return false;
    *t = (cupel_text){t->p + n, t->n - n};
    return true;
}

/* "10 missing_formula" */
static bool take_reason(cupel_text *t, uint64_t rows[CUPEL_REASON_COUNT])
{
    uint64_t n;
    const char *end;
    if (!take_count(t, &n) || !take_word(t, " ")) return false;
    const size_t length = t->n && (end = memchr(t->p, ',', t->n)) ? (size_t)(end - t->p) : t->n;
    for (size_t i = 1; i < CUPEL_REASON_COUNT; i++) {
        if (!cupel_text_is((cupel_text){t->p, length}, cupel_reason_name((cupel_reason)i))) continue;
        rows[i] += n;
        *t = (cupel_text){t->p + length, t->n - length};
        return true;
    }
    return false;
}

bool cupel_tally_heard(cupel_text said, uint64_t rows[CUPEL_REASON_COUNT])
{
    uint64_t all, sum = 0, found[CUPEL_REASON_COUNT] = {0};
    if (!take_count(&said, &all) || !take_word(&said, " row")) return false;
    const char *colon = said.n ? memchr(said.p, ':', said.n) : NULL;
    if (!colon) return false;
    said = (cupel_text){colon, said.n - (size_t)(colon - said.p)};
    for (const char *before = ": "; said.n; before = ", ")
        if (!take_word(&said, before) || !take_reason(&said, found)) return false;
    for (size_t i = 1; i < CUPEL_REASON_COUNT; i++) sum += found[i];
    for (size_t i = 1; i < CUPEL_REASON_COUNT && sum == all; i++) rows[i] += found[i];
    return sum == all;
}

void cupel_tally_release(cupel_tally *t)
{
    for (size_t i = 0; i < CUPEL_TALLY_EXAMPLES; i++) cupel_str_free(&t->example[i]);
    cupel_str_free(&t->meant_words);
    *t = (cupel_tally){0};
}
