/* dope: series of a host with part of one or more of its sites replaced. A candidate is a host, none to `at_once` choices of (site, dopant), and
 * an amount for each: a fraction of the atoms of its site. Amounts are whole numbers over one denominator, so that a site keeps its atoms exactly. */
#include "datasets/spaces/kind.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/io/keys.h"

#include <math.h>

enum { HOSTS_MAX = 10000, AT_ONCE_MAX = 4, PAIRS_MAX = 4096 };
static const double WHOLE_MAX = 9e15, COUNT_MAX = 1e18;

typedef struct pair {
    unsigned char site, dopant;
} pair;

typedef struct host {
    unsigned n;               /* elements */
    unsigned char *z;         /* [n] */
    int64_t *amount;          /* [n] times scale */
    unsigned n_pairs;
    unsigned short *pair;     /* [n_pairs] of the space, those whose site the host has */
    uint64_t before;          /* candidates of the hosts before it */
} host;

typedef struct dope {
    size_t n_hosts;
    host *host;               /* [n_hosts] */
    unsigned n_pairs;
    pair *pair;               /* [n_pairs] */
    unsigned n_values, at_once;
    int64_t *value;           /* [n_values] times value_scale */
    int64_t scale, value_scale;
    uint64_t count;
} dope;

static void dope_close(void *state)
{
    dope *s = state;
    for (size_t i = 0; s->host && i < s->n_hosts; i++) {
        cupel_free(s->host[i].z);
        cupel_free(s->host[i].amount);
        cupel_free(s->host[i].pair);
    }
    cupel_free(s->host);
    cupel_free(s->pair);
    cupel_free(s->value);
    cupel_free(s);
}

/* ---- counting ---- */

static double choose(unsigned n, unsigned k)
{
    double c = 1;
    for (unsigned i = 0; i < k; i++) c = c * (n - i) / (i + 1);
    return k > n ? 0 : nearbyint(c);
}

/* Candidates of a host with exactly k dopants. */
static double with(const dope *s, const host *h, unsigned k) { return choose(h->n_pairs, k) * pow(s->n_values, k); }

static cupel_status count_all(const cupel_space_spec *spec, dope *s, cupel_err *err)
{
    double all = 0;
    for (size_t i = 0; i < s->n_hosts; i++) {
        s->host[i].before = s->count;
        for (unsigned k = 0; k <= s->at_once; k++) {
            double n = with(s, &s->host[i], k);
            all += n;
            if (n > 9e15 || all > COUNT_MAX)
                return cupel_fail(err, CUPEL_USAGE,
                                  "%s:%zu: space: dope: more candidates than can be counted; use fewer dopants, amounts or a smaller at_once",
                                  spec->file, spec->own->line);
            s->count += (uint64_t)n;
        }
    }
    return CUPEL_OK;
}

/* ---- addressing ---- */

/* A candidate: dopants by their places among the pairs of the host, growing, and their amounts by places among the values. */
typedef struct series {
    size_t host;
    unsigned k;
    unsigned pair[AT_ONCE_MAX], value[AT_ONCE_MAX];
} series;

static void go_to(const dope *s, uint64_t index, series *at)
{
    size_t low = 0, high = s->n_hosts;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (s->host[middle].before <= index) low = middle;
        else high = middle;
    }
    const host *h = &s->host[at->host = low];
    index -= h->before;
    for (at->k = 0; index >= (uint64_t)with(s, h, at->k); at->k++) index -= (uint64_t)with(s, h, at->k);
    for (unsigned i = at->k; i-- > 0; index /= s->n_values) at->value[i] = (unsigned)(index % s->n_values);
    for (unsigned i = 0, p = 0; i < at->k; i++, p++) { /* subsets in lexicographic order */
        for (uint64_t n; index >= (n = (uint64_t)choose(h->n_pairs - 1 - p, at->k - 1 - i)); p++) index -= n;
        at->pair[i] = p;
    }
}

static cupel_status emit(const dope *s, const series *at, cupel_candidates *c, cupel_err *err)
{
    const host *h = &s->host[at->host];
    unsigned char z[CUPEL_Z_MAX + AT_ONCE_MAX];
    int64_t amount[CUPEL_Z_MAX + AT_ONCE_MAX];
    unsigned n = 0;
    for (unsigned i = 0; i < h->n; i++) {
        unsigned site = n;
        z[n] = h->z[i];
        amount[n++] = h->amount[i] * s->value_scale;
        for (unsigned k = 0; k < at->k; k++) {
            const pair *p = &s->pair[h->pair[at->pair[k]]];
            if (p->site != h->z[i]) continue;
            z[n] = p->dopant;
            amount[n] = h->amount[i] * s->value[at->value[k]];
            amount[site] -= amount[n++];
        }
    }
    return cupel_candidates_make(c, z, amount, n, s->scale * s->value_scale, err);
}

static cupel_status dope_count(void *state, uint64_t *count, cupel_err *err)
{
    (void)err;
    *count = ((const dope *)state)->count;
    return CUPEL_OK;
}

static cupel_status dope_fill(void *state, uint64_t first, size_t n, cupel_candidates *c, cupel_err *err)
{
    const dope *s = state;
    series at;
    if (first >= s->count) return CUPEL_OK;
    if (n > s->count - first) n = (size_t)(s->count - first);
    for (size_t i = 0; i < n; i++) {
        go_to(s, first + i, &at);
        cupel_status st = emit(s, &at, c, err);
        if (st != CUPEL_OK) return st;
    }
    return CUPEL_OK;
}

/* ---- opening ---- */

static cupel_status read_sites(const cupel_space_spec *spec, dope *s, cupel_err *err)
{
    const cupel_yaml *map = cupel_yaml_get(spec->map, "sites");
    if (!map || map->kind != CUPEL_YAML_MAP || !map->child)
        return cupel_fail(err, CUPEL_USAGE, "%s:%zu: space: dope needs sites: {Pb: [Na, K]}: elements of the host and what may stand on their sites",
                          spec->file, map ? map->line : spec->own->line);
    s->pair = cupel_alloc(PAIRS_MAX, sizeof *s->pair);
    if (!s->pair) return cupel_no_memory(err, "a space", PAIRS_MAX * sizeof *s->pair);
    for (const cupel_yaml *k = map->child; k; k = k->next) {
        unsigned char dopant[CUPEL_Z_MAX];
        unsigned site, n;
        cupel_status st = cupel_spec_element(spec, k, k->key, &site, err);
        if (st == CUPEL_OK) st = cupel_spec_elements(spec, k, dopant, &n, err);
        if (st != CUPEL_OK) return st;
        for (unsigned i = 0; i < n; i++)
            if (dopant[i] == site)
                return cupel_fail(err, CUPEL_USAGE, "%s:%zu: space: sites: %s doped by itself; leave it out", spec->file, k->line,
                                  cupel_element_symbol(site));
        n = cupel_spec_prune(spec, dopant, n);
        if (s->n_pairs + n > PAIRS_MAX)
            return cupel_fail(err, CUPEL_USAGE, "%s:%zu: space: sites: more than %d dopants in all", spec->file, k->line, PAIRS_MAX);
        for (unsigned i = 0; i < n; i++) s->pair[s->n_pairs++] = (pair){(unsigned char)site, dopant[i]};
    }
    return CUPEL_OK;
}

static cupel_status read_amounts(const cupel_space_spec *spec, dope *s, cupel_err *err)
{
    const cupel_yaml *node = cupel_yaml_get(spec->map, "amounts");
    cupel_values v = {0};
    cupel_status st = CUPEL_OK;
    if (!node)
        return cupel_fail(err, CUPEL_USAGE, "%s:%zu: space: dope needs amounts: [0.01, 0.02] or 0.01..0.05 step 0.01: fractions of the site's atoms",
                          spec->file, spec->own->line);
    CUPEL_TRY(cupel_spec_values(spec, node, false, &v, err));
    double largest = 0;
    for (size_t i = 0; i < v.n; i++) {
        if (v.number[i] <= 0 || v.number[i] > 1)
            CUPEL_TRY(cupel_fail(err, CUPEL_USAGE, "%s:%zu: space: amounts: %s is no fraction of a site above 0 and up to 1", spec->file,
                              node->line, v.text[i]));
        largest = fmax(largest, v.number[i]);
    }
    if (largest * s->at_once > 1 + 1e-12)
        CUPEL_TRY(cupel_fail(err, CUPEL_USAGE, "%s:%zu: space: amounts: %u dopants at once of up to %g are more than a site holds; use smaller "
                                               "amounts or a smaller at_once", spec->file, node->line, s->at_once, largest));
    s->value_scale = cupel_whole_scale(v.number, v.n);
    if (!s->value_scale)
        CUPEL_TRY(cupel_fail(err, CUPEL_USAGE, "%s:%zu: space: amounts: a fraction has more than six decimals; round it", spec->file, node->line));
    s->n_values = (unsigned)v.n;
    s->value = cupel_alloc(v.n, sizeof *s->value);
    if (!s->value) CUPEL_TRY(cupel_no_memory(err, "a space", v.n * sizeof *s->value));
    cupel_make_whole(v.number, v.n, s->value_scale, s->value);
done:
    cupel_values_release(&v);
    return st;
}

/* Choices of (site, dopant) whose site the composition has. */
static size_t sites_of(const dope *s, const cupel_composition *c)
{
    size_t n = 0;
    for (unsigned p = 0; p < s->n_pairs; p++)
        for (unsigned i = 0; i < c->n; i++) n += c->z[i] == s->pair[p].site;
    return n;
}

static cupel_status read_host(const cupel_space_spec *spec, dope *s, const cupel_yaml *node, cupel_err *err)
{
    cupel_composition c;
    host *h = &s->host[s->n_hosts];
    cupel_status st = cupel_spec_formula(spec, node, node->kind == CUPEL_YAML_SCALAR ? node->text : cupel_text_of(""), &c, err);
    if (st != CUPEL_OK) return st;
    int64_t scale = cupel_whole_scale(c.amount, c.n);
    if (!scale || cupel_composition_total(&c) * 1e6 * (double)s->value_scale > WHOLE_MAX)
        return cupel_fail(err, CUPEL_USAGE, "%s:%zu: space: dope: amounts of a host need at most six decimals, and few atoms; round them",
                          spec->file, node->line);
    if (scale > s->scale) s->scale = scale;
    for (unsigned i = 0; i < c.n; i++)
        if (!spec->allows[c.z[i]])
            return cupel_fail(err, CUPEL_USAGE, "%s:%zu: space: dope: a constraint rules %s out, which is in the host; leave the host out",
                              spec->file, node->line,
                              cupel_element_symbol(c.z[i]));
    s->n_hosts++;
    h->z = cupel_alloc(c.n, sizeof *h->z);
    h->amount = cupel_alloc(c.n, sizeof *h->amount);
    h->pair = cupel_alloc(sites_of(s, &c), sizeof *h->pair);
    if (!h->z || !h->amount || !h->pair) return cupel_no_memory(err, "a host", 0);
    h->n = c.n;
    for (unsigned i = 0; i < c.n; i++) h->z[i] = c.z[i];
    cupel_make_whole(c.amount, c.n, 1000000, h->amount);
    for (unsigned p = 0; p < s->n_pairs; p++)
        for (unsigned i = 0; i < c.n; i++)
            if (c.z[i] == s->pair[p].site) h->pair[h->n_pairs++] = (unsigned short)p;
    return CUPEL_OK;
}

static cupel_status read_hosts(const cupel_space_spec *spec, dope *s, cupel_err *err)
{
    const cupel_yaml *own = spec->own;
    bool list = own->kind == CUPEL_YAML_LIST, sited = false;
    if (own->kind == CUPEL_YAML_MAP || (list && (!own->child || own->n > HOSTS_MAX)))
        return cupel_fail(err, CUPEL_USAGE, "%s:%zu: space: dope must be one host or a list of up to %d, as in dope: [PbTe, PbSe]", spec->file,
                          own->line, HOSTS_MAX);
    s->host = cupel_alloc(list ? own->n : 1, sizeof *s->host);
    if (!s->host) return cupel_no_memory(err, "hosts", 0);
    s->scale = 1;
    for (const cupel_yaml *k = list ? own->child : own; k; k = list ? k->next : NULL) {
        cupel_status st = read_host(spec, s, k, err);
        if (st != CUPEL_OK) return st;
    }
    for (size_t i = 0; i < s->n_hosts; i++) { /* all hosts on one scale, no larger than needed */
        host *h = &s->host[i];
        sited = sited || h->n_pairs;
        for (unsigned e = 0; e < h->n; e++) h->amount[e] /= 1000000 / s->scale;
    }
    return sited ? CUPEL_OK
                 : cupel_fail(err, CUPEL_INFEASIBLE, "%s:%zu: space: dope: no host has a site of 'sites' with a dopant that the constraints allow",
                                   spec->file, own->line);
}

static void describe(const dope *s, const cupel_space_spec *spec, cupel_str *words)
{
    const cupel_yaml *own = spec->own;
    cupel_str_puts(words, "doping series of ");
    if (own->kind == CUPEL_YAML_SCALAR) cupel_str_add(words, own->text.p, own->text.n);
    else cupel_str_addf(words, "%zu hosts", own->n);
    for (unsigned i = 0; i < s->n_pairs; i++) {
        bool same = i && s->pair[i].site == s->pair[i - 1].site;
        if (!same) cupel_str_addf(words, "%s%s by", i ? "; " : ", ", cupel_element_symbol(s->pair[i].site));
        cupel_str_addf(words, " %s", cupel_element_symbol(s->pair[i].dopant));
    }
    cupel_str_addf(words, ", %u amounts, up to %u dopants at once, the host itself first", s->n_values, s->at_once);
}

static cupel_status dope_open(const cupel_space_spec *spec, void **state, cupel_str *words, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    uint64_t at_once = 1;
    dope *s = cupel_alloc(1, sizeof *s);
    if (!s) return cupel_no_memory(err, "a space", sizeof *s);
    CUPEL_TRY(cupel_keys_count(spec->map, spec->file, "at_once", 1, AT_ONCE_MAX, &at_once, err));
    s->at_once = (unsigned)at_once;
    CUPEL_TRY(read_sites(spec, s, err));
    CUPEL_TRY(read_amounts(spec, s, err));
    CUPEL_TRY(read_hosts(spec, s, err));
    CUPEL_TRY(count_all(spec, s, err));
    describe(s, spec, words);
done:
    if (st == CUPEL_OK)
        *state = s;
    else
        dope_close(s);
    return st;
}

static cupel_status dope_identity(void *state, cupel_str *text, cupel_err *err)
{
    (void)err;
    const dope *s = state;
    cupel_str_addf(text, "at once %u scale %lld %lld\n", s->at_once, (long long)s->scale, (long long)s->value_scale);
    for (unsigned i = 0; i < s->n_pairs; i++) cupel_str_addf(text, "%s %s\n", cupel_element_symbol(s->pair[i].site),
        cupel_element_symbol(s->pair[i].dopant));
    for (unsigned i = 0; i < s->n_values; i++) cupel_str_addf(text, "%lld ", (long long)s->value[i]);
    for (size_t i = 0; i < s->n_hosts; i++) {
        cupel_str_puts(text, "\nhost");
        for (unsigned e = 0; e < s->host[i].n; e++) cupel_str_addf(text, " %s %lld", cupel_element_symbol(s->host[i].z[e]),
            (long long)s->host[i].amount[e]);
    }
    return CUPEL_OK;
}

static const char *const keys[] = {"dope", "sites", "amounts", "at_once", NULL};

static const cupel_param params[] = {{"at_once", "", 1, 1, AT_ONCE_MAX, "most dopants in one candidate"}, {NULL, NULL, 0, 0, 0, NULL}};

const cupel_space_kind cupel_space_dope = {
    .method = {.name = "dope", .kind = "space", .scale = "composition", .maturity = "stable", .input = "formulas of hosts, sites with their dopants, "
        "amounts",
               .help = "doping series: part of a site replaced, by one dopant or several", .output = "each host, then its doped series",
                   .params = params},
    .keys = keys, .parallel = true, .open = dope_open, .count = dope_count, .fill = dope_fill, .identity = dope_identity, .close = dope_close};
