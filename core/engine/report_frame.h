/* What the pages of all scales have in common: how their header begins, rows of provenance, references. */
#ifndef CUPEL_ENGINE_REPORT_FRAME_H
#define CUPEL_ENGINE_REPORT_FRAME_H

#include "core/engine/report_text.h"
#include "core/io/json.h"
#include "core/matter/method.h"

/* Opens the header, up to the title of the page; `day` may be empty. */
void cupel_page_banner(cupel_str *s, const char *title, cupel_text day);

/* A row of a table of names and values; none for an empty value. */
void cupel_page_pair(cupel_str *s, const char *name, cupel_text value, bool code);
/* A row that names a file or an input by its digest; one for each of a list of {"file", "digest"}, none for NULL. */
void cupel_page_digest(cupel_str *s, cupel_text name, cupel_text digest);
void cupel_page_digests(cupel_str *s, const cupel_json *files);

/* An item of a list, with a link where there is a DOI. */
void cupel_page_reference(cupel_str *s, const cupel_reference *r);

#endif
