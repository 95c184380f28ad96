/* Shapley values of trees against the definition: all subsets of the players, for both games, with columns and with groups of columns as players. */
#include "tests/check.h"

#include "core/base/mem.h"
#include "core/base/rng.h"
#include "models/learn/shapley_parts.h"

enum { N = 300, D = 7, ROWS = 6, BACK = 9 };
static const cupel_job alone = {.threads = 1};
static const cupel_trees_kind every[] = {CUPEL_EXTRA_TREES, CUPEL_RANDOM_FOREST, CUPEL_BOOSTED_TREES};
static const size_t grouped[D] = {0, 1, 1, 2, 0, 3, 3};
static double x[N][D], y[N];

static cupel_trees *fit(cupel_trees_kind kind, cupel_trees_loss loss)
{
    cupel_trees *t = NULL;
    cupel_err err = {0};
    cupel_trees_options o = cupel_trees_defaults(kind);
    for (size_t i = 0; i < N; i++) {
        for (size_t j = 0; j < D; j++) x[i][j] = j < 5 ? cupel_rng_normal(4, j, i) : floor(3 * cupel_rng_uniform(4, j, i));
        y[i] = loss == CUPEL_LOSS_LOG ? x[i][0] * x[i][1] > 0 : x[i][0] * x[i][1] + x[i][2] + (x[i][5] > 1 ? x[i][3] : 2 * x[i][6]);
    }
    o.trees = 12;
    o.columns = 0.6;
    o.loss = loss;
    o.seed = 5;
    const cupel_trees_data data = {.n = N, .d = D, .ld = D, .x = &x[0][0], .y = y};
    check_ok(cupel_trees_fit(&data, &o, &alone, &t, &err), &err);
    return t;
}

static double predict(const cupel_trees *t, const double *row)
{
    double v;
    void *scratch = cupel_alloc_aligned(cupel_trees_scratch_bytes(t), 1);
    cupel_trees_predict(t, &(cupel_query){row, D, 1, CUPEL_ISA_PLAIN, scratch}, &v, NULL);
    cupel_free(scratch);
    return v;
}

static bool goes_right(cupel_tree_node node, const double *row) { return cupel_tree_value(row[cupel_tree_column(node)]) > cupel_tree_at(node); }

/* Share of the background rows that come to a node, one by one; those of them that go right. */
static double come(const cupel_tree_node *node, size_t at, const double *b)
{
    size_t i = 0;
    while (i != at && cupel_tree_left(node[i]) != i) i = cupel_tree_left(node[i]) + goes_right(node[i], b);
    return i == at;
}

/* What a tree says below node i when the players in `known` are known: the definition, by recursion. */
static double expect(const cupel_trees *t, size_t k, size_t i, const double *row, const size_t *player, unsigned known, const double (*back)[D],
                     size_t n)
{
    const cupel_tree_node *node = t->node + t->first[k];
    const size_t left = cupel_tree_left(node[i]);
    if (left == i) return (double)cupel_tree_leaf_value(node[i]);
    const size_t column = cupel_tree_column(node[i]);
    if (known >> player[column] & 1) return expect(t, k, left + goes_right(node[i], row), row, player, known, back, n);
    double all = 0, right = 0;
    for (size_t b = 0; b < n; b++) all += come(node, i, back[b]), right += come(node, left + 1, back[b]);
    const double share = all > 0 ? right / all : 0.5;
    return (1 - share) * expect(t, k, left, row, player, known, back, n) + share * expect(t, k, left + 1, row, player, known, back, n);
}

/* The worth of a set of players. */
static double worth(const cupel_trees *t, cupel_shapley_kind kind, const double *row, const size_t *player, unsigned known, const double (*back)[D],
                    size_t n)
{
    double sum = 0;
    if (kind == CUPEL_SHAPLEY_PATH) {
        for (size_t k = 0; k < t->n_trees; k++) sum += expect(t, k, 0, row, player, known, back, n);
        return t->base + t->factor * sum;
    }
    for (size_t b = 0; b < n; b++) {
        double mixed[D];
        for (size_t j = 0; j < D; j++) mixed[j] = known >> player[j] & 1 ? row[j] : back[b][j];
        sum += predict(t, mixed) / (double)n;
    }
    return sum;
}

/* Shapley's formula over all subsets of n players. */
static void by_subsets(const cupel_trees *t, cupel_shapley_kind kind, const double *row, const size_t *player, size_t n, const double (*back)[D],
                       size_t n_back, double *phi)
{
    double value[1u << D];
    for (unsigned s = 0; s < 1u << n; s++) value[s] = worth(t, kind, row, player, s, back, n_back);
    for (size_t i = 0; i < n; i++) phi[i] = 0;
    for (unsigned s = 0; s < 1u << n; s++) {
        size_t size = 0;
        for (size_t i = 0; i < n; i++) size += s >> i & 1;
        const double share = size < n ? tgamma((double)size + 1) * tgamma((double)(n - size)) / tgamma((double)n + 1) : 0;
        for (size_t i = 0; i < n; i++)
            if (!(s >> i & 1)) phi[i] += share * (value[s | 1u << i] - value[s]);
    }
}

static void check_game(const cupel_trees *t, cupel_shapley_kind kind, const size_t *player, size_t n)
{
    static const size_t alone_player[D] = {0, 1, 2, 3, 4, 5, 6};
    const size_t from = N - BACK; /* background rows, of which the rows explained are none */
    cupel_shapley_options o = {.kind = kind, .player = player, .n_players = n, .x = x[from], .ld = D, .n = BACK};
    cupel_shapley *s = NULL;
    cupel_err err = {0};
    double got[ROWS][D], want[D];
    check_ok(cupel_shapley_new(t, &o, &alone, &s, &err), &err);
    check_ok(cupel_shapley_run(s, x[0], D, ROWS, &alone, &got[0][0], &err), &err);
    const double *flat = &got[0][0];
    for (size_t i = 0; i < ROWS; i++) {
        double sum = cupel_shapley_base(s);
        by_subsets(t, kind, x[i], player ? player : alone_player, n, (const double(*)[D])x[from], BACK, want);
        for (size_t p = 0; p < n; p++) {
            check_close(flat[i * n + p], want[p], 0, 1e-10);
            sum += flat[i * n + p];
        }
        check_close(sum, predict(t, x[i]), 0, 1e-10);
    }
    cupel_shapley_free(s);
}

static void values_are_those_of_all_subsets(void **state)
{
    (void)state;
    for (size_t k = 0; k < 3; k++) {
        cupel_trees *t = fit(every[k], CUPEL_LOSS_SQUARED);
        for (int kind = 0; kind < 2; kind++) {
            check_game(t, (cupel_shapley_kind)kind, NULL, D);
            check_game(t, (cupel_shapley_kind)kind, grouped, 4);
        }
        cupel_trees_free(t);
    }
    cupel_trees *t = fit(CUPEL_BOOSTED_TREES, CUPEL_LOSS_LOG);
    check_game(t, CUPEL_SHAPLEY_PATH, NULL, D);
    check_game(t, CUPEL_SHAPLEY_PAIRS, grouped, 4);
    cupel_trees_free(t);
}

static void run(const cupel_trees *t, cupel_shapley_kind kind, const cupel_job *job, double *phi)
{
    const cupel_shapley_options o = {.kind = kind, .x = x[0], .ld = D, .n = 40};
    cupel_shapley *s = NULL;
    cupel_err err = {0};
    check_ok(cupel_shapley_new(t, &o, job, &s, &err), &err);
    check_ok(cupel_shapley_run(s, x[0], D, N, job, phi, &err), &err);
    cupel_shapley_free(s);
}

static void threads_and_instruction_sets_do_not_matter(void **state)
{
    (void)state;
    static double one[N][D], other[N][D];
    cupel_trees *t = fit(CUPEL_EXTRA_TREES, CUPEL_LOSS_SQUARED);
    for (int kind = 0; kind < 2; kind++) {
        run(t, (cupel_shapley_kind)kind, &(cupel_job){.threads = 1, .isa = CUPEL_ISA_PLAIN}, &one[0][0]);
        for (int isa = CUPEL_ISA_PLAIN; isa <= (int)cupel_isa_best(); isa++) {
            run(t, (cupel_shapley_kind)kind, &(cupel_job){.threads = 3, .isa = (cupel_isa)isa}, &other[0][0]);
            assert_memory_equal(one, other, sizeof one);
        }
    }
    cupel_trees_free(t);
}

/* A chain of splits on distinct columns: many players on one path, where a sum over subsets is out of reach. Along a chain of `and`s the values of
 * symmetric players are equal and add up. */
static void many_players_on_a_path(void **state)
{
    (void)state;
    enum { PLAYERS = 60, CHAIN_ROWS = 2 };
    cupel_tree_node node[2 * PLAYERS + 1];
    size_t first[2] = {0, 2 * PLAYERS + 1};
    for (size_t i = 0; i < 2 * PLAYERS + 1; i++) node[i] = cupel_tree_leaf_of(i == 2 * PLAYERS ? 1 : 0, i, PLAYERS);
    for (size_t k = 0; k < PLAYERS; k++) node[2 * k] = cupel_tree_node_of(0.5f, 2 * k + 1, k);
    const struct cupel_trees t = {.n_trees = 1, .d = PLAYERS, .first = first, .node = node, .factor = 1};
    double rows[CHAIN_ROWS][PLAYERS], phi[PLAYERS];
    for (size_t j = 0; j < PLAYERS; j++) rows[0][j] = 1, rows[1][j] = 0;
    for (int kind = 0; kind < 2; kind++) {
        const cupel_shapley_options o = {.kind = (cupel_shapley_kind)kind, .x = rows[1], .ld = PLAYERS, .n = 1};
        cupel_shapley *s = NULL;
        cupel_err err = {0};
        check_ok(cupel_shapley_new(&t, &o, &alone, &s, &err), &err);
        check_ok(cupel_shapley_run(s, rows[0], PLAYERS, 1, &alone, phi, &err), &err);
        double sum = 0;
        for (size_t j = 0; j < PLAYERS; j++) sum += phi[j];
        check_close(sum, 1, 0, 1e-12);
        if (kind == CUPEL_SHAPLEY_PAIRS)
            for (size_t j = 0; j < PLAYERS; j++) check_close(phi[j], 1.0 / PLAYERS, 0, 1e-14);
        cupel_shapley_free(s);
    }
}

/* Trees of many columns against a background of a few rows that are all alike in some of them: below splits where no row of the background comes
 * those columns are known all the same, and the values of the others add up by themselves. */
static void columns_that_are_the_same_everywhere_get_nothing(void **state)
{
    (void)state;
    cupel_trees *t = fit(CUPEL_BOOSTED_TREES, CUPEL_LOSS_SQUARED);
    cupel_err err = {0};
    double rows[ROWS][D], phi[ROWS * 4];
    for (size_t i = 0; i < ROWS; i++)
        for (size_t j = 0; j < D; j++) rows[i][j] = x[grouped[j] == 3 ? 0 : i][j];
    for (int kind = 0; kind < 2; kind++) {
        const cupel_shapley_options o = {.kind = (cupel_shapley_kind)kind, .player = grouped, .n_players = 4, .last_known = true, .x = rows[0],
                                         .ld = D, .n = 2};
        cupel_shapley *s = NULL;
        check_ok(cupel_shapley_new(t, &o, &alone, &s, &err), &err);
        check_ok(cupel_shapley_run(s, rows[0], D, ROWS, &alone, phi, &err), &err);
        for (size_t i = 0; i < ROWS; i++) {
            check_close(phi[4 * i + 3], 0, 0, 1e-12);
            check_close(cupel_shapley_base(s) + phi[4 * i] + phi[4 * i + 1] + phi[4 * i + 2], predict(t, rows[i]), 0, 1e-10);
        }
        cupel_shapley_free(s);
    }
    cupel_trees_free(t);
}

static void points_are_exact(void **state)
{
    (void)state;
    double t[40], w[40];
    for (size_t n = 1; n <= 40; n++) {
        cupel_shapley_points(n, t, w);
        for (size_t power = 0; power < 2 * n; power++) {
            double sum = 0;
            for (size_t q = 0; q < n; q++) sum += w[q] * pow(t[q], (double)power);
            check_close(sum, 1 / ((double)power + 1), 1e-13, 0);
        }
    }
}

static void what_cannot_be_is_refused(void **state)
{
    (void)state;
    cupel_trees *t = fit(CUPEL_RANDOM_FOREST, CUPEL_LOSS_SQUARED);
    cupel_shapley *s = NULL;
    cupel_err err = {0};
    cupel_shapley_options o = {.x = x[0], .ld = D, .n = 0};
    check_fails(cupel_shapley_new(t, &o, &alone, &s, &err), CUPEL_USAGE, &err, "background");
    o.n = 3;
    o.player = grouped;
    o.n_players = 3;
    check_fails(cupel_shapley_new(t, &o, &alone, &s, &err), CUPEL_USAGE, &err, "player 3");
    assert_null(s);
    cupel_trees_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_those_of_all_subsets),
        cmocka_unit_test(threads_and_instruction_sets_do_not_matter),
        cmocka_unit_test(many_players_on_a_path),
        cmocka_unit_test(columns_that_are_the_same_everywhere_get_nothing),
        cmocka_unit_test(points_are_exact),
        cmocka_unit_test(what_cannot_be_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
