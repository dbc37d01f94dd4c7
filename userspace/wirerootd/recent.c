// SPDX-License-Identifier: GPL-2.0-only
/* Counts what addresses do. See recent.h. */
#include "userspace/wirerootd/recent.h"

#include <stdio.h>
#include <string.h>

/* The entry of @address: its own, or the oldest, emptied. */
static struct recent_address *entry_of(struct recent *recent, const char *address)
{
	struct recent_address *oldest = &recent->addresses[0];

	for (int i = 0; i < RECENT_ADDRESSES; i++) {
		struct recent_address *entry = &recent->addresses[i];

		if (!strcmp(entry->text, address))
			return entry;
		if (oldest->text[0] && (!entry->text[0] || entry->since_s < oldest->since_s))
			oldest = entry;
	}
	*oldest = (struct recent_address){ 0 };
	return oldest;
}

bool recent_allow(struct recent *recent, const char *address, int64_t now_s, unsigned int seconds,
		  unsigned int limit)
{
	struct recent_address *entry = entry_of(recent, address);

	if (!entry->text[0] || now_s - entry->since_s >= (int64_t)seconds) {
		snprintf(entry->text, sizeof(entry->text), "%s", address);
		entry->since_s = now_s;
		entry->count = 0;
	}
	if (entry->count >= limit)
		return false;
	entry->count++;
	return true;
}
