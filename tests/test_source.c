#include "tests/check.h"

#include "core/base/mem.h"
#include "core/io/input.h"
#include "datasets/source.h"

#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

static char folder[] = "/tmp/cupel-source-XXXXXX";

static const char *file_in_folder(const char *name)
{
    static char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static const char *put(const char *name, const char *text)
{
    const char *path = file_in_folder(name);
    if (strstr(name, ".gz")) {
        gzFile z = gzopen(path, "wb");
        assert_true(z && gzputs(z, text) >= 0 && gzclose(z) == Z_OK);
    } else {
        FILE *f = fopen(path, "wb");
        assert_true(f && fputs(text, f) >= 0 && fclose(f) == 0);
    }
    return path;
}

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    static const char *const names[] = {"a.csv",      "a.tsv",     "a.jsonl", "a.json", "b.json",  "c.json", "a.csv.gz",
                                        "a.jsonl.gz", "a.json.gz", "a.txt",   "x.csv",  "x.jsonl", "x.json"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) unlink(file_in_folder(names[i]));
    return rmdir(folder);
}

/* The whole table as "name|name;cell|cell;", read in blocks; checks row numbers on the way. */
static cupel_status spell(const char *path, const char *format, size_t block, cupel_str *out, char hex[65], cupel_err *err)
{
    cupel_source *s = NULL;
    cupel_records r[2] = {{0}, {0}}; /* by turns: a block stays whole while the next is read into the other */
    uint64_t rows = 0;
    cupel_status st = cupel_source_open(path, format, &s, err);
    if (st == CUPEL_OK) {
        const cupel_header *h = cupel_source_header(s);
        for (size_t i = 0; i < h->n; i++) cupel_str_addf(out, "%s%s", h->name[i], i + 1 < h->n ? "|" : ";");
        assert_string_equal(cupel_source_path(s), path);
    }
    for (size_t turn = 0; st == CUPEL_OK; turn++) {
        cupel_records *now = &r[turn % 2], *before = &r[1 - turn % 2];
        st = cupel_source_read(s, block, now, err);
        for (size_t i = 0; i < before->n_rows; i++)
            for (size_t j = 0; j < before->n_cols; j++) {
                cupel_text c = cupel_cell(before, i, j);
                cupel_str_add(out, c.p, c.n);
                cupel_str_putc(out, j + 1 < before->n_cols ? '|' : ';');
            }
        if (st != CUPEL_OK || !now->n_rows) break;
        assert_true(now->first_row == rows && now->n_rows <= block);
        rows += now->n_rows;
    }
    if (st == CUPEL_OK && hex) st = cupel_source_digest(s, hex, err);
    cupel_source_free(s);
    cupel_records_release(&r[0]);
    cupel_records_release(&r[1]);
    return st;
}

static void every_format_gives_the_same_rows(void **state)
{
    (void)state;
    static const char want[] = "id|formula|gap [eV];1|Fe2O3|2.1;2||;3|K4, \"x\"|-0.5;";
    static const struct { const char *name, *text;
    } files[] = {
        {"a.csv", "id,formula,gap [eV]\n1,Fe2O3,2.1\n\n2,,\n3,\"K4, \"\"x\"\"\",-0.5\n"},
        {"a.tsv", "id\tformula\tgap [eV]\n1\tFe2O3\t2.1\n2\t\t\n3\tK4, \"x\"\t-0.5"},
        {"a.jsonl", "{\"id\": 1, \"formula\": \"Fe2O3\", \"gap [eV]\": 2.1}\n\n{\"id\": 2, \"gap [eV]\": null}\n{\"gap [eV]\": -0.5, \"formula\": "
                    "\"K4, \\\"x\\\"\", \"id\": 3}"},
        {"a.json", "{\"index\": [0, 1, 2], \"columns\": [\"id\", \"formula\", \"gap [eV]\"], \"data\": [[1, \"Fe2O3\", 2.1], [2, null, null], [3, "
                   "\"K4, \\\"x\\\"\", -0.5]]}"},
        {"b.json", "\n[{\"id\": 1, \"formula\": \"Fe2O3\", \"gap [eV]\": 2.1}, {\"id\": 2}, {\"id\": 3, \"formula\": \"K4, \\\"x\\\"\", \"gap "
                   "[eV]\": -0.5}]"},
        {"c.json", "{\"schema\": {}, \"data\": [{\"id\": 1, \"formula\": \"Fe2O3\", \"gap [eV]\": 2.1}, {\"id\": 2}, {\"id\": 3, \"formula\": \"K4, "
                   "\\\"x\\\"\", \"gap [eV]\": -0.5}]}"},
    };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        for (size_t block = 1; block <= 5; block++) {
            cupel_str plain = {0}, zipped = {0};
            cupel_err err = {0};
            char hex[65], of_file[65], name[32];
            const char *path = put(files[i].name, files[i].text);
            check_ok(spell(path, NULL, block, &plain, hex, &err), &err);
            assert_string_equal(cupel_str_text(&plain), want);
            check_ok(cupel_digest_file(path, of_file, &err), &err);
            assert_string_equal(hex, of_file);
            snprintf(name, sizeof name, "a.%s.gz", strchr(files[i].name, '.') + 1);
            if (i != 1) {
                path = put(name, files[i].text);
                check_ok(spell(path, NULL, block, &zipped, hex, &err), &err);
                assert_string_equal(cupel_str_text(&zipped), want);
                check_ok(cupel_digest_file(path, of_file, &err), &err);
                assert_string_equal(hex, of_file);
            }
            cupel_str_free(&plain);
            cupel_str_free(&zipped);
        }
}

static void refused(const char *name, const char *text, const char *words)
{
    cupel_str s = {0};
    cupel_err err = {0};
    check_fails(spell(put(name, text), NULL, 2, &s, NULL, &err), CUPEL_BAD_INPUT, &err, words);
    cupel_str_free(&s);
}

static void bad_tables_are_refused_with_their_line(void **state)
{
    (void)state;
    refused("x.csv", "", "x.csv: the table is empty");
    refused("x.csv", "a,b\n1,2\n\n3\n", "x.csv:4: 1 field where the first line names 2");
    refused("x.csv", "a,b\n1,2,3\n", "x.csv:2: 3 fields");
    refused("x.csv", "\na,b,a\n", "x.csv:2: columns 1 and 3 are both called 'a'");
    refused("x.csv", "a,b\n\"1,2\n", "x.csv:2: a quote is opened");
    refused("x.jsonl", "", "x.jsonl: the table is empty");
    refused("x.jsonl", "[1]\n", "x.jsonl:1: each line holds one object");
    refused("x.jsonl", "{}\n", "x.jsonl:1: there are no columns");
    refused("x.jsonl", "{\"a\": 1}\n{\"a\": 1, \"b\": 2}\n", "x.jsonl:2: the first row has no key 'b'; name every column there, with null");
    refused("x.jsonl", "{\"a\": 1}\n{\"a\": 1\n", "x.jsonl:2:");
    refused("x.jsonl", "{\"a\": 1}\n3\n", "x.jsonl:2: a row is an object");
    refused("x.jsonl", "{\"a\": 1}\n{\"a\": NaN}\n", "write null");
    refused("x.jsonl", "{\"a\": 1, \" a\": 2}\n", "x.jsonl:1: columns 1 and 2");
    refused("x.json", "", "x.json:1:");
    refused("x.json", "[]", "the table is empty");
    refused("x.json", "3", "no table");
    refused("x.json", "{\"a\": {\"0\": 1}}", "orient=\"split\"");
    refused("x.json", "[1, 2]", "a list of rows holds objects");
    refused("x.json", "[{\"a\": 1}, {\"b\": 1}]", "x.json:2: the first row has no key 'b'");
    refused("x.json", "{\"columns\": [\"a\"], \"data\": [[1], [1, 2]]}", "x.json:2: 2 values where there are 1 columns");
    refused("x.json", "{\"columns\": [\"a\"], \"data\": 3}", "must be a list");
    refused("x.json", "{\"columns\": [], \"data\": []}", "no columns");
    refused("x.json", "{\"columns\": [\"a\"], \"data\": [3]}", "x.json:1: a row is an object");
    refused("x.json", "{\"columns\": [\"a\"], \"index\": [\"m\"], \"data\": []}", "\"index\" names 1 rows");
}

static void a_line_of_jsonl_is_limited(void **state)
{
    (void)state;
    for (size_t n = 15999000; n <= 17000000; n += 500000) {
        char *text = malloc(n + 16);
        memset(text, 'x', n + 16);
        memcpy(text, "{\"a\": \"", 7);
        memcpy(text + n - 1, "\"}\n", 4);
        cupel_str s = {0};
        cupel_err err = {0};
        cupel_status st = spell(put("x.jsonl", text), NULL, 1, &s, NULL, &err);
        if (n < 16000000)
            check_ok(st, &err);
        else
            check_fails(st, CUPEL_BAD_INPUT, &err, "x.jsonl:1: a line of more than 16 MB");
        cupel_str_free(&s);
        free(text);
    }
}

static void names_of_rows_become_a_column(void **state)
{
    (void)state;
    cupel_str s = {0}, t = {0};
    cupel_err err = {0};
    check_ok(spell(put("x.json", "{\"index\": [\"mp-1\", \"mp-2\"], \"columns\": [\"f\", 7], \"data\": [[\"Fe\", 1], [\"Ni\", {\"a\": [2]}]]}"), NULL,
                   9, &s, NULL, &err),
             &err);
    assert_string_equal(s.p, "index|f|7;mp-1|Fe|1;mp-2|Ni|{\"a\": [2]};");
    check_ok(spell(put("x.json", "{\"index\": [5], \"columns\": [\"index\"], \"data\": [[1]]}"), NULL, 9, &t, NULL, &err), &err);
    assert_string_equal(t.p, "index;1;");
    cupel_str_free(&s);
    cupel_str_free(&t);
}

static void the_format_is_known_or_asked_for(void **state)
{
    (void)state;
    cupel_str s = {0};
    cupel_err err = {0};
    const char *path = put("a.txt", "a\tb\n1\t2\n");
    check_fails(spell(path, NULL, 1, &s, NULL, &err), CUPEL_BAD_INPUT, &err, "csv, tsv, jsonl, json");
    check_fails(spell(path, "xls", 1, &s, NULL, &err), CUPEL_USAGE, &err, "expected one of csv, tsv");
    check_ok(spell(path, "tsv", 1, &s, NULL, &err), &err);
    assert_string_equal(s.p, "a|b;1|2;");
    check_fails(spell(file_in_folder("none.csv"), NULL, 1, &s, NULL, &err), CUPEL_BAD_INPUT, &err, "none.csv");
    cupel_str_free(&s);
}

static void the_digest_waits_for_the_last_row(void **state)
{
    (void)state;
    cupel_err err = {0};
    cupel_source *s;
    cupel_records r = {0};
    char hex[65];
    check_ok(cupel_source_open(put("x.csv", "a\n1\n2\n"), NULL, &s, &err), &err);
    check_ok(cupel_source_read(s, 2, &r, &err), &err);
    check_fails(cupel_source_digest(s, hex, &err), CUPEL_FAILED, &err, "before the last row");
    check_ok(cupel_source_read(s, 2, &r, &err), &err);
    assert_true(r.n_rows == 0 && r.first_row == 2);
    check_ok(cupel_source_read(s, 2, &r, &err), &err);
    assert_true(r.n_rows == 0);
    check_ok(cupel_source_digest(s, hex, &err), &err);
    cupel_source_free(s);
    cupel_source_free(NULL);
    cupel_records_release(&r);
}

static void cells_outlive_their_source(void **state)
{
    (void)state;
    cupel_err err = {0};
    cupel_source *s;
    cupel_records r = {0};
    char *big = malloc(3000001);
    size_t at = (size_t)snprintf(big, 100, "formula,x\n"), rows = 0;
    for (; at < 2999900; rows++) at += (size_t)snprintf(big + at, 100, rows % 7 ? "Fe%zuO,1\n" : "\"Fe%zuO\",\"\"\"\"\n", rows);
    check_ok(cupel_source_open(put("x.csv", big), NULL, &s, &err), &err);
    check_ok(cupel_source_read(s, SIZE_MAX, &r, &err), &err);
    cupel_source_free(s);
    assert_true(r.n_rows == rows);
    for (size_t i = 0; i < rows; i++) {
        char want[32];
        snprintf(want, sizeof want, "Fe%zuO", i);
        assert_true(cupel_text_is(cupel_cell(&r, i, 0), want) && cupel_text_is(cupel_cell(&r, i, 1), i % 7 ? "1" : "\"") && r.line[i] == i + 2);
    }
    cupel_records_release(&r);
    free(big);
}

static void matbench_tables_are_read_whole(void **state)
{
    (void)state;
    static const struct { const char *name; size_t rows, cols; const char *sha;
    } tables[] = {
        {"data/matbench-official/matbench_expt_gap.csv", 4604, 4, "6083cd5ee08a0939"},
        {"data/matbench-official/matbench_mp_gap.csv.gz", 106113, 6, "c438e5cfde84389c"},
        {"data/matbench-official/matbench_steels.csv", 312, 4, "d6882b8e9a1e4f57"},
    };
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        const char *path = shared_path(tables[i].name);
        if (!path) {
            print_message("skip matbench tables: ../shared is absent\n");
            skip();
        }
        cupel_err err = {0};
        cupel_source *s;
        cupel_records r = {0};
        char hex[65];
        size_t rows = 0;
        check_ok(cupel_source_open(path, NULL, &s, &err), &err);
        do {
            check_ok(cupel_source_read(s, 1000, &r, &err), &err);
            rows += r.n_rows;
        } while (r.n_rows);
        assert_true(rows == tables[i].rows && r.n_cols == tables[i].cols);
        check_ok(cupel_source_digest(s, hex, &err), &err);
        assert_memory_equal(hex, tables[i].sha, strlen(tables[i].sha));
        cupel_source_free(s);
        cupel_records_release(&r);
    }
}

#ifdef CUPEL_FAULTS
static void no_memory_is_an_error_not_a_crash(void **state)
{
    (void)state;
    static const struct { const char *name, *text; } files[] = {
        {"x.csv", "a,b [eV]\n1,\"2\"\"\"\n"}, {"x.jsonl", "{\"a\": 1, \"b [eV]\": [2]}\n{\"b [eV]\": 2}\n"},
        {"x.json", "{\"index\": [\"x\"], \"columns\": [\"a\"], \"data\": [[\"text\"]]}"}, {"x.json", "[{\"a\": 1}, {\"a\": null}]"},
    };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        const char *path = put(files[i].name, files[i].text);
        size_t failures = 0;
        for (size_t at = 1, more = 1; more; at++) {
            cupel_err err = {0};
            cupel_source *s = NULL;
            cupel_records r = {0};
            cupel_mem_fail_at(at, false);
            cupel_status st = cupel_source_open(path, NULL, &s, &err);
            if (st == CUPEL_OK) st = cupel_source_read(s, 10, &r, &err);
            more = cupel_mem_count() >= at;
            cupel_mem_fail_at(0, false);
            assert_int_equal(st, more ? CUPEL_NO_RESOURCE : CUPEL_OK);
            failures += more;
            cupel_source_free(s);
            cupel_records_release(&r);
        }
        assert_true(failures > 10);
    }
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_format_gives_the_same_rows), cmocka_unit_test(bad_tables_are_refused_with_their_line),
        cmocka_unit_test(names_of_rows_become_a_column),    cmocka_unit_test(the_format_is_known_or_asked_for),
        cmocka_unit_test(the_digest_waits_for_the_last_row), cmocka_unit_test(cells_outlive_their_source),
        cmocka_unit_test(matbench_tables_are_read_whole),   cmocka_unit_test(a_line_of_jsonl_is_limited),
#ifdef CUPEL_FAULTS
        cmocka_unit_test(no_memory_is_an_error_not_a_crash),
#endif
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
