/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A node's drop-in, nodes.d/NODE.yaml beside the definition: read, changed by node_edit.h, written.
 */
#ifndef WIREROOT_DROP_IN_H
#define WIREROOT_DROP_IN_H

#include <stdbool.h>
#include <sys/types.h>

#include "initramfs/fault.h"
#include "tools/cluster/cluster.h"
#include "userspace/lib/text.h"

#define DROP_IN_BYTES_MAX ((size_t)1 << 20)

/* The drop-in before and after a change. Begin with { 0 }. */
struct drop_in {
	char *path; /* spelled as cluster_load() does */
	char *before; /* NULL: there is none yet */
	size_t before_length;
	mode_t mode;
	struct text after;
};

/* Read the drop-in of @node beside the definition @cluster; there need not be one. 0, or -errno
 * with @fault. drop_in_free() must be called in any case. */
int drop_in_read(struct drop_in *drop_in, const char *cluster, const char *node,
		 struct fault *fault);

/* The definition with ->after in the place of what is there. */
struct cluster_edit drop_in_edit(const struct drop_in *drop_in);

/* Write ->after. 0 or -errno with @fault. */
int drop_in_write(const struct drop_in *drop_in, struct fault *fault);

/* Put back what was there before drop_in_write(). */
int drop_in_restore(const struct drop_in *drop_in, struct fault *fault);

void drop_in_free(struct drop_in *drop_in);

#endif
