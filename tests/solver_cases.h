/* Cells for the tests of the solver: plain labels by a rule, and spheres and cylinders whose cut voxels are known. */
#ifndef CUPEL_TESTS_SOLVER_CASES_H
#define CUPEL_TESTS_SOLVER_CASES_H

#include "tests/check.h"

#include "core/base/mem.h"
#include "core/base/rng.h"
#include "models/homogenize/solver.h"

typedef uint8_t case_rule(size_t i, size_t j, size_t k);

static inline void case_of_rule(int dim, size_t n0, size_t n1, size_t n2, size_t phases, case_rule *rule, cupel_mixture *m)
{
    const size_t n[3] = {n0, n1, n2};
    check_ok(cupel_mixture_init(m, dim, n, phases, NULL), &(cupel_err){0});
    for (size_t i = 0; i < n0; i++)
        for (size_t j = 0; j < n1; j++)
            for (size_t k = 0; k < (dim == 3 ? n2 : 1); k++) m->id8[(i * n1 + j) * m->n[2] + k] = rule(i, j, k);
}

/* A ball (dim 3) or disc of that radius (box = 1) in the middle of the box, phase 1; its cut voxels by the plane that touches it. */
static inline void case_of_ball(int dim, size_t n, double radius, cupel_mixture *m)
{
    const size_t shape[3] = {n, n, n}, n2 = dim == 3 ? n : 1;
    check_ok(cupel_mixture_init(m, dim, shape, 2, NULL), &(cupel_err){0});
    m->row = cupel_alloc(n * n + 1, sizeof *m->row);
    m->cut = cupel_alloc(n * n * n2, sizeof *m->cut);
    assert_true(m->row && m->cut);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++) {
            for (size_t k = 0; k < n2; k++) {
                const double x = ((double)i + 0.5) / (double)n - 0.5, y = ((double)j + 0.5) / (double)n - 0.5,
                             z = dim == 3 ? ((double)k + 0.5) / (double)n - 0.5 : 0;
                const double r = sqrt(x * x + y * y + z * z), normal[3] = {-x / r, -y / r, -z / r};
                const double p = cupel_plane_cut(normal, (radius - r) * (double)n);
                m->id8[(i * n + j) * n2 + k] = p > 0.5;
                if (p > 0 && p < 1) {
                    cupel_cut *cut = &m->cut[m->n_cuts++];
                    *cut = (cupel_cut){.k = (uint32_t)k, .p = (float)p, .a = 0, .b = 1};
                    for (size_t d = 0; d < 3; d++) cut->normal[d] = (int16_t)lrint(32767 * normal[d]);
                }
            }
            m->row[i * n + j + 1] = m->n_cuts;
        }
}

static inline cupel_material case_conductor(double k)
{
    return (cupel_material){.has_k = true, .k_isotropic = true, .k = {{k, 0, 0}, {0, k, 0}, {0, 0, k}}};
}

static inline cupel_material case_elastic(double lambda, double mu)
{
    cupel_material m = {.has_c = true, .c_isotropic = true, .lambda = lambda, .mu = mu};
    for (size_t i = 0; i < 3; i++)
        for (size_t j = 0; j < 3; j++) m.c[i][j] = lambda + (i == j ? 2 * mu : 0);
    for (size_t i = 3; i < 6; i++) m.c[i][i] = 2 * mu;
    return m;
}

/* The machine's best kernels on one thread. */
static inline cupel_job case_job(void) { return (cupel_job){.threads = 1, .isa = cupel_isa_best()}; }

/* Solves and keeps the tensor, which has the returned order. */
static inline size_t case_solve_on(const cupel_mixture *m, const cupel_material *materials, const cupel_solve_options *o, const cupel_job *job,
                                   double *tensor)
{
    cupel_solution *s;
    cupel_err err = {0};
    check_ok(cupel_solve(m, materials, o, job, &s, &err), &err);
    const size_t n = cupel_solution_order(s);
    memcpy(tensor, cupel_solution_tensor(s), n * n * sizeof *tensor);
    cupel_solution_free(s);
    return n;
}

static inline size_t case_solve(const cupel_mixture *m, const cupel_material *materials, const cupel_solve_options *o, double *tensor)
{
    const cupel_job job = case_job();
    return case_solve_on(m, materials, o, &job, tensor);
}

#endif
