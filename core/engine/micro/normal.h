/* The Voigt-Reuss normalised logarithm: a tensor as numbers without limits, from which every way back ends between the bounds.
 *
 * With V and R the arithmetic and harmonic means of the phases for the fractions at hand (Voigt and Reuss; Wiener for conduction),
 *   X = (V - R)^(-1/2) (T - R) (V - R)^(-1/2)
 * has eigenvalues between 0 and 1 for every possible effective tensor T, because R <= T <= V as quadratic forms. Y = log(X) - log(1 - X), by
 * eigenvalues, is any symmetric matrix, and
 *   T = R + (V - R)^(1/2) (1 + exp(-Y))^(-1) (V - R)^(1/2)
 * keeps the bounds for every Y: what a surrogate learns is Y. Where V and R agree (a component that all phases share) T is known and Y is 0. */
#ifndef CUPEL_ENGINE_MICRO_NORMAL_H
#define CUPEL_ENGINE_MICRO_NORMAL_H

#include "models/homogenize/solver.h"

enum { CUPEL_NORMAL_MAX = 21 };

/* Where the tensors of one set of fractions lie. */
typedef struct cupel_frame {
    size_t n;            /* 3: conduction, 6: elasticity (Mandel) */
    double reuss[36];    /* R */
    double root[36];     /* (V - R)^(1/2) */
    double unroot[36];   /* its inverse, 0 where V and R agree */
} cupel_frame;

/* fraction and materials [n_phases]; three dimensions. Isotropic phases take a short way. */
void cupel_frame_of(cupel_physics physics, size_t n_phases, const double *fraction, const cupel_material *materials, cupel_frame *f);

/* n (n + 1) / 2 numbers y: the upper triangle of Y, row by row. A tensor on a bound, or beyond it by what iterating left, counts as 1e-9 within. */
size_t cupel_frame_count(const cupel_frame *f);
void cupel_frame_logit(const cupel_frame *f, const double *t, double *y);
void cupel_frame_tensor(const cupel_frame *f, const double *y, double *t);

#endif
