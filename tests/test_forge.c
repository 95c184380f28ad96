/* Artifacts that are undamaged and wrong: a sound model, ranking or checkpoint is written again with one data set or attribute changed, so that every
 * digest fits, and is then used. Each change is refused with CUPEL_BAD_ARTIFACT or harmless, and never a crash (make asan); a data set that is
 * missing, of another type or of another rank is always refused if it is read at all. */
#include "tests/files.h"

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/engine/inspect.h"
#include "core/engine/merge.h"
#include "core/engine/model.h"
#include "core/engine/predict.h"
#include "core/engine/report.h"
#include "core/engine/run.h"
#include "core/io/artifact.h"
#include "core/sys/file.h"

#include <float.h>
#include <unistd.h>

static char folder[32];
static char table[64], demand[64], sound[64], forged[64], output[64], run_folder[64], run_result[80];

static bool stop_at_once(void *user)
{
    (void)user;
    return true;
}

static const cupel_job job = {.threads = 1}, stopping = {.threads = 1, .stop = stop_at_once};

static int setup(void **state)
{
    (void)state;
    static const char *const formulas[] = {"GaAs", "InP", "Cu2O", "ZnO", "MgO", "NaCl", "KCl", "LiF", "CdTe", "CdSe", "ZnS", "ZnSe", "Al2O3", "SiO2",
                                           "TiO2", "Fe2O3", "SnS", "PbS", "GaN", "AlN", "BN", "InAs", "InSb", "GaSb", "AlAs", "AlP", "Si", "Ge"};
    /* In memory where that is possible: thousands of small files are written and synced. */
    snprintf(folder, sizeof folder, "%s/cupel-forge-XXXXXX", access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    if (!mkdtemp(folder)) return -1;
    snprintf(table, sizeof table, "%s/t.csv", folder);
    snprintf(demand, sizeof demand, "%s/d.yaml", folder);
    snprintf(sound, sizeof sound, "%s/sound.h5", folder);
    snprintf(forged, sizeof forged, "%s/forged.h5", folder);
    snprintf(output, sizeof output, "%s/out.csv", folder);
    snprintf(run_folder, sizeof run_folder, "%s/run", folder);
    snprintf(run_result, sizeof run_result, "%s/result.h5", run_folder);
    cupel_str t = {0};
    cupel_str_puts(&t, "formula,band gap [eV],metal,kind,pressure\n");
    for (size_t i = 0; i < sizeof formulas / sizeof *formulas; i++)
        cupel_str_addf(&t, "%s,%g,%s,%s,%zu\n", formulas[i], 0.5 + 0.2 * (double)i, i % 3 ? "False" : "True", i % 2 ? "bulk" : "film", i % 5);
    write_text(table, cupel_str_text(&t));
    cupel_str_free(&t);
    write_text(demand, "demand: test\ndata: {file: t.csv, formula: formula, target: band gap, property: band gap, unit: eV}\n"
                       "model: {name: ridge, features: stoichiometry, settings: {lambda: 1}}\n"
                       "space: {charge_neutral: {elements: [Na, Mg, Zn, Ga, S, Se, O, N, Cl], max_elements: 4, max_amount: 4, states: icsd24}}\n"
                       "require:\n  - {property: band gap, min: 1 eV, max: 6 eV}\n  - {price: {max: 60 USD/kg}, goal: minimise}\nrank: {by: "
                       "pareto}\nkeep: 5\n");
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}

/* ---- one change ---- */

typedef enum change {
    NONE,
    DROPPED,
    RETYPED,
    RERANKED,
    SHORTER,
    LONGER,
    EMPTY,
    NOT_A_NUMBER,
    INFINITE,
    ZERO,
    MINUS_ONE,
    HUGE_VALUE,
    N_CHANGES
} change;
static const char *const change_name[N_CHANGES] = {
    "none", "dropped", "of another type", "of another rank", "shorter", "longer", "empty", "NaN", "infinite", "zero", "minus one", "huge"};

typedef struct forging {
    cupel_reader *r;
    cupel_writer *w;
    const char *target; /* name of the data set, or of the attribute */
    bool attribute;
    change change;
} forging;

static void change_numbers(cupel_type type, change c, size_t n, unsigned char *data)
{
    static const double reals[N_CHANGES] = {[NOT_A_NUMBER] = NAN, [INFINITE] = HUGE_VAL, [MINUS_ONE] = -1, [HUGE_VALUE] = 1e300};
    static const int64_t wholes[N_CHANGES] = {[NOT_A_NUMBER] = INT64_MIN, [INFINITE] = INT64_MAX, [MINUS_ONE] = -1, [HUGE_VALUE] = 1000003};
    static const unsigned char bytes[N_CHANGES] = {[NOT_A_NUMBER] = 200, [INFINITE] = 255, [MINUS_ONE] = 119, [HUGE_VALUE] = 2};
    for (size_t i = 0; i < n; i++) {
        const float narrow = c == HUGE_VALUE ? FLT_MAX : (float)reals[c];
        if (type == CUPEL_F64) memcpy(data + i * sizeof(double), &reals[c], sizeof(double));
        if (type == CUPEL_F32) memcpy(data + i * sizeof(float), &narrow, sizeof narrow);
        if (type == CUPEL_I64) memcpy(data + i * sizeof(int64_t), &wholes[c], sizeof(int64_t));
        if (type == CUPEL_U8) data[i] = bytes[c];
    }
}

static size_t changed_rows(change c, size_t n)
{
    return c == SHORTER && n ? n - 1 : c == LONGER ? n + 1 : c == EMPTY ? 0 : n;
}

static cupel_status put_texts(const forging *f, const char *name, change c, size_t n, char **text, cupel_err *err)
{
    static char long_text[70000];
    const char **p = cupel_alloc(n + 1, sizeof *p);
    assert_non_null(p);
    memset(long_text, 'x', sizeof long_text - 1);
    for (size_t i = 0; i <= n; i++) {
        p[i] = i < n ? text[i] : "one more";
        if (c == ZERO) p[i] = "";
        if (c == HUGE_VALUE) p[i] = long_text;
        if (c == MINUS_ONE) p[i] = "-1";
        if (c == NOT_A_NUMBER) p[i] = "%s%n\n,\"<script>";
        if (c == INFINITE) p[i] = "Xx\xff\xfe";
    }
    size_t rows = changed_rows(c, n);
    cupel_status st = cupel_writer_put(f->w, name, "", "", CUPEL_TEXT, 1, &rows, p, err);
    cupel_free(p);
    return st;
}

static cupel_status copy_numbers(const forging *f, const char *name, change c, cupel_type type, int rank, size_t *shape, cupel_err *err)
{
    void *data = NULL;
    size_t size = type == CUPEL_U8 ? 1 : type == CUPEL_F32 ? 4 : 8, n = 1, room = 1, all[3] = {1, 1, 1};
    cupel_status st = cupel_reader_get(f->r, name, type, rank, shape, &data, err);
    if (st != CUPEL_OK) return st;
    for (int i = 0; i < rank; i++) n *= shape[i], all[i] = shape[i];
    for (int i = 1; i < rank; i++) room *= shape[i];
    unsigned char *more = cupel_alloc(n + room + 1, size);
    assert_non_null(more);
    if (n) memcpy(more, data, n * size);
    if (c >= NOT_A_NUMBER) change_numbers(type, c, n, more);
    all[0] = changed_rows(c, all[0]);
    cupel_type as = c == RETYPED ? (type == CUPEL_F64 ? CUPEL_I64 : CUPEL_F64) : type;
    if (c == RETYPED && size != 8) as = type, all[0] = 0; /* one and four bytes have no other type of their size */
    st = cupel_writer_put(f->w, name, "", "", as, c == RERANKED ? rank + 1 : rank, all, more, err);
    cupel_free(more);
    cupel_free(data);
    return st;
}

static cupel_status copy_dataset(void *user, const char *name, cupel_type type, int rank, const size_t *shape, const char *units,
                                 const char *description, cupel_err *err)
{
    const forging *f = user;
    change c = !f->attribute && strcmp(name, f->target) == 0 ? f->change : NONE;
    size_t n[3] = {0};
    (void)units;
    (void)description;
    assert_true(rank <= 2);
    if (c == DROPPED) return CUPEL_OK;
    memcpy(n, shape, (size_t)rank * sizeof *n);
    if (type != CUPEL_TEXT) return copy_numbers(f, name, c, type, rank, n, err);
    if (c == RETYPED || c == RERANKED) { /* bytes in the place of text */
        size_t square[2] = {n[0], 1};
        void *bytes = cupel_alloc(n[0] + 1, 1);
        cupel_status st = cupel_writer_put(f->w, name, "", "", CUPEL_U8, c == RERANKED ? 2 : 1, square, bytes, err);
        cupel_free(bytes);
        return st;
    }
    void *text = NULL;
    cupel_status st = cupel_reader_get(f->r, name, CUPEL_TEXT, 1, n, &text, err);
    if (st == CUPEL_OK) st = put_texts(f, name, c, n[0], text, err);
    cupel_free(text);
    return st;
}

static cupel_status copy_attribute(void *user, const cupel_attribute *a, cupel_err *err)
{
    static const double reals[N_CHANGES] = {[NOT_A_NUMBER] = NAN, [INFINITE] = HUGE_VAL, [MINUS_ONE] = -1, [HUGE_VALUE] = 1e300};
    static const int64_t wholes[N_CHANGES] = {[NOT_A_NUMBER] = INT64_MIN, [INFINITE] = INT64_MAX, [MINUS_ONE] = -1, [HUGE_VALUE] = 1000003};
    static const char *const own[] = {"kind", "schema_version", "cupel_version", "seed"};
    const forging *f = user;
    change c = f->attribute && strcmp(a->name, f->target) == 0 ? f->change : NONE;
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        if (strcmp(a->name, own[i]) == 0) return CUPEL_OK; /* written by cupel_writer_open */
    if (c == DROPPED) return CUPEL_OK;
    if (c == RETYPED)
        return a->type == CUPEL_TEXT ? cupel_writer_attr_int(f->w, a->name, 1, err) : cupel_writer_attr_text(f->w, a->name, "text", err);
    bool keep = c < NOT_A_NUMBER;
    if (a->type == CUPEL_F64) return cupel_writer_attr_number(f->w, a->name, keep ? a->number : reals[c], err);
    if (a->type == CUPEL_I64) return cupel_writer_attr_int(f->w, a->name, keep ? a->integer : wholes[c], err);
    return cupel_writer_attr_text(f->w, a->name, keep ? a->text : c == ZERO ? "" : c == NOT_A_NUMBER ? "%s%n<script>" : "no such word", err);
}

static cupel_status copy_input(void *user, const cupel_attribute *a, cupel_err *err)
{
    const forging *f = user;
    return cupel_writer_input(f->w, a->name, a->text, err);
}

static void forge(const char *kind, const char *target, bool attribute, change c)
{
    cupel_err err = {0};
    uint64_t seed = 0;
    forging f = {.target = target, .attribute = attribute, .change = c};
    check_ok(cupel_reader_open(sound, kind, 1000, &f.r, &err), &err);
    check_ok(cupel_reader_seed(f.r, &seed, &err), &err);
    int64_t schema = 0;
    check_ok(cupel_reader_attr_int(f.r, "schema_version", &schema, &err), &err);
    check_ok(cupel_writer_open(forged, kind, (unsigned)schema, seed, &f.w, &err), &err);
    check_ok(cupel_reader_attributes(f.r, "", copy_attribute, &f, &err), &err);
    check_ok(cupel_reader_attributes(f.r, "inputs", copy_input, &f, &err), &err);
    check_ok(cupel_reader_each(f.r, copy_dataset, &f, &err), &err);
    check_ok(cupel_writer_commit(&f.w, &err), &err);
    cupel_reader_free(f.r);
}

/* ---- every part of the file `sound` ---- */

typedef struct names {
    cupel_str dataset, attribute; /* one behind the other, each ended by 0 */
} names;

static cupel_status note_dataset(void *user, const char *name, cupel_type type, int rank, const size_t *shape, const char *units,
                                 const char *description, cupel_err *err)
{
    (void)type, (void)rank, (void)shape, (void)units, (void)description, (void)err;
    cupel_str_add(&((names *)user)->dataset, name, strlen(name) + 1);
    return CUPEL_OK;
}

static cupel_status note_attribute(void *user, const cupel_attribute *a, cupel_err *err)
{
    (void)err;
    cupel_str_add(&((names *)user)->attribute, a->name, strlen(a->name) + 1);
    return CUPEL_OK;
}

/* Each is forged anew, which takes HDF5 some milliseconds: without CUPEL_FORGE_ALL a data set gets those of its turn. */
static bool in_turn(change c, size_t i)
{
    if (getenv("CUPEL_FORGE_ALL") || c == DROPPED) return true;
    if (c <= RERANKED) return (c + i) % 2 == 0;
    return c <= EMPTY ? (c + i) % 3 == 0 : (c + i) % 5 < 2;
}

static void try_changes(const char *kind, const char *target, size_t turn, bool attribute, cupel_status (*use)(cupel_err *), const char *unread,
                        size_t *refused)
{
    for (change c = DROPPED; c < N_CHANGES; c++) {
        cupel_err err = {0};
        if (!in_turn(c, turn) || (attribute && c > RETYPED && c < NOT_A_NUMBER)) continue;
        forge(kind, target, attribute, c);
        cupel_status st = use(&err);
        bool must = !attribute && c <= RERANKED && !strstr(unread, target);
        *refused += st == CUPEL_BAD_ARTIFACT;
        if ((st == CUPEL_BAD_ARTIFACT && err.message[0]) || (st == CUPEL_OK && !must)) continue;
        fail_msg("%s with '%s' %s: status %d: %s", kind, target, change_name[c], (int)st, st == CUPEL_OK ? "taken as sound" : err.message);
    }
}

/* What every learner's model has is read by the same code: of a part (not all of the file) one in three of these, others and other changes of them
 * in the next model. */
static bool left_to_others(const char *part, const char *name, size_t i, size_t file)
{
    return part[0] && strncmp(name, "surrogate/own/", 14) != 0 && (i + file) % 3 && !getenv("CUPEL_FORGE_ALL");
}

/* Of the data sets those whose names begin with `part`. */
static void try_all(const char *kind, const char *part, cupel_status (*use)(cupel_err *), const char *unread)
{
    static size_t file; /* how many were tried before this one */
    cupel_err err = {0};
    cupel_reader *r = NULL;
    names n = {{0}, {0}};
    size_t refused = 0, tried = 0, i = 0;
    check_ok(cupel_reader_open(sound, kind, 1000, &r, &err), &err);
    check_ok(cupel_reader_each(r, note_dataset, &n, &err), &err);
    check_ok(cupel_reader_attributes(r, "", note_attribute, &n, &err), &err);
    cupel_reader_free(r);
    forge(kind, "", false, NONE);
    check_ok(use(&err), &err);
    for (const char *p = n.dataset.p; p && p < n.dataset.p + n.dataset.n; p += strlen(p) + 1) {
        if (strncmp(p, part, strlen(part)) != 0 || strncmp(p, "sample/", 7) == 0) continue; /* read as rows/ and best/ are */
        if (left_to_others(part, p, i++, file)) continue;
        try_changes(kind, p, i + file / 3, false, use, unread, &refused);
        tried++;
    }
    i = 0;
    for (const char *p = n.attribute.p; p && p < n.attribute.p + n.attribute.n; p += strlen(p) + 1)
        if (!left_to_others(part, p, i++, file)) try_changes(kind, p, i + file / 3, true, use, unread, &refused);
    print_message("%s: %zu data sets, %zu changes refused\n", kind, tried, refused);
    assert_true(tried >= 8 && refused > tried);
    file++;
    cupel_str_free(&n.dataset);
    cupel_str_free(&n.attribute);
}

/* ---- kinds ---- */

/* Written for people who open the file, and not read again. */
static const char UNREAD[] = "features/units";

static cupel_status look(cupel_err *err)
{
    cupel_str text = {0};
    cupel_status st = cupel_inspect(forged, true, &text, err);
    cupel_str_free(&text);
    return st;
}

static cupel_status use_model(cupel_err *err)
{
    cupel_predict_table_options o = {.model = forged, .table = table, .output = output, .missing = CUPEL_MISSING_KEEP,
                                     .predict = {.level = 0.9, .precision = CUPEL_FLOAT64, .isa = cupel_isa_best()}};
    cupel_status st = look(err);
    if (st == CUPEL_OK) st = cupel_predict_table(&o, &job, NULL, err);
    o.predict.precision = CUPEL_FLOAT32;
    o.predict.isa = CUPEL_ISA_PLAIN;
    return st == CUPEL_OK ? cupel_predict_table(&o, &job, NULL, err) : st;
}

/* beside: another target; NULL: none. */
static void model_with(const char *learner, const char *settings, const char *target, const char *kernel, const char *beside)
{
    cupel_err err = {0};
    cupel_training t = {0};
    cupel_model *m = NULL;
    cupel_training_options o = {.file = table, .formula = "formula", .target = target, .beside = &beside, .n_beside = beside != NULL};
    cupel_model_options mo = {.features = "stoichiometry", .columns = "kind,pressure", .learner = learner, .settings = settings, .kernel = kernel,
                              .beside = beside != NULL, .seed = 1};
    check_ok(cupel_training_read(&o, &job, &t, &err), &err);
    check_ok(cupel_model_fit(&t, NULL, 0, &mo, &job, &m, &err), &err);
    check_ok(cupel_model_save(m, sound, &err), &err);
    cupel_model_free(m);
    cupel_training_release(&t);
}

static void model_of(const char *learner, const char *settings, const char *target) { model_with(learner, settings, target, NULL, NULL); }

static void a_forged_tree_of_kernels(void **state)
{
    (void)state;
    model_with("gp_tree", "rows=20,starts=1", "band gap", "matern52(composition)*tasks(kind) + periodic(pressure) + linear", NULL);
    try_all("model", "surrogate/", use_model, "surrogate/own/learned");
}

static void a_forged_model_of_support_vectors(void **state)
{
    (void)state;
    model_of("svr", "C=10,gamma=0.1,epsilon=0.1", "band gap");
    try_all("model", "", use_model, UNREAD);
}

static void a_forged_model_of_classes(void **state)
{
    (void)state;
    model_of("svc", "C=10,gamma=0.1", "metal");
    try_all("model", "surrogate/", use_model, UNREAD);
}

static void a_forged_gaussian_process(void **state)
{
    (void)state;
    model_of("gp", "noise=0.1,gamma=0.1", "band gap");
    try_all("model", "surrogate/", use_model, UNREAD);
}

static void a_forged_linear_model(void **state)
{
    (void)state;
    model_of("ridge", "lambda=1", "band gap");
    try_all("model", "surrogate/", use_model, UNREAD);
}

static void a_forged_model_of_neighbours(void **state)
{
    (void)state;
    model_of("knn", "k=3,power=1", "band gap");
    try_all("model", "surrogate/", use_model, UNREAD);
}

static void a_forged_forest(void **state)
{
    (void)state;
    model_of("extra_trees", "trees=3,columns=0.5,leaf=2,median=1", "band gap");
    try_all("model", "surrogate/", use_model, UNREAD);
}

static void a_forged_forest_of_two_targets(void **state)
{
    (void)state;
    model_with("random_forest", "trees=2,columns=0.5,leaf=2,median=0", "band gap", NULL, "metal");
    try_all("model", "surrogate/", use_model, UNREAD);
}

static void a_forged_boosted_ensemble(void **state)
{
    (void)state;
    model_of("boosted_trees", "trees=3,leaves=4,columns=0.5,huber=0,child=1", "metal");
    try_all("model", "surrogate/", use_model, UNREAD);
}

static void a_forged_neural_network(void **state)
{
    (void)state;
    model_of("mlp", "hidden=3,layers=2,members=2,epochs=5,decay=0.01", "band gap");
    try_all("model", "surrogate/", use_model, UNREAD);
}

static void a_forged_process_of_learned_lengths(void **state)
{
    (void)state;
    model_of("gp_ard", "noise=0.1,gamma=0.5", "band gap");
    try_all("model", "surrogate/", use_model, UNREAD);
}

static void a_forged_hurdle(void **state)
{
    (void)state;
    model_of("hurdle", "trees=4,leaves=4,seeds=1,forest=4", "band gap");
    try_all("model", "surrogate/", use_model, UNREAD);
}

static cupel_status use_ranking(cupel_err *err)
{
    cupel_result r = {.n_words = 0}, merged = {.n_words = 0};
    const char *const path[] = {forged};
    cupel_status st = look(err);
    if (st == CUPEL_OK) st = cupel_result_open(forged, &r, err);
    if (st == CUPEL_OK) st = cupel_result_write(&r, output, err);
    if (st == CUPEL_OK) st = cupel_merge(path, 1, NULL, &merged, err);
    if (st == CUPEL_OK) st = cupel_result_write(&merged, output, err);
    if (st == CUPEL_OK && rename(forged, run_result) == 0) st = cupel_report_write(run_folder, &job, err);
    cupel_result_release(&merged);
    cupel_result_release(&r);
    return st;
}

static void a_forged_ranking(void **state)
{
    (void)state;
    cupel_err err = {0};
    cupel_screen_options o = cupel_screen_defaults();
    check_ok(cupel_run(demand, run_folder, &o, "forge", &job, NULL, &err), &err);
    assert_int_equal(rename(run_result, sound), 0);
    try_all("ranking", "", use_ranking, "");
}

/* Goes on for one block from the checkpoint `forged`; an interruption is what this job leads to. */
static cupel_status use_checkpoint(cupel_err *err)
{
    cupel_screen_options o = cupel_screen_defaults();
    cupel_demand *d = NULL;
    cupel_result r = {.n_words = 0};
    o.checkpoint = forged;
    o.resume = true;
    cupel_status st = cupel_demand_open(demand, &d, err);
    if (st == CUPEL_OK) st = cupel_demand_train(d, &job, err);
    if (st == CUPEL_OK) st = cupel_screen(d, &o, &stopping, &r, NULL, err);
    cupel_result_release(&r);
    cupel_demand_free(d);
    return st == CUPEL_INTERRUPTED ? CUPEL_OK : st;
}

static void a_forged_checkpoint(void **state)
{
    (void)state;
    cupel_err err = {0};
    cupel_screen_options o = cupel_screen_defaults();
    cupel_demand *d = NULL;
    cupel_result r = {.n_words = 0};
    o.checkpoint = sound;
    check_ok(cupel_demand_open(demand, &d, &err), &err);
    check_ok(cupel_demand_train(d, &job, &err), &err);
    check_fails(cupel_screen(d, &o, &stopping, &r, NULL, &err), CUPEL_INTERRUPTED, &err, "--resume");
    cupel_demand_free(d);
    try_all("checkpoint", "", use_checkpoint, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_forged_model_of_support_vectors), cmocka_unit_test(a_forged_model_of_classes), cmocka_unit_test(a_forged_gaussian_process),
        cmocka_unit_test(a_forged_linear_model), cmocka_unit_test(a_forged_model_of_neighbours), cmocka_unit_test(a_forged_neural_network),
        cmocka_unit_test(a_forged_hurdle),
        cmocka_unit_test(a_forged_forest), cmocka_unit_test(a_forged_forest_of_two_targets), cmocka_unit_test(a_forged_boosted_ensemble),
        cmocka_unit_test(a_forged_process_of_learned_lengths), cmocka_unit_test(a_forged_tree_of_kernels), cmocka_unit_test(a_forged_ranking),
        cmocka_unit_test(a_forged_checkpoint)};
    return cmocka_run_group_tests(tests, setup, teardown);
}
