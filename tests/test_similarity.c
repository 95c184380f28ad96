#include "tests/check.h"

#include "core/matter/elements.h"
#include "core/matter/similarity.h"

static unsigned z(const char *symbol) { return cupel_element_find(symbol, strlen(symbol)); }
static double like(const char *a, const char *b) { return cupel_element_similarity(z(a), z(b)); }

static void groups_are_those_of_the_table(void **state)
{
    (void)state;
    static const struct {
        const char *symbol;
        unsigned group;
    } known[] = {{"H", 1},   {"He", 18}, {"Li", 1},  {"Be", 2},  {"B", 13},  {"Ne", 18}, {"Al", 13}, {"Ca", 2},  {"Sc", 3},  {"Ti", 4},  {"Fe", 8},
                 {"Zn", 12}, {"Ga", 13}, {"Br", 17}, {"Y", 3},   {"Ag", 11}, {"Cs", 1},  {"Ba", 2},  {"La", 3},  {"Gd", 3},  {"Lu", 3},  {"Hf", 4},
                 {"W", 6},   {"Pb", 14}, {"Rn", 18}, {"Ra", 2},  {"U", 3},   {"Lr", 3},  {"Rf", 4},  {"Og", 18}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) assert_int_equal(cupel_element_group(z(known[i].symbol)), known[i].group);
    assert_int_equal(cupel_element_group(0), 0);
    assert_int_equal(cupel_element_group(119), 0);
}

static void similarity_is_one_number(void **state)
{
    (void)state;
    for (unsigned a = 1; a <= CUPEL_Z_MAX; a++)
        for (unsigned b = 1; b <= CUPEL_Z_MAX; b++) {
            double s = cupel_element_similarity(a, b), t = cupel_element_similarity(b, a);
            if (isnan(s)) {
                assert_true(isnan(t));
                continue;
            }
            check_close(s, t, 1e-12, 0);
            assert_true(s >= 0 && s <= 1);
            if (a == b) check_close(s, 1, 0, 0);
        }
    assert_true(isnan(cupel_element_similarity(0, 1)) && isnan(like("He", "Ne")));
}

/* Pairs of textbooks: what replaces what in minerals, perovskites, semiconductors and alloys. */
static void chemists_would_agree(void **state)
{
    (void)state;
    static const char *const alike[][2] = {{"Ca", "Sr"}, {"K", "Rb"}, {"Fe", "Co"}, {"Zr", "Hf"}, {"S", "Se"}, {"Cu", "Zn"}, {"Al", "Ga"}, {"La",
        "Ce"}, {"Pb", "Sn"}, {"Zn", "Cd"}};
    static const char *const unlike[][2] = {{"Na", "Cl"}, {"O", "S"}, {"C", "Si"}, {"Li", "Cs"}, {"Ca", "Zn"}, {"Fe", "O"}, {"Be", "Ba"}};
    for (size_t i = 0; i < sizeof alike / sizeof *alike; i++) assert_true(like(alike[i][0], alike[i][1]) > 0.5);
    for (size_t i = 0; i < sizeof unlike / sizeof *unlike; i++) assert_true(like(unlike[i][0], unlike[i][1]) < 0.2);
    assert_true(like("Ca", "Sr") > like("Ca", "Ba") && like("S", "Se") > like("S", "Te") && like("Cl", "Br") > like("Cl", "I"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(groups_are_those_of_the_table),
        cmocka_unit_test(similarity_is_one_number),
        cmocka_unit_test(chemists_would_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
