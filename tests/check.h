/* What every test includes first: cmocka with its headers, and comparisons that say what they saw. */
#ifndef CUPEL_TESTS_CHECK_H
#define CUPEL_TESTS_CHECK_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/cupel.h"

/* |a - b| <= abs + rel * |b|, both finite (or both NaN). */
static inline void check_close_at(double a, double b, double rel, double abs, const char *file, int line)
{
    if (isnan(a) && isnan(b)) return;
    if (fabs(a - b) <= abs + rel * fabs(b)) return;
    print_error("%.17g is not %.17g within %g relative + %g\n", a, b, rel, abs);
    _fail(file, line);
}
#define check_close(a, b, rel, abs) check_close_at(a, b, rel, abs, __FILE__, __LINE__)

/* The call must succeed. */
static inline void check_ok_at(cupel_status st, const cupel_err *err, const char *file, int line)
{
    if (st == CUPEL_OK) return;
    print_error("status %d: %s\n", (int)st, err->message);
    _fail(file, line);
}
#define check_ok(call, err) check_ok_at(call, err, __FILE__, __LINE__)

/* The call must fail with this status, and its message must hold these words. */
static inline void check_fails_at(cupel_status st, cupel_status want, const cupel_err *err, const char *words, const char *file, int line)
{
    if (st == want && err->message[0] && strstr(err->message, words)) return;
    print_error("status %d (expected %d), message '%s' (expected '%s' in it)\n", (int)st, (int)want, st ? err->message : "", words);
    _fail(file, line);
}
#define check_fails(call, want, err, words) check_fails_at(call, want, err, words, __FILE__, __LINE__)

/* A path under ../shared (or $CUPEL_SHARED) in a static buffer, or NULL when the folder is absent: then skip() and say so. */
static inline const char *shared_path(const char *rest)
{
    static char path[4096];
    const char *base = getenv("CUPEL_SHARED");
    snprintf(path, sizeof path, "%s/%s", base ? base : "../shared", rest);
    FILE *f = fopen(path, "r");
    if (!f) return NULL;
    fclose(f);
    return path;
}

#endif
