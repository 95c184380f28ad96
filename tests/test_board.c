#include "tests/check.h"

#include "core/base/rng.h"
#include "core/engine/board.h"

/* Candidates of one number: value = score, with a key of its own unless given. */
typedef struct made {
    double value[1], spread[1], lower[1], upper[1], distance[1], chance[1], objective[3];
    unsigned char in_domain[1];
    char key[32];
    cupel_pick pick;
} made;

static const cupel_board_shape shape = {.p = 1, .r = 1, .c = 0, .m = 3};

static void make(made *m, int64_t index, double score, double merit, const char *key)
{
    *m = (made){.value = {score}, .chance = {score}, .objective = {score, merit, 0.5}, .in_domain = {1}};
    snprintf(m->key, sizeof m->key, "%s", key);
    m->pick = (cupel_pick){.index = index,
                           .copies = 1,
                           .score = score,
                           .merit = merit,
                           .probability = score,
                           .value = m->value,
                           .spread = m->spread,
                           .lower = m->lower,
                           .upper = m->upper,
                           .distance = m->distance,
                           .in_domain = m->in_domain,
                           .chance = m->chance,
                           .objective = m->objective,
                           .formula = cupel_text_of(m->key),
                           .key = cupel_text_of(m->key)};
}

/* n candidates of few scores, merits and compositions, in an order of their own; parts 1 .. `parts` of them in boards that are then joined. */
static void stream(cupel_board_kind kind, size_t keep, uint64_t seed, size_t n, size_t parts, bool shuffled, cupel_arena *arena,
                   cupel_shortlist *out)
{
    cupel_err err;
    cupel_board *whole;
    size_t *order = test_malloc(n * sizeof *order);
    check_ok(cupel_board_new(kind, shape, keep, &whole, &err), &err);
    for (size_t i = 0; i < n; i++) order[i] = i;
    if (shuffled) cupel_rng_permutation(seed, 99, order, n);
    for (size_t p = 0; p < parts; p++) {
        cupel_board *part;
        cupel_shortlist list;
        check_ok(cupel_board_new(kind, shape, keep, &part, &err), &err);
        for (size_t k = p * n / parts; k < (p + 1) * n / parts; k++) {
            made m;
            char key[32];
            size_t i = order[k];
            uint64_t composition = cupel_rng_below(seed, 1, i, n / 3);
            snprintf(key, sizeof key, "K%llu", (unsigned long long)composition);
            double score = (double)cupel_rng_below(seed, 2, composition, 50) / 50, merit = (double)cupel_rng_below(seed, 3, composition, 7) / 7;
            make(&m, (int64_t)i, score, merit, key);
            m.objective[2] = (double)cupel_rng_below(seed, 4, composition, 9) / 9;
            check_ok(cupel_board_offer(part, &m.pick, &err), &err);
        }
        check_ok(cupel_board_list(part, true, arena, &list, &err), &err);
        for (size_t i = 0; i < list.n; i++) {
            cupel_pick pick = cupel_shortlist_pick(&list, shape, i);
            check_ok(cupel_board_offer(whole, &pick, &err), &err);
        }
        cupel_board_free(part);
    }
    check_ok(cupel_board_list(whole, false, arena, out, &err), &err);
    cupel_board_free(whole);
    test_free(order);
}

static void same_lists(const cupel_shortlist *a, const cupel_shortlist *b, bool copies)
{
    assert_int_equal(a->n, b->n);
    for (size_t i = 0; i < a->n; i++) {
        assert_string_equal(a->key[i], b->key[i]);
        assert_true(a->index[i] == b->index[i] && a->score[i] == b->score[i] && a->merit[i] == b->merit[i] && a->layer[i] == b->layer[i]);
        if (copies) assert_int_equal(a->copies[i], b->copies[i]);
    }
}

static void any_order_and_any_parts_give_the_same_list(void **state)
{
    (void)state;
    for (int kind = CUPEL_BOARD_BEST; kind <= CUPEL_BOARD_SAMPLE; kind++)
        for (uint64_t seed = 0; seed < 4; seed++) {
            cupel_arena arena = {0};
            cupel_shortlist whole, parts;
            stream((cupel_board_kind)kind, 40, seed, 3000, 1, false, &arena, &whole);
            assert_true(whole.n > 0 && whole.n <= 40);
            for (size_t n = 1; n <= 7; n += 2) {
                stream((cupel_board_kind)kind, 40, seed, 3000, n, n > 1, &arena, &parts);
                same_lists(&whole, &parts, kind == CUPEL_BOARD_BEST);
            }
            cupel_arena_release(&arena);
        }
}

/* Against all candidates sorted at once. */
static void the_best_are_the_best(void **state)
{
    (void)state;
    cupel_err err;
    cupel_arena arena = {0};
    cupel_shortlist few, all;
    stream(CUPEL_BOARD_BEST, 25, 5, 2000, 1, false, &arena, &few);
    stream(CUPEL_BOARD_BEST, 2000, 5, 2000, 1, true, &arena, &all);
    assert_int_equal(few.n, 25);
    for (size_t i = 0; i < few.n; i++) assert_string_equal(few.key[i], all.key[i]);
    int64_t copies = 0;
    for (size_t i = 0; i < all.n; i++) copies += all.copies[i];
    assert_int_equal(copies, 2000);
    for (size_t i = 1; i < all.n; i++) {
        bool falls = all.score[i] < all.score[i - 1] ||
                     (all.score[i] == all.score[i - 1] &&
                      (all.merit[i] < all.merit[i - 1] || (all.merit[i] == all.merit[i - 1] && strcmp(all.key[i], all.key[i - 1]) > 0)));
        assert_true(falls);
    }
    (void)err;
    cupel_arena_release(&arena);
}

static void one_composition_stands_once_under_its_first_writing(void **state)
{
    (void)state;
    cupel_err err;
    cupel_board *b;
    cupel_arena arena = {0};
    cupel_shortlist list;
    made m;
    check_ok(cupel_board_new(CUPEL_BOARD_BEST, shape, 3, &b, &err), &err);
    const int64_t index[] = {7, 3, 5, 9};
    for (int i = 0; i < 4; i++) {
        make(&m, index[i], 0.5, 0, "GaAs");
        check_ok(cupel_board_offer(b, &m.pick, &err), &err);
    }
    make(&m, 1, 0.75, 0, "InP");
    check_ok(cupel_board_offer(b, &m.pick, &err), &err);
    check_ok(cupel_board_list(b, false, &arena, &list, &err), &err);
    assert_int_equal(list.n, 2);
    assert_string_equal(list.key[1], "GaAs");
    assert_int_equal(list.index[1], 3);
    assert_int_equal(list.copies[1], 4);
    cupel_board_free(b);
    cupel_arena_release(&arena);
}

/* Candidates of few systems, whose keys hold amounts with exponents; against the definition, and in parts. */
static void few_of_each_chemical_system(void **state)
{
    (void)state;
    enum { N = 3000, KEEP = 40, MOST = 3 };
    static const char *const system[] = {"Na", "K", "Ga", "In", "Si", "S", "Al", "Fe", "Co", "C"};
    cupel_err err = {0};
    cupel_arena arena = {0};
    cupel_board *whole, *joined, *all;
    cupel_shortlist a, b, full;
    made m;
    check_ok(cupel_board_new(CUPEL_BOARD_BEST, shape, KEEP, &whole, &err), &err);
    check_ok(cupel_board_new(CUPEL_BOARD_BEST, shape, KEEP, &joined, &err), &err);
    check_ok(cupel_board_new(CUPEL_BOARD_BEST, shape, N, &all, &err), &err);
    check_ok(cupel_board_per_system(whole, MOST, &err), &err);
    check_ok(cupel_board_per_system(joined, MOST, &err), &err);
    for (int part = 0; part < 7; part++) {
        cupel_board *one;
        check_ok(cupel_board_new(CUPEL_BOARD_BEST, shape, KEEP, &one, &err), &err);
        check_ok(cupel_board_per_system(one, MOST, &err), &err);
        for (int i = part * N / 7; i < (part + 1) * N / 7; i++) {
            char key[64];
            uint64_t x = cupel_rng_below(8, 1, (uint64_t)i, 10), y = cupel_rng_below(8, 2, (uint64_t)i, 10);
            snprintf(key, sizeof key, i % 2 ? "%s%d%s%d" : "%s%de-05%s%d", system[x], i, system[y], 2 * i);
            make(&m, i, (double)cupel_rng_below(8, 3, (uint64_t)i, 100) / 100 * (double)(1 + x) / 10,
                 (double)cupel_rng_below(8, 4, (uint64_t)i, 5) / 5, key);
            check_ok(cupel_board_offer(one, &m.pick, &err), &err);
            check_ok(cupel_board_offer(whole, &m.pick, &err), &err);
            check_ok(cupel_board_offer(all, &m.pick, &err), &err);
        }
        check_ok(cupel_board_list(one, true, &arena, &a, &err), &err);
        for (size_t i = 0; i < a.n; i++) {
            cupel_pick pick = cupel_shortlist_pick(&a, shape, i);
            check_ok(cupel_board_offer(joined, &pick, &err), &err);
        }
        cupel_board_free(one);
    }
    check_ok(cupel_board_list(whole, false, &arena, &a, &err), &err);
    check_ok(cupel_board_list(joined, false, &arena, &b, &err), &err);
    check_ok(cupel_board_list(all, false, &arena, &full, &err), &err);
    assert_int_equal(a.n, KEEP);
    assert_int_equal(b.n, KEEP);
    char letters[N][8];
    size_t at = 0;
    for (size_t i = 0; i < full.n && at < KEEP; i++) { /* the definition: the next one whose system is not there MOST times */
        size_t n = 0, same = 0;
        for (const char *p = full.key[i]; *p; p++)
            if ((*p >= 'A' && *p <= 'Z') || (*p >= 'a' && *p <= 'z' && p != full.key[i] && p[-1] >= 'A' && p[-1] <= 'Z')) letters[at][n++] = *p;
        letters[at][n] = '\0';
        for (size_t k = 0; k < at; k++) same += strcmp(letters[k], letters[at]) == 0;
        if (same >= MOST) continue;
        assert_string_equal(full.key[i], a.key[at]);
        assert_string_equal(full.key[i], b.key[at]);
        at++;
    }
    assert_int_equal(at, KEEP);
    cupel_board_free(whole);
    cupel_board_free(joined);
    cupel_board_free(all);
    cupel_arena_release(&arena);
}

static void what_is_not_wanted_cannot_enter(void **state)
{
    (void)state;
    cupel_err err;
    cupel_board *b;
    made m;
    check_ok(cupel_board_new(CUPEL_BOARD_BEST, shape, 2, &b, &err), &err);
    for (int i = 0; i < 2; i++) {
        char key[32];
        snprintf(key, sizeof key, "K%d", i);
        make(&m, i, 0.5 + i, 0, key);
        assert_true(cupel_board_wants(b, i, m.pick.score, 0, m.objective));
        check_ok(cupel_board_offer(b, &m.pick, &err), &err);
    }
    assert_false(cupel_board_wants(b, 9, 0.4, 0, m.objective));
    assert_true(cupel_board_wants(b, 9, 0.5, 0, m.objective)); /* may be a copy of the last */
    assert_false(cupel_board_wants(b, 9, 0.5, -1, m.objective));
    cupel_board_free(b);
}

/* Every row of the first layer of the Pareto board is dominated by nothing that was offered. */
static void a_pareto_board_keeps_the_front(void **state)
{
    (void)state;
    cupel_err err;
    cupel_board *b;
    cupel_arena arena = {0};
    cupel_shortlist list;
    enum { N = 30000 }; /* enough for layers to be settled on the way */
    check_ok(cupel_board_new(CUPEL_BOARD_PARETO, shape, 500, &b, &err), &err);
    for (size_t i = 0; i < N; i++) {
        made m;
        char key[32];
        snprintf(key, sizeof key, "K%zu", i);
        make(&m, (int64_t)i, 0.5, 0, key);
        for (int k = 0; k < 3; k++) m.objective[k] = cupel_rng_uniform(11, (uint64_t)k, i);
        check_ok(cupel_board_offer(b, &m.pick, &err), &err);
    }
    check_ok(cupel_board_list(b, false, &arena, &list, &err), &err);
    assert_true(list.n == 500 && list.layer[0] == 1);
    size_t front = 0;
    while (front < list.n && list.layer[front] == 1) front++;
    assert_true(front > 5);
    for (size_t r = 0; r < front; r++)
        for (size_t i = 0; i < N; i++) {
            bool all = true; /* better by more than a cell of the grid in everything */
            for (int k = 0; k < 3; k++) all = all && cupel_rng_uniform(11, (uint64_t)k, i) > list.objective[3 * r + (size_t)k] + 1.0 / 200;
            assert_false(all);
        }
    cupel_board_free(b);
    cupel_arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_order_and_any_parts_give_the_same_list),
        cmocka_unit_test(the_best_are_the_best),
        cmocka_unit_test(one_composition_stands_once_under_its_first_writing),
        cmocka_unit_test(few_of_each_chemical_system),
        cmocka_unit_test(what_is_not_wanted_cannot_enter),
        cmocka_unit_test(a_pareto_board_keeps_the_front),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
