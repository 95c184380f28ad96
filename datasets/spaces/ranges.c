/* ranges: atomic fractions on a grid. A candidate is a way to give N = 1/step steps to the elements, each within its range, at most max_elements of
 * them more than none, and all couplings met (simplex.h). */
#include "datasets/spaces/kind.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/io/keys.h"

#include <math.h>
#include <string.h>

typedef struct ranges {
    unsigned char z[CUPEL_Z_MAX];    /* [grid.n] in the order of a formula */
    unsigned char part[CUPEL_Z_MAX]; /* [grid.n] the part of the grid that z[i] is */
    cupel_simplex grid;                 /* parts in the order of z without couplings; with them the coupled ones last, side by side */
    cupel_str couplings;             /* as written, for words and digest */
    char (*text)[32];                /* [steps + 1] the amount as printed: shortest decimal, "" for 1 */
} ranges;

static void ranges_close(void *state)
{
    ranges *s = state;
    cupel_simplex_release(&s->grid);
    cupel_str_free(&s->couplings);
    cupel_free(s->text);
    cupel_free(s);
}

/* ---- candidates ---- */

static cupel_status emit(void *state, const cupel_simplex_place *p, cupel_candidates *c, cupel_err *err)
{
    const ranges *s = state;
    char text[CUPEL_Z_MAX * 34];
    size_t n = 0;
    cupel_composition comp;
    comp.n = 0;
    for (unsigned i = 0; i < s->grid.n; i++) {
        uint32_t amount = p->amount[s->part[i]];
        if (!amount) continue;
        for (const char *q = cupel_element_symbol(s->z[i]); !c->bare && *q; q++) text[n++] = *q;
        for (const char *q = s->text[amount]; !c->bare && *q; q++) text[n++] = *q;
        comp.z[comp.n] = s->z[i];
        comp.amount[comp.n++] = (double)amount / s->grid.steps;
    }
    return cupel_candidates_add(c, (cupel_text){c->bare ? NULL : text, n}, &comp, err);
}

static cupel_status ranges_count(void *state, uint64_t *count, cupel_err *err)
{
    (void)err;
    *count = ((const ranges *)state)->grid.count;
    return CUPEL_OK;
}

static cupel_status ranges_fill(void *state, uint64_t first, size_t n, cupel_candidates *c, cupel_err *err)
{
    return cupel_simplex_fill(&((ranges *)state)->grid, first, n, emit, state, c, err);
}

/* ---- opening ---- */

/* The grid points of one element, by Z for now; what a constraint rules out can only be 0. */
static cupel_status read_element(const cupel_space_spec *spec, ranges *s, const cupel_yaml *node, cupel_err *err)
{
    unsigned z;
    double low, high;
    cupel_status st = cupel_spec_element(spec, node, node->key, &z, err);
    if (st == CUPEL_OK) st = cupel_spec_range(spec, node, 0, 1, &low, &high, err);
    if (st != CUPEL_OK) return st;
    uint32_t steps = s->grid.steps, a, b;
    if (!cupel_grid_points(low, high, steps, &a, &b))
        return cupel_fail(err, CUPEL_USAGE,
                          "%s:%zu: space: ranges: no multiple of the step 1/%u lies between %g and %g of %s; widen the range or use a smaller step",
                          spec->file, node->line, steps, low, high, cupel_element_symbol(z));
    if (!spec->allows[z] && a > 0)
        return cupel_fail(err, CUPEL_USAGE, "%s:%zu: space: ranges: at least %g of %s is asked for, but a constraint rules %s out", spec->file,
                          node->line,
                          low, cupel_element_symbol(z), cupel_element_symbol(z));
    if (!spec->allows[z] || b == 0) return CUPEL_OK;
    s->grid.low[z - 1] = a;
    s->grid.high[z - 1] = b;
    s->z[s->grid.n++] = (unsigned char)z;
    return CUPEL_OK;
}

/* Elements into the order of a formula, and parts of the grid: coupled ones last and side by side, so that sums need not be kept for long. */
static cupel_status order_parts(const cupel_space_spec *spec, ranges *s, unsigned char *z_of, cupel_err *err)
{
    unsigned char coupled[CUPEL_Z_MAX];
    unsigned n_coupled, n = 0;
    cupel_simplex *g = &s->grid;
    cupel_status st = cupel_spec_coupled(spec, coupled, &n_coupled, err);
    if (st != CUPEL_OK) return st;
    for (unsigned i = 0; i < n_coupled; i++)
        if (!cupel_yaml_get(spec->own, cupel_element_symbol(coupled[i])))
            return cupel_fail(err, CUPEL_USAGE, "%s:%zu: space: couple: %s has no range; give it one, or leave it out of the condition", spec->file,
                              cupel_yaml_get(spec->map, "couple")->line, cupel_element_symbol(coupled[i]));
    cupel_spec_sort(s->z, g->n);
    for (unsigned i = 0; i < g->n; i++)
        if (!memchr(coupled, s->z[i], n_coupled)) z_of[n++] = s->z[i];
    for (unsigned i = 0; i < n_coupled; i++)
        if (memchr(s->z, coupled[i], g->n)) z_of[n++] = coupled[i];
    uint32_t low[CUPEL_Z_MAX], high[CUPEL_Z_MAX];
    memcpy(low, g->low, sizeof low);
    memcpy(high, g->high, sizeof high);
    for (unsigned i = 0; i < g->n; i++) {
        g->low[i] = low[z_of[i] - 1];
        g->high[i] = high[z_of[i] - 1];
        s->part[i] = (unsigned char)((const unsigned char *)memchr(z_of, s->z[i], g->n) - z_of);
    }
    return CUPEL_OK;
}

static cupel_status print_amounts(ranges *s, cupel_err *err)
{
    uint32_t steps = s->grid.steps;
    s->text = cupel_alloc((size_t)steps + 1, sizeof *s->text);
    if (!s->text) return cupel_no_memory(err, "a ranges space", ((size_t)steps + 1) * sizeof *s->text);
    for (uint32_t a = 1; a < steps; a++) cupel_format_double(s->text[a], (double)a / steps);
    return CUPEL_OK;
}

static cupel_status refuse_empty(const cupel_space_spec *spec, const ranges *s, cupel_err *err)
{
    const cupel_simplex *g = &s->grid;
    double low = 0.0, high = 0.0;
    for (unsigned i = 0; i < g->n; i++) {
        low += g->low[i];
        high += g->high[i];
    }
    return cupel_fail(err, CUPEL_INFEASIBLE, "%s:%zu: space: ranges: no amounts add up to 1%s: the lower ends add up to %g, the upper ends to %g, "
                                             "and at most %u elements may be there at once",
                      spec->file, spec->own->line, g->n_couplings ? " and meet the couplings" : "", low / g->steps, high / g->steps, g->most);
}

static cupel_status build(const cupel_space_spec *spec, ranges *s, cupel_err *err)
{
    unsigned char z_of[CUPEL_Z_MAX];
    cupel_str what = {0};
    cupel_status st = CUPEL_OK;
    CUPEL_TRY(order_parts(spec, s, z_of, err));
    CUPEL_TRY(cupel_spec_couplings(spec, z_of, s->grid.n, s->grid.steps, &s->grid.coupling, &s->grid.n_couplings, err));
    cupel_str_addf(&what, "%s:%zu: space: ranges", spec->file, spec->own->line);
    CUPEL_TRY(cupel_simplex_build(&s->grid, cupel_str_text(&what), err));
    if (!s->grid.count) st = refuse_empty(spec, s, err);
done:
    cupel_str_free(&what);
    return st;
}

/* The couplings as they stand in the demand. */
static void say_couplings(const cupel_space_spec *spec, cupel_str *out)
{
    const cupel_yaml *list = cupel_yaml_get(spec->map, "couple");
    for (const cupel_yaml *k = list ? list->child : NULL; k; k = k->next) {
        if (out->n) cupel_str_puts(out, ", ");
        if (k->kind == CUPEL_YAML_SCALAR) cupel_str_add(out, k->text.p, k->text.n);
        for (const cupel_yaml *t = k->child; t; t = t->next)
            cupel_str_addf(out, "%s%.*s: %.*s", t == k->child ? "" : " ", (int)t->key.n, t->key.p, (int)t->text.n, t->text.p);
    }
}

static void describe(const ranges *s, cupel_str *words)
{
    const cupel_simplex *g = &s->grid;
    cupel_str_puts(words, "mixtures of ");
    for (unsigned i = 0; i < g->n; i++) {
        cupel_str_addf(words, "%s%s ", i ? ", " : "", cupel_element_symbol(s->z[i]));
        cupel_str_number(words, (double)g->low[s->part[i]] / g->steps);
        cupel_str_puts(words, " to ");
        cupel_str_number(words, (double)g->high[s->part[i]] / g->steps);
    }
    cupel_str_puts(words, " in steps of ");
    cupel_str_number(words, 1.0 / g->steps);
    if (g->most < g->n) cupel_str_addf(words, ", at most %u elements at once", g->most);
    if (s->couplings.n) cupel_str_addf(words, ", with %s", cupel_str_text(&s->couplings));
}

static cupel_status ranges_open(const cupel_space_spec *spec, void **state, cupel_str *words, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    uint64_t most = CUPEL_Z_MAX;
    ranges *s = cupel_alloc(1, sizeof *s);
    if (!s) return cupel_no_memory(err, "a space", sizeof *s);
    if (spec->own->kind != CUPEL_YAML_MAP || !spec->own->child)
        CUPEL_TRY(cupel_fail(err, CUPEL_USAGE, "%s:%zu: space: ranges must be a mapping of elements, as in {Fe: 0..1, Cr: 0.1..0.3}", spec->file,
                             spec->own->line));
    CUPEL_TRY(cupel_keys_count(spec->map, spec->file, "max_elements", 1, CUPEL_Z_MAX, &most, err));
    CUPEL_TRY(cupel_spec_steps(spec, &s->grid.steps, err));
    for (const cupel_yaml *k = spec->own->child; k; k = k->next) CUPEL_TRY(read_element(spec, s, k, err));
    s->grid.most = most < s->grid.n ? (unsigned)most : s->grid.n;
    CUPEL_TRY(build(spec, s, err));
    CUPEL_TRY(print_amounts(s, err));
    say_couplings(spec, &s->couplings);
    if (s->couplings.failed) CUPEL_TRY(cupel_no_memory(err, "a space", 0));
    describe(s, words);
done:
    if (st == CUPEL_OK)
        *state = s;
    else
        ranges_close(s);
    return st;
}

static cupel_status ranges_identity(void *state, cupel_str *text, cupel_err *err)
{
    (void)err;
    const ranges *s = state;
    const cupel_simplex *g = &s->grid;
    cupel_str_addf(text, "steps %u most %u\n", g->steps, g->most);
    for (unsigned i = 0; i < g->n; i++) cupel_str_addf(text, "%s %u %u\n", cupel_element_symbol(s->z[i]), g->low[s->part[i]], g->high[s->part[i]]);
    for (unsigned c = 0; c < g->n_couplings; c++) {
        cupel_str_addf(text, "couple %lld %lld", (long long)g->coupling[c].least, (long long)g->coupling[c].most);
        for (unsigned i = 0; i < g->n; i++) cupel_str_addf(text, " %lld", (long long)g->coupling[c].times[s->part[i]]);
        cupel_str_putc(text, '\n');
    }
    return CUPEL_OK;
}

static const char *const keys[] = {"ranges", "step", "max_elements", "couple", NULL};

static const cupel_param params[] = {
    {"step", "", 0.01, 1.0 / CUPEL_SIMPLEX_STEPS, 1, "distance of the grid points, an atomic fraction that divides 1"},
    {"max_elements", "", (double)NAN, 1, CUPEL_Z_MAX, "most elements at once; all of them when it is not given"},
    {NULL, NULL, 0, 0, 0, NULL}};

const cupel_space_kind cupel_space_ranges = {
    .method = {.name = "ranges", .kind = "space", .scale = "composition", .maturity = "stable", .input = "elements with ranges of atomic fraction",
               .help = "all mixtures on a grid within ranges and couplings, amounts adding up to exactly 1", .output = "one candidate per grid point",
               .params = params},
    .keys = keys, .parallel = true, .open = ranges_open, .count = ranges_count, .fill = ranges_fill, .identity = ranges_identity,
        .close = ranges_close};
