/* The variance of a Gaussian process (models/learn/machine.h). */
#include "core/base/err.h"
#include "core/base/mem.h"
#include "models/learn/kernels/machine.h"
#include "models/learn/machine.h"

#include <math.h>

#define WIDTH CUPEL_WIDTH_F64

struct cupel_triangle {
    cupel_triangle_panels panels;
    double *values;
    const double **panel;
};

static size_t plus(size_t a, size_t b) { return a > SIZE_MAX - b ? SIZE_MAX : a + b; }

static size_t depth_of(size_t p, size_t m) { return (p + 1) * WIDTH < m ? (p + 1) * WIDTH : m; }

/* Coordinates in all panels: about m^2 / 2. */
static size_t packed_values(size_t m)
{
    const size_t full = m / WIDTH; /* panels whose last row is inside */
    const size_t lines = plus(cupel_mul(cupel_mul(full, full + 1) / 2, WIDTH), m % WIDTH ? m : 0);
    return cupel_mul(lines, WIDTH);
}

size_t cupel_triangle_bytes(size_t m)
{
    if (cupel_mul(m, m) == SIZE_MAX) return SIZE_MAX;
    return plus(cupel_mul(packed_values(m), sizeof(double)), sizeof(cupel_triangle) + (m / WIDTH + 1) * sizeof(double *) + 2 * CUPEL_ALIGN);
}

size_t cupel_triangle_scratch_bytes(const cupel_triangle *t) { return BLOCK * (t->panels.m + WIDTH + CUPEL_LANES_F64) * sizeof(double); }

static cupel_status check(const double *w, size_t ldw, size_t m, cupel_err *err)
{
    if (!m || ldw < m)
        return cupel_fail(err, CUPEL_BAD_INPUT, "triangular matrix: %zu rows, rows %zu apart; expected at least one, as far apart as long", m, ldw);
    if (cupel_triangle_bytes(m) == SIZE_MAX) return cupel_no_memory(err, "triangular matrix", SIZE_MAX);
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j <= i; j++)
            if (!isfinite(w[i * ldw + j]))
                return cupel_fail(err, CUPEL_BAD_INPUT, "triangular matrix: row %zu column %zu is %g, expected a finite number", i, j,
                                  w[i * ldw + j]);
    return CUPEL_OK;
}

cupel_status cupel_triangle_new(const double *w, size_t ldw, size_t m, cupel_triangle **triangle, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_triangle *t = NULL;
    *triangle = NULL;
    CUPEL_TRY(check(w, ldw, m, err));
    t = cupel_alloc(1, sizeof *t);
    const size_t n_panels = m / WIDTH + (m % WIDTH != 0);
    if (!t || !(t->values = cupel_alloc_aligned(packed_values(m), sizeof *t->values)) || !(t->panel = cupel_alloc(n_panels, sizeof *t->panel))) {
        st = cupel_no_memory(err, "triangular matrix", cupel_triangle_bytes(m));
        goto done;
    }
    double *line = t->values;
    for (size_t p = 0; p < n_panels; p++) {
        t->panel[p] = line;
        for (size_t j = 0; j < depth_of(p, m); j++, line += WIDTH)
            for (size_t i = p * WIDTH; i < depth_of(p, m); i++) line[i - p * WIDTH] = j <= i ? w[i * ldw + j] : 0;
    }
    t->panels = (cupel_triangle_panels){m, n_panels, t->panel};
    *triangle = t;
    t = NULL;
done:
    cupel_triangle_free(t);
    return st;
}

void cupel_triangle_free(cupel_triangle *t)
{
    if (!t) return;
    cupel_free(t->values);
    cupel_free(t->panel);
    cupel_free(t);
}

void cupel_triangle_squares(const cupel_triangle *t, const double *k, size_t ldk, size_t n, const cupel_machine_way *way, double *squares)
{
    cupel_machine_kernels_of(way->isa)->triangle(&t->panels, k, ldk, n, way->scratch, squares);
}
