/* The reference: runs anywhere. */
#include "models/homogenize/kernels/solve.h"

#define VECTOR 16
#include "models/homogenize/kernels/solve_body.h"

const cupel_solve_kernels cupel_solve_plain = {
    .line = line, .select8 = select8, .select16 = select16, .flux = flux, .flux_run = flux_run, .flux_cuts = flux_cuts, .stress = stress,
    .stress_run = stress_run, .stress_cuts = stress_cuts, .spread = spread, .sum = sum, .dot = dot, .add = add, .direct = direct,
    .green_conduction = green_conduction, .green_elasticity = green_elasticity,
};
