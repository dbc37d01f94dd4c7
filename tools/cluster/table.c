// SPDX-License-Identifier: GPL-2.0-only
/* A hash table from bytes to pointers; see table.h. */
#include "tools/cluster/table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define CAPACITY_FIRST 16

/* FNV-1a, whose low bits are mixed again since they alone choose the slot. */
static uint64_t hash_of(const void *key, size_t length)
{
	const unsigned char *bytes = key;
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < length; i++)
		hash = (hash ^ bytes[i]) * UINT64_C(0x100000001b3);
	return hash ^ hash >> 32;
}

/* The slot of the key, or the free one where it belongs; there always is a free one. */
static struct table_slot *slot_of(const struct table *table, const void *key, size_t length,
				  uint64_t hash)
{
	size_t mask = table->capacity - 1;

	for (size_t i = hash & mask;; i = (i + 1) & mask) {
		struct table_slot *slot = &table->slots[i];

		if (!slot->key || (slot->hash == hash && slot->length == length &&
				   memcmp(slot->key, key, length) == 0))
			return slot;
	}
}

/* Keep a third of the slots free, so that searches are short. */
static int make_room(struct table *table)
{
	struct table larger = { .capacity = table->capacity ? table->capacity * 2 : CAPACITY_FIRST,
				.count = table->count };

	if (table->capacity && table->count < table->capacity - table->capacity / 3)
		return 0;
	larger.slots = calloc(larger.capacity, sizeof(*larger.slots));
	if (!larger.slots)
		return -ENOMEM;
	for (size_t i = 0; i < table->capacity; i++) {
		const struct table_slot *slot = &table->slots[i];

		if (slot->key)
			*slot_of(&larger, slot->key, slot->length, slot->hash) = *slot;
	}
	free(table->slots);
	*table = larger;
	return 0;
}

void *table_find(const struct table *table, const void *key, size_t length)
{
	if (!table->capacity)
		return NULL;
	return slot_of(table, key, length, hash_of(key, length))->value;
}

int table_put(struct table *table, const void *key, size_t length, void *value)
{
	uint64_t hash = hash_of(key, length);
	struct table_slot *slot;
	int error = make_room(table);

	if (error)
		return error;
	slot = slot_of(table, key, length, hash);
	if (!slot->key) {
		slot->key = key;
		slot->length = length;
		slot->hash = hash;
		table->count++;
	}
	slot->value = value;
	return 0;
}

void table_free(struct table *table)
{
	free(table->slots);
	*table = (struct table){ 0 };
}
