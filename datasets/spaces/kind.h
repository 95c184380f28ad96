/* What a kind of space is made of: one const struct in a file of its own, one line in list.c. */
#ifndef CUPEL_DATASETS_SPACES_KIND_H
#define CUPEL_DATASETS_SPACES_KIND_H

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
    /* *c comes empty with `first` set; adds up to n candidates. */
    cupel_status (*fill)(void *state, uint64_t first, size_t n, cupel_candidates *c, cupel_err *err);
    /* Text that holds all that the candidates depend on. */
    cupel_status (*identity)(void *state, cupel_str *text, cupel_err *err);
    void (*close)(void *state);
} cupel_space_kind;

extern const cupel_space_kind *const cupel_space_kinds[]; /* NULL-ended */

/* One more candidate; the text is copied. */
cupel_status cupel_candidates_add(cupel_candidates *c, cupel_text formula, const cupel_composition *composition, cupel_err *err);
/* The same for text in line `line` of a file that is to be read; a formula that is refused becomes a candidate with a reason. */
cupel_status cupel_candidates_read(cupel_candidates *c, cupel_text formula, cupel_dot dot, uint64_t line, cupel_err *err);

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

#endif
