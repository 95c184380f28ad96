/* Fields under each load: an artifact written plane by plane, and what they say of peaks: quantiles of the von Mises stress (or of the flux) per
 * phase, and how far the largest stands above the mean. */
#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/engine/homogenize_parts.h"
#include "core/io/artifact.h"
#include "core/io/input.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

const double cupel_field_quantiles[CUPEL_FIELD_QUANTILES] = {0.05, 0.50, 0.95, 0.99, 1};

/* Values between 1e-9 and 1e9 times the scale in steps of 0.25 %. */
enum { BINS = 16384, PHASES_COUNTED = 256, SCHEMA = 1 };
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
    cupel_writer *file;
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
    const int dim = w->m->dim;
    size_t shape[4] = {w->m->n[0], w->m->n[1], w->m->n[2]};
    if (!scalar) shape[dim] = w->parts;
    return cupel_writer_put(w->file, name, units, what, CUPEL_F32, dim + !scalar, shape, NULL, err);
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
        CUPEL_TRY(cupel_writer_put_rows(w->file, strain, i0, 1, w->out, err));
        transpose(w, w->stress);
        CUPEL_TRY(cupel_writer_put_rows(w->file, stress, i0, 1, w->out, err));
        CUPEL_TRY(cupel_writer_put_rows(w->file, energy, i0, 1, w->energy, err));
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

/* Corners of the voxels, [n0 + 1][n1 + 1][n2 + 1][3]: with them a structured grid has axis 0 along x, whatever axis is fastest in the file. */
static cupel_status put_corners(writer *w, const cupel_sample *c, cupel_err *err)
{
    const size_t n[4] = {w->m->n[0] + 1, w->m->n[1] + 1, w->m->n[2] + 1, 3};
    const double *edge = c->grids.edge[0], scale = c->voxel > 0 ? c->voxel : 1;
    float *x = cupel_alloc(n[1] * n[2], 3 * sizeof *x);
    if (!x) return cupel_no_memory(err, "corners of voxels", n[1] * n[2] * 3 * sizeof *x);
    cupel_status st = cupel_writer_put(w->file, "mesh/corners", c->voxel > 0 ? "m" : "voxels along axis 1",
                                       "corners of the voxels: directions 1, 2, 3", CUPEL_F32, 4, n, NULL, err);
    for (size_t i = 0; i < n[0] && st == CUPEL_OK; i++) {
        for (size_t p = 0; p < n[1] * n[2]; p++) {
            const size_t j = p / n[2], k = p % n[2];
            x[3 * p] = (float)((double)i * edge[0] * scale);
            x[3 * p + 1] = (float)((double)j * edge[1] * scale);
            x[3 * p + 2] = (float)((double)k * edge[2] * scale);
        }
        st = cupel_writer_put_rows(w->file, "mesh/corners", i, 1, x, err);
    }
    cupel_free(x);
    return st;
}

static cupel_status put_labels(writer *w, cupel_err *err)
{
    const size_t n[3] = {w->m->n[0], w->m->n[1], w->m->n[2]}, rows = n[0], row = n[1] * n[2];
    int64_t *label = cupel_alloc(row, sizeof *label);
    if (!label) return cupel_no_memory(err, "labels", row * sizeof *label);
    cupel_status st = cupel_writer_put(w->file, "label", "", "label of each voxel; of a cut one that of the larger part", CUPEL_I64, w->m->dim, n,
                                       NULL, err);
    for (size_t i = 0; i < rows && st == CUPEL_OK; i++) {
        for (size_t v = 0; v < row; v++) label[v] = w->h->phase[w->m->id8 ? w->m->id8[i * row + v] : w->m->id16[i * row + v]].label;
        st = cupel_writer_put_rows(w->file, "label", i, 1, label, err);
    }
    cupel_free(label);
    return st;
}

/* Where the fields come from: the recipe, or the digest of the volume (a folder of slices has none). */
static cupel_status put_origin(writer *w, const cupel_homogenize_options *o, const cupel_sample *c, cupel_err *err)
{
    struct stat sb;
    char digest[7 + 65] = "sha256:";
    cupel_str text = {0};
    cupel_status st = CUPEL_OK;
    CUPEL_TRY(cupel_writer_attr_text(w->file, "property", w->h->property, err));
    if (w->h->kind.dim == 2 && w->h->kind.physics == CUPEL_ELASTICITY)
        CUPEL_TRY(cupel_writer_attr_text(w->file, "plane", w->h->kind.plane_stress ? "stress" : "strain", err));
    if (c->recipe) {
        cupel_recipe_text(&c->made_by, &text);
        CUPEL_TRY(cupel_writer_attr_text(w->file, "recipe", cupel_str_text(&text), err));
    } else if (stat(o->input, &sb) == 0 && S_ISREG(sb.st_mode)) {
        CUPEL_TRY(cupel_digest_file(o->input, digest + 7, err));
        CUPEL_TRY(cupel_writer_input(w->file, "volume", digest, err));
    }
done:
    cupel_str_free(&text);
    return st;
}

cupel_status cupel_homogenize_fields(const cupel_homogenize_options *o, const cupel_sample *c, const cupel_job *job, cupel_homogenized *h,
                                     cupel_err *err)
{
    writer w = {.h = h, .m = &c->grids.grid[0]};
    cupel_status st = CUPEL_OK;
    CUPEL_TRY(writer_init(&w, err));
    CUPEL_TRY(cupel_writer_open(o->fields, "fields", SCHEMA, c->recipe ? c->made_by.seed : 0, &w.file, err));
    CUPEL_TRY(put_origin(&w, o, c, err));
    CUPEL_TRY(put_labels(&w, err));
    CUPEL_TRY(put_corners(&w, c, err));
    for (size_t load = 0; load < h->estimate.order; load++) {
        if (cupel_stopped(job)) CUPEL_TRY(cupel_fail(err, CUPEL_INTERRUPTED, "stopped while writing fields"));
        cupel_progress(job, "fields", load, h->estimate.order);
        memset(w.bin, 0, w.counted * BINS * sizeof *w.bin);
        memset(w.peak, 0, w.counted * sizeof *w.peak);
        CUPEL_TRY(write_load(&w, load, err));
        if (w.counted) take_statistics(&w, load);
    }
    CUPEL_TRY(cupel_writer_commit(&w.file, err));
    CUPEL_TRY(cupel_homogenize_xdmf(o->fields, w.m, h, err));
    h->fields = o->fields;
done:
    cupel_writer_abandon(&w.file);
    writer_release(&w);
    return st;
}
