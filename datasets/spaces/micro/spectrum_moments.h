/* How the power of one random field is spread over directions, from its spectrum and its seed, without building it: what its properties owe to
 * direction in the first place (the two-point term of perturbation theory: Brown, J. Chem. Phys. 23, 1514 (1955)), many thousand times a second.
 *
 * With w(K) = |W(K)|^2 p(K), W the white noise of the seed and p the density of the spectrum (random_field.h), the moments are
 *   sum w Y_lm(K / |K|) / sum w,  l = 2 (conduction sees no more to second order), then 4 (stiffness does).
 * Waves are gathered in bins of directions n; each bin keeps the sums of w and of w Y_lm over its waves as functions of
 * wavelength sqrt(n . exp(H) . n), all that the radial part of the density depends on. What else depends on direction, and the metric, is taken
 * at the middle of a bin. */
#ifndef CUPEL_DATASETS_SPACES_MICRO_SPECTRUM_MOMENTS_H
#define CUPEL_DATASETS_SPACES_MICRO_SPECTRUM_MOMENTS_H

#include "datasets/spaces/micro/random_field.h"

enum { CUPEL_MOMENTS_2 = 5, CUPEL_MOMENTS_4 = 14 }; /* how many up to degree 2 and 4 */

typedef struct cupel_moments cupel_moments;

/* n moments, CUPEL_MOMENTS_2 or CUPEL_MOMENTS_4, for spectra of this bandwidth, and wavelengths times what a metric makes of them between low and
 * high: outside it is taken as at the end, and so are waves shorter than a fortieth of the box. Costs up to 0.1 s. CUPEL_NO_RESOURCE. */
typedef struct cupel_moments_spec {
    uint64_t seed;
    double bandwidth, low, high;
    size_t n;
} cupel_moments_spec;
cupel_status cupel_moments_new(const cupel_moments_spec *spec, cupel_moments **m, cupel_err *err);
void cupel_moments_free(cupel_moments *m);

/* moment [n]; 0 where the field has no wave. The edges of cones are logistic here. */
void cupel_moments_of(const cupel_moments *m, const cupel_spectrum *s, double *moment);

#endif
