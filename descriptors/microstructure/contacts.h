/* Which grains share faces, and how many. */
#ifndef CUPEL_DESCRIPTORS_MICROSTRUCTURE_CONTACTS_H
#define CUPEL_DESCRIPTORS_MICROSTRUCTURE_CONTACTS_H

#include "core/cupel.h"
#include "descriptors/microstructure/components.h"

typedef struct cupel_contact {
    uint32_t a, b;     /* a < b */
    uint64_t faces[3]; /* across each axis of the grid */
} cupel_contact;

typedef struct cupel_contacts {
    size_t n;
    cupel_contact *contact; /* [n] ascending */
} cupel_contacts;           /* {0} is empty */

/* grain [n] of the clusters of c. With the period where there is one. O(runs). */
cupel_status cupel_contacts_find(const cupel_components *c, const uint32_t *grain, cupel_contacts *out, cupel_err *err);
void cupel_contacts_release(cupel_contacts *c);

#endif
