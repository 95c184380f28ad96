/* A kernel by greedy search: terms are added, and terms multiplied by simple kernels, as long as that pays for its parameters (Duvenaud et al.,
 * Structure discovery in nonparametric regression through compositional kernel search, ICML 2013). */
#ifndef CUPEL_MODELS_LEARN_KERNEL_SEARCH_H
#define CUPEL_MODELS_LEARN_KERNEL_SEARCH_H

#include "models/learn/kernel_evidence.h"

#define CUPEL_KERNEL_SEARCH "search" /* in place of a kernel */

/* The columns that kernels may be over. */
typedef struct cupel_kernel_space {
    const cupel_groups *groups;
    const int64_t *kept; /* as cupel_ktree_bind */
    size_t n_kept, n_targets;
} cupel_kernel_space;

/* text: the kernel that was found. Scored by cupel_kernel_score, each round on the job's threads; the same for any. */
cupel_status cupel_kernel_search(const cupel_kernel_space *space, const cupel_kernel_rows *rows, const double *u, const cupel_learning *how,
                                 const cupel_job *job, cupel_str *text, cupel_err *err);

#endif
