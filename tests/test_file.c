#include "tests/check.h"

#include "core/base/mem.h"
#include "core/sys/file.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/cupel-file-XXXXXX";
static char path[256];

static size_t files_in_folder(void)
{
    size_t n = 0;
    DIR *d = opendir(folder);
    assert_non_null(d);
    for (struct dirent *e; (e = readdir(d));) n += strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0;
    closedir(d);
    return n;
}

static void put(const char *text)
{
    FILE *f = fopen(path, "wb");
    assert_true(f && fputs(text, f) >= 0 && fclose(f) == 0);
}

static void holds(const char *text)
{
    char buf[64] = {0};
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    size_t n = fread(buf, 1, sizeof buf - 1, f);
    fclose(f);
    assert_int_equal(n, strlen(text));
    assert_string_equal(buf, text);
}

static int make_folder(void **state)
{
    (void)state;
    if (!mkdtemp(folder)) return -1;
    snprintf(path, sizeof path, "%s/out.csv", folder);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    unlink(path);
    return rmdir(folder);
}

static void an_output_appears_whole(void **state)
{
    (void)state;
    cupel_out *out = NULL;
    cupel_err err = {0};
    put("old");
    check_ok(cupel_out_open(path, &out, &err), &err);
    check_ok(cupel_out_write(out, "new ", 4, &err), &err);
    holds("old");
    check_ok(cupel_out_write(out, "text", 4, &err), &err);
    assert_int_equal(files_in_folder(), 2);
    check_ok(cupel_out_commit(&out, &err), &err);
    assert_null(out);
    holds("new text");
    assert_int_equal(files_in_folder(), 1);
    check_ok(cupel_out_bytes(path, "at once", 7, &err), &err);
    holds("at once");
    check_ok(cupel_out_bytes(path, NULL, 0, &err), &err);
    holds("");
    check_fails(cupel_out_bytes("/tmp/cupel-no-such-folder/x", "a", 1, &err), CUPEL_FAILED, &err, "cupel-no-such-folder");
    assert_int_equal(files_in_folder(), 1);
}

static void all_sizes_arrive(void **state)
{
    (void)state;
    static const size_t pieces[] = {1, 4095, (1 << 18) - 1, 1 << 18, (1 << 18) + 1, 1000000};
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        cupel_out *out = NULL;
        cupel_err err = {0};
        cupel_map map;
        unsigned char *data = malloc(pieces[i]);
        for (size_t k = 0; k < pieces[i]; k++) data[k] = (unsigned char)(k * 31 + i);
        check_ok(cupel_out_open(path, &out, &err), &err);
        for (int k = 0; k < 3; k++) check_ok(cupel_out_write(out, data, pieces[i], &err), &err);
        check_ok(cupel_out_commit(&out, &err), &err);
        check_ok(cupel_map_open(path, &map, &err), &err);
        assert_int_equal(map.n, 3 * pieces[i]);
        for (size_t k = 0; k < 3; k++) assert_memory_equal(map.p + k * pieces[i], data, pieces[i]);
        cupel_map_close(&map);
        free(data);
    }
}

static void an_abandoned_output_leaves_nothing(void **state)
{
    (void)state;
    cupel_out *out = NULL;
    cupel_err err = {0};
    put("old");
    check_ok(cupel_out_open(path, &out, &err), &err);
    check_ok(cupel_out_write(out, "new", 3, &err), &err);
    cupel_out_abandon(&out);
    assert_null(out);
    holds("old");
    assert_int_equal(files_in_folder(), 1);
    cupel_out_abandon(&out);
    cupel_out_abandon(NULL);
}

/* RLIMIT_FSIZE stands for a full disk: the write that crosses it fails with EFBIG. It may be a write, or the last flush of a commit. */
static void a_full_disk_leaves_the_old_file(void **state)
{
    (void)state;
    struct rlimit before, small;
    assert_true(getrlimit(RLIMIT_FSIZE, &before) == 0);
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    for (size_t limit = 0; limit <= 1000000; limit += 100000) {
        static const char block[10000];
        cupel_out *out = NULL;
        cupel_err err = {0};
        put("old");
        check_ok(cupel_out_open(path, &out, &err), &err);
        small = before;
        small.rlim_cur = limit;
        assert_true(setrlimit(RLIMIT_FSIZE, &small) == 0);
        cupel_status st = CUPEL_OK;
        for (int i = 0; i < 101 && st == CUPEL_OK; i++) st = cupel_out_write(out, block, sizeof block, &err);
        if (st == CUPEL_OK)
            st = cupel_out_commit(&out, &err);
        else
            cupel_out_abandon(&out);
        assert_true(setrlimit(RLIMIT_FSIZE, &before) == 0);
        check_fails(st, CUPEL_NO_RESOURCE, &err, path);
        assert_null(out);
        holds("old");
        assert_int_equal(files_in_folder(), 1);
    }
    signal(SIGXFSZ, handler);
}

static void devices_are_written_in_place(void **state)
{
    (void)state;
    cupel_out *out = NULL;
    cupel_err err = {0};
    struct stat sb;
    check_ok(cupel_out_open("/dev/null", &out, &err), &err);
    check_ok(cupel_out_write(out, "x", 1, &err), &err);
    check_ok(cupel_out_commit(&out, &err), &err);
    assert_true(stat("/dev/null", &sb) == 0 && S_ISCHR(sb.st_mode));
    check_ok(cupel_out_open("/dev/full", &out, &err), &err);
    check_ok(cupel_out_write(out, "x", 1, &err), &err);
    check_fails(cupel_out_commit(&out, &err), CUPEL_NO_RESOURCE, &err, "/dev/full");
    assert_null(out);
}

static void stdout_is_a_file_too(void **state)
{
    (void)state;
    cupel_out *out = NULL;
    cupel_err err = {0};
    fflush(stdout);
    int keep = dup(1), fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_true(keep >= 0 && fd >= 0 && dup2(fd, 1) == 1 && close(fd) == 0);
    cupel_status st = cupel_out_open("-", &out, &err);
    if (st == CUPEL_OK) st = cupel_out_write(out, "a,b\n", 4, &err);
    if (st == CUPEL_OK) st = cupel_out_commit(&out, &err);
    bool open_still = fcntl(1, F_GETFD) >= 0;
    assert_true(dup2(keep, 1) == 1 && close(keep) == 0);
    check_ok(st, &err);
    assert_true(open_still);
    holds("a,b\n");
}

static void what_cannot_be_written_is_told_at_once(void **state)
{
    (void)state;
    cupel_out *out = NULL;
    cupel_err err = {0};
    check_fails(cupel_out_open("/nowhere/out.csv", &out, &err), CUPEL_FAILED, &err, "/nowhere/out.csv");
    check_fails(cupel_out_open("/tmp/", &out, &err), CUPEL_USAGE, &err, "expected a file name");
    assert_null(out);
}

static void a_temporary_file_becomes_the_output(void **state)
{
    (void)state;
    char *temp = NULL;
    cupel_err err = {0};
    put("old");
    check_ok(cupel_temp_name(path, &temp, &err), &err);
    assert_true(strncmp(temp, folder, strlen(folder)) == 0 && strcmp(temp, path) != 0);
    check_fails(cupel_temp_commit(temp, path, &err), CUPEL_FAILED, &err, path);
    holds("old");
    FILE *f = fopen(temp, "wb");
    assert_true(f && fputs("new", f) >= 0 && fclose(f) == 0);
    check_ok(cupel_temp_commit(temp, path, &err), &err);
    holds("new");
    f = fopen(temp, "wb");
    assert_true(f && fclose(f) == 0);
    check_fails(cupel_temp_commit(temp, "/nowhere/out", &err), CUPEL_FAILED, &err, "/nowhere/out");
    assert_int_equal(files_in_folder(), 1);
    cupel_free(temp);
}

static void a_map_is_the_file(void **state)
{
    (void)state;
    cupel_err err = {0};
    cupel_map map;
    put("");
    check_ok(cupel_map_open(path, &map, &err), &err);
    assert_int_equal(map.n, 0);
    cupel_map_close(&map);
    check_fails(cupel_map_open(folder, &map, &err), CUPEL_BAD_INPUT, &err, "regular file");
    check_fails(cupel_map_open("/nowhere/x", &map, &err), CUPEL_BAD_INPUT, &err, "No such file");
}

static void folders_and_names(void **state)
{
    (void)state;
    char deep[300], *joined;
    cupel_err err = {0};
    snprintf(deep, sizeof deep, "%s/a/b/c", folder);
    check_ok(cupel_make_folder(deep, &err), &err);
    check_ok(cupel_make_folder(deep, &err), &err);
    assert_true(cupel_file_exists(deep));
    put("x");
    check_fails(cupel_make_folder(path, &err), CUPEL_USAGE, &err, path);
    for (int i = 0; i < 3; i++) {
        assert_true(rmdir(deep) == 0);
        *strrchr(deep, '/') = '\0';
    }
    static const struct { const char *file, *name, *want; } cases[] = {
        {"dir/demand.yaml", "gaps.csv", "dir/gaps.csv"}, {"demand.yaml", "gaps.csv", "gaps.csv"}, {"dir/demand.yaml", "/abs.csv", "/abs.csv"},
        {"dir/demand.yaml", "-", "-"}, {"/demand.yaml", "x", "/x"}, {"a/b/d", "../x", "a/b/../x"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        joined = cupel_path_beside(cases[i].file, cases[i].name);
        assert_string_equal(joined, cases[i].want);
        cupel_free(joined);
    }
    joined = cupel_path_join("a", "b");
    assert_string_equal(joined, "a/b");
    cupel_free(joined);
    joined = cupel_path_join("a/", "b");
    assert_string_equal(joined, "a/b");
    cupel_free(joined);
}

static void memory_is_checked_before_it_is_taken(void **state)
{
    (void)state;
    cupel_err err = {0};
    assert_true(cupel_memory_available() > 1000000);
    check_ok(cupel_memory_check(4096, "a page", &err), &err);
    check_ok(cupel_memory_check(0, "nothing", &err), &err);
    check_fails(cupel_memory_check((uint64_t)1 << 60, "a kernel matrix", &err), CUPEL_NO_RESOURCE, &err, "a kernel matrix");
}

#ifdef CUPEL_FAULTS
static void no_memory_leaves_the_old_file(void **state)
{
    (void)state;
    size_t failures = 0;
    for (size_t at = 1, more = 1; more; at++) {
        cupel_out *out = NULL;
        cupel_err err = {0};
        put("old");
        cupel_mem_fail_at(at, false);
        cupel_status st = cupel_out_open(path, &out, &err);
        if (st == CUPEL_OK) st = cupel_out_write(out, "new", 3, &err);
        if (st == CUPEL_OK) st = cupel_out_commit(&out, &err);
        more = cupel_mem_count() >= at;
        cupel_mem_fail_at(0, false);
        cupel_out_abandon(&out);
        assert_true(st == CUPEL_OK || (more && st == CUPEL_NO_RESOURCE));
        holds(st == CUPEL_OK ? "new" : "old");
        assert_int_equal(files_in_folder(), 1);
        failures += st != CUPEL_OK;
    }
    assert_true(failures >= 3);
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_output_appears_whole),              cmocka_unit_test(all_sizes_arrive),
        cmocka_unit_test(an_abandoned_output_leaves_nothing),   cmocka_unit_test(a_full_disk_leaves_the_old_file),
        cmocka_unit_test(devices_are_written_in_place),         cmocka_unit_test(stdout_is_a_file_too),
        cmocka_unit_test(what_cannot_be_written_is_told_at_once), cmocka_unit_test(a_temporary_file_becomes_the_output),
        cmocka_unit_test(a_map_is_the_file),                    cmocka_unit_test(folders_and_names),
        cmocka_unit_test(memory_is_checked_before_it_is_taken),
#ifdef CUPEL_FAULTS
        cmocka_unit_test(no_memory_leaves_the_old_file),
#endif
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
