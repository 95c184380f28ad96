/* Small neural networks: gradients by finite differences, values that agree however they are computed, functions that are learned. */
#include "tests/check.h"

#include "core/base/mem.h"
#include "core/base/rng.h"
#include "core/math/la.h"
#include "models/learn/mlp.h"
#include "models/learn/surrogate.h"

static void fill(cupel_mlp_work *w, size_t n, size_t d, bool classes)
{
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < d; j++) w->z[i * d + j] = cupel_rng_normal(1, j, i);
        w->y[i] = cupel_rng_normal(1, 90, i);
        if (classes) w->y[i] = w->y[i] > 0 ? 1 : -1;
    }
}

static double loss(const cupel_mlp *net, cupel_mlp_work *w, size_t n, bool classes, double *gradient)
{
    double value;
    cupel_err err = {0};
    check_ok(cupel_mlp_loss(net, w, n, classes, &value, gradient, &err), &err);
    return value;
}

static void the_gradient_is_that_of_the_loss(void **state)
{
    (void)state;
    for (int classes = 0; classes < 2; classes++)
        for (size_t layers = 1; layers <= CUPEL_MLP_LAYERS; layers++) {
            cupel_mlp net = {0};
            cupel_mlp_work w = {0};
            cupel_err err = {0};
            enum { ROWS = 9, D = 4, HIDDEN = 5 };
            check_ok(cupel_mlp_make(D, layers, HIDDEN, &net, &err), &err);
            check_ok(cupel_mlp_work_make(&net, ROWS, &w, &err), &err);
            fill(&w, ROWS, D, classes);
            for (size_t i = 0; i < net.n; i++) net.w[i] = 0.6 * cupel_rng_normal(2, layers, i); /* the last layer too */
            double *gradient = cupel_alloc(net.n, sizeof *gradient);
            assert_non_null(gradient);
            loss(&net, &w, ROWS, classes, gradient);
            for (size_t i = 0; i < net.n; i++) {
                double at = net.w[i], h = 1e-5;
                net.w[i] = at + h;
                double up = loss(&net, &w, ROWS, classes, NULL);
                net.w[i] = at - h;
                double down = loss(&net, &w, ROWS, classes, NULL);
                net.w[i] = at;
                check_close(gradient[i], (up - down) / (2 * h), 1e-6, 1e-9); /* h^2 and roundings over h */
            }
            cupel_free(gradient);
            cupel_mlp_work_release(&w);
            cupel_mlp_release(&net);
        }
}

/* A row alone (prediction) and among others (training, BLAS). */
static void both_ways_give_one_value(void **state)
{
    (void)state;
    enum { ROWS = 20, D = 7, HIDDEN = 11 };
    cupel_mlp net = {0};
    cupel_mlp_work w = {0};
    cupel_err err = {0};
    double a[HIDDEN], b[HIDDEN];
    check_ok(cupel_mlp_make(D, 3, HIDDEN, &net, &err), &err);
    check_ok(cupel_mlp_work_make(&net, ROWS, &w, &err), &err);
    fill(&w, ROWS, D, false);
    for (size_t i = 0; i < net.n; i++) net.w[i] = 0.5 * cupel_rng_normal(3, 1, i);
    loss(&net, &w, ROWS, false, NULL);
    for (size_t i = 0; i < ROWS; i++) check_close(cupel_mlp_value(&net, w.z + i * D, a, b), w.out[i], 1e-12, 1e-12);
    cupel_mlp_work_release(&w);
    cupel_mlp_release(&net);
}

/* A drawn network says 0 before it has learned, with first sums of variance about 2. */
static void it_begins_at_nothing(void **state)
{
    (void)state;
    cupel_mlp net = {0};
    cupel_err err = {0};
    double z[200], a[400], b[400], square = 0;
    check_ok(cupel_mlp_make(200, 1, 400, &net, &err), &err);
    cupel_mlp_draw(&net, 5, 1);
    for (size_t j = 0; j < 200; j++) z[j] = cupel_rng_normal(4, 1, j);
    assert_true(cupel_mlp_value(&net, z, a, b) == 0);
    for (size_t i = 0; i < 200 * 400; i++) square += net.w[i] * net.w[i] / (200 * 400);
    check_close(square, 0.01, 0.05, 0);
    cupel_mlp_release(&net);
}

/* A product of two columns: nothing that a line or a sum of functions could give. */
static void it_learns_a_product(void **state)
{
    (void)state;
    enum { N = 400 };
    static double x[N * 2], y[N];
    for (size_t i = 0; i < N; i++) {
        x[2 * i] = cupel_rng_normal(6, 1, i);
        x[2 * i + 1] = cupel_rng_normal(6, 2, i);
        y[i] = x[2 * i] * x[2 * i + 1];
    }
    cupel_surrogate *s = NULL;
    cupel_err err = {0};
    cupel_fit_options o = {.learner = "mlp", .settings = "hidden=24,decay=0.001,members=3", .seed = 1};
    check_ok(cupel_surrogate_fit(x, N, 2, y, &o, &(cupel_job){.threads = 2, .isa = cupel_isa_best()}, &s, &err), &err);
    cupel_oof f = cupel_surrogate_oof(s);
    double error = 0, size = 0;
    for (size_t i = 0; i < N; i++) error += fabs(f.value[i] - y[i]) / N, size += fabs(y[i]) / N;
    print_message("mean error %.3f of %.3f\n", error, size);
    assert_true(error < 0.2 * size);
    cupel_surrogate_free(s);
}

int main(void)
{
    cupel_la_single_thread();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_gradient_is_that_of_the_loss),
        cmocka_unit_test(both_ways_give_one_value),
        cmocka_unit_test(it_begins_at_nothing),
        cmocka_unit_test(it_learns_a_product),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
