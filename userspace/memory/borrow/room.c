// SPDX-License-Identifier: GPL-2.0-only
/* Room for what comes back from swap; see room.h. */
#include "userspace/memory/borrow/room.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "userspace/memory/borrow/stats.h"

/*
 * Of what is available, this much stays free, and never less: pages come back into memory that
 * others work with, and through buffers of the network's. Where pages that are on their way take
 * all there is, none arrives, and the kernel has nothing left but to kill.
 */
#define MARGIN_SHARE	   10
#define MARGIN_LEAST_BYTES (32ull << 20)

#define GROUPS "/sys/fs/cgroup"

/* The node's: what is on the device, and where it could go. */
struct place {
	struct swap_usage own, others;
	uint64_t memory_bytes, swap_bytes; /* room */
};

static bool read_place(const char *device, struct place *place)
{
	uint64_t margin;
	struct stats stats;

	*place = (struct place){ 0 };
	stats_read(&stats);
	margin = stats.available_bytes / MARGIN_SHARE;
	if (margin < MARGIN_LEAST_BYTES)
		margin = MARGIN_LEAST_BYTES;
	if (stats.available_bytes > margin)
		place->memory_bytes = stats.available_bytes - margin;
	place->others = swap_usage_but(stats.swaps, device);
	place->swap_bytes = place->others.size_bytes - place->others.used_bytes;
	return swap_usage_of(stats.swaps, device, &place->own);
}

static bool node_has_room(const struct place *place)
{
	return place->own.used_bytes <= place->memory_bytes + place->swap_bytes;
}

/* --- by groups -------------------------------------------------------------------------------- */

static struct group_use use_of(const struct place *place)
{
	return (struct group_use){ .used_bytes = place->own.used_bytes,
				   .other_bytes = place->others.used_bytes };
}

static struct group_excess excess_by(const struct place *place, const struct page_owner *owners,
				     size_t count)
{
	struct group_share *shares = calloc(count + 1, sizeof(*shares));
	struct group_use use = use_of(place);
	struct group_excess excess;

	for (size_t i = 0; shares && i < count && owners[i].bytes; i++)
		if (group_room_path_of(owners[i].pid, shares[use.count].path))
			shares[use.count++].bytes = owners[i].bytes;
	use.shares = shares;
	excess = group_room_excess(GROUPS, &use);
	free(shares);
	return excess;
}

static bool is_too_much(const struct group_excess *excess, uint64_t swap_bytes)
{
	return excess->stuck_bytes || excess->bytes > swap_bytes;
}

/* To look through all processes takes its time, and is done when it may make a difference. */
static struct group_excess find_excess(const struct place *place, int type, uint64_t swap_bytes)
{
	struct group_use use = use_of(place);
	struct group_excess excess = group_room_excess(GROUPS, &use);
	struct page_owner *owners;

	if (!is_too_much(&excess, swap_bytes) || type < 0)
		return excess;
	owners = calloc(ROOM_OWNERS_MAX, sizeof(*owners));
	if (owners)
		excess = excess_by(place, owners,
				   pages_find_owners(type, owners, ROOM_OWNERS_MAX, NULL));
	free(owners);
	return excess;
}

/* Of long paths the end tells more. */
static void tell_excess(const struct group_excess *excess, uint64_t swap_bytes, char *hint,
			size_t size)
{
	size_t length = strlen(excess->path);
	const char *path = excess->path + (length > 48 ? length - 48 : 0);
	unsigned int mib = (unsigned int)(excess->path_bytes >> 20);

	if (excess->stuck_bytes)
		snprintf(hint, size,
			 "the limits of control group %s leave no room for %u MiB of it, in memory "
			 "or in swap",
			 path, mib);
	else
		snprintf(hint, size,
			 "the limit of control group %s leaves no room for %u MiB of it, other "
			 "swap has room for %u MiB",
			 path, mib, (unsigned int)(swap_bytes >> 20));
}

/* --- the whole -------------------------------------------------------------------------------- */

int room_check(const char *device, int type, const char *what, struct fault *fault)
{
	struct group_excess excess;
	char hint[sizeof(fault->hint)];
	struct place place;

	if (!read_place(device, &place))
		return 0;
	if (!node_has_room(&place)) {
		snprintf(hint, sizeof(hint),
			 "it holds %" PRIu64 " MiB, memory and other swap have room for %" PRIu64
			 " MiB",
			 place.own.used_bytes >> 20, (place.memory_bytes + place.swap_bytes) >> 20);
		return fault_set(fault, ENOMEM, "give memory back", what, hint);
	}
	excess = find_excess(&place, type, place.swap_bytes);
	if (!is_too_much(&excess, place.swap_bytes))
		return 0;
	tell_excess(&excess, place.swap_bytes, hint, sizeof(hint));
	return fault_set(fault, ENOMEM, "give memory back", what, hint);
}

bool room_limiting_group(const char *device, const struct page_owner *owners, size_t count,
			 char path[static GROUP_PATH_BYTES])
{
	struct group_excess excess;
	struct place place;

	if (!read_place(device, &place) || !node_has_room(&place))
		return false;
	excess = excess_by(&place, owners, count);
	memcpy(path, excess.path, GROUP_PATH_BYTES);
	return is_too_much(&excess, place.swap_bytes);
}

/* Is there room at once, for the node and for each group, for what is on all devices? */
static bool has_room_for_all(const struct place *place)
{
	const struct group_use use = { .used_bytes =
					       place->own.used_bytes + place->others.used_bytes };

	return use.used_bytes <= place->memory_bytes && !group_room_excess(GROUPS, &use).bytes;
}

uint64_t room_to_read(const char *device, int type, bool *all)
{
	struct group_excess excess;
	struct place place;

	(void)read_place(device, &place);
	*all = has_room_for_all(&place);
	if (*all)
		return place.memory_bytes;
	excess = find_excess(&place, type, 0);
	return excess.bytes ? 0 : place.memory_bytes;
}
