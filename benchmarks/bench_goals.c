/* Several goals at once: what share of the volume that a measured set dominates has been found when each batch is chosen by `suggest`.
 *
 * Two made sets whose answer is known (300 points of three inputs), then measured ones of CUPEL_SHARED/data: alloys-mpea and func-thermoelectric.
 * Rows with equal inputs are one candidate, their mean its value. A campaign begins with `start` candidates by chance of the seed, the same for
 * both sides. Goals are scaled by their range; volumes are measured from the worst value of each. Medians over the seeds.
 *
 * chance  candidates in the order of a permutation
 * cupel   the default of `cupel suggest`
 * r2      of each goal: what a process of as many rows by chance as the last figure has says of all others
 * stop    experiments until `suggest` says that it is time to stop, the share then, and in how many campaigns it did before the last round
 *
 * With noise N the campaigns see values with a normal error of that share of the goal's range, one for each candidate; shares are those of the
 * values without it.
 *
 * build/benchmarks/bench_goals [seeds N] [start N] [batch N] [rounds N] [noise N] [only NAME] [with ACQUISITION] [threads N], from the project's
 * root. */
#include "core/base/mem.h"
#include "core/base/rng.h"
#include "core/engine/inputs.h"
#include "core/math/la.h"
#include "core/math/order.h"
#include "core/matter/columns.h"
#include "core/sys/file.h"
#include "core/sys/par.h"
#include "models/search/choose.h"
#include "models/search/hypervolume.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { GOALS = 2, POINTS = 300, INPUTS = 3, STAGES = 3, INPUTS_MAX = 3 };

typedef struct goal_set {
    const char *name;
    size_t n, d, n_blocks;
    double *x, *y; /* [n][d], [n][GOALS] */
    unsigned char *block;
    bool maximize[GOALS];
} goal_set;

typedef struct settings {
    size_t seeds, start, batch, rounds, threads;
    double noise;
    const char *only;
    cupel_acquisition acquisition;
} settings;

static void die(const char *text)
{
    fprintf(stderr, "bench_goals: %s\n", text);
    exit(1);
}

static void *need(void *p)
{
    if (!p) exit(7);
    return p;
}

/* ---- made sets ---- */

/* Squared distances to two places: their front is the line between. */
static void bowls(const double *x, double *y)
{
    static const double place[GOALS][INPUTS] = {{0.3, 0.2, 0.6}, {0.7, 0.8, 0.5}};
    for (size_t g = 0; g < GOALS; g++) {
        y[g] = 0;
        for (size_t k = 0; k < INPUTS; k++) y[g] += (x[k] - place[g][k]) * (x[k] - place[g][k]);
    }
}

/* ZDT1 of Zitzler, Deb, Thiele 2000 (doi:10.1162/106365600568202): the front is where all inputs but the first are 0. */
static void zdt1(const double *x, double *y)
{
    double g = 1;
    for (size_t k = 1; k < INPUTS; k++) g += 9 * x[k] / (INPUTS - 1);
    y[0] = x[0];
    y[1] = g * (1 - sqrt(x[0] / g));
}

static goal_set made(const char *name, void (*f)(const double *, double *))
{
    goal_set s = {.name = name, .n = POINTS, .d = INPUTS, .n_blocks = INPUTS};
    s.x = need(cupel_alloc(POINTS * INPUTS, sizeof *s.x));
    s.y = need(cupel_alloc(POINTS * GOALS, sizeof *s.y));
    s.block = need(cupel_alloc(INPUTS, 1));
    for (size_t k = 0; k < INPUTS; k++) s.block[k] = (unsigned char)k;
    for (size_t i = 0; i < POINTS * INPUTS; i++) s.x[i] = cupel_rng_uniform(17, 1, i);
    for (size_t i = 0; i < POINTS; i++) f(s.x + i * INPUTS, s.y + i * GOALS);
    return s;
}

/* ---- measured sets ---- */

#define STRENGTH {"PROPERTY: YS", "PROPERTY: Elongation"}
#define THERMO {"power_factor", "thermal_conductivity"}

static const struct source {
    const char *name, *file, *input[INPUTS_MAX], *goal[GOALS];
    bool maximize[GOALS];
    const char *where; /* a column that must be `value` */
    double value;
} sources[] = {
    {"mpea hardness, density", "alloys-mpea/MPEA_dataset.csv", {"FORMULA"},
     {"PROPERTY: HV", "PROPERTY: Calculated Density"}, {true, false}, NULL, 0},
    {"mpea strength, elongation", "alloys-mpea/MPEA_dataset.csv", {"FORMULA", "PROPERTY: Processing method", "PROPERTY: Type of test"},
     STRENGTH, {true, true}, "PROPERTY: Test temperature", 25},
    {"mpea the same, formula only", "alloys-mpea/MPEA_dataset.csv", {"FORMULA"}, STRENGTH, {true, true}, "PROPERTY: Test temperature", 25},
    {"thermoelectric 300 K", "func-thermoelectric/estm.csv", {"Formula"}, THERMO, {true, false}, "temperature", 300},
    {"thermoelectric 700 K", "func-thermoelectric/estm.csv", {"Formula"}, THERMO, {true, false}, "temperature", 700}};

/* The first column whose name begins so. */
static size_t column_of(const cupel_trial_table *t, const char *begin)
{
    for (size_t i = 0; i < t->header.n; i++)
        if (strncmp(t->header.name[i], begin, strlen(begin)) == 0) return i;
    die("a column is not there");
    return 0;
}

static bool number_at(const cupel_trial_table *t, size_t row, size_t col, double *x)
{
    return cupel_parse_double(cupel_text_trim(cupel_cell(&t->records, row, col)), x);
}

/* Rows that have both goals, at the value of `where`, move to the front. */
static void keep_rows(cupel_trial_table *t, const struct source *s, const size_t *goal)
{
    cupel_records *r = &t->records;
    const size_t where = s->where ? column_of(t, s->where) : 0;
    size_t m = 0;
    double x;
    for (size_t i = 0; i < r->n_rows; i++) {
        if (s->where && !(number_at(t, i, where, &x) && x == s->value)) continue;
        bool whole = true;
        for (size_t k = 0; k < INPUTS_MAX && s->input[k]; k++)
            whole &= !cupel_text_missing(cupel_text_trim(cupel_cell(r, i, column_of(t, s->input[k]))));
        if (!whole || !number_at(t, i, goal[0], &x) || !number_at(t, i, goal[1], &x)) continue;
        if (m != i) memcpy(r->cell + m * r->n_cols, r->cell + i * r->n_cols, r->n_cols * sizeof *r->cell);
        r->line[m++] = r->line[i];
    }
    r->n_rows = m;
}

static goal_set measured(const char *folder, const struct source *s)
{
    cupel_err err = {0};
    cupel_trial_table t;
    cupel_inputs in = {0};
    goal_set out = {.name = s->name, .maximize = {s->maximize[0], s->maximize[1]}};
    const cupel_trial_table *one = &t;
    const cupel_job job = {.threads = 1};
    char *path = need(cupel_path_join(folder, s->file));
    if (cupel_trial_table_read(path, NULL, &(cupel_job){.threads = 1}, &t, &err)) die(err.message);
    const size_t goal[GOALS] = {column_of(&t, s->goal[0]), column_of(&t, s->goal[1])};
    keep_rows(&t, s, goal);
    size_t n_inputs = 0;
    while (n_inputs < INPUTS_MAX && s->input[n_inputs]) n_inputs++;
    const cupel_input_choice from = {&one, 1, s->input, n_inputs, s->input[0], CUPEL_DOT_DECIMAL};
    if (cupel_inputs_make(&from, &job, &in, &err)) die(err.message);
    const size_t rows = t.records.n_rows, d = in.d;
    double *count = need(cupel_alloc(rows, sizeof *count));
    out.x = in.x[0], in.x[0] = NULL, out.block = in.block, in.block = NULL, out.d = d, out.n_blocks = in.n_blocks;
    out.y = need(cupel_alloc(rows * GOALS, sizeof *out.y));
    for (size_t i = 0; i < rows; i++) {
        size_t j = 0;
        while (j < out.n && memcmp(out.x + j * d, out.x + i * d, d * sizeof *out.x) != 0) j++;
        if (j == out.n) memmove(out.x + out.n++ * d, out.x + i * d, d * sizeof *out.x);
        count[j]++;
        for (size_t g = 0; g < GOALS; g++) {
            double v;
            number_at(&t, i, goal[g], &v);
            out.y[j * GOALS + g] += (v - out.y[j * GOALS + g]) / count[j];
        }
    }
    cupel_free(count);
    cupel_free(path);
    cupel_inputs_release(&in);
    cupel_trial_table_release(&t);
    return out;
}

/* ---- campaigns ---- */

typedef struct replay {
    const goal_set *s;
    const settings *o;
    double *height;                        /* [n][GOALS] 0..1, larger is better */
    double all;                            /* volume of all */
    double *share[2][STAGES], *r2[GOALS];  /* [seeds] of chance and cupel */
    double *stop[2];                       /* [seeds] experiments when it is time to stop, and the share then; NAN: not before the last round */
    double range[GOALS];
} replay;

/* As `suggest` decides: below this share of the dominated volume (core/engine/suggest_judge.c), nothing under way. */
static const double LEAST_VOLUME = 2e-3;

static bool is_stop(const cupel_choice *c)
{
    double most = 0;
    for (size_t i = 0; i < c->n; i++) most = fmax(most, fmax(c->pick[i].gain, c->pick[i].at_most));
    return c->modelled && most < LEAST_VOLUME;
}

static size_t tried_at(const settings *o, size_t stage) { return o->start + o->batch * ((o->rounds * (stage + 1)) / STAGES); }

static double volume_of(const replay *r, const size_t *order, size_t n)
{
    cupel_err err = {0};
    double v, *p = need(cupel_alloc(n * GOALS, sizeof *p));
    for (size_t i = 0; i < n; i++) memcpy(p + i * GOALS, r->height + (order ? order[i] : i) * GOALS, GOALS * sizeof *p);
    if (cupel_hypervolume(p, n, GOALS, &v, &err)) die(err.message);
    cupel_free(p);
    return v;
}

/* The next batch moves to order[tried ...]. *stop: it is time to stop instead. */
static cupel_status next_batch(const replay *r, cupel_choose_options *o, size_t *order, size_t tried, bool *stop, cupel_err *err)
{
    const goal_set *s = r->s;
    const size_t n = s->n, d = s->d, g = GOALS;
    double *x = need(cupel_alloc(n * d, sizeof *x)), *y = need(cupel_alloc(n * g, sizeof *y));
    bool *taken = need(cupel_alloc(n, sizeof *taken));
    size_t *old = need(cupel_alloc(n, sizeof *old)), at = tried;
    cupel_choice choice = {0};
    for (size_t i = 0; i < n; i++) {
        memcpy(x + i * d, s->x + order[i] * d, d * sizeof *x);
        for (size_t k = 0; k < g; k++)
            y[i * g + k] = s->y[order[i] * g + k] + r->o->noise * r->range[k] * cupel_rng_normal(o->seed, 91 + k, order[i]);
        old[i] = order[i];
    }
    const cupel_choose_task t = {.n = tried, .m = n - tried, .d = d, .n_blocks = s->n_blocks, .n_goals = g, .known = x, .y = y, .pool = x + tried * d,
                                 .block = s->block, .maximize = s->maximize};
    cupel_status st = cupel_choose(&t, o, &(cupel_job){.threads = 1}, &choice, err);
    *stop = st == CUPEL_OK && is_stop(&choice);
    for (size_t k = 0; k < choice.n; k++) order[at++] = old[tried + choice.pick[k].row], taken[tried + choice.pick[k].row] = true;
    for (size_t i = tried; i < n && st == CUPEL_OK; i++)
        if (!taken[i]) order[at++] = old[i];
    cupel_choice_release(&choice);
    cupel_free(x), cupel_free(y), cupel_free(taken), cupel_free(old);
    return st;
}

/* What one process of the first rows in that order says of the others. */
static cupel_status skill(const replay *r, const size_t *order, size_t goal, uint64_t seed, double *r2, cupel_err *err)
{
    const goal_set *s = r->s;
    const size_t n = tried_at(r->o, STAGES - 1), m = s->n - n;
    double *x = need(cupel_alloc(s->n * (s->d + 2), sizeof *x)), *y = x + s->n * s->d, *mean = y + s->n, theta[CUPEL_GAUSS_BLOCKS + 1];
    cupel_gauss_options p = cupel_gauss_defaults();
    cupel_gauss *process = NULL;
    cupel_status st = CUPEL_OK;
    p.threads = 1, p.seed = seed;
    for (size_t i = 0; i < s->n; i++) {
        memcpy(x + i * s->d, s->x + order[i] * s->d, s->d * sizeof *x);
        y[i] = s->y[order[i] * GOALS + goal];
    }
    const cupel_gauss_rows rows = {.n = n, .d = s->d, .n_blocks = s->n_blocks, .x = x, .y = y, .block = s->block};
    if ((st = cupel_gauss_learn(&rows, &p, theta, err)) == CUPEL_OK) st = cupel_gauss_new(&rows, theta, &process, err);
    if (st == CUPEL_OK) st = cupel_gauss_predict(process, x + n * s->d, m, 1, mean, NULL, err);
    double middle = 0, error = 0, around = 0;
    for (size_t i = n; i < s->n; i++) middle += y[i] / (double)m;
    for (size_t i = n; i < s->n; i++) error += (y[i] - mean[i - n]) * (y[i] - mean[i - n]), around += (y[i] - middle) * (y[i] - middle);
    *r2 = 1 - error / around;
    cupel_gauss_free(process);
    cupel_free(x);
    return st;
}

static cupel_status one_seed(void *user, size_t seed, size_t worker, cupel_err *err)
{
    (void)worker;
    const replay *r = user;
    const settings *o = r->o;
    size_t *order = need(cupel_alloc(r->s->n, sizeof *order)), tried = o->start;
    cupel_choose_memory memory = {0};
    cupel_choose_options choose = cupel_choose_defaults();
    cupel_status st = CUPEL_OK;
    choose.acquisition = o->acquisition, choose.batch = o->batch, choose.seed = seed + 1, choose.memory = &memory;
    cupel_rng_permutation(seed + 1, 5, order, r->s->n);
    for (size_t g = 0; g < GOALS && st == CUPEL_OK; g++) st = skill(r, order, g, seed + 1, &r->r2[g][seed], err);
    for (size_t k = 0; k < STAGES; k++) r->share[0][k][seed] = volume_of(r, order, tried_at(o, k)) / r->all;
    for (size_t k = 0; k < 2; k++) r->stop[k][seed] = NAN;
    for (size_t k = 0; k < STAGES && st == CUPEL_OK; k++) {
        for (; tried < tried_at(o, k) && st == CUPEL_OK; tried += o->batch) {
            bool stop;
            st = next_batch(r, &choose, order, tried, &stop, err);
            if (stop && isnan(r->stop[0][seed])) r->stop[0][seed] = (double)tried, r->stop[1][seed] = volume_of(r, order, tried) / r->all;
        }
        r->share[1][k][seed] = volume_of(r, order, tried) / r->all;
    }
    cupel_free(order);
    return st;
}

static void scale(replay *r)
{
    const goal_set *s = r->s;
    r->height = need(cupel_alloc(s->n * GOALS, sizeof *r->height));
    for (size_t g = 0; g < GOALS; g++) {
        double low = INFINITY, high = -INFINITY;
        for (size_t i = 0; i < s->n; i++) low = fmin(low, s->y[i * GOALS + g]), high = fmax(high, s->y[i * GOALS + g]);
        r->range[g] = high - low;
        for (size_t i = 0; i < s->n; i++) {
            const double u = (s->y[i * GOALS + g] - low) / (high - low);
            r->height[i * GOALS + g] = s->maximize[g] ? u : 1 - u;
        }
    }
    r->all = volume_of(r, NULL, s->n);
}

static double median(double *x, size_t n)
{
    cupel_sort(x, n);
    return 0.5 * (x[(n - 1) / 2] + x[n / 2]);
}

/* Medians over the campaigns that came to an end. */
static void show_stop(replay *r)
{
    size_t n = 0;
    for (size_t i = 0; i < r->o->seeds; i++)
        if (!isnan(r->stop[0][i])) r->stop[0][n] = r->stop[0][i], r->stop[1][n] = r->stop[1][i], n++;
    if (n) printf("  %5.1f %.3f", median(r->stop[0], n), median(r->stop[1], n));
    else printf("      -     -");
    printf(" %3zu/%zu", n, r->o->seeds);
}

static void show(goal_set s, const settings *o)
{
    cupel_err err = {0};
    replay r = {.s = &s, .o = o};
    const double begin = cupel_now();
    if (s.n < tried_at(o, STAGES - 1)) die("fewer candidates than experiments");
    scale(&r);
    double *room = need(cupel_alloc((2 * STAGES + GOALS + 2) * o->seeds, sizeof *room));
    for (size_t k = 0; k < STAGES; k++) r.share[0][k] = room + k * o->seeds, r.share[1][k] = room + (STAGES + k) * o->seeds;
    for (size_t g = 0; g < GOALS; g++) r.r2[g] = room + (2 * STAGES + g) * o->seeds;
    for (size_t k = 0; k < 2; k++) r.stop[k] = room + (2 * STAGES + GOALS + k) * o->seeds;
    if (cupel_par_for(o->threads, o->seeds, one_seed, &r, &err)) die(err.message);
    printf("%-26s %4zu %3zu", s.name, s.n, s.n_blocks);
    for (size_t k = 0; k < STAGES; k++) {
        const double chance = median(r.share[0][k], o->seeds);
        printf("  %.3f %.3f", chance, median(r.share[1][k], o->seeds));
    }
    for (size_t g = 0; g < GOALS; g++) printf(" %6.2f", median(r.r2[g], o->seeds));
    show_stop(&r);
    printf("   (%.1f s)\n", cupel_now() - begin);
    fflush(stdout);
    cupel_free(room), cupel_free(r.height), cupel_free(s.x), cupel_free(s.y), cupel_free(s.block);
}

static settings parse(int argc, char **argv)
{
    settings s = {.seeds = 20, .start = 6, .batch = 4, .rounds = 9, .threads = 1};
    cupel_err err = {0};
    for (int i = 1; i + 1 < argc; i += 2) {
        const char *w = argv[i], *v = argv[i + 1];
        double x = 0;
        cupel_parse_double(cupel_text_of(v), &x);
        if (strcmp(w, "seeds") == 0) s.seeds = (size_t)x;
        else if (strcmp(w, "start") == 0) s.start = (size_t)x;
        else if (strcmp(w, "batch") == 0) s.batch = (size_t)x;
        else if (strcmp(w, "rounds") == 0) s.rounds = (size_t)x;
        else if (strcmp(w, "threads") == 0) s.threads = (size_t)x;
        else if (strcmp(w, "noise") == 0) s.noise = x;
        else if (strcmp(w, "only") == 0) s.only = v;
        else if (strcmp(w, "with") != 0) die("unknown word; see the head of bench_goals.c");
        else if (cupel_acquisition_parse(v, &s.acquisition, &err)) die(err.message);
    }
    return s;
}

int main(int argc, char **argv)
{
    const settings o = parse(argc, argv);
    const char *shared = getenv("CUPEL_SHARED");
    char *folder = need(cupel_path_join(shared ? shared : "../shared", "data"));
    cupel_la_single_thread();
    printf("share of the dominated volume, median of %zu seeds; %zu to begin with, batches of %zu\n%-26s %4s %3s", o.seeds, o.start, o.batch, "set",
           "n", "in");
    for (size_t k = 0; k < STAGES; k++) printf("  chance  %3zu", tried_at(&o, k));
    printf("     r2     r2   stop share of\n");
    if (!o.only || strcmp(o.only, "bowls") == 0) show(made("bowls", bowls), &o);
    if (!o.only || strcmp(o.only, "zdt1") == 0) show(made("zdt1", zdt1), &o);
    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++) {
        char *path = need(cupel_path_join(folder, sources[i].file));
        if (!cupel_file_exists(path)) printf("skip %s: its table is not there (CUPEL_SHARED)\n", sources[i].name);
        else if (!o.only || strncmp(o.only, sources[i].name, strlen(o.only)) == 0) show(measured(folder, &sources[i]), &o);
        cupel_free(path);
    }
    cupel_free(folder);
    return 0;
}
