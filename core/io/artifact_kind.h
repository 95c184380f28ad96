/* Artifacts where something else is expected. */
#ifndef CUPEL_IO_ARTIFACT_KIND_H
#define CUPEL_IO_ARTIFACT_KIND_H

#include "core/cupel.h"

/* CUPEL_OK unless the file is an artifact of cupel; then CUPEL_BAD_INPUT, which says of which kind, that it is no `wanted` ("volume", "table") and
 * which command takes it. Only the block in front is looked at. */
cupel_status cupel_artifact_refuse(const char *path, const char *wanted, cupel_err *err);

#endif
