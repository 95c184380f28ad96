#include "datasets/formats/decimal.h"

#include "core/base/err.h"

#include <inttypes.h>
#include <stdio.h>

enum { COMMA = 1, POINT = 2, BOTH = 4 };

static size_t digits(cupel_text t, size_t i)
{
    size_t n = 0;
    while (i + n < t.n && t.p[i + n] >= '0' && t.p[i + n] <= '9') n++;
    return n;
}

/* "e-3", or nothing, to the end. */
static bool ends_in_exponent(cupel_text t, size_t i)
{
    if (i == t.n) return true;
    if (t.p[i] != 'e' && t.p[i] != 'E') return false;
    i += i + 1 < t.n && (t.p[i + 1] == '-' || t.p[i + 1] == '+') ? 2 : 1;
    const size_t n = digits(t, i);
    return n && i + n == t.n;
}

/* Digits with separators of thousands and a decimal sign: 1.234,56 or 1,234.56. */
static bool has_both(cupel_text t)
{
    size_t commas = 0, points = 0, i = t.n && (t.p[0] == '-' || t.p[0] == '+');
    for (; i < t.n; i++) {
        commas += t.p[i] == ',';
        points += t.p[i] == '.';
        if (t.p[i] != ',' && t.p[i] != '.' && !digits(t, i)) return false;
    }
    return commas && points && (commas == 1 || points == 1);
}

/* Which sign a number has, at *at; *group: it may be one of thousands. 0: no such number. */
static int sign_of(cupel_text t, size_t *at, bool *group)
{
    const size_t begin = t.n && (t.p[0] == '-' || t.p[0] == '+'), whole = digits(t, begin);
    if (!whole) return 0;
    *at = begin + whole;
    if (*at + 1 >= t.n || (t.p[*at] != ',' && t.p[*at] != '.')) return 0;
    const size_t part = digits(t, *at + 1);
    if (!part || !ends_in_exponent(t, *at + 1 + part)) return has_both(t) ? BOTH : 0;
    *group = whole <= 3 && part == 3 && t.p[begin] != '0' && *at + 1 + part == t.n;
    return t.p[*at] == ',' ? COMMA : POINT;
}

static cupel_status refuse(const cupel_decimals *d, size_t column, cupel_text t, uint64_t line, const char *why, uint64_t other, cupel_err *err)
{
    char where[40] = "";
    if (other) snprintf(where, sizeof where, " (line %" PRIu64 ")", other);
    return cupel_fail(err, CUPEL_BAD_INPUT, "%s:%" PRIu64 ": column '%.80s': '%.*s' %s%s; write numbers with a decimal point and without separators "
                                            "of thousands", d->file, line, d->header->name[column], cupel_shown(t.n, 40), t.p, why, where);
}

/* A number of a row, before what the row says counts. */
typedef struct decimal {
    int sign;   /* COMMA, POINT; 0: none */
    size_t at;  /* of the sign */
    bool group; /* it may be one of thousands */
} decimal;

static cupel_status check(const cupel_decimals *d, size_t column, cupel_text t, const decimal *x, uint64_t line, cupel_err *err)
{
    const cupel_decimal_kind *other = x->sign == COMMA ? &d->point : &d->comma;
    if (x->sign == BOTH) return refuse(d, column, t, line, "has separators of thousands", 0, err);
    if ((d->seen[column] | x->sign) == (COMMA | POINT))
        return refuse(d, column, t, line, "stands beside numbers with the other decimal sign in this column", 0, err);
    if (x->group && other->line)
        return refuse(d, column, t, line, "may be a fraction or thousands: other numbers have the other sign", other->line, err);
    if (other->group)
        return refuse(d, column, t, line, "has the other decimal sign than a number that may be a fraction or thousands", other->group, err);
    return CUPEL_OK;
}

static decimal decimal_of(cupel_text t)
{
    decimal x = {0};
    x.sign = sign_of(t, &x.at, &x.group);
    return x;
}

static void note(cupel_decimal_kind *kind, const decimal *x, uint64_t line)
{
    if (!kind->line) kind->line = line;
    if (x->group && !kind->group) kind->group = line;
}

cupel_status cupel_decimals_row(cupel_decimals *d, const cupel_text *field, uint64_t line, cupel_err *err)
{
    cupel_decimals with = *d; /* the cells before in this row count as well */
    bool changes = false;
    for (size_t j = 0; j < d->header->n; j++) {
        const cupel_text t = cupel_text_trim(field[j]);
        const decimal x = decimal_of(t);
        if (!x.sign) continue;
        const cupel_status st = check(&with, j, t, &x, line, err);
        if (st != CUPEL_OK) return st; /* a row that is refused says nothing of those after it */
        changes = changes || x.sign == COMMA || !(d->seen[j] & x.sign);
        note(x.sign == COMMA ? &with.comma : &with.point, &x, line);
    }
    *d = with;
    for (size_t j = 0; changes && j < d->header->n; j++) {
        const cupel_text t = cupel_text_trim(field[j]);
        const decimal x = decimal_of(t);
        d->seen[j] |= (unsigned char)x.sign;
        if (x.sign == COMMA) ((char *)(uintptr_t)t.p)[x.at] = '.';
    }
    return CUPEL_OK;
}

void cupel_decimals_say(const cupel_decimals *d, cupel_str *words)
{
    cupel_str_puts(words, "separated by ';'");
    if (!d->comma.line) return;
    cupel_str_addf(words, ", with decimal commas: 0,35 is read as 0.35 (first in line %" PRIu64 ")", d->comma.line);
}
