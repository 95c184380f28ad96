#include "core/engine/likeness.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/engine/reconstruct_parts.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

struct cupel_likeness {
    cupel_measured measured;
    cupel_reconstruction box;
    cupel_aim aim;
};

void cupel_likeness_free(cupel_likeness *l)
{
    if (!l) return;
    cupel_measured_release(&l->measured);
    cupel_aim_release(&l->aim);
    cupel_free(l);
}

/* A label that is not there is told of as that of an option, which a demand has not. */
static cupel_status in_words_of_demands(cupel_status st, cupel_err *err)
{
    static const char OPTION[] = "option --phase: ";
    char said[CUPEL_ERR_MAX];
    if (st != CUPEL_USAGE || !err || strncmp(err->message, OPTION, sizeof OPTION - 1) != 0) return st;
    snprintf(said, sizeof said, "%s", err->message + sizeof OPTION - 1);
    return cupel_fail(err, st, "%s; expected as labels the ids of the phases in the order of the demand, 0 for the first: 'cupel convert --ids' "
                               "numbers labels in ascending order", said);
}

cupel_status cupel_likeness_open(const char *path, size_t label, const cupel_job *job, cupel_likeness **out, cupel_err *err)
{
    return cupel_likeness_open_upto(path, label, SIZE_MAX, job, out, err);
}

cupel_status cupel_likeness_open_upto(const char *path, size_t label, size_t most, const cupel_job *job, cupel_likeness **out, cupel_err *err)
{
    char phase[32];
    cupel_status st = CUPEL_OK;
    cupel_likeness *l = cupel_alloc(1, sizeof *l);
    if (!l) return cupel_no_memory(err, "a two-point function", sizeof *l);
    snprintf(phase, sizeof phase, "%zu", label);
    const cupel_reconstruct_request q = {.input = &path, .n_inputs = 1, .phase = phase};
    const cupel_measured *m = &l->measured;
    CUPEL_TRY(in_words_of_demands(cupel_measure_file(&q, path, job, &l->measured, err), err));
    if (m->dim != 3) CUPEL_TRY(cupel_fail(err, CUPEL_BAD_INPUT, "'%s' tells of an image, expected a volume", path));
    CUPEL_TRY(cupel_measure_coarser(&l->measured, most, err));
    l->box = (cupel_reconstruction){.input = path, .dim = 3, .n = {m->n[0], m->n[1], m->n[2]}, .fraction = m->phi, .reach = 0.25, .isotropic = !m->s2,
                                    .weight = {[CUPEL_STATISTIC_TWO_POINT] = 1}};
    CUPEL_TRY(cupel_aim_make(m, 1, &l->box, &l->aim, err));
    *out = l;
    l = NULL;
done:
    cupel_likeness_free(l);
    return st;
}

double cupel_likeness_fraction(const cupel_likeness *l) { return l->measured.phi; }

void cupel_likeness_grid(const cupel_likeness *l, size_t n[3]) { memcpy(n, l->box.n, 3 * sizeof *n); }

/* The phase against all else; *both: something of each is there. */
static cupel_status two_of(const cupel_voxels *v, size_t label, cupel_voxels *two, bool *both, cupel_err *err)
{
    const int id = cupel_voxels_id_of(v, (int64_t)label);
    const size_t count = cupel_voxels_count(v);
    cupel_status st = cupel_voxels_init(two, 3, v->n, "a two-point function", err);
    if (st != CUPEL_OK) return st;
    for (size_t i = 0; i < count; i++) two->id[i] = v->id[i] == id;
    st = cupel_voxels_number(two, "a two-point function", err);
    *both = two->n_phases == 2;
    return st;
}

cupel_status cupel_likeness_error(const cupel_likeness *l, const cupel_voxels *v, size_t label, const cupel_job *job, double *error, cupel_err *err)
{
    cupel_voxels two = {0};
    cupel_measured made = {0};
    cupel_realisation one = {0};
    bool both = false;
    cupel_status st = two_of(v, label, &two, &both, err);
    *error = NAN;
    if (st != CUPEL_OK || !both) goto done;
    CUPEL_TRY(cupel_measure(&two, job, &made, err));
    cupel_aim_errors(&l->aim, &made, &one);
    *error = one.quarter[CUPEL_STATISTIC_TWO_POINT];
done:
    cupel_measured_release(&made);
    cupel_voxels_release(&two);
    return st;
}

cupel_status cupel_likeness_apart(const cupel_likeness *l, const cupel_voxels *v, size_t label, const cupel_job *job, float *apart, double *norm,
                                  double *error, cupel_err *err)
{
    cupel_voxels two = {0};
    cupel_measured made = {0};
    bool both = false;
    cupel_status st = two_of(v, label, &two, &both, err);
    *error = NAN;
    if (st != CUPEL_OK || !both) goto done;
    CUPEL_TRY(cupel_measure_two_point(&two, job, &made, err));
    *error = cupel_aim_apart(&l->aim, &made, apart, norm);
done:
    cupel_measured_release(&made);
    cupel_voxels_release(&two);
    return st;
}
