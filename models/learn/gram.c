#include "models/learn/gram.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/base/rng.h"
#include "core/math/order.h"
#include "core/sys/par.h"

#include <string.h>

enum { ROWS = 32 }; /* rows that one item of work fills */

typedef struct fill {
    const cupel_problem *p;
    const cupel_machine *machine;
    double *value;
    size_t ld, step;
    double *line;         /* [threads][ROWS][n] where step > 1 */
    unsigned char *scratch;
    size_t scratch_bytes; /* of one thread */
} fill;

static cupel_status fill_rows(void *user, size_t item, size_t worker, cupel_err *err)
{
    (void)err;
    fill *f = user;
    size_t n = f->p->n, from = item * ROWS, rows = n - from < ROWS ? n - from : ROWS;
    const double *x = f->p->x + from * f->p->d;
    cupel_machine_way way = {.precision = CUPEL_FLOAT64, .isa = f->p->job->isa, .scratch = f->scratch + worker * f->scratch_bytes};
    if (f->step == 1) {
        cupel_machine_values(f->machine, x, f->p->d, rows, &way, f->value + from * f->ld, f->ld);
        return CUPEL_OK;
    }
    double *line = f->line + worker * ROWS * n;
    cupel_machine_values(f->machine, x, f->p->d, rows, &way, line, n);
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < n; j++) f->value[(from + i) * f->ld + j * f->step] = line[i * n + j];
    return CUPEL_OK;
}

cupel_status cupel_gram_fill(const cupel_problem *p, cupel_kernel kernel, double gamma, double *value, size_t ld, size_t step, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_machine *machine = NULL;
    fill f = {.p = p, .value = value, .ld = ld, .step = step};
    size_t threads = p->job->threads;
    CUPEL_TRY(
        cupel_machine_new(&(cupel_machine_spec){.kernel = kernel, .gamma = gamma, .m = p->n, .d = p->d, .points = p->x}, &machine, err));
    f.machine = machine;
    f.scratch_bytes = (cupel_machine_scratch_bytes(machine) + CUPEL_ALIGN - 1) / CUPEL_ALIGN * CUPEL_ALIGN;
    f.scratch = cupel_alloc_aligned(threads, f.scratch_bytes);
    f.line = step > 1 ? cupel_alloc_aligned(cupel_mul(threads * ROWS, p->n), sizeof(double)) : NULL;
    if (!f.scratch || (step > 1 && !f.line)) {
        st = cupel_no_memory(err, "rows of the kernel matrix", cupel_mul(threads * ROWS * sizeof(double), p->n));
        goto done;
    }
    CUPEL_TRY(cupel_par_for(threads, (p->n + ROWS - 1) / ROWS, fill_rows, &f, err));
done:
    cupel_free(f.line);
    cupel_free(f.scratch);
    cupel_machine_free(machine);
    return st;
}

cupel_status cupel_gram_matrix(const cupel_problem *p, cupel_kernel kernel, double gamma, double **matrix, cupel_err *err)
{
    double *m = cupel_alloc_aligned(cupel_mul(p->n, p->n), sizeof *m);
    if (!m) return cupel_no_memory(err, "the kernel matrix", cupel_mul(cupel_mul(p->n, p->n), sizeof *m));
    cupel_status st = cupel_gram_fill(p, kernel, gamma, m, p->n, 1, err);
    if (st == CUPEL_OK)
        *matrix = m;
    else
        cupel_free(m);
    return st;
}

cupel_status cupel_typical_distance(const double *x, size_t n, size_t d, double *typical, cupel_err *err)
{
    enum { PAIRS = 2000 };
    double *square = cupel_alloc(PAIRS, sizeof *square);
    if (!square) return cupel_no_memory(err, "distances of pairs", PAIRS * sizeof *square);
    size_t m = 0;
    for (size_t k = 0; k < PAIRS; k++) {
        size_t a = (size_t)cupel_rng_below(n, 1, k, n), b = (size_t)cupel_rng_below(n, 2, k, n);
        double sum = 0;
        for (size_t j = 0; j < d; j++) sum += (x[a * d + j] - x[b * d + j]) * (x[a * d + j] - x[b * d + j]);
        if (sum > 0) square[m++] = sum;
    }
    cupel_sort(square, m);
    *typical = m ? square[m / 2] : 2 * (double)d; /* the mean over all pairs of standardised rows */
    cupel_free(square);
    return CUPEL_OK;
}
