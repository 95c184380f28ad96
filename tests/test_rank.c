#include "tests/check.h"

#include "core/engine/rank.h"
#include "core/engine/score.h"

#include <unistd.h>

static char folder[] = "/tmp/cupel-rank-XXXXXX";
static char path[7][64];

enum { DATA, DEMAND, PREDICTIONS, CLASSES, GOAL, MODEL, RANKING };

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
    static const char *const names[7] = {"gaps.csv", "d.yaml", "pred.csv", "classes.yaml", "goal.yaml", "gap.h5", "ranking.csv"};
    assert_non_null(mkdtemp(folder));
    for (int i = 0; i < 7; i++) snprintf(path[i], sizeof path[i], "%s/%s", folder, names[i]);
    write_file(DATA, "formula,gap [eV],metal\nZnS,3.6,0\nZnO,3.3,0\nAlN,6,0\nFe,0,1\nCu,0,1\n");
    write_file(DEMAND, "demand: test\ndata: {file: gaps.csv, formula: formula, target: gap}\nmodel: {name: ridge}\n"
                       "space: {list: none.csv, formula: formula}\nrequire:\n  - {property: gap, min: 1.5 eV, max: 2.5 eV}\n"
                       "  - {elements: forbidden, list: [Pb]}\n");
    write_file(CLASSES, "demand: test\ndata: {file: gaps.csv, formula: formula, target: metal}\nmodel: {name: svc}\n"
                        "space: {list: none.csv, formula: formula}\nrequire:\n  - {property: metal, target: 0}\ndomain: required\n");
    write_file(GOAL, "demand: test\nmodel: {file: gap.h5}\nspace: {list: none.csv}\nrequire:\n  - {property: gap, goal: maximise}\n");
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    for (int i = 0; i < 7; i++) unlink(path[i]);
    return rmdir(folder);
}

static void given_predictions_are_ranked(void **state)
{
    (void)state;
    cupel_err err = {0};
    cupel_demand *d;
    cupel_result r;
    const cupel_job job = {.threads = 1};
    write_file(PREDICTIONS, "composition,gap [meV],gap lower [meV],gap upper [meV],in_domain\n"
                            "ZnS,3000,2500,3500,1\nZn2S2,2000,1800,2200,0\nZnO,2000,1900,2100,1\nPbS,2000,1900,2100,1\nGaN,,,,1\nInN,x,1,2,1\nQq,"
                            "2000,1900,2100,1\nAlN,9000,8990,9010,1\n");
    const cupel_rank_options o = {.table = path[PREDICTIONS]};
    check_ok(cupel_demand_open(path[DEMAND], &d, &err), &err);
    check_ok(cupel_rank_table(&o, d, &job, &r, &err), &err);
    assert_int_equal(r.rows.n, 2); /* ZnS is the composition of Zn2S2; AlN has no chance */
    assert_string_equal(r.rows.formula[0], "ZnO");
    assert_string_equal(r.rows.formula[1], "Zn2S2");
    assert_string_equal(r.known_formula[0], "ZnO");
    assert_true(r.in_training[0] == 1 && r.known_value[0] == 3.3 && r.known_distance[0] == 0 && isnan(r.rows.distance[0]));
    check_close(r.rows.value[0], 2, 1e-12, 0);
    check_close(r.rows.probability[0], cupel_interval_probability(2, 1.9, 2.1, 0.9, 1.5, 2.5), 0, 1e-9);
    assert_true(r.rows.in_domain[0] == 1 && r.rows.in_domain[1] == 0);
    assert_true(r.counts.describe[CUPEL_REASON_MISSING_NUMBER] == 1 && r.counts.describe[CUPEL_REASON_BAD_NUMBER] == 1 &&
                r.counts.first[0] == 1);
    cupel_result_release(&r);
    cupel_demand_free(d);
    write_file(PREDICTIONS, "formula,gap [K],gap lower [K],gap upper [K]\nZnS,1,0,2\n");
    check_ok(cupel_demand_open(path[DEMAND], &d, &err), &err);
    check_fails(cupel_rank_table(&o, d, &job, &r, &err), CUPEL_BAD_INPUT, &err, "'K'");
    write_file(PREDICTIONS, "formula,gap [eV]\nZnS,1\n");
    check_fails(cupel_rank_table(&o, d, &job, &r, &err), CUPEL_BAD_INPUT, &err, "gap lower [eV]");
    cupel_demand_free(d);
}

static void line_of(const char *file, int n, char line[400])
{
    FILE *f = fopen(file, "r");
    assert_non_null(f);
    for (int i = 0; i <= n; i++) assert_non_null(fgets(line, 400, f));
    fclose(f);
}

static void take(void *user, cupel_level level, const char *text)
{
    (void)level;
    char *all = user;
    snprintf(all + strlen(all), 4096 - strlen(all), "%s\n", text);
}

/* A row without a formula or a number is rejected aloud; one whose interval is none ends the ranking, for it would come first. */
static void rows_that_are_set_aside_are_named(void **state)
{
    (void)state;
    cupel_err err = {0};
    cupel_demand *d;
    cupel_result r;
    char said[4096] = "", line[400];
    const cupel_job job = {.threads = 1, .user = said, .say = take};
    const cupel_rank_options o = {.table = path[PREDICTIONS]};
    const char *const head = "formula,gap [eV],gap lower [eV],gap upper [eV]\n";
    static const char *const bad[][2] = {{"ZnS,2,1,3\nZnO,2,2.5,1.5\n", ":3: the lower end of the interval is above the upper one: gap 2, interval "
                                                                        "2.5 to 1.5 eV"},
                                         {"ZnO,4,1.5,2.5\n", ":2: the value lies outside its interval: gap 4, interval 1.5 to 2.5 eV"},
                                         {"ZnO,1,1.5,2.5\n", ":2: the value lies outside its interval"}};
    check_ok(cupel_demand_open(path[DEMAND], &d, &err), &err);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char text[512];
        snprintf(text, sizeof text, "%s%s", head, bad[i][0]);
        write_file(PREDICTIONS, text);
        check_fails(cupel_rank_table(&o, d, &job, &r, &err), CUPEL_BAD_INPUT, &err, bad[i][1]);
    }
    said[0] = '\0';
    write_file(PREDICTIONS, "formula,gap [eV],gap lower [eV],gap upper [eV]\nZnS,2,1,3\nXx2,2,1,3\nGaN,NaN,1,3\nInN,2,x,3\n");
    check_ok(cupel_rank_table(&o, d, &job, &r, &err), &err);
    assert_int_equal(r.rows.n, 1);
    assert_non_null(strstr(said, "3 rows set aside: 1 bad_formula, 1 missing_number, 1 bad_number"));
    assert_non_null(strstr(said, "pred.csv:3: bad_formula: 'Xx2' at byte 1"));
    assert_non_null(strstr(said, "pred.csv:4: missing_number: 'GaN': nothing in column 'gap [eV]'"));
    assert_non_null(strstr(said, "pred.csv:5: bad_number: 'InN': no usable number in column 'gap lower [eV]'"));
    check_ok(cupel_result_write(&r, path[RANKING], &err), &err); /* nobody said whether ZnS is in the domain */
    line_of(path[RANKING], 1, line);
    assert_int_equal(r.rows.in_domain[0], CUPEL_DOMAIN_UNKNOWN);
    assert_int_equal(strncmp(line, "1,ZnS,2,1,3,", 12), 0);
    assert_non_null(strstr(line, ",,,measured: fail,"));
    cupel_result_release(&r);
    cupel_demand_free(d);
}

/* ZnS was measured with 3.6 eV, so the window of 1.5 to 2.5 eV is not met, whatever is predicted. */
static void what_was_measured_is_judged_by_it_or_left_out(void **state)
{
    (void)state;
    static const char *const policy[] = {"", "known: keep\n", "known: drop\n"};
    cupel_err err = {0};
    cupel_demand *d;
    cupel_result r;
    char text[1024], line[400];
    const cupel_job job = {.threads = 1};
    const cupel_rank_options o = {.table = path[PREDICTIONS]};
    write_file(PREDICTIONS, "formula,gap [eV],gap lower [eV],gap upper [eV]\nZn2S2,2,1.9,2.1\nGaN,2,1,3\n");
    for (int i = 0; i < 3; i++) {
        snprintf(text, sizeof text, "demand: test\ndata: {file: gaps.csv, formula: formula, target: gap}\nmodel: {name: ridge}\n"
                 "space: {list: none.csv, formula: formula}\nrequire:\n  - {property: gap, min: 1.5 eV, max: 2.5 eV}\n%s", policy[i]);
        write_file(GOAL, text);
        check_ok(cupel_demand_open(path[GOAL], &d, &err), &err);
        check_ok(cupel_rank_table(&o, d, &job, &r, &err), &err);
        check_ok(cupel_result_write(&r, path[RANKING], &err), &err);
        line_of(path[RANKING], 1, line);
        if (i == 0) assert_non_null(strstr(line, "1,Zn2S2,2,1.9,2.1,"));
        if (i == 0) assert_non_null(strstr(line, ",measured: fail,"));
        if (i == 1) assert_non_null(strstr(line, ",pass,"));
        if (i == 2) assert_non_null(strstr(line, "1,GaN,"));
        assert_int_equal(r.rows.n, i == 2 ? 1 : 2);
        assert_int_equal(r.counts.total[CUPEL_KNOWN], i == 2);
        cupel_result_release(&r);
        cupel_demand_free(d);
    }
}

static void given_classes_are_ranked(void **state)
{
    (void)state;
    cupel_err err = {0};
    cupel_demand *d;
    cupel_result r;
    const cupel_job job = {.threads = 1};
    const cupel_rank_options o = {.table = path[PREDICTIONS]};
    write_file(PREDICTIONS, "formula,metal probability,metal lower,metal upper,distance,in_domain\n"
                            "ZnS,0.1,0,0,0.5,1\nFe,0.95,1,1,0.1,1\nMgO,0.02,0,0,2,0\nNaCl,0.4,,,0.2,yes\nCu,1.2,1,1,0.1,1\n");
    check_ok(cupel_demand_open(path[CLASSES], &d, &err), &err);
    check_ok(cupel_rank_table(&o, d, &job, &r, &err), &err);
    assert_int_equal(r.rows.n, 3); /* MgO is outside the domain, the probability of Cu is none */
    assert_string_equal(r.rows.formula[0], "ZnS");
    assert_string_equal(r.rows.formula[1], "NaCl");
    check_close(r.rows.probability[0], 0.9, 1e-9, 0);
    check_close(r.rows.probability[1], 0.6, 1e-9, 0);
    check_close(r.rows.probability[2], 0.05, 1e-9, 0);
    assert_true(r.is_class[0] == 1 && r.rows.distance[0] == 0.5);
    assert_true(r.counts.total[CUPEL_OUTSIDE_DOMAIN] == 1 && r.counts.describe[CUPEL_REASON_BAD_NUMBER] == 1);
    cupel_result_release(&r);
    cupel_demand_free(d);
}

/* A goal of a model from a file is held against the rows that the model was trained on, as in a screen. */
static void goals_of_a_model_file_are_ranked(void **state)
{
    (void)state;
    cupel_err err = {0};
    cupel_demand *d;
    cupel_result r;
    const cupel_job job = {.threads = 1};
    const cupel_rank_options o = {.table = path[PREDICTIONS]};
    check_ok(cupel_demand_open(path[DEMAND], &d, &err), &err);
    check_ok(cupel_demand_train(d, &job, &err), &err);
    check_ok(cupel_model_save(d->property[0].model, path[MODEL], &err), &err);
    cupel_demand_free(d);
    write_file(PREDICTIONS, "formula,gap [eV],gap lower [eV],gap upper [eV]\nZnS,2,1,3\nGaN,6,5,8\nInN,5,4,6\n");
    check_ok(cupel_demand_open(path[GOAL], &d, &err), &err);
    check_ok(cupel_rank_table(&o, d, &job, &r, &err), &err);
    assert_int_equal(r.rows.n, 2); /* ZnS has no chance */
    assert_string_equal(r.rows.formula[0], "GaN");
    assert_string_equal(r.rows.formula[1], "InN");
    check_close(r.rows.probability[0], cupel_interval_probability(6, 5, 8, 0.9, 6, HUGE_VAL), 0, 1e-9); /* the best of five measured is 6 eV */
    assert_true(r.rows.merit[0] > r.rows.merit[1]);
    cupel_result_release(&r);
    cupel_demand_free(d);
}

/* A beat beside a window counts in the verdict as it does in the probability; a distance that nobody gave is empty. */
static void the_verdict_is_of_what_was_asked(void **state)
{
    (void)state;
    cupel_err err = {0};
    cupel_demand *d;
    cupel_result r;
    char line[400];
    const cupel_job job = {.threads = 1};
    const cupel_rank_options o = {.table = path[PREDICTIONS]};
    write_file(PREDICTIONS, "formula,gap [eV],gap lower [eV],gap upper [eV]\nGaN,6,5,8\nInN,5,4,6\n");
    write_file(GOAL, "demand: test\ndata: {file: gaps.csv, formula: formula, target: gap}\nmodel: {name: ridge}\nspace: {list: none.csv}\n"
                     "require:\n  - {property: gap, min: 1 eV, goal: maximise, beat: 5.5 eV}\n");
    check_ok(cupel_demand_open(path[GOAL], &d, &err), &err);
    check_ok(cupel_rank_table(&o, d, &job, &r, &err), &err);
    check_ok(cupel_result_write(&r, path[RANKING], &err), &err);
    line_of(path[RANKING], 1, line);
    assert_int_equal(strncmp(line, "1,GaN,6,5,8,", 12), 0);
    assert_non_null(strstr(line, ",,,likely,")); /* in_domain, distance, verdict */
    line_of(path[RANKING], 2, line);
    assert_non_null(strstr(line, ",,,unlikely,"));
    cupel_result_release(&r);
    cupel_demand_free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(given_predictions_are_ranked),
        cmocka_unit_test(rows_that_are_set_aside_are_named),
        cmocka_unit_test(given_classes_are_ranked),
        cmocka_unit_test(goals_of_a_model_file_are_ranked),
        cmocka_unit_test(the_verdict_is_of_what_was_asked),
        cmocka_unit_test(what_was_measured_is_judged_by_it_or_left_out), /* writes another goal.yaml */
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
