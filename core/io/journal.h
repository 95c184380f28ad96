/* A journal: what long work has found so far, one record after another, so that a kill at any moment costs at most the piece under way. Work that is
 * deterministic given what its pieces return goes on by replay: it runs again from its beginning and takes records instead of working.
 *
 * The file: magic, identity (lines "name: value": what the work is of), records (kind, key, seconds, payload), each with a checksum that goes on from
 * that of the record before. Bytes are those of this machine and program: a journal does not travel, and is removed when the work is done. */
#ifndef CUPEL_IO_JOURNAL_H
#define CUPEL_IO_JOURNAL_H

#include "core/cupel.h"

#include <stdbool.h>

typedef struct cupel_journal cupel_journal;

/* resume: a journal at `path` is read, and its records wait for cupel_journal_next; a record that a kill has cut off at its end is dropped.
 * Without one, or without resume, a new one is begun. CUPEL_BAD_ARTIFACT: foreign, damaged before its end, or of another identity, and then what
 * differs. */
cupel_status cupel_journal_open(const char *path, const char *identity, bool resume, cupel_journal **journal, cupel_err *err);

/* NULL-safe. remove: the work is done, and the file goes. */
void cupel_journal_close(cupel_journal *journal, bool remove);

/* Records that wait, and the seconds that had been worked when the last of them was added; 0 without any. */
size_t cupel_journal_waiting(const cupel_journal *journal, double *seconds);

/* Bytes at the end of the file found that a kill has cut off, or that were behind such a cut; and: has nothing been found or added? */
size_t cupel_journal_cut(const cupel_journal *journal);
bool cupel_journal_is_empty(const cupel_journal *journal);

/* The payload of the next record (valid until close, not aligned) where it has this kind, key and size; else NULL, for good: the work has left
 * the road of the journal, and the rest of it is dropped. */
void *cupel_journal_next(cupel_journal *journal, uint32_t kind, uint64_t key, size_t bytes, double *seconds);

/* One more record, written at once (no fsync: a kill loses nothing, a crash of the machine may lose the last seconds). */
cupel_status cupel_journal_add(cupel_journal *journal, uint32_t kind, uint64_t key, const void *payload, size_t bytes, double seconds,
                               cupel_err *err);

/* A key of some bytes, which goes on from `before` (0: the first). */
uint64_t cupel_journal_key(uint64_t before, const void *p, size_t n);

#endif
