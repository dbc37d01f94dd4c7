/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a cluster's definition means for a lab: its network and servers, and its nodes' machines.
 *
 * A lab is one server of the cluster and the network that this server's address is in.
 */
#ifndef WIREROOT_LAB_DEFINITION_H
#define WIREROOT_LAB_DEFINITION_H

#include "tools/cluster/cluster.h"
#include "tools/lab/network.h"
#include "tools/lab/node.h"

/*
 * Change @cluster, before anything is generated from it, as far as a lab cannot be like it: NFS is
 * by NFS-Ganesha and iSCSI by tgt, since the kernel's servers serve the machine and not a lab.
 */
void lab_adapt_cluster(struct cluster *cluster);

/*
 * Fill in @network's wire and server, but not where definition and state are. @server names one of
 * @cluster's servers; NULL means the only one, or the only one that boots nodes. 0, or -errno with
 * @fault filled in for what no lab can be.
 */
int lab_network_from_cluster(const struct cluster *cluster, const char *server,
			     struct lab_network *network, struct fault *fault);

/*
 * Fill in the machine of @node in @options: firmware, memory, processors and one NIC on @network,
 * for options of the command to change. Texts belong to the cluster.
 */
void lab_node_from_cluster(const struct cluster_node *node, const struct lab_network *network,
			   struct node_options *options);

#endif
