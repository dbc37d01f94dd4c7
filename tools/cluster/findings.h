/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a check of a definition has found: every mistake of one run, each with its place.
 *
 * As text: "FILE:LINE:COLUMN: error: MESSAGE", the line of the file with a '^' below the offending
 * text, and "  try: SUGGESTION" where there is one.
 */
#ifndef WIREROOT_FINDINGS_H
#define WIREROOT_FINDINGS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "tools/cluster/cluster.h"
#include "userspace/lib/text.h"

struct finding {
	struct place place;
	unsigned int length; /* of the offending text, in bytes; at least 1 */
	bool warning; /* not in the way of an apply */
	char *message; /* owned: "unknown key 'adress' of a node" */
	char *suggestion; /* owned: "address", or NULL */
};

/* Begin with { 0 }. */
struct findings {
	struct finding *list;
	size_t count, capacity;
	size_t errors; /* those that are no warnings */
	bool out_of_memory;
};

/* @suggestion may be NULL. Running out of memory is remembered. */
void findings_add(struct findings *findings, struct place place, unsigned int length, bool warning,
		  const char *suggestion, const char *format, ...)
	__attribute__((format(printf, 6, 7)));

/* By file, line and column; those at one place stay in their order. */
void findings_sort(struct findings *findings);

/* All of them as text; lines are read from the files again, where they can be. */
void findings_to_text(const struct findings *findings, struct text *text);

/* An array of {file, line, column, severity, message, suggestion}; a new reference, or NULL. */
json_t *findings_to_json(const struct findings *findings);

void findings_free(struct findings *findings);

#endif
