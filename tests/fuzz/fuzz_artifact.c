/* An artifact is checked before HDF5 sees a byte of it. The first byte of the input chooses: the rest as a file; or a sound artifact with the rest
 * laid over some of its bytes and its digest left alone; or a sound artifact whose contents (names, types, shapes, text) the rest chooses,
 * which must read back. */
#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/engine/inspect.h"
#include "core/io/artifact.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char path[64];

static void need(bool truth)
{
    if (!truth) abort();
}

static void put_file(const uint8_t *p, size_t n)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    need(fd >= 0 && write(fd, p, n) == (ssize_t)n && close(fd) == 0);
}

/* Whatever the file is: an answer, and a message when it is refused. */
static cupel_status look(void)
{
    cupel_err err = {0};
    cupel_str s = {0};
    cupel_status st = cupel_inspect(path, true, &s, &err);
    need(st == CUPEL_OK || (st == CUPEL_BAD_ARTIFACT && err.message[0]));
    cupel_str_free(&s);
    return st;
}

typedef struct bytes {
    const uint8_t *p;
    size_t n;
} bytes;

static unsigned take(bytes *b)
{
    if (!b->n) return 0;
    b->n--;
    return *b->p++;
}

static const char *word(bytes *b, char w[64])
{
    size_t n = take(b) % 63, k = 0;
    for (size_t i = 0; i < n && b->n; i++) {
        char c = (char)take(b);
        if (c) w[k++] = c;
    }
    w[k] = '\0';
    return w;
}

/* Data sets as the bytes say; a name that is taken or not possible ends it. */
static void compose(bytes b)
{
    cupel_err err = {0};
    cupel_writer *w = NULL;
    char name[64], units[64], text[64];
    static const double numbers[64] = {1, 2, 3};
    need(cupel_writer_open(path, "fuzz", take(&b), take(&b), &w, &err) == CUPEL_OK);
    cupel_status st = CUPEL_OK;
    while (b.n && st == CUPEL_OK) {
        unsigned what = take(&b) % 5;
        cupel_type type = (cupel_type)(take(&b) % 5);
        word(&b, name), word(&b, units), word(&b, text);
        if (what == 0) {
            st = cupel_writer_attr_text(w, name, text, &err);
        } else if (what == 1) {
            size_t shape[2] = {take(&b) % 8, take(&b) % 8};
            const char *words[8] = {text, units, name, "", text, text, text, text};
            st = cupel_writer_put(w, name, units, text, type, type == CUPEL_TEXT ? 1 : 2, shape, type == CUPEL_TEXT ? (const void *)words : numbers,
                                  &err);
        } else if (what == 2) {
            st = cupel_writer_input(w, name, text, &err);
        } else {
            cupel_rows *rows = NULL;
            size_t n = take(&b) * (what == 3 ? 1 : 24);
            st = cupel_writer_rows(w, name, units, text, CUPEL_TEXT, 1, &rows, &err);
            for (size_t i = 0; i < n && st == CUPEL_OK; i++) st = cupel_rows_append(rows, 1, &(const char *){i % 7 ? text : units}, &err);
        }
    }
    if (st != CUPEL_OK) {
        cupel_writer_abandon(&w);
        return;
    }
    st = cupel_writer_commit(&w, &err);
    if (st == CUPEL_OK) need(look() == CUPEL_OK);
}

/* Every change of a sound artifact must be seen. */
static void disturb(bytes b)
{
    static uint8_t sound[65536], changed[65536];
    static size_t n;
    if (!n) {
        cupel_err err = {0};
        cupel_writer *w = NULL;
        static const double x[12] = {1, 2, 3};
        need(cupel_writer_open(path, "fuzz", 1, 1, &w, &err) == CUPEL_OK);
        need(cupel_writer_put(w, "a/x", "eV", "", CUPEL_F64, 2, (size_t[]){3, 4}, x, &err) == CUPEL_OK);
        need(cupel_writer_commit(&w, &err) == CUPEL_OK);
        int fd = open(path, O_RDONLY);
        ssize_t k = read(fd, sound, sizeof sound);
        need(k > 512 && (size_t)k < sizeof sound && close(fd) == 0);
        n = (size_t)k;
    }
    memcpy(changed, sound, n);
    while (b.n > 2) {
        size_t at = (take(&b) << 8 | take(&b)) % n;
        changed[at] = (uint8_t)take(&b);
    }
    put_file(changed, n);
    need((look() == CUPEL_OK) == (memcmp(changed, sound, n) == 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (!path[0]) snprintf(path, sizeof path, "%s/cupel-fuzz-%ld.h5", access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp", (long)getpid());
    bytes b = {data, n};
    unsigned mode = take(&b);
    if (mode < 64) {
        put_file(b.p, b.n);
        look();
    } else if (mode < 160) {
        disturb(b);
    } else {
        compose(b);
    }
    remove(path);
    return 0;
}
