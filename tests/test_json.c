#include "tests/check.h"

#include "core/base/mem.h"
#include "core/base/rng.h"
#include "core/io/json.h"

#include <jansson.h>

static cupel_json *read_text(const char *text)
{
    cupel_err err = {0};
    cupel_json *root = NULL;
    check_ok(cupel_json_read(cupel_text_of(text), "t.json", &root, &err), &err);
    return root;
}

static void a_tree_is_read_in_file_order(void **state)
{
    (void)state;
    cupel_json *root = read_text("{\"z\": [1, 2.5, null, true, false, \"\\u00c5\\n\"], \"a\": {\"k\": -0.0}, \"empty\": {}, \"m\": "
                                 "9007199254740993}");
    double x;
    cupel_text t;
    assert_true(cupel_json_kind_of(root) == CUPEL_JSON_OBJECT && cupel_json_size(root) == 4);
    static const char *const keys[] = {"z", "a", "empty", "m"};
    for (size_t i = 0; i < 4; i++) {
        assert_string_equal(cupel_json_key(root, i), keys[i]);
        assert_ptr_equal(cupel_json_member(root, i), cupel_json_get(root, keys[i]));
    }
    assert_true(!cupel_json_key(root, 4) && !cupel_json_member(root, 4));
    assert_null(cupel_json_get(root, "y"));
    const cupel_json *z = cupel_json_get(root, "z");
    assert_true(cupel_json_size(z) == 6 && !cupel_json_at(z, 6) && !cupel_json_get(z, "a") && !cupel_json_at(root, 0));
    assert_true(cupel_json_number(cupel_json_at(z, 0), &x) && x == 1);
    assert_true(cupel_json_number(cupel_json_at(z, 1), &x) && x == 2.5);
    assert_true(cupel_json_kind_of(cupel_json_at(z, 2)) == CUPEL_JSON_NULL && cupel_json_kind_of(cupel_json_at(z, 3)) == CUPEL_JSON_BOOL);
    assert_true(!cupel_json_number(cupel_json_at(z, 3), &x) && !cupel_json_string(cupel_json_at(z, 0), &t));
    assert_true(cupel_json_string(cupel_json_at(z, 5), &t) && cupel_text_is(t, "\xC3\x85\n"));
    assert_true(cupel_json_size(cupel_json_at(z, 0)) == 0);
    cupel_json_free(root);
    cupel_json_free(NULL);
}

static void a_cell_is_what_a_table_would_hold(void **state)
{
    (void)state;
    static const struct { const char *json, *cell;
    } cases[] = {
        {"null", ""},
        {"true", "true"},
        {"false", "false"},
        {"1.0", "1"},
        {"0.1", "0.1"},
        {"12345678901234567", "12345678901234567"},
        {"\"a \\\"b\\\"\"", "a \"b\""},
        {"[1, [\"x\"], {\"b\": null, \"a\": 1e-30}]", "[1, [\"x\"], {\"b\": null, \"a\": 1e-30}]"},
        {"{}", "{}"},
        {"[]", "[]"},
        {"\"\"", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cupel_json *root = read_text(cases[i].json);
        cupel_str s = {0};
        cupel_json_cell(root, &s);
        assert_string_equal(cupel_str_text(&s), cases[i].cell);
        cupel_str_free(&s);
        cupel_json_free(root);
    }
}

static void what_is_refused_names_its_place(void **state)
{
    (void)state;
    static const struct { const char *text, *words;
    } cases[] = {
        {"", "t.json:1:"},
        {"{\"a\": 1,\n \"a\": 2}", "t.json:2:"},
        {"{\"a\": 1,\n \"a\": 2}", "duplicate"},
        {"[1,\n2,\n x]", "t.json:3:"},
        {"[NaN]", "write null"},
        {"[Infinity]", "write null"},
        {"[1e999]", "t.json:1:"},
        {"[\n\"\xC3\x85\", x]", "t.json:2:6: JSON: expected a value, found 'x'"},
        {"{} {}", "t.json:1:"},
        {"[1,]", "t.json:1:"},
        {"\"\\u0000\"", "t.json:1:"},
        {"\"\xff\"", "t.json:1:"},
        {"{'a': 1}", "t.json:1:"},
        {"[01]", "t.json:1:"},
        {"{\"a\"", "t.json:1:"},
        {"\"open", "t.json:1:"},
        {"\xEF\xBB\xBF{}", "t.json:1:"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cupel_err err = {0};
        cupel_json *root = NULL;
        check_fails(cupel_json_read(cupel_text_of(cases[i].text), "t.json", &root, &err), CUPEL_BAD_INPUT, &err, cases[i].words);
        assert_null(root);
    }
    cupel_err err = {0};
    cupel_json *root = NULL;
    check_fails(cupel_json_read_from(cupel_text_of("{\"a\": ?}"), "t.jsonl", 41, &root, &err), CUPEL_BAD_INPUT, &err, "t.jsonl:41:");
}

static void nesting_is_limited(void **state)
{
    (void)state;
    for (int depth = 60; depth <= 70; depth++) {
        cupel_str s = {0};
        cupel_err err = {0};
        cupel_json *root = NULL;
        cupel_str_puts(&s, "[\"[[[\\\"{{{\",\n");
        for (int i = 1; i < depth; i++) cupel_str_puts(&s, i % 2 ? "[" : "{\"a\":");
        cupel_str_puts(&s, "1");
        for (int i = depth - 1; i >= 1; i--) cupel_str_puts(&s, i % 2 ? "]" : "}");
        cupel_str_puts(&s, "]");
        cupel_status st = cupel_json_read((cupel_text){s.p, s.n}, "t.json", &root, &err);
        if (depth <= 64) {
            check_ok(st, &err);
            cupel_str again = {0};
            cupel_json_cell(root, &again);
            assert_false(again.failed);
            cupel_str_free(&again);
        } else {
            check_fails(st, CUPEL_BAD_INPUT, &err, "t.json:2:");
        }
        cupel_json_free(root);
        cupel_str_free(&s);
    }
}

/* A tree of given size written at random, and its digest: the sequence of its values. */
static void write_random(cupel_json_out *w, uint64_t seed, uint64_t *at, int depth)
{
    uint64_t kind = cupel_rng_below(seed, 0, ++*at, depth < 5 ? 8 : 6), n = cupel_rng_below(seed, 1, *at, 5);
    double numbers[] = {0, -1.5, 1e300, 0.1, cupel_rng_normal(seed, 2, *at), 5e-324};
    switch (kind) {
    case 0: cupel_json_put_null(w); break;
    case 1: cupel_json_put_bool(w, n % 2); break;
    case 2: cupel_json_put_int(w, (int64_t)cupel_rng_bits(seed, 3, *at)); break;
    case 3: cupel_json_put_number(w, numbers[cupel_rng_below(seed, 4, *at, 6)]); break;
    case 4: cupel_json_put_string(w, "Fe2O3\xC2\xB7\"\\\n\t\x01\x7f/"); break;
    case 5: cupel_json_put_text(w, (cupel_text){"CuSO4", (size_t)n}); break;
    case 6:
        cupel_json_open(w, '[');
        for (uint64_t i = 0; i < n; i++) write_random(w, seed, at, depth + 1);
        cupel_json_close(w, ']');
        break;
    default:
        cupel_json_open(w, '{');
        for (uint64_t i = 0; i < n; i++) {
            char key[] = {(char)('a' + i), '"', '\0'};
            cupel_json_name(w, key);
            write_random(w, seed, at, depth + 1);
        }
        cupel_json_close(w, '}');
    }
}

static void what_is_written_reads_back(void **state)
{
    (void)state;
    size_t longest = 0;
    for (uint64_t seed = 1; seed <= 500; seed++) {
        cupel_str pretty = {0}, compact = {0}, again = {0};
        uint64_t at = 0;
        cupel_json_out w = {.s = &pretty}, v = {.s = &compact, .compact = true};
        cupel_json_open(&w, '[');
        write_random(&w, seed, &at, 0);
        cupel_json_close(&w, ']');
        at = 0;
        cupel_json_open(&v, '[');
        write_random(&v, seed, &at, 0);
        cupel_json_close(&v, ']');
        cupel_json *a = read_text(pretty.p), *b = read_text(compact.p);
        cupel_json_cell(a, &again);
        assert_string_equal(again.p, compact.p);
        cupel_str_clear(&again);
        cupel_json_cell(b, &again);
        assert_string_equal(again.p, compact.p);
        assert_null(strchr(compact.p, '\n'));
        if (compact.n > longest) longest = compact.n;
        cupel_json_free(a);
        cupel_json_free(b);
        cupel_str_free(&pretty);
        cupel_str_free(&compact);
        cupel_str_free(&again);
    }
    assert_true(longest > 200);
}

static void the_layout_is_fixed(void **state)
{
    (void)state;
    cupel_str s = {0};
    cupel_json_out w = {.s = &s};
    cupel_json_open(&w, '{');
    cupel_json_name(&w, "n");
    cupel_json_put_number(&w, NAN);
    cupel_json_name(&w, "l");
    cupel_json_open(&w, '[');
    cupel_json_put_int(&w, INT64_MIN);
    cupel_json_put_number(&w, INFINITY);
    cupel_json_close(&w, ']');
    cupel_json_name(&w, "e");
    cupel_json_open(&w, '{');
    cupel_json_close(&w, '}');
    cupel_json_close(&w, '}');
    assert_string_equal(s.p, "{\n  \"n\": null,\n  \"l\": [\n    -9223372036854775808,\n    null\n  ],\n  \"e\": {}\n}");
    cupel_str_free(&s);
}

/* RFC 3629: what is not UTF-8 becomes U+FFFD, one per byte; what is stays. */
static void bytes_that_are_no_text_are_replaced(void **state)
{
    (void)state;
    static const struct { const char *bytes; size_t bad;
    } cases[] = {
        {"\xC2\xB7", 0},
        {"\xE2\x82\x82", 0},
        {"\xF0\x9F\x94\xA5", 0},
        {"\xF4\x8F\xBF\xBF", 0},
        {"\x80", 1},
        {"\xC0\x80", 2},
        {"\xC2", 1},
        {"\xE0\x80\x80", 3},
        {"\xED\xA0\x80", 3},
        {"\xF0\x80\x80\x80", 4},
        {"\xF4\x90\x80\x80", 4},
        {"\xF5\x80\x80\x80", 4},
        {"\xFF", 1},
        {"\xE2\x82", 2},
        {"\xC1\xBF", 2},
        {"a\xC2z", 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cupel_str s = {0};
        cupel_json_out w = {.s = &s, .compact = true};
        cupel_json_put_string(&w, cases[i].bytes);
        size_t bad = 0;
        for (const char *p = strstr(s.p, "\xEF\xBF\xBD"); p; p = strstr(p + 3, "\xEF\xBF\xBD")) bad++;
        assert_int_equal(bad, cases[i].bad);
        cupel_json_free(read_text(s.p));
        cupel_str_free(&s);
    }
}

static void misuse_of_the_writer_is_a_failure(void **state)
{
    (void)state;
    cupel_str s = {0}, t = {0};
    cupel_json_out w = {.s = &s}, v = {.s = &t};
    for (int i = 0; i < 65; i++) cupel_json_open(&w, '[');
    assert_true(s.failed);
    cupel_json_close(&v, ']');
    assert_true(t.failed);
    cupel_str_free(&s);
    cupel_str_free(&t);
}

static void same_tree(const cupel_json *a, json_t *b)
{
    double x;
    cupel_text t;
    switch (cupel_json_kind_of(a)) {
    case CUPEL_JSON_NULL: assert_true(json_is_null(b)); break;
    case CUPEL_JSON_BOOL: assert_true(json_is_boolean(b)); break;
    case CUPEL_JSON_NUMBER: assert_true(json_is_number(b) && cupel_json_number(a, &x) && x == json_number_value(b)); break;
    case CUPEL_JSON_STRING:
        assert_true(json_is_string(b) && cupel_json_string(a, &t) && t.n == json_string_length(b));
        assert_memory_equal(t.p, json_string_value(b), t.n);
        break;
    case CUPEL_JSON_ARRAY:
        assert_true(json_is_array(b) && json_array_size(b) == cupel_json_size(a));
        for (size_t i = 0; i < json_array_size(b); i++) same_tree(cupel_json_at(a, i), json_array_get(b, i));
        break;
    case CUPEL_JSON_OBJECT: {
        assert_true(json_is_object(b) && json_object_size(b) == cupel_json_size(a));
        size_t i = 0;
        const char *key;
        json_t *value;
        json_object_foreach(b, key, value) {
            assert_string_equal(key, cupel_json_key(a, i));
            assert_ptr_equal(cupel_json_get(a, key), cupel_json_member(a, i));
            same_tree(cupel_json_member(a, i++), value);
        }
    }
    }
}

/* jansson as a second opinion on texts put together at random from pieces that tend to meet, and on damaged ones. */
static void jansson_reads_the_same(void **state)
{
    (void)state;
    static const char *const pieces[] = {"{",
                                         "}",
                                         "[",
                                         "]",
                                         ",",
                                         ":",
                                         "\"",
                                         "\"a\"",
                                         "\"b\":",
                                         "\"c\" : [",
                                         "1",
                                         "-0",
                                         "0.5e-3",
                                         "2.",
                                         ".5",
                                         "-",
                                         "1e",
                                         "01",
                                         "true",
                                         "fals",
                                         "null",
                                         " ",
                                         "\n",
                                         "\\u00c5",
                                         "\"\\ud83d\\ude00\"",
                                         "\"\\ud83d\"",
                                         "\"\\n\\q\"",
                                         "\xC3\x85",
                                         "\"\xE2\x82\x82\"",
                                         "\xC3",
                                         "\"\x01\"",
                                         "9223372036854775807",
                                         "1e308",
                                         "1e309",
                                         "1e-400",
                                         "[{}]",
                                         "{\"x\": {}}",
                                         ", ",
                                         "\"\\u0000\""};
    size_t n_pieces = sizeof pieces / sizeof *pieces, accepted = 0;
    for (uint64_t round = 0; round < 60000; round++) {
        cupel_str s = {0};
        uint64_t n = 1 + cupel_rng_below(9, 0, round, 9), at = 0;
        if (round % 2) {
            cupel_json_out w = {.s = &s, .compact = round % 4 == 1};
            cupel_json_open(&w, '[');
            write_random(&w, round, &at, 2);
            cupel_json_close(&w, ']');
            for (uint64_t i = 0; i < round % 3; i++)
                s.p[cupel_rng_below(9, 100 + i, round, s.n)] = pieces[cupel_rng_below(9, 200 + i, round, n_pieces)][0];
        } else {
            for (uint64_t i = 0; i < n; i++) cupel_str_puts(&s, pieces[cupel_rng_below(9, 1 + i, round, n_pieces)]);
        }
        json_t *theirs = json_loadb(s.p, s.n, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_DECODE_INT_AS_REAL, NULL);
        cupel_json *ours = NULL;
        cupel_err err = {0};
        cupel_status st = cupel_json_read((cupel_text){s.p, s.n}, "t", &ours, &err);
        if ((st == CUPEL_OK) != (theirs != NULL)) fail_msg("'%s': %s", s.p, st ? err.message : "accepted");
        if (theirs) same_tree(ours, theirs);
        accepted += theirs != NULL;
        cupel_json_free(ours);
        json_decref(theirs);
        cupel_str_free(&s);
    }
    assert_true(accepted > 10000 && accepted < 50000);
}

static void large_objects_are_searched(void **state)
{
    (void)state;
    for (int n = 7; n <= 2000; n += n < 12 ? 1 : 997) {
        cupel_str s = {0};
        for (int i = 0; i < n; i++) cupel_str_addf(&s, "%c\"k%d\": %d", i ? ',' : '{', (i * 7) % n == 0 && i ? n + i : (i * 7) % n, i);
        cupel_str_puts(&s, "}");
        cupel_json *root = read_text(s.p);
        assert_int_equal(cupel_json_size(root), n);
        for (int i = 0; i < n; i++) assert_ptr_equal(cupel_json_get(root, cupel_json_key(root, (size_t)i)), cupel_json_member(root, (size_t)i));
        assert_null(cupel_json_get(root, "k"));
        s.p[s.n - 1] = ',';
        cupel_str_addf(&s, "\n\"%s\": 1}", cupel_json_key(root, (size_t)n / 2));
        cupel_err err = {0};
        cupel_json *bad = NULL;
        check_fails(cupel_json_read((cupel_text){s.p, s.n}, "t", &bad, &err), CUPEL_BAD_INPUT, &err, "duplicate");
        cupel_json_free(root);
        cupel_str_free(&s);
    }
}

#ifdef CUPEL_FAULTS
static void no_memory_is_an_error_not_a_crash(void **state)
{
    (void)state;
    size_t failures = 0;
    for (size_t at = 1, more = 1; more; at++) {
        cupel_json *root = NULL;
        cupel_err err = {0};
        cupel_mem_fail_at(at, false);
        cupel_status st = cupel_json_read(cupel_text_of("{\"a\": [1, \"x\", {\"b\": 2.5}], \"c\": null, \"a very long key, longer than any buffer\": "
                                                        "[]}"),
                                          "t", &root, &err);
        more = cupel_mem_count() >= at;
        cupel_mem_fail_at(0, false);
        if (more) assert_true(st == CUPEL_NO_RESOURCE && !root);
        if (!more) check_ok(st, &err);
        failures += more;
        cupel_json_free(root);
    }
    assert_true(failures >= 3);
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_tree_is_read_in_file_order),        cmocka_unit_test(a_cell_is_what_a_table_would_hold),
        cmocka_unit_test(what_is_refused_names_its_place),     cmocka_unit_test(nesting_is_limited),
        cmocka_unit_test(what_is_written_reads_back),          cmocka_unit_test(the_layout_is_fixed),
        cmocka_unit_test(bytes_that_are_no_text_are_replaced), cmocka_unit_test(misuse_of_the_writer_is_a_failure),
        cmocka_unit_test(jansson_reads_the_same),              cmocka_unit_test(large_objects_are_searched),
#ifdef CUPEL_FAULTS
        cmocka_unit_test(no_memory_is_an_error_not_a_crash),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
