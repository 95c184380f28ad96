/* What pages on microstructures have in common: their frame, the demand, references, tables. */
#include "core/engine/micro/page.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/engine/cite.h"
#include "core/engine/micro/samples.h"
#include "core/engine/report_frame.h"
#include "core/generated/report_assets.h"
#include "core/sys/file.h"

#include <string.h>

static const char STYLE[] =
    ".card { display: grid; grid-template-columns: minmax(0, 4fr) minmax(0, 3fr) minmax(0, 5fr); gap: 8px 30px; align-items: start; padding: 18px 0 "
    "20px; border-top: 1px solid var(--rule); }\n.card + .card { margin-top: 8px; }\n"
    ".card h3 { grid-column: 1 / -1; margin: 0; overflow-wrap: anywhere; }\n"
    ".card code { font-weight: 400; }\n"
    ".card figure { margin: 0; }\n"
    ".view { display: block; width: 100%; height: auto; max-width: 400px; margin: 0 auto; }\n"
    ".surface { display: block; width: 100%; height: auto; max-width: 260px; margin: 0 auto; }\n"
    ".seen { position: relative; } .seen-picture { display: block; width: 100%; height: auto; }\n"
    ".triad { position: absolute; left: 0; bottom: 0; width: 64px; height: 64px; font-size: 11px; text-anchor: middle; }\n"
    ".triad path { stroke: var(--ink); stroke-width: 1.4; }\n"
    ".triad text { fill: var(--ink); paint-order: stroke; stroke: var(--paper); stroke-width: 3px; }\n"
    ".surfaces { display: flex; gap: 14px; justify-content: center; }\n"
    ".surfaces span { flex: 0 1 260px; min-width: 0; text-align: center; font-size: 13px; color: var(--muted); }\n"
    ".slices { display: flex; gap: 8px; align-items: flex-end; }\n"
    ".slices span { flex: 1; min-width: 0; font-size: 12px; color: var(--muted); }\n"
    ".slices img { display: block; width: 100%; height: auto; border-radius: 2px; }\n"
    ".scale { height: 10px; margin: 6px auto 2px; max-width: 260px; border-radius: 2px; background: linear-gradient(to right, #440154, #472d7b, "
    "#3b528b, #2c728e, #21918c, #28ae80, #5ec962, #addc30, #fde725); }\n"
    ".scale { position: relative; } .end { display: inline-block; width: 3px; height: 14px; vertical-align: -2px; background: var(--vermilion); "
    "outline: 1px solid #fff; } .scale .end { position: absolute; top: -3px; height: 16px; margin-left: -1px; }\n"
    ".ends { max-width: 260px; margin: 0 auto; font-size: 12px; color: var(--muted); }\n"
    ".ends i:nth-child(2) { position: static; }\n"
    ".asked { width: 100%; font-size: 14px; }\n"
    ".asked td, .asked th { padding: 4px 8px 4px 0; } .asked .num + td:not(.num) { padding-left: 14px; }\n"
    ".asked .note { font-weight: 400; } .asked span { white-space: nowrap; }\n"
    ".yes { color: var(--green); font-weight: 600; } .no { color: var(--vermilion); font-weight: 600; } .open { color: var(--muted); font-weight: "
    "600; }\n"
    ".maps { display: grid; grid-template-columns: repeat(auto-fill, minmax(300px, 1fr)); gap: 18px 30px; margin: 10px 0; }\n"
    ".maps figure, .figures figure { max-width: 380px; }\n"
    ".plot svg { width: 100%; }\n"
    ".card .wide { grid-column: 2 / -1; } .card .full { grid-column: 1 / -1; }\n"
    ".card h4 { margin: 8px 0 6px; font-size: 15px; } .card h4 .note { font-weight: 400; }\n"
    ".matrices { display: flex; flex-wrap: wrap; gap: 10px 40px; align-items: flex-start; overflow-x: auto; margin-bottom: 10px; }\n"
    "#files th { white-space: nowrap; }\n"
    ".matrix { font-size: 13px; border-left: 1.5px solid var(--grey); border-right: 1.5px solid var(--grey); }\n"
    ".matrix caption { caption-side: top; text-align: left; color: var(--muted); padding: 0 0 4px; }\n"
    ".matrix td { text-align: right; padding: 4px 9px; border: 0; white-space: nowrap; line-height: 1.25; }\n"
    ".matrix small { display: block; color: var(--muted); font-size: 11px; }\n"
    ".views { display: grid; grid-template-columns: repeat(auto-fit, minmax(380px, 1fr)); gap: 18px 34px; }\n"
    ".views figure { max-width: 520px; }\n"
    "@media (max-width: 800px) { .card { grid-template-columns: minmax(0, 1fr); } .card .wide { grid-column: 1; } .views { grid-template-columns: "
    "minmax(0, 1fr); } .maps { grid-template-columns: minmax(0, 1fr); }"
    " .view, .surface, .maps figure, .figures figure { max-width: 340px; } }\n";

/* On a telephone a verdict, and what a file is, stand below their row, and a long plot is pushed along. */
static const char NARROW[] =
    ".verdicts th[scope=row] { min-width: 12em; }\n"
    "@media (max-width: 640px) { .verdicts th[scope=row] { min-width: 0; }"
    " .verdicts, .verdicts tbody, #files table, #files tbody { display: block; } .verdicts thead { display: none; }"
    " .verdicts tr, #files tr { display: grid; grid-template-columns: minmax(0, 1fr) auto auto; align-items: baseline; border-bottom: 1px "
    "solid var(--rule); padding: 5px 0; }"
    " .verdicts tr > *, #files tr > * { border: 0; padding-top: 1px; padding-bottom: 1px; } .verdicts td:last-child, "
    "#files td:last-child { grid-column: 1 / -1; }"
    " .asked.verdicts .num + td:not(.num) { padding-left: 0; } .verdicts .num::before { content: attr(data-of); display: block; "
    "font-size: 12px; color: var(--muted); }"
    " .m6 td { padding: 3px 3px; font-size: 10.5px; } .m6 small { font-size: 9px; } #files th { white-space: normal; }"
    " .long .plot { overflow-x: auto; } .long .plot svg { width: 860px; max-width: none; } }\n";

void cupel_micro_page_open(const char *title, cupel_str *s)
{
    cupel_str_puts(
        s, "<!doctype html>\n<html lang=en><head><meta charset=utf-8><meta name=viewport content=\"width=device-width, initial-scale=1\">\n<title>");
    cupel_html(s, title);
    cupel_str_puts(s, " · cupel</title>\n<style>\n");
    cupel_str_add(s, (const char *)cupel_report_css, cupel_report_css_size);
    cupel_str_puts(s, STYLE);
    cupel_str_puts(s, NARROW);
    cupel_str_puts(s, "</style></head><body>\n");
}

void cupel_micro_page_close(cupel_str *s)
{
    cupel_str_puts(s, "</main>\n<footer>Made by cupel ");
    cupel_html(s, cupel_version());
    cupel_str_puts(s, ". This page is one file: no network, no scripts.</footer>\n</body></html>\n");
}

cupel_status cupel_micro_page_write(const char *folder, const cupel_str *s, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    char *path = cupel_path_join(folder, "report.html");
    if (!path || s->failed) CUPEL_TRY(cupel_no_memory(err, "a report", s->n));
    st = cupel_out_bytes(path, s->p, s->n, err);
done:
    cupel_free(path);
    return st;
}

void cupel_micro_page_links(const char *const (*links)[2], size_t n, cupel_str *s)
{
    cupel_str_puts(s, "</header>\n<nav aria-label=Contents>");
    for (size_t i = 0; i < n; i++) cupel_str_addf(s, "<a href=#%s>%s</a>", links[i][0], links[i][1]);
    cupel_str_puts(s, "</nav>\n<main>\n");
}

void cupel_micro_page_glance(cupel_str *s, uint64_t n, const char *label)
{
    cupel_str_puts(s, "<div><dt>");
    cupel_html_count(s, (int64_t)n);
    cupel_str_addf(s, "</dt><dd>%s</dd></div>", label);
}

/* A line whose units have their exponents raised; as it is when memory is out. */
static void put_raised(cupel_text line, cupel_str *s)
{
    char *text = cupel_strndup(line.p, line.n);
    if (text)
        cupel_html_raised(s, text);
    else
        cupel_html_text(s, line);
    cupel_free(text);
}

void cupel_micro_page_demand(const cupel_micro_demand *d, const char *more, cupel_str *s)
{
    cupel_str words = {0};
    bool list = false, first = true;
    cupel_micro_demand_words(d, &words);
    cupel_str_puts(&words, more);
    cupel_str_puts(s, "<section id=demand><h2>The demand</h2>\n");
    for (const char *line = cupel_str_text(&words); *line;) {
        const size_t n = strcspn(line, "\n");
        const bool item = n > 2 && line[0] == '-' && line[1] == ' ';
        if (item != list) cupel_str_puts(s, item ? "<ul>" : "</ul>\n");
        list = item;
        if (!first) { /* the first line is the title of the page */
            cupel_str_puts(s, item ? "<li>" : "<p>");
            put_raised((cupel_text){item ? line + 2 : line, item ? n - 2 : n}, s);
            cupel_str_puts(s, item ? "</li>" : "</p>\n");
        }
        first = false;
        line += n + (line[n] == '\n');
    }
    if (list) cupel_str_puts(s, "</ul>\n");
    cupel_str_puts(s, "<details><summary>The demand as written</summary><pre>");
    cupel_html_text(s, (cupel_text){d->text, d->n_text});
    cupel_str_puts(s, "</pre></details></section>\n");
    s->failed |= words.failed;
    cupel_str_free(&words);
}

void cupel_micro_page_title(const cupel_ask *a, cupel_str *s)
{
    cupel_str title = {0};
    const char *unit;
    double factor;
    cupel_ask_title(a, &title, &unit, &factor);
    cupel_html(s, cupel_str_text(&title));
    if (*unit) {
        cupel_str_puts(s, " <span class=unit>[");
        cupel_html_raised(s, unit);
        cupel_str_puts(s, "]</span>");
    }
    s->failed |= title.failed;
    cupel_str_free(&title);
}

void cupel_micro_page_references(const char *name, cupel_str *s)
{
    const cupel_method *m = cupel_method_named(cupel_text_of(name), 0);
    for (const cupel_reference *r = m ? m->references : NULL; r && r->text; r++) cupel_page_reference(s, r);
}
