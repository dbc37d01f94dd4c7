/* SPDX-License-Identifier: GPL-2.0-only */
/* The lines and words of a text file, for readers of formats that are made of lines. Pure. */
#ifndef WIREROOT_IMPORT_LINES_H
#define WIREROOT_IMPORT_LINES_H

#include <stdbool.h>

#include "tools/import/import.h"

/* Walks over a file; begin with { .file = …, .at = file->text }. */
struct import_lines {
	const struct import_file *file;
	const char *at;
	unsigned int number; /* of the line that was read last, from 1 */
};

/*
 * The next line without blanks around it, as a copy in the plan's memory that may be written to;
 * NULL at the end of the file or when memory ran out. A NUL in the file ends its line.
 */
char *import_next_line(struct import_plan *plan, struct import_lines *lines);

/* Cut blanks from both ends of @text. */
char *import_trim(char *text);

/* Cut the first word off @rest, which is what is behind it afterwards; NULL when there is none. */
char *import_next_word(char **rest);

/* A fault about the line that was read last. Returns -EINVAL. */
int import_refuse_line(const struct import_lines *lines, const char *doing, const char *hint,
		       struct fault *fault);

#endif
