/* The surrogate's own numbers, space by space: structures of a space are built and solved, the surrogate learns from the first 75, 200 and 1,000 of
 * them and is asked about 200 that it has not seen.
 *
 * error     relative Frobenius norm of predicted less solved tensor, median and 90th percentile
 * noise     the same between structures that differ only in the seed of their noise (root mean square about their mean, median over the points): no
 *           method that sees statistics alone can be better; a space fixes the seed, so that this surrogate can
 * cover     share of unseen numbers in their 90 % intervals: over the components asked, and the least and most of the sets learned from (one set
 *           of 75 has a luck of its own: the share that n rows promise is itself only known to 0.9 -+ (0.09 / (n + 2))^1/2); values solved on
 *           the same
 *           grid are the truth, and the intervals those of the surrogate, without the bars of the grid that 'cupel run' adds
 * outside   predicted tensors outside the Voigt and Reuss bounds of their fractions, of the unseen and of 20,000 candidates
 * per s     candidates per CPU second of one thread: points, tensors, asked numbers, scores
 *
 * Goals, of each line: a cover of 90 to 98 % in the mean over its sets, nothing outside, 100,000 candidates per second. What is missed stands at the
 * end of the line, and the exit code is 1.
 *
 * build/benchmarks/bench_surrogate [quick | long] [only NAME] [keep DIR] [threads N] [grid N] [settings], from the project's root. `quick`: a
 * random field, laminates, and an elastic space, on a grid of 16: 3 minutes of one processor. `long` adds spaces, contrasts and 1,000 rows for
 * stiffness (without it: 12 minutes of processor time, nearly all of it solving); `keep` leaves the solved structures in DIR, and takes those
 * that are there; `settings` says what was learned. Rows that are solved serve as up to SETS sets of n, apart from one another. */
#define _GNU_SOURCE
#include "core/base/mem.h"
#include "core/engine/micro/model.h"
#include "core/math/la.h"
#include "core/math/order.h"
#include "core/math/small.h"
#include "core/sys/cpu.h"
#include "core/sys/file.h"
#include "models/homogenize/bounds.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { UNSEEN = 200, SIZES = 3, SETS = 5, CANDIDATES = 20480, BLOCK = 256, REPEATS = 5, SEEDS = 6, POINTS = 10, WIDTH_MAX = 160 };
static const size_t sizes[SIZES] = {75, 200, 1000};
static const double COVER_LEAST = 0.9, COVER_MOST = 0.98, RATE_LEAST = 1e5;

typedef struct subject {
    const char *name, *space;
    bool stiffness, noise, long_only, quick;
    double contrast;
} subject;

#define METRIC "metric11: -1..1, metric22: -1..1, metric33: -1..1, metric23: -0.6..0.6, metric13: -0.6..0.6, metric12: -0.6..0.6"
#define HARMONICS                                                                                                                                    \
    "y2_-2: -2..2, y2_-1: -2..2, y2_0: -2..2, y2_1: -2..2, y2_2: -2..2, y4_-4: -2..2, y4_-3: -2..2, y4_-2: -2..2, y4_-1: -2..2, y4_0: -2..2, "       \
    "y4_1: -2..2, y4_2: -2..2, y4_3: -2..2, y4_4: -2..2"

static const subject subjects[] = {
    {"gaussian, metric", "gaussian, fraction: 0.1..0.9, wavelength: 0.25, " METRIC, false, true, false, true, 20},
    {"gaussian, harmonics", "gaussian, fraction: 0.1..0.9, wavelength: 0.25, " HARMONICS, false, true, false, false, 20},
    {"spinodoid", "spinodoid, fraction: 0.3..0.7, wavelength: 0.25, cone1: 10..90, cone2: 10..90, cone3: 10..90", false, true, false, false, 20},
    {"gyroid, stretched", "gyroid, fraction: 0.1..0.9, stretch1: 0.6..1.8, stretch2: 0.6..1.8", false, false, false, false, 20},
    {"primitive walls", "primitive, sheet: 1, fraction: 0.1..0.5, stretch1: 0.6..1.8, stretch2: 0.6..1.8", false, false, false, false, 20},
    {"octet", "octet, fraction: 0.05..0.5, node: 1..2", false, false, false, false, 20},
    {"ranked laminate", "ranked_laminate, layer1: 0..0.6, layer2: 0..0.6, layer3: 0..0.6", false, false, false, true, 20},
    {"gaussian, metric", "gaussian, fraction: 0.1..0.9, wavelength: 0.25, " METRIC, true, true, false, false, 10},
    {"gyroid, stretched", "gyroid, fraction: 0.1..0.9, stretch1: 0.6..1.8, stretch2: 0.6..1.8", true, false, false, true, 10},
    {"gaussian, metric", "gaussian, fraction: 0.1..0.9, wavelength: 0.25, " METRIC, false, true, true, false, 100},
    {"gaussian, harmonics", "gaussian, fraction: 0.1..0.9, wavelength: 0.25, " HARMONICS, true, true, true, false, 10},
    {"gaussian walls", "gaussian_shell, fraction: 0.1..0.6, centre: -1..1, wavelength: 0.3, " METRIC, false, true, true, false, 20},
    {"kelvin", "kelvin, fraction: 0.05..0.4, node: 1..2", false, false, true, false, 20},
    {"octet", "octet, fraction: 0.05..0.5, node: 1..2", true, false, true, false, 10},
};

typedef struct options {
    bool all, quick, settings;
    const char *only, *keep;
    size_t threads, grid;
} options;

static const char *tensor_name(const subject *s) { return s->stiffness ? "stiffness" : "conduction"; }

/* "octet conduction 20" */
static void name_of(const subject *s, char name[128]) { snprintf(name, 128, "%s %s %g", s->name, tensor_name(s), s->contrast); }

static void die(const cupel_err *err)
{
    fprintf(stderr, "bench_surrogate: %s\n", err->message);
    exit(1);
}

static void *need(void *p)
{
    if (!p) exit(7);
    return p;
}

/* ---- structures ---- */

static cupel_micro_demand *demand_of(const subject *s, const options *o, size_t rows, int seed)
{
    char text[4096];
    cupel_micro_demand *d = NULL;
    cupel_err err = {0};
    const char *asks = s->stiffness ? "  - {property: stiffness, component: 11, min: 0}\n  - {property: stiffness, component: 33, min: 0}\n"
                                      "  - {property: stiffness, component: 44, min: 0}\n  - {property: stiffness, component: 12, min: 0}\n"
                                    : "  - {property: conductivity, component: 11, min: 0}\n  - {property: conductivity, component: 22, min: 0}\n"
                                      "  - {property: conductivity, component: 33, min: 0}\n";
    snprintf(text, sizeof text,
             "demand: benchmark\nscale: microstructure\nphases:\n  - {name: a, k: 1, E: 1, nu: 0.3}\n  - {name: b, k: %g, E: %g, nu: 0.3}\n"
             "space: {generator: %s}\nrequire:\n%ssample: %zu\ngrid: %zu\nlevel: 0.9\n",
             s->contrast, s->contrast, s->space, asks, rows, o->grid);
    if (s->noise) {
        char seeded[4096];
        const char *at = strstr(text, "}\nrequire");
        snprintf(seeded, sizeof seeded, "%.*s, seed: %d%s", (int)(at - text), text, seed, at);
        memcpy(text, seeded, sizeof text);
    }
    if (cupel_micro_demand_read(cupel_text_of(text), "benchmark", &d, &err)) die(&err);
    return d;
}

static void solve(const cupel_micro_demand *d, const cupel_micro_space *s, const options *o, const char *name, cupel_samples *rows)
{
    cupel_err err = {0};
    const cupel_job job = {.threads = o->threads, .isa = cupel_isa_best()};
    char folder[] = "/tmp/bench_surrogate_XXXXXX", *path = NULL;
    if (!o->keep && !mkdtemp(folder)) exit(1);
    if (o->keep && cupel_make_folder(o->keep, &err)) die(&err);
    path = need(cupel_path_join(o->keep ? o->keep : folder, name));
    if (cupel_samples_make(d, s, path, true, &job, rows, &err)) die(&err);
    if (!o->keep) cupel_samples_forget(path, rows->n), (void)rmdir(folder);
    cupel_free(path);
}

/* Solved values on their grid are the truth here: the intervals are those of the surrogate, without the bars that they get for what a grid is off. */
static void forget_bars(cupel_samples *rows)
{
    const cupel_layout *l = &rows->layout;
    for (size_t i = 0; i < rows->n; i++) {
        double *row = rows->figure + i * l->width;
        if (l->k_error != SIZE_MAX) memset(row + l->k_error, 0, 9 * sizeof *row);
        if (l->c_error != SIZE_MAX) memset(row + l->c_error, 0, 36 * sizeof *row);
    }
}

static const double *tensor_of(const cupel_layout *l, const double *row) { return l->c == SIZE_MAX ? row + l->k : row + l->c; }
static size_t order_of(const cupel_layout *l) { return l->c == SIZE_MAX ? 3 : 6; }

/* ---- figures ---- */

/* Of x [n], which is sorted on the way. */
static double quantile(double *x, size_t n, double share)
{
    if (!n) return NAN;
    cupel_sort(x, n);
    return x[(size_t)fmin((double)(n - 1), share * (double)n)];
}

static double apart(const double *a, const double *b, size_t n)
{
    double sum = 0, size = 0;
    for (size_t i = 0; i < n; i++) sum += (a[i] - b[i]) * (a[i] - b[i]), size += b[i] * b[i];
    return sqrt(sum / size);
}

/* The least eigenvalue of a - b over the size of both. */
static double least(const double *a, const double *b, size_t n)
{
    double x[36], value[CUPEL_SMALL], vector[36], low = HUGE_VAL;
    for (size_t i = 0; i < n * n; i++) x[i] = a[i] - b[i];
    cupel_small_eigen(x, n, value, vector);
    for (size_t i = 0; i < n; i++) low = fmin(low, value[i]);
    return low / cupel_small_norm(a, n * n);
}

static bool outside(const cupel_micro_demand *d, const cupel_layout *l, const double *row)
{
    const cupel_material m[2] = {d->phase[0].material, d->phase[1].material};
    const size_t n = order_of(l);
    const double *t = tensor_of(l, row);
    cupel_bounds b;
    cupel_bounds_of((cupel_kind){.physics = n == 6 ? CUPEL_ELASTICITY : CUPEL_CONDUCTION, .dim = 3}, 2, row + l->fraction, m, &b);
    return least(t, b.reuss, n) < -1e-10 || least(b.voigt, t, n) < -1e-10; /* rounding */
}

/* Spread over seeds at the same parameters, the median over the points. */
static double noise_of(const subject *s, const options *o)
{
    cupel_samples rows[SEEDS] = {{.n = 0}};
    double spread[POINTS];
    size_t n_points = 0;
    if (!s->noise) return 0;
    for (int k = 0; k < SEEDS; k++) {
        char name[128];
        cupel_micro_space space;
        cupel_micro_demand *d = demand_of(s, o, POINTS, k + 1);
        if (cupel_micro_space_read(d, &space, NULL)) exit(1);
        snprintf(name, sizeof name, "%s %s %g seed %d", s->name, tensor_name(s), s->contrast, k + 1);
        solve(d, &space, o, name, &rows[k]);
        cupel_micro_demand_free(d);
    }
    const cupel_layout *l = &rows[0].layout;
    const size_t n = order_of(l) * order_of(l);
    for (size_t i = 0; i < POINTS; i++) {
        double mean[36] = {0}, sum = 0;
        bool all = true;
        for (int k = 0; k < SEEDS; k++) all = all && !rows[k].reason[i];
        if (!all) continue;
        for (int k = 0; k < SEEDS; k++)
            for (size_t c = 0; c < n; c++) mean[c] += tensor_of(l, rows[k].figure + i * l->width)[c] / SEEDS;
        for (int k = 0; k < SEEDS; k++) sum += pow(apart(tensor_of(l, rows[k].figure + i * l->width), mean, n), 2);
        spread[n_points++] = sqrt(sum / (SEEDS - 1));
    }
    for (int k = 0; k < SEEDS; k++) cupel_samples_release(&rows[k]);
    return quantile(spread, n_points, 0.5);
}

typedef struct figures {
    double fit, median, tenth, cover[3], rate;
    size_t outside, n;
    double error[SETS * UNSEEN]; /* [n] */
} figures;

static void ask_unseen(const cupel_micro_model *m, const cupel_micro_demand *d, const cupel_samples *all, size_t from, cupel_micro_scratch *scratch,
                       figures *f)
{
    double row[WIDTH_MAX];
    size_t n = 0, inside = 0;
    const cupel_layout *l = &all->layout;
    for (size_t i = from; i < all->n; i++) {
        cupel_micro_forecast forecast;
        const double *value = all->param + i * all->n_params, *truth = all->figure + i * l->width;
        if (all->reason[i]) continue;
        cupel_micro_model_figures(m, value, 1, cupel_isa_best(), scratch, row);
        cupel_micro_model_forecast(m, value, cupel_isa_best(), scratch, &forecast);
        n++;
        f->error[f->n++] = apart(tensor_of(l, row), tensor_of(l, truth), order_of(l) * order_of(l));
        f->outside += outside(d, l, row);
        const cupel_micro_state state = cupel_layout_state(l, truth);
        for (size_t a = 0; a < d->n_asks; a++) {
            const double x = cupel_ask_value(d, &d->ask[a], &state);
            inside += x >= forecast.lower[a] && x <= forecast.upper[a];
        }
    }
    const double share = (double)inside / (double)(n * d->n_asks);
    f->cover[0] += share, f->cover[1] = fmin(f->cover[1], share), f->cover[2] = fmax(f->cover[2], share);
}

static void screen(const cupel_micro_model *m, const cupel_micro_demand *d, const cupel_micro_space *s, const cupel_layout *l,
                   cupel_micro_scratch *scratch, figures *f)
{
    static double value[BLOCK * CUPEL_SOBOL_DIMENSIONS], score[BLOCK], row[BLOCK * WIDTH_MAX];
    double best = HUGE_VAL;
    for (int r = 0; r < REPEATS; r++) {
        const double begin = cupel_cpu_seconds();
        for (uint64_t i = 0; i < CANDIDATES; i += BLOCK) {
            for (uint64_t k = 0; k < BLOCK; k++) cupel_micro_space_point(s, 100000 + i + k, value + k * s->n);
            cupel_micro_model_score(m, value, BLOCK, cupel_isa_best(), scratch, score);
        }
        best = fmin(best, cupel_cpu_seconds() - begin);
    }
    f->rate = CANDIDATES / best;
    for (uint64_t i = 0; i < CANDIDATES; i += BLOCK) {
        for (uint64_t k = 0; k < BLOCK; k++) cupel_micro_space_point(s, 100000 + i + k, value + k * s->n);
        cupel_micro_model_figures(m, value, BLOCK, cupel_isa_best(), scratch, row);
        for (size_t k = 0; k < BLOCK; k++) f->outside += outside(d, l, row + k * l->width);
    }
}

/* Learns from rows `first` to first + n. */
static void one_set(const options *o, const cupel_micro_demand *d, const cupel_micro_space *s, const cupel_samples *all, size_t first, size_t n,
                    size_t from, figures *f)
{
    cupel_samples some = *all;
    cupel_micro_model *m = NULL;
    cupel_micro_scratch *scratch = NULL;
    cupel_err err = {0};
    const cupel_job job = {.threads = 1, .isa = cupel_isa_best()};
    some.n = n;
    some.param += first * all->n_params, some.figure += first * all->layout.width, some.reason += first, some.recipe += first;
    const double begin = cupel_cpu_seconds();
    if (cupel_micro_model_fit(d, s, &some, &job, &m, &err) || cupel_micro_scratch_new(m, BLOCK, &scratch, &err)) die(&err);
    if (!first) f->fit = cupel_cpu_seconds() - begin;
    ask_unseen(m, d, all, from, scratch, f);
    if (!first) screen(m, d, s, &all->layout, scratch, f);
    if (o->settings) {
        cupel_str words = {0};
        cupel_micro_model_settings(m, &words);
        printf("  %s\n", cupel_str_text(&words));
        cupel_str_free(&words);
    }
    cupel_micro_scratch_free(scratch);
    cupel_micro_model_free(m);
}

static void one_size(const options *o, const cupel_micro_demand *d, const cupel_micro_space *s, const cupel_samples *all, size_t n, size_t from,
                     figures *f)
{
    const size_t sets = from / n < SETS ? from / n : (size_t)SETS;
    *f = (figures){.cover = {0, 1, 0}};
    for (size_t i = 0; i < sets; i++) one_set(o, d, s, all, i * n, n, from, f);
    f->cover[0] /= (double)sets;
    f->median = quantile(f->error, f->n, 0.5), f->tenth = quantile(f->error, f->n, 0.9);
}

/* What is missed of the goals, at the end of the line; false: nothing. */
static bool say_missed(const figures *f)
{
    const bool cover = !(f->cover[0] >= COVER_LEAST && f->cover[0] <= COVER_MOST), slow = !(f->rate >= RATE_LEAST);
    if (cover || slow || f->outside) printf("  MISSED%s%s%s", cover ? " cover" : "", f->outside ? " outside" : "", slow ? " per s" : "");
    return cover || slow || f->outside;
}

/* False where a goal is missed. */
static bool one_subject(const subject *s, const options *o)
{
    bool good = true;
    const size_t n_sizes = s->stiffness && !o->all && !o->quick ? SIZES - 1 : SIZES, from = sizes[n_sizes - 1];
    char name[128];
    cupel_micro_space space;
    cupel_samples all = {.n = 0};
    cupel_micro_demand *d = demand_of(s, o, from + UNSEEN, 1);
    if (cupel_micro_space_read(d, &space, NULL)) exit(1);
    name_of(s, name);
    double begin = cupel_cpu_seconds();
    solve(d, &space, o, name, &all);
    forget_bars(&all);
    const double each = (cupel_cpu_seconds() - begin) / (double)all.n;
    const double noise = noise_of(s, o);
    for (size_t k = 0; k < n_sizes; k++) {
        static figures f;
        one_size(o, d, &space, &all, sizes[k], from, &f);
        printf("%-20s %-10s %4g %6zu %7.2f %7.2f %7.2f   %4.1f (%4.1f %5.1f) %8zu %9.0f %7.2f %7.3f", s->name, tensor_name(s), s->contrast,
               sizes[k], 100 * f.median, 100 * f.tenth, 100 * noise, 100 * f.cover[0], 100 * f.cover[1], 100 * f.cover[2], f.outside, f.rate, f.fit,
                   each);
        if (say_missed(&f)) good = false;
        putchar('\n');
        fflush(stdout);
    }
    cupel_samples_release(&all);
    cupel_micro_demand_free(d);
    return good;
}

static options read_options(int argc, char **argv)
{
    options o = {.threads = 2, .grid = 24};
    for (int i = 1; i < argc; i++) {
        const char *next = i + 1 < argc ? argv[i + 1] : "";
        if (strcmp(argv[i], "long") == 0)
            o.all = true;
        else if (strcmp(argv[i], "quick") == 0)
            o.quick = true, o.grid = 16, o.threads = 1;
        else if (strcmp(argv[i], "settings") == 0)
            o.settings = true;
        else if (strcmp(argv[i], "only") == 0)
            o.only = next, i++;
        else if (strcmp(argv[i], "keep") == 0)
            o.keep = next, i++;
        else if (strcmp(argv[i], "threads") == 0)
            o.threads = strtoul(next, NULL, 10), i++;
        else if (strcmp(argv[i], "grid") == 0)
            o.grid = strtoul(next, NULL, 10), i++;
        else
            fprintf(stderr, "bench_surrogate: '%s': expected quick, long, only NAME, keep DIR, threads N, grid N, settings\n", argv[i]), exit(2);
    }
    if (!o.threads || o.grid < 16) exit(2);
    return o;
}

int main(int argc, char **argv)
{
    const options o = read_options(argc, argv);
    bool good = true;
    cupel_la_single_thread();
    printf("grid %zu and three quarters of it, extrapolated; %d unseen structures; %zu threads to solve, 1 to predict\n", o.grid, UNSEEN, o.threads);
    printf("%-20s %-10s %4s %6s %7s %7s %7s   %-18s %8s %9s %7s %7s\n", "space", "tensor", "2 / 1", "n", "median%", "90th %", "noise %",
           "cover 90 % (sets)", "outside", "per s", "fit [s]", "solve s");
    for (size_t i = 0; i < sizeof subjects / sizeof *subjects; i++) {
        if ((subjects[i].long_only && !o.all) || (o.quick && !subjects[i].quick)) continue;
        char name[128];
        name_of(&subjects[i], name);
        if ((!o.only || strstr(name, o.only)) && !one_subject(&subjects[i], &o)) good = false;
    }
    return good ? 0 : 1;
}
