#include "tests/files.h"

#include "core/base/str.h"
#include "core/engine/demand.h"

#include <stdlib.h>
#include <unistd.h>

static char folder[] = "/tmp/cupel-selection-XXXXXX";

static const char *in_folder(const char *name)
{
    static char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void write_file(const char *name, const char *text) { write_text(in_folder(name), text); }

static int setup(void **state)
{
    (void)state;
    assert_non_null(mkdtemp(folder));
    write_file("steel.csv",
               "C,Cr,kind,temperature [K],strength [MPa]\n0.2,0,C,300,400\n0.4,1.5,T,300,500\n0.6,0,C,500,600\n0.8,2,X,310,700\n1,101,C,300,900\n");
    write_file("zt.csv", "formula,zt\nMg3Bi2,0.5\nMg3BiSb,0.6\nBi2Te3,0.9\nMgO,0\nPbTe,0.4\n");
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    unlink(in_folder("steel.csv"));
    unlink(in_folder("zt.csv"));
    return rmdir(folder);
}

#define REST "model: {name: ridge, features: element_fraction}\nspace: {list: candidates.csv}\nrequire:\n  - {property: p, goal: maximise}\n"

static cupel_status read_demand(const char *data, cupel_demand **d, cupel_err *err)
{
    char text[2048], path[256];
    snprintf(text, sizeof text, "demand: x\ndata: {property: p, %s}\n" REST, data);
    snprintf(path, sizeof path, "%s/demand.yaml", folder);
    *err = (cupel_err){0};
    return cupel_demand_read(cupel_text_of(text), path, d, err);
}

#define STEEL "file: steel.csv, target: \"strength [MPa]\""

static void read_rows(const char *data, cupel_training *t, cupel_demand **d)
{
    cupel_err err;
    const cupel_job job = {.threads = 2, .isa = CUPEL_ISA_PLAIN};
    check_ok(read_demand(data, d, &err), &err);
    check_ok(cupel_training_read(&(*d)->property[0].data, &job, t, &err), &err);
}

static void refused(const char *data, cupel_status status, const char *words)
{
    cupel_err err;
    cupel_demand *d = NULL;
    check_fails(read_demand(data, &d, &err), status, &err, words);
    assert_null(d);
}

/* 0.4 % C and 1.5 % Cr by weight in iron: fractions from the standard atomic weights. */
static void contents_by_weight_become_a_composition(void **state)
{
    (void)state;
    cupel_training t;
    cupel_demand *d;
    cupel_composition c;
    read_rows("file: steel.csv, target: \"strength [MPa]\", missing: drop, where: {kind: T}, contents: {columns: [C, Cr], unit: wt %, balance: Fe}",
              &t, &d);
    assert_int_equal(t.records.n_rows, 1);
    cupel_batch_get(&t.batch, 0, &c);
    const double carbon = 0.4 / cupel_element_weight(6), chromium = 1.5 / cupel_element_weight(24), iron = 98.1 / cupel_element_weight(26);
    const double total = carbon + chromium + iron, all = cupel_composition_total(&c);
    check_close(cupel_composition_amount(&c, 6) / all, carbon / total, 0, 1e-6);
    check_close(cupel_composition_amount(&c, 24) / all, chromium / total, 0, 1e-6);
    check_close(cupel_composition_amount(&c, 26) / all, iron / total, 0, 1e-6);
    cupel_training_release(&t);
    cupel_demand_free(d);
}

static void contents_beyond_the_whole_are_a_reason(void **state)
{
    (void)state;
    cupel_training t;
    cupel_demand *d;
    read_rows("file: steel.csv, target: \"strength [MPa]\", missing: drop, contents: {columns: [C, Cr], unit: wt %, balance: Fe}", &t, &d);
    assert_int_equal(t.records.n_rows, 4);
    assert_int_equal(t.n_dropped, 1);
    cupel_training_release(&t);
    cupel_demand_free(d);
}

static void where_keeps_ranges_and_words(void **state)
{
    (void)state;
    cupel_training t;
    cupel_demand *d;
    read_rows("file: steel.csv, target: \"strength [MPa]\", missing: drop, where: {\"temperature [K]\": 290..310, kind: [C, T]},"
              " contents: {columns: [C], unit: wt %, balance: Fe}", &t, &d);
    assert_int_equal(t.records.n_rows, 3);
    assert_int_equal(t.n_elsewhere, 2);
    assert_true(t.target[0] == 400 && t.target[1] == 500 && t.target[2] == 900);
    assert_int_equal(t.row[2], 5);
    cupel_training_release(&t);
    cupel_demand_free(d);
}

static void a_family_is_held_back(void **state)
{
    (void)state;
    cupel_training t;
    cupel_demand *d;
    read_rows("file: zt.csv, target: zt, without: [Mg-Bi, Pb]", &t, &d);
    assert_int_equal(t.records.n_rows, 2);
    assert_int_equal(t.n_held_back, 3);
    assert_true(t.target[0] == 0.9 && t.target[1] == 0);
    cupel_training_release(&t);
    cupel_demand_free(d);
}

static void a_table_elsewhere_is_found_and_another_version_refused(void **state)
{
    (void)state;
    cupel_err err;
    cupel_demand *d;
    cupel_training t;
    const cupel_job job = {.threads = 2, .isa = CUPEL_ISA_PLAIN};
    char text[1024];
    unsetenv("CUPEL_DATA");
    snprintf(text, sizeof text, "demand: x\ndata: {file: zt.csv, target: zt, property: p, download: \"the table of nobody\", sha256: %064d}\n" REST,
             7);
    err = (cupel_err){0};
    check_fails(cupel_demand_read(cupel_text_of(text), "/nowhere/demand.yaml", &d, &err), CUPEL_BAD_INPUT, &err, "it is the table of nobody");
    snprintf(text + 512, 400, "/nothing::%s", folder);
    setenv("CUPEL_DATA", text + 512, 1);
    err = (cupel_err){0};
    check_ok(cupel_demand_read(cupel_text_of(text), "/nowhere/demand.yaml", &d, &err), &err);
    check_fails(cupel_training_read(&d->property[0].data, &job, &t, &err), CUPEL_BAD_INPUT, &err, "is not the table that the demand was written for");
    cupel_demand_free(d);
    unsetenv("CUPEL_DATA");
}

static void slips_are_named(void **state)
{
    (void)state;
    refused(STEEL ", sha256: abc", CUPEL_USAGE, "64 hexadecimal digits");
    refused(STEEL ", where: [1]", CUPEL_USAGE, "'where' must be a mapping");
    refused(STEEL ", where: {kind: 5..1}", CUPEL_USAGE, "runs backwards");
    refused(STEEL ", where: {kind: 5 K..9 K}", CUPEL_USAGE, "two plain numbers");
    refused(STEEL ", where: {colour: 1}", CUPEL_BAD_INPUT, "colour");
    refused(STEEL ", without: [Mg-Xx]", CUPEL_USAGE, "'Mg-Xx' is no system");
    refused(STEEL ", without: [\"\"]", CUPEL_USAGE, "is no system");
    refused(STEEL ", contents: {columns: [kind], unit: wt %}", CUPEL_USAGE, "element symbols");
    refused(STEEL ", contents: {columns: [C, C], unit: wt %}", CUPEL_USAGE, "twice");
    refused(STEEL ", contents: {columns: [C]}", CUPEL_USAGE, "needs unit");
    refused(STEEL ", contents: {columns: [C, Ni], unit: wt %}", CUPEL_BAD_INPUT, "Ni");
    refused(STEEL ", contents: {columns: [C], unit: wt %, balance: C}", CUPEL_USAGE, "column of its own");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(contents_by_weight_become_a_composition),
        cmocka_unit_test(contents_beyond_the_whole_are_a_reason),
        cmocka_unit_test(where_keeps_ranges_and_words),
        cmocka_unit_test(a_family_is_held_back),
        cmocka_unit_test(a_table_elsewhere_is_found_and_another_version_refused),
        cmocka_unit_test(slips_are_named),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
