#include "core/base/err.h"
#include "core/base/str.h"
#include "core/io/artifact_kind.h"
#include "core/io/input.h"
#include "core/math/units.h"
#include "core/matter/crystal.h"
#include "datasets/formats/volume.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

extern const cupel_volume_format cupel_volume_format_npy, cupel_volume_format_tiff, cupel_volume_format_png, cupel_volume_format_slices,
    cupel_volume_format_raw, cupel_volume_format_text, cupel_volume_format_vti, cupel_volume_format_fans, cupel_volume_format_dream3d,
    cupel_volume_format_xdmf, cupel_volume_format_stl;

const cupel_volume_format *const cupel_volume_formats[] = {
    &cupel_volume_format_npy,     &cupel_volume_format_tiff, &cupel_volume_format_png,
    &cupel_volume_format_slices,  &cupel_volume_format_raw,  &cupel_volume_format_text,
    &cupel_volume_format_vti,     &cupel_volume_format_fans, /* before the others in HDF5: it knows DREAM.3D by its groups */
    &cupel_volume_format_dream3d, &cupel_volume_format_xdmf,
    &cupel_volume_format_stl,     NULL};

const cupel_method *cupel_volume_format_method(size_t i) { return cupel_volume_formats[i] ? &cupel_volume_formats[i]->method : NULL; }

enum { HEAD = 512 };

static bool ends_with(const char *path, size_t n, cupel_text suffix)
{
    return n > suffix.n && strncasecmp(path + n - suffix.n, suffix.p, suffix.n) == 0;
}

/* One of the words of `suffixes` ends the name, or the name without its ".gz". */
static bool named(const char *path, const char *suffixes)
{
    size_t n = strlen(path);
    if (ends_with(path, n, cupel_text_of(".gz"))) n -= 3;
    for (const char *p = suffixes; *p;) {
        size_t k = strcspn(p, " ");
        if (ends_with(path, n, (cupel_text){p, k})) return true;
        p += k + (p[k] == ' ');
    }
    return false;
}

static const cupel_volume_format *by_suffix(const char *path)
{
    for (const cupel_volume_format *const *f = cupel_volume_formats; *f; f++)
        if (named(path, (*f)->suffixes)) return *f;
    return NULL;
}

static const cupel_volume_format *by_head(const unsigned char *head, size_t n)
{
    for (const cupel_volume_format *const *f = cupel_volume_formats; *f; f++)
        if ((*f)->is && (*f)->is(head, n)) return *f;
    return NULL;
}

static bool is_folder(const char *path)
{
    struct stat sb;
    return stat(path, &sb) == 0 && S_ISDIR(sb.st_mode);
}

/* The first bytes, unzipped. Nothing is taken from a pipe, whose bytes come only once. */
static cupel_status head_of(const char *path, unsigned char head[HEAD], size_t *n, cupel_err *err)
{
    struct stat sb;
    cupel_input *in = NULL;
    *n = 0;
    if (stat(path, &sb) == 0 && !S_ISREG(sb.st_mode)) return CUPEL_OK;
    cupel_status st = cupel_input_open(path, &in, err);
    for (size_t got = 1; st == CUPEL_OK && got && *n < HEAD; *n += got) st = cupel_input_read(in, head + *n, HEAD - *n, &got, err);
    cupel_input_free(in);
    return st;
}

/* Archives of NumPy arrays are zip files of .npy files, of which the name of the first stands behind the first header. */
static bool is_npz(const char *path, const unsigned char *head, size_t n) { return n > 30 && memcmp(head, "PK\3\4", 4) == 0 && named(path, ".npz"); }

static cupel_status refuse_npz(const char *path, const unsigned char *head, size_t n, cupel_err *err)
{
    size_t length = head[26] | (size_t)head[27] << 8;
    if (length > n - 30) length = n - 30;
    cupel_text name = {(const char *)head + 30, length};
    if (cupel_text_ends(name, ".npy")) name.n -= 4;
    return cupel_fail(err, CUPEL_BAD_INPUT, "'%s' is an archive of NumPy arrays, which is not read: save the one that holds the labels as .npy, "
                      "numpy.save('v.npy', numpy.load('%s')['%.*s'])", path, path, cupel_shown(name.n, 60), name.p);
}

/* Of .h5 the bytes decide: artifacts of cupel begin with their own magic word, not with that of HDF5. */
bool cupel_volume_is(const char *path)
{
    unsigned char head[HEAD];
    size_t n = 0;
    const cupel_volume_format *f = by_suffix(path);
    if ((f && f->read && strcmp(f->method.name, "fans") != 0) || named(path, ".npz")) return true;
    return strcmp(path, "-") != 0 && !is_folder(path) && head_of(path, head, &n, NULL) == CUPEL_OK && by_head(head, n);
}

bool cupel_volume_say(const char *path, cupel_str *words)
{
    unsigned char head[HEAD];
    size_t n = 0;
    cupel_str more = {0};
    const cupel_volume_format *f = head_of(path, head, &n, NULL) == CUPEL_OK ? by_head(head, n) : NULL;
    if (f) cupel_str_addf(words, "a volume of format %s", f->method.name);
    if (f && f->say && f->say(path, &more)) cupel_str_addf(words, " (%s)", cupel_str_text(&more));
    cupel_str_free(&more);
    return f != NULL;
}

static const cupel_volume_format *by_name(const char *name)
{
    for (const cupel_volume_format *const *f = cupel_volume_formats; *f; f++)
        if (strcmp((*f)->method.name, name) == 0) return *f;
    return NULL;
}

/* "npy, tiff, vti": those that write, or those that read. */
static const char *names(bool that_write, char text[256])
{
    size_t n = 0;
    text[0] = '\0';
    for (const cupel_volume_format *const *f = cupel_volume_formats; *f; f++)
        if ((that_write ? (*f)->write != NULL : (*f)->read != NULL) && n < 256)
            n += (size_t)snprintf(text + n, 256 - n, "%s%s", n ? ", " : "", (*f)->method.name);
    return text;
}

static cupel_status can_read(const char *path, const cupel_volume_format *f, cupel_err *err)
{
    char list[256];
    if (f->read) return CUPEL_OK;
    return cupel_fail(err, CUPEL_USAGE, "'%s': format %s is written only; read are: %s", path, f->method.name, names(false, list));
}

cupel_status cupel_volume_format_of(const char *path, const cupel_volume_options *o, const cupel_volume_format **format, cupel_err *err)
{
    unsigned char head[HEAD];
    char list[256];
    size_t n = 0;
    const char *word = o && o->format ? o->format : o && o->raw ? "raw" : NULL;
    cupel_status st = o && (o->dataset || o->raw) ? CUPEL_OK : cupel_artifact_refuse(path, "volume", err); /* one may hold labels, named */
    if (st != CUPEL_OK) return st;
    if (word) {
        *format = by_name(word);
        if (!*format) return cupel_fail(err, CUPEL_USAGE, "no volume format is called '%.64s'; there are: %s", word, names(false, list));
        return can_read(path, *format, err);
    }
    const cupel_volume_format *f = NULL;
    if (is_folder(path)) {
        f = by_name("slices");
    } else if (strcmp(path, "-") != 0) {
        st = head_of(path, head, &n, err);
        if (st != CUPEL_OK) return st;
        if (is_npz(path, head, n)) return refuse_npz(path, head, n, err);
        f = by_head(head, n);
        if (!f) f = by_suffix(path);
    }
    if (!f && (st = cupel_crystal_refuse(path, err)) != CUPEL_OK) return st;
    if (!f)
        return cupel_fail(err, CUPEL_BAD_INPUT, "'%s': neither its first bytes nor its name are those of a volume; name the format (one of %s)", path,
                          names(false, list));
    *format = f;
    return can_read(path, f, err);
}

cupel_status cupel_volume_read(const char *path, const cupel_volume_options *o, cupel_voxels *v, cupel_err *err)
{
    const cupel_volume_options by_file = {0};
    const cupel_volume_format *f = NULL;
    cupel_voxels w = {0};
    if (!o) o = &by_file;
    cupel_status st = cupel_volume_format_of(path, o, &f, err);
    if (st != CUPEL_OK) return st;
    if (o->voxel[0] > 0)
        for (int k = 0; k < 3; k++)
            if (!(o->voxel[k] > 0) || !isfinite(o->voxel[k]))
                return cupel_fail(err, CUPEL_USAGE, "voxel size along axis %d: found %g, expected metres above 0", k, o->voxel[k]);
    st = f->read(path, o, &w, err);
    if (st != CUPEL_OK) return st;
    if (o->voxel[0] > 0) {
        memcpy(w.size, o->voxel, sizeof w.size);
        w.has_size = true;
    }
    w.periodic = !o->nonperiodic;
    *v = w;
    return CUPEL_OK;
}

/* A plain number is in metres, as in the files. */
static bool length_of(cupel_text t, double *metres)
{
    cupel_err unsaid = {0};
    t = cupel_text_trim(t);
    return (cupel_parse_double(t, metres) || cupel_quantity_in(t, "m", metres, &unsaid) == CUPEL_OK) && isfinite(*metres) && *metres > 0;
}

cupel_status cupel_volume_voxel(const char *text, double voxel[3], cupel_err *err)
{
    double x[3];
    int n = 0;
    bool good = true;
    for (const char *p = text; good;) {
        const size_t k = strcspn(p, ",");
        good = n < 3 && length_of((cupel_text){p, k}, &x[n]);
        n++;
        if (!p[k]) break;
        p += k + 1;
    }
    if (!good)
        return cupel_fail(err, CUPEL_USAGE,
                          "voxel size '%.64s': expected a length above 0, as '0.39 um' or 3.9e-7 (metres), or one per axis, '1 um,1 um,2 um'", text);
    for (int i = 0; i < 3; i++) voxel[i] = x[i < n ? i : n - 1]; /* two are the edges of a pixel */
    return CUPEL_OK;
}

static cupel_status writer_of(const char *path, const char *name, const cupel_volume_format **format, cupel_err *err)
{
    char list[256];
    const cupel_volume_format *f = name ? by_name(name) : by_suffix(path);
    if (!f && name)
        return cupel_fail(err, CUPEL_USAGE, "output '%s': no volume format is called '%.64s'; written are: %s", path, name, names(true, list));
    if (!f)
        return cupel_fail(err, CUPEL_USAGE, "output '%s': its name tells no volume format; name one that is written: %s", path, names(true, list));
    if (!f->write)
        return cupel_fail(err, CUPEL_USAGE, "output '%s': format %s is read only; written are: %s", path, f->method.name, names(true, list));
    if (strlen(path) > 3 && !name && strcmp(path + strlen(path) - 3, ".gz") == 0)
        return cupel_fail(err, CUPEL_USAGE, "output '%s': volumes are written as they are; pack the file with gzip afterwards", path);
    *format = f;
    return CUPEL_OK;
}

cupel_status cupel_volume_writes(const char *path, const char *format, cupel_err *err)
{
    const cupel_volume_format *f;
    return writer_of(path, format, &f, err);
}

bool cupel_volume_keeps_size(const char *path, const char *format)
{
    const cupel_volume_format *f = format ? by_name(format) : by_suffix(path);
    return !f || !f->sizeless;
}

cupel_status cupel_volume_write(const char *path, const char *format, const cupel_voxels *v, cupel_err *err)
{
    const cupel_volume_format *f = NULL;
    cupel_status st = writer_of(path, format, &f, err);
    return st == CUPEL_OK ? f->write(path, v, err) : st;
}
