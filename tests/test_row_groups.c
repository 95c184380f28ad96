#include "tests/check.h"

#include "core/engine/row_groups.h"

enum { N = 8 };

static void join(size_t *group, const char *const *key)
{
    cupel_err err = {0};
    cupel_text text[N];
    for (size_t i = 0; i < N; i++) text[i] = cupel_text_of(key[i]);
    check_ok(cupel_groups_join(group, text, N, &err), &err);
}

static void equal_keys_link_groups(void **state)
{
    (void)state;
    size_t group[N] = {0, 1, 2, 3, 0, 5, 6, 7};
    const size_t want[N] = {0, 1, 0, 2, 0, 3, 1, 4};
    join(group, (const char *const[]){"a", "b", "c", "d", "c", "", "b", ""}); /* 0 and 4 are one composition, 4 and 2 one key */
    for (size_t i = 0; i < N; i++) assert_int_equal(group[i], want[i]);
}

/* A chain through compositions and keys by turns is one group, whichever end comes first. */
static void links_go_on(void **state)
{
    (void)state;
    size_t group[N] = {3, 3, 2, 2, 1, 1, 0, 0};
    join(group, (const char *const[]){"x", "p", "p", "q", "q", "r", "r", "y"});
    for (size_t i = 0; i < N; i++) assert_int_equal(group[i], 0);
}

static void missing_keys_link_nothing(void **state)
{
    (void)state;
    size_t group[N] = {7, 6, 5, 4, 3, 2, 1, 0};
    join(group, (const char *const[]){"", "NaN", "NA", "", "nan", "None", "null", ""});
    for (size_t i = 0; i < N; i++) assert_int_equal(group[i], i);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_keys_link_groups),
        cmocka_unit_test(links_go_on),
        cmocka_unit_test(missing_keys_link_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
