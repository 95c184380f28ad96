/* mix: end members (formulas) in whole steps that add up to exactly 1: x A + y B + (1 - x - y) C. Amounts are sums of whole numbers over one
 * denominator, so that a solid solution keeps its sites exactly: Mg3Sb2 and Mg3Bi2 give Mg3Sb(2-2x)Bi(2x). */
#include "datasets/spaces/kind.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/io/keys.h"

#include <math.h>

static const double WHOLE_MAX = 9e15; /* below 2^53: a fraction of such numbers is rounded once */

typedef struct member {
    cupel_composition as_written;
    int64_t amount[CUPEL_Z_MAX]; /* [as_written.n] times scale */
    cupel_text text;             /* of the document, while it is open */
} member;

typedef struct mix {
    cupel_simplex grid;      /* a part for each member */
    member *member;       /* [grid.n] */
    int64_t scale;
    unsigned char z[CUPEL_Z_MAX]; /* all elements, in the order of a formula */
    unsigned n;
} mix;

static void mix_close(void *state)
{
    mix *s = state;
    cupel_simplex_release(&s->grid);
    cupel_free(s->member);
    cupel_free(s);
}

static cupel_status emit(void *state, const cupel_simplex_place *p, cupel_candidates *c, cupel_err *err)
{
    const mix *s = state;
    int64_t sum[CUPEL_Z_MAX] = {0};
    unsigned place[CUPEL_Z_MAX + 1];
    for (unsigned i = 0; i < s->n; i++) place[s->z[i]] = i;
    for (unsigned k = 0; k < s->grid.n; k++) {
        const member *m = &s->member[k];
        for (unsigned i = 0; p->amount[k] && i < m->as_written.n; i++) sum[place[m->as_written.z[i]]] += m->amount[i] * p->amount[k];
    }
    return cupel_candidates_make(c, s->z, sum, s->n, s->scale * s->grid.steps, err);
}

static cupel_status mix_count(void *state, uint64_t *count, cupel_err *err)
{
    (void)err;
    *count = ((const mix *)state)->grid.count;
    return CUPEL_OK;
}

static cupel_status mix_fill(void *state, uint64_t first, size_t n, cupel_candidates *c, cupel_err *err)
{
    return cupel_simplex_fill(&((mix *)state)->grid, first, n, emit, state, c, err);
}

/* ---- opening ---- */

/* One end member with its range, unless a constraint rules one of its elements out. */
static cupel_status read_member(const cupel_space_spec *spec, mix *s, const cupel_yaml *node, bool has_range, cupel_err *err)
{
    cupel_text text = has_range ? node->key : node->text;
    double low = 0, high = 1;
    member *m = &s->member[s->grid.n];
    cupel_status st = cupel_spec_formula(spec, node, text, &m->as_written, err);
    if (st == CUPEL_OK && has_range) st = cupel_spec_range(spec, node, 0, 1, &low, &high, err);
    if (st != CUPEL_OK) return st;
    uint32_t a, b;
    if (!cupel_grid_points(low, high, s->grid.steps, &a, &b))
        return cupel_fail(err, CUPEL_USAGE,
                          "%s:%zu: space: mix: no multiple of the step 1/%u lies between %g and %g of %.*s; widen the range or use a smaller step",
                          spec->file, node->line, s->grid.steps, low, high, (int)text.n, text.p);
    for (unsigned i = 0; i < m->as_written.n; i++) {
        if (spec->allows[m->as_written.z[i]]) continue;
        if (!a) return CUPEL_OK;
        return cupel_fail(err, CUPEL_USAGE, "%s:%zu: space: mix: at least %g of %.*s is asked for, but a constraint rules %s out", spec->file,
                          node->line, low,
                          (int)text.n, text.p, cupel_element_symbol(m->as_written.z[i]));
    }
    m->text = text;
    s->grid.low[s->grid.n] = a;
    s->grid.high[s->grid.n++] = b;
    return CUPEL_OK;
}

static cupel_status read_members(const cupel_space_spec *spec, mix *s, cupel_err *err)
{
    const cupel_yaml *own = spec->own;
    if (own->kind == CUPEL_YAML_SCALAR || own->n < 2 || own->n > CUPEL_SIMPLEX_PARTS)
        return cupel_fail(err, CUPEL_USAGE, "%s:%zu: space: mix must be a list of 2 to %d formulas, as in [Mg3Sb2, Mg3Bi2], or a mapping of formulas "
                                            "to ranges, as in {Mg3Sb2: 0.2..1, Mg3Bi2: 0..0.8}", spec->file, own->line, CUPEL_SIMPLEX_PARTS);
    s->member = cupel_alloc(own->n, sizeof *s->member);
    if (!s->member) return cupel_no_memory(err, "end members", own->n * sizeof *s->member);
    for (const cupel_yaml *k = own->child; k; k = k->next) {
        cupel_status st = read_member(spec, s, k, own->kind == CUPEL_YAML_MAP, err);
        if (st != CUPEL_OK) return st;
    }
    if (!s->grid.n)
        return cupel_fail(err, CUPEL_USAGE, "%s:%zu: space: mix: constraints rule out every end member", spec->file, own->line);
    return CUPEL_OK;
}

/* Amounts of all members as whole numbers of one scale, and the elements that there are. */
static cupel_status make_whole(const cupel_space_spec *spec, mix *s, cupel_err *err)
{
    double largest = 0;
    s->scale = 1;
    for (unsigned k = 0; k < s->grid.n; k++) {
        const cupel_composition *c = &s->member[k].as_written;
        int64_t scale = cupel_whole_scale(c->amount, c->n);
        if (!scale)
            return cupel_fail(err, CUPEL_USAGE, "%s:%zu: space: mix: an amount of %.*s has more than six decimals; round it", spec->file,
                              spec->own->line,
                              (int)s->member[k].text.n, s->member[k].text.p);
        if (scale > s->scale) s->scale = scale;
        largest = fmax(largest, cupel_composition_total(c));
    }
    if (largest * (double)s->scale * s->grid.steps > WHOLE_MAX)
        return cupel_fail(err, CUPEL_USAGE,
                          "%s:%zu: space: mix: formulas of %g atoms in steps of 1/%u cannot be added up exactly; use smaller formulas", spec->file,
                          spec->own->line, largest, s->grid.steps);
    bool seen[CUPEL_Z_MAX + 1] = {false};
    for (unsigned k = 0; k < s->grid.n; k++) {
        member *m = &s->member[k];
        cupel_make_whole(m->as_written.amount, m->as_written.n, s->scale, m->amount);
        for (unsigned i = 0; i < m->as_written.n; i++) {
            if (!seen[m->as_written.z[i]]) s->z[s->n++] = m->as_written.z[i];
            seen[m->as_written.z[i]] = true;
        }
    }
    cupel_spec_sort(s->z, s->n);
    return CUPEL_OK;
}

static cupel_status build(const cupel_space_spec *spec, mix *s, cupel_err *err)
{
    cupel_str what = {0};
    cupel_str_addf(&what, "%s:%zu: space: mix", spec->file, spec->own->line);
    cupel_status st = cupel_simplex_build(&s->grid, cupel_str_text(&what), err);
    if (st == CUPEL_OK && !s->grid.count)
        st = cupel_fail(err, CUPEL_INFEASIBLE, "%s: no fractions of the end members within their ranges add up to 1", cupel_str_text(&what));
    cupel_str_free(&what);
    return st;
}

static void describe(const mix *s, cupel_str *words)
{
    cupel_str_puts(words, "mixtures of ");
    for (unsigned k = 0; k < s->grid.n; k++) cupel_str_addf(words, "%s%.*s", k ? ", " : "", (int)s->member[k].text.n, s->member[k].text.p);
    cupel_str_puts(words, " in steps of ");
    cupel_str_number(words, 1.0 / s->grid.steps);
    if (s->grid.most < s->grid.n) cupel_str_addf(words, ", at most %u of them at once", s->grid.most);
}

static cupel_status mix_open(const cupel_space_spec *spec, void **state, cupel_str *words, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    uint64_t most = CUPEL_SIMPLEX_PARTS;
    mix *s = cupel_alloc(1, sizeof *s);
    if (!s) return cupel_no_memory(err, "a space", sizeof *s);
    CUPEL_TRY(cupel_keys_count(spec->map, spec->file, "max_members", 1, CUPEL_SIMPLEX_PARTS, &most, err));
    CUPEL_TRY(cupel_spec_steps(spec, &s->grid.steps, err));
    CUPEL_TRY(read_members(spec, s, err));
    s->grid.most = most < s->grid.n ? (unsigned)most : s->grid.n;
    CUPEL_TRY(make_whole(spec, s, err));
    CUPEL_TRY(build(spec, s, err));
    describe(s, words);
done:
    if (st == CUPEL_OK)
        *state = s;
    else
        mix_close(s);
    return st;
}

static cupel_status mix_identity(void *state, cupel_str *text, cupel_err *err)
{
    (void)err;
    const mix *s = state;
    cupel_str_addf(text, "steps %u most %u scale %lld\n", s->grid.steps, s->grid.most, (long long)s->scale);
    for (unsigned k = 0; k < s->grid.n; k++) {
        const member *m = &s->member[k];
        cupel_str_addf(text, "%u %u", s->grid.low[k], s->grid.high[k]);
        for (unsigned i = 0; i < m->as_written.n; i++) cupel_str_addf(text, " %s %lld", cupel_element_symbol(m->as_written.z[i]),
            (long long)m->amount[i]);
        cupel_str_putc(text, '\n');
    }
    return CUPEL_OK;
}

static const char *const keys[] = {"mix", "step", "max_members", NULL};

static const cupel_param params[] = {
    {"step", "", 0.01, 1.0 / CUPEL_SIMPLEX_STEPS, 1, "step of the fractions of the end members; divides 1"},
    {"max_members", "", (double)NAN, 1, CUPEL_SIMPLEX_PARTS, "most end members at once; all of them when it is not given"},
    {NULL, NULL, 0, 0, 0, NULL}};

const cupel_space_kind cupel_space_mix = {
    .method = {.name = "mix", .kind = "space", .scale = "composition", .maturity = "stable", .input = "formulas of end members",
               .help = "mixtures and solid solutions between end members, fractions in steps adding up to exactly 1", .output = "one candidate per "
                   "grid point",
               .params = params},
    .keys = keys, .parallel = true, .open = mix_open, .count = mix_count, .fill = mix_fill, .identity = mix_identity, .close = mix_close};
