/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a check of a definition has found: every mistake of one run, each with its place.
 *
 * As text: "FILE:LINE:COLUMN: error: MESSAGE", the line of the file with "^~~~" below the offending
 * text, and "  try: SUGGESTION" where there is one. Findings own all that they hold: they may
 * outlive the cluster that they are about.
 */
#ifndef WIREROOT_FINDINGS_H
#define WIREROOT_FINDINGS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "tools/cluster/cluster.h"
#include "tools/cluster/table.h"
#include "userspace/lib/text.h"

/* Nobody reads more; what exceeds it is counted and not kept. */
#define FINDINGS_MAX 1000

struct finding {
	struct place place; /* its file is owned here; line 0: about the definition as a whole */
	unsigned int length; /* of the offending text, in characters; at least 1 */
	bool warning; /* not in the way of an apply */
	char *message; /* "unknown key 'adress' of a node" */
	char *suggestion; /* "address", or NULL */
	char *line; /* the line of the file, or NULL */
	char *key; /* private: place and message */
};

/* Begin with { 0 }. */
struct findings {
	struct finding *list;
	size_t count, capacity;
	size_t errors, warnings; /* with those that were not kept */
	bool out_of_memory;
	struct table seen; /* private: what is kept, by place and message */
};

/*
 * @suggestion may be NULL. The same message at the same place counts once. Running out of memory is
 * remembered.
 */
void findings_add(struct findings *findings, struct place place, unsigned int length, bool warning,
		  const char *suggestion, const char *format, ...)
	__attribute__((format(printf, 6, 7)));

/*
 * By file, line and column; those at one place stay in their order. The files of nodes.d/ come
 * behind the others, and what has no line behind the rest of its file.
 */
void findings_sort(struct findings *findings);

/* Keep the lines that the findings are about of @file, whose text has @length bytes. */
void findings_keep_lines(struct findings *findings, const char *file, const char *text,
			 size_t length);

/* All of them as text. Control characters that came from a file are shown as '?'. */
void findings_to_text(const struct findings *findings, struct text *text);

/*
 * An array of {file, line, column, length, severity, message, suggestion}; a new reference, or
 * NULL. file, line and column are null where there is no place, suggestion where there is none.
 */
json_t *findings_to_json(const struct findings *findings);

void findings_free(struct findings *findings);

#endif
