// SPDX-License-Identifier: GPL-2.0-only
/* POSIX ACLs in the form that the kernel keeps; see acl.h. */
#include "tools/image/acl.h"

#include <stdlib.h>

#define ACL_VERSION 2
/* The id of entries that have none. */
#define ACL_NO_ID UINT32_MAX

static int compare_entries(const void *a, const void *b)
{
	const struct acl_entry *one = a, *other = b;

	if (one->tag != other->tag)
		return one->tag < other->tag ? -1 : 1;
	return one->id < other->id ? -1 : one->id > other->id;
}

static uint8_t *put(uint8_t *bytes, uint32_t value, size_t length)
{
	for (size_t i = 0; i < length; i++)
		*bytes++ = (uint8_t)(value >> 8 * i);
	return bytes;
}

size_t acl_encode(struct acl_entry *entries, size_t count, uint8_t *bytes)
{
	uint8_t *end = put(bytes, ACL_VERSION, 4);

	qsort(entries, count, sizeof(*entries), compare_entries);
	for (size_t i = 0; i < count; i++) {
		const struct acl_entry *entry = &entries[i];
		uint32_t id = entry->tag == ACL_TAG_USER || entry->tag == ACL_TAG_GROUP ? entry->id
											: ACL_NO_ID;

		end = put(end, entry->tag, 2);
		end = put(end, entry->permissions & 7, 2);
		end = put(end, id, 4);
	}
	return (size_t)(end - bytes);
}
