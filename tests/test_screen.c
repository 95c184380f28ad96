#include "tests/files.h"

#include "core/base/mem.h"
#include "core/engine/checkpoint.h"
#include "core/engine/merge.h"
#include "core/engine/screen.h"
#include "core/sys/file.h"

#include <unistd.h>

static char folder[] = "/tmp/cupel-screen-XXXXXX";

static char *at(const char *name)
{
    static char path[4][256];
    static int next;
    char *p = path[next++ % 4];
    snprintf(p, sizeof path[0], "%s/%s", folder, name);
    return p;
}

static void write_file(const char *name, const char *text) { write_text(at(name), text); }

/* Made-up gaps that grow with the share of the anion: a linear model can learn them. */
static int setup(void **state)
{
    (void)state;
    assert_non_null(mkdtemp(folder));
    static const char *const cation[] = {"Zn", "Mg", "Ga", "In", "Sn", "Ge", "Al", "Na", "K", "Ca"}, *const anion[] = {"O",  "S", "Se",
                                                                                                                       "Te", "N", "Cl"};
    FILE *f = fopen(at("gaps.csv"), "w"), *g = fopen(at("list.csv"), "w");
    assert_true(f && g);
    fprintf(f, "formula,gap [eV],metal\n");
    fprintf(g, "formula\n");
    for (int i = 0; i < 10; i++)
        for (int k = 0; k < 6; k++)
            for (int n = 1; n <= 3; n++) {
                double gap = 0.3 * i + 0.5 * (5 - k) + 0.2 * n;
                if ((i + k + n) % 2)
                    fprintf(f, "%s%d%s%d,%.3f,%d\n", cation[i], n, anion[k], 4 - n, gap + 0.1 * ((i * 7 + k * 3 + n) % 5 - 2), gap < 1.5);
                for (int m = 1; m <= 3; m++) fprintf(g, "%s%d%s%d\n", cation[i], n, anion[k], m);
            }
    fprintf(g, "Qq\nnan\nZn2O2\nPbS\nFe2O3.5H2O\nXe\n");
    fclose(f);
    fclose(g);
    write_file(
        "d.yaml",
        "demand: test\ndata: {file: gaps.csv, formula: formula, target: gap}\nmodel: {name: ridge, features: magpie}\n"
        "space: {list: list.csv, formula: formula}\nrequire:\n  - {property: gap, min: 1.5 eV, max: 2.5 eV}\n  - {elements: forbidden, list: [Pb]}\n"
        "keep: 30\n");
    write_file("two.yaml",
               "demand: test\ndata: {file: gaps.csv, formula: formula, target: gap}\nmodel: {name: ridge, features: magpie}\n"
               "first: {model: {name: ridge, settings: {lambda: 1}}, pass: 50 %}\ndiverse: {distance: 0.3, in: magpie}\n"
               "space: {charge_neutral: {elements: [Zn, Ga, In, Pb, S, Se, O], max_elements: 3, max_amount: 3}}\n"
               "require:\n  - {property: gap, min: 1.5 eV, max: 2.5 eV}\n  - {elements: forbidden, list: [Pb]}\nkeep: 10\n");
    write_file("imputed.csv", "formula\nZn2O2\nHeO2\nQq\n");
    write_file(
        "i.yaml",
        "demand: test\n"
        "properties:\n  - {property: gap, data: {file: gaps.csv, target: gap, missing: impute}, model: {name: ridge}}\n"
        "  - {property: metal, data: {file: gaps.csv, target: metal, missing: impute}, model: {name: svc, settings: {C: 1, gamma: 0.01}}}\n"
        "space: {list: imputed.csv}\nrequire:\n  - {property: gap, max: 9 eV}\n  - {property: metal, target: 0}\n");
    write_file(
        "p.yaml",
        "demand: test\n"
        "properties:\n  - {property: gap, data: {file: gaps.csv, formula: formula, target: gap}, model: {name: ridge}}\n"
        "  - {property: metal, data: {file: gaps.csv, formula: formula, target: metal}, model: {name: svc, settings: {C: 1, gamma: 0.01}}}\n"
        "space: {list: list.csv, formula: formula}\nrequire:\n  - {property: gap, goal: maximise}\n  - {property: metal, target: 0}\n"
        "  - {price: {max: 1000 USD/kg}, goal: minimise}\nrank: pareto\nkeep: 40\n");
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    char command[300];
    snprintf(command, sizeof command, "rm -r %s", folder);
    return system(command);
}

static void screen(const char *demand, size_t threads, uint64_t shard, uint64_t shards, cupel_result *r)
{
    cupel_err err = {0};
    cupel_demand *d;
    const cupel_job job = {.threads = threads};
    cupel_screen_options o = cupel_screen_defaults();
    o.shard = shard;
    o.shards = shards;
    check_ok(cupel_demand_open(at(demand), &d, &err), &err);
    check_ok(cupel_screen(d, &o, &job, r, NULL, &err), &err);
    cupel_demand_free(d);
}

/* Every candidate predicted one at a time, scored by hand, sorted: the shortlist of a screen. */
static void a_screen_is_predict_and_sort(void **state)
{
    (void)state;
    cupel_err err = {0};
    cupel_demand *d;
    cupel_result r;
    cupel_space *space;
    cupel_model_work *work;
    cupel_candidates c = {0};
    const cupel_job job = {.threads = 1};
    const cupel_predict_options o = {.level = 0.9};
    screen("d.yaml", 2, 1, 1, &r);
    check_ok(cupel_demand_open(at("d.yaml"), &d, &err), &err);
    check_ok(cupel_demand_train(d, &job, &err), &err);
    const cupel_model *m = d->property[0].model;
    check_ok(cupel_demand_space(d, &space, &err), &err);
    check_ok(cupel_space_fill(space, 0, 10000, &c, &err), &err);
    check_ok(cupel_model_work_new(m, &work, &err), &err);
    assert_int_equal(c.n, r.candidates);
    size_t better = 0, read = 0;
    for (size_t i = 0; i < c.n; i++) {
        double v, s, l, u, dist;
        unsigned char in, reason = 0;
        cupel_prediction out = {&v, &s, &l, &u, &dist, &in};
        if (c.batch.reason[i]) continue;
        read++;
        check_ok(cupel_model_predict(m, &(cupel_feature_rows){.batch = &c.batch, .from = i, .n = 1}, &o, work, &out, &reason, &err), &err);
        double p = reason ? 0 : cupel_surrogate_probability(cupel_model_surrogate(m), v, s, 1.5, 2.5);
        better += p > r.rows.probability[r.rows.n - 1] + 1e-9 && !cupel_text_is(c.formula[i], "PbS");
        for (size_t k = 0; k < r.rows.n; k++) {
            if (r.rows.index[k] != (int64_t)i) continue;
            assert_true(cupel_text_is(c.formula[i], r.rows.formula[k]));
            assert_true(v == r.rows.value[k] && l == r.rows.lower[k] && u == r.rows.upper[k] && dist == r.rows.distance[k]);
            check_close(r.rows.probability[k], p, 0, 1e-9);
        }
    }
    assert_int_equal(r.rows.n, 30);
    int64_t copies = 0;
    for (size_t k = 0; k < r.rows.n; k++) copies += r.rows.copies[k];
    assert_true((int64_t)better <= copies && better + 5 > r.rows.n); /* those that tie with the last may stand on either side */
    assert_int_equal(r.counts.total[CUPEL_SEEN], (int64_t)c.n);
    assert_int_equal(r.counts.formula[CUPEL_REASON_BAD_FORMULA], 1);
    assert_int_equal(r.counts.formula[CUPEL_REASON_MISSING_FORMULA], 1);
    assert_int_equal(r.counts.formula[CUPEL_REASON_AMBIGUOUS_FORMULA], 1);
    assert_int_equal(r.counts.first[0], 1);
    assert_int_equal(r.counts.rejected[82], 1);
    int64_t left = (int64_t)read - 1;
    for (int i = 0; i < CUPEL_REASON_COUNT; i++) left -= r.counts.describe[i];
    assert_int_equal(r.counts.total[CUPEL_PREDICTED], left);
    cupel_model_work_free(work);
    cupel_candidates_release(&c);
    cupel_space_free(space);
    cupel_demand_free(d);
    cupel_result_release(&r);
}

static void the_funnel_adds_up(void **state)
{
    (void)state;
    cupel_result r;
    screen("d.yaml", 1, 1, 1, &r);
    int64_t left = r.candidates;
    for (size_t i = 0; i < r.n_funnel; i++) {
        left -= r.funnel[i].removed;
        assert_int_equal(r.funnel[i].left, left);
        assert_true(r.funnel[i].removed >= 0);
    }
    assert_int_equal(left, (int64_t)r.rows.n);
    cupel_result_release(&r);
}

/* A candidate with made-up element data is one candidate, however many properties are predicted from it. */
static void imputed_candidates_are_counted_once(void **state)
{
    (void)state;
    cupel_result r;
    screen("i.yaml", 1, 1, 1, &r);
    assert_int_equal(r.counts.describe[CUPEL_REASON_IMPUTED], 1);
    assert_int_equal(r.rows.n, 2);
    cupel_result_release(&r);
}

/* Known materials: of a training row itself, and of anything else the nearest by hand. */
static void known_materials_are_the_nearest(void **state)
{
    (void)state;
    cupel_err err = {0};
    cupel_demand *d;
    cupel_result r;
    const cupel_job job = {.threads = 1};
    screen("d.yaml", 1, 1, 1, &r);
    check_ok(cupel_demand_open(at("d.yaml"), &d, &err), &err);
    check_ok(cupel_demand_train(d, &job, &err), &err);
    size_t known = 0;
    for (size_t k = 0; k < r.rows.n; k++) {
        cupel_formula f;
        cupel_formula_error e;
        cupel_known nearest;
        assert_true(cupel_formula_read(cupel_text_of(r.rows.formula[k]), CUPEL_DOT_REFUSE, &f, &e));
        cupel_model_nearest(d->property[0].model, &f.composition, &nearest);
        assert_string_equal(r.known_formula[k], nearest.formula);
        assert_true(r.known_value[k] == nearest.value);
        check_close(r.known_distance[k], nearest.distance, 1e-6, 1e-7);
        assert_int_equal(r.in_training[k], nearest.distance < 1e-9);
        known += r.in_training[k];
    }
    assert_true(known > 0 && known < r.rows.n);
    cupel_demand_free(d);
    cupel_result_release(&r);
}

static char *bytes_of(const char *path, size_t *n)
{
    cupel_err err;
    cupel_map map;
    check_ok(cupel_map_open(path, &map, &err), &err);
    char *copy = test_malloc(map.n + 1);
    memcpy(copy, map.p, map.n);
    *n = map.n;
    cupel_map_close(&map);
    return copy;
}

static void same_file(const char *a, const char *b)
{
    size_t n, m;
    char *x = bytes_of(a, &n), *y = bytes_of(b, &m);
    assert_int_equal(n, m);
    assert_memory_equal(x, y, n);
    test_free(x);
    test_free(y);
}

static void artifacts_and_shards_hold_all_of_it(void **state)
{
    (void)state;
    cupel_err err = {0};
    const char *const demands[] = {"d.yaml", "p.yaml"};
    for (int k = 0; k < 2; k++) {
        cupel_result r, again;
        screen(demands[k], 2, 1, 1, &r);
        check_ok(cupel_result_write(&r, at("whole.h5"), &err), &err);
        check_ok(cupel_result_open(at("whole.h5"), &again, &err), &err);
        check_ok(cupel_result_save(&again, at("again.h5"), &err), &err);
        same_file(at("whole.h5"), at("again.h5"));
        cupel_result_release(&again);
        cupel_result_release(&r);
        for (uint64_t i = 1; i <= 3; i++) {
            char name[16];
            snprintf(name, sizeof name, "%d.h5", (int)i);
            screen(demands[k], 1, i, 3, &r);
            check_ok(cupel_result_write(&r, at(name), &err), &err);
            cupel_result_release(&r);
        }
        const char *const parts[3] = {at("3.h5"), at("1.h5"), at("2.h5")};
        check_ok(cupel_merge(parts, 3, NULL, &r, &err), &err);
        check_ok(cupel_result_write(&r, at("merged.h5"), &err), &err);
        same_file(at("whole.h5"), at("merged.h5"));
        cupel_result_release(&r);
    }
}

/* Two stages, pruning and a list without neighbours: shards give what one run gives, and the funnel adds up with what was never listed. */
static void stages_and_cuts_go_into_shards(void **state)
{
    (void)state;
    cupel_err err = {0};
    cupel_result r;
    screen("two.yaml", 2, 1, 1, &r);
    int64_t left = r.candidates + r.counts.cut[0];
    for (size_t i = 0; i < r.n_funnel; i++) {
        left -= r.funnel[i].removed;
        assert_int_equal(r.funnel[i].left, left);
    }
    assert_int_equal(left, (int64_t)r.rows.n);
    assert_true(r.counts.cut[0] > 0 && r.counts.behind[0] > 0 && r.n_near > 0);
    check_close((double)r.counts.behind[0], 0.5 * (double)r.candidates, 0.02, 2); /* the sample is the whole of so small a space */
    check_ok(cupel_result_write(&r, at("whole.h5"), &err), &err);
    cupel_result_release(&r);
    for (uint64_t i = 1; i <= 3; i++) {
        char name[16];
        snprintf(name, sizeof name, "%d.h5", (int)i);
        screen("two.yaml", 1, i, 3, &r);
        assert_int_equal(r.counts.cut[0] > 0, i == 1);
        check_ok(cupel_result_write(&r, at(name), &err), &err);
        cupel_result_release(&r);
    }
    const char *const parts[3] = {at("3.h5"), at("1.h5"), at("2.h5")};
    check_ok(cupel_merge(parts, 3, NULL, &r, &err), &err);
    check_ok(cupel_result_write(&r, at("merged.h5"), &err), &err);
    same_file(at("whole.h5"), at("merged.h5"));
    cupel_result_release(&r);
}

static void a_class_and_a_goal_make_a_front(void **state)
{
    (void)state;
    cupel_result r;
    screen("p.yaml", 2, 1, 1, &r);
    assert_int_equal(r.n_objectives, 3);
    assert_int_equal(r.is_class[1], 1);
    assert_int_equal(r.rows.layer[0], 1);
    for (size_t i = 0; i < r.rows.n; i++) {
        double metal = r.rows.value[2 * i + 1];
        assert_true(metal >= 0 && metal <= 1);
        check_close(r.rows.chance[2 * i + 1], 1 - metal, 1e-12, 1e-12); /* target: 0 */
        if (i) assert_true(r.rows.layer[i] >= r.rows.layer[i - 1]);
    }
    cupel_result_release(&r);
}

/* Stops at once, resumes, and ends as if nothing had happened. */
static bool stop_now(void *user) { return ++*(int *)user > 0; }

static void a_stop_leaves_a_checkpoint(void **state)
{
    (void)state;
    cupel_err err = {0};
    cupel_demand *d;
    cupel_result r;
    int asked = 0;
    cupel_job job = {.threads = 1, .user = &asked, .stop = NULL};
    cupel_screen_options o = cupel_screen_defaults();
    write_file("e.yaml", "demand: test\ndata: {file: gaps.csv, formula: formula, target: gap}\nmodel: {name: ridge, features: magpie}\n"
                         "space: {charge_neutral: {elements: [Na, K, Mg, Zn, Ga, In, Sn, S, Se, O], max_elements: 3, max_amount: 6, states: "
                         "icsd24}}\n"
                         "require:\n  - {property: gap, min: 1.5 eV, max: 2.5 eV}\n");
    o.checkpoint = at("e.csv.checkpoint");
    check_ok(cupel_demand_open(at("e.yaml"), &d, &err), &err);
    check_ok(cupel_demand_train(d, &job, &err), &err); /* a fit may listen to stop too */
    job.stop = stop_now;
    check_fails(cupel_screen(d, &o, &job, &r, NULL, &err), CUPEL_INTERRUPTED, &err, "--resume");
    assert_true(asked > 0 && cupel_file_exists(o.checkpoint));
    job.stop = NULL;
    o.resume = true;
    cupel_screen_times times;
    check_ok(cupel_screen(d, &o, &job, &r, &times, &err), &err);
    assert_true(times.candidates > 0 && (int64_t)times.candidates < r.candidates);
    check_ok(cupel_result_write(&r, at("resumed.h5"), &err), &err);
    cupel_result_release(&r);
    screen("e.yaml", 3, 1, 1, &r);
    check_ok(cupel_result_write(&r, at("straight.h5"), &err), &err);
    same_file(at("resumed.h5"), at("straight.h5"));
    cupel_result_release(&r);
    cupel_demand_free(d);
}

static void shards_are_read(void **state)
{
    (void)state;
    cupel_err err;
    uint64_t i, n;
    check_ok(cupel_shard_parse("2/3", &i, &n, &err), &err);
    assert_true(i == 2 && n == 3);
    const char *const bad[] = {"", "2", "0/3", "4/3", "2/", "/3", "a/b", "1/0", "-1/3", "1/3/5"};
    for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) check_fails(cupel_shard_parse(bad[k], &i, &n, &err), CUPEL_USAGE, &err, "i/n");
}

/* The whole road, each time with another allocation that fails: about a hundred of the many thousands. */
static void allocations_may_fail(void **state)
{
    (void)state;
#ifdef CUPEL_FAULTS
    size_t failed = 0;
    for (size_t n = 1, k = 0;; n += 1 + n / 12, k++) {
        cupel_err err = {0};
        cupel_demand *d = NULL;
        cupel_result r = {.n_words = 0};
        const cupel_job job = {.threads = 1};
        cupel_screen_options o = cupel_screen_defaults();
        o.checkpoint = at("faults.checkpoint");
        o.interval = 1e-9; /* a checkpoint after every block */
        cupel_mem_fail_at(n, false);
        cupel_status st = cupel_demand_open(at(k % 2 ? "two.yaml" : "d.yaml"), &d, &err);
        if (st == CUPEL_OK) st = cupel_screen(d, &o, &job, &r, NULL, &err);
        if (st == CUPEL_OK) st = cupel_result_write(&r, at("faults.h5"), &err);
        if (st == CUPEL_OK) st = cupel_result_write(&r, at("faults.csv"), &err);
        bool reached = cupel_mem_count() >= n;
        cupel_mem_fail_at(0, false);
        if (st != CUPEL_OK && st != CUPEL_NO_RESOURCE) print_error("allocation %zu: status %d: %s\n", n, st, err.message);
        assert_true(st == CUPEL_OK || st == CUPEL_NO_RESOURCE);
        failed += st != CUPEL_OK;
        cupel_result_release(&r);
        cupel_demand_free(d);
        if (!reached) break;
    }
    assert_true(failed > 10);
#else
    skip();
#endif
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_screen_is_predict_and_sort),
        cmocka_unit_test(the_funnel_adds_up),
        cmocka_unit_test(imputed_candidates_are_counted_once),
        cmocka_unit_test(known_materials_are_the_nearest),
        cmocka_unit_test(artifacts_and_shards_hold_all_of_it),
        cmocka_unit_test(stages_and_cuts_go_into_shards),
        cmocka_unit_test(a_class_and_a_goal_make_a_front),
        cmocka_unit_test(a_stop_leaves_a_checkpoint),
        cmocka_unit_test(shards_are_read),
        cmocka_unit_test(allocations_may_fail),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
