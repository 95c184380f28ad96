/* The pieces of the report on microstructures. Inside the engine only. */
#ifndef CUPEL_ENGINE_MICRO_REPORT_PARTS_H
#define CUPEL_ENGINE_MICRO_REPORT_PARTS_H

#include "core/engine/micro/page.h"
#include "core/engine/micro/store.h"
#include "core/io/json.h"

enum { CUPEL_MAP_PIXELS = 48 };

typedef struct cupel_micro_page {
    cupel_micro_demand *d;
    cupel_micro_space space;
    cupel_samples samples;
    cupel_micro_facts facts;
    cupel_micro_ranking ranking;
    cupel_micro_model *model;    /* learned again from the sample: for the maps */
    cupel_json *run;             /* NULL when it is not there */
    const cupel_job *job;
} cupel_micro_page;

/* Sections in the order of the page. */
void cupel_micro_page_head(const cupel_micro_page *p, cupel_str *s);
cupel_status cupel_micro_page_best(const cupel_micro_page *p, cupel_str *s, cupel_err *err);
void cupel_micro_page_ranking(const cupel_micro_page *p, cupel_str *s);
cupel_status cupel_micro_page_maps(const cupel_micro_page *p, cupel_str *s, cupel_err *err);
void cupel_micro_page_trust(const cupel_micro_page *p, cupel_str *s);
void cupel_micro_page_methods(const cupel_micro_page *p, cupel_str *s);
void cupel_micro_page_lineage(const cupel_micro_page *p, cupel_str *s);

double cupel_micro_page_number(const cupel_micro_page *p, const char *key, const char *inner);

#endif
