#include "core/engine/micro/space.h"

#include "core/base/err.h"
#include "core/base/guess.h"
#include "core/engine/micro/fractions.h"
#include "core/io/keys.h"
#include "datasets/spaces/micro/list.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

const cupel_param *cupel_micro_space_param(const cupel_micro_space *s, size_t i) { return &s->middle.generator->method.params[s->place[i]]; }

/* ---- reading ---- */

static const char *range_of(cupel_text t)
{
    for (size_t i = 0; i + 1 < t.n; i++)
        if (t.p[i] == '.' && t.p[i + 1] == '.') return t.p + i;
    return NULL;
}

static cupel_status read_range(const cupel_micro_demand *d, const cupel_yaml *node, const char *dots, double *low, double *high, cupel_err *err)
{
    const cupel_text t = node->text, left = cupel_text_trim((cupel_text){t.p, (size_t)(dots - t.p)});
    const cupel_text right = cupel_text_trim((cupel_text){dots + 2, t.n - (size_t)(dots + 2 - t.p)});
    if (!cupel_parse_double(left, low) || !cupel_parse_double(right, high))
        return cupel_fail(err, CUPEL_USAGE, "%s:%zu: '%.*s' is no range of two numbers, as in 0.1..0.35", d->file, node->line,
                          cupel_shown(t.n, 40), t.p);
    if (!(*low < *high))
        return cupel_fail(err, CUPEL_USAGE, "%s:%zu: the range %.*s ends before it begins; write low..high", d->file, node->line,
                          cupel_shown(t.n, 40), t.p);
    return CUPEL_OK;
}

/* 0.1-0.35, 0.1 to 0.35, 0.1:0.35: two numbers, but no range as it is written here. */
static bool looks_like_range(cupel_text t, cupel_text end[2])
{
    static const char *const between[] = {"-", "to", ":", "~"};
    double x;
    for (size_t b = 0; b < sizeof between / sizeof *between; b++)
        for (size_t i = 1, n = strlen(between[b]); i + n < t.n; i++) {
            if (memcmp(t.p + i, between[b], n) != 0) continue;
            end[0] = cupel_text_trim((cupel_text){t.p, i}), end[1] = cupel_text_trim((cupel_text){t.p + i + n, t.n - i - n});
            if (cupel_parse_double(end[0], &x) && cupel_parse_double(end[1], &x)) return true;
        }
    return false;
}

/* One key of the space as "name=value" for the recipe; a range by its middle. */
static cupel_status read_key(const cupel_micro_demand *d, const cupel_yaml *node, cupel_micro_space *s, cupel_str *text, cupel_err *err)
{
    const char *dots = node->kind == CUPEL_YAML_SCALAR ? range_of(node->text) : NULL;
    double low, high;
    cupel_text end[2];
    if (node->kind != CUPEL_YAML_SCALAR)
        return cupel_fail(err, CUPEL_USAGE, "%s:%zu: %.*s: expected a number, or a range as in 0.1..0.35", d->file, node->line, (int)node->key.n,
                          node->key.p);
    if (!dots && !cupel_parse_double(node->text, &low) && looks_like_range(node->text, end))
        return cupel_fail(err, CUPEL_USAGE, "%s:%zu: %.*s: a range is written with two dots: %.*s..%.*s", d->file, node->line, (int)node->key.n,
                          node->key.p, cupel_shown(end[0].n, 20), end[0].p, cupel_shown(end[1].n, 20), end[1].p);
    cupel_str_addf(text, "%.*s=", (int)node->key.n, node->key.p);
    if (!dots) {
        cupel_str_add(text, node->text.p, node->text.n);
        return CUPEL_OK;
    }
    if (cupel_text_is(node->key, "seed"))
        return cupel_fail(err, CUPEL_USAGE, "%s:%zu: seed: one whole number; properties jump from seed to seed, so there is nothing to search",
                          d->file, node->line);
    cupel_status st = read_range(d, node, dots, &low, &high, err);
    if (st != CUPEL_OK) return st;
    if (s->n == CUPEL_SOBOL_DIMENSIONS)
        return cupel_fail(err, CUPEL_USAGE, "%s:%zu: more than %d ranges; give some of them one number", d->file, node->line, CUPEL_SOBOL_DIMENSIONS);
    s->low[s->n] = low;
    s->high[s->n++] = high;
    cupel_str_number(text, low == floor(low) && high == floor(high) ? floor((low + high) / 2) : (low + high) / 2);
    return CUPEL_OK;
}

/* Generators of the demand's number of phases that are smooth or not, with commas. */
static size_t offer(const cupel_micro_demand *d, bool smooth, cupel_guess *guess, cupel_str *names)
{
    size_t n = 0;
    for (size_t i = 0; cupel_generators[i]; i++) {
        const cupel_generator *g = cupel_generators[i];
        if (g->n_phases != d->n_phases || g->smooth != smooth) continue;
        cupel_guess_offer(guess, g->method.name);
        cupel_str_addf(names, "%s%s", n++ ? ", " : "", g->method.name);
    }
    return n;
}

cupel_status cupel_micro_space_generator(const cupel_micro_demand *d, const cupel_yaml *node, bool listed, cupel_err *err)
{
    size_t n = 0;
    cupel_str word = {0}, searched = {0}, run = {0}, text = {0};
    while (n < node->text.n && node->text.p[n] != ':') n++;
    for (size_t i = 0; cupel_generators[i]; i++)
        if (cupel_text_is((cupel_text){node->text.p, n}, cupel_generators[i]->method.name)) return CUPEL_OK;
    cupel_str_add(&word, node->text.p, (size_t)cupel_shown(n, 60));
    cupel_guess guess = {.meant = cupel_str_text(&word)};
    const bool any = offer(d, true, &guess, &searched), more = !listed && offer(d, false, &guess, &run);
    if (listed) cupel_guess_offer(&guess, "all");
    cupel_str_addf(&text, "space: no generator '%s'; %s%s%s", guess.meant, guess.best ? "did you mean '" : "", guess.best ? guess.best : "",
                   guess.best ? "'? " : "");
    cupel_str_addf(&text, "those of %zu phases that a design searches: %s", d->n_phases, any ? cupel_str_text(&searched) : "none");
    if (more) cupel_str_addf(&text, "; 'cupel run' takes %s too", cupel_str_text(&run));
    cupel_status st = text.failed ? cupel_no_memory(err, "a space", 0)
                                  : cupel_fail(err, CUPEL_USAGE, "%s:%zu: %s", d->file, node->line, cupel_str_text(&text));
    cupel_str_free(&word), cupel_str_free(&searched), cupel_str_free(&run), cupel_str_free(&text);
    return st;
}

/* The text of the recipe, and the ranges in the order of the file. */
static cupel_status read_keys(const cupel_micro_demand *d, cupel_micro_space *s, cupel_str *text, cupel_err *err)
{
    const cupel_yaml *g = cupel_yaml_get(d->space, "generator");
    if (g && g->kind == CUPEL_YAML_LIST)
        return cupel_fail(err, CUPEL_USAGE, "%s:%zu: space: a map has one generator; several are a list, as in space: [gyroid, {generator: diamond, "
                                            "fraction: 0.1..0.5}]", d->file, g->line);
    if (!g || g->kind != CUPEL_YAML_SCALAR)
        return cupel_fail(err, CUPEL_USAGE,
                          "%s:%zu: space: name the generator, as in {generator: gyroid, fraction: 0.1..0.35}; 'cupel methods generator' lists them",
                          d->file, d->space->line);
    cupel_status st = cupel_micro_space_generator(d, g, false, err);
    if (st != CUPEL_OK) return st;
    cupel_str_addf(text, "%.*s", (int)g->text.n, g->text.p);
    bool first = true;
    for (const cupel_yaml *k = d->space->child; k; k = k->next) {
        if (k == g) continue;
        cupel_str_putc(text, first ? ':' : ',');
        first = false;
        st = read_key(d, k, s, text, err);
        if (st != CUPEL_OK) return st;
    }
    return text->failed ? cupel_no_memory(err, "a space", 0) : CUPEL_OK;
}

static cupel_status check_range(const cupel_micro_demand *d, const cupel_yaml *node, cupel_micro_space *s, size_t i, cupel_err *err)
{
    const cupel_param *p = cupel_micro_space_param(s, i);
    s->whole[i] = p->unit && strcmp(p->unit, "count") == 0;
    if (s->low[i] < p->min || s->high[i] > p->max)
        return cupel_fail(err, CUPEL_USAGE, "%s:%zu: %s runs from %g to %g; generator '%s' takes %g to %g", d->file, node->line, p->name, s->low[i],
                          s->high[i], s->middle.generator->method.name, p->min, p->max);
    if (s->whole[i] && (s->low[i] != floor(s->low[i]) || s->high[i] != floor(s->high[i])))
        return cupel_fail(err, CUPEL_USAGE, "%s:%zu: %s takes whole numbers; give whole ends", d->file, node->line, p->name);
    return CUPEL_OK;
}

static cupel_status place_ranges(const cupel_micro_demand *d, cupel_micro_space *s, cupel_err *err)
{
    const cupel_param *params = s->middle.generator->method.params;
    const size_t n_params = cupel_method_n_params(&s->middle.generator->method);
    size_t i = 0;
    for (const cupel_yaml *k = d->space->child; k; k = k->next) {
        if (cupel_text_is(k->key, "generator") || !range_of(k->text)) continue;
        for (size_t j = 0; j < n_params; j++)
            if (cupel_text_is(k->key, params[j].name)) s->place[i] = j;
        cupel_status st = check_range(d, k, s, i, err);
        if (st != CUPEL_OK) return st;
        i++;
    }
    return CUPEL_OK;
}

/* Volume fractions of phase 1 that a generator of two phases may be asked for: a range is hard. Packings come as near to theirs as that. */
static const double PACKED = 0.005;

/* False where the generator has no such parameter, or it is left to another one. */
static bool range_of_parameter(const cupel_micro_space *s, const char *name, double *low, double *high)
{
    const size_t at = cupel_recipe_place(&s->middle, name);
    if (at == cupel_method_n_params(&s->middle.generator->method) || isnan(s->middle.value[at])) return false;
    *low = *high = s->middle.value[at];
    for (size_t i = 0; i < s->n; i++)
        if (s->place[i] == at) *low = s->low[i], *high = s->high[i];
    return true;
}

static cupel_status check_fraction(const cupel_micro_demand *d, const cupel_micro_space *s, cupel_err *err)
{
    cupel_fraction_limit limit[2 * CUPEL_ASKS_MAX];
    double low[CUPEL_MICRO_PHASES_MAX], high[CUPEL_MICRO_PHASES_MAX], from, to;
    if (d->n_phases != 2 || !range_of_parameter(s, "fraction", &from, &to) || !cupel_fraction_limits(d, limit)) return CUPEL_OK;
    cupel_status st = cupel_fractions_of_windows(d, low, high, err);
    if (st != CUPEL_OK || (low[1] <= to + PACKED && high[1] >= from - PACKED)) return st;
    return cupel_fail(err, CUPEL_INFEASIBLE,
                      "%s:%zu: cannot be met: the space has %.4g to %.4g of %s, what is required %.4g to %.4g: they exclude each other; widen the "
                      "range of 'fraction', or the window", d->file, d->space->line, from, to, d->phase[1].name, low[1], high[1]);
}

static cupel_status read_space(const cupel_micro_demand *d, cupel_micro_space *out, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_micro_space s = {.n = 0};
    cupel_str text = {0};
    if (d->n_listed)
        return cupel_fail(err, CUPEL_USAGE, "%s:%zu: 'cupel run' and a surrogate take one space, as in space: {generator: gyroid, fraction: "
                                            "0.1..0.35}; several are for 'cupel design'", d->file, d->space->line);
    if (!d->space || d->space->kind != CUPEL_YAML_MAP)
        return cupel_fail(err, CUPEL_USAGE, "%s:%zu: 'cupel run' needs a space to look in, as in space: {generator: gyroid, fraction: 0.1..0.35}",
                          d->file, d->space ? d->space->line : (size_t)1);
    CUPEL_TRY(read_keys(d, &s, &text, err));
    st = cupel_recipe_of_text(cupel_str_text(&text), &s.middle, err);
    if (st != CUPEL_OK && st != CUPEL_NO_RESOURCE) st = cupel_keys_at(d->file, d->space->line, err);
    CUPEL_TRY(st);
    CUPEL_TRY(place_ranges(d, &s, err));
    if (!s.n)
        CUPEL_TRY(cupel_fail(err, CUPEL_USAGE,
                             "%s:%zu: nothing in the space is searched: give a range, as in fraction: 0.1..0.35; one structure alone is for "
                             "'cupel homogenize'",
                             d->file, d->space->line));
    if (s.middle.generator->orientations)
        CUPEL_TRY(cupel_fail(err, CUPEL_USAGE,
                             "%s:%zu: the grains of generator '%s' are turned each their own way, which a demand cannot say; use 'cupel homogenize'",
                             d->file, d->space->line, s.middle.generator->method.name));
    const size_t phases = cupel_recipe_phases(&s.middle);
    if (phases != d->n_phases)
        CUPEL_TRY(cupel_fail(err, CUPEL_USAGE, "%s:%zu: generator '%s' makes %zu phases, the demand has %zu", d->file, d->space->line,
                             s.middle.generator->method.name, phases, d->n_phases));
    cupel_sobol_init(&s.sobol, s.n);
    cupel_sobol_shift(&s.sobol, d->seed);
    *out = s;
done:
    cupel_str_free(&text);
    return st;
}

cupel_status cupel_micro_space_read(const cupel_micro_demand *d, cupel_micro_space *s, cupel_err *err)
{
    cupel_micro_space own;
    cupel_status st = read_space(d, &own, err);
    if (st == CUPEL_OK) st = check_fraction(d, &own, err);
    if (st == CUPEL_OK) *s = own;
    return st;
}

bool cupel_micro_space_fractions(const cupel_micro_demand *d, double *low, double *high)
{
    cupel_micro_space s;
    if (!d->space || d->n_phases < 2 || read_space(d, &s, NULL) != CUPEL_OK) return false;
    const double room = s.middle.generator->smooth ? 0 : PACKED;
    low[0] = high[0] = 1;
    for (size_t p = 1; p < d->n_phases; p++) {
        char name[40] = "fraction";
        if (p > 1) snprintf(name, sizeof name, "fraction%zu", p);
        if (!range_of_parameter(&s, name, &low[p], &high[p])) return false;
        low[p] = fmax(low[p] - room, 0), high[p] = fmin(high[p] + room, 1);
        low[0] -= high[p], high[0] -= low[p];
    }
    low[0] = fmax(low[0], 0), high[0] = fmax(high[0], 0);
    return true;
}

/* ---- points ---- */

/* To six digits: the double nearest to a whole number over a power of ten, both exact, which is what reading the digits gives. */
static double rounded(double x)
{
    static const double power[] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10};
    const double size = fabs(x);
    if (size >= 1e5 && size < 1e6) return rint(x);
    for (size_t k = 1; k < sizeof power / sizeof *power; k++)
        if (size * power[k] >= 1e5) return rint(x * power[k]) / power[k];
    char b[32];
    double y;
    const int n = snprintf(b, sizeof b, "%.6g", x);
    return n > 0 && cupel_parse_double((cupel_text){b, (size_t)n}, &y) ? y : x;
}

void cupel_micro_space_point(const cupel_micro_space *s, uint64_t index, double *value)
{
    double u[CUPEL_SOBOL_DIMENSIONS];
    cupel_sobol_point(&s->sobol, index, u);
    for (size_t i = 0; i < s->n; i++)
        value[i] = s->whole[i] ? s->low[i] + floor(u[i] * (s->high[i] - s->low[i] + 1)) : rounded(s->low[i] + u[i] * (s->high[i] - s->low[i]));
}

void cupel_micro_space_scaled(const cupel_micro_space *s, const double *value, double *z)
{
    for (size_t i = 0; i < s->n; i++) z[i] = 2 * (value[i] - s->low[i]) / (s->high[i] - s->low[i]) - 1;
}

cupel_status cupel_micro_space_recipe(const cupel_micro_space *s, const double *value, cupel_recipe *r, cupel_err *err)
{
    cupel_recipe w = s->middle;
    for (size_t i = 0; i < s->n; i++) w.value[s->place[i]] = value[i];
    cupel_status st = w.generator->check ? w.generator->check(&w, err) : CUPEL_OK;
    if (st == CUPEL_OK) *r = w;
    return st;
}

void cupel_micro_space_words(const cupel_micro_space *s, cupel_str *out)
{
    cupel_str_puts(out, s->middle.generator->method.name);
    for (size_t i = 0; i < s->n; i++)
        cupel_str_addf(out, ", %s %.6g to %.6g", cupel_micro_space_param(s, i)->name, s->low[i], s->high[i]);
}
