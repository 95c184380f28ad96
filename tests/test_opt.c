#include "tests/check.h"

/* The program's files are not in the library; the parser stands on its own. */
#include "core/cli/opt.c"

#include "core/base/guess.h"

static const cupel_opt options[] = {
    {"formula", "COLUMN", CUPEL_OPT_TEXT, NULL, NULL, true, "column of the formula"},
    {"output", "FILE", CUPEL_OPT_TEXT, NULL, "-", false, "where to"},
    {"store", "TYPE", CUPEL_OPT_CHOICE, "float64|float32", "float64", false, "stored as"},
    {"level", "P", CUPEL_OPT_NUMBER, NULL, NULL, false, "level"},
    {"phase", "N:PROPERTIES", CUPEL_OPT_LIST, NULL, NULL, false, "properties"},
    {"validate", NULL, CUPEL_OPT_FLAG, NULL, NULL, false, "check"},
    {0},
};
static const cupel_verb verb = {.name = "describe", .usage = "TABLE --formula COLUMN", .help = "h", .options = options, .min_args = 1, .max_args = 2};

static cupel_args *args;
static cupel_err err;

static cupel_status parse(const char *const *word, int n)
{
    char *argv[16];
    for (int i = 0; i < n; i++) argv[i] = (char *)(uintptr_t)word[i];
    cupel_args_free(args);
    args = NULL;
    err = (cupel_err){0};
    return cupel_args_parse(&verb, n, argv, &args, &err);
}
#define PARSE(...) parse((const char *const[]){__VA_ARGS__}, (int)(sizeof(const char *const[]){__VA_ARGS__} / sizeof(char *)))

static void values_are_found_in_every_form(void **state)
{
    (void)state;
    check_ok(PARSE("in.csv", "--formula", "a b", "-o", "-", "--store=float32", "--validate", "--threads", "3", "--level=-1.5e-1"), &err);
    assert_int_equal(cupel_n_args(args), 1);
    assert_string_equal(cupel_arg(args, 0), "in.csv");
    assert_null(cupel_arg(args, 1));
    assert_string_equal(cupel_opt_text(args, "formula"), "a b");
    assert_string_equal(cupel_opt_text(args, "output"), "-");
    assert_string_equal(cupel_opt_text(args, "store"), "float32");
    assert_true(cupel_flag(args, "validate") && !cupel_flag(args, "quiet"));
    assert_true(cupel_opt_count(args, "threads") == 3);
    check_close(cupel_opt_number(args, "level"), -0.15, 0, 0);
    assert_string_equal(cupel_command_line(args),
                        "cupel describe in.csv --formula 'a b' -o - --store=float32 --validate --threads 3 --level=-1.5e-1");
}

static void a_list_may_be_given_several_times(void **state)
{
    (void)state;
    check_ok(PARSE("in.csv", "--phase", "0:k=1", "--formula=f", "--phase=1:k=2", "--phase", "1:k=2"), &err);
    assert_string_equal(cupel_opt_item(args, "phase", 0), "0:k=1");
    assert_string_equal(cupel_opt_item(args, "phase", 1), "1:k=2");
    assert_string_equal(cupel_opt_item(args, "phase", 2), "1:k=2");
    assert_null(cupel_opt_item(args, "phase", 3));
    check_ok(PARSE("in.csv", "--formula=f"), &err);
    assert_null(cupel_opt_item(args, "phase", 0));
    check_fails(PARSE("in.csv", "--formula", "f", "--phase="), CUPEL_USAGE, &err, "its value is empty");
    check_fails(PARSE("in.csv", "--formula", "f", "--formula", "g"), CUPEL_USAGE, &err, "given twice");
}

static void what_is_not_given_has_its_default(void **state)
{
    (void)state;
    check_ok(PARSE("in.csv", "--formula=f"), &err);
    assert_string_equal(cupel_opt_text(args, "output"), "-");
    assert_string_equal(cupel_opt_text(args, "isa"), "auto");
    assert_false(cupel_opt_given(args, "output"));
    assert_true(isnan(cupel_opt_number(args, "level")));
    assert_true(cupel_opt_count(args, "threads") == 0);
}

static void a_dash_is_an_argument_and_two_end_the_options(void **state)
{
    (void)state;
    check_ok(PARSE("-", "--formula", "f", "--", "--validate"), &err);
    assert_int_equal(cupel_n_args(args), 2);
    assert_string_equal(cupel_arg(args, 1), "--validate");
    assert_false(cupel_flag(args, "validate"));
    check_ok(PARSE("it's", "--formula", "f"), &err);
    assert_string_equal(cupel_command_line(args), "cupel describe 'it'\\''s' --formula f");
}

static void wrong_use_is_refused_with_what_to_do(void **state)
{
    (void)state;
    check_fails(PARSE("in.csv"), CUPEL_USAGE, &err, "--formula COLUMN is missing");
    check_fails(PARSE("in.csv", "--formual", "f"), CUPEL_USAGE, &err, "did you mean --formula?");
    check_fails(PARSE("in.csv", "--valid"), CUPEL_USAGE, &err, "did you mean --validate?");
    check_fails(PARSE("in.csv", "--zzzzzz"), CUPEL_USAGE, &err, "'cupel help describe'");
    check_fails(PARSE("in.csv", "-x"), CUPEL_USAGE, &err, "unknown option '-x'");
    check_fails(PARSE("in.csv", "--formula"), CUPEL_USAGE, &err, "needs a value: --formula COLUMN");
    check_fails(PARSE("in.csv", "--formula", "--validate"), CUPEL_USAGE, &err, "found option '--validate'");
    check_fails(PARSE("in.csv", "--formula", ""), CUPEL_USAGE, &err, "empty");
    check_fails(PARSE("in.csv", "--formula=f", "--formula=g"), CUPEL_USAGE, &err, "given twice");
    check_fails(PARSE("in.csv", "--formula=f", "--validate=yes"), CUPEL_USAGE, &err, "takes no value");
    check_fails(PARSE("in.csv", "--formula=f", "--store=float16"), CUPEL_USAGE, &err, "expected one of float64|float32");
    check_fails(PARSE("in.csv", "--formula=f", "--store=float"), CUPEL_USAGE, &err, "expected one of");
    check_fails(PARSE("in.csv", "--formula=f", "--level=1hello"), CUPEL_USAGE, &err, "expected a number");
    check_fails(PARSE("in.csv", "--formula=f", "--threads=-1"), CUPEL_USAGE, &err, "expected a whole number");
    check_fails(PARSE("--formula=f"), CUPEL_USAGE, &err, "expected at least 1");
    check_fails(PARSE("a", "b", "c", "--formula=f"), CUPEL_USAGE, &err, "unexpected argument 'c'");
    assert_null(args);
}

static void help_is_found_before_anything_else_is_checked(void **state)
{
    (void)state;
    check_ok(PARSE("--help", "--zzz"), &err);
    assert_true(cupel_flag(args, "help"));
}

static void a_guess_is_made_only_when_it_is_near(void **state)
{
    (void)state;
    static const struct {
        const char *meant, *best;
    } cases[] = {{"magpei", "magpie"}, {"magpie", "magpie"}, {"magpies", "magpie"}, {"mag", "magpie"}, {"svm", "svr"},
                 {"x", NULL},          {"", NULL},           {"lithium", NULL}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cupel_guess g = {.meant = cases[i].meant};
        cupel_guess_offer(&g, "svr");
        cupel_guess_offer(&g, "magpie");
        cupel_guess_offer(&g, "element_fraction");
        if (cases[i].best)
            assert_string_equal(g.best, cases[i].best);
        else
            assert_null(g.best);
    }
}

static int release(void **state)
{
    (void)state;
    cupel_args_free(args);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_found_in_every_form),
        cmocka_unit_test(what_is_not_given_has_its_default),
        cmocka_unit_test(a_list_may_be_given_several_times),
        cmocka_unit_test(a_dash_is_an_argument_and_two_end_the_options),
        cmocka_unit_test(wrong_use_is_refused_with_what_to_do),
        cmocka_unit_test(help_is_found_before_anything_else_is_checked),
        cmocka_unit_test(a_guess_is_made_only_when_it_is_near),
    };
    return cmocka_run_group_tests(tests, NULL, release);
}
