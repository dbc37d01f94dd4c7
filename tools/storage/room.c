// SPDX-License-Identifier: GPL-2.0-only
/* When a storage is too full for another volume; see room.h. */
#include "tools/storage/room.h"

#include <errno.h>
#include <stdio.h>

#include "userspace/lib/size.h"

/* Would @used of @whole, with @more, be @percent or more? */
static bool exceeds(uint64_t used, uint64_t more, uint64_t whole, unsigned int percent)
{
	return (double)used + (double)more >= (double)whole * percent / 100;
}

static double percent_of(uint64_t part, uint64_t whole)
{
	return whole ? (double)part * 100 / (double)whole : 100;
}

static int refuse(const struct storage *storage, const char *state, const char *hint,
		  struct fault *fault)
{
	char place[STORAGE_PLACE_BYTES], peer[sizeof(fault->peer)];

	snprintf(peer, sizeof(peer), "%.44s, %.48s", storage_place(storage, place), state);
	return fault_set(fault, ENOSPC, "make a volume", peer, hint);
}

static int check_data(const struct storage *storage, const struct storage_space *space,
		      uint64_t data, unsigned int limit, const char *how, struct fault *fault)
{
	char state[64], hint[sizeof(fault->hint)], size[SIZE_TEXT_BYTES];

	if (!exceeds(space->used_bytes, data, space->bytes, limit))
		return 0;
	snprintf(state, sizeof(state), "%.1f %% of %s used",
		 percent_of(space->used_bytes, space->bytes), size_text(space->bytes, size));
	if (data)
		snprintf(hint, sizeof(hint), "with %s more, less than %u %% would be free; %s",
			 size_text(data, size), 100 - limit, how);
	else
		snprintf(hint, sizeof(hint), "the last %u %% are for what nodes write; %s",
			 100 - limit, how);
	return refuse(storage, state, hint, fault);
}

static int check_metadata(const struct storage *storage, const struct storage_space *space,
			  struct fault *fault)
{
	const struct cluster_storage *definition = storage->definition;
	char state[64], hint[sizeof(fault->hint)];

	if (!space->has_metadata || space->metadata_used < ROOM_METADATA_PERCENT * PERCENT)
		return 0;
	snprintf(state, sizeof(state), "%u.%02u %% of its metadata used",
		 space->metadata_used / PERCENT, space->metadata_used % PERCENT);
	snprintf(hint, sizeof(hint),
		 "full, it stops all nodes; lvextend --poolmetadatasize +256M %.32s/%.32s",
		 definition->group, definition->pool);
	return refuse(storage, state, hint, fault);
}

static int check_pool(const struct storage *storage, const struct storage_space *space,
		      uint64_t data, struct fault *fault)
{
	const struct cluster_storage *definition = storage->definition;
	char how[sizeof(fault->hint)], place[STORAGE_PLACE_BYTES];
	int error;

	if (space->damaged)
		return fault_set(fault, EROFS, "make a volume in the thin pool",
				 storage_place(storage, place),
				 "it has failed or is read-only: see lvs -o +lv_health_status");
	error = check_metadata(storage, space, fault);
	if (error)
		return error;
	snprintf(how, sizeof(how), "remove volumes, or lvextend -L +SIZE %.32s/%.32s",
		 definition->group, definition->pool);
	return check_data(storage, space, data, ROOM_DATA_PERCENT, how, fault);
}

static int check_group(const struct storage *storage, const struct storage_space *space,
		       uint64_t bytes, struct fault *fault)
{
	uint64_t free_bytes = space->bytes - space->used_bytes;
	char state[64], hint[sizeof(fault->hint)], size[SIZE_TEXT_BYTES];

	if (bytes <= free_bytes)
		return 0;
	snprintf(state, sizeof(state), "%s free", size_text(free_bytes, size));
	snprintf(hint, sizeof(hint), "the volume has %s; remove volumes, or vgextend the group",
		 size_text(bytes, size));
	return refuse(storage, state, hint, fault);
}

int room_check(const struct storage *storage, const struct storage_space *space, uint64_t bytes,
	       uint64_t data, struct fault *fault)
{
	switch (storage->definition->type) {
	case STORAGE_LVM_THIN:
		return check_pool(storage, space, data, fault);
	case STORAGE_LVM:
		return check_group(storage, space, bytes, fault);
	default:
		return check_data(storage, space, data, ROOM_FILES_PERCENT,
				  "remove volumes, or enlarge the file system", fault);
	}
}
