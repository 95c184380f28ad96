#include "core/engine/loop_near.h"

#include <math.h>
#include <string.h>

static const double SHARE = 0.01, WITH_ID = 10, RIVAL = 2;

static const char *input(const cupel_loop *l, size_t row, size_t k) { return l->cell[row * l->header.n + k]; }

static bool number(const cupel_loop *l, size_t row, size_t k, double *x) { return cupel_parse_double(cupel_text_of(input(l, row, k)), x); }

void cupel_loop_tolerance(const cupel_loop *l, double *tolerance)
{
    for (size_t k = 0; k < l->n_inputs; k++) {
        double low = HUGE_VAL, high = -HUGE_VAL, x;
        for (size_t i = 0; i < l->n; i++)
            if (l->state[i] != CUPEL_TRIAL_WITHDRAWN && number(l, i, k, &x)) low = fmin(low, x), high = fmax(high, x);
        tolerance[k] = low > high ? 0 : SHARE * (low < high ? high - low : fabs(low));
    }
}

/* The largest of the differences, each over its tolerance; infinite where words differ. */
static double distance(const cupel_loop *l, size_t row, const double *tolerance, const cupel_text *cell)
{
    double far = 0, a, b;
    for (size_t k = 0; k < l->n_inputs; k++) {
        if (cupel_text_is(cupel_text_trim(cell[k]), input(l, row, k))) continue;
        if (!number(l, row, k, &a) || !cupel_parse_double(cell[k], &b)) return HUGE_VAL;
        if (a != b) far = fmax(far, tolerance[k] > 0 ? fabs(a - b) / tolerance[k] : HUGE_VAL);
    }
    return far;
}

/* Whether an experiment elsewhere than row `than` is nearer than `limit`. */
static bool rival(const cupel_loop *l, size_t n, size_t than, double limit, const double *tolerance, const cupel_text *cell)
{
    for (size_t i = 0; i < n; i++) {
        if (i == than || l->state[i] == CUPEL_TRIAL_WITHDRAWN || !(distance(l, i, tolerance, cell) < limit)) continue;
        size_t k = 0;
        while (k < l->n_inputs && strcmp(input(l, i, k), input(l, than, k)) == 0) k++;
        if (k < l->n_inputs) return true;
    }
    return false;
}

cupel_loop_near cupel_loop_nearest(const cupel_loop *l, size_t n, const bool *awaited, const double *tolerance, const cupel_text *cell,
                                   cupel_text id)
{
    cupel_loop_near near = {.at = SIZE_MAX, .nearest = SIZE_MAX};
    double least = HUGE_VAL;
    for (size_t i = 0; i < n; i++) {
        if (l->state[i] != CUPEL_TRIAL_PENDING || awaited[i]) continue;
        const bool named = id.n && cupel_text_is(id, l->id[i]);
        const double far = distance(l, i, tolerance, cell);
        if (isinf(far) || (near.by_id && !named) || (far >= least && named == near.by_id)) continue;
        near.nearest = i;
        near.by_id = named;
        least = far;
    }
    if (near.nearest == SIZE_MAX) return near;
    if (near.by_id && least <= WITH_ID) near.at = near.nearest;
    else if (!near.by_id && least <= 1) near.between = rival(l, n, near.nearest, RIVAL * least, tolerance, cell);
    if (!near.by_id && least <= 1 && !near.between) near.at = near.nearest;
    return near;
}

void cupel_loop_apart(const cupel_loop *l, size_t row, const cupel_text *cell, cupel_str *words)
{
    double a, b;
    cupel_str_clear(words);
    for (size_t k = 0; k < l->n_inputs; k++) {
        if (cupel_text_is(cell[k], input(l, row, k))) continue;
        if (number(l, row, k, &a) && cupel_parse_double(cell[k], &b) && a == b) continue;
        cupel_str_addf(words, "%s'%s' is %.*s, not %s", words->n ? ", " : "", l->header.name[k], cupel_shown(cell[k].n, 60), cell[k].p,
                       input(l, row, k));
    }
}
