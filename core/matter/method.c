#include "core/matter/method.h"

#include "core/base/err.h"
#include "core/base/str.h"

#include <math.h>
#include <string.h>

size_t cupel_method_n_params(const cupel_method *m)
{
    size_t n = 0;
    while (m->params && m->params[n].name) n++;
    return n;
}

/* "C (10), gamma (chosen from the data)" */
static void list_params(const cupel_method *m, cupel_str *s)
{
    size_t n = cupel_method_n_params(m);
    for (size_t i = 0; i < n; i++) {
        const cupel_param *p = &m->params[i];
        cupel_str_addf(s, "%s%s (", i ? ", " : "", p->name);
        if (isnan(p->value))
            cupel_str_puts(s, "chosen from the data");
        else
            cupel_str_number(s, p->value);
        if (p->unit && p->unit[0]) cupel_str_addf(s, " %s", p->unit);
        cupel_str_putc(s, ')');
    }
}

static cupel_status unknown_param(const cupel_method *m, cupel_text name, cupel_err *err)
{
    cupel_str known = {0};
    list_params(m, &known);
    cupel_status st = known.n ? cupel_fail(err, CUPEL_USAGE, "%s '%s' has no parameter '%.*s'; it has %s", m->kind, m->name,
                                           cupel_shown(name.n, 64), name.p, cupel_str_text(&known))
                              : cupel_fail(err, CUPEL_USAGE, "%s '%s' has no parameters, found '%.*s'", m->kind, m->name,
                                           cupel_shown(name.n, 64), name.p);
    cupel_str_free(&known);
    return st;
}

static cupel_status outside(const cupel_method *m, const cupel_param *p, cupel_text word, cupel_err *err)
{
    char low[32], high[32];
    cupel_format_double(low, p->min);
    cupel_format_double(high, p->max);
    const char *unit = p->unit ? p->unit : "";
    return cupel_fail(err, CUPEL_USAGE, "parameter %s of %s '%s' is '%.*s', expected a number from %s to %s%s%s", p->name, m->kind, m->name,
                      cupel_shown(word.n, 64), word.p, low, high, unit[0] ? " " : "", unit);
}

/* One "name=value". */
static cupel_status setting(const cupel_method *m, cupel_text t, double *value, bool *given, cupel_err *err)
{
    const char *equals = t.n ? memchr(t.p, '=', t.n) : NULL;
    if (!equals)
        return cupel_fail(err, CUPEL_USAGE, "setting '%.*s' of %s '%s' is not of the form name=value", cupel_shown(t.n, 64), t.p,
                          m->kind, m->name);
    cupel_text name = cupel_text_trim((cupel_text){t.p, (size_t)(equals - t.p)});
    cupel_text word = cupel_text_trim((cupel_text){equals + 1, (size_t)(t.p + t.n - equals - 1)});
    size_t n = cupel_method_n_params(m), i = 0;
    while (i < n && !cupel_text_is(name, m->params[i].name)) i++;
    if (i == n) return unknown_param(m, name, err);
    if (given[i]) return cupel_fail(err, CUPEL_USAGE, "parameter %s of %s '%s' is given twice", m->params[i].name, m->kind, m->name);
    double x;
    if (!cupel_parse_double(word, &x) || x < m->params[i].min || x > m->params[i].max) return outside(m, &m->params[i], word, err);
    value[i] = x;
    given[i] = true;
    return CUPEL_OK;
}

enum { MAX_PARAMS = 64 };

cupel_status cupel_method_settings(const cupel_method *m, const char *text, double *value, cupel_err *err)
{
    double x[MAX_PARAMS];
    bool given[MAX_PARAMS] = {false};
    size_t n = cupel_method_n_params(m);
    if (n > MAX_PARAMS) return cupel_fail(err, CUPEL_FAILED, "%s '%s' has more than %d parameters", m->kind, m->name, (int)MAX_PARAMS);
    for (size_t i = 0; i < n; i++) x[i] = m->params[i].value;
    cupel_text rest = cupel_text_trim(cupel_text_of(text));
    for (bool more = rest.n > 0; more;) {
        const char *comma = memchr(rest.p, ',', rest.n);
        cupel_text one = {rest.p, comma ? (size_t)(comma - rest.p) : rest.n};
        cupel_status st = setting(m, cupel_text_trim(one), x, given, err);
        if (st != CUPEL_OK) return st;
        more = comma != NULL;
        if (comma) rest = (cupel_text){comma + 1, rest.n - one.n - 1};
    }
    if (n) memcpy(value, x, n * sizeof *x);
    return CUPEL_OK;
}
