/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Room under the limits of control groups, memory.max of cgroup v2.
 *
 * A page that comes back from swap counts as memory of the group that it was swapped out of. Where
 * that is at its limit, and nothing of it can be pushed out to other swap, the kernel ends a
 * process of it, however much memory the node has (mm/memcontrol.c, try_charge_memcg()). The limits
 * of cgroup v1 are not looked at.
 */
#ifndef WIREROOT_GROUP_ROOM_H
#define WIREROOT_GROUP_ROOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define GROUP_PATH_BYTES 512

/* What a process has on a swap device. */
struct group_share {
	char path[GROUP_PATH_BYTES]; /* of its group, from the root on: "/system.slice/a.service" */
	uint64_t bytes;
};

/* What is on that device, and on all others; and whose it is, as far as that is known. */
struct group_use {
	uint64_t used_bytes, other_bytes;
	const struct group_share *shares;
	size_t count;
};

/* What groups have no room for in memory, together; and one that has much of it. */
struct group_excess {
	uint64_t bytes;
	uint64_t stuck_bytes; /* of it, what memory.swap.max keeps from other swap, too */
	char path[GROUP_PATH_BYTES];
	uint64_t path_bytes; /* what that one has no room for */
};

/* The path in @text, /proc/PID/cgroup; false when there is none, or it is too long. Pure. */
bool group_room_path(const char *text, char path[static GROUP_PATH_BYTES]);

/* The path of the group that @pid is in; false as above, or when the process is gone. */
bool group_room_path_of(pid_t pid, char path[static GROUP_PATH_BYTES]);

/* Is @path that of @group, or of a group in it? Pure. */
bool group_room_is_in(const char *path, const char *group);

/*
 * How much of what is on the device would have to go to other swap, by the groups below the folder
 * @root, /sys/fs/cgroup. What no share tells of, any group may have, as far as it has so much in
 * swap. Groups that cannot be read have no limit.
 */
struct group_excess group_room_excess(const char *root, const struct group_use *use);

#endif
