/* The surrogate of a table of microstructures: candidates per CPU second of one thread, and the share of unseen structures inside their 90 %
 * intervals, for conduction and for elasticity, with 64 and with 200 structures to learn from and four parameters. A law between the bounds stands in
 * for the solver, with a tenth of noise in it that no surrogate can know. The best of five; the memory triad of the machine is printed by
 * bench_statistics. Run from the project's root: build/benchmarks/bench_micro_table */
#define _GNU_SOURCE /* ru_maxrss */
#include "core/base/mem.h"
#include "core/base/rng.h"
#include "core/engine/micro/model.h"
#include "core/math/la.h"
#include "core/sys/cpu.h"
#include "models/homogenize/bounds.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

enum { REPEATS = 5, CANDIDATES = 20000, BLOCK = 256, UNSEEN = 400 };

static const char *const asked[2] = {"{property: conductivity, component: 33, min: 4}", "{property: young modulus, direction: [0, 0, 1], min: 3}"};

static void law(const cupel_micro_demand *d, const double *v, double noise, const cupel_layout *l, double *row)
{
    const double fraction[2] = {1 - v[0], v[0]};
    const cupel_material m[2] = {d->phase[0].material, d->phase[1].material};
    const cupel_physics physics = d->needs_elasticity ? CUPEL_ELASTICITY : CUPEL_CONDUCTION;
    const size_t at = d->needs_elasticity ? l->c : l->k, n = d->needs_elasticity ? 6 : 3;
    cupel_bounds b;
    cupel_bounds_of((cupel_kind){.physics = physics, .dim = 3}, 2, fraction, m, &b);
    row[l->fraction] = 1 - v[0], row[l->fraction + 1] = v[0];
    for (size_t i = 0; i < n * n; i++) {
        const double share = 0.35 + 0.1 * sin(2 * v[1]) + 0.08 * v[2] * (i / n % 3 == 2 ? 1 : -0.5) + 0.1 * v[3] + 0.1 * noise;
        row[at + i] = (1 - share) * b.reuss[i] + share * b.voigt[i];
    }
}

static cupel_micro_demand *demand_of(int physics, size_t rows)
{
    char text[1024];
    cupel_micro_demand *d = NULL;
    snprintf(text, sizeof text,
             "demand: benchmark\nscale: microstructure\nphases:\n  - {name: a, k: 1, E: 1, nu: 0.3}\n  - {name: b, k: 20, E: 20, nu: 0.2}\n"
             "space: {generator: gaussian, fraction: 0.1..0.6, metric11: -1..1, metric33: -1..1, wavelength: 0.2..0.5, seed: 1}\n"
             "require:\n  - %s\nsample: %zu\nlevel: 0.9\n", asked[physics], rows);
    if (cupel_micro_demand_read(cupel_text_of(text), "benchmark", &d, NULL)) exit(1);
    return d;
}

static void sample(const cupel_micro_demand *d, const cupel_micro_space *s, cupel_samples *r)
{
    cupel_layout_of(d, &r->layout);
    r->n = d->sample, r->n_params = s->n;
    r->param = cupel_alloc(r->n, s->n * sizeof(double)), r->figure = cupel_alloc(r->n, r->layout.width * sizeof(double));
    r->reason = cupel_alloc(r->n, sizeof *r->reason), r->recipe = cupel_alloc(r->n, sizeof *r->recipe);
    if (!r->param || !r->figure || !r->reason || !r->recipe) exit(1);
    for (size_t i = 0; i < r->n; i++) {
        cupel_micro_space_point(s, i, r->param + i * s->n);
        law(d, r->param + i * s->n, cupel_rng_normal(1, 0, i), &r->layout, r->figure + i * r->layout.width);
    }
}

/* Candidates per CPU second: points, means, frames, tensors, asked numbers and scores. */
static double rate_of(const cupel_micro_model *m, const cupel_micro_space *s, cupel_micro_scratch *scratch)
{
    static double value[BLOCK * CUPEL_SOBOL_DIMENSIONS], score[BLOCK];
    double best = HUGE_VAL;
    for (int r = 0; r < REPEATS; r++) {
        const double begin = cupel_cpu_seconds();
        for (uint64_t i = 0; i < CANDIDATES; i += BLOCK) {
            for (uint64_t k = 0; k < BLOCK; k++) cupel_micro_space_point(s, 1000 + i + k, value + k * s->n);
            cupel_micro_model_score(m, value, BLOCK, cupel_isa_best(), scratch, score);
        }
        best = fmin(best, cupel_cpu_seconds() - begin);
    }
    return (double)((CANDIDATES + BLOCK - 1) / BLOCK * BLOCK) / best;
}

static double coverage_of(const cupel_micro_model *m, const cupel_micro_demand *d, const cupel_micro_space *s, cupel_micro_scratch *scratch)
{
    cupel_layout l;
    double row[256] = {0}, value[CUPEL_SOBOL_DIMENSIONS];
    size_t inside = 0;
    cupel_layout_of(d, &l);
    for (uint64_t i = 0; i < UNSEEN; i++) {
        cupel_micro_forecast f;
        cupel_micro_space_point(s, 100000 + i, value);
        law(d, value, cupel_rng_normal(2, 0, i), &l, row);
        cupel_micro_model_forecast(m, value, cupel_isa_best(), scratch, &f);
        const cupel_micro_state state = cupel_layout_state(&l, row);
        const double truth = cupel_ask_value(d, &d->ask[0], &state);
        inside += truth >= f.lower[0] && truth <= f.upper[0];
    }
    return (double)inside / UNSEEN;
}

int main(void)
{
    static const size_t sizes[] = {64, 200};
    const cupel_job job = {.threads = 1};
    struct rusage usage;
    cupel_la_single_thread();
    printf("%-12s %8s %10s %26s %12s\n", "physics", "learned", "fit [s]", "candidates / CPU second", "coverage 90");
    for (int physics = 0; physics < 2; physics++)
        for (size_t k = 0; k < 2; k++) {
            cupel_micro_demand *d = demand_of(physics, sizes[k]);
            cupel_micro_space s;
            cupel_samples rows = {0};
            cupel_micro_model *m = NULL;
            cupel_micro_scratch *scratch = NULL;
            if (cupel_micro_space_read(d, &s, NULL)) exit(1);
            sample(d, &s, &rows);
            const double begin = cupel_cpu_seconds();
            if (cupel_micro_model_fit(d, &s, &rows, &job, &m, NULL) || cupel_micro_scratch_new(m, BLOCK, &scratch, NULL)) exit(1);
            const double fit = cupel_cpu_seconds() - begin;
            printf("%-12s %8zu %10.2f %26.0f %12.3f\n", physics ? "elasticity" : "conduction", sizes[k], fit, rate_of(m, &s, scratch),
                   coverage_of(m, d, &s, scratch));
            cupel_micro_scratch_free(scratch);
            cupel_micro_model_free(m);
            cupel_samples_release(&rows);
            cupel_micro_demand_free(d);
        }
    if (getrusage(RUSAGE_SELF, &usage) == 0) printf("memory %.0f MB at most\n", (double)usage.ru_maxrss / 1e3);
    return 0;
}
