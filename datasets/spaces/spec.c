#include "datasets/spaces/kind.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/io/keys.h"
#include "core/sys/file.h"

#include <math.h>
#include <string.h>

cupel_status cupel_spec_element(const cupel_space_spec *spec, const cupel_yaml *node, cupel_text symbol, unsigned *z, cupel_err *err)
{
    unsigned found = cupel_element_find(symbol.p, symbol.n);
    if (!found)
        return cupel_fail(err, CUPEL_USAGE, "%s:%zu: space: '%.*s' is no element symbol", spec->file, node->line, cupel_shown(symbol.n, 60),
                          symbol.n ? symbol.p : "");
    *z = found;
    return CUPEL_OK;
}

cupel_status cupel_spec_elements(const cupel_space_spec *spec, const cupel_yaml *list, unsigned char z[CUPEL_Z_MAX], unsigned *n, cupel_err *err)
{
    bool seen[CUPEL_Z_MAX + 1] = {false};
    *n = 0;
    if (list->kind == CUPEL_YAML_MAP || (list->kind == CUPEL_YAML_LIST && !list->child))
        return cupel_fail(err, CUPEL_USAGE, "%s:%zu: space: a list of elements is expected, as in [Sn, Ge]", spec->file, list->line);
    for (const cupel_yaml *k = list->kind == CUPEL_YAML_LIST ? list->child : list; k; k = list->kind == CUPEL_YAML_LIST ? k->next : NULL) {
        unsigned one = 0;
        cupel_status st = cupel_spec_element(spec, k, k->kind == CUPEL_YAML_SCALAR ? k->text : cupel_text_of(""), &one, err);
        if (st != CUPEL_OK) return st;
        if (seen[one])
            return cupel_fail(err, CUPEL_USAGE, "%s:%zu: space: %s is listed twice", spec->file, k->line, cupel_element_symbol(one));
        seen[one] = true;
        z[(*n)++] = (unsigned char)one;
    }
    return CUPEL_OK;
}

unsigned cupel_spec_prune(const cupel_space_spec *spec, unsigned char *z, unsigned n)
{
    unsigned kept = 0;
    for (unsigned i = 0; i < n; i++)
        if (spec->allows[z[i]]) z[kept++] = z[i];
    return kept;
}

void cupel_spec_sort(unsigned char *z, unsigned n)
{
    for (unsigned i = 1; i < n; i++)
        for (unsigned j = i; j > 0 && cupel_element_before(z[j], z[j - 1]); j--) {
            unsigned char spare = z[j];
            z[j] = z[j - 1];
            z[j - 1] = spare;
        }
}

cupel_status cupel_spec_path(const cupel_space_spec *spec, const char *key, char **path, cupel_err *err)
{
    const char *name = NULL;
    cupel_status st = cupel_keys_text(spec->map, spec->file, key, &name, err);
    if (st != CUPEL_OK) return st;
    if (strcmp(name, "-") == 0)
        return cupel_fail(err, CUPEL_USAGE, "%s:%zu: space: %s: a screen reads its table more than once, so it cannot come from stdin; name a file",
                          spec->file, spec->own->line, key);
    *path = cupel_path_beside(spec->file, name);
    return *path ? CUPEL_OK : cupel_no_memory(err, "a file name", 0);
}

cupel_status cupel_spec_dot(const cupel_space_spec *spec, cupel_dot *dot, cupel_err *err)
{
    static const char *const words[] = {"refuse", "hydrate", "decimal", NULL};
    int i = CUPEL_DOT_REFUSE;
    cupel_status st = cupel_keys_word(spec->map, spec->file, "dot", words, &i, err);
    if (st == CUPEL_OK) *dot = (cupel_dot)i;
    return st;
}

cupel_status cupel_spec_formula(const cupel_space_spec *spec, const cupel_yaml *node, cupel_text text, cupel_composition *c, cupel_err *err)
{
    cupel_formula f;
    cupel_formula_error e;
    if (!cupel_formula_read(cupel_text_trim(text), CUPEL_DOT_REFUSE, &f, &e))
        return cupel_fail(err, CUPEL_USAGE, "%s:%zu: space: formula '%.*s', position %zu: %s", spec->file, node->line, cupel_shown(text.n, 80),
                          text.n ? text.p : "", e.position + 1, e.message);
    *c = f.composition;
    return CUPEL_OK;
}

cupel_status cupel_spec_range(const cupel_space_spec *spec, const cupel_yaml *node, double min, double max, double *low, double *high, cupel_err *err)
{
    cupel_text t = node->text, a = t, b = t;
    bool ok = node->kind == CUPEL_YAML_SCALAR;
    for (size_t i = 0; ok && i + 1 < t.n; i++)
        if (t.p[i] == '.' && t.p[i + 1] == '.') {
            a = (cupel_text){t.p, i};
            b = (cupel_text){t.p + i + 2, t.n - i - 2};
            break;
        }
    ok = ok && cupel_parse_double(cupel_text_trim(a), low) && cupel_parse_double(cupel_text_trim(b), high);
    if (!ok || *low < min || *high > max || *low > *high)
        return cupel_fail(err, CUPEL_USAGE, "%s:%zu: space: %.*s: %.*s must be low..high with %g <= low <= high <= %g, as in 0.1..0.3", spec->file,
                          node->line,
                          (int)spec->own->key.n, spec->own->key.p, (int)node->key.n, node->key.p, min, max);
    return CUPEL_OK;
}

cupel_status cupel_simplex_fill(const cupel_simplex *g, uint64_t first, size_t n, cupel_simplex_emit *emit, void *state, cupel_candidates *c,
                                cupel_err *err)
{
    cupel_simplex_place p;
    if (first >= g->count) return CUPEL_OK;
    if (n > g->count - first) n = (size_t)(g->count - first);
    cupel_simplex_go(g, first, &p);
    for (size_t i = 0; i < n; i++) {
        cupel_status st = emit(state, &p, c, err);
        if (st != CUPEL_OK) return st;
        if (i + 1 < n) cupel_simplex_next(g, &p);
    }
    return CUPEL_OK;
}

bool cupel_grid_points(double low, double high, uint32_t steps, uint32_t *a, uint32_t *b)
{
    static const double slack = 1e-9; /* of a step: 0.3 / 0.1 is 2.9999999999999996 */
    *a = (uint32_t)ceil(low * steps - slack);
    *b = (uint32_t)floor(high * steps + slack);
    return *a <= *b;
}

cupel_status cupel_spec_steps(const cupel_space_spec *spec, uint32_t *steps, cupel_err *err)
{
    double step = 0.01;
    cupel_status st = cupel_keys_number(spec->map, spec->file, "step", 1.0 / CUPEL_SIMPLEX_STEPS, 1.0, &step, err);
    if (st != CUPEL_OK) return st;
    double n = nearbyint(1.0 / step);
    if (fabs(n * step - 1.0) > 1e-9)
        return cupel_fail(err, CUPEL_USAGE, "%s:%zu: space: step %g does not divide 1; use 0.01, 0.02, 0.025, 0.05 or the like", spec->file,
                          cupel_yaml_get(spec->map, "step")->line, step);
    *steps = (uint32_t)n;
    return CUPEL_OK;
}

int64_t cupel_whole_scale(const double *x, size_t n)
{
    for (int64_t scale = 1; scale <= 1000000; scale *= 10) {
        bool whole = true;
        for (size_t i = 0; i < n; i++) whole = whole && fabs(x[i] * (double)scale - nearbyint(x[i] * (double)scale)) <= 1e-9 * fmax(1, fabs(x[i]));
        if (whole) return scale;
    }
    return 0;
}

void cupel_make_whole(const double *x, size_t n, int64_t scale, int64_t *whole)
{
    for (size_t i = 0; i < n; i++) whole[i] = (int64_t)llround(x[i] * (double)scale);
}
