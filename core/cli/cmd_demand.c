#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/cli/verbs.h"
#include "core/engine/demand.h"
#include "core/engine/micro/run.h"

#include <string.h>

static cupel_status run(const cupel_args *args, const cupel_job *job, cupel_err *err)
{
    cupel_str words = {0};
    char *text = NULL;
    size_t n = 0;
    if (strcmp(cupel_arg(args, 0), "check") != 0)
        return cupel_fail(err, CUPEL_USAGE, "cupel demand '%s': the only thing to do with a demand is 'cupel demand check FILE'", cupel_arg(args, 0));
    const char *file = cupel_arg(args, 1);
    cupel_status st = cupel_demand_text(file, &text, &n, err); /* once: it may be a pipe */
    if (st != CUPEL_OK) return st;
    const cupel_text all = {text, n};
    st = cupel_micro_demand_is_text(all, file) ? cupel_micro_check(all, file, job, &words, err) : cupel_demand_check(all, file, job, &words, err);
    if (st == CUPEL_OK) st = cupel_print_str(&words, err);
    cupel_free(text);
    cupel_str_free(&words);
    return st;
}

static const cupel_opt options[] = {{0}};

const cupel_verb cupel_verb_demand = {
    .name = "demand",
    .usage = "check DEMAND",
    .help = "read a demand file without running it, and say it in words",
    .more = "Checks keys, units and windows, that tables and columns are readable, and counts candidates, or says what a design takes. "
            "Nothing is trained.\n\n"
            "A demand is YAML; file names in it are relative to it:\n\n"
            "  demand: lead-free absorber\n"
            "  scale: composition\n"
            "  data: {file: gaps.csv, formula: composition, target: target, property: band gap, unit: eV}\n"
            "  model: {name: svr, features: magpie}            # or {file: model.h5}; settings: {C: 10}, task: class\n"
            "  space: {list: candidates.csv, formula: formula} # or ranges, substitute, charge_neutral\n"
            "  require:\n"
            "    - {property: band gap, min: 1.1 eV, max: 1.6 eV}   # or target: with within:, or goal: maximise\n"
            "    - {elements: forbidden, list: [Pb, Cd]}\n"
            "    - {price: {max: 60 USD/kg}, goal: minimise}   # the goal counts in rankings by pareto and weights\n"
            "  rank: {by: probability}  # or pareto, weights\n"
            "  domain: required       # reject what is unlike anything measured\n"
            "  known: drop            # leave out what was measured\n"
            "  first: {pass: 5 %}     # a cheap model sees all (ridge)\n"
            "  per_system: 3          # at most so many rows of one chemical system\n"
            "  diverse: 0.2           # and no two nearer\n"
            "  keep: 100\n"
            "  seed: 1\n\n"
            "A ranking by weights is a weighted mean of how well each entry of require is met; an entry has its weight in it (else 1):\n\n"
            "    - {property: band gap, min: 1.1 eV, max: 1.6 eV, weight: 3}\n\n"
            "Several: 'properties', a list of {property, unit, data, model}.\n"
            "Microstructures: phases with their properties, what the mixture must have, a generator with ranges, and the grid it is solved on:\n\n"
            "  demand: heat spreader\n"
            "  scale: microstructure\n"
            "  phases:\n"
            "    - {name: polymer, k: 0.2 W/(m K)} # also E, nu, C11 ..., alpha, density, price\n"
            "    - {name: filler, k: 20 W/(m K)}   # phase 1: whose fraction a generator takes\n"
            "  space: {generator: gyroid, fraction: 0.1..0.4, stretch3: 1..2} # or a list, or all\n"
            "  require:\n"
            "    - {property: conductivity, component: 33, min: 2 W/(m K)} # or target: [[..]] with within:\n"
            "    - {property: volume fraction, phase: filler, max: 0.35}\n"
            "    - {property: bulk modulus, goal: maximise}\n"
            "  grid: 48\n"
            "  sample: 64                 # solved to learn\n"
            "  candidates: 100000         # predicted\n"
            "  verify: 3                  # of the first, solved again with an error bar\n"
            "  surrogate: DIR/samples.h5  # of an earlier run of this space and phases: none is solved\n\n"
            "What can be asked of a microstructure, by target and within, min, max, or goal:\n\n"
            "    conductivity, stiffness, expansion: target: [[..]] (~: open; orientation: free), component: 12, or invariant: mean, trace,\n"
            "      smallest, largest, ratio; on: grid for its own grid's\n"
            "      or electrical conductivity (sigma), permittivity (eps), diffusivity (D), magnetic permeability (mu_r)\n"
            "    young modulus (direction: [0, 0, 1] | softest | stiffest), bulk modulus, shear modulus, poisson ratio (component: 12), anisotropy; "
            "per: density;\n"
            "      without direction or component: of the isotropic mean (Hill) over all orientations\n"
            "    density, price (of mass, or per: volume); of a phase: volume fraction, surface per volume, mean chord, feature size, two-point "
            "(like: FILE),\n"
            "      and, judged on designs, connected fraction, percolating fraction (axis: 3), euler number\n"
            "    directions 1, 2, 3 are x, y, z, axes 0, 1, 2 of an array and of 'cupel describe'\n"
            "    unit: GPa, of an entry, is that of its plain numbers and answers\n"
            "  size: 5 mm               # edge of the box; without it lengths are in edges\n"
            "  tolerance: 0.05 mm       # of the process: what half of it at interfaces changes is said\n"
            "  hold under: {process tolerance: 0.05 mm, phase properties: 5 %}   # met even with half of that, and each phase so far off\n"
            "  minimum feature: 0.4 mm  # of the stronger phase; or {solid: 0.4 mm, void: 0.3 mm}\n"
            "  connected: solid         # in one body: islands removed, trapped void filled\n\n"
            "Exit code 2 for keys, units and numbers that are not written so; 3 for tables, and for properties and targets that no material has "
            "(nu not within -1 to 0.5, E, k or a density below 0, a negative eigenvalue, not symmetric); 5 when the space is empty or no "
            "microstructure can meet the demand.\n",
    .options = options,
    .min_args = 2,
    .max_args = 2,
    .run = run,
};
