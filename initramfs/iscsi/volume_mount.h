/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Mounting a file system that is on an iSCSI disk.
 */
#ifndef WIREROOT_VOLUME_MOUNT_H
#define WIREROOT_VOLUME_MOUNT_H

#include <stdbool.h>

#include "../fault.h"
#include "disk.h"

struct volume_mount {
	const char *what; /* for messages: "root" */
	const char *directory;
	const char *type; /* empty or "auto": what the superblock says */
	const char *options; /* as rootflags=, flags among them */
	bool read_write;
};

/* The type that @volume is mounted as. */
const char *volume_type(const struct volume *volume, const struct volume_mount *how);

/* Returns 0, or a negative errno with @fault, which knows of disks that cannot be written to. */
int volume_mount(const struct volume *volume, const struct volume_mount *how, struct fault *fault);

#endif
