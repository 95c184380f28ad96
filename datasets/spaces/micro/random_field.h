/* Periodic Gaussian random fields from fixed noise: f(u) = sum over whole wave vectors K of a(K) W(K) exp(2 pi i K . u), u in edges of the box.
 *
 * W is complex white noise that depends on (seed, K) alone, so that every grid shows the same field and the field changes smoothly with whatever
 * shapes the amplitudes a. They come from a power density over wave vectors, scaled so that the expected variance of f is 1. */
#ifndef CUPEL_DATASETS_SPACES_MICRO_RANDOM_FIELD_H
#define CUPEL_DATASETS_SPACES_MICRO_RANDOM_FIELD_H

#include "core/sys/job.h"

enum { CUPEL_HARMONICS = 27 }; /* real, even, l = 2, 4, 6 */

/* The power density at wave vector K (waves per edge), up to a factor:
 *   exp(-((q - 1 / wavelength) / (bandwidth / wavelength))^2 / 2) times a window that ends it smoothly at 5 standard deviations,
 *   q^2 = K . exp(H) . K, times exp(sum c Y_lm(K / |K|)), times the share of the cones.
 * H is the logarithm of a metric; Y_lm are real and orthonormal on the sphere. The cones (Kumar et al. 2020, doi:10.1038/s41524-020-0341-6) are those
 * of half angle cone[i] around the axes, their edges blurred by `edge`; without any the density is over all directions. */
typedef struct cupel_spectrum {
    double wavelength, bandwidth;
    double metric[6];                  /* 11 22 33 23 13 12 of H */
    double harmonic[CUPEL_HARMONICS];  /* l = 2: m = -2 .. 2; l = 4; l = 6 */
    double cone[3], edge;              /* radians; 0: none */
} cupel_spectrum;

typedef struct cupel_mode {
    int16_t k[3];  /* one of K and -K */
    float re, im;  /* a W */
    float power;   /* a^2; over all K and -K they add up to 1 */
} cupel_mode;

typedef struct cupel_modes {
    size_t n;
    cupel_mode *mode;
    double slope[3]; /* standard deviation of df/du_i */
    double waves;    /* sqrt(<K^2>) */
} cupel_modes;       /* {0} is empty */

/* `field` tells independent fields of one seed apart. CUPEL_USAGE when the band needs more waves than can be held. */
cupel_status cupel_modes_make(const cupel_spectrum *s, uint64_t seed, uint64_t field, cupel_modes *modes, cupel_err *err);
void cupel_modes_release(cupel_modes *m);

/* f [n0][n1][n2] at voxel centres; room as cupel_field_room. Single precision transform. */
cupel_status cupel_modes_field(const cupel_modes *m, const size_t n[3], float *f, const cupel_job *job, cupel_err *err);

/* Real spherical harmonics of a unit vector, y [CUPEL_HARMONICS]. */
void cupel_harmonics(const double x[3], double *y);

/* exp of the symmetric matrix with these components 11 22 33 23 13 12. */
void cupel_metric_exp(const double h[6], double e[3][3]);

/* The white noise W of wave vector k: E |W|^2 = 1. */
void cupel_field_noise(uint64_t seed, uint64_t field, const int k[3], double *re, double *im);

/* The share of a standard normal above x, and the x above which a share is. */
double cupel_normal_above(double x);
double cupel_normal_quantile_above(double share);

#endif
