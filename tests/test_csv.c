#include "tests/check.h"

#include "core/base/mem.h"
#include "core/base/rng.h"
#include "core/io/csv.h"

enum { CHUNK = 1 << 17 }; /* as in core/io/csv.c: what matters is that rows cross its multiples */

static cupel_csv *open_text(cupel_text text, char separator, cupel_input **in)
{
    cupel_err err = {0};
    cupel_csv *csv;
    check_ok(cupel_input_of_text(text, "t.csv", in, &err), &err);
    check_ok(cupel_csv_open(*in, separator, &csv, &err), &err);
    return csv;
}

static void close_both(cupel_csv *csv, cupel_input *in)
{
    cupel_csv_free(csv);
    cupel_input_free(in);
}

/* Fields as "a|b|c;" per row, so that a whole table is one text. */
static void spell(cupel_text text, char separator, bool recycle, cupel_str *out)
{
    cupel_err err = {0};
    cupel_input *in;
    cupel_csv *csv = open_text(text, separator, &in);
    const cupel_text *field;
    size_t n;
    uint64_t line;
    for (;;) {
        if (recycle) cupel_csv_recycle(csv);
        check_ok(cupel_csv_row(csv, &field, &n, &line, &err), &err);
        if (!n) break;
        for (size_t i = 0; i < n; i++) {
            if (i) cupel_str_putc(out, '|');
            cupel_str_add(out, field[i].p, field[i].n);
        }
        cupel_str_putc(out, ';');
    }
    close_both(csv, in);
}

static void the_grammar_of_rfc_4180(void **state)
{
    (void)state;
    static const struct { const char *text, *rows;
    } cases[] = {
        {"", ""},
        {"\n\n", ""},
        {"a", "a;"},
        {"a\n", "a;"},
        {"a\r\n", "a;"},
        {"a\r", "a;"},
        {"a,b\n1,2", "a|b;1|2;"},
        {",\n", "|;"},
        {"a,\n", "a|;"},
        {",,", "||;"},
        {"\"a\"", "a;"},
        {"\"\"\n", ";"},
        {"\"a,b\",c\n", "a,b|c;"},
        {"\"a\nb\"\n", "a\nb;"},
        {"\"a\r\nb\",\"\"\r\n", "a\r\nb|;"},
        {"\"say \"\"hi\"\"\",x\n", "say \"hi\"|x;"},
        {"\"\"\"\"\n", "\";"},
        {"a\"b,c\"\n", "a\"b|c\";"},
        {"\xEF\xBB\xBF"
         "a,b\n",
         "a|b;"},
        {"\xEF\xBB\xBF\"a\"\n", "a;"},
        {"a\n\n\nb\n", "a;b;"},
        {"a\r\n\r\nb", "a;b;"},
        {" a , b \n", " a | b ;"},
        {"\xC2\xB7,\xE2\x82\x82\n", "\xC2\xB7|\xE2\x82\x82;"},
        {"a\tb\n", "a\tb;"},
        {"\n\"\"\n", ";"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cupel_str got = {0};
        spell(cupel_text_of(cases[i].text), ',', true, &got);
        assert_string_equal(cupel_str_text(&got), cases[i].rows);
        cupel_str_free(&got);
    }
    cupel_str tabs = {0};
    spell(cupel_text_of("a,b\tc\n\"x\ty\"\tz\n"), '\t', true, &tabs);
    assert_string_equal(cupel_str_text(&tabs), "a,b|c;x\ty|z;");
    cupel_str_free(&tabs);
}

static void what_is_refused_names_its_line(void **state)
{
    (void)state;
    static const struct { const char *text; size_t n; const char *words;
    } cases[] = {
        {"a\n\"b", 0, "t.csv:2: a quote is opened"},
        {"a\n\"b\n\nc", 0, "t.csv:2: a quote is opened"},
        {"a\n\"b\"c\n", 0, "t.csv:2: text behind a closing quote"},
        {"a\n\"x\ny\" ,b\n", 0, "t.csv:3: text behind"},
        {"a\rb\n", 0, "t.csv:1: a carriage return without"},
        {"a\nb\0c", 5, "t.csv:2: a NUL byte"},
        {"\"b\0c\"", 5, "t.csv:1: a NUL byte"},
        {"\"b\"\0", 4, "t.csv:1: a NUL byte"},
        {"\xFF\xFE"
         "a\0",
         4, "t.csv:1: the text is UTF-16"},
        {"\0", 1, "t.csv:1: a NUL"},
        {"a\n\"x\n\"\rb\n", 0, "t.csv:3: a carriage return"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cupel_err err = {0};
        cupel_input *in;
        cupel_csv *csv = open_text((cupel_text){cases[i].text, cases[i].n ? cases[i].n : strlen(cases[i].text)}, ',', &in);
        const cupel_text *field;
        size_t n = 1;
        uint64_t line;
        cupel_status st = CUPEL_OK;
        while (st == CUPEL_OK && n) st = cupel_csv_row(csv, &field, &n, &line, &err);
        check_fails(st, CUPEL_BAD_INPUT, &err, cases[i].words);
        assert_true(n == 0);
        close_both(csv, in);
    }
}

static void sizes_are_limited(void **state)
{
    (void)state;
    static const struct { const char *begin; char fill; size_t n; const char *words;
    } cases[] = {
        {"", 'x', 1000001, "more than 1 MB"},   {"\"", 'x', 1000001, "never closed"},
        {"\"", 'x', 5000000, "more than 1 MB"}, {"\"", '\n', 3000000, "t.csv:1: a field of more than 1 MB"},
        {"", ',', 65536, "65,536 fields"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cupel_err err = {0};
        cupel_input *in;
        cupel_str s = {0};
        cupel_str_puts(&s, cases[i].begin);
        for (size_t k = 0; k < cases[i].n; k++) cupel_str_putc(&s, cases[i].fill);
        cupel_csv *csv = open_text((cupel_text){s.p, s.n}, ',', &in);
        const cupel_text *field;
        size_t n;
        uint64_t line;
        check_fails(cupel_csv_row(csv, &field, &n, &line, &err), CUPEL_BAD_INPUT, &err, cases[i].words);
        close_both(csv, in);
        cupel_str_free(&s);
    }
    cupel_str s = {0}, got = {0}; /* many fields, each allowed, together more than a row may hold */
    for (int k = 0; k < 20; k++) {
        for (int j = 0; j < 900000; j++) cupel_str_putc(&s, 'x');
        cupel_str_putc(&s, ',');
    }
    cupel_err err = {0};
    cupel_input *in;
    cupel_csv *csv = open_text((cupel_text){s.p, s.n}, ',', &in);
    const cupel_text *field;
    size_t n;
    uint64_t line;
    check_fails(cupel_csv_row(csv, &field, &n, &line, &err), CUPEL_BAD_INPUT, &err, "more than 16 MB");
    close_both(csv, in);
    spell((cupel_text){s.p, 900000}, ',', true, &got); /* the largest that is allowed is read whole */
    assert_int_equal(got.n, 900001);
    cupel_str_free(&got);
    cupel_str_free(&s);
}

/* A field of up to 12 bytes in which every special byte is common. */
static void random_field(uint64_t seed, uint64_t index, cupel_str *s)
{
    static const char bytes[] = "ab\",;\n\r\t |Fe2O3";
    size_t n = (size_t)cupel_rng_below(seed, 1, index, 13);
    for (size_t i = 0; i < n; i++) cupel_str_putc(s, bytes[cupel_rng_below(seed, 2 + i, index, sizeof bytes - 1)]);
}

static void what_is_written_reads_back(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 6; seed++) {
        char separator = seed % 2 ? ',' : '\t';
        bool recycle = seed % 3 != 0;
        cupel_str text = {0}, all = {0};
        size_t begin[3 * 20000 + 1], n_fields = 0, n_rows = 20000, width = 1 + seed % 3;
        for (size_t r = 0; r < n_rows; r++) {
            for (size_t c = 0; c < width; c++, n_fields++) {
                begin[n_fields] = all.n;
                random_field(seed, n_fields, &all);
                cupel_csv_put(&text, (cupel_text){cupel_str_text(&all) + begin[n_fields], all.n - begin[n_fields]}, separator, c == 0);
            }
            cupel_str_puts(&text, r % 5 ? "\n" : "\r\n");
        }
        begin[n_fields] = all.n;
        cupel_input *in;
        cupel_csv *csv = open_text((cupel_text){text.p, text.n}, separator, &in);
        cupel_err err = {0};
        uint64_t line, last = 0;
        const cupel_text *field;
        size_t n, f = 0;
        cupel_text *kept = cupel_alloc(n_fields, sizeof *kept);
        for (size_t r = 0; r < n_rows; r++) {
            check_ok(cupel_csv_row(csv, &field, &n, &line, &err), &err);
            assert_true(n == width && line > last);
            last = line;
            for (size_t c = 0; c < width; c++, f++) {
                assert_true(field[c].n == begin[f + 1] - begin[f]);
                assert_memory_equal(field[c].p, all.p + begin[f], field[c].n);
                assert_true(!c || field[c].p >= field[c - 1].p + field[c - 1].n);
                kept[f] = field[c];
            }
            if (recycle) cupel_csv_recycle(csv);
        }
        check_ok(cupel_csv_row(csv, &field, &n, &line, &err), &err);
        assert_true(n == 0);
        for (size_t i = 0; i < n_fields && !recycle; i++) assert_memory_equal(kept[i].p, all.p + begin[i], kept[i].n);
        cupel_free(kept);
        close_both(csv, in);
        cupel_str_free(&text);
        cupel_str_free(&all);
    }
}

/* Rows with everything in them, cut by the end of a chunk at each of their bytes. */
static void heads_and_numbers_are_fields(void **state)
{
    (void)state;
    cupel_str s = {0};
    cupel_str_puts(&s, "rank");
    cupel_csv_put_column(&s, "W/(m K)", "%s %s", "conductivity", "upper");
    cupel_csv_put_column(&s, "", "a \"good\", %d", 1);
    cupel_str_puts(&s, "\n1");
    cupel_csv_put_number(&s, 0.1);
    cupel_csv_put_number(&s, (double)NAN);
    cupel_csv_put_number(&s, -HUGE_VAL);
    assert_string_equal(cupel_str_text(&s), "rank,conductivity upper [W/(m K)],\"a \"\"good\"\", 1\"\n1,0.1,,");
    cupel_str_free(&s);
}

static void rows_survive_the_end_of_a_chunk(void **state)
{
    (void)state;
    static const char tail[] = "ab,\"c\"\"d\",\"e\nf\"\r\n,\"\"\r\n\"\"\"\",x,\n";
    for (size_t shift = 0; shift < sizeof tail + 2; shift++) {
        cupel_str s = {0}, got = {0};
        for (size_t i = 0; i < CHUNK - sizeof tail + shift - 1; i++) cupel_str_putc(&s, 'x');
        cupel_str_putc(&s, '\n');
        size_t n = s.n;
        cupel_str_puts(&s, tail);
        spell((cupel_text){s.p, s.n}, ',', shift % 2 == 0, &got);
        assert_true(got.n > n);
        assert_string_equal(got.p + n, "ab|c\"d|e\nf;|;\"|x|;");
        cupel_str_free(&s);
        cupel_str_free(&got);
    }
}

static void lines_are_counted_through_quotes(void **state)
{
    (void)state;
    cupel_input *in;
    cupel_err err = {0};
    cupel_csv *csv = open_text(cupel_text_of("a\n\n\"x\ny\n\"\nb\r\n\"\r\n\"\nc"), ',', &in);
    static const uint64_t lines[] = {1, 3, 6, 7, 9};
    for (size_t i = 0; i < 5; i++) {
        const cupel_text *field;
        size_t n;
        uint64_t line;
        check_ok(cupel_csv_row(csv, &field, &n, &line, &err), &err);
        assert_true(n == 1 && line == lines[i]);
    }
    close_both(csv, in);
}

#ifdef CUPEL_FAULTS
static void no_memory_is_an_error_not_a_crash(void **state)
{
    (void)state;
    cupel_str s = {0};
    for (int i = 0; i < 3 * CHUNK / 16; i++) cupel_str_puts(&s, "Fe2O3,\"a\"\"b\",1.5\n");
    size_t failures = 0, at = 1;
    for (bool done = false; !done; at++) {
        cupel_err err = {0};
        cupel_input *in = NULL;
        cupel_csv *csv = NULL;
        const cupel_text *field;
        size_t n = 1;
        uint64_t line;
        cupel_mem_fail_at(at, false);
        cupel_status st = cupel_input_of_text((cupel_text){s.p, s.n}, "t.csv", &in, &err);
        if (st == CUPEL_OK) st = cupel_csv_open(in, ',', &csv, &err);
        while (st == CUPEL_OK && n) st = cupel_csv_row(csv, &field, &n, &line, &err);
        done = cupel_mem_count() < at;
        cupel_mem_fail_at(0, false);
        if (!done) {
            assert_int_equal(st, CUPEL_NO_RESOURCE);
            failures++;
        } else {
            check_ok(st, &err);
        }
        close_both(csv, in);
    }
    assert_true(failures >= 5);
    cupel_str_free(&s);
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_grammar_of_rfc_4180),         cmocka_unit_test(what_is_refused_names_its_line),
        cmocka_unit_test(sizes_are_limited),               cmocka_unit_test(what_is_written_reads_back),
        cmocka_unit_test(heads_and_numbers_are_fields),
        cmocka_unit_test(rows_survive_the_end_of_a_chunk), cmocka_unit_test(lines_are_counted_through_quotes),
#ifdef CUPEL_FAULTS
        cmocka_unit_test(no_memory_is_an_error_not_a_crash),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
