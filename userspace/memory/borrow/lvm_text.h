/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What LVM and the device mapper tell of the volume group that swap lies in. Pure.
 *
 * The group's devices are dm-crypt mappings: of grants, and of a local disk. Its one volume is the
 * swap device; it lies on some of them in extents, once, or twice as raid1.
 */
#ifndef WIREROOT_LVM_TEXT_H
#define WIREROOT_LVM_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "initramfs/fault.h"
#include "initramfs/swap/grant.h"

#define LVM_GROUP	 "wireroot-memory"
#define LVM_VOLUME	 "swap"
#define LVM_DEVICES_MAX	 40
#define LVM_SEGMENTS_MAX 512
#define LVM_RANGES_BYTES 4096

/* The columns that lvm_read_devices() wants of `pvs --segments`, and lvm_read_volumes() of `lvs`.
 */
#define LVM_DEVICE_COLUMNS                                                                         \
	"pv_name,vg_name,pv_missing,pv_pe_count,pv_pe_alloc_count,pvseg_start,pvseg_size,lv_name"
#define LVM_VOLUME_COLUMNS "lv_name,lv_layout,sync_percent,lv_size,vg_extent_size"

struct lvm_device {
	char name[GRANT_DEVICE_BYTES]; /* "/dev/dm-1" */
	uint64_t extents, allocated;
};

/* Extents of a device that are in use. */
struct lvm_segment {
	unsigned int device; /* in ->devices */
	uint64_t start, count;
};

struct lvm_layout {
	bool group; /* there is one */
	struct lvm_device devices[LVM_DEVICES_MAX]; /* of the group, those that can be read */
	unsigned int device_count;
	bool missing; /* others cannot */
	struct lvm_segment segments[LVM_SEGMENTS_MAX];
	unsigned int segment_count;
	bool volume; /* there is one */
	bool mirrored; /* it is raid1 */
	bool moving; /* by pvmove */
	double in_sync; /* per cent of a copy that is being made; 100 when there is none */
	uint64_t volume_extents;
};

/* Read @length bytes at @text, JSON. 0, or -EBADMSG with @fault. Begin with { 0 } for both. */
int lvm_read_devices(const char *text, size_t length, struct lvm_layout *layout,
		     struct fault *fault);
int lvm_read_volumes(const char *text, size_t length, struct lvm_layout *layout,
		     struct fault *fault);

/* The device called @name, or NULL. */
const struct lvm_device *lvm_find_device(const struct lvm_layout *layout, const char *name);

/*
 * Write the first @count extents in use on @name as pvmove wants them: "/dev/dm-0:0-3:6-8". Returns
 * how many there are; as many as fit, when it becomes too long.
 */
uint64_t lvm_ranges(const struct lvm_layout *layout, const char *name, uint64_t count,
		    char ranges[static LVM_RANGES_BYTES]);

/* How far a move is. */
struct lvm_progress {
	uint64_t done, all; /* regions */
	bool failed; /* a device did not take or give what it should */
};

/*
 * Read @text, a line of `dmsetup status` about a mirror (the kernel's device_status_char() in
 * drivers/md/dm-raid1.c). False when it is none.
 */
bool lvm_read_progress(const char *text, struct lvm_progress *progress);

#endif
