/* couple of a space of experiments: linear conditions on its numbers, "A + 2 B <= 1.5", "A + B + C = 1". */
#include "core/engine/trial_space.h"

#include "core/base/err.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

static void skip_blanks(cupel_text *t)
{
    while (t->n && (*t->p == ' ' || *t->p == '\t')) t->p++, t->n--;
}

static bool take(cupel_text *t, const char *word)
{
    const size_t n = strlen(word);
    skip_blanks(t);
    if (t->n < n || memcmp(t->p, word, n) != 0) return false;
    t->p += n, t->n -= n;
    return true;
}

static bool take_number(cupel_text *t, double *x)
{
    size_t n = 0;
    skip_blanks(t);
    while (n < t->n && (isdigit((unsigned char)t->p[n]) || t->p[n] == '.' ||
                        (n && (t->p[n] == 'e' || t->p[n] == 'E') && n + 1 < t->n && (isdigit((unsigned char)t->p[n + 1]) || t->p[n + 1] == '-')) ||
                        (n && t->p[n] == '-' && (t->p[n - 1] == 'e' || t->p[n - 1] == 'E'))))
        n++;
    if (!n || !cupel_parse_double((cupel_text){t->p, n}, x)) return false;
    t->p += n, t->n -= n;
    return true;
}

/* Bytes of `name` at the beginning of t, where it ends there; 0: another word. */
static size_t reach(cupel_text t, const char *name)
{
    const size_t n = strlen(name);
    if (!n || t.n < n || memcmp(t.p, name, n) != 0) return 0;
    return n < t.n && (isalnum((unsigned char)t.p[n]) || t.p[n] == '_') && isalnum((unsigned char)name[n - 1]) ? 0 : n;
}

/* The column with the longest name or label at the beginning of t; s->n: none. */
static size_t take_column(const cupel_trial_space *s, cupel_text *t)
{
    size_t best = s->n, most = 0;
    skip_blanks(t);
    for (size_t k = 0; k < s->n; k++) {
        const size_t name = reach(*t, s->header.name[k]), label = reach(*t, s->header.label[k]), n = name > label ? name : label;
        if (n > most) most = n, best = k;
    }
    t->p += most, t->n -= most;
    return best;
}

/* "2 A + B - 0.1": terms into *c times `sign`, and the numbers alone into *number. */
static bool take_side(const cupel_trial_space *s, cupel_text *t, double sign, cupel_trial_condition *c, double *number)
{
    double one = take(t, "-") ? -sign : sign;
    do {
        double x = 1;
        size_t k = take_column(s, t);
        const bool has_number = k == s->n && take_number(t, &x);
        if (has_number) {
            take(t, "*");
            k = take_column(s, t);
        }
        if (k == s->n && !has_number) return false;
        if (k < s->n) c->times[k] += one * x;
        else *number += one * x;
        one = take(t, "+") ? sign : take(t, "-") ? -sign : 0;
    } while (fabs(one) > 0);
    return true;
}

cupel_status cupel_trial_couple(cupel_trial_space *s, const cupel_yaml *node, cupel_err *err)
{
    cupel_trial_condition c = {.least = -INFINITY, .most = INFINITY};
    cupel_text t = node->kind == CUPEL_YAML_SCALAR ? node->text : cupel_text_of("");
    double number = 0;
    const char *why = NULL;
    size_t named = 0;
    if (s->n_conditions == CUPEL_TRIAL_CONDITIONS) return cupel_fail(err, CUPEL_USAGE, "%s:%zu: space: couple: more than %d conditions", s->file,
                                                                     node->line, CUPEL_TRIAL_CONDITIONS);
    if (!take_side(s, &t, 1, &c, &number)) why = "no column or number";
    const int sign = why ? 0 : take(&t, ">=") ? 1 : take(&t, "<=") ? -1 : take(&t, "==") || take(&t, "=") ? 2 : 0;
    if (!why && !sign) why = "no >=, <= or =";
    if (!why && !take_side(s, &t, -1, &c, &number)) why = "no column or number behind the sign";
    skip_blanks(&t);
    if (!why && t.n) why = "more than one condition, or a name that is no column,";
    for (size_t k = 0; k < s->n && !why; k++) {
        named += fabs(c.times[k]) > 0;
        if (fabs(c.times[k]) > 0 && s->axis[k].word) why = "a column of words";
    }
    if (!why && !named) why = "no column";
    if (why)
        return cupel_fail(err, CUPEL_USAGE,
                          "%s:%zu: space: couple: %s in '%.*s'; expected a linear condition on columns of numbers, as 'A + 2 B <= 1.5'", s->file,
                          node->line, why, cupel_shown(node->text.n, 60), node->text.n ? node->text.p : "");
    if (sign > 0) c.least = -number;
    if (sign != 1) c.most = -number;
    s->condition[s->n_conditions++] = c;
    return CUPEL_OK;
}
