#include "core/io/h5_parts.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/base/str.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

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
    cupel_h5_quiet q = cupel_h5_quiet_begin();
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
    cupel_h5_drop(attribute), cupel_h5_drop(space), cupel_h5_drop(object), cupel_h5_drop(memory_type), cupel_h5_drop(file_type);
    cupel_h5_quiet_end(&q);
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
    cupel_h5_drop(space), cupel_h5_drop(memory_type), cupel_h5_drop(file_type);
    return st;
}

cupel_status cupel_h5_get(const cupel_h5 *h, const char *path, const char *name, cupel_type type, void **value, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_h5_quiet q = cupel_h5_quiet_begin();
    hid_t attribute = 0;
    cupel_type found = type;
    void *p = NULL;
    H5_TRY(attribute = H5Aopen_by_name(h->file, path, name, H5P_DEFAULT, H5P_DEFAULT), "attribute '%s'", name);
    CUPEL_TRY(attribute_value(h, attribute, &found, &p, err));
    if (found != type) CUPEL_TRY(cupel_fail(err, CUPEL_BAD_ARTIFACT, "'%s': attribute '%s' has another type than expected", h->name, name));
    *value = p, p = NULL;
done:
    cupel_free(p);
    cupel_h5_drop(attribute);
    cupel_h5_quiet_end(&q);
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
    cupel_h5_drop(attribute);
    return st;
}

cupel_status cupel_h5_attributes(const cupel_h5 *h, const char *path, cupel_attribute_fn fn, void *user, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_h5_quiet q = cupel_h5_quiet_begin();
    H5O_info_t info;
    hid_t object = 0;
    H5_TRY(object = H5Oopen(h->file, path, H5P_DEFAULT), "'%s'", path);
    H5_TRY(H5Oget_info2(object, &info, H5O_INFO_NUM_ATTRS), "'%s'", path);
    for (hsize_t i = 0; i < info.num_attrs; i++) CUPEL_TRY(one_attribute(h, object, i, fn, user, err));
done:
    cupel_h5_drop(object);
    cupel_h5_quiet_end(&q);
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
    CUPEL_TRY(cupel_h5_object_properties(h, H5P_GROUP_CREATE, &properties, err));
    H5_TRY(group = H5Gcreate2(h->file, name, H5P_DEFAULT, properties, H5P_DEFAULT), "group '%s'", name);
done:
    cupel_h5_drop(group), cupel_h5_drop(properties);
    return st;
}

cupel_status cupel_h5_make_groups_above(cupel_h5 *h, const char *name, cupel_err *err)
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
    cupel_h5_quiet q = cupel_h5_quiet_begin();
    cupel_status st = cupel_h5_make_groups_above(h, name, err);
    if (st == CUPEL_OK) st = make_group(h, name, err);
    cupel_h5_quiet_end(&q);
    return st;
}

/* ---- data sets, writing ---- */

/* chunk_rows 0: contiguous. */
static cupel_status make_dataset(cupel_h5 *h, const char *name, const cupel_h5_info *info, size_t chunk_rows, hid_t *dataset, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    hid_t type = 0, space = 0, properties = 0;
    CUPEL_TRY(cupel_h5_make_groups_above(h, name, err));
    CUPEL_TRY(make_type(h, info->type, info->text, false, &type, err));
    CUPEL_TRY(make_space(h, info, chunk_rows > 0, &space, err));
    CUPEL_TRY(cupel_h5_object_properties(h, H5P_DATASET_CREATE, &properties, err));
    if (info->type != CUPEL_TEXT || info->text) H5_TRY(H5Pset_fill_time(properties, H5D_FILL_TIME_NEVER), "data set '%s'", name);
    if (chunk_rows) {
        hsize_t chunk[CUPEL_H5_RANK];
        for (int i = 0; i < info->rank; i++) chunk[i] = i ? info->shape[i] : chunk_rows;
        H5_TRY(H5Pset_chunk(properties, info->rank, chunk), "data set '%s'", name);
    }
    H5_TRY(*dataset = H5Dcreate2(h->file, name, type, space, H5P_DEFAULT, properties, H5P_DEFAULT), "data set '%s'", name);
done:
    cupel_h5_drop(properties), cupel_h5_drop(space), cupel_h5_drop(type);
    return st;
}

cupel_status cupel_h5_put(cupel_h5 *h, const char *name, const cupel_h5_info *info, const void *data, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_h5_quiet q = cupel_h5_quiet_begin();
    hid_t dataset = 0, type = 0;
    CUPEL_TRY(make_dataset(h, name, info, 0, &dataset, err));
    if (data && count(info)) {
        CUPEL_TRY(make_type(h, info->type, info->text, true, &type, err));
        H5_TRY(H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data), "data set '%s'", name);
    }
done:
    cupel_h5_drop(type), cupel_h5_drop(dataset);
    cupel_h5_quiet_end(&q);
    return st;
}

cupel_status cupel_h5_move_rows(const cupel_h5 *h, hid_t dataset, const char *name, const cupel_h5_span *rows, void *in, const void *out,
                                cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    hid_t file_space = 0, memory_space = 0;
    hsize_t start[CUPEL_H5_RANK] = {0}, size[CUPEL_H5_RANK];
    for (int i = 0; i < rows->rank; i++) size[i] = rows->shape[i];
    start[0] = rows->first, size[0] = rows->n;
    H5_TRY(file_space = H5Dget_space(dataset), "data set '%s'", name);
    H5_TRY(H5Sselect_hyperslab(file_space, H5S_SELECT_SET, start, NULL, size, NULL), "data set '%s'", name);
    H5_TRY(memory_space = H5Screate_simple(rows->rank, size, NULL), "data set '%s'", name);
    if (in)
        H5_TRY(H5Dread(dataset, rows->type, memory_space, file_space, H5P_DEFAULT, in), "data set '%s'", name);
    else
        H5_TRY(H5Dwrite(dataset, rows->type, memory_space, file_space, H5P_DEFAULT, out), "data set '%s'", name);
done:
    cupel_h5_drop(memory_space), cupel_h5_drop(file_space);
    return st;
}

/* Rows of an open data set from or to memory. */
static cupel_status move_rows(const cupel_h5 *h, hid_t dataset, const char *name, const cupel_h5_info *info, size_t first, size_t n,
                              void *in, const void *out, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    hid_t type = 0;
    CUPEL_TRY(make_type(h, info->type, info->text, true, &type, err));
    CUPEL_TRY(cupel_h5_move_rows(h, dataset, name, &(cupel_h5_span){type, info->rank, info->shape, first, n}, in, out, err));
done:
    cupel_h5_drop(type);
    return st;
}

cupel_status cupel_h5_put_rows(cupel_h5 *h, const char *name, size_t first, size_t n, const void *data, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_h5_quiet q = cupel_h5_quiet_begin();
    hid_t dataset = 0;
    cupel_h5_info info;
    CUPEL_TRY(cupel_h5_info_of(h, name, &info, err));
    H5_TRY(dataset = H5Dopen2(h->file, name, H5P_DEFAULT), "data set '%s'", name);
    CUPEL_TRY(move_rows(h, dataset, name, &info, first, n, NULL, data, err));
done:
    cupel_h5_drop(dataset);
    cupel_h5_quiet_end(&q);
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
    cupel_h5_quiet q = cupel_h5_quiet_begin();
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
    cupel_h5_quiet_end(&q);
    return st;
}

cupel_status cupel_h5_grow_write(cupel_h5_grow *g, size_t first, size_t n, const void *chunk, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    const cupel_h5 *h = g->h;
    cupel_h5_quiet q = cupel_h5_quiet_begin();
    hsize_t at[CUPEL_H5_RANK] = {0}, size[CUPEL_H5_RANK];
    for (int i = 0; i < g->info.rank; i++) size[i] = g->info.shape[i];
    at[0] = first, size[0] = first + n;
    H5_TRY(H5Dset_extent(g->dataset, size), "data set '%s'", g->name);
    H5_TRY(H5Dwrite_chunk(g->dataset, H5P_DEFAULT, 0, at, g->chunk_bytes, chunk), "data set '%s'", g->name);
done:
    cupel_h5_quiet_end(&q);
    return st;
}

void cupel_h5_grow_close(cupel_h5_grow *g)
{
    if (!g) return;
    cupel_h5_drop(g->dataset);
    cupel_free(g->name);
    cupel_free(g);
}

/* ---- data sets, reading ---- */

/* H5Lexists answers for the last part of a path only, and fails when one before it is missing. */
bool cupel_h5_link_exists(const cupel_h5 *h, const char *name)
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
    cupel_h5_quiet q = cupel_h5_quiet_begin();
    bool there = cupel_h5_link_exists(h, name);
    cupel_h5_quiet_end(&q);
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
    cupel_h5_drop(space), cupel_h5_drop(type);
    return st;
}

cupel_status cupel_h5_info_of(const cupel_h5 *h, const char *name, cupel_h5_info *info, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_h5_quiet q = cupel_h5_quiet_begin();
    cupel_h5_info found = {0};
    hid_t dataset = 0;
    if (!cupel_h5_link_exists(h, name)) CUPEL_TRY(cupel_fail(err, CUPEL_BAD_ARTIFACT, "'%s': data set '%s' is missing", h->name, name));
    H5_TRY(dataset = H5Dopen2(h->file, name, H5P_DEFAULT), "data set '%s'", name);
    CUPEL_TRY(shape_of(h, dataset, name, &found, err));
    *info = found;
done:
    cupel_h5_drop(dataset);
    cupel_h5_quiet_end(&q);
    return st;
}

cupel_status cupel_h5_rows(const cupel_h5 *h, const char *name, const cupel_h5_info *info, size_t first, size_t n, void *data, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_h5_quiet q = cupel_h5_quiet_begin();
    hid_t dataset = 0, type = 0;
    H5_TRY(dataset = H5Dopen2(h->file, name, H5P_DEFAULT), "data set '%s'", name);
    if (info->rank) {
        CUPEL_TRY(move_rows(h, dataset, name, info, first, n, data, NULL, err));
    } else {
        CUPEL_TRY(make_type(h, info->type, info->text, true, &type, err));
        H5_TRY(H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data), "data set '%s'", name);
    }
done:
    cupel_h5_drop(type), cupel_h5_drop(dataset);
    cupel_h5_quiet_end(&q);
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
        cupel_h5_drop(space), space = 0;
    }
    if (all->bytes.n > h->bytes + rows)
        st = cupel_fail(err, CUPEL_BAD_ARTIFACT, "'%s': damaged: data set '%s' claims more text than the file can hold", h->name, name);
done:
    cupel_h5_drop(space), cupel_h5_drop(type);
    return st;
}

cupel_status cupel_h5_strings(const cupel_h5 *h, const char *name, const cupel_h5_info *info, char ***strings, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_h5_quiet q = cupel_h5_quiet_begin();
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
    cupel_h5_drop(dataset);
    cupel_free(block);
    cupel_free(all.at);
    cupel_str_free(&all.bytes);
    cupel_h5_quiet_end(&q);
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
    cupel_h5_quiet q = cupel_h5_quiet_begin();
    cupel_str names = {0};
    herr_t rc = H5Ovisit2(h->file, H5_INDEX_NAME, H5_ITER_INC, note_name, &names, H5O_INFO_BASIC);
    if (names.failed) CUPEL_TRY(cupel_no_memory(err, "names of data sets", names.n));
    H5_TRY(rc, "the list of data sets");
    for (const char *p = names.p; p && p < names.p + names.n; p += strlen(p) + 1) CUPEL_TRY(fn(user, p, err));
done:
    cupel_str_free(&names);
    cupel_h5_quiet_end(&q);
    return st;
}
