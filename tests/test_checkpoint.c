#include "tests/check.h"

#include "core/base/mem.h"
#include "core/engine/checkpoint.h"
#include "core/engine/result.h"

#include <unistd.h>

static char folder[] = "/tmp/cupel-checkpoint-XXXXXX";
static char path[256];

static int setup(void **state)
{
    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/a.checkpoint", folder);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    unlink(path);
    return rmdir(folder);
}

static const cupel_board_shape shape = {.p = 2, .r = 1, .c = 1, .m = 2};
static char *names[2] = {(char[]){"demand"}, (char[]){"isa"}}, *values[2] = {(char[]){"sha256:00"}, (char[]){"plain"}};

static void fill(cupel_checkpoint *c, size_t rows)
{
    cupel_err err;
    *c = (cupel_checkpoint){.identity.n = 2,
                            .identity.name = names,
                            .identity.value = values,
                            .candidates = 1000,
                            .first = 100,
                            .end = 900,
                            .shard = 2,
                            .shards = 3,
                            .next = 400,
                            .seed = 5};
    check_ok(cupel_counts_init(&c->counts, shape.c, shape.r, &err), &err);
    for (size_t i = 0; i < c->counts.n; i++) c->counts.block[i] = (int64_t)(3 * i);
    cupel_shortlist *const list[2] = {&c->best, &c->sample};
    for (int k = 0; k < 2; k++) {
        check_ok(cupel_shortlist_take(list[k], shape, rows, &c->arena, &err), &err);
        cupel_shortlist *l = list[k];
        for (size_t i = 0; i < rows; i++) {
            l->index[i] = (int64_t)i + 100;
            l->copies[i] = 1;
            l->layer[i] = 0;
            l->score[i] = l->merit[i] = l->probability[i] = 1.0 / (double)(i + 1);
            for (size_t j = 0; j < 2; j++) {
                l->value[2 * i + j] = (double)(i + j);
                l->spread[2 * i + j] = l->lower[2 * i + j] = l->upper[2 * i + j] = l->distance[2 * i + j] = 0.5;
                l->in_domain[2 * i + j] = j == 0;
                l->objective[2 * i + j] = 0.25;
            }
            l->chance[i] = 0.5;
            l->figure[i] = NAN;
            l->formula[i] = l->key[i] = names[0];
        }
    }
}

static void what_is_written_is_read(void **state)
{
    (void)state;
    cupel_err err;
    for (size_t rows = 0; rows <= 50; rows += 25) {
        cupel_checkpoint mine, c;
        fill(&mine, rows);
        check_ok(cupel_checkpoint_save(&mine, shape, path, &err), &err);
        check_ok(cupel_checkpoint_open(path, &mine, shape, &c, &err), &err);
        assert_true(c.next == 400 && c.seed == 5 && c.best.n == rows && c.sample.n == rows);
        assert_memory_equal(c.counts.block, mine.counts.block, mine.counts.n * sizeof(int64_t));
        if (rows) {
            assert_memory_equal(c.best.value, mine.best.value, 2 * rows * sizeof(double));
            assert_memory_equal(c.best.figure, mine.best.figure, rows * sizeof(double));
            assert_memory_equal(c.sample.in_domain, mine.sample.in_domain, 2 * rows);
            assert_string_equal(c.best.formula[rows - 1], names[0]);
        }
        cupel_checkpoint_release(&c);
        cupel_checkpoint_release(&mine);
    }
}

static void another_screen_is_refused(void **state)
{
    (void)state;
    cupel_err err;
    cupel_checkpoint mine, c;
    fill(&mine, 3);
    check_ok(cupel_checkpoint_save(&mine, shape, path, &err), &err);
    char *other[2] = {values[0], (char[]){"avx2"}};
    mine.identity.value = other;
    check_fails(cupel_checkpoint_open(path, &mine, shape, &c, &err), CUPEL_BAD_ARTIFACT, &err, "another isa: plain there, avx2 here");
    mine.identity.value = values;
    mine.identity.n = 1;
    check_fails(cupel_checkpoint_open(path, &mine, shape, &c, &err), CUPEL_BAD_ARTIFACT, &err, "another demand");
    mine.identity.n = 2;
    mine.shard = 1;
    check_fails(cupel_checkpoint_open(path, &mine, shape, &c, &err), CUPEL_BAD_ARTIFACT, &err, "shard 2/3");
    mine.shard = 2;
    mine.end = 901;
    check_fails(cupel_checkpoint_open(path, &mine, shape, &c, &err), CUPEL_BAD_ARTIFACT, &err, "candidates 100 to 900");
    mine.end = 900;
    cupel_board_shape wide = shape;
    wide.c = 2;
    check_fails(cupel_checkpoint_open(path, &mine, wide, &c, &err), CUPEL_BAD_ARTIFACT, &err, "");
    FILE *f = fopen(path, "w"); /* cut by a full disk, say */
    assert_non_null(f);
    fputs("cupel?", f);
    fclose(f);
    check_fails(cupel_checkpoint_open(path, &mine, shape, &c, &err), CUPEL_BAD_ARTIFACT, &err,
                "; start without --resume to begin anew, or remove it");
    check_fails(cupel_checkpoint_open("/nonexistent/x", &mine, shape, &c, &err), CUPEL_BAD_INPUT, &err, "/nonexistent/x");
    cupel_checkpoint_release(&mine);
}

/* Values that a whole file cannot hold, written on purpose. */
static void impossible_values_are_refused(void **state)
{
    (void)state;
    cupel_err err;
    for (int k = 0; k < 6; k++) {
        cupel_checkpoint mine, c;
        fill(&mine, 3);
        if (k == 0) mine.best.index[1] = -1;
        if (k == 1) mine.best.index[1] = 1000;
        if (k == 2) mine.best.copies[2] = 0;
        if (k == 3) mine.sample.score[0] = NAN;
        if (k == 4) mine.best.probability[0] = 1.5;
        if (k == 5) mine.counts.block[3] = -4;
        check_ok(cupel_checkpoint_save(&mine, shape, path, &err), &err);
        check_fails(cupel_checkpoint_open(path, &mine, shape, &c, &err), CUPEL_BAD_ARTIFACT, &err, "cannot be");
        cupel_checkpoint_release(&mine);
    }
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
#ifdef CUPEL_FAULTS
    cupel_err err;
    cupel_checkpoint mine, c;
    fill(&mine, 3);
    for (size_t n = 1;; n++) {
        cupel_mem_fail_at(n, false);
        cupel_status st = cupel_checkpoint_save(&mine, shape, path, &err);
        if (st == CUPEL_OK) st = cupel_checkpoint_open(path, &mine, shape, &c, &err);
        bool reached = cupel_mem_count() >= n;
        cupel_mem_fail_at(0, false);
        if (st == CUPEL_OK) cupel_checkpoint_release(&c);
        if (!reached) break;
        assert_true(st == CUPEL_OK || st == CUPEL_NO_RESOURCE);
    }
    cupel_checkpoint_release(&mine);
#else
    skip();
#endif
}

static void a_name_stands_beside_its_output(void **state)
{
    (void)state;
    char *name = cupel_checkpoint_name("out/ranking.csv");
    assert_string_equal(name, "out/ranking.csv.checkpoint");
    cupel_free(name);
    cupel_checkpoint_remove(NULL);
    cupel_checkpoint_remove("/nonexistent/x");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read),         cmocka_unit_test(another_screen_is_refused),
        cmocka_unit_test(impossible_values_are_refused),   cmocka_unit_test(every_allocation_may_fail),
        cmocka_unit_test(a_name_stands_beside_its_output),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
