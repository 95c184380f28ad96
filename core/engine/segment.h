/* Volumes as verbs read them: with the threshold that makes two phases of grey values. */
#ifndef CUPEL_ENGINE_SEGMENT_H
#define CUPEL_ENGINE_SEGMENT_H

#include "core/sys/job.h"
#include "datasets/formats/volume.h"

/* CUPEL_USAGE unless it is a number, "otsu", "none" or NULL. */
cupel_status cupel_threshold_check(const char *threshold, cupel_err *err);

/* cupel_volume_read, then o->threshold: a number or "otsu" cuts the values in two, which a note says with the shares; NULL takes them as labels and
 * refuses (CUPEL_BAD_INPUT) those that look like grey values; "none" takes them as labels whatever they look like. */
cupel_status cupel_volume_segment(const char *path, const cupel_volume_options *o, const cupel_job *job, cupel_voxels *v, cupel_err *err);

/* The second half of that, for a volume that was read; without the refusal. */
cupel_status cupel_volume_threshold(const char *path, const char *threshold, const cupel_job *job, cupel_voxels *v, cupel_err *err);

#endif
