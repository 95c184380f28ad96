/* The file under HDF5: our driver on a descriptor or on bytes in memory, errors in words, opening and closing. */
#include "core/io/h5_foreign.h"
#include "core/io/h5_parts.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/sys/file.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* ---- the file driver ----
 *
 * HDF5 reads and writes through these functions, on a descriptor that we own. Its own driver returns an error in the middle of closing a file
 * on a full disk, after which the file can neither be closed nor freed. Here the first failed transfer is remembered and later writes are
 * dropped, so that HDF5 always winds up; the caller looks at `number` and throws the file away. */

typedef struct driver_info {
    cupel_h5 *h;
} driver_info;

typedef struct driver_file {
    H5FD_t pub;
    cupel_h5 *h;
    haddr_t eoa;
} driver_file;

/* Bytes that HDF5 takes to open a file: where they are not there its cache of metadata writes through a null pointer (1.10.8). */
enum { HDF5_ROOM = 4 << 20 };

static H5FD_t *driver_open(const char *name, unsigned flags, hid_t fapl, haddr_t maxaddr)
{
    (void)name, (void)flags, (void)maxaddr;
    const driver_info *info = H5Pget_driver_info(fapl);
    driver_file *f = info ? cupel_alloc(1, sizeof *f) : NULL;
    if (!f) {
        if (info) info->h->number = ENOMEM;
        return NULL;
    }
    f->h = info->h;
    return &f->pub;
}

static herr_t driver_close(H5FD_t *file)
{
    cupel_free(file);
    return 0;
}

static herr_t driver_query(const H5FD_t *file, unsigned long *flags)
{
    (void)file;
    *flags = H5FD_FEAT_AGGREGATE_METADATA | H5FD_FEAT_ACCUMULATE_METADATA | H5FD_FEAT_DATA_SIEVE | H5FD_FEAT_AGGREGATE_SMALLDATA |
             H5FD_FEAT_DEFAULT_VFD_COMPATIBLE;
    return 0;
}

static haddr_t driver_get_eoa(const H5FD_t *file, H5FD_mem_t type)
{
    (void)type;
    return ((const driver_file *)file)->eoa;
}

static herr_t driver_set_eoa(H5FD_t *file, H5FD_mem_t type, haddr_t eoa)
{
    (void)type;
    ((driver_file *)file)->eoa = eoa;
    return 0;
}

static haddr_t driver_get_eof(const H5FD_t *file, H5FD_mem_t type)
{
    (void)type;
    return ((const driver_file *)file)->h->bytes;
}

static herr_t driver_read(H5FD_t *file, H5FD_mem_t type, hid_t dxpl, haddr_t at, size_t n, void *buffer)
{
    (void)type, (void)dxpl;
    cupel_h5 *h = ((driver_file *)file)->h;
    unsigned char *p = buffer;
    if (h->foreign) {
        if (at > h->bytes || n > h->bytes - at) return -1; /* damage may ask for any amount: nothing is touched for it */
        if (n) memcpy(p, h->memory + at, n);
        return 0;
    }
    while (n) {
        ssize_t k = at < h->bytes ? pread(h->fd, p, n, (off_t)at) : 0;
        if (k < 0 && errno == EINTR) continue;
        if (k < 0) {
            if (!h->number) h->number = errno;
            return -1;
        }
        if (k == 0) { /* space that was taken but not yet written */
            memset(p, 0, n);
            break;
        }
        p += k, at += (haddr_t)k, n -= (size_t)k;
    }
    return 0;
}

static herr_t driver_write(H5FD_t *file, H5FD_mem_t type, hid_t dxpl, haddr_t at, size_t n, const void *buffer)
{
    (void)type, (void)dxpl;
    cupel_h5 *h = ((driver_file *)file)->h;
    const unsigned char *p = buffer;
    if (h->digest && !h->number) cupel_digest_note(h->digest, at, buffer, n);
    while (n && !h->number) {
        ssize_t k = pwrite(h->fd, p, n, (off_t)at);
        if (k < 0 && errno == EINTR) continue;
        if (k <= 0)
            h->number = k < 0 ? errno : ENOSPC;
        else
            p += k, at += (haddr_t)k, n -= (size_t)k;
    }
    if (at + n > h->bytes) h->bytes = at + n;
    return 0;
}

static herr_t driver_truncate(H5FD_t *file, hid_t dxpl, hbool_t closing)
{
    (void)dxpl, (void)closing;
    driver_file *f = (driver_file *)file;
    if (f->h->number || f->eoa == f->h->bytes) return 0;
    if (ftruncate(f->h->fd, (off_t)f->eoa) != 0)
        f->h->number = errno;
    else
        f->h->bytes = f->eoa;
    return 0;
}

static const H5FD_class_t driver_class = {
    .name = "cupel",
    .maxaddr = INT64_MAX,
    .fc_degree = H5F_CLOSE_STRONG,
    .fapl_size = sizeof(driver_info),
    .open = driver_open,
    .close = driver_close,
    .query = driver_query,
    .get_eoa = driver_get_eoa,
    .set_eoa = driver_set_eoa,
    .get_eof = driver_get_eof,
    .read = driver_read,
    .write = driver_write,
    .truncate = driver_truncate,
    .fl_map = H5FD_FLMAP_DICHOTOMY,
};

/* ---- errors ---- */

cupel_h5_quiet cupel_h5_quiet_begin(void)
{
    cupel_h5_quiet q = {0};
    q.kept = H5Eget_auto2(H5E_DEFAULT, &q.fn, &q.data) >= 0;
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    return q;
}

void cupel_h5_quiet_end(const cupel_h5_quiet *q)
{
    if (q->kept) H5Eset_auto2(H5E_DEFAULT, q->fn, q->data);
}

typedef struct reason {
    char text[160];
    bool memory;
} reason;

/* The innermost entry says what HDF5 met. */
static herr_t look(unsigned i, const H5E_error2_t *e, void *user)
{
    reason *r = user;
    if (i == 0 && e->desc) snprintf(r->text, sizeof r->text, "%s", e->desc);
    if (e->maj_num == H5E_RESOURCE && (e->min_num == H5E_NOSPACE || e->min_num == H5E_CANTALLOC)) r->memory = true;
    return 0;
}

cupel_status cupel_h5_fail(const cupel_h5 *h, cupel_err *err, const char *fmt, ...)
{
    char what[256];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(what, sizeof what, fmt, ap);
    va_end(ap);
    if (h->number) return cupel_fail_errno(err, h->number, h->writing ? "writing" : "reading", h->name);
    reason r = {.text = "no reason given"};
    H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, look, &r);
    H5Eclear2(H5E_DEFAULT);
    if (r.memory) return cupel_no_memory(err, what, 0);
    return cupel_fail(err,
                      h->writing   ? CUPEL_FAILED
                      : h->foreign ? CUPEL_BAD_INPUT
                                   : CUPEL_BAD_ARTIFACT,
                      "%s of '%s': HDF5 says: %s", what, h->name, r.text);
}

void cupel_h5_drop(hid_t id)
{
    if (id > 0) H5Idec_ref(id);
}

/* ---- files ---- */

static cupel_status access_properties(cupel_h5 *h, hid_t *fapl, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    driver_info info = {h};
    H5_TRY(*fapl = H5Pcreate(H5P_FILE_ACCESS), "opening HDF5");
    H5_TRY(h->driver = H5FDregister(&driver_class), "opening HDF5");
    H5_TRY(H5Pset_driver(*fapl, h->driver, &info), "opening HDF5");
    if (!h->foreign) H5_TRY(H5Pset_libver_bounds(*fapl, H5F_LIBVER_V18, H5F_LIBVER_V18), "opening HDF5");
    H5_TRY(H5Pset_fclose_degree(*fapl, H5F_CLOSE_STRONG), "opening HDF5");
done:
    return st;
}

cupel_status cupel_h5_object_properties(cupel_h5 *h, hid_t class, hid_t *list, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    H5_TRY(*list = H5Pcreate(class), "opening HDF5");
    H5_TRY(H5Pset_obj_track_times(*list, 0), "opening HDF5");
    H5_TRY(H5Pset_attr_creation_order(*list, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED), "opening HDF5");
done:
    return st;
}

/* What a file is made on: a descriptor, or for reading bytes in memory. */
typedef struct ground {
    int fd;
    const unsigned char *memory;
    uint64_t bytes;
    bool writing, foreign;
    size_t user_block;
    cupel_digest *digest;
} ground;

static cupel_status find_size(cupel_h5 *h, const ground *g, cupel_err *err)
{
    h->bytes = g->bytes;
    if (g->foreign) return CUPEL_OK;
    off_t end = lseek(g->fd, 0, SEEK_END);
    if (end < 0) return cupel_fail_errno(err, errno, "reading", h->name);
    h->bytes = (uint64_t)end;
    return CUPEL_OK;
}

static cupel_status open_file(const ground *g, const char *name, cupel_h5 **out, cupel_err *err)
{
    cupel_status st = cupel_memory_check(HDF5_ROOM, name, err);
    if (st != CUPEL_OK) return st;
    cupel_h5_quiet q = cupel_h5_quiet_begin();
    hid_t fapl = 0, fcpl = 0;
    cupel_h5 *h = cupel_alloc(1, sizeof *h);
    if (h)
        *h = (cupel_h5){
            .fd = g->fd, .memory = g->memory, .writing = g->writing, .foreign = g->foreign, .digest = g->digest, .name = cupel_strdup(name)};
    if (!h || !h->name) CUPEL_TRY(cupel_no_memory(err, "an HDF5 file", sizeof *h));
    CUPEL_TRY(access_properties(h, &fapl, err));
    if (g->writing) {
        CUPEL_TRY(cupel_h5_object_properties(h, H5P_FILE_CREATE, &fcpl, err));
        H5_TRY(H5Pset_userblock(fcpl, g->user_block), "creation");
        H5_TRY(h->file = H5Fcreate(name, H5F_ACC_TRUNC, fcpl, fapl), "creation");
    } else {
        CUPEL_TRY(find_size(h, g, err));
        H5_TRY(h->file = H5Fopen(name, H5F_ACC_RDONLY, fapl), "opening");
    }
done:
    cupel_h5_drop(fapl);
    cupel_h5_drop(fcpl);
    if (st != CUPEL_OK) {
        cupel_h5_close(&h, NULL);
    } else {
        *out = h;
    }
    cupel_h5_quiet_end(&q);
    return st;
}

cupel_status cupel_h5_create(int fd, const char *name, size_t user_block, cupel_digest *digest, cupel_h5 **h, cupel_err *err)
{
    return open_file(&(ground){.fd = fd, .writing = true, .user_block = user_block, .digest = digest}, name, h, err);
}

cupel_status cupel_h5_open(int fd, const char *name, cupel_h5 **h, cupel_err *err)
{
    return open_file(&(ground){.fd = fd}, name, h, err);
}

cupel_status cupel_h5_open_foreign(const void *bytes, size_t n, const char *name, cupel_h5 **h, cupel_err *err)
{
    return open_file(&(ground){.fd = -1, .memory = bytes, .bytes = n, .foreign = true}, name, h, err);
}

cupel_status cupel_h5_close(cupel_h5 **handle, cupel_err *err)
{
    cupel_h5 *h = *handle;
    *handle = NULL;
    if (!h) return CUPEL_OK;
    cupel_status st = CUPEL_OK;
    cupel_h5_quiet q = cupel_h5_quiet_begin();
    int closed = h->file > 0 ? H5Fclose(h->file) : 0;
    H5_TRY(closed, "closing");
done:
    if (h->driver > 0) H5FDunregister(h->driver);
    cupel_h5_quiet_end(&q);
    cupel_free(h->name);
    cupel_free(h);
    return st;
}

void cupel_h5_leave_at_exit(void) { (void)H5dont_atexit(); }
