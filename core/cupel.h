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
    CUPEL_INTERRUPTED = 6,  /* stopped by a signal; a checkpoint is there, resume with --resume, or the best so far */
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

/* ---- Formulas ---- */

/* Reads a chemical formula ("CuSO4·5H2O") by the strict grammar of core/matter/FORMULAS.md into amount [119], atoms per formula by atomic number;
 * amount[0] is 0. CUPEL_BAD_INPUT says what was found at which position; an ambiguous formula is refused with both readings. */
CUPEL_API cupel_status cupel_formula_amounts(const char *text, double amount[119], cupel_err *err);

/* ---- Descriptors ---- */

typedef struct cupel_describer cupel_describer;

/* sets: one or several of `cupel methods`, "magpie" or "magpie,stoichiometry". CUPEL_USAGE names the sets there are. */
CUPEL_API cupel_status cupel_describer_new(const char *sets, cupel_describer **describer, cupel_err *err);
CUPEL_API void cupel_describer_free(cupel_describer *describer);
CUPEL_API size_t cupel_describer_columns(const cupel_describer *describer);
/* Name and unit ("" = dimensionless) of column j; NULL past the end. */
CUPEL_API const char *cupel_describer_name(const cupel_describer *describer, size_t j);
CUPEL_API const char *cupel_describer_unit(const cupel_describer *describer, size_t j);
/* formula [n] to x [n][columns], row-major. A formula that cannot be read gives a row of NaN and reason[i] != 0 (reason may be NULL; see
 * cupel_reason_text): this is no failure of the call. threads >= 1. O(n). */
CUPEL_API cupel_status cupel_describer_compute(const cupel_describer *describer, const char *const *formula, size_t n, size_t threads, double *x,
                                               unsigned char *reason, cupel_err *err);
/* "bad_formula", "missing_formula", ...; "" for 0. */
CUPEL_API const char *cupel_reason_text(unsigned char reason);

/* ---- Models ---- */

typedef struct cupel_predictor cupel_predictor;

/* Opens a model file made by `cupel train` without table columns. CUPEL_BAD_ARTIFACT for a damaged, truncated, foreign or newer file. */
CUPEL_API cupel_status cupel_predictor_open(const char *path, cupel_predictor **predictor, cupel_err *err);
CUPEL_API void cupel_predictor_free(cupel_predictor *predictor);
CUPEL_API const char *cupel_predictor_property(const cupel_predictor *predictor); /* "band gap" */
CUPEL_API const char *cupel_predictor_unit(const cupel_predictor *predictor);     /* "eV" */
/* Where predictions go, arrays [n] of the caller; any but value may be NULL. */
typedef struct cupel_predictions {
    double *value, *lower, *upper; /* in the unit of the model; the interval is calibrated on out-of-fold residuals */
    unsigned char *in_domain;      /* 1: like the training data */
    unsigned char *reason;         /* why a row could not be predicted, whose value is NaN; 0: it was */
} cupel_predictions;
/* formula [n], with intervals at `level`, for example 0.9. */
CUPEL_API cupel_status cupel_predictor_predict(const cupel_predictor *predictor, const char *const *formula, size_t n, double level, size_t threads,
                                               const cupel_predictions *out, cupel_err *err);

/* ---- The road ---- */

/* What `cupel run demand.yaml -o folder` does: trains, screens, ranks, writes ranking.csv, report.html and run.json into folder. */
CUPEL_API cupel_status cupel_run_demand(const char *demand, const char *folder, size_t threads, cupel_err *err);

#ifdef __cplusplus
}
#endif
#endif
