#include "core/sys/library.h"

#include <dlfcn.h>
#include <stddef.h>

void *cupel_library_open(const char *file, bool everywhere, const char **why)
{
    void *library = dlopen(file, RTLD_NOW | (everywhere ? RTLD_GLOBAL : RTLD_LOCAL));
    const char *said = library ? NULL : dlerror();
    if (why) *why = said;
    return library;
}

void *cupel_library_symbol(void *library, const char *name) { return dlsym(library, name); }
