/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The volume group of a node's memory: its devices, the volume, where its extents and copies are.
 * All of it blocks, and keeps ->layout as things are. Functions return 0, or -errno with @fault.
 */
#ifndef WIREROOT_LVM_GROUP_H
#define WIREROOT_LVM_GROUP_H

#include "userspace/memory/borrow/lvm.h"

#define LVM_FULL_NAME "wireroot-memory/swap"

/* What a job works with. */
struct lvm_group {
	struct lvm lvm;
	struct lvm_layout layout;
	char device[GRANT_DEVICE_BYTES]; /* the grant's; empty when it has none */
	char disk[GRANT_DEVICE_BYTES]; /* the local disk's; empty when there is none */
};

/* Wait for other jobs, and look. @mapping is the grant's. lvm_close(&group->lvm) also after a
 * fault.
 */
int group_open(struct lvm_group *group, const struct borrow_options *options, const char *mapping,
	       struct fault *fault);
int group_look(struct lvm_group *group, struct fault *fault);

/* Make @device one of the group's; the first one makes the group. */
int group_add(struct lvm_group *group, const char *device, struct fault *fault);

/* Take @device, which has nothing of the volume, out; the last one ends the group. */
int group_remove(struct lvm_group *group, const char *device, struct fault *fault);

/* Make the volume on the local disk, and swap of it. */
int group_make_volume(struct lvm_group *group, struct fault *fault);

/* Put on @device, which is new, what is to be there: extents, or a copy. */
int group_use(struct lvm_group *group, const char *device, struct fault *fault);

/* Move up to @extents from @from to @to, or to wherever there is room when @to is NULL. */
int group_move(struct lvm_group *group, const char *from, uint64_t extents, const char *to,
	       struct fault *fault);

/* Extents of all devices but @except that are free. */
uint64_t group_room(const struct lvm_group *group, const char *except);

#endif
