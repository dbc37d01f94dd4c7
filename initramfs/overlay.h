/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A writable root, in memory or on a disk, over the read-only one.
 */
#ifndef WIREROOT_OVERLAY_H
#define WIREROOT_OVERLAY_H

#include <stdbool.h>

#include "fault.h"

/* The upper side's file system, when it is on a disk, mounted before: its directories upper, work.
 */
#define OVERLAY_DISK "/run/wireroot/overlay/disk"

/*
 * Move the mount at @root to /run/wireroot/overlay/lower and mount an overlay at @root whose upper
 * side is what is mounted at OVERLAY_DISK, if @on_disk, else a tmpfs of @size ("512m", "50%";
 * empty: half of the memory). Returns 0 or a negative errno with @fault; @root is then as it was
 * before.
 */
int overlay_mount(const char *root, bool on_disk, const char *size, struct fault *fault);

#endif
