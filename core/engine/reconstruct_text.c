/* The answer of reconstruct as JSON and as lines for people. */
#include "core/engine/reconstruct.h"

#include "core/io/json.h"

#include <inttypes.h>
#include <math.h>

static double voxels_of(const cupel_reconstruction *r) { return (double)r->n[0] * (double)r->n[1] * (double)r->n[2]; }

static void put_realisation(cupel_json_out *w, const cupel_reconstruction *r, const cupel_realisation *one)
{
    cupel_json_open(w, '{');
    cupel_json_add_string(w, "output", one->path);
    cupel_json_add_count(w, "voxels", one->voxels);
    cupel_json_add_number(w, "fraction", (double)one->voxels / voxels_of(r));
    cupel_json_name(w, "statistics");
    cupel_json_open(w, '[');
    for (int s = 0; s < CUPEL_STATISTICS; s++) {
        if (isnan(one->quarter[s])) continue;
        cupel_json_open(w, '{');
        cupel_json_add_string(w, "name", cupel_statistic_names[s]);
        cupel_json_add_number(w, "weight", r->weight[s]);
        cupel_json_add_number(w, "error", one->quarter[s]);
        cupel_json_add_number(w, "error_all_lags", one->all[s]);
        cupel_json_close(w, '}');
    }
    cupel_json_close(w, ']');
    cupel_json_add_count(w, "iterations", one->iterations);
    cupel_json_add_count(w, "swaps_kept", one->swaps);
    cupel_json_add_number(w, "seconds", one->seconds);
    cupel_json_add_bool(w, "stopped", one->stopped);
    cupel_json_close(w, '}');
}

void cupel_reconstruction_json(const cupel_reconstruction *r, cupel_str *out)
{
    cupel_json_out w = {.s = out};
    cupel_json_open(&w, '{');
    cupel_json_add_string(&w, "input", r->input);
    cupel_json_name(&w, "grid");
    cupel_json_open(&w, '[');
    for (int a = 0; a < r->dim; a++) cupel_json_put_count(&w, r->n[a]);
    cupel_json_close(&w, ']');
    cupel_json_name(&w, "phase");
    cupel_json_put_int(&w, r->label[1]);
    cupel_json_add_number(&w, "fraction_target", r->fraction);
    cupel_json_add_count(&w, "voxels_target", r->voxels);
    cupel_json_add_number(&w, "reach", r->reach);
    cupel_json_add_bool(&w, "isotropy_assumed", r->isotropic);
    cupel_json_add_bool(&w, "from_slices", r->slices);
    cupel_json_add_count(&w, "seed", r->seed);
    cupel_json_name(&w, "realisations");
    cupel_json_open(&w, '[');
    for (size_t i = 0; i < r->n_made; i++) put_realisation(&w, r, &r->made[i]);
    cupel_json_close(&w, ']');
    cupel_json_close(&w, '}');
    cupel_str_putc(out, '\n');
}

void cupel_reconstruction_table(const cupel_reconstruction *r, cupel_str *out)
{
    for (size_t i = 0; i < r->n_made; i++) {
        const cupel_realisation *one = &r->made[i];
        cupel_str_addf(out, "%s  %zu x %zu", one->path, r->n[0], r->n[1]);
        if (r->dim == 3) cupel_str_addf(out, " x %zu", r->n[2]);
        cupel_str_putc(out, '\n');
        cupel_str_addf(out, "  fraction of phase %" PRId64 "  %.6f (%" PRIu64 " voxels of %" PRIu64 " asked for)\n", r->label[1],
                       (double)one->voxels / voxels_of(r), one->voxels, r->voxels);
        if (one->stopped) cupel_str_addf(out, "  cut short after %" PRIu64 " iterations: the best so far\n", one->iterations);
        cupel_str_puts(out, "  relative error      lags to 1/4 box   all lags\n");
        for (int s = 0; s < CUPEL_STATISTICS; s++) {
            if (isnan(one->quarter[s])) continue;
            cupel_str_addf(out, "    %-16s  %10.3f %%    %8.3f %%%s\n", cupel_statistic_names[s], 100 * one->quarter[s], 100 * one->all[s],
                           r->weight[s] > 0 ? "" : "   not matched");
        }
    }
}
