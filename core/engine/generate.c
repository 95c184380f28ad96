#include "core/engine/generate.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/engine/one_body.h"
#include "core/engine/surface.h"
#include "core/sys/file.h"
#include "datasets/formats/volume.h"
#include "datasets/spaces/micro/recipe.h"

#include <stdio.h>
#include <math.h>
#include <string.h>

static bool ends_in(const char *s, const char *end)
{
    const size_t n = strlen(s), m = strlen(end);
    return n > m && strcmp(s + n - m, end) == 0;
}

cupel_status cupel_grid_read(const char *text, const cupel_recipe *r, size_t n[3], cupel_err *err)
{
    enum { LONGEST = 1 << 16 };
    uint64_t x[3];
    int axes = 0;
    const char *p = text;
    for (bool more = true; more && axes < 3; axes++) {
        const size_t digits = strcspn(p, "x");
        if (!cupel_parse_u64((cupel_text){p, digits}, &x[axes]) || x[axes] < 1 || x[axes] > LONGEST) break;
        more = p[digits] == 'x';
        p += digits + more;
        if (!more && axes != 1) {
            if (axes == 0) cupel_recipe_grid(r, (size_t)x[0], n);
            for (int i = 0; axes == 2 && i < 3; i++) n[i] = (size_t)x[i];
            return CUPEL_OK;
        }
    }
    return cupel_fail(err, CUPEL_USAGE,
                      "option --grid: found '%.60s', expected voxels along the shortest edge of the box, as 64, or along the three axes, "
                      "as 64x64x32; from 1 to %d each",
                      text, (int)LONGEST);
}

static cupel_status put_text(const char *path, const cupel_str *s, cupel_err *err)
{
    return s->failed ? cupel_no_memory(err, path, 0) : cupel_out_bytes(path, s->p, s->n, err);
}

static cupel_status put_recipe(const char *path, const cupel_recipe *r, cupel_err *err)
{
    cupel_str s = {0};
    cupel_json_out w = {.s = &s};
    cupel_recipe_put(r, &w);
    cupel_str_putc(&s, '\n');
    cupel_status st = put_text(path, &s, err);
    cupel_str_free(&s);
    return st;
}

static cupel_status put_orientations(const char *path, const cupel_recipe *r, cupel_err *err)
{
    const size_t n = cupel_recipe_phases(r);
    cupel_str s = {0};
    double *angle = cupel_alloc(n, 3 * sizeof *angle);
    if (!angle) return cupel_no_memory(err, "orientations", n * 3 * sizeof *angle);
    cupel_status st = cupel_recipe_orientations(r, angle, err);
    if (st == CUPEL_OK) {
        cupel_str_puts(&s, "label,phi1 [deg],Phi [deg],phi2 [deg]\n");
        for (size_t i = 0; i < n; i++) cupel_str_addf(&s, "%zu,%.6f,%.6f,%.6f\n", i, angle[3 * i], angle[3 * i + 1], angle[3 * i + 2]);
        st = put_text(path, &s, err);
    }
    cupel_str_free(&s);
    cupel_free(angle);
    return st;
}

/* float32, version 1.0, C order. */
static cupel_status put_floats(const char *path, const float *x, const size_t n[3], cupel_err *err)
{
    const unsigned one = 1;
    unsigned char little;
    memcpy(&little, &one, 1);
    char head[128] = {'\x93', 'N', 'U', 'M', 'P', 'Y', 1, 0, 118, 0};
    int used = snprintf(head + 10, sizeof head - 10, "{'descr': '%cf4', 'fortran_order': False, 'shape': (%zu, %zu, %zu), }", little ? '<' : '>',
                        n[0], n[1], n[2]);
    for (size_t i = 10 + (size_t)used; i < sizeof head; i++) head[i] = ' ';
    head[sizeof head - 1] = '\n';
    cupel_out *out = NULL;
    cupel_status st = cupel_out_open(path, &out, err);
    if (st == CUPEL_OK) st = cupel_out_write(out, head, sizeof head, err);
    if (st == CUPEL_OK) st = cupel_out_write(out, x, n[0] * n[1] * n[2] * sizeof *x, err);
    if (st == CUPEL_OK) st = cupel_out_commit(&out, err);
    cupel_out_abandon(&out);
    return st;
}

/* Of the body, where one is meant. */
static cupel_status shares(const cupel_recipe *r, const size_t n[3], float *x, const cupel_job *job, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_mixture m = {0};
    cupel_one_body b = {.phase = 0};
    if (!r->one_body || cupel_recipe_phases(r) != 2) return cupel_recipe_shares(r, n, x, job, err);
    CUPEL_TRY(cupel_recipe_mixture(r, n, &m, job, err));
    CUPEL_TRY(cupel_one_body_of(r, n, 2, r->one_body - 1, job, &b, err));
    cupel_one_body_mixture(&b, &m);
    cupel_mixture_shares(&m, x);
done:
    cupel_mixture_release(&m);
    cupel_one_body_release(&b);
    return st;
}

static cupel_status generate_values(const cupel_generate_options *o, const cupel_recipe *r, const size_t n[3], const cupel_job *job, cupel_err *err)
{
    if (o->format ? strcmp(o->format, "npy") != 0 : !ends_in(o->output, ".npy"))
        return cupel_fail(err, CUPEL_USAGE, "output '%s': fractions and levels are float32 and go into a .npy file", o->output);
    const size_t bytes = cupel_mul(cupel_mul(cupel_mul(n[0], n[1]), n[2]), sizeof(float));
    cupel_status st = cupel_memory_check(bytes, o->output, err);
    if (st != CUPEL_OK) return st;
    if (o->as == CUPEL_AS_LEVEL && r->one_body)
        return cupel_fail(err, CUPEL_USAGE, "--as level is the distance to the interface as drawn, which a recipe in one body has lost in part; "
                                            "leave 'connected' out of '%.120s'", o->recipe);
    float *x = cupel_alloc_aligned(bytes, 1);
    if (!x) return cupel_no_memory(err, o->output, bytes);
    st = o->as == CUPEL_AS_LEVEL ? cupel_recipe_level(r, n, x, job, err) : shares(r, n, x, job, err);
    if (st == CUPEL_OK) st = put_floats(o->output, x, n, err);
    cupel_free(x);
    return st;
}

/* Voxels are counted by their centres: what is thinner than a voxel goes missing, which is said with the share that is left. */
static void say_fraction(const cupel_recipe *r, const cupel_voxels *v, const cupel_job *job)
{
    const double wanted = cupel_recipe_fraction(r);
    double fraction[2];
    if (isnan(wanted) || v->n_phases > 2) return;
    cupel_voxels_fractions(v, fraction);
    const double found = v->n_phases == 2 ? fraction[1] : v->label[0] == 1;
    const bool far = fabs(found - wanted) > 0.01 + 0.05 * wanted;
    cupel_say(job, far ? CUPEL_WARNING : CUPEL_NOTE, "volume fraction of phase 1 on this grid: %.5g of %.5g%s", found, wanted,
              far ? "; its voxels are too coarse for the structure: take a finer grid" : "");
}

/* A surface is made from the level, not from the voxels: it is smooth. */
static bool is_surface(const cupel_generate_options *o, const cupel_recipe *r)
{
    return cupel_recipe_phases(r) == 2 && (o->format ? strcmp(o->format, "stl") == 0 : ends_in(o->output, ".stl"));
}

/* body: NULL without one. */
static cupel_status generate_surface(const cupel_generate_options *o, const cupel_recipe *r, const size_t n[3], const cupel_voxels *body,
                                     const cupel_job *job, cupel_err *err)
{
    cupel_surface made;
    const cupel_solid solid = {.recipe = r, .n = {n[0], n[1], n[2]}, .phase = 1, .body = body};
    cupel_status st = cupel_surface_write(&solid, o->output, job, &made, err);
    if (st != CUPEL_OK) return st;
    const bool far = fabs(made.share - made.wanted) > 1e-3;
    if (isnan(made.wanted))
        cupel_say(job, CUPEL_NOTE, "the surface encloses %.4g of the box", made.share);
    else
        cupel_say(job, far ? CUPEL_WARNING : CUPEL_NOTE, "the surface encloses %.4g of the box, the %s %.4g%s", made.share,
                  body ? "body has" : "recipe says", made.wanted, far ? "; the grid is too coarse for the structure: take a finer one" : "");
    return CUPEL_OK;
}

/* The recipe in one body, mended on this grid. */
static cupel_status generate_body(const cupel_generate_options *o, const cupel_recipe *r, const size_t n[3], const cupel_job *job, cupel_err *err)
{
    cupel_status st = CUPEL_OK;
    cupel_one_body b = {.phase = 0};
    CUPEL_TRY(cupel_one_body_of(r, n, cupel_recipe_phases(r), r->one_body - 1, job, &b, err));
    cupel_say(job, CUPEL_NOTE, "phase %zu in one body: %llu voxels of islands removed, %llu of trapped void filled", r->one_body - 1,
              (unsigned long long)b.islands, (unsigned long long)b.trapped);
    CUPEL_TRY(cupel_voxels_number(&b.mended, "a body", err));
    st = is_surface(o, r) ? generate_surface(o, r, n, &b.mended, job, err) : cupel_volume_write(o->output, o->format, &b.mended, err);
done:
    cupel_one_body_release(&b);
    return st;
}

static cupel_status generate_phases(const cupel_generate_options *o, const cupel_recipe *r, const size_t n[3], const cupel_job *job, cupel_err *err)
{
    cupel_voxels v = {0};
    if (r->one_body) return generate_body(o, r, n, job, err);
    if (is_surface(o, r)) return generate_surface(o, r, n, NULL, job, err);
    cupel_status st = cupel_recipe_voxels(r, n, &v, job, err);
    if (st == CUPEL_OK) say_fraction(r, &v, job);
    if (st == CUPEL_OK) st = cupel_volume_write(o->output, o->format, &v, err);
    cupel_voxels_release(&v);
    return st;
}

/* A radius or a level may be such that one phase is all there is: a recipe of nothing, which is no microstructure. */
static cupel_status check_fraction(const cupel_recipe *r, cupel_err *err)
{
    const double fraction = cupel_recipe_fraction(r);
    if (isnan(fraction) || (fraction > 0 && fraction < 1) || cupel_recipe_phases(r) != 2) return CUPEL_OK;
    cupel_str s = {0};
    cupel_recipe_text(r, &s);
    cupel_fail(err, CUPEL_USAGE, "recipe '%.120s': its parameters leave nothing %s phase 1, expected some of both phases; change the radius, level "
                                 "or thickness, or give a fraction", cupel_str_text(&s), fraction > 0 ? "but" : "of");
    cupel_str_free(&s);
    return CUPEL_USAGE;
}

static cupel_status check(const cupel_generate_options *o, bool volume, cupel_err *err)
{
    if (!o->output && !o->recipe_out && !o->orientations)
        return cupel_fail(err, CUPEL_USAGE,
                          "nothing to write: name a volume (-o v.npy), a recipe (-o r.json) or orientations (--orientations o.csv)");
    if (volume && !o->grid) return cupel_fail(err, CUPEL_USAGE, "a volume needs a grid: --grid 64, or --grid 64x64x32");
    return CUPEL_OK;
}

cupel_status cupel_generate(const cupel_generate_options *o, const cupel_job *job, cupel_err *err)
{
    cupel_recipe r;
    size_t n[3] = {0};
    const bool json = o->output && !o->format && ends_in(o->output, ".json"), volume = o->output && !json;
    cupel_status st = cupel_recipe_read(o->recipe, &r, err);
    if (st == CUPEL_OK) st = check(o, volume, err);
    if (st == CUPEL_OK && volume && o->as == CUPEL_AS_PHASES && !is_surface(o, &r)) st = cupel_volume_writes(o->output, o->format, err);
    if (st == CUPEL_OK && volume) st = cupel_grid_read(o->grid, &r, n, err);
    if (st == CUPEL_OK) st = cupel_recipe_settle(&r, job, err);
    if (st == CUPEL_OK) st = check_fraction(&r, err);
    if (st == CUPEL_OK && volume) st = o->as == CUPEL_AS_PHASES ? generate_phases(o, &r, n, job, err) : generate_values(o, &r, n, job, err);
    if (st == CUPEL_OK && o->orientations) st = put_orientations(o->orientations, &r, err);
    if (st == CUPEL_OK && json) st = put_recipe(o->output, &r, err);
    if (st == CUPEL_OK && o->recipe_out) st = put_recipe(o->recipe_out, &r, err);
    return st;
}
