#include "tests/check.h"

#include "core/base/mem.h"
#include "core/engine/doubts.h"

#include <unistd.h>

static char folder[] = "/tmp/cupel-doubts-XXXXXX";
static char path[3][64];
static char said[4096], noted[4096];

enum { DATA, DEMAND, MODEL };

static void take(void *user, cupel_level level, const char *text)
{
    (void)user;
    char *to = level == CUPEL_WARNING ? said : noted;
    snprintf(to + strlen(to), sizeof said - strlen(to), "%s\n", text);
}

static const cupel_job job = {.threads = 1, .say = take};

static void write_file(int which, const char *text)
{
    FILE *f = fopen(path[which], "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static int setup(void **state)
{
    (void)state;
    static const char *const names[3] = {"gaps.csv", "d.yaml", "m.h5"};
    assert_non_null(mkdtemp(folder));
    for (int i = 0; i < 3; i++) snprintf(path[i], sizeof path[i], "%s/%s", folder, names[i]);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) unlink(path[i]);
    return rmdir(folder);
}

/* Rows Na1Cl .. Na<n>Cl with 0.1, 0.2, ... and what comes behind them. */
static void write_rows(int n, const char *more)
{
    char text[4096] = "formula,gap [eV]\n";
    for (int i = 1; i <= n; i++) snprintf(text + strlen(text), sizeof text - strlen(text), "Na%dCl,%g\n", i, 0.1 * i);
    snprintf(text + strlen(text), sizeof text - strlen(text), "%s", more);
    write_file(DATA, text);
}

static void doubt_of(const cupel_model_options *m)
{
    cupel_training t;
    cupel_err err = {0};
    const cupel_training_options o = {.file = path[DATA], .target = "gap"};
    said[0] = noted[0] = '\0';
    check_ok(cupel_training_read(&o, &job, &t, &err), &err);
    check_ok(cupel_training_doubts(&t, m, &job, &err), &err);
    cupel_training_release(&t);
}

static void doubt(const char *columns) { doubt_of(&(cupel_model_options){.columns = columns}); }

static void what_may_be_meant_otherwise_is_noted(void **state)
{
    (void)state;
    char text[4096] = "formula,gap [eV]\n";
    write_rows(40, "");
    doubt(NULL);
    assert_string_equal(noted, ""); /* 0.1 to 4 */
    write_rows(40, "KCl,0.01\n");
    doubt(NULL);
    assert_non_null(strstr(noted, "gap spans 2.6 decades (0.01 to 4 eV)"));
    doubt_of(&(cupel_model_options){.learner = "auto"}); /* learns the logarithm by itself */
    assert_string_equal(noted, "");
    doubt_of(&(cupel_model_options){.transform = CUPEL_TRANSFORM_LOG});
    assert_string_equal(noted, "");
    write_rows(40, "KCl,0.01\nKBr,0\n"); /* not all above 0 */
    doubt(NULL);
    assert_string_equal(noted, "");
    write_rows(40, "KCl,5200\n"); /* one slip is no spread */
    doubt(NULL);
    assert_string_equal(noted, "");
    for (int classes = 2; classes <= 9; classes++) {
        text[strlen("formula,gap [eV]\n")] = '\0';
        for (int i = 0; i < 40; i++) snprintf(text + strlen(text), sizeof text - strlen(text), "Na%dCl,%d\n", i + 1, i % classes);
        write_file(DATA, text);
        doubt(NULL);
        assert_true((strstr(noted, "learned as a number") != NULL) == (classes > 2 && classes < 9));
    }
}

static void slips_and_contradictions_are_named(void **state)
{
    (void)state;
    write_rows(40, "KCl,2\nKBr,3.9\n");
    doubt(NULL);
    assert_string_equal(said, "");
    write_rows(40, "KCl,5200\nK2S,2\nK4S2,2.1\n");
    doubt(NULL);
    assert_non_null(strstr(said, "gaps.csv:42: gap 5200 eV is far from all others"));
    assert_null(strstr(said, "values far apart")); /* 2 and 2.1 agree */
    write_rows(40, "KBr,0.1\nK2Br2,3.9\n");
    doubt(NULL);
    assert_non_null(strstr(said, "1 composition is in several rows with values far apart, as 'KBr' in line 42 with 0.1 and in line 43 with 3.9 eV"));
    write_rows(40, "KBr,0.1\nK2Br2,3.9\nKF,1\nKF,2\nKF,4\n");
    doubt(NULL); /* the widest first, with the number of rows */
    assert_non_null(strstr(said, "2 compositions are in several rows with values far apart, as 'KBr' in line 42 with 0.1"));
    assert_non_null(strstr(said, "'KF' in 3 rows from 1 (line 44) to 4 eV (line 46)"));
    doubt("temperature"); /* other columns may tell them apart */
    assert_string_equal(said, "");
    write_file(DATA, "formula,gap [eV]\nNaCl,8\nKCl,8000\n");
    doubt(NULL); /* of two rows nobody knows which is the odd one */
    assert_string_equal(said, "");
}

static void weak_models_are_said(void **state)
{
    (void)state;
    cupel_err err = {0};
    cupel_training t;
    cupel_model *m = NULL;
    const cupel_training_options o = {.file = path[DATA], .target = "gap"};
    const cupel_model_options ridge = {.features = "magpie", .learner = "ridge", .seed = 1};
    write_file(DATA, "formula,gap [eV]\nNaCl,1\nKCl,5\nZnS,2\nZnO,9\nGaN,1\nInN,8\nAlN,0\n"); /* noise */
    check_ok(cupel_training_read(&o, &job, &t, &err), &err);
    check_ok(cupel_model_fit(&t, NULL, 0, &ridge, &job, &m, &err), &err);
    said[0] = '\0';
    check_ok(cupel_model_doubts(m, 0.9, &job, &err), &err);
    assert_non_null(strstr(said, "the model of gap is no better than the mean: r2 -"));
    assert_non_null(strstr(said, "rest on 7 residuals, too few to hold 90 % of values"));
    said[0] = '\0';
    check_ok(cupel_model_doubts(m, 0.8, &job, &err), &err);
    assert_null(strstr(said, "residuals"));
    cupel_model_free(m);
    cupel_training_release(&t);
}

/* What r2 of few rows is worth, and intervals that reach below 0 where no value is. */
static void doubt_model(const char *table, cupel_transform_kind transform)
{
    cupel_err err = {0};
    cupel_training t;
    cupel_model *m = NULL;
    const cupel_training_options o = {.file = path[DATA], .target = "gap"};
    const cupel_model_options ridge = {.features = "element_fraction", .learner = "ridge", .seed = 1, .transform = transform};
    write_file(DATA, table);
    check_ok(cupel_training_read(&o, &job, &t, &err), &err);
    check_ok(cupel_model_fit(&t, NULL, 0, &ridge, &job, &m, &err), &err);
    said[0] = noted[0] = '\0';
    check_ok(cupel_model_doubts(m, 0.8, &job, &err), &err);
    cupel_model_free(m);
    cupel_training_release(&t);
}

static void few_rows_are_said_to_be_few(void **state)
{
    (void)state;
    char table[2048] = "formula,gap [eV]\n";
    for (int i = 1; i <= 30; i++) /* half of it noise */
        snprintf(table + strlen(table), sizeof table - strlen(table), "Na%dCl%d,%g\n", i, 31 - i, 0.07 * i + 3.2 * (i * 7 % 11) / 11 + 0.1);
    doubt_model(table, CUPEL_TRANSFORM_PLAIN);
    print_message("%s%s", said, noted);
    assert_non_null(strstr(said, "30 rows do not show that the model of gap knows more than the mean: r2 0."));
    snprintf(table, sizeof table, "formula,gap [eV]\n");
    for (int i = 1; i <= 30; i++)
        snprintf(table + strlen(table), sizeof table - strlen(table), "Na%dCl%d,%g\n", i, 31 - i, 20 + 0.1 * i + 0.05 * (i * 7 % 11));
    doubt_model(table, CUPEL_TRANSFORM_PLAIN);
    print_message("%s%s", said, noted);
    assert_string_equal(said, "");
    assert_non_null(strstr(noted, "of gap rests on 30 rows out of fold: 0.9"));
    assert_null(strstr(noted, "below 0"));
    snprintf(table, sizeof table, "formula,gap [eV]\n");
    for (int i = 1; i <= 30; i++) /* as large as errors of the large ones are */
        snprintf(table + strlen(table), sizeof table - strlen(table), "Na%dCl%d,%g\n", i, 31 - i, 0.1 + 0.1 * i * i * (1 + (i * 7 % 11) / 11.0));
    doubt_model(table, CUPEL_TRANSFORM_PLAIN);
    print_message("%s%s", said, noted);
    assert_non_null(strstr(noted, "intervals of gap reach below 0"));
    doubt_model(table, CUPEL_TRANSFORM_LOG);
    assert_null(strstr(noted, "below 0"));
}

static cupel_status check_file(cupel_str *words, cupel_err *err)
{
    char *text = NULL;
    size_t n = 0;
    cupel_status st = cupel_demand_text(path[DEMAND], &text, &n, err);
    if (st == CUPEL_OK) st = cupel_demand_check((cupel_text){text, n}, path[DEMAND], &job, words, err);
    cupel_free(text);
    return st;
}

static void impossible_demands_are_said_before_the_work(void **state)
{
    (void)state;
    cupel_err err = {0};
    cupel_str words = {0};
    write_rows(40, "");
    write_file(DEMAND, "demand: x\ndata: {file: gaps.csv, target: gap}\nspace: {list: gaps.csv}\nrequire:\n  - {property: gap, min: 11 eV}\n"
                       "  - {elements: allowed, list: [Na, Cl]}\n  - {price: {max: 0.001 USD/kg}}\n  - {abundance: {min: 100 %}}\n");
    said[0] = '\0';
    check_ok(check_file(&words, &err), &err);
    assert_non_null(strstr(said, "d.yaml:7: nothing can meet this: price at most 0.001 USD/kg, and the least of all allowed elements is"));
    assert_non_null(strstr(said, "d.yaml:8: nothing can meet this: "));
    assert_non_null(strstr(said, "outside everything measured"));
    cupel_str_free(&words);
    write_file(DEMAND, "demand: x\ndata: {file: gaps.csv, target: gap}\nspace: {list: gaps.csv}\nrequire:\n  - {property: gap, min: 1 eV}\n"
                       "rank: {weights: {gap: 2}}\n");
    check_fails(check_file(&words, &err), CUPEL_USAGE, &err,
                "d.yaml:6: weights stand with what they weigh: rank: {by: weights}");
    cupel_str_free(&words);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slips_and_contradictions_are_named),
        cmocka_unit_test(what_may_be_meant_otherwise_is_noted),
        cmocka_unit_test(weak_models_are_said),
        cmocka_unit_test(few_rows_are_said_to_be_few),
        cmocka_unit_test(impossible_demands_are_said_before_the_work),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
