/* datasets/spaces/micro/recipe.c: texts and files of recipes. */
#include "tests/check.h"

#include "core/base/str.h"
#include "datasets/spaces/micro/recipe.h"

#include <unistd.h>

static const cupel_job job = {.threads = 1};

static void put(const cupel_recipe *r, cupel_str *s)
{
    cupel_json_out w = {.s = s};
    cupel_recipe_put(r, &w);
}

static void read_back(const char *text, cupel_recipe *r)
{
    cupel_json *root = NULL;
    cupel_err err;
    check_ok(cupel_json_read(cupel_text_of(text), "a test", &root, &err), &err);
    check_ok(cupel_recipe_of_json(root, "a test", r, &err), &err);
    cupel_json_free(root);
}

static void text_and_json_come_back_to_the_byte(void **state)
{
    (void)state;
    static const char *const texts[] = {"gyroid:fraction=0.4,seed=1",
                                        "diamond:fraction=0.123456789012345678,sheet=1,periods1=3,stretch2=0.3333333333333333,seed=7",
                                        "primitive:seed=18446744073709551615", "gyroid"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        cupel_recipe r, again;
        cupel_err err;
        cupel_str text = {0}, text2 = {0}, json = {0}, json2 = {0};
        check_ok(cupel_recipe_of_text(texts[i], &r, &err), &err);
        check_ok(cupel_recipe_settle(&r, &job, &err), &err);
        put(&r, &json);
        read_back(cupel_str_text(&json), &again);
        assert_memory_equal(again.threshold, r.threshold, sizeof r.threshold);
        assert_int_equal(again.n_thresholds, 1);
        assert_true(again.seed == r.seed);
        put(&again, &json2);
        assert_string_equal(cupel_str_text(&json), cupel_str_text(&json2));
        cupel_recipe_text(&r, &text);
        check_ok(cupel_recipe_of_text(cupel_str_text(&text), &again, &err), &err);
        cupel_recipe_text(&again, &text2);
        assert_string_equal(cupel_str_text(&text), cupel_str_text(&text2));
        assert_memory_equal(again.value, r.value, sizeof r.value);
        cupel_str_free(&text);
        cupel_str_free(&text2);
        cupel_str_free(&json);
        cupel_str_free(&json2);
    }
}

static void texts_that_are_no_recipe_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text, *words;
    } bad[] = {
        {"gyriod:fraction=0.4", "did you mean 'gyroid'"},
        {"", "generators are"},
        {"gyroid:fractoin=0.4", "did you mean 'fraction'"},
        {"gyroid:sed=4", "did you mean 'seed'"},
        {"gyroid:fraction=1.4", "from 0.01 to 0.99"},
        {"gyroid:fraction=nan", "expected a number"},
        {"gyroid:fraction=0.4x", "expected a number"},
        {"gyroid:fraction", "name=value"},
        {"gyroid:fraction=0.4,,seed=1", "name=value"},
        {"gyroid:fraction=0.4,fraction=0.5", "given twice"},
        {"gyroid:seed=1,seed=1", "given twice"},
        {"gyroid:seed=-1", "whole number"},
        {"gyroid:periods1=1.5", "whole number"},
    };
    cupel_recipe r = {.seed = 77};
    cupel_err err;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) check_fails(cupel_recipe_of_text(bad[i].text, &r, &err), CUPEL_USAGE, &err, bad[i].words);
    assert_int_equal(r.seed, 77);
    assert_null(r.generator);
}

static void files_that_are_no_recipe_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        cupel_status status;
        const char *words;
    } bad[] = {
        {"[]", CUPEL_BAD_INPUT, "a recipe is a JSON object"},
        {"{\"generator\": 3}", CUPEL_BAD_INPUT, "a recipe is a JSON object"},
        {"{\"generator\": \"gyriod\"}", CUPEL_USAGE, "did you mean 'gyroid'"},
        {"{\"generator\": \"gyroid\", \"parameters\": []}", CUPEL_BAD_INPUT, "must be an object"},
        {"{\"generator\": \"gyroid\", \"parameters\": {\"fraction\": \"a\"}}", CUPEL_BAD_INPUT, "no number"},
        {"{\"generator\": \"gyroid\", \"parameters\": {\"fraction\": 2}}", CUPEL_USAGE, "from 0.01"},
        {"{\"generator\": \"gyroid\", \"parameters\": {\"frction\": 2}}", CUPEL_USAGE, "did you mean 'fraction'"},
        {"{\"generator\": \"gyroid\", \"seed\": 0.5}", CUPEL_BAD_INPUT, "seed"},
        {"{\"generator\": \"gyroid\", \"thresholds\": [1, 2]}", CUPEL_BAD_INPUT, "2 thresholds, expected 1"},
        {"{\"generator\": \"gyroid\", \"thresholds\": [\"a\"]}", CUPEL_BAD_INPUT, "threshold 1 is no number"},
        {"{\"generator\": \"gyroid\", \"thresholds\": 1}", CUPEL_BAD_INPUT, "list"},
        {"{\"generator\": \"gyroid\", \"version\": 2}", CUPEL_BAD_INPUT, "version 1"},
        {"{\"generator\": \"gyroid\", \"sede\": 2}", CUPEL_BAD_INPUT, "unknown key 'sede'"},
        {"{\"generator\": \"gyroid\", \"connected\": 0.5}", CUPEL_BAD_INPUT, "connected must be the number of a phase"},
        {"{\"generator\": \"gyroid\", \"connected\": 2}", CUPEL_USAGE, "phase 2 of generator 'gyroid' is to be connected, expected one from 0 to 1"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        cupel_json *root = NULL;
        cupel_recipe r;
        cupel_err err;
        check_ok(cupel_json_read(cupel_text_of(bad[i].text), "a test", &root, &err), &err);
        check_fails(cupel_recipe_of_json(root, "a test", &r, &err), bad[i].status, &err, bad[i].words);
        cupel_json_free(root);
    }
}

static void a_recipe_is_a_file_or_a_text(void **state)
{
    (void)state;
    char path[] = "/tmp/cupel-recipe-XXXXXX";
    cupel_recipe r;
    cupel_err err;
    const int fd = mkstemp(path);
    static const char text[] = "{\"generator\": \"gyroid\", \"parameters\": {\"fraction\": 0.25}, \"seed\": 3}";
    assert_true(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text) && close(fd) == 0);
    check_ok(cupel_recipe_read(path, &r, &err), &err);
    assert_true(cupel_recipe_get(&r, "fraction") == 0.25 && r.seed == 3);
    assert_true(isnan(cupel_recipe_get(&r, "nothing")));
    assert_int_equal(truncate(path, 20), 0);
    check_fails(cupel_recipe_read(path, &r, &err), CUPEL_BAD_INPUT, &err, path);
    unlink(path);
    check_ok(cupel_recipe_read("gyroid:fraction=0.3", &r, &err), &err);
    assert_true(cupel_recipe_get(&r, "fraction") == 0.3);
    check_fails(cupel_recipe_read("/tmp/no-such-recipe.json", &r, &err), CUPEL_BAD_INPUT, &err, "no-such-recipe");
}

/* Whether they are settled or not; a fraction that a radius stands for is not given. */
static void recipes_are_the_same(void **state)
{
    (void)state;
    static const struct {
        const char *one, *other;
        bool same;
    } pair[] = {{"gyroid:fraction=0.3", "gyroid:fraction=0.3,seed=0", true},   {"gyroid:fraction=0.3", "gyroid:fraction=0.31", false},
                {"gyroid:fraction=0.3", "gyroid:fraction=0.3,seed=2", false},  {"gyroid:fraction=0.3", "diamond:fraction=0.3", false},
                {"octet:radius=0.05", "octet:radius=0.05", true},    {"octet:radius=0.05", "octet:fraction=0.2", false}};
    for (size_t i = 0; i < sizeof pair / sizeof *pair; i++) {
        cupel_recipe a, b;
        cupel_err err;
        check_ok(cupel_recipe_of_text(pair[i].one, &a, &err), &err);
        check_ok(cupel_recipe_of_text(pair[i].other, &b, &err), &err);
        a.n_thresholds = 1;
        if (cupel_recipe_same(&a, &b) != pair[i].same) print_error("%s, %s\n", pair[i].one, pair[i].other);
        assert_true(cupel_recipe_same(&a, &b) == pair[i].same && cupel_recipe_same(&b, &a) == pair[i].same);
    }
}

static void a_change_forgets_the_threshold(void **state)
{
    (void)state;
    cupel_recipe r;
    cupel_err err;
    check_ok(cupel_recipe_of_text("gyroid:fraction=0.3", &r, &err), &err);
    check_ok(cupel_recipe_settle(&r, &job, &err), &err);
    const double t = r.threshold[0];
    check_fails(cupel_recipe_set(&r, "fraction", 3, &err), CUPEL_USAGE, &err, "fraction");
    assert_true(r.n_thresholds == 1 && cupel_recipe_get(&r, "fraction") == 0.3);
    check_ok(cupel_recipe_set(&r, "fraction", 0.4, &err), &err);
    assert_int_equal(r.n_thresholds, 0);
    check_ok(cupel_recipe_settle(&r, &job, &err), &err);
    assert_true(r.threshold[0] < t);
}

static void every_generator_says_what_it_is(void **state)
{
    (void)state;
    for (size_t i = 0; cupel_generators[i]; i++) {
        const cupel_generator *g = cupel_generators[i];
        const cupel_method *m = &g->method;
        assert_true(m->name && m->help && m->maturity && m->input && m->output && m->references && m->params);
        assert_string_equal(m->kind, "generator");
        assert_string_equal(m->scale, "microstructure");
        assert_true(cupel_method_n_params(m) <= CUPEL_RECIPE_VALUES_MAX);
        assert_true(g->mixture || (g->open && g->close && (g->field || (g->row && g->at))));
        cupel_recipe r;
        cupel_err err;
        check_ok(cupel_recipe_of_text(m->name, &r, &err), &err);
        assert_true(cupel_recipe_phases(&r) >= 2);
        for (size_t p = 0; m->params[p].name; p++) {
            const cupel_param *q = &m->params[p];
            assert_true(q->min <= q->max && q->help[0] && (isnan(q->value) || (q->value >= q->min && q->value <= q->max)));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_and_json_come_back_to_the_byte), cmocka_unit_test(texts_that_are_no_recipe_are_refused),
        cmocka_unit_test(files_that_are_no_recipe_are_refused), cmocka_unit_test(a_recipe_is_a_file_or_a_text),
        cmocka_unit_test(recipes_are_the_same),
        cmocka_unit_test(a_change_forgets_the_threshold),       cmocka_unit_test(every_generator_says_what_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
