#include "core/engine/micro/needs.h"

#include "core/engine/micro/page.h"
#include "core/engine/micro/search.h"
#include "models/homogenize/estimate.h"

#include <math.h>

/* The program and its libraries, and with what the report takes, without which none ends; what is held beside fields, ids and cuts of three grids,
 * per voxel of the finest; and over all, for what was freed and has not gone back. */
static const double PROGRAM = 30e6, LEAST = 40e6, MIXTURES = 3, HEAP = 1.25;
/* Of a surface, whose triangles go with the square of the grid: 20 to 26 were counted; and of a report with its account. */
static const double TRIANGLES = 26, TRIANGLE = 50, PAGE = 0.4e6;
/* Labels compressed, in two formats, beside the plain byte. */
static const double LABELS = 1.1;

static double voxels_of(const size_t n[3]) { return (double)n[0] * (double)n[1] * (double)n[2]; }

/* Trials with the fields of all loads: the last, and the next with what its solver iterates on. */
static double of_search(const cupel_micro_demand *d, const cupel_recipe *r, size_t grid)
{
    size_t n[3];
    double kept = 0, most = 0;
    cupel_recipe_grid(r, grid, n);
    for (int elastic = 0; elastic < 2; elastic++) {
        const cupel_physics physics = elastic ? CUPEL_ELASTICITY : CUPEL_CONDUCTION;
        if (elastic ? !d->needs_elasticity : !d->needs_conduction) continue;
        kept += cupel_solve_bytes(physics, n, true) - cupel_solve_bytes(physics, n, false);
        most = fmax(most, cupel_solve_bytes(physics, n, false));
    }
    return 2 * kept + most + MIXTURES * voxels_of(n);
}

static double of_verification(const cupel_micro_demand *d, const cupel_recipe *r, size_t grid)
{
    size_t n[3];
    double most = 0;
    cupel_recipe_grid(r, grid, n);
    if (d->needs_conduction) most = fmax(most, cupel_estimate_bytes(CUPEL_CONDUCTION, n));
    if (d->needs_elasticity) most = fmax(most, cupel_estimate_bytes(CUPEL_ELASTICITY, n));
    return most + MIXTURES * voxels_of(n);
}

static size_t least(size_t a, size_t b) { return a < b ? a : b; }

/* One phase alone is not solved, and has no surface. */
static void add_alone(const cupel_micro_demand *d, cupel_needs *x)
{
    x->more = pow((double)d->grid, 3);
    x->shown = LABELS * x->more + PAGE;
}

static void add_family(const cupel_micro_demand *d, const cupel_family *f, cupel_needs *x)
{
    size_t n[3];
    const size_t grid = least(f->fine > f->middle ? f->fine : f->middle, d->grid);
    const double search = f->n ? of_search(d, &f->start, grid) : 0;
    x->memory = fmax(x->memory, PROGRAM + HEAP * fmax(search, of_verification(d, &f->start, x->fine)));
    if (x->twice) x->finer = fmax(x->finer, PROGRAM + HEAP * fmax(search, of_verification(d, &f->start, x->twice)));
    cupel_recipe_grid(&f->start, d->grid, n);
    const double voxels = voxels_of(n), faces = pow(voxels, 2.0 / 3);
    x->shown = fmax(x->shown, LABELS * voxels + TRIANGLES * TRIANGLE * faces + PAGE);
    x->more = fmax(x->more, voxels);
}

cupel_status cupel_needs_of(const cupel_micro_demand *d, cupel_needs *needs, cupel_err *err)
{
    cupel_families f = {.n = 1};
    cupel_attainable a;
    cupel_status st = CUPEL_OK;
    cupel_needs x = {.memory = LEAST, .fine = cupel_design_fine(d->grid)};
    const size_t most = d->needs_elasticity ? CUPEL_FINER_ELASTIC : CUPEL_FINER_MOST;
    cupel_attainable_find(d, &a);
    const bool built = !d->space && cupel_attainable_recipe(d, &a, &f.one[0].start), alone = d->n_phases == 1 || (built && !a.rank);
    if (alone)
        add_alone(d, &x);
    else if (!built) {
        st = cupel_families_of(d, &f, err);
        if (st != CUPEL_OK) return st;
        x.twice = d->grid <= most ? CUPEL_FINER * (size_t)d->grid : 0;
        x.finer = x.twice ? LEAST : 0;
    }
    for (size_t i = 0; i < f.n && !alone; i++) add_family(d, &f.one[i], &x);
    *needs = x;
    return CUPEL_OK;
}

/* Two digits, upwards: "61 MB", "1.3 GB". */
static void put_bytes(cupel_str *s, double bytes)
{
    const double unit = bytes < 1e9 ? 1e6 : 1e9, x = bytes / unit, step = x < 10 ? 0.1 : x < 100 ? 1 : 10;
    cupel_str_addf(s, "%.*f %s", x < 10 ? 1 : 0, step * ceil(x / step - 1e-9), bytes < 1e9 ? "MB" : "GB");
}

void cupel_needs_words(const cupel_needs *x, cupel_str *s)
{
    cupel_str_puts(s, "'cupel design' takes up to about ");
    put_bytes(s, x->memory);
    cupel_str_addf(s, " of memory, verifying on %zu voxels an edge", x->fine);
    if (x->finer > x->memory) {
        cupel_str_puts(s, " (");
        put_bytes(s, x->finer);
        cupel_str_addf(s, " where that is repeated on %zu)", x->twice);
    }
    cupel_str_puts(s, ", and on the disk about ");
    put_bytes(s, x->shown);
    cupel_str_addf(s, " for each of the first %d designs, ", CUPEL_SHOWN);
    put_bytes(s, x->more);
    cupel_str_puts(s, " for each further one.\n");
}
