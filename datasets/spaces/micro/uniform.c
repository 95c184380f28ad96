/* One phase everywhere: the answer to a demand that a phase meets by itself. */
#include "core/base/err.h"
#include "core/matter/voxels.h"
#include "datasets/spaces/micro/list.h"

#include <string.h>

enum { PHASES, PHASE };

static size_t phases_of(const cupel_recipe *r) { return (size_t)r->value[PHASES]; }

static cupel_status check(const cupel_recipe *r, cupel_err *err)
{
    if (r->value[PHASE] < r->value[PHASES]) return CUPEL_OK;
    return cupel_fail(err, CUPEL_USAGE, "uniform: phase %g of %g phases; the first is 0", r->value[PHASE], r->value[PHASES]);
}

static cupel_status mixture(const cupel_recipe *r, const size_t n[3], cupel_mixture *m, const cupel_job *job, cupel_err *err)
{
    (void)job;
    cupel_status st = cupel_mixture_init(m, 3, n, phases_of(r), err);
    if (st == CUPEL_OK) memset(m->id8, (int)r->value[PHASE], n[0] * n[1] * n[2]);
    return st;
}

/* The only phase there is has id 0 and the number of the phase as its label. */
static cupel_status voxels(const cupel_recipe *r, const size_t n[3], cupel_voxels *v, const cupel_job *job, cupel_err *err)
{
    (void)job;
    cupel_status st = cupel_voxels_init(v, 3, n, r->generator->method.name, err);
    if (st != CUPEL_OK) return st;
    for (size_t i = 0; i < n[0] * n[1] * n[2]; i++) v->id[i] = (uint16_t)r->value[PHASE];
    st = cupel_voxels_number(v, r->generator->method.name, err);
    if (st != CUPEL_OK) cupel_voxels_release(v);
    return st;
}

static const cupel_param params[] = {{"phases", "count", 2, 1, 16, "how many phases there are"},
                                     {"phase", "count", 0, 0, 15, "which of them fills the box, from 0"},
                                     {NULL, NULL, 0, 0, 0, NULL}};

static const cupel_reference references[] =
    {{"10.1017/CBO9780511613357", "Milton: The Theory of Composites. Cambridge University Press (2002)"}, {NULL, NULL}};

const cupel_generator cupel_generator_uniform = {
    .method =
        {.name = "uniform", .kind = "generator", .scale = "microstructure", .maturity = "stable", .help = "one phase everywhere",
         .input = "which phase", .output = "one of several phases; nothing changes with the seed",
               .references = references, .params = params},
    .phases_of = phases_of, .check = check, .mixture = mixture, .voxels = voxels,
};
