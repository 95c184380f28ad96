/* The pieces of the report on designs. Inside the engine only. */
#ifndef CUPEL_ENGINE_MICRO_DESIGN_PAGE_H
#define CUPEL_ENGINE_MICRO_DESIGN_PAGE_H

#include "core/engine/micro/design_out.h"
#include "core/engine/micro/page.h"
#include "core/engine/micro/reach.h"

typedef struct cupel_design_page {
    const cupel_micro_demand *d;
    const cupel_designs *found;
    const cupel_account *account; /* with the files to take away */
    const cupel_job *job;
    const cupel_reach *reach;     /* what else the space of the first design holds */
} cupel_design_page;

/* Sections in the order of the page. */
void cupel_design_page_head(const cupel_design_page *p, cupel_str *s);
cupel_status cupel_design_page_cards(const cupel_design_page *p, cupel_str *s, cupel_err *err);
void cupel_design_page_search(const cupel_design_page *p, cupel_str *s);
void cupel_design_page_attainable(const cupel_design_page *p, cupel_str *s);
void cupel_design_page_files(const cupel_design_page *p, cupel_str *s);
void cupel_design_page_methods(const cupel_design_page *p, cupel_str *s);
void cupel_design_page_lineage(const cupel_design_page *p, cupel_str *s);

/* A table of a card: how far the properties of a design move, with what. */
void cupel_design_page_moves(const cupel_design_page *p, const cupel_design *g, cupel_str *s);

/* The resolution that a number is told to (cupel_html_value): its bar, never finer than a thousandth of it; a hundredth where it has none. */
double cupel_design_digits(double error, double value);

/* Target, limit and bar of one tensor, in the convention in which it is shown. */
typedef struct cupel_design_shown {
    const char *name, *components; /* components: "Voigt components 11 22 33 23 13 12" */
    cupel_micro_shown as;          /* all below is in this unit */
    size_t order;                         /* 3 or 6 */
    bool asked, whole;                    /* there is a target; all of its components are given */
    double within;                        /* of the target; NaN without one */
    double target[36], limit[36], bar[36], on_grid[36];
} cupel_design_shown;

/* The tensors that a demand needs, at most 3; returns how many. */
size_t cupel_design_shown_of(const cupel_micro_demand *d, const cupel_design *g, cupel_design_shown shown[3]);

#endif
