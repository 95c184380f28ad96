/* A joint Gaussian process: several numbers of one row that depend on it in the same way, such as the components of a tensor, learned with one
 * kernel.
 *
 * Output c at z is h(z)' b_c + g_c(z) + noise: a quadratic trend with a wide normal prior and a process with the kernel RBF or Matern 5/2, one length
 * for each column, all shared by the outputs; each output has an amplitude of its own. Lengths and noise maximise the joint marginal likelihood. The
 * trend keeps the process from explaining by a single short length what is a slope (Rasmussen, Williams 2006, 2.7,
 * doi:10.7551/mitpress/3206.001.0001).
 *
 * One factor serves all outputs: a row costs one pass over the points, and the predictions of every row from all the others come in closed form
 * (eq. 5.12), lengths and noise kept. */
#ifndef CUPEL_MODELS_LEARN_JOINT_H
#define CUPEL_MODELS_LEARN_JOINT_H

#include "core/base/str.h"
#include "core/cupel.h"
#include "core/sys/cpu.h"

typedef struct cupel_joint cupel_joint;

/* z [n][d] with each column in -1 .. 1 (its range, not its spread); y [n][p]; all finite. n >= 2. CUPEL_BAD_INPUT; CUPEL_NO_RESOURCE. Costs n^3 some
 * hundred times, of at most 256 rows while tuning. */
cupel_status cupel_joint_fit(const double *z, size_t n, size_t d, const double *y, size_t p, cupel_joint **j, cupel_err *err);
void cupel_joint_free(cupel_joint *j);
/* Bytes that a fit takes, SIZE_MAX when that overflows. */
size_t cupel_joint_bytes(size_t n, size_t d, size_t p);

/* Rows z [n][d]: mean [n][p]; spread [n], the standard deviation of a new value over the amplitude of its output. Row by row the same for any n.
 * scratch: cupel_joint_scratch_bytes, aligned to 64, one per thread. */
size_t cupel_joint_scratch_bytes(const cupel_joint *j);
void cupel_joint_predict(const cupel_joint *j, const double *z, size_t n, cupel_isa isa, void *scratch, double *mean, double *spread);

/* The training rows, each from the others: value [n][p], spread [n] as above. */
const double *cupel_joint_left_out(const cupel_joint *j);
const double *cupel_joint_left_out_spread(const cupel_joint *j);

/* "matern52, lengths 1.2 0.8, noise 0.001, trend quadratic" */
void cupel_joint_settings(const cupel_joint *j, cupel_str *s);

#endif
