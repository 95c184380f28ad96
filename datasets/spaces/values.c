/* Values of an axis: a list [300, 400], a range "300..900 step 100", or one value. */
#include "datasets/spaces/kind.h"

#include "core/base/err.h"
#include "core/base/mem.h"

#include <math.h>
#include <string.h>

void cupel_values_release(cupel_values *v)
{
    for (size_t i = 0; i < v->n; i++) cupel_free(v->text[i]);
    cupel_free(v->text);
    cupel_free(v->number);
    *v = (cupel_values){0};
}

static cupel_status add(cupel_values *v, cupel_text text, double number, cupel_err *err)
{
    char *copy = cupel_strndup(text.p, text.n);
    if (!copy || !cupel_grow(&v->text, &v->cap_text, v->n + 1, sizeof *v->text) || !cupel_grow(&v->number, &v->cap_number, v->n + 1,
        sizeof *v->number)) {
        cupel_free(copy);
        return cupel_no_memory(err, "values", v->n * 40);
    }
    v->text[v->n] = copy;
    v->number[v->n++] = number;
    return CUPEL_OK;
}

static cupel_status add_one(const cupel_space_spec *spec, const cupel_yaml *node, bool words, cupel_values *v, cupel_err *err)
{
    double x = NAN;
    cupel_text t = node->kind == CUPEL_YAML_SCALAR ? cupel_text_trim(node->text) : (cupel_text){"", 0};
    bool number = cupel_parse_double(t, &x);
    for (size_t i = 0; words && i + 1 < t.n; i++)
        words = t.p[i] != '.' || t.p[i + 1] != '.'; /* a range that could not be read is no word */
    if (!t.n || memchr(t.p, '\t', t.n) || memchr(t.p, '\n', t.n) || (!number && !words))
        return cupel_fail(err, CUPEL_USAGE,
                          "%s:%zu: space: '%.*s' is no %s; expected a list such as [0.01, 0.02] or a range such as 0.01..0.05 step 0.01", spec->file,
                          node->line, cupel_shown(t.n, 60), t.p, words ? "value" : "number");
    for (size_t i = 0; i < v->n; i++)
        if (cupel_text_is(t, v->text[i]) || (number && v->number[i] >= x && v->number[i] <= x))
            return cupel_fail(err, CUPEL_USAGE, "%s:%zu: space: the value %.*s is there twice; leave one out", spec->file, node->line, (int)t.n, t.p);
    return add(v, t, number ? x : (double)NAN, err);
}

/* "300..900 step 100" */
static bool split_range(cupel_text t, double x[3])
{
    size_t dots = 0, word = 0;
    while (dots + 1 < t.n && !(t.p[dots] == '.' && t.p[dots + 1] == '.')) dots++;
    for (word = dots; word + 4 <= t.n && memcmp(t.p + word, "step", 4) != 0; word++) {}
    if (dots + 1 >= t.n || word + 4 > t.n) return false;
    return cupel_parse_double(cupel_text_trim((cupel_text){t.p, dots}), &x[0]) &&
           cupel_parse_double(cupel_text_trim((cupel_text){t.p + dots + 2, word - dots - 2}), &x[1]) &&
           cupel_parse_double(cupel_text_trim((cupel_text){t.p + word + 4, t.n - word - 4}), &x[2]);
}

/* Points of a range as whole numbers over one scale, so that 0.1 .. 0.3 in steps of 0.1 has 0.3. */
static cupel_status add_range(const cupel_space_spec *spec, const cupel_yaml *node, const double x[3], cupel_values *v, cupel_err *err)
{
    int64_t whole[3], scale = cupel_whole_scale(x, 3);
    char text[32];
    cupel_status st = CUPEL_OK;
    if (!scale || fabs(x[0]) > 1e9 || fabs(x[1]) > 1e9 || x[2] > 1e9 || x[2] <= 0 || x[0] > x[1] || (x[1] - x[0]) / x[2] > CUPEL_VALUES_MAX)
        return cupel_fail(err, CUPEL_USAGE, "%s:%zu: space: the range '%.*s' must go up in steps above 0, with at most six decimals and %d values",
                          spec->file, node->line,
                          cupel_shown(node->text.n, 60), node->text.p, CUPEL_VALUES_MAX);
    cupel_make_whole(x, 3, scale, whole);
    const int64_t past = (whole[1] - whole[0]) % whole[2];
    if (past)
        return cupel_fail(err, CUPEL_USAGE,
                          "%s:%zu: space: the range '%.*s' never reaches its end: the last step is at %g; end it there, or take a step that "
                          "divides the range", spec->file, node->line, cupel_shown(node->text.n, 60), node->text.p,
                          (double)(whole[1] - past) / (double)scale);
    for (int64_t k = whole[0]; k <= whole[1] && st == CUPEL_OK; k += whole[2]) {
        double value = (double)k / (double)scale;
        size_t n = cupel_format_double(text, value);
        st = add(v, (cupel_text){text, n}, value, err);
    }
    return st;
}

cupel_status cupel_spec_values(const cupel_space_spec *spec, const cupel_yaml *node, bool words, cupel_values *v, cupel_err *err)
{
    double x[3];
    *v = (cupel_values){0};
    cupel_status st = CUPEL_OK;
    if (node->kind == CUPEL_YAML_SCALAR && split_range(node->text, x)) {
        st = add_range(spec, node, x, v, err);
    } else if (node->kind == CUPEL_YAML_LIST && node->child && node->n <= CUPEL_VALUES_MAX) {
        for (const cupel_yaml *k = node->child; k && st == CUPEL_OK; k = k->next) st = add_one(spec, k, words, v, err);
    } else {
        st = add_one(spec, node, words, v, err);
    }
    if (st != CUPEL_OK) cupel_values_release(v);
    return st;
}
