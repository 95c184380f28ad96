/* cupel: a materials-genome screening engine.
 *
 * The only public header. It includes nothing of ours and every file may include it.
 * Rules that hold for every function here:
 *   - a function that can fail returns a cupel_status and takes a caller-owned `cupel_err *err` (may be NULL) last;
 *   - on failure outputs are NULL or untouched and inputs are unchanged;
 *   - the library never prints, exits, aborts on input, or keeps global state;
 *   - objects are opaque, made by _new/_open and given back by a NULL-safe _free;
 *   - objects may be read by many threads at once, changed by one. */
#ifndef CUPEL_H
#define CUPEL_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define CUPEL_VERSION "0.1.0"

#if defined(__GNUC__)
#define CUPEL_API __attribute__((visibility("default")))
#define CUPEL_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#else
#define CUPEL_API
#define CUPEL_PRINTF(fmt, args)
#endif

/* What became of a call. The program's exit codes are these numbers. */
typedef enum cupel_status {
    CUPEL_OK = 0,
    CUPEL_FAILED = 1,       /* the work failed */
    CUPEL_USAGE = 2,        /* wrong option, argument or demand key */
    CUPEL_BAD_INPUT = 3,    /* bad input data: formula, table, unit */
    CUPEL_BAD_ARTIFACT = 4, /* damaged, truncated, foreign, newer or mismatched artifact */
    CUPEL_INFEASIBLE = 5,   /* the requirement cannot be met */
    CUPEL_INTERRUPTED = 6,  /* stopped by a signal; a checkpoint is there, resume with --resume */
    CUPEL_NO_RESOURCE = 7   /* out of memory or disk */
} cupel_status;

#define CUPEL_ERR_MAX 1024

/* A message says what failed, on which 'subject' (file:row), found against expected with units, and what to do. */
typedef struct cupel_err {
    cupel_status status;
    char message[CUPEL_ERR_MAX];
} cupel_err;

/* Version of the library, "major.minor.patch". */
CUPEL_API const char *cupel_version(void);

/* Name of a status, e.g. "bad input data". */
CUPEL_API const char *cupel_status_name(cupel_status status);

#ifdef __cplusplus
}
#endif
#endif
