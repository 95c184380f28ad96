/* Small volumes for tests of descriptors, and their numbers. */
#ifndef CUPEL_TESTS_BOX_H
#define CUPEL_TESTS_BOX_H

#include "tests/check.h"

#include "core/base/mem.h"
#include "core/base/rng.h"
#include "core/matter/voxels.h"
#include "descriptors/microstructure/descriptor.h"

static const cupel_job one_thread = {.threads = 1}, two_threads = {.threads = 2};

static inline cupel_voxels box(int dim, size_t a, size_t b, size_t c, bool periodic)
{
    cupel_err err;
    cupel_voxels v = {0};
    check_ok(cupel_voxels_init(&v, dim, (const size_t[3]){a, b, c}, "test", &err), &err);
    v.periodic = periodic;
    return v;
}

static inline void number(cupel_voxels *v)
{
    cupel_err err;
    check_ok(cupel_voxels_number(v, "test", &err), &err);
}

static inline uint16_t *at(cupel_voxels *v, size_t i, size_t j, size_t k) { return &v->id[(i * v->n[1] + j) * v->n[2] + k]; }

/* Each voxel alone gets one of n_phases; each phase occurs. */
static inline void scatter(cupel_voxels *v, unsigned n_phases, uint64_t seed)
{
    for (size_t i = 0; i < cupel_voxels_count(v); i++) v->id[i] = (uint16_t)cupel_rng_below(seed, 0, i, n_phases);
    for (unsigned p = 0; p < n_phases; p++) v->id[p] = (uint16_t)p;
    number(v);
}

/* Balls of radius r (in voxels) at random places, numbers 1 where they are; with a period they go on. */
static inline void balls(cupel_voxels *v, size_t n_balls, double r, uint64_t seed)
{
    for (size_t b = 0; b < n_balls; b++) {
        double x[3];
        for (int a = 0; a < 3; a++) x[a] = cupel_rng_uniform(seed, (uint64_t)a, b) * (double)v->n[a];
        for (size_t i = 0; i < cupel_voxels_count(v); i++) {
            const double p[3] = {(double)(i / (v->n[1] * v->n[2])) + 0.5, (double)(i / v->n[2] % v->n[1]) + 0.5, (double)(i % v->n[2]) + 0.5};
            double s = 0;
            for (int a = 0; a < v->dim; a++) {
                double d = fabs(p[a] - x[a]);
                if (v->periodic && d > (double)v->n[a] / 2) d = (double)v->n[a] - d;
                s += d * d;
            }
            if (s < r * r) v->id[i] = 1;
        }
    }
    number(v);
}

static inline const cupel_volume_descriptor *set_of(const char *name)
{
    const cupel_volume_descriptor *d = cupel_volume_descriptor_find(cupel_text_of(name));
    if (!d) fail_msg("no set '%s'", name);
    return d;
}

/* All numbers of a set; settings as typed, NULL: its defaults. */
static inline cupel_quantities describe(const cupel_voxels *v, const char *set, const char *settings, const cupel_job *job)
{
    cupel_err err;
    double value[16];
    cupel_quantities q = {0};
    const cupel_volume_descriptor *d = set_of(set);
    assert_true(cupel_method_n_params(&d->method) <= 16);
    check_ok(cupel_method_settings(&d->method, settings, value, &err), &err);
    check_ok(d->compute(v, value, job, &q, &err), &err);
    check_ok(cupel_quantities_check(&q, &err), &err);
    return q;
}

static inline double number_of(const cupel_quantities *q, const char *name, int phase, int axis)
{
    const cupel_quantity *one = cupel_quantities_find(q, name, (cupel_of){phase, -1, axis});
    if (!one) fail_msg("no '%s' of phase %d along axis %d", name, phase, axis);
    return one->value;
}

/* Of a pair of phases; other -1: of one phase. */
static inline double number_between(const cupel_quantities *q, const char *name, int phase, int other)
{
    const cupel_quantity *one = cupel_quantities_find(q, name, (cupel_of){phase, other, -1});
    if (!one) fail_msg("no '%s' of phases %d and %d", name, phase, other);
    return one->value;
}

static inline const cupel_curve *curve_of(const cupel_quantities *q, const char *name, int phase, int axis)
{
    for (size_t i = 0; i < q->n_curves; i++)
        if (strcmp(q->curve[i].name, name) == 0 && q->curve[i].of.phase == phase && q->curve[i].of.axis == axis) return &q->curve[i];
    fail_msg("no curve '%s' of phase %d along axis %d", name, phase, axis);
    return NULL;
}

/* One number of a set with its defaults. */
static inline double value_of(const cupel_voxels *v, const char *set, const char *settings, const char *name, int phase, int axis)
{
    cupel_quantities q = describe(v, set, settings, &one_thread);
    double x = number_of(&q, name, phase, axis);
    cupel_quantities_release(&q);
    return x;
}

/* The same bytes of every number and curve. */
static inline void check_same_quantities(const cupel_quantities *a, const cupel_quantities *b)
{
    assert_true(a->n == b->n && a->n_curves == b->n_curves);
    for (size_t i = 0; i < a->n; i++) {
        assert_string_equal(a->one[i].name, b->one[i].name);
        assert_memory_equal(&a->one[i].value, &b->one[i].value, sizeof(double));
    }
    for (size_t i = 0; i < a->n_curves; i++) {
        assert_true(a->curve[i].n == b->curve[i].n);
        assert_memory_equal(a->curve[i].x, b->curve[i].x, a->curve[i].n * sizeof(double));
        assert_memory_equal(a->curve[i].y, b->curve[i].y, a->curve[i].n * sizeof(double));
    }
}

/* One thread and two give the same bytes. */
static inline void check_threads(const cupel_voxels *v, const char *set, const char *settings)
{
    cupel_quantities a = describe(v, set, settings, &one_thread), b = describe(v, set, settings, &two_threads);
    check_same_quantities(&a, &b);
    cupel_quantities_release(&a);
    cupel_quantities_release(&b);
}

/* Every n-th allocation fails once: no crash, no leak, and the status says so. Few are left out where there are many. */
#ifdef CUPEL_FAULTS
static inline void check_faults(const cupel_voxels *v, const char *set, const char *settings)
{
    cupel_err err;
    double value[16];
    const cupel_volume_descriptor *d = set_of(set);
    check_ok(cupel_method_settings(&d->method, settings, value, &err), &err);
    for (size_t n = 1;; n += n < 60 ? 1 : n / 20) {
        cupel_quantities q = {0};
        cupel_mem_fail_at(n, false);
        cupel_status st = d->compute(v, value, &one_thread, &q, &err);
        const size_t count = cupel_mem_count();
        cupel_mem_fail_at(0, false);
        if (count < n) {
            check_ok(st, &err);
            cupel_quantities_release(&q);
            break;
        }
        assert_true(st == CUPEL_NO_RESOURCE || q.failed);
        cupel_quantities_release(&q);
    }
}
#else
#define check_faults(v, set, settings) ((void)0)
#endif

#endif
