/* Campaigns of the past, replayed: how many experiments it takes to find the best of a measured set when each next one is chosen by `suggest`.
 *
 * Sets are those of CUPEL_SHARED/data/opt-pvlab and opt-olympus. Rows with equal inputs are one candidate, their mean its value. A campaign begins
 * with `start` candidates by chance of the seed, the same for every method, and ends when the best one has been measured; they count. Figures are
 * medians over the seeds (a campaign that has not ended after `most` experiments counts as `most`).
 *
 * random  (n + 1) / 2: the median and mean of drawing without a model
 * plain   a Gaussian process with one length for all inputs (Matern 5/2, maximum likelihood) and expected improvement
 * cupel   the default of `cupel suggest`
 * goal    the best known method of each set (opt-pvlab, from the literature)
 *
 * build/benchmarks/bench_loop [seeds N] [most N] [start N] [only NAME] [from pvlab | olympus] [with ACQUISITION] [threads N] [noplain], from the
 * project's root. */
#include "core/base/mem.h"
#include "core/base/rng.h"
#include "core/io/csv.h"
#include "core/io/json.h"
#include "core/math/la.h"
#include "core/math/order.h"
#include "core/sys/file.h"
#include "core/sys/par.h"
#include "models/search/campaign.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS = 64, OPTIONS = 64 };

typedef struct campaign {
    char name[64];
    size_t n, d, n_blocks;
    double *x, *y; /* [n][d] in 0..1, [n] */
    unsigned char block[COLUMNS];
    bool maximize;
    double goal;   /* NaN: none */
} campaign;

typedef struct settings {
    size_t seeds, most, start, threads;
    const char *only, *from;
    bool plain;
    cupel_choose_options choose;
} settings;

static void die(const char *text)
{
    fprintf(stderr, "bench_loop: %s\n", text);
    exit(1);
}

static void *need(void *p)
{
    if (!p) exit(7);
    return p;
}

/* ---- reading ---- */

/* Rows of text, [n][width]. */
typedef struct text_rows {
    size_t n, width;
    char **cell;
} text_rows;

static text_rows read_rows(const char *path, bool header)
{
    cupel_err err = {0};
    cupel_input *in = NULL;
    cupel_csv *csv = NULL;
    const cupel_text *field;
    size_t n, cap = 0;
    uint64_t line;
    text_rows t = {0};
    if (cupel_input_open(path, &in, &err) || cupel_csv_open(in, ',', &csv, &err)) die(err.message);
    for (;;) {
        if (cupel_csv_row(csv, &field, &n, &line, &err)) die(err.message);
        if (!n) break;
        if (header && line == 1) continue;
        if (!t.width) t.width = n;
        if (n != t.width) die("rows of different lengths");
        if (!cupel_grow(&t.cell, &cap, (t.n + 1) * n, sizeof *t.cell)) exit(7);
        for (size_t i = 0; i < n; i++) t.cell[t.n * n + i] = need(cupel_strndup(field[i].p, field[i].n));
        t.n++;
    }
    cupel_csv_free(csv);
    cupel_input_free(in);
    return t;
}

static void free_rows(text_rows *t)
{
    for (size_t i = 0; i < t->n * t->width; i++) cupel_free(t->cell[i]);
    cupel_free(t->cell);
}

static double number(const char *s)
{
    double x = NAN;
    cupel_parse_double(cupel_text_trim(cupel_text_of(s)), &x);
    return x;
}

/* A column of numbers is one input, one of words an input for each word. */
static size_t put_column(const text_rows *t, size_t col, campaign *c, size_t at)
{
    bool words = false;
    for (size_t i = 0; i < t->n; i++) words |= isnan(number(t->cell[i * t->width + col]));
    if (!words) {
        for (size_t i = 0; i < t->n; i++) c->x[i * COLUMNS + at] = number(t->cell[i * t->width + col]);
        c->block[at] = (unsigned char)c->n_blocks++;
        return at + 1;
    }
    size_t n = 0;
    const char *word[OPTIONS];
    for (size_t i = 0; i < t->n; i++) {
        size_t w = 0;
        while (w < n && strcmp(word[w], t->cell[i * t->width + col]) != 0) w++;
        if (w == n) word[n++] = t->cell[i * t->width + col];
        if (n == OPTIONS || at + n >= COLUMNS) die("too many words");
        c->x[i * COLUMNS + at + w] = sqrt(0.5);
    }
    for (size_t w = 0; w < n; w++) c->block[at + w] = (unsigned char)c->n_blocks;
    c->n_blocks++;
    return at + n;
}

/* Equal inputs are one candidate. Columns to 0..1. */
static void settle(campaign *c, size_t d)
{
    size_t n = 0;
    double *x = need(cupel_alloc(c->n * d, sizeof *x)), *count = need(cupel_alloc(c->n, sizeof *count));
    for (size_t i = 0; i < c->n; i++) {
        size_t j = 0;
        while (j < n && memcmp(x + j * d, c->x + i * COLUMNS, d * sizeof *x) != 0) j++;
        if (j == n) {
            memcpy(x + n * d, c->x + i * COLUMNS, d * sizeof *x);
            c->y[n] = c->y[i];
            count[n++] = 1;
        } else {
            c->y[j] += (c->y[i] - c->y[j]) / ++count[j];
        }
    }
    for (size_t k = 0; k < d; k++) {
        double low = INFINITY, high = -INFINITY;
        for (size_t i = 0; i < n; i++) low = fmin(low, x[i * d + k]), high = fmax(high, x[i * d + k]);
        bool shared = (k && c->block[k] == c->block[k - 1]) || (k + 1 < d && c->block[k] == c->block[k + 1]);
        for (size_t i = 0; i < n && !shared; i++) x[i * d + k] = high > low ? (x[i * d + k] - low) / (high - low) : 0;
    }
    cupel_free(c->x);
    cupel_free(count);
    c->x = x, c->n = n, c->d = d;
}

static void make(const text_rows *t, size_t inputs, campaign *c)
{
    size_t d = 0;
    c->n = t->n;
    c->x = need(cupel_alloc(t->n * COLUMNS, sizeof *c->x));
    c->y = need(cupel_alloc(t->n, sizeof *c->y));
    for (size_t k = 0; k < inputs; k++) d = put_column(t, k, c, d);
    for (size_t i = 0; i < t->n; i++) c->y[i] = number(t->cell[i * t->width + inputs]);
    settle(c, d);
}

static const struct {
    const char *file, *name;
    bool maximize;
    double goal;
} pvlab[] = {{"AutoAM_dataset.csv", "AutoAM", true, 18},
             {"Perovskite_dataset.csv", "Perovskite", false, 34},
             {"AgNP_dataset.csv", "AgNP", false, 24},
             {"P3HT_dataset.csv", "P3HT", true, 36},
             {"Crossed_barrel_dataset.csv", "Crossed barrel", true, 79}};

static void read_pvlab(const char *folder, size_t i, campaign *c)
{
    char *path = need(cupel_path_join(folder, pvlab[i].file));
    text_rows t = read_rows(path, true);
    *c = (campaign){.maximize = pvlab[i].maximize, .goal = pvlab[i].goal};
    snprintf(c->name, sizeof c->name, "%s", pvlab[i].name);
    make(&t, t.width - 1, c);
    free_rows(&t);
    cupel_free(path);
}

static const char *const olympus[] = {"agnp",           "autoam",         "colors_bob",     "crossed_barrel", "fullerenes",     "hplc",
                                      "liquid_ace_100", "liquid_dce",     "liquid_hep_100", "liquid_thf_100", "liquid_thf_500", "liquid_toluene",
                                      "liquid_water",   "oer_plate_3496", "p3ht",           "perovskites",    "photo_pce10",    "snar",
                                      "suzuki",         "thin_film"};

/* How many inputs there are, and whether the first measurement is to be large. */
static size_t read_config(const char *path, bool *maximize)
{
    cupel_err err = {0};
    cupel_input *in = NULL;
    cupel_json *root = NULL;
    char *text = NULL;
    size_t n;
    cupel_text word;
    if (cupel_input_open(path, &in, &err) || cupel_input_rest(in, 1 << 20, &text, &n, &err) || cupel_json_read((cupel_text){text, n}, path, &root,
        &err))
        die(err.message);
    const cupel_json *goal = cupel_json_get(root, "default_goal");
    if (goal && cupel_json_kind_of(goal) == CUPEL_JSON_ARRAY) goal = cupel_json_at(goal, 0);
    *maximize = goal && cupel_json_string(goal, &word) && cupel_text_is(word, "maximize");
    const size_t inputs = cupel_json_size(cupel_json_get(root, "parameters"));
    cupel_json_free(root);
    cupel_input_free(in);
    cupel_free(text);
    return inputs;
}

static void read_olympus(const char *folder, const char *name, campaign *c)
{
    char *here = need(cupel_path_join(folder, name)), *config = need(cupel_path_join(here, "config.json")), *data = need(cupel_path_join(here,
        "data.csv"));
    if (!cupel_file_exists(data)) {
        cupel_free(data);
        data = need(cupel_path_join(here, "data.csv.gz"));
    }
    *c = (campaign){.goal = NAN};
    snprintf(c->name, sizeof c->name, "%s", name);
    const size_t inputs = read_config(config, &c->maximize);
    text_rows t = read_rows(data, strcmp(name, "liquid_dce") == 0); /* this one has a line of column numbers on top */
    make(&t, inputs, c);
    free_rows(&t);
    cupel_free(here);
    cupel_free(config);
    cupel_free(data);
}

/* ---- replay ---- */

typedef struct replay {
    const campaign *c;
    const settings *s;
    cupel_choose_options choose;
    bool one_length;
    double *count; /* [seeds] */
} replay;

static cupel_status one_seed(void *user, size_t seed, size_t worker, cupel_err *err)
{
    (void)worker;
    const replay *r = user;
    const campaign *c = r->c;
    unsigned char *zero = need(cupel_alloc(c->d, 1));
    size_t *order = need(cupel_alloc(c->n, sizeof *order)), tried = 0;
    const cupel_campaign a = {.n = c->n, .d = c->d, .n_goals = 1, .n_blocks = r->one_length ? 1 : c->n_blocks, .x = c->x, .y = c->y,
                              .block = r->one_length ? zero : c->block, .maximize = &c->maximize, .start = r->s->start, .most = r->s->most};
    cupel_status st = cupel_campaign_run(&a, &r->choose, seed + 1, order, &tried, err);
    r->count[seed] = (double)tried;
    cupel_free(order);
    cupel_free(zero);
    return st;
}

static double median_of(replay *r)
{
    cupel_err err = {0};
    const size_t n = r->s->seeds;
    r->count = need(cupel_alloc(n, sizeof *r->count));
    if (cupel_par_for(r->s->threads, n, one_seed, r, &err)) die(err.message);
    cupel_sort(r->count, n);
    const double m = 0.5 * (r->count[(n - 1) / 2] + r->count[n / 2]);
    cupel_free(r->count);
    return m;
}

static cupel_choose_options plain_options(void)
{
    cupel_choose_options o = cupel_choose_defaults();
    o.acquisition = CUPEL_ACQUIRE_EI, o.unbent = true;
    o.process.length = 1, o.process.length_spread = 100, o.process.noise = 1e-4, o.process.noise_spread = 100;
    return o;
}

/* Milliseconds of processor time of one choice: 1,000 candidates, 100 known, 6 inputs; the median of five. */
static void time_a_choice(void)
{
    enum { M = 1000, N = 100, D = 6, TIMES = 5 };
    static double pool[M * D], known[N * D], y[N];
    static const unsigned char block[D] = {0, 1, 2, 3, 4, 5};
    const bool maximize = false;
    const cupel_job job = {.threads = 1};
    const cupel_choose_options o = cupel_choose_defaults();
    double taken[TIMES];
    cupel_err err = {0};
    for (size_t i = 0; i < M * D; i++) pool[i] = cupel_rng_uniform(1, 1, i);
    for (size_t i = 0; i < N * D; i++) known[i] = cupel_rng_uniform(1, 2, i);
    for (size_t i = 0; i < N; i++)
        for (size_t k = 0; k < D; k++) y[i] += (known[i * D + k] - 0.4) * (known[i * D + k] - 0.4);
    const cupel_choose_task t = {.n = N, .m = M, .d = D, .n_blocks = D, .n_goals = 1, .known = known, .y = y, .pool = pool, .block = block,
                                 .maximize = &maximize};
    for (size_t i = 0; i < TIMES; i++) {
        cupel_choice c = {0};
        const double begin = cupel_cpu_seconds();
        if (cupel_choose(&t, &o, &job, &c, &err)) die(err.message);
        taken[i] = 1e3 * (cupel_cpu_seconds() - begin);
        cupel_choice_release(&c);
    }
    cupel_sort(taken, TIMES);
    printf("one choice from %d candidates, %d known, %d inputs: %.0f ms of one thread (goal 1000)\n", (int)M, (int)N, (int)D, taken[TIMES / 2]);
}

typedef struct means {
    double logs, n;
} means;

static void add(means *m, double ratio)
{
    if (isnan(ratio)) return;
    m->logs += log(ratio);
    m->n++;
}

static void show(const campaign *c, const settings *s, means *goal, means *plain_mean)
{
    const double begin = cupel_now();
    replay r = {.c = c, .s = s, .choose = s->choose};
    const double cupel = median_of(&r), middle = cupel_now();
    r.choose = plain_options(), r.one_length = true;
    const double plain = s->plain ? median_of(&r) : (double)NAN, random = 0.5 * ((double)c->n + 1);
    printf("%-16s %5zu %3zu %8.1f %8.1f %8.1f", c->name, c->n, c->n_blocks, fmin(random, (double)s->most), plain, cupel);
    if (!isnan(c->goal)) printf(" %8.0f %8.2f", c->goal, cupel / c->goal);
    printf("   (%.1f s, plain %.1f s)\n", middle - begin, cupel_now() - middle);
    fflush(stdout);
    add(goal, cupel / c->goal);
    add(plain_mean, cupel / plain);
}

static settings parse(int argc, char **argv)
{
    settings s = {.seeds = 50, .most = 150, .start = 2, .threads = 1, .plain = true, .choose = cupel_choose_defaults()};
    cupel_err err = {0};
    for (int i = 1; i < argc; i++) {
        const char *w = argv[i], *v = i + 1 < argc ? argv[i + 1] : "";
        if (strcmp(w, "noplain") == 0) {
            s.plain = false;
            continue;
        }
        if (strcmp(w, "seeds") == 0) s.seeds = (size_t)number(v);
        else if (strcmp(w, "most") == 0) s.most = (size_t)number(v);
        else if (strcmp(w, "start") == 0) s.start = (size_t)number(v);
        else if (strcmp(w, "threads") == 0) s.threads = (size_t)number(v);
        else if (strcmp(w, "only") == 0) s.only = v;
        else if (strcmp(w, "from") == 0) s.from = v;
        else if (strcmp(w, "length") == 0) s.choose.process.length = number(v);
        else if (strcmp(w, "length-spread") == 0) s.choose.process.length_spread = number(v);
        else if (strcmp(w, "noise") == 0) s.choose.process.noise = number(v);
        else if (strcmp(w, "noise-spread") == 0) s.choose.process.noise_spread = number(v);
        else if (strcmp(w, "with") == 0) {
            if (cupel_acquisition_parse(v, &s.choose.acquisition, &err)) die(err.message);
        } else die("unknown word; see the head of bench_loop.c");
        i++;
    }
    return s;
}

static bool wanted(const settings *s, const char *from, const char *name)
{
    if (s->from && strcmp(s->from, from) != 0) return false;
    return !s->only || strcmp(s->only, name) == 0;
}

int main(int argc, char **argv)
{
    const settings s = parse(argc, argv);
    const char *shared = getenv("CUPEL_SHARED");
    char *one = need(cupel_path_join(shared ? shared : "../shared", "data/opt-pvlab")), *two = need(cupel_path_join(shared ? shared : "../shared",
        "data/opt-olympus"));
    means goal = {0}, plain = {0};
    campaign c;
    cupel_la_single_thread();
    time_a_choice();
    if (!cupel_file_exists(one) || !cupel_file_exists(two)) {
        printf("skip: the sets of opt-pvlab and opt-olympus are not there (CUPEL_SHARED)\n");
        return 0;
    }
    printf("experiments to the best: median of %zu seeds, at most %zu, %zu to begin with\n", s.seeds, s.most, s.start);
    printf("%-16s %5s %3s %8s %8s %8s %8s %8s\n", "set", "n", "in", "random", "plain", "cupel", "goal", "of goal");
    for (size_t i = 0; i < sizeof pvlab / sizeof *pvlab; i++) {
        if (!wanted(&s, "pvlab", pvlab[i].name)) continue;
        settings here = s;
        here.most = SIZE_MAX;
        read_pvlab(one, i, &c);
        show(&c, &here, &goal, &plain);
        cupel_free(c.x), cupel_free(c.y);
    }
    for (size_t i = 0; i < sizeof olympus / sizeof *olympus; i++) {
        if (!wanted(&s, "olympus", olympus[i])) continue;
        read_olympus(two, olympus[i], &c);
        show(&c, &s, &goal, &plain);
        cupel_free(c.x), cupel_free(c.y);
    }
    printf("geometric mean of cupel over goal %.3f (%.0f sets), over plain %.3f (%.0f sets)\n", exp(goal.logs / goal.n), goal.n,
           exp(plain.logs / plain.n), plain.n);
    cupel_free(one);
    cupel_free(two);
    return 0;
}
