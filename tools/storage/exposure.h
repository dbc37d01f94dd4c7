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
#include "tools/target/secrets.h"

/* Begin with { 0 }. */
struct exposure {
	const struct cluster *cluster;
	struct services services; /* SERVICES_NONE: nothing is told or asked */
	struct secrets secrets; /* once something was offered */
	bool has_secrets;
	bool switched_off; /* a person says so of the nodes whose targets are withdrawn */
};

enum exposure_state {
	EXPOSURE_UNKNOWN, /* nobody was asked, or nobody answers */
	EXPOSURE_FREE, /* nobody is logged in */
	EXPOSURE_IN_USE,
};

/*
 * Let @node log in to its disk; *@offered is false when no target daemon runs. Nodes' secrets are
 * in the state directory @state, and made as far as there are none.
 */
int exposure_offer(struct exposure *exposure, const char *state, const struct cluster_node *node,
		   bool *offered, struct fault *fault);

/*
 * Nobody can log in to @node's target any more. -EBUSY with @fault while somebody is: also a node
 * that does not answer, which may be cut off and go on later, unless it is said to be off.
 */
int exposure_withdraw(const struct exposure *exposure, const struct cluster_node *node,
		      enum exposure_state *state, struct fault *fault);

void exposure_free(struct exposure *exposure);

#endif
