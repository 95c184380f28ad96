#include "models/search/acquisition.h"

#include "core/base/err.h"
#include "core/math/stats.h"

#include <math.h>
#include <string.h>

static const double LOG_ROOT_2PI = 0.91893853320467274178; /* ln sqrt(2 pi) */
static const double ROOT_2PI = 2.50662827463100050242;

double cupel_expected_excess(double z) { return cupel_exp(-0.5 * z * z) / ROOT_2PI + z * cupel_normal_cdf(z); }

/* Below, h = phi(z) (1 - x R(x)) with x = -z and Mills' ratio R(x) = 1 / (x + q), q = 1 / (x + 2 / (x + 3 / (x + ...))): 1 - x R = q / (x + q), in
 * which nothing cancels. */
double cupel_log_expected_excess(double z)
{
    enum { TERMS = 80 };
    if (z > -2) return cupel_log(cupel_expected_excess(z));
    const double x = -z;
    double q = x;
    for (int k = TERMS; k >= 2; k--) q = x + k / q;
    q = 1 / q;
    return -0.5 * z * z - LOG_ROOT_2PI + cupel_log(q / (x + q));
}

double cupel_expected_improvement(double mean, double deviation, double best) { return deviation * cupel_expected_excess((mean - best) / deviation); }

double cupel_log_expected_improvement(double mean, double deviation, double best)
{
    return cupel_log(deviation) + cupel_log_expected_excess((mean - best) / deviation);
}

double cupel_probability_of_improvement(double mean, double deviation, double best) { return cupel_normal_cdf((mean - best) / deviation); }

/* ---- the list ---- */

static const cupel_reference jones[] = {
    {"10.1023/A:1008306431147", "Jones, Schonlau, Welch: Efficient global optimization of expensive black-box functions. Journal of Global "
                                "Optimization 13, 455 (1998)"},
    {NULL, NULL}};
static const cupel_reference ament[] = {
    {"10.48550/arXiv.2310.20708", "Ament, Daulton, Eriksson, Balandat, Bakshy: Unexpected improvements to expected improvement for Bayesian "
                                  "optimization. NeurIPS (2023)"},
    {NULL, NULL}};
static const cupel_reference srinivas[] = {
    {"10.1109/TIT.2011.2182033", "Srinivas, Krause, Kakade, Seeger: Information-theoretic regret bounds for Gaussian process optimization in the "
                                 "bandit setting. IEEE Transactions on Information Theory 58, 3250 (2012)"},
    {NULL, NULL}};
static const cupel_reference thompson[] = {
    {"10.1093/biomet/25.3-4.285", "Thompson: On the likelihood that one unknown probability exceeds another in view of the evidence of two samples. "
                                  "Biometrika 25, 285 (1933)"},
    {NULL, NULL}};
static const cupel_reference kushner[] = {
    {"10.1115/1.3653121", "Kushner: A new method of locating the maximum point of an arbitrary multipeak curve in the presence of noise. Journal of "
                          "Basic Engineering 86, 97 (1964)"},
    {NULL, NULL}};

#define CUPEL_ACQUISITION(word, says, gives, sources)                                                                                              \
    {.name = word, .kind = "acquisition", .scale = "any", .help = says, .maturity = "stable", .input = "mean and deviation of a Gaussian process", \
     .output = gives, .references = sources}

static const cupel_method methods[] = {
    [CUPEL_ACQUIRE_AUTO] = CUPEL_ACQUISITION("auto", "the default: mean plus one and a half deviations (two where inputs are words), weighed by the "
                                                     "chance of success; gain per cost where costs differ, "
                                             "and of hypervolume for several goals", "unit of the goal, or a logarithm of gains", srinivas),
    [CUPEL_ACQUIRE_EI] = CUPEL_ACQUISITION("ei", "expected improvement over the best known value", "unit of the goal", jones),
    [CUPEL_ACQUIRE_LOG_EI] = CUPEL_ACQUISITION("log-ei", "its logarithm, which tells candidates apart where the improvement is tiny", "a logarithm",
                                               ament),
    [CUPEL_ACQUIRE_UCB] = CUPEL_ACQUISITION("ucb", "mean plus two deviations: an upper confidence bound", "unit of the goal", srinivas),
    [CUPEL_ACQUIRE_THOMPSON] = CUPEL_ACQUISITION("thompson", "the best candidate of one function drawn at random from what is still possible",
                                                 "unit of the goal", thompson),
    [CUPEL_ACQUIRE_PI] = CUPEL_ACQUISITION("pi", "probability of improvement over the best known value", "a probability", kushner),
    [CUPEL_ACQUIRE_RANDOM] = {.name = "random", .kind = "acquisition", .scale = "any",
                              .help = "any candidate, by chance of the seed: what the others are measured against",
                              .maturity = "stable", .input = "candidates", .output = "a random number"},
};
enum { N_METHODS = sizeof methods / sizeof *methods };

const cupel_method *cupel_acquisition_method(size_t i) { return i < N_METHODS ? &methods[i] : NULL; }

cupel_status cupel_acquisition_parse(const char *name, cupel_acquisition *a, cupel_err *err)
{
    for (size_t i = 0; i < N_METHODS; i++)
        if (strcmp(methods[i].name, name) == 0) {
            *a = (cupel_acquisition)i;
            return CUPEL_OK;
        }
    return cupel_fail(err, CUPEL_USAGE, "acquisition '%.64s'; expected auto, ei, log-ei, ucb, thompson, pi or random", name);
}
