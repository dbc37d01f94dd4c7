/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From an iSCSI session to the block device that holds the root file system.
 */
#ifndef WIREROOT_DISK_H
#define WIREROOT_DISK_H

#include <stdbool.h>
#include <stdint.h>

#include "../fault.h"
#include "superblock.h"

#define DISK_NAME_BYTES 32
/* For a disk that has to be spun up, or a server that has to read its table first. */
#define DISK_US 30000000ull

/* One that is looked through for the root: a whole disk or a partition. */
struct volume {
	char name[DISK_NAME_BYTES]; /* "sda", "sda1" */
	unsigned int disk; /* which of the disks it is, or is on */
	bool known; /* ->superblock holds */
	struct superblock superblock;
};

/* Open a socket that hears of devices; before the disk can appear. A negative errno on failure. */
int disk_open_events(void);

/*
 * Have the kernel look for @lun of the session on SCSI host @host, and wait for its disk; @events
 * is from disk_open_events(). Writes its name, "sda", to @name. Returns 0, or a negative errno with
 * @fault; -ENXIO when the target has no such LUN, and then @fault says which it has; -ETIMEDOUT at
 * @deadline_us of monotonic_us(): the kernel may look on, until the session is destroyed.
 */
int disk_find(uint32_t host, uint64_t lun, const char *peer, int events, uint64_t deadline_us,
	      char name[static DISK_NAME_BYTES], struct fault *fault);

/*
 * Find the root among @disks: @root is "LABEL=…", "UUID=…", "PARTUUID=…", "/dev/…", or empty for
 * the first disk's own file system or, if it has none, that of its only partition with one.
 * Returns 0 and *@volume, or a negative errno with @fault, which says what is there.
 */
int disk_choose(char disks[][DISK_NAME_BYTES], unsigned int count, const char *root,
		struct volume *volume, struct fault *fault);

#endif
