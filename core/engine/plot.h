/* Plots as SVG that need no script: a frame with a title, marks and names of both axes, and what is drawn in it. All that is not drawn in the
 * browser is drawn with this, in pages and in pictures that stand alone; the markup is HTML and XML alike. Inside the engine only. */
#ifndef CUPEL_ENGINE_PLOT_H
#define CUPEL_ENGINE_PLOT_H

#include "core/base/str.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct cupel_plot {
    double x0, x1, y0, y1; /* of the data; of a logarithmic axis the decimal logarithms */
    double width, height;  /* of the frame, px */
    bool log_y;
    double left, top;      /* of the frame in the picture, px: set when it is opened */
} cupel_plot;

enum { CUPEL_PLOT_RIGHT = 20, CUPEL_PLOT_BOTTOM = 44 }; /* room beside and below the frame, px */

/* Opens <svg> with its frame. The title and the name of the y axis stand above the frame; units in names may have exponents as ^2. `style` is the
 * text of a style sheet inside a picture that stands alone, NULL in a page (report.css). */
void cupel_plot_open(cupel_plot *p, const char *title, const char *x_name, const char *y_name, const char *style, cupel_str *s);
void cupel_plot_close(cupel_str *s);
/* The same inside the <div> of a page. */
void cupel_plot_begin(cupel_plot *p, const char *title, const char *x_name, const char *y_name, cupel_str *s);
void cupel_plot_end(cupel_str *s);

/* From data to the picture, px; defined once the plot is open. */
double cupel_plot_x(const cupel_plot *p, double x);
double cupel_plot_y(const cupel_plot *p, double y);

/* Through the points x, y [n] that have a value. */
void cupel_plot_line(const cupel_plot *p, const double *x, const double *y, size_t n, const char *class, cupel_str *s);
/* Between low and high [n]. */
void cupel_plot_band(const cupel_plot *p, const double *x, const double *low, const double *high, size_t n, const char *class, cupel_str *s);
/* What is asked of an axis: its ends as dashed lines where they are inside the frame, what lies between them tinted where that is asked for. Ends
 * may be infinite. */
void cupel_plot_window(const cupel_plot *p, bool y_axis, bool tinted, double low, double high, cupel_str *s);
/* A dot of data, where it is inside the frame: class "dot" and another; rgb NULL: in the colour of that class. radius in px. */
void cupel_plot_dot(const cupel_plot *p, double x, double y, double radius, const char *class, const unsigned char *rgb, cupel_str *s);
/* The points x, y [n] as discs with the numbers 1 .. n, the first on top: one that would cover an earlier one stands beside its point. At most 16 are
 * drawn, none where a coordinate is not finite. */
void cupel_plot_numbers(const cupel_plot *p, const double *x, const double *y, size_t n, cupel_str *s);

#endif
