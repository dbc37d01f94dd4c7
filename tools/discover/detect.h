/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which drivers of wired network interfaces a machine needs, by the modaliases of its devices.
 */
#ifndef WIREROOT_DETECT_H
#define WIREROOT_DETECT_H

#include "initramfs/fault.h"
#include "tools/cluster/cluster.h"
#include "userspace/lib/log.h"
#include "userspace/lib/text.h"

/*
 * Add the names of the modules of @image's kernel that are drivers for one of @modaliases (one a
 * line), sorted, with commas between, to @drivers; nothing when there are none. Host controllers of
 * USB count only beside an interface on USB. What these modules need comes with them when an initrd
 * is built. 0 or -errno with @fault filled in.
 */
int detect_drivers(const struct cluster_image *image, const char *modaliases, struct text *drivers,
		   const struct log *log, struct fault *fault);

#endif
