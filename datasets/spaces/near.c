/* near: the neighbourhood of a known material. Each amount of its formula, as written, moves by a whole number of steps, at most `changes` up or down
 * and not below 0; the total stays exactly what it is. Elements of `add` come in from 0. */
#include "datasets/spaces/kind.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/io/keys.h"

#include <math.h>
#include <string.h>

enum { CHANGES_MAX = 1000 };
static const double WHOLE_MAX = 9e15; /* below 2^53 */

typedef struct near {
    cupel_simplex grid;                /* part i: steps of z[i] above base[i] - rest[i] * step */
    unsigned char z[CUPEL_Z_MAX];   /* of the material, then those that may come in */
    int64_t base[CUPEL_Z_MAX];      /* [grid.n] amounts of the material, times scale */
    int64_t step, scale;            /* step times scale */
} near;

static void near_close(void *state)
{
    near *s = state;
    cupel_simplex_release(&s->grid);
    cupel_free(s);
}

static cupel_status near_count(void *state, uint64_t *count, cupel_err *err)
{
    (void)err;
    *count = ((const near *)state)->grid.count;
    return CUPEL_OK;
}

static cupel_status emit(void *state, const cupel_simplex_place *p, cupel_candidates *c, cupel_err *err)
{
    const near *s = state;
    int64_t amount[CUPEL_Z_MAX];
    for (unsigned i = 0; i < s->grid.n; i++) amount[i] = s->base[i] + ((int64_t)p->amount[i] - (int64_t)s->grid.rest[i]) * s->step;
    return cupel_candidates_make(c, s->z, amount, s->grid.n, s->scale, err);
}

static cupel_status near_fill(void *state, uint64_t first, size_t n, cupel_candidates *c, cupel_err *err)
{
    return cupel_simplex_fill(&((near *)state)->grid, first, n, emit, state, c, err);
}

/* ---- opening ---- */

static cupel_status read_material(const cupel_space_spec *spec, near *s, cupel_composition *c, cupel_err *err)
{
    const cupel_yaml *own = spec->own, *add = cupel_yaml_get(spec->map, "add");
    unsigned char more[CUPEL_Z_MAX];
    unsigned n_more = 0;
    if (own->kind != CUPEL_YAML_SCALAR)
        return cupel_fail(err, CUPEL_USAGE, "%s:%zu: space: near must be one formula, as in near: Al0.3CoCrFeNi", spec->file, own->line);
    cupel_status st = cupel_spec_formula(spec, own, own->text, c, err);
    if (st == CUPEL_OK && add) st = cupel_spec_elements(spec, add, more, &n_more, err);
    if (st != CUPEL_OK) return st;
    for (unsigned i = 0; i < c->n; i++) {
        if (!spec->allows[c->z[i]])
            return cupel_fail(err, CUPEL_USAGE, "%s:%zu: space: near: a constraint rules %s out, which is in the material; start from another one",
                              spec->file, own->line,
                              cupel_element_symbol(c->z[i]));
        if (memchr(more, c->z[i], n_more))
            return cupel_fail(err, CUPEL_USAGE, "%s:%zu: space: add: %s is in the material already; leave it out", spec->file, add->line,
                              cupel_element_symbol(c->z[i]));
        s->z[i] = c->z[i];
    }
    n_more = cupel_spec_prune(spec, more, n_more);
    memcpy(s->z + c->n, more, n_more);
    s->grid.n = c->n + n_more;
    return CUPEL_OK;
}

/* Amounts and step as whole numbers, and how many steps each amount may go down and up. */
static cupel_status make_whole(const cupel_space_spec *spec, near *s, const cupel_composition *c, double step, uint32_t changes, cupel_err *err)
{
    double x[CUPEL_Z_MAX + 1];
    int64_t whole[CUPEL_Z_MAX + 1];
    uint64_t steps = 0;
    memcpy(x, c->amount, c->n * sizeof *x);
    x[c->n] = step;
    s->scale = cupel_whole_scale(x, c->n + 1);
    if (!s->scale || (cupel_composition_total(c) + step * changes * s->grid.n) * (double)s->scale > WHOLE_MAX)
        return cupel_fail(err, CUPEL_USAGE,
                          "%s:%zu: space: near: the amounts of the material and the step need at most six decimals and 10^9 atoms; round them",
                          spec->file, spec->own->line);
    cupel_make_whole(x, c->n + 1, s->scale, whole);
    s->step = whole[c->n];
    for (unsigned i = 0; i < s->grid.n; i++) {
        s->base[i] = i < c->n ? whole[i] : 0;
        int64_t down = s->base[i] / s->step;
        s->grid.rest[i] = down < changes ? (uint32_t)down : changes;
        s->grid.high[i] = s->grid.rest[i] + changes;
        steps += s->grid.rest[i];
    }
    s->grid.steps = (uint32_t)steps;
    return steps <= CUPEL_SIMPLEX_STEPS
               ? CUPEL_OK
               : cupel_fail(err, CUPEL_USAGE, "%s:%zu: space: near: more than %d steps in all; use a larger step or fewer changes", spec->file,
                                 spec->own->line, CUPEL_SIMPLEX_STEPS);
}

static void describe(const near *s, const cupel_space_spec *spec, uint32_t changes, unsigned n_own, cupel_str *words)
{
    cupel_str_addf(words, "neighbours of %.*s, each amount at most %u steps of ", (int)spec->own->text.n, spec->own->text.p, changes);
    cupel_str_number(words, (double)s->step / (double)s->scale);
    cupel_str_puts(words, " up or down");
    for (unsigned i = n_own; i < s->grid.n; i++) cupel_str_addf(words, "%s%s", i == n_own ? ", with " : " ", cupel_element_symbol(s->z[i]));
    if (s->grid.most < s->grid.n) cupel_str_addf(words, ", at most %u amounts changed at once", s->grid.most);
}

static cupel_status near_open(const cupel_space_spec *spec, void **state, cupel_str *words, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    uint64_t most = CUPEL_SIMPLEX_PARTS, changes = 1;
    double step = 0;
    cupel_composition c;
    cupel_str what = {0};
    near *s = cupel_alloc(1, sizeof *s);
    if (!s) return cupel_no_memory(err, "a space", sizeof *s);
    CUPEL_TRY(cupel_keys_number(spec->map, spec->file, "step", 1e-6, 1e6, &step, err));
    if (!cupel_yaml_get(spec->map, "step"))
        CUPEL_TRY(cupel_fail(err, CUPEL_USAGE, "%s:%zu: space: near needs step: 0.05, atoms of the formula as written", spec->file, spec->own->line));
    CUPEL_TRY(cupel_keys_count(spec->map, spec->file, "changes", 1, CHANGES_MAX, &changes, err));
    CUPEL_TRY(cupel_keys_count(spec->map, spec->file, "max_changed", 2, CUPEL_SIMPLEX_PARTS, &most, err));
    CUPEL_TRY(read_material(spec, s, &c, err));
    CUPEL_TRY(make_whole(spec, s, &c, step, (uint32_t)changes, err));
    s->grid.most = most < s->grid.n ? (unsigned)most : s->grid.n;
    cupel_str_addf(&what, "%s:%zu: space: near", spec->file, spec->own->line);
    CUPEL_TRY(cupel_simplex_build(&s->grid, cupel_str_text(&what), err));
    describe(s, spec, (uint32_t)changes, c.n, words);
done:
    cupel_str_free(&what);
    if (st == CUPEL_OK)
        *state = s;
    else
        near_close(s);
    return st;
}

static cupel_status near_identity(void *state, cupel_str *text, cupel_err *err)
{
    (void)err;
    const near *s = state;
    cupel_str_addf(text, "step %lld / %lld most %u\n", (long long)s->step, (long long)s->scale, s->grid.most);
    for (unsigned i = 0; i < s->grid.n; i++)
        cupel_str_addf(text, "%s %lld %u %u\n", cupel_element_symbol(s->z[i]), (long long)s->base[i], s->grid.rest[i], s->grid.high[i]);
    return CUPEL_OK;
}

static const char *const keys[] = {"near", "step", "changes", "max_changed", "add", NULL};

static const cupel_param params[] = {
    {"step", "atoms", (double)NAN, 1e-6, 1e6, "step of the amounts of the formula as written; must be given"},
    {"changes", "", 1, 1, CHANGES_MAX, "most steps that an amount moves up or down"},
    {"max_changed", "", (double)NAN, 2, CUPEL_SIMPLEX_PARTS, "most amounts that move at once; all of them when it is not given"},
    {NULL, NULL, 0, 0, 0, NULL}};

const cupel_space_kind cupel_space_near = {
    .method = {.name = "near", .kind = "space", .scale = "composition", .maturity = "stable", .input = "a formula",
               .help = "the neighbourhood of a known material: amounts moved by whole steps, the total kept", .output = "formulas, the material "
                   "among them",
               .params = params},
    .keys = keys, .parallel = true, .open = near_open, .count = near_count, .fill = near_fill, .identity = near_identity, .close = near_close};
