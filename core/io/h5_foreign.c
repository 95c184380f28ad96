#define _GNU_SOURCE
#include "core/io/h5_foreign.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/io/deflate.h"
#include "core/io/h5_parts.h"

#include <string.h>

enum { ROWS_BYTES = 1 << 20, OTHER_FILTER_MOST = 1 << 16 };

/* ---- reading ---- */

/* An integer of whole bytes, a float of 4 or 8, or an enumeration over such an integer (how h5py keeps booleans). */
static void look_at_type(hid_t type, cupel_h5_array *a)
{
    hid_t base = H5Tget_class(type) == H5T_ENUM ? H5Tget_super(type) : H5Tcopy(type);
    const size_t size = base > 0 ? H5Tget_size(base) : 0;
    const H5T_class_t class = base > 0 ? H5Tget_class(base) : H5T_NO_CLASS;
    if (class == H5T_INTEGER && (size == 1 || size == 2 || size == 4 || size == 8)) a->kind = H5Tget_sign(base) == H5T_SGN_NONE ? 'u' : 'i';
    if (class == H5T_FLOAT && (size == 4 || size == 8)) a->kind = 'f';
    a->size = (unsigned)size;
    cupel_h5_drop(base);
}

static cupel_status look_at_shape(const cupel_h5 *h, hid_t dataset, const char *path, cupel_h5_array *a, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    hsize_t n[CUPEL_H5_RANK] = {0};
    hid_t space = 0;
    H5_TRY(space = H5Dget_space(dataset), "data set '%s'", path);
    a->rank = H5Sget_simple_extent_ndims(space);
    if (a->rank < 0 || a->rank > CUPEL_H5_RANK || H5Sget_simple_extent_type(space) == H5S_NULL)
        CUPEL_TRY(
            cupel_fail(err, CUPEL_BAD_INPUT, "'%s': data set '%s' has %d axes, at most %d are read", h->name, path, a->rank, (int)CUPEL_H5_RANK));
    H5_TRY(H5Sget_simple_extent_dims(space, n, NULL), "data set '%s'", path);
    a->count = 1;
    for (int k = 0; k < a->rank; k++) {
        a->shape[k] = (size_t)n[k];
        a->count = cupel_mul(a->count, a->shape[k]);
    }
done:
    cupel_h5_drop(space);
    return st;
}

/* How many bytes the filters make of one at most. */
static uint64_t expansion(hid_t properties)
{
    uint64_t most = 1;
    const int n = H5Pget_nfilters(properties);
    for (int i = 0; i < n; i++) {
        unsigned flags;
        size_t n_values = 0;
        H5Z_filter_t id = H5Pget_filter2(properties, (unsigned)i, &flags, &n_values, NULL, 0, NULL, NULL);
        if (id == H5Z_FILTER_SHUFFLE || id == H5Z_FILTER_FLETCHER32) continue;
        const uint64_t factor = id == H5Z_FILTER_DEFLATE ? CUPEL_DEFLATE_MOST : OTHER_FILTER_MOST;
        most = most > UINT64_MAX / factor ? UINT64_MAX : most * factor;
    }
    return most;
}

static cupel_status too_large(const cupel_h5 *h, const char *path, cupel_err *err)
{
    return cupel_fail(err, CUPEL_BAD_INPUT,
                      "'%s': data set '%s' claims more values than the file can hold; it is cut off, damaged or was never written", h->name, path);
}

/* What the filters make of a chunk: the bytes that deflate was given, and those that came after it. known false: filters that we do not undo. */
typedef struct pipeline {
    bool known, deflated;
    size_t before, after; /* bytes that checksums add before and after deflate */
} pipeline;

static pipeline look_at_filters(hid_t properties)
{
    pipeline p = {.known = true};
    const int n = H5Pget_nfilters(properties);
    for (int i = 0; i < n; i++) {
        unsigned flags;
        size_t n_values = 0;
        H5Z_filter_t id = H5Pget_filter2(properties, (unsigned)i, &flags, &n_values, NULL, 0, NULL, NULL);
        if (id == H5Z_FILTER_FLETCHER32) *(p.deflated ? &p.after : &p.before) += 4;
        p.known = p.known && (id == H5Z_FILTER_FLETCHER32 || id == H5Z_FILTER_SHUFFLE || (id == H5Z_FILTER_DEFLATE && !p.deflated));
        p.deflated = p.deflated || id == H5Z_FILTER_DEFLATE;
    }
    return p;
}

typedef struct chunks {
    const cupel_h5 *h;
    hid_t dataset, space;
    const char *path;
    pipeline filters;
    size_t bytes;         /* of an unpacked chunk */
    unsigned char *plain; /* [bytes + filters.before] scratch */
} chunks;

/* A stored chunk must unpack to its full size: HDF5 1.10 reads behind the end of one that is shorter. */
static cupel_status check_chunk(const chunks *c, hsize_t i, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    const cupel_h5 *h = c->h;
    const pipeline *p = &c->filters;
    hsize_t at[CUPEL_H5_RANK], size = 0;
    unsigned mask = 0;
    haddr_t address;
    uint32_t read_mask = 0;
    size_t got = 0;
    bool memory = false;
    unsigned char *packed = NULL;
    H5_TRY(H5Dget_chunk_info(c->dataset, c->space, i, at, &mask, &address, &size), "data set '%s'", c->path);
    const bool deflated = p->deflated && mask == 0;
    if (size > h->bytes || (!deflated && !mask && size != c->bytes + p->before + p->after) || (mask && size < c->bytes))
        CUPEL_TRY(too_large(h, c->path, err));
    if (!deflated) goto done;
    packed = cupel_alloc((size_t)size, 1);
    if (!packed) CUPEL_TRY(cupel_no_memory(err, c->path, (size_t)size));
    H5_TRY(H5Dread_chunk(c->dataset, H5P_DEFAULT, at, &read_mask, packed), "data set '%s'", c->path);
    const size_t whole = c->bytes + p->before;
    if (size < p->after || !cupel_inflate_block(packed, (size_t)size - p->after, c->plain, whole, &got, &memory) || got != whole)
        CUPEL_TRY(memory ? cupel_no_memory(err, c->path, whole) : too_large(h, c->path, err));
done:
    cupel_free(packed);
    return st;
}

static cupel_status check_chunks(const cupel_h5 *h, hid_t dataset, const char *path, hid_t properties, size_t bytes, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    chunks c = {.h = h, .dataset = dataset, .path = path, .filters = look_at_filters(properties), .bytes = bytes};
    hsize_t n = 0;
    if (!c.filters.known) goto done;
    H5_TRY(c.space = H5Dget_space(dataset), "data set '%s'", path);
    H5_TRY(H5Dget_num_chunks(dataset, c.space, &n), "data set '%s'", path);
    c.plain = cupel_alloc(bytes + c.filters.before, 1);
    if (!c.plain) CUPEL_TRY(cupel_no_memory(err, path, bytes));
    for (hsize_t i = 0; i < n; i++) CUPEL_TRY(check_chunk(&c, i, err));
done:
    cupel_h5_drop(c.space);
    cupel_free(c.plain);
    return st;
}

/* The claimed shape against the bytes that are stored, and the rows to read at once. */
static cupel_status look_at_layout(const cupel_h5 *h, hid_t dataset, const char *path, cupel_h5_array *a, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    hsize_t chunk[CUPEL_H5_RANK] = {0}, stored = H5Dget_storage_size(dataset);
    hid_t properties = 0;
    H5_TRY(properties = H5Dget_create_plist(dataset), "data set '%s'", path);
    const H5D_layout_t layout = H5Pget_layout(properties);
    if (layout == H5D_VIRTUAL || H5Pget_external_count(properties) > 0)
        CUPEL_TRY(
            cupel_fail(err, CUPEL_BAD_INPUT, "'%s': the values of data set '%s' are in other files; copy them into one (h5repack)", h->name, path));
    const uint64_t factor = expansion(properties), held = stored < h->bytes ? stored : h->bytes;
    const uint64_t most = held > UINT64_MAX / factor ? UINT64_MAX : held * factor;
    if (cupel_mul(a->count, a->size) > most) CUPEL_TRY(too_large(h, path, err));
    size_t row = a->size;
    for (int k = 1; k < a->rank; k++) row = cupel_mul(row, a->shape[k]);
    a->step = row && row < ROWS_BYTES ? ROWS_BYTES / row : 1;
    if (layout != H5D_CHUNKED || a->rank < 1) goto done;
    H5_TRY(H5Pget_chunk(properties, a->rank, chunk), "data set '%s'", path);
    size_t bytes = a->size;
    for (int k = 0; k < a->rank; k++) bytes = cupel_mul(bytes, (size_t)chunk[k]);
    if (bytes > most && bytes > ROWS_BYTES) CUPEL_TRY(too_large(h, path, err));
    CUPEL_TRY(check_chunks(h, dataset, path, properties, bytes, err));
    if (chunk[0]) a->step = a->step < chunk[0] ? (size_t)chunk[0] : a->step / (size_t)chunk[0] * (size_t)chunk[0];
done:
    if (a->rank > 0 && a->step > a->shape[0]) a->step = a->shape[0];
    cupel_h5_drop(properties);
    return st;
}

static cupel_status look_at(const cupel_h5 *h, const char *path, bool layout, cupel_h5_array *out, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_h5_quiet q = cupel_h5_quiet_begin();
    cupel_h5_array a = {0};
    hid_t dataset = 0, type = 0;
    if (!cupel_h5_link_exists(h, path)) CUPEL_TRY(cupel_fail(err, CUPEL_BAD_INPUT, "'%s': there is no data set '%s' in it", h->name, path));
    H5_TRY(dataset = H5Dopen2(h->file, path, H5P_DEFAULT), "data set '%s'", path);
    H5_TRY(type = H5Dget_type(dataset), "data set '%s'", path);
    look_at_type(type, &a);
    CUPEL_TRY(look_at_shape(h, dataset, path, &a, err));
    if (a.kind && layout) CUPEL_TRY(look_at_layout(h, dataset, path, &a, err));
    *out = a;
done:
    cupel_h5_drop(type), cupel_h5_drop(dataset);
    cupel_h5_quiet_end(&q);
    return st;
}

cupel_status cupel_h5_array_of(const cupel_h5 *h, const char *path, cupel_h5_array *a, cupel_err *err) { return look_at(h, path, true, a, err); }

cupel_status cupel_h5_shape_of(const cupel_h5 *h, const char *path, cupel_h5_array *a, cupel_err *err) { return look_at(h, path, false, a, err); }

static hid_t native_type(const cupel_h5_array *a)
{
    if (a->kind == 'f') return a->size == 8 ? H5T_NATIVE_DOUBLE : H5T_NATIVE_FLOAT;
    if (a->kind == 'u')
        return a->size == 8 ? H5T_NATIVE_UINT64 : a->size == 4 ? H5T_NATIVE_UINT32 : a->size == 2 ? H5T_NATIVE_UINT16 : H5T_NATIVE_UINT8;
    return a->size == 8 ? H5T_NATIVE_INT64 : a->size == 4 ? H5T_NATIVE_INT32 : a->size == 2 ? H5T_NATIVE_INT16 : H5T_NATIVE_INT8;
}

/* An enumeration is read as it is: its numbers, in the byte order of this machine. */
static cupel_status memory_type(const cupel_h5 *h, hid_t dataset, const cupel_h5_array *a, hid_t *type, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    hid_t stored = 0;
    H5_TRY(stored = H5Dget_type(dataset), "a type");
    H5_TRY(*type = H5Tget_class(stored) == H5T_ENUM ? H5Tget_native_type(stored, H5T_DIR_ASCEND) : H5Tcopy(native_type(a)), "a type");
    if (H5Tget_size(*type) != a->size) CUPEL_TRY(cupel_fail(err, CUPEL_BAD_INPUT, "'%s': damaged: a type changes its size", h->name));
done:
    cupel_h5_drop(stored);
    return st;
}

/* Rows of an open data set, to memory or from it. */
static cupel_status move_rows(const cupel_h5 *h, hid_t dataset, const char *path, const cupel_h5_array *a, size_t first, size_t n, void *in,
                              const void *out, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    hid_t type = 0;
    CUPEL_TRY(memory_type(h, dataset, a, &type, err));
    CUPEL_TRY(cupel_h5_move_rows(h, dataset, path, &(cupel_h5_span){type, a->rank, a->shape, first, n}, in, out, err));
done:
    cupel_h5_drop(type);
    return st;
}

static cupel_status open_and_move(const cupel_h5 *h, const char *path, const cupel_h5_array *a, size_t first, size_t n, void *in, const void *out,
                                  cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_h5_quiet q = cupel_h5_quiet_begin();
    hid_t dataset = 0;
    H5_TRY(dataset = H5Dopen2(h->file, path, H5P_DEFAULT), "data set '%s'", path);
    CUPEL_TRY(move_rows(h, dataset, path, a, first, n, in, out, err));
done:
    cupel_h5_drop(dataset);
    cupel_h5_quiet_end(&q);
    return st;
}

cupel_status cupel_h5_array_rows(const cupel_h5 *h, const char *path, const cupel_h5_array *a, size_t first, size_t n, void *data, cupel_err *err)
{
    return open_and_move(h, path, a, first, n, data, NULL, err);
}

/* ---- attributes ---- */

/* 0 when the object or the attribute is not there. */
static hid_t open_attribute(const cupel_h5 *h, const char *path, const char *name)
{
    if (strcmp(path, "/") != 0 && !cupel_h5_link_exists(h, path)) return 0;
    if (H5Aexists_by_name(h->file, path, name, H5P_DEFAULT) <= 0) return 0;
    hid_t attribute = H5Aopen_by_name(h->file, path, name, H5P_DEFAULT, H5P_DEFAULT);
    return attribute > 0 ? attribute : 0;
}

static size_t u16_at(const unsigned char *p) { return p[0] | (size_t)p[1] << 8; }

/* Bytes that the text of varying length claims to have, when an attribute's message with this name lies at `at`: version, flags, sizes of name, type
 * and space, (version 3) encoding, name, type, space, value; in version 1 each part padded to 8 bytes. SIZE_MAX when there is none. */
static size_t claimed_length(const cupel_h5 *h, size_t at, size_t name_bytes)
{
    const bool third = at >= 9 && h->memory[at - 9] == 3 && u16_at(h->memory + at - 7) == name_bytes;
    if (at < 9) return SIZE_MAX;
    const unsigned char *head = h->memory + at - (third ? 9 : 8);
    if (head[0] < 1 || head[0] > 3 || u16_at(head + 2) != name_bytes) return SIZE_MAX;
    const size_t pad = head[0] == 1 ? 7 : 0, type = u16_at(head + 4), space = u16_at(head + 6);
    const size_t value = at + ((name_bytes + pad) & ~pad) + ((type + pad) & ~pad) + ((space + pad) & ~pad);
    if (value + 4 > h->bytes) return SIZE_MAX;
    const unsigned char *p = h->memory + value;
    return u16_at(p) | u16_at(p + 2) << 16;
}

/* HDF5 believes the length of such a text and takes that much memory, up to 4 GB, before it looks whether the bytes are there. So we look first, at
 * the bytes themselves. */
static bool length_is_sound(const cupel_h5 *h, const char *name)
{
    const size_t n = strlen(name) + 1;
    bool sound = false;
    for (size_t at = 0; at < h->bytes;) {
        const unsigned char *p = memmem(h->memory + at, (size_t)h->bytes - at, name, n);
        if (!p) break;
        at = (size_t)(p - h->memory);
        const size_t length = claimed_length(h, at, n);
        if (length != SIZE_MAX && length > h->bytes) return false;
        sound = sound || length != SIZE_MAX;
        at++;
    }
    return sound;
}

static bool copy_text(char *text, size_t room, const char *from, size_t n)
{
    n = strnlen(from, n);
    if (n >= room) n = room - 1;
    memcpy(text, from, n);
    text[n] = '\0';
    return true;
}

static bool read_text(const cupel_h5 *h, hid_t attribute, hid_t type, const char *name, char *text, size_t room)
{
    char *varying = NULL, fixed[256] = "";
    if (H5Tget_class(type) != H5T_STRING) return false;
    if (H5Tis_variable_str(type) == 0)
        return H5Tget_size(type) < sizeof fixed && H5Aread(attribute, type, fixed) >= 0 && copy_text(text, room, fixed, sizeof fixed);
    if (!length_is_sound(h, name) || H5Aread(attribute, type, &varying) < 0 || !varying) return false;
    copy_text(text, room, varying, SIZE_MAX);
    H5free_memory(varying);
    return true;
}

cupel_status cupel_h5_text_of(const cupel_h5 *h, const char *path, const char *name, char *text, size_t room, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_h5_quiet q = cupel_h5_quiet_begin();
    const hid_t attribute = open_attribute(h, path, name);
    const hid_t type = attribute ? H5Aget_type(attribute) : 0, space = attribute ? H5Aget_space(attribute) : 0;
    if (attribute && (type <= 0 || space <= 0 || H5Sget_simple_extent_npoints(space) != 1 || !read_text(h, attribute, type, name, text, room)))
        st = cupel_fail(err, CUPEL_BAD_INPUT, "'%s': attribute '%s' of '%s' is no text that can be read", h->name, name, path);
    cupel_h5_drop(space), cupel_h5_drop(type), cupel_h5_drop(attribute);
    cupel_h5_quiet_end(&q);
    return st;
}

static bool is_number(hid_t type)
{
    const H5T_class_t class = type > 0 ? H5Tget_class(type) : H5T_NO_CLASS;
    return class == H5T_INTEGER || class == H5T_FLOAT;
}

size_t cupel_h5_numbers_of(const cupel_h5 *h, const char *path, const char *name, double *x, size_t room)
{
    cupel_h5_quiet q = cupel_h5_quiet_begin();
    hid_t attribute = open_attribute(h, path, name), type = attribute ? H5Aget_type(attribute) : 0, space = attribute ? H5Aget_space(attribute) : 0;
    hssize_t n = space > 0 && is_number(type) ? H5Sget_simple_extent_npoints(space) : 0;
    if (n < 0 || (size_t)n > room || (n && H5Aread(attribute, H5T_NATIVE_DOUBLE, x) < 0)) n = 0;
    cupel_h5_drop(space), cupel_h5_drop(type), cupel_h5_drop(attribute);
    cupel_h5_quiet_end(&q);
    return (size_t)n;
}

size_t cupel_h5_small_array(const cupel_h5 *h, const char *path, double *x, size_t room)
{
    cupel_h5_quiet q = cupel_h5_quiet_begin();
    hid_t dataset = cupel_h5_link_exists(h, path) ? H5Dopen2(h->file, path, H5P_DEFAULT) : 0;
    hid_t type = dataset > 0 ? H5Dget_type(dataset) : 0, space = dataset > 0 ? H5Dget_space(dataset) : 0;
    hssize_t n = space > 0 && is_number(type) ? H5Sget_simple_extent_npoints(space) : 0;
    if (n < 0 || (size_t)n > room || (n && H5Dread(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, x) < 0)) n = 0;
    cupel_h5_drop(space), cupel_h5_drop(type), cupel_h5_drop(dataset);
    cupel_h5_quiet_end(&q);
    return (size_t)n;
}

/* ---- writing ---- */

static hid_t stored_type(const cupel_h5_array *a)
{
    if (a->kind == 'f') return a->size == 8 ? H5T_IEEE_F64LE : H5T_IEEE_F32LE;
    if (a->kind == 'u') return a->size == 8 ? H5T_STD_U64LE : a->size == 4 ? H5T_STD_U32LE : a->size == 2 ? H5T_STD_U16LE : H5T_STD_U8LE;
    return a->size == 8 ? H5T_STD_I64LE : a->size == 4 ? H5T_STD_I32LE : a->size == 2 ? H5T_STD_I16LE : H5T_STD_I8LE;
}

cupel_status cupel_h5_array_make(cupel_h5 *h, const char *path, const cupel_h5_array *a, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_h5_quiet q = cupel_h5_quiet_begin();
    hid_t space = 0, properties = 0, dataset = 0;
    hsize_t n[CUPEL_H5_RANK], chunk[CUPEL_H5_RANK];
    for (int k = 0; k < a->rank; k++) n[k] = a->shape[k], chunk[k] = k ? a->shape[k] : a->step;
    CUPEL_TRY(cupel_h5_make_groups_above(h, path, err));
    CUPEL_TRY(cupel_h5_object_properties(h, H5P_DATASET_CREATE, &properties, err));
    H5_TRY(H5Pset_chunk(properties, a->rank, chunk), "data set '%s'", path);
    H5_TRY(H5Pset_deflate(properties, 6), "data set '%s'", path);
    H5_TRY(H5Pset_fill_time(properties, H5D_FILL_TIME_NEVER), "data set '%s'", path);
    H5_TRY(space = H5Screate_simple(a->rank, n, NULL), "data set '%s'", path);
    H5_TRY(dataset = H5Dcreate2(h->file, path, stored_type(a), space, H5P_DEFAULT, properties, H5P_DEFAULT), "data set '%s'", path);
done:
    cupel_h5_drop(dataset), cupel_h5_drop(properties), cupel_h5_drop(space);
    cupel_h5_quiet_end(&q);
    return st;
}

cupel_status cupel_h5_array_put(cupel_h5 *h, const char *path, const cupel_h5_array *a, size_t first, size_t n, const void *data, cupel_err *err)
{
    return open_and_move(h, path, a, first, n, NULL, data, err);
}

static cupel_status set_attribute(cupel_h5 *h, const char *path, const char *name, hid_t type, hid_t space, hid_t memory, const void *value,
                                  cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    hid_t object = 0, attribute = 0;
    H5_TRY(object = H5Oopen(h->file, path, H5P_DEFAULT), "attribute '%s'", name);
    H5_TRY(attribute = H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT), "attribute '%s'", name);
    H5_TRY(H5Awrite(attribute, memory, value), "attribute '%s'", name);
done:
    cupel_h5_drop(attribute), cupel_h5_drop(object);
    return st;
}

cupel_status cupel_h5_set_varying(cupel_h5 *h, const char *path, const char *name, const char *text, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_h5_quiet q = cupel_h5_quiet_begin();
    hid_t type = 0, space = 0;
    H5_TRY(type = H5Tcopy(H5T_C_S1), "attribute '%s'", name);
    H5_TRY(H5Tset_size(type, H5T_VARIABLE), "attribute '%s'", name);
    H5_TRY(H5Tset_cset(type, H5T_CSET_UTF8), "attribute '%s'", name);
    H5_TRY(space = H5Screate(H5S_SCALAR), "attribute '%s'", name);
    CUPEL_TRY(set_attribute(h, path, name, type, space, type, &text, err));
done:
    cupel_h5_drop(space), cupel_h5_drop(type);
    cupel_h5_quiet_end(&q);
    return st;
}

cupel_status cupel_h5_set_numbers(cupel_h5 *h, const char *path, const char *name, const double *x, size_t n, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_h5_quiet q = cupel_h5_quiet_begin();
    hid_t space = 0;
    H5_TRY(space = H5Screate_simple(1, (const hsize_t[]){n}, NULL), "attribute '%s'", name);
    CUPEL_TRY(set_attribute(h, path, name, H5T_IEEE_F64LE, space, H5T_NATIVE_DOUBLE, x, err));
done:
    cupel_h5_drop(space);
    cupel_h5_quiet_end(&q);
    return st;
}
