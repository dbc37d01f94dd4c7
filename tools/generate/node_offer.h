/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The iSCSI target of a node, as its cluster's definition and its secrets have it: for files that
 * describe targets, and for those who offer one at once.
 */
#ifndef WIREROOT_NODE_OFFER_H
#define WIREROOT_NODE_OFFER_H

#include "tools/cluster/cluster.h"
#include "tools/generate/digest.h"
#include "tools/target/secrets.h"
#include "tools/target/target.h"

/* An offer with the texts that it points to: not to be copied. */
struct node_offer {
	struct target_offer offer;
	char name[TARGET_NAME_BYTES], initiator[TARGET_NAME_BYTES];
	char serial[DIGEST_UUID_BYTES];
};

/*
 * Fill @offer in for @node, which has root: iscsi. Pure. 0, or -EINVAL with @fault: a value that
 * means something to other programs, or @secrets are missing that the node needs.
 */
int node_offer(const struct cluster *cluster, const struct secrets *secrets,
	       const struct cluster_node *node, struct node_offer *offer, struct fault *fault);

#endif
