/* Fields under each load: written plane by plane, and what they say of peaks: quantiles of the von Mises stress (or of the flux) per phase, and how
 * far the largest stands above the mean. */
#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/engine/homogenize_parts.h"
#include "core/io/h5.h"
#include "core/sys/file.h"
#include "datasets/formats/target.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

const double cupel_field_quantiles[CUPEL_FIELD_QUANTILES] = {0.05, 0.50, 0.95, 0.99, 1};

/* Values between 1e-9 and 1e9 times the scale in steps of 0.25 %. */
enum { BINS = 16384, PHASES_COUNTED = 256 };
static const double DECADES = 18;

static size_t bin_of(double x, double scale)
{
    const double at = (log10(fmax(x, 1e-300) / scale) / DECADES + 0.5) * BINS;
    return at < 0 ? 0 : at >= BINS ? BINS - 1 : (size_t)at;
}

static double of_bin(size_t bin, double scale) { return scale * pow(10, (((double)bin + 0.5) / BINS - 0.5) * DECADES); }

typedef struct writer {
    cupel_homogenized *h;
    const cupel_mixture *m;
    cupel_h5 *h5;
    size_t parts, plane; /* components of a field; voxels of a plane */
    size_t counted;      /* phases whose quantiles are counted */
    double scale;
    float *strain, *stress, *out, *energy;
    uint32_t *bin;       /* [counted][BINS] */
    double *peak;        /* [counted] */
} writer;

static double von_mises(const double s[6])
{
    const double p = (s[0] + s[1] + s[2]) / 3, a = s[0] - p, b = s[1] - p, c = s[2] - p;
    return sqrt(1.5 * (a * a + b * b + c * c + s[3] * s[3] + s[4] * s[4] + s[5] * s[5]));
}

/* What counts as the strength of a stress or of a flux. */
static double strength(const writer *w, const double *x)
{
    return w->parts == 6 ? von_mises(x) : sqrt(x[0] * x[0] + x[1] * x[1] + x[2] * x[2]);
}

static const char *load_name(const cupel_homogenized *h, size_t load)
{
    static const char *const conduction[3] = {"1", "2", "3"}, *const solid[6] = {"11", "22", "33", "23", "13", "12"};
    static const char *const plane[3] = {"11", "22", "12"};
    if (h->kind.physics == CUPEL_CONDUCTION) return conduction[load];
    return h->kind.dim == 3 ? solid[load] : plane[load];
}

const char *cupel_homogenized_load(const cupel_homogenized *h, size_t load) { return load_name(h, load); }

/* The mean stress or flux under a load: its column of the tensor. */
static double mean_strength(const writer *w, size_t load)
{
    static const size_t in_plane[3] = {0, 1, 5};
    const size_t n = w->h->estimate.order;
    double x[6] = {0};
    for (size_t i = 0; i < n; i++) x[n == 3 && w->parts == 6 ? in_plane[i] : i] = w->h->estimate.on_grid[i * n + load];
    return strength(w, x);
}

static void count_plane(writer *w, size_t i0)
{
    for (size_t v = 0; v < w->plane; v++) {
        double s[6] = {0}, energy = 0;
        for (size_t c = 0; c < w->parts; c++) {
            s[c] = (double)w->stress[c * w->plane + v];
            energy += 0.5 * s[c] * (double)w->strain[c * w->plane + v];
        }
        w->energy[v] = (float)energy;
        const size_t at = i0 * w->plane + v, phase = w->m->id8 ? w->m->id8[at] : w->m->id16[at];
        if (phase >= w->counted) continue;
        const double x = strength(w, s);
        w->bin[phase * BINS + bin_of(x, w->scale)]++;
        w->peak[phase] = fmax(w->peak[phase], x);
    }
}

/* Components last, as a reader of arrays expects them. */
static void transpose(const writer *w, const float *from)
{
    for (size_t c = 0; c < w->parts; c++)
        for (size_t v = 0; v < w->plane; v++) w->out[v * w->parts + c] = from[c * w->plane + v];
}

static cupel_status make_set(writer *w, const char *name, const char *units, const char *what, bool scalar, cupel_err *err)
{
    const size_t *n = w->m->n, parts = w->parts;
    cupel_h5_info info = {.type = CUPEL_F32, .rank = w->m->dim + !scalar, .shape = {n[0], n[1]}};
    if (w->m->dim == 3) info.shape[2] = n[2];
    if (!scalar) info.shape[w->m->dim] = parts;
    cupel_status st = cupel_h5_put(w->h5, name, &info, NULL, err);
    if (st == CUPEL_OK) st = cupel_h5_set(w->h5, name, "units", CUPEL_TEXT, units, err);
    return st == CUPEL_OK ? cupel_h5_set(w->h5, name, "description", CUPEL_TEXT, what, err) : st;
}

static cupel_status write_load(writer *w, size_t load, cupel_err *err)
{
    const bool elastic = w->parts == 6;
    static const char property[] = "those of the properties"; /* under a mean strain or gradient of 1 */
    char strain[64], stress[64], energy[64];
    cupel_status st = CUPEL_OK;
    const char *name = load_name(w->h, load);
    snprintf(strain, sizeof strain, "load-%s/%s", name, elastic ? "strain" : "gradient");
    snprintf(stress, sizeof stress, "load-%s/%s", name, elastic ? "stress" : "flux");
    snprintf(energy, sizeof energy, "load-%s/energy", name);
    CUPEL_TRY(make_set(w, strain, "1",
                       elastic ? "Mandel 11 22 33 23 13 12, mean 1 in the component of the load" : "mean 1 along the axis of the load", false, err));
    CUPEL_TRY(make_set(w, stress, property, elastic ? "Mandel 11 22 33 23 13 12" : "conductivity times gradient", false, err));
    CUPEL_TRY(make_set(w, energy, property, elastic ? "half of stress times strain" : "half of flux times gradient", true, err));
    for (size_t i0 = 0; i0 < w->m->n[0]; i0++) {
        CUPEL_TRY(cupel_solution_plane(w->h->estimate.solution, load, i0, w->strain, w->stress, err));
        count_plane(w, i0);
        transpose(w, w->strain);
        CUPEL_TRY(cupel_h5_put_rows(w->h5, strain, i0, 1, w->out, err));
        transpose(w, w->stress);
        CUPEL_TRY(cupel_h5_put_rows(w->h5, stress, i0, 1, w->out, err));
        CUPEL_TRY(cupel_h5_put_rows(w->h5, energy, i0, 1, w->energy, err));
    }
done:
    return st;
}

/* The value below which the share p of a phase lies; the largest is exact. */
static double quantile_of(const writer *w, size_t phase, double p)
{
    const uint32_t *bin = w->bin + phase * BINS;
    uint64_t total = 0, seen = 0;
    for (size_t b = 0; b < BINS; b++) total += bin[b];
    if (p >= 1) return w->peak[phase];
    for (size_t b = 0; b < BINS; b++) {
        seen += bin[b];
        if ((double)seen >= p * (double)total) return fmin(of_bin(b, w->scale), w->peak[phase]);
    }
    return w->peak[phase];
}

static void take_statistics(writer *w, size_t load)
{
    double peak = 0;
    const double mean = mean_strength(w, load);
    for (size_t p = 0; p < w->counted; p++) {
        for (size_t q = 0; q < CUPEL_FIELD_QUANTILES; q++)
            w->h->phase[p].quantile[load * CUPEL_FIELD_QUANTILES + q] = quantile_of(w, p, cupel_field_quantiles[q]);
        peak = fmax(peak, w->peak[p]);
    }
    w->h->mean_strength[load] = mean;
    w->h->concentration[load] = mean > 0 ? peak / mean : 0;
}

static cupel_status writer_init(writer *w, cupel_err *err)
{
    const size_t order = w->h->estimate.order;
    w->parts = w->h->kind.physics == CUPEL_CONDUCTION ? 3 : 6;
    w->plane = w->m->n[1] * w->m->n[2];
    w->counted = w->h->n_phases <= PHASES_COUNTED ? w->h->n_phases : 0;
    w->scale = w->h->bounds.voigt[0] > 0 ? w->h->bounds.voigt[0] : 1;
    w->strain = cupel_alloc_aligned(6 * w->plane, sizeof(float));
    w->stress = cupel_alloc_aligned(6 * w->plane, sizeof(float));
    w->out = cupel_alloc_aligned(6 * w->plane, sizeof(float));
    w->energy = cupel_alloc_aligned(w->plane, sizeof(float));
    w->bin = cupel_alloc(w->counted * BINS, sizeof *w->bin);
    w->peak = cupel_alloc(w->counted, sizeof *w->peak);
    if (!w->strain || !w->stress || !w->out || !w->energy || !w->bin || !w->peak)
        return cupel_no_memory(err, "fields", 19 * w->plane * sizeof(float));
    for (size_t p = 0; p < w->counted; p++) {
        w->h->phase[p].quantile = cupel_alloc(order * CUPEL_FIELD_QUANTILES, sizeof(double));
        if (!w->h->phase[p].quantile) return cupel_no_memory(err, "quantiles", 0);
    }
    return CUPEL_OK;
}

static void writer_release(writer *w)
{
    cupel_free(w->strain);
    cupel_free(w->stress);
    cupel_free(w->out);
    cupel_free(w->energy);
    cupel_free(w->bin);
    cupel_free(w->peak);
}

cupel_status cupel_homogenize_fields(const char *path, const cupel_mixture *m, const cupel_job *job, cupel_homogenized *h, cupel_err *err)
{
    writer w = {.h = h, .m = m};
    cupel_target file = {.fd = -1};
    cupel_status st = CUPEL_OK;
    CUPEL_TRY(writer_init(&w, err));
    CUPEL_TRY(cupel_target_open(path, &file, err));
    CUPEL_TRY(cupel_h5_create(file.fd, path, 0, NULL, &w.h5, err));
    CUPEL_TRY(cupel_h5_set(w.h5, "/", "property", CUPEL_TEXT, h->property, err));
    for (size_t load = 0; load < h->estimate.order; load++) {
        if (cupel_stopped(job)) CUPEL_TRY(cupel_fail(err, CUPEL_INTERRUPTED, "stopped while writing fields"));
        cupel_progress(job, "fields", load, h->estimate.order);
        memset(w.bin, 0, w.counted * BINS * sizeof *w.bin);
        memset(w.peak, 0, w.counted * sizeof *w.peak);
        CUPEL_TRY(write_load(&w, load, err));
        if (w.counted) take_statistics(&w, load);
    }
    CUPEL_TRY(cupel_h5_close(&w.h5, err));
    CUPEL_TRY(cupel_target_commit(&file, err));
    h->fields = path;
done:
    cupel_h5_close(&w.h5, NULL);
    cupel_target_abandon(&file);
    writer_release(&w);
    return st;
}
