/* What an earlier run left in the folder of a design. */
#ifndef CUPEL_ENGINE_MICRO_EARLIER_H
#define CUPEL_ENGINE_MICRO_EARLIER_H

#include "core/sys/job.h"

/* To be called before a design that does not meet its demand is written to the folder. Where the folder's designs.csv has one that did, the files of
 * that run go to folder/earlier-1 (or the next number that is free), which is said; else nothing happens. CUPEL_FAILED and
 * CUPEL_NO_RESOURCE with what the system says when they cannot be moved: nothing has been written over. */
cupel_status cupel_earlier_keep(const char *folder, const cupel_job *job, cupel_err *err);

#endif
