/* Experiments that cost differently: how far from the best a campaign is for the same money, when gains are weighed by cost and when they are not.
 *
 * A made set of 990 candidates: mixtures of three components (fractions in steps of 0.1, sum 1), three temperatures and five solvents, as columns of
 * 0..1 and words as `suggest` makes them; a smooth yield with a term for each solvent. Four kinds of cost: of the best solvent, of a middling one,
 * of the temperature, and without rhyme. A campaign begins with six candidates by chance, and goes on by two at a time. Regret is the distance of the
 * best measured candidate (its value without noise) from the best of all, as a share of the range; means over seeds and over what was spent: 1.5, 2,
 * 3 and 4 times what the beginning cost.
 *
 * build/benchmarks/bench_cost [seeds N] [noise N] [threads N], from the project's root; noise as a share of the range. */
#include "core/base/mem.h"
#include "core/base/rng.h"
#include "core/base/str.h"
#include "core/math/la.h"
#include "core/sys/par.h"
#include "models/search/choose.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STEPS = 10, SOLVENTS = 5, HEATS = 3, N = 66 * SOLVENTS * HEATS, D = 4 + SOLVENTS, BLOCKS = 5, START = 6, BATCH = 2, BUDGETS = 4, COSTS = 4 };
static const double budget[BUDGETS] = {1.5, 2, 3, 4};
static const char *const cost_name[COSTS] = {"best solvent dear", "middling solvent dear", "heat dear", "without rhyme"};

typedef struct world {
    double x[N][D], y[N], cost[COSTS][N], best, range;
    unsigned char block[D];
} world;

typedef struct settings {
    size_t seeds, threads;
    double noise;
} settings;

typedef struct campaign {
    const world *w;
    const settings *o;
    size_t cost;
    bool weighed;
    double *regret; /* [seeds][BUDGETS] */
} campaign;

static void candidate(world *w, size_t i, const double *part, size_t heat, size_t solvent)
{
    static const double effect[SOLVENTS] = {0, 30, -60, 10, 80};
    const double kelvin = 300 + 50 * (double)heat;
    for (size_t k = 0; k < 3; k++) w->x[i][k] = part[k];
    w->x[i][3] = (double)heat / (HEATS - 1);
    w->x[i][4 + solvent] = sqrt(0.5);
    w->y[i] = 200 * part[0] * part[1] + 150 * part[1] * part[2] + 100 * part[0] + effect[solvent] * (0.5 + part[1]) -
              0.01 * (kelvin - 360) * (kelvin - 360);
    w->cost[0][i] = 1 + 4 * part[0] + (solvent == 4 ? 20 : 0);
    w->cost[1][i] = 1 + 3 * part[1] + (solvent == 1 ? 15 : 0);
    w->cost[2][i] = 1 + 5 * (double)heat;
    w->cost[3][i] = 1 + (double)cupel_rng_below(7, 3, i, 10);
}

static void make(world *w)
{
    size_t i = 0;
    double low = INFINITY;
    w->best = -INFINITY;
    for (size_t a = 0; a <= STEPS; a++)
        for (size_t b = 0; a + b <= STEPS; b++)
            for (size_t k = 0; k < HEATS * SOLVENTS; k++) {
                const double part[3] = {(double)a / STEPS, (double)b / STEPS, (double)(STEPS - a - b) / STEPS};
                candidate(w, i++, part, k / SOLVENTS, k % SOLVENTS);
            }
    for (i = 0; i < N; i++) w->best = fmax(w->best, w->y[i]), low = fmin(low, w->y[i]);
    w->range = w->best - low;
    for (size_t k = 0; k < D; k++) w->block[k] = (unsigned char)(k < 4 ? k : 4);
}

static cupel_status one_seed(void *user, size_t seed, size_t worker, cupel_err *err)
{
    (void)worker;
    const campaign *g = user;
    const world *w = g->w;
    size_t order[N], tried = START;
    double *x = cupel_alloc(N * D, sizeof *x), *y = cupel_alloc(N, sizeof *y), *cost = cupel_alloc(N, sizeof *cost), spent = 0, best = -INFINITY;
    static const bool up = true;
    cupel_choose_options o = cupel_choose_defaults();
    cupel_status st = x && y && cost ? CUPEL_OK : CUPEL_NO_RESOURCE;
    o.batch = BATCH, o.seed = seed + 1;
    cupel_rng_permutation(seed + 1, 5, order, N);
    for (size_t k = 0; k < START; k++) spent += w->cost[g->cost][order[k]], best = fmax(best, w->y[order[k]]);
    const double start = spent;
    for (size_t b = 0; b < BUDGETS; b++) g->regret[seed * BUDGETS + b] = (w->best - best) / w->range;
    while (st == CUPEL_OK && spent < budget[BUDGETS - 1] * start && tried + BATCH <= N) {
        cupel_choice c = {0};
        for (size_t i = 0; i < N; i++) {
            memcpy(x + i * D, w->x[order[i]], sizeof w->x[0]);
            y[i] = w->y[order[i]] + g->o->noise * w->range * cupel_rng_normal(seed + 1, 9, order[i]);
            cost[i] = w->cost[g->cost][order[i]];
        }
        const cupel_choose_task t = {.n = tried, .m = N - tried, .d = D, .n_blocks = BLOCKS, .n_goals = 1, .known = x, .y = y, .pool = x + tried * D,
                                     .cost = g->weighed ? cost + tried : NULL, .block = w->block, .maximize = &up};
        st = cupel_choose(&t, &o, &(cupel_job){.threads = 1}, &c, err);
        size_t row[BATCH];
        for (size_t k = 0; k < c.n && st == CUPEL_OK; k++) row[k] = order[tried + c.pick[k].row];
        for (size_t k = 0; k < c.n && st == CUPEL_OK; k++) {
            size_t at = tried;
            while (order[at] != row[k]) at++;
            order[at] = order[tried], order[tried++] = row[k];
            spent += w->cost[g->cost][row[k]], best = fmax(best, w->y[row[k]]);
            for (size_t b = 0; b < BUDGETS; b++)
                if (spent <= budget[b] * start) g->regret[seed * BUDGETS + b] = (w->best - best) / w->range;
        }
        cupel_choice_release(&c);
    }
    cupel_free(x), cupel_free(y), cupel_free(cost);
    return st;
}

int main(int argc, char **argv)
{
    settings o = {.seeds = 20, .threads = 1};
    cupel_err err = {0};
    world *w = cupel_alloc(1, sizeof *w);
    for (int i = 1; i + 1 < argc; i += 2) {
        double v = 0;
        cupel_parse_double(cupel_text_of(argv[i + 1]), &v);
        if (strcmp(argv[i], "seeds") == 0) o.seeds = (size_t)v;
        else if (strcmp(argv[i], "threads") == 0) o.threads = (size_t)v;
        else if (strcmp(argv[i], "noise") == 0) o.noise = v;
    }
    double *regret = cupel_alloc(o.seeds * BUDGETS, sizeof *regret);
    if (!w || !regret) return 7;
    cupel_la_single_thread();
    make(w);
    printf("mean regret of %zu campaigns for 1.5, 2, 3 and 4 times the cost of the beginning, noise %g\n", o.seeds, o.noise);
    for (size_t k = 0; k < COSTS; k++)
        for (int weighed = 0; weighed < 2; weighed++) {
            campaign g = {.w = w, .o = &o, .cost = k, .weighed = weighed == 1, .regret = regret};
            if (cupel_par_for(o.threads, o.seeds, one_seed, &g, &err)) return fprintf(stderr, "bench_cost: %s\n", err.message), 1;
            printf("%-22s %-8s", cost_name[k], weighed ? "weighed" : "not");
            for (size_t b = 0; b < BUDGETS; b++) {
                double sum = 0;
                for (size_t i = 0; i < o.seeds; i++) sum += regret[i * BUDGETS + b] / (double)o.seeds;
                printf(" %.3f", sum);
            }
            printf("\n");
            fflush(stdout);
        }
    cupel_free(regret), cupel_free(w);
    return 0;
}
