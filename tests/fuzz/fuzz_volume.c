/* Any bytes are a volume or refused, in every format: by the first bytes, and those that have none by what the last byte says. What was read is
 * whole: ids below the number of phases, labels ascending.
 *
 * HDF5 1.10 itself crashes on some damage, leaks and never comes back from some; it runs in a process of its own, so that all of this is a refusal
 * here too (a loop is one after 3 s). */
#define _GNU_SOURCE
#include "core/base/str.h"
#include "core/base/mem.h"
#include "datasets/formats/volume.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_volume(cupel_voxels *v)
{
    const size_t count = cupel_voxels_count(v);
    assert(v->n_phases >= 1 && (v->dim == 3 || (v->dim == 2 && v->n[2] == 1)));
    for (size_t i = 0; i < count; i++) assert(v->id[i] < v->n_phases);
    for (size_t p = 1; p < v->n_phases; p++) assert(v->label[p] > v->label[p - 1]);
    for (int k = 0; k < 3; k++) assert(v->size[k] > 0 && v->origin[k] == v->origin[k]);
    cupel_voxels_release(v);
}

static void read_as(const char *path, const cupel_volume_options *o)
{
    cupel_voxels v = {0};
    cupel_err err = {0};
    cupel_status st = cupel_volume_read(path, o, &v, &err);
    assert(st == CUPEL_OK || ((st == CUPEL_BAD_INPUT || st == CUPEL_NO_RESOURCE) && err.message[0]));
    if (st == CUPEL_OK)
        check_volume(&v);
    else
        assert(!v.id && !v.label);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const cupel_volume_options as[] = {
        {0}, {.format = "vti"}, {.format = "text"}, {.format = "png"}, {.raw = "shape=2x3x2,type=int16,order=F,offset=1"}};
    char path[64];
    int fd = memfd_create("fuzz", 0);
    assert(fd >= 0 && write(fd, data, size) == (ssize_t)size);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    read_as(path, &as[size ? data[size - 1] % 5 : 0]);
    read_as(path, &as[0]);
    close(fd);
    return 0;
}
