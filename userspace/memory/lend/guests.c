// SPDX-License-Identifier: GPL-2.0-only
/* The guests of a host; see guests.h. */
#include "userspace/memory/lend/guests.h"

#include <string.h>

static struct guest *find(struct guests *guests, const char *name)
{
	for (size_t i = 0; i < guests->count; i++)
		if (!strcmp(guests->list[i].last.name, name))
			return &guests->list[i];
	return NULL;
}

bool guests_hear(struct guests *guests, const struct guest_message *message, int64_t now_ms)
{
	struct guest *guest = find(guests, message->name);

	if (guest && message->sequence <= guest->last.sequence)
		return false;
	if (!guest) {
		if (guests->count == GUESTS_MAX)
			return false;
		guest = &guests->list[guests->count++];
	}
	*guest = (struct guest){ .last = *message, .heard_ms = now_ms };
	return true;
}

void guests_age(struct guests *guests, int64_t now_ms)
{
	for (size_t i = guests->count; i-- > 0;)
		if (now_ms - guests->list[i].heard_ms >= GUEST_FORGOTTEN_MS)
			guests->list[i] = guests->list[--guests->count];
}

uint64_t guests_held(const struct guests *guests, int64_t now_ms)
{
	uint64_t held = 0;

	for (size_t i = 0; i < guests->count; i++) {
		const struct guest *guest = &guests->list[i];
		uint64_t available = guest->last.available_bytes;
		uint64_t reserve = guest->last.reserve_bytes;
		bool silent = now_ms - guest->heard_ms >= GUEST_SILENT_MS;

		held += silent || available < reserve ? available : reserve;
	}
	return held;
}
