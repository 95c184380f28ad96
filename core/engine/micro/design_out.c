#include "core/engine/micro/design_out.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/engine/micro/page.h"
#include "core/engine/surface.h"
#include "core/io/input.h"
#include "core/io/json.h"
#include "core/sys/file.h"
#include "datasets/formats/volume.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static cupel_status write_text(const char *folder, const char *name, const cupel_str *text, cupel_err *err)
{
    cupel_out *out = NULL;
    cupel_status st = CUPEL_OK;
    char *path = cupel_path_join(folder, name);
    if (!path || text->failed) CUPEL_TRY(cupel_no_memory(err, name, 0));
    CUPEL_TRY(cupel_out_open(path, &out, err));
    CUPEL_TRY(cupel_out_write(out, cupel_str_text(text), text->n, err));
    st = cupel_out_commit(&out, err);
done:
    cupel_out_abandon(&out);
    cupel_free(path);
    return st;
}

/* The tensor entry that is furthest from being met, by which a row's distance is given; n_asks when there is none. */
static size_t worst_tensor(const cupel_micro_demand *d, const cupel_design *g)
{
    size_t worst = d->n_asks;
    double most = -1;
    for (size_t i = 0; i < d->n_asks; i++) {
        const double x = (g->ask[i].value + g->ask[i].error) / fmax(d->ask[i].within, 1e-9);
        if (!d->ask[i].whole || x <= most) continue;
        most = x;
        worst = i;
    }
    return worst;
}

static void put_cell(cupel_str *s, double x)
{
    cupel_str_putc(s, ',');
    if (!isnan(x)) cupel_str_addf(s, "%.6g", x);
}

static void put_head(const cupel_micro_demand *d, cupel_str *s)
{
    cupel_str_puts(s, "rank,meets,distance [%],error [%],volume fraction,solves,seconds,recipe,probability,distance on grid [%],grid,verified on grid,resolved");
    for (size_t i = 0; i < d->n_asks; i++) {
        const cupel_ask *a = &d->ask[i];
        const char *unit = a->whole ? "%" : a->unit, *what = a->whole ? " distance" : "";
        const char *open = *unit ? " [" : "", *close = *unit ? "]" : "";
        cupel_str_addf(s, ",%s%s%s%s%s,%s error%s%s%s,%s verdict", a->name, what, open, unit, close, a->name, open, unit, close, a->name);
    }
    cupel_str_putc(s, '\n');
}

static void put_row(const cupel_micro_demand *d, const cupel_design *g, size_t rank, cupel_str *s)
{
    cupel_str recipe = {0};
    const size_t worst = worst_tensor(d, g);
    const bool tensor = worst < d->n_asks;
    cupel_recipe_text(&g->recipe, &recipe);
    cupel_str_addf(s, "%zu,%s", rank, g->meets ? "yes" : "no");
    put_cell(s, tensor ? 100 * g->ask[worst].value : (double)NAN);
    put_cell(s, tensor ? 100 * g->ask[worst].error : (double)NAN);
    put_cell(s, d->n_phases > 1 ? g->limit.fraction[1] : 0);
    cupel_str_addf(s, ",%zu,%.3g,\"%s\"", g->solves, g->seconds, cupel_str_text(&recipe));
    put_cell(s, g->probability);
    put_cell(s, tensor ? 100 * g->ask[worst].on_grid : (double)NAN);
    cupel_str_addf(s, ",%zu,%zu,%s", g->grid, g->fine, g->resolved ? "yes" : "no");
    for (size_t i = 0; i < d->n_asks; i++) {
        const double scale = d->ask[i].whole ? 100 : 1;
        put_cell(s, scale * g->ask[i].value);
        put_cell(s, scale * g->ask[i].error);
        cupel_str_puts(s, g->ask[i].met ? ",pass" : ",fail");
    }
    cupel_str_putc(s, '\n');
    if (recipe.failed) s->failed = true;
    cupel_str_free(&recipe);
}

/* ---- files to take away ---- */

static cupel_status note_file(cupel_design_files *files, const char *folder, const char *name, const char *what, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    char hex[65] = "", *path = cupel_path_join(folder, name);
    struct stat sb;
    if (!path || !cupel_grow(&files->one, &files->cap, files->n + 1, sizeof *files->one)) CUPEL_TRY(cupel_no_memory(err, "a list of files", 0));
    CUPEL_TRY(cupel_digest_file(path, hex, err));
    cupel_design_file *f = &files->one[files->n++];
    *f = (cupel_design_file){.bytes = stat(path, &sb) == 0 ? (uint64_t)sb.st_size : 0};
    snprintf(f->name, sizeof f->name, "%s", name);
    snprintf(f->what, sizeof f->what, "%s", what);
    snprintf(f->digest, sizeof f->digest, "sha256:%s", hex);
done:
    cupel_free(path);
    return st;
}

static cupel_status put_file(cupel_design_files *files, const char *folder, const char *name, const cupel_str *text, const char *what, cupel_err *err)
{
    cupel_status st = write_text(folder, name, text, err);
    return st == CUPEL_OK ? note_file(files, folder, name, what, err) : st;
}

/* The voxels in one format. */
static cupel_status put_volume(cupel_design_files *files, const char *folder, size_t rank, const char *suffix, const char *format,
                               const cupel_voxels *v, const char *what, cupel_err *err)
{
    char name[40], *path;
    snprintf(name, sizeof name, "design-%zu.%s", rank, suffix);
    path = cupel_path_join(folder, name);
    cupel_status st = path ? cupel_volume_write(path, format, v, err) : cupel_no_memory(err, "a file name", 0);
    if (st == CUPEL_OK) st = note_file(files, folder, name, what, err);
    cupel_free(path);
    return st;
}

/* The surface of what is not the softest phase: two phases from the level, more from the voxels. */
static cupel_status put_surface(cupel_design_files *files, const cupel_micro_demand *d, const cupel_design *g, const size_t n[3], const char *folder,
                                size_t rank, const cupel_voxels *v, const cupel_job *job, cupel_err *err)
{
    char name[40], what[240], *path = NULL;
    size_t triangles = 0;
    const size_t solid = cupel_micro_page_hidden(d) ? 0 : 1;
    for (size_t p = 0; p < d->n_phases; p++)
        if (g->on_grid.fraction[p] == 1) return CUPEL_OK; /* one phase alone has no surface */
    if (d->n_phases != 2)
        return put_volume(files, folder, rank, "stl", "stl", v,
                          "closed surface of all phases but the first, for a printer; stepped as the voxels are", err);
    snprintf(name, sizeof name, "design-%zu.stl", rank);
    path = cupel_path_join(folder, name);
    cupel_status st = path ? cupel_surface_write(&g->recipe, n, solid, path, job, &triangles, err) : cupel_no_memory(err, "a file name", 0);
    snprintf(what, sizeof what, "closed surface of %.60s for a printer (binary STL, %zu triangles), cut off flat at the faces of the box",
             d->phase[solid].name, triangles);
    if (st == CUPEL_OK) st = note_file(files, folder, name, what, err);
    cupel_free(path);
    return st;
}

static cupel_status write_voxels(cupel_design_files *files, const cupel_micro_demand *d, const cupel_design *g, size_t rank, const char *folder,
                                 const cupel_job *job, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_voxels v = {0};
    double box[3];
    size_t n[3];
    cupel_recipe_grid(&g->recipe, g->grid, n);
    CUPEL_TRY(cupel_recipe_voxels(&g->recipe, n, &v, job, err));
    CUPEL_TRY(
        put_volume(files, folder, rank, "npy", NULL, &v, "voxels: the phase at each centre, 0, 1, .. in the order of the demand; axes 1, 2, 3", err));
    if (rank > CUPEL_SHOWN) goto done;
    cupel_recipe_box(&g->recipe, box);
    for (int a = 0; a < 3; a++) v.size[a] = box[a] / (double)n[a];
    v.has_size = true;
    CUPEL_TRY(put_volume(files, folder, rank, "h5", "fans", &v, "the voxels as FANS reads them: data set /microstructure with its lengths L", err));
    CUPEL_TRY(put_volume(files, folder, rank, "vti", NULL, &v, "the voxels as DAMASK reads them: VTK image data, cells 'material'", err));
    v.has_size = false;
    st = put_surface(files, d, g, n, folder, rank, &v, job, err);
done:
    cupel_voxels_release(&v);
    return st;
}

static cupel_status write_design(cupel_design_files *files, const cupel_micro_demand *d, const cupel_design *g, size_t rank, const char *folder,
                                 const cupel_job *job, cupel_err *err)
{
    cupel_str s = {0};
    cupel_json_out w = {.s = &s};
    char name[40];
    cupel_recipe_put(&g->recipe, &w);
    cupel_str_putc(&s, '\n');
    snprintf(name, sizeof name, "design-%zu.json", rank);
    cupel_status st = put_file(files, folder, name, &s, "recipe: a few numbers and a seed that build the same structure on any grid", err);
    if (st == CUPEL_OK) st = write_voxels(files, d, g, rank, folder, job, err);
    cupel_str_free(&s);
    return st;
}

/* ---- run.json ---- */

static void put_tensor(cupel_json_out *w, const char *name, const double *t, size_t rows, size_t cols)
{
    cupel_json_name(w, name);
    cupel_json_open(w, '[');
    for (size_t i = 0; i < rows; i++) {
        if (cols > 1) cupel_json_open(w, '[');
        for (size_t j = 0; j < cols; j++) cupel_json_put_number(w, t[i * cols + j]);
        if (cols > 1) cupel_json_close(w, ']');
    }
    cupel_json_close(w, ']');
}

static void put_tensors(const cupel_micro_demand *d, cupel_json_out *w, const char *name, const cupel_tensors *t)
{
    cupel_json_name(w, name);
    cupel_json_open(w, '{');
    if (d->needs_conduction) put_tensor(w, "conductivity", t->k, 3, 3);
    if (d->needs_elasticity) put_tensor(w, "stiffness", t->c, 6, 6);
    if (d->needs_expansion) put_tensor(w, "expansion", t->alpha, 6, 1);
    cupel_json_close(w, '}');
}

static void put_account(const cupel_micro_demand *d, const cupel_designs *found, const cupel_design_files *files, const char *command, const cupel_job *job,
                        cupel_json_out *w)
{
    char host[256] = "", now[32];
    cupel_str text = {0};
    cupel_utc_now(now);
    if (gethostname(host, sizeof host - 1) != 0) host[0] = '\0';
    const char *const words[][2] = {{"cupel", cupel_version()}, {"command", command}, {"ended", now}, {"host", host}, {"isa", cupel_isa_name(job->isa)},
                                    {"demand", d->file}, {"digest", d->digest}, {"convention", "mandel 11 22 33 23 13 12"}};
    cupel_json_open(w, '{');
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        cupel_json_name(w, words[i][0]);
        cupel_json_put_string(w, words[i][1]);
    }
    cupel_json_name(w, "threads");
    cupel_json_put_count(w, job->threads);
    cupel_json_name(w, "seconds");
    cupel_json_put_number(w, found->seconds);
    cupel_json_name(w, "solves");
    cupel_json_put_count(w, found->solves);
    cupel_json_name(w, "attainable");
    cupel_attainable_words(d, &found->attainable, &text);
    if (text.n)
        cupel_json_put_text(w, (cupel_text){text.p, text.n - 1});
    else
        cupel_json_put_null(w);
    cupel_str_free(&text);
    cupel_json_name(w, "designs");
    cupel_json_open(w, '[');
    for (size_t i = 0; i < found->n; i++) {
        cupel_json_open(w, '{');
        put_tensors(d, w, "on_grid", &found->one[i].on_grid);
        put_tensors(d, w, "limit", &found->one[i].limit);
        put_tensors(d, w, "error", &found->one[i].bar);
        cupel_json_close(w, '}');
    }
    cupel_json_close(w, ']');
    cupel_json_name(w, "outputs");
    cupel_json_open(w, '[');
    for (size_t i = 0; i < files->n; i++) {
        cupel_json_open(w, '{');
        cupel_json_name(w, "file");
        cupel_json_put_string(w, files->one[i].name);
        cupel_json_name(w, "digest");
        cupel_json_put_string(w, files->one[i].digest);
        cupel_json_close(w, '}');
    }
    cupel_json_close(w, ']');
    cupel_json_close(w, '}');
    cupel_str_putc(w->s, '\n');
}

cupel_status cupel_design_write(const cupel_micro_demand *d, const cupel_designs *found, const char *folder, const char *command, const cupel_job *job,
                                cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_str table = {0}, text = {0}, account = {0};
    cupel_design_files files = {0};
    cupel_json_out w = {.s = &account};
    put_head(d, &table);
    for (size_t i = 0; i < found->n; i++) put_row(d, &found->one[i], i + 1, &table);
    CUPEL_TRY(put_file(&files, folder, "designs.csv", &table, "table of all designs: verdict, distances with bars, recipes", err));
    cupel_str_add(&text, d->text, d->n_text);
    CUPEL_TRY(put_file(&files, folder, "demand.yaml", &text, "the demand as it was written", err));
    for (size_t i = 0; i < found->n; i++) CUPEL_TRY(write_design(&files, d, &found->one[i], i + 1, folder, job, err));
    CUPEL_TRY(cupel_design_report(d, found, &files, folder, command, job, err));
    CUPEL_TRY(note_file(&files, folder, "report.html", "this report", err));
    put_account(d, found, &files, command, job, &w);
    st = write_text(folder, "run.json", &account, err);
done:
    cupel_str_free(&table);
    cupel_str_free(&text);
    cupel_str_free(&account);
    cupel_free(files.one);
    return st;
}

void cupel_design_summary(const cupel_micro_demand *d, const cupel_designs *found, cupel_str *out)
{
    cupel_attainable_words(d, &found->attainable, out);
    for (size_t i = 0; i < found->n; i++) {
        const cupel_design *g = &found->one[i];
        cupel_str_addf(out, "design %zu %s the demand (probability %.3g), %zu loads solved in %.3g s\n", i + 1, g->meets ? "meets" : "does not meet", g->probability,
                       g->solves, g->seconds);
        for (size_t k = 0; k < d->n_asks; k++) {
            const cupel_ask *a = &d->ask[k];
            const cupel_design_ask *v = &g->ask[k];
            if (a->whole)
                cupel_str_addf(out, "  %-4s %s: %.3g %% from the target, bar %.2g %%, asked within %.3g %% (%.3g %% on its own grid)\n", v->met ? "pass" : "fail",
                               a->name, 100 * v->value, 100 * v->error, 100 * a->within, 100 * v->on_grid);
            else
                cupel_str_addf(out, "  %-4s %s: %.5g%s%s, bar %.2g\n", v->met ? "pass" : "fail", a->name, v->value, *a->unit ? " " : "", a->unit, v->error);
        }
        cupel_str recipe = {0};
        cupel_recipe_text(&g->recipe, &recipe);
        cupel_str_addf(out, "  %s\n", cupel_str_text(&recipe));
        cupel_str_free(&recipe);
    }
}
