/* ranges: atomic fractions on a grid. A candidate is a way to give N = 1/step steps to the elements, each within its range and at most
 * max_elements of them more than none. ways(i, k, r) of the elements from the i-th on, with k elements and r steps left to give, follows from
 * ways(i + 1, ...); the table addresses every candidate by its rank (Nijenhuis, Wilf: Combinatorial Algorithms, 1978, chapter 13). */
#include "datasets/spaces/kind.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/io/keys.h"

#include <math.h>
#include <string.h>

enum { STEPS_MAX = 100000, TABLE_MAX = 1 << 22 };
static const double COUNT_MAX = 1e18; /* fits 64 bits with room for the sums */

typedef struct ranges {
    unsigned n, most;                /* elements; most of them at once */
    uint32_t steps;                  /* that add up to 1 */
    unsigned char z[CUPEL_Z_MAX];
    uint32_t low[CUPEL_Z_MAX], high[CUPEL_Z_MAX];
    uint64_t *ways;                  /* [n + 1][most + 1][steps + 1] */
    char (*text)[32];                /* [steps + 1] the amount as printed: shortest decimal, "" for 1 */
} ranges;

static uint64_t *ways_of(const ranges *s, size_t i, size_t k) { return s->ways + (i * (s->most + 1) + k) * ((size_t)s->steps + 1); }

static void ranges_close(void *state)
{
    ranges *s = state;
    cupel_free(s->ways);
    cupel_free(s->text);
    cupel_free(s);
}

/* ---- counting ---- */

/* out[r] = sum of in[r - a] over a = low .. high, a <= r; false when one is too large to count. */
static bool add_window(const uint64_t *in, uint32_t low, uint32_t high, uint32_t steps, uint64_t *out)
{
    uint64_t sum = 0;   /* exact while the true sum is below 2^64 */
    double size = 0.0;  /* the same, to see when it is not */
    for (uint32_t r = low; r <= steps; r++) {
        sum += in[r - low];
        size += (double)in[r - low];
        if (r > high) {
            sum -= in[r - high - 1];
            size -= (double)in[r - high - 1];
        }
        out[r] += sum;
        if ((double)out[r] + size > COUNT_MAX) return false;
    }
    return true;
}

static bool count_ways(ranges *s)
{
    for (size_t k = 0; k <= s->most; k++) ways_of(s, s->n, k)[0] = 1;
    for (size_t i = s->n; i-- > 0;)
        for (size_t k = 0; k <= s->most; k++) {
            uint64_t *out = ways_of(s, i, k);
            if (s->low[i] == 0) memcpy(out, ways_of(s, i + 1, k), ((size_t)s->steps + 1) * sizeof *out);
            uint32_t least = s->low[i] > 0 ? s->low[i] : 1;
            if (k > 0 && least <= s->high[i] && !add_window(ways_of(s, i + 1, k - 1), least, s->high[i], s->steps, out)) return false;
        }
    return true;
}

/* ---- addressing ---- */

/* A candidate under way: amounts given to elements 0 .. i - 1. */
typedef struct place {
    uint32_t amount[CUPEL_Z_MAX];
    uint32_t left[CUPEL_Z_MAX + 1]; /* steps left before element i */
    unsigned may[CUPEL_Z_MAX + 1];  /* elements left before element i */
} place;

static uint64_t ways_with(const ranges *s, const place *p, unsigned i, uint32_t amount)
{
    if (amount > p->left[i] || (amount && p->may[i] == 0)) return 0;
    return ways_of(s, i + 1, p->may[i] - (amount > 0))[p->left[i] - amount];
}

static void give(place *p, unsigned i, uint32_t amount)
{
    p->amount[i] = amount;
    p->left[i + 1] = p->left[i] - amount;
    p->may[i + 1] = p->may[i] - (amount > 0);
}

/* Elements i .. n - 1 of the candidate that has `rank` others before it among those that begin as p does. */
static void descend(const ranges *s, place *p, unsigned i, uint64_t rank)
{
    for (; i < s->n; i++)
        for (uint32_t a = s->low[i];; a++) {
            uint64_t ways = ways_with(s, p, i, a);
            if (rank < ways) {
                give(p, i, a);
                break;
            }
            rank -= ways;
        }
}

/* The next candidate; the caller knows that there is one. */
static void advance(const ranges *s, place *p)
{
    for (unsigned i = s->n; i-- > 0;)
        for (uint32_t a = p->amount[i] + 1; a <= s->high[i] && a <= p->left[i]; a++)
            if (ways_with(s, p, i, a)) {
                give(p, i, a);
                descend(s, p, i + 1, 0);
                return;
            }
}

static cupel_status emit(const ranges *s, const place *p, cupel_candidates *c, cupel_err *err)
{
    char text[CUPEL_Z_MAX * 34];
    size_t n = 0;
    cupel_composition comp;
    comp.n = 0;
    for (unsigned i = 0; i < s->n; i++) {
        if (!p->amount[i]) continue;
        for (const char *q = cupel_element_symbol(s->z[i]); *q; q++) text[n++] = *q;
        for (const char *q = s->text[p->amount[i]]; *q; q++) text[n++] = *q;
        comp.z[comp.n] = s->z[i];
        comp.amount[comp.n++] = (double)p->amount[i] / s->steps;
    }
    return cupel_candidates_add(c, (cupel_text){text, n}, &comp, err);
}

static cupel_status ranges_count(void *state, uint64_t *count, cupel_err *err)
{
    (void)err;
    const ranges *s = state;
    *count = ways_of(s, 0, s->most)[s->steps];
    return CUPEL_OK;
}

static cupel_status ranges_fill(void *state, uint64_t first, size_t n, cupel_candidates *c, cupel_err *err)
{
    const ranges *s = state;
    uint64_t count = ways_of(s, 0, s->most)[s->steps];
    if (first >= count) return CUPEL_OK;
    if (n > count - first) n = (size_t)(count - first);
    place p;
    p.left[0] = s->steps;
    p.may[0] = s->most;
    descend(s, &p, 0, first);
    for (size_t i = 0; i < n; i++) {
        cupel_status st = emit(s, &p, c, err);
        if (st != CUPEL_OK) return st;
        if (i + 1 < n) advance(s, &p);
    }
    return CUPEL_OK;
}

/* ---- opening ---- */

static cupel_status read_range(const cupel_space_spec *spec, const cupel_yaml *node, double *low, double *high, cupel_err *err)
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
    if (!ok || *low < 0 || *high > 1 || *low > *high)
        return cupel_fail(err, CUPEL_USAGE, "%s:%zu: space: ranges: %.*s must be low..high with 0 <= low <= high <= 1 (atomic fractions), as in 0.1..0.3",
                          spec->file, node->line, (int)node->key.n, node->key.p);
    return CUPEL_OK;
}

static cupel_status read_step(const cupel_space_spec *spec, ranges *s, cupel_err *err)
{
    double step = 0.01;
    cupel_status st = cupel_keys_number(spec->map, spec->file, "step", 1.0 / STEPS_MAX, 1.0, &step, err);
    if (st != CUPEL_OK) return st;
    double n = nearbyint(1.0 / step);
    if (fabs(n * step - 1.0) > 1e-9)
        return cupel_fail(err, CUPEL_USAGE, "%s:%zu: space: step %g does not divide 1; use 0.01, 0.02, 0.025, 0.05 or the like", spec->file,
                          cupel_yaml_get(spec->map, "step")->line, step);
    s->steps = (uint32_t)n;
    return CUPEL_OK;
}

/* The grid points of one element; what a constraint rules out can only be 0. */
static cupel_status read_element(const cupel_space_spec *spec, ranges *s, const cupel_yaml *node, cupel_err *err)
{
    static const double slack = 1e-9; /* of a step: 0.3 / 0.1 is 2.9999999999999996 */
    unsigned z;
    double low, high;
    cupel_status st = cupel_spec_element(spec, node, node->key, &z, err);
    if (st == CUPEL_OK) st = read_range(spec, node, &low, &high, err);
    if (st != CUPEL_OK) return st;
    uint32_t a = (uint32_t)ceil(low * s->steps - slack), b = (uint32_t)floor(high * s->steps + slack);
    if (a > b)
        return cupel_fail(err, CUPEL_USAGE, "%s:%zu: space: ranges: no multiple of the step 1/%u lies between %g and %g of %s; widen the range or use a "
                          "smaller step", spec->file, node->line, s->steps, low, high, cupel_element_symbol(z));
    if (!spec->allows[z] && a > 0)
        return cupel_fail(err, CUPEL_USAGE, "%s:%zu: space: ranges: at least %g of %s is asked for, but a constraint rules %s out", spec->file, node->line,
                          low, cupel_element_symbol(z), cupel_element_symbol(z));
    if (!spec->allows[z] || b == 0) return CUPEL_OK;
    s->low[z - 1] = a; /* by Z for now */
    s->high[z - 1] = b;
    s->z[s->n++] = (unsigned char)z;
    return CUPEL_OK;
}

static void sort_elements(ranges *s)
{
    uint32_t low[CUPEL_Z_MAX], high[CUPEL_Z_MAX];
    memcpy(low, s->low, sizeof low);
    memcpy(high, s->high, sizeof high);
    cupel_spec_sort(s->z, s->n);
    for (unsigned i = 0; i < s->n; i++) {
        s->low[i] = low[s->z[i] - 1];
        s->high[i] = high[s->z[i] - 1];
    }
}

static cupel_status print_amounts(ranges *s, cupel_err *err)
{
    s->text = cupel_alloc((size_t)s->steps + 1, sizeof *s->text);
    if (!s->text) return cupel_no_memory(err, "a ranges space", ((size_t)s->steps + 1) * sizeof *s->text);
    for (uint32_t a = 1; a < s->steps; a++) cupel_format_double(s->text[a], (double)a / s->steps);
    return CUPEL_OK;
}

static cupel_status build(const cupel_space_spec *spec, ranges *s, cupel_err *err)
{
    size_t cells = cupel_mul(cupel_mul(s->n + 1, s->most + 1), (size_t)s->steps + 1);
    if (cells > TABLE_MAX)
        return cupel_fail(err, CUPEL_USAGE, "%s:%zu: space: ranges: %u elements in 1/%u steps need a table of %zu numbers, more than %d; use a larger step "
                          "or max_elements", spec->file, spec->own->line, s->n, s->steps, cells, TABLE_MAX);
    s->ways = cupel_alloc(cells, sizeof *s->ways);
    if (!s->ways) return cupel_no_memory(err, "the table of a ranges space", cells * sizeof *s->ways);
    if (!count_ways(s))
        return cupel_fail(err, CUPEL_USAGE, "%s:%zu: space: ranges: more than 10^18 candidates; use a larger step, narrower ranges or a smaller max_elements",
                          spec->file, spec->own->line);
    if (ways_of(s, 0, s->most)[s->steps] == 0) {
        double low = 0.0, high = 0.0;
        for (unsigned i = 0; i < s->n; i++) {
            low += s->low[i];
            high += s->high[i];
        }
        return cupel_fail(err, CUPEL_USAGE, "%s:%zu: space: ranges: no amounts add up to 1: the lower ends add up to %g, the upper ends to %g, and at most %u "
                          "elements may be there at once", spec->file, spec->own->line, low / s->steps, high / s->steps, s->most);
    }
    return CUPEL_OK;
}

static void describe(const ranges *s, cupel_str *words)
{
    cupel_str_puts(words, "mixtures of ");
    for (unsigned i = 0; i < s->n; i++) {
        cupel_str_addf(words, "%s%s ", i ? ", " : "", cupel_element_symbol(s->z[i]));
        cupel_str_number(words, (double)s->low[i] / s->steps);
        cupel_str_puts(words, " to ");
        cupel_str_number(words, (double)s->high[i] / s->steps);
    }
    cupel_str_puts(words, " in steps of ");
    cupel_str_number(words, 1.0 / s->steps);
    if (s->most < s->n) cupel_str_addf(words, ", at most %u elements at once", s->most);
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
    CUPEL_TRY(read_step(spec, s, err));
    for (const cupel_yaml *k = spec->own->child; k; k = k->next) CUPEL_TRY(read_element(spec, s, k, err));
    s->most = most < s->n ? (unsigned)most : s->n;
    sort_elements(s);
    CUPEL_TRY(build(spec, s, err));
    CUPEL_TRY(print_amounts(s, err));
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
    cupel_str_addf(text, "steps %u most %u\n", s->steps, s->most);
    for (unsigned i = 0; i < s->n; i++) cupel_str_addf(text, "%s %u %u\n", cupel_element_symbol(s->z[i]), s->low[i], s->high[i]);
    return CUPEL_OK;
}

static const char *const keys[] = {"ranges", "step", "max_elements", NULL};

static const cupel_param params[] = {
    {"step", "", 0.01, 1.0 / STEPS_MAX, 1, "distance of the grid points, an atomic fraction that divides 1"},
    {"max_elements", "", (double)NAN, 1, CUPEL_Z_MAX, "most elements at once; all of them when it is not given"},
    {NULL, NULL, 0, 0, 0, NULL}};

const cupel_space_kind cupel_space_ranges = {
    .method = {.name = "ranges", .kind = "space", .scale = "composition", .maturity = "stable", .input = "elements with ranges of atomic fraction",
               .help = "all mixtures on a grid within ranges, amounts adding up to exactly 1", .output = "one candidate per grid point", .params = params},
    .keys = keys, .parallel = true, .open = ranges_open, .count = ranges_count, .fill = ranges_fill, .identity = ranges_identity, .close = ranges_close};
