#include "core/engine/reconstruct_parts.h"

#include "core/base/err.h"
#include "core/base/guess.h"
#include "core/base/mem.h"
#include "core/math/units.h"
#include "core/sys/file.h"

#include <math.h>
#include <string.h>

const char *const cupel_statistic_names[CUPEL_STATISTICS] = {"two-point", "lineal-path", "surface"};

enum { SMALLEST = 8, LARGEST = 4096, USUAL = 64, MOST_REALISATIONS = 10000 }; /* voxels along an axis */
static const size_t BYTES = 120; /* per voxel, with all of a descent */

void cupel_reconstruction_free(cupel_reconstruction *r)
{
    if (!r) return;
    for (size_t i = 0; i < r->n_made; i++) cupel_free(r->made[i].path);
    cupel_free(r->made);
    cupel_free(r);
}

/* ---- options ---- */

static cupel_status statistic_of(cupel_text name, size_t *which, cupel_err *err)
{
    char word[32] = {0};
    cupel_guess g = {.meant = word};
    for (size_t i = 0; i < name.n && i < sizeof word - 1; i++) word[i] = name.p[i] == '_' ? '-' : name.p[i];
    for (*which = 0; *which < CUPEL_STATISTICS; ++*which) {
        if (name.n < sizeof word && strcmp(word, cupel_statistic_names[*which]) == 0) return CUPEL_OK;
        cupel_guess_offer(&g, cupel_statistic_names[*which]);
    }
    return cupel_fail(err, CUPEL_USAGE, "option --match: found '%s'%s%s%s, expected some of two-point, lineal-path and surface, joined by commas",
                      word, g.best ? "; did you mean '" : "", g.best ? g.best : "", g.best ? "'?" : "");
}

/* The part of a list up to its next comma; false at its end. */
static bool next_part(const char **list, cupel_text *part)
{
    if (!*list) return false;
    const size_t n = strcspn(*list, ",");
    *part = cupel_text_trim((cupel_text){*list, n});
    *list = (*list)[n] ? *list + n + 1 : NULL;
    return true;
}

static cupel_status read_match(const cupel_reconstruct_request *q, double *weight, cupel_err *err)
{
    const char *names = q->match, *weights = q->weights;
    cupel_text name, text;
    size_t which, n_weights = 0, n_names = 0;
    bool any = false;
    while (next_part(&names, &name)) {
        double w = 1;
        const cupel_status st = statistic_of(name, &which, err);
        if (st != CUPEL_OK) return st;
        n_names++;
        if (weight[which] != 0) return cupel_fail(err, CUPEL_USAGE, "option --match: '%s' is named twice", cupel_statistic_names[which]);
        if (q->weights && next_part(&weights, &text)) {
            n_weights++;
            if (!cupel_parse_double(text, &w) || w < 0 || w > 1e6)
                return cupel_fail(err, CUPEL_USAGE, "option --weights: found '%.*s', expected a number from 0 to 1e6", (int)text.n, text.p);
        }
        weight[which] = w;
        any = any || w > 0;
    }
    if (q->weights && (n_weights != n_names || weights))
        return cupel_fail(err, CUPEL_USAGE, "option --weights: expected one number for each of the %zu statistics of --match", n_names);
    if (!any) return cupel_fail(err, CUPEL_USAGE, "option --weights: all are 0; expected one above");
    return CUPEL_OK;
}

/* "64" along every axis, or "64x64x32". */
static cupel_status read_grid(const char *text, int dim, size_t n[3], cupel_err *err)
{
    const char *p = text;
    uint64_t x[3] = {0};
    int axes = 0;
    for (bool more = true; more && axes < 3; axes++) {
        const size_t digits = strcspn(p, "x");
        if (!cupel_parse_u64((cupel_text){p, digits}, &x[axes]) || x[axes] < SMALLEST || x[axes] > LARGEST) goto bad;
        more = p[digits] == 'x';
        p += digits + more;
        if (more && axes == 2) goto bad;
        if (more) continue;
        if (axes > 0 && axes + 1 != dim) goto bad;
        for (int a = 0; a < dim; a++) n[a] = (size_t)x[axes == 0 ? 0 : a];
        return CUPEL_OK;
    }
bad:
    return cupel_fail(err, CUPEL_USAGE, "option --grid: found '%.60s', expected voxels along each axis of %s, as 64 or %s; from %d to %d each", text,
                      dim == 3 ? "a volume" : "an image", dim == 3 ? "64x64x32" : "64x48", (int)SMALLEST, (int)LARGEST);
}

static cupel_status check(const cupel_reconstruct_request *q, cupel_err *err)
{
    if (!q->slices && q->n_inputs != 1)
        return cupel_fail(err, CUPEL_USAGE, "found %zu inputs, expected one volume; for orthogonal slices give --slices xy.png xz.png yz.png",
                          q->n_inputs);
    if (q->slices && (q->n_inputs < 2 || q->n_inputs > 3))
        return cupel_fail(err, CUPEL_USAGE, "--slices: found %zu image%s, expected two or three, in the planes xy, xz and yz%s", q->n_inputs,
                          q->n_inputs == 1 ? "" : "s",
                          q->n_inputs == 1 ? "; one image gives a volume with --dim 3, if the material is isotropic" : "");
    if (q->slices && q->dim == 2) return cupel_fail(err, CUPEL_USAGE, "--slices make a volume: --dim 2 is for an image alone");
    if (q->dim != 0 && q->dim != 2 && q->dim != 3)
        return cupel_fail(err, CUPEL_USAGE, "option --dim: found '%llu', expected 2 or 3", (unsigned long long)q->dim);
    if (!(q->reach > 0 && q->reach <= 0.5))
        return cupel_fail(err, CUPEL_USAGE, "option --reach: found '%g', expected a share of the box above 0, up to 0.5", q->reach);
    if (!(q->steps > 0 && q->steps <= 1000))
        return cupel_fail(err, CUPEL_USAGE, "option --steps: found '%g', expected a factor above 0, up to 1000", q->steps);
    if (q->realisations < 1 || q->realisations > MOST_REALISATIONS)
        return cupel_fail(err, CUPEL_USAGE, "option --realisations: found '%llu', expected 1 to %d", (unsigned long long)q->realisations,
                          (int)MOST_REALISATIONS);
    if (!q->output) return cupel_fail(err, CUPEL_USAGE, "cupel reconstruct needs -o FILE for the volume");
    return cupel_volume_writes(q->output, q->format, err);
}

/* ---- what is to be made ---- */

static cupel_status check_slices(const cupel_reconstruct_request *q, const cupel_measured *m, cupel_err *err)
{
    for (size_t s = 0; s < q->n_inputs; s++) {
        if (!m[s].s2) return cupel_fail(err, CUPEL_USAGE, "--slices: '%s' is a saved curve, expected an image", q->input[s]);
        if (m[s].dim != 2) return cupel_fail(err, CUPEL_USAGE, "--slices: '%s' is a volume, expected an image", q->input[s]);
        if (m[s].label[0] != m[0].label[0] || m[s].label[1] != m[0].label[1])
            return cupel_fail(err, CUPEL_BAD_INPUT, "--slices: '%s' and '%s' have other labels; expected the same two", q->input[0], q->input[s]);
    }
    return CUPEL_OK;
}

static cupel_status plan_grid(const cupel_reconstruct_request *q, const cupel_measured *m, cupel_reconstruction *r, cupel_err *err)
{
    const bool same = !r->slices && m->dim == r->dim && m->n[0] > 0;
    for (int a = 0; a < 3; a++) r->n[a] = a >= r->dim ? 1 : same ? m->n[a] : USUAL;
    if (q->grid) return read_grid(q->grid, r->dim, r->n, err);
    for (int a = 0; a < r->dim; a++)
        if (r->n[a] < SMALLEST || r->n[a] > LARGEST)
            return cupel_fail(err, CUPEL_BAD_INPUT, "'%s' has %zu voxels along axis %d, expected %d to %d; --grid chooses another size", r->input,
                              r->n[a], a, (int)SMALLEST, (int)LARGEST);
    return CUPEL_OK;
}

static cupel_status plan(const cupel_reconstruct_request *q, cupel_measured *m, cupel_reconstruction *r, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    double mean = 0;
    if (q->slices) CUPEL_TRY(check_slices(q, m, err));
    r->dim = q->slices ? 3 : q->dim ? (int)q->dim : m->dim;
    r->isotropic = !q->slices && (r->dim != m->dim || !m->s2);
    if (r->dim < m->dim) CUPEL_TRY(cupel_fail(err, CUPEL_USAGE, "'%s' is a volume: --dim 2 is for images", q->input[0]));
    if (r->isotropic) CUPEL_TRY(cupel_measure_radial(m, err));
    for (size_t s = 0; s < q->n_inputs; s++) mean += m[s].phi / (double)q->n_inputs;
    r->fraction = mean;
    r->label[0] = m->label[0];
    r->label[1] = m->label[1];
    CUPEL_TRY(plan_grid(q, m, r, err));
    const double voxels = (double)r->n[0] * (double)r->n[1] * (double)r->n[2];
    r->voxels = (uint64_t)(mean * voxels + 0.5);
    if (r->voxels == 0 || (double)r->voxels >= voxels)
        CUPEL_TRY(cupel_fail(err, CUPEL_BAD_INPUT, "a fraction of %.3g is no voxel, or every one, of %zu x %zu x %zu; take a finer grid", mean,
                             r->n[0], r->n[1], r->n[2]));
    CUPEL_TRY(cupel_memory_check((uint64_t)voxels * BYTES, "a reconstruction", err));
done:
    return st;
}

/* ---- making ---- */

/* r.npy, or with realisations r-1.npy; the ending of a compressed file has two parts. */
static char *name_of(const cupel_reconstruct_request *q, size_t i)
{
    const char *slash = strrchr(q->output, '/'), *base = slash ? slash + 1 : q->output, *dot = strrchr(base, '.');
    if (q->realisations == 1) return cupel_strdup(q->output);
    if (dot && strcmp(dot, ".gz") == 0)
        for (const char *p = base; p < dot; p++)
            if (*p == '.') dot = p;
    cupel_str s = {0};
    cupel_str_add(&s, q->output, dot && dot > base ? (size_t)(dot - q->output) : strlen(q->output));
    cupel_str_addf(&s, "-%zu%s", i + 1, dot && dot > base ? dot : "");
    char *name = s.failed ? NULL : cupel_strdup(cupel_str_text(&s));
    cupel_str_free(&s);
    return name;
}

/* The voxels as a volume with the labels of the input. */
static cupel_status write(const cupel_reconstruct_request *q, const cupel_reconstruction *r, const cupel_measured *m, const unsigned char *one,
                          const char *path, cupel_err *err)
{
    cupel_voxels v = {0};
    cupel_status st = cupel_voxels_init(&v, r->dim, r->n, path, err);
    const size_t count = st == CUPEL_OK ? cupel_voxels_count(&v) : 0;
    int64_t *label = cupel_alloc(count, sizeof *label);
    if (st == CUPEL_OK && !label) st = cupel_no_memory(err, path, count * sizeof *label);
    if (st == CUPEL_OK) {
        for (size_t i = 0; i < count; i++) label[i] = r->label[one[i]];
        st = cupel_voxels_set_labels(&v, label, path, err);
    }
    v.has_size = m->has_size;
    for (int a = 0; a < 3; a++) v.size[a] = m->has_size ? m->size[a < m->dim ? a : 0] : 1;
    if (st == CUPEL_OK) st = cupel_volume_write(path, q->format, &v, err);
    cupel_free(label);
    cupel_voxels_release(&v);
    return st;
}

/* The errors of what was made are measured like those of the input. */
static cupel_status judge(const cupel_reconstruction *r, const cupel_aim *aim, const unsigned char *one, const cupel_job *job, cupel_realisation *out,
                          cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_voxels v = {0};
    cupel_measured made = {0};
    const cupel_job quiet = {.threads = job->threads, .isa = job->isa};
    CUPEL_TRY(cupel_voxels_init(&v, r->dim, r->n, "a reconstruction", err));
    out->voxels = 0;
    for (size_t i = 0; i < cupel_voxels_count(&v); i++) {
        v.id[i] = one[i];
        out->voxels += one[i];
    }
    CUPEL_TRY(cupel_voxels_number(&v, "a reconstruction", err));
    CUPEL_TRY(cupel_measure(&v, &quiet, &made, err));
    cupel_aim_errors(aim, &made, out);
done:
    cupel_measured_release(&made);
    cupel_voxels_release(&v);
    return st;
}

static cupel_status make_one(const cupel_reconstruct_request *q, cupel_reconstruction *r, const cupel_measured *m, const cupel_aim *aim,
                             double seconds, const cupel_job *job, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_realisation *one = &r->made[r->n_made];
    cupel_reconstructed done;
    const double begun = cupel_now();
    const cupel_reconstruct_options o = {.seed = q->seed, .stream = r->n_made, .effort = q->steps, .seconds = seconds};
    unsigned char *voxels = cupel_alloc(r->n[0] * r->n[1] * r->n[2], 1);
    *one = (cupel_realisation){.path = name_of(q, r->n_made)};
    r->n_made++;
    if (!voxels || !one->path) CUPEL_TRY(cupel_no_memory(err, "a reconstruction", 0));
    CUPEL_TRY(cupel_reconstruct_voxels(&aim->target, &o, job, voxels, &done, err));
    one->seconds = cupel_now() - begun;
    one->iterations = done.iterations;
    one->swaps = done.swaps;
    one->stopped = done.stopped;
    if (done.stopped && !cupel_stopped(job))
        cupel_say(job, CUPEL_WARNING, "'%s': --budget %s was over after %llu iterations and %llu swaps, before the usual work was done; more time "
                  "lowers the errors", one->path, q->budget, (unsigned long long)done.iterations, (unsigned long long)done.swaps);
    CUPEL_TRY(judge(r, aim, voxels, job, one, err));
    CUPEL_TRY(write(q, r, m, voxels, one->path, err));
done:
    cupel_free(voxels);
    return st;
}

static cupel_status make_all(const cupel_reconstruct_request *q, cupel_reconstruction *r, const cupel_measured *m, const cupel_aim *aim,
                             const cupel_job *job, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    double seconds = 0;
    if (q->budget) CUPEL_TRY(cupel_quantity_in(cupel_text_of(q->budget), "s", &seconds, err));
    r->made = cupel_alloc((size_t)q->realisations, sizeof *r->made);
    if (!r->made) CUPEL_TRY(cupel_no_memory(err, "realisations", 0));
    while (r->n_made < q->realisations) {
        CUPEL_TRY(make_one(q, r, m, aim, seconds, job, err));
        if (!cupel_stopped(job)) continue;
        CUPEL_TRY(cupel_fail(err, CUPEL_INTERRUPTED, "stopped before the end; the best so far is in '%s'", r->made[r->n_made - 1].path));
    }
done:
    return st;
}

static void say_assumptions(const cupel_reconstruction *r, const cupel_measured *m, const cupel_job *job)
{
    if (r->isotropic && r->dim > m->dim)
        cupel_say(job, CUPEL_NOTE, "--dim 3 assumes that the material is isotropic: S2 by distance is that of the image");
    if (r->isotropic && r->dim == m->dim) cupel_say(job, CUPEL_NOTE, "a saved curve tells S2 by distance: isotropy is assumed");
    for (int a = 0; a < r->dim && !r->isotropic && !r->slices; a++)
        if (m->lag[a] < r->n[a] / 4) {
            cupel_say(job, CUPEL_NOTE, "the input tells of lags up to %zu voxels along axis %d; beyond them nothing is matched", m->lag[a], a);
            break;
        }
}

cupel_status cupel_reconstruct(const cupel_reconstruct_request *q, const cupel_job *job, cupel_reconstruction **out, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_aim aim = {0};
    cupel_measured m[3] = {{0}};
    double seconds;
    *out = NULL;
    cupel_reconstruction *r = cupel_alloc(1, sizeof *r);
    if (!r) CUPEL_TRY(cupel_no_memory(err, "a reconstruction", 0));
    CUPEL_TRY(check(q, err));
    CUPEL_TRY(read_match(q, r->weight, err));
    if (q->budget && (cupel_quantity_in(cupel_text_of(q->budget), "s", &seconds, NULL) != CUPEL_OK || !(seconds > 0)))
        CUPEL_TRY(cupel_fail(err, CUPEL_USAGE, "option --budget: found '%.60s', expected a time, as 60s or '2 min'", q->budget));
    r->input = q->input[0];
    r->slices = q->slices;
    r->reach = q->reach;
    r->seed = q->seed;
    for (size_t i = 0; i < q->n_inputs; i++) CUPEL_TRY(cupel_measure_file(q, q->input[i], job, &m[i], err));
    CUPEL_TRY(plan(q, m, r, err));
    CUPEL_TRY(cupel_aim_make(m, q->n_inputs, r, &aim, err));
    say_assumptions(r, m, job);
    st = make_all(q, r, m, &aim, job, err);
done:
    cupel_aim_release(&aim);
    for (size_t i = 0; i < 3; i++) cupel_measured_release(&m[i]);
    if (st == CUPEL_OK || (st == CUPEL_INTERRUPTED && r && r->n_made))
        *out = r;
    else
        cupel_reconstruction_free(r);
    return st;
}
