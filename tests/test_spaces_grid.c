/* Spaces on grids: couplings, mixtures, doping series, neighbourhoods, and axes beside any of them. */
#include "tests/spaces.h"

/* ---- couplings ---- */

typedef struct trial {
    unsigned n, steps, most, n_conditions;
    unsigned low[6], high[6];
    int times[2][6], least[2], most_of[2]; /* in steps */
} trial;

static bool meets(const trial *t, const unsigned *a)
{
    for (unsigned c = 0; c < t->n_conditions; c++) {
        int sum = 0;
        for (unsigned i = 0; i < t->n; i++) sum += t->times[c][i] * (int)a[i];
        if (sum < t->least[c] || sum > t->most_of[c]) return false;
    }
    return true;
}

/* By trying all amounts. */
static uint64_t try_all(const trial *t, unsigned *a, unsigned i, unsigned left, unsigned may)
{
    uint64_t n = 0;
    if (i == t->n) return left == 0 && meets(t, a);
    for (a[i] = t->low[i]; a[i] <= t->high[i] && a[i] <= left; a[i]++)
        if (a[i] == 0 || may) n += try_all(t, a, i + 1, left - a[i], may - (a[i] > 0));
    return n;
}

static const unsigned metals[6] = {26, 24, 28, 27, 42, 13};

static void make_trial(uint64_t k, trial *t)
{
    const uint64_t seed = 11;
    *t = (trial){.n = 2 + (unsigned)cupel_rng_below(seed, k, 0, 5), .steps = k % 2 ? 20 : 10, .n_conditions = 1 + (unsigned)(k % 2)};
    t->most = k % 3 ? t->n : 2 + (unsigned)cupel_rng_below(seed, k, 1, t->n - 1);
    for (unsigned i = 0; i < t->n; i++) {
        t->low[i] = (unsigned)cupel_rng_below(seed, k, 10 + i, 4) / 3;
        t->high[i] = t->low[i] + (unsigned)cupel_rng_below(seed, k, 20 + i, t->steps);
        if (t->high[i] > t->steps) t->high[i] = t->steps;
        for (unsigned c = 0; c < 2; c++) t->times[c][i] = (int)cupel_rng_below(seed, k, 30 + 10 * c + i, 7) - 3;
    }
    for (unsigned c = 0; c < 2; c++) {
        t->least[c] = (int)cupel_rng_below(seed, k, 50 + c, 20) - 10;
        t->most_of[c] = t->least[c] + (int)cupel_rng_below(seed, k, 60 + c, 3 * t->steps);
    }
}

static cupel_str trial_text(const trial *t)
{
    cupel_str s = {0};
    cupel_str_puts(&s, "ranges: {");
    for (unsigned i = 0; i < t->n; i++) {
        cupel_str_addf(&s, "%s%s: ", i ? ", " : "", cupel_element_symbol(metals[i]));
        cupel_str_number(&s, (double)t->low[i] / t->steps);
        cupel_str_puts(&s, "..");
        cupel_str_number(&s, (double)t->high[i] / t->steps);
    }
    cupel_str_puts(&s, "}\nstep: ");
    cupel_str_number(&s, 1.0 / t->steps);
    cupel_str_addf(&s, "\nmax_elements: %u\ncouple:\n", t->most);
    for (unsigned c = 0; c < t->n_conditions; c++) {
        cupel_str_puts(&s, "  - {");
        for (unsigned i = 0; i < t->n; i++) cupel_str_addf(&s, "%s: %d, ", cupel_element_symbol(metals[i]), t->times[c][i]);
        cupel_str_puts(&s, "min: ");
        cupel_str_number(&s, (double)t->least[c] / t->steps);
        cupel_str_puts(&s, ", max: ");
        cupel_str_number(&s, (double)t->most_of[c] / t->steps);
        cupel_str_puts(&s, "}\n");
    }
    return s;
}

/* Amounts in steps from the composition; each candidate within ranges, sum and conditions. */
static void check_trial(const trial *t, cupel_space *s)
{
    cupel_err err;
    cupel_candidates c = {0};
    check_ok(cupel_space_fill(s, 0, (size_t)count_of(s), &c, &err), &err);
    for (size_t k = 0; k < c.n; k++) {
        cupel_composition comp;
        unsigned a[6], sum = 0, there = 0;
        cupel_batch_get(&c.batch, k, &comp);
        for (unsigned i = 0; i < t->n; i++) {
            a[i] = (unsigned)lround(cupel_composition_amount(&comp, metals[i]) * t->steps);
            assert_in_range(a[i], t->low[i], t->high[i]);
            sum += a[i];
            there += a[i] > 0;
        }
        assert_int_equal(sum, t->steps);
        assert_true(there <= t->most);
        assert_true(meets(t, a));
    }
    cupel_candidates_release(&c);
}

static void couplings_as_brute_force(void **state)
{
    (void)state;
    unsigned found = 0, empty = 0;
    for (uint64_t k = 0; k < 120; k++) {
        trial t;
        unsigned a[6];
        cupel_err err;
        cupel_space *s = NULL;
        make_trial(k, &t);
        uint64_t expected = try_all(&t, a, 0, t.steps, t.most);
        cupel_str text = trial_text(&t);
        cupel_status st = open_space(cupel_str_text(&text), NULL, &s, &err);
        if (expected) {
            check_ok(st, &err);
            assert_int_equal(count_of(s), expected);
            check_candidates(s, false);
            check_blocks(s, k);
            check_trial(&t, s);
            found++;
        } else {
            check_fails(st, CUPEL_INFEASIBLE, &err, "no amounts add up to 1 and meet the couplings");
            empty++;
        }
        cupel_space_free(s);
        cupel_str_free(&text);
    }
    assert_true(found > 30 && empty > 3);
}

static void couplings_by_hand(void **state)
{
    (void)state;
    check_listing("ranges: {Fe: 0..1, Cr: 0..1, Ni: 0..1}\nstep: 0.25\ncouple: [Ni >= 2 Cr, Fe <= 0.5]", NULL,
                  "Fe0.5Ni0.5\nCr0.25Fe0.25Ni0.5\nFe0.25Ni0.75\nCr0.25Ni0.75\nNi\n");
    check_listing("ranges: {Fe: 0..1, Cr: 0..1, Ni: 0..1}\nstep: 0.25\ncouple: [{Ni: 1, Cr: -1, min: 0, max: 0}]", NULL,
        "Cr0.5Ni0.5\nCr0.25Fe0.5Ni0.25\nFe\n");
    check_listing("ranges: {Fe: 0..1, Cr: 0..1, Ni: 0..1}\nstep: 0.25\ncouple: ['Ni = Cr']", NULL, "Cr0.5Ni0.5\nCr0.25Fe0.5Ni0.25\nFe\n");
    check_listing("ranges: {Fe: 0..1, Cr: 0..1}\nstep: 0.5\ncouple: ['0.5 >= 1*Cr', '0 - Cr <= -0.5']", NULL, "Cr0.5Fe0.5\n");
    /* 3 * 0.1 is not 0.3 in binary, and yet it is in steps */
    check_listing("ranges: {Fe: 0..1, Cr: 0.1}\nstep: 0.1\ncouple: ['3 Cr = 0.3']", NULL, "Cr0.1Fe0.9\n");
}

/* What a constraint rules out is 0 in a condition. */
static void couplings_know_what_is_ruled_out(void **state)
{
    (void)state;
    bool allows[CUPEL_Z_MAX + 1];
    for (unsigned z = 0; z <= CUPEL_Z_MAX; z++) allows[z] = z != 24;
    check_listing("ranges: {Fe: 0..1, Cr: 0..1, Ni: 0..1}\nstep: 0.5\ncouple: ['Ni + Cr >= 0.5']", allows, "Ni\nFe0.5Ni0.5\n");
}

/* ---- mixtures ---- */

static void mixtures_by_hand(void **state)
{
    (void)state;
    check_listing("mix: [Mg3Sb2, Mg3Bi2]\nstep: 0.25", NULL, "Mg3Bi2\nMg3Bi1.5Sb0.5\nMg3BiSb\nMg3Bi0.5Sb1.5\nMg3Sb2\n");
    check_listing("mix: {Zr0.6Cu0.4: 0.8..1, Al: 0..0.3}\nstep: 0.1", NULL, "Zr0.48Al0.2Cu0.32\nZr0.54Al0.1Cu0.36\nZr0.6Cu0.4\n");
    check_listing("mix: [GaAs, InP, ZnS]\nstep: 0.5\nmax_members: 1", NULL, "ZnS\nInP\nGaAs\n");
    check_listing("mix: [NaCl, KCl, NaBr]\nstep: 0.5", NULL, "NaBr\nK0.5Na0.5Br0.5Cl0.5\nKCl\nNaBr0.5Cl0.5\nK0.5Na0.5Cl\nNaCl\n");
    bool allows[CUPEL_Z_MAX + 1];
    for (unsigned z = 0; z <= CUPEL_Z_MAX; z++) allows[z] = z != 83;
    check_listing("mix: [Mg3Sb2, Mg3Bi2, Ca3Sb2]\nstep: 0.5", allows, "Ca3Sb2\nCa1.5Mg1.5Sb2\nMg3Sb2\n");
}

/* Pseudo-ternaries keep the atoms of the formula: Ga + In + Zn = As + P + S = 1 in every candidate. */
static void mixtures_keep_their_sites(void **state)
{
    (void)state;
    cupel_err err;
    cupel_candidates c = {0};
    cupel_space *s = space_of("mix: [GaAs, InP, ZnS, AlSb]\nstep: 0.02", NULL);
    assert_int_equal(count_of(s), 53 * 52 * 51 / 6);
    check_ok(cupel_space_fill(s, 0, (size_t)count_of(s), &c, &err), &err);
    for (size_t i = 0; i < c.n; i++) {
        cupel_composition m;
        cupel_batch_get(&c.batch, i, &m);
        long cations = 0, anions = 0;
        for (unsigned e = 0; e < m.n; e++) {
            long k = lround(m.amount[e] * 50);
            assert_true(m.amount[e] == (double)k / 50);
            bool cation = m.z[e] == 31 || m.z[e] == 49 || m.z[e] == 30 || m.z[e] == 13;
            cations += cation ? k : 0;
            anions += cation ? 0 : k;
        }
        assert_int_equal(cations, 50);
        assert_int_equal(anions, 50);
    }
    cupel_candidates_release(&c);
    check_candidates(s, false);
    check_blocks(s, 3);
    cupel_space_free(s);
}

/* ---- doping series ---- */

static void doping_by_hand(void **state)
{
    (void)state;
    check_listing("dope: PbTe\nsites: {Pb: [Na, Bi], Te: I}\namounts: [0.01, 0.02]", NULL,
                  "PbTe\nPb0.99Na0.01Te\nPb0.98Na0.02Te\nPb0.99Bi0.01Te\nPb0.98Bi0.02Te\nPbTe0.99I0.01\nPbTe0.98I0.02\n");
    check_listing("dope: [Bi2Te3, SnTe]\nsites: {Bi: Sb}\namounts: 0.5..1 step 0.5", NULL, "Bi2Te3\nBiSbTe3\nSb2Te3\nSnTe\n");
    check_listing("dope: PbTe\nsites: {Pb: [Na, Bi], Te: I}\namounts: 0.1\nat_once: 3", NULL,
                  "PbTe\nPb0.9Na0.1Te\nPb0.9Bi0.1Te\nPbTe0.9I0.1\nPb0.8Na0.1Bi0.1Te\nPb0.9Na0.1Te0.9I0.1\n"
                  "Pb0.9Bi0.1Te0.9I0.1\nPb0.8Na0.1Bi0.1Te0.9I0.1\n");
    check_listing("dope: PbSn3Te4\nsites: {Pb: Sn}\namounts: 0.5", NULL, "PbSn3Te4\nPb0.5Sn3.5Te4\n"); /* a dopant that is there already */
}

static uint64_t binomial(uint64_t n, uint64_t k)
{
    uint64_t c = 1;
    for (uint64_t i = 0; i < k; i++) c = c * (n - i) / (i + 1);
    return c;
}

static void doping_is_counted_and_addressed(void **state)
{
    (void)state;
    cupel_space *s = space_of("dope: [PbTe, PbSe, SnTe]\nsites: {Pb: [Na, K, Ag, Bi, Sb], Te: [I, Br, Se], Sn: [In, Ga]}\namounts: 0.01..0.04 step "
                              "0.01\nat_once: 3", NULL);
    uint64_t expected = 0;
    static const uint64_t pairs[3] = {8, 5, 5};
    for (unsigned h = 0; h < 3; h++)
        for (unsigned k = 0, m = 1; k <= 3; k++, m *= 4) expected += binomial(pairs[h], k) * m;
    assert_int_equal(count_of(s), expected);
    check_candidates(s, false);
    check_blocks(s, 8);
    cupel_space_free(s);
}

/* ---- neighbourhoods ---- */

static void neighbours_by_hand(void **state)
{
    (void)state;
    check_listing("near: Al0.3CoNi\nstep: 0.1", NULL,
                  "Al0.2CoNi1.1\nAl0.2Co1.1Ni\nAl0.3Co0.9Ni1.1\nAl0.3CoNi\nAl0.3Co1.1Ni0.9\nAl0.4Co0.9Ni\nAl0.4CoNi0.9\n");
    check_listing("near: FeNi\nstep: 0.5\nchanges: 2\nadd: Cr\nmax_changed: 2", NULL,
        "NiCr\nNi2\nFe0.5NiCr0.5\nFe0.5Ni1.5\nFeCr\nFeNi0.5Cr0.5\nFeNi\nFe1.5Ni0.5\nFe2\n");
    check_listing("near: Fe0.25Ni\nstep: 0.1\nchanges: 3", NULL,
        "Fe0.05Ni1.2\nFe0.15Ni1.1\nFe0.25Ni\nFe0.35Ni0.9\nFe0.45Ni0.8\nFe0.55Ni0.7\n"); /* not below 0 */
}

/* By trying all changes. */
static uint64_t moves(const int *down, int up, unsigned n, unsigned i, int sum, int may)
{
    uint64_t k = 0;
    if (i == n) return sum == 0;
    for (int a = -down[i]; a <= up; a++)
        if (a == 0 || may) k += moves(down, up, n, i + 1, sum + a, may - (a != 0));
    return k;
}

static void neighbours_as_brute_force(void **state)
{
    (void)state;
    static const int down[6] = {3, 3, 3, 3, 3, 0};
    for (int most = 2; most <= 6; most++) {
        cupel_str text = {0};
        cupel_str_addf(&text, "near: Al0.3CoCrFeNi\nstep: 0.1\nchanges: 3\nadd: [Ti]\nmax_changed: %d", most);
        cupel_space *s = space_of(cupel_str_text(&text), NULL);
        assert_int_equal(count_of(s), moves(down, 3, 6, 0, 0, most));
        check_candidates(s, false);
        check_blocks(s, (uint64_t)most);
        cupel_space_free(s);
        cupel_str_free(&text);
    }
}

/* ---- axes ---- */

static void axes_cross_every_kind(void **state)
{
    (void)state;
    cupel_err err;
    cupel_candidates c = {0};
    write_table("list.csv", "id,formula,T [K]\n1,Fe2O3,300\n2,Qq,400\n3,NaCl,500\n");
    cupel_space *s = space_of("list: list.csv\ncolumns:\n  t [h]: 0.1..0.3 step 0.1\n  route: [cast, as is]", NULL);
    const cupel_header *h = cupel_space_columns(s);
    assert_int_equal(h->n, 4);
    assert_int_equal(cupel_space_axes(s), 2);
    assert_string_equal(h->name[0], "id");
    assert_string_equal(h->name[3], "route");
    assert_string_equal(h->unit[2], "h");
    assert_int_equal(count_of(s), 18);
    check_ok(cupel_space_fill(s, 0, 18, &c, &err), &err);
    static const char *const id[3] = {"1", "2", "3"}, *const t[3] = {"0.1", "0.2", "0.3"}, *const route[2] = {"cast", "as is"};
    for (size_t i = 0; i < 18; i++) {
        assert_int_equal(c.n_columns, 4);
        assert_true(cupel_text_is(c.cell[4 * i], id[i / 6]));
        assert_true(cupel_text_is(c.cell[4 * i + 2], t[i / 2 % 3]));
        assert_true(cupel_text_is(c.cell[4 * i + 3], route[i % 2]));
        assert_int_equal(c.batch.reason[i], i / 6 == 1 ? CUPEL_REASON_BAD_FORMULA : 0);
        assert_int_equal(c.line[i], 2 + i / 6);
    }
    cupel_candidates_release(&c);
    check_blocks(s, 1);
    cupel_space_free(s);
    static const char *const spaces[] = {"ranges: {Fe: 0..1, Ni: 0..1}\nstep: 0.1", "mix: [Mg3Sb2, Mg3Bi2]\nstep: 0.1",
                                         "charge_neutral: {elements: [Na, K, Cl, O]}"};
    for (size_t i = 0; i < 3; i++) {
        cupel_str text = {0};
        cupel_str_addf(&text, "%s\ncolumns: {T: 300..900 step 100, p: [1, 2, 5]}", spaces[i]);
        cupel_space *plain = space_of(spaces[i], NULL);
        s = space_of(cupel_str_text(&text), NULL);
        assert_int_equal(count_of(s), 21 * count_of(plain));
        assert_true(cupel_space_parallel(s));
        check_blocks(s, i);
        cupel_space_free(s);
        cupel_space_free(plain);
        cupel_str_free(&text);
    }
}

/* ---- no violation ---- */

/* Amounts as whole numbers of 1/per; the total, or -1 when one is none. */
static long whole_total(const cupel_composition *m, long per)
{
    long sum = 0;
    for (unsigned e = 0; e < m->n; e++) {
        long k = lround(m->amount[e] * (double)per);
        if (k <= 0 || m->amount[e] != (double)k / (double)per) return -1;
        sum += k;
    }
    return sum;
}

/* 20,000 candidates of each, drawn without repeats (benchmarks/bench_spaces: 10^6). */
static void samples_violate_nothing(void **state)
{
    (void)state;
    cupel_err err;
    cupel_candidates c = {0};
    enum { DRAWN = 20000 };
    cupel_space *ranges = space_of("ranges: {Fe: 0.3..0.8, Cr: 0..0.3, Ni: 0..0.4, Co: 0..0.3, Al: 0..0.2, Ti: 0..0.1, Mo: 0..0.1}\nstep: "
                                   "0.01\nmax_elements: 6\ncouple: ['Ni >= 2 Cr', 'Al + Ti <= 0.15']", NULL);
    cupel_space *near = space_of("near: Al0.3CoCrFeNi\nstep: 0.05\nchanges: 6\nadd: [Ti, Mo, V]\nmax_changed: 5", NULL);
    assert_true(count_of(ranges) > 1000000 && count_of(near) > 100000);
    for (uint64_t k = 0; k < DRAWN; k++) {
        cupel_composition m;
        check_ok(cupel_space_fill(ranges, cupel_rng_permuted(1, 0, k, count_of(ranges)), 1, &c, &err), &err);
        cupel_batch_get(&c.batch, 0, &m);
        assert_int_equal(whole_total(&m, 100), 100);
        assert_true(m.n <= 6);
        assert_true(lround(100 * cupel_composition_amount(&m, 28)) >= 2 * lround(100 * cupel_composition_amount(&m, 24)));
        assert_true(lround(100 * cupel_composition_amount(&m, 13)) + lround(100 * cupel_composition_amount(&m, 22)) <= 15);
        check_ok(cupel_space_fill(near, cupel_rng_permuted(1, 0, k, count_of(near)), 1, &c, &err), &err);
        cupel_batch_get(&c.batch, 0, &m);
        assert_int_equal(whole_total(&m, 20), 86);
    }
    cupel_candidates_release(&c);
    cupel_space_free(ranges);
    cupel_space_free(near);
}

/* ---- digests and messages ---- */

static void digests_tell_spaces_apart(void **state)
{
    (void)state;
    static const char *const spaces[] = {"ranges: {Fe: 0..1, Ni: 0..1}\ncouple: ['Fe >= Ni']", "ranges: {Fe: 0..1, Ni: 0..1}\ncouple: ['Fe >= 2 Ni']",
                                         "ranges: {Fe: 0..1, Ni: 0..1}", "mix: [Mg3Sb2, Mg3Bi2]", "mix: [Mg3Sb2, Mg3As2]",
                                         "mix: {Mg3Sb2: 0..1, Mg3Bi2: 0..0.5}", "mix: [Mg3Sb2, Mg3Bi2]\nstep: 0.02",
                                         "dope: PbTe\nsites: {Pb: Na}\namounts: 0.01", "dope: PbSe\nsites: {Pb: Na}\namounts: 0.01",
                                         "dope: PbTe\nsites: {Pb: K}\namounts: 0.01", "dope: PbTe\nsites: {Pb: Na}\namounts: 0.02",
                                         "near: FeNi\nstep: 0.1", "near: FeNi\nstep: 0.2", "near: FeNi\nstep: 0.1\nadd: Cr",
                                         "near: FeNi\nstep: 0.1\ncolumns: {T: [1, 2]}", "near: FeNi\nstep: 0.1\ncolumns: {T: [1, 3]}",
                                         "near: FeNi\nstep: 0.1\ncolumns: {p: [1, 2]}"};
    enum { N = sizeof spaces / sizeof *spaces };
    char hex[N][65];
    cupel_err err;
    for (size_t i = 0; i < N; i++) {
        cupel_space *s = space_of(spaces[i], NULL);
        check_ok(cupel_space_digest(s, hex[i], &err), &err);
        for (size_t j = 0; j < i; j++) assert_string_not_equal(hex[i], hex[j]);
        assert_true(cupel_space_words(s)[0]);
        cupel_space_free(s);
    }
}

static void refusals_name_line_and_remedy(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"ranges: {Fe: 0..1}\ncouple: Fe", "couple must be a list"},
        {"ranges: {Fe: 0..1}\ncouple: ['Fe > 1']", "no >=, <= or ="},
        {"ranges: {Fe: 0..1}\ncouple: ['Qq >= 1']", "no element"},
        {"ranges: {Fe: 0..1}\ncouple: ['Fe >= 0.1 <= 0.2']", "more than one condition"},
        {"ranges: {Fe: 0..1}\ncouple: ['Fe >= ']", "behind the sign"},
        {"ranges: {Fe: 0..1}\ncouple: ['Fe >= 0.1234567']", "six decimals"},
        {"ranges: {Fe: 0..1}\ncouple: ['2000 Fe >= 1']", "beyond 1000"},
        {"ranges: {Fe: 0..1}\ncouple: [{Fe: 1}]", "neither min nor max"},
        {"ranges: {Fe: 0..1}\ncouple: [{Fe: 1, min: 2, max: 1}]", "min above max"},
        {"ranges: {Fe: 0..1}\ncouple: [{Fe: x}]", "no number"},
        {"ranges: {Fe: 0..1}\ncouple: [{min: 0}]", "no element"},
        {"ranges: {Fe: 0..1}\ncouple:\n  - 'Ni >= Fe'", "couple: Ni has no range"},
        {"mix: Mg3Sb2", "list of 2 to"},
        {"mix: [Mg3Sb2]", "list of 2 to"},
        {"mix: [Mg3Sb2, Qq]", "no element 'Qq'"},
        {"mix: {Mg3Sb2: 0..2, Mg3Bi2: 0..1}", "low..high"},
        {"mix: [Mg3Sb2.12345678, Mg3Bi2]", "six decimals"},
        {"dope: PbTe", "needs sites:"},
        {"dope: PbTe\nsites: {Pb: Na}", "needs amounts:"},
        {"dope: PbTe\nsites: {Pb: Pb}\namounts: 0.1", "by itself"},
        {"dope: PbTe\nsites: {Pb: Na}\namounts: [0.1, 0.1]", "twice"},
        {"dope: PbTe\nsites: {Pb: Na}\namounts: [0.1, x]", "no number"},
        {"dope: PbTe\nsites: {Pb: Na}\namounts: 0..1.5 step 0.5", "no fraction of a site"},
        {"dope: PbTe\nsites: {Pb: Na}\namounts: 1..0.5 step 0.1", "must go up"},
        {"dope: PbTe\nsites: {Pb: Na}\namounts: 0.6\nat_once: 2", "more than a site holds"},
        {"dope: {a: b}\nsites: {Sn: Na}\namounts: 0.1", "one host or a list"},
        {"near: FeNi", "near needs step"},
        {"near: [FeNi]\nstep: 0.1", "one formula"},
        {"near: FeNi\nstep: 0.1\nadd: Fe", "in the material already"},
        {"near: FeNi\nstep: 0.00001\nchanges: 1000000", "whole number from 1 to 1000"},
        {"near: Fe1000Ni\nstep: 0.1234567", "six decimals"},
        {"near: FeNi\nstep: 0.1\ncolumns: [T]", "columns must be a mapping"},
        {"near: FeNi\nstep: 0.1\ncolumns: {T: []}", "no value"},
        {"near: FeNi\nstep: 0.1\ncolumns: {T: [1, 1.0]}", "twice"},
        {"near: FeNi\nstep: 0.1\ncolumns: {T: 1..1000000 step 0.1}", "must go up"},
        {"near: FeNi\nstep: 0.1\ncolumns: {T: 1..10000 step 1, U: 1..10000 step 1, V: 1..10000 step 1}", "10^9 points"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cupel_err err = {0};
        cupel_space *s = NULL;
        check_fails(open_space(cases[i][0], NULL, &s, &err), CUPEL_USAGE, &err, cases[i][1]);
        assert_non_null(strstr(err.message, "demand.yaml:"));
        assert_null(s);
    }
}

/* Nothing is wrong with how they are written, and yet they hold nothing. */
static void empty_spaces_cannot_be_met(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"mix: {Mg3Sb2: 0..0.2, Mg3Bi2: 0..0.2}", "add up to 1"},
        {"dope: PbTe\nsites: {Sn: Na}\namounts: 0.1", "no host has a site"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cupel_err err = {0};
        cupel_space *s = NULL;
        check_fails(open_space(cases[i][0], NULL, &s, &err), CUPEL_INFEASIBLE, &err, cases[i][1]);
        assert_null(s);
    }
}

/* A coupling of eight elements in fine steps needs too many states, and says so. */
static void too_many_states_are_refused(void **state)
{
    (void)state;
    cupel_err err = {0};
    cupel_space *s = NULL;
    check_fails(open_space("ranges: {Fe: 0..1, Cr: 0..1, Ni: 0..1, Co: 0..1, Al: 0..1, Ti: 0..1}\nstep: 0.001\ncouple: ['Fe + 2 Cr + 3 Ni >= 7 Co + "
                           "5 Al + 11 Ti']", NULL, &s, &err), CUPEL_USAGE, &err, "larger step");
}

#ifdef CUPEL_FAULTS
static void memory_may_end_anywhere(void **state)
{
    (void)state;
    static const char *const spaces[] = {"ranges: {Fe: 0..1, Ni: 0..1}\nstep: 0.1\ncouple: ['Fe >= Ni']", "mix: [Mg3Sb2, Mg3Bi2]",
                                         "near: FeNi\nstep: 0.1", "dope: [PbTe]\nsites: {Pb: Na}\namounts: [0.1, 0.2]",
                                         "near: FeNi\nstep: 0.1\ncolumns: {T: [1, 2], route: [a, b]}"};
    check_space_faults(spaces, sizeof spaces / sizeof *spaces);
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(couplings_as_brute_force),
        cmocka_unit_test(couplings_by_hand),
        cmocka_unit_test(couplings_know_what_is_ruled_out),
        cmocka_unit_test(mixtures_by_hand),
        cmocka_unit_test(mixtures_keep_their_sites),
        cmocka_unit_test(doping_by_hand),
        cmocka_unit_test(doping_is_counted_and_addressed),
        cmocka_unit_test(neighbours_by_hand),
        cmocka_unit_test(neighbours_as_brute_force),
        cmocka_unit_test(axes_cross_every_kind),
        cmocka_unit_test(samples_violate_nothing),
        cmocka_unit_test(digests_tell_spaces_apart),
        cmocka_unit_test(refusals_name_line_and_remedy),
        cmocka_unit_test(empty_spaces_cannot_be_met),
        cmocka_unit_test(too_many_states_are_refused),
#ifdef CUPEL_FAULTS
        cmocka_unit_test(memory_may_end_anywhere),
#endif
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
