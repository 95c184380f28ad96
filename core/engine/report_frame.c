#include "core/engine/report_frame.h"

#include "core/engine/cite.h"

void cupel_page_banner(cupel_str *s, const char *title, cupel_text day)
{
    cupel_str_puts(s, "<header><p class=kicker>cupel ");
    cupel_html(s, cupel_version());
    if (day.n) {
        cupel_str_puts(s, " · ");
        cupel_html_text(s, day);
    }
    cupel_str_puts(s, "</p>\n<h1>");
    cupel_html(s, title);
    cupel_str_puts(s, "</h1>\n");
}

void cupel_page_pair(cupel_str *s, const char *name, cupel_text value, bool code)
{
    if (!value.n) return;
    cupel_str_puts(s, "<tr><th scope=row>");
    cupel_html(s, name);
    cupel_str_puts(s, code ? "<td><code>" : "<td>");
    cupel_html_text(s, value);
    cupel_str_puts(s, code ? "</code>\n" : "\n");
}

void cupel_page_digest(cupel_str *s, cupel_text name, cupel_text digest)
{
    cupel_str_puts(s, "<tr><th scope=row>");
    cupel_html_text(s, name);
    cupel_str_puts(s, "<td><code class=digest>");
    cupel_html_text(s, digest);
    cupel_str_puts(s, "</code>\n");
}

void cupel_page_digests(cupel_str *s, const cupel_json *files)
{
    for (size_t i = 0; files && i < cupel_json_size(files); i++) {
        const cupel_json *one = cupel_json_at(files, i), *f = cupel_json_get(one, "file"), *d = cupel_json_get(one, "digest");
        cupel_text file = {0}, digest = {0};
        if (f) (void)cupel_json_string(f, &file);
        if (d) (void)cupel_json_string(d, &digest);
        cupel_page_digest(s, file, digest);
    }
}

void cupel_page_reference(cupel_str *s, const cupel_reference *r)
{
    cupel_str link = {0};
    cupel_str_puts(s, "<li>");
    cupel_html(s, r->text);
    cupel_reference_link(r, &link);
    if (link.n) {
        cupel_str_puts(s, " <a rel=noreferrer href=\"");
        cupel_html(s, cupel_str_text(&link));
        cupel_str_puts(s, "\">");
        cupel_html(s, r->doi);
        cupel_str_puts(s, "</a>");
    }
    cupel_str_puts(s, "</li>\n");
    s->failed |= link.failed;
    cupel_str_free(&link);
}
