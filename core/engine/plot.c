#include "core/engine/plot.h"

#include "core/engine/report_text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MARK = 48, MARKS_MOST = 64, NUMBERS = 16, AROUND = 10 /* a picture that stands alone, px */ };

static const double DIGIT = 7.7; /* widest of the usual fonts at 12 px: 0.64 em */
static const double LINE = 24;   /* least distance of two marks of the y axis, px */
static const double DISC = 16;   /* that two discs are apart, px */

double cupel_plot_x(const cupel_plot *p, double x) { return p->left + (p->x1 > p->x0 ? (x - p->x0) / (p->x1 - p->x0) : 0.5) * p->width; }
double cupel_plot_y(const cupel_plot *p, double y) { return p->top + (1 - (p->y1 > p->y0 ? (y - p->y0) / (p->y1 - p->y0) : 0.5)) * p->height; }

/* ---- marks ---- */

/* A multiple of `step`, which is 1, 2 or 5 times a power of ten, on an axis up to `most` in size; 0.0002 as 2×10^-4, which is raised later. */
static void mark_text(double value, double step, double most, char b[MARK])
{
    const int power = (int)floor(log10(step) + 1e-9);
    const bool zero = fabs(value) < step / 1e6, plain = most < 1e5 && (power > -4 || most >= 1e-3);
    const double x = zero ? 0 : fabs(plain ? value : value / pow(10, power));
    const char *sign = value < 0 && !zero ? "−" : "";
    if (plain) snprintf(b, MARK, "%s%.*f", sign, power < 0 ? -power : 0, x);
    else if (zero) snprintf(b, MARK, "0");
    else snprintf(b, MARK, "%s%.0f×10^%d", sign, x, power);
}

/* As it is drawn, px. */
static double width_of(const char *text)
{
    cupel_str raised = {0};
    size_t n = 0;
    cupel_raised(&raised, text);
    for (const char *p = cupel_str_text(&raised); *p; p++) n += (*p & 0xC0) != 0x80;
    cupel_str_free(&raised);
    return DIGIT * (double)n;
}

static double widest(double from, double to, double step)
{
    const double size = fmax(fabs(from), fabs(to));
    double most = 0;
    int n = 0;
    for (double v = ceil(from / step - 1e-9) * step; v <= to + step * 1e-9 && n < MARKS_MOST; v += step, n++) {
        char b[MARK];
        mark_text(v, step, size, b);
        most = fmax(most, width_of(b));
    }
    return most;
}

/* 1, 2 or 5 times a power of ten, for about four marks. */
static double tick_of(double range)
{
    const double raw = range / 4, power = pow(10, floor(log10(raw))), x = raw / power;
    return (x < 1.5 ? 1 : x < 3.5 ? 2 : x < 7.5 ? 5 : 10) * power;
}

/* The least step whose marks do not touch: 1, 2 or 5 times a power of ten. */
static double step_of(const cupel_plot *p, bool y_axis)
{
    const double from = y_axis ? p->y0 : p->x0, to = y_axis ? p->y1 : p->x1;
    double step = tick_of(to - from);
    for (int i = 0; i < 6; i++) {
        const double distance = step / (to - from) * (y_axis ? p->height : p->width), first = step / pow(10, floor(log10(step) + 1e-9));
        if (distance >= (y_axis ? LINE : widest(from, to, step) + DIGIT)) break;
        step *= first > 1.5 && first < 2.5 ? 2.5 : 2;
    }
    return step;
}

static void put_mark(const cupel_plot *p, bool y_axis, double at, const char *text, cupel_str *s)
{
    if (y_axis)
        cupel_str_addf(s, "<g class=\"grid\"><line x1=\"%.2f\" x2=\"%.2f\" y1=\"%.2f\" y2=\"%.2f\"/></g><text class=\"quiet\" x=\"%.2f\" y=\"%.2f\" "
                          "text-anchor=\"end\">", p->left, p->left + p->width, at, at, p->left - 6, at + 4);
    else
        cupel_str_addf(s, "<g class=\"grid\"><line x1=\"%.2f\" x2=\"%.2f\" y1=\"%.2f\" y2=\"%.2f\"/></g><text class=\"quiet\" x=\"%.2f\" y=\"%.2f\" "
                          "text-anchor=\"middle\">", at, at, p->top + p->height, p->top + p->height + 4, at, p->top + p->height + 18);
    cupel_html_raised(s, text);
    cupel_str_puts(s, "</text>");
}

static void put_marks(const cupel_plot *p, bool y_axis, cupel_str *s)
{
    const double from = y_axis ? p->y0 : p->x0, to = y_axis ? p->y1 : p->x1;
    if (!(to > from)) return;
    const double step = step_of(p, y_axis);
    int n = 0;
    for (double v = ceil(from / step - 1e-9) * step; v <= to + step * 1e-9 && n < MARKS_MOST; v += step, n++) {
        char b[MARK];
        mark_text(v, step, fmax(fabs(from), fabs(to)), b);
        put_mark(p, y_axis, y_axis ? cupel_plot_y(p, v) : cupel_plot_x(p, v), b, s);
    }
}

/* Of a logarithmic y axis: powers of ten, with 2 and 5 between them where there are few. s NULL: none is drawn. Returns the width of the widest. */
static double log_marks(const cupel_plot *p, cupel_str *s)
{
    static const double between[] = {1, 2, 5};
    const int each = p->y1 - p->y0 > 3 ? 1 : 3;
    double most = 0;
    for (int power = (int)floor(p->y0); power <= (int)ceil(p->y1); power++)
        for (int i = 0; i < each; i++) {
            const double value = between[i] * pow(10, power);
            char b[MARK];
            if (log10(value) < p->y0 - 1e-9 || log10(value) > p->y1 + 1e-9) continue;
            mark_text(value, value, value, b);
            most = fmax(most, width_of(b));
            if (s) put_mark(p, true, cupel_plot_y(p, log10(value)), b, s);
        }
    return most;
}

/* ---- the frame ---- */

static void put_text(double x, double y, const char *attributes, const char *text, cupel_str *s)
{
    cupel_str_addf(s, "<text x=\"%.2f\" y=\"%.2f\" %s>", x, y, attributes);
    cupel_html_raised(s, text);
    cupel_str_puts(s, "</text>");
}

void cupel_plot_open(cupel_plot *p, const char *title, const char *x_name, const char *y_name, const char *style, cupel_str *s)
{
    const double marks = p->log_y ? log_marks(p, NULL) : p->y1 > p->y0 ? widest(p->y0, p->y1, step_of(p, true)) : 0;
    p->left = fmax(marks + 10, 24), p->top = 50;
    const int around = style ? AROUND : 0;
    const double width = p->left + p->width + CUPEL_PLOT_RIGHT + 2 * around, height = p->top + p->height + CUPEL_PLOT_BOTTOM + 2 * around;
    cupel_str_puts(s, "<svg ");
    if (style) cupel_str_addf(s, "xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" height=\"%.0f\" ", width, height);
    cupel_str_addf(s, "viewBox=\"%d %d %.0f %.0f\" role=\"img\" aria-label=\"", -around, -around, width, height);
    cupel_html(s, title);
    cupel_str_puts(s, "\">");
    if (style)
        cupel_str_addf(s, "<style>%s</style><rect class=\"paper\" x=\"%d\" y=\"%d\" width=\"%.0f\" height=\"%.0f\"/>", style, -around, -around, width,
                       height);
    if (p->log_y) log_marks(p, s);
    else put_marks(p, true, s);
    put_marks(p, false, s);
    put_text(0, 14, "class=\"title\"", title, s);
    put_text(0, 36, "class=\"label\"", y_name, s);
    put_text(p->left + p->width / 2, p->top + p->height + 38, "class=\"label\" text-anchor=\"middle\"", x_name, s);
    cupel_str_putc(s, '\n');
}

void cupel_plot_close(cupel_str *s) { cupel_str_puts(s, "</svg>"); }

void cupel_plot_begin(cupel_plot *p, const char *title, const char *x_name, const char *y_name, cupel_str *s)
{
    cupel_str_puts(s, "<div class=plot>");
    cupel_plot_open(p, title, x_name, y_name, NULL, s);
}

void cupel_plot_end(cupel_str *s)
{
    cupel_plot_close(s);
    cupel_str_puts(s, "</div>");
}

/* ---- what is drawn ---- */

void cupel_plot_line(const cupel_plot *p, const double *x, const double *y, size_t n, const char *class, cupel_str *s)
{
    bool drawn = false;
    cupel_str_addf(s, "<path class=\"%s\" d=\"", class);
    for (size_t i = 0; i < n; i++) {
        const bool there = isfinite(x[i]) && isfinite(y[i]);
        if (there) cupel_str_addf(s, "%s%.1f %.1f", drawn ? "L" : "M", cupel_plot_x(p, x[i]), cupel_plot_y(p, y[i]));
        drawn = there;
    }
    cupel_str_puts(s, "\"/>");
}

void cupel_plot_band(const cupel_plot *p, const double *x, const double *low, const double *high, size_t n, const char *class, cupel_str *s)
{
    cupel_str_addf(s, "<path class=\"%s\" d=\"", class);
    for (size_t i = 0; i < n; i++) cupel_str_addf(s, "%c%.1f %.1f", i ? 'L' : 'M', cupel_plot_x(p, x[i]), cupel_plot_y(p, high[i]));
    for (size_t i = n; i-- > 0;) cupel_str_addf(s, "L%.1f %.1f", cupel_plot_x(p, x[i]), cupel_plot_y(p, low[i]));
    cupel_str_puts(s, "Z\"/>");
}

void cupel_plot_window(const cupel_plot *p, bool y_axis, bool tinted, double low, double high, cupel_str *s)
{
    const double x0 = y_axis ? p->y0 : p->x0, x1 = y_axis ? p->y1 : p->x1, end[2] = {low, high};
    const double from = fmin(fmax(low, x0), x1), to = fmin(fmax(high, x0), x1);
    if (from == x0 && to == x1) return; /* all of it, or nothing is asked */
    if (tinted && y_axis)
        cupel_str_addf(s, "<rect class=\"wanted\" x=\"%.1f\" width=\"%.1f\" y=\"%.1f\" height=\"%.1f\"/>", p->left, p->width, cupel_plot_y(p, to),
                       cupel_plot_y(p, from) - cupel_plot_y(p, to));
    if (tinted && !y_axis)
        cupel_str_addf(s, "<rect class=\"wanted\" x=\"%.1f\" width=\"%.1f\" y=\"%.1f\" height=\"%.1f\"/>", cupel_plot_x(p, from),
                       cupel_plot_x(p, to) - cupel_plot_x(p, from), p->top, p->height);
    for (int i = 0; i < 2; i++) {
        if (!(end[i] > x0 && end[i] < x1) || (i && low == high)) continue;
        if (y_axis) cupel_str_addf(s, "<path class=\"demanded\" d=\"M%.1f %.1fh%.1f\"/>", p->left, cupel_plot_y(p, end[i]), p->width);
        else cupel_str_addf(s, "<path class=\"demanded\" d=\"M%.1f %.1fv%.1f\"/>", cupel_plot_x(p, end[i]), p->top, p->height);
    }
}

void cupel_plot_dot(const cupel_plot *p, double x, double y, double radius, const char *class, const unsigned char *rgb, cupel_str *s)
{
    if (!(x >= p->x0 && x <= p->x1 && y >= p->y0 && y <= p->y1)) return;
    cupel_str_addf(s, "<circle class=\"dot %s\" cx=\"%.1f\" cy=\"%.1f\" r=\"%g\"", class, cupel_plot_x(p, x), cupel_plot_y(p, y), radius);
    if (rgb) cupel_str_addf(s, " fill=\"#%02x%02x%02x\"", rgb[0], rgb[1], rgb[2]);
    cupel_str_puts(s, "/>");
}

/* Sideways until it covers none of those before, px. */
static double beside(double (*put)[2], size_t n, double x, double y, double step)
{
    for (size_t i = 0; i < n; i++)
        if (fabs(put[i][0] - x) < DISC && fabs(put[i][1] - y) < DISC) x = put[i][0] + step, i = (size_t)-1;
    return x;
}

void cupel_plot_numbers(const cupel_plot *p, const double *x, const double *y, size_t n, cupel_str *s)
{
    double put[NUMBERS][2];
    if (n > NUMBERS) n = NUMBERS;
    for (size_t i = 0; i < n; i++) {
        const double px = cupel_plot_x(p, x[i]), py = cupel_plot_y(p, y[i]), right = beside(put, i, px, py, DISC);
        put[i][0] = right + DISC / 2 <= p->left + p->width + CUPEL_PLOT_RIGHT ? right : beside(put, i, px, py, -DISC), put[i][1] = py;
    }
    for (size_t i = n; i-- > 0;) {
        const double px = cupel_plot_x(p, x[i]), cx = put[i][0], cy = put[i][1];
        if (!isfinite(cx) || !isfinite(cy)) continue;
        if (cx != px)
            cupel_str_addf(s, "<path class=\"lead\" d=\"M%.1f %.1fH%.1f\"/><circle class=\"lead\" cx=\"%.1f\" cy=\"%.1f\" r=\"2\"/>", px, cy, cx, px,
                           cy);
        cupel_str_addf(s, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"7\" class=\"best\"/><text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\" "
                          "class=\"best-name\">%zu</text>", cx, cy, cx, cy + 3.5, i + 1);
    }
}
