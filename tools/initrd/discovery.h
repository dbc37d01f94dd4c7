/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The segment that makes a base image the discovery image: the program that reports what an unknown
 * machine has, and a node file by which the init starts it instead of mounting a root.
 */
#ifndef WIREROOT_DISCOVERY_H
#define WIREROOT_DISCOVERY_H

#include <stdint.h>

#include "initramfs/fault.h"
#include "userspace/lib/text.h"

struct discovery_image {
	const char *program; /* a file; NULL: the one that was built or installed with this one */
	uint32_t server; /* the boot server's address, in host byte order */
	uint16_t port; /* of its HTTP */
};

/*
 * Add the segment, a cpio archive that is not compressed, about 30 KiB, to @segment. Same input,
 * same bytes. 0 or -errno with @fault filled in.
 */
int discovery_segment(const struct discovery_image *image, struct text *segment,
		      struct fault *fault);

#endif
