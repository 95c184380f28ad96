/* How far the tensors of a design move when it is not made as drawn. */
#ifndef CUPEL_ENGINE_MICRO_SENSITIVITY_H
#define CUPEL_ENGINE_MICRO_SENSITIVITY_H

#include "core/engine/micro/moved.h"

enum { CUPEL_SENSITIVITY_GRID = 32 };

typedef struct cupel_sensitivity {
    size_t grid;                               /* voxels an edge of the trial that says so; 0: not computed */
    cupel_moved phase[CUPEL_MICRO_PHASES_MAX]; /* all properties of this phase larger by cupel_sensitivity_share */
    bool shifted;                              /* the demand has a tolerance, and the recipe a volume fraction */
    double fraction;                           /* by which the interface shifted by half the tolerance changes it */
    cupel_moved interface;                     /* the larger of both directions */
} cupel_sensitivity;

/* One trial with fields, on a grid of at most CUPEL_SENSITIVITY_GRID; its loads are added to *solves. Not computed of one phase, and where a trial
 * does not give what is needed (expansion by Levin of a phase without stiffness). CUPEL_NO_RESOURCE. */
cupel_status cupel_sensitivity_of(const cupel_micro_demand *d, const cupel_recipe *recipe, const cupel_job *job, cupel_sensitivity *s, size_t *solves,
                                  cupel_err *err);

/* 5 %, or what the demand is to hold under. */
double cupel_sensitivity_share(const cupel_micro_demand *d);

/* The tensors themselves, of that trial. */
typedef struct cupel_moved_tensors {
    cupel_tensors base;
    cupel_tensors phase[CUPEL_MICRO_PHASES_MAX]; /* all properties of this phase larger */
    bool there[2];                               /* the interface shifted, so that phase 1 is less, and more: it could be made */
    cupel_tensors interface[2];
    cupel_recipe shifted[2];
} cupel_moved_tensors;
/* All of it. Errors of trials. */
cupel_status cupel_moved_tensors_of(const cupel_micro_demand *d, const cupel_recipe *recipe, const cupel_job *job, cupel_moved_tensors *m,
                                    cupel_sensitivity *s, size_t *solves, cupel_err *err);

/* "conductivity and stiffness": which properties of a phase are off together. */
void cupel_sensitivity_off(const cupel_micro_demand *d, cupel_str *out);
/* Lines for people; "sensitivity": {"grid", "phase off by 5 %": [{moved.h}, ..], "fraction by half the tolerance",
 * "interface shifted by half the tolerance": {..}}; nothing of phases where only geometry is asked, which their properties do not change. */
void cupel_sensitivity_say(const cupel_micro_demand *d, const cupel_sensitivity *x, cupel_str *out);
void cupel_sensitivity_put(const cupel_micro_demand *d, const cupel_sensitivity *s, cupel_json_out *w);

#endif
