/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Volumes as iSCSI targets of this server: offered to their nodes when they are ready, withdrawn
 * before they go, and who is logged in.
 *
 * A target daemon that does not run has nothing to be told: it finds the disks when it starts.
 */
#ifndef WIREROOT_STORAGE_EXPOSURE_H
#define WIREROOT_STORAGE_EXPOSURE_H

#include <stdbool.h>

#include "initramfs/fault.h"
#include "tools/cluster/cluster.h"
#include "tools/generation/services.h"

struct exposure {
	const struct cluster *cluster;
	const char *state; /* directory, which has nodes' secrets */
	struct services services; /* SERVICES_NONE: nothing is told or asked */
};

enum exposure_state {
	EXPOSURE_UNKNOWN, /* nobody was asked, or nobody answers */
	EXPOSURE_FREE, /* nobody is logged in */
	EXPOSURE_IN_USE,
};

/* Let @node log in to its disk; *@offered is false when no target daemon runs. */
int exposure_offer(const struct exposure *exposure, const struct cluster_node *node, bool *offered,
		   struct fault *fault);

/* Nobody can log in to @node's target any more. -EBUSY with @fault while somebody is. */
int exposure_withdraw(const struct exposure *exposure, const struct cluster_node *node,
		      enum exposure_state *state, struct fault *fault);

#endif
