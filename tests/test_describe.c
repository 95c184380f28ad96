#include "tests/check.h"

#include "core/base/mem.h"
#include "core/base/rng.h"
#include "core/base/str.h"
#include "core/engine/describe.h"
#include "core/engine/inspect.h"
#include "core/engine/sets.h"
#include "core/io/artifact.h"
#include "core/io/json.h"
#include "datasets/source.h"

#include <dirent.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[64];

/* The path of a file in the folder; the same pointer for the same name. */
static const char *at(const char *name)
{
    static char path[12][256];
    char p[256];
    snprintf(p, sizeof p, "%s/%s", folder, name);
    for (size_t i = 0; i < 12; i++) {
        if (!path[i][0]) memcpy(path[i], p, sizeof p);
        if (strcmp(path[i], p) == 0) return path[i];
    }
    fail_msg("more than 12 names");
    return NULL;
}

static size_t files_in_folder(void)
{
    size_t n = 0;
    DIR *d = opendir(folder);
    for (struct dirent *e; (e = readdir(d));) n += strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0;
    closedir(d);
    return n;
}

static char *slurp(const char *path, size_t *n)
{
    struct stat sb;
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    assert_int_equal(fstat(fileno(f), &sb), 0);
    *n = (size_t)sb.st_size;
    char *p = malloc(*n + 1);
    assert_int_equal(fread(p, 1, *n, f), *n);
    p[*n] = '\0';
    fclose(f);
    return p;
}

static void spit(const char *path, const char *text)
{
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    assert_int_equal(fclose(f), 0);
}

/* n rows: compounds of 2 to 4 elements, every 97th row bad. */
static void write_table(const char *path, size_t n)
{
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    fputs("id,composition,target\n", f);
    for (size_t i = 0; i < n; i++) {
        fprintf(f, "%zu,%s", i, i % 97 == 96 ? "Qq" : "");
        size_t elements = 2 + cupel_rng_below(1, i, 0, 3);
        for (size_t k = 0; k < elements; k++)
            fprintf(f, "%s%d", cupel_element_symbol(3 + (unsigned)k * 20 + (unsigned)cupel_rng_below(1, i, 1 + 2 * k, 7)),
                    1 + (int)cupel_rng_below(1, i, 2 + 2 * k, 9));
        fprintf(f, ",%g\n", cupel_rng_uniform(1, i, 99));
    }
    assert_int_equal(fclose(f), 0);
}

static const cupel_job one_thread = {.threads = 1, .isa = CUPEL_ISA_PLAIN};

static cupel_describe_options options(const char *output)
{
    return (cupel_describe_options){
        .table = at("in.csv"), .formula = "composition", .sets = "magpie", .output = output, .missing = CUPEL_MISSING_KEEP};
}

/* All cells of a table. */
static cupel_records read_table(const char *path, cupel_source **source)
{
    cupel_err err = {0};
    cupel_records r = {0};
    check_ok(cupel_source_open(path, NULL, source, &err), &err);
    check_ok(cupel_source_read(*source, SIZE_MAX, &r, &err), &err);
    return r;
}

static void check_cell(const cupel_records *r, size_t row, size_t col, const char *want)
{
    cupel_text t = cupel_cell(r, row, col);
    if (!cupel_text_is(t, want)) fail_msg("row %zu column %zu is '%.*s', not '%s'", row, col, (int)t.n, t.p, want);
}

static void a_table_reads_back_to_the_same_numbers(void **state)
{
    (void)state;
    enum { N = 700, COLUMNS = 132 };
    cupel_err err = {0};
    cupel_describe_result result;
    write_table(at("in.csv"), N);
    cupel_describe_options o = options(at("out.csv"));
    check_ok(cupel_describe(&o, &one_thread, &result, &err), &err);
    assert_int_equal(result.rows, N);
    assert_int_equal(result.written, N);
    assert_int_equal(result.columns, COLUMNS);
    assert_int_equal(result.reasons[CUPEL_REASON_BAD_FORMULA], N / 97);
    cupel_source *in, *out;
    cupel_records a = read_table(at("in.csv"), &in), b = read_table(at("out.csv"), &out);
    const cupel_header *h = cupel_source_header(out);
    assert_int_equal(b.n_rows, N);
    assert_int_equal(h->n, 3 + COLUMNS + 1);
    assert_string_equal(h->name[0], "composition");
    assert_string_equal(h->name[1], "id");
    assert_string_equal(h->name[2], "target");
    assert_string_equal(h->name[3], "MagpieData minimum Number");
    assert_string_equal(h->name[3 + COLUMNS], "reason");
    const cupel_descriptor *magpie = cupel_descriptor_find(cupel_text_of("magpie"));
    cupel_batch batch = {0};
    double x[COLUMNS];
    for (size_t i = 0; i < N; i++) {
        bool bad = i % 97 == 96;
        cupel_batch_clear(&batch);
        check_ok(cupel_batch_add_formula(&batch, cupel_cell(&a, i, 1), CUPEL_DOT_REFUSE, &err), &err);
        magpie->compute(&batch, 0, 1, CUPEL_ISA_PLAIN, x, COLUMNS, NULL);
        assert_true(cupel_cell(&b, i, 0).n == cupel_cell(&a, i, 1).n);
        for (size_t j = 0; j < COLUMNS; j++) {
            double y = NAN;
            cupel_text t = cupel_cell(&b, i, 3 + j);
            assert_true(cupel_parse_double(t, &y) == !bad);
            if (!bad && y != x[j]) fail_msg("row %zu column %zu: %.17g is not %.17g", i, j, y, x[j]);
        }
        check_cell(&b, i, 3 + COLUMNS, bad ? "bad_formula" : "");
    }
    cupel_batch_release(&batch);
    cupel_records_release(&a);
    cupel_records_release(&b);
    cupel_source_free(in);
    cupel_source_free(out);
}

static void float32_text_is_short_and_reads_back_to_the_same_float(void **state)
{
    (void)state;
    cupel_err err = {0};
    write_table(at("in.csv"), 300);
    cupel_describe_options o = options(at("out.csv"));
    o.float32 = true;
    check_ok(cupel_describe(&o, &one_thread, NULL, &err), &err);
    o.output = at("out.h5");
    check_ok(cupel_describe(&o, &one_thread, NULL, &err), &err);
    cupel_source *out;
    cupel_records b = read_table(at("out.csv"), &out);
    cupel_reader *r = NULL;
    void *p = NULL;
    check_ok(cupel_reader_open(at("out.h5"), "descriptors", 1, &r, &err), &err);
    check_ok(cupel_reader_get(r, "x", CUPEL_F32, 2, (size_t[]){300, 132}, &p, &err), &err);
    for (size_t i = 0; i < 300; i++) {
        for (size_t j = 0; j < 132; j++) {
            float f = ((float *)p)[i * 132 + j];
            cupel_text t = cupel_cell(&b, i, 3 + j);
            double y;
            if (isnan(f)) {
                assert_int_equal(t.n, 0);
            } else {
                assert_true(cupel_parse_double(t, &y) && (float)y == f && t.n <= 16);
            }
        }
    }
    cupel_free(p);
    cupel_reader_free(r);
    cupel_records_release(&b);
    cupel_source_free(out);
}

/* Blocks differ with the threads; what is written does not. */
static void any_number_of_threads_gives_the_same_bytes(void **state)
{
    (void)state;
    static const char *const outputs[] = {"out.csv", "out.tsv", "out.jsonl", "out.h5"};
    cupel_err err = {0};
    write_table(at("in.csv"), 9000);
    for (size_t k = 0; k < 4; k++) {
        for (int missing = CUPEL_MISSING_DROP; missing <= CUPEL_MISSING_KEEP; missing += CUPEL_MISSING_KEEP - CUPEL_MISSING_DROP) {
            size_t n[3];
            char *p[3];
            for (size_t i = 0; i < 3; i++) {
                cupel_job job = {.threads = i + 1, .isa = cupel_isa_best()};
                cupel_describe_options o = options(at(outputs[k]));
                o.sets = "stoichiometry,tmetal_fraction";
                o.float32 = k == 3;
                o.missing = (cupel_missing)missing;
                check_ok(cupel_describe(&o, &job, NULL, &err), &err);
                p[i] = slurp(at(outputs[k]), &n[i]);
            }
            for (size_t i = 1; i < 3; i++) assert_true(n[i] == n[0] && memcmp(p[i], p[0], n[0]) == 0);
            for (size_t i = 0; i < 3; i++) free(p[i]);
        }
    }
}

static const char bad_table[] = "note,composition,\"yield, [MPa]\"\n"
                                "\"say \"\"hi\"\"\",Fe2O3,1\n"
                                "b,Xx2,2\n"
                                "c,,3\n"
                                "d,He,4\n"
                                "e,Fe2O3.5H2O,5\n"
                                "\"f\ng\",NaCl,6\n";

static void each_policy_does_what_it_says(void **state)
{
    (void)state;
    cupel_err err = {0};
    cupel_describe_result result;
    cupel_source *out;
    spit(at("in.csv"), bad_table);
    cupel_describe_options o = options(at("out.csv"));
    check_ok(cupel_describe(&o, &one_thread, &result, &err), &err);
    cupel_records r = read_table(at("out.csv"), &out);
    static const char *const reasons[] = {"", "bad_formula", "missing_formula", "no_element_data", "ambiguous_formula", ""};
    assert_int_equal(r.n_rows, 6);
    assert_string_equal(cupel_source_header(out)->name[2], "yield, [MPa]");
    for (size_t i = 0; i < 6; i++) check_cell(&r, i, 135, reasons[i]);
    check_cell(&r, 0, 1, "say \"hi\"");
    check_cell(&r, 5, 1, "f\ng");
    check_cell(&r, 3, 3, "2"); /* helium has a number, but no melting temperature */
    cupel_records_release(&r);
    cupel_source_free(out);

    o.missing = CUPEL_MISSING_DROP;
    check_ok(cupel_describe(&o, &one_thread, &result, &err), &err);
    assert_true(result.rows == 6 && result.written == 2 && result.reasons[CUPEL_REASON_NO_ELEMENT_DATA] == 1);
    r = read_table(at("out.csv"), &out);
    assert_true(r.n_rows == 2 && r.n_cols == 135);
    check_cell(&r, 1, 0, "NaCl");
    cupel_records_release(&r);
    cupel_source_free(out);

    o.missing = CUPEL_MISSING_IMPUTE;
    check_ok(cupel_describe(&o, &one_thread, &result, &err), &err);
    assert_true(result.written == 6 && result.reasons[CUPEL_REASON_IMPUTED] == 1 && result.reasons[CUPEL_REASON_BAD_FORMULA] == 1);
    r = read_table(at("out.csv"), &out);
    check_cell(&r, 3, 135, "imputed");
    for (size_t j = 3; j < 135; j++) assert_true(cupel_cell(&r, 3, j).n > 0 && cupel_cell(&r, 1, j).n == 0);
    cupel_records_release(&r);
    cupel_source_free(out);
    remove(at("out.csv"));

    o.missing = CUPEL_MISSING_FAIL;
    check_fails(cupel_describe(&o, &one_thread, &result, &err), CUPEL_BAD_INPUT, &err, "in.csv:3: bad_formula: 'Xx2' at byte 1");
    assert_int_equal(files_in_folder(), 1);

    o.missing = CUPEL_MISSING_KEEP;
    o.dot = CUPEL_DOT_HYDRATE;
    check_ok(cupel_describe(&o, &one_thread, &result, &err), &err);
    assert_int_equal(result.reasons[CUPEL_REASON_AMBIGUOUS_FORMULA], 0);
}

static void an_artifact_holds_the_whole_table(void **state)
{
    (void)state;
    cupel_err err = {0};
    cupel_reader *r = NULL;
    void *p = NULL;
    char *text = NULL;
    spit(at("in.csv"), bad_table);
    cupel_describe_options o = options(at("out.h5"));
    check_ok(cupel_describe(&o, &one_thread, NULL, &err), &err);
    check_ok(cupel_reader_open(at("out.h5"), "descriptors", 1, &r, &err), &err);
    check_ok(cupel_reader_get(r, "table/note", CUPEL_TEXT, 1, (size_t[]){6}, &p, &err), &err);
    assert_string_equal(((char **)p)[0], "say \"hi\"");
    cupel_free(p);
    check_ok(cupel_reader_units(r, "table/yield, [MPa]", &text, &err), &err);
    assert_string_equal(text, "MPa");
    cupel_free(text);
    check_ok(cupel_reader_get(r, "reason", CUPEL_U8, 1, (size_t[]){6}, &p, &err), &err);
    assert_memory_equal(p, "\0\2\1\4\3\0", 6);
    cupel_free(p);
    check_ok(cupel_reader_get(r, "columns", CUPEL_TEXT, 1, (size_t[]){132}, &p, &err), &err);
    assert_string_equal(((char **)p)[131], "MagpieData mode SpaceGroupNumber");
    cupel_free(p);
    check_ok(cupel_reader_input(r, "in.csv", &text, &err), &err);
    assert_true(strncmp(text, "sha256:", 7) == 0 && strlen(text) == 7 + 64);
    cupel_free(text);
    cupel_reader_free(r);

    cupel_str s = {0};
    cupel_json *json = NULL;
    double rows;
    check_ok(cupel_inspect(at("out.h5"), true, &s, &err), &err);
    check_ok(cupel_json_read((cupel_text){s.p, s.n}, "inspect", &json, &err), &err);
    assert_true(cupel_json_number(cupel_json_get(json, "rows"), &rows) && rows == 6);
    assert_int_equal(cupel_json_size(cupel_json_get(json, "datasets")), 7);
    assert_int_equal(cupel_json_size(cupel_json_get(json, "inputs")), 1);
    cupel_json_free(json);
    cupel_str_clear(&s);
    check_ok(cupel_inspect(at("out.h5"), false, &s, &err), &err);
    assert_non_null(strstr(s.p, "float64 6 x 132"));
    cupel_str_free(&s);
}

/* Columns of the table become numbers behind the sets; they are not written twice. */
static void columns_of_the_table_join_the_descriptors(void **state)
{
    (void)state;
    enum { N = 5000 };
    cupel_err err = {0};
    FILE *f = fopen(at("in.csv"), "wb");
    assert_non_null(f);
    fputs("composition,T [K],system,note\n", f);
    for (int i = 0; i < N; i++) fprintf(f, "Fe%dO,%d,%s,n%d\n", 1 + i % 7, i, i % 5 == 4 ? "" : i % 2 ? "cubic" : "hexagonal", i);
    fclose(f);
    size_t n[2];
    char *p[2];
    for (size_t k = 0; k < 2; k++) {
        cupel_job job = {.threads = k + 1, .isa = cupel_isa_best()};
        cupel_describe_options o = options(at("out.h5"));
        o.sets = "tmetal_fraction";
        o.columns = "T,system";
        check_ok(cupel_describe(&o, &job, NULL, &err), &err);
        p[k] = slurp(at("out.h5"), &n[k]);
    }
    assert_true(n[0] == n[1] && memcmp(p[0], p[1], n[0]) == 0);
    free(p[0]);
    free(p[1]);
    cupel_reader *r = NULL;
    void *x = NULL, *columns = NULL, *reason = NULL;
    check_ok(cupel_reader_open(at("out.h5"), "descriptors", 1, &r, &err), &err);
    check_ok(cupel_reader_get(r, "columns", CUPEL_TEXT, 1, (size_t[]){4}, &columns, &err), &err);
    check_ok(cupel_reader_get(r, "x", CUPEL_F64, 2, (size_t[]){N, 4}, &x, &err), &err);
    check_ok(cupel_reader_get(r, "reason", CUPEL_U8, 1, (size_t[]){N}, &reason, &err), &err);
    assert_string_equal(((char **)columns)[3], "system=cubic");
    for (size_t i = 0; i < N; i++) {
        const double *row = (const double *)x + 4 * i;
        bool empty = i % 5 == 4;
        assert_true(row[1] == (double)i && (empty ? isnan(row[2]) : row[2] == (double)(i % 2 == 0)));
        assert_int_equal(((unsigned char *)reason)[i], empty ? CUPEL_REASON_MISSING_NUMBER : 0);
    }
    assert_true(cupel_reader_has(r, "table/note") && !cupel_reader_has(r, "table/T [K]") && !cupel_reader_has(r, "table/system"));
    cupel_free(x), cupel_free(columns), cupel_free(reason);
    cupel_reader_free(r);
    cupel_describe_options o = options(at("out.h5"));
    o.columns = "pressure";
    check_fails(cupel_describe(&o, &one_thread, NULL, &err), CUPEL_BAD_INPUT, &err, "pressure");
}

static void wrong_options_are_refused_with_a_remedy(void **state)
{
    (void)state;
    cupel_err err = {0};
    write_table(at("in.csv"), 10);
    cupel_describe_options o = options(at("out.csv"));
    o.sets = "magpy";
    check_fails(cupel_describe(&o, &one_thread, NULL, &err), CUPEL_USAGE, &err, "did you mean 'magpie'");
    o.sets = "magpie,magpie";
    check_fails(cupel_describe(&o, &one_thread, NULL, &err), CUPEL_USAGE, &err, "given twice");
    o.sets = "";
    check_fails(cupel_describe(&o, &one_thread, NULL, &err), CUPEL_USAGE, &err, "magpie");
    o.sets = "magpie";
    o.formula = "formula";
    check_fails(cupel_describe(&o, &one_thread, NULL, &err), CUPEL_BAD_INPUT, &err, "'id', 'composition', 'target'");
    o.formula = "composition";
    o.output = at("out.xls");
    check_fails(cupel_describe(&o, &one_thread, NULL, &err), CUPEL_USAGE, &err, ".csv, .tsv, .jsonl or .h5");
    o.output = at("none/out.csv");
    check_fails(cupel_describe(&o, &one_thread, NULL, &err), CUPEL_FAILED, &err, "none/out.csv");
    o.output = at("out.csv");
    o.table = at("absent.csv");
    check_fails(cupel_describe(&o, &one_thread, NULL, &err), CUPEL_BAD_INPUT, &err, "absent.csv");
    o.table = at("in.csv");
    spit(at("in.csv"), "composition,reason\nFe,1\n");
    check_fails(cupel_describe(&o, &one_thread, NULL, &err), CUPEL_BAD_INPUT, &err, "'reason'");
    spit(at("in.csv"), "composition,MagpieData mean Number\nFe,1\n");
    check_fails(cupel_describe(&o, &one_thread, NULL, &err), CUPEL_BAD_INPUT, &err, "'MagpieData mean Number'");
    assert_int_equal(files_in_folder(), 1);
}

static void a_table_without_rows_gives_one(void **state)
{
    (void)state;
    static const char *const outputs[] = {"out.csv", "out.h5", "out.jsonl"};
    cupel_err err = {0};
    spit(at("in.csv"), "composition,target\n");
    for (size_t i = 0; i < 3; i++) {
        size_t n;
        cupel_describe_options o = options(at(outputs[i]));
        o.sets = "tmetal_fraction";
        check_ok(cupel_describe(&o, &one_thread, NULL, &err), &err);
        char *p = slurp(at(outputs[i]), &n);
        if (i == 0) assert_string_equal(p, "composition,target,transition metal fraction,reason\n");
        if (i == 2) assert_int_equal(n, 0);
        free(p);
    }
    cupel_reader *r = NULL;
    void *x = NULL;
    size_t shape[1] = {SIZE_MAX};
    check_ok(cupel_reader_open(at("out.h5"), "descriptors", 1, &r, &err), &err);
    check_ok(cupel_reader_get(r, "x", CUPEL_F64, 1, shape, &x, &err), &err);
    assert_int_equal(shape[0], 0);
    cupel_free(x);
    cupel_reader_free(r);
}

static void kernels_agree_with_the_plain_ones(void **state)
{
    (void)state;
    cupel_err err = {0};
    write_table(at("in.csv"), 2000);
    for (int isa = CUPEL_ISA_PLAIN; isa <= (int)cupel_isa_best(); isa++) {
        for (int narrow = 0; narrow < 2; narrow++) {
            cupel_job job = {.threads = 1, .isa = (cupel_isa)isa};
            cupel_describe_result result;
            cupel_describe_options o = options("/dev/null");
            o.sets = "magpie,stoichiometry,valence_orbital,element_fraction,tmetal_fraction";
            o.validate = true;
            o.float32 = narrow;
            check_ok(cupel_describe(&o, &job, &result, &err), &err);
            /* 2^-24: a number rounded once to float; 1e-15: sums of a few numbers in any order. */
            assert_true(result.difference <= (narrow ? 1.0 / (1 << 24) : 1e-15));
            if (narrow) assert_true(result.difference > 0);
        }
    }
}

static bool stop_at_once(void *user)
{
    (void)user;
    return true;
}

static void a_stopped_run_leaves_nothing(void **state)
{
    (void)state;
    cupel_err err = {0};
    cupel_job job = {.threads = 1, .stop = stop_at_once};
    write_table(at("in.csv"), 5000);
    cupel_describe_options o = options(at("out.csv"));
    check_fails(cupel_describe(&o, &job, NULL, &err), CUPEL_INTERRUPTED, &err, "is not written");
    o.output = at("out.h5");
    check_fails(cupel_describe(&o, &job, NULL, &err), CUPEL_INTERRUPTED, &err, "is not written");
    assert_int_equal(files_in_folder(), 1);
}

static void a_full_disk_leaves_nothing(void **state)
{
    (void)state;
    cupel_err err = {0};
    struct rlimit old, limit;
    write_table(at("in.csv"), 600);
    getrlimit(RLIMIT_FSIZE, &old);
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    for (int k = 0; k < 2; k++) {
        cupel_describe_options o = options(at(k ? "out.h5" : "out.csv"));
        struct stat sb;
        check_ok(cupel_describe(&o, &one_thread, NULL, &err), &err);
        assert_int_equal(stat(o.output, &sb), 0);
        remove(o.output);
        for (size_t bytes = 0; bytes < (size_t)sb.st_size; bytes += 50021) {
            limit = old;
            limit.rlim_cur = bytes;
            setrlimit(RLIMIT_FSIZE, &limit);
            cupel_status st = cupel_describe(&o, &one_thread, NULL, &err);
            setrlimit(RLIMIT_FSIZE, &old);
            check_fails(st, CUPEL_NO_RESOURCE, &err, "free some space");
            assert_int_equal(files_in_folder(), 1);
        }
    }
    signal(SIGXFSZ, handler);
}

/* Ten times the rows, the same memory: the result of either is larger than the difference allowed. */
static void memory_does_not_grow_with_rows(void **state)
{
    (void)state;
    if (getenv("CUPEL_SANITIZED")) skip();
    cupel_err err = {0};
    struct rusage few, many;
    cupel_describe_options o = options(at("out.h5"));
    o.float32 = true;
    cupel_job job = {.threads = 2, .isa = cupel_isa_best()};
    write_table(at("in.csv"), 40000);
    check_ok(cupel_describe(&o, &job, NULL, &err), &err);
    getrusage(RUSAGE_SELF, &few);
    write_table(at("in.csv"), 400000);
    check_ok(cupel_describe(&o, &job, NULL, &err), &err);
    getrusage(RUSAGE_SELF, &many);
    struct stat sb;
    assert_int_equal(stat(at("out.h5"), &sb), 0);
    assert_true(sb.st_size > 200000000);
    if (many.ru_maxrss - few.ru_maxrss > 50000) fail_msg("%ld kB more", many.ru_maxrss - few.ru_maxrss);
}

#ifdef CUPEL_FAULTS
static void every_failed_allocation_is_an_error(void **state)
{
    (void)state;
    static const char *const outputs[] = {"out.csv", "out.h5"};
    cupel_err err = {0};
    cupel_describe_result result;
    spit(at("in.csv"), bad_table);
    for (size_t k = 0; k < 2; k++) {
        cupel_describe_options o = options(at(outputs[k]));
        o.sets = "stoichiometry,magpie";
        o.columns = "note";
        cupel_mem_fail_at(0, false);
        check_ok(cupel_describe(&o, &one_thread, &result, &err), &err);
        size_t n = cupel_mem_count();
        assert_true(n > 20);
        for (size_t i = 1; i <= n; i++) {
            remove(at(outputs[k]));
            memset(&err, 0, sizeof err);
            cupel_mem_fail_at(i, false);
            cupel_status st = cupel_describe(&o, &one_thread, &result, &err);
            cupel_mem_fail_at(0, false);
            if (st != CUPEL_OK) {
                check_fails(st, CUPEL_NO_RESOURCE, &err, "memory");
                assert_int_equal(files_in_folder(), 1);
            }
        }
        remove(at(outputs[k]));
    }
}
#endif

static int make_folder(void **state)
{
    (void)state;
    /* In memory where there is such a place: fsync of a slow disk would be most of the time. */
    snprintf(folder, sizeof folder, "%s/cupel-describe-XXXXXX", access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    return mkdtemp(folder) ? 0 : -1;
}

static int clean_folder(void **state)
{
    (void)state;
    static const char *const names[] = {"in.csv", "out.csv", "out.tsv", "out.jsonl", "out.h5"};
    for (size_t i = 0; i < 5; i++) remove(at(names[i]));
    return 0;
}

static int remove_folder(void **state)
{
    clean_folder(state);
    return rmdir(folder);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_teardown(name, clean_folder)
    const struct CMUnitTest tests[] = {
        TEST(a_table_reads_back_to_the_same_numbers),
        TEST(float32_text_is_short_and_reads_back_to_the_same_float),
        TEST(any_number_of_threads_gives_the_same_bytes),
        TEST(each_policy_does_what_it_says),
        TEST(an_artifact_holds_the_whole_table),
        TEST(columns_of_the_table_join_the_descriptors),
        TEST(wrong_options_are_refused_with_a_remedy),
        TEST(a_table_without_rows_gives_one),
        TEST(kernels_agree_with_the_plain_ones),
        TEST(a_stopped_run_leaves_nothing),
        TEST(a_full_disk_leaves_nothing),
        TEST(memory_does_not_grow_with_rows),
#ifdef CUPEL_FAULTS
        TEST(every_failed_allocation_is_an_error),
#endif
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
