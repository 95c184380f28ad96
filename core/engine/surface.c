#include "core/engine/surface.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/sys/file.h"

#include <stdio.h>

cupel_status cupel_surface_of(const cupel_recipe *r, const size_t n[3], size_t solid, const cupel_job *job, cupel_mesh *mesh, cupel_err *err)
{
    const size_t count = cupel_mul(cupel_mul(n[0], n[1]), n[2]);
    cupel_level_field level = {.n = {n[0], n[1], n[2]}, .periodic = true};
    cupel_status st = cupel_memory_check(cupel_mul(count, sizeof(float)), "the level of a structure", err);
    if (st != CUPEL_OK) return st;
    float *value = cupel_alloc(count, sizeof *value);
    if (!value) return cupel_no_memory(err, "the level of a structure", count * sizeof *value);
    st = cupel_recipe_level(r, n, value, job, err);
    for (size_t i = 0; solid == 0 && i < count; i++) value[i] = -value[i];
    cupel_recipe_box(r, level.edge);
    level.value = value;
    if (st == CUPEL_OK) st = cupel_mesh_of(&level, mesh, err);
    cupel_free(value);
    return st;
}

cupel_status cupel_surface_write(const cupel_recipe *r, const size_t n[3], size_t solid, const char *path, const cupel_job *job, size_t *triangles,
                                 cupel_err *err)
{
    cupel_mesh mesh = {0};
    char words[128];
    snprintf(words, sizeof words, "cupel: unit: edge of the box; solid: phase %zu of %.30s", solid, r->generator->method.name);
    cupel_status st = cupel_surface_of(r, n, solid, job, &mesh, err);
    if (st == CUPEL_OK) st = cupel_stl_write(path, &mesh, words, err);
    if (triangles) *triangles = mesh.n;
    cupel_mesh_release(&mesh);
    return st;
}
