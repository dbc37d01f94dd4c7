/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The node file, /etc/wireroot/node.conf, and the segment of an initrd that has just that.
 */
#ifndef WIREROOT_INITRD_NODE_H
#define WIREROOT_INITRD_NODE_H

#include "initramfs/fault.h"
#include "userspace/lib/log.h"
#include "userspace/lib/text.h"

#define NODE_FILE_IN_INITRD "etc/wireroot/node.conf"

/*
 * Read the node file at @path, as it is, and check it as the init will: @contents is added to only
 * if every word is understood. Words that no version of ours knows are warned of through @log.
 * Returns 0, or -errno with @fault filled in.
 */
int node_file_read(const char *path, struct text *contents, const struct log *log,
		   struct fault *fault);

/* Add the segment for the node file at @path to @segment. It is not compressed: it is too small. */
int node_segment(const char *path, struct text *segment, const struct log *log,
		 struct fault *fault);

#endif
