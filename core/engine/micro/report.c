#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/engine/micro/report_parts.h"
#include "core/engine/micro/run.h"
#include "core/engine/report_text.h"
#include "core/generated/report_assets.h"
#include "core/io/input.h"
#include "core/sys/file.h"
#include "datasets/formats/png_write.h"

#include <math.h>
#include <string.h>

static const size_t LARGEST = 16u << 20; /* bytes of run.json */

static const char STYLE[] =
    ".card { display: grid; grid-template-columns: minmax(0, 4fr) minmax(0, 3fr) minmax(0, 5fr); gap: 8px 30px; align-items: start; padding: 18px 0 "
    "20px;"
    " border-top: 1px solid var(--rule); }\n.card + .card { margin-top: 8px; }\n"
    ".card h3 { grid-column: 1 / -1; margin: 0; overflow-wrap: anywhere; }\n"
    ".card code { font-weight: 400; }\n"
    ".card figure { margin: 0; }\n"
    ".view { display: block; width: 100%; height: auto; max-width: 400px; margin: 0 auto; }\n"
    ".surface { display: block; width: 100%; height: auto; max-width: 260px; margin: 0 auto; }\n"
    ".slices { display: flex; gap: 8px; align-items: flex-end; }\n"
    ".slices span { flex: 1; min-width: 0; font-size: 12px; color: var(--muted); }\n"
    ".slices img { display: block; width: 100%; height: auto; border-radius: 2px; }\n"
    ".scale { height: 10px; margin: 6px auto 2px; max-width: 260px; border-radius: 2px; background: linear-gradient(to right, #440154, #472d7b, "
    "#3b528b,"
    " #2c728e, #21918c, #28ae80, #5ec962, #addc30, #fde725); }\n"
    ".ends { max-width: 260px; margin: 0 auto; font-size: 12px; color: var(--muted); }\n"
    ".ends i:nth-child(2) { position: static; }\n"
    ".asked { width: 100%; font-size: 14px; }\n"
    ".asked td, .asked th { padding: 4px 8px 4px 0; }\n"
    ".asked .note { font-weight: 400; } .asked span { white-space: nowrap; }\n"
    ".yes { color: var(--green); font-weight: 600; } .no { color: var(--vermilion); font-weight: 600; } .open { color: var(--muted); font-weight: "
    "600; }\n"
    ".chip { display: inline-block; width: 11px; height: 11px; margin: 0 5px 0 0; border-radius: 2px; vertical-align: -1px; border: 1px solid "
    "var(--grey); }\n"
    ".chips > span { margin-right: 16px; white-space: nowrap; }\n"
    ".maps { display: grid; grid-template-columns: repeat(auto-fill, minmax(300px, 1fr)); gap: 18px 30px; margin: 10px 0; }\n"
    ".maps figure, .figures figure { max-width: 380px; }\n"
    ".plot svg { width: 100%; }\n"
    "@media (max-width: 800px) { .card { grid-template-columns: minmax(0, 1fr); } .maps { grid-template-columns: minmax(0, 1fr); }"
    " .view, .surface, .maps figure, .figures figure { max-width: 340px; } }\n";

/* ---- reading ---- */

static cupel_status path_of(const char *folder, const char *name, char **path, cupel_err *err)
{
    *path = cupel_path_join(folder, name);
    return *path ? CUPEL_OK : cupel_no_memory(err, "a file name", 0);
}

bool cupel_micro_folder_is(const char *folder)
{
    char *path = cupel_path_join(folder, "samples.h5");
    const bool is = path && cupel_file_exists(path);
    cupel_free(path);
    return is;
}

static cupel_status read_run(const char *folder, cupel_json **run, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_input *in = NULL;
    char *path = NULL, *text = NULL;
    size_t n = 0;
    CUPEL_TRY(path_of(folder, "run.json", &path, err));
    if (!cupel_file_exists(path)) goto done;
    CUPEL_TRY(cupel_input_open(path, &in, err));
    CUPEL_TRY(cupel_input_rest(in, LARGEST, &text, &n, err));
    st = cupel_json_read((cupel_text){text, n}, "run.json", run, err);
done:
    cupel_input_free(in);
    cupel_free(text);
    cupel_free(path);
    return st;
}

static cupel_status read_folder(const char *folder, cupel_micro_page *p, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    char *demand = NULL, *samples = NULL, *result = NULL;
    CUPEL_TRY(path_of(folder, "demand.yaml", &demand, err));
    CUPEL_TRY(path_of(folder, "samples.h5", &samples, err));
    CUPEL_TRY(path_of(folder, "result.h5", &result, err));
    if (!cupel_file_exists(demand) || !cupel_file_exists(result))
        CUPEL_TRY(cupel_fail(err, CUPEL_BAD_INPUT, "'%s' lacks %s; give the folder that 'cupel run -o' wrote", folder,
                             cupel_file_exists(demand) ? "result.h5" : "demand.yaml"));
    CUPEL_TRY(cupel_micro_demand_open(demand, &p->d, err));
    CUPEL_TRY(cupel_micro_space_read(p->d, &p->space, err));
    CUPEL_TRY(cupel_micro_load_samples(samples, p->d, &p->space, &p->samples, &p->facts, err));
    CUPEL_TRY(cupel_micro_load_ranking(result, p->d, &p->space, &p->ranking, err));
    CUPEL_TRY(cupel_micro_model_fit(p->d, &p->space, &p->samples, p->job, &p->model, err));
    st = read_run(folder, &p->run, err);
done:
    cupel_free(demand);
    cupel_free(samples);
    cupel_free(result);
    return st;
}

static void page_release(cupel_micro_page *p)
{
    cupel_micro_model_free(p->model);
    cupel_micro_facts_release(&p->facts);
    cupel_micro_ranking_release(&p->ranking);
    cupel_samples_release(&p->samples);
    cupel_micro_demand_free(p->d);
    cupel_json_free(p->run);
}

/* ---- pictures ---- */

static void base64(const unsigned char *p, size_t n, cupel_str *s)
{
    static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < n; i += 3) {
        const unsigned long x = (unsigned long)p[i] << 16 | (i + 1 < n ? (unsigned long)p[i + 1] << 8 : 0) | (i + 2 < n ? p[i + 2] : 0);
        const char four[4] = {digit[x >> 18 & 63], digit[x >> 12 & 63], i + 1 < n ? digit[x >> 6 & 63] : '=', i + 2 < n ? digit[x & 63] : '='};
        cupel_str_add(s, four, 4);
    }
}

cupel_status cupel_micro_page_data(cupel_picture *picture, cupel_str *s, cupel_err *err)
{
    unsigned char *png = NULL;
    size_t n = 0;
    cupel_status st = cupel_png_write(picture->rgba, picture->width, picture->height, &png, &n, err);
    if (st == CUPEL_OK) {
        cupel_str_puts(s, "data:image/png;base64,");
        base64(png, n, s);
    }
    cupel_free(png);
    cupel_picture_release(picture);
    return st;
}

cupel_status cupel_micro_page_picture(cupel_picture *picture, const char *class, const char *alt, cupel_str *s, cupel_err *err)
{
    cupel_str_addf(s, "<img class=\"%s\" width=%zu height=%zu alt=\"", class, picture->width, picture->height);
    cupel_html(s, alt);
    cupel_str_puts(s, "\" src=\"");
    cupel_status st = cupel_micro_page_data(picture, s, err);
    cupel_str_puts(s, "\">");
    return st;
}

/* ---- the page ---- */

static cupel_status page(const cupel_micro_page *p, cupel_str *s, cupel_err *err)
{
    cupel_str_puts(
        s, "<!doctype html>\n<html lang=en><head><meta charset=utf-8><meta name=viewport content=\"width=device-width, initial-scale=1\">\n<title>");
    cupel_html(s, p->d->words);
    cupel_str_puts(s, " · cupel</title>\n<style>\n");
    cupel_str_add(s, (const char *)cupel_report_css, cupel_report_css_size);
    cupel_str_puts(s, STYLE);
    cupel_str_puts(s, "</style></head><body>\n");
    cupel_micro_page_head(p, s);
    cupel_status st = cupel_micro_page_best(p, s, err);
    cupel_micro_page_ranking(p, s);
    if (st == CUPEL_OK) st = cupel_micro_page_maps(p, s, err);
    cupel_micro_page_trust(p, s);
    cupel_micro_page_methods(p, s);
    cupel_micro_page_lineage(p, s);
    cupel_str_puts(s, "</main>\n<footer>Made by cupel ");
    cupel_html(s, cupel_version());
    cupel_str_puts(s, ". This page is one file: no network, no scripts.</footer>\n</body></html>\n");
    return st == CUPEL_OK && s->failed ? cupel_no_memory(err, "a report", s->n) : st;
}

cupel_status cupel_micro_report_write(const char *folder, const cupel_job *job, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_micro_page p = {.job = job};
    cupel_str s = {0};
    cupel_out *out = NULL;
    char *path = NULL;
    CUPEL_TRY(path_of(folder, "report.html", &path, err));
    CUPEL_TRY(read_folder(folder, &p, err));
    CUPEL_TRY(page(&p, &s, err));
    CUPEL_TRY(cupel_out_open(path, &out, err));
    CUPEL_TRY(cupel_out_write(out, s.p, s.n, err));
    st = cupel_out_commit(&out, err);
done:
    cupel_out_abandon(&out);
    cupel_str_free(&s);
    cupel_free(path);
    page_release(&p);
    return st;
}
