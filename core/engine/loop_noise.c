#include "core/engine/loop_noise.h"

#include "core/base/err.h"
#include "core/base/mem.h"

#include <math.h>

/* Converted inputs differ in the last digits. */
static const double SAME = 1e-9;

bool cupel_rows_repeat(const double *x, size_t n, size_t d)
{
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < i; j++) {
            size_t k = 0;
            while (k < d && fabs(x[i * d + k] - x[j * d + k]) <= SAME) k++;
            if (k == d) return true;
        }
    return false;
}

cupel_status cupel_loop_noise(const cupel_gauss_rows *rows, const cupel_gauss_options *o, double *error, double *noise, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_gauss *process = NULL;
    double theta[CUPEL_GAUSS_BLOCKS + 1], sum = 0, *miss = cupel_alloc(rows->n, sizeof *miss);
    if (!miss) return cupel_no_memory(err, "rows left out", rows->n * sizeof *miss);
    CUPEL_TRY(cupel_gauss_learn(rows, o, theta, err));
    CUPEL_TRY(cupel_gauss_new(rows, theta, &process, err));
    cupel_gauss_left_out(process, miss);
    for (size_t i = 0; i < rows->n; i++) sum += miss[i] * miss[i];
    *error = sqrt(sum / (double)rows->n);
    *noise = cupel_gauss_noise(process);
done:
    cupel_gauss_free(process);
    cupel_free(miss);
    return st;
}
