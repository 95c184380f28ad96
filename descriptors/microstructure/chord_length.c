#include "descriptors/microstructure/descriptor.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "descriptors/microstructure/runs.h"
#include "descriptors/microstructure/units.h"

#include <math.h>

/* Chords are the pieces of a line that lie in the phase, from one interface to the next. What the border of a volume cuts is no chord. */

typedef struct chords {
    double n, sum, squares; /* number, lengths */
} chords;

static void say(cupel_quantities *q, const cupel_voxels *v, cupel_of of, const chords *c)
{
    const char *const unit = cupel_length_unit(v, 1), *const none = "no chord that ends in the volume";
    if (c->n > 0) {
        const double mean = c->sum / c->n, variance = c->squares / c->n - mean * mean;
        cupel_quantities_add(q, "mean chord", unit, of, mean);
        cupel_quantities_add(q, "chord deviation", unit, of, sqrt(variance > 0 ? variance : 0));
    } else {
        cupel_quantities_add_none(q, "mean chord", unit, of, none);
        cupel_quantities_add_none(q, "chord deviation", unit, of, none);
    }
}

/* Density over length: number [n] chords of m voxels of edge h, m from 1. x, y: room. */
static void say_density(cupel_quantities *q, const cupel_voxels *v, cupel_of of, size_t n, const double *number, double h, double *x, double *y)
{
    double sum = 0;
    size_t longest = 0;
    for (size_t m = 1; m < n; m++)
        if (number[m] > 0) {
            sum += number[m];
            longest = m;
        }
    for (size_t m = 1; m <= longest; m++) {
        x[m - 1] = (double)m * h;
        y[m - 1] = number[m] / (sum * h);
    }
    cupel_quantities_add_curve(q, "chord length density", cupel_length_unit(v, -1), "length", cupel_length_unit(v, 1), of, longest, x, y);
}

static void say_phase(cupel_quantities *q, const cupel_voxels *v, const cupel_runs *r, size_t phase, size_t most, double *room)
{
    cupel_of of = r->together ? CUPEL_OF_WHOLE : cupel_of_phase(phase);
    double *number = room, *all = room + most, *x = room + 2 * most, *y = room + 3 * most;
    chords every = {0};
    for (size_t m = 0; m < most; m++) all[m] = 0;
    for (int a = 0; a < v->dim; a++) {
        const size_t n = r->length[a] + 1;
        chords c = {0};
        for (size_t m = 0; m < n; m++) {
            number[m] = (double)r->complete[a][phase * n + m];
            all[m] += number[m];
            c.n += number[m];
            c.sum += number[m] * (double)m * v->size[a];
            c.squares += number[m] * (double)m * v->size[a] * ((double)m * v->size[a]);
        }
        every = (chords){every.n + c.n, every.sum + c.sum, every.squares + c.squares};
        of.axis = a;
        say(q, v, of, &c);
        say_density(q, v, of, n, number, v->size[a], x, y);
    }
    of.axis = -1;
    say(q, v, of, &every);
    if (cupel_runs_alike(v)) say_density(q, v, of, most, all, v->size[0], x, y);
}

static cupel_status compute(const cupel_voxels *v, const double *value, const cupel_job *job, cupel_quantities *q, cupel_err *err)
{
    (void)value;
    cupel_status st = CUPEL_OK;
    cupel_runs r = {0};
    double *room = NULL;
    size_t most = 0;
    CUPEL_TRY(cupel_runs_count(v, job, &r, err));
    for (int a = 0; a < v->dim; a++)
        if (r.length[a] + 1 > most) most = r.length[a] + 1;
    room = cupel_alloc(cupel_mul(4, most), sizeof *room);
    if (!room) CUPEL_TRY(cupel_no_memory(err, "chord lengths", 4 * most * sizeof *room));
    for (size_t p = 0; p < r.n_phases; p++) say_phase(q, v, &r, p, most, room);
done:
    cupel_free(room);
    cupel_runs_release(&r);
    return st;
}

static const cupel_reference references[] = {
    {"10.1103/PhysRevE.47.2950", "Torquato, Lu: Chord-length distribution function for two-phase random media. Physical Review E 47, 2950 (1993)"},
    {NULL, NULL}};

const cupel_volume_descriptor cupel_volume_descriptor_chord_length = {
    .method = {.name = "chord_length", .kind = "descriptor", .scale = "microstructure", .maturity = "stable", .input = "volume of labels",
               .help = "lengths of the chords that each phase cuts out of the lines of voxels along each axis",
               .output = "per phase, over all axes and per axis: mean chord and chord deviation (standard) [m], curves of the density over length "
                         "[1/m]. A chord that the border of a volume cuts does not count, nor a line of a period without interface. Of volumes with "
                         "more than 64 phases: intercepts of all of them together",
               .references = references},
    .compute = compute};
