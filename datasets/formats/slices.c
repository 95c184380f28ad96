/* A folder of images as the slices of a volume: its .png, or its .tif and .tiff, in the order of their names, in which runs of digits count as
 * numbers (s9 before s10). Numbers go up by the same step from file to file: one that is left out is a slice that is missing. */
#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/sys/file.h"
#include "datasets/formats/image.h"
#include "datasets/formats/volume.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

typedef struct names {
    char **name;
    size_t n, cap, n_png, n_tiff;
} names;

static void release(names *l)
{
    for (size_t i = 0; i < l->n; i++) cupel_free(l->name[i]);
    cupel_free(l->name);
}

static bool ends_with(const char *name, const char *suffix)
{
    size_t n = strlen(name), k = strlen(suffix);
    return n > k && strcasecmp(name + n - k, suffix) == 0;
}

static bool is_png_name(const char *name) { return ends_with(name, ".png") || ends_with(name, ".png.gz"); }
static bool is_tiff_name(const char *name)
{
    return ends_with(name, ".tif") || ends_with(name, ".tiff") || ends_with(name, ".tif.gz") || ends_with(name, ".tiff.gz");
}

static bool digit(char c) { return c >= '0' && c <= '9'; }

/* Names compare byte by byte, runs of digits as numbers of any length; equal ones by the bytes. */
static int by_number(const void *a, const void *b)
{
    const char *x = *(char *const *)a, *y = *(char *const *)b;
    const char *p = x, *q = y;
    while (*p && *q) {
        if (!digit(*p) || !digit(*q)) {
            if (*p != *q) return (unsigned char)*p < (unsigned char)*q ? -1 : 1;
            p++, q++;
            continue;
        }
        p += strspn(p, "0"), q += strspn(q, "0");
        size_t n = strspn(p, "0123456789"), m = strspn(q, "0123456789");
        if (n != m) return n < m ? -1 : 1;
        int order = memcmp(p, q, n);
        if (order) return order;
        p += n, q += m;
    }
    if (*p || *q) return *p ? 1 : -1;
    return strcmp(x, y);
}

/* The one run of digits in which two names differ, as offsets into x, and its numbers; false when they differ in more, or in other characters. */
typedef struct numbered {
    size_t at, end;     /* in x: [at, end) */
    uint64_t from, to;
} numbered;

static bool numbers_of(const char *x, const char *y, numbered *d)
{
    size_t i = 0, j = 0, runs = 0;
    while (x[i] && y[j]) {
        if (!digit(x[i]) || !digit(y[j])) {
            if (x[i++] != y[j++]) return false;
            continue;
        }
        const size_t n = strspn(x + i, "0123456789"), m = strspn(y + j, "0123456789");
        if (n != m || memcmp(x + i, y + j, n) != 0) {
            *d = (numbered){.at = i, .end = i + n};
            if (!cupel_parse_u64((cupel_text){x + i, n}, &d->from) || !cupel_parse_u64((cupel_text){y + j, m}, &d->to)) return false;
            runs++;
        }
        i += n, j += m;
    }
    return !x[i] && !y[j] && runs == 1 && d->to > d->from;
}

static const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static cupel_status missing_slice(const char *path, const char *before, const char *after, const numbered *d, uint64_t step, cupel_err *err)
{
    const char *name = last_part(before);
    const size_t head = d->at - (size_t)(name - before);
    const unsigned long long first = d->from + step, last = d->to - step;
    cupel_str more = {0};
    if (last > first) cupel_str_addf(&more, " (and on to number %llu)", last);
    cupel_status st = cupel_fail(err, CUPEL_BAD_INPUT,
                                 "folder '%s': slice '%.*s%0*llu%s'%s is missing between '%s' and '%s'; expected numbers that go up by %llu; put it "
                                 "there, or number the files without a gap if the volume has none",
                                 path, (int)head, name, (int)(d->end - d->at), first, before + d->end, cupel_str_text(&more), name,
                                 last_part(after), (unsigned long long)step);
    cupel_str_free(&more);
    return st;
}

/* The step is the smallest between neighbours (of two files alone: 1). */
static cupel_status check_gaps(const char *path, const names *l, cupel_err *err)
{
    numbered d;
    uint64_t step = l->n > 2 ? UINT64_MAX : 1;
    for (size_t i = 1; i < l->n && step > 1; i++)
        if (numbers_of(l->name[i - 1], l->name[i], &d) && d.to - d.from < step) step = d.to - d.from;
    for (size_t i = 1; i < l->n; i++)
        if (numbers_of(l->name[i - 1], l->name[i], &d) && d.to - d.from > step)
            return missing_slice(path, l->name[i - 1], l->name[i], &d, step, err);
    return CUPEL_OK;
}

static cupel_status list_folder(const char *path, names *l, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    DIR *d = opendir(path);
    if (!d) return cupel_fail(err, CUPEL_BAD_INPUT, "opening folder '%s': %s", path, strerror(errno));
    for (const struct dirent *e; (e = readdir(d));) { /* cppcheck-suppress readdirCalled ; the stream is ours alone */
        if (e->d_name[0] == '.' || !(is_png_name(e->d_name) || is_tiff_name(e->d_name))) continue;
        if (!cupel_grow(&l->name, &l->cap, l->n + 1, sizeof *l->name)) CUPEL_TRY(cupel_no_memory(err, path, 0));
        l->name[l->n] = cupel_path_join(path, e->d_name);
        if (!l->name[l->n]) CUPEL_TRY(cupel_no_memory(err, path, 0));
        l->n++;
        if (is_png_name(e->d_name))
            l->n_png++;
        else
            l->n_tiff++;
    }
    if (!l->n) CUPEL_TRY(cupel_fail(err, CUPEL_BAD_INPUT, "folder '%s': no slices (.png, .tif, .tiff) in it", path));
    if (l->n_png && l->n_tiff)
        CUPEL_TRY(cupel_fail(err, CUPEL_BAD_INPUT, "folder '%s': %zu .png and %zu .tiff in it; slices are of one format: move the others away", path,
                             l->n_png, l->n_tiff));
    qsort(l->name, l->n, sizeof *l->name, by_number);
    st = check_gaps(path, l, err);
done:
    closedir(d);
    return st;
}

static cupel_status add_slice(const char *file, const char *path, cupel_pile *pile, cupel_err *err)
{
    size_t pages = 1;
    bool volume;
    if (is_png_name(file)) return cupel_png_pile(file, path, pile, err);
    cupel_status st = cupel_tiff_pages(file, &pages, &volume, err);
    if (st == CUPEL_OK && pages != 1)
        st =
            cupel_fail(err, CUPEL_BAD_INPUT, "'%s': %zu pages; a slice in a folder has one page (name the file itself to read a stack)", file, pages);
    return st == CUPEL_OK ? cupel_tiff_pile(file, path, pile, err) : st;
}

static cupel_status read_slices(const char *path, const cupel_volume_options *o, cupel_voxels *v, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    names l = {0};
    cupel_pile pile = {.volume = true, .threshold = o->threshold};
    CUPEL_TRY(list_folder(path, &l, err));
    pile.n_pages = l.n;
    for (size_t i = 0; i < l.n; i++) CUPEL_TRY(add_slice(l.name[i], path, &pile, err));
    CUPEL_TRY(cupel_fill_finish(pile.fill, v, err));
done:
    cupel_fill_free(pile.fill);
    release(&l);
    return st;
}

extern const cupel_volume_format cupel_volume_format_slices;
const cupel_volume_format cupel_volume_format_slices = {
    .method = {.name = "slices", .kind = "volume format", .scale = "microstructure", .maturity = "stable",
               .help = "a folder of PNG or TIFF images, one per slice, in the order of their names (numbers in them count: s9 before s10; none may "
                       "be missing)",
               .input = "slices are axis 0, rows axis 1, columns axis 2; the stored numbers are the labels; no voxel size", .output = "not written"},
    .suffixes = "", .image = true, .read = read_slices,
};
