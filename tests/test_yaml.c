#include "tests/check.h"

#include "core/base/mem.h"
#include "core/io/yaml.h"

#include <unistd.h>

static cupel_yaml_doc *read_text(const char *text)
{
    cupel_err err = {0};
    cupel_yaml_doc *doc = NULL;
    check_ok(cupel_yaml_read(cupel_text_of(text), "d.yaml", &doc, &err), &err);
    return doc;
}

static void a_demand_becomes_a_tree(void **state)
{
    (void)state;
    cupel_yaml_doc *doc = read_text("# what for\n"
                                    "demand: lead-free absorber\n"
                                    "data: {file: gaps.csv, unit: eV}\n"
                                    "require:\n"
                                    "  - {property: band gap, min: 1.1 eV}\n"
                                    "  - elements: forbidden\n"
                                    "    list: [Pb, \"Cd\"]\n"
                                    "keep: 010\n"
                                    "empty:\n"
                                    "no: off\n"
                                    "words: |\n"
                                    "  two\n"
                                    "  lines\n");
    const cupel_yaml *root = cupel_yaml_root(doc), *require = cupel_yaml_get(root, "require"), *second = require->child->next;
    assert_string_equal(cupel_yaml_name(doc), "d.yaml");
    assert_true(root->kind == CUPEL_YAML_MAP && root->n == 7 && require->kind == CUPEL_YAML_LIST && require->n == 2);
    assert_string_equal(cupel_yaml_get(root, "demand")->text.p, "lead-free absorber");
    assert_string_equal(cupel_yaml_get(root, "keep")->text.p, "010");
    assert_string_equal(cupel_yaml_get(root, "no")->text.p, "off");
    assert_string_equal(cupel_yaml_get(root, "words")->text.p, "two\nlines\n");
    assert_true(cupel_yaml_get(root, "empty")->text.n == 0 && !cupel_yaml_get(root, "empty")->quoted);
    assert_true(cupel_yaml_get(root, "data")->line == 3 && cupel_yaml_get(root, "data")->column == 7 && cupel_yaml_get(root, "data")->key_line == 3);
    assert_true(cupel_text_is(cupel_yaml_get(root, "data")->key, "data"));
    assert_true(second->line == 6 && second->n == 2 && second->key.n == 0);
    const cupel_yaml *list = cupel_yaml_get(second, "list");
    assert_true(list->line == 7 && list->n == 2 && !list->child->quoted && list->child->next->quoted);
    assert_string_equal(list->child->next->text.p, "Cd");
    assert_null(list->child->next->next);
    assert_null(cupel_yaml_get(root, "kepe"));
    assert_null(cupel_yaml_get(list, "x"));
    assert_null(cupel_yaml_get(NULL, "x"));
    cupel_yaml_free(doc);
    cupel_yaml_free(NULL);
}

static void what_is_refused_names_its_place(void **state)
{
    (void)state;
    static const struct { const char *text, *words;
    } cases[] = {
        {"", "d.yaml:1:1: there is nothing"},
        {"# only talk\n", "nothing in it"},
        {"a: 1\nb: 2\na: 3\n", "d.yaml:3: the key 'a' stands here a second time (first in line 1)"},
        {"x:\n  - {k: 1, l: 2, k: 3}\n", "d.yaml:2: the key 'k'"},
        {"a: &x 1\n", "d.yaml:1:4: anchors"},
        {"a: 1\nb: *a\n", "d.yaml:2:4: aliases"},
        {"a: !!int 1\n", "d.yaml:1:4: tags"},
        {"a: !foo [1]\n", "tags"},
        {"a: !foo {b: 1}\n", "tags"},
        {"a: &x [1]\n", "anchors"},
        {"a: &x {b: 1}\n", "anchors"},
        {"a: 1\n---\nb: 2\n", "d.yaml:2:1: a second document"},
        {"? [a, b]\n: 1\n", "d.yaml:1:3: a key must be a text"},
        {"? {a: b}\n: 1\n", "a key must be"},
        {"a: [1, 2\nb: 3\n", "d.yaml:2:"},
        {"a: 'open\n", "d.yaml:2:1: YAML: while scanning a quoted scalar"},
        {"a:\n\t- b\n", "d.yaml:2:1: YAML"},
        {"a: b: c\n", "d.yaml:1:5: YAML"},
        {"a: \"\\0\"\n", "d.yaml:1:4: a NUL"},
        {"a: \xff\n", "d.yaml:1:"},
        {"<<: *base\n", "aliases"},
        {"*a : 1\n", "aliases"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cupel_err err = {0};
        cupel_yaml_doc *doc = NULL;
        check_fails(cupel_yaml_read(cupel_text_of(cases[i].text), "d.yaml", &doc, &err), CUPEL_USAGE, &err, cases[i].words);
        assert_null(doc);
    }
}

static void try_text(const cupel_str *s, const char *words)
{
    cupel_err err = {0};
    cupel_yaml_doc *doc = NULL;
    cupel_status st = cupel_yaml_read((cupel_text){s->p, s->n}, "d.yaml", &doc, &err);
    if (words)
        check_fails(st, CUPEL_USAGE, &err, words);
    else
        check_ok(st, &err);
    cupel_yaml_free(doc);
}

static void sizes_are_limited(void **state)
{
    (void)state;
    for (int depth = 31; depth <= 34; depth++) {
        cupel_str s = {0};
        for (int i = 0; i < depth; i++) cupel_str_puts(&s, i % 2 ? "[" : "{a: ");
        for (int i = depth - 1; i >= 0; i--) cupel_str_puts(&s, i % 2 ? "]" : "}");
        try_text(&s, depth <= 32 ? NULL : "32 levels");
        cupel_str_free(&s);
    }
    for (int n = 99998; n <= 100001; n++) {
        cupel_str s = {0};
        for (int i = 0; i < n; i++) cupel_str_puts(&s, "- a\n");
        try_text(&s, n + 1 <= 100000 ? NULL : "d.yaml:100000:3: more than 100,000");
        cupel_str_free(&s);
    }
    for (int n = 999990; n <= 1000010; n += 10) {
        cupel_str s = {0};
        cupel_str_puts(&s, "a: ");
        while (s.n < (size_t)n) cupel_str_putc(&s, 'x');
        try_text(&s, n <= 1000000 ? NULL : "1 MB");
        cupel_str_free(&s);
    }
    cupel_str s = {0}; /* 50,000 different keys, then one again: found without comparing each with each */
    for (int i = 0; i < 50000; i++) cupel_str_addf(&s, "k%d: 1\n", (i * 7919) % 50000);
    try_text(&s, NULL);
    cupel_str_puts(&s, "k7919: 2\n");
    try_text(&s, "d.yaml:50001: the key 'k7919' stands here a second time (first in line 2)");
    cupel_str_free(&s);
}

static void files(void **state)
{
    (void)state;
    cupel_err err = {0};
    cupel_yaml_doc *doc = NULL;
    char path[] = "/tmp/cupel-yaml-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0 && write(fd, "keep: 5\n", 8) == 8 && close(fd) == 0);
    check_ok(cupel_yaml_open(path, &doc, &err), &err);
    assert_string_equal(cupel_yaml_name(doc), path);
    assert_string_equal(cupel_yaml_get(cupel_yaml_root(doc), "keep")->text.p, "5");
    cupel_yaml_free(doc);
    doc = NULL;
    unlink(path);
    check_fails(cupel_yaml_open(path, &doc, &err), CUPEL_BAD_INPUT, &err, path);
    check_fails(cupel_yaml_open("/dev/zero", &doc, &err), CUPEL_BAD_INPUT, &err, "larger than");
    assert_null(doc);
}

#ifdef CUPEL_FAULTS
static void no_memory_is_an_error_not_a_crash(void **state)
{
    (void)state;
    size_t failures = 0;
    cupel_str s = {0};
    for (int i = 0; i < 2000; i++) cupel_str_addf(&s, "k%d: {a: [1, 2]}\n", i);
    for (size_t at = 1, more = 1; more; at += at < 20 ? 1 : 101) {
        cupel_yaml_doc *doc = NULL;
        cupel_err err = {0};
        cupel_mem_fail_at(at, true);
        cupel_status st = cupel_yaml_read((cupel_text){s.p, s.n}, "d.yaml", &doc, &err);
        more = cupel_mem_count() >= at;
        cupel_mem_fail_at(0, false);
        if (more) assert_true(st == CUPEL_NO_RESOURCE && !doc);
        if (!more) check_ok(st, &err);
        failures += more;
        cupel_yaml_free(doc);
    }
    assert_true(failures >= 5);
    cupel_str_free(&s);
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_demand_becomes_a_tree), cmocka_unit_test(what_is_refused_names_its_place), cmocka_unit_test(sizes_are_limited),
        cmocka_unit_test(files),
#ifdef CUPEL_FAULTS
        cmocka_unit_test(no_memory_is_an_error_not_a_crash),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
