/* Spaces of compositions, one thread, CPU time, median of five: opening with its count, candidates per second in blocks of 1,024 with their text and
 * without (as a screen may take them), a sample without repeats, and how many of 10^6 sampled candidates break a sum or a limit.
 * Run from the project's root: build/benchmarks/bench_spaces [quaternaries]
 * `quaternaries` counts what Davies et al. counted in 2016 (doi:10.1016/j.chempr.2016.09.010): some ten seconds. */
#include "core/base/rng.h"
#include "core/math/order.h"
#include "core/matter/oxidation.h"
#include "core/sys/job.h"
#include "datasets/spaces/space.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { REPEATS = 5, LISTED = 2000000, SAMPLED = 1000000, BLOCK = 1024 };

/* true when the candidate breaks what its space promises */
typedef bool (*breaks_fn)(const cupel_composition *c);

typedef struct trial {
    const char *name, *text;
    breaks_fn breaks;
} trial;

static void die(const char *message)
{
    fprintf(stderr, "%s\n", message);
    exit(1);
}

static cupel_space *open_space(const char *text, uint64_t *count, double *seconds)
{
    cupel_err err = {0};
    cupel_yaml_doc *doc = NULL;
    cupel_space *s = NULL;
    if (cupel_yaml_read(cupel_text_of(text), "bench_spaces", &doc, &err)) die(err.message);
    double start = cupel_cpu_seconds();
    if (cupel_space_open(cupel_yaml_root(doc), "bench_spaces", NULL, &s, &err) || cupel_space_count(s, count, &err)) die(err.message);
    *seconds = cupel_cpu_seconds() - start;
    cupel_yaml_free(doc);
    return s;
}

/* Amounts that are whole numbers of 1/per; their sum, or -1. */
static long total(const cupel_composition *c, long per)
{
    long sum = 0;
    for (unsigned i = 0; i < c->n; i++) {
        long k = lround(c->amount[i] * (double)per);
        if (k <= 0 || c->amount[i] < (double)k / (double)per || c->amount[i] > (double)k / (double)per) return -1;
        sum += k;
    }
    return sum;
}

static long part(const cupel_composition *c, unsigned z, long per) { return lround(cupel_composition_amount(c, z) * (double)per); }

static bool within(long x, long low, long high) { return x >= low && x <= high; }

static bool breaks_neutral(const cupel_composition *c)
{
    cupel_oxidation o;
    unsigned d = 0;
    for (unsigned i = 0; i < c->n; i++)
        for (unsigned a = (unsigned)c->amount[i], b = d; (d = a, b); a = b, b = d % b) {}
    return !within(c->n, 2, 4) || total(c, 1) < 0 || d != 1 || cupel_composition_total(c) > 24 || !cupel_oxidation_find(c, 0, &o);
}

static bool breaks_ranges(const cupel_composition *c)
{
    return total(c, 100) != 100 || c->n > 5 || !within(part(c, 26, 100), 20, 80) || !within(part(c, 24, 100), 0, 30) || !within(part(c, 28, 100), 0,
        50);
}

static bool breaks_coupled(const cupel_composition *c)
{
    return breaks_ranges(c) || part(c, 28, 100) < 2 * part(c, 24, 100) || part(c, 13, 100) + part(c, 22, 100) > 15;
}

static bool breaks_mix(const cupel_composition *c) /* cations of (Ga, In, Al, Zn)(As, P, Sb, S) make 1, anions too */
{
    long cations = part(c, 31, 100) + part(c, 49, 100) + part(c, 13, 100) + part(c, 30, 100);
    return total(c, 100) != 200 || cations != 100;
}

static bool breaks_dope(const cupel_composition *c) { return total(c, 1000) < 0 || total(c, 1000) % 1000 || part(c, 82, 1000) < 850; }

static bool breaks_near(const cupel_composition *c)
{
    return total(c, 20) != 86 || !within(part(c, 13, 20), 0, 12) || !within(part(c, 26, 20), 14, 26) || !within(part(c, 22, 20), 0, 6);
}

static bool breaks_crossed(const cupel_composition *c) { return total(c, 50) != 50; }

static const trial trials[] = {
    {"charge-neutral, 28 elements",
     "charge_neutral: {elements: [Li, Na, K, Mg, Ca, Sr, Ba, Cu, Ag, Zn, Al, Ga, In, Si, Ge, Sn, Sb, Bi, Ti, Zr, P, N, O, S, Se, Cl, I, Te], "
     "max_elements: 4, "
     "max_amount: 6, states: icsd24}", breaks_neutral},
    {"ranges, 7 elements, 5 at once", "ranges: {Fe: 0.2..0.8, Cr: 0..0.3, Ni: 0..0.5, Co: 0..0.3, Mn: 0..0.3, Al: 0..0.2, Ti: 0..0.2}\nstep: "
        "0.01\nmax_elements: 5",
     breaks_ranges},
    {"the same, two couplings",
     "ranges: {Fe: 0.2..0.8, Cr: 0..0.3, Ni: 0..0.5, Co: 0..0.3, Mn: 0..0.3, Al: 0..0.2, Ti: 0..0.2}\nstep: 0.01\nmax_elements: 5\n"
     "couple: ['Ni >= 2 Cr', 'Al + Ti <= 0.15']", breaks_coupled},
    {"mixtures of 4 end members", "mix: [GaAs, InP, AlSb, ZnS]\nstep: 0.01", breaks_mix},
    {"doping series of PbTe", "dope: [PbTe, PbSe]\nsites: {Pb: [Na, K, Ag, Bi, Sb, In], Te: [I, Br, Cl], Se: [I, Br, Cl]}\namounts: 0.001..0.05 step "
        "0.001\nat_once: 3",
     breaks_dope},
    {"neighbours of Al0.3CoCrFeNi", "near: Al0.3CoCrFeNi\nstep: 0.05\nchanges: 6\nadd: [Ti, Mo, V]\nmax_changed: 6", breaks_near},
    {"ranges x temperature x route", "ranges: {Fe: 0..1, Cr: 0..1, Ni: 0..1, Al: 0..1}\nstep: 0.02\ncolumns: {T: 300..1200 step 50, route: [cast, "
        "forged]}", breaks_crossed},
};

/* Candidates per second of one walk from the start. */
static double walk(cupel_space *s, uint64_t n, bool bare)
{
    double rate[REPEATS];
    cupel_candidates c = {.bare = bare};
    cupel_err err = {0};
    for (int r = 0; r < REPEATS; r++) {
        double start = cupel_cpu_seconds();
        for (uint64_t first = 0; first < n; first += c.n)
            if (cupel_space_fill(s, first, BLOCK, &c, &err) || !c.n) die(err.message);
        rate[r] = (double)n / (cupel_cpu_seconds() - start);
    }
    cupel_candidates_release(&c);
    cupel_sort(rate, REPEATS);
    return rate[REPEATS / 2];
}

/* Violations among n candidates drawn without repeats; the rate of drawing goes to *rate. */
static uint64_t violations(cupel_space *s, uint64_t count, uint64_t n, breaks_fn breaks, double *rate)
{
    cupel_candidates c = {.bare = true};
    cupel_err err = {0};
    uint64_t bad = 0;
    double seconds = 0;
    for (uint64_t k = 0; k < n; k++) {
        cupel_composition m;
        double start = k % 1024 ? 0 : cupel_cpu_seconds(); /* the clock itself costs as much as a candidate */
        if (cupel_space_fill(s, cupel_rng_permuted(1, 0, k, count), 1, &c, &err) || c.n != 1) die(err.message);
        if (k % 1024 == 0) seconds += cupel_cpu_seconds() - start;
        cupel_batch_get(&c.batch, 0, &m);
        bad += breaks(&m);
    }
    *rate = (double)((n + 1023) / 1024) / seconds;
    cupel_candidates_release(&c);
    return bad;
}

static void count_quaternaries(void)
{
    static const char *const sets[3] = {"smact14", "icsd24", "common"};
    for (int i = 0; i < 3; i++) {
        char text[200];
        uint64_t count;
        double seconds;
        snprintf(text, sizeof text, "charge_neutral: {elements: all, min_elements: 4, max_elements: 4, max_amount: 8, states: %s}", sets[i]);
        cupel_space *s = open_space(text, &count, &seconds);
        printf("quaternaries of all elements, at most 8 atoms of each, states %-8s %15llu formulas, counted in %.1f s: %.2g per second\n", sets[i],
               (unsigned long long)count, seconds, (double)count / seconds);
        fflush(stdout);
        cupel_space_free(s);
    }
}

int main(int argc, char **argv)
{
    uint64_t worst = 0;
    printf("%-30s %15s %9s %12s %12s %12s %10s\n", "", "candidates", "open [s]", "per s", "without text", "drawn per s", "violations");
    for (size_t t = 0; t < sizeof trials / sizeof *trials; t++) {
        uint64_t count, n;
        double seconds, drawn;
        cupel_space *s = open_space(trials[t].text, &count, &seconds);
        n = count < LISTED ? count : LISTED;
        double with = walk(s, n, false), without = walk(s, n, true);
        n = count < SAMPLED ? count : SAMPLED;
        uint64_t bad = violations(s, count, n, trials[t].breaks, &drawn);
        printf("%-30s %15llu %9.3f %12.3g %12.3g %12.3g %5llu of %llu\n", trials[t].name, (unsigned long long)count, seconds, with, without, drawn,
               (unsigned long long)bad, (unsigned long long)n);
        fflush(stdout);
        worst += bad;
        cupel_space_free(s);
    }
    if (argc > 1 && strcmp(argv[1], "quaternaries") == 0) count_quaternaries();
    return worst != 0;
}
