/* A joint Gaussian process: several numbers of one row that depend on it in the same way, such as the components of a tensor, learned with one
 * kernel.
 *
 * Output c at z is h(z)' b_c + g_c(z) + noise: a quadratic trend with a wide normal prior and a process with the kernel RBF or Matern 5/2, one length
 * for each column, all shared by the outputs; each output has an amplitude of its own. Lengths and noise maximise the joint marginal likelihood. The
 * trend keeps the process from explaining by a single short length what is a slope (Rasmussen, Williams 2006, 2.7,
 * doi:10.7551/mitpress/3206.001.0001). Further columns may hold what a simple model says of a row: they enter the trend as they are. How much of a
 * quadratic the trend has (slopes, squares, products) is the choice of the marginal likelihood, too.
 *
 * One factor serves all outputs: a row costs one pass over the points, and the predictions of every row from all the others come in closed form
 * (eq. 5.12), lengths and noise kept. The spread is that given the first CUPEL_JOINT_SPREAD points alone: never smaller than given all of them, at a
 * cost that does not grow. */
#ifndef CUPEL_MODELS_LEARN_JOINT_H
#define CUPEL_MODELS_LEARN_JOINT_H

#include "core/base/str.h"
#include "core/cupel.h"
#include "core/sys/cpu.h"

typedef struct cupel_joint cupel_joint;

enum { CUPEL_JOINT_SPREAD = 128, CUPEL_JOINT_COLUMNS = 64 };

/* What is learned from, all of it finite. */
typedef struct cupel_joint_rows {
    size_t n, d, e, p; /* rows (2 at least), columns, columns of the trend alone, outputs */
    const double *z;   /* [n][d], each column in -1 .. 1 (its range, not its spread) */
    const double *h;   /* [n][e] of any size; NULL for e = 0 */
    const double *y;   /* [n][p] */
} cupel_joint_rows;

/* CUPEL_BAD_INPUT for sizes out of range or numbers that are not finite, CUPEL_FAILED where no lengths give a covariance with a Cholesky factor,
 * CUPEL_NO_RESOURCE. Tuning factors a matrix of at most 256 rows some hundred times; the fit costs n^3 once. */
cupel_status cupel_joint_fit(const cupel_joint_rows *rows, cupel_joint **j, cupel_err *err);
void cupel_joint_free(cupel_joint *j);

/* Bytes that a fit takes, SIZE_MAX when that overflows. */
size_t cupel_joint_bytes(size_t n, size_t d, size_t e, size_t p);

/* How to predict: the instruction set, and scratch of one thread, cupel_joint_scratch_bytes aligned to 64. */
typedef struct cupel_joint_way {
    cupel_isa isa;
    void *scratch;
} cupel_joint_way;
size_t cupel_joint_scratch_bytes(const cupel_joint *j);

/* Rows z [n][d], h [n][e] (NULL for e = 0) to mean [n][p], in the units of the outputs, and spread [n]: the standard deviation of a new value over
 * the amplitude of its output. A row gives the same bytes whatever n is. */
void cupel_joint_predict(const cupel_joint *j, const double *z, const double *h, size_t n, const cupel_joint_way *way, double *mean, double *spread);

/* The training rows, each predicted from all the others: value [n][p] and spread [n] as cupel_joint_predict gives them. Owned by j. */
const double *cupel_joint_left_out(const cupel_joint *j);
const double *cupel_joint_left_out_spread(const cupel_joint *j);

/* "matern52, lengths 1.2 0.8, noise 0.001, trend quadratic" */
void cupel_joint_settings(const cupel_joint *j, cupel_str *s);

#endif
