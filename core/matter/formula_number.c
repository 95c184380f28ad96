/* Numbers in a formula, and the points that are hydrate dots. */
#include "core/matter/formula_parts.h"

#include <math.h>
#include <string.h>

size_t cupel_formula_digits(const cupel_formula_reader *r, size_t i, unsigned char style)
{
    while (i < r->n && is_digit(r->code[i]) && r->style[i] == style) i++;
    return i;
}

size_t cupel_formula_spaces(const cupel_formula_reader *r, size_t i)
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

static bool solvent_at(const cupel_formula_reader *r, size_t i);
static bool binary_oxide_at(const cupel_formula_reader *r, size_t i);

/* A part ends here: nothing more, a separator, a bracket that closes, a charge, or a point that is no decimal point. */
static bool part_ends(const cupel_formula_reader *r, size_t i)
{
    i = cupel_formula_spaces(r, i);
    char c = r->code[i];
    if (c == '.' && is_digit(r->code[i + 1])) {
        size_t tail = cupel_formula_spaces(r, cupel_formula_digits(r, i + 1, r->style[i + 1]));
        return r->code[i + 1] != '0' && (solvent_at(r, tail) || binary_oxide_at(r, tail));
    }
    return i >= r->n || c == CUPEL_FORMULA_SEPARATOR || c == '*' || c == '.' || c == ')' || c == ']' || c == '}' || c == '^' || is_sign(c);
}

static bool solvent_at(const cupel_formula_reader *r, size_t i)
{
    for (size_t k = 0; k < N_SOLVENTS; k++) {
        size_t n = strlen(solvents[k]);
        if (n <= r->n - i && memcmp(r->code + i, solvents[k], n) == 0 && part_ends(r, i + n)) return true;
    }
    return false;
}

/* An element other than O and O, each with a whole number or none, and then the part ends: SiO2, Al2O3, CaO. */
static bool binary_oxide_at(const cupel_formula_reader *r, size_t i)
{
    size_t len = is_lower(r->code[i + 1]) ? 2 : 1;
    unsigned z = i < r->n ? cupel_element_find(r->code + i, len) : 0;
    if (!z || z == 8) return false;
    i = cupel_formula_digits(r, i + len, r->style[i + len]);
    if (r->code[i] != 'O' || is_lower(r->code[i + 1])) return false;
    return part_ends(r, cupel_formula_digits(r, i + 1, r->style[i + 1]));
}

/* Before the number being read the part is an element with a whole number, and O: Al2O|3.2SiO2. */
static bool behind_binary_oxide(const cupel_formula_reader *r)
{
    if (r->part_has_brackets || r->n_items != r->part + 2 || r->z[r->n_items - 1] != 8) return false;
    double first = r->amount[r->part];
    return r->z[r->part] != 8 && first >= floor(first) && first <= floor(first);
}

/* A point at `dot`, behind the whole part (from `start`) of a number of the unit just read and before digits that end at `end`: is it a
 * hydrate dot? Decides, or refuses when both readings make sense. A hydrate needs a count that does not start with 0, behind an amount that
 * is not 0, of a known solvent or of an oxide behind an oxide; all else is a decimal point. */
static bool point_is_hydrate(cupel_formula_reader *r, size_t start, size_t dot, size_t end, bool *hydrate)
{
    bool zero = dot > start;
    for (size_t i = start; i < dot; i++) zero = zero && r->code[i] == '0';
    size_t tail = cupel_formula_spaces(r, end);
    *hydrate = false;
    if (zero || r->code[dot + 1] == '0' || tail >= r->n) return true;
    if (!solvent_at(r, tail) && !(behind_binary_oxide(r) && binary_oxide_at(r, tail))) return true;
    *hydrate = r->dot == CUPEL_DOT_HYDRATE;
    if (r->dot != CUPEL_DOT_REFUSE) return true;
    const char *p = r->text.p;
    int left = r->at[dot], count = r->at[end - 1] - r->at[dot], from = left > 40 ? left - 40 : 0;
    int rest = (int)r->text.n - r->at[tail];
    return cupel_formula_refuse(r, CUPEL_REASON_AMBIGUOUS_FORMULA, dot,
                  "'.' may be a hydrate dot, %.*s \xc2\xb7 %.*s%.*s, or a decimal point, %.*s.%.*s then %.*s; write \xc2\xb7 for a hydrate, or "
                  "choose with --dot hydrate|decimal (in a demand: dot: hydrate)",
                  left - from, p + from, count, p + left + 1, rest < 24 ? rest : 24, p + r->at[tail], left - from, p + from, count,
                  p + left + 1, rest < 24 ? rest : 24, p + r->at[tail]);
}

/* The end of a number that starts at i, with its exponent, or i when there is none. A point counts only when `unit` is false (a multiplier)
 * or point_is_hydrate says so. */
static bool number_end(cupel_formula_reader *r, size_t i, bool unit, size_t *end)
{
    unsigned char style = r->style[i];
    size_t start = i;
    *end = start;
    if (style == CUPEL_SCRIPT_SUPER) return true;
    if (r->code[i] == '.' && is_digit(r->code[i + 1])) style = r->style[i + 1];
    i = cupel_formula_digits(r, i, style);
    if (r->code[i] == '.' && is_digit(r->code[i + 1]) && r->style[i + 1] == style) {
        size_t after = cupel_formula_digits(r, i + 1, style);
        bool hydrate = r->code[after] == '/' && is_digit(r->code[after + 1]); /* CaSO4.1/2H2O: 4.1/2 would be no number */
        if (unit && !hydrate && !point_is_hydrate(r, start, i, after, &hydrate)) return false;
        if (!hydrate) {
            i = after;
            if (r->code[i] == '.' && is_digit(r->code[i + 1]))
                return cupel_formula_bad(r, i, "a second point in one number; write \xc2\xb7 where a hydrate begins");
        }
    } else if (r->code[i] == '/' && i > start && is_digit(r->code[i + 1])) {
        i = cupel_formula_digits(r, i + 1, style);
        if (r->code[i] == '.' && is_digit(r->code[i + 1])) return cupel_formula_bad(r, i, "a point in a fraction, which has whole numbers");
    }
    *end = i;
    if (i == start || style != CUPEL_SCRIPT_PLAIN || (r->code[i] != 'e' && r->code[i] != 'E')) return true;
    size_t power = i + 1 + is_sign(r->code[i + 1]);
    if (is_digit(r->code[power])) *end = cupel_formula_digits(r, power, CUPEL_SCRIPT_PLAIN);
    return true;
}

/* A number at r->i into *x; stays there and gives *found = false when there is none. */
bool cupel_formula_number(cupel_formula_reader *r, bool unit, double *x, bool *found)
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
        return cupel_formula_bad(r, end, "a decimal comma; a decimal point is written '.'");
    if (!(*x > 0)) return cupel_formula_bad(r, start, "an amount of zero; leave out what is not there");
    if (*x < CUPEL_FORMULA_LEAST || *x > CUPEL_FORMULA_MOST) return cupel_formula_bad(r, start, "an amount outside 1e-15 to 1e15");
    r->i = end;
    return *found = true;
}
