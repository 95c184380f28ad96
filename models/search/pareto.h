/* Pareto layers: the first is what nothing dominates, the second what only the first dominates, and so on. */
#ifndef CUPEL_MODELS_SEARCH_PARETO_H
#define CUPEL_MODELS_SEARCH_PARETO_H

#include "core/cupel.h"

#include <stdbool.h>

/* a is at least b in every objective and better in one; larger is better. */
bool cupel_pareto_dominates(const double *a, const double *b, size_t m);

/* The same with a direction for each objective; false where a value is NaN. */
bool cupel_pareto_beats(const double *a, const double *b, size_t m, const bool *maximize);

/* Rows of y [n][m] that no other beats; a row that holds a NaN does not count. O(m n^2). */
size_t cupel_pareto_front(const double *y, size_t n, size_t m, const bool *maximize);

/* f [n][m], finite, larger is better -> layer [n] from 1; 0 beyond max_layers. Equal points share a layer. Efficient non-dominated sort (Zhang,
 * Tian, Cheng, Jin 2015, doi:10.1109/TEVC.2014.2308305): O(n log n) for m = 2, at worst O(m n^2). Independent of the order of the points. */
cupel_status cupel_pareto_layers(const double *f, size_t n, size_t m, size_t max_layers, uint32_t *layer, cupel_err *err);

/* A stream cannot keep every front, so objectives in 0..1 are taken to the cells of a fixed grid: cell = floor(f * bins). What is kept is then
 * bounded and depends on the set of points only: one point per cell (the caller's order chooses it), in the first CUPEL_PARETO_LAYERS layers of
 * cells. */
size_t cupel_pareto_bins(size_t m);   /* per objective: 1024, 200, 32 for 2, 3, 4 objectives */
enum { CUPEL_PARETO_LAYERS = 64 }; /* a layer of cells has at most about bins^(m-1) members; real ones have tens */
void cupel_pareto_cell(const double *f, size_t m, double *cell); /* [m], whole numbers 0 .. bins - 1; NaN counts as 0 */

#endif
