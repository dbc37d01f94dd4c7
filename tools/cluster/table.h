/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A hash table from bytes to pointers. Keys are not copied: they must stay. Begin with { 0 }.
 */
#ifndef WIREROOT_TABLE_H
#define WIREROOT_TABLE_H

#include <stddef.h>
#include <stdint.h>

struct table_slot {
	const void *key; /* NULL: free */
	size_t length;
	uint64_t hash;
	void *value;
};

struct table {
	struct table_slot *slots;
	size_t capacity; /* a power of two, or 0 */
	size_t count;
};

/* The value of the key of @length bytes, or NULL. */
void *table_find(const struct table *table, const void *key, size_t length);

/* Set it, in the place of an older one. @value is not NULL. 0 or -ENOMEM. */
int table_put(struct table *table, const void *key, size_t length, void *value);

void table_free(struct table *table);

#endif
