/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Is there room for what comes back from a swap device: in memory, within the limits of control
 * groups, and on other swap?
 */
#ifndef WIREROOT_ROOM_H
#define WIREROOT_ROOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "initramfs/fault.h"
#include "userspace/memory/borrow/group_room.h"
#include "userspace/memory/borrow/pages.h"

#define ROOM_OWNERS_MAX 256 /* processes that are looked at */

/*
 * For all that is on @device. @type is the kernel's number of it, or -1. 0, or -ENOMEM with @fault,
 * which names @what.
 */
int room_check(const char *device, int type, const char *what, struct fault *fault);

/*
 * The control group whose limits are in the way of what is on @device, of which @owners have
 * pages; false when none is, or the node has no room, either.
 */
bool room_limiting_group(const char *device, const struct page_owner *owners, size_t count,
			 char path[static GROUP_PATH_BYTES]);

/*
 * How much of what is on @device may be asked for at once, without others being pushed out. Is
 * there so much for all swap, *@all is set.
 */
uint64_t room_to_read(const char *device, int type, bool *all);

#endif
