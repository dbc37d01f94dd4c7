/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The numbers in names of nodes: one index, and what stands between a name's brackets.
 *
 * An index is kept in one int64_t with its zeros in front, so that comparing two of them gives the
 * order of a set: by the number of digits first, then by value (9, 10, 009, 010). Pure.
 */
#ifndef WIREROOT_NODESET_RANGE_H
#define WIREROOT_NODESET_RANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tools/cluster/nodeset.h"

/* Indexes one behind the other. */
struct nodeset_indexes {
	int64_t *index;
	size_t count;
	size_t capacity;
};

/* Add one index; -ENOMEM without a fault. */
int nodeset_indexes_add(struct nodeset_indexes *indexes, int64_t index);

/* What @length digits at @digits mean; 0 when there are too many, or none. */
int64_t nodeset_index(const char *digits, size_t length);

/* How many digits @index has, and those characters, without a NUL; returns their number. */
size_t nodeset_index_length(int64_t index);
size_t nodeset_index_write(int64_t index, char text[static NODESET_DIGITS_MAX]);

/* A number by which indexes sort as their texts do: 1, 10, 2. */
uint64_t nodeset_index_alphabetic(int64_t index);

/* A comparison for qsort() and bsearch(). */
int nodeset_index_compare(const void *left, const void *right);

/* What is between two brackets, and the digits that touch them from outside. */
struct nodeset_range {
	const char *text;
	size_t length;
	const char *before; /* digits right before '[' */
	size_t before_length;
	const char *after; /* digits right behind ']' */
	size_t after_length;
};

/*
 * Add the indexes that @range stands for to @indexes, in the order in which they were written, at
 * most @limit of them. @wrong is where the offending text begins. -EINVAL, -E2BIG or -ENOMEM with
 * the hint and the peer of @fault filled in (the caller says what was being done).
 */
int nodeset_range_read(const struct nodeset_range *range, size_t limit,
		       struct nodeset_indexes *indexes, const char **wrong, struct fault *fault);

/* Add @count indexes, sorted and each of them once, as text: "1-5,7", or with brackets if several.
 */
void nodeset_range_text(const int64_t *index, size_t count, struct text *text);

#endif
