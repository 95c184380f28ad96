/* A space: candidates addressed by a global index 0 .. count-1. One const struct per kind in a file of its own, one line in list.c. */
#ifndef CUPEL_DATASETS_SPACES_SPACE_H
#define CUPEL_DATASETS_SPACES_SPACE_H

#include "core/base/arena.h"
#include "core/io/yaml.h"
#include "core/matter/composition.h"
#include "core/matter/formula.h"
#include "core/matter/method.h"
#include "core/matter/records.h"
#include "core/sys/job.h"

typedef struct cupel_space cupel_space;

/* A block of candidates: the formula as text and as composition (batch.reason says why one could not be read), and the values of the space's columns.
 * Text of formulas lives until the next fill of this block, that of columns until the next fill of the space from this block or another. */
typedef struct cupel_candidates {
    uint64_t first;      /* global index of the first */
    size_t n;
    bool bare;           /* set by the caller: an enumeration makes no text, formula[i].p is NULL */
    cupel_batch batch;
    cupel_text *formula; /* [n] */
    size_t n_columns;
    cupel_text *cell;    /* [n][n_columns] values of cupel_space_columns */
    const char *file;    /* the table they were read from, NULL for an enumeration; its lines and how a dot was read, for messages */
    uint64_t *line;      /* [n] of the file; 0 in an enumeration */
    cupel_dot dot;
    size_t n_cells, cap, cap_line, cap_cell;
    struct cupel_candidates *base; /* before they are crossed with the axes of `columns` */
    cupel_arena arena;
} cupel_candidates; /* {0} is empty */
void cupel_candidates_release(cupel_candidates *c);
/* The formula of candidate i as its space writes it, also of a bare block. */
void cupel_candidates_text(const cupel_candidates *c, size_t i, cupel_str *out);

/* `spec` is the mapping under `space:` of a demand; `file` is the demand's path (names in it are relative to it). Every amount below is exact: whole
 * numbers of steps over one denominator. Kinds:
 *   list: candidates.csv, formula: formula, format: csv, dot: hydrate
 *       the rows of a table, in their order; a row whose formula cannot be read is a candidate with a reason. Its other columns are the space's
 *   ranges: {Fe: 0..1, Cr: 0.1..0.3, C: 0.02}, step: 0.01, max_elements: 4, couple: ["Ni >= 2 Cr", "Al + Ti <= 0.2"]
 *       atomic fractions that are whole numbers of steps within the ranges (ends included), add up to exactly 1 and meet every condition of `couple`:
 *       a linear one on atomic fractions with >=, <= or =, also written as a mapping, {Ni: 1, Cr: -2, min: 0, max: 1}
 *   mix: [Mg3Sb2, Mg3Bi2], step: 0.05, max_members: 2            or mix: {Mg3Sb2: 0.2..1, Mg3Bi2: 0..0.8}
 *       end members in fractions x, y, 1 - x - y: whole numbers of steps within the ranges that add up to exactly 1; of the formulas as written
 *   dope: PbTe, sites: {Pb: [Na, K], Te: I}, amounts: [0.01, 0.02], at_once: 1
 *       each host (one formula or a list), then the host with 1 to at_once of the dopants; an amount is a fraction of the atoms of the site, and
 *       may be a range: 0.01..0.05 step 0.01
 *   near: Al0.3CoCrFeNi, step: 0.05, changes: 2, max_changed: 3, add: [Ti, Mo]
 *       each amount of the formula as written moves by at most `changes` steps (of atoms), at most max_changed of them at once, not below 0,
 *       and the total stays; elements of `add` come in from 0
 *   substitute: known.csv, formula: formula, replace: {Pb: [Sn, Ge], I: [Br, Cl]}, keep: no, format: csv, dot: hydrate
 *       each listed element of each known formula stays or is replaced, in every combination, each result once; formulas that are known
 *       already are left out unless keep: yes. similar: 0.5, or similar: {least: 0.5, most: 4, elements: [Pb, I], among: [..]}, adds for each element
 *       (of the known formulas, or of `elements`) the `most` most similar ones of `among` (all but noble gases and what is radioactive), at
 *       least that similar (core/matter/similarity.h)
 *   charge_neutral: {elements: [..] | all, min_elements: 2, max_elements: 3, max_amount: 6, max_atoms: 20, amounts: {O: 1..4},
 *                    states: common|icsd24|smact14, min_share: 0.02, facts: my-states.tsv, difference: 0.5}
 *       every formula of min_elements to max_elements of the elements with 1 to max_amount atoms of each (of O 1 to 4), max_atoms at most in all,
 *       without a common divisor, in which one oxidation state per element can add up to zero with every cation less electronegative than every
 *       anion, by at least `difference` where it is given. States are a named set (core/matter/facts.h), of which min_share leaves out those with a
 *       smaller share of their element's reports in the ICSD, or a table of one's own (datasets/elements/README.md)
 * Beside any of them
 *   columns: {"temperature [K]": 300..900 step 100, route: [cast, forged]}
 *       every candidate at every point of these axes, the last changing fastest: values that a model takes as columns of a table
 * `allows` may be NULL: elements that constraints rule out, so that an enumeration prunes itself before it counts (a list does not: its rows
 * stay candidates and are rejected with a reason). CUPEL_USAGE with file:line. */
cupel_status cupel_space_open(const cupel_yaml *spec, const char *file, const bool allows[CUPEL_Z_MAX + 1], cupel_space **s, cupel_err *err);
void cupel_space_free(cupel_space *s);
/* Number of candidates; for a list this reads the file once to the end. */
cupel_status cupel_space_count(cupel_space *s, uint64_t *count, cupel_err *err);
/* Candidates first .. first + n - 1 (fewer at the end; c->n = 0 past it). Calls with growing `first` are fast; a list rewinds otherwise.
 * Memory does not grow with count. One thread at a time per space object. */
cupel_status cupel_space_fill(cupel_space *s, uint64_t first, size_t n, cupel_candidates *c, cupel_err *err);
/* After it: how a list was read where that is not seen in its candidates (cupel_source_say). */
void cupel_space_say(const cupel_space *s, const cupel_job *job);
/* True when fill may be called from several threads at once with different `c` (enumerations; not lists). */
bool cupel_space_parallel(const cupel_space *s);
/* Part i of the count in words, "of 2 elements"; false past the end. Lists and most enumerations have none. */
bool cupel_space_part(cupel_space *s, size_t i, cupel_str *what, uint64_t *count);
/* What identifies it in a checkpoint or a shard: digest of the file or of the numbers that define it; hex text. */
cupel_status cupel_space_digest(cupel_space *s, char hex[65], cupel_err *err);
/* The columns that its candidates carry beside the formula: of a list, then the axes. None: n = 0. Lives as long as the space. */
const cupel_header *cupel_space_columns(const cupel_space *s);
size_t cupel_space_axes(const cupel_space *s); /* how many of them, the last ones, are axes */
const char *cupel_space_words(const cupel_space *s); /* "1,234,567 charge-neutral formulas of 2 to 3 of 24 elements" without the count */
const cupel_method *cupel_space_method(size_t i); /* NULL past the end */

#endif
