/* Recipes of microstructures in tests: from text to mixtures and shares. For one test program each. */
#ifndef CUPEL_TESTS_RECIPES_H
#define CUPEL_TESTS_RECIPES_H

#include "tests/check.h"

#include "core/base/mem.h"
#include "datasets/spaces/micro/recipe.h"

static const cupel_job job = {.threads = 2};

static inline cupel_recipe recipe(const char *text)
{
    cupel_recipe r;
    cupel_err err;
    check_ok(cupel_recipe_of_text(text, &r, &err), &err);
    return r;
}

static inline cupel_mixture mixture(const cupel_recipe *r, size_t a, size_t b, size_t c)
{
    cupel_mixture m = {0};
    cupel_err err;
    check_ok(cupel_recipe_mixture(r, (const size_t[]){a, b, c}, &m, &job, &err), &err);
    return m;
}

static inline double fraction_of(const cupel_recipe *r, size_t n)
{
    double f[2];
    cupel_mixture m = mixture(r, n, n, n);
    cupel_mixture_fractions(&m, f);
    cupel_mixture_release(&m);
    return f[1];
}

static inline float *shares(const cupel_recipe *r, size_t n)
{
    cupel_err err;
    float *s = cupel_alloc(n * n * n, sizeof *s);
    assert_non_null(s);
    check_ok(cupel_recipe_shares(r, (const size_t[]){n, n, n}, s, &job, &err), &err);
    return s;
}

#endif
