/* Pictures inside a page: structures with their sections, and tensors as surfaces over directions. */
#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/engine/micro/page.h"
#include "core/engine/report_text.h"
#include "core/math/small.h"
#include "datasets/formats/png_write.h"
#include "models/homogenize/engineering.h"

#include <math.h>
#include <string.h>

enum { VIEW_VOXELS = 64, VIEW_PIXELS = 400, SURFACE_PIXELS = 260 };

static void base64(const unsigned char *p, size_t n, cupel_str *s)
{
    static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < n; i += 3) {
        const unsigned long x = (unsigned long)p[i] << 16 | (i + 1 < n ? (unsigned long)p[i + 1] << 8 : 0) | (i + 2 < n ? p[i + 2] : 0);
        const char four[4] = {digit[x >> 18 & 63], digit[x >> 12 & 63], i + 1 < n ? digit[x >> 6 & 63] : '=', i + 2 < n ? digit[x & 63] : '='};
        cupel_str_add(s, four, 4);
    }
}

cupel_status cupel_micro_page_data(cupel_picture *picture, cupel_str *s, cupel_err *err)
{
    unsigned char *png = NULL;
    size_t n = 0;
    cupel_status st = cupel_png_write(picture->rgba, picture->width, picture->height, &png, &n, err);
    if (st == CUPEL_OK) {
        cupel_str_puts(s, "data:image/png;base64,");
        base64(png, n, s);
    }
    cupel_free(png);
    cupel_picture_release(picture);
    return st;
}

cupel_status cupel_micro_page_picture(cupel_picture *picture, const char *class, const char *alt, cupel_str *s, cupel_err *err)
{
    cupel_str_addf(s, "<img class=\"%s\" width=%zu height=%zu alt=\"", class, picture->width, picture->height);
    cupel_html(s, alt);
    cupel_str_puts(s, "\" src=\"");
    cupel_status st = cupel_micro_page_data(picture, s, err);
    cupel_str_puts(s, "\">");
    return st;
}

/* ---- a structure ---- */

/* What bears or conducts least: its place is left empty in pictures and in the surface for a printer. */
size_t cupel_micro_page_hidden(const cupel_micro_demand *d)
{
    size_t least = 0;
    for (size_t i = 1; i < d->n_phases; i++) {
        const cupel_material *m = &d->phase[i].material, *n = &d->phase[least].material;
        const bool stiffness = d->needs_elasticity;
        const double x = stiffness ? m->c[0][0] + m->c[1][1] + m->c[2][2] : m->k[0][0] + m->k[1][1] + m->k[2][2];
        const double y = stiffness ? n->c[0][0] + n->c[1][1] + n->c[2][2] : n->k[0][0] + n->k[1][1] + n->k[2][2];
        if (x < y) least = i;
    }
    return least;
}

static void put_fractions(const cupel_micro_demand *d, const double *fraction, cupel_str *s)
{
    cupel_str_puts(s, "<p class=\"note chips\">");
    for (size_t i = 0; i < d->n_phases; i++) {
        unsigned char rgb[3];
        cupel_view_phase(i, cupel_micro_page_hidden(d), rgb);
        cupel_str_addf(s, "<span><span class=chip style=\"background:#%02x%02x%02x\"></span>", rgb[0], rgb[1], rgb[2]);
        cupel_html(s, d->phase[i].name);
        cupel_str_addf(s, " %.3g %%</span>", 100 * fraction[i]);
    }
    cupel_str_puts(s, "</p>\n");
}

/* A picture of a view with its axes in the corner. */
static cupel_status put_seen(cupel_picture *picture, const char *class, const char *alt, cupel_str *s, cupel_err *err)
{
    enum { LONG = 20 };
    double end[3][2];
    cupel_view_axes(end);
    cupel_str_addf(s, "<div class=\"seen %s\">", class);
    const cupel_status st = cupel_micro_page_picture(picture, "seen-picture", alt, s, err);
    cupel_str_puts(s, "<svg class=triad viewBox=\"-32 -32 64 64\" role=img aria-label=axes>");
    for (int a = 0; a < 3; a++)
        cupel_str_addf(s, "<path d=\"M0 0L%.1f %.1f\"/><text x=\"%.1f\" y=\"%.1f\">%d</text>", LONG * end[a][0], -LONG * end[a][1],
                       1.4 * LONG * end[a][0], -1.4 * LONG * end[a][1] + 4, a + 1);
    cupel_str_puts(s, "</svg></div>");
    return st;
}

static cupel_status put_slices(const cupel_view *v, cupel_str *s, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_str_puts(s, "<div class=slices>");
    for (int a = 0; a < 3 && st == CUPEL_OK; a++) {
        cupel_picture picture;
        st = cupel_view_slice(v, a, &picture, err);
        if (st != CUPEL_OK) break;
        cupel_str_puts(s, "<span>");
        st = cupel_micro_page_picture(&picture, "slice", "section", s, err);
        cupel_str_addf(s, "across axis %d:<br>%d →, %d ↑</span>", a + 1, a ? 1 : 2, a == 2 ? 2 : 3);
    }
    cupel_str_puts(s, "</div>\n");
    return st;
}

static void put_periods(const cupel_recipe *r, cupel_str *s)
{
    size_t n[3];
    cupel_view_repeat(r, n);
    if (n[0] * n[1] * n[2] > 1) cupel_str_addf(s, "<p class=note>%zu × %zu × %zu periods are shown.</p>", n[0], n[1], n[2]);
}

cupel_status cupel_micro_page_structure(const cupel_micro_demand *d, const cupel_page_structure *of, const cupel_job *job, cupel_str *s,
                                        cupel_err *err)
{
    const cupel_seen seen = {of->recipe, of->body, VIEW_VOXELS, cupel_micro_page_hidden(d)};
    cupel_picture picture;
    cupel_view *v = NULL;
    cupel_status st = cupel_view_open(&seen, job, &v, err);
    if (st == CUPEL_OK) st = cupel_view_structure(v, VIEW_PIXELS, job, &picture, err);
    if (st == CUPEL_OK) {
        cupel_str_puts(s, "<figure>");
        st = put_seen(&picture, "view", "the structure, seen along a diagonal", s, err);
        put_fractions(d, of->fraction, s);
        put_periods(of->recipe, s);
    }
    if (st == CUPEL_OK) st = put_slices(v, s, err);
    cupel_str_puts(s, "</figure>\n");
    cupel_view_close(v);
    return st;
}

/* ---- directional surfaces ---- */

typedef struct tensor {
    const double *k; /* [3][3] */
    double s[36];    /* compliance */
} tensor;

static double conductivity_along(const void *user, const double n[3])
{
    const tensor *t = user;
    double sum = 0;
    for (size_t i = 0; i < 3; i++)
        for (size_t j = 0; j < 3; j++) sum += n[i] * t->k[3 * i + j] * n[j];
    return sum;
}

static double young_along(const void *user, const double n[3])
{
    const tensor *t = user;
    return cupel_young_along(t->s, 3, n);
}

/* Least and largest over a grid of directions, together with what is there. */
static void range_of(cupel_over_directions f, const void *user, double *low, double *high)
{
    for (size_t i = 0; i < 60; i++)
        for (size_t j = 0; j < 60; j++) {
            const double polar = (double)i / 59 * acos(-1), around = (double)j / 60 * 2 * acos(-1);
            const double n[3] = {sin(polar) * cos(around), sin(polar) * sin(around), cos(polar)}, x = f(user, n);
            *low = fmin(*low, x), *high = fmax(*high, x);
        }
}

cupel_status cupel_micro_page_surfaces(const cupel_micro_demand *d, cupel_physics physics, const cupel_page_tensor *list, size_t n, cupel_str *s,
                                       cupel_err *err)
{
    const char *what = physics == CUPEL_CONDUCTION ? d->conduction->title : "Young’s modulus";
    const cupel_micro_shown as = physics == CUPEL_CONDUCTION ? d->k_shown : d->c_shown;
    const cupel_over_directions f = physics == CUPEL_CONDUCTION ? conductivity_along : young_along;
    tensor t[CUPEL_PAGE_TENSORS];
    double low = HUGE_VAL, high = -HUGE_VAL;
    cupel_status st = CUPEL_OK;
    for (size_t i = 0; i < n; i++) {
        t[i].k = list[i].t;
        if (physics == CUPEL_ELASTICITY && !cupel_small_invert(list[i].t, 6, t[i].s)) return CUPEL_OK; /* it has no stiffness in some direction */
        range_of(f, &t[i], &low, &high);
    }
    if (!(high > 0)) return CUPEL_OK;
    cupel_str_puts(s, "<figure><div class=surfaces>");
    for (size_t i = 0; i < n && st == CUPEL_OK; i++) {
        cupel_picture picture;
        st = cupel_view_surface(f, &t[i], low, high, SURFACE_PIXELS, &picture, err);
        if (st != CUPEL_OK) break;
        cupel_str_puts(s, "<span>");
        st = put_seen(&picture, "surface", what, s, err);
        if (list[i].label) cupel_html(s, list[i].label);
        cupel_str_puts(s, "</span>");
    }
    cupel_str_puts(s, "</div><div class=scale></div><div class=ends><i>");
    cupel_html_value(s, as.factor * low, as.factor * high / 100);
    cupel_str_puts(s, "</i><i>");
    cupel_html_value(s, as.factor * high, as.factor * high / 100);
    cupel_str_putc(s, ' ');
    cupel_html_raised(s, as.unit);
    cupel_str_addf(s, "</i></div><figcaption>%s in every direction: distance from the centre and colour%s. Axis 3 is up.</figcaption></figure>\n",
                   what, n > 1 ? ", on one scale" : "");
    return st;
}
