/* For clang-tidy alone (tests/lint): it looks at one file at a time, so it is told that a failure is never CUPEL_OK. */
#include "core/base/err.h"
#include "core/sys/file.h"

#define cupel_fail(err, status, ...) ((void)(cupel_fail)(err, status, __VA_ARGS__), (status))
#define cupel_no_memory(err, what, bytes) ((void)(cupel_no_memory)(err, what, bytes), CUPEL_NO_RESOURCE)
#define cupel_fail_errno(err, number, what, path) ((void)(cupel_fail_errno)(err, number, what, path), CUPEL_FAILED)
