/* Planted errors come first in the list of values that do not fit, with the reason; a sound table has next to none, and no row is left out. */
#include "tests/check.h"

#include "core/base/mem.h"
#include "core/base/rng.h"
#include "core/engine/outliers.h"

#include <unistd.h>

enum { N = 160 };
static char path[64], list_path[64];
static const cupel_job job = {.threads = 1, .isa = CUPEL_ISA_PLAIN};
static const cupel_model_options options = {.features = "element_fraction", .learner = "krr", .settings = "gamma=0.05,lambda=0.01", .seed = 1};

/* Fe-Ni-Cr at two temperatures, strength by the fractions and the temperature with 3 % of scatter. `slip`: row 40 in another unit; `conflict`: row 81
 * is said to be of row 80's composition at the same temperature. */
static void write_table(double slip, bool conflict)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fprintf(f, "formula,T [K],strength [MPa]\n");
    for (size_t i = 0; i < N; i++) {
        const size_t k = i / 2;
        const double ni = 5 + (double)(k % 9) * 5, cr = 3 + (double)(k / 9) * 4, t = i % 2 ? 700 : 300;
        const double y = (300 + 8 * ni + 15 * cr) * (t > 500 ? 0.6 : 1) * exp(0.03 * cupel_rng_normal(3, 1, i));
        const bool moved = conflict && i == 81;
        fprintf(f, "Fe%gNi%gCr%g,%g,%.5g\n", 100 - ni - cr, ni, cr, moved ? 300 : t, i == 40 ? y * slip : y);
    }
    fclose(f);
}

/* The most surprising into *first, its reason, and the number of all, which the list holds line by line. */
static size_t find(cupel_outlier *first, char *reason, size_t size)
{
    cupel_training t;
    cupel_model *m = NULL;
    cupel_err err = {0};
    cupel_model_options o = options;
    cupel_str words = {0};
    size_t lines = 0;
    cupel_outliers found;
    o.columns = "T [K]";
    check_ok(cupel_training_read(&(cupel_training_options){.file = path, .target = "strength"}, &job, &t, &err), &err);
    check_ok(cupel_model_fit(&t, NULL, 0, &o, &job, &m, &err), &err);
    assert_int_equal(cupel_model_n_training(m), N); /* none is left out */
    check_ok(cupel_outliers_find(m, &t, SIZE_MAX, &job, &found, &err), &err);
    const size_t n = found.n;
    for (size_t k = 0; k < n; k++) assert_true(!k || found.list[k].surprise <= found.list[k - 1].surprise);
    if (n) *first = found.list[0], cupel_outlier_reason(&found.list[0], m, &t, &words);
    snprintf(reason, size, "%s", cupel_str_text(&words));
    check_ok(cupel_outliers_report(m, &t, list_path, &job, &err), &err);
    FILE *f = fopen(list_path, "r");
    assert_non_null(f);
    for (int c; (c = getc(f)) != EOF;) lines += c == '\n';
    fclose(f);
    assert_in_range(lines, n + 1, n + 1 + 2 * found.apart.n); /* and rows of pairs that are apart */
    cupel_outliers_release(&found);
    cupel_str_free(&words);
    cupel_model_free(m);
    cupel_training_release(&t);
    return n;
}

static void a_sound_table_has_next_to_none(void **state)
{
    (void)state;
    cupel_outlier first = {0};
    char reason[512];
    write_table(1, false);
    assert_true(find(&first, reason, sizeof reason) <= 2);
}

static void a_slip_of_the_unit_comes_first(void **state)
{
    (void)state;
    static const double slip[] = {1e-3, 10, 1 / 6.894757};
    static const char *const words[] = {"times 1000 it would fit", "divided by 10 it would fit",
                                        "times 6.895 it would fit: a slip of the unit (psi or ksi"};
    cupel_outlier first = {0};
    char reason[512];
    for (int k = 0; k < 3; k++) {
        write_table(slip[k], false);
        const size_t n = find(&first, reason, sizeof reason);
        print_message("%zu rows: %s\n", n, reason);
        assert_true(n >= 1 && n <= 10 && first.row == 40); /* ten times too large it pulls what is said of its neighbours */
        assert_non_null(strstr(reason, words[k]));
        assert_non_null(strstr(reason, "nearest other: Fe"));
    }
}

/* One of two rows of the same composition at the same temperature is wrong: the one that the other rows do not support comes first. */
static void a_contradiction_is_told_from_a_difference_of_conditions(void **state)
{
    (void)state;
    cupel_outlier first = {0};
    char reason[512], line[512];
    write_table(1, true);
    const size_t n = find(&first, reason, sizeof reason);
    print_message("%zu rows: %s\n", n, reason);
    assert_true(n >= 1 && n <= 5 && first.row == 81);
    FILE *f = fopen(list_path, "r");
    assert_non_null(f);
    assert_non_null(fgets(line, sizeof line, f));
    assert_string_equal(line, "line,formula,value,expected,lower,upper,surprise,reason\n");
    assert_non_null(fgets(line, sizeof line, f));
    assert_int_equal(strncmp(line, "83,Fe", 5), 0);
    fclose(f);
}

/* One alloy at 1300 K has a tenth of the strength that all have at 300 K: nothing under like conditions contradicts, so no slip is guessed at. */
static void what_only_conditions_tell_is_no_slip(void **state)
{
    (void)state;
    cupel_outlier first = {0};
    char reason[512];
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fprintf(f, "formula,T [K],strength [MPa]\n");
    for (size_t i = 0; i < N; i++) {
        const double ni = 5 + 0.5 * (double)i;
        fprintf(f, "Fe%gNi%g,%d,%.5g\n", 100 - ni, ni, i == 70 ? 1300 : 300 + (int)(i % 3), (i == 70 ? 0.01 : 1) * (300 + 8 * ni));
    }
    fclose(f);
    const size_t n = find(&first, reason, sizeof reason);
    print_message("%zu rows: %s\n", n, reason);
    assert_true(n >= 1 && first.row == 70 && !strstr(reason, "slip"));
}

/* Twenty pairs agree within 3 %, one does not. */
static void pairs_that_disagree_are_named(void **state)
{
    (void)state;
    cupel_outlier first = {0};
    char reason[512];
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fprintf(f, "formula,T [K],strength [MPa]\n");
    for (size_t i = 0; i < N; i++) {
        const double ni = 5 + 0.5 * (double)(i / 2);
        fprintf(f, "Fe%gNi%g,300,%.5g\n", 100 - ni, ni, (i == 70 ? 1.6 : 1) * (300 + 8 * ni) * exp(0.02 * cupel_rng_normal(3, 1, i)));
    }
    fclose(f);
    const size_t n = find(&first, reason, sizeof reason);
    print_message("%zu rows: %s\n", n, reason);
    assert_true(n >= 1 && n <= 4 && first.row == 70 && first.against == 71);
    assert_non_null(strstr(reason, "line 73 has "));
    assert_non_null(strstr(reason, "for the same composition and columns"));
}

/* Values of about 10 and, by chance, next to nothing, and one of nothing: by its logarithm it is far off, but what is said of such a row holds it. */
static void a_value_inside_its_own_interval_is_no_doubt(void **state)
{
    (void)state;
    cupel_outlier first = {0};
    char reason[512], line[512];
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fprintf(f, "formula,T [K],strength [MPa]\n");
    for (size_t i = 0; i < N; i++) {
        const double ni = 5 + 0.5 * (double)i;
        fprintf(f, "Fe%gNi%g,300,%.5g\n", 100 - ni, ni, i == 70 ? 1e-9 : i % 8 == 3 ? 0.02 : 10 + cupel_rng_uniform(3, 1, i));
    }
    fclose(f);
    (void)find(&first, reason, sizeof reason);
    f = fopen(list_path, "r");
    assert_non_null(f);
    while (fgets(line, sizeof line, f)) {
        double value, expected, lower, upper;
        if (sscanf(line, "%*[^,],%*[^,],%lf,%lf,%lf,%lf", &value, &expected, &lower, &upper) == 4) assert_true(value < lower || value > upper);
    }
    fclose(f);
}

static int setup(void **state)
{
    (void)state;
    snprintf(path, sizeof path, "/tmp/cupel-outliers-%ld.csv", (long)getpid());
    snprintf(list_path, sizeof list_path, "/tmp/cupel-outliers-%ld-list.csv", (long)getpid());
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    unlink(path);
    unlink(list_path);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_value_inside_its_own_interval_is_no_doubt),
        cmocka_unit_test(a_sound_table_has_next_to_none),
        cmocka_unit_test(a_slip_of_the_unit_comes_first),
        cmocka_unit_test(a_contradiction_is_told_from_a_difference_of_conditions),
        cmocka_unit_test(what_only_conditions_tell_is_no_slip),
        cmocka_unit_test(pairs_that_disagree_are_named),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
