/* Binary STL: 80 bytes of text, the number of triangles, and 50 bytes each, little-endian (3D Systems 1989). */
#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/sys/file.h"
#include "datasets/formats/mesh.h"
#include "datasets/formats/volume.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { HEADER = 80, RECORD = 50, PIECE = 1024 };

static void put_float(unsigned char *p, float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    for (int b = 0; b < 4; b++) p[b] = (unsigned char)(bits >> 8 * b);
}

/* Normal, three corners, no attributes. */
static void put_record(unsigned char *p, const float t[9])
{
    double n[3], length = 0;
    for (int i = 0; i < 3; i++) {
        const int j = (i + 1) % 3, k = (i + 2) % 3;
        n[i] = ((double)t[3 + j] - (double)t[j]) * ((double)t[6 + k] - (double)t[k]) -
               ((double)t[3 + k] - (double)t[k]) * ((double)t[6 + j] - (double)t[j]);
        length += n[i] * n[i];
    }
    length = sqrt(length);
    for (int i = 0; i < 3; i++) put_float(p + 4 * i, (float)(length > 0 ? n[i] / length : 0));
    for (int i = 0; i < 9; i++) put_float(p + 12 + 4 * i, t[i]);
    p[48] = p[49] = 0;
}

cupel_status cupel_stl_write(const char *path, const cupel_mesh *m, const char *words, const cupel_job *job, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_out *out = NULL;
    unsigned char head[HEADER + 4] = {0}, *piece = cupel_alloc(PIECE, RECORD);
    if (!piece) CUPEL_TRY(cupel_no_memory(err, path, PIECE * RECORD));
    if (!m->n || m->n > UINT32_MAX)
        CUPEL_TRY(cupel_fail(err, CUPEL_BAD_INPUT, "output '%s': %s", path,
                             m->n ? "more triangles than an STL file can count" : "nothing in the volume is solid"));
    snprintf((char *)head, HEADER, "%s", words);
    for (int b = 0; b < 4; b++) head[HEADER + b] = (unsigned char)(m->n >> 8 * b);
    CUPEL_TRY(cupel_out_open(path, &out, err));
    CUPEL_TRY(cupel_out_write(out, head, sizeof head, err));
    for (size_t i = 0; i < m->n;) {
        size_t k = 0;
        for (; k < PIECE && i < m->n; i++, k++) put_record(piece + k * RECORD, m->triangle[i]);
        if (cupel_stopped(job))
            CUPEL_TRY(cupel_fail(err, CUPEL_INTERRUPTED, "stopped while '%s' was written; nothing new was left under that name", path));
        CUPEL_TRY(cupel_out_write(out, piece, k * RECORD, err));
    }
    st = cupel_out_commit(&out, err);
done:
    cupel_out_abandon(&out);
    cupel_free(piece);
    return st;
}

/* ---- labels ---- */

/* Without a level the interface lies half way between the centres of voxels: steps, their edges cut. */
static cupel_status write_voxels(const char *path, const cupel_voxels *v, cupel_err *err)
{
    const size_t count = cupel_voxels_count(v);
    cupel_mesh mesh = {0};
    char words[HEADER];
    cupel_level_field level = {.n = {v->n[0], v->n[1], v->n[2]}, .periodic = v->periodic};
    float *value = cupel_alloc(count, sizeof *value);
    if (!value) return cupel_no_memory(err, path, count * sizeof *value);
    for (size_t i = 0; i < count; i++) value[i] = v->label[v->id[i]] != 0 ? 0.5F : -0.5F;
    for (int a = 0; a < 3; a++) level.edge[a] = (double)v->n[a] * (v->has_size ? 1e3 * v->size[a] : 1);
    level.value = value;
    snprintf(words, sizeof words, "cupel: all labels but 0, stepped as the voxels are; unit: %s", v->has_size ? "mm" : "voxel");
    cupel_status st = cupel_mesh_of(&level, NULL, &mesh, err);
    if (st == CUPEL_OK) st = cupel_stl_write(path, &mesh, words, NULL, err);
    cupel_mesh_release(&mesh);
    cupel_free(value);
    return st;
}

static const cupel_reference references[] = {{"10.1145/37402.37422",
                                              "Lorensen, Cline: Marching cubes: A high resolution 3D surface construction algorithm. "
                                              "Computer Graphics 21, 163 (1987)"},
                                             {NULL, NULL}};

extern const cupel_volume_format cupel_volume_format_stl;
const cupel_volume_format cupel_volume_format_stl = {
    .method =
        {.name = "stl",
         .kind = "volume format",
         .scale = "microstructure",
         .maturity = "stable",
         .help = "closed surface of triangles for 3-D printers, binary; written only: from a recipe the smooth interface, from labels a stepped one",
         .input = "none: such a file is not read; x, y, z are axes 0, 1, 2",
         .output = "the surface of phase 1 of a recipe, or of all labels but 0; closed at the faces of the box, which begins at 0; x, y, z are axes "
                   "0, 1, 2; millimetres where the size of a voxel is known, else edges of the box (recipes) or of a voxel (labels), as its header "
                   "says",
         .references = references},
    .suffixes = ".stl",
    .write = write_voxels,
};
