/* What a kind of space is made of: one const struct in a file of its own, one line in list.c. */
#ifndef CUPEL_DATASETS_SPACES_KIND_H
#define CUPEL_DATASETS_SPACES_KIND_H

#include "datasets/spaces/simplex.h"
#include "datasets/spaces/space.h"

typedef struct cupel_space_spec {
    const cupel_yaml *map;  /* what stands under `space:` */
    const cupel_yaml *own;  /* the value of the key that names the kind */
    const char *file;       /* the demand, for messages and for names relative to it */
    bool allows[CUPEL_Z_MAX + 1];
} cupel_space_spec;

typedef struct cupel_space_kind {
    cupel_method method;      /* its name is the key */
    const char *const *keys;  /* that key and those that may stand beside it; NULL-ended */
    bool parallel;            /* fill changes nothing in the state */
    cupel_status (*open)(const cupel_space_spec *spec, void **state, cupel_str *words, cupel_err *err);
    cupel_status (*count)(void *state, uint64_t *count, cupel_err *err);
    /* *c comes empty with `first` set; adds up to n candidates, and where there are columns the cells of each behind it. */
    cupel_status (*fill)(void *state, uint64_t first, size_t n, cupel_candidates *c, cupel_err *err);
    /* Text that holds all that the candidates depend on. */
    cupel_status (*identity)(void *state, cupel_str *text, cupel_err *err);
    /* The columns of the kind itself; NULL: none. */
    cupel_status (*columns)(void *state, cupel_header *header, cupel_err *err);
    /* Part i of the count, in words: "of 2 elements"; false past the end. NULL: no parts. */
    bool (*part)(void *state, size_t i, cupel_str *what, uint64_t *count);
    /* After count: what a reader of the space's file should know, each note with a line end. NULL: nothing. */
    void (*notes)(const void *state, cupel_str *lines);
    void (*close)(void *state);
} cupel_space_kind;

extern const cupel_space_kind *const cupel_space_kinds[]; /* NULL-ended */

/* One more candidate; the text is copied. */
cupel_status cupel_candidates_add(cupel_candidates *c, cupel_text formula, const cupel_composition *composition, cupel_err *err);
/* The same for text in line `line` of a file that is to be read; a formula that is refused becomes a candidate with a reason. */
cupel_status cupel_candidates_read(cupel_candidates *c, cupel_text formula, cupel_dot dot, uint64_t line, cupel_err *err);

/* The same, made of whole numbers below 2^53: amount[i] / per atoms of z[i], in that order; what is 0 is left out, what comes twice is added up. */
cupel_status cupel_candidates_make(cupel_candidates *c, const unsigned char *z, const int64_t *amount, unsigned n, int64_t per, cupel_err *err);

/* The same with a reason and a line; composition NULL where there is a reason. */
cupel_status cupel_candidates_copy(cupel_candidates *c, cupel_text formula, const cupel_composition *composition, unsigned char reason, uint64_t line,
                                   cupel_err *err);
/* The next cell of the candidate added last; the text is not copied. */
cupel_status cupel_candidates_cell(cupel_candidates *c, cupel_text cell, cupel_err *err);

/* The element that stands at `node` as `symbol`. */
cupel_status cupel_spec_element(const cupel_space_spec *spec, const cupel_yaml *node, cupel_text symbol, unsigned *z, cupel_err *err);
/* The elements of a list of symbols (or of one symbol), each once: z [*n] in the order given. */
cupel_status cupel_spec_elements(const cupel_space_spec *spec, const cupel_yaml *list, unsigned char z[CUPEL_Z_MAX], unsigned *n, cupel_err *err);
/* Elements of z [n] that the constraints allow move to the front; their number. */
unsigned cupel_spec_prune(const cupel_space_spec *spec, unsigned char *z, unsigned n);
/* Into the order of cupel_element_before. */
void cupel_spec_sort(unsigned char *z, unsigned n);
/* The value of `key` as a path relative to the demand; stdin is refused. Caller frees. */
cupel_status cupel_spec_path(const cupel_space_spec *spec, const char *key, char **path, cupel_err *err);
/* `dot: refuse|hydrate|decimal` */
cupel_status cupel_spec_dot(const cupel_space_spec *spec, cupel_dot *dot, cupel_err *err);
/* The formula that stands at `node` as `text`. */
cupel_status cupel_spec_formula(const cupel_space_spec *spec, const cupel_yaml *node, cupel_text text, cupel_composition *c, cupel_err *err);
/* "0.1..0.3", or one number for both ends, within min .. max. */
cupel_status cupel_spec_range(const cupel_space_spec *spec, const cupel_yaml *node, double min, double max, double *low, double *high,
    cupel_err *err);
/* The n candidates of a grid from the way of rank `first` on, fewer at its end: emit adds the one of a way. */
typedef cupel_status cupel_simplex_emit(void *state, const cupel_simplex_place *p, cupel_candidates *c, cupel_err *err);
cupel_status cupel_simplex_fill(const cupel_simplex *g, uint64_t first, size_t n, cupel_simplex_emit *emit, void *state, cupel_candidates *c,
                                cupel_err *err);
/* The whole numbers of steps 1 / steps in low .. high: *a .. *b; false: none. */
bool cupel_grid_points(double low, double high, uint32_t steps, uint32_t *a, uint32_t *b);
/* `step`, a fraction that divides 1: its inverse. */
cupel_status cupel_spec_steps(const cupel_space_spec *spec, uint32_t *steps, cupel_err *err);
/* `couple` for parts z [n] of a grid of `steps` that stand for 1, in their order: see space.h. Caller frees *coupling. */
cupel_status cupel_spec_couplings(const cupel_space_spec *spec, const unsigned char *z, unsigned n, uint32_t steps, cupel_coupling **coupling,
                                  unsigned *n_couplings, cupel_err *err);
/* The elements that `couple` names, group by group: z [*n], each once. */
cupel_status cupel_spec_coupled(const cupel_space_spec *spec, unsigned char z[CUPEL_Z_MAX], unsigned *n, cupel_err *err);

/* Values of an axis: [300, 400], "300..900 step 100" or one value; with `words` any text will do, else numbers only. */
enum { CUPEL_VALUES_MAX = 10000 };
typedef struct cupel_values {
    size_t n;
    char **text;    /* [n] as written, numbers of a range in their shortest form */
    double *number; /* [n] NaN for a word */
    size_t cap_text, cap_number;
} cupel_values;
cupel_status cupel_spec_values(const cupel_space_spec *spec, const cupel_yaml *node, bool words, cupel_values *v, cupel_err *err);
void cupel_values_release(cupel_values *v);

/* The least power of ten, at most 10^6, that makes whole numbers of x [n] (to 1e-9 of one); 0 when none does. */
int64_t cupel_whole_scale(const double *x, size_t n);
/* x [n] times that scale, as whole numbers. */
void cupel_make_whole(const double *x, size_t n, int64_t scale, int64_t *whole);

#endif
