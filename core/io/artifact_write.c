#define _GNU_SOURCE
#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/io/artifact.h"
#include "core/io/block.h"
#include "core/io/h5.h"
#include "core/sys/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct cupel_rows {
    cupel_writer *w;
    char *name, *units, *description;
    cupel_type type;
    size_t width, row_bytes, chunk_rows;
    size_t n, held;          /* rows so far, and of those the last ones in buffer */
    unsigned char *buffer;   /* [chunk_rows][row_bytes] */
    cupel_h5_grow *grow;     /* NULL until a chunk is full */
    /* Text: its width is known at the end only, so strings wait, ended by 0, in memory and then in a nameless file. */
    cupel_str pending;
    int spool;
    uint64_t spooled;
    size_t longest;
};

struct cupel_writer {
    char *path, *temp, kind[CUPEL_BLOCK_KIND];
    int fd;
    bool broken;             /* a call failed: only abandon is left */
    cupel_digest *digest;
    cupel_h5 *h;
    cupel_rows **rows;
    size_t n_rows, cap_rows;
    size_t text_held;        /* bytes of strings that wait in memory */
};

enum { CHUNK_BYTES = 1 << 19, SPOOL_BYTES = 1 << 20, TEXT_HELD = 1 << 25 };

static void rows_free(cupel_rows *r)
{
    if (!r) return;
    cupel_h5_grow_close(r->grow);
    if (r->spool >= 0) close(r->spool);
    cupel_str_free(&r->pending);
    cupel_free(r->buffer);
    cupel_free(r->name);
    cupel_free(r->units);
    cupel_free(r->description);
    cupel_free(r);
}

void cupel_writer_abandon(cupel_writer **writer)
{
    if (!writer || !*writer) return;
    cupel_writer *w = *writer;
    *writer = NULL;
    for (size_t i = 0; i < w->n_rows; i++) rows_free(w->rows[i]);
    cupel_h5_close(&w->h, NULL);
    if (w->fd >= 0) {
        close(w->fd);
        unlink(w->temp);
    }
    cupel_digest_free(w->digest);
    cupel_free(w->rows);
    cupel_free(w->path);
    cupel_free(w->temp);
    cupel_free(w);
}

static cupel_status check_output(const char *path, const char *kind, cupel_err *err)
{
    struct stat sb;
    if (strcmp(path, "-") == 0)
        return cupel_fail(err, CUPEL_USAGE, "output '-': an artifact cannot go to stdout; expected a file name such as out.h5");
    if (stat(path, &sb) == 0 && !S_ISREG(sb.st_mode))
        return cupel_fail(err, CUPEL_USAGE, "output '%s': not a regular file; an artifact needs one", path);
    size_t n = strlen(kind);
    if (n == 0 || n >= CUPEL_BLOCK_KIND)
        return cupel_fail(err, CUPEL_USAGE, "kind of artifact '%s': expected 1 to %d bytes", kind, CUPEL_BLOCK_KIND - 1);
    return CUPEL_OK;
}

cupel_status cupel_writer_open(const char *path, const char *kind, unsigned schema_version, uint64_t seed, cupel_writer **out, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_writer *w = NULL;
    CUPEL_TRY(check_output(path, kind, err));
    w = cupel_alloc(1, sizeof *w);
    if (!w) CUPEL_TRY(cupel_no_memory(err, "an artifact", sizeof *w));
    w->fd = -1;
    memcpy(w->kind, kind, strlen(kind));
    w->path = cupel_strdup(path);
    if (!w->path) CUPEL_TRY(cupel_no_memory(err, "an artifact", 0));
    CUPEL_TRY(cupel_temp_name(path, &w->temp, err));
    w->fd = open(w->temp, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (w->fd < 0) CUPEL_TRY(cupel_fail_errno(err, errno, "opening output", path));
    CUPEL_TRY(cupel_digest_new(CUPEL_BLOCK, &w->digest, err));
    CUPEL_TRY(cupel_h5_create(w->fd, path, CUPEL_BLOCK, w->digest, &w->h, err));
    int64_t schema = schema_version, seed_bits;
    memcpy(&seed_bits, &seed, sizeof seed_bits);
    CUPEL_TRY(cupel_h5_set(w->h, "/", "kind", CUPEL_TEXT, kind, err));
    CUPEL_TRY(cupel_h5_set(w->h, "/", "schema_version", CUPEL_I64, &schema, err));
    CUPEL_TRY(cupel_h5_set(w->h, "/", "cupel_version", CUPEL_TEXT, CUPEL_VERSION, err));
    CUPEL_TRY(cupel_h5_set(w->h, "/", "seed", CUPEL_I64, &seed_bits, err));
    CUPEL_TRY(cupel_h5_group(w->h, "inputs", err));
    *out = w, w = NULL;
done:
    cupel_writer_abandon(&w);
    return st;
}

static cupel_status note(cupel_writer *w, cupel_status st)
{
    if (st != CUPEL_OK) w->broken = true;
    return st;
}

cupel_status cupel_writer_input(cupel_writer *w, const char *name, const char *digest, cupel_err *err)
{
    return note(w, cupel_h5_set(w->h, "inputs", name, CUPEL_TEXT, digest, err));
}

cupel_status cupel_writer_attr_text(cupel_writer *w, const char *name, const char *value, cupel_err *err)
{
    return note(w, cupel_h5_set(w->h, "/", name, CUPEL_TEXT, value, err));
}

cupel_status cupel_writer_attr_number(cupel_writer *w, const char *name, double value, cupel_err *err)
{
    return note(w, cupel_h5_set(w->h, "/", name, CUPEL_F64, &value, err));
}

cupel_status cupel_writer_attr_int(cupel_writer *w, const char *name, int64_t value, cupel_err *err)
{
    return note(w, cupel_h5_set(w->h, "/", name, CUPEL_I64, &value, err));
}

static cupel_status describe(cupel_writer *w, const char *name, const char *units, const char *description, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    CUPEL_TRY(cupel_h5_set(w->h, name, "units", CUPEL_TEXT, units ? units : "", err));
    CUPEL_TRY(cupel_h5_set(w->h, name, "description", CUPEL_TEXT, description ? description : "", err));
done:
    return st;
}

/* Padded to the longest, strings are plain arrays that every reader of HDF5 takes; one long among many short would waste the disk. */
static bool pad(size_t n, size_t longest, uint64_t bytes)
{
    return cupel_mul(n, longest) <= 4 * bytes + CHUNK_BYTES;
}

static cupel_status put_strings(cupel_writer *w, const char *name, size_t n, const char *const *s, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    char *packed = NULL;
    size_t longest = 1, bytes = 0;
    for (size_t i = 0; i < n; i++) {
        size_t k = strlen(s[i]);
        if (k > longest) longest = k;
        bytes += k;
    }
    cupel_h5_info info = {.type = CUPEL_TEXT, .rank = 1, .shape = {n}};
    if (pad(n, longest, bytes)) {
        info.text = longest;
        packed = cupel_alloc(n, longest);
        if (!packed) CUPEL_TRY(cupel_no_memory(err, "strings", cupel_mul(n, longest)));
        for (size_t i = 0; i < n; i++) memcpy(packed + i * longest, s[i], strlen(s[i]));
    }
    CUPEL_TRY(cupel_h5_put(w->h, name, &info, packed ? (const void *)packed : (const void *)s, err));
done:
    cupel_free(packed);
    return st;
}

cupel_status cupel_writer_put(cupel_writer *w, const char *name, const char *units, const char *description, cupel_type type, int rank,
                              const size_t *shape, const void *data, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    if (rank < (type == CUPEL_TEXT) || rank > (type == CUPEL_TEXT ? 1 : CUPEL_H5_RANK))
        CUPEL_TRY(cupel_fail(err, CUPEL_FAILED, "data set '%s' of '%s': %d axes are not supported", name, w->path, rank));
    cupel_h5_info info = {.type = type, .rank = rank};
    for (int i = 0; i < rank; i++) info.shape[i] = shape[i];
    if (type == CUPEL_TEXT)
        CUPEL_TRY(put_strings(w, name, shape[0], data, err));
    else
        CUPEL_TRY(cupel_h5_put(w->h, name, &info, data, err));
    CUPEL_TRY(describe(w, name, units, description, err));
done:
    return note(w, st);
}

cupel_status cupel_writer_put_rows(cupel_writer *w, const char *name, size_t first, size_t n, const void *data, cupel_err *err)
{
    return note(w, cupel_h5_put_rows(w->h, name, first, n, data, err));
}

/* ---- writing rows ---- */

/* Chunks of a power of two of rows, so that blocks that are one too go straight from the caller's memory to the file. */
static size_t rows_per_chunk(size_t row_bytes)
{
    size_t n = 1;
    while (n * 2 <= CHUNK_BYTES / row_bytes) n *= 2;
    return n;
}

cupel_status cupel_writer_rows(cupel_writer *w, const char *name, const char *units, const char *description, cupel_type type, size_t width,
                               cupel_rows **out, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_rows *r = cupel_alloc(1, sizeof *r);
    if (!r) CUPEL_TRY(cupel_no_memory(err, "rows of an artifact", sizeof *r));
    *r = (cupel_rows){.w = w, .type = type, .width = width, .spool = -1};
    r->name = cupel_strdup(name);
    r->units = cupel_strdup(units ? units : "");
    r->description = cupel_strdup(description ? description : "");
    if (!r->name || !r->units || !r->description) CUPEL_TRY(cupel_no_memory(err, "rows of an artifact", 0));
    if (width == 0 || width > INT32_MAX / 8 || (type == CUPEL_TEXT && width != 1))
        CUPEL_TRY(cupel_fail(err, CUPEL_FAILED, "data set '%s' of '%s': rows of %zu values are not supported", name, w->path, width));
    if (type != CUPEL_TEXT) {
        r->row_bytes = width * cupel_h5_type_size(type);
        r->chunk_rows = rows_per_chunk(r->row_bytes);
    }
    if (!cupel_grow(&w->rows, &w->cap_rows, w->n_rows + 1, sizeof(cupel_rows *)))
        CUPEL_TRY(cupel_no_memory(err, "rows of an artifact", 0));
    w->rows[w->n_rows++] = r;
    *out = r, r = NULL;
done:
    rows_free(r);
    return note(w, st);
}

static cupel_h5_info rows_info(const cupel_rows *r, size_t text)
{
    return (cupel_h5_info){.type = r->type, .text = text, .rank = r->width == 1 ? 1 : 2, .shape = {r->n, r->width}};
}

/* A whole chunk of which the first n rows count. */
static cupel_status write_chunk(cupel_rows *r, const void *chunk, size_t first, size_t n, size_t text, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_h5_info info = rows_info(r, text);
    if (!r->grow) {
        CUPEL_TRY(cupel_h5_grow_open(r->w->h, r->name, &info, r->chunk_rows, &r->grow, err));
        CUPEL_TRY(describe(r->w, r->name, r->units, r->description, err));
    }
    CUPEL_TRY(cupel_h5_grow_write(r->grow, first, n, chunk, err));
done:
    return st;
}

static cupel_status make_buffer(cupel_rows *r, cupel_err *err)
{
    if (!r->buffer) r->buffer = cupel_alloc_aligned(r->chunk_rows, r->row_bytes);
    return r->buffer ? CUPEL_OK : cupel_no_memory(err, "rows of an artifact", r->chunk_rows * r->row_bytes);
}

static cupel_status append(cupel_rows *r, size_t n, const unsigned char *p, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    CUPEL_TRY(make_buffer(r, err));
    while (n) {
        size_t room = r->chunk_rows - r->held, k = n < room ? n : room;
        const unsigned char *chunk = p;
        if (k < r->chunk_rows) {
            memcpy(r->buffer + r->held * r->row_bytes, p, k * r->row_bytes);
            chunk = r->buffer;
        }
        r->held += k, r->n += k, n -= k, p += k * r->row_bytes;
        if (r->held < r->chunk_rows) break;
        r->held = 0;
        CUPEL_TRY(write_chunk(r, chunk, r->n - r->chunk_rows, r->chunk_rows, 0, err));
    }
done:
    return st;
}

/* What is left in the buffer; a data set that never filled a chunk is stored at its exact size. */
static cupel_status append_end(cupel_rows *r, size_t text, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    if (!r->grow) {
        cupel_h5_info info = rows_info(r, text);
        CUPEL_TRY(cupel_h5_put(r->w->h, r->name, &info, r->buffer, err));
        CUPEL_TRY(describe(r->w, r->name, r->units, r->description, err));
    } else if (r->held) {
        memset(r->buffer + r->held * r->row_bytes, 0, (r->chunk_rows - r->held) * r->row_bytes);
        CUPEL_TRY(write_chunk(r, r->buffer, r->n - r->held, r->held, text, err));
    }
done:
    return st;
}

static cupel_status spool_out(cupel_rows *r, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_str name = {0};
    if (r->spool < 0) {
        cupel_str_addf(&name, "%s.text", r->w->temp);
        if (name.failed) CUPEL_TRY(cupel_no_memory(err, "a file name", 0));
        r->spool = open(name.p, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        if (r->spool < 0) CUPEL_TRY(cupel_fail_errno(err, errno, "writing", r->w->path));
        unlink(name.p);
    }
    for (size_t at = 0; at < r->pending.n;) {
        ssize_t k = pwrite(r->spool, r->pending.p + at, r->pending.n - at, (off_t)r->spooled);
        if (k < 0 && errno == EINTR) continue;
        if (k <= 0) CUPEL_TRY(cupel_fail_errno(err, k < 0 ? errno : ENOSPC, "writing", r->w->path));
        at += (size_t)k, r->spooled += (uint64_t)k;
    }
    r->w->text_held -= r->pending.n;
    cupel_str_clear(&r->pending);
done:
    cupel_str_free(&name);
    return st;
}

cupel_status cupel_rows_append_cells(cupel_rows *r, size_t n, const cupel_text *cell, size_t stride, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_str *s = &r->pending;
    size_t held = s->n;
    for (size_t i = 0; i < n; i++) {
        cupel_text t = cell[i * stride];
        if (s->cap - s->n <= t.n && !cupel_grow(&s->p, &s->cap, s->n + t.n + 1, 1)) CUPEL_TRY(cupel_no_memory(err, "text of an artifact", s->n));
        if (t.n) memcpy(s->p + s->n, t.p, t.n);
        s->n += t.n;
        s->p[s->n++] = '\0';
        if (t.n > r->longest) r->longest = t.n;
    }
    r->w->text_held += s->n - held;
    if (s->n >= SPOOL_BYTES && r->w->text_held > TEXT_HELD) CUPEL_TRY(spool_out(r, err));
    r->n += n;
done:
    return note(r->w, st);
}

cupel_status cupel_rows_append(cupel_rows *r, size_t n, const void *data, cupel_err *err)
{
    if (r->type != CUPEL_TEXT) return note(r->w, append(r, n, data, err));
    cupel_status st = CUPEL_OK;
    for (size_t i = 0; st == CUPEL_OK && i < n; i++) {
        cupel_text t = cupel_text_of(((const char *const *)data)[i]);
        st = cupel_rows_append_cells(r, 1, &t, 1, err);
    }
    return st;
}

/* Strings that waited, piece by piece from front to back. */
enum { AT_ONCE = 256 };

typedef struct replay {
    cupel_rows *r;
    size_t left, text;      /* strings that are still to come; bytes of each in the file, 0: varying */
    char *cell;             /* a string that two pieces share, [longest + 1] */
    size_t used;
    cupel_str batch;        /* varying: strings that wait to be written together, and where they begin */
    size_t at[AT_ONCE], n, row;
} replay;

static cupel_status replay_batch(replay *p, cupel_err *err)
{
    const char *s[AT_ONCE];
    if (p->batch.failed) return cupel_no_memory(err, "text of an artifact", p->batch.n);
    for (size_t i = 0; i < p->n; i++) s[i] = p->batch.p + p->at[i];
    cupel_status st = p->n ? cupel_h5_put_rows(p->r->w->h, p->r->name, p->row, p->n, s, err) : CUPEL_OK;
    p->row += p->n, p->n = 0;
    cupel_str_clear(&p->batch);
    return st;
}

/* A whole string: to its place in the row buffer, or to the batch. A 0 inside a string makes two of it. */
static cupel_status replay_string(replay *p, const char *s, size_t n, cupel_err *err)
{
    cupel_rows *r = p->r;
    if (p->left-- == 0) return cupel_fail(err, CUPEL_BAD_INPUT, "column '%s' for '%s': text with a byte 0 inside", r->name, r->w->path);
    if (p->text) {
        unsigned char *row = r->buffer + r->held * p->text;
        memcpy(row, s, n);
        memset(row + n, 0, p->text - n);
        r->held++, r->n++;
        if (r->held < r->chunk_rows) return CUPEL_OK;
        r->held = 0;
        return write_chunk(r, r->buffer, r->n - r->chunk_rows, r->chunk_rows, p->text, err);
    }
    p->at[p->n++] = p->batch.n;
    cupel_str_add(&p->batch, s, n);
    cupel_str_add(&p->batch, "", 1);
    return p->n < AT_ONCE && p->batch.n < SPOOL_BYTES ? CUPEL_OK : replay_batch(p, err);
}

static cupel_status replay_bytes(replay *p, const char *s, size_t n, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    const char *limit = s + n;
    while (s < limit) {
        const char *end = memchr(s, 0, (size_t)(limit - s));
        size_t k = (size_t)((end ? end : limit) - s);
        if (!end || p->used) {
            memcpy(p->cell + p->used, s, k);
            p->used += k;
            if (!end) break;
            CUPEL_TRY(replay_string(p, p->cell, p->used, err));
            p->used = 0;
        } else {
            CUPEL_TRY(replay_string(p, s, k, err));
        }
        s = end + 1;
    }
done:
    return st;
}

static cupel_status replay_all(replay *p, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_rows *r = p->r;
    char *piece = r->spooled ? cupel_alloc(SPOOL_BYTES, 1) : NULL;
    if (r->spooled && !piece) CUPEL_TRY(cupel_no_memory(err, "text of an artifact", SPOOL_BYTES));
    for (uint64_t at = 0; at < r->spooled;) {
        ssize_t k = pread(r->spool, piece, SPOOL_BYTES, (off_t)at);
        if (k < 0 && errno == EINTR) continue;
        if (k <= 0) CUPEL_TRY(cupel_fail_errno(err, k < 0 ? errno : EIO, "writing", r->w->path));
        CUPEL_TRY(replay_bytes(p, piece, (size_t)k, err));
        at += (uint64_t)k;
    }
    CUPEL_TRY(replay_bytes(p, cupel_str_text(&r->pending), r->pending.n, err));
done:
    cupel_free(piece);
    return st;
}

static cupel_status end_text(cupel_rows *r, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    size_t n = r->n;
    replay p = {.r = r, .left = n, .cell = cupel_alloc(r->longest + 1, 1)};
    if (!p.cell) CUPEL_TRY(cupel_no_memory(err, "text of an artifact", r->longest + 1));
    if (pad(n, r->longest, r->spooled + r->pending.n)) {
        p.text = r->row_bytes = r->longest ? r->longest : 1;
        r->chunk_rows = rows_per_chunk(p.text);
        r->n = 0; /* counted again as they are stored */
        CUPEL_TRY(make_buffer(r, err));
        CUPEL_TRY(replay_all(&p, err));
        CUPEL_TRY(append_end(r, p.text, err));
    } else {
        cupel_h5_info info = rows_info(r, 0);
        CUPEL_TRY(cupel_h5_put(r->w->h, r->name, &info, NULL, err));
        CUPEL_TRY(describe(r->w, r->name, r->units, r->description, err));
        CUPEL_TRY(replay_all(&p, err));
        CUPEL_TRY(replay_batch(&p, err));
    }
done:
    cupel_str_free(&p.batch);
    cupel_free(p.cell);
    return st;
}

cupel_status cupel_writer_commit(cupel_writer **writer, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_writer *w = *writer;
    *writer = NULL;
    if (w->broken) CUPEL_TRY(cupel_fail(err, CUPEL_FAILED, "'%s' is not written: a step before failed", w->path));
    for (size_t i = 0; i < w->n_rows; i++) {
        cupel_rows *r = w->rows[i];
        if (r->type == CUPEL_TEXT)
            CUPEL_TRY(end_text(r, err));
        else
            CUPEL_TRY(append_end(r, 0, err));
        rows_free(r);
        w->rows[i] = NULL;
    }
    CUPEL_TRY(cupel_h5_close(&w->h, err));
    CUPEL_TRY(cupel_block_write(w->fd, w->path, w->kind, w->digest, err));
    int fd = w->fd;
    w->fd = -1;
    if (close(fd) != 0) {
        st = cupel_fail_errno(err, errno, "writing", w->path);
        unlink(w->temp);
        goto done;
    }
    CUPEL_TRY(cupel_temp_commit(w->temp, w->path, err));
done:
    cupel_writer_abandon(&w);
    return st;
}
