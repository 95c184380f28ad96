#include "core/base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

cupel_status cupel_fail(cupel_err *err, cupel_status status, const char *fmt, ...)
{
    if (err) {
        va_list ap;
        va_start(ap, fmt);
        vsnprintf(err->message, sizeof err->message, fmt, ap);
        va_end(ap);
        err->status = status;
    }
    return status;
}

cupel_status cupel_err_prefix(cupel_err *err, const char *fmt, ...)
{
    if (!err) return CUPEL_FAILED;
    char head[CUPEL_ERR_MAX];
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(head, sizeof head, fmt, ap);
    va_end(ap);
    if (n > 0) {
        size_t h = strlen(head), m = strlen(err->message);
        if (h + m >= sizeof err->message) m = sizeof err->message - 1 - h;
        memmove(err->message + h, err->message, m);
        memcpy(err->message, head, h);
        err->message[h + m] = '\0';
    }
    return err->status;
}

cupel_status cupel_no_memory(cupel_err *err, const char *what, size_t bytes)
{
    if (bytes && bytes < 100000)
        return cupel_fail(err, CUPEL_NO_RESOURCE, "out of memory: %s needs %zu bytes; take less at once, or a machine with more", what, bytes);
    if (bytes)
        return cupel_fail(err, CUPEL_NO_RESOURCE, "out of memory: %s needs %.1f MB; take less at once, or a machine with more",
                          what, (double)bytes / 1e6);
    return cupel_fail(err, CUPEL_NO_RESOURCE, "out of memory: %s", what);
}
