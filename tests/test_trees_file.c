/* Trees in files: they come back, and hostile files do not. */
#include "tests/trees.h"

#include <unistd.h>

static char *temporary(void)
{
    static char name[64];
    snprintf(name, sizeof name, "/tmp/cupel_trees_%ld.h5", (long)getpid());
    return name;
}

static void files_come_back(void **state)
{
    (void)state;
    rows *r = make_rows(1, 0.3), *fresh = make_rows(2, 0);
    cupel_trees_data data = data_of(r);
    double a[N], b[N], v[N], u[N];
    cupel_err err = {0};
    for (int k = 0; k < KINDS; k++)
        for (int keep = 0; keep < 2; keep++) {
            cupel_trees_options o = small(every[k]);
            o.leaf = 3;
            o.keep_rows = keep && every[k] != CUPEL_BOOSTED_TREES;
            cupel_trees *t = fit(&data, &o, &alone), *back = NULL;
            cupel_writer *w = NULL;
            cupel_reader *reader = NULL;
            check_ok(cupel_writer_open(temporary(), "trees", 1, 1, &w, &err), &err);
            check_ok(cupel_trees_save(t, "a/forest", w, &err), &err);
            check_ok(cupel_writer_commit(&w, &err), &err);
            check_ok(cupel_reader_open(temporary(), "trees", 1, &reader, &err), &err);
            check_ok(cupel_trees_load(reader, "a/forest", D, &back, &err), &err);
            cupel_reader_free(reader);
            predict(t, &fresh->x[0][0], D, N, CUPEL_ISA_PLAIN, a, v);
            predict(back, &fresh->x[0][0], D, N, CUPEL_ISA_PLAIN, b, u);
            same_bytes(a, b, N);
            same_bytes(v, u, N);
            assert_int_equal(cupel_trees_keep_rows(back), o.keep_rows);
            void *scratch = cupel_alloc_aligned(cupel_trees_scratch_bytes(t), 1);
            double tau = 0.3;
            if (o.keep_rows) {
                check_ok(cupel_trees_quantiles(t, &(cupel_query){&fresh->x[0][0], D, N, CUPEL_ISA_PLAIN, scratch}, &tau, 1, a, &err), &err);
                check_ok(cupel_trees_quantiles(back, &(cupel_query){&fresh->x[0][0], D, N, CUPEL_ISA_PLAIN, scratch}, &tau, 1, b, &err), &err);
                same_bytes(a, b, N);
            }
            cupel_free(scratch);
            cupel_trees_free(t);
            cupel_trees_free(back);
        }
    unlink(temporary());
    cupel_free(r);
    cupel_free(fresh);
}

/* A file as an attacker would write it, with a good digest. Two trees: a split on column 1 with two leaves, and a leaf. */
typedef struct forged {
    double facts[7];
    int64_t nodes[2];
    float column[4], at[4], leaf_rows[3], member[4], share[4];
    double target[2];
    int64_t row[2];
} forged;

static const forged honest = {{2, 1, 0, 0.5, 0, 1, 0}, {3, 1}, {1, -1, -1, -1}, {0.5f, 1, 2, 3}, {1, 1, 2}, {0, 1, 0, 1}, {1, 1, 0.5f, 0.5f}, {1, 2},
                              {1, 0}};

static cupel_status load_forged(const forged *f, cupel_err *err)
{
    cupel_writer *w = NULL;
    cupel_reader *r = NULL;
    cupel_trees *t = NULL;
    size_t n[] = {2, 3, 4, 7};
    check_ok(cupel_writer_open(temporary(), "trees", 1, 1, &w, err), err);
    check_ok(cupel_writer_put(w, "t/facts", "", "", CUPEL_F64, 1, &n[3], f->facts, err), err);
    check_ok(cupel_writer_put(w, "t/nodes", "", "", CUPEL_I64, 1, &n[0], f->nodes, err), err);
    check_ok(cupel_writer_put(w, "t/column", "", "", CUPEL_F32, 1, &n[2], f->column, err), err);
    check_ok(cupel_writer_put(w, "t/at", "", "", CUPEL_F32, 1, &n[2], f->at, err), err);
    check_ok(cupel_writer_put(w, "t/leaf_rows", "", "", CUPEL_F32, 1, &n[1], f->leaf_rows, err), err);
    check_ok(cupel_writer_put(w, "t/member", "", "", CUPEL_F32, 1, &n[2], f->member, err), err);
    check_ok(cupel_writer_put(w, "t/share", "", "", CUPEL_F32, 1, &n[2], f->share, err), err);
    check_ok(cupel_writer_put(w, "t/target", "", "", CUPEL_F64, 1, &n[0], f->target, err), err);
    check_ok(cupel_writer_put(w, "t/row", "", "", CUPEL_I64, 1, &n[0], f->row, err), err);
    check_ok(cupel_writer_commit(&w, err), err);
    check_ok(cupel_reader_open(temporary(), "trees", 1, &r, err), err);
    cupel_status st = cupel_trees_load(r, "t", 2, &t, err);
    assert_true((st == CUPEL_OK) == (t != NULL));
    cupel_trees_free(t);
    cupel_reader_free(r);
    unlink(temporary());
    return st;
}

#define FORGE(...)                                                                  \
    do {                                                                            \
        forged f = honest;                                                          \
        err = (cupel_err){0};                                                       \
        __VA_ARGS__;                                                                \
        assert_int_equal(load_forged(&f, &err), CUPEL_BAD_ARTIFACT);                \
    } while (0)

static void hostile_files_are_refused(void **state)
{
    (void)state;
    cupel_err err = {0};
    check_ok(load_forged(&honest, &err), &err);
    FORGE(f.facts[0] = 3);           /* columns that are not those of the model */
    FORGE(f.facts[3] = 0);
    FORGE(f.facts[2] = NAN);
    FORGE(f.facts[4] = 1);           /* a data set that is not there */
    FORGE(f.facts[5] = 2);
    FORGE(f.facts[6] = 1);           /* means of other targets that are not there */
    FORGE(f.facts[6] = -1);
    FORGE(f.facts[6] = 0.5);
    FORGE(f.nodes[0] = 1, f.nodes[1] = 3); /* a split without children, then a leaf with nodes behind it */
    FORGE(f.nodes[0] = 4, f.nodes[1] = 0);
    FORGE(f.nodes[0] = -1);
    FORGE(f.nodes[0] = (int64_t)1 << 60);
    FORGE(f.column[0] = -1);         /* nodes that no split has as children */
    FORGE(f.column[1] = 0);          /* a split whose children are in the next tree */
    FORGE(f.column[0] = 2);          /* a column that is not there */
    FORGE(f.column[0] = 0.5f);
    FORGE(f.column[0] = NAN);
    FORGE(f.at[0] = INFINITY);
    FORGE(f.at[1] = NAN);
    FORGE(f.leaf_rows[0] = 2);
    FORGE(f.leaf_rows[2] = 0.5f);
    FORGE(f.member[1] = 2);
    FORGE(f.member[0] = -1);
    FORGE(f.share[0] = NAN);
    FORGE(f.target[1] = 0);
    FORGE(f.row[0] = 2);
    FORGE(f.row[1] = -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_come_back),
        cmocka_unit_test(hostile_files_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
