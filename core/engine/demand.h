/* A demand: what is needed, asked of which data and model, searched for where, and how it is ranked.
 *
 *   demand: lead-free absorber                       what for, in words
 *   scale: composition
 *   data: {file: gaps.csv, formula: composition, target: target, property: band gap, unit: eV,
 *          format: csv, columns: "spg_num", missing: drop, dot: hydrate}
 *                                                  and which rows of it: see core/engine/selection.h
 *   model: {name: svr, features: magpie, settings: {C: 10}, task: auto}     or  {file: model.h5}
 *          transfer: {file: computed.csv.gz, target: gap, formula: composition, features: magpie, above: 0.05}
 *                                                    in model: what a larger table teaches becomes columns (core/engine/transfer.h)
 *   properties:                                      instead of data and model, when there are several
 *     - {property: band gap, unit: eV, data: {...}, model: {...}}
 *   space: {list: candidates.csv, formula: formula}  see datasets/spaces/space.h
 *   require:
 *     - {property: band gap, min: 1.1 eV, max: 1.6 eV}
 *     - {property: band gap, target: 1.34 eV, within: 0.1 eV}      within: 10 % is of the target
 *     - {property: bulk modulus, goal: maximise, weight: 2, beat: 200 GPa}
 *     - {elements: forbidden, list: [Pb, Cd]}        see core/matter/constraint.h; goal: and weight: may be added where a figure has a limit
 *   rank: {by: probability}                          probability, pareto or weights (`prefer` is the same key)
 *   domain: required                                 candidates outside the training domain are rejected; default: shown
 *   first: {model: {name: ridge, features: magpie}, pass: 5 %}
 *                                                    a cheap model (default: ridge on Magpie) for every property sees all candidates; the better
 *                                                    part goes on to the models above. What that loses is measured on a sample and said
 *   known: measured                                  compositions of the training data: judged by the measured value, kept as predicted, or drop
 *   diverse: {distance: 0.2, in: composition}        no two rows nearer than that; in: composition, or sets of descriptors (core/engine/diverse.h)
 *   per_system: 3                                    at most so many rows of one chemical system
 *   keep: 100    seed: 1    level: 0.9               rows kept, seed of training, level of the intervals
 *
 * File names are relative to the demand. Everything is checked when it is opened: unknown or repeated keys, wrong units and impossible windows
 * are CUPEL_USAGE with file:line and what to do; a missing table or column is CUPEL_BAD_INPUT. */
#ifndef CUPEL_ENGINE_DEMAND_H
#define CUPEL_ENGINE_DEMAND_H

#include "core/base/arena.h"
#include "core/engine/model.h"
#include "core/engine/transfer.h"
#include "core/io/yaml.h"
#include "core/matter/constraint.h"
#include "datasets/spaces/space.h"

enum { CUPEL_KEEP_MAX = 100000, CUPEL_OBJECTIVES_MAX = 4, CUPEL_PROPERTIES_MAX = 16 };

typedef enum cupel_rank_by { CUPEL_BY_PROBABILITY, CUPEL_BY_PARETO, CUPEL_BY_WEIGHTS } cupel_rank_by;
const char *cupel_rank_by_name(cupel_rank_by by);

/* What becomes of a composition that was measured: its verdict is of the measured value, or of the prediction as for any other, or it is left out. */
typedef enum cupel_known_policy { CUPEL_KNOWN_MEASURED, CUPEL_KNOWN_KEEP, CUPEL_KNOWN_DROP } cupel_known_policy;

/* A property with its data and model. Text lives in the demand. */
typedef struct cupel_demand_property {
    const char *name, *unit;
    bool has_data, data_missing_given;
    cupel_training_options data; /* file is resolved */
    const char *columns;
    const char *source;          /* who measured: a paper, a DOI; said back in words. NULL: not given */
    cupel_model_options options;
    bool has_transfer;
    cupel_transfer_options transfer; /* file is resolved */
    cupel_transfer *transferred; /* the models below borrow it */
    const char *model_file;      /* resolved; NULL: trained from data */
    size_t line;
    cupel_model *model;          /* after cupel_demand_train; from the file at once */
    cupel_model *first;          /* of the first stage, after cupel_demand_train; NULL without one */
    char *data_digest;           /* "sha256:..." of the table; set with the model */
} cupel_demand_property;

/* One entry of `require` on a property: a window, a goal, or both. */
typedef struct cupel_requirement {
    size_t property;
    double min, max;  /* in the property's unit, infinite where open */
    int goal;         /* -1 minimise, 0 none, 1 maximise */
    double beat;      /* a goal counts as met beyond this; NaN: the best tenth of the measured values (set when trained) */
    bool beat_given;
    double weight;
    size_t line;
} cupel_requirement;

/* One entry of `require` on the elements. */
typedef struct cupel_demand_constraint {
    cupel_constraint *c;
    int goal;         /* on its figure; 0 none */
    double limit;     /* the max of a figure to minimise, the min of one to maximise; NaN without a goal */
    double weight;
    size_t line;
} cupel_demand_constraint;

typedef struct cupel_demand {
    cupel_arena arena;
    char *file;                /* as given */
    char *text;                /* its bytes, for the copy beside a result */
    size_t n_text;
    char digest[80];           /* "sha256:..." of them */
    cupel_yaml_doc *doc;
    const char *words;         /* `demand:` */
    size_t n_properties;
    cupel_demand_property *property;
    size_t n_requirements;
    cupel_requirement *requirement;
    size_t n_constraints;
    cupel_demand_constraint *constraint; /* cheap ones first */
    const cupel_yaml *space_spec;
    bool first_given;          /* a screen in two stages */
    double first_share;        /* of the candidates that go on from the first */
    size_t first_line;
    cupel_model_options first_options;
    cupel_rank_by by;
    bool domain_required;
    cupel_known_policy known;
    uint64_t keep, per_system, seed; /* per_system 0: any number */
    double level;
    double diverse;            /* least distance of two rows; 0: none is asked for */
    const cupel_header *table; /* of predictions, which names units where nothing predicts here; looked at only while the demand is read */
    const char *diverse_in;    /* "composition", or sets of descriptors */
} cupel_demand;

/* Reads and checks; "-" is stdin, _read takes the text and the name that its file names are relative to. The header of each table is looked
 * at, its rows are not. */
/* The text of a demand, of at most a megabyte, to be freed; path "-": stdin. */
cupel_status cupel_demand_text(const char *path, char **text, size_t *n, cupel_err *err);
cupel_status cupel_demand_open(const char *path, cupel_demand **d, cupel_err *err);
cupel_status cupel_demand_read(cupel_text text, const char *file, cupel_demand **d, cupel_err *err);
/* For a ranking of a table with this header: `space` may be left out, and data and model of a property, whose unit is then that of its column;
 * where no property is listed, those of `require` are. Such a property takes a window, no goal: nothing says what its values range over. */
cupel_status cupel_demand_open_for(const char *path, const cupel_header *table, cupel_demand **d, cupel_err *err);
void cupel_demand_free(cupel_demand *d);

/* CUPEL_USAGE when `output` is the demand or a file that it names: it would be overwritten. */
cupel_status cupel_demand_guard(const cupel_demand *d, const char *output, cupel_err *err);

/* Reads the tables and trains the models that do not come from a file; fills the `beat` of goals; warns of windows outside what was
 * measured. */
cupel_status cupel_demand_train(cupel_demand *d, const cupel_job *job, cupel_err *err);

/* The models that a demand trains, in order: of each property, then of the first stage of each. Their number; and the place of one. */
size_t cupel_demand_n_models(const cupel_demand *d);
cupel_model **cupel_demand_model(const cupel_demand *d, size_t i);

/* The space, pruned by the elements that constraints rule out. */
cupel_status cupel_demand_space(const cupel_demand *d, cupel_space **s, cupel_err *err);

/* Which columns of the space the models take: taken [columns], false before. CUPEL_USAGE for one that a model takes and the space does not
 * have, or has in another unit; a warning for an axis that no model takes (core/engine/screen_columns.c). */
cupel_status cupel_demand_columns(const cupel_demand *d, const cupel_space *space, const cupel_job *job, bool *taken, cupel_err *err);

/* Number of Pareto objectives: each window, each goal, each goal on a figure. */
size_t cupel_demand_objectives(const cupel_demand *d);

/* The demand in sentences, one per line; `space` may be NULL. */
cupel_status cupel_demand_words(const cupel_demand *d, const cupel_space *space, cupel_str *out, cupel_err *err);
void cupel_requirement_words(const cupel_demand *d, const cupel_requirement *q, cupel_str *out);

/* `cupel demand check`: opens the space, counts it, reads the tables (no training), and puts the demand in words with the figures found. */
cupel_status cupel_demand_check(cupel_text yaml, const char *file, const cupel_job *job, cupel_str *out, cupel_err *err);

#endif
