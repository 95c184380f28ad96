/* The answer of homogenize as JSON and as lines for people. */
#include "core/engine/homogenize_parts.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

/* ---- JSON ---- */

static void put_array(cupel_json_out *w, const double *x, size_t n)
{
    cupel_json_open(w, '[');
    for (size_t i = 0; i < n; i++) cupel_json_put_number(w, x[i]);
    cupel_json_close(w, ']');
}

static void put_named_array(cupel_json_out *w, const char *name, const double *x, size_t n)
{
    cupel_json_name(w, name);
    put_array(w, x, n);
}

static void put_matrix(cupel_json_out *w, const char *name, const double *x, size_t n)
{
    cupel_json_name(w, name);
    cupel_json_open(w, '[');
    for (size_t i = 0; i < n; i++) put_array(w, x + i * n, n);
    cupel_json_close(w, ']');
}

static void put_grid(cupel_json_out *w, const char *name, const size_t n[3], int dim)
{
    cupel_json_name(w, name);
    cupel_json_open(w, '[');
    for (int i = 0; i < dim; i++) cupel_json_put_count(w, n[i]);
    cupel_json_close(w, ']');
}

static void put_bounds(cupel_json_out *w, const cupel_bounds *b)
{
    static const char *const one[] = {"conductivity"}, *const two[] = {"bulk", "shear"};
    const char *const *names = b->n_hs == 1 ? one : two;
    cupel_json_name(w, "bounds");
    cupel_json_open(w, '{');
    put_matrix(w, "lower", b->reuss, b->order);
    put_matrix(w, "upper", b->voigt, b->order);
    cupel_json_add_string(w, "sense",
                          "Loewner: tensor - lower and upper - tensor have no negative eigenvalue; components off the diagonal may lie outside");
    if (b->n_hs) {
        cupel_json_name(w, "hashin_shtrikman");
        cupel_json_open(w, '{');
        for (size_t i = 0; i < b->n_hs && i < 2; i++) put_named_array(w, names[i], (const double[]){b->hs_lower[i], b->hs_upper[i]}, 2);
        cupel_json_close(w, '}');
    }
    cupel_json_close(w, '}');
}

static void put_phases(cupel_json_out *w, const cupel_homogenized *h)
{
    cupel_json_name(w, "phases");
    cupel_json_open(w, '[');
    for (size_t i = 0; i < h->n_phases; i++) {
        cupel_json_open(w, '{');
        cupel_json_name(w, "label");
        cupel_json_put_int(w, h->phase[i].label);
        cupel_json_add_number(w, "fraction", h->phase[i].fraction);
        cupel_json_add_string(w, "properties", h->phase[i].properties);
        cupel_json_close(w, '}');
    }
    cupel_json_close(w, ']');
}

/* The expansion vector (Mandel) as a matrix of components. */
static void expansion_matrix(const double *alpha, size_t order, double *m)
{
    static const size_t row[6] = {0, 1, 2, 1, 0, 0}, col[6] = {0, 1, 2, 2, 2, 1};
    const size_t d = order == 6 ? 3 : 2;
    for (size_t i = 0; i < order; i++) {
        const size_t c = order == 6 || i < 2 ? i : 5;
        m[row[c] * d + col[c]] = m[col[c] * d + row[c]] = c < 3 ? alpha[i] : alpha[i] / sqrt(2);
    }
}

static void put_tensors(cupel_json_out *w, const cupel_homogenized *h)
{
    const cupel_estimate *e = &h->estimate;
    if (e->has_alpha) {
        double alpha[9] = {0}, error[9] = {0};
        const size_t d = e->order == 6 ? 3 : 2;
        expansion_matrix(e->alpha, e->order, alpha);
        expansion_matrix(e->alpha_error, e->order, error);
        put_matrix(w, "tensor", alpha, d);
        put_matrix(w, "error", error, d);
        put_matrix(w, "stiffness", e->tensor, e->order);
        put_matrix(w, "stiffness_error", e->error, e->order);
    } else {
        put_matrix(w, "tensor", e->tensor, e->order);
        put_matrix(w, "error", e->error, e->order);
    }
    put_matrix(w, e->has_alpha ? "stiffness_grid" : "tensor_grid", e->on_grid, e->order);
    if (!h->recipe && e->has_error) put_matrix(w, e->has_alpha ? "stiffness_shape" : "tensor_shape", e->shape, e->order);
}

static void put_warnings(cupel_json_out *w, const cupel_homogenized *h)
{
    cupel_json_name(w, "warnings");
    cupel_json_open(w, '[');
    for (size_t i = 0; i < h->n_warnings; i++) cupel_json_put_string(w, h->warning[i]);
    cupel_json_close(w, ']');
}

static void put_fields(cupel_json_out *w, const cupel_homogenized *h)
{
    const bool elastic = h->kind.physics == CUPEL_ELASTICITY;
    cupel_json_name(w, "fields");
    cupel_json_open(w, '{');
    cupel_json_add_string(w, "file", h->fields);
    cupel_json_add_string(w, "strength", elastic ? "von Mises stress under a strain of 1" : "norm of the flux under a gradient of 1");
    put_named_array(w, "quantiles", cupel_field_quantiles, CUPEL_FIELD_QUANTILES);
    cupel_json_name(w, "loads");
    cupel_json_open(w, '[');
    for (size_t l = 0; l < h->estimate.order; l++) {
        cupel_json_open(w, '{');
        cupel_json_add_string(w, "load", cupel_homogenized_load(h, l));
        cupel_json_add_number(w, "mean", h->mean_strength[l]);
        cupel_json_add_number(w, "concentration", h->concentration[l]);
        cupel_json_name(w, "phases");
        cupel_json_open(w, '[');
        for (size_t p = 0; p < h->n_phases && h->phase[p].quantile; p++)
            put_array(w, h->phase[p].quantile + l * CUPEL_FIELD_QUANTILES, CUPEL_FIELD_QUANTILES);
        cupel_json_close(w, ']');
        cupel_json_close(w, '}');
    }
    cupel_json_close(w, ']');
    cupel_json_close(w, '}');
}

/* Properties are plain numbers: nothing here knows a unit, which is said. */
static const char *unit_of(const cupel_homogenized *h)
{
    if (h->estimate.has_alpha) return "expansion in that of alpha, stiffness in that of E or C11 as given, one for all phases; none is assumed";
    return h->kind.physics == CUPEL_ELASTICITY ? "that of E or C11 as given, one for all phases; none is assumed"
                                               : "that of k (sigma, eps, D, mu_r) as given, one for all phases; none is assumed";
}

void cupel_homogenized_json(const cupel_homogenized *h, cupel_str *out)
{
    cupel_json_out w = {.s = out};
    const cupel_estimate *e = &h->estimate;
    cupel_json_open(&w, '{');
    cupel_json_add_string(&w, "property", h->property);
    cupel_json_add_string(&w, "unit", unit_of(h));
    cupel_json_add_string(&w, "convention", "mandel");
    if (h->kind.dim == 2 && h->kind.physics == CUPEL_ELASTICITY) {
        cupel_json_add_string(&w, "plane", h->kind.plane_stress ? "stress" : "strain");
    }
    put_tensors(&w, h);
    cupel_json_add_string(&w, "error_kind", e->has_error ? "half width of a 95 % bar" : "iteration error only");
    if (e->layered) {
        cupel_json_add_bool(&w, "layered", true);
    }
    cupel_json_add_bool(&w, "resolved", e->resolved);
    put_bounds(&w, &h->bounds);
    cupel_json_add_count(&w, "iterations", e->iterations);
    cupel_json_add_count(&w, "iterations_with_error", e->all_iterations);
    put_grid(&w, "grid", e->n, h->kind.dim);
    if (e->second[0]) put_grid(&w, "second_grid", e->second, h->kind.dim);
    put_phases(&w, h);
    if (h->has_engineering) cupel_homogenized_put_constants(h, &w);
    if (h->fields) put_fields(&w, h);
    cupel_json_add_number(&w, "seconds", h->seconds);
    put_warnings(&w, h);
    cupel_json_close(&w, '}');
    cupel_str_putc(out, '\n');
}

/* ---- lines for people ---- */

static void table_matrix(cupel_str *s, const char *title, const double *x, const double *bar, size_t n)
{
    double scale = 0;
    for (size_t i = 0; i < n * n; i++) scale = fmax(scale, fabs(x[i]));
    cupel_str_addf(s, "%s\n", title);
    for (size_t i = 0; i < n; i++) {
        cupel_str_puts(s, "  ");
        for (size_t j = 0; j < n; j++) {
            const double v = x[i * n + j];
            cupel_str_addf(s, " %12.6g", fabs(v) < 1e-6 * scale ? 0 : v);
        }
        if (bar) {
            cupel_str_puts(s, "    ±");
            for (size_t j = 0; j < n; j++) cupel_str_addf(s, " %9.2g", bar[i * n + j]);
        }
        cupel_str_putc(s, '\n');
    }
}

static void table_phases(cupel_str *s, const cupel_homogenized *h)
{
    enum { SHOWN = 20 };
    cupel_str_addf(s, "%8s  %10s  %s\n", "label", "fraction", "properties");
    for (size_t i = 0; i < h->n_phases && i < SHOWN; i++)
        cupel_str_addf(s, "%8" PRId64 "  %10.6f  %s\n", h->phase[i].label, h->phase[i].fraction, h->phase[i].properties);
    if (h->n_phases > SHOWN) cupel_str_addf(s, "     and %zu more\n", h->n_phases - SHOWN);
}

static void table_bounds(cupel_str *s, const cupel_bounds *b, bool voids)
{
    const char *lower = voids ? "harmonic mean of the phases with what stands for the zero (the lower bound is less)"
                              : "harmonic mean of the phases (lower bound)";
    table_matrix(s, lower, b->reuss, NULL, b->order);
    table_matrix(s, "arithmetic mean of the phases (upper bound)", b->voigt, NULL, b->order);
    cupel_str_puts(s, "(bounds in Loewner's sense: tensor - lower and upper - tensor have no negative eigenvalue; components off the\n diagonal may "
                      "lie outside)\n");
    if (b->n_hs == 1) cupel_str_addf(s, "Hashin-Shtrikman, were it isotropic: %.6g to %.6g\n", b->hs_lower[0], b->hs_upper[0]);
    if (b->n_hs == 2)
        cupel_str_addf(s, "Hashin-Shtrikman, were it isotropic: bulk %.6g to %.6g, shear %.6g to %.6g\n", b->hs_lower[0], b->hs_upper[0],
                       b->hs_lower[1], b->hs_upper[1]);
}

static void table_fields(cupel_str *s, const cupel_homogenized *h)
{
    const char *strength = h->kind.physics == CUPEL_ELASTICITY ? "von Mises stress" : "norm of the flux";
    cupel_str_addf(s, "%s under a load of 1, per phase\n   load     label", strength);
    for (size_t q = 0; q < CUPEL_FIELD_QUANTILES; q++) cupel_str_addf(s, "       %3.0f %%", 100 * cupel_field_quantiles[q]);
    cupel_str_puts(s, "   largest / mean\n");
    for (size_t l = 0; l < h->estimate.order; l++)
        for (size_t p = 0; p < h->n_phases && p < 8 && h->phase[p].quantile; p++) {
            cupel_str_addf(s, "   %4s  %8" PRId64, cupel_homogenized_load(h, l), h->phase[p].label);
            for (size_t q = 0; q < CUPEL_FIELD_QUANTILES; q++) cupel_str_addf(s, "  %10.4g", h->phase[p].quantile[l * CUPEL_FIELD_QUANTILES + q]);
            if (p == 0) cupel_str_addf(s, "   %10.3f", h->concentration[l]);
            cupel_str_putc(s, '\n');
        }
}

static void table_head(cupel_str *s, const cupel_homogenized *h)
{
    const cupel_estimate *e = &h->estimate;
    cupel_str_addf(s, "%s of %zu x %zu", h->property, e->n[0], e->n[1]);
    if (h->kind.dim == 3) cupel_str_addf(s, " x %zu", e->n[2]);
    const bool plane = h->kind.dim == 2 && h->kind.physics == CUPEL_ELASTICITY;
    cupel_str_addf(s, " voxels%s\n", !plane ? "" : h->kind.plane_stress ? ", plane stress" : ", plane strain");
}

void cupel_homogenized_table(const cupel_homogenized *h, cupel_str *out)
{
    const cupel_estimate *e = &h->estimate;
    const bool elastic = h->kind.physics == CUPEL_ELASTICITY;
    table_head(out, h);
    table_phases(out, h);
    cupel_str_addf(out, "unit: %s\n", unit_of(h));
    if (e->has_alpha) {
        double alpha[9] = {0}, error[9] = {0};
        expansion_matrix(e->alpha, e->order, alpha);
        expansion_matrix(e->alpha_error, e->order, error);
        table_matrix(out, e->has_error ? "expansion, ± half width of a 95 % bar" : "expansion, ± what iterating left", alpha, error,
                     e->order == 6 ? 3 : 2);
    }
    const char *components = !elastic ? "tensor" : h->kind.dim == 3 ? "stiffness, Mandel 11 22 33 23 13 12" : "stiffness, Mandel 11 22 12";
    cupel_str_addf(out, "%s, ± %s\n", components, e->has_error ? "half width of a 95 % bar" : "what iterating left");
    if (e->layered) cupel_str_puts(out, "(the labels are plane layers, taken as they are: the bar is that of the solver)\n");
    table_matrix(out, e->extrapolated ? "(extrapolated from two grids)" : "(on this grid)", e->tensor, e->error, e->order);
    table_bounds(out, &h->bounds, h->voids);
    if (h->has_engineering) cupel_homogenized_constants_table(h, out);
    if (h->fields) table_fields(out, h);
    cupel_str_addf(out, "%zu iterations on this grid, %zu in all, %.2f s%s\n", e->iterations, e->all_iterations, h->seconds,
                   e->has_error && e->all_iterations > e->iterations ? " (--no-error leaves the bar and its solves out)" : "");
}
