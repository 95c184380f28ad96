/* Spaces in tests: from text to candidates, and what holds of every space. For one test program each. */
#ifndef CUPEL_TESTS_SPACES_H
#define CUPEL_TESTS_SPACES_H

#include "tests/check.h"

#include "core/base/mem.h"
#include "core/base/rng.h"
#include "datasets/spaces/space.h"

#include <stdlib.h>
#include <unistd.h>

static char folder[] = "/tmp/cupel-test-spaces-XXXXXX";
static char demand[64];

static inline int make_folder(void **state)
{
    (void)state;
    if (!mkdtemp(folder)) return 1;
    snprintf(demand, sizeof demand, "%s/demand.yaml", folder);
    return 0;
}

static inline void write_table(const char *name, const char *text)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    assert_int_equal(fclose(f), 0);
}

static inline int remove_folder(void **state)
{
    static const char *const names[] = {"list.csv", "known.csv", "bad.csv"};
    char path[128];
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        remove(path);
    }
    return rmdir(folder);
}

/* A space from the text under `space:`. */
static inline cupel_status open_space(const char *text, const bool *allows, cupel_space **s, cupel_err *err)
{
    cupel_yaml_doc *doc = NULL;
    cupel_status st = cupel_yaml_read(cupel_text_of(text), demand, &doc, err);
    if (st == CUPEL_OK) st = cupel_space_open(cupel_yaml_root(doc), demand, allows, s, err);
    cupel_yaml_free(doc);
    return st;
}

static inline cupel_space *space_of(const char *text, const bool *allows)
{
    cupel_err err;
    cupel_space *s = NULL;
    check_ok(open_space(text, allows, &s, &err), &err);
    return s;
}

static inline uint64_t count_of(cupel_space *s)
{
    cupel_err err;
    uint64_t n;
    check_ok(cupel_space_count(s, &n, &err), &err);
    return n;
}

/* All texts of a space in its order, "\n" behind each; a small space in one block. */
static inline cupel_str listing(cupel_space *s)
{
    cupel_err err;
    cupel_candidates c = {0};
    cupel_str all = {0};
    check_ok(cupel_space_fill(s, 0, (size_t)count_of(s) + 10, &c, &err), &err);
    assert_int_equal(c.n, count_of(s));
    assert_int_equal(c.batch.n, c.n);
    for (size_t i = 0; i < c.n; i++) {
        cupel_str_add(&all, c.formula[i].p, c.formula[i].n);
        cupel_str_putc(&all, '\n');
    }
    cupel_candidates_release(&c);
    return all;
}

static inline void check_listing(const char *space, const bool *allows, const char *expected)
{
    cupel_space *s = space_of(space, allows);
    cupel_str all = listing(s);
    assert_string_equal(cupel_str_text(&all), expected);
    cupel_str_free(&all);
    cupel_space_free(s);
}

/* ---- properties of every space ---- */

/* Blocks from anywhere give what a walk from the start gives. */
static inline void check_blocks(cupel_space *s, uint64_t seed)
{
    cupel_err err;
    cupel_candidates all = {0}, c = {0};
    uint64_t count = count_of(s);
    assert_true(count > 0 && count < 1000000);
    check_ok(cupel_space_fill(s, 0, (size_t)count, &all, &err), &err);
    assert_int_equal(all.n, count);
    for (uint64_t k = 0; k < 60; k++) {
        uint64_t first = cupel_rng_below(seed, k, 0, count + 3);
        size_t n = (size_t)cupel_rng_below(seed, k, 1, k % 3 ? 20 : count + 5);
        size_t expected = first >= count ? 0 : n < count - first ? n : (size_t)(count - first);
        check_ok(cupel_space_fill(s, first, n, &c, &err), &err);
        assert_int_equal(c.first, first);
        assert_int_equal(c.n, expected);
        assert_int_equal(c.batch.n, expected);
        for (size_t i = 0; i < expected; i++) {
            cupel_composition a, b;
            assert_string_equal(c.formula[i].p, all.formula[first + i].p);
            assert_int_equal(c.batch.reason[i], all.batch.reason[first + i]);
            cupel_batch_get(&c.batch, i, &a);
            cupel_batch_get(&all.batch, (size_t)first + i, &b);
            assert_int_equal(a.n, b.n);
            assert_memory_equal(a.z, b.z, a.n);
            assert_memory_equal(a.amount, b.amount, a.n * sizeof *a.amount);
        }
    }
    cupel_candidates_release(&all);
    cupel_candidates_release(&c);
}

static inline int by_text(const void *a, const void *b) { return strcmp(((const cupel_text *)a)->p, ((const cupel_text *)b)->p); }

/* No candidate twice, and the composition is, to the bit, what the text reads as. */
static inline void check_candidates(cupel_space *s, bool canonical)
{
    cupel_err err;
    cupel_candidates c = {0};
    cupel_batch read = {0};
    cupel_str text = {0};
    check_ok(cupel_space_fill(s, 0, (size_t)count_of(s), &c, &err), &err);
    for (size_t i = 0; i < c.n; i++) {
        cupel_composition a, b;
        check_ok(cupel_batch_add_formula(&read, c.formula[i], CUPEL_DOT_REFUSE, &err), &err);
        assert_int_equal(read.reason[i], 0);
        assert_int_equal(c.batch.reason[i], 0);
        cupel_batch_get(&c.batch, i, &a);
        cupel_batch_get(&read, i, &b);
        assert_int_equal(a.n, b.n);
        assert_memory_equal(a.z, b.z, a.n);
        assert_memory_equal(a.amount, b.amount, a.n * sizeof *a.amount);
        if (!canonical) continue;
        cupel_str_clear(&text);
        cupel_composition_text(&a, &text);
        assert_string_equal(c.formula[i].p, cupel_str_text(&text));
    }
    qsort(c.formula, c.n, sizeof *c.formula, by_text);
    for (size_t i = 1; i < c.n; i++) assert_string_not_equal(c.formula[i - 1].p, c.formula[i].p);
    cupel_str_free(&text);
    cupel_batch_release(&read);
    cupel_candidates_release(&c);
}

#ifdef CUPEL_FAULTS
/* Every allocation made to fail in turn while each space [n] is opened and used: a status, no leak, no half-built space. */
static inline void check_space_faults(const char *const *spaces, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        cupel_status st = CUPEL_FAILED;
        for (size_t nth = 1; st != CUPEL_OK; nth++) {
            cupel_err err;
            cupel_space *s = NULL;
            cupel_candidates c = {0};
            uint64_t count;
            char hex[65];
            assert_true(nth < 1000);
            cupel_mem_fail_at(nth, false);
            st = open_space(spaces[i], NULL, &s, &err);
            if (st == CUPEL_OK) st = cupel_space_count(s, &count, &err);
            if (st == CUPEL_OK) st = cupel_space_fill(s, 1, 3, &c, &err);
            if (st == CUPEL_OK) st = cupel_space_digest(s, hex, &err);
            cupel_mem_fail_at(0, false);
            if (st != CUPEL_OK) assert_int_equal(st, CUPEL_NO_RESOURCE);
            cupel_candidates_release(&c);
            cupel_space_free(s);
        }
    }
}
#endif

#endif
