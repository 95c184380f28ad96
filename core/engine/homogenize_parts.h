/* What the parts of homogenize share. */
#ifndef CUPEL_ENGINE_HOMOGENIZE_PARTS_H
#define CUPEL_ENGINE_HOMOGENIZE_PARTS_H

#include "core/engine/homogenize.h"
#include "core/io/json.h"
#include "datasets/spaces/micro/recipe.h"

/* A microstructure to be solved. */
typedef struct cupel_sample {
    bool recipe;
    cupel_recipe made_by;          /* settled */
    cupel_grids grids;             /* the first alone where no bar is wanted, and of a volume */
    size_t n_phases;
    int64_t *label;                /* [n_phases] */
    double *angle;                 /* [n_phases][3] Bunge, of a recipe of grains; NULL */
    bool cubes;                    /* voxels of the first grid */
    double voxel;                  /* edge of its voxels along axis 0, metres; 0: not known */
    bool periodic;
} cupel_sample;

cupel_status cupel_sample_read(const cupel_homogenize_options *o, const cupel_job *job, cupel_sample *c, cupel_err *err);
void cupel_sample_release(cupel_sample *c);

/* Properties of all phases into h->phase. */
cupel_status cupel_homogenize_phases(const cupel_homogenize_options *o, const cupel_sample *c, const cupel_job *job, cupel_homogenized *h,
                                    cupel_err *err);

/* carried [order]: components of the tensor that need not vanish when the phases with soft[id] are perfect voids, since the rest is connected along
 * their axes through the periodic box. */
cupel_status cupel_homogenize_carried(const cupel_mixture *m, const bool *soft, const cupel_homogenized *h, const cupel_job *job, bool carried[6],
                                      cupel_err *err);
/* Rows and columns that are not carried become zero in h->estimate; which they are is said. */
void cupel_homogenize_clear(cupel_homogenized *h, const bool *carried);
cupel_status cupel_homogenize_say_zero(cupel_homogenized *h, const bool *carried, const cupel_job *job, cupel_err *err);
/* The answer when nothing is: zero without a solve. CUPEL_FAILED for an expansion, CUPEL_USAGE for fields. */
cupel_status cupel_homogenize_nothing(cupel_homogenized *h, const cupel_mixture *m, bool alpha, bool fields, const cupel_job *job, cupel_err *err);

/* From h->estimate.solution, solved on the first grid: an artifact "fields" (o->fields) and an XDMF file beside it. */
cupel_status cupel_homogenize_fields(const cupel_homogenize_options *o, const cupel_sample *c, const cupel_job *job, cupel_homogenized *h,
                                     cupel_err *err);

/* What ParaView wants to know of the data sets of `fields`, written beside it: name.xdmf for name.h5. */
cupel_status cupel_homogenize_xdmf(const char *fields, const cupel_mixture *m, const cupel_homogenized *h, cupel_err *err);

/* "engineering": {...}, and lines for people; only with h->has_engineering. */
void cupel_homogenized_put_constants(const cupel_homogenized *h, cupel_json_out *w);
void cupel_homogenized_constants_table(const cupel_homogenized *h, cupel_str *s);

/* Kept in h->warning and said. */
cupel_status cupel_homogenize_warn(cupel_homogenized *h, const cupel_job *job, cupel_err *err, const char *fmt, ...) CUPEL_PRINTF(4, 5);

#endif
