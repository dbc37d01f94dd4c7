/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How a node set lies in memory, for the files that make up nodeset.h and nobody else.
 *
 * Names that differ in their numbers only share a pattern, and a name is a row of numbers below
 * it. New rows are put at the end as they come; settling sorts them and drops what is there twice,
 * so that a union of many single names costs one sort and not many.
 */
#ifndef WIREROOT_NODESET_TABLE_H
#define WIREROOT_NODESET_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tools/cluster/nodeset.h"

/* Numbers in one name: as many as there are in the longest label of a DNS name, "1a1a1…". */
#define NODESET_AXES_MAX 32

struct nodeset_pattern {
	char *text; /* "r%sn%s": %s for each number, %% for '%'; sorts as ClusterShell sorts */
	size_t length;
	size_t axes; /* numbers in the name */
	/* @count rows of @axes indexes (nodeset_range.h) and the order in which they were written.
	 */
	int64_t *row;
	size_t count;
	size_t capacity;
	size_t settled; /* so many rows at the beginning are sorted, each of them once */
};

struct nodeset {
	struct nodeset_pattern *pattern;
	size_t pattern_count;
	size_t pattern_capacity;
	uint32_t *slot; /* hash table: number of a pattern + 1, 0 for none */
	size_t slot_count; /* a power of two */
	size_t rows; /* of all patterns */
	size_t settle_at; /* rows at which the next settling is due */
	int64_t order; /* what the next row gets */
};

static inline size_t nodeset_stride(const struct nodeset_pattern *pattern)
{
	return pattern->axes + 1;
}

/* The pattern @text, or NULL. */
struct nodeset_pattern *nodeset_find(const struct nodeset *set, const char *text, size_t length);

/*
 * Make room for @extra rows below the pattern @text, which is added when it is not there. The
 * caller fills them in at *@row and calls nodeset_added(). -ENOMEM without a fault.
 */
int nodeset_room(struct nodeset *set, const char *text, size_t length, size_t axes, size_t extra,
		 struct nodeset_pattern **pattern, int64_t **row);

/* @extra rows were written; settles now and then. -E2BIG or -ENOMEM with @fault filled in. */
int nodeset_added(struct nodeset *set, struct nodeset_pattern *pattern, size_t extra,
		  struct fault *fault);

/* Sort the rows and drop those that are there twice, of one pattern or of all. */
void nodeset_settle_pattern(struct nodeset *set, struct nodeset_pattern *pattern);
void nodeset_settle(struct nodeset *set);

/* Settle, and refuse a set that is too large: -E2BIG with @fault filled in. */
int nodeset_check_size(struct nodeset *set, struct fault *fault);

/* Compare two rows of @axes indexes. */
int nodeset_row_compare(const int64_t *left, const int64_t *right, size_t axes);

#endif
