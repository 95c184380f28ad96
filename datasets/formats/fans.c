/* HDF5 with one array of labels, as FANS keeps its microstructures (https://github.com/DataAnalyticsEngineering/FANS): an attribute permute_order
 * says how its axes lie, "xyz" when it is missing, and L the lengths of the box in that order. */
#include "core/base/err.h"
#include "core/base/mem.h"
#include "datasets/formats/h5_contents.h"
#include "datasets/formats/h5_volume.h"
#include "datasets/formats/target.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { LIST = 400 };

static const char where[] = "/microstructure";

/* ---- reading: in the child ---- */

typedef struct search {
    const cupel_h5 *h;
    char path[CUPEL_H5_PATH]; /* of the array that will be read */
    cupel_h5_array array;
    size_t n, n_all; /* arrays of whole numbers that could be it; arrays of any numbers */
    char list[LIST];
    cupel_err why;   /* what was wrong with the first one that could not be read */
} search;

/* Two or three axes, and any number of axes of length 1 behind them. */
static bool is_grid(const cupel_h5_array *a)
{
    int rank = a->rank;
    while (rank > 3 && a->shape[rank - 1] == 1) rank--;
    return a->kind && (rank == 2 || rank == 3);
}

static cupel_status look_at(void *user, const char *path, cupel_err *err)
{
    search *s = user;
    cupel_h5_array a;
    cupel_err why = {0};
    cupel_status st = cupel_h5_array_of(s->h, path, &a, &why);
    if (st == CUPEL_BAD_INPUT && !s->why.message[0]) s->why = why;
    if (st == CUPEL_BAD_INPUT) return CUPEL_OK;
    if (st != CUPEL_OK) return cupel_fail(err, st, "%s", why.message);
    if (!is_grid(&a)) return CUPEL_OK;
    const size_t used = strlen(s->list);
    snprintf(s->list + used, sizeof s->list - used, "%s%s", used ? ", " : "", path);
    s->n_all++;
    if (a.kind != 'f') s->n++;
    if ((a.kind != 'f' && s->n == 1) || (s->n_all == 1 && !s->n)) {
        if (strlen(path) >= sizeof s->path) return cupel_fail(err, CUPEL_BAD_INPUT, "data set '%.200s...': its name is too long", path);
        memcpy(s->path, path, strlen(path) + 1);
        s->array = a;
    }
    return CUPEL_OK;
}

static cupel_status no_grid(const search *s, const char *name, cupel_err *err)
{
    cupel_str words = {0};
    cupel_status st = cupel_h5_list(s->h, &words, err);
    if (st == CUPEL_OK)
        st = cupel_fail(err, CUPEL_BAD_INPUT, "'%s': no data set of numbers on 2 or 3 axes in it; it holds %s", name, cupel_str_text(&words));
    cupel_str_free(&words);
    return st;
}

static cupel_status find(search *s, const char *name, const char *wanted, cupel_err *err)
{
    if (wanted) {
        snprintf(s->path, sizeof s->path, "%s", wanted);
        cupel_status st = cupel_h5_array_of(s->h, s->path, &s->array, err);
        if (st == CUPEL_OK && !is_grid(&s->array))
            st = cupel_fail(err, CUPEL_BAD_INPUT, "'%s': data set '%s': expected numbers on 2 or 3 axes, found %d ax%cs%s", name, wanted,
                            s->array.rank, s->array.rank == 1 ? 'i' : 'e', s->array.kind ? "" : " of something else");
        return st;
    }
    cupel_status st = cupel_h5_datasets(s->h, look_at, s, err);
    if (st != CUPEL_OK) return st;
    if (!s->n_all && s->why.message[0]) return cupel_fail(err, CUPEL_BAD_INPUT, "%s", s->why.message);
    if (!s->n_all) return no_grid(s, name, err);
    if (s->n > 1 || (!s->n && s->n_all > 1))
        return cupel_fail(err, CUPEL_BAD_INPUT, "'%s': several data sets; name the one with the labels (--dataset): %s", name, s->list);
    return CUPEL_OK;
}

/* Lengths and origin, in the order of the axes of the file. */
static void read_geometry(const search *s, cupel_h5_found *f)
{
    double L[3], origin[3];
    const cupel_file_order *order = &f->order;
    const size_t n = (size_t)order->dim;
    bool measured = cupel_h5_numbers_of(s->h, s->path, "L", L, 3) == n;
    for (size_t k = 0; measured && k < n; k++) {
        L[k] /= (double)order->n[k];
        measured = L[k] > 0 && L[k] < HUGE_VAL;
    }
    for (size_t k = 0; measured && k < n; k++) f->size[order->axis[k]] = L[k];
    f->has_size = measured;
    if (cupel_h5_numbers_of(s->h, s->path, "origin", origin, 3) != n) return;
    for (size_t k = 0; k < n; k++)
        if (origin[k] > -HUGE_VAL && origin[k] < HUGE_VAL) f->origin[order->axis[k]] = origin[k];
}

/* permute_order: "xyz" or "zyx" as FANS knows it; of two axes "xy" or "yx". */
static cupel_status read_order(const search *s, const char *name, cupel_file_order *order, cupel_err *err)
{
    char axes[16] = "";
    *order = cupel_order_c(s->array.rank == 2 ? 2 : 3, s->array.shape);
    cupel_status st = cupel_h5_text_of(s->h, s->path, "permute_order", axes, sizeof axes, err);
    if (st != CUPEL_OK) return st;
    const bool turned = strcasecmp(axes, "zyx") == 0 || strcasecmp(axes, "yx") == 0;
    if (axes[0] && !turned && strcasecmp(axes, "xyz") != 0 && strcasecmp(axes, "xy") != 0)
        return cupel_fail(err, CUPEL_BAD_INPUT, "'%s': data set '%s': permute_order is '%s'; expected xyz or zyx", name, s->path, axes);
    for (int k = 0; turned && k < order->dim; k++) order->axis[k] = order->dim - 1 - k;
    return CUPEL_OK;
}

static cupel_status look_at_grid(const search *s, const char *name, cupel_h5_found *f, cupel_err *err)
{
    double dimension = 3;
    cupel_status st = read_order(s, name, &f->order, err);
    if (st != CUPEL_OK) return st;
    memcpy(f->path, s->path, sizeof f->path);
    f->array = s->array;
    read_geometry(s, f);
    f->flat = cupel_h5_numbers_of(s->h, s->path, "dimension", &dimension, 1) == 1 && dimension == 2;
    return CUPEL_OK;
}

static cupel_status find_any(const cupel_h5 *h, const char *name, const cupel_volume_options *o, cupel_h5_found *f, cupel_err *err)
{
    if (cupel_dream3d_is(h)) return cupel_dream3d_find(h, name, o, f, err);
    search *s = cupel_alloc(1, sizeof *s);
    if (!s) return cupel_no_memory(err, name, sizeof *s);
    s->h = h;
    cupel_status st = find(s, name, o->dataset, err);
    if (st == CUPEL_OK) st = look_at_grid(s, name, f, err);
    cupel_free(s);
    return st;
}

cupel_status cupel_h5_volume_read(const char *path, const cupel_volume_options *o, cupel_voxels *v, cupel_err *err)
{
    return cupel_h5_read_contained(path, find_any, o, v, err);
}

static bool is_hdf5(const unsigned char *head, size_t n) { return n >= 8 && memcmp(head, "\x89HDF\r\n\x1a\n", 8) == 0; }

/* ---- writing ---- */

static cupel_status put_geometry(cupel_h5 *h, const char *axes, const cupel_voxels *v, const cupel_file_order *order, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    double L[3], origin[3];
    const double dimension = v->dim;
    for (int k = 0; k < 3; k++) {
        L[k] = (double)order->n[k] * v->size[order->axis[k]];
        origin[k] = v->origin[order->axis[k]];
    }
    CUPEL_TRY(cupel_h5_set_varying(h, where, "permute_order", axes, err));
    if (v->has_size) CUPEL_TRY(cupel_h5_set_numbers(h, where, "L", L, 3, err));
    CUPEL_TRY(cupel_h5_set_numbers(h, where, "origin", origin, 3, err));
    CUPEL_TRY(cupel_h5_set_numbers(h, where, "dimension", &dimension, 1, err));
done:
    return st;
}

cupel_status cupel_h5_volume_write(const char *path, const char *axes, const cupel_voxels *v, cupel_number type, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_target file = {.fd = -1};
    cupel_h5 *h = NULL;
    const cupel_file_order order = axes[0] == 'z' ? cupel_order_fortran(3, v->n) : cupel_order_c(3, v->n);
    CUPEL_TRY(cupel_target_open(path, &file, err));
    CUPEL_TRY(cupel_h5_create(file.fd, path, 0, NULL, &h, err));
    CUPEL_TRY(cupel_h5_put_volume(h, where, v, &order, cupel_number_native(type.kind, type.size), err));
    CUPEL_TRY(put_geometry(h, axes, v, &order, err));
    CUPEL_TRY(cupel_h5_close(&h, err));
    CUPEL_TRY(cupel_target_commit(&file, err));
done:
    cupel_h5_close(&h, NULL);
    cupel_target_abandon(&file);
    return st;
}

/* FANS reads its labels as unsigned shorts. */
static cupel_status write_fans(const char *path, const cupel_voxels *v, cupel_err *err)
{
    if (v->label[0] < 0 || v->label[v->n_phases - 1] > UINT16_MAX)
        return cupel_fail(err, CUPEL_BAD_INPUT, "output '%s': labels from %lld to %lld; FANS reads 0 to 65535: number the phases (--ids)", path,
                          (long long)v->label[0], (long long)v->label[v->n_phases - 1]);
    return cupel_h5_volume_write(path, "xyz", v, cupel_number_for(v), err);
}

static const cupel_reference references[] = {{"10.1007/s00466-017-1501-5", "Leuschner, Fritzen: Fourier-Accelerated Nodal Solvers (FANS) for "
                                                                           "homogenization problems. Computational Mechanics 62, 359 (2018)"},
                                             {"https://github.com/DataAnalyticsEngineering/FANS", "FANS: Fourier Accelerated Nodal Solvers"},
                                             {NULL, NULL}};

extern const cupel_volume_format cupel_volume_format_fans;
const cupel_volume_format cupel_volume_format_fans = {
    .method = {.name = "fans",
               .kind = "volume format",
               .scale = "microstructure",
               .maturity = "stable",
               .help = "HDF5 with an array of labels, as FANS reads it: integers of any width, or floats that are whole numbers; chunked and "
                       "compressed",
               .input = "axes of the data set are axes 0, 1, 2 (x, y, z), turned round where its attribute permute_order says zyx; attribute L: "
                        "lengths of the box in metres and in that order, origin likewise",
               .output = "data set /microstructure in axes 0, 1, 2 (permute_order xyz), uint8 or uint16, with L and origin; an image is one voxel "
                         "thick",
               .references = references},
    .suffixes = ".h5 .hdf5",
    .is = is_hdf5,
    .read = cupel_h5_volume_read,
    .write = write_fans,
};
