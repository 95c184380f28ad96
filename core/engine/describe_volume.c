#include "core/engine/describe_volume.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/engine/describe_volume_parts.h"
#include "core/engine/segment.h"
#include "core/engine/sheet.h"
#include "core/io/input.h"
#include "core/matter/records.h"
#include "core/sys/file.h"
#include "datasets/source.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS_MAX = 65536 }; /* fields that our own reader takes in a row (core/io/csv.h) */

typedef struct describer {
    const cupel_describe_volume_options *o;
    const cupel_job *job;
    cupel_volume_sets sets;
    cupel_header header;           /* of the table that goes in: one column "volume" when there is none */
    cupel_records records;
    size_t subject;                /* the column that names volumes */
    char table_digest[7 + 65];
    cupel_volume_row *row;         /* [n] */
    char **path;                   /* [n] where they lie */
    size_t n;
    cupel_header columns;          /* to be written */
    cupel_arena arena;
} describer;

/* ---- which volumes ---- */

static cupel_status volumes_of_table(describer *d, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_source *s = NULL;
    const cupel_describe_volume_options *o = d->o;
    if (o->n != 1) return cupel_fail(err, CUPEL_USAGE, "--volume names a column of one table, found %zu files", o->n);
    memcpy(d->table_digest, "sha256:", 7);
    CUPEL_TRY(cupel_source_open(o->path[0], o->table_format, &s, err));
    const cupel_header *h = cupel_source_header(s);
    for (size_t i = 0; i < h->n; i++) CUPEL_TRY(cupel_header_add(&d->header, cupel_text_of(h->name[i]), err));
    d->subject = cupel_header_find(h, o->column);
    if (d->subject == SIZE_MAX) CUPEL_TRY(cupel_fail(err, CUPEL_USAGE, "'%s' has no column '%s' that names volumes", o->path[0], o->column));
    CUPEL_TRY(cupel_source_read(s, SIZE_MAX, &d->records, err));
    cupel_source_say(s, d->job);
    CUPEL_TRY(cupel_source_digest(s, d->table_digest + 7, err));
done:
    cupel_source_free(s);
    return st;
}

static cupel_status volumes_of_line(describer *d, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    CUPEL_TRY(cupel_header_add(&d->header, cupel_text_of("volume"), err));
    d->records.n_cols = 1;
    for (size_t i = 0; i < d->o->n; i++) CUPEL_TRY(cupel_records_add(&d->records, &(cupel_text){d->o->path[i], strlen(d->o->path[i])}, i + 1, err));
done:
    return st;
}

static cupel_status find_volumes(describer *d, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    CUPEL_TRY(d->o->column ? volumes_of_table(d, err) : volumes_of_line(d, err));
    d->n = d->records.n_rows;
    if (!d->n) CUPEL_TRY(cupel_fail(err, CUPEL_BAD_INPUT, "'%s' has no rows", d->o->path[0]));
    d->row = cupel_alloc(d->n, sizeof *d->row);
    d->path = cupel_alloc(d->n, sizeof *d->path);
    if (!d->row || !d->path) CUPEL_TRY(cupel_no_memory(err, "volumes", d->n * sizeof *d->row));
    for (size_t i = 0; i < d->n; i++) {
        cupel_text t = cupel_cell(&d->records, i, d->subject);
        char *name = cupel_arena_text(&d->arena, t.p, t.n);
        if (!name) CUPEL_TRY(cupel_no_memory(err, "the names of volumes", 0));
        d->row[i].name = name;
        d->path[i] = d->o->column ? cupel_path_beside(d->o->path[0], name) : cupel_strdup(name);
        if (!d->path[i]) CUPEL_TRY(cupel_no_memory(err, "the names of volumes", 0));
        if (cupel_same_file(d->path[i], d->o->output))
            CUPEL_TRY(cupel_fail(err, CUPEL_USAGE, "output '%s' is one of the volumes; give another name", d->o->output));
    }
done:
    return st;
}

/* ---- one volume ---- */

static cupel_status say(describer *d, const cupel_voxels *v, cupel_volume_row *r, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    r->fraction = cupel_alloc(v->n_phases, sizeof *r->fraction);
    r->head = *v;
    r->head.id = NULL;
    r->head.label = cupel_alloc(v->n_phases, sizeof *r->head.label);
    if (!r->fraction || !r->head.label) CUPEL_TRY(cupel_no_memory(err, "phase fractions", v->n_phases * sizeof *r->fraction));
    memcpy(r->head.label, v->label, v->n_phases * sizeof *r->head.label);
    cupel_voxels_fractions(v, r->fraction);
    for (size_t s = 0; s < d->sets.n; s++) {
        const cupel_volume_descriptor *set = d->sets.set[s];
        if (cupel_stopped(d->job)) CUPEL_TRY(cupel_fail(err, CUPEL_INTERRUPTED, "stopped before '%s'", set->method.name));
        CUPEL_TRY(set->compute(v, d->sets.value[s], d->job, &r->said[s], err));
        CUPEL_TRY(cupel_quantities_check(&r->said[s], err));
        for (size_t i = 0; i < r->said[s].n; i++)
            if (isnan(r->said[s].one[i].value)) r->reason = CUPEL_REASON_NO_VALUE;
    }
done:
    return st;
}

static cupel_status describe_one(describer *d, size_t i, cupel_err *err)
{
    cupel_voxels v = {0};
    cupel_volume_row *r = &d->row[i];
    cupel_status st = cupel_volume_segment(d->path[i], &d->o->volume, d->job, &v, err);
    if (st == CUPEL_OK) {
        st = say(d, &v, r, err);
    } else if (st == CUPEL_BAD_INPUT && d->o->missing != CUPEL_MISSING_FAIL && d->n > 1) {
        r->reason = CUPEL_REASON_BAD_VOLUME;
        r->message = cupel_strdup(err->message);
        st = r->message ? CUPEL_OK : cupel_no_memory(err, "a message", 0);
    }
    cupel_voxels_release(&v);
    if (st == CUPEL_OK && d->o->missing == CUPEL_MISSING_FAIL && r->reason)
        st = cupel_fail(err, CUPEL_BAD_INPUT, "'%s': a descriptor is not defined for this volume; --missing keep leaves it empty", r->name);
    return st;
}

static cupel_status describe_all(describer *d, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    size_t bad = 0;
    for (size_t i = 0; i < d->n; i++) {
        cupel_progress(d->job, "volumes", i, d->n);
        CUPEL_TRY(describe_one(d, i, err));
        if (!d->row[i].message) continue;
        cupel_say(d->job, CUPEL_WARNING, "%s", d->row[i].message);
        bad++;
    }
    cupel_progress(d->job, "volumes", d->n, d->n);
    if (bad == d->n) st = cupel_fail(err, CUPEL_BAD_INPUT, "none of the %zu volumes could be read; the first: %s", d->n, d->row[0].message);
done:
    return st;
}

static void say_of_maps(const describer *d)
{
    size_t n = 0;
    for (size_t i = 0; i < d->n; i++)
        for (size_t s = 0; s < d->sets.n; s++) n += d->row[i].said[s].n_maps;
    if (n && !d->o->components) cupel_say(d->job, CUPEL_WARNING, "maps are written to an artifact only: -o FILE.h5");
}

static bool dropped(const describer *d, const cupel_volume_row *r) { return d->o->missing == CUPEL_MISSING_DROP && r->reason; }

/* ---- JSON ---- */

static cupel_status write_json(describer *d, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_str text = {0};
    cupel_json_out w = {.s = &text};
    const bool list = d->n > 1 || d->o->column;
    say_of_maps(d);
    if (list) cupel_json_open(&w, '[');
    for (size_t i = 0; i < d->n; i++)
        if (!dropped(d, &d->row[i])) cupel_volume_row_json(&d->row[i], &d->sets, &w);
    if (list) cupel_json_close(&w, ']');
    cupel_str_putc(&text, '\n');
    if (text.failed) CUPEL_TRY(cupel_no_memory(err, "JSON", text.n));
    st = cupel_out_bytes(d->o->output, cupel_str_text(&text), text.n, err);
done:
    cupel_str_free(&text);
    return st;
}

/* ---- table ---- */

void cupel_volume_column(const cupel_volume_row *r, const char *set, const char *name, const char *unit, cupel_of of, cupel_str *out)
{
    cupel_str_addf(out, "%s %s", set, name);
    if (of.phase >= 0) cupel_str_addf(out, " phase %" PRId64, r->head.label[of.phase]);
    if (of.other >= 0) cupel_str_addf(out, " and %" PRId64, r->head.label[of.other]);
    if (of.axis >= 0) cupel_str_addf(out, " axis %d", of.axis);
    if (unit[0]) cupel_str_addf(out, " [%s]", unit);
}

/* The column of each quantity of a row: at[k]. Volumes of a kind have the same ones in the same order, so that the next one is looked at first. */
static cupel_status columns_of(describer *d, const cupel_volume_row *r, bool add, size_t *at, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_str name = {0};
    size_t k = 0, next = 0;
    for (size_t s = 0; s < d->sets.n; s++)
        for (size_t i = 0; i < r->said[s].n; i++) {
            const cupel_quantity *q = &r->said[s].one[i];
            cupel_str_clear(&name);
            cupel_volume_column(r, d->sets.set[s]->method.name, q->name, q->unit, q->of, &name);
            if (name.failed) CUPEL_TRY(cupel_no_memory(err, "the names of columns", 0));
            if (next >= d->columns.n || strcmp(d->columns.name[next], name.p) != 0) {
                for (next = 0; next < d->columns.n && strcmp(d->columns.name[next], name.p) != 0;) next++;
                if (next == d->columns.n && add) CUPEL_TRY(cupel_header_add(&d->columns, (cupel_text){name.p, name.n}, err));
            }
            if (d->columns.n > COLUMNS_MAX)
                CUPEL_TRY(cupel_fail(err, CUPEL_USAGE, "'%s' has %zu phases: a table of more than %d columns; take --format json", r->name,
                                     r->head.n_phases, COLUMNS_MAX));
            if (at) at[k] = next;
            k++, next++;
        }
done:
    cupel_str_free(&name);
    return st;
}

/* x [n][columns]; NaN where a volume has no such number, which is a reason. */
static cupel_status fill(describer *d, double *x, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    const size_t width = d->columns.n;
    size_t *at = cupel_alloc(width, sizeof *at);
    if (!at) CUPEL_TRY(cupel_no_memory(err, "the names of columns", 0));
    for (size_t i = 0; i < d->n; i++) {
        cupel_volume_row *r = &d->row[i];
        size_t k = 0;
        for (size_t j = 0; j < width; j++) x[i * width + j] = NAN;
        CUPEL_TRY(columns_of(d, r, false, at, err));
        for (size_t s = 0; s < d->sets.n; s++)
            for (size_t q = 0; q < r->said[s].n; q++) x[i * width + at[k++]] = r->said[s].one[q].value;
        if (!r->reason && k < width) r->reason = CUPEL_REASON_NO_VALUE;
        if (r->reason && !r->message && d->o->missing == CUPEL_MISSING_FAIL)
            CUPEL_TRY(cupel_fail(err, CUPEL_BAD_INPUT, "'%s' lacks phases of other volumes; --missing keep leaves their columns empty", r->name));
    }
done:
    cupel_free(at);
    return st;
}

/* How many numbers of a row are not defined, and *first of them with its set; the rest of an incomplete row are columns that only others have. */
static size_t count_none(const describer *d, const cupel_volume_row *r, const cupel_quantity **first, const char **set)
{
    size_t n = 0;
    for (size_t s = 0; s < d->sets.n; s++)
        for (size_t i = 0; i < r->said[s].n; i++) {
            if (!isnan(r->said[s].one[i].value)) continue;
            if (!n++) *first = &r->said[s].one[i], *set = d->sets.set[s]->method.name;
        }
    return n;
}

/* What the word no_value in the column of reasons means, volume by volume. */
static void say_of_none(const describer *d)
{
    enum { SHOWN = 5 };
    size_t rows = 0;
    for (size_t i = 0; i < d->n; i++) {
        const cupel_volume_row *r = &d->row[i];
        const cupel_quantity *first = NULL;
        const char *set = NULL;
        cupel_str name = {0};
        if (r->reason != CUPEL_REASON_NO_VALUE || rows++ >= SHOWN) continue;
        const size_t n = count_none(d, r, &first, &set);
        if (n) cupel_volume_column(r, set, first->name, "", first->of, &name);
        if (n)
            cupel_say(d->job, CUPEL_NOTE, "'%s': no_value: %zu number%s of it %s not defined and left empty; the first: '%s'%s%s", r->name, n,
                      n > 1 ? "s" : "", n > 1 ? "are" : "is", cupel_str_text(&name), first->reason ? ", " : "", first->reason ? first->reason : "");
        else
            cupel_say(d->job, CUPEL_NOTE, "'%s': no_value: columns of phases that only other volumes have are left empty", r->name);
        cupel_str_free(&name);
    }
    if (rows > SHOWN) cupel_say(d->job, CUPEL_NOTE, "no_value: and %zu more volumes", rows - SHOWN);
}

static cupel_status put_curve(cupel_writer *w, const cupel_volume_row *r, size_t row, const char *set, const cupel_curve *c, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_str name = {0}, x_name = {0};
    cupel_str_addf(&name, "curves/%zu/", row);
    cupel_volume_column(r, set, c->name, "", c->of, &name);
    cupel_str_addf(&x_name, "%s/%s", cupel_str_text(&name), c->x_name);
    cupel_str_addf(&name, "/%s", c->name);
    if (name.failed || x_name.failed) CUPEL_TRY(cupel_no_memory(err, "the name of a curve", 0));
    CUPEL_TRY(cupel_writer_put(w, x_name.p, c->x_unit, c->x_name, CUPEL_F64, 1, &c->n, c->x, err));
    CUPEL_TRY(cupel_writer_put(w, name.p, c->unit, c->name, CUPEL_F64, 1, &c->n, c->y, err));
done:
    cupel_str_free(&name);
    cupel_str_free(&x_name);
    return st;
}

static cupel_status put_map(cupel_writer *w, const cupel_volume_row *r, size_t row, const char *set, const cupel_quantity_map *m, cupel_err *err)
{
    cupel_str name = {0};
    cupel_str_addf(&name, "maps/%zu/", row);
    cupel_volume_column(r, set, m->name, "", m->of, &name);
    cupel_status st = name.failed ? cupel_no_memory(err, "the name of a map", 0)
                                  : cupel_writer_put(w, name.p, m->unit, m->about, CUPEL_F32, m->rank, m->n, m->v, err);
    cupel_str_free(&name);
    return st;
}

static cupel_status put_curves_and_maps(describer *d, cupel_writer *w, const cupel_volume_row *r, size_t row, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    for (size_t s = 0; s < d->sets.n; s++) {
        const cupel_quantities *q = &r->said[s];
        const char *set = d->sets.set[s]->method.name;
        for (size_t c = 0; c < q->n_curves; c++) CUPEL_TRY(put_curve(w, r, row, set, &q->curve[c], err));
        for (size_t m = 0; m < q->n_maps; m++) CUPEL_TRY(put_map(w, r, row, set, &q->map[m], err));
    }
done:
    return st;
}

/* Digests of the volumes, their curves and maps, by the row of the table. */
static cupel_status write_more(describer *d, cupel_writer *w, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    size_t rows = 0;
    char (*digest)[65] = cupel_alloc(d->n, sizeof *digest);
    const char **text = cupel_alloc(d->n, sizeof *text);
    if (!digest || !text) CUPEL_TRY(cupel_no_memory(err, "digests", 0));
    for (size_t i = 0; i < d->n; i++) {
        const cupel_volume_row *r = &d->row[i];
        if (dropped(d, r)) continue;
        text[rows] = digest[rows];
        if (!r->message) CUPEL_TRY(cupel_digest_file(d->path[i], digest[rows], err));
        CUPEL_TRY(put_curves_and_maps(d, w, r, rows, err));
        rows++;
    }
    CUPEL_TRY(cupel_writer_put(w, "digest", "", "SHA-256 of the volumes; empty where one could not be read", CUPEL_TEXT, 1, &rows, text, err));
done:
    cupel_free(text);
    cupel_free(digest);
    return st;
}

/* The table's name without folders: a result does not depend on where the table lay. */
static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static cupel_status write_rows(describer *d, cupel_sheet *sheet, const double *x, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_str text = {0};
    for (size_t i = 0; i < d->n; i++) {
        unsigned char reason = (unsigned char)d->row[i].reason;
        const double *row = x + i * d->columns.n;
        if (dropped(d, &d->row[i])) continue;
        if (cupel_sheet_is_text(sheet)) {
            cupel_str_clear(&text);
            cupel_sheet_format(sheet, &d->records, i, &(cupel_sheet_values){row, &reason, NULL}, &text);
            CUPEL_TRY(cupel_sheet_text(sheet, &text, err));
        } else {
            CUPEL_TRY(cupel_sheet_rows(sheet, &d->records, i, 1, &(cupel_sheet_values){row, &reason, NULL}, err));
        }
    }
    if (cupel_sheet_is_text(sheet))
        say_of_maps(d);
    else
        CUPEL_TRY(write_more(d, cupel_sheet_writer(sheet), err));
done:
    cupel_str_free(&text);
    return st;
}

static cupel_status write_table(describer *d, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_sheet *sheet = NULL;
    cupel_str sets = {0};
    double *x = NULL;
    for (size_t i = 0; i < d->n; i++) CUPEL_TRY(columns_of(d, &d->row[i], true, NULL, err));
    x = cupel_alloc(cupel_mul(d->n, d->columns.n), sizeof *x);
    cupel_volume_sets_text(&d->sets, &sets);
    if (!x || sets.failed) CUPEL_TRY(cupel_no_memory(err, "a table of descriptors", cupel_mul(d->n, d->columns.n * sizeof *x)));
    CUPEL_TRY(fill(d, x, err));
    cupel_sheet_options o = {.kind = "volume descriptors",
                             .path = d->o->output,
                             .format = d->o->format,
                             .header = &d->header,
                             .formula = d->subject,
                             .subject = "volume",
                             .n_columns = d->columns.n,
                             .column = (const char *const *)d->columns.name,
                             .unit = (const char *const *)d->columns.unit,
                             .reasons = d->o->missing == CUPEL_MISSING_KEEP,
                             .sets = cupel_str_text(&sets),
                             .missing = cupel_missing_name(d->o->missing)};
    CUPEL_TRY(cupel_sheet_open(&o, &sheet, err));
    CUPEL_TRY(write_rows(d, sheet, x, err));
    say_of_none(d);
    st = cupel_sheet_commit(&sheet, d->o->column ? base_name(d->o->path[0]) : NULL, d->table_digest, err);
done:
    cupel_sheet_abandon(&sheet);
    cupel_str_free(&sets);
    cupel_free(x);
    return st;
}

/* ---- all ---- */

static bool writes_json(const cupel_describe_volume_options *o)
{
    size_t n = strlen(o->output);
    if (o->format) return strcmp(o->format, "json") == 0;
    if (strcmp(o->output, "-") == 0) return o->n == 1 && !o->column;
    return n > 5 && strcmp(o->output + n - 5, ".json") == 0;
}

static void release(describer *d)
{
    for (size_t i = 0; d->row && i < d->n; i++) {
        cupel_free(d->row[i].message);
        cupel_free(d->row[i].fraction);
        cupel_voxels_release(&d->row[i].head);
        for (size_t s = 0; s < d->sets.n; s++) cupel_quantities_release(&d->row[i].said[s]);
    }
    for (size_t i = 0; d->path && i < d->n; i++) cupel_free(d->path[i]);
    cupel_free(d->path);
    cupel_free(d->row);
    cupel_header_release(&d->header);
    cupel_header_release(&d->columns);
    cupel_records_release(&d->records);
    cupel_volume_sets_release(&d->sets);
    cupel_arena_release(&d->arena);
}

cupel_status cupel_describe_volume(const cupel_describe_volume_options *o, const cupel_job *job, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    describer d = {.o = o, .job = job};
    cupel_err own = {0};
    if (!err) err = &own; /* messages of volumes are kept */
    if (o->missing == CUPEL_MISSING_IMPUTE)
        CUPEL_TRY(cupel_fail(err, CUPEL_USAGE, "--missing impute is for formulas; of volumes expected keep, fail or drop"));
    CUPEL_TRY(cupel_volume_sets_parse(o->sets, &d.sets, err));
    CUPEL_TRY(cupel_out_check(o->output, err));
    CUPEL_TRY(find_volumes(&d, err));
    CUPEL_TRY(describe_all(&d, err));
    if (o->components) CUPEL_TRY(cupel_volume_components(d.row, d.n, &d.sets, o->components, job, err));
    CUPEL_TRY(writes_json(o) ? write_json(&d, err) : write_table(&d, err));
done:
    release(&d);
    return st;
}
