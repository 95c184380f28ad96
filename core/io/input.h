/* Bytes of a file or of stdin, gunzipped when they begin with the gzip magic, read once from front to end. */
#ifndef CUPEL_IO_INPUT_H
#define CUPEL_IO_INPUT_H

#include "core/base/str.h"
#include "core/cupel.h"
#include "core/sys/file.h"

typedef struct cupel_input cupel_input;

cupel_status cupel_input_open(const char *path, cupel_input **in, cupel_err *err);      /* "-" is stdin */
cupel_status cupel_input_of_text(cupel_text text, const char *name, cupel_input **in, cupel_err *err); /* for tests and fuzzing */
/* Up to n bytes; *got = 0 only at the end. A truncated or damaged gzip stream is CUPEL_BAD_INPUT. */
cupel_status cupel_input_read(cupel_input *in, void *buf, size_t n, size_t *got, cupel_err *err);
/* All that is left, with a 0 behind; refuses more than max_bytes. Caller frees. */
cupel_status cupel_input_rest(cupel_input *in, size_t max_bytes, char **text, size_t *n, cupel_err *err);
/* Bytes that can come at most, those read already counted: of a regular file its size, 1032 times that when it is gzip (the most that DEFLATE
 * makes of a byte); UINT64_MAX for a pipe. */
uint64_t cupel_input_most(const cupel_input *in);
const char *cupel_input_name(const cupel_input *in);
/* SHA-256 of the stored bytes, at the end only (reads on to the end if need be). */
cupel_status cupel_input_digest(cupel_input *in, char hex[65], cupel_err *err);
void cupel_input_free(cupel_input *in);

/* A whole input at once, for formats that jump about in it: a regular file is mapped, anything zipped or piped is read into memory. */
typedef struct cupel_whole {
    const unsigned char *p;
    size_t n;
    bool zipped;
    cupel_map map;
    char *own;
} cupel_whole; /* {0} is empty */
cupel_status cupel_whole_open(const char *path, cupel_whole *w, cupel_err *err); /* "-" is stdin */
void cupel_whole_close(cupel_whole *w);

/* SHA-256 of a whole file. */
cupel_status cupel_digest_file(const char *path, char hex[65], cupel_err *err);

/* "sha256:" and the SHA-256 of a text, of which errors speak by `name`. */
cupel_status cupel_digest_text(cupel_text text, const char *name, char digest[72], cupel_err *err);

#endif
