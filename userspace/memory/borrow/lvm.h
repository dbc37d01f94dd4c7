/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Running LVM's commands on the node's memory, and on nothing else of the node.
 *
 * They get a configuration of their own, and see no devices but the dm-crypt mappings of grants and
 * of the local disk that can be read at the time: a disk that is lost would only be waited for. One
 * job at a time works with them. All of it blocks.
 */
#ifndef WIREROOT_BORROW_LVM_H
#define WIREROOT_BORROW_LVM_H

#include "userspace/lib/log.h"
#include "userspace/memory/borrow/lvm_text.h"
#include "userspace/memory/borrow/options.h"

/* The mapping of the local disk; those of grants have an id there. */
#define LVM_DISK_MAPPING GRANT_MAPPING_PREFIX "disk"

/* Of an extent, and what devices' extents are aligned to: what swap frees at once is that large. */
#define LVM_EXTENT_BYTES (2ull << 20)

#define LVM_CONFIGURATION_BYTES 4096

struct lvm {
	const struct borrow_options *options;
	struct log log;
	int lock;
	char configuration[LVM_CONFIGURATION_BYTES];
};

/* Wait until no other job works with them; then lvm_refresh(). 0, or -errno with @fault. */
int lvm_open(struct lvm *lvm, const struct borrow_options *options, struct fault *fault);
void lvm_close(struct lvm *lvm);

/* Look which devices there are, before each row of commands. */
void lvm_refresh(struct lvm *lvm);

/* Run `lvm @argv...`; 0, or -errno with @fault. lvm_run(lvm, fault, "pvcreate", "--yes", name) */
int lvm_run_words(const struct lvm *lvm, const char *const words[], struct fault *fault);
#define lvm_run(lvm, fault, ...)                                                                   \
	lvm_run_words(lvm, (const char *const[]){ __VA_ARGS__, NULL }, fault)

/* How things are. */
int lvm_look(const struct lvm *lvm, struct lvm_layout *layout, struct fault *fault);

/* The device of the mapping called @name: "/dev/dm-1". False when there is none. */
bool lvm_mapping_device(const char *name, char device[static GRANT_DEVICE_BYTES]);

/* The device of the volume. False when it is not active. */
bool lvm_volume_device(char device[static GRANT_DEVICE_BYTES]);

/* Can the disk below @device, a mapping of a grant, be read no more? */
bool lvm_device_is_dead(const char *device);

/*
 * Move @extents of what is on @from to @to, or to wherever there is room when @to is NULL, by
 * pvmove, while everything goes on. When either side fails, everything is back where it was.
 */
int lvm_move(const struct lvm *lvm, const struct lvm_layout *layout, const char *from,
	     uint64_t extents, const char *to, struct fault *fault);

/* Remove the mappings of the volume, which nothing uses, and of all that is below it. */
int lvm_remove_volume(struct fault *fault);

/* Bring a move that was interrupted to its end. */
int lvm_end_move(const struct lvm *lvm, struct fault *fault);

#endif
