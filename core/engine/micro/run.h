/* The road of a demand for microstructures: a space, a sample that is solved, a surrogate, candidates, a ranking, the first of it solved again. */
#ifndef CUPEL_ENGINE_MICRO_RUN_H
#define CUPEL_ENGINE_MICRO_RUN_H

#include "core/engine/micro/space.h"
#include "core/sys/job.h"

/* Reads the demand and its space (where it has one) and says both in words. Nothing is solved. */
cupel_status cupel_micro_check(const char *demand, cupel_str *words, cupel_err *err);

#endif
