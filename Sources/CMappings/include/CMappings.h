// Which files are mapped where, so that a file that shrinks while it is read ends the program with
// a sentence: the system then sends SIGBUS, and nothing can be read on.
#ifndef CMAPPINGS_H
#define CMAPPINGS_H

#include <stddef.h>

// Remembers that `length` bytes at `base` are the file at `path`, which is copied. Beyond a few
// thousand files, none is remembered.
void cm_add(const void *base, size_t length, const char *path);

// Forgets what begins at `base`.
void cm_remove(const void *base);

// From now on, SIGBUS inside a mapped file is reported on standard error in a sentence that names
// the file, and ends the process with exit code 1.
void cm_report_truncation(void);

#endif
