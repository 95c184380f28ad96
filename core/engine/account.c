#define _GNU_SOURCE /* ru_maxrss */
#include "core/engine/account.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/engine/explain.h"
#include "core/io/input.h"
#include "core/sys/file.h"

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

void cupel_account_begin(cupel_account *a, const char *folder, const char *command, const cupel_job *job)
{
    *a = (cupel_account){.folder = folder, .command = command, .job = job, .begin = cupel_now()};
    cupel_utc_now(a->started);
}

void cupel_account_release(cupel_account *a)
{
    for (size_t i = 0; i < a->n; i++) {
        cupel_free(a->output[i].name);
        cupel_free(a->output[i].what);
    }
    cupel_free(a->output);
    cupel_str_free(&a->said);
    *a = (cupel_account){0};
}

/* ---- what is said ---- */

void cupel_account_hear(cupel_str *said, cupel_level level, const char *text)
{
    cupel_str_puts(said, level == CUPEL_WARNING ? "w " : "n ");
    for (; *text; text++) cupel_str_putc(said, *text == '\n' ? ' ' : *text);
    cupel_str_putc(said, '\n');
}

static void hear(void *user, cupel_level level, const char *text)
{
    cupel_account *a = user;
    cupel_account_hear(&a->said, level, text);
    cupel_say(a->job, level, "%s", text);
}

static void pass_progress(void *user, const char *stage, uint64_t done, uint64_t total)
{
    cupel_progress(((const cupel_account *)user)->job, stage, done, total);
}

static bool pass_stop(void *user) { return cupel_stopped(((const cupel_account *)user)->job); }

static void pass_reads(void *user, const char *path, const char *digest) { cupel_reads(((const cupel_account *)user)->job, path, digest); }

const cupel_job *cupel_account_listen(cupel_account *a)
{
    a->heard = (cupel_job){.threads = a->job->threads, .isa = a->job->isa, .user = a, .say = hear, .stop = pass_stop, .reads = pass_reads,
                           .progress = a->job->progress ? pass_progress : NULL};
    return &a->heard;
}

/* ---- files ---- */

cupel_status cupel_account_path(const cupel_account *a, const char *name, char **path, cupel_err *err)
{
    *path = cupel_path_join(a->folder, name);
    return *path ? CUPEL_OK : cupel_no_memory(err, "a file name", 0);
}

cupel_status cupel_account_text(const cupel_account *a, const char *name, const char *text, size_t n, cupel_err *err)
{
    char *path = NULL;
    cupel_status st = CUPEL_OK;
    CUPEL_TRY(cupel_account_path(a, name, &path, err));
    st = cupel_out_bytes(path, text, n, err);
done:
    cupel_free(path);
    return st;
}

/* The entry of that name, or a new one; NULL when memory is out. */
static cupel_output *entry_of(cupel_account *a, const char *name, const char *what)
{
    cupel_output o = {.name = NULL};
    for (size_t i = 0; i < a->n; i++)
        if (strcmp(a->output[i].name, name) == 0) return &a->output[i];
    if (!cupel_grow(&a->output, &a->cap, a->n + 1, sizeof *a->output)) return NULL;
    o.name = cupel_strdup(name);
    o.what = what ? cupel_strdup(what) : NULL;
    if (o.name && (o.what || !what)) {
        a->output[a->n] = o;
        return &a->output[a->n++];
    }
    cupel_free(o.name);
    cupel_free(o.what);
    return NULL;
}

cupel_status cupel_account_note(cupel_account *a, const char *name, const char *what, cupel_err *err)
{
    char *path = NULL, hex[65] = "";
    struct stat sb;
    cupel_output *o = NULL;
    cupel_status st = cupel_account_path(a, name, &path, err);
    if (st == CUPEL_OK) st = cupel_digest_file(path, hex, err);
    if (st == CUPEL_OK && !(o = entry_of(a, name, what))) st = cupel_no_memory(err, "a file name", 0);
    if (o) {
        snprintf(o->digest, sizeof o->digest, "sha256:%s", hex);
        o->bytes = stat(path, &sb) == 0 ? (uint64_t)sb.st_size : 0;
    }
    cupel_free(path);
    return st;
}

static const size_t FORMER_BYTES_MAX = 1u << 26;

/* The run.json that is in the folder; NULL: none that can be read. */
static cupel_json *former_account(const cupel_account *a)
{
    char *path = cupel_path_join(a->folder, "run.json"), *text = NULL;
    cupel_input *in = NULL;
    cupel_json *root = NULL;
    size_t n = 0;
    if (path && cupel_file_exists(path) && cupel_input_open(path, &in, NULL) == CUPEL_OK &&
        cupel_input_rest(in, FORMER_BYTES_MAX, &text, &n, NULL) == CUPEL_OK)
        (void)cupel_json_read((cupel_text){text, n}, path, &root, NULL);
    cupel_input_free(in);
    cupel_free(text);
    cupel_free(path);
    return root;
}

/* A plain name with one of the prefixes that this run has not written. */
static bool is_stale(const cupel_account *a, cupel_text name, const char *const *prefixes)
{
    bool ours = false;
    if (!name.n || memchr(name.p, '/', name.n) || memchr(name.p, '\0', name.n)) return false;
    for (size_t i = 0; prefixes[i]; i++) ours = ours || (name.n > strlen(prefixes[i]) && memcmp(name.p, prefixes[i], strlen(prefixes[i])) == 0);
    for (size_t i = 0; i < a->n; i++) ours = ours && !cupel_text_is(name, a->output[i].name);
    return ours;
}

void cupel_account_tidy(const cupel_account *a, const char *const *prefixes)
{
    cupel_json *root = former_account(a);
    const cupel_json *outputs = root ? cupel_json_get(root, "outputs") : NULL;
    for (size_t i = 0; outputs && i < cupel_json_size(outputs); i++) {
        cupel_text name = {0};
        const cupel_json *file = cupel_json_get(cupel_json_at(outputs, i), "file");
        if (!file || !cupel_json_string(file, &name) || !is_stale(a, name, prefixes)) continue;
        char *plain = cupel_strndup(name.p, name.n), *path = plain ? cupel_path_join(a->folder, plain) : NULL;
        if (path) (void)unlink(path);
        cupel_free(plain);
        cupel_free(path);
    }
    cupel_json_free(root);
}

/* ---- the document ---- */

void cupel_account_number(cupel_json_out *w, const char *name, double x)
{
    char text[32];
    double rounded = x;
    snprintf(text, sizeof text, "%.4g", x);
    if (!cupel_parse_double(cupel_text_of(text), &rounded)) rounded = x;
    cupel_json_name(w, name);
    cupel_json_put_number(w, rounded);
}

void cupel_account_word(cupel_json_out *w, const char *name, const char *text)
{
    cupel_json_name(w, name);
    cupel_json_put_string(w, text);
}

void cupel_account_count(cupel_json_out *w, const char *name, uint64_t x)
{
    cupel_json_name(w, name);
    cupel_json_put_count(w, x);
}

void cupel_account_outcome(cupel_json_out *w, cupel_status st)
{
    cupel_json_name(w, "exit_code");
    cupel_json_put_int(w, (int)st);
    cupel_account_word(w, "status", cupel_status_name(st));
}

void cupel_account_usage(cupel_json_out *w)
{
    struct rusage usage;
    cupel_account_number(w, "cpu_seconds", cupel_cpu_seconds());
    if (getrusage(RUSAGE_SELF, &usage) == 0) cupel_account_count(w, "max_rss_bytes", (uint64_t)usage.ru_maxrss * 1024);
}

void cupel_account_said(cupel_json_out *w, const cupel_str *said)
{
    const char *p = cupel_str_text(said);
    cupel_json_name(w, "said");
    cupel_json_open(w, '[');
    while (*p) {
        const size_t n = strcspn(p, "\n");
        cupel_json_open(w, '{');
        cupel_account_word(w, "level", p[0] == 'w' ? "warning" : "note");
        cupel_json_name(w, "text");
        cupel_json_put_text(w, (cupel_text){p + 2, n - 2});
        cupel_json_close(w, '}');
        p += n + (p[n] != '\0');
    }
    cupel_json_close(w, ']');
}

void cupel_account_reasons(cupel_json_out *w, const cupel_str *said, const cupel_account_count_of *told, size_t n_told)
{
    uint64_t rows[CUPEL_REASON_COUNT] = {0};
    for (const char *p = cupel_str_text(said); *p;) {
        const size_t n = strcspn(p, "\n");
        if (p[0] == 'w') (void)cupel_tally_heard((cupel_text){p + 2, n - 2}, rows);
        p += n + (p[n] != '\0');
    }
    cupel_json_name(w, "reasons");
    cupel_json_open(w, '{');
    for (size_t i = 1; i < CUPEL_REASON_COUNT; i++)
        if (rows[i]) cupel_account_count(w, cupel_reason_name((cupel_reason)i), rows[i]);
    for (size_t i = 0; i < n_told; i++) cupel_account_count(w, told[i].reason, told[i].n);
    cupel_json_close(w, '}');
}

void cupel_account_file(cupel_json_out *w, const char *name, const char *file, const char *digest)
{
    cupel_json_open(w, '{');
    if (name) cupel_account_word(w, "name", name);
    if (file) cupel_account_word(w, "file", file);
    cupel_account_word(w, "digest", digest);
    cupel_json_close(w, '}');
}

void cupel_account_head(const cupel_account *a, cupel_json_out *w)
{
    char now[32], host[256] = "";
    cupel_utc_now(now);
    if (gethostname(host, sizeof host - 1) != 0) host[0] = '\0';
    cupel_json_open(w, '{');
    cupel_account_word(w, "cupel", cupel_version());
    cupel_account_word(w, "command", a->command);
    cupel_account_word(w, "started", a->started);
    cupel_account_word(w, "ended", now);
    cupel_account_word(w, "host", host);
    cupel_account_count(w, "threads", a->job->threads);
    cupel_account_word(w, "isa", cupel_isa_name(a->job->isa));
}

cupel_status cupel_account_write(const cupel_account *a, cupel_json_out *w, cupel_err *err)
{
    cupel_json_name(w, "outputs");
    cupel_json_open(w, '[');
    for (size_t i = 0; i < a->n; i++) cupel_account_file(w, NULL, a->output[i].name, a->output[i].digest);
    cupel_json_close(w, ']');
    cupel_json_close(w, '}');
    cupel_str_putc(w->s, '\n');
    return w->s->failed ? cupel_no_memory(err, "run.json", 0) : cupel_account_text(a, "run.json", w->s->p, w->s->n, err);
}
