/* Writing JSON. */
#include "core/io/json.h"

#include <inttypes.h>
#include <math.h>

static void new_line(cupel_json_out *w)
{
    cupel_str_putc(w->s, '\n');
    for (int i = 0; i < w->depth; i++) cupel_str_add(w->s, "  ", 2);
}

/* What stands between this value or name and what was written last. */
static void separate(cupel_json_out *w)
{
    if (w->key_open) {
        w->key_open = false;
        return;
    }
    if (!w->depth) return;
    bool *filled = &w->filled[w->depth - 1];
    if (*filled) cupel_str_putc(w->s, ',');
    if (!w->compact)
        new_line(w);
    else if (*filled)
        cupel_str_putc(w->s, ' ');
    *filled = true;
}

void cupel_json_open(cupel_json_out *w, char bracket)
{
    separate(w);
    if ((size_t)w->depth == sizeof w->filled / sizeof *w->filled) {
        w->s->failed = true;
        return;
    }
    cupel_str_putc(w->s, bracket);
    w->filled[w->depth++] = false;
}

void cupel_json_close(cupel_json_out *w, char bracket)
{
    if (!w->depth) {
        w->s->failed = true;
        return;
    }
    w->depth--;
    if (w->filled[w->depth] && !w->compact) new_line(w);
    cupel_str_putc(w->s, bracket);
}

static void put_quoted(cupel_str *s, cupel_text t)
{
    cupel_str_putc(s, '"');
    for (size_t i = 0, len; i < t.n; i += len) {
        const unsigned char *p = (const unsigned char *)t.p + i;
        len = cupel_utf8(p, t.n - i, NULL);
        if (!len) {
            cupel_str_puts(s, "\xEF\xBF\xBD");
            len = 1;
        } else if (*p == '"' || *p == '\\') {
            cupel_str_addf(s, "\\%c", *p);
        } else if (*p == '\n') {
            cupel_str_puts(s, "\\n");
        } else if (*p == '\t') {
            cupel_str_puts(s, "\\t");
        } else if (*p < 0x20 || *p == 0x7F) {
            cupel_str_addf(s, "\\u%04x", *p);
        } else {
            cupel_str_add(s, t.p + i, len);
        }
    }
    cupel_str_putc(s, '"');
}

void cupel_json_name(cupel_json_out *w, const char *key)
{
    separate(w);
    put_quoted(w->s, cupel_text_of(key));
    cupel_str_puts(w->s, ": ");
    w->key_open = true;
}

void cupel_json_put_number(cupel_json_out *w, double x)
{
    if (!isfinite(x)) {
        cupel_json_put_null(w);
        return;
    }
    separate(w);
    cupel_str_number(w->s, x);
}

void cupel_json_put_int(cupel_json_out *w, int64_t x)
{
    separate(w);
    cupel_str_addf(w->s, "%" PRId64, x);
}

void cupel_json_put_count(cupel_json_out *w, uint64_t x)
{
    separate(w);
    cupel_str_addf(w->s, "%" PRIu64, x);
}

void cupel_json_put_bool(cupel_json_out *w, bool x)
{
    separate(w);
    cupel_str_puts(w->s, x ? "true" : "false");
}

void cupel_json_put_null(cupel_json_out *w)
{
    separate(w);
    cupel_str_puts(w->s, "null");
}

void cupel_json_put_string(cupel_json_out *w, const char *text) { cupel_json_put_text(w, cupel_text_of(text)); }

void cupel_json_put_text(cupel_json_out *w, cupel_text text)
{
    separate(w);
    put_quoted(w->s, text);
}

void cupel_json_add_number(cupel_json_out *w, const char *key, double x)
{
    cupel_json_name(w, key);
    cupel_json_put_number(w, x);
}

void cupel_json_add_count(cupel_json_out *w, const char *key, uint64_t x)
{
    cupel_json_name(w, key);
    cupel_json_put_count(w, x);
}

void cupel_json_add_bool(cupel_json_out *w, const char *key, bool x)
{
    cupel_json_name(w, key);
    cupel_json_put_bool(w, x);
}

void cupel_json_add_string(cupel_json_out *w, const char *key, const char *text)
{
    cupel_json_name(w, key);
    cupel_json_put_string(w, text);
}
