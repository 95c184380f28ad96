/* What the pages on microstructures (`cupel run`, `cupel design`) have in common. Inside the engine only. */
#ifndef CUPEL_ENGINE_MICRO_PAGE_H
#define CUPEL_ENGINE_MICRO_PAGE_H

#include "core/engine/micro/demand.h"
#include "core/engine/micro/view.h"

enum { CUPEL_SHOWN = 3, CUPEL_PAGE_TENSORS = 2 };

/* ---- the frame ---- */

void cupel_micro_page_open(const char *title, cupel_str *s);
void cupel_micro_page_close(cupel_str *s);
/* Into folder/report.html. */
cupel_status cupel_micro_page_write(const char *folder, const cupel_str *s, cupel_err *err);
/* A figure at a glance, in the list that the caller opens. */
void cupel_micro_page_glance(cupel_str *s, uint64_t n, const char *label);
/* Closes the header; links [n] = {id of a section, name}. */
void cupel_micro_page_links(const char *const (*links)[2], size_t n, cupel_str *s);

/* ---- text ---- */

/* The section on the demand; `more` are further lines of words, each ended by a newline. */
void cupel_micro_page_demand(const cupel_micro_demand *d, const char *more, cupel_str *s);
/* "conductivity 33 [W/(m K)]" */
void cupel_micro_page_title(const cupel_ask *a, cupel_str *s);
/* The references of a method as items of a list. */
void cupel_micro_page_references(const char *name, cupel_str *s);

/* ---- pictures ---- */

/* <img>, the picture inside it; freed. */
cupel_status cupel_micro_page_picture(cupel_picture *picture, const char *class, const char *alt, cupel_str *s, cupel_err *err);
/* data:image/png;base64,... */
cupel_status cupel_micro_page_data(cupel_picture *picture, cupel_str *s, cupel_err *err);
/* The phase that is left empty: the softest, or where nothing is elastic the one that conducts least. */
size_t cupel_micro_page_hidden(const cupel_micro_demand *d);
/* A figure: a structure, or its body (NULL: as drawn), its phases with fraction [n_phases], and sections across the axes. */
typedef struct cupel_page_structure {
    const cupel_recipe *recipe;
    const cupel_one_body *body;
    const double *fraction;
} cupel_page_structure;
cupel_status cupel_micro_page_structure(const cupel_micro_demand *d, const cupel_page_structure *of, const cupel_job *job, cupel_str *s,
                                        cupel_err *err);
typedef struct cupel_page_tensor {
    const char *label; /* NULL: none */
    const double *t;   /* [3][3], or [6][6] Mandel */
} cupel_page_tensor;
/* A figure: up to CUPEL_PAGE_TENSORS surfaces over directions side by side on one scale: conductivity, or Young's modulus. Nothing where one of them
 * has no inverse. */
cupel_status cupel_micro_page_surfaces(const cupel_micro_demand *d, cupel_physics physics, const cupel_page_tensor *list, size_t n, cupel_str *s,
                                       cupel_err *err);

#endif
