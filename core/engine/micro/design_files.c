/* Files of a design to take away: recipe, voxels in three formats, the surface for a printer. */
#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/engine/micro/connected.h"
#include "core/engine/micro/design_out.h"
#include "datasets/formats/volume.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* The voxels in one format; tail: ".npy" of design-1.npy. */
static cupel_status put_volume(cupel_account *a, size_t rank, const char *tail, const char *format, const cupel_voxels *v, const char *what,
                               cupel_err *err)
{
    char name[40], *path = NULL;
    snprintf(name, sizeof name, "design-%zu%s", rank, tail);
    cupel_status st = cupel_account_path(a, name, &path, err);
    if (st == CUPEL_OK) st = cupel_volume_write(path, format, v, err);
    if (st == CUPEL_OK) st = cupel_account_note(a, name, what, err);
    cupel_free(path);
    return st;
}

/* One phase alone has no surface. */
static bool is_one_phase(const cupel_micro_demand *d, const cupel_design *g, const cupel_voxels *v)
{
    const size_t count = cupel_voxels_count(v);
    for (size_t p = 0; p < d->n_phases; p++)
        if (g->on_grid.fraction[p] == 1) return true;
    for (size_t i = 1; i < count; i++)
        if (v->id[i] != v->id[0]) return false;
    return true;
}

static cupel_status note_alone(cupel_account *a, size_t rank, const cupel_surface *made, cupel_err *err)
{
    char name[40], what[240];
    snprintf(name, sizeof name, "design-%zu-alone.stl", rank);
    snprintf(what, sizeof what, "of design-%zu.stl the largest piece, to print one box by itself: the others would lie loose; it encloses "
                                "%.4f of the box; repeated it is not the design", rank, made->alone);
    return cupel_account_note(a, name, what, err);
}

static void surface_words(const cupel_micro_demand *d, const cupel_design *g, size_t solid, const cupel_surface *made, char *s, size_t n)
{
    char count[32], more[200] = "";
    const bool body = d->connected < d->n_phases;
    if (body)
        snprintf(more, sizeof more, ", %zu closed %s", made->pieces,
                 made->pieces == 1         ? "piece"
                 : solid == d->connected ? "pieces that hang together from one period to the next, across the faces of the box"
                                           : "pieces");
    snprintf(s, n, "closed surface of %.60s%s for a printer (binary STL, %s triangles%s), cut off flat at the faces of the box; it encloses %.4f of "
                   "the box, the %s has %.4f", d->phase[solid].name, body ? " as mended" : "", cupel_format_count(count, made->triangles), more,
             made->share, body ? "mended design" : "design", body && !isnan(made->wanted) ? made->wanted : g->on_grid.fraction[solid]);
}

/* The surface of what is not the softest phase: two phases from the level, more from the voxels. v: those of the design, or of its body. */
static cupel_status put_surface(cupel_taken *to, const cupel_micro_demand *d, const cupel_design *g, const cupel_voxels *v, size_t rank,
                                cupel_err *err)
{
    cupel_account *a = to->account;
    const bool body = d->connected < d->n_phases;
    cupel_solid solid = {&g->recipe, {v->n[0], v->n[1], v->n[2]}, cupel_micro_page_hidden(d) ? 0 : 1, body ? v : NULL, NULL};
    char name[40], what[480], *path = NULL, *alone = NULL;
    const cupel_job *job = cupel_voxels_count(v) > CUPEL_QUICK ? to->asked : a->job;
    cupel_surface *made = &to->surface[rank - 1];
    if (is_one_phase(d, g, v)) return CUPEL_OK;
    if (d->n_phases != 2)
        return put_volume(a, rank, ".stl", "stl", v, "closed surface of all phases but the first, for a printer; stepped as the voxels are", err);
    snprintf(name, sizeof name, "design-%zu.stl", rank);
    cupel_status st = cupel_account_path(a, name, &path, err);
    snprintf(what, sizeof what, "design-%zu-alone.stl", rank);
    if (st == CUPEL_OK && solid.phase == d->connected) st = cupel_account_path(a, what, &alone, err);
    solid.alone = alone;
    if (st == CUPEL_OK) st = cupel_surface_write(&solid, path, job, made, err);
    if (st == CUPEL_INTERRUPTED) {
        *made = (cupel_surface){.triangles = 0};
        to->left_out++;
        st = CUPEL_OK;
        goto done;
    }
    surface_words(d, g, solid.phase, made, what, sizeof what);
    if (st == CUPEL_OK) st = cupel_account_note(a, name, what, err);
    if (st == CUPEL_OK && made->alone > 0) st = note_alone(a, rank, made, err);
done:
    cupel_free(path);
    cupel_free(alone);
    return st;
}

/* Edges of the box [3]: in metres where the demand gives a size in them (true), else relative to the shortest. */
static bool lengths_of(const cupel_micro_demand *d, const cupel_recipe *r, double box[3])
{
    const bool metres = strcmp(d->length_unit, "m") == 0;
    cupel_recipe_box(r, box);
    const double shortest = fmin(box[0], fmin(box[1], box[2]));
    for (int k = 0; k < 3; k++) box[k] *= (metres ? d->size : 1) / shortest;
    return metres;
}

/* design-1.npy. */
static cupel_status put_labels(cupel_account *a, const cupel_micro_demand *d, const cupel_design *g, size_t rank, const cupel_voxels *v,
                               cupel_err *err)
{
    char what[480], more[160] = "";
    const cupel_connected *c = &g->connected;
    if (d->connected < d->n_phases && !g->unverified)
        snprintf(more, sizeof more, "; %.60s is one body, for which %llu voxels of islands were removed and %llu of trapped void filled",
                 d->phase[d->connected].name, (unsigned long long)c->islands, (unsigned long long)c->trapped);
    snprintf(what, sizeof what, "%s%s",
             rank > 1 ? "voxels, as those of the first"
                      : "voxels: the phase at each centre, 0, 1, .. in the order of the demand; axes 1, 2, 3; whole labels, whose own tensor is not "
                        "that of this report, where an interface cuts voxels: cupel homogenize tells it",
             more);
    return put_volume(a, rank, ".npy", NULL, v, what, err);
}

static cupel_status put_voxels(cupel_taken *to, const cupel_micro_demand *d, const cupel_design *g, size_t rank, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_account *a = to->account;
    cupel_voxels v = {0};
    const bool body = d->connected < d->n_phases;
    double box[3];
    size_t n[3];
    cupel_recipe_grid(&g->recipe, g->grid, n);
    CUPEL_TRY(body ? cupel_design_mended(d, g, a->job, &v, err) : cupel_recipe_voxels(&g->recipe, n, &v, a->job, err));
    CUPEL_TRY(put_labels(a, d, g, rank, &v, err));
    if (rank > CUPEL_SHOWN) goto done;
    v.has_size = lengths_of(d, &g->recipe, box);
    for (int k = 0; k < 3; k++) v.size[k] = v.has_size ? box[k] / (double)n[k] : box[k] / (double)n[k] * (double)n[0] / box[0];
    CUPEL_TRY(put_volume(a, rank, ".h5", "fans", &v,
                         rank > 1     ? "the voxels as FANS reads them"
                         : v.has_size ? "the voxels as FANS reads them: data set /microstructure with its lengths L in metres; whole labels"
                                      : "the voxels as FANS reads them: data set /microstructure, without a size, for none was asked; whole "
                                      "labels", err));
    CUPEL_TRY(put_volume(a, rank, ".vti", NULL, &v,
                         rank > 1     ? "the voxels as DAMASK reads them"
                         : v.has_size ? "the voxels as DAMASK reads them: VTK image data, cells 'material', metres; whole labels"
                                      : "the voxels as DAMASK reads them: VTK image data, cells 'material', in edges of a voxel; whole labels", err));
    v.has_size = false;
    st = put_surface(to, d, g, &v, rank, err);
done:
    cupel_voxels_release(&v);
    return st;
}

/* ---- input of other solvers ---- */

static bool isotropic(const cupel_micro_demand *d, cupel_physics physics)
{
    for (size_t i = 0; i < d->n_phases; i++) {
        const cupel_material *m = &d->phase[i].material;
        if (physics == CUPEL_CONDUCTION ? !m->k_isotropic : !m->c_isotropic) return false;
    }
    return true;
}

typedef enum modulus { BULK, SHEAR, CONDUCTIVITY } modulus;

static void put_moduli(const cupel_micro_demand *d, const char *name, modulus what, cupel_json_out *w)
{
    cupel_json_name(w, name);
    cupel_json_open(w, '[');
    for (size_t i = 0; i < d->n_phases; i++) {
        const cupel_material *m = &d->phase[i].material;
        cupel_json_put_number(w, what == BULK ? m->lambda + 2 * m->mu / 3 : what == SHEAR ? m->mu : m->k[0][0]);
    }
    cupel_json_close(w, ']');
}

/* A unit load in every component: FANS answers with the columns of the tensor. */
static void put_loads(size_t n, cupel_json_out *w)
{
    cupel_json_name(w, "macroscale_loading");
    cupel_json_open(w, '[');
    for (size_t i = 0; i < n; i++) {
        cupel_json_open(w, '[');
        cupel_json_open(w, '[');
        for (size_t j = 0; j < n; j++) cupel_json_put_number(w, i == j);
        cupel_json_close(w, ']');
        cupel_json_close(w, ']');
    }
    cupel_json_close(w, ']');
}

static void put_microstructure(size_t rank, const double box[3], cupel_json_out *w)
{
    char file[40];
    snprintf(file, sizeof file, "design-%zu.h5", rank);
    cupel_json_name(w, "microstructure");
    cupel_json_open(w, '{');
    cupel_account_word(w, "filepath", file);
    cupel_account_word(w, "datasetname", "/microstructure");
    cupel_json_name(w, "L");
    cupel_json_open(w, '[');
    for (int k = 0; k < 3; k++) cupel_json_put_number(w, box[k]);
    cupel_json_close(w, ']');
    cupel_json_close(w, '}');
}

/* What FANS is run with on design-N.h5: the demand's phases, a load in each component, the tensor as the result. */
static cupel_status put_fans(cupel_account *a, const cupel_micro_demand *d, const cupel_design *g, size_t rank, cupel_physics physics, cupel_err *err)
{
    static const char *const results[] = {"homogenized_tangent", "stress_average", "strain_average"};
    const bool thermal = physics == CUPEL_CONDUCTION;
    cupel_str s = {0};
    cupel_json_out w = {.s = &s};
    char name[40];
    double box[3];
    lengths_of(d, &g->recipe, box);
    cupel_json_open(&w, '{');
    put_microstructure(rank, box, &w);
    cupel_account_word(&w, "problem_type", thermal ? "thermal" : "mechanical");
    cupel_account_word(&w, "matmodel", thermal ? "LinearThermalIsotropic" : "LinearElasticIsotropic");
    cupel_json_name(&w, "material_properties");
    cupel_json_open(&w, '{');
    if (thermal) put_moduli(d, "conductivity", CONDUCTIVITY, &w);
    if (!thermal) put_moduli(d, "bulk_modulus", BULK, &w);
    if (!thermal) put_moduli(d, "shear_modulus", SHEAR, &w);
    cupel_json_close(&w, '}');
    cupel_account_word(&w, "method", "cg");
    cupel_json_name(&w, "error_parameters");
    cupel_json_open(&w, '{');
    cupel_account_word(&w, "measure", "Linfinity");
    cupel_account_word(&w, "type", "relative");
    cupel_account_number(&w, "tolerance", 1e-6);
    cupel_json_close(&w, '}');
    cupel_account_count(&w, "n_it", 2000);
    put_loads(thermal ? 3 : 6, &w);
    cupel_json_name(&w, "results");
    cupel_json_open(&w, '[');
    for (size_t i = 0; i < sizeof results / sizeof *results; i++) cupel_json_put_string(&w, results[i]);
    cupel_json_close(&w, ']');
    cupel_json_close(&w, '}');
    cupel_str_putc(&s, '\n');
    snprintf(name, sizeof name, "fans-%zu-%s.json", rank, thermal ? "thermal" : "mechanical");
    cupel_status st = s.failed ? cupel_no_memory(err, name, 0) : cupel_account_text(a, name, s.p, s.n, err);
    if (st == CUPEL_OK)
        st = cupel_account_note(a, name,
                                thermal ? "input of FANS: the phases' conductivities and three loads, whose answer is the conductivity of the "
                                          "whole labels"
                                        : "input of FANS: the phases' moduli and six loads, whose answer is the stiffness of the whole labels",
                                err);
    cupel_str_free(&s);
    return st;
}

static cupel_status put_inputs(cupel_account *a, const cupel_micro_demand *d, const cupel_design *g, size_t rank, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    if (d->needs_conduction && isotropic(d, CUPEL_CONDUCTION)) st = put_fans(a, d, g, rank, CUPEL_CONDUCTION, err);
    if (st == CUPEL_OK && d->needs_elasticity && isotropic(d, CUPEL_ELASTICITY)) st = put_fans(a, d, g, rank, CUPEL_ELASTICITY, err);
    return st;
}

/* DAMASK's material.yaml: its materials 0, 1, .. are the phases in the order of the demand. Plain names, for its own reader of YAML is plain. */
cupel_status cupel_design_damask(const cupel_micro_demand *d, cupel_account *a, cupel_err *err)
{
    const bool giga = strcmp(d->c_unit, "GPa") == 0;
    const double unit = giga ? 1e9 : 1;
    cupel_str s = {0};
    if (!d->needs_elasticity || !isotropic(d, CUPEL_ELASTICITY)) return CUPEL_OK;
    cupel_str_addf(&s, "# material.yaml of DAMASK for design-*.vti; moduli in %s\n", giga ? "Pa" : "the unit of the demand (DAMASK takes Pa)");
    cupel_str_puts(&s, "homogenization:\n  direct:\n    N_constituents: 1\n    mechanical: {type: pass}\n\nphase:\n");
    for (size_t i = 0; i < d->n_phases; i++) {
        const cupel_material *m = &d->phase[i].material;
        cupel_str_addf(
            &s,
            "  phase%zu:\n    lattice: cI\n    mechanical:\n      output: [F, P]\n      elastic: {type: Hooke, C_11: %.9g, C_12: %.9g, C_44: %.9g}\n",
            i, unit * (m->lambda + 2 * m->mu), unit * m->lambda, unit * m->mu);
    }
    cupel_str_puts(&s, "\nmaterial:\n");
    for (size_t i = 0; i < d->n_phases; i++)
        cupel_str_addf(
            &s, "  - homogenization: direct\n    constituents:\n      - phase: phase%zu\n        v: 1.0\n        O: [1.0, 0.0, 0.0, 0.0]\n", i);
    cupel_status st = s.failed ? cupel_no_memory(err, "damask-material.yaml", 0) : cupel_account_text(a, "damask-material.yaml", s.p, s.n, err);
    if (st == CUPEL_OK) st = cupel_account_note(a, "damask-material.yaml", "material.yaml of DAMASK for all designs: the phases, elastic", err);
    cupel_str_free(&s);
    return st;
}

cupel_status cupel_design_take_away(const cupel_micro_demand *d, const cupel_design *g, size_t rank, cupel_taken *to, cupel_err *err)
{
    cupel_str s = {0};
    cupel_json_out w = {.s = &s};
    cupel_account *a = to->account;
    char name[40];
    cupel_recipe_put(&g->recipe, &w);
    cupel_str_putc(&s, '\n');
    snprintf(name, sizeof name, "design-%zu.json", rank);
    cupel_status st = s.failed ? cupel_no_memory(err, name, 0) : cupel_account_text(a, name, s.p, s.n, err);
    const char *what = rank > 1 ? "recipe" : "recipe: a few numbers and a seed that build the same structure on any grid";
    if (st == CUPEL_OK) st = cupel_account_note(a, name, what, err);
    if (st == CUPEL_OK) st = put_voxels(to, d, g, rank, err);
    if (st == CUPEL_OK && rank <= CUPEL_SHOWN) st = put_inputs(a, d, g, rank, err);
    cupel_str_free(&s);
    return st;
}
