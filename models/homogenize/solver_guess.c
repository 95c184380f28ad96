/* Where a load begins: at the field of another solution on the same grid. */
#include "core/sys/par.h"
#include "models/homogenize/solver_parts.h"

#include <string.h>

typedef struct guess {
    const cupel_solution *from;
    size_t load;
    cupel_iteration *it;
} guess;

static cupel_status guess_plane(void *user, size_t i, size_t worker, cupel_err *err)
{
    (void)worker, (void)err;
    const guess *w = user;
    const cupel_cell *c = w->it->cell;
    for (size_t f = 0; f < c->fields; f++)
        for (size_t j = 0; j < c->n[1]; j++) {
            const float *u = w->from->u[w->load][f] + (i * c->n[1] + j) * w->from->pitch;
            const size_t at = i * w->it->plane + j * w->it->pitch;
            memcpy(w->it->p[f] + at, u, (c->n[2] + 1) * sizeof *u);
            if (w->it->u[f]) memcpy(w->it->u[f] + at, u, c->n[2] * sizeof *u);
        }
    return CUPEL_OK;
}

bool cupel_guess_fits(const cupel_cell *c, const cupel_solution *from)
{
    const cupel_cell *o = &from->cell;
    return from->u[0][0] && o->physics == c->physics && o->order == c->order && o->fields == c->fields && memcmp(o->n, c->n, sizeof c->n) == 0;
}

void cupel_guess_load(const cupel_solution *from, size_t load, cupel_iteration *it)
{
    guess w = {from, load, it};
    (void)cupel_par_for(it->threads, it->cell->n[0], guess_plane, &w, NULL);
}
