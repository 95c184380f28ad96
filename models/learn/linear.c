#include "models/learn/linear.h"

#include <string.h>

void cupel_linear_centre(const cupel_fit_task *t, double *z, double *mean, double *u, double *u_mean)
{
    const cupel_problem *p = t->problem;
    memset(mean, 0, p->d * sizeof *mean);
    *u_mean = 0;
    for (size_t i = 0; i < t->n; i++) {
        for (size_t j = 0; j < p->d; j++) mean[j] += p->x[t->row[i] * p->d + j] / (double)t->n;
        *u_mean += p->y[t->row[i]] / (double)t->n;
    }
    for (size_t i = 0; i < t->n; i++) {
        for (size_t j = 0; j < p->d; j++) z[i * p->d + j] = p->x[t->row[i] * p->d + j] - mean[j];
        u[i] = p->y[t->row[i]] - *u_mean;
    }
}

double cupel_linear_bias(const double *coef, const double *mean, size_t d, double u_mean)
{
    double bias = u_mean;
    for (size_t j = 0; j < d; j++) bias -= coef[j] * mean[j];
    return bias;
}
