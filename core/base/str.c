#include "core/base/str.h"

#include "core/base/mem.h"

#include <errno.h>
#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

cupel_text cupel_text_of(const char *s) { return (cupel_text){s ? s : "", s ? strlen(s) : 0}; }

bool cupel_text_is(cupel_text t, const char *s) { return strlen(s) == t.n && (!t.n || memcmp(t.p, s, t.n) == 0); }

bool cupel_text_ends(cupel_text t, const char *end)
{
    const size_t n = strlen(end);
    return t.n > n && memcmp(t.p + t.n - n, end, n) == 0;
}

static bool blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

size_t cupel_utf8(const unsigned char *p, size_t n, uint32_t *code)
{
    static const uint32_t least[5] = {0, 0, 0x80, 0x800, 0x10000};
    const size_t k = p[0] < 0x80 ? 1 : p[0] >= 0xC2 && p[0] < 0xE0 ? 2 : (p[0] & 0xF0) == 0xE0 ? 3 : p[0] >= 0xF0 && p[0] < 0xF5 ? 4 : 0;
    if (!k || k > n) return 0;
    uint32_t c = k == 1 ? p[0] : p[0] & (0xFFu >> (k + 1));
    for (size_t i = 1; i < k; i++) {
        if ((p[i] & 0xC0) != 0x80) return 0;
        c = c << 6 | (p[i] & 0x3Fu);
    }
    if (c < least[k] || c > 0x10FFFF || (c >= 0xD800 && c < 0xE000)) return 0;
    if (code) *code = c;
    return k;
}

bool cupel_text_utf8(cupel_text t)
{
    for (size_t i = 0, k; i < t.n; i += k)
        if (!(k = cupel_utf8((const unsigned char *)t.p + i, t.n - i, NULL))) return false;
    return true;
}

cupel_text cupel_text_next(const char **p)
{
    const char *s = *p + strspn(*p, " \t"), *quote = *s == '"' ? strchr(s + 1, '"') : NULL;
    const char *end = quote ? quote + 1 + strcspn(quote + 1, ",") : s + strcspn(s, ",");
    const cupel_text t = quote ? (cupel_text){s + 1, (size_t)(quote - s - 1)} : cupel_text_trim((cupel_text){s, (size_t)(end - s)});
    *p = *end ? end + 1 : NULL;
    return t;
}

cupel_text cupel_text_trim(cupel_text t)
{
    while (t.n && blank(t.p[0])) t.p++, t.n--;
    while (t.n && blank(t.p[t.n - 1])) t.n--;
    return t;
}

static bool room(cupel_str *s, size_t n)
{
    if (s->failed || n > SIZE_MAX - s->n - 1 || !cupel_grow(&s->p, &s->cap, s->n + n + 1, 1)) {
        s->failed = true;
        return false;
    }
    return true;
}

void cupel_str_add(cupel_str *s, const char *p, size_t n)
{
    if (!room(s, n)) return;
    if (n) memcpy(s->p + s->n, p, n);
    s->n += n;
    s->p[s->n] = '\0';
}

void cupel_str_puts(cupel_str *s, const char *text) { cupel_str_add(s, text, strlen(text)); }

void cupel_str_putc(cupel_str *s, char c) { cupel_str_add(s, &c, 1); }

void cupel_str_wrap(cupel_str *s, const char *text, size_t width, size_t indent, size_t at)
{
    for (bool first = true; *text; first = false) {
        const size_t n = strcspn(text, " ");
        if (!first && at + 1 + n > width) {
            cupel_str_addf(s, "\n%*s", (int)indent, "");
            at = indent;
        } else if (!first) {
            cupel_str_putc(s, ' ');
            at++;
        }
        cupel_str_add(s, text, n);
        at += n;
        text += n + (text[n] == ' ');
    }
    cupel_str_putc(s, '\n');
}

void cupel_str_vaddf(cupel_str *s, const char *fmt, va_list ap)
{
    va_list again;
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, ap);
    if (n < 0)
        s->failed = true;
    else if (room(s, (size_t)n)) {
        vsnprintf(s->p + s->n, (size_t)n + 1, fmt, again);
        s->n += (size_t)n;
    }
    va_end(again);
}

void cupel_str_addf(cupel_str *s, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    cupel_str_vaddf(s, fmt, ap);
    va_end(ap);
}

void cupel_str_list(cupel_str *s, const char *name)
{
    const char *quote = strchr(name, ',') ? "\"" : "";
    cupel_str_addf(s, "%s%s%s%s", s->n ? "," : "", quote, name, quote);
}

void cupel_str_number(cupel_str *s, double x)
{
    char b[32];
    cupel_str_add(s, b, cupel_format_double(b, x));
}

void cupel_str_xml(cupel_str *s, const char *text)
{
    for (; *text; text++) {
        if (*text == '&')
            cupel_str_puts(s, "&amp;");
        else if (*text == '<')
            cupel_str_puts(s, "&lt;");
        else
            cupel_str_putc(s, *text);
    }
}

void cupel_str_clear(cupel_str *s)
{
    s->n = 0;
    s->failed = false;
    if (s->p) s->p[0] = '\0';
}

void cupel_str_free(cupel_str *s)
{
    cupel_free(s->p);
    *s = (cupel_str){0};
}

const char *cupel_str_text(const cupel_str *s) { return s->p ? s->p : ""; }

static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

/* Checks the grammar [+-] digits [. digits] [e [+-] digits] and reads up to 19 digits. */
typedef struct decimal {
    uint64_t digits;
    int exponent, n_digits;
    bool negative;
} decimal;

static bool scan_decimal(cupel_text t, decimal *d)
{
    const char *p = t.p, *end = t.p + t.n;
    bool any = false;
    int scale = 0, exponent = 0;
    *d = (decimal){0};
    if (p < end && (*p == '-' || *p == '+')) d->negative = *p++ == '-';
    for (bool point = false; p < end; p++) {
        if (*p == '.' && !point) {
            point = true;
            continue;
        }
        if (*p < '0' || *p > '9') break;
        any = true;
        scale -= point;
        if (d->n_digits || *p != '0') d->n_digits++;
        if (d->n_digits <= 19) d->digits = d->digits * 10 + (uint64_t)(*p - '0');
    }
    if (!any) return false;
    if (p < end && (*p == 'e' || *p == 'E')) {
        bool minus = false;
        if (++p < end && (*p == '-' || *p == '+')) minus = *p++ == '-';
        if (p == end) return false;
        for (; p < end && *p >= '0' && *p <= '9'; p++)
            if (exponent < 100000) exponent = exponent * 10 + (*p - '0');
        if (minus) exponent = -exponent;
    }
    d->exponent = exponent + scale;
    return p == end;
}

bool cupel_parse_double(cupel_text t, double *x)
{
    decimal d;
    if (t.n > 4096 || !scan_decimal(t, &d)) return false;
    double v;
    /* Both the digits and the power are exact doubles here, so one rounding gives the correctly rounded value (Clinger 1990,
     * doi:10.1145/93542.93557). */
    if (d.n_digits <= 15 && d.exponent >= -22 && d.exponent <= 22) {
        v = (double)d.digits;
        v = d.exponent < 0 ? v / powers[-d.exponent] : v * powers[d.exponent];
        *x = d.negative ? -v : v;
        return true;
    }
    char small[64], *copy = small;
    if (t.n >= sizeof small && !(copy = cupel_alloc(t.n + 1, 1))) return false;
    memcpy(copy, t.p, t.n);
    copy[t.n] = '\0';
    v = strtod(copy, NULL); /* the grammar is checked and the locale is never set: the point is '.' */
    if (copy != small) cupel_free(copy);
    if (!isfinite(v)) return false;
    *x = v;
    return true;
}

bool cupel_parse_u64(cupel_text t, uint64_t *x)
{
    uint64_t v = 0;
    if (!t.n) return false;
    for (size_t i = 0; i < t.n; i++) {
        if (t.p[i] < '0' || t.p[i] > '9') return false;
        if (__builtin_mul_overflow(v, (uint64_t)10, &v) || __builtin_add_overflow(v, (uint64_t)(t.p[i] - '0'), &v)) return false;
    }
    *x = v;
    return true;
}

bool cupel_parse_i64(cupel_text t, int64_t *x)
{
    bool minus = t.n && t.p[0] == '-';
    uint64_t v;
    if (minus) t.p++, t.n--;
    if (!cupel_parse_u64(t, &v) || v > (uint64_t)INT64_MAX) return false;
    *x = minus ? -(int64_t)v : (int64_t)v;
    return true;
}

/* digits / 10^k in fixed notation. */
static size_t put_fixed(char buf[32], bool minus, uint64_t digits, int k)
{
    char back[24];
    int n = 0, at = 0;
    for (; digits || n <= k; digits /= 10) back[n++] = (char)('0' + digits % 10);
    if (minus) buf[at++] = '-';
    while (n) {
        if (n == k) buf[at++] = '.';
        buf[at++] = back[--n];
    }
    buf[at] = '\0';
    return (size_t)at;
}

__extension__ typedef unsigned __int128 wide;

/* The decimal d / 10^k nearest to a = m 2^-s; true when it reads back as a. */
static bool nearest(uint64_t m, int s, int k, uint64_t *d)
{
    static const uint64_t power[20] = {1u, 10u, 100u, 1000u, 10000u, 100000u, 1000000u, 10000000u, 100000000u, 1000000000u, 10000000000u,
                                       100000000000u, 1000000000000u, 10000000000000u, 100000000000000u, 1000000000000000u, 10000000000000000u,
                                       100000000000000000u, 1000000000000000000u, 10000000000000000000u};
    wide unit = k < 20 ? (wide)power[k] : (wide)power[19] * power[k - 19], scaled = unit * m;
    *d = (uint64_t)((scaled + ((wide)1 << (s - 1))) >> s);
    wide there = (wide)*d << s;
    bool below = there < scaled, power_of_two = m == (uint64_t)1 << 52;
    wide apart = (below ? scaled - there : there - scaled) << (below && power_of_two ? 2 : 1);
    return apart < unit || (apart == unit && m % 2 == 0);
}

/* The least k for which a decimal d / 10^k lies in the interval that reads back as a, 1e-5 <= a < 1e15. All is exact: m < 2^53, s <= 69, and
 * k <= 22 where 17 digits are reached, which are always enough, so that m 10^k < 2^127. The interval reaches half way to the neighbours; below
 * a power of two the neighbour is half as far; its ends belong to it when m is even (Steele, White 1990, doi:10.1145/93542.93559). */
static size_t format_fixed(char buf[32], double a, bool minus)
{
    int exponent, least = 0;
    uint64_t m = (uint64_t)(frexp(a, &exponent) * 0x1p53), d;
    int most = 16 - (int)floor((exponent - 1) * 0.30103);
    if (nearest(m, 53 - exponent, 0, &d)) return put_fixed(buf, minus, d, 0);
    while (most - least > 1) {
        int k = (least + most) / 2;
        if (nearest(m, 53 - exponent, k, &d))
            most = k;
        else
            least = k;
    }
    (void)nearest(m, 53 - exponent, most, &d);
    return put_fixed(buf, minus, d, most);
}

size_t cupel_format_double(char buf[32], double x)
{
    if (isnan(x)) return (size_t)snprintf(buf, 32, "nan");
    if (isinf(x)) return (size_t)snprintf(buf, 32, x > 0 ? "inf" : "-inf");
    if (x == 0) return put_fixed(buf, signbit(x), 0, 0);
    if (fabs(x) >= 1e-5 && fabs(x) < 1e15) return format_fixed(buf, fabs(x), x < 0);
    int n = 0;
    for (int digits = 15; digits <= 17; digits++) {
        n = snprintf(buf, 32, "%.*g", digits, x);
        if (strtod(buf, NULL) == x) break;
    }
    return (size_t)n;
}

const char *cupel_format_count(char buf[32], uint64_t n)
{
    char raw[24];
    int len = snprintf(raw, sizeof raw, "%" PRIu64, n), at = 0;
    for (int i = 0; i < len; i++) {
        if (i && (len - i) % 3 == 0) buf[at++] = ',';
        buf[at++] = raw[i];
    }
    buf[at] = '\0';
    return buf;
}

const char *cupel_article(const char *word) { return *word && strchr("aeioAEIO", *word) ? "an " : "a "; }
