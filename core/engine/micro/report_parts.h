/* The pieces of the report on microstructures. Inside the engine only. */
#ifndef CUPEL_ENGINE_MICRO_REPORT_PARTS_H
#define CUPEL_ENGINE_MICRO_REPORT_PARTS_H

#include "core/engine/micro/store.h"
#include "core/engine/micro/view.h"
#include "core/io/json.h"

enum { CUPEL_SHOWN = 3, CUPEL_MAP_PIXELS = 48 };

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

/* <img>, the picture inside it; freed. */
cupel_status cupel_micro_page_picture(cupel_picture *picture, const char *class, const char *alt, cupel_str *s, cupel_err *err);
/* data:image/png;base64,... */
cupel_status cupel_micro_page_data(cupel_picture *picture, cupel_str *s, cupel_err *err);

/* A frame of an SVG plot with marks on both axes; the y axis is turned. */
typedef struct cupel_plot {
    double x0, x1, y0, y1; /* of the data */
    double width, height;  /* of the frame */
} cupel_plot;
void cupel_plot_open(const cupel_plot *p, const char *label, const char *x_name, const char *y_name, cupel_str *s);
void cupel_plot_close(cupel_str *s);
double cupel_plot_x(const cupel_plot *p, double x);
double cupel_plot_y(const cupel_plot *p, double y);

/* "conductivity 33 [W/(m K)]" */
void cupel_micro_page_title(const cupel_ask *a, cupel_str *s);
double cupel_micro_page_number(const cupel_micro_page *p, const char *key, const char *inner);

#endif
