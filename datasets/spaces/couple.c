/* couple: linear conditions on atomic fractions, as a text or as a mapping:
 *   ["Ni >= 2 Cr", "Al + Ti <= 0.2"]      [{Ni: 1, Cr: -2, min: 0}]
 * All numbers become whole ones, and fractions whole steps, so that a condition holds exactly or not at all. */
#include "datasets/spaces/kind.h"

#include "core/base/err.h"
#include "core/base/mem.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

static const double FACTOR_MAX = 1000; /* with 10^6 for decimals, 10^5 steps and 118 elements sums stay below 2^63 */

/* A condition as read: min <= sum of times[z] * fraction of z <= max. */
typedef struct condition {
    double times[CUPEL_Z_MAX + 1];
    double min, max; /* infinite where open */
    unsigned char z[CUPEL_Z_MAX];
    unsigned n;      /* elements named */
} condition;

static cupel_status refuse(const cupel_space_spec *spec, const cupel_yaml *node, const char *why, cupel_text found, cupel_err *err)
{
    return cupel_fail(err, CUPEL_USAGE, "%s:%zu: space: couple: %s in '%.*s'; expected a text such as 'Ni >= 2 Cr' or 'Al + Ti <= 0.2', or a mapping "
                      "such as {Ni: 1, Cr: -2, min: 0}", spec->file, node->line, why, cupel_shown(found.n, 60), found.n ? found.p : "");
}

static void add_term(condition *c, unsigned z, double times)
{
    bool named = false;
    for (unsigned i = 0; i < c->n; i++) named = named || c->z[i] == z;
    if (!named) c->z[c->n++] = (unsigned char)z;
    c->times[z] += times;
}

/* ---- a text ---- */

static void skip_blanks(cupel_text *t)
{
    while (t->n && (*t->p == ' ' || *t->p == '\t')) {
        t->p++;
        t->n--;
    }
}

static bool take(cupel_text *t, const char *word)
{
    size_t n = strlen(word);
    skip_blanks(t);
    if (t->n < n || memcmp(t->p, word, n) != 0) return false;
    t->p += n;
    t->n -= n;
    return true;
}

static bool take_number(cupel_text *t, double *x)
{
    size_t n = 0;
    skip_blanks(t);
    while (n < t->n && (isdigit((unsigned char)t->p[n]) || t->p[n] == '.')) n++;
    if (!n || !cupel_parse_double((cupel_text){t->p, n}, x)) return false;
    t->p += n;
    t->n -= n;
    return true;
}

static unsigned take_element(cupel_text *t)
{
    size_t n = 0;
    skip_blanks(t);
    while (n < t->n && isalpha((unsigned char)t->p[n])) n++;
    unsigned z = cupel_element_find(t->p, n);
    if (!z) return 0;
    t->p += n;
    t->n -= n;
    return z;
}

/* "2 Cr + Al - 0.1": terms into *c times `sign`, and the numbers alone into *number. */
static bool take_side(cupel_text *t, double sign, condition *c, double *number)
{
    double one = take(t, "-") ? -sign : sign;
    do {
        double x = 1;
        bool has_number = take_number(t, &x);
        if (has_number) take(t, "*");
        unsigned z = take_element(t);
        if (!z && !has_number) return false;
        if (z) add_term(c, z, one * x);
        else *number += one * x;
        one = take(t, "+") ? sign : take(t, "-") ? -sign : 0;
    } while (fabs(one) > 0);
    return true;
}

static cupel_status read_text(const cupel_space_spec *spec, const cupel_yaml *node, condition *c, cupel_err *err)
{
    cupel_text t = node->text;
    double number = 0;
    bool good = take_side(&t, 1, c, &number);
    int sign = !good ? 0 : take(&t, ">=") ? 1 : take(&t, "<=") ? -1 : take(&t, "==") || take(&t, "=") ? 2 : 0;
    if (!sign) return refuse(spec, node, good ? "no >=, <= or =" : "no element", node->text, err);
    if (!take_side(&t, -1, c, &number)) return refuse(spec, node, "no element or number behind the sign", node->text, err);
    skip_blanks(&t);
    if (t.n) return refuse(spec, node, "more than one condition", node->text, err);
    if (sign > 0) c->min = -number;
    if (sign != 1) c->max = -number;
    return CUPEL_OK;
}

/* ---- a mapping ---- */

static cupel_status read_map(const cupel_space_spec *spec, const cupel_yaml *node, condition *c, cupel_err *err)
{
    for (const cupel_yaml *k = node->child; k; k = k->next) {
        double x;
        if (k->kind != CUPEL_YAML_SCALAR || !cupel_parse_double(k->text, &x)) return refuse(spec, k, "no number", k->key, err);
        if (cupel_text_is(k->key, "min")) {
            c->min = x;
        } else if (cupel_text_is(k->key, "max")) {
            c->max = x;
        } else {
            unsigned z;
            cupel_status st = cupel_spec_element(spec, k, k->key, &z, err);
            if (st != CUPEL_OK) return st;
            add_term(c, z, x);
        }
    }
    return CUPEL_OK;
}

static cupel_status read_condition(const cupel_space_spec *spec, const cupel_yaml *node, condition *c, cupel_err *err)
{
    *c = (condition){.min = -HUGE_VAL, .max = HUGE_VAL};
    cupel_status st = node->kind == CUPEL_YAML_MAP ? read_map(spec, node, c, err) : read_text(spec, node, c, err);
    if (st != CUPEL_OK) return st;
    cupel_text said = node->kind == CUPEL_YAML_SCALAR ? node->text : cupel_text_of("{...}");
    if (!c->n) return refuse(spec, node, "no element", said, err);
    if (isinf(c->min) && isinf(c->max)) return refuse(spec, node, "neither min nor max", said, err);
    if (c->min > c->max) return refuse(spec, node, "min above max", said, err);
    for (unsigned i = 0; i < c->n; i++)
        if (fabs(c->times[c->z[i]]) > FACTOR_MAX) return refuse(spec, node, "a factor beyond 1000", said, err);
    return CUPEL_OK;
}

/* Into whole numbers: times and bounds by one power of ten, bounds by the steps too. Elements that are not among z [n] are 0. */
static cupel_status make_whole(const cupel_space_spec *spec, const cupel_yaml *node, const condition *c, const unsigned char *z, unsigned n,
    uint32_t steps,
                               cupel_coupling *out, cupel_err *err)
{
    double x[CUPEL_SIMPLEX_PARTS + 2];
    int64_t whole[CUPEL_SIMPLEX_PARTS + 2];
    for (unsigned i = 0; i < n; i++) x[i] = c->times[z[i]];
    x[n] = isinf(c->min) ? 0 : c->min;
    x[n + 1] = isinf(c->max) ? 0 : c->max;
    int64_t scale = cupel_whole_scale(x, n + 2);
    if (!scale || fabs(x[n]) > FACTOR_MAX || fabs(x[n + 1]) > FACTOR_MAX)
        return refuse(spec, node, scale ? "a bound beyond 1000" : "a number with more than six decimals",
                      node->kind == CUPEL_YAML_SCALAR ? node->text : cupel_text_of("{...}"), err);
    cupel_make_whole(x, n + 2, scale, whole);
    for (unsigned i = 0; i < n; i++) out->times[i] = whole[i];
    out->least = isinf(c->min) ? INT64_MIN : whole[n] * steps;
    out->most = isinf(c->max) ? INT64_MAX : whole[n + 1] * steps;
    return CUPEL_OK;
}

static cupel_status list_of(const cupel_space_spec *spec, const cupel_yaml **list, cupel_err *err)
{
    *list = cupel_yaml_get(spec->map, "couple");
    if (*list && ((*list)->kind != CUPEL_YAML_LIST || !(*list)->child || (*list)->n > CUPEL_COUPLINGS_MAX))
        return cupel_fail(err, CUPEL_USAGE, "%s:%zu: space: couple must be a list of 1 to %d conditions, as in ['Ni >= 2 Cr']", spec->file,
                          (*list)->line, CUPEL_COUPLINGS_MAX);
    return CUPEL_OK;
}

cupel_status cupel_spec_couplings(const cupel_space_spec *spec, const unsigned char *z, unsigned n, uint32_t steps, cupel_coupling **out,
    unsigned *n_out,
                                  cupel_err *err)
{
    const cupel_yaml *list;
    cupel_status st = list_of(spec, &list, err);
    if (st != CUPEL_OK || !list) return st;
    cupel_coupling *made = cupel_alloc(list->n, sizeof *made);
    if (!made) return cupel_no_memory(err, "couplings", list->n * sizeof *made);
    size_t i = 0;
    for (const cupel_yaml *k = list->child; k && st == CUPEL_OK; k = k->next, i++) {
        condition c;
        st = read_condition(spec, k, &c, err);
        if (st == CUPEL_OK) st = make_whole(spec, k, &c, z, n, steps, &made[i], err);
    }
    if (st != CUPEL_OK) {
        cupel_free(made);
        return st;
    }
    *out = made;
    *n_out = (unsigned)i;
    return CUPEL_OK;
}

cupel_status cupel_spec_coupled(const cupel_space_spec *spec, unsigned char z[CUPEL_Z_MAX], unsigned *n, cupel_err *err)
{
    const cupel_yaml *list;
    bool seen[CUPEL_Z_MAX + 1] = {false};
    *n = 0;
    cupel_status st = list_of(spec, &list, err);
    for (const cupel_yaml *k = st == CUPEL_OK && list ? list->child : NULL; k; k = k->next) {
        condition c;
        st = read_condition(spec, k, &c, err);
        if (st != CUPEL_OK) return st;
        for (unsigned i = 0; i < c.n; i++) {
            if (!seen[c.z[i]]) z[(*n)++] = c.z[i];
            seen[c.z[i]] = true;
        }
    }
    return st;
}
