/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A writable root in memory over the read-only one.
 */
#ifndef WIREROOT_OVERLAY_H
#define WIREROOT_OVERLAY_H

#include "fault.h"

/*
 * Move the mount at @root to /run/wireroot/overlay/lower and mount an overlay at @root whose upper
 * side is a tmpfs of @size ("512m", "50%"; empty: half of the memory). Returns 0 or a negative
 * errno with @fault; @root is then as it was before.
 */
int overlay_mount(const char *root, const char *size, struct fault *fault);

#endif
