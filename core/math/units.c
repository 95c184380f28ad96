#include "core/math/units.h"

#include "core/base/err.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

enum { M, KG, S, A, K, MOL, CD, USD, N_BASE, MAX_TEXT = 256, MAX_NESTING = 8, MAX_EXPONENT = 12, MAX_TEN = 60 };

/* Value of a word in SI: factor * 10^exponent, so that powers of ten stay exact until the end. */
typedef struct unit_word {
    const char *name;
    double factor;
    int exponent;
    bool prefixes; /* takes SI prefixes */
    signed char power[N_BASE];
} unit_word;

/* Definitions: SI brochure, 9th edition (2019); CODATA 2018 (doi:10.1103/RevModPhys.93.025010); NIST SP 811 (doi:10.6028/NIST.SP.811e2008)
 * for the customary ones. HV is kgf/mm^2 (ISO 6507). */
static const unit_word words[] = {
    /* name, factor, 10^, prefixes, m kg s A K mol cd USD */
    {"m", 1, 0, true, {1}},
    {"g", 1, -3, true, {0, 1}},
    {"s", 1, 0, true, {0, 0, 1}},
    {"A", 1, 0, true, {0, 0, 0, 1}},
    {"K", 1, 0, true, {0, 0, 0, 0, 1}},
    {"mol", 1, 0, true, {0, 0, 0, 0, 0, 1}},
    {"cd", 1, 0, true, {0, 0, 0, 0, 0, 0, 1}},
    {"USD", 1, 0, false, {0, 0, 0, 0, 0, 0, 0, 1}},
    {"$", 1, 0, false, {0, 0, 0, 0, 0, 0, 0, 1}},
    {"US$", 1, 0, false, {0, 0, 0, 0, 0, 0, 0, 1}},
    {"eV", 1.602176634, -19, true, {2, 1, -2}},
    {"J", 1, 0, true, {2, 1, -2}},
    {"cal", 4.184, 0, true, {2, 1, -2}},
    {"Ry", 2.17987236110355, -18, false, {2, 1, -2}},
    {"Ha", 4.3597447222071, -18, false, {2, 1, -2}},
    {"hartree", 4.3597447222071, -18, false, {2, 1, -2}},
    {"Hartree", 4.3597447222071, -18, false, {2, 1, -2}},
    {"Wh", 3600, 0, true, {2, 1, -2}},
    {"N", 1, 0, true, {1, 1, -2}},
    {"W", 1, 0, true, {2, 1, -3}},
    {"Pa", 1, 0, true, {-1, 1, -2}},
    {"bar", 1, 5, true, {-1, 1, -2}},
    {"atm", 101325, 0, false, {-1, 1, -2}},
    {"Torr", 133.32236842105263, 0, false, {-1, 1, -2}},
    {"mmHg", 133.322387415, 0, false, {-1, 1, -2}},
    {"psi", 6894.757293168361, 0, false, {-1, 1, -2}},
    {"ksi", 6894.757293168361, 3, false, {-1, 1, -2}},
    {"HV", 9.80665, 6, false, {-1, 1, -2}},
    {"V", 1, 0, true, {2, 1, -3, -1}},
    {"Ohm", 1, 0, true, {2, 1, -3, -2}},
    {"ohm", 1, 0, true, {2, 1, -3, -2}},
    {"\xCE\xA9", 1, 0, true, {2, 1, -3, -2}},     /* Greek capital omega */
    {"\xE2\x84\xA6", 1, 0, true, {2, 1, -3, -2}}, /* ohm sign */
    {"S", 1, 0, true, {-2, -1, 3, 2}},
    {"F", 1, 0, true, {-2, -1, 4, 2}},
    {"C", 1, 0, true, {0, 0, 1, 1}},
    {"Ah", 3600, 0, true, {0, 0, 1, 1}},
    {"H", 1, 0, true, {2, 1, -2, -2}},
    {"T", 1, 0, true, {0, 1, -2, -1}},
    {"G", 1, -4, true, {0, 1, -2, -1}},
    {"Oe", 79.57747154594767, 0, true, {-1, 0, 0, 1}}, /* 1000 / 4 pi A/m */
    {"emu", 1, -3, true, {2, 0, 0, 1}},
    {"mu_B", 9.2740100783, -24, false, {2, 0, 0, 1}},
    {"muB", 9.2740100783, -24, false, {2, 0, 0, 1}},
    {"\xCE\xBC_B", 9.2740100783, -24, false, {2, 0, 0, 1}},
    {"\xC2\xB5_B", 9.2740100783, -24, false, {2, 0, 0, 1}},
    {"\xCE\xBC" "B", 9.2740100783, -24, false, {2, 0, 0, 1}},
    {"\xC2\xB5" "B", 9.2740100783, -24, false, {2, 0, 0, 1}},
    {"Wb", 1, 0, true, {2, 1, -2, -1}},
    {"Hz", 1, 0, true, {0, 0, -1}},
    {"lm", 1, 0, true, {0, 0, 0, 0, 0, 0, 1}},
    {"lx", 1, 0, true, {-2, 0, 0, 0, 0, 0, 1}},
    {"L", 1, -3, true, {3}},
    {"l", 1, -3, true, {3}},
    {"cc", 1, -6, false, {3}},
    {"Angstrom", 1, -10, false, {1}},
    {"angstrom", 1, -10, false, {1}},
    {"Ang", 1, -10, false, {1}},
    {"ang", 1, -10, false, {1}},
    {"\xC3\x85", 1, -10, false, {1}},     /* A with ring */
    {"\xE2\x84\xAB", 1, -10, false, {1}}, /* angstrom sign */
    {"micron", 1, -6, false, {1}},
    {"bohr", 5.29177210903, -11, false, {1}},
    {"Bohr", 5.29177210903, -11, false, {1}},
    {"inch", 0.0254, 0, false, {1}},
    {"t", 1, 3, false, {0, 1}},
    {"kt", 1, 6, false, {0, 1}},
    {"Mt", 1, 9, false, {0, 1}},
    {"tonne", 1, 3, false, {0, 1}},
    {"lb", 0.45359237, 0, false, {0, 1}},
    {"u", 1.66053906660, -27, false, {0, 1}},
    {"amu", 1.66053906660, -27, false, {0, 1}},
    {"Da", 1.66053906660, -27, true, {0, 1}},
    {"kgf", 9.80665, 0, false, {1, 1, -2}},
    {"sec", 1, 0, false, {0, 0, 1}},
    {"min", 60, 0, false, {0, 0, 1}},
    {"h", 3600, 0, false, {0, 0, 1}},
    {"hr", 3600, 0, false, {0, 0, 1}},
    {"hour", 3600, 0, false, {0, 0, 1}},
    {"d", 86400, 0, false, {0, 0, 1}},
    {"day", 86400, 0, false, {0, 0, 1}},
    {"year", 31557600, 0, false, {0, 0, 1}}, /* Julian, 365.25 d */
    {"yr", 31557600, 0, false, {0, 0, 1}},
    {"degC", 1, 0, false, {0, 0, 0, 0, 1}},
    {"\xC2\xB0" "C", 1, 0, false, {0, 0, 0, 0, 1}},
    {"\xE2\x84\x83", 1, 0, false, {0, 0, 0, 0, 1}}, /* degree Celsius sign */
    {"degF", 5.0 / 9, 0, false, {0, 0, 0, 0, 1}},
    {"\xC2\xB0" "F", 5.0 / 9, 0, false, {0, 0, 0, 0, 1}},
    {"rad", 1, 0, true, {0}},
    {"sr", 1, 0, false, {0}},
    {"deg", 0.017453292519943295, 0, false, {0}},
    {"degree", 0.017453292519943295, 0, false, {0}},
    {"\xC2\xB0", 0.017453292519943295, 0, false, {0}},
    {"%", 1, -2, false, {0}},
    {"percent", 1, -2, false, {0}},
    {"wt%", 1, -2, false, {0}},
    {"wt.%", 1, -2, false, {0}},
    {"at%", 1, -2, false, {0}},
    {"at.%", 1, -2, false, {0}},
    {"mol%", 1, -2, false, {0}},
    {"vol%", 1, -2, false, {0}},
    {"vol.%", 1, -2, false, {0}},
    {"\xE2\x80\xB0", 1, -3, false, {0}}, /* per mille */
    {"ppm", 1, -6, false, {0}},
    {"ppb", 1, -9, false, {0}},
    {"atom", 1, 0, false, {0}},
    {"atoms", 1, 0, false, {0}},
    {"f.u.", 1, 0, false, {0}},
    {"formula", 1, 0, false, {0}},
    {"cell", 1, 0, false, {0}},
    {"ion", 1, 0, false, {0}},
    {"electron", 1, 0, false, {0}},
    {"e", 1.602176634, -19, false, {0, 0, 1, 1}}, /* a charge */
    {"cycles", 1, 0, false, {0}},
    {"dimensionless", 1, 0, false, {0}},
};

static const struct { const char *name; int exponent; } prefixes[] = {
    {"k", 3}, {"M", 6}, {"G", 9}, {"m", -3}, {"u", -6}, {"\xC2\xB5", -6}, {"\xCE\xBC", -6}, {"n", -9}, {"p", -12}, {"f", -15}, {"T", 12},
    {"c", -2}, {"d", -1}, {"h", 2}, {"da", 1}, {"P", 15}, {"E", 18}, {"a", -18},
};

/* Words that people do write and that have no fixed size. */
static const struct { const char *name, *hint; } refused[] = {
    {"EUR", "prices are compared in USD; convert at a dated rate and write USD"},
    {"\xE2\x82\xAC", "prices are compared in USD; convert at a dated rate and write USD"},
    {"GBP", "prices are compared in USD; convert at a dated rate and write USD"},
    {"\xC2\xA3", "prices are compared in USD; convert at a dated rate and write USD"},
    {"CNY", "prices are compared in USD; convert at a dated rate and write USD"},
    {"RMB", "prices are compared in USD; convert at a dated rate and write USD"},
    {"JPY", "prices are compared in USD; convert at a dated rate and write USD"},
    {"\xC2\xA5", "prices are compared in USD; convert at a dated rate and write USD"},
    {"CHF", "prices are compared in USD; convert at a dated rate and write USD"},
    {"HRC", "Rockwell hardness has no conversion; use HV or GPa"},
    {"HRB", "Rockwell hardness has no conversion; use HV or GPa"},
    {"HB", "Brinell hardness depends on ball and load; use HV or GPa"},
    {"ton", "long, short or metric? write t (1000 kg) or lb"},
    {"tons", "long, short or metric? write t (1000 kg) or lb"},
    {"a.u.", "arbitrary or atomic? write what it is"},
};

/* A unit while it is read: factor * 10^exponent, powers twice the exponents. */
typedef struct value {
    double factor;
    int exponent, power[N_BASE];
} value;

typedef struct reader {
    cupel_text all;
    const char *p, *end;
    int depth;
    bool celsius, fahrenheit; /* the last word was one */
    cupel_err *err;
} reader;

enum { N_WORDS = sizeof words / sizeof *words, N_PREFIXES = sizeof prefixes / sizeof *prefixes, N_REFUSED = sizeof refused / sizeof *refused };

static cupel_status fail(const reader *r, const char *what)
{
    return cupel_fail(r->err, CUPEL_BAD_INPUT, "unit '%.*s': %s", (int)r->all.n, r->all.p, what);
}

static bool take(reader *r, const char *s)
{
    size_t n = strlen(s);
    if ((size_t)(r->end - r->p) < n || memcmp(r->p, s, n) != 0) return false;
    r->p += n;
    return true;
}

static bool take_any(reader *r, const char *const *list)
{
    for (; *list; list++)
        if (take(r, *list)) return true;
    return false;
}

static bool skip_blanks(reader *r)
{
    static const char *const blanks[] = {" ", "\t", "\xC2\xA0", "\xE2\x80\x89", "\xE2\x80\xAF", NULL};
    bool any = false;
    while (take_any(r, blanks)) any = true;
    return any;
}

static const unit_word *find_whole(cupel_text t)
{
    for (size_t i = 0; i < N_WORDS; i++)
        if (cupel_text_is(t, words[i].name)) return &words[i];
    return NULL;
}

/* A word, alone or behind an SI prefix. */
static const unit_word *find_word(cupel_text t, int *exponent)
{
    *exponent = 0;
    const unit_word *w = find_whole(t);
    for (size_t i = 0; !w && i < N_PREFIXES; i++) {
        size_t n = strlen(prefixes[i].name);
        if (t.n <= n || memcmp(t.p, prefixes[i].name, n) != 0) continue;
        w = find_whole((cupel_text){t.p + n, t.n - n});
        if (w && !w->prefixes) w = NULL;
        *exponent = prefixes[i].exponent;
    }
    return w;
}

static bool same_letters(cupel_text t, const char *prefix, const char *name)
{
    size_t n = strlen(prefix);
    if (t.n != n + strlen(name)) return false;
    for (size_t i = 0; i < t.n; i++) {
        char c = i < n ? prefix[i] : name[i - n];
        if (tolower((unsigned char)t.p[i]) != tolower((unsigned char)c)) return false;
    }
    return true;
}

/* "mpa" -> "MPa, mPa"; "Vs" -> "V s". */
static void suggest(cupel_text t, cupel_str *s)
{
    static const char *const common[] = {"k", "M", "G", "m", "u", "n", "c"};
    int exponent;
    for (size_t i = 0; i < N_WORDS; i++)
        if (same_letters(t, "", words[i].name)) cupel_str_addf(s, "%s%s", s->n ? ", " : "", words[i].name);
    for (size_t k = 0; k < sizeof common / sizeof *common; k++)
        for (size_t i = 0; i < N_WORDS; i++)
            if (words[i].prefixes && same_letters(t, common[k], words[i].name))
                cupel_str_addf(s, "%s%s%s", s->n ? ", " : "", common[k], words[i].name);
    for (size_t n = 1; n < t.n && !s->n; n++)
        if (find_word((cupel_text){t.p, n}, &exponent) && find_word((cupel_text){t.p + n, t.n - n}, &exponent))
            cupel_str_addf(s, "%.*s %.*s, with parentheses behind a /", (int)n, t.p, (int)(t.n - n), t.p + n);
}

static cupel_status unknown(const reader *r, cupel_text t)
{
    cupel_str s = {0};
    for (size_t i = 0; i < N_REFUSED; i++)
        if (cupel_text_is(t, refused[i].name)) return fail(r, refused[i].hint);
    suggest(t, &s);
    cupel_status st = cupel_fail(r->err, CUPEL_BAD_INPUT, "unit '%.*s': the word '%.*s' is not known%s%s%s", (int)r->all.n, r->all.p, (int)t.n,
                                 t.p, s.n ? "; is it " : "; units look like MPa, eV/atom, g/cm^3, W/(m K)", cupel_str_text(&s), s.n ? "?" : "");
    cupel_str_free(&s);
    return st;
}

/* Bytes of a word: letters, % $ _, wt.% and f.u. with their points, and everything beyond ASCII but the signs that stand between words. */
static size_t word_length(const reader *r)
{
    static const char *const signs[] = {"\xC2\xB7", "\xC3\x97", "\xE2\x8B\x85", "\xE2\x88\x92", "\xC2\xA0", "\xE2\x80\x89", "\xE2\x80\xAF",
                                        "\xC2\xB9", "\xC2\xB2", "\xC2\xB3", "\xE2\x81", "\xE2\x88\x9A", NULL};
    reader at = *r;
    if (take(&at, "f.u.")) return 4;
    for (; at.p < at.end; at.p++) {
        unsigned char c = (unsigned char)*at.p;
        reader ahead = at;
        bool point = c == '.' && at.p > r->p && at.end - at.p > 1 && at.p[1] == '%';
        if (!isalpha(c) && c != '%' && c != '$' && c != '_' && !point && c < 0x80) break;
        if (c >= 0x80 && take_any(&ahead, signs)) break;
    }
    return (size_t)(at.p - r->p);
}

static bool digit(const reader *r) { return r->p < r->end && *r->p >= '0' && *r->p <= '9'; }

/* An unsigned decimal number at p, e.g. 10, 0.5, 1e-6; moves behind it. An e is part of it only before digits. */
static bool take_number(reader *r, double *x)
{
    const char *begin = r->p, *p = begin;
    while (p < r->end && ((*p >= '0' && *p <= '9') || *p == '.')) p++;
    if (p > begin && p < r->end && (*p == 'e' || *p == 'E')) {
        const char *q = p + 1;
        if (q < r->end && (*q == '-' || *q == '+')) q++;
        if (q < r->end && *q >= '0' && *q <= '9') {
            while (q < r->end && *q >= '0' && *q <= '9') q++;
            p = q;
        }
    }
    if (!cupel_parse_double((cupel_text){begin, (size_t)(p - begin)}, x)) return false;
    r->p = p;
    return true;
}

static bool take_minus(reader *r)
{
    static const char *const minus[] = {"-", "\xE2\x88\x92", NULL};
    return take_any(r, minus);
}

static bool take_superscript(reader *r, int *power)
{
    static const char *const digits[] = {"\xE2\x81\xB0", "\xC2\xB9", "\xC2\xB2", "\xC2\xB3", "\xE2\x81\xB4", "\xE2\x81\xB5", "\xE2\x81\xB6",
                                         "\xE2\x81\xB7", "\xE2\x81\xB8", "\xE2\x81\xB9"};
    const char *begin = r->p;
    bool minus = take(r, "\xE2\x81\xBB"), any = false;
    int n = 0;
    for (int i = 0; i < 10 && n < 100; i++)
        if (take(r, digits[i])) {
            n = n * 10 + i;
            any = true;
            i = -1;
        }
    if (!any) r->p = begin;
    *power = minus ? -n : n;
    return any;
}

/* Twice the exponent written behind a factor; 2 when there is none. */
static cupel_status take_power(reader *r, int max, int *twice)
{
    double x = 0, below = 1;
    int n;
    *twice = 2;
    bool caret = take(r, "^") || take(r, "**"), minus, parenthesis;
    if (!caret && take_superscript(r, &n)) {
        *twice = 2 * n;
    } else if (caret || digit(r) || (r->end - r->p > 1 && (*r->p == '-' || *r->p == '+') && r->p[1] >= '0' && r->p[1] <= '9')) {
        parenthesis = caret && take(r, "(");
        minus = take_minus(r);
        if (!minus) take(r, "+");
        if (!take_number(r, &x)) return fail(r, "a number must follow the sign of a power");
        if (parenthesis && take(r, "/") && (!take_number(r, &below) || below == 0)) return fail(r, "a power in parentheses looks like (1/2)");
        if (parenthesis && !take(r, ")")) return fail(r, "a parenthesis of a power is not closed");
        if (!parenthesis && r->end - r->p > 1 && *r->p == '/' && r->p[1] >= '0' && r->p[1] <= '9')
            return fail(r, "a power followed by / and a number has two readings; write m^(1/2) or m^0.5");
        x = 2 * x / below;
        if (x != floor(x) || x > 2 * max) return fail(r, "powers are multiples of 1/2 up to 12");
        *twice = minus ? -(int)x : (int)x;
    }
    if (*twice > 2 * max || *twice < -2 * max) return fail(r, "powers are multiples of 1/2 up to 12");
    return CUPEL_OK;
}

/* v^(twice / 2). */
static cupel_status raise(const reader *r, value *v, int twice)
{
    int n = twice < 0 ? -twice : twice, whole = n / 2;
    double f = 1;
    for (int i = 0; i < whole; i++) f *= v->factor;
    long e10 = (long)v->exponent * whole;
    if (n % 2) {
        bool odd = v->exponent % 2 != 0;
        f *= sqrt(odd ? v->factor * 10 : v->factor);
        e10 += (v->exponent - (odd ? 1 : 0)) / 2;
    }
    if (twice < 0) {
        f = 1 / f;
        e10 = -e10;
    }
    if (!isfinite(f) || f == 0 || e10 > 300 || e10 < -300) return fail(r, "it is too large or too small");
    v->factor = f;
    v->exponent = (int)e10;
    for (int i = 0; i < N_BASE; i++) {
        if (v->power[i] * twice % 2) return fail(r, "powers are multiples of 1/2 up to 12");
        v->power[i] = v->power[i] * twice / 2;
    }
    return CUPEL_OK;
}

static cupel_status multiply(const reader *r, value *v, const value *by, bool divide)
{
    int sign = divide ? -1 : 1;
    v->factor = divide ? v->factor / by->factor : v->factor * by->factor;
    v->exponent += sign * by->exponent;
    bool fits = isfinite(v->factor) && v->factor > 0 && v->exponent <= 300 && v->exponent >= -300;
    for (int i = 0; i < N_BASE; i++) {
        v->power[i] += sign * by->power[i];
        fits = fits && v->power[i] <= 100 && v->power[i] >= -100;
    }
    return fits ? CUPEL_OK : fail(r, "it is too large or too small");
}

static cupel_status read_product(reader *r, value *v);

static cupel_status read_group(reader *r, value *v)
{
    if (++r->depth > MAX_NESTING) return fail(r, "parentheses are nested too deep");
    cupel_status st = read_product(r, v);
    if (st != CUPEL_OK) return st;
    r->depth--;
    return take(r, ")") ? CUPEL_OK : fail(r, "a parenthesis is not closed");
}

static cupel_status read_word(reader *r, value *v)
{
    int exponent;
    cupel_text t = {r->p, word_length(r)};
    r->p += t.n;
    if (!t.n) return r->p == r->end ? fail(r, "it ends where a unit should follow") : fail(r, "units look like MPa, eV/atom, g/cm^3, W/(m K)");
    const unit_word *w = find_word(t, &exponent);
    if (!w) return unknown(r, t);
    v->factor = w->factor;
    v->exponent = w->exponent + exponent;
    for (int i = 0; i < N_BASE; i++) v->power[i] = 2 * w->power[i];
    bool degrees = w->power[K] == 1 && !w->prefixes;
    r->fahrenheit = degrees && w->factor != 1;
    r->celsius = degrees && !r->fahrenheit;
    return CUPEL_OK;
}

/* A word, a number, a group or a root, with its power. */
static cupel_status read_factor(reader *r, value *v)
{
    double x;
    int twice = 2;
    cupel_status st = CUPEL_OK;
    *v = (value){.factor = 1};
    r->celsius = r->fahrenheit = false;
    bool root = take(r, "sqrt("), number = !root && (digit(r) || (r->p < r->end && *r->p == '.'));
    if (root || take(r, "(")) {
        st = read_group(r, v);
    } else if (take(r, "\xE2\x88\x9A")) { /* root sign */
        root = true;
        st = take(r, "(") ? read_group(r, v) : read_word(r, v);
    } else if (number) {
        if (!take_number(r, &x) || !(x > 0)) return fail(r, "a number in a unit is positive");
        v->factor = x == 10 ? 1 : x;
        v->exponent = x == 10;
    } else {
        st = read_word(r, v);
    }
    if (st == CUPEL_OK) st = take_power(r, number ? MAX_TEN : MAX_EXPONENT, &twice);
    if (st == CUPEL_OK && root) st = raise(r, v, 1);
    if (st == CUPEL_OK && twice != 2) st = raise(r, v, twice);
    if (twice != 2 || root) r->celsius = r->fahrenheit = false;
    return st;
}

/* What stands between two factors: 1 times, -1 divided, 0 the end of the product. */
static int take_operator(reader *r)
{
    static const char *const times[] = {"**", "*", "\xC2\xB7", "\xE2\x8B\x85", "\xC3\x97", NULL};
    bool blank = skip_blanks(r);
    if (r->p == r->end || *r->p == ')') return 0;
    if (take(r, "/") || (blank && (take(r, "per ")))) {
        skip_blanks(r);
        return -1;
    }
    if (take_any(r, times)) skip_blanks(r);
    return 1;
}

static cupel_status read_product(reader *r, value *v)
{
    value f;
    bool divided = false;
    int op = 1, factors = 0;
    *v = (value){.factor = 1};
    skip_blanks(r);
    do {
        if (op > 0 && divided) return fail(r, "what stands behind the / has two readings; put it in parentheses, as in W/(m K)");
        divided = op < 0;
        cupel_status st = read_factor(r, &f);
        if (st == CUPEL_OK) st = multiply(r, v, &f, divided);
        if (st != CUPEL_OK) return st;
        factors++;
    } while ((op = take_operator(r)) != 0);
    if (factors > 1) r->celsius = r->fahrenheit = false;
    return CUPEL_OK;
}

/* factor * 10^exponent with one rounding where 10^|exponent| is exact. */
static double scale_of(const value *v)
{
    double ten = 1;
    int n = v->exponent < 0 ? -v->exponent : v->exponent;
    for (int i = 0; i < n && i < 22; i++) ten *= 10;
    double s = v->exponent < 0 ? v->factor / ten : v->factor * ten;
    return n > 22 ? s * pow(10, v->exponent < 0 ? 22 - n : n - 22) : s;
}

cupel_status cupel_unit_parse(cupel_text text, cupel_unit *u, cupel_err *err)
{
    text = cupel_text_trim(text);
    reader r = {.all = text, .p = text.p, .end = text.p + text.n, .err = err};
    value v = {.factor = 1};
    if (text.n > MAX_TEXT) return cupel_fail(err, CUPEL_BAD_INPUT, "unit '%.40s...': longer than 256 bytes", text.p);
    bool none = !text.n || cupel_text_is(text, "-");
    for (size_t i = 0; i + 4 <= text.n; i++)
        if (memcmp(text.p + i, "W/mK", 4) == 0) return fail(&r, "mK reads as millikelvin; write W/(m K)");
    cupel_status st = none ? CUPEL_OK : read_product(&r, &v);
    if (st != CUPEL_OK) return st;
    if (!none && r.p != r.end) return fail(&r, "a parenthesis is closed that was never opened");
    double scale = scale_of(&v);
    if (!isfinite(scale) || scale == 0) return fail(&r, "it is too large or too small");
    *u = (cupel_unit){.scale = scale, .offset = r.celsius ? 273.15 : r.fahrenheit ? 459.67 * 5 / 9 : 0};
    for (int i = 0; i < N_BASE; i++) u->power[i] = (signed char)v.power[i];
    return CUPEL_OK;
}

bool cupel_unit_same_dimension(const cupel_unit *a, const cupel_unit *b) { return memcmp(a->power, b->power, sizeof a->power) == 0; }

double cupel_unit_convert(double x, const cupel_unit *from, const cupel_unit *to)
{
    if (from->scale == to->scale && from->offset == to->offset) return x;
    if (from->scale == to->scale) return x + (from->offset - to->offset) / to->scale;
    return (x * from->scale + (from->offset - to->offset)) / to->scale;
}

cupel_status cupel_quantity_parse(cupel_text text, double *x, cupel_text *unit, cupel_err *err)
{
    cupel_text t = cupel_text_trim(text);
    reader r = {.all = t, .p = t.p, .end = t.p + t.n, .err = err};
    double v;
    bool minus = take_minus(&r);
    if (!minus) take(&r, "+");
    if (!take_number(&r, &v))
        return cupel_fail(err, CUPEL_BAD_INPUT, "'%.*s': expected a number and a unit, as in 1.1 eV", cupel_shown(t.n, 100), t.p);
    if (r.p < r.end && *r.p == ',')
        return cupel_fail(err, CUPEL_BAD_INPUT, "'%.*s': write numbers without commas, 1000 or 1.5", cupel_shown(t.n, 100), t.p);
    skip_blanks(&r);
    *x = minus ? -v : v;
    *unit = (cupel_text){r.p, (size_t)(r.end - r.p)};
    return CUPEL_OK;
}

cupel_status cupel_quantity_in(cupel_text text, const char *unit, double *x, cupel_err *err)
{
    double v;
    cupel_text own, want = cupel_text_trim(cupel_text_of(unit));
    cupel_unit from, to;
    text = cupel_text_trim(text);
    int shown = cupel_shown(text.n, 100);
    cupel_status st = cupel_quantity_parse(text, &v, &own, err);
    if (st != CUPEL_OK) return st;
    if (own.n == want.n && memcmp(own.p, want.p, own.n) == 0) {
        *x = v;
        return CUPEL_OK;
    }
    if (!own.n)
        return cupel_fail(err, CUPEL_BAD_INPUT, "'%.*s': there is no unit; write it with its unit, as in %.*s %s", shown, text.p, shown, text.p,
                          unit);
    if ((st = cupel_unit_parse(own, &from, err)) != CUPEL_OK || (st = cupel_unit_parse(want, &to, err)) != CUPEL_OK) return st;
    if (!cupel_unit_same_dimension(&from, &to))
        return cupel_fail(err, CUPEL_BAD_INPUT, "'%.*s': a quantity in %.*s cannot be compared with one in %s; give it in %s", shown, text.p,
                          (int)own.n, own.p, want.n ? unit : "plain numbers", want.n ? unit : "plain numbers");
    v = cupel_unit_convert(v, &from, &to);
    if (!isfinite(v)) return cupel_fail(err, CUPEL_BAD_INPUT, "'%.*s': too large in %s", shown, text.p, unit);
    *x = v;
    return CUPEL_OK;
}
