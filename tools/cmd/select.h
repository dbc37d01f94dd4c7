/* SPDX-License-Identifier: GPL-2.0-only */
/* Which nodes of a definition a set such as n[01-16] or @rack1 on a command line means. */
#ifndef WIREROOT_CMD_SELECT_H
#define WIREROOT_CMD_SELECT_H

#include "tools/cluster/cluster.h"

/*
 * Mark what @nodes names in @wanted, a byte for each node of @cluster. 0 or -errno with @fault:
 * -ENOENT for a node that there is none of.
 */
int select_nodes(const struct cluster *cluster, const char *nodes, char *wanted,
		 struct fault *fault);

#endif
