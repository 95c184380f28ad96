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
 * out, then equal elements are summed in the order of the text; formula_batch.c does the same, bit for bit. */
#include "core/matter/formula.h"

#include "core/matter/alloy_name.h"
#include "core/matter/meant.h"
#include "core/matter/records.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { MAX_TEXT = 4096, MAX_DEPTH = 16 };
enum style { PLAIN, SUBSCRIPT, SUPERSCRIPT };
enum { SEPARATOR = 1 }; /* the code of a hydrate dot */
static const double LEAST_AMOUNT = 1e-15, MOST_AMOUNT = 1e15;

typedef struct reader {
    cupel_text text;
    cupel_dot dot;
    cupel_formula *formula;
    cupel_formula_error *error;
    size_t n, i;             /* characters, and the next one to read */
    char code[MAX_TEXT + 3]; /* ASCII or SEPARATOR; zeros behind the end */
    unsigned char style[MAX_TEXT + 3];
    unsigned short at[MAX_TEXT + 3];   /* byte in text */
    size_t n_items, part;              /* amounts so far; the first of the part being read */
    bool part_has_brackets, has_signs; /* a bracket in this part; an oxidation mark with a sign anywhere */
    double amount[MAX_TEXT];
    unsigned char z[MAX_TEXT], isotope[MAX_TEXT]; /* isotope: 2 for D, 3 for T, else 0 */
} reader;

static bool refuse(reader *r, cupel_reason reason, size_t i, const char *fmt, ...) CUPEL_PRINTF(4, 5);
static bool refuse(reader *r, cupel_reason reason, size_t i, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(r->error->message, sizeof r->error->message, fmt, ap);
    va_end(ap);
    r->error->reason = reason;
    r->error->position = i < r->n ? r->at[i] : r->text.n;
    return false;
}

static bool bad(reader *r, size_t i, const char *message) { return refuse(r, CUPEL_REASON_BAD_FORMULA, i, "%s", message); }

static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
static bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
static bool is_sign(char c) { return c == '+' || c == '-'; }
static char closing(char open) { return open == '(' ? ')' : open == '[' ? ']' : open == '{' ? '}' : 0; }

/* ---- one character per position ---- */

/* The code point at p (n bytes left) and its length, or 0 for what is not UTF-8. */
static size_t decode(const unsigned char *p, size_t n, unsigned *point)
{
    size_t len = p[0] < 0x80 ? 1 : p[0] >= 0xc2 && p[0] < 0xe0 ? 2 : (p[0] & 0xf0) == 0xe0 ? 3 : p[0] >= 0xf0 && p[0] < 0xf5 ? 4 : 0;
    if (!len || len > n) return 0;
    unsigned x = len == 1 ? p[0] : p[0] & (0x7fu >> len);
    for (size_t i = 1; i < len; i++) {
        if ((p[i] & 0xc0) != 0x80) return 0;
        x = x << 6 | (p[i] & 0x3fu);
    }
    *point = x;
    return len;
}

/* Code and style of a code point; false for one that has no place in a formula. */
static bool character(unsigned point, char *code, unsigned char *style)
{
    *style = PLAIN;
    if (point > ' ' && point < 0x7f) return *code = (char)point, true;
    if (point >= 0x2080 && point <= 0x2089) return *code = (char)('0' + point - 0x2080), *style = SUBSCRIPT, true;
    switch (point) {
    case ' ':
    case '\t':
    case '\r':
    case 0xa0:
    case 0x2009:
    case 0x202f: return *code = ' ', true;
    case 0xb7:
    case 0x2022:
    case 0x2219:
    case 0x22c5: return *code = SEPARATOR, true;
    case 0x2212: return *code = '-', true;
    default: break;
    }
    *style = SUPERSCRIPT;
    if (point == 0x2070 || (point >= 0x2074 && point <= 0x2079)) return *code = (char)('0' + point - 0x2070), true;
    if (point == 0xb9) return *code = '1', true;
    if (point == 0xb2 || point == 0xb3) return *code = (char)('2' + point - 0xb2), true;
    if (point == 0x207a) return *code = '+', true;
    if (point == 0x207b) return *code = '-', true;
    return false;
}

static bool spread(reader *r)
{
    const unsigned char *p = (const unsigned char *)r->text.p;
    for (size_t k = 0, len; k < r->text.n; k += len) {
        unsigned point = 0;
        r->at[r->n] = (unsigned short)k;
        len = decode(p + k, r->text.n - k, &point);
        if (len && character(point, &r->code[r->n], &r->style[r->n])) {
            r->n++;
            continue;
        }
        size_t here = r->n++;
        r->at[r->n] = (unsigned short)r->text.n;
        if (!len) return bad(r, here, "a byte that is not UTF-8");
        if (point >= 0x208a && point <= 0x209c) return bad(r, here, "a subscript that is no digit: amounts must be numbers");
        return refuse(r, CUPEL_REASON_BAD_FORMULA, here, "the character U+%04X has no place in a formula", point);
    }
    for (size_t k = 0; k < 3; k++) r->code[r->n + k] = 0, r->style[r->n + k] = PLAIN;
    r->at[r->n] = (unsigned short)r->text.n;
    return true;
}

/* ---- numbers ---- */

static size_t digits_end(const reader *r, size_t i, unsigned char style)
{
    while (i < r->n && is_digit(r->code[i]) && r->style[i] == style) i++;
    return i;
}

static size_t skip_spaces(const reader *r, size_t i)
{
    while (i < r->n && r->code[i] == ' ') i++;
    return i;
}

static const char *const solvents[] = {"H2O", "(H2O)", "[H2O]", "D2O",  "(D2O)",  "T2O",   "OH2",   "NH3",  "(NH3)",
                                       "ND3", "N2H4",  "H2O2",  "HF",   "HCl",    "HBr",   "HI",    "HNO3", "H2SO4",
                                       "CO2", "SO2",   "CH3OH", "CH4O", "C2H5OH", "C2H6O", "CH3CN", "C2H3N"};
enum { N_SOLVENTS = sizeof solvents / sizeof *solvents };

bool cupel_formula_is_solvent(cupel_text text)
{
    for (size_t k = 0; k < N_SOLVENTS; k++)
        if (cupel_text_is(text, solvents[k])) return true;
    return false;
}

static bool solvent_at(const reader *r, size_t i);
static bool binary_oxide_at(const reader *r, size_t i);

/* A part ends here: nothing more, a separator, a bracket that closes, a charge, or a point that is no decimal point. */
static bool part_ends(const reader *r, size_t i)
{
    i = skip_spaces(r, i);
    char c = r->code[i];
    if (c == '.' && is_digit(r->code[i + 1])) {
        size_t tail = skip_spaces(r, digits_end(r, i + 1, r->style[i + 1]));
        return r->code[i + 1] != '0' && (solvent_at(r, tail) || binary_oxide_at(r, tail));
    }
    return i >= r->n || c == SEPARATOR || c == '*' || c == '.' || c == ')' || c == ']' || c == '}' || c == '^' || is_sign(c);
}

static bool solvent_at(const reader *r, size_t i)
{
    for (size_t k = 0; k < N_SOLVENTS; k++) {
        size_t n = strlen(solvents[k]);
        if (n <= r->n - i && memcmp(r->code + i, solvents[k], n) == 0 && part_ends(r, i + n)) return true;
    }
    return false;
}

/* An element other than O and O, each with a whole number or none, and then the part ends: SiO2, Al2O3, CaO. */
static bool binary_oxide_at(const reader *r, size_t i)
{
    size_t len = is_lower(r->code[i + 1]) ? 2 : 1;
    unsigned z = i < r->n ? cupel_element_find(r->code + i, len) : 0;
    if (!z || z == 8) return false;
    i = digits_end(r, i + len, r->style[i + len]);
    if (r->code[i] != 'O' || is_lower(r->code[i + 1])) return false;
    return part_ends(r, digits_end(r, i + 1, r->style[i + 1]));
}

/* Before the number being read the part is an element with a whole number, and O: Al2O|3.2SiO2. */
static bool behind_binary_oxide(const reader *r)
{
    if (r->part_has_brackets || r->n_items != r->part + 2 || r->z[r->n_items - 1] != 8) return false;
    double first = r->amount[r->part];
    return r->z[r->part] != 8 && first >= floor(first) && first <= floor(first);
}

/* A point at `dot`, behind the whole part (from `start`) of a number of the unit just read and before digits that end at `end`: is it a
 * hydrate dot? Decides, or refuses when both readings make sense. A hydrate needs a count that does not start with 0, behind an amount that
 * is not 0, of a known solvent or of an oxide behind an oxide; all else is a decimal point. */
static bool point_is_hydrate(reader *r, size_t start, size_t dot, size_t end, bool *hydrate)
{
    bool zero = dot > start;
    for (size_t i = start; i < dot; i++) zero = zero && r->code[i] == '0';
    size_t tail = skip_spaces(r, end);
    *hydrate = false;
    if (zero || r->code[dot + 1] == '0' || tail >= r->n) return true;
    if (!solvent_at(r, tail) && !(behind_binary_oxide(r) && binary_oxide_at(r, tail))) return true;
    *hydrate = r->dot == CUPEL_DOT_HYDRATE;
    if (r->dot != CUPEL_DOT_REFUSE) return true;
    const char *p = r->text.p;
    int left = r->at[dot], count = r->at[end - 1] - r->at[dot], from = left > 40 ? left - 40 : 0;
    int rest = (int)r->text.n - r->at[tail];
    return refuse(r, CUPEL_REASON_AMBIGUOUS_FORMULA, dot,
                  "'.' may be a hydrate dot, %.*s \xc2\xb7 %.*s%.*s, or a decimal point, %.*s.%.*s then %.*s; write \xc2\xb7 for a hydrate, or "
                  "choose with --dot hydrate|decimal (in a demand: dot: hydrate)",
                  left - from, p + from, count, p + left + 1, rest < 24 ? rest : 24, p + r->at[tail], left - from, p + from, count,
                  p + left + 1, rest < 24 ? rest : 24, p + r->at[tail]);
}

/* The end of a number that starts at i, with its exponent, or i when there is none. A point counts only when `unit` is false (a multiplier)
 * or point_is_hydrate says so. */
static bool number_end(reader *r, size_t i, bool unit, size_t *end)
{
    unsigned char style = r->style[i];
    size_t start = i;
    *end = start;
    if (style == SUPERSCRIPT) return true;
    if (r->code[i] == '.' && is_digit(r->code[i + 1])) style = r->style[i + 1];
    i = digits_end(r, i, style);
    if (r->code[i] == '.' && is_digit(r->code[i + 1]) && r->style[i + 1] == style) {
        size_t after = digits_end(r, i + 1, style);
        bool hydrate = r->code[after] == '/' && is_digit(r->code[after + 1]); /* CaSO4.1/2H2O: 4.1/2 would be no number */
        if (unit && !hydrate && !point_is_hydrate(r, start, i, after, &hydrate)) return false;
        if (!hydrate) {
            i = after;
            if (r->code[i] == '.' && is_digit(r->code[i + 1]))
                return bad(r, i, "a second point in one number; write \xc2\xb7 where a hydrate begins");
        }
    } else if (r->code[i] == '/' && i > start && is_digit(r->code[i + 1])) {
        i = digits_end(r, i + 1, style);
        if (r->code[i] == '.' && is_digit(r->code[i + 1])) return bad(r, i, "a point in a fraction, which has whole numbers");
    }
    *end = i;
    if (i == start || style != PLAIN || (r->code[i] != 'e' && r->code[i] != 'E')) return true;
    size_t power = i + 1 + is_sign(r->code[i + 1]);
    if (is_digit(r->code[power])) *end = digits_end(r, power, PLAIN);
    return true;
}

/* A number at r->i into *x; stays there and gives *found = false when there is none. */
static bool read_number(reader *r, bool unit, double *x, bool *found)
{
    size_t start = r->i, end;
    *found = false;
    if (start >= r->n || (!is_digit(r->code[start]) && r->code[start] != '.')) return true;
    if (!number_end(r, start, unit, &end)) return false;
    if (end == start) return true;
    const char *p = r->code + start, *slash = memchr(p, '/', end - start);
    double below = 1;
    if (slash && !cupel_parse_double((cupel_text){slash + 1, (size_t)(r->code + end - slash - 1)}, &below)) below = 0;
    if (!cupel_parse_double((cupel_text){p, slash ? (size_t)(slash - p) : end - start}, x)) *x = INFINITY;
    if (slash) *x /= below;
    if (!(*x > 0) && end + 1 < r->n && r->code[end] == ',' && is_digit(r->code[end + 1]))
        return bad(r, end, "a decimal comma; a decimal point is written '.'");
    if (!(*x > 0)) return bad(r, start, "an amount of zero; leave out what is not there");
    if (*x < LEAST_AMOUNT || *x > MOST_AMOUNT) return bad(r, start, "an amount outside 1e-15 to 1e15");
    r->i = end;
    return *found = true;
}

/* ---- charges and oxidation marks ---- */

/* "2-", "+" or "3+" from i: the charge and the end, or i when it is none. */
static size_t signed_count(const reader *r, size_t i, unsigned char style, int *charge)
{
    size_t end = digits_end(r, i, style);
    if (end - i > 2 || end >= r->n || !is_sign(r->code[end]) || r->style[end] != style) return i;
    int count = end == i ? 1 : 0;
    for (size_t k = i; k < end; k++) count = count * 10 + (r->code[k] - '0');
    *charge = r->code[end] == '-' ? -count : count;
    return count ? end + 1 : i;
}

/* The end of a Roman numeral from I to X at i, or i. */
static size_t roman_end(const reader *r, size_t i)
{
    static const char *const numerals[] = {"VIII", "VII", "III", "VI", "IV", "IX", "II", "V", "X", "I"};
    for (size_t k = 0; k < sizeof numerals / sizeof *numerals; k++) {
        size_t n = strlen(numerals[k]);
        if (n <= r->n - i && memcmp(r->code + i, numerals[k], n) == 0) return i + n;
    }
    return i;
}

/* At ^ or a superscript. Behind an element it is an oxidation mark, at the end of all the charge. */
static bool read_superscript(reader *r, bool behind_element, unsigned depth)
{
    size_t i = r->i, end;
    int charge = 0;
    bool brace = false, roman = false;
    if (r->style[i] == SUPERSCRIPT) {
        end = signed_count(r, i, SUPERSCRIPT, &charge);
        if (end == i) return bad(r, i, "a superscript that is no charge, such as 2+; isotopes are not read, but for D and T");
    } else {
        brace = r->code[i + 1] == '{';
        size_t from = i + 1 + brace;
        end = signed_count(r, from, PLAIN, &charge);
        if (brace && end == from) roman = (end = roman_end(r, from)) > from;
        if (end == from || (brace && r->code[end] != '}')) return bad(r, i, "expected ^2+, ^{2+} or ^{II}");
        end += brace;
    }
    r->i = end;
    bool at_end = depth == 0 && skip_spaces(r, end) == r->n;
    if (at_end && !roman && !(behind_element && r->has_signs)) {
        r->formula->charge = charge;
        return true;
    }
    if (!behind_element) return bad(r, i, "an oxidation mark stands behind an element, a charge at the end");
    if (r->style[i] == PLAIN && !brace) return bad(r, i, "within a formula an oxidation mark needs braces, such as ^{2+}");
    r->formula->has_oxidation_marks = true;
    if (!roman) r->has_signs = true;
    return true;
}

/* "(II)" directly behind an element. (I) and (V) might be iodine and vanadium. */
static bool read_bracket_mark(reader *r)
{
    size_t open = r->i, end = roman_end(r, open + 1);
    if (r->code[open] != '(' || end == open + 1 || r->code[end] != ')') return true;
    if (end == open + 2 && r->code[open + 1] != 'X') {
        bool iodine = r->code[open + 1] == 'I';
        return refuse(r, CUPEL_REASON_AMBIGUOUS_FORMULA, open, "'(%c)' may be %s or an oxidation state; write %c or ^{%c}",
                      iodine ? 'I' : 'V', iodine ? "iodine" : "vanadium", iodine ? 'I' : 'V', iodine ? 'I' : 'V');
    }
    r->formula->has_oxidation_marks = true;
    r->i = end + 1;
    return true;
}

/* A sign in the middle, as names of alloys have them. */
static bool refuse_sign(reader *r, size_t i)
{
    cupel_str atoms = {0};
    const bool alloy = cupel_alloy_name(r->text, &atoms);
    refuse(r, CUPEL_REASON_BAD_FORMULA, i, "'%c' within a formula; %s%s", r->code[i],
           alloy ? "the name of an alloy in weight per cent? by atoms it is " : "amounts have no sign and a charge stands at the end, such as ^2-",
           cupel_str_text(&atoms));
    cupel_str_free(&atoms);
    return false;
}

/* At a sign behind a unit, whose number starts at `number` (number == r->i: it has none). */
static bool read_sign(reader *r, size_t number, unsigned depth)
{
    size_t i = r->i;
    const char *p = r->text.p + r->at[number]; /* the number and the sign as written */
    int count = r->at[i] - r->at[number], left = r->at[number] < 40 ? r->at[number] : 40;
    if (depth || skip_spaces(r, i + 1) != r->n) return refuse_sign(r, i);
    if (digits_end(r, number, r->style[number]) == i && number < i)
        return refuse(r, CUPEL_REASON_AMBIGUOUS_FORMULA, number,
                      "'%.*s' may be an amount with the charge 1%c or a charge of %.*s; write %.*s^%c or %.*s^%.*s", count + 1, p, p[count],
                      count + 1, p, left + count, p - left, p[count], left, p - left, count + 1, p);
    r->formula->charge = r->code[i] == '-' ? -1 : 1;
    r->i = i + 1;
    return true;
}

/* ---- the grammar ---- */

static void add_item(reader *r, unsigned z, unsigned isotope)
{
    r->z[r->n_items] = (unsigned char)z;
    r->isotope[r->n_items] = (unsigned char)isotope;
    r->amount[r->n_items++] = 1;
}

static bool read_element(reader *r, unsigned depth)
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
            return refuse(r, CUPEL_REASON_BAD_FORMULA, start, "no element '%.*s%s'", cupel_shown(len, 20), p, len > 20 ? "..." : "");
        add_item(r, z, 0);
    }
    r->i = end;
    if (r->code[end] == '^' || (end < r->n && r->style[end] == SUPERSCRIPT)) return read_superscript(r, true, depth);
    return read_bracket_mark(r);
}

static bool read_sequence(reader *r, unsigned depth);

static bool read_bracket(reader *r, unsigned depth)
{
    size_t open = r->i++;
    if (depth == MAX_DEPTH) return bad(r, open, "brackets more than 16 deep");
    if (!read_sequence(r, depth + 1)) return false;
    char want = closing(r->code[open]);
    if (r->i >= r->n) return refuse(r, CUPEL_REASON_BAD_FORMULA, open, "'%c' is not closed", r->code[open]);
    if (r->code[r->i] != want) return refuse(r, CUPEL_REASON_BAD_FORMULA, r->i, "found '%c', expected '%c'", r->code[r->i], want);
    r->i++;
    return true;
}

/* Multiplies the amounts from item `first` on. */
static void multiply(reader *r, size_t first, double x)
{
    for (size_t k = first; k < r->n_items; k++) r->amount[k] *= x;
}

/* [Fe(CN)6]4-: a square bracket around everything, so that the number can only be the charge. */
static bool whole_ion(reader *r, size_t open)
{
    int charge;
    if (r->code[open] != '[' || skip_spaces(r, 0) != open) return false;
    size_t end = signed_count(r, r->i, PLAIN, &charge);
    if (end == r->i || skip_spaces(r, end) != r->n) return false;
    r->formula->charge = charge;
    r->i = end;
    return true;
}

static bool read_unit(reader *r, unsigned depth)
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
    if (!read_number(r, true, &x, &found)) return false;
    if (found) multiply(r, first, x);
    if (r->i >= r->n) return true;
    if (r->code[r->i] == '^' || r->style[r->i] == SUPERSCRIPT) return read_superscript(r, false, depth);
    return !is_sign(r->code[r->i]) || read_sign(r, number, depth);
}

static bool unexpected(reader *r, bool at_start)
{
    size_t i = r->i;
    char c = r->code[i];
    if (i >= r->n) return bad(r, i, "the end, expected an element or a bracket");
    int width = r->at[i + 1] - r->at[i];
    const char *p = r->text.p + r->at[i];
    if (is_lower(c)) return refuse(r, CUPEL_REASON_BAD_FORMULA, i, "'%c' begins no element; symbols start with a capital letter", c);
    if (c == ',') return bad(r, i, "',' has no meaning here; a decimal point is written '.'");
    if (c == '@') return bad(r, i, "'@', one thing inside another, does not fix the amounts; write them out, Dy3NC80 for Dy3N@C80");
    if (c == ')' || c == ']' || c == '}')
        return refuse(r, CUPEL_REASON_BAD_FORMULA, i, at_start ? "'%c' with nothing before it" : "'%c' closes no bracket", c);
    if (is_digit(c) && !at_start)
        return bad(r, i,
                   "a number behind a space may belong to either side; write it directly behind its element, or \xc2\xb7 before a hydrate");
    return refuse(r, CUPEL_REASON_BAD_FORMULA, i, "found '%.*s', expected an element or a bracket", width, p);
}

/* Behind a space: a charge of the whole, "SO4 2-" or "NO3 -". */
static bool read_spaced_charge(reader *r, unsigned depth, bool *found)
{
    int charge;
    size_t i = r->i, end = signed_count(r, i, PLAIN, &charge);
    *found = true;
    if (r->code[i] == '^' || r->style[i] == SUPERSCRIPT) return read_superscript(r, false, depth);
    if (depth == 0 && end > i && skip_spaces(r, end) == r->n) {
        r->formula->charge = charge;
        r->i = end;
    } else if (is_sign(r->code[i])) {
        return read_sign(r, i, depth);
    } else {
        *found = false;
    }
    return true;
}

static bool is_separator(char c) { return c == SEPARATOR || c == '*' || c == '.'; }

/* The units of one part, at least one. */
static bool read_units(reader *r, unsigned depth)
{
    for (bool none = true;; none = false) {
        r->i = skip_spaces(r, r->i);
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

static bool read_separator(reader *r)
{
    size_t points = 0;
    while (r->code[r->i + points] == '.') points++;
    if (points > 2) return bad(r, r->i, "more than two points in a row");
    r->i += points ? points : 1;
    return true;
}

static bool read_sequence(reader *r, unsigned depth)
{
    size_t outer_part = r->part, leading = 0;
    bool outer_brackets = r->part_has_brackets, has_leading = false, more = true;
    for (size_t parts = 0; more; parts++) {
        double x = 1;
        bool found;
        r->part = r->n_items;
        r->part_has_brackets = false;
        r->i = skip_spaces(r, r->i);
        size_t start = r->i;
        if (!read_number(r, false, &x, &found)) return false;
        if (found && r->style[start] != PLAIN) return bad(r, start, "a subscript with nothing before it");
        if (found && parts == 0) leading = start, has_leading = true;
        if (!read_units(r, depth)) return false;
        if (found) multiply(r, r->part, x);
        more = r->i < r->n && is_separator(r->code[r->i]);
        if (more && !read_separator(r)) return false;
        if (!more && has_leading && parts == 0)
            return bad(r, leading,
                       "a number before the formula; it has a meaning only where parts are joined, as in 0.5Li2O\xc2\xb7"
                       "0.5P2O5");
    }
    r->part = outer_part;
    r->part_has_brackets = outer_brackets;
    return true;
}

/* Equal elements become one, in the order of first appearance. */
static bool merge(reader *r)
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
        if (!(c->amount[k] >= LEAST_AMOUNT && c->amount[k] <= MOST_AMOUNT))
            return refuse(r, CUPEL_REASON_BAD_FORMULA, 0, "the amount of %s is outside 1e-15 to 1e15", cupel_element_symbol(c->z[k]));
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
static bool hint(reader *r)
{
    const char *what = r->error->reason == CUPEL_REASON_BAD_FORMULA ? cupel_grade(r->text) : NULL;
    const size_t n = strlen(r->error->message), room = sizeof r->error->message - n;
    if (what) snprintf(r->error->message + n, room, "; the name of %s? names say no amounts: give its composition", what);
    else if (says_weight(r->text)) snprintf(r->error->message + n, room, "; amounts by weight? a formula counts atoms");
    return false;
}

bool cupel_formula_read(cupel_text text, cupel_dot dot, cupel_formula *f, cupel_formula_error *e)
{
    reader r;
    r.text = text;
    r.dot = dot;
    r.formula = f;
    r.error = e;
    r.n = r.i = r.n_items = r.part = 0;
    r.part_has_brackets = r.has_signs = false;
    f->composition.n = 0;
    f->deuterium = f->tritium = f->charge = 0;
    f->has_oxidation_marks = false;
    if (text.n > MAX_TEXT || cupel_text_missing(cupel_text_trim(text))) {
        r.text.n = 0; /* position 0 */
        if (text.n > MAX_TEXT) return bad(&r, 0, "longer than 4,096 bytes");
        return refuse(&r, CUPEL_REASON_MISSING_FORMULA, 0, text.n ? "a word that tables use for nothing" : "empty");
    }
    if (!spread(&r) || !read_sequence(&r, 0)) return hint(&r);
    if (r.i < r.n) return unexpected(&r, false) || hint(&r);
    return merge(&r);
}
