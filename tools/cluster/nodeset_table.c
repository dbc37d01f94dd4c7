// SPDX-License-Identifier: GPL-2.0-only
/* How a node set lies in memory: patterns in a hash table, rows of numbers below them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tools/cluster/nodeset_table.h"

#define SLOTS_MIN 64

/* FNV-1a. */
static size_t hash(const char *text, size_t length)
{
	uint64_t state = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < length; i++)
		state = (state ^ (unsigned char)text[i]) * UINT64_C(0x100000001b3);
	return (size_t)(state ^ state >> 32);
}

/* The slot of the pattern @text, or the empty one in which it belongs. */
static size_t find_slot(const struct nodeset *set, const char *text, size_t length)
{
	size_t mask = set->slot_count - 1;
	size_t at = hash(text, length) & mask;

	for (; set->slot[at]; at = (at + 1) & mask) {
		const struct nodeset_pattern *pattern = &set->pattern[set->slot[at] - 1];

		if (pattern->length == length && memcmp(pattern->text, text, length) == 0)
			break;
	}
	return at;
}

struct nodeset_pattern *nodeset_find(const struct nodeset *set, const char *text, size_t length)
{
	uint32_t number;

	if (!set->slot)
		return NULL;
	number = set->slot[find_slot(set, text, length)];
	return number ? &set->pattern[number - 1] : NULL;
}

/* Keep at least half of the slots empty. */
static int grow_slots(struct nodeset *set)
{
	size_t count = set->slot_count ? 2 * set->slot_count : SLOTS_MIN;
	uint32_t *slots;

	if (set->slot && 2 * (set->pattern_count + 1) <= set->slot_count)
		return 0;
	slots = calloc(count, sizeof(*slots));
	if (!slots)
		return -ENOMEM;
	free(set->slot);
	set->slot = slots;
	set->slot_count = count;
	for (size_t i = 0; i < set->pattern_count; i++) {
		const struct nodeset_pattern *pattern = &set->pattern[i];

		/* The analyser takes the count for more than there is in the table. */
		/* NOLINTNEXTLINE(clang-analyzer-core*) */
		slots[find_slot(set, pattern->text, pattern->length)] = (uint32_t)i + 1;
	}
	return 0;
}

static int grow_patterns(struct nodeset *set)
{
	size_t capacity = set->pattern_capacity ? 2 * set->pattern_capacity : 4;
	struct nodeset_pattern *grown;

	if (set->pattern && set->pattern_count < set->pattern_capacity)
		return 0;
	grown = realloc(set->pattern, capacity * sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	set->pattern = grown;
	set->pattern_capacity = capacity;
	return 0;
}

static struct nodeset_pattern *add_pattern(struct nodeset *set, const char *text, size_t length,
					   size_t axes)
{
	struct nodeset_pattern *pattern;
	char *copy;

	if (grow_patterns(set) || grow_slots(set))
		return NULL;
	copy = malloc(length + 1);
	if (!copy)
		return NULL;
	memcpy(copy, text, length);
	copy[length] = '\0';
	pattern = &set->pattern[set->pattern_count++];
	*pattern = (struct nodeset_pattern){ .text = copy, .length = length, .axes = axes };
	set->slot[find_slot(set, text, length)] = (uint32_t)set->pattern_count;
	return pattern;
}

int nodeset_room(struct nodeset *set, const char *text, size_t length, size_t axes, size_t extra,
		 struct nodeset_pattern **pattern, int64_t **row)
{
	struct nodeset_pattern *found = nodeset_find(set, text, length);
	size_t needed;
	int64_t *grown;

	if (!found)
		found = add_pattern(set, text, length, axes);
	if (!found)
		return -ENOMEM;
	needed = found->count + extra;
	if (needed > found->capacity) {
		if (needed < 2 * found->capacity)
			needed = 2 * found->capacity;
		grown = realloc(found->row, needed * (axes + 1) * sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		found->row = grown;
		found->capacity = needed;
	}
	*pattern = found;
	*row = found->row + found->count * (axes + 1);
	return 0;
}

int nodeset_added(struct nodeset *set, struct nodeset_pattern *pattern, size_t extra,
		  struct fault *fault)
{
	pattern->count += extra;
	set->rows += extra;
	if (set->rows <= set->settle_at)
		return 0;
	return nodeset_check_size(set, fault);
}

int nodeset_check_size(struct nodeset *set, struct fault *fault)
{
	nodeset_settle(set);
	/* A quarter more before the next one, so that settling stays cheap at the limit, too. */
	set->settle_at = set->rows + NODESET_NAMES_MAX / 4;
	if (set->settle_at < NODESET_NAMES_MAX)
		set->settle_at = NODESET_NAMES_MAX;
	if (set->rows <= NODESET_NAMES_MAX)
		return 0;
	return fault_set(fault, E2BIG, "make a node set", "",
			 "a node set has at most 1,000,000 names");
}

int nodeset_row_compare(const int64_t *left, const int64_t *right, size_t axes)
{
	for (size_t i = 0; i < axes; i++)
		if (left[i] != right[i])
			return left[i] < right[i] ? -1 : 1;
	return 0;
}

/* With the order behind the indexes, what was written first comes first among equals. */
static int compare_with_order(const void *left, const void *right, void *stride)
{
	return nodeset_row_compare(left, right, *(size_t *)stride);
}

static bool is_sorted(const struct nodeset_pattern *pattern)
{
	size_t stride = nodeset_stride(pattern);

	for (size_t i = pattern->settled ? pattern->settled : 1; i < pattern->count; i++)
		if (nodeset_row_compare(pattern->row + (i - 1) * stride, pattern->row + i * stride,
					stride) >= 0)
			return false;
	return true;
}

void nodeset_settle_pattern(struct nodeset *set, struct nodeset_pattern *pattern)
{
	size_t stride = nodeset_stride(pattern);
	size_t kept = 1;

	if (pattern->settled == pattern->count)
		return;
	if (!is_sorted(pattern))
		qsort_r(pattern->row, pattern->count, stride * sizeof(*pattern->row),
			compare_with_order, &stride);
	for (size_t i = 1; i < pattern->count; i++) {
		if (nodeset_row_compare(pattern->row + (kept - 1) * stride,
					pattern->row + i * stride, pattern->axes) == 0)
			continue;
		if (kept != i)
			memcpy(pattern->row + kept * stride, pattern->row + i * stride,
			       stride * sizeof(*pattern->row));
		kept++;
	}
	set->rows -= pattern->count - kept;
	pattern->count = pattern->settled = kept;
}

void nodeset_settle(struct nodeset *set)
{
	for (size_t i = 0; i < set->pattern_count; i++)
		nodeset_settle_pattern(set, &set->pattern[i]);
}

struct nodeset *nodeset_new(void)
{
	struct nodeset *set = calloc(1, sizeof(*set));

	if (set)
		set->settle_at = NODESET_NAMES_MAX;
	return set;
}

void nodeset_free(struct nodeset *set)
{
	if (!set)
		return;
	for (size_t i = 0; i < set->pattern_count; i++) {
		free(set->pattern[i].text);
		free(set->pattern[i].row);
	}
	free(set->pattern);
	free(set->slot);
	free(set);
}
