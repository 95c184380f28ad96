/* The full reader of formulas. The text is first brought to one character per position (subscripts, hydrate dots, spaces), then read by
 * recursive descent:
 *
 *   formula  = sequence [charge]
 *   sequence = part { separator part }                     separator: · • * .. and . where it is no decimal point
 *   part     = [number] unit { unit }                      the number multiplies the part: only where there is a separator
 *   unit     = ( element [mark] | bracket sequence bracket ) [number]
 *   number   = digits | digits . digits | . digits, each with or without an exponent | digits / digits
 *   mark     = (II) | ^{II} | ^{2+} | superscript 2+       an oxidation state
 *   charge   = + | ^2+ | ^{2+} | superscript 2+ | space 2+ at the end
 *
 * Spaces may stand around units, not between an element and its number. Every amount is multiplied by the numbers around it from the inside
 * out, then equal elements are summed in the order of the text; formula_batch.c does the same, bit for bit. Characters
 * are in formula_text.c, numbers in formula_number.c. */
#include "core/matter/formula_parts.h"

#include "core/matter/alloy_name.h"
#include "core/matter/meant.h"
#include "core/matter/records.h"

#include <stdio.h>
#include <string.h>

enum { MAX_DEPTH = 16 };

/* ---- charges and oxidation marks ---- */

/* "2-", "+" or "3+" from i: the charge and the end, or i when it is none. */
static size_t signed_count(const cupel_formula_reader *r, size_t i, unsigned char style, int *charge)
{
    size_t end = cupel_formula_digits(r, i, style);
    if (end - i > 2 || end >= r->n || !is_sign(r->code[end]) || r->style[end] != style) return i;
    int count = end == i ? 1 : 0;
    for (size_t k = i; k < end; k++) count = count * 10 + (r->code[k] - '0');
    *charge = r->code[end] == '-' ? -count : count;
    return count ? end + 1 : i;
}

/* The end of a Roman numeral from I to X at i, or i. */
static size_t roman_end(const cupel_formula_reader *r, size_t i)
{
    static const char *const numerals[] = {"VIII", "VII", "III", "VI", "IV", "IX", "II", "V", "X", "I"};
    for (size_t k = 0; k < sizeof numerals / sizeof *numerals; k++) {
        size_t n = strlen(numerals[k]);
        if (n <= r->n - i && memcmp(r->code + i, numerals[k], n) == 0) return i + n;
    }
    return i;
}

/* At ^ or a superscript. Behind an element it is an oxidation mark, at the end of all the charge. */
static bool read_superscript(cupel_formula_reader *r, bool behind_element, unsigned depth)
{
    size_t i = r->i, end;
    int charge = 0;
    bool brace = false, roman = false;
    if (r->style[i] == CUPEL_SCRIPT_SUPER) {
        end = signed_count(r, i, CUPEL_SCRIPT_SUPER, &charge);
        if (end == i) return cupel_formula_bad(r, i, "a superscript that is no charge, such as 2+; isotopes are not read, but for D and T");
    } else {
        brace = r->code[i + 1] == '{';
        size_t from = i + 1 + brace;
        end = signed_count(r, from, CUPEL_SCRIPT_PLAIN, &charge);
        if (brace && end == from) roman = (end = roman_end(r, from)) > from;
        if (end == from || (brace && r->code[end] != '}')) return cupel_formula_bad(r, i, "expected ^2+, ^{2+} or ^{II}");
        end += brace;
    }
    r->i = end;
    bool at_end = depth == 0 && cupel_formula_spaces(r, end) == r->n;
    if (at_end && !roman && !(behind_element && r->has_signs)) {
        r->formula->charge = charge;
        return true;
    }
    if (!behind_element) return cupel_formula_bad(r, i, "an oxidation mark stands behind an element, a charge at the end");
    if (r->style[i] == CUPEL_SCRIPT_PLAIN && !brace) return cupel_formula_bad(r, i, "within a formula an oxidation mark needs braces, such as ^{2+}");
    r->formula->has_oxidation_marks = true;
    if (!roman) r->has_signs = true;
    return true;
}

/* "(II)" directly behind an element. (I) and (V) might be iodine and vanadium. */
static bool read_bracket_mark(cupel_formula_reader *r)
{
    size_t open = r->i, end = roman_end(r, open + 1);
    if (r->code[open] != '(' || end == open + 1 || r->code[end] != ')') return true;
    if (end == open + 2 && r->code[open + 1] != 'X') {
        bool iodine = r->code[open + 1] == 'I';
        return cupel_formula_refuse(r, CUPEL_REASON_AMBIGUOUS_FORMULA, open, "'(%c)' may be %s or an oxidation state; write %c or ^{%c}",
                      iodine ? 'I' : 'V', iodine ? "iodine" : "vanadium", iodine ? 'I' : 'V', iodine ? 'I' : 'V');
    }
    r->formula->has_oxidation_marks = true;
    r->i = end + 1;
    return true;
}

/* A sign in the middle, as names of alloys have them. */
static bool refuse_sign(cupel_formula_reader *r, size_t i)
{
    cupel_str atoms = {0};
    const bool alloy = cupel_alloy_name(r->text, &atoms);
    cupel_formula_refuse(r, CUPEL_REASON_BAD_FORMULA, i, "'%c' within a formula; %s%s", r->code[i],
           alloy ? "the name of an alloy in weight per cent? by atoms it is " : "amounts have no sign and a charge stands at the end, such as ^2-",
           cupel_str_text(&atoms));
    cupel_str_free(&atoms);
    return false;
}

/* At a sign behind a unit, whose number starts at `number` (number == r->i: it has none). */
static bool read_sign(cupel_formula_reader *r, size_t number, unsigned depth)
{
    size_t i = r->i;
    const char *p = r->text.p + r->at[number]; /* the number and the sign as written */
    int count = r->at[i] - r->at[number], left = r->at[number] < 40 ? r->at[number] : 40;
    if (depth || cupel_formula_spaces(r, i + 1) != r->n) return refuse_sign(r, i);
    if (cupel_formula_digits(r, number, r->style[number]) == i && number < i)
        return cupel_formula_refuse(r, CUPEL_REASON_AMBIGUOUS_FORMULA, number,
                      "'%.*s' may be an amount with the charge 1%c or a charge of %.*s; write %.*s^%c or %.*s^%.*s", count + 1, p, p[count],
                      count + 1, p, left + count, p - left, p[count], left, p - left, count + 1, p);
    r->formula->charge = r->code[i] == '-' ? -1 : 1;
    r->i = i + 1;
    return true;
}

/* ---- the grammar ---- */

static void add_item(cupel_formula_reader *r, unsigned z, unsigned isotope)
{
    r->z[r->n_items] = (unsigned char)z;
    r->isotope[r->n_items] = (unsigned char)isotope;
    r->amount[r->n_items++] = 1;
}

static bool read_element(cupel_formula_reader *r, unsigned depth)
{
    size_t start = r->i, end = start + 1;
    while (end < r->n && is_lower(r->code[end])) end++;
    size_t len = end - start;
    const char *p = r->code + start;
    if (len == 1 && (*p == 'D' || *p == 'T')) {
        add_item(r, 1, *p == 'D' ? 2 : 3);
    } else {
        unsigned z = cupel_element_find(p, len);
        if (!z)
            return cupel_formula_refuse(r, CUPEL_REASON_BAD_FORMULA, start, "no element '%.*s%s'", cupel_shown(len, 20), p, len > 20 ? "..." : "");
        add_item(r, z, 0);
    }
    r->i = end;
    if (r->code[end] == '^' || (end < r->n && r->style[end] == CUPEL_SCRIPT_SUPER)) return read_superscript(r, true, depth);
    return read_bracket_mark(r);
}

static bool read_sequence(cupel_formula_reader *r, unsigned depth);

static bool read_bracket(cupel_formula_reader *r, unsigned depth)
{
    size_t open = r->i++;
    if (depth == MAX_DEPTH) return cupel_formula_bad(r, open, "brackets more than 16 deep");
    if (!read_sequence(r, depth + 1)) return false;
    char want = closing(r->code[open]);
    if (r->i >= r->n) return cupel_formula_refuse(r, CUPEL_REASON_BAD_FORMULA, open, "'%c' is not closed", r->code[open]);
    if (r->code[r->i] != want) return cupel_formula_refuse(r, CUPEL_REASON_BAD_FORMULA, r->i, "found '%c', expected '%c'", r->code[r->i], want);
    r->i++;
    return true;
}

/* Multiplies the amounts from item `first` on. */
static void multiply(cupel_formula_reader *r, size_t first, double x)
{
    for (size_t k = first; k < r->n_items; k++) r->amount[k] *= x;
}

/* [Fe(CN)6]4-: a square bracket around everything, so that the number can only be the charge. */
static bool whole_ion(cupel_formula_reader *r, size_t open)
{
    int charge;
    if (r->code[open] != '[' || cupel_formula_spaces(r, 0) != open) return false;
    size_t end = signed_count(r, r->i, CUPEL_SCRIPT_PLAIN, &charge);
    if (end == r->i || cupel_formula_spaces(r, end) != r->n) return false;
    r->formula->charge = charge;
    r->i = end;
    return true;
}

static bool read_unit(cupel_formula_reader *r, unsigned depth)
{
    size_t start = r->i, first = r->n_items;
    double x;
    bool found;
    if (closing(r->code[start])) {
        if (!read_bracket(r, depth)) return false;
        r->part_has_brackets = true;
        if (depth == 0 && whole_ion(r, start)) return true;
    } else if (!read_element(r, depth))
        return false;
    size_t number = r->i;
    if (!cupel_formula_number(r, true, &x, &found)) return false;
    if (found) multiply(r, first, x);
    if (r->i >= r->n) return true;
    if (r->code[r->i] == '^' || r->style[r->i] == CUPEL_SCRIPT_SUPER) return read_superscript(r, false, depth);
    return !is_sign(r->code[r->i]) || read_sign(r, number, depth);
}

static bool unexpected(cupel_formula_reader *r, bool at_start)
{
    size_t i = r->i;
    char c = r->code[i];
    if (i >= r->n) return cupel_formula_bad(r, i, "the end, expected an element or a bracket");
    int width = r->at[i + 1] - r->at[i];
    const char *p = r->text.p + r->at[i];
    if (is_lower(c)) return cupel_formula_refuse(r, CUPEL_REASON_BAD_FORMULA, i, "'%c' begins no element; symbols start with a capital letter", c);
    if (c == ',') return cupel_formula_bad(r, i, "',' has no meaning here; a decimal point is written '.'");
    if (c == '@') return cupel_formula_bad(r, i, "'@', one thing inside another, does not fix the amounts; write them out, Dy3NC80 for Dy3N@C80");
    if (c == ')' || c == ']' || c == '}')
        return cupel_formula_refuse(r, CUPEL_REASON_BAD_FORMULA, i, at_start ? "'%c' with nothing before it" : "'%c' closes no bracket", c);
    if (is_digit(c) && !at_start)
        return cupel_formula_bad(r, i,
                   "a number behind a space may belong to either side; write it directly behind its element, or \xc2\xb7 before a hydrate");
    return cupel_formula_refuse(r, CUPEL_REASON_BAD_FORMULA, i, "found '%.*s', expected an element or a bracket", width, p);
}

/* Behind a space: a charge of the whole, "SO4 2-" or "NO3 -". */
static bool read_spaced_charge(cupel_formula_reader *r, unsigned depth, bool *found)
{
    int charge;
    size_t i = r->i, end = signed_count(r, i, CUPEL_SCRIPT_PLAIN, &charge);
    *found = true;
    if (r->code[i] == '^' || r->style[i] == CUPEL_SCRIPT_SUPER) return read_superscript(r, false, depth);
    if (depth == 0 && end > i && cupel_formula_spaces(r, end) == r->n) {
        r->formula->charge = charge;
        r->i = end;
    } else if (is_sign(r->code[i])) {
        return read_sign(r, i, depth);
    } else {
        *found = false;
    }
    return true;
}

static bool is_separator(char c) { return c == CUPEL_FORMULA_SEPARATOR || c == '*' || c == '.'; }

/* The units of one part, at least one. */
static bool read_units(cupel_formula_reader *r, unsigned depth)
{
    for (bool none = true;; none = false) {
        r->i = cupel_formula_spaces(r, r->i);
        char c = r->code[r->i];
        if (is_upper(c) || closing(c)) {
            if (!read_unit(r, depth)) return false;
            continue;
        }
        if (none) return unexpected(r, true);
        if (r->i >= r->n || is_separator(c) || (depth && (c == ')' || c == ']' || c == '}'))) return true;
        bool charge = false;
        if (!read_spaced_charge(r, depth, &charge)) return false;
        if (!charge) return unexpected(r, false);
    }
}

static bool read_separator(cupel_formula_reader *r)
{
    size_t points = 0;
    while (r->code[r->i + points] == '.') points++;
    if (points > 2) return cupel_formula_bad(r, r->i, "more than two points in a row");
    r->i += points ? points : 1;
    return true;
}

static bool read_sequence(cupel_formula_reader *r, unsigned depth)
{
    size_t outer_part = r->part, leading = 0;
    bool outer_brackets = r->part_has_brackets, has_leading = false, more = true;
    for (size_t parts = 0; more; parts++) {
        double x = 1;
        bool found;
        r->part = r->n_items;
        r->part_has_brackets = false;
        r->i = cupel_formula_spaces(r, r->i);
        size_t start = r->i;
        if (!cupel_formula_number(r, false, &x, &found)) return false;
        if (found && r->style[start] != CUPEL_SCRIPT_PLAIN) return cupel_formula_bad(r, start, "a subscript with nothing before it");
        if (found && parts == 0) leading = start, has_leading = true;
        if (!read_units(r, depth)) return false;
        if (found) multiply(r, r->part, x);
        more = r->i < r->n && is_separator(r->code[r->i]);
        if (more && !read_separator(r)) return false;
        if (!more && has_leading && parts == 0)
            return cupel_formula_bad(r, leading,
                       "a number before the formula; it has a meaning only where parts are joined, as in 0.5Li2O\xc2\xb7"
                       "0.5P2O5");
    }
    r->part = outer_part;
    r->part_has_brackets = outer_brackets;
    return true;
}

/* Equal elements become one, in the order of first appearance. */
static bool merge(cupel_formula_reader *r)
{
    cupel_composition *c = &r->formula->composition;
    unsigned char place[CUPEL_Z_MAX + 1] = {0}; /* position + 1 */
    for (size_t k = 0; k < r->n_items; k++) {
        unsigned z = r->z[k];
        if (!place[z]) {
            c->z[c->n] = (unsigned char)z;
            c->amount[c->n] = 0;
            place[z] = (unsigned char)++c->n;
        }
        c->amount[place[z] - 1] += r->amount[k];
        if (r->isotope[k] == 2) r->formula->deuterium += r->amount[k];
        if (r->isotope[k] == 3) r->formula->tritium += r->amount[k];
    }
    for (unsigned k = 0; k < c->n; k++)
        if (!(c->amount[k] >= CUPEL_FORMULA_LEAST && c->amount[k] <= CUPEL_FORMULA_MOST))
            return cupel_formula_refuse(r, CUPEL_REASON_BAD_FORMULA, 0, "the amount of %s is outside 1e-15 to 1e15", cupel_element_symbol(c->z[k]));
    return true;
}

double cupel_formula_weight(const cupel_formula *f)
{
    static const double DEUTERIUM = 2.014101777844, TRITIUM = 3.01604928132; /* g/mol, AME2020, doi:10.1088/1674-1137/abddaf */
    double hydrogen = cupel_element_weight(1);
    return cupel_composition_weight(&f->composition) + f->deuterium * (DEUTERIUM - hydrogen) + f->tritium * (TRITIUM - hydrogen);
}

static bool says_weight(cupel_text t)
{
    for (size_t i = 0; i + 2 <= t.n; i++)
        if (memcmp(t.p + i, "wt", 2) == 0 || (t.p[i] == 'm' && i + 4 <= t.n && memcmp(t.p + i, "mass", 4) == 0)) return true;
    return false;
}

/* The name of an alloy, or amounts by weight, where the message says what is wrong with the letters only. */
static bool hint(cupel_formula_reader *r)
{
    const char *what = r->error->reason == CUPEL_REASON_BAD_FORMULA ? cupel_grade(r->text) : NULL;
    const size_t n = strlen(r->error->message), room = sizeof r->error->message - n;
    if (what) snprintf(r->error->message + n, room, "; the name of %s? names say no amounts: give its composition", what);
    else if (says_weight(r->text)) snprintf(r->error->message + n, room, "; amounts by weight? a formula counts atoms");
    return false;
}

bool cupel_formula_read(cupel_text text, cupel_dot dot, cupel_formula *f, cupel_formula_error *e)
{
    cupel_formula_reader r;
    r.text = text;
    r.dot = dot;
    r.formula = f;
    r.error = e;
    r.n = r.i = r.n_items = r.part = 0;
    r.part_has_brackets = r.has_signs = false;
    f->composition.n = 0;
    f->deuterium = f->tritium = f->charge = 0;
    f->has_oxidation_marks = false;
    if (text.n > CUPEL_FORMULA_TEXT_MAX || cupel_text_missing(cupel_text_trim(text))) {
        r.text.n = 0; /* position 0 */
        if (text.n > CUPEL_FORMULA_TEXT_MAX) return cupel_formula_bad(&r, 0, "longer than 4,096 bytes");
        return cupel_formula_refuse(&r, CUPEL_REASON_MISSING_FORMULA, 0, text.n ? "a word that tables use for nothing" : "empty");
    }
    if (!cupel_formula_spread(&r) || !read_sequence(&r, 0)) return hint(&r);
    if (r.i < r.n) return unexpected(&r, false) || hint(&r);
    return merge(&r);
}
