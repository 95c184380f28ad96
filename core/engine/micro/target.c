/* The whole tensor that an entry of `require` asks for, and one component of a tensor. */
#include "core/base/err.h"
#include "core/engine/micro/demand_parts.h"
#include "core/io/keys.h"
#include "core/math/small.h"

#include <math.h>

#define ROOT_2 1.4142135623730951

/* A number alone: that of an isotropic tensor. */
static cupel_status read_isotropic(cupel_micro_reader *r, const cupel_yaml *node, size_t rows, cupel_unit_family family, double *a, cupel_err *err)
{
    double x = 0;
    const cupel_status st = cupel_micro_number(r, node, family, &x, err);
    for (size_t i = 0; i < rows * rows; i++) a[i] = i % (rows + 1) == 0 ? x : 0;
    return st;
}

/* [rows][rows] numbers; `~` is NaN. */
static cupel_status read_square(cupel_micro_reader *r, const cupel_yaml *node, size_t rows, cupel_unit_family family, double *a, cupel_err *err)
{
    const char *file = r->d->file;
    const cupel_yaml *row = node->child;
    if (node->kind != CUPEL_YAML_LIST || node->n != rows)
        return cupel_fail(err, CUPEL_USAGE, "%s:%zu: target: expected a list of %zu rows of %zu numbers", file, node->line, rows, rows);
    for (size_t i = 0; i < rows; i++, row = row->next) {
        if (row->kind != CUPEL_YAML_LIST || row->n != rows)
            return cupel_fail(err, CUPEL_USAGE, "%s:%zu: target: row %zu has %zu numbers, expected %zu", file, row->line, i + 1,
                              row->kind == CUPEL_YAML_LIST ? row->n : (size_t)1, rows);
        const cupel_yaml *one = row->child;
        for (size_t j = 0; j < rows; j++, one = one->next) {
            a[i * rows + j] = NAN;
            if (one->kind == CUPEL_YAML_SCALAR && cupel_text_is(one->text, "~")) continue;
            cupel_status st = cupel_micro_number(r, one, family, &a[i * rows + j], err);
            if (st != CUPEL_OK) return st;
        }
    }
    return CUPEL_OK;
}

static cupel_status check_symmetric(const cupel_micro_demand *d, const cupel_yaml *node, double *a, size_t n, cupel_err *err)
{
    double largest = 0;
    for (size_t i = 0; i < n * n; i++)
        if (!isnan(a[i])) largest = fmax(largest, fabs(a[i]));
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < i; j++) {
            double *x = &a[i * n + j], *y = &a[j * n + i];
            if (isnan(*x)) *x = *y;
            if (isnan(*y)) *y = *x;
            if (fabs(*x - *y) > 1e-6 * largest)
                return cupel_fail(err, CUPEL_BAD_INPUT, "%s:%zu: target is not symmetric: %g in row %zu, column %zu, but %g in row %zu, column %zu",
                                  d->file, node->line, *x, i + 1, j + 1, *y, j + 1, i + 1);
            *x = *y = (*x + *y) / 2;
        }
    return CUPEL_OK;
}

/* A tensor that is given whole has no negative eigenvalue. */
static cupel_status check_positive(const cupel_micro_demand *d, const cupel_yaml *node, const double *a, size_t n, cupel_err *err)
{
    double value[CUPEL_SMALL];
    for (size_t i = 0; i < n * n; i++)
        if (isnan(a[i])) return CUPEL_OK;
    cupel_small_eigen(a, n, value, NULL);
    if (value[0] >= -1e-9 * fabs(value[n - 1])) return CUPEL_OK;
    return cupel_fail(err, CUPEL_BAD_INPUT, "%s:%zu: target has the negative eigenvalue %g: no material has such a tensor", d->file, node->line,
                      value[0]);
}

static double mandel_factor(size_t i) { return i < 3 ? 1 : ROOT_2; }

static cupel_status read_orientation(const cupel_micro_demand *d, const cupel_yaml *e, cupel_ask *a, cupel_err *err)
{
    static const char *const words[] = {"fixed", "free", NULL};
    int word = 0;
    cupel_status st = cupel_keys_word(e, d->file, "orientation", words, &word, err);
    a->free = word == 1;
    for (size_t i = 0; a->free && i < (a->kind == CUPEL_ASK_EXPANSION ? 6 : a->order * a->order); i++)
        if (isnan(a->target[i]))
            return cupel_fail(err, CUPEL_USAGE, "%s:%zu: orientation: free is for a target with all its components", d->file,
                              cupel_yaml_get(e, "orientation")->line);
    return st;
}

/* Components that a stiffness has differently in Mandel and in Voigt components. */
static bool has_shear(const double t[36])
{
    for (size_t i = 0; i < 6; i++)
        for (size_t j = 0; j < 6; j++)
            if ((i > 2 || j > 2) && !isnan(t[i * 6 + j]) && t[i * 6 + j] != 0) return true;
    return false;
}

cupel_status cupel_micro_target(cupel_micro_reader *r, const cupel_yaml *e, cupel_unit_family family, cupel_ask *a, cupel_err *err)
{
    static const char *const convention_words[] = {"mandel", "voigt", NULL};
    static const size_t voigt_place[6][2] = {{0, 0}, {1, 1}, {2, 2}, {1, 2}, {0, 2}, {0, 1}};
    const cupel_yaml *node = cupel_yaml_get(e, "target");
    const bool vector = a->kind == CUPEL_ASK_EXPANSION;
    const size_t n = vector ? 3 : a->order;
    double t[36];
    int convention = 0;
    cupel_status st = CUPEL_OK;
    a->whole = true;
    a->target_line = node->line;
    CUPEL_TRY(cupel_keys_word(e, r->d->file, "convention", convention_words, &convention, err));
    a->voigt = convention == 1 && a->kind == CUPEL_ASK_STIFFNESS;
    if (n == 3 && node->kind == CUPEL_YAML_SCALAR)
        CUPEL_TRY(read_isotropic(r, node, n, family, t, err));
    else
        CUPEL_TRY(read_square(r, node, n, family, t, err));
    CUPEL_TRY(check_symmetric(r->d, node, t, n, err));
    for (size_t i = 0; i < n * n; i++) a->target[i] = t[i];
    a->assumed = a->kind == CUPEL_ASK_STIFFNESS && !cupel_yaml_get(e, "convention") && has_shear(a->target);
    if (a->kind == CUPEL_ASK_STIFFNESS && convention == 1)
        for (size_t i = 0; i < 6; i++)
            for (size_t j = 0; j < 6; j++) a->target[i * 6 + j] *= mandel_factor(i) * mandel_factor(j);
    if (vector)
        for (size_t i = 0; i < 6; i++) a->target[i] = t[voigt_place[i][0] * 3 + voigt_place[i][1]] * mandel_factor(i);
    if (!vector) CUPEL_TRY(check_positive(r->d, node, a->target, n, err));
    CUPEL_TRY(read_orientation(r->d, e, a, err));
    st = cupel_micro_within(r->d, e, &a->within, err);
done:
    return st;
}

cupel_status cupel_micro_component(const cupel_micro_demand *d, const cupel_yaml *e, cupel_ask *a, cupel_err *err)
{
    static const size_t index_of[3][3] = {{0, 5, 4}, {5, 1, 3}, {4, 3, 2}};
    const cupel_yaml *node = cupel_yaml_get(e, "component");
    const char last = a->kind == CUPEL_ASK_STIFFNESS ? '6' : '3';
    const cupel_text t = node->kind == CUPEL_YAML_SCALAR ? node->text : (cupel_text){"", 0};
    if (t.n != 2 || t.p[0] < '1' || t.p[0] > last || t.p[1] < '1' || t.p[1] > last)
        return cupel_fail(err, CUPEL_USAGE, "%s:%zu: component: expected two digits from 1 to %c, as in component: 11", d->file, node->line, last);
    a->i = (size_t)(t.p[0] - '1');
    a->j = (size_t)(t.p[1] - '1');
    a->component_scale = 1;
    if (a->kind == CUPEL_ASK_STIFFNESS) a->component_scale = 1 / (mandel_factor(a->i) * mandel_factor(a->j));
    if (a->kind == CUPEL_ASK_EXPANSION) {
        a->i = index_of[a->i][a->j];
        a->j = 0;
        a->component_scale = 1 / mandel_factor(a->i);
    }
    return CUPEL_OK;
}
