#include "core/io/journal.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/sys/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include <xxhash.h>

static const char MAGIC[8] = "cupelJ1\n";
static const char REMEDY[] = "start without --resume to begin anew, or remove it";
static const uint32_t BYTE_ORDER_MARK = 0x01020304;
enum { BYTES_MAX = 1 << 26, SUM = sizeof(uint64_t) };

typedef struct front {
    char magic[8];
    uint32_t order, bytes; /* of the identity behind it */
} front;

typedef struct head {
    uint32_t kind, bytes; /* of the payload behind it */
    uint64_t key;
    double seconds;
} head;

struct cupel_journal {
    int fd;
    char *path;
    unsigned char *old;  /* the file as it was found */
    size_t n_old, at;    /* bytes of it that are whole; the next record */
    size_t waiting;
    size_t lost;         /* bytes behind n_old */
    size_t records;      /* found or added */
    double last;         /* seconds of the last record that was found */
    uint64_t sum, end;   /* checksum of the last record taken or written; where the next one goes */
    bool writes;         /* nothing waits: what is at `end` and behind has been cut off */
};

uint64_t cupel_journal_key(uint64_t before, const void *p, size_t n) { return XXH3_64bits_withSeed(p, n, before); }

size_t cupel_journal_waiting(const cupel_journal *j, double *seconds)
{
    *seconds = j->waiting ? j->last : 0;
    return j->waiting;
}

void cupel_journal_close(cupel_journal *j, bool remove)
{
    if (!j) return;
    if (j->fd >= 0) close(j->fd);
    if (remove && j->path) unlink(j->path);
    cupel_free(j->path);
    cupel_free(j->old);
    cupel_free(j);
}

size_t cupel_journal_cut(const cupel_journal *j) { return j->lost; }
bool cupel_journal_is_empty(const cupel_journal *j) { return !j->records; }

/* first and second with a checksum behind, at j->end. */
static cupel_status put(cupel_journal *j, const void *first, size_t n, const void *second, size_t m, cupel_err *err)
{
    unsigned char *all = cupel_alloc(n + m + SUM, 1);
    if (!all) return cupel_no_memory(err, "a record of progress", n + m + SUM);
    memcpy(all, first, n);
    if (m) memcpy(all + n, second, m);
    const uint64_t sum = cupel_journal_key(j->sum, all, n + m);
    memcpy(all + n + m, &sum, SUM);
    const int number = cupel_write_all(j->fd, all, n + m + SUM);
    cupel_free(all);
    if (number) return cupel_fail_errno(err, number, "writing", j->path);
    j->sum = sum;
    j->end += n + m + SUM;
    return CUPEL_OK;
}

/* From now on records are written: at j->end, and nothing behind. */
static cupel_status cut(cupel_journal *j, cupel_err *err)
{
    if (j->writes) return CUPEL_OK;
    j->waiting = 0;
    if (ftruncate(j->fd, (off_t)j->end) != 0 || lseek(j->fd, (off_t)j->end, SEEK_SET) < 0) return cupel_fail_errno(err, errno, "writing", j->path);
    j->writes = true;
    return CUPEL_OK;
}

static cupel_status begin(cupel_journal *j, const char *identity, cupel_err *err)
{
    front f = {.order = BYTE_ORDER_MARK, .bytes = (uint32_t)strlen(identity)};
    memcpy(f.magic, MAGIC, sizeof MAGIC);
    cupel_status st = cut(j, err);
    return st == CUPEL_OK ? put(j, &f, sizeof f, identity, f.bytes, err) : st;
}

cupel_status cupel_journal_add(cupel_journal *j, uint32_t kind, uint64_t key, const void *payload, size_t bytes, double seconds, cupel_err *err)
{
    const head h = {.kind = kind, .bytes = (uint32_t)bytes, .key = key, .seconds = seconds};
    cupel_status st = cut(j, err);
    j->records++;
    return st == CUPEL_OK ? put(j, &h, sizeof h, payload, bytes, err) : st;
}

void *cupel_journal_next(cupel_journal *j, uint32_t kind, uint64_t key, size_t bytes, double *seconds)
{
    head h;
    if (!j->waiting) return NULL;
    memcpy(&h, j->old + j->at, sizeof h);
    if (h.kind != kind || h.key != key || h.bytes != bytes) {
        j->waiting = 0;
        return NULL;
    }
    void *payload = j->old + j->at + sizeof h;
    *seconds = h.seconds;
    j->at += sizeof h + bytes + SUM;
    j->end = j->at;
    memcpy(&j->sum, j->old + j->at - SUM, SUM);
    j->waiting--;
    return payload;
}

/* ---- reading ---- */

static cupel_status damaged(const cupel_journal *j, const char *what, cupel_err *err)
{
    return cupel_fail(err, CUPEL_BAD_ARTIFACT, "'%s' %s; %s", j->path, what, REMEDY);
}

static size_t line_of(const char *p) { return strcspn(p, "\n"); }

/* Line by line: "name: value". */
static cupel_status same(const cupel_journal *j, const char *there, const char *here, cupel_err *err)
{
    while (*there || *here) {
        const size_t n = line_of(there), m = line_of(here), name = strcspn(*here ? here : there, ":");
        if (n != m || memcmp(there, here, n) != 0) {
            const size_t skip = name + 2 < n ? name + 2 : n, over = name + 2 < m ? name + 2 : m;
            return cupel_fail(err, CUPEL_BAD_ARTIFACT, "'%s' is of another %.*s: %.*s there, %.*s here; %s", j->path, (int)name, *here ? here : there,
                              (int)(n - skip), there + skip, (int)(m - over), here + over, REMEDY);
        }
        there += n + (there[n] != 0);
        here += m + (here[m] != 0);
    }
    return CUPEL_OK;
}

/* The checksum behind n bytes at p, as it should be and as it is. */
static bool sums(uint64_t before, const unsigned char *p, size_t n, uint64_t *sum)
{
    uint64_t found;
    memcpy(&found, p + n, SUM);
    *sum = cupel_journal_key(before, p, n);
    return *sum == found;
}

/* *whole: there is a front to go on from; false for one that a kill has cut off. */
static cupel_status read_front(cupel_journal *j, size_t n, const char *identity, bool *whole, cupel_err *err)
{
    front f;
    *whole = false;
    if (memcmp(j->old, MAGIC, n < sizeof MAGIC ? n : sizeof MAGIC) != 0) return damaged(j, "does not hold the progress of a run of cupel", err);
    if (n < sizeof f) return CUPEL_OK;
    memcpy(&f, j->old, sizeof f);
    if (f.order != BYTE_ORDER_MARK) return damaged(j, "is of another machine", err);
    if (f.bytes > BYTES_MAX) return damaged(j, "is damaged at its beginning", err);
    if (n - sizeof f < f.bytes + (size_t)SUM) return CUPEL_OK;
    if (!sums(0, j->old, sizeof f + f.bytes, &j->sum)) return damaged(j, "is damaged at its beginning", err);
    char *there = cupel_strndup((const char *)j->old + sizeof f, f.bytes);
    if (!there) return cupel_no_memory(err, "an identity", f.bytes);
    cupel_status st = same(j, there, identity, err);
    cupel_free(there);
    j->at = sizeof f + f.bytes + SUM;
    j->end = j->at;
    *whole = st == CUPEL_OK;
    return st;
}

/* Which records are whole. */
static cupel_status read_records(cupel_journal *j, size_t n, cupel_err *err)
{
    uint64_t sum = j->sum;
    j->n_old = j->at;
    while (n - j->n_old >= sizeof(head) + SUM) {
        head h;
        memcpy(&h, j->old + j->n_old, sizeof h);
        if (h.bytes > BYTES_MAX) return damaged(j, "is damaged", err);
        const size_t bytes = sizeof h + h.bytes;
        if (n - j->n_old < bytes + SUM) break;
        const bool good = sums(sum, j->old + j->n_old, bytes, &sum);
        if (!good && n - j->n_old == bytes + SUM) break;
        if (!good) return damaged(j, "is damaged", err);
        j->n_old += bytes + SUM;
        j->last = h.seconds;
        j->waiting++;
    }
    return CUPEL_OK;
}

static cupel_status read_old(cupel_journal *j, const char *identity, bool *whole, cupel_err *err)
{
    cupel_map map = {.p = NULL};
    cupel_status st = cupel_map_open(j->path, &map, err);
    if (st != CUPEL_OK) return st;
    const size_t n = map.n;
    j->old = cupel_alloc(n, 1); /* a copy: the file is cut and written while records are used */
    if (j->old && n) memcpy(j->old, map.p, n);
    cupel_map_close(&map);
    if (!j->old) return cupel_no_memory(err, "the progress of a run", n);
    st = read_front(j, n, identity, whole, err);
    if (st == CUPEL_OK && *whole) st = read_records(j, n, err);
    j->lost = n - (*whole ? j->n_old : 0);
    j->records = j->waiting;
    return st;
}

cupel_status cupel_journal_open(const char *path, const char *identity, bool resume, cupel_journal **out, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    bool whole = false;
    cupel_journal *j = cupel_alloc(1, sizeof *j);
    if (!j) return cupel_no_memory(err, "the progress of a run", sizeof *j);
    j->fd = -1;
    j->path = cupel_strdup(path);
    if (!j->path) CUPEL_TRY(cupel_no_memory(err, "a file name", 0));
    if (resume && cupel_file_exists(path)) CUPEL_TRY(read_old(j, identity, &whole, err));
    j->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (j->fd < 0) CUPEL_TRY(cupel_fail_errno(err, errno, "opening", path));
    if (!whole) CUPEL_TRY(begin(j, identity, err));
done:
    if (st == CUPEL_OK)
        *out = j;
    else
        cupel_journal_close(j, false);
    return st;
}
