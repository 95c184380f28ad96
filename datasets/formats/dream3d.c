/* DREAM.3D files, which are HDF5. Version 6: /DataContainers/<name>/_SIMPL_GEOMETRY with DIMENSIONS, SPACING, ORIGIN (x, y, z) beside
 * /DataContainers/<name>/<cells>/FeatureIds [z][y][x][1]. NX: /DataStructure/<image> with the attributes _DIMENSIONS, _SPACING, _ORIGIN, and in it
 * <cells>/FeatureIds [z][y][x][1]. */
#include "core/base/err.h"
#include "core/base/mem.h"
#include "datasets/formats/h5_volume.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { PATH = CUPEL_H5_PATH, LIST = 400 };

#define MICROMETRE 1e-6

bool cupel_dream3d_is(const cupel_h5 *h) { return cupel_h5_has(h, "DataContainers") || cupel_h5_has(h, "DataStructure"); }

/* A geometry: where it is, and its voxels along x, y, z. */
typedef struct geometry {
    double n[3], spacing[3], origin[3];
} geometry;

typedef struct search {
    const cupel_h5 *h;
    const char *wanted;  /* name or path of the data set */
    char path[PATH];     /* the one found */
    geometry g;
    size_t found;
    char list[LIST];     /* all that lie on an image */
} search;

/* The geometry above a data set "DataContainers/c/CellData/FeatureIds" or "DataStructure/g/Cell Data/FeatureIds"; false when there is none. */
static bool geometry_above(const cupel_h5 *h, const char *dataset, geometry *g)
{
    char base[PATH], path[PATH + 64];
    const char *slash = strrchr(dataset, '/');
    while (slash && slash > dataset && *--slash != '/') continue;
    const size_t n = slash ? (size_t)(slash - dataset) : 0;
    if (!n || n >= sizeof base) return false;
    memcpy(base, dataset, n);
    base[n] = '\0';
    *g = (geometry){.spacing = {1, 1, 1}};
    if (cupel_h5_numbers_of(h, base, "_DIMENSIONS", g->n, 3) == 3) {
        cupel_h5_numbers_of(h, base, "_SPACING", g->spacing, 3);
        cupel_h5_numbers_of(h, base, "_ORIGIN", g->origin, 3);
        return true;
    }
    snprintf(path, sizeof path, "%s/_SIMPL_GEOMETRY/DIMENSIONS", base);
    if (cupel_h5_small_array(h, path, g->n, 3) != 3) return false;
    snprintf(path, sizeof path, "%s/_SIMPL_GEOMETRY/SPACING", base);
    cupel_h5_small_array(h, path, g->spacing, 3);
    snprintf(path, sizeof path, "%s/_SIMPL_GEOMETRY/ORIGIN", base);
    cupel_h5_small_array(h, path, g->origin, 3);
    return true;
}

/* "FeatureIds", or the whole path with or without a slash before it. */
static bool is_wanted(const char *path, const char *wanted)
{
    const char *last = strrchr(path, '/');
    if (wanted[0] == '/') wanted++;
    return strcmp(path, wanted) == 0 || (last && strcmp(last + 1, wanted) == 0);
}

static cupel_status look_at(void *user, const char *path, cupel_err *err)
{
    (void)err;
    search *s = user;
    geometry g;
    if (strstr(path, "_SIMPL_GEOMETRY") || strlen(path) >= PATH || !geometry_above(s->h, path, &g)) return CUPEL_OK;
    const size_t used = strlen(s->list);
    snprintf(s->list + used, sizeof s->list - used, "%s%s", used ? ", " : "", path);
    if (!is_wanted(path, s->wanted) || s->found++) return CUPEL_OK;
    memcpy(s->path, path, strlen(path) + 1);
    s->g = g;
    return CUPEL_OK;
}

static cupel_status check_geometry(const search *s, const char *name, size_t n[3], cupel_err *err)
{
    for (int k = 0; k < 3; k++) {
        if (!(s->g.n[k] >= 1 && s->g.n[k] < 0x1p40) || s->g.n[k] != floor(s->g.n[k]))
            return cupel_fail(err, CUPEL_BAD_INPUT, "'%s': the image of '%s' has %g voxels along axis %d", name, s->path, s->g.n[k], k);
        if (!(s->g.spacing[k] * MICROMETRE > 0) || !isfinite(s->g.spacing[k]) || !isfinite(s->g.origin[k]))
            return cupel_fail(err, CUPEL_BAD_INPUT, "'%s': the image of '%s' has spacing %g and origin %g along axis %d", name, s->path,
                              s->g.spacing[k], s->g.origin[k], k);
        n[k] = (size_t)s->g.n[k];
    }
    return CUPEL_OK;
}

static cupel_status take_found(const search *s, const char *name, cupel_h5_found *f, cupel_err *err)
{
    size_t n[3];
    cupel_h5_array *a = &f->array;
    cupel_status st = check_geometry(s, name, n, err);
    if (st == CUPEL_OK) st = cupel_h5_array_of(s->h, s->path, a, err);
    if (st != CUPEL_OK) return st;
    if (!a->kind || a->rank < 1 || a->count != cupel_mul(cupel_mul(n[0], n[1]), n[2]))
        return cupel_fail(err, CUPEL_BAD_INPUT, "'%s': data set '%s': expected one number for each of %zu x %zu x %zu voxels, found %zu", name,
                          s->path, n[0], n[1], n[2], a->kind ? a->count : 0);
    memcpy(f->path, s->path, sizeof f->path);
    f->order = cupel_order_fortran(n[2] == 1 ? 2 : 3, n);
    for (int k = 0; k < 3; k++) {
        f->size[k] = s->g.spacing[k] * MICROMETRE;
        f->origin[k] = s->g.origin[k] * MICROMETRE;
    }
    f->has_size = true;
    return CUPEL_OK;
}

cupel_status cupel_dream3d_find(const cupel_h5 *h, const char *name, const cupel_volume_options *o, cupel_h5_found *f, cupel_err *err)
{
    search *s = cupel_alloc(1, sizeof *s);
    if (!s) return cupel_no_memory(err, name, sizeof *s);
    s->h = h;
    s->wanted = o->dataset ? o->dataset : "FeatureIds";
    cupel_status st = cupel_h5_datasets(h, look_at, s, err);
    if (st == CUPEL_OK && s->found != 1)
        st = cupel_fail(err, CUPEL_BAD_INPUT, "'%s': %s '%s' on an image; name the data set with the labels (--dataset): %s", name,
                        s->found ? "several data sets" : "no data set", s->wanted, s->list[0] ? s->list : "there is none");
    if (st == CUPEL_OK) st = take_found(s, name, f, err);
    cupel_free(s);
    return st;
}

static cupel_status find_dream3d(const cupel_h5 *h, const char *name, const cupel_volume_options *o, cupel_h5_found *f, cupel_err *err)
{
    if (!cupel_dream3d_is(h))
        return cupel_fail(err, CUPEL_BAD_INPUT, "'%s': no DREAM.3D file: neither DataContainers nor DataStructure in it", name);
    return cupel_dream3d_find(h, name, o, f, err);
}

static cupel_status read_dream3d(const char *path, const cupel_volume_options *o, cupel_voxels *v, cupel_err *err)
{
    return cupel_h5_read_contained(path, find_dream3d, o, v, err);
}

static const cupel_reference references[] = {{"10.1186/2193-9772-3-5", "Groeber, Jackson: DREAM.3D: A Digital Representation Environment for the "
                                                                       "Analysis of Microstructure in 3D. Integrating Materials and "
                                                                       "Manufacturing Innovation 3, 56 (2014)"},
                                             {NULL, NULL}};

extern const cupel_volume_format cupel_volume_format_dream3d;
const cupel_volume_format cupel_volume_format_dream3d = {
    .method = {.name = "dream3d",
               .kind = "volume format",
               .scale = "microstructure",
               .maturity = "stable",
               .help = "DREAM.3D, version 6 (DataContainers) and NX (DataStructure): FeatureIds, or the cell data set that is named",
               .input = "x, y, z are axes 0, 1, 2 (arrays lie z, y, x); spacing and origin are taken as micrometres, which the file does not say; "
                        "one voxel along z: a 2-D image",
               .output = "not written",
               .references = references},
    .suffixes = ".dream3d",
    .read = read_dream3d,
};
