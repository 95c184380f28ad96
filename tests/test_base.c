#include "tests/check.h"

#include "core/base/arena.h"
#include "core/base/mem.h"
#include "core/base/rng.h"
#include "core/base/str.h"

static void numbers_read_whole_fields_only(void **state)
{
    (void)state;
    double x;
    static const char *const bad[] = {"", " 1", "1 ", "1hello", "nan", "inf", "1e", "e5", ".", "+", "0x10", "1e999", "1,5", "--1", "1.2.3"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) assert_false(cupel_parse_double(cupel_text_of(bad[i]), &x));
    static const char *const good[] = {"0", "-0", "1", "-1.5", ".5", "5.", "1e5", "1E-5", "+3", "0.1", "123456789012345678901234567890",
                                       "4.9e-324", "1.7976931348623157e308", "0.000000000000000000000001234567890123456789"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        assert_true(cupel_parse_double(cupel_text_of(good[i]), &x));
        assert_true(x == strtod(good[i], NULL));
    }
}

static void numbers_print_shortest_and_read_back(void **state)
{
    (void)state;
    char b[32], c[40];
    for (uint64_t i = 0; i < 200000; i++) {
        uint64_t bits = cupel_rng_bits(1, 2, i);
        double x, y;
        memcpy(&x, &bits, sizeof x);
        if (i % 3 == 0) x = (double)(bits % 2000001) / 1000.0 - 1000.0;
        if (i % 3 == 1) x = cupel_rng_normal(1, 3, i);
        if (!isfinite(x)) continue;
        size_t n = cupel_format_double(b, x);
        assert_true(n == strlen(b) && n < 32);
        assert_true(cupel_parse_double((cupel_text){b, n}, &y));
        assert_true(x == y);
        for (int digits = 1; digits <= 17; digits++) {
            snprintf(c, sizeof c, "%.*e", digits - 1, x);
            if (strtod(c, NULL) != x) continue;
            int shown = 0;
            bool lead = true;
            for (const char *p = b; *p && *p != 'e'; p++) {
                if (*p >= '1' && *p <= '9') lead = false;
                shown += *p >= '0' && *p <= '9' && !lead;
            }
            if (fabs(x) < 1e15 && fabs(x) >= 1e-5 && x != floor(x)) assert_true(shown <= digits || shown <= 15);
            break;
        }
    }
    cupel_format_double(b, 0.1);
    assert_string_equal(b, "0.1");
    cupel_format_double(b, -12);
    assert_string_equal(b, "-12");
    cupel_format_double(b, 1e-5);
    assert_string_equal(b, "0.00001");
}

/* Against a search over all lengths, where the interval of a number is lopsided or a decimal lies near its end. */
static void fixed_notation_is_the_shortest(void **state)
{
    (void)state;
    char b[32], c[40];
    for (uint64_t i = 0; i < 60000; i++) {
        uint64_t bits = cupel_rng_bits(4, 5, i);
        double x = ldexp(1, (int)(bits % 65) - 16);
        if (i % 3 == 1) x = nextafter(x, i % 2 ? 0 : 1e300);
        if (i % 3 == 2) x *= 1 + (double)(bits >> 12) * 0x1p-52;
        size_t n = cupel_format_double(b, x), digits = 0;
        assert_true(n < 32 && !strchr(b, 'e') && strtod(b, NULL) == x);
        for (int k = 1; k <= 17; k++) {
            snprintf(c, sizeof c, "%.*e", k - 1, x);
            if (strtod(c, NULL) == x) break;
        }
        const char *p = b + strspn(b, "0.");
        for (size_t zeros = 0; *p; p++) {
            if (*p == '.') continue;
            zeros = *p == '0' ? zeros + 1 : 0;
            digits++;
            if (!p[1]) digits -= zeros;
        }
        for (char *e = strchr(c, 'e'); e > c + 2 && e[-1] == '0'; e--) memmove(e - 1, e, strlen(e) + 1);
        assert_int_equal(digits, strchr(c, 'e') - c - (c[1] == '.'));
    }
}

static void random_numbers_are_a_function_of_their_place(void **state)
{
    (void)state;
    double sum = 0, squares = 0, u = 0;
    enum { N = 100000 };
    for (uint64_t i = 0; i < N; i++) {
        double z = cupel_rng_normal(7, 1, i);
        sum += z, squares += z * z, u += cupel_rng_uniform(7, 2, i);
    }
    check_close(sum / N, 0, 0, 4 / sqrt(N));
    check_close(squares / N, 1, 0, 4 * sqrt(2.0 / N));
    check_close(u / N, 0.5, 0, 4 * sqrt(1 / 12.0 / N));
    assert_true(cupel_rng_bits(7, 1, 5) == cupel_rng_bits(7, 1, 5));
    assert_true(cupel_rng_bits(7, 1, 5) != cupel_rng_bits(7, 1, 6) && cupel_rng_bits(7, 1, 5) != cupel_rng_bits(8, 1, 5) &&
                cupel_rng_bits(7, 1, 5) != cupel_rng_bits(7, 2, 5));
    size_t p[100], seen[100] = {0};
    cupel_rng_permutation(3, 0, p, 100);
    for (size_t i = 0; i < 100; i++) seen[p[i]]++;
    for (size_t i = 0; i < 100; i++) assert_int_equal(seen[i], 1);
}

/* Every number below n once, and each as likely at any place: chi-square over 4,000 seeds. */
static void permutations_need_no_memory(void **state)
{
    (void)state;
    static const uint64_t sizes[] = {1, 2, 3, 7, 64, 65, 1000, 4097};
    for (size_t s = 0; s < 8; s++) {
        unsigned char seen[4097] = {0};
        for (uint64_t i = 0; i < sizes[s]; i++) {
            uint64_t x = cupel_rng_permuted(5, s, i, sizes[s]);
            assert_true(x < sizes[s] && !seen[x]);
            seen[x] = 1;
            assert_true(x == cupel_rng_permuted(5, s, i, sizes[s]));
        }
    }
    enum { N = 11, SEEDS = 4000 };
    for (uint64_t i = 0; i < N; i++) {
        double count[N] = {0}, chi = 0;
        for (uint64_t seed = 0; seed < SEEDS; seed++) count[cupel_rng_permuted(seed, 0, i, N)]++;
        for (int k = 0; k < N; k++) chi += (count[k] - (double)SEEDS / N) * (count[k] - (double)SEEDS / N) / ((double)SEEDS / N);
        assert_true(chi < 40); /* 10 degrees of freedom: beyond it once in 60,000 */
    }
    const uint64_t large = 999999999999999989; /* far apart, and never beyond the end */
    for (uint64_t i = 0; i < 1000; i++) assert_true(cupel_rng_permuted(1, 1, i, large) < large);
}

static void an_arena_gives_aligned_pieces(void **state)
{
    (void)state;
    cupel_arena a = {0};
    for (int round = 0; round < 3; round++) {
        for (size_t i = 1; i < 3000; i += 7) {
            unsigned char *p = cupel_arena_take(&a, i * 11);
            assert_non_null(p);
            assert_true((uintptr_t)p % CUPEL_ALIGN == 0);
            memset(p, (int)i, i * 11);
            assert_string_equal(cupel_arena_text(&a, "abc", 2), "ab");
        }
        cupel_arena_reset(&a);
    }
    cupel_arena_release(&a);
}

static void messages_show_the_beginning_of_long_texts(void **state)
{
    (void)state;
    assert_int_equal(cupel_shown(0, 60), 0);
    assert_int_equal(cupel_shown(60, 60), 60);
    assert_int_equal(cupel_shown(SIZE_MAX, 60), 60);
}

static void words_are_wrapped(void **state)
{
    (void)state;
    cupel_str s = {0};
    cupel_str_wrap(&s, "one two three longerthanaline four", 9, 2, 0);
    assert_string_equal(cupel_str_text(&s), "one two\n  three\n  longerthanaline\n  four\n");
    cupel_str_free(&s);
    cupel_str_wrap(&s, "one two", 9, 4, 4);
    assert_string_equal(cupel_str_text(&s), "one\n    two\n");
    cupel_str_free(&s);
}

static void what_stands_between_tags_is_escaped(void **state)
{
    (void)state;
    cupel_str s = {0};
    cupel_str_xml(&s, "a<b>&c");
    cupel_str_xml(&s, "");
    assert_string_equal(cupel_str_text(&s), "a&lt;b>&amp;c");
    cupel_str_free(&s);
}

static void sizes_that_overflow_are_refused(void **state)
{
    (void)state;
    assert_null(cupel_alloc(SIZE_MAX / 2, 4));
    assert_null(cupel_alloc_aligned(SIZE_MAX / 2, 4));
    assert_null(cupel_resize(NULL, SIZE_MAX / 2, 4));
    assert_true(cupel_mul(SIZE_MAX / 2, 4) == SIZE_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_read_whole_fields_only),       cmocka_unit_test(numbers_print_shortest_and_read_back),
        cmocka_unit_test(fixed_notation_is_the_shortest),        cmocka_unit_test(words_are_wrapped),
        cmocka_unit_test(messages_show_the_beginning_of_long_texts),
        cmocka_unit_test(random_numbers_are_a_function_of_their_place), cmocka_unit_test(permutations_need_no_memory),
            cmocka_unit_test(an_arena_gives_aligned_pieces),
        cmocka_unit_test(sizes_that_overflow_are_refused),
        cmocka_unit_test(what_stands_between_tags_is_escaped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
