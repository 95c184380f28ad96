/* The frame of a plot as SVG, with marks on both axes. */
#include "core/engine/micro/page.h"
#include "core/engine/report_text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

const double cupel_plot_left = 50, cupel_plot_top = 10;
static const double RIGHT = 12, BOTTOM = 44;

double cupel_plot_x(const cupel_plot *p, double x) { return cupel_plot_left + (p->x1 > p->x0 ? (x - p->x0) / (p->x1 - p->x0) : 0.5) * p->width; }
double cupel_plot_y(const cupel_plot *p, double y)
{
    return cupel_plot_top + (1 - (p->y1 > p->y0 ? (y - p->y0) / (p->y1 - p->y0) : 0.5)) * p->height;
}

/* 1, 2 or 5 times a power of ten, for about four marks. */
static double step_of(double from, double to)
{
    const double raw = (to - from) / 4, power = pow(10, floor(log10(raw))), x = raw / power;
    return (x < 1.5 ? 1 : x < 3.5 ? 2 : x < 7.5 ? 5 : 10) * power;
}

/* 0.0002 as 2e−4: six characters would run into the name of the axis. */
static void put_mark(double value, double step, cupel_str *s)
{
    char b[32];
    const int power = (int)floor(log10(step) + 1e-9);
    const double steps = fabs(value) < step / 1e6 ? 0 : value / pow(10, power);
    if (power > -4 && power < 4)
        snprintf(b, sizeof b, "%.*f", power < 0 ? -power : 0, steps == 0 ? 0 : value);
    else
        snprintf(b, sizeof b, "%.0f", steps);
    cupel_str_puts(s, b[0] == '-' ? "−" : "");
    cupel_str_puts(s, b + (b[0] == '-'));
    if ((power <= -4 || power >= 4) && steps != 0) cupel_str_addf(s, "e%s%d", power < 0 ? "−" : "", abs(power));
}

/* Powers of ten, with 2 and 5 between them where there are few. */
static void put_log_marks(const cupel_plot *p, cupel_str *s)
{
    static const double between[] = {1, 2, 5};
    const int each = p->y1 - p->y0 > 3 ? 1 : 3;
    for (int power = (int)floor(p->y0); power <= (int)ceil(p->y1); power++)
        for (int i = 0; i < each; i++) {
            const double value = between[i] * pow(10, power), y = cupel_plot_y(p, log10(value));
            if (log10(value) < p->y0 - 1e-9 || log10(value) > p->y1 + 1e-9) continue;
            cupel_str_addf(s, "<g class=grid><line x1=%g x2=%g y1=%.2f y2=%.2f></line></g><text class=quiet x=%g y=%.2f text-anchor=end>%g</text>",
                           cupel_plot_left, cupel_plot_left + p->width, y, y, cupel_plot_left - 6, y + 4, value);
        }
}

void cupel_plot_open(const cupel_plot *p, const char *label, const char *x_name, const char *y_name, cupel_str *s)
{
    cupel_str_addf(s, "<div class=plot><svg viewBox=\"0 0 %g %g\" role=img aria-label=\"", cupel_plot_left + p->width + RIGHT,
                   cupel_plot_top + p->height + BOTTOM);
    cupel_html(s, label);
    cupel_str_puts(s, "\">");
    for (int axis = 0; axis < 2; axis++) {
        const double from = axis ? p->y0 : p->x0, to = axis ? p->y1 : p->x1;
        if (axis && p->log_y) put_log_marks(p, s);
        if (!(to > from) || (axis && p->log_y)) continue;
        const double step = step_of(from, to);
        for (double v = ceil(from / step - 1e-9) * step; v <= to + step * 1e-9; v += step) {
            if (axis)
                cupel_str_addf(s, "<g class=grid><line x1=%g x2=%g y1=%.2f y2=%.2f></line></g><text class=quiet x=%g y=%.2f text-anchor=end>",
                               cupel_plot_left, cupel_plot_left + p->width, cupel_plot_y(p, v), cupel_plot_y(p, v), cupel_plot_left - 6,
                               cupel_plot_y(p, v) + 4);
            else
                cupel_str_addf(s, "<g class=grid><line x1=%.2f x2=%.2f y1=%g y2=%g></line></g><text class=quiet x=%.2f y=%g text-anchor=middle>",
                               cupel_plot_x(p, v), cupel_plot_x(p, v), cupel_plot_top + p->height, cupel_plot_top + p->height + 4, cupel_plot_x(p, v),
                               cupel_plot_top + p->height + 18);
            put_mark(v, step, s);
            cupel_str_puts(s, "</text>");
        }
    }
    cupel_str_addf(s, "<text class=label x=%g y=%g text-anchor=middle>", cupel_plot_left + p->width / 2, cupel_plot_top + p->height + 38);
    cupel_html(s, x_name);
    cupel_str_addf(s, "</text><text class=label transform=\"translate(13 %g) rotate(-90)\" text-anchor=middle>", cupel_plot_top + p->height / 2);
    cupel_html(s, y_name);
    cupel_str_puts(s, "</text>");
}

void cupel_plot_close(cupel_str *s) { cupel_str_puts(s, "</svg></div>"); }
