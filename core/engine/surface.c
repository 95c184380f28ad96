#include "core/engine/surface.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/sys/file.h"

#include <math.h>
#include <stdio.h>

/* Of the volume: what is left of the difference. Surfaces that are made for it, the first included. By how many voxels the level may be moved: what
 * is lost beyond that is lost to a grid that does not hold the structure. */
static const double NEAR = 1e-4, MOST = 0.5;
enum { MADE = 8 };

static double volume_of(const double box[3]) { return box[0] * box[1] * box[2]; }

/* The level that is cut, and what it was before it was moved. */
typedef struct cut {
    const cupel_solid *solid;
    cupel_level_field field;
    size_t count;
    float *value, *drawn; /* [count]; drawn NULL without a body */
    double wanted;        /* share of the box; NaN where the recipe says none */
} cut;

static bool in_body(const cupel_solid *s, size_t i) { return s->body->label[s->body->id[i]] == (int64_t)s->phase; }

/* What is of the other phase in the body is as far inside of it as it was outside; *more: voxels that are. */
static void mend(cut *c, double *more)
{
    *more = 0;
    for (size_t i = 0; i < c->count; i++) {
        const bool in = in_body(c->solid, i);
        c->drawn[i] = c->value[i];
        if (in == (c->drawn[i] > 0)) continue;
        c->drawn[i] = -c->drawn[i];
        *more += in ? 1 : -1;
    }
}

/* The level, `step` more than it is and `to` more than it was drawn; no voxel changes sides of a body. */
static void move(cut *c, double step, double to)
{
    static const float LEAST = 1e-3F; /* voxels from the interface */
    for (size_t i = 0; i < c->count; i++) {
        if (!c->drawn) {
            c->value[i] += (float)step;
            continue;
        }
        const float x = c->drawn[i] + (float)to;
        c->value[i] = in_body(c->solid, i) ? fmaxf(x, LEAST) : fminf(x, -LEAST);
    }
}

/* By how much the level has to rise: first by the area, some of which are caps that do not move, then by what the last rise has done. */
static double rise(const cupel_level_field *level, const cupel_mesh *m, double missing, double last, double gained)
{
    if (last != 0 && gained * last > 0) return missing * last / gained;
    const double voxel = volume_of(level->edge) / ((double)level->n[0] * (double)level->n[1] * (double)level->n[2]);
    return m->area > 0 ? missing / (m->area * cbrt(voxel)) : 0;
}

/* The surface whose volume comes nearest to `volume`, the level in voxels moved as far as that takes. */
static cupel_status fit(cut *c, double volume, const cupel_job *job, cupel_mesh *mesh, cupel_err *err)
{
    cupel_mesh best = {0};
    cupel_status st = cupel_mesh_of(&c->field, job, &best, err);
    double moved = 0, step = 0, before = 0, here = best.volume;
    for (int i = 1; i < MADE && st == CUPEL_OK && fabs(here - volume) > NEAR * volume; i++) {
        cupel_mesh next = {0};
        const double to = fmin(fmax(moved + rise(&c->field, &best, volume - here, step, here - before), -MOST), MOST);
        step = to - moved;
        if (step == 0) break;
        move(c, step, to);
        moved = to, before = here;
        st = cupel_mesh_of(&c->field, job, &next, err);
        here = next.volume;
        if (st == CUPEL_OK && fabs(here - volume) < fabs(best.volume - volume)) {
            cupel_mesh_release(&best);
            best = next;
        } else {
            cupel_mesh_release(&next);
        }
    }
    if (st == CUPEL_OK)
        *mesh = best;
    else
        cupel_mesh_release(&best);
    return st;
}

static cupel_status cut_of(const cupel_solid *s, const cupel_job *job, cut *c, cupel_err *err)
{
    double more;
    const double fraction = cupel_recipe_fraction(s->recipe);
    *c = (cut){.solid = s, .count = cupel_mul(cupel_mul(s->n[0], s->n[1]), s->n[2]), .wanted = s->phase ? fraction : 1 - fraction};
    c->field = (cupel_level_field){.n = {s->n[0], s->n[1], s->n[2]}, .periodic = true};
    cupel_status st = cupel_memory_check(cupel_mul(c->count, (s->body ? 2 : 1) * sizeof(float)), "the level of a structure", err);
    if (st != CUPEL_OK) return st;
    c->value = cupel_alloc(c->count, sizeof *c->value);
    if (s->body) c->drawn = cupel_alloc(c->count, sizeof *c->drawn);
    if (!c->value || (s->body && !c->drawn)) return cupel_no_memory(err, "the level of a structure", c->count * sizeof *c->value);
    st = cupel_recipe_level(s->recipe, s->n, c->value, job, err);
    if (st != CUPEL_OK) return st;
    for (size_t i = 0; s->phase == 0 && i < c->count; i++) c->value[i] = -c->value[i];
    cupel_recipe_box(s->recipe, c->field.edge);
    c->field.value = c->value;
    if (!s->body) return CUPEL_OK;
    mend(c, &more);
    move(c, 0, 0);
    c->wanted += more / (double)c->count;
    return CUPEL_OK;
}

static cupel_status surface_of(const cupel_solid *s, const cupel_job *job, double *wanted, cupel_mesh *mesh, cupel_err *err)
{
    cut c;
    cupel_status st = cut_of(s, job, &c, err);
    *wanted = c.wanted;
    if (st == CUPEL_OK && c.wanted > 0 && c.wanted < 1)
        st = fit(&c, c.wanted * volume_of(c.field.edge), job, mesh, err);
    else if (st == CUPEL_OK)
        st = cupel_mesh_of(&c.field, job, mesh, err);
    cupel_free(c.value);
    cupel_free(c.drawn);
    return st;
}

cupel_status cupel_surface_of(const cupel_solid *solid, const cupel_job *job, cupel_mesh *mesh, cupel_err *err)
{
    return surface_of(solid, job, &(double){0}, mesh, err);
}

/* What falls off when one box is made of a periodic body is left out; *share: of the box that is not. */
static cupel_status write_alone(const cupel_solid *s, const cupel_mesh *mesh, const char *words, const cupel_job *job, double *share, cupel_err *err)
{
    cupel_mesh piece = {0};
    double box[3];
    cupel_recipe_box(s->recipe, box);
    cupel_status st = cupel_mesh_largest(mesh, &piece, err);
    if (st == CUPEL_OK) st = cupel_stl_write(s->alone, &piece, words, job, err);
    if (st == CUPEL_OK) *share = piece.volume / volume_of(box);
    cupel_mesh_release(&piece);
    return st;
}

cupel_status cupel_surface_write(const cupel_solid *s, const char *path, const cupel_job *job, cupel_surface *made, cupel_err *err)
{
    cupel_mesh mesh = {0};
    double box[3], wanted = NAN, alone = 0;
    size_t pieces = 0;
    char words[128];
    snprintf(words, sizeof words, "cupel: unit: edge of the box; solid: phase %zu of %.30s", s->phase, s->recipe->generator->method.name);
    cupel_status st = surface_of(s, job, &wanted, &mesh, err);
    if (st == CUPEL_OK && s->body) st = cupel_mesh_pieces(&mesh, &pieces, err);
    if (st == CUPEL_OK) st = cupel_stl_write(path, &mesh, words, job, err);
    if (st == CUPEL_OK && s->alone && pieces > 1) st = write_alone(s, &mesh, words, job, &alone, err);
    cupel_recipe_box(s->recipe, box);
    if (made) *made = (cupel_surface){.triangles = mesh.n, .pieces = pieces, .share = mesh.volume / volume_of(box), .alone = alone, .wanted = wanted};
    cupel_mesh_release(&mesh);
    return st;
}
