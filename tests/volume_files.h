/* Files of volumes for tests of their formats: a folder that goes away, bytes, volumes in which no two voxels are alike. */
#ifndef CUPEL_TESTS_VOLUME_FILES_H
#define CUPEL_TESTS_VOLUME_FILES_H

#include "tests/check.h"

#include "core/base/mem.h"
#include "datasets/formats/volume.h"

#include <unistd.h>

static char folder[] = "/tmp/cupel-volume-XXXXXX";

static inline const char *in_folder(const char *name)
{
    static char path[4][160];
    static int i;
    i = (i + 1) % 4;
    snprintf(path[i], sizeof path[i], "%s/%s", folder, name);
    return path[i];
}

static inline int volume_folder_make(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static inline int volume_folder_remove(void **state)
{
    (void)state;
    char command[64];
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}

static inline const char *write_bytes(const char *name, const void *bytes, size_t n)
{
    const char *path = in_folder(name);
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, n, f), n);
    assert_int_equal(fclose(f), 0);
    return path;
}

static inline size_t whole_file(const char *path, unsigned char *bytes, size_t room)
{
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    const size_t n = fread(bytes, 1, room, f);
    assert_true(n && n < room);
    fclose(f);
    return n;
}

/* A NumPy file of that version with this dictionary and these values. */
static inline const char *npy(const char *name, int version, const char *dictionary, const void *values, size_t bytes)
{
    unsigned char file[4096] = {0x93, 'N', 'U', 'M', 'P', 'Y', (unsigned char)version, 0};
    size_t n = strlen(dictionary), begin = version == 1 ? 10 : 12;
    assert_true(begin + n + bytes <= sizeof file);
    for (size_t b = 8; b < begin; b++) file[b] = (unsigned char)(n >> 8 * (b - 8));
    memcpy(file + begin, dictionary, n);
    if (bytes) memcpy(file + begin + n, values, bytes);
    return write_bytes(name, file, begin + n + bytes);
}

static inline void check_labels(const char *path, int dim, const size_t *n, const int64_t *label)
{
    cupel_voxels v = {0};
    cupel_err err = {0};
    check_ok(cupel_volume_read(path, NULL, &v, &err), &err);
    assert_int_equal(v.dim, dim);
    assert_memory_equal(v.n, n, sizeof v.n);
    assert_true(v.periodic && !v.has_size && v.size[0] == 1);
    for (size_t i = 0; i < cupel_voxels_count(&v); i++) assert_int_equal(v.label[v.id[i]], label[i]);
    for (size_t p = 1; p < v.n_phases; p++) assert_true(v.label[p] > v.label[p - 1]);
    cupel_voxels_release(&v);
}

/* A volume of that shape in which no two voxels are alike, so that any exchange of axes shows, with another size and origin along each axis. */
static inline cupel_voxels distinct(int dim, const size_t *n)
{
    cupel_voxels v = {0};
    cupel_err err = {0};
    check_ok(cupel_voxels_init(&v, dim, n, "a test", &err), &err);
    const size_t count = cupel_voxels_count(&v);
    int64_t *label = malloc(count * sizeof *label);
    assert_non_null(label);
    for (size_t i = 0; i < count; i++) label[i] = (int64_t)(7 * i % count);
    check_ok(cupel_voxels_set_labels(&v, label, "a test", &err), &err);
    free(label);
    v.has_size = true;
    for (int k = 0; k < 3; k++) v.size[k] = 1e-6 * (k + 1), v.origin[k] = -2.5e-6 * (k + 1);
    return v;
}

/* What a file keeps of the place of a volume. */
typedef struct volume_kept {
    bool size, origin;
} volume_kept;

static inline void check_same(const cupel_voxels *a, const cupel_voxels *b, volume_kept kept, const char *what)
{
    if (a->dim != b->dim || memcmp(a->n, b->n, sizeof a->n) != 0)
        fail_msg("%s: %d-D %zu x %zu x %zu became %d-D %zu x %zu x %zu", what, a->dim, a->n[0], a->n[1], a->n[2], b->dim, b->n[0], b->n[1], b->n[2]);
    if (a->n_phases != b->n_phases || memcmp(a->label, b->label, a->n_phases * sizeof *a->label) != 0) fail_msg("%s: other labels", what);
    if (memcmp(a->id, b->id, cupel_voxels_count(a) * sizeof *a->id) != 0) fail_msg("%s: other voxels", what);
    if (b->has_size != (kept.size && a->has_size)) fail_msg("%s: a size %s", what, b->has_size ? "came from nowhere" : "was lost");
    for (int k = 0; k < a->dim; k++) { /* lengths are stored as n * size: one rounding */
        if (kept.size) check_close(b->size[k], a->size[k], 1e-15, 0);
        if (kept.origin) check_close(b->origin[k], a->origin[k], 1e-15, 0);
    }
}

/* The formats that are written. */
typedef struct volume_writer {
    const char *format, *name;
    volume_kept kept;
} volume_writer;

enum { WRITERS = 5 };

static inline volume_writer writer_of(size_t i)
{
    static const volume_writer all[WRITERS] = {
        {"npy", "w.npy", {false, false}}, {"tiff", "w.tif", {true, false}}, {"vti", "w.vti", {true, true}}, {"fans", "w.h5", {true, true}},
        {"xdmf", "x.xdmf", {true, true}}};
    return all[i];
}

/* From one format to another. */
static inline volume_kept both_keep(size_t a, size_t b)
{
    const volume_kept x = writer_of(a).kept, y = writer_of(b).kept;
    return (volume_kept){x.size && y.size, x.origin && y.origin};
}

#endif
