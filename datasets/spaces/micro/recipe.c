#include "datasets/spaces/micro/recipe.h"

#include "core/base/err.h"
#include "core/base/guess.h"
#include "core/base/mem.h"
#include "core/io/input.h"
#include "core/sys/file.h"

#include <math.h>
#include <string.h>

enum { FILE_MAX = 1 << 20, WORD_MAX = 63, VERSION = 1 };

const cupel_method *cupel_generator_method(size_t i) { return cupel_generators[i] ? &cupel_generators[i]->method : NULL; }

static cupel_status unknown_generator(cupel_text name, cupel_err *err)
{
    char word[WORD_MAX + 1];
    const int n = cupel_shown(name.n, WORD_MAX);
    memcpy(word, name.p, (size_t)n);
    word[n] = '\0';
    cupel_guess g = {.meant = word};
    cupel_str all = {0};
    for (size_t i = 0; cupel_generators[i]; i++) {
        cupel_guess_offer(&g, cupel_generators[i]->method.name);
        cupel_str_addf(&all, "%s%s", i ? ", " : "", cupel_generators[i]->method.name);
    }
    cupel_status st = cupel_fail(err, CUPEL_USAGE, "no file and no generator '%s'; %s%s%sgenerators are %s", word, g.best ? "did you mean '" : "",
                                 g.best ? g.best : "", g.best ? "'? " : "", cupel_str_text(&all));
    cupel_str_free(&all);
    return st;
}

static const cupel_generator *generator_named(cupel_text name)
{
    for (size_t i = 0; cupel_generators[i]; i++)
        if (cupel_text_is(name, cupel_generators[i]->method.name)) return cupel_generators[i];
    return NULL;
}

static const cupel_param *param_at(const cupel_recipe *r, size_t i) { return &r->generator->method.params[i]; }

static size_t n_params(const cupel_recipe *r) { return cupel_method_n_params(&r->generator->method); }

static size_t place_of(const cupel_recipe *r, cupel_text name)
{
    size_t i = 0;
    while (i < n_params(r) && !cupel_text_is(name, param_at(r, i)->name)) i++;
    return i;
}

static cupel_status begin(cupel_text name, cupel_recipe *r, cupel_err *err)
{
    const cupel_generator *g = generator_named(name);
    if (!g) return unknown_generator(name, err);
    *r = (cupel_recipe){.generator = g};
    for (size_t i = 0; i < n_params(r); i++) r->value[i] = param_at(r, i)->value;
    return CUPEL_OK;
}

static cupel_status unknown_param(const cupel_recipe *r, cupel_text name, cupel_err *err)
{
    char word[WORD_MAX + 1];
    const size_t n = name.n < WORD_MAX ? name.n : WORD_MAX;
    memcpy(word, name.p, n);
    word[n] = '\0';
    cupel_guess g = {.meant = word};
    cupel_str all = {0};
    for (size_t i = 0; i < n_params(r); i++) {
        cupel_guess_offer(&g, param_at(r, i)->name);
        if (i < 12) cupel_str_addf(&all, "%s, ", param_at(r, i)->name);
        if (i == 12) cupel_str_puts(&all, "..., ");
    }
    cupel_guess_offer(&g, "seed");
    cupel_guess_offer(&g, "connected");
    cupel_status st =
        cupel_fail(err, CUPEL_USAGE, "generator '%s' has no parameter '%s'; %s%s%sit has %sseed ('cupel methods %s' tells their ranges)",
                   r->generator->method.name, word, g.best ? "did you mean '" : "", g.best ? g.best : "", g.best ? "'? " : "", cupel_str_text(&all),
                   r->generator->method.name);
    cupel_str_free(&all);
    return st;
}

/* The parameter that tells the same as parameter i in another way; n_params: there is none. */
static size_t other_of(const cupel_recipe *r, size_t i)
{
    const cupel_either *e = r->generator->either;
    for (; e && e->one; e++) {
        if (strcmp(param_at(r, i)->name, e->one) == 0) return place_of(r, cupel_text_of(e->other));
        if (strcmp(param_at(r, i)->name, e->other) == 0) return place_of(r, cupel_text_of(e->one));
    }
    return n_params(r);
}

/* Parameter i has been given (`given` [n_params] tells which have): the one it stands for is left out. */
static cupel_status leave_other(cupel_recipe *r, size_t i, const bool *given, cupel_err *err)
{
    const size_t other = other_of(r, i);
    if (other == n_params(r)) return CUPEL_OK;
    if (given && given[other])
        return cupel_fail(err, CUPEL_USAGE, "generator '%s' is given both %s and %s, and each tells the other: give exactly one of them",
                          r->generator->method.name, param_at(r, other)->name, param_at(r, i)->name);
    r->value[other] = (double)NAN;
    return CUPEL_OK;
}

static bool is_count(const cupel_param *p) { return p->unit && strcmp(p->unit, "count") == 0; }

/* Sets parameter i. */
static cupel_status set_value(cupel_recipe *r, size_t i, double x, cupel_err *err)
{
    const cupel_param *p = param_at(r, i);
    const bool whole = is_count(p);
    char low[32], high[32], found[32];
    if (x >= p->min && x <= p->max && (!whole || x == floor(x))) {
        r->value[i] = x == 0 ? 0 : x; /* no -0 */
        return CUPEL_OK;
    }
    cupel_format_double(low, p->min);
    cupel_format_double(high, p->max);
    cupel_format_double(found, x);
    const char *unit = p->unit && !whole ? p->unit : "";
    return cupel_fail(err, CUPEL_USAGE, "parameter %s of generator '%s' is %s, expected a %snumber from %s to %s%s%s", p->name,
                      r->generator->method.name, found, whole ? "whole " : "", low, high, unit[0] ? " " : "", unit);
}

static cupel_status check(const cupel_recipe *r, cupel_err *err)
{
    const cupel_status st = r->generator->check ? r->generator->check(r, err) : CUPEL_OK;
    if (st != CUPEL_OK || r->one_body <= cupel_recipe_phases(r)) return st;
    return cupel_fail(err, CUPEL_USAGE, "phase %zu of generator '%s' is to be connected, expected one from 0 to %zu", r->one_body - 1,
                      r->generator->method.name, cupel_recipe_phases(r) - 1);
}

/* The phase that is to be one body. */
static bool set_body(cupel_recipe *r, double phase)
{
    if (!(phase >= 0 && phase < CUPEL_PHASES_MAX) || phase != floor(phase)) return false;
    r->one_body = (size_t)phase + 1;
    return true;
}

/* One "name=value". */
static cupel_status setting(cupel_recipe *r, cupel_text t, bool *given, cupel_err *err)
{
    const char *equals = t.n ? memchr(t.p, '=', t.n) : NULL;
    if (!equals)
        return cupel_fail(err, CUPEL_USAGE, "'%.*s' of generator '%s' is not of the form name=value", cupel_shown(t.n, WORD_MAX),
                          t.n ? t.p : "", r->generator->method.name);
    const cupel_text name = cupel_text_trim((cupel_text){t.p, (size_t)(equals - t.p)});
    const cupel_text word = cupel_text_trim((cupel_text){equals + 1, (size_t)(t.p + t.n - equals - 1)});
    const bool seed = cupel_text_is(name, "seed"), body = cupel_text_is(name, "connected");
    const size_t i = seed ? (size_t)CUPEL_RECIPE_VALUES_MAX : body ? CUPEL_RECIPE_VALUES_MAX + 1 : place_of(r, name);
    double x;
    if (i == n_params(r)) return unknown_param(r, name, err);
    if (given[i])
        return cupel_fail(err, CUPEL_USAGE, "parameter %.*s of generator '%s' is given twice", (int)name.n, name.p, r->generator->method.name);
    given[i] = true;
    if (seed)
        return cupel_parse_u64(word, &r->seed)
                   ? CUPEL_OK
                   : cupel_fail(err, CUPEL_USAGE, "seed of generator '%s' is '%.*s', expected a whole number from 0 to 2^64 - 1",
                                r->generator->method.name, cupel_shown(word.n, WORD_MAX), word.p);
    if (body)
        return cupel_parse_double(word, &x) && set_body(r, x)
                   ? CUPEL_OK
                   : cupel_fail(err, CUPEL_USAGE, "connected of generator '%s' is '%.*s', expected the number of a phase", r->generator->method.name,
                                cupel_shown(word.n, WORD_MAX), word.p);
    if (!cupel_parse_double(word, &x))
        return cupel_fail(err, CUPEL_USAGE, "parameter %s of generator '%s' is '%.*s', expected a number", param_at(r, i)->name,
                          r->generator->method.name, cupel_shown(word.n, WORD_MAX), word.p);
    cupel_status st = set_value(r, i, x, err);
    return st == CUPEL_OK ? leave_other(r, i, given, err) : st;
}

cupel_status cupel_recipe_of_text(const char *text, cupel_recipe *r, cupel_err *err)
{
    cupel_recipe w;
    bool given[CUPEL_RECIPE_VALUES_MAX + 2] = {false}; /* the parameters, the seed, connected */
    const char *colon = strchr(text, ':');
    const cupel_text name = cupel_text_trim(colon ? (cupel_text){text, (size_t)(colon - text)} : cupel_text_of(text));
    cupel_status st = begin(name, &w, err);
    cupel_text rest = colon ? cupel_text_trim(cupel_text_of(colon + 1)) : cupel_text_of("");
    for (bool more = rest.n > 0; more && st == CUPEL_OK;) {
        const char *comma = memchr(rest.p, ',', rest.n);
        const cupel_text one = {rest.p, comma ? (size_t)(comma - rest.p) : rest.n};
        st = setting(&w, cupel_text_trim(one), given, err);
        more = comma != NULL;
        if (comma) rest = (cupel_text){comma + 1, rest.n - one.n - 1};
    }
    if (st == CUPEL_OK) st = check(&w, err);
    if (st == CUPEL_OK) *r = w;
    return st;
}

bool cupel_recipe_same(const cupel_recipe *a, const cupel_recipe *b)
{
    if (a->generator != b->generator || a->seed != b->seed) return false;
    for (size_t i = 0; i < n_params(a); i++)
        if (a->value[i] != b->value[i] && !(isnan(a->value[i]) && isnan(b->value[i]))) return false;
    return true;
}

/* The seed is a number, or text where it does not fit a double. */
static cupel_status json_seed(const cupel_json *node, const char *name, uint64_t *seed, cupel_err *err)
{
    double x;
    cupel_text t;
    if (cupel_json_number(node, &x) && x >= 0 && x <= 0x1p53 && x == floor(x)) {
        *seed = (uint64_t)x;
        return CUPEL_OK;
    }
    if (cupel_json_string(node, &t) && cupel_parse_u64(t, seed)) return CUPEL_OK;
    return cupel_fail(err, CUPEL_BAD_INPUT, "%s: seed must be a whole number from 0 to 2^53, or as text up to 2^64 - 1", name);
}

static cupel_status json_thresholds(const cupel_json *node, const char *name, cupel_recipe *r, cupel_err *err)
{
    const size_t n = cupel_json_size(node);
    if (cupel_json_kind_of(node) != CUPEL_JSON_ARRAY || n > CUPEL_RECIPE_THRESHOLDS_MAX)
        return cupel_fail(err, CUPEL_BAD_INPUT, "%s: thresholds must be a list of up to %d numbers", name, (int)CUPEL_RECIPE_THRESHOLDS_MAX);
    for (size_t i = 0; i < n; i++)
        if (!cupel_json_number(cupel_json_at(node, i), &r->threshold[i]))
            return cupel_fail(err, CUPEL_BAD_INPUT, "%s: threshold %zu is no number", name, i + 1);
    if (n && n != r->generator->threshold)
        return cupel_fail(err, CUPEL_BAD_INPUT, "%s: %zu threshold%s, expected %zu for generator '%s'", name, n, n == 1 ? "" : "s",
                          r->generator->threshold, r->generator->method.name);
    r->n_thresholds = n;
    return CUPEL_OK;
}

static cupel_status json_parameters(const cupel_json *node, const char *name, cupel_recipe *r, cupel_err *err)
{
    if (cupel_json_kind_of(node) != CUPEL_JSON_OBJECT)
        return cupel_fail(err, CUPEL_BAD_INPUT, "%s: parameters must be an object {\"name\": number}", name);
    bool given[CUPEL_RECIPE_VALUES_MAX] = {false};
    for (size_t k = 0; k < cupel_json_size(node); k++) {
        const cupel_text key = cupel_text_of(cupel_json_key(node, k));
        const size_t i = place_of(r, key);
        double x;
        cupel_status st = i == n_params(r) ? unknown_param(r, key, err) : CUPEL_OK;
        if (st == CUPEL_OK && !cupel_json_number(cupel_json_member(node, k), &x))
            return cupel_fail(err, CUPEL_BAD_INPUT, "%s: parameter %s is no number", name, param_at(r, i)->name);
        if (st == CUPEL_OK) st = set_value(r, i, x, err);
        if (st == CUPEL_OK) st = leave_other(r, i, given, err);
        if (st != CUPEL_OK) return cupel_err_prefix(err, "%s: ", name);
        given[i] = true;
    }
    return CUPEL_OK;
}

static cupel_status json_version(const cupel_json *node, const char *name, cupel_err *err)
{
    double x;
    if (cupel_json_number(node, &x) && x == VERSION) return CUPEL_OK;
    return cupel_fail(err, CUPEL_BAD_INPUT, "%s: this program reads recipes of version %d; found another", name, (int)VERSION);
}

static cupel_status json_body(const cupel_json *node, const char *name, cupel_recipe *r, cupel_err *err)
{
    double x;
    if (cupel_json_number(node, &x) && set_body(r, x)) return CUPEL_OK;
    return cupel_fail(err, CUPEL_BAD_INPUT, "%s: connected must be the number of a phase", name);
}

static cupel_status json_member(const cupel_json *node, const char *key, const char *name, cupel_recipe *r, cupel_err *err)
{
    if (strcmp(key, "generator") == 0) return CUPEL_OK;
    if (strcmp(key, "parameters") == 0) return json_parameters(node, name, r, err);
    if (strcmp(key, "seed") == 0) return json_seed(node, name, &r->seed, err);
    if (strcmp(key, "thresholds") == 0) return json_thresholds(node, name, r, err);
    if (strcmp(key, "version") == 0) return json_version(node, name, err);
    if (strcmp(key, "connected") == 0) return json_body(node, name, r, err);
    return cupel_fail(err, CUPEL_BAD_INPUT, "%s: unknown key '%.60s' in a recipe; keys are generator, parameters, seed, thresholds, connected, "
                                             "version", name, key);
}

cupel_status cupel_recipe_of_json(const cupel_json *node, const char *name, cupel_recipe *r, cupel_err *err)
{
    cupel_text word;
    cupel_recipe w;
    const cupel_json *g = cupel_json_kind_of(node) == CUPEL_JSON_OBJECT ? cupel_json_get(node, "generator") : NULL;
    if (!g || !cupel_json_string(g, &word))
        return cupel_fail(err, CUPEL_BAD_INPUT, "%s: a recipe is a JSON object {\"generator\": \"name\", \"parameters\": {...}, \"seed\": n}", name);
    cupel_status st = begin(word, &w, err);
    if (st != CUPEL_OK) return cupel_err_prefix(err, "%s: ", name);
    for (size_t i = 0; i < cupel_json_size(node) && st == CUPEL_OK; i++)
        st = json_member(cupel_json_member(node, i), cupel_json_key(node, i), name, &w, err);
    if (st == CUPEL_OK && (st = check(&w, err)) != CUPEL_OK) return cupel_err_prefix(err, "%s: ", name);
    if (st == CUPEL_OK) *r = w;
    return st;
}

static cupel_status read_file(const char *path, cupel_recipe *r, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_input *in = NULL;
    cupel_json *root = NULL;
    char *text = NULL;
    size_t n = 0;
    CUPEL_TRY(cupel_input_open(path, &in, err));
    CUPEL_TRY(cupel_input_rest(in, FILE_MAX, &text, &n, err));
    CUPEL_TRY(cupel_json_read((cupel_text){text, n}, path, &root, err));
    CUPEL_TRY(cupel_recipe_of_json(root, path, r, err));
done:
    cupel_json_free(root);
    cupel_free(text);
    cupel_input_free(in);
    return st;
}

static bool ends_in_json(const char *s)
{
    const size_t n = strlen(s);
    return n > 5 && strcmp(s + n - 5, ".json") == 0;
}

cupel_status cupel_recipe_read(const char *spec, cupel_recipe *r, cupel_err *err)
{
    if (ends_in_json(spec) || strcmp(spec, "-") == 0 || cupel_file_exists(spec)) return read_file(spec, r, err);
    return cupel_recipe_of_text(spec, r, err);
}

void cupel_recipe_put(const cupel_recipe *r, cupel_json_out *w)
{
    cupel_json_open(w, '{');
    cupel_json_name(w, "generator");
    cupel_json_put_string(w, r->generator->method.name);
    cupel_json_name(w, "parameters");
    cupel_json_open(w, '{');
    for (size_t i = 0; i < n_params(r); i++) {
        if (isnan(r->value[i])) continue; /* chosen by the generator */
        cupel_json_name(w, param_at(r, i)->name);
        cupel_json_put_number(w, r->value[i]);
    }
    cupel_json_close(w, '}');
    cupel_json_name(w, "seed");
    if (r->seed <= (uint64_t)1 << 53) {
        cupel_json_put_count(w, r->seed);
    } else { /* readers of JSON take numbers as doubles */
        cupel_str s = {0};
        cupel_str_addf(&s, "%llu", (unsigned long long)r->seed);
        w->s->failed |= s.failed;
        cupel_json_put_string(w, cupel_str_text(&s));
        cupel_str_free(&s);
    }
    cupel_json_name(w, "thresholds");
    cupel_json_open(w, '[');
    for (size_t i = 0; i < r->n_thresholds; i++) cupel_json_put_number(w, r->threshold[i]);
    cupel_json_close(w, ']');
    if (r->one_body) {
        cupel_json_name(w, "connected");
        cupel_json_put_count(w, r->one_body - 1);
    }
    cupel_json_name(w, "version");
    cupel_json_put_int(w, VERSION);
    cupel_json_close(w, '}');
}

void cupel_recipe_text(const cupel_recipe *r, cupel_str *s)
{
    cupel_str_addf(s, "%s:", r->generator->method.name);
    for (size_t i = 0; i < n_params(r); i++) {
        const double x = r->value[i], fallback = param_at(r, i)->value;
        if (x == fallback || isnan(x)) continue;
        cupel_str_addf(s, "%s=", param_at(r, i)->name);
        cupel_str_number(s, x);
        cupel_str_putc(s, ',');
    }
    cupel_str_addf(s, "seed=%llu", (unsigned long long)r->seed);
    if (r->one_body) cupel_str_addf(s, ",connected=%zu", r->one_body - 1);
}

size_t cupel_recipe_phases(const cupel_recipe *r) { return r->generator->phases_of ? r->generator->phases_of(r) : r->generator->n_phases; }

cupel_status cupel_recipe_set(cupel_recipe *r, const char *parameter, double value, cupel_err *err)
{
    const size_t i = place_of(r, cupel_text_of(parameter));
    cupel_recipe w = *r;
    if (i == n_params(r)) return unknown_param(r, cupel_text_of(parameter), err);
    w.n_thresholds = 0;
    cupel_status st = set_value(&w, i, value, err);
    if (st == CUPEL_OK) st = leave_other(&w, i, NULL, err);
    if (st == CUPEL_OK) st = check(&w, err);
    if (st == CUPEL_OK) *r = w;
    return st;
}

size_t cupel_recipe_place(const cupel_recipe *r, const char *parameter) { return place_of(r, cupel_text_of(parameter)); }

double cupel_recipe_get(const cupel_recipe *r, const char *parameter)
{
    const size_t i = place_of(r, cupel_text_of(parameter));
    return i < n_params(r) ? r->value[i] : (double)NAN;
}

double cupel_recipe_fraction(const cupel_recipe *r)
{
    const size_t i = place_of(r, cupel_text_of("fraction"));
    if (i == n_params(r)) return (double)NAN;
    return isnan(r->value[i]) && r->generator->either && r->n_thresholds == 1 ? r->threshold[0] : r->value[i];
}

void cupel_recipe_box(const cupel_recipe *r, double edge[3])
{
    for (int i = 0; i < 3; i++) edge[i] = 1;
    if (r->generator->box) r->generator->box(r, edge);
}

void cupel_recipe_grid(const cupel_recipe *r, size_t voxels, size_t n[3])
{
    double edge[3];
    cupel_recipe_box(r, edge);
    const double least = fmin(edge[0], fmin(edge[1], edge[2]));
    for (int i = 0; i < 3; i++) n[i] = (size_t)llround((double)voxels * edge[i] / least);
}

cupel_status cupel_recipe_orientations(const cupel_recipe *r, double *angle, cupel_err *err)
{
    if (!r->generator->orientations)
        return cupel_fail(err, CUPEL_USAGE, "generator '%s' has no orientations; voronoi and laguerre have", r->generator->method.name);
    r->generator->orientations(r, angle);
    return CUPEL_OK;
}
