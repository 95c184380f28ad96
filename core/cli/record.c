#include "core/cli/record.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/cli/outputs.h"
#include "core/cli/talk.h"
#include "core/io/input.h"
#include "core/sys/comm.h"
#include "core/sys/file.h"

#include <stdio.h>
#include <string.h>
#include <stdlib.h>
#include <dirent.h>
#include <sys/stat.h>

/* A file that the command line names or the work reads. */
typedef struct named_file {
    char *path;
    bool output;                 /* given with -o: no input, also where one of that name was there */
    bool there;                  /* before the work */
    struct timespec changed;
    off_t size;
    char digest[72];
} named_file;

struct cupel_record {
    cupel_account account;
    cupel_job job;
    const cupel_verb *verb;
    cupel_record_place place;
    const char *folder;          /* of the outputs; NULL: none */
    named_file *file;
    size_t n, cap;
    bool failed; /* no memory for what the work read or counted */
    cupel_account_count_of *count; /* [n_counts] */
    size_t n_counts, cap_counts;
    cupel_str said; /* lines: a level, a blank, the text, a line end */
};

static bool look(const char *path, struct stat *sb) { return strcmp(path, "-") != 0 && stat(path, sb) == 0 && S_ISREG(sb->st_mode); }

static cupel_status digest_of(const char *path, char digest[72], cupel_err *err)
{
    char hex[65] = "";
    cupel_status st = cupel_digest_file(path, hex, err);
    snprintf(digest, 72, "sha256:%s", hex);
    return st;
}

/* NULL: it is noted already, or there is no memory. */
static named_file *new_file(cupel_record *r, const char *path, bool *failed)
{
    *failed = false;
    for (size_t i = 0; i < r->n; i++)
        if (strcmp(r->file[i].path, path) == 0) return NULL;
    char *copy = cupel_grow(&r->file, &r->cap, r->n + 1, sizeof *r->file) ? cupel_strdup(path) : NULL;
    *failed = !copy;
    if (!copy) return NULL;
    r->file[r->n] = (named_file){.path = copy};
    return &r->file[r->n++];
}

static cupel_status add_file(cupel_record *r, const char *path, bool output, cupel_err *err)
{
    struct stat sb;
    bool failed;
    if (!path || strcmp(path, r->place.path) == 0) return CUPEL_OK;
    named_file *f = new_file(r, path, &failed);
    if (failed) return cupel_no_memory(err, "a record", 0);
    if (!f) return CUPEL_OK;
    f->output = output;
    f->there = look(path, &sb);
    if (!f->there) return CUPEL_OK;
    f->changed = sb.st_mtim;
    f->size = sb.st_size;
    if (!output) f->there = digest_of(path, f->digest, NULL) == CUPEL_OK; /* what cannot be read is no input; the work says why */
    return CUPEL_OK;
}

static int by_name(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

/* Paths of what stands in a folder, in order of names; none where it is not there. Caller frees. */
static cupel_status list_folder(const char *folder, char ***path, size_t *n, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    size_t cap = 0;
    DIR *d = opendir(folder);
    if (!d) return CUPEL_OK;
    for (const struct dirent *e; (e = readdir(d));) { /* cppcheck-suppress readdirCalled ; the stream is ours alone */
        if (e->d_name[0] == '.') continue;
        if (!cupel_grow(path, &cap, *n + 1, sizeof **path)) CUPEL_TRY(cupel_no_memory(err, "a record", 0));
        if (!((*path)[*n] = cupel_path_join(folder, e->d_name))) CUPEL_TRY(cupel_no_memory(err, "a record", 0));
        ++*n;
    }
    if (*n) qsort(*path, *n, sizeof **path, by_name);
done:
    closedir(d);
    return st;
}

/* What stands in the folder of the outputs, in order of names; before: it is no output unless it changes. */
static cupel_status add_folder(cupel_record *r, bool before, cupel_err *err)
{
    char **path = NULL;
    size_t n = 0;
    bool failed = false, short_of_memory = false;
    cupel_status st = r->folder ? list_folder(r->folder, &path, &n, err) : CUPEL_OK;
    for (size_t i = 0; i < n; i++) {
        struct stat sb;
        named_file *f = look(path[i], &sb) && !cupel_same_file(path[i], r->place.path) ? new_file(r, path[i], &failed) : NULL;
        short_of_memory = short_of_memory || (f == NULL && failed);
        if (f) f->output = true;
        if (f && before) f->there = true, f->changed = sb.st_mtim, f->size = sb.st_size;
        cupel_free(path[i]);
    }
    cupel_free(path);
    return st == CUPEL_OK && short_of_memory ? cupel_no_memory(err, "a record", 0) : st;
}

static cupel_status add_option(cupel_record *r, const cupel_opt *o, const cupel_args *args, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    const bool output = cupel_outputs_is_output(o->name);
    const char *word;
    if (strcmp(o->name, "output") == 0 && o->placeholder && strcmp(o->placeholder, "DIR") == 0) r->folder = cupel_opt_text(args, o->name);
    if (!output && !cupel_outputs_is_file(o)) return CUPEL_OK;
    if (o->kind == CUPEL_OPT_TEXT) return add_file(r, cupel_opt_text(args, o->name), output, err);
    for (size_t i = 0; o->kind == CUPEL_OPT_LIST && (word = cupel_opt_item(args, o->name, i)); i++) CUPEL_TRY(add_file(r, word, false, err));
done:
    return st;
}

/* Ranks of one run write one record, that of the first; with a shard of its own each is a run. */
static bool is_for_another(const cupel_verb *verb, const cupel_args *args)
{
    for (const cupel_opt *o = verb->options; o && o->name; o++)
        if (strcmp(o->name, "shard") == 0) return !cupel_opt_given(args, "shard") && !cupel_comm_leads();
    return false;
}

cupel_status cupel_record_begin(const cupel_verb *verb, const cupel_args *args, const cupel_job *job, cupel_record **out, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_record_place place = {.path = NULL};
    const char *word;
    *out = NULL;
    if (!is_for_another(verb, args)) st = cupel_outputs_record(verb, args, &place, err);
    if (!place.path) return st;
    cupel_record *r = cupel_alloc(1, sizeof *r);
    if (!r) {
        cupel_free(place.path);
        return cupel_no_memory(err, "a record", sizeof *r);
    }
    r->verb = verb;
    r->place = place;
    r->job = *job;
    if (strcmp(place.path, "-") == 0) CUPEL_TRY(cupel_fail(err, CUPEL_USAGE, "--record -: stdout is for results; name a file"));
    if (!place.beside) CUPEL_TRY(cupel_out_check(place.path, err));
    for (size_t i = 0; (word = cupel_arg(args, i)); i++) CUPEL_TRY(add_file(r, word, i + 1 == verb->writes && !verb->updates, err));
    for (const cupel_opt *o = verb->options; o && o->name; o++) CUPEL_TRY(add_option(r, o, args, err));
    CUPEL_TRY(add_folder(r, true, err));
    cupel_account_begin(&r->account, "", cupel_command_line(args), &r->job);
    cupel_talk_keep(&r->said);
    *out = r;
    r = NULL;
done:
    cupel_record_free(r);
    return st;
}

static void note_input(void *user, const char *path, const char *digest)
{
    cupel_record *r = user;
    struct stat sb;
    bool failed;
    named_file *f = new_file(r, path, &failed);
    r->failed |= failed;
    if (!f || !look(path, &sb)) return;
    f->there = true;
    f->changed = sb.st_mtim;
    f->size = sb.st_size;
    snprintf(f->digest, sizeof f->digest, "%s", digest);
}

static void note_count(void *user, const char *reason, uint64_t n)
{
    cupel_record *r = user;
    size_t i = 0;
    while (i < r->n_counts && strcmp(r->count[i].reason, reason) != 0) i++;
    if (i == r->n_counts && !cupel_grow(&r->count, &r->cap_counts, i + 1, sizeof *r->count)) {
        r->failed = true;
        return;
    }
    if (i == r->n_counts) r->count[r->n_counts++] = (cupel_account_count_of){reason, 0};
    r->count[i].n += n;
}

void cupel_record_watch(cupel_record *r, cupel_job *job)
{
    job->user = r;
    job->reads = note_input;
    job->counts = note_count;
}

void cupel_record_free(cupel_record *r)
{
    if (!r) return;
    cupel_talk_keep(NULL);
    cupel_account_release(&r->account);
    cupel_str_free(&r->said);
    for (size_t i = 0; i < r->n; i++) cupel_free(r->file[i].path);
    cupel_free(r->file);
    cupel_free(r->count);
    cupel_free(r->place.path);
    cupel_free(r);
}

static bool is_new(const named_file *f)
{
    struct stat sb;
    if (!look(f->path, &sb)) return false;
    return !f->there || sb.st_size != f->size || sb.st_mtim.tv_sec != f->changed.tv_sec || sb.st_mtim.tv_nsec != f->changed.tv_nsec;
}

/* Nobody asked for a record, and there is no result for it: a wrong command line, or a run that prints something else (an estimate). */
static bool is_left_out(const cupel_record *r, int exit_code)
{
    if (!r->place.beside || exit_code == CUPEL_USAGE) return r->place.beside != NULL;
    if (exit_code || r->place.always) return false;
    for (size_t i = 0; i < r->n; i++)
        if (strcmp(r->file[i].path, r->place.beside) == 0) return !is_new(&r->file[i]);
    return false;
}

/* Of larger outputs a record that nobody asked for has the size alone: half a second for each GB is as long as some of them took. */
enum { DIGEST_BYTES = 64 << 20 };

static cupel_status put_output(const cupel_record *r, const char *path, cupel_json_out *w, cupel_err *err)
{
    struct stat sb;
    char digest[72];
    if (!look(path, &sb)) return CUPEL_OK;
    const bool whole = !r->place.beside || sb.st_size <= DIGEST_BYTES;
    cupel_status st = whole ? digest_of(path, digest, err) : CUPEL_OK;
    if (st != CUPEL_OK) return st;
    cupel_json_open(w, '{');
    cupel_account_word(w, "file", path);
    cupel_json_name(w, "bytes");
    cupel_json_put_count(w, (uint64_t)sb.st_size);
    cupel_json_name(w, "digest");
    if (whole) cupel_json_put_string(w, digest);
    else cupel_json_put_null(w);
    cupel_json_close(w, '}');
    return CUPEL_OK;
}

static cupel_status put_files(const cupel_record *r, cupel_json_out *w, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_json_name(w, "inputs");
    cupel_json_open(w, '[');
    for (size_t i = 0; i < r->n; i++)
        if (r->file[i].there && !r->file[i].output) cupel_account_file(w, NULL, r->file[i].path, r->file[i].digest);
    cupel_json_close(w, ']');
    cupel_json_name(w, "outputs");
    cupel_json_open(w, '[');
    for (size_t i = 0; i < r->n && st == CUPEL_OK; i++)
        if (is_new(&r->file[i])) st = put_output(r, r->file[i].path, w, err);
    cupel_json_close(w, ']');
    return st;
}

cupel_status cupel_record_end(cupel_record *r, int exit_code, const char *error, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_str s = {0};
    cupel_json_out w = {.s = &s};
    if (!r || is_left_out(r, exit_code)) return CUPEL_OK;
    cupel_account_head(&r->account, &w);
    cupel_account_outcome(&w, (cupel_status)exit_code);
    cupel_json_name(&w, "error");
    if (error) cupel_json_put_string(&w, error);
    else cupel_json_put_null(&w);
    cupel_account_number(&w, "seconds", cupel_now() - r->account.begin);
    cupel_account_usage(&w);
    cupel_account_reasons(&w, &r->said, r->count, r->n_counts);
    cupel_account_said(&w, &r->said);
    CUPEL_TRY(add_folder(r, false, err));
    CUPEL_TRY(put_files(r, &w, err));
    cupel_json_close(&w, '}');
    cupel_str_putc(&s, '\n');
    if (s.failed || r->said.failed || r->failed) CUPEL_TRY(cupel_no_memory(err, "a record", s.n));
    st = cupel_out_bytes(r->place.path, s.p, s.n, err);
done:
    cupel_str_free(&s);
    return st;
}
