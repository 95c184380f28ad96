/* What is in an artifact. */
#ifndef CUPEL_ENGINE_INSPECT_H
#define CUPEL_ENGINE_INSPECT_H

#include "core/base/str.h"
#include "core/cupel.h"

/* Checks the artifact as every stage does and appends what it holds: kind, versions, seed, digest, attributes, inputs, and each data set with type,
 * shape, units and description. As a JSON object (every attribute is a key) or as lines for people. */
cupel_status cupel_inspect(const char *path, bool json, cupel_str *out, cupel_err *err);

#endif
