/* Effective properties of a microstructure: a volume of labels or a recipe, properties of its phases, the solver, and what makes the answer one to
 * trust: bars, bounds, constants. */
#ifndef CUPEL_ENGINE_HOMOGENIZE_H
#define CUPEL_ENGINE_HOMOGENIZE_H

#include "core/base/str.h"
#include "core/sys/job.h"
#include "datasets/formats/volume.h"
#include "models/homogenize/engineering.h"
#include "models/homogenize/estimate.h"

typedef struct cupel_homogenize_options {
    const char *input;              /* a volume, or a recipe: text or JSON file */
    cupel_volume_options volume;    /* how to read a volume */
    const char *grid;               /* of a recipe, as cupel_grid_read; NULL: "64" */
    const char *property;           /* "conduction", "electrical", "permittivity", "diffusion", "magnetic", "elasticity" or "expansion", or the
                                     * names of a demand for the same: "conductivity", "diffusivity", "stiffness", "thermal expansion" */
    const char *const *phase;       /* [n_phases] "N:PROPERTIES", N the label in the file, or "*:PROPERTIES" for those not named */
    size_t n_phases;
    const char *orientations;       /* table label,phi1,Phi,phi2; NULL. A recipe of grains has its own */
    double accuracy;                /* relative error that iterating may leave; 0: 1e-4 */
    bool plane_stress;              /* images; else plane strain */
    bool no_error;                  /* value only: one solve */
    const char *fields;             /* HDF5 file for strain, stress and energy; NULL */
} cupel_homogenize_options;

/* A phase as it was used. */
typedef struct cupel_homogenized_phase {
    int64_t label;
    double fraction;                /* of what was discretised */
    const char *properties;         /* as given, without the label; the text of the options */
    cupel_material material;        /* turned */
    /* With fields: quantiles of the von Mises stress (elasticity) or of the norm of the flux (else) in the phase under a load of 1. */
    double *quantile;               /* [order][CUPEL_FIELD_QUANTILES]; NULL without, and for more than 256 phases */
} cupel_homogenized_phase;

enum { CUPEL_FIELD_QUANTILES = 5 }; /* 0.05, 0.50, 0.95, 0.99, and the largest */
extern const double cupel_field_quantiles[CUPEL_FIELD_QUANTILES];

typedef struct cupel_homogenized {
    const char *property;
    cupel_kind kind;
    bool recipe, periodic;
    bool voids;                      /* a zero property was replaced by a small one, in the bounds too */
    cupel_estimate estimate;
    cupel_bounds bounds;
    bool has_engineering;
    cupel_engineering engineering;
    bool has_engineering_error;      /* false: a bar of the tensor reaches one without inverse */
    cupel_engineering engineering_error; /* half widths (cupel_engineering_bars) from those of the tensor */
    size_t n_phases;
    cupel_homogenized_phase *phase;  /* [n_phases] by id */
    char **warning;                  /* [n_warnings] */
    size_t n_warnings, cap_warnings;
    double seconds;                  /* all of it */
    const char *fields;              /* the file that holds them, the text of the options; NULL */
    double mean_strength[6], concentration[6]; /* with fields, per load: von Mises stress (norm of the flux) of the mean; the largest over it */
} cupel_homogenized;

/* "11", "22", ... or the axis "1", "2", "3". */
const char *cupel_homogenized_load(const cupel_homogenized *h, size_t load);

/* CUPEL_USAGE: a label without properties, a property that a phase lacks, a recipe that is not known; CUPEL_BAD_INPUT: a volume that cannot be
 * read, a tensor that is none; CUPEL_FAILED: no convergence, or an answer outside its bounds; CUPEL_INTERRUPTED; CUPEL_NO_RESOURCE. */
cupel_status cupel_homogenize(const cupel_homogenize_options *o, const cupel_job *job, cupel_homogenized **h, cupel_err *err);
void cupel_homogenized_free(cupel_homogenized *h);

/* One JSON object, or lines for people. */
void cupel_homogenized_json(const cupel_homogenized *h, cupel_str *out);
void cupel_homogenized_table(const cupel_homogenized *h, cupel_str *out);

#endif
