/* Training tables and model files. */
#include "tests/files.h"

#include "core/base/mem.h"
#include "core/base/rng.h"
#include "core/engine/model.h"

#include <unistd.h>

static char folder[] = "/tmp/cupel-model-XXXXXX";

static const char *in_folder(const char *name)
{
    static char path[4][256];
    static int turn;
    turn = (turn + 1) % 4;
    snprintf(path[turn], sizeof path[turn], "%s/%s", folder, name);
    return path[turn];
}

static const char *write_file(const char *name, const char *text)
{
    const char *path = in_folder(name);
    write_text(path, text);
    return path;
}

/* Binary compounds with a value that their composition decides, and a temperature that shifts it. */
static const char *write_table(const char *name, size_t n, uint64_t seed)
{
    static const char *const cation[] = {"Li", "Na", "K", "Mg", "Ca", "Zn", "Cd", "Al", "Ga", "In"}, *const anion[] = {"O", "S",  "Se",
                                                                                                                       "F", "Cl", "N"};
    static char text[60000];
    size_t at = (size_t)snprintf(text, sizeof text, "id,formula,temperature,band gap [eV]\n");
    for (size_t i = 0; i < n; i++) {
        size_t a = (size_t)cupel_rng_below(seed, 1, i, 10), b = (size_t)cupel_rng_below(seed, 2, i, 6),
               k = 1 + (size_t)cupel_rng_below(seed, 3, i, 3);
        double t = 300 + 10 * (double)cupel_rng_below(seed, 4, i, 10);
        double gap = 6 - 0.8 * (double)b + 0.2 * (double)(a % 3) + 0.3 * (double)k - 0.005 * (t - 300) + 0.05 * cupel_rng_normal(seed, 5, i);
        at += (size_t)snprintf(text + at, sizeof text - at, "r%zu,%s%zu%s,%g,%.4f\n", i, cation[a], k, anion[b], t, gap);
    }
    return write_file(name, text);
}

static const cupel_job job = {.threads = 2, .isa = CUPEL_ISA_PLAIN};

static cupel_training_options options_for(const char *file)
{
    return (cupel_training_options){.file = file, .formula = "formula", .target = "band gap"};
}

static const cupel_model_options quick = {
    .features = "magpie", .columns = "temperature", .learner = "krr", .settings = "lambda=0.01,gamma=0.01", .seed = 1};

static cupel_model *fit(const cupel_training *t, const cupel_model_options *o)
{
    cupel_model *m = NULL;
    cupel_err err = {0};
    check_ok(cupel_model_fit(t, NULL, 0, o, &job, &m, &err), &err);
    return m;
}

static void a_table_is_read_with_names_and_units(void **state)
{
    (void)state;
    cupel_training t;
    cupel_err err = {0};
    cupel_training_options o = options_for(write_table("a.csv", 40, 1));
    check_ok(cupel_training_read(&o, &job, &t, &err), &err);
    assert_int_equal(t.records.n_rows, 40);
    assert_int_equal(t.batch.n, 40);
    assert_string_equal(t.property, "band gap");
    assert_string_equal(t.unit, "eV");
    assert_int_equal(strncmp(t.digest, "sha256:", 7), 0);
    assert_int_equal(strlen(t.digest), 7 + 64);
    assert_int_equal(t.row[39], 40);
    cupel_training_release(&t);
    o.property = "gap";
    o.unit = "eV";
    check_ok(cupel_training_read(&o, &job, &t, &err), &err);
    assert_string_equal(t.property, "gap");
    cupel_training_release(&t);
    o.unit = "K";
    check_fails(cupel_training_read(&o, &job, &t, &err), CUPEL_BAD_INPUT, &err, "is in eV");
    o.unit = NULL;
    o.target = "band gaps";
    check_fails(cupel_training_read(&o, &job, &t, &err), CUPEL_BAD_INPUT, &err, "band gap [eV]");
    o.target = "band gap";
    o.missing = CUPEL_MISSING_KEEP;
    check_fails(cupel_training_read(&o, &job, &t, &err), CUPEL_USAGE, &err, "fail, drop or impute");
}

static void bad_rows_are_named_or_left_out(void **state)
{
    (void)state;
    cupel_training t;
    cupel_err err = {0};
    cupel_training_options o = options_for(write_file("bad.csv", "formula,band gap\nNaCl,8\nXx2,1\nZnO,\nnan,3\nMgO,7.8 eV\nGaAs,1.4\n"));
    check_fails(cupel_training_read(&o, &job, &t, &err), CUPEL_BAD_INPUT, &err, "bad.csv:3: bad_formula: 'Xx2'");
    o.missing = CUPEL_MISSING_DROP;
    check_ok(cupel_training_read(&o, &job, &t, &err), &err);
    assert_int_equal(t.records.n_rows, 2);
    assert_int_equal(t.batch.n, 2);
    assert_int_equal(t.n_dropped, 4);
    check_close(t.target[1], 1.4, 0, 0);
    assert_int_equal(t.row[1], 6);
    assert_int_equal(t.records.line[1], 7);
    cupel_training_release(&t);
    o.missing = CUPEL_MISSING_IMPUTE; /* makes up no target */
    o.file = write_file("bad3.csv", "formula,band gap\nNaCl,8\nXx2,1\nZnO,NaN\nGaAs,1.4\n");
    check_fails(cupel_training_read(&o, &job, &t, &err), CUPEL_BAD_INPUT, &err, "bad3.csv:4: missing_number: 'ZnO': band gap is 'NaN'");
    assert_non_null(strstr(err.message, "--missing-target drop"));
    o.drop_target = true;
    check_ok(cupel_training_read(&o, &job, &t, &err), &err);
    assert_int_equal(t.records.n_rows, 2);
    cupel_training_release(&t);
    o.missing = CUPEL_MISSING_FAIL; /* which goes before */
    check_fails(cupel_training_read(&o, &job, &t, &err), CUPEL_BAD_INPUT, &err, "bad3.csv:3");
    o.drop_target = false;
    o.file = write_file("bad2.csv", "formula,band gap\nNaCl,8\nMgO,7.8 eV\n");
    check_fails(cupel_training_read(&o, &job, &t, &err), CUPEL_BAD_INPUT, &err, "bad2.csv:3: bad_number: 'MgO': band gap is '7.8 eV'");
    o.file = write_file("none.csv", "formula,band gap\n");
    check_fails(cupel_training_read(&o, &job, &t, &err), CUPEL_BAD_INPUT, &err, "no usable training row");
    o.file = write_file("bool.csv", "formula,band gap\nNaCl,True\nMgO,false\n");
    check_ok(cupel_training_read(&o, &job, &t, &err), &err);
    assert_true(t.target[0] == 1 && t.target[1] == 0);
    cupel_training_release(&t);
}

static void missing_features_follow_the_policy(void **state)
{
    (void)state;
    cupel_training t;
    cupel_model *m = NULL;
    cupel_err err = {0};
    char text[2000] = "formula,temperature,band gap\n";
    for (int i = 0; i < 12; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "Na%dCl,%s,%d\n", i + 1, i == 4 ? "" : i == 6 ? "hot" : "300", i);
    strcat(text, "NaCl40,500,3\n");
    cupel_training_options o = options_for(write_file("missing.csv", text));
    cupel_model_options mo = quick;
    check_ok(cupel_training_read(&o, &job, &t, &err), &err);
    mo.columns = "temperature"; /* 'hot' makes it a category; the empty cell is missing */
    check_fails(cupel_model_fit(&t, NULL, 0, &mo, &job, &m, &err), CUPEL_BAD_INPUT, &err,
                "missing.csv:6: missing_number: 'Na5Cl': no value of 'temperature'");
    t.missing = CUPEL_MISSING_DROP;
    check_ok(cupel_model_fit(&t, NULL, 0, &mo, &job, &m, &err), &err);
    assert_int_equal(cupel_model_n_training(m), 12);
    assert_int_equal(cupel_model_training_index(m, 4), 5);
    cupel_model_free(m);
    t.missing = CUPEL_MISSING_IMPUTE;
    m = fit(&t, &mo);
    assert_int_equal(cupel_model_n_training(m), 13);
    assert_true(cupel_features_imputes(cupel_model_features(m)));
    cupel_model_free(m);
    cupel_training_release(&t);
}

static void predict_batch(const cupel_model *m, const cupel_batch *b, const cupel_records *r, double *value, unsigned char *reason)
{
    cupel_model_work *w = NULL;
    cupel_err err = {0};
    double *other = cupel_alloc(4 * b->n, sizeof *other);
    unsigned char *in = cupel_alloc(b->n, 1);
    assert_true(other && in);
    cupel_prediction out = {value, other, other + b->n, other + 2 * b->n, other + 3 * b->n, in};
    check_ok(cupel_model_work_new(m, &w, &err), &err);
    const cupel_feature_rows rows = {.batch = b, .records = r, .n = b->n};
    check_ok(cupel_model_predict(m, &rows, &(cupel_predict_options){.level = 0.9}, w, &out, reason, &err), &err);
    for (size_t i = 0; i < b->n; i++) {
        bool missing = reason[i] && reason[i] != CUPEL_REASON_IMPUTED;
        assert_int_equal(isnan(value[i]), missing);
        assert_int_equal(isnan(out.upper[i]), missing);
        if (missing) assert_int_equal(in[i], 0);
    }
    cupel_model_work_free(w);
    cupel_free(other);
    cupel_free(in);
}

static void a_model_file_predicts_the_same(void **state)
{
    (void)state;
    cupel_training t, u;
    cupel_err err = {0};
    cupel_training_options o = options_for(write_table("b.csv", 120, 2)), p = options_for(write_table("c.csv", 300, 3));
    check_ok(cupel_training_read(&o, &job, &t, &err), &err);
    check_ok(cupel_training_read(&p, &job, &u, &err), &err);
    cupel_model *m = fit(&t, &quick), *back = NULL;
    const char *path = in_folder("m.h5");
    assert_string_equal(cupel_model_digest(m), "");
    check_ok(cupel_model_save(m, path, &err), &err);
    check_ok(cupel_model_open(path, &back, &err), &err);
    assert_string_equal(cupel_model_digest(m), cupel_model_digest(back));
    assert_int_equal(strncmp(cupel_model_digest(back), "xxh3:", 5), 0);
    assert_string_equal(cupel_model_property(back), "band gap");
    assert_string_equal(cupel_model_unit(back), "eV");
    assert_string_equal(cupel_model_training_digest(back), t.digest);
    check_close(cupel_model_target_min(back), cupel_model_target_min(m), 0, 0);
    check_close(cupel_model_target_max(back), cupel_model_target_max(m), 0, 0);
    check_ok(cupel_features_bind(cupel_model_features_bind(back), &u.header, "c.csv", &err), &err);
    static double a[301], b[301], error;
    static unsigned char ra[301], rb[301];
    check_ok(cupel_batch_add(&u.batch, NULL, CUPEL_REASON_BAD_FORMULA, &err), &err); /* one that cannot be predicted, at the end */
    check_ok(cupel_records_add(&u.records, &u.records.cell[0], 1, &err), &err);
    predict_batch(m, &u.batch, &u.records, a, ra);
    predict_batch(back, &u.batch, &u.records, b, rb);
    assert_memory_equal(a, b, 300 * sizeof *a);
    assert_memory_equal(ra, rb, 301);
    assert_int_equal(ra[300], CUPEL_REASON_BAD_FORMULA);
    for (size_t i = 0; i < 300; i++) error += fabs(a[i] - u.target[i]) / 300;
    assert_true(error < 0.3); /* the values span 5 eV */
    cupel_model_free(m);
    cupel_model_free(back);
    cupel_training_release(&t);
    cupel_training_release(&u);
}

/* The same file to the byte for any number of threads, also where tuning and libsvm take part. */
static void a_model_file_does_not_depend_on_threads(void **state)
{
    (void)state;
    cupel_training t;
    cupel_err err = {0};
    cupel_training_options o = options_for(write_table("d.csv", 60, 4));
    check_ok(cupel_training_read(&o, &job, &t, &err), &err);
    cupel_model_options mo = {.features = "magpie", .learner = "svr", .seed = 3};
    char digest[2][64];
    for (size_t threads = 1; threads < 3; threads++) {
        cupel_model *m = NULL;
        check_ok(cupel_model_fit(&t, NULL, 0, &mo, &(cupel_job){.threads = threads, .isa = cupel_isa_best()}, &m, &err), &err);
        check_ok(cupel_model_save(m, in_folder("threads.h5"), &err), &err);
        snprintf(digest[threads - 1], sizeof digest[0], "%s", cupel_model_digest(m));
        cupel_model_free(m);
    }
    assert_string_equal(digest[0], digest[1]);
    cupel_training_release(&t);
}

static void the_nearest_known_material(void **state)
{
    (void)state;
    cupel_training t;
    cupel_err err = {0};
    cupel_training_options o = options_for(write_table("e.csv", 80, 5));
    check_ok(cupel_training_read(&o, &job, &t, &err), &err);
    cupel_model *m = fit(&t, &quick);
    cupel_composition c = {.n = 2, .z = {11, 17}, .amount = {3, 3}}, row;
    cupel_known known;
    const char *formula;
    double target;
    cupel_model_nearest(m, &c, &known);
    cupel_model_training_row(m, known.row, &row, &formula, &target);
    assert_string_equal(formula, known.formula);
    check_close(target, known.value, 0, 0);
    for (size_t i = 0; i < cupel_model_n_training(m); i++) { /* none is nearer, and none before it as near */
        cupel_model_training_row(m, i, &row, &formula, &target);
        double distance = 0, total = cupel_composition_total(&row);
        for (unsigned z = 1; z <= CUPEL_Z_MAX; z++)
            distance += fabs(cupel_composition_amount(&row, z) / total - cupel_composition_amount(&c, z) / 6);
        assert_true(i < known.row ? distance > known.distance - 1e-12 : distance >= known.distance - 1e-12);
        if (i == known.row) check_close(distance, known.distance, 0, 1e-12);
    }
    c = (cupel_composition){.n = 1, .z = {79}, .amount = {1}};
    cupel_model_nearest(m, &c, &known);
    check_close(known.distance, 2, 1e-12, 0); /* no common element */
    cupel_model_training_row(m, 7, &row, &formula, &target);
    cupel_model_nearest(m, &row, &known);
    check_close(known.distance, 0, 0, 0);
    cupel_model_free(m);
    cupel_training_release(&t);
}

static void what_is_no_model_is_refused(void **state)
{
    (void)state;
    cupel_model *m = NULL;
    cupel_writer *w = NULL;
    cupel_err err = {0};
    const char *path = in_folder("other.h5");
    check_ok(cupel_writer_open(path, "descriptors", 1, 1, &w, &err), &err);
    check_ok(cupel_writer_commit(&w, &err), &err);
    check_fails(cupel_model_open(path, &m, &err), CUPEL_BAD_ARTIFACT, &err, "descriptors");
    check_ok(cupel_writer_open(path, "model", 1, 1, &w, &err), &err);
    check_ok(cupel_writer_attr_text(w, "property", "gap", &err), &err);
    check_ok(cupel_writer_commit(&w, &err), &err);
    check_fails(cupel_model_open(path, &m, &err), CUPEL_BAD_ARTIFACT, &err, "other.h5");
    assert_null(m);
    check_fails(cupel_model_options_check(&(cupel_model_options){.features = "magpie", .learner = "rigde"}, &err), CUPEL_USAGE, &err, "ridge");
    check_fails(cupel_model_options_check(&(cupel_model_options){.features = "magpie", .learner = "gp", .settings = "C=1"}, &err), CUPEL_USAGE, &err,
                "noise");
    check_fails(cupel_model_options_check(&(cupel_model_options){.features = "magpie", .learner = "svr", .task = CUPEL_TASK_CLASS}, &err),
                CUPEL_USAGE, &err, "svc");
}

/* ---- files that say something else than they should ---- */

typedef enum harm { LEAVE_OUT, SHORTEN, NOT_A_NUMBER, NEGATIVE, HUGE_NUMBER, ZERO, N_HARMS } harm;

typedef struct copying {
    cupel_reader *from;
    cupel_writer *to;
    size_t n, victim; /* data sets so far, and the one to harm */
    harm harm;
} copying;

static void harm_values(cupel_type type, harm h, size_t n, void *data)
{
    static const double number[] = {[NOT_A_NUMBER] = NAN, [NEGATIVE] = -1, [HUGE_NUMBER] = 1e300, [ZERO] = 0};
    static const int64_t integer[] = {[NOT_A_NUMBER] = INT64_MIN, [NEGATIVE] = -1, [HUGE_NUMBER] = INT64_MAX, [ZERO] = 0};
    size_t at[] = {0, n / 2, n - 1};
    for (int i = 0; n && i < 3; i++) {
        if (type == CUPEL_F64) ((double *)data)[at[i]] = number[h];
        if (type == CUPEL_I64) ((int64_t *)data)[at[i]] = integer[h];
        if (type == CUPEL_U8) ((unsigned char *)data)[at[i]] = h == ZERO ? 0 : 255;
        if (type == CUPEL_TEXT) ((const char **)data)[at[i]] = h == ZERO ? "" : "\x01 no such thing";
    }
}

static cupel_status copy_dataset(void *user, const char *name, cupel_type type, int rank, const size_t *shape, const char *units,
                                 const char *description, cupel_err *err)
{
    copying *c = user;
    bool victim = c->n++ == c->victim;
    size_t size[2] = {shape[0], rank == 2 ? shape[1] : 1};
    void *data = NULL;
    if (victim && c->harm == LEAVE_OUT) return CUPEL_OK;
    cupel_status st = cupel_reader_get(c->from, name, type, rank, size, &data, err);
    if (st != CUPEL_OK) return st;
    if (victim && c->harm == SHORTEN) size[0] = size[0] > 1 ? size[0] - 1 : 1;
    if (victim && c->harm > SHORTEN) harm_values(type, c->harm, size[0] * (rank == 2 ? size[1] : 1), data);
    st = cupel_writer_put(c->to, name, units, description, type, rank, size, data, err);
    cupel_free(data);
    return st;
}

static cupel_status copy_attribute(void *user, const cupel_attribute *a, cupel_err *err)
{
    copying *c = user;
    if (!strcmp(a->name, "kind") || !strcmp(a->name, "schema_version") || !strcmp(a->name, "cupel_version") || !strcmp(a->name, "seed"))
        return CUPEL_OK;
    if (a->type == CUPEL_TEXT) return cupel_writer_attr_text(c->to, a->name, a->text, err);
    if (a->type == CUPEL_I64) return cupel_writer_attr_int(c->to, a->name, a->integer, err);
    return cupel_writer_attr_number(c->to, a->name, a->number, err);
}

static cupel_status copy_input(void *user, const cupel_attribute *a, cupel_err *err)
{
    return cupel_writer_input(((copying *)user)->to, a->name, a->text, err);
}

/* A copy of the model file in which one data set is harmed. False when there are not as many. */
static bool write_harmed(const char *from, const char *to, size_t victim, harm h)
{
    copying c = {.victim = victim, .harm = h};
    cupel_err err = {0};
    check_ok(cupel_reader_open(from, "model", 1, &c.from, &err), &err);
    check_ok(cupel_writer_open(to, "model", 1, 1, &c.to, &err), &err);
    check_ok(cupel_reader_attributes(c.from, "", copy_attribute, &c, &err), &err);
    check_ok(cupel_reader_attributes(c.from, "inputs", copy_input, &c, &err), &err);
    check_ok(cupel_reader_each(c.from, copy_dataset, &c, &err), &err);
    check_ok(cupel_writer_commit(&c.to, &err), &err);
    cupel_reader_free(c.from);
    return victim < c.n;
}

/* Whatever a file with a right digest says: a refusal that calls it a model, or a model that can be used without harm. */
static void harmed_models_are_refused_or_harmless(void **state)
{
    (void)state;
    static const char *const learners[][2] = {
        {"svr", "C=1,gamma=0.01,epsilon=0.1"}, {"gp", "noise=0.1,gamma=0.01"}, {"ridge", "lambda=0.1"}, {"svc", "C=1,gamma=0.01"}};
    cupel_training t;
    cupel_err err = {0};
    cupel_training_options o = options_for(write_table("g.csv", 12, 8));
    check_ok(cupel_training_read(&o, &job, &t, &err), &err);
    const char *path = in_folder("g.h5"), *harmed = in_folder("h.h5");
    size_t refused = 0, harmless = 0;
    for (size_t k = 0; k < 4; k++) {
        cupel_model_options mo = {
            .features = "stoichiometry", .columns = "temperature", .learner = learners[k][0], .settings = learners[k][1], .seed = 1};
        for (size_t i = 0; k == 3 && i < t.records.n_rows; i++) t.target[i] = (double)(i % 2);
        cupel_model *m = fit(&t, &mo);
        check_ok(cupel_model_save(m, path, &err), &err);
        cupel_model_free(m);
        for (harm h = LEAVE_OUT; h < N_HARMS; h++)
            for (size_t victim = 0; write_harmed(path, harmed, victim, h); victim++) {
                double value[12];
                unsigned char reason[12];
                cupel_known known;
                m = NULL;
                cupel_status st = cupel_model_open(harmed, &m, &err);
                if (st != CUPEL_OK) {
                    check_fails(st, CUPEL_BAD_ARTIFACT, &err, "h.h5");
                    refused++;
                    continue;
                }
                harmless++;
                check_ok(cupel_features_bind(cupel_model_features_bind(m), &t.header, "g.csv", &err), &err);
                predict_batch(m, &t.batch, &t.records, value, reason);
                cupel_composition c = {.n = 1, .z = {26}, .amount = {1}};
                cupel_model_nearest(m, &c, &known);
                cupel_surrogate_probability(cupel_model_surrogate(m), value[0], 1, 0, 1);
                cupel_model_free(m);
            }
    }
    print_message("%zu refused, %zu harmless\n", refused, harmless);
    assert_true(refused > 3 * harmless / 2);
    cupel_training_release(&t);
}

#ifdef CUPEL_FAULTS
static void no_memory_is_an_error(void **state)
{
    (void)state;
    const char *table = write_table("f.csv", 20, 6), *path = in_folder("f.h5");
    cupel_training_options o = options_for(table);
    cupel_model_options mo = quick;
    mo.columns = NULL;
    for (size_t n = 1;; n += n < 300 ? 1 : 5) {
        cupel_training t = {0};
        cupel_model *m = NULL, *back = NULL;
        cupel_err err = {0};
        cupel_mem_fail_at(n, false);
        cupel_status st = cupel_training_read(&o, &job, &t, &err);
        if (st == CUPEL_OK) st = cupel_model_fit(&t, NULL, 0, &mo, &(cupel_job){.threads = 1}, &m, &err);
        if (st == CUPEL_OK) st = cupel_model_save(m, path, &err);
        if (st == CUPEL_OK) st = cupel_model_open(path, &back, &err);
        bool reached = cupel_mem_count() >= n;
        cupel_mem_fail_at(0, false);
        cupel_model_free(m);
        cupel_model_free(back);
        cupel_training_release(&t);
        if (!reached) {
            check_ok(st, &err);
            assert_true(n > 200);
            break;
        }
        assert_true(st == CUPEL_NO_RESOURCE || st == CUPEL_OK);
    }
}
#endif

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : 1;
}

static int remove_folder(void **state)
{
    (void)state;
    static const char *const names[] = {"a.csv", "bad.csv", "bad2.csv", "bad3.csv", "none.csv",   "bool.csv", "missing.csv", "b.csv", "c.csv",
                                        "d.csv",
                                        "e.csv", "f.csv",   "m.h5",     "threads.h5", "other.h5", "f.h5",        "g.csv", "g.h5",  "h.h5"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) unlink(in_folder(names[i]));
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table_is_read_with_names_and_units), cmocka_unit_test(bad_rows_are_named_or_left_out),
        cmocka_unit_test(missing_features_follow_the_policy),   cmocka_unit_test(a_model_file_predicts_the_same),
        cmocka_unit_test(a_model_file_does_not_depend_on_threads), cmocka_unit_test(the_nearest_known_material),
        cmocka_unit_test(what_is_no_model_is_refused),          cmocka_unit_test(harmed_models_are_refused_or_harmless),
#ifdef CUPEL_FAULTS
        cmocka_unit_test(no_memory_is_an_error),
#endif
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
