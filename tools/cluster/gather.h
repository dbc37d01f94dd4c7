/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is found of many nodes alike is told once, with their names folded: "n[01-16]: …".
 */
#ifndef WIREROOT_GATHER_H
#define WIREROOT_GATHER_H

#include "tools/cluster/arena.h"
#include "tools/cluster/findings.h"
#include "tools/cluster/nodeset.h"
#include "tools/cluster/table.h"

/* Begin with { 0 } and an arena. */
struct gather {
	struct arena *arena;
	struct table table; /* by place and message */
	struct gathered *first, **last;
	bool no_memory;
};

/* @node's name and @suggestion are kept as they are, @message is copied. */
void gather_add(struct gather *gather, struct place place, unsigned int length, bool warning,
		const char *suggestion, const char *node, const char *format, ...)
	__attribute__((format(printf, 7, 8)));

/*
 * The same for what differs from node to node, as do the addresses of a pattern: what has the same
 * @place and the same @plural is told once, with @message where that is of one node alone, else
 * with @plural. Both are copied.
 */
void gather_add_alike(struct gather *gather, struct place place, unsigned int length, bool warning,
		      const char *suggestion, const char *node, const char *message,
		      const char *plural);

/* Add everything to @findings, and begin anew. */
void gather_flush(struct gather *gather, struct findings *findings);

void gather_free(struct gather *gather);

#endif
