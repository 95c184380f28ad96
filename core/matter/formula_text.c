/* The text of a formula as one character per position, and what is refused. */
#include "core/matter/formula_parts.h"

#include <stdarg.h>
#include <stdio.h>

bool cupel_formula_refuse(cupel_formula_reader *r, cupel_reason reason, size_t i, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(r->error->message, sizeof r->error->message, fmt, ap);
    va_end(ap);
    r->error->reason = reason;
    r->error->position = i < r->n ? r->at[i] : r->text.n;
    return false;
}

bool cupel_formula_bad(cupel_formula_reader *r, size_t i, const char *message)
{
    return cupel_formula_refuse(r, CUPEL_REASON_BAD_FORMULA, i, "%s", message);
}

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
    *style = CUPEL_SCRIPT_PLAIN;
    if (point > ' ' && point < 0x7f) return *code = (char)point, true;
    if (point >= 0x2080 && point <= 0x2089) return *code = (char)('0' + point - 0x2080), *style = CUPEL_SCRIPT_SUB, true;
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
    case 0x22c5: return *code = CUPEL_FORMULA_SEPARATOR, true;
    case 0x2212: return *code = '-', true;
    default: break;
    }
    *style = CUPEL_SCRIPT_SUPER;
    if (point == 0x2070 || (point >= 0x2074 && point <= 0x2079)) return *code = (char)('0' + point - 0x2070), true;
    if (point == 0xb9) return *code = '1', true;
    if (point == 0xb2 || point == 0xb3) return *code = (char)('2' + point - 0xb2), true;
    if (point == 0x207a) return *code = '+', true;
    if (point == 0x207b) return *code = '-', true;
    return false;
}

bool cupel_formula_spread(cupel_formula_reader *r)
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
        if (!len) return cupel_formula_bad(r, here, "a byte that is not UTF-8");
        if (point >= 0x208a && point <= 0x209c) return cupel_formula_bad(r, here, "a subscript that is no digit: amounts must be numbers");
        return cupel_formula_refuse(r, CUPEL_REASON_BAD_FORMULA, here, "the character U+%04X has no place in a formula", point);
    }
    for (size_t k = 0; k < 3; k++) r->code[r->n + k] = 0, r->style[r->n + k] = CUPEL_SCRIPT_PLAIN;
    r->at[r->n] = (unsigned short)r->text.n;
    return true;
}
