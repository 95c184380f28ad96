/* Shared libraries that are opened when they are first needed, so that the program starts and runs without them. */
#ifndef CUPEL_SYS_LIBRARY_H
#define CUPEL_SYS_LIBRARY_H

#include <stdbool.h>

/* By path, or by name where the system looks for libraries; stays open. NULL when it cannot be opened, and *why says so in the linker's words (static
 * text, until the next call on this thread; may be NULL). everywhere: its symbols are there for libraries that it opens itself. */
void *cupel_library_open(const char *file, bool everywhere, const char **why);
/* NULL when it has none of that name. */
void *cupel_library_symbol(void *library, const char *name);

#endif
