#include "core/engine/inspect.h"

#include "core/base/err.h"
#include "core/engine/funnel.h"
#include "core/engine/loop_inspect.h"
#include "core/engine/path_text.h"
#include "core/io/artifact.h"
#include "core/io/json.h"
#include "core/matter/crystal.h"
#include "datasets/formats/h5_contents.h"
#include "datasets/formats/volume.h"

#include <inttypes.h>
#include <limits.h>
#include <string.h>

static const char *type_name(cupel_type t)
{
    static const char *const names[] = {
        [CUPEL_F64] = "float64", [CUPEL_F32] = "float32", [CUPEL_I64] = "int64", [CUPEL_U8] = "uint8", [CUPEL_TEXT] = "text"};
    return names[t];
}

/* The seed is unsigned, attributes are not. */
static bool is_seed(const cupel_attribute *a) { return strcmp(a->name, "seed") == 0 && a->type == CUPEL_I64; }

/* ---- JSON ---- */

typedef struct page {
    cupel_json_out w;
    bool loop; /* whose count of inputs is none of files */
    bool part; /* of a screen: its own candidates are meant by that word */
} page;

static cupel_status json_attribute(void *user, const cupel_attribute *a, cupel_err *err)
{
    (void)err;
    page *p = user;
    cupel_json_out *w = &p->w;
    const bool count = p->loop && strcmp(a->name, "inputs") == 0, candidates = p->part && strcmp(a->name, "candidates") == 0;
    cupel_json_name(w, candidates ? "candidates_of_the_space" : count ? "n_inputs" : a->name);
    if (a->type == CUPEL_TEXT)
        cupel_json_put_string(w, a->text);
    else if (a->type == CUPEL_F64)
        cupel_json_put_number(w, a->number);
    else if (is_seed(a))
        cupel_json_put_count(w, (uint64_t)a->integer);
    else
        cupel_json_put_int(w, a->integer);
    return CUPEL_OK;
}

static cupel_status json_dataset(void *user, const char *name, cupel_type type, int rank, const size_t *shape, const char *units,
                                 const char *description, cupel_err *err)
{
    (void)err;
    cupel_json_out *w = &((page *)user)->w;
    cupel_json_name(w, name);
    cupel_json_open(w, '{');
    cupel_json_name(w, "type");
    cupel_json_put_string(w, type_name(type));
    cupel_json_name(w, "shape");
    cupel_json_open(w, '[');
    for (int i = 0; i < rank; i++) cupel_json_put_count(w, shape[i]);
    cupel_json_close(w, ']');
    cupel_json_name(w, "units");
    cupel_json_put_string(w, units);
    cupel_json_name(w, "description");
    cupel_json_put_string(w, description);
    cupel_json_close(w, '}');
    return CUPEL_OK;
}

static void put_rejected(void *user, const char *reason, int64_t n)
{
    cupel_json_name(user, reason);
    cupel_json_put_int(user, n);
}

/* A ranking or a part of one: what became of its candidates. candidates = described + those rejected before that. */
static cupel_status put_fates(const char *path, cupel_json_out *w, cupel_err *err)
{
    cupel_result r = {.n_words = 0};
    cupel_status st = cupel_result_open(path, &r, err);
    if (st != CUPEL_OK) return st;
    if (r.shards > 1) {
        cupel_json_name(w, "candidates");
        cupel_json_put_int(w, r.end - r.first);
    }
    cupel_json_name(w, "described");
    cupel_json_put_int(w, cupel_funnel_described(&r));
    cupel_json_name(w, "predicted");
    cupel_json_put_int(w, r.counts.total[CUPEL_PREDICTED]);
    cupel_json_name(w, "kept");
    cupel_json_put_count(w, r.rows.n);
    cupel_json_name(w, "never_listed");
    cupel_json_open(w, '{');
    cupel_funnel_cut(&r, put_rejected, w);
    cupel_json_close(w, '}');
    cupel_json_name(w, "rejected");
    cupel_json_open(w, '{');
    cupel_funnel_rejected(&r, put_rejected, w);
    cupel_json_close(w, '}');
    cupel_result_release(&r);
    return CUPEL_OK;
}

/* A model whose penalty has a path. */
static bool has_path(const cupel_reader *r)
{
    return strcmp(cupel_reader_kind(r), "model") == 0 && cupel_reader_has(r, "surrogate/path/lambda");
}

/* As JSON, or where w is NULL as lines. */
static cupel_status put_path(const char *path, cupel_json_out *w, cupel_str *lines, cupel_err *err)
{
    cupel_model *m = NULL;
    cupel_status st = cupel_model_open(path, &m, err);
    if (st == CUPEL_OK) st = w ? cupel_path_json(m, w, err) : cupel_path_lines(m, lines, err);
    cupel_model_free(m);
    return st;
}

static cupel_status put_json(const char *path, const cupel_reader *r, cupel_str *out, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    const char *kind = cupel_reader_kind(r);
    page p = {.w = {.s = out}, .part = strcmp(kind, "shard") == 0, .loop = strcmp(kind, "loop") == 0};
    cupel_json_out *w = &p.w;
    cupel_json_open(w, '{');
    CUPEL_TRY(cupel_reader_attributes(r, "", json_attribute, &p, err));
    if (p.part || strcmp(kind, "ranking") == 0) CUPEL_TRY(put_fates(path, w, err));
    if (p.loop) CUPEL_TRY(cupel_loop_inspect_json(path, w, err));
    if (has_path(r)) CUPEL_TRY(put_path(path, w, NULL, err));
    cupel_json_name(w, "digest");
    cupel_json_put_string(w, cupel_reader_digest(r));
    cupel_json_name(w, "inputs");
    cupel_json_open(w, '{');
    p.loop = false;
    CUPEL_TRY(cupel_reader_attributes(r, "inputs", json_attribute, &p, err));
    cupel_json_close(w, '}');
    cupel_json_name(w, "datasets");
    cupel_json_open(w, '{');
    CUPEL_TRY(cupel_reader_each(r, json_dataset, &p, err));
    cupel_json_close(w, '}');
    cupel_json_close(w, '}');
    cupel_str_putc(out, '\n');
done:
    return st;
}

/* ---- lines ---- */

static void line(cupel_str *s, const char *name, const char *text) { cupel_str_addf(s, "%-24s %s\n", name, text); }

static cupel_status line_attribute(void *user, const cupel_attribute *a, cupel_err *err)
{
    (void)err;
    cupel_str value = {0};
    if (a->type == CUPEL_TEXT)
        cupel_str_puts(&value, a->text);
    else if (a->type == CUPEL_F64)
        cupel_str_number(&value, a->number);
    else if (is_seed(a))
        cupel_str_addf(&value, "%" PRIu64, (uint64_t)a->integer);
    else
        cupel_str_addf(&value, "%" PRId64, a->integer);
    line(user, a->name, cupel_str_text(&value));
    cupel_str_free(&value);
    return CUPEL_OK;
}

static cupel_status line_input(void *user, const cupel_attribute *a, cupel_err *err)
{
    (void)err;
    cupel_str_addf(user, "  %-22s %s\n", a->name, a->text ? a->text : "");
    return CUPEL_OK;
}

static cupel_status line_dataset(void *user, const char *name, cupel_type type, int rank, const size_t *shape, const char *units,
                                 const char *description, cupel_err *err)
{
    (void)err;
    cupel_str what = {0};
    cupel_str_puts(&what, type_name(type));
    for (int i = 0; i < rank; i++) cupel_str_addf(&what, "%s%zu", i ? " x " : " ", shape[i]);
    cupel_str_addf(user, "  %-22s %-22s %s%s%s%s\n", name, cupel_str_text(&what), description, units[0] ? " [" : "", units, units[0] ? "]" : "");
    cupel_str_free(&what);
    return CUPEL_OK;
}

static cupel_status put_lines(const char *path, const cupel_reader *r, cupel_str *out, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    CUPEL_TRY(cupel_reader_attributes(r, "", line_attribute, out, err));
    if (strcmp(cupel_reader_kind(r), "loop") == 0) CUPEL_TRY(cupel_loop_inspect_lines(path, out, err));
    line(out, "digest", cupel_reader_digest(r));
    cupel_str_puts(out, "inputs\n");
    CUPEL_TRY(cupel_reader_attributes(r, "inputs", line_input, out, err));
    cupel_str_puts(out, "data sets\n");
    CUPEL_TRY(cupel_reader_each(r, line_dataset, out, err));
    if (has_path(r)) CUPEL_TRY(put_path(path, NULL, out, err));
done:
    return st;
}

/* What an HDF5 file of another program holds, and which volume any other file is; the error stays as it is for all else. */
static cupel_status say_foreign(const char *path, cupel_err *err)
{
    cupel_str words = {0};
    cupel_err why = {0};
    const bool hdf5 = cupel_h5_is_file(path);
    if (hdf5 && cupel_h5_contents(path, &words, &why) == CUPEL_OK)
        cupel_fail(err, CUPEL_BAD_ARTIFACT, "'%s': not a cupel artifact: an HDF5 file that another program wrote; it holds %s; a volume in it is "
                   "taken by 'cupel describe', 'homogenize' and 'convert' (--dataset names it)", path, cupel_str_text(&words));
    else if (hdf5)
        cupel_fail(err, CUPEL_BAD_ARTIFACT, "'%s': not a cupel artifact: an HDF5 file that another program wrote, and it cannot be read: %s", path,
                   why.message);
    else if (cupel_volume_say(path, &words))
        cupel_fail(err, CUPEL_BAD_ARTIFACT, "'%s': not a cupel artifact: %s, as 'cupel describe', 'homogenize' and 'convert' take it", path,
                   cupel_str_text(&words));
    cupel_str_free(&words);
    return CUPEL_BAD_ARTIFACT;
}

cupel_status cupel_inspect(const char *path, bool json, cupel_str *out, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_reader *r = NULL;
    st = cupel_reader_open(path, NULL, UINT_MAX, &r, err);
    if (st == CUPEL_BAD_ARTIFACT && cupel_crystal_refuse(path, err) != CUPEL_OK) st = CUPEL_BAD_INPUT;
    if (st == CUPEL_BAD_ARTIFACT) st = say_foreign(path, err);
    CUPEL_TRY(st);
    CUPEL_TRY(json ? put_json(path, r, out, err) : put_lines(path, r, out, err));
    if (out->failed) CUPEL_TRY(cupel_no_memory(err, "the contents of an artifact", out->n));
done:
    cupel_reader_free(r);
    return st;
}
