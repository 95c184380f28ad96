#define _GNU_SOURCE
#include "core/io/artifact.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/io/block.h"
#include "core/io/h5.h"
#include "core/sys/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct cupel_reader {
    char *path, kind[CUPEL_BLOCK_KIND], digest[5 + 2 * CUPEL_DIGEST + 1];
    int fd;
    cupel_h5 *h;
};

static cupel_status open_checked(cupel_reader *r, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_block block;
    struct stat sb;
    r->fd = open(r->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (r->fd < 0) CUPEL_TRY(cupel_fail(err, CUPEL_BAD_INPUT, "opening artifact '%s': %s", r->path, strerror(errno)));
    if (fstat(r->fd, &sb) != 0 || !S_ISREG(sb.st_mode))
        CUPEL_TRY(cupel_fail(err, CUPEL_BAD_INPUT, "opening artifact '%s': expected a regular file", r->path));
    CUPEL_TRY(cupel_block_read(r->fd, r->path, &block, err));
    memcpy(r->kind, block.kind, sizeof block.kind);
    memcpy(r->digest, "xxh3:", 5);
    for (size_t i = 0; i < 2 * CUPEL_DIGEST; i++) r->digest[5 + i] = "0123456789abcdef"[block.digest[i / 2] >> (i % 2 ? 0 : 4) & 15];
done:
    return st;
}

/* Is `kind` one of the words of "ranking|shard"? */
static bool among(const char *kind, const char *words)
{
    size_t n = strlen(kind);
    for (const char *w = words;; w++) {
        size_t k = strcspn(w, "|");
        if (k == n && memcmp(w, kind, n) == 0) return true;
        w += k;
        if (!*w) return false;
    }
}

cupel_status cupel_reader_open(const char *path, const char *kind, unsigned max_schema, cupel_reader **out, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    char *inside = NULL;
    cupel_reader *r = cupel_alloc(1, sizeof *r);
    if (!r) CUPEL_TRY(cupel_no_memory(err, "an artifact", sizeof *r));
    r->fd = -1;
    r->path = cupel_strdup(path);
    if (!r->path) CUPEL_TRY(cupel_no_memory(err, "an artifact", 0));
    CUPEL_TRY(open_checked(r, err));
    CUPEL_TRY(cupel_h5_open(r->fd, path, &r->h, err));
    CUPEL_TRY(cupel_reader_attr_text(r, "kind", &inside, err));
    if (strcmp(inside, r->kind) != 0)
        CUPEL_TRY(cupel_fail(err, CUPEL_BAD_ARTIFACT, "'%s': damaged: of kind '%s' and '%s' at once", path, r->kind, inside));
    if (kind && !among(r->kind, kind))
        CUPEL_TRY(cupel_fail(err, CUPEL_BAD_ARTIFACT, "'%s' is a %s artifact, a %.*s artifact is needed", path, r->kind, (int)strcspn(kind, "|"),
                             kind));
    int64_t schema = 0;
    CUPEL_TRY(cupel_reader_attr_int(r, "schema_version", &schema, err));
    if (schema < 0 || schema > (int64_t)max_schema)
        CUPEL_TRY(cupel_fail(err, CUPEL_BAD_ARTIFACT,
                             "'%s': made by a newer cupel: schema %lld of '%s', this is cupel %s, which reads up to %u; update cupel", path,
                             (long long)schema, r->kind, CUPEL_VERSION, max_schema));
    *out = r, r = NULL;
done:
    cupel_free(inside);
    cupel_reader_free(r);
    return st;
}

void cupel_reader_free(cupel_reader *r)
{
    if (!r) return;
    cupel_h5_close(&r->h, NULL);
    if (r->fd >= 0) close(r->fd);
    cupel_free(r->path);
    cupel_free(r);
}

const char *cupel_reader_kind(const cupel_reader *r) { return r->kind; }
const char *cupel_reader_digest(const cupel_reader *r) { return r->digest; }

static cupel_status get_number(const cupel_reader *r, const char *name, cupel_type type, void *out, cupel_err *err)
{
    void *value = NULL;
    cupel_status st = cupel_h5_get(r->h, "/", name, type, &value, err);
    if (st == CUPEL_OK) memcpy(out, value, cupel_h5_type_size(type));
    cupel_free(value);
    return st;
}

static cupel_status get_text(const cupel_reader *r, const char *object, const char *name, char **out, cupel_err *err)
{
    void *value = NULL;
    cupel_status st = cupel_h5_get(r->h, object, name, CUPEL_TEXT, &value, err);
    if (st == CUPEL_OK) *out = value;
    return st;
}

cupel_status cupel_reader_seed(const cupel_reader *r, uint64_t *seed, cupel_err *err)
{
    return get_number(r, "seed", CUPEL_I64, seed, err);
}

cupel_status cupel_reader_input(const cupel_reader *r, const char *name, char **digest, cupel_err *err)
{
    return get_text(r, "inputs", name, digest, err);
}

cupel_status cupel_reader_attr_text(const cupel_reader *r, const char *name, char **value, cupel_err *err)
{
    return get_text(r, "/", name, value, err);
}

cupel_status cupel_reader_attr_number(const cupel_reader *r, const char *name, double *value, cupel_err *err)
{
    return get_number(r, name, CUPEL_F64, value, err);
}

cupel_status cupel_reader_attr_int(const cupel_reader *r, const char *name, int64_t *value, cupel_err *err)
{
    return get_number(r, name, CUPEL_I64, value, err);
}

bool cupel_reader_has(const cupel_reader *r, const char *name) { return cupel_h5_has(r->h, name); }

cupel_status cupel_reader_shape(const cupel_reader *r, const char *name, int max_rank, int *rank, size_t *shape, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_h5_info info;
    CUPEL_TRY(cupel_h5_info_of(r->h, name, &info, err));
    if (info.rank > max_rank)
        CUPEL_TRY(cupel_fail(err, CUPEL_BAD_ARTIFACT, "'%s': data set '%s' has %d axes, expected at most %d", r->path, name, info.rank, max_rank));
    *rank = info.rank;
    for (int i = 0; i < info.rank; i++) shape[i] = info.shape[i];
done:
    return st;
}

cupel_status cupel_reader_units(const cupel_reader *r, const char *name, char **units, cupel_err *err)
{
    return get_text(r, name, "units", units, err);
}

static const char *type_name(cupel_type t)
{
    static const char *const names[] = {"float64", "float32", "int64", "uint8", "text"};
    return names[t];
}

/* "float64 [3][*]" */
static void type_text(cupel_str *s, cupel_type type, int rank, const size_t *shape)
{
    cupel_str_puts(s, type_name(type));
    if (rank) cupel_str_putc(s, ' ');
    for (int i = 0; i < rank; i++) {
        if (shape[i] == SIZE_MAX)
            cupel_str_puts(s, "[*]");
        else
            cupel_str_addf(s, "[%zu]", shape[i]);
    }
}

static cupel_status find_exactly(const cupel_reader *r, const char *name, cupel_type type, int rank, const size_t *shape, cupel_h5_info *info,
                                 cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_str found = {0}, wanted = {0};
    CUPEL_TRY(cupel_h5_info_of(r->h, name, info, err));
    bool fits = info->type == type && info->rank == rank;
    for (int i = 0; fits && i < rank; i++) fits = shape[i] == SIZE_MAX || shape[i] == info->shape[i];
    if (fits) goto done;
    type_text(&found, info->type, info->rank, info->shape);
    type_text(&wanted, type, rank, shape);
    st = cupel_fail(err, CUPEL_BAD_ARTIFACT, "'%s': data set '%s' is %s, expected %s", r->path, name, cupel_str_text(&found),
                    cupel_str_text(&wanted));
done:
    cupel_str_free(&found);
    cupel_str_free(&wanted);
    return st;
}

cupel_status cupel_reader_get(const cupel_reader *r, const char *name, cupel_type type, int rank, size_t *shape, void **data, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_h5_info info;
    void *p = NULL;
    CUPEL_TRY(find_exactly(r, name, type, rank, shape, &info, err));
    if (type == CUPEL_TEXT) {
        char **strings = NULL;
        CUPEL_TRY(cupel_h5_strings(r->h, name, &info, &strings, err));
        p = strings;
    } else {
        size_t n = 1;
        for (int i = 0; i < rank; i++) n *= info.shape[i]; /* fits in the file: checked */
        p = cupel_alloc_aligned(n, cupel_h5_type_size(type));
        if (!p) CUPEL_TRY(cupel_no_memory(err, name, n * cupel_h5_type_size(type)));
        if (n) CUPEL_TRY(cupel_h5_rows(r->h, name, &info, 0, rank ? info.shape[0] : 1, p, err));
    }
    for (int i = 0; i < rank; i++) shape[i] = info.shape[i];
    *data = p, p = NULL;
done:
    cupel_free(p);
    return st;
}

cupel_status cupel_reader_rows(const cupel_reader *r, const char *name, cupel_type type, size_t first, size_t n, void *data, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_h5_info info;
    CUPEL_TRY(cupel_h5_info_of(r->h, name, &info, err));
    if (info.type != type || type == CUPEL_TEXT || info.rank < 1 || info.rank > 2)
        CUPEL_TRY(cupel_fail(err, CUPEL_BAD_ARTIFACT, "'%s': data set '%s' is %s of rank %d, expected %s of rank 1 or 2", r->path, name,
                             type_name(info.type), info.rank, type_name(type)));
    if (first > info.shape[0] || n > info.shape[0] - first)
        CUPEL_TRY(cupel_fail(err, CUPEL_BAD_ARTIFACT, "'%s': data set '%s' has %zu rows, expected at least %zu", r->path, name, info.shape[0],
                             first + n));
    if (n) CUPEL_TRY(cupel_h5_rows(r->h, name, &info, first, n, data, err));
done:
    return st;
}

typedef struct each {
    const cupel_reader *r;
    cupel_dataset_fn fn;
    void *user;
} each;

static cupel_status each_one(void *user, const char *name, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    const each *e = user;
    char *units = NULL, *description = NULL;
    cupel_h5_info info;
    CUPEL_TRY(cupel_h5_info_of(e->r->h, name, &info, err));
    CUPEL_TRY(get_text(e->r, name, "units", &units, err));
    CUPEL_TRY(get_text(e->r, name, "description", &description, err));
    CUPEL_TRY(e->fn(e->user, name, info.type, info.rank, info.shape, units, description, err));
done:
    cupel_free(units);
    cupel_free(description);
    return st;
}

cupel_status cupel_reader_each(const cupel_reader *r, cupel_dataset_fn fn, void *user, cupel_err *err)
{
    each e = {r, fn, user};
    return cupel_h5_datasets(r->h, each_one, &e, err);
}

cupel_status cupel_reader_attributes(const cupel_reader *r, const char *group, cupel_attribute_fn fn, void *user, cupel_err *err)
{
    return cupel_h5_attributes(r->h, group[0] ? group : "/", fn, user, err);
}
