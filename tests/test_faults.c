/* Every n-th allocation of our own code made to fail, once and from then on, along the whole road: no crash, no leak (the address sanitizer
 * looks), CUPEL_NO_RESOURCE and nothing under the final name. Needs a build with -DCUPEL_FAULTS (make asan). */
#include "tests/files.h"

#ifdef CUPEL_FAULTS

#include "core/base/mem.h"
#include "core/engine/describe_volume.h"
#include "core/engine/model.h"
#include "core/engine/run.h"
#include "core/sys/file.h"
#include "datasets/spaces/micro/recipe.h"

#include <unistd.h>

static char folder[] = "/tmp/cupel-faults-XXXXXX";
static char table[128], demand[128], model_file[128], list_file[128], out_folder[128], volumes[128];
static const cupel_job job = {.threads = 2};

static const char *const formulas[] = {"GaAs", "InP",   "Cu2O", "ZnO",  "MgO",   "NaCl", "KCl",     "LiF",     "CdTe", "CdSe", "ZnS",
                                       "ZnSe", "Al2O3", "SiO2", "TiO2", "Fe2O3", "SnS",  "PbS",     "GaN",     "AlN",  "BN",   "InAs",
                                       "InSb", "GaSb",  "AlAs", "AlP",  "Si",    "Ge",   "CuInSe2", "CuGaSe2", "CaO",  "SrO"};

static int setup(void **state)
{
    (void)state;
    if (!mkdtemp(folder)) return -1;
    snprintf(table, sizeof table, "%s/t.csv", folder);
    snprintf(list_file, sizeof list_file, "%s/list.csv", folder);
    snprintf(demand, sizeof demand, "%s/d.yaml", folder);
    snprintf(model_file, sizeof model_file, "%s/m.h5", folder);
    snprintf(out_folder, sizeof out_folder, "%s/out", folder);
    snprintf(volumes, sizeof volumes, "%s/volumes.csv", folder);
    cupel_str t = {0}, l = {0};
    cupel_str_puts(&t, "formula,band gap [eV]\n");
    cupel_str_puts(&l, "formula\n");
    for (size_t i = 0; i < sizeof formulas / sizeof *formulas; i++) {
        cupel_str_addf(&t, "%s,%g\n", formulas[i], 0.5 + 0.2 * (double)i);
        cupel_str_addf(&l, "%s\n", formulas[i]);
    }
    cupel_str_puts(&l, "K5S3\nIn3N4\nCa2O3\nLi3F2\nAl7O9\nZn5O4\nGa7As6\n"); /* not measured */
    write_text(table, cupel_str_text(&t));
    write_text(list_file, cupel_str_text(&l));
    cupel_str_free(&t);
    cupel_str_free(&l);
    write_text(demand, "demand: test\nscale: composition\n"
                       "data: {file: t.csv, formula: formula, target: band gap, property: band gap, unit: eV}\n"
                       "model: {name: ridge, features: stoichiometry}\nspace: {list: list.csv, formula: formula}\n"
                       "require:\n  - {property: band gap, min: 1 eV, max: 6 eV}\n  - {elements: forbidden, list: [Pb, Cd]}\nknown: "
                       "drop\nper_system: 2\nkeep: 5\nseed: 1\n");
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    char command[256];
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}

static cupel_str read_text(const char *path)
{
    cupel_str s = {0};
    FILE *f = fopen(path, "r");
    for (int c; f && (c = fgetc(f)) != EOF;) cupel_str_putc(&s, (char)c);
    if (f) fclose(f);
    return s;
}

/* Runs op with the n-th allocation failing for growing n until it succeeds without a failure. After a failure `final` is not there, or whole:
 * the same bytes as without one. */
static void try_all(const char *name, cupel_status (*op)(cupel_err *), const char *final)
{
    cupel_err err = {0};
    check_ok(op(&err), &err);
    cupel_str good = final ? read_text(final) : (cupel_str){0};
    for (int sticky = 0; sticky <= 1; sticky++) {
        size_t n = 1, failures = 0;
        for (;; n += 1 + n / 200) {
            err = (cupel_err){0};
            if (final) unlink(final);
            cupel_mem_fail_at(n, sticky);
            cupel_status st = op(&err);
            size_t count = cupel_mem_count();
            cupel_mem_fail_at(0, false);
            if (st == CUPEL_OK && count < n) break;
            if (st == CUPEL_OK) continue; /* the failed one was not needed: a smaller buffer, fewer threads */
            failures++;
            if (st != CUPEL_NO_RESOURCE || !err.message[0]) fail_msg("%s: allocation %zu: status %d: %s", name, n, (int)st, err.message);
            if (!final || !cupel_file_exists(final)) continue;
            cupel_str left = read_text(final);
            bool same = left.n == good.n && memcmp(cupel_str_text(&left), cupel_str_text(&good), good.n) == 0;
            cupel_str_free(&left);
            if (!same) fail_msg("%s: allocation %zu failed and left a damaged %s", name, n, final);
        }
        assert_true(failures > 0);
        print_message("%s: %zu allocations\n", name, n);
    }
    cupel_str_free(&good);
}

static cupel_status describe_some(cupel_err *err)
{
    double x[64 * 132];
    unsigned char reason[64];
    cupel_describer *d = NULL;
    cupel_status st = cupel_describer_new("magpie", &d, err);
    if (st == CUPEL_OK) st = cupel_describer_compute(d, formulas, sizeof formulas / sizeof *formulas, 2, x, reason, err);
    cupel_describer_free(d);
    return st;
}

static cupel_status train_with(const char *learner, const char *settings, cupel_err *err)
{
    cupel_training t = {0};
    cupel_model *m = NULL;
    cupel_training_options o = {.file = table, .formula = "formula", .target = "band gap"};
    cupel_model_options mo = {.features = "stoichiometry", .learner = learner, .settings = settings, .seed = 1};
    cupel_status st = cupel_training_read(&o, &job, &t, err);
    if (st == CUPEL_OK) st = cupel_model_fit(&t, NULL, 0, &mo, &job, &m, err);
    if (st == CUPEL_OK) st = cupel_model_save(m, model_file, err);
    cupel_model_free(m);
    cupel_training_release(&t);
    return st;
}

static cupel_status train_ridge(cupel_err *err) { return train_with("ridge", "", err); }

static cupel_status train_svr(cupel_err *err) { return train_with("svr", "", err); }

static cupel_status predict_some(cupel_err *err)
{
    double value[64], lower[64], upper[64];
    unsigned char in_domain[64], reason[64];
    cupel_predictor *p = NULL;
    cupel_status st = cupel_predictor_open(model_file, &p, err);
    const cupel_predictions out = {value, lower, upper, in_domain, reason};
    if (st == CUPEL_OK) st = cupel_predictor_predict(p, formulas, sizeof formulas / sizeof *formulas, 0.9, 2, &out, err);
    cupel_predictor_free(p);
    return st;
}

/* Fields, bodies, grains and three phases, on a grid of 6. */
static cupel_status generate_some(cupel_err *err)
{
    static const char *const text[] = {"gaussian:wavelength=0.9", "octet:fraction=0.4", "hard_spheres:count=3,fraction=0.1", "voronoi:count=3",
                                       "plurigaussian:wavelength=0.9,wavelength2=0.9"};
    for (size_t i = 0; i < sizeof text / sizeof *text; i++) {
        cupel_recipe r;
        cupel_mixture m = {0};
        cupel_status st = cupel_recipe_of_text(text[i], &r, err);
        if (st == CUPEL_OK) st = cupel_recipe_mixture(&r, (const size_t[]){6, 6, 6}, &m, &job, err);
        cupel_mixture_release(&m);
        if (st != CUPEL_OK) return st;
    }
    return CUPEL_OK;
}

static cupel_status run_demand(cupel_err *err) { return cupel_run_demand(demand, out_folder, 2, err); }

static void describing(void **state) { (void)state; try_all("describe", describe_some, NULL); }

static void generating(void **state) { (void)state; try_all("generate", generate_some, NULL); }

/* A table of volumes, one of which is not there, to `output`. */
static cupel_status describe_to(const char *output, const char *sets, cupel_err *err)
{
    const char *const path[] = {volumes};
    const cupel_describe_volume_options o = {.path = path, .n = 1, .column = "file", .sets = sets, .output = output, .missing = CUPEL_MISSING_KEEP,
                                             .components = 1};
    return cupel_describe_volume(&o, &job, err);
}

static char volume_output[160];

static cupel_status describe_volumes(cupel_err *err)
{
    return describe_to(volume_output, "minkowski:connectivity=26,two_point:map=1,periodic_tortuosity", err);
}

static void describing_volumes(void **state)
{
    (void)state;
    cupel_err err;
    char path[160];
    cupel_voxels v = {0};
    static const char *const ends[] = {"json", "csv", "h5"};
    check_ok(cupel_voxels_init(&v, 3, (const size_t[3]){3, 3, 3}, "test", &err), &err);
    v.id[13] = 1;
    check_ok(cupel_voxels_number(&v, "test", &err), &err);
    snprintf(path, sizeof path, "%s/v.npy", folder);
    check_ok(cupel_volume_write(path, NULL, &v, &err), &err);
    cupel_voxels_release(&v);
    write_text(volumes, "file\nv.npy\nv.npy\nnone.npy\n");
    for (size_t i = 0; i < 3; i++) {
        snprintf(volume_output, sizeof volume_output, "%s/described.%s", folder, ends[i]);
        try_all(ends[i], describe_volumes, volume_output);
    }
}

static void training_and_saving(void **state)
{
    (void)state;
    try_all("train ridge", train_ridge, model_file);
    try_all("train svr", train_svr, model_file);
}

static void opening_and_predicting(void **state)
{
    (void)state;
    cupel_err err;
    check_ok(train_svr(&err), &err);
    try_all("predict", predict_some, NULL);
}

static void the_whole_road(void **state)
{
    (void)state;
    char ranking[160];
    snprintf(ranking, sizeof ranking, "%s/ranking.csv", out_folder);
    try_all("run", run_demand, ranking);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(describing), cmocka_unit_test(generating), cmocka_unit_test(describing_volumes),
                                       cmocka_unit_test(training_and_saving),
                                       cmocka_unit_test(opening_and_predicting), cmocka_unit_test(the_whole_road)};
    return cmocka_run_group_tests(tests, setup, teardown);
}

#else

static void faults_are_in_the_sanitizer_builds(void **state)
{
    (void)state;
    print_message("skip failing allocations: this build has no -DCUPEL_FAULTS (make asan has)\n");
    skip();
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(faults_are_in_the_sanitizer_builds)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#endif
