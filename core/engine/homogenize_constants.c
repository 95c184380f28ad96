/* Engineering constants of homogenize with their half widths. Those of an image go by names that say what they are: under plane strain 1 / S_11 is no
 * Young's modulus. */
#include "core/engine/homogenize_parts.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

static const char RULE[] = "half width: what moving each component of the tensor by its half width changes, summed over the components";

static const char *definitions(const cupel_homogenized *h)
{
    if (h->kind.dim == 3) return NULL;
    return h->kind.plane_stress
               ? "plane stress: E and nu are those of the sheet; area_bulk is the mean stress in the plane per relative change of area, "
                 "E / (2 (1 - nu)) of an isotropic sheet"
               : "plane strain: E_plane_strain = 1 / S_ii of the inverse of the 3 x 3 tensor (tension along i, free along the other axis of the "
                 "plane, no strain across it), E / (1 - nu^2) of an isotropic body; nu_plane_strain = -S_ij / S_ii, nu / (1 - nu); area_bulk is "
                 "the mean stress in the plane per relative change of area, K + G / 3";
}

/* ---- JSON ---- */

static void put_array(cupel_json_out *w, const double *x, size_t n)
{
    cupel_json_open(w, '[');
    for (size_t i = 0; i < n; i++) cupel_json_put_number(w, x[i]);
    cupel_json_close(w, ']');
}

/* The name with what it is called in a plane before and behind. */
static void put_name(cupel_json_out *w, const char *before, const char *name, const char *behind)
{
    char text[64];
    snprintf(text, sizeof text, "%s%s%s", before, name, behind);
    cupel_json_name(w, text);
}

static void put_number(cupel_json_out *w, const char *before, const char *name, const char *behind, double x)
{
    put_name(w, before, name, behind);
    cupel_json_put_number(w, x);
}

static void put_numbers(const cupel_homogenized *h, const cupel_engineering *e, bool directions, cupel_json_out *w)
{
    const size_t d = (size_t)h->kind.dim;
    const char *plane = d == 2 && !h->kind.plane_stress ? "_plane_strain" : "", *area = d == 2 ? "area_" : "";
    put_name(w, "", "E", plane);
    put_array(w, e->E, d);
    put_name(w, "", "nu", plane);
    cupel_json_open(w, '[');
    for (size_t i = 0; i < d; i++) put_array(w, e->nu[i], d);
    cupel_json_close(w, ']');
    cupel_json_name(w, "G");
    put_array(w, d == 3 ? e->G : e->G + 2, d == 3 ? 3 : 1); /* 23 13 12, in the plane 12 */
    put_number(w, area, "bulk", "", e->bulk);
    put_name(w, area, "bulk_voigt_reuss", "");
    put_array(w, (const double[]){e->bulk_voigt, e->bulk_reuss}, 2);
    put_number(w, "", "shear", "", e->shear);
    put_name(w, "", "shear_voigt_reuss", "");
    put_array(w, (const double[]){e->shear_voigt, e->shear_reuss}, 2);
    put_number(w, "", "young", plane, e->young);
    put_number(w, "", "poisson", plane, e->poisson);
    put_number(w, "", "universal_anisotropy", "", e->anisotropy);
    if (d == 3) {
        put_number(w, "", "zener", "", e->zener);
        put_number(w, "", "distance_to_cubic", "", e->from_cubic);
    }
    put_number(w, "", "distance_to_isotropic", "", e->from_isotropic);
    put_number(w, "E", plane, "_min", e->E_min);
    put_number(w, "E", plane, "_max", e->E_max);
    if (!directions) return;
    put_name(w, "E", plane, "_min_direction");
    put_array(w, e->at_min, d);
    put_name(w, "E", plane, "_max_direction");
    put_array(w, e->at_max, d);
}

void cupel_homogenized_put_constants(const cupel_homogenized *h, cupel_json_out *w)
{
    cupel_json_name(w, "engineering");
    cupel_json_open(w, '{');
    put_numbers(h, &h->engineering, true, w);
    cupel_json_name(w, "error");
    if (h->has_engineering_error) {
        cupel_json_open(w, '{');
        put_numbers(h, &h->engineering_error, false, w);
        cupel_json_close(w, '}');
    } else {
        cupel_json_put_null(w);
    }
    cupel_json_name(w, "error_rule");
    cupel_json_put_string(w, h->has_engineering_error ? RULE : "none: within its half widths the tensor may have no inverse");
    if (definitions(h)) {
        cupel_json_name(w, "definitions");
        cupel_json_put_string(w, definitions(h));
    }
    cupel_json_close(w, '}');
}

/* ---- lines for people ---- */

static double number_at(const cupel_engineering *e, size_t offset)
{
    double x;
    memcpy(&x, (const char *)e + offset, sizeof x);
    return x;
}

/* "   E1 12.34 ± 0.21", the number that lies at the offset. */
static void value(const cupel_homogenized *h, const char *name, size_t offset, cupel_str *s)
{
    cupel_str_addf(s, "   %s %.6g", name, number_at(&h->engineering, offset));
    if (h->has_engineering_error) cupel_str_addf(s, " ± %.2g", number_at(&h->engineering_error, offset));
}

static void table_axes(const cupel_homogenized *h, cupel_str *s)
{
    static const char *const shear[3] = {"G23", "G13", "G12"};
    const int d = h->kind.dim;
    char name[32];
    for (int i = 0; i < d; i++) {
        snprintf(name, sizeof name, "E%d", i + 1);
        value(h, name, offsetof(cupel_engineering, E) + (size_t)i * sizeof(double), s);
    }
    cupel_str_putc(s, '\n');
    for (int i = 0; i < d; i++)
        for (int j = 0; j < d; j++) {
            if (i == j) continue;
            snprintf(name, sizeof name, "nu%d%d", i + 1, j + 1);
            value(h, name, offsetof(cupel_engineering, nu) + (size_t)(3 * i + j) * sizeof(double), s);
        }
    cupel_str_putc(s, '\n');
    for (int i = d == 3 ? 0 : 2; i < 3; i++) value(h, shear[i], offsetof(cupel_engineering, G) + (size_t)i * sizeof(double), s);
    cupel_str_putc(s, '\n');
}

void cupel_homogenized_constants_table(const cupel_homogenized *h, cupel_str *s)
{
    const cupel_engineering *e = &h->engineering;
    const int d = e->dim;
    const char *plane = d == 3 ? "" : h->kind.plane_stress ? " of the sheet" : " of plane strain";
    cupel_str_addf(s, "engineering constants%s, %s\n", plane,
                   h->has_engineering_error ? "± what all components at the ends of their bars can do"
                                            : "without bars: within those of the tensor it may have no inverse");
    table_axes(h, s);
    value(h, d == 3 ? "bulk" : "bulk of areas", offsetof(cupel_engineering, bulk), s);
    cupel_str_addf(s, " (Voigt %.6g, Reuss %.6g)", e->bulk_voigt, e->bulk_reuss);
    value(h, "shear", offsetof(cupel_engineering, shear), s);
    cupel_str_addf(s, " (Voigt %.6g, Reuss %.6g)\n", e->shear_voigt, e->shear_reuss);
    value(h, "universal anisotropy", offsetof(cupel_engineering, anisotropy), s);
    cupel_str_addf(s, "   %.2f %% from isotropic", 100 * e->from_isotropic);
    if (d == 3) {
        value(h, "Zener", offsetof(cupel_engineering, zener), s);
        cupel_str_addf(s, " (%.2f %% from cubic)", 100 * e->from_cubic);
    }
    cupel_str_putc(s, '\n');
    value(h, "E least", offsetof(cupel_engineering, E_min), s);
    cupel_str_addf(s, " along (%.3f, %.3f, %.3f)", e->at_min[0], e->at_min[1], e->at_min[2]);
    value(h, "most", offsetof(cupel_engineering, E_max), s);
    cupel_str_addf(s, " along (%.3f, %.3f, %.3f)\n", e->at_max[0], e->at_max[1], e->at_max[2]);
    if (d == 2)
        cupel_str_addf(s, "   (of an isotropic body E1 is %s, nu12 is %s, the bulk of areas is %s)\n", h->kind.plane_stress ? "E" : "E / (1 - nu^2)",
                       h->kind.plane_stress ? "nu" : "nu / (1 - nu)", h->kind.plane_stress ? "E / (2 (1 - nu))" : "K + G / 3");
}
