/* What the plots of a report on designs share. Inside the engine only. */
#ifndef CUPEL_ENGINE_MICRO_DESIGN_PLOTS_H
#define CUPEL_ENGINE_MICRO_DESIGN_PLOTS_H

#include "core/engine/micro/design_page.h"
#include "core/engine/plot.h"
#include "models/homogenize/bounds.h"

/* Grids as colours, the finest the brightest. */
enum { CUPEL_GRID_COLOURS = 12 };
typedef struct cupel_grid_colours {
    size_t n, edge[CUPEL_GRID_COLOURS]; /* ascending */
} cupel_grid_colours;

void cupel_grid_colours_note(cupel_grid_colours *g, size_t edge);
void cupel_grid_colours_of(const cupel_grid_colours *g, size_t edge, unsigned char rgb[3]);
void cupel_grid_colours_put(const cupel_grid_colours *g, cupel_str *s); /* what the colours mean */

/* What an axis shows of the tensors of a structure, in the units of the demand. */
typedef enum cupel_shown_quantity {
    CUPEL_SHOW_FRACTION,
    CUPEL_SHOW_K_MEAN,
    CUPEL_SHOW_K_LEAST,
    CUPEL_SHOW_K_MOST,
    CUPEL_SHOW_BULK,
    CUPEL_SHOW_SHEAR,
    CUPEL_SHOW_YOUNG,
    CUPEL_SHOW_ASKED
} cupel_shown_quantity;

enum { CUPEL_PLOT_FRACTIONS = 41 };

/* A plot of one quantity over another. */
typedef struct cupel_plot_view {
    const cupel_design_page *p;
    const cupel_grid_colours *g;
    cupel_shown_quantity x, y;
    size_t ask;                              /* which, where y is CUPEL_SHOW_ASKED */
    size_t phase;                            /* whose volume fraction is shown: what is no void */
    double low, high;                        /* volume fractions of it that the demand allows */
    bool bounded;                            /* two phases: there are outer bounds */
    cupel_bounds k[CUPEL_PLOT_FRACTIONS], c[CUPEL_PLOT_FRACTIONS]; /* at fractions from low to high */
} cupel_plot_view;

/* Of a structure; NaN where it has none. */
double cupel_plot_value(const cupel_plot_view *v, cupel_shown_quantity q, const cupel_tensors *t);
/* Bulk, shear or Young's modulus of Hill's means of a stiffness c [6][6], Mandel; NaN where it has no compliance. */
double cupel_plot_modulus(const cupel_plot_view *v, cupel_shown_quantity q, const double *c);
/* Whether a candidate of the surrogate counts for this view. */
bool cupel_plot_shows(const cupel_plot_view *v, const cupel_tensors *t);

/* Low, high, bounded and the bounds, from the demand. */
void cupel_region_open(cupel_plot_view *v);
/* The region that the bounds leave. */
void cupel_region_bounds(const cupel_plot_view *v, const cupel_plot *f, cupel_str *s);
/* The region that the surrogate knows, its rim first: no further than the bounds and the structures that it learned from. False where there is a
 * surrogate that does not tell this: its intervals are wide beside what those structures span. */
bool cupel_region_reach(const cupel_plot_view *v, const cupel_plot *f, cupel_str *s);

#endif
