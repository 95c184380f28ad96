#include "core/io/h5.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/sys/file.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <hdf5.h>

/* ---- the file driver ----
 *
 * HDF5 reads and writes through these functions, on a descriptor that we own. Its own driver returns an error in the middle of closing a file
 * on a full disk, after which the file can neither be closed nor freed. Here the first failed transfer is remembered and later writes are
 * dropped, so that HDF5 always winds up; the caller looks at `number` and throws the file away. */

struct cupel_h5 {
    char *name;
    int fd;
    bool writing;
    int number;      /* errno of the first transfer that failed */
    uint64_t bytes;  /* size of the file on the descriptor */
    cupel_digest *digest; /* the caller's */
    hid_t driver, file;
};

typedef struct driver_info {
    cupel_h5 *h;
} driver_info;

typedef struct driver_file {
    H5FD_t pub;
    cupel_h5 *h;
    haddr_t eoa;
} driver_file;

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

/* HDF5 prints its errors unless told not to; that is a setting of the thread, put back when we leave. */
typedef struct quiet {
    H5E_auto2_t fn;
    void *data;
    bool kept;
} quiet;

static quiet quiet_begin(void)
{
    quiet q = {0};
    q.kept = H5Eget_auto2(H5E_DEFAULT, &q.fn, &q.data) >= 0;
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    return q;
}

static void quiet_end(const quiet *q)
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

/* What failed, and as which status: a full disk, memory, or (reading) a file that is not what it should be. */
static cupel_status CUPEL_PRINTF(3, 4) h5_fail(const cupel_h5 *h, cupel_err *err, const char *fmt, ...)
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
    return cupel_fail(err, h->writing ? CUPEL_FAILED : CUPEL_BAD_ARTIFACT, "%s of '%s': HDF5 says: %s", what, h->name, r.text);
}

/* For calls that return a handle or a status: negative is failure, and so is a transfer that failed on the way. */
#define H5_TRY(result, ...)                                   \
    do {                                                      \
        if ((result) < 0 || h->number) {                      \
            st = h5_fail(h, err, __VA_ARGS__);                \
            goto done;                                        \
        }                                                     \
    } while (0)

static void close_id(hid_t id)
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
    H5_TRY(H5Pset_libver_bounds(*fapl, H5F_LIBVER_V18, H5F_LIBVER_V18), "opening HDF5");
    H5_TRY(H5Pset_fclose_degree(*fapl, H5F_CLOSE_STRONG), "opening HDF5");
done:
    return st;
}

/* No times, and attributes listed in the order they were made. */
static cupel_status object_properties(cupel_h5 *h, hid_t class, hid_t *list, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    H5_TRY(*list = H5Pcreate(class), "opening HDF5");
    H5_TRY(H5Pset_obj_track_times(*list, 0), "opening HDF5");
    H5_TRY(H5Pset_attr_creation_order(*list, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED), "opening HDF5");
done:
    return st;
}

static cupel_status open_file(int fd, const char *name, bool writing, size_t user_block, cupel_digest *digest, cupel_h5 **out, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    quiet q = quiet_begin();
    hid_t fapl = 0, fcpl = 0;
    cupel_h5 *h = cupel_alloc(1, sizeof *h);
    if (h) h->fd = fd, h->writing = writing, h->digest = digest, h->name = cupel_strdup(name);
    if (!h || !h->name) CUPEL_TRY(cupel_no_memory(err, "an HDF5 file", sizeof *h));
    CUPEL_TRY(access_properties(h, &fapl, err));
    if (writing) {
        CUPEL_TRY(object_properties(h, H5P_FILE_CREATE, &fcpl, err));
        H5_TRY(H5Pset_userblock(fcpl, user_block), "creation");
        H5_TRY(h->file = H5Fcreate(name, H5F_ACC_TRUNC, fcpl, fapl), "creation");
    } else {
        off_t end = lseek(fd, 0, SEEK_END);
        if (end < 0) CUPEL_TRY(cupel_fail_errno(err, errno, "reading", name));
        h->bytes = (uint64_t)end;
        H5_TRY(h->file = H5Fopen(name, H5F_ACC_RDONLY, fapl), "opening");
    }
done:
    close_id(fapl);
    close_id(fcpl);
    if (st != CUPEL_OK) {
        cupel_h5_close(&h, NULL);
    } else {
        *out = h;
    }
    quiet_end(&q);
    return st;
}

cupel_status cupel_h5_create(int fd, const char *name, size_t user_block, cupel_digest *digest, cupel_h5 **h, cupel_err *err)
{
    return open_file(fd, name, true, user_block, digest, h, err);
}

cupel_status cupel_h5_open(int fd, const char *name, cupel_h5 **h, cupel_err *err)
{
    return open_file(fd, name, false, 0, NULL, h, err);
}

cupel_status cupel_h5_close(cupel_h5 **handle, cupel_err *err)
{
    cupel_h5 *h = *handle;
    *handle = NULL;
    if (!h) return CUPEL_OK;
    cupel_status st = CUPEL_OK;
    quiet q = quiet_begin();
    int closed = h->file > 0 ? H5Fclose(h->file) : 0;
    H5_TRY(closed, "closing");
done:
    if (h->driver > 0) H5FDunregister(h->driver);
    quiet_end(&q);
    cupel_free(h->name);
    cupel_free(h);
    return st;
}

/* ---- types and spaces ---- */

size_t cupel_h5_type_size(cupel_type type)
{
    switch (type) {
    case CUPEL_F64:
    case CUPEL_I64: return 8;
    case CUPEL_F32: return 4;
    case CUPEL_U8: return 1;
    case CUPEL_TEXT: break;
    }
    return 0;
}

/* The type in the file (little endian) or in memory. */
static cupel_status make_type(const cupel_h5 *h, cupel_type type, size_t text, bool memory, hid_t *id, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    hid_t base = H5T_C_S1;
    switch (type) {
    case CUPEL_F64: base = memory ? H5T_NATIVE_DOUBLE : H5T_IEEE_F64LE; break;
    case CUPEL_F32: base = memory ? H5T_NATIVE_FLOAT : H5T_IEEE_F32LE; break;
    case CUPEL_I64: base = memory ? H5T_NATIVE_INT64 : H5T_STD_I64LE; break;
    case CUPEL_U8: base = memory ? H5T_NATIVE_UINT8 : H5T_STD_U8LE; break;
    case CUPEL_TEXT: break;
    }
    H5_TRY(*id = H5Tcopy(base), "a type");
    if (type == CUPEL_TEXT) {
        H5_TRY(H5Tset_size(*id, text ? text : H5T_VARIABLE), "a type");
        H5_TRY(H5Tset_strpad(*id, text ? H5T_STR_NULLPAD : H5T_STR_NULLTERM), "a type");
        H5_TRY(H5Tset_cset(*id, H5T_CSET_UTF8), "a type");
    }
done:
    return st;
}

/* Which of ours a type in the file is. */
static bool known_type(hid_t id, cupel_type *type, size_t *text)
{
    size_t size = H5Tget_size(id);
    *text = 0;
    switch (H5Tget_class(id)) {
    case H5T_FLOAT:
        *type = size == 8 ? CUPEL_F64 : CUPEL_F32;
        return H5Tequal(id, size == 8 ? H5T_IEEE_F64LE : H5T_IEEE_F32LE) > 0;
    case H5T_INTEGER:
        *type = size == 8 ? CUPEL_I64 : CUPEL_U8;
        return H5Tequal(id, size == 8 ? H5T_STD_I64LE : H5T_STD_U8LE) > 0;
    case H5T_STRING:
        *type = CUPEL_TEXT;
        if (H5Tis_variable_str(id) > 0) return true;
        *text = size;
        return size > 0 && H5Tget_strpad(id) == H5T_STR_NULLPAD;
    default: return false;
    }
}

static cupel_status make_space(const cupel_h5 *h, const cupel_h5_info *info, bool grows, hid_t *id, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    hsize_t n[CUPEL_H5_RANK], max[CUPEL_H5_RANK];
    for (int i = 0; i < info->rank; i++) n[i] = max[i] = info->shape[i];
    if (grows) n[0] = 0, max[0] = H5S_UNLIMITED;
    H5_TRY(*id = info->rank ? H5Screate_simple(info->rank, n, max) : H5Screate(H5S_SCALAR), "a shape");
done:
    return st;
}

static size_t count(const cupel_h5_info *info)
{
    size_t n = 1;
    for (int i = 0; i < info->rank; i++) n = cupel_mul(n, info->shape[i]);
    return n;
}

/* ---- attributes ---- */

cupel_status cupel_h5_set(cupel_h5 *h, const char *path, const char *name, cupel_type type, const void *value, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    quiet q = quiet_begin();
    hid_t object = 0, file_type = 0, memory_type = 0, space = 0, attribute = 0;
    size_t text = type == CUPEL_TEXT ? strlen(value) : 0;
    if (type == CUPEL_TEXT && !text) text = 1; /* HDF5 has no string of no bytes: one 0 stands for it */
    CUPEL_TRY(make_type(h, type, text, false, &file_type, err));
    CUPEL_TRY(make_type(h, type, text, true, &memory_type, err));
    H5_TRY(space = H5Screate(H5S_SCALAR), "a shape");
    H5_TRY(object = H5Oopen(h->file, path, H5P_DEFAULT), "attribute '%s'", name);
    H5_TRY(attribute = H5Acreate2(object, name, file_type, space, H5P_DEFAULT, H5P_DEFAULT), "attribute '%s'", name);
    H5_TRY(H5Awrite(attribute, memory_type, value), "attribute '%s'", name);
done:
    close_id(attribute), close_id(space), close_id(object), close_id(memory_type), close_id(file_type);
    quiet_end(&q);
    return st;
}

/* The value of an open attribute of a known type in new memory; text gets a 0 behind. */
static cupel_status attribute_value(const cupel_h5 *h, hid_t attribute, cupel_type *type, void **value, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    hid_t file_type = 0, memory_type = 0, space = 0;
    size_t text = 0;
    void *p = NULL;
    H5_TRY(file_type = H5Aget_type(attribute), "an attribute");
    H5_TRY(space = H5Aget_space(attribute), "an attribute");
    if (!known_type(file_type, type, &text) || (*type == CUPEL_TEXT && !text) || H5Sget_simple_extent_type(space) != H5S_SCALAR)
        CUPEL_TRY(cupel_fail(err, CUPEL_BAD_ARTIFACT, "'%s': damaged: an attribute has a type that cupel does not write", h->name));
    if (text > h->bytes) CUPEL_TRY(cupel_fail(err, CUPEL_BAD_ARTIFACT, "'%s': damaged: an attribute is longer than the file", h->name));
    p = cupel_alloc(1, text ? text + 1 : 8);
    if (!p) CUPEL_TRY(cupel_no_memory(err, "an attribute", text + 1));
    CUPEL_TRY(make_type(h, *type, text, true, &memory_type, err));
    H5_TRY(H5Aread(attribute, memory_type, p), "an attribute");
    *value = p, p = NULL;
done:
    cupel_free(p);
    close_id(space), close_id(memory_type), close_id(file_type);
    return st;
}

cupel_status cupel_h5_get(const cupel_h5 *h, const char *path, const char *name, cupel_type type, void **value, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    quiet q = quiet_begin();
    hid_t attribute = 0;
    cupel_type found = type;
    void *p = NULL;
    H5_TRY(attribute = H5Aopen_by_name(h->file, path, name, H5P_DEFAULT, H5P_DEFAULT), "attribute '%s'", name);
    CUPEL_TRY(attribute_value(h, attribute, &found, &p, err));
    if (found != type) CUPEL_TRY(cupel_fail(err, CUPEL_BAD_ARTIFACT, "'%s': attribute '%s' has another type than expected", h->name, name));
    *value = p, p = NULL;
done:
    cupel_free(p);
    close_id(attribute);
    quiet_end(&q);
    return st;
}

static cupel_status one_attribute(const cupel_h5 *h, hid_t object, hsize_t i, cupel_attribute_fn fn, void *user, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    hid_t attribute = 0;
    char name[256] = "";
    void *value = NULL;
    cupel_attribute a = {.name = name};
    H5_TRY(attribute = H5Aopen_by_idx(object, ".", H5_INDEX_CRT_ORDER, H5_ITER_INC, i, H5P_DEFAULT, H5P_DEFAULT), "an attribute");
    H5_TRY(H5Aget_name(attribute, sizeof name, name), "an attribute");
    CUPEL_TRY(attribute_value(h, attribute, &a.type, &value, err));
    assert(value);
    if (a.type == CUPEL_TEXT) a.text = value;
    if (a.type == CUPEL_F64) memcpy(&a.number, value, sizeof a.number);
    if (a.type == CUPEL_I64) memcpy(&a.integer, value, sizeof a.integer);
    CUPEL_TRY(fn(user, &a, err));
done:
    cupel_free(value);
    close_id(attribute);
    return st;
}

cupel_status cupel_h5_attributes(const cupel_h5 *h, const char *path, cupel_attribute_fn fn, void *user, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    quiet q = quiet_begin();
    H5O_info_t info;
    hid_t object = 0;
    H5_TRY(object = H5Oopen(h->file, path, H5P_DEFAULT), "'%s'", path);
    H5_TRY(H5Oget_info2(object, &info, H5O_INFO_NUM_ATTRS), "'%s'", path);
    for (hsize_t i = 0; i < info.num_attrs; i++) CUPEL_TRY(one_attribute(h, object, i, fn, user, err));
done:
    close_id(object);
    quiet_end(&q);
    return st;
}

/* ---- groups ---- */

static cupel_status make_group(cupel_h5 *h, const char *name, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    hid_t properties = 0, group = 0;
    htri_t there = H5Lexists(h->file, name, H5P_DEFAULT);
    H5_TRY(there, "group '%s'", name);
    if (there) goto done;
    CUPEL_TRY(object_properties(h, H5P_GROUP_CREATE, &properties, err));
    H5_TRY(group = H5Gcreate2(h->file, name, H5P_DEFAULT, properties, H5P_DEFAULT), "group '%s'", name);
done:
    close_id(group), close_id(properties);
    return st;
}

static cupel_status make_groups_above(cupel_h5 *h, const char *name, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    char *path = cupel_strdup(name);
    if (!path) return cupel_no_memory(err, "a group name", 0);
    for (char *p = path + (path[0] == '/'); st == CUPEL_OK && (p = strchr(p, '/')); *p++ = '/') {
        *p = '\0';
        st = make_group(h, path, err);
    }
    cupel_free(path);
    return st;
}

cupel_status cupel_h5_group(cupel_h5 *h, const char *name, cupel_err *err)
{
    quiet q = quiet_begin();
    cupel_status st = make_groups_above(h, name, err);
    if (st == CUPEL_OK) st = make_group(h, name, err);
    quiet_end(&q);
    return st;
}

/* ---- data sets, writing ---- */

/* chunk_rows 0: contiguous. */
static cupel_status make_dataset(cupel_h5 *h, const char *name, const cupel_h5_info *info, size_t chunk_rows, hid_t *dataset, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    hid_t type = 0, space = 0, properties = 0;
    CUPEL_TRY(make_groups_above(h, name, err));
    CUPEL_TRY(make_type(h, info->type, info->text, false, &type, err));
    CUPEL_TRY(make_space(h, info, chunk_rows > 0, &space, err));
    CUPEL_TRY(object_properties(h, H5P_DATASET_CREATE, &properties, err));
    if (info->type != CUPEL_TEXT || info->text) H5_TRY(H5Pset_fill_time(properties, H5D_FILL_TIME_NEVER), "data set '%s'", name);
    if (chunk_rows) {
        hsize_t chunk[CUPEL_H5_RANK];
        for (int i = 0; i < info->rank; i++) chunk[i] = i ? info->shape[i] : chunk_rows;
        H5_TRY(H5Pset_chunk(properties, info->rank, chunk), "data set '%s'", name);
    }
    H5_TRY(*dataset = H5Dcreate2(h->file, name, type, space, H5P_DEFAULT, properties, H5P_DEFAULT), "data set '%s'", name);
done:
    close_id(properties), close_id(space), close_id(type);
    return st;
}

cupel_status cupel_h5_put(cupel_h5 *h, const char *name, const cupel_h5_info *info, const void *data, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    quiet q = quiet_begin();
    hid_t dataset = 0, type = 0;
    CUPEL_TRY(make_dataset(h, name, info, 0, &dataset, err));
    if (data && count(info)) {
        CUPEL_TRY(make_type(h, info->type, info->text, true, &type, err));
        H5_TRY(H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data), "data set '%s'", name);
    }
done:
    close_id(type), close_id(dataset);
    quiet_end(&q);
    return st;
}

/* Rows of an open data set from or to memory. */
static cupel_status move_rows(const cupel_h5 *h, hid_t dataset, const char *name, const cupel_h5_info *info, size_t first, size_t n,
                              void *in, const void *out, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    hid_t type = 0, file_space = 0, memory_space = 0;
    hsize_t start[CUPEL_H5_RANK] = {0}, size[CUPEL_H5_RANK];
    for (int i = 0; i < info->rank; i++) size[i] = info->shape[i];
    start[0] = first, size[0] = n;
    CUPEL_TRY(make_type(h, info->type, info->text, true, &type, err));
    H5_TRY(file_space = H5Dget_space(dataset), "data set '%s'", name);
    H5_TRY(H5Sselect_hyperslab(file_space, H5S_SELECT_SET, start, NULL, size, NULL), "data set '%s'", name);
    H5_TRY(memory_space = H5Screate_simple(info->rank, size, NULL), "data set '%s'", name);
    if (in)
        H5_TRY(H5Dread(dataset, type, memory_space, file_space, H5P_DEFAULT, in), "data set '%s'", name);
    else
        H5_TRY(H5Dwrite(dataset, type, memory_space, file_space, H5P_DEFAULT, out), "data set '%s'", name);
done:
    close_id(memory_space), close_id(file_space), close_id(type);
    return st;
}

cupel_status cupel_h5_put_rows(cupel_h5 *h, const char *name, size_t first, size_t n, const void *data, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    quiet q = quiet_begin();
    hid_t dataset = 0;
    cupel_h5_info info;
    CUPEL_TRY(cupel_h5_info_of(h, name, &info, err));
    H5_TRY(dataset = H5Dopen2(h->file, name, H5P_DEFAULT), "data set '%s'", name);
    CUPEL_TRY(move_rows(h, dataset, name, &info, first, n, NULL, data, err));
done:
    close_id(dataset);
    quiet_end(&q);
    return st;
}

struct cupel_h5_grow {
    cupel_h5 *h;
    hid_t dataset;
    char *name;
    cupel_h5_info info;
    size_t chunk_bytes;
};

cupel_status cupel_h5_grow_open(cupel_h5 *h, const char *name, const cupel_h5_info *info, size_t chunk_rows, cupel_h5_grow **out, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    quiet q = quiet_begin();
    cupel_h5_grow *g = cupel_alloc(1, sizeof *g);
    if (g) g->name = cupel_strdup(name);
    if (!g || !g->name) CUPEL_TRY(cupel_no_memory(err, "a data set", sizeof *g));
    g->h = h, g->info = *info;
    g->chunk_bytes = chunk_rows * (info->type == CUPEL_TEXT ? info->text : cupel_h5_type_size(info->type));
    for (int i = 1; i < info->rank; i++) g->chunk_bytes *= info->shape[i];
    CUPEL_TRY(make_dataset(h, name, info, chunk_rows, &g->dataset, err));
    *out = g, g = NULL;
done:
    cupel_h5_grow_close(g);
    quiet_end(&q);
    return st;
}

cupel_status cupel_h5_grow_write(cupel_h5_grow *g, size_t first, size_t n, const void *chunk, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    const cupel_h5 *h = g->h;
    quiet q = quiet_begin();
    hsize_t at[CUPEL_H5_RANK] = {0}, size[CUPEL_H5_RANK];
    for (int i = 0; i < g->info.rank; i++) size[i] = g->info.shape[i];
    at[0] = first, size[0] = first + n;
    H5_TRY(H5Dset_extent(g->dataset, size), "data set '%s'", g->name);
    H5_TRY(H5Dwrite_chunk(g->dataset, H5P_DEFAULT, 0, at, g->chunk_bytes, chunk), "data set '%s'", g->name);
done:
    quiet_end(&q);
    return st;
}

void cupel_h5_grow_close(cupel_h5_grow *g)
{
    if (!g) return;
    close_id(g->dataset);
    cupel_free(g->name);
    cupel_free(g);
}

/* ---- data sets, reading ---- */

/* H5Lexists answers for the last part of a path only, and fails when one before it is missing. */
static bool link_exists(const cupel_h5 *h, const char *name)
{
    char path[1024];
    size_t n = strlen(name);
    if (n == 0 || n >= sizeof path) return false;
    memcpy(path, name, n + 1);
    bool there = true;
    for (char *p = path; there && (p = strchr(p + 1, '/')); *p = '/') {
        *p = '\0';
        there = H5Lexists(h->file, path, H5P_DEFAULT) > 0;
    }
    return there && H5Lexists(h->file, path, H5P_DEFAULT) > 0;
}

bool cupel_h5_has(const cupel_h5 *h, const char *name)
{
    quiet q = quiet_begin();
    bool there = link_exists(h, name);
    quiet_end(&q);
    return there;
}

static cupel_status shape_of(const cupel_h5 *h, hid_t dataset, const char *name, cupel_h5_info *info, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    hid_t type = 0, space = 0;
    hsize_t n[CUPEL_H5_RANK] = {0};
    H5_TRY(type = H5Dget_type(dataset), "data set '%s'", name);
    H5_TRY(space = H5Dget_space(dataset), "data set '%s'", name);
    if (!known_type(type, &info->type, &info->text))
        CUPEL_TRY(cupel_fail(err, CUPEL_BAD_ARTIFACT, "'%s': data set '%s' has a type that cupel does not write", h->name, name));
    info->rank = H5Sget_simple_extent_ndims(space);
    if (info->rank < 0 || info->rank > CUPEL_H5_RANK || H5Sget_simple_extent_type(space) == H5S_NULL)
        CUPEL_TRY(cupel_fail(err, CUPEL_BAD_ARTIFACT, "'%s': data set '%s' has %d axes, expected 0 to %d", h->name, name, info->rank,
                             (int)CUPEL_H5_RANK));
    H5_TRY(H5Sget_simple_extent_dims(space, n, NULL), "data set '%s'", name);
    for (int i = 0; i < info->rank; i++) info->shape[i] = n[i];
    size_t item = info->type == CUPEL_TEXT ? (info->text ? info->text : 16) : cupel_h5_type_size(info->type);
    if (!h->writing && cupel_mul(count(info), item) > h->bytes)
        CUPEL_TRY(cupel_fail(err, CUPEL_BAD_ARTIFACT, "'%s': damaged: data set '%s' claims more values than the file can hold", h->name, name));
done:
    close_id(space), close_id(type);
    return st;
}

cupel_status cupel_h5_info_of(const cupel_h5 *h, const char *name, cupel_h5_info *info, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    quiet q = quiet_begin();
    cupel_h5_info found = {0};
    hid_t dataset = 0;
    if (!link_exists(h, name)) CUPEL_TRY(cupel_fail(err, CUPEL_BAD_ARTIFACT, "'%s': data set '%s' is missing", h->name, name));
    H5_TRY(dataset = H5Dopen2(h->file, name, H5P_DEFAULT), "data set '%s'", name);
    CUPEL_TRY(shape_of(h, dataset, name, &found, err));
    *info = found;
done:
    close_id(dataset);
    quiet_end(&q);
    return st;
}

cupel_status cupel_h5_rows(const cupel_h5 *h, const char *name, const cupel_h5_info *info, size_t first, size_t n, void *data, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    quiet q = quiet_begin();
    hid_t dataset = 0, type = 0;
    H5_TRY(dataset = H5Dopen2(h->file, name, H5P_DEFAULT), "data set '%s'", name);
    if (info->rank) {
        CUPEL_TRY(move_rows(h, dataset, name, info, first, n, data, NULL, err));
    } else {
        CUPEL_TRY(make_type(h, info->type, info->text, true, &type, err));
        H5_TRY(H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data), "data set '%s'", name);
    }
done:
    close_id(type), close_id(dataset);
    quiet_end(&q);
    return st;
}

/* Strings gathered one behind the other, each ended by 0. */
typedef struct gather {
    size_t n, *at;
    cupel_str bytes;
} gather;

enum { STRINGS_AT_ONCE = 1024 };

static void gather_one(gather *all, const char *p, size_t n)
{
    all->at[all->n++] = all->bytes.n;
    cupel_str_add(&all->bytes, p, n);
    cupel_str_add(&all->bytes, "", 1);
}

static cupel_status gather_fixed(const cupel_h5 *h, hid_t dataset, const char *name, const cupel_h5_info *info, gather *all, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    size_t rows = info->shape[0], step = rows < STRINGS_AT_ONCE ? rows : STRINGS_AT_ONCE;
    char *packed = cupel_alloc(step, info->text);
    if (!packed) CUPEL_TRY(cupel_no_memory(err, "strings", cupel_mul(step, info->text)));
    for (size_t row = 0; row < rows; row += step) {
        if (step > rows - row) step = rows - row;
        CUPEL_TRY(move_rows(h, dataset, name, info, row, step, packed, NULL, err));
        for (const char *p = packed; p < packed + step * info->text; p += info->text) gather_one(all, p, strnlen(p, info->text));
    }
done:
    cupel_free(packed);
    return st;
}

/* Many elements of a file made with ill will may share one long string: their sum is held to the size of the file. */
static cupel_status gather_varying(const cupel_h5 *h, hid_t dataset, const char *name, const cupel_h5_info *info, gather *all, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    hid_t type = 0, space = 0;
    char *p[STRINGS_AT_ONCE];
    size_t rows = info->shape[0], step = STRINGS_AT_ONCE;
    CUPEL_TRY(make_type(h, CUPEL_TEXT, 0, true, &type, err));
    for (size_t row = 0; row < rows && all->bytes.n <= h->bytes + rows; row += step) {
        if (step > rows - row) step = rows - row;
        memset(p, 0, sizeof p);
        CUPEL_TRY(move_rows(h, dataset, name, info, row, step, p, NULL, err));
        for (size_t i = 0; i < step && all->bytes.n <= h->bytes + rows; i++) gather_one(all, p[i] ? p[i] : "", p[i] ? strlen(p[i]) : 0);
        H5_TRY(space = H5Screate_simple(1, (const hsize_t[]){step}, NULL), "data set '%s'", name);
        H5_TRY(H5Dvlen_reclaim(type, space, H5P_DEFAULT, p), "data set '%s'", name);
        close_id(space), space = 0;
    }
    if (all->bytes.n > h->bytes + rows)
        st = cupel_fail(err, CUPEL_BAD_ARTIFACT, "'%s': damaged: data set '%s' claims more text than the file can hold", h->name, name);
done:
    close_id(space), close_id(type);
    return st;
}

cupel_status cupel_h5_strings(const cupel_h5 *h, const char *name, const cupel_h5_info *info, char ***strings, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    quiet q = quiet_begin();
    hid_t dataset = 0;
    char *block = NULL;
    size_t n = count(info);
    gather all = {.at = cupel_alloc(n, sizeof *all.at)};
    if (info->type != CUPEL_TEXT || info->rank != 1)
        CUPEL_TRY(cupel_fail(err, CUPEL_BAD_ARTIFACT, "'%s': data set '%s' is not a list of strings", h->name, name));
    if (!all.at) CUPEL_TRY(cupel_no_memory(err, "strings", cupel_mul(n, sizeof *all.at)));
    H5_TRY(dataset = H5Dopen2(h->file, name, H5P_DEFAULT), "data set '%s'", name);
    if (info->text)
        CUPEL_TRY(gather_fixed(h, dataset, name, info, &all, err));
    else
        CUPEL_TRY(gather_varying(h, dataset, name, info, &all, err));
    block = cupel_mul(n, sizeof(char *)) < SIZE_MAX - all.bytes.n ? cupel_alloc(1, n * sizeof(char *) + all.bytes.n) : NULL;
    if (all.bytes.failed || !block) CUPEL_TRY(cupel_no_memory(err, "strings", all.bytes.n));
    char **pointer = (char **)(void *)block;
    if (all.bytes.n) memcpy(block + n * sizeof(char *), all.bytes.p, all.bytes.n);
    for (size_t i = 0; i < n; i++) pointer[i] = block + n * sizeof(char *) + all.at[i];
    *strings = pointer, block = NULL;
done:
    close_id(dataset);
    cupel_free(block);
    cupel_free(all.at);
    cupel_str_free(&all.bytes);
    quiet_end(&q);
    return st;
}

/* Names first, one behind the other: fn may then use HDF5 as it likes. */
static herr_t note_name(hid_t root, const char *name, const H5O_info_t *info, void *user)
{
    (void)root;
    if (info->type == H5O_TYPE_DATASET) cupel_str_add(user, name, strlen(name) + 1);
    return ((const cupel_str *)user)->failed ? -1 : 0;
}

cupel_status cupel_h5_datasets(const cupel_h5 *h, cupel_h5_name_fn fn, void *user, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    quiet q = quiet_begin();
    cupel_str names = {0};
    herr_t rc = H5Ovisit2(h->file, H5_INDEX_NAME, H5_ITER_INC, note_name, &names, H5O_INFO_BASIC);
    if (names.failed) CUPEL_TRY(cupel_no_memory(err, "names of data sets", names.n));
    H5_TRY(rc, "the list of data sets");
    for (const char *p = names.p; p && p < names.p + names.n; p += strlen(p) + 1) CUPEL_TRY(fn(user, p, err));
done:
    cupel_str_free(&names);
    quiet_end(&q);
    return st;
}
