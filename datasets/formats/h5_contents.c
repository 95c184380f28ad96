#include "datasets/formats/h5_contents.h"

#include "core/base/err.h"
#include "core/io/input.h"
#include "core/sys/child.h"
#include "datasets/formats/voxel_values.h"

#include <string.h>
#include <sys/stat.h>

enum { SHOWN = 8, NAME = 60, WORDS = 2000 };

/* What a look at names and shapes may take: no values are read, so that a sound file of any size is told in no time. */
#define ROOM (UINT64_C(256) << 20)
enum { SECONDS = 3 };

typedef struct list {
    const cupel_h5 *h;
    cupel_str *words;
    size_t n;
} list;

static void put_shape(const cupel_h5_array *a, cupel_str *s)
{
    if (!a->kind) {
        cupel_str_puts(s, " (other)");
        return;
    }
    cupel_str_addf(s, " (%s", cupel_number_word(cupel_number_native(a->kind, a->size)));
    for (int k = 0; k < a->rank; k++) cupel_str_addf(s, "%s%zu", k ? " x " : " ", a->shape[k]);
    cupel_str_putc(s, ')');
}

/* One that cannot be looked at is named all the same. */
static cupel_status put_name(void *user, const char *path, cupel_err *err)
{
    (void)err;
    list *l = user;
    cupel_h5_array a = {0};
    if (l->n++ >= SHOWN) return CUPEL_OK;
    const size_t n = strlen(path);
    cupel_str_addf(l->words, "%s%s%.*s%s", l->n > 1 ? ", " : "", path[0] == '/' ? "" : "/", cupel_shown(n, NAME), path, n > NAME ? "..." : "");
    if (cupel_h5_shape_of(l->h, path, &a, NULL) == CUPEL_OK) put_shape(&a, l->words);
    return CUPEL_OK;
}

cupel_status cupel_h5_list(const cupel_h5 *h, cupel_str *words, cupel_err *err)
{
    list l = {.h = h, .words = words};
    cupel_status st = cupel_h5_datasets(h, put_name, &l, err);
    if (st != CUPEL_OK) return st;
    if (!l.n) cupel_str_puts(words, "no data set");
    if (l.n > SHOWN) cupel_str_addf(words, " and %zu more", l.n - SHOWN);
    return words->failed ? cupel_no_memory(err, "names of data sets", words->n) : CUPEL_OK;
}

/* No more is unzipped than that takes. */
bool cupel_h5_is_file(const char *path)
{
    static const char magic[8] = "\x89HDF\r\n\x1a\n";
    char head[sizeof magic];
    size_t n = 0;
    struct stat sb;
    cupel_input *in = NULL;
    if (stat(path, &sb) != 0 || !S_ISREG(sb.st_mode) || cupel_input_open(path, &in, NULL) != CUPEL_OK) return false;
    for (size_t got = 1; got && n < sizeof head; n += got)
        if (cupel_input_read(in, head + n, sizeof head - n, &got, NULL) != CUPEL_OK) break;
    cupel_input_free(in);
    return n == sizeof head && memcmp(head, magic, sizeof magic) == 0;
}

typedef struct question {
    const cupel_whole *w;
    const char *path;
} question;

/* In the child: the length, then the words. */
static cupel_status answer(void *user, cupel_child *out, cupel_err *err)
{
    const question *q = user;
    cupel_status st = CUPEL_OK;
    cupel_h5 *h = NULL;
    cupel_str words = {0};
    CUPEL_TRY(cupel_h5_open_foreign(q->w->p, q->w->n, q->path, &h, err));
    CUPEL_TRY(cupel_h5_list(h, &words, err));
    const uint64_t n = words.n < WORDS ? words.n : WORDS;
    CUPEL_TRY(cupel_child_write(out, &n, sizeof n, err));
    CUPEL_TRY(cupel_child_write(out, cupel_str_text(&words), n, err));
done:
    cupel_str_free(&words);
    cupel_h5_close(&h, NULL);
    return st;
}

/* A child that HDF5 has led astray may tell anything. */
static cupel_status take(cupel_child **c, const char *path, cupel_str *words, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    char text[WORDS];
    uint64_t n = 0;
    CUPEL_TRY(cupel_child_read(*c, &n, sizeof n, err));
    if (n > sizeof text) CUPEL_TRY(cupel_fail(err, CUPEL_BAD_INPUT, "'%s' leads the HDF5 library astray: it is damaged or hostile", path));
    CUPEL_TRY(cupel_child_read(*c, text, n, err));
    CUPEL_TRY(cupel_child_end(c, err));
    cupel_str_add(words, text, n);
done:
    return st;
}

cupel_status cupel_h5_contents(const char *path, cupel_str *words, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_whole w = {0};
    cupel_child *c = NULL;
    question q = {&w, path};
    CUPEL_TRY(cupel_whole_open(path, &w, err));
    const cupel_child_work work = {.fn = answer, .user = &q, .file = path, .library = "the HDF5 library", .memory = ROOM, .seconds = SECONDS};
    CUPEL_TRY(cupel_child_start(&work, &c, err));
    CUPEL_TRY(take(&c, path, words, err));
done:
    cupel_child_abandon(&c);
    cupel_whole_close(&w);
    return st;
}
