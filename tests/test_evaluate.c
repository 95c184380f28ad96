/* Evaluation: figures that agree with the predictions they come from, whatever the folds and threads. */
#include "tests/check.h"

#include "core/base/mem.h"
#include "core/base/rng.h"
#include "core/engine/evaluate.h"
#include "core/io/json.h"
#include "datasets/source.h"
#include "models/learn/metrics.h"

#include <unistd.h>

static char folder[] = "/tmp/cupel-evaluate-XXXXXX";
static char table[256], oof[256];
enum { N = 90 };

static void write_table(void)
{
    static const char *const cation[] = {"Li", "Na", "K", "Mg", "Ca", "Zn", "Cd", "Al", "Ga", "In"}, *const anion[] = {"O", "S",  "Se",
                                                                                                                       "F", "Cl", "N"};
    FILE *f = fopen(table, "w");
    assert_non_null(f);
    fprintf(f, "mbid,formula,gap [eV],wide,fold\n");
    for (size_t i = 0; i < N; i++) {
        size_t a = (size_t)cupel_rng_below(1, 1, i, 10), b = (size_t)cupel_rng_below(1, 2, i, 6), k = 1 + (size_t)cupel_rng_below(1, 3, i, 3);
        double gap = 6 - 0.8 * (double)b + 0.2 * (double)(a % 3) + 0.3 * (double)k + 0.3 * cupel_rng_normal(1, 5, i);
        fprintf(f, "m-%03zu,%s%zu%s,%.4f,%d,%zu\n", i, cation[a], k, anion[b], gap, gap > 4.3, i % 3);
    }
    fclose(f);
}

static cupel_evaluate_options quick(const char *target)
{
    return (cupel_evaluate_options){.data = {.file = table, .formula = "formula", .target = target},
                                    .model = {.features = "magpie", .learner = "krr", .settings = "lambda=0.01,gamma=0.01", .seed = 1},
                                    .split = CUPEL_SPLIT_GIVEN, .fold_column = "fold"};
}

static const cupel_job job = {.threads = 2, .isa = CUPEL_ISA_PLAIN};

static const cupel_metric *metric(const cupel_evaluation *e, const char *name)
{
    for (size_t i = 0; i < e->n_metrics; i++)
        if (!strcmp(e->metric[i].name, name)) return &e->metric[i];
    fail_msg("no metric %s", name);
    return NULL;
}

typedef struct held {
    char id[16], fold[16];
    double truth, prediction, lower, upper;
    int in_domain;
} held;

static size_t read_predictions(held *h, size_t most)
{
    char line[512];
    size_t n = 0;
    FILE *f = fopen(oof, "r");
    assert_non_null(f);
    assert_non_null(fgets(line, sizeof line, f));
    assert_string_equal(line, "id,fold,truth,prediction,lower,upper,in_domain\n");
    while (fgets(line, sizeof line, f)) {
        assert_true(n < most);
        char *at[7], *p = line;
        for (int i = 0; i < 7; i++) {
            at[i] = p;
            p += strcspn(p, ",\n");
            *p++ = '\0';
        }
        snprintf(h[n].id, sizeof h[n].id, "%s", at[0]);
        snprintf(h[n].fold, sizeof h[n].fold, "%s", at[1]);
        h[n].truth = strtod(at[2], NULL);
        h[n].prediction = strtod(at[3], NULL);
        h[n].lower = *at[4] ? strtod(at[4], NULL) : NAN;
        h[n].upper = *at[5] ? strtod(at[5], NULL) : NAN;
        h[n++].in_domain = atoi(at[6]);
    }
    fclose(f);
    return n;
}

static void figures_agree_with_the_predictions(void **state)
{
    (void)state;
    cupel_evaluation e;
    cupel_err err = {0};
    cupel_evaluate_options o = quick("gap");
    held h[N + 1];
    o.predictions = oof;
    check_ok(cupel_evaluate(&o, &job, &e, &err), &err);
    assert_int_equal(read_predictions(h, N + 1), N);
    assert_int_equal(e.n_folds, 3);
    assert_string_equal(e.unit, "eV");
    double mean = 0;
    for (size_t k = 0; k < 3; k++) {
        double mae = 0, covered = 0, in = 0;
        for (size_t i = 0; i < N; i++) {
            if (atoi(h[i].fold) != (int)k) continue;
            assert_int_equal(atoi(h[i].id + 2) % 3, (int)k); /* a row is held out in its own fold */
            mae += fabs(h[i].prediction - h[i].truth) / 30;
            covered += (h[i].lower <= h[i].truth && h[i].truth <= h[i].upper) / 30.0;
            in += h[i].in_domain / 30.0;
        }
        check_close(metric(&e, "mae")->folds[k], mae, 1e-12, 0);
        check_close(metric(&e, "coverage90")->folds[k], covered, 1e-12, 0);
        check_close(metric(&e, "in_domain")->folds[k], in, 1e-12, 0);
        assert_int_equal(e.n_test[k], 30);
        assert_int_equal(e.n_train[k], 60);
        mean += mae / 3;
    }
    check_close(metric(&e, "mae")->mean, mean, 1e-12, 0);
    assert_true(metric(&e, "r2")->mean > 0.5);
    assert_true(metric(&e, "coverage50")->mean < metric(&e, "coverage95")->mean);
    cupel_evaluation_release(&e);
}

static void check_shape(const cupel_json *metric_node, size_t n_folds)
{
    double x;
    assert_non_null(metric_node);
    assert_true(cupel_json_number(cupel_json_get(metric_node, "mean"), &x));
    assert_int_equal(cupel_json_size(cupel_json_get(metric_node, "folds")), n_folds);
}

static void json_has_mean_and_folds(void **state)
{
    (void)state;
    static const char *const regression[] = {"mae",        "rmse",       "r2",         "spearman",      "coverage50",
                                             "coverage80", "coverage90", "coverage95", "miscalibration", "z2", "width50", "width80", "width90",
                                             "width95", "error_by_spread"};
    static const char *const classes[] = {"auc",        "balanced_accuracy", "accuracy",   "f1",         "log_loss",   "coverage50",     "coverage80",
                                          "coverage90", "coverage95",        "set_size50", "set_size95", "miscalibration", "z2",
                                          "calibration_error", "class_threshold"};
    cupel_evaluation e;
    cupel_err err = {0};
    for (int c = 0; c < 2; c++) {
        cupel_evaluate_options o = quick(c ? "wide" : "gap");
        cupel_str s = {0};
        cupel_json *root = NULL;
        check_ok(cupel_evaluate(&o, &job, &e, &err), &err);
        assert_int_equal(e.is_class, c);
        cupel_evaluation_json(&e, &o, &s);
        check_ok(cupel_json_read((cupel_text){s.p, s.n}, "evaluation", &root, &err), &err);
        for (size_t i = 0; i < 15; i++) check_shape(cupel_json_get(root, c ? classes[i] : regression[i]), 3);
        cupel_json_free(root);
        cupel_str_clear(&s);
        cupel_evaluation_table(&e, &s);
        assert_non_null(strstr(cupel_str_text(&s), c ? "balanced_accuracy" : "mae [eV]"));
        cupel_str_free(&s);
        cupel_evaluation_release(&e);
    }
}

/* Higher levels: wider intervals and larger sets, never less covered; what is small in a fold is small in the mean. */
static void intervals_and_sets_grow_with_the_level(void **state)
{
    (void)state;
    static const char *const coverage[] = {"coverage50", "coverage80", "coverage90", "coverage95"};
    static const char *const size[2][4] = {{"width50", "width80", "width90", "width95"}, {"set_size50", "set_size80", "set_size90", "set_size95"}};
    for (int c = 0; c < 2; c++) {
        cupel_evaluation e;
        cupel_err err = {0};
        cupel_evaluate_options o = quick(c ? "wide" : "gap");
        check_ok(cupel_evaluate(&o, &job, &e, &err), &err);
        for (size_t k = 0; k < e.n_folds; k++)
            for (int i = 1; i < 4; i++) {
                assert_true(metric(&e, coverage[i])->folds[k] >= metric(&e, coverage[i - 1])->folds[k]);
                assert_true(metric(&e, size[c][i])->folds[k] >= metric(&e, size[c][i - 1])->folds[k]);
            }
        if (!c) assert_true(metric(&e, "width95")->mean > metric(&e, "width50")->mean);
        if (c) assert_true(metric(&e, "set_size50")->mean <= 2 && metric(&e, "empty90")->mean <= 1 - metric(&e, "coverage90")->mean + 1e-12);
        assert_true(metric(&e, "miscalibration")->mean < 0.2 && metric(&e, "z2")->mean > 0.2 && metric(&e, "z2")->mean < 5);
        cupel_evaluation_release(&e);
    }
}

static void every_split_works_and_threads_do_not_matter(void **state)
{
    (void)state;
    cupel_err err = {0};
    for (int kind = CUPEL_SPLIT_RANDOM; kind <= CUPEL_SPLIT_ELEMENT; kind++) {
        cupel_evaluate_options o = quick("gap");
        cupel_evaluation e[2];
        o.split = (cupel_split_kind)kind;
        o.n_folds = 4;
        for (int t = 0; t < 2; t++)
            check_ok(cupel_evaluate(&o, &(cupel_job){.threads = t ? 3 : 1, .isa = CUPEL_ISA_PLAIN}, &e[t], &err), &err);
        assert_int_equal(e[0].n_folds, 4);
        for (size_t i = 0; i < e[0].n_metrics; i++)
            for (size_t k = 0; k < 4; k++) check_close(e[0].metric[i].folds[k], e[1].metric[i].folds[k], 0, 0);
        size_t total = 0;
        for (size_t k = 0; k < 4; k++) {
            total += e[0].n_test[k];
            assert_int_equal(e[0].n_test[k] + e[0].n_train[k], N);
        }
        if (kind != CUPEL_SPLIT_ELEMENT) assert_int_equal(total, N);
        cupel_evaluation_release(&e[0]);
        cupel_evaluation_release(&e[1]);
    }
}

/* Held-out chemistry is harder and lies farther from the training rows than held-out chance. */
static void leaving_an_element_out_is_noticed(void **state)
{
    (void)state;
    cupel_err err = {0};
    cupel_evaluation chance, element;
    cupel_evaluate_options o = quick("gap");
    o.split = CUPEL_SPLIT_RANDOM;
    check_ok(cupel_evaluate(&o, &job, &chance, &err), &err);
    o.split = CUPEL_SPLIT_ELEMENT;
    check_ok(cupel_evaluate(&o, &job, &element, &err), &err);
    assert_true(metric(&element, "in_domain")->mean < metric(&chance, "in_domain")->mean - 0.1);
    cupel_evaluation_release(&chance);
    cupel_evaluation_release(&element);
}

static void mistakes_are_explained(void **state)
{
    (void)state;
    cupel_evaluation e;
    cupel_err err = {0};
    cupel_evaluate_options o = quick("gap");
    o.fold_column = "folds";
    check_fails(cupel_evaluate(&o, &job, &e, &err), CUPEL_BAD_INPUT, &err, "no fold column 'folds'");
    o = quick("gap");
    o.split = CUPEL_SPLIT_RANDOM;
    o.n_folds = 500;
    check_fails(cupel_evaluate(&o, &job, &e, &err), CUPEL_BAD_INPUT, &err, "500 folds of 90 rows");
    assert_null(e.fold);
}

static int make_folder(void **state)
{
    (void)state;
    if (!mkdtemp(folder)) return 1;
    snprintf(table, sizeof table, "%s/t.csv", folder);
    snprintf(oof, sizeof oof, "%s/oof.csv", folder);
    write_table();
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    unlink(table);
    unlink(oof);
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(figures_agree_with_the_predictions), cmocka_unit_test(json_has_mean_and_folds),
        cmocka_unit_test(intervals_and_sets_grow_with_the_level),
        cmocka_unit_test(every_split_works_and_threads_do_not_matter), cmocka_unit_test(leaving_an_element_out_is_noticed),
        cmocka_unit_test(mistakes_are_explained),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
