// SPDX-License-Identifier: GPL-2.0-only
/* Remembers numbers. See id_set.h. */
#include "userspace/wirerootd/memory/id_set.h"

#include <errno.h>
#include <stdlib.h>

#define CAPACITY_FIRST 16

/* Where @id is, or would be. Numbers are random already: their bits need no mixing. */
static size_t place(const struct id_half *half, uint64_t id)
{
	size_t at = (size_t)id & (half->capacity - 1);

	while (half->slots[at] && half->slots[at] != id)
		at = (at + 1) & (half->capacity - 1);
	return at;
}

static bool half_has(const struct id_half *half, uint64_t id)
{
	return half->capacity && half->slots[place(half, id)] == id;
}

static int grow(struct id_half *half)
{
	struct id_half larger = { .capacity = half->capacity ? 2 * half->capacity : CAPACITY_FIRST,
				  .count = half->count };

	larger.slots = calloc(larger.capacity, sizeof(*larger.slots));
	if (!larger.slots)
		return -ENOMEM;
	for (size_t i = 0; i < half->capacity; i++)
		if (half->slots[i])
			larger.slots[place(&larger, half->slots[i])] = half->slots[i];
	free(half->slots);
	*half = larger;
	return 0;
}

int id_set_add(struct id_set *set, uint64_t id)
{
	struct id_half *newer = &set->newer;

	if (!id || id_set_has(set, id))
		return 0;
	if (newer->count == ID_SET_KEPT) {
		free(set->older.slots);
		set->older = *newer;
		*newer = (struct id_half){ 0 };
	}
	if (2 * (newer->count + 1) > newer->capacity && grow(newer))
		return -ENOMEM;
	newer->slots[place(newer, id)] = id;
	newer->count++;
	return 0;
}

bool id_set_has(const struct id_set *set, uint64_t id)
{
	return id && (half_has(&set->newer, id) || half_has(&set->older, id));
}

void id_set_free(struct id_set *set)
{
	free(set->newer.slots);
	free(set->older.slots);
	*set = (struct id_set){ 0 };
}
