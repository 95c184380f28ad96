/* What a candidate is worth to try, from the mean and deviation that a model expects of it. Larger is better throughout; a goal that is to be
 * small is turned round by the caller. */
#ifndef CUPEL_MODELS_SEARCH_ACQUISITION_H
#define CUPEL_MODELS_SEARCH_ACQUISITION_H

#include "core/cupel.h"
#include "core/matter/method.h"

/* h(z) = phi(z) + z Phi(z), the expected part above 0 of a normal number with mean z; and its logarithm, exact far below 0 where h underflows
 * (Ament et al. 2023, doi:10.48550/arXiv.2310.20708). */
double cupel_expected_excess(double z);
double cupel_log_expected_excess(double z);

/* Expected improvement over `best`: s h((m - best) / s) (Jones, Schonlau, Welch 1998, doi:10.1023/A:1008306431147); deviation > 0. */
double cupel_expected_improvement(double mean, double deviation, double best);
double cupel_log_expected_improvement(double mean, double deviation, double best);
double cupel_probability_of_improvement(double mean, double deviation, double best);

/* Which one. The default, `auto`, is what models/search/choose.h makes of them. */
typedef enum cupel_acquisition {
    CUPEL_ACQUIRE_AUTO,
    CUPEL_ACQUIRE_EI,
    CUPEL_ACQUIRE_LOG_EI,
    CUPEL_ACQUIRE_UCB,
    CUPEL_ACQUIRE_THOMPSON,
    CUPEL_ACQUIRE_PI,
    CUPEL_ACQUIRE_RANDOM
} cupel_acquisition;

const cupel_method *cupel_acquisition_method(size_t i);      /* in the order of the enum; NULL past the end */
/* CUPEL_USAGE names those there are. */
cupel_status cupel_acquisition_parse(const char *name, cupel_acquisition *a, cupel_err *err);

#endif
