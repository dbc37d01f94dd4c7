// SPDX-License-Identifier: GPL-2.0-only
/* The iSCSI target of a node; see node_offer.h. */
#include "tools/generate/node_offer.h"

#include <errno.h>
#include <stdio.h>

#include "tools/generate/node_words.h"
#include "tools/generate/output.h"

static int check(const struct cluster *cluster, const struct cluster_node *node,
		 struct fault *fault)
{
	if (output_check_iscsi_name("iqn", cluster->iqn, fault) ||
	    output_check_name("node", node->name, fault) ||
	    output_check_path("disk", node->disk, fault))
		return -fault->error;
	return 0;
}

/* The users are called as the two sides are: a name that is nobody else's, with any target. */
static int add_accounts(const struct secrets *secrets, const struct cluster_node *node,
			struct node_offer *offer, struct fault *fault)
{
	const struct chap_secrets *own = secrets_find(secrets, node->name);

	if (node->chap == CHAP_NONE)
		return 0;
	if (!own)
		return fault_set(fault, EINVAL, "find the CHAP secrets of node", node->name, NULL);
	offer->offer.in = (struct target_account){ offer->initiator, own->in };
	if (node->chap == CHAP_MUTUAL)
		offer->offer.out = (struct target_account){ offer->name, own->out };
	return 0;
}

int node_offer(const struct cluster *cluster, const struct secrets *secrets,
	       const struct cluster_node *node, struct node_offer *offer, struct fault *fault)
{
	const struct cluster_server *server = node_iscsi_server(cluster, node);
	int error = check(cluster, node, fault);

	if (error)
		return error;
	node_target_name(cluster, node, offer->name);
	node_initiator_name(cluster, node, offer->initiator);
	digest_uuid(node->disk, offer->serial);
	offer->offer = (struct target_offer){
		.name = offer->name,
		.initiator = offer->initiator,
		.address = node->address,
		.disk = node->disk,
		.read_write = node->read_write,
		.serial = offer->serial,
	};
	/* tgtd listens everywhere by itself; what it is told besides is what somebody has listed.
	 */
	if (server && (server->lio || server->lists_portals)) {
		offer->offer.portals = node->portals;
		offer->offer.portal_count = node->portal_count;
	}
	return add_accounts(secrets, node, offer, fault);
}
