/* OpenBLAS with the loops that this processor deserves. */
#ifndef CUPEL_CLI_BLAS_H
#define CUPEL_CLI_BLAS_H

/* BLAS calls run on the thread that makes them. Starts this program again with OPENBLAS_CORETYPE set when OpenBLAS took the processor for an
 * older one (it reads the variable when it is loaded, so nothing else helps; about 3 ms, twice the speed). What the user has set stays. Returns
 * when there is nothing to gain or it did not work. */
void cupel_blas_begin(char **argv);

#endif
