/* Functions that predictions pass through, in plain arithmetic: libm's bits change with the processor, these do not. */
#ifndef CUPEL_MATH_STATS_H
#define CUPEL_MATH_STATS_H

/* e^x within two units in the last place; 0 and infinity past the ends of the range. */
double cupel_exp(double x);

/* Natural logarithm within one unit in the last place; -infinity at 0, NaN below. */
double cupel_log(double x);

/* The share of a standard normal distribution below z; relative error about 1e-15 on both sides (Cody 1969,
 * doi:10.1090/S0025-5718-1969-0247736-4). */
double cupel_normal_cdf(double z);

/* The z below which the share p of a standard normal distribution lies, 0 < p < 1; relative error about 1e-15 away from 1/2, where it is absolute
 * (Acklam's rational approximation and one step of Halley on cupel_normal_cdf). */
double cupel_normal_quantile(double p);

#endif
