// SPDX-License-Identifier: GPL-2.0-only
/* What a cluster's definition means for a lab; see definition.h. */
#include "tools/lab/definition.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>

#include "initramfs/value.h"
#include "tools/lab/bridge.h"

void lab_adapt_cluster(struct cluster *cluster)
{
	for (size_t i = 0; i < cluster->server_count; i++) {
		cluster->servers[i].ganesha = true;
		cluster->servers[i].lio = false;
	}
}

/* The one that is meant when none is named; NULL when that is not clear. */
static const struct cluster_server *only_server(const struct cluster *cluster)
{
	const struct cluster_server *found = NULL;

	if (cluster->server_count == 1)
		return &cluster->servers[0];
	for (size_t i = 0; i < cluster->server_count; i++) {
		if (!(cluster->servers[i].roles & SERVER_BOOT))
			continue;
		if (found)
			return NULL;
		found = &cluster->servers[i];
	}
	return found;
}

static int choose_server(const struct cluster *cluster, const char *name,
			 const struct cluster_server **server, struct fault *fault)
{
	*server = name ? cluster_find_server(cluster, name) : only_server(cluster);
	if (*server)
		return 0;
	if (name)
		return fault_set(fault, ENOENT, "find the cluster's server", name, NULL);
	return fault_set(fault, EINVAL, "make a lab of cluster", cluster->name,
			 "say by --server which of its servers the lab is");
}

/* The bridge has the name of the server's own interface, which generated files may speak of. */
static int name_bridge(const struct cluster_network *wire, struct lab_network *network,
		       struct fault *fault)
{
	if (!wire->interface)
		return 0;
	if (bridge_check_name(wire->interface, fault))
		return -fault->error;
	snprintf(network->bridge, sizeof(network->bridge), "%s", wire->interface);
	return 0;
}

/* The addresses of its portals that are not the server's own, each once. */
static void add_portals(const struct cluster_server *server, struct lab_network *network)
{
	for (size_t i = 0; i < server->portal_count && i < ISCSI_PORTALS_MAX; i++) {
		uint32_t address = server->portals[i].address;
		bool known = address == server->address;

		for (size_t before = 0; !known && before < i; before++)
			known = server->portals[before].address == address;
		if (!known)
			value_ipv4_text(address, network->more[network->more_count++]);
	}
}

static int fill_in(const struct cluster *cluster, const struct cluster_server *server,
		   struct lab_network *network, struct fault *fault)
{
	const struct cluster_network *wire = server->network;
	const char *domain = wire->domain ? wire->domain : cluster->domain;
	struct in_addr address = { .s_addr = htonl(server->address) };

	if (wire->vlan)
		return fault_set(fault, EOPNOTSUPP, "make a lab of network", wire->name,
				 "it is tagged; a lab's bridge has no VLANs");
	*network = lab_network_default();
	inet_ntop(AF_INET, &address, network->address, sizeof(network->address));
	network->prefix = wire->prefix;
	network->http_port = server->http_port;
	network->boots = server->roles & SERVER_BOOT;
	network->exports = server->roles & SERVER_NFS;
	network->has_disks = server->roles & SERVER_ISCSI;
	add_portals(server, network);
	snprintf(network->domain, sizeof(network->domain), "%s", domain ? domain : "");
	if (snprintf(network->server, sizeof(network->server), "%s", server->name) >=
	    (int)sizeof(network->server))
		return fault_set(fault, ENAMETOOLONG, "make a lab of server", server->name, NULL);
	return name_bridge(wire, network, fault);
}

int lab_network_from_cluster(const struct cluster *cluster, const char *server,
			     struct lab_network *network, struct fault *fault)
{
	const struct cluster_server *chosen;
	int error = choose_server(cluster, server, &chosen, fault);

	return error ? error : fill_in(cluster, chosen, network, fault);
}

void lab_node_from_cluster(const struct cluster_node *node, const struct lab_network *network,
			   struct node_options *options)
{
	struct node_nic *nic = &options->nics[0];

	options->firmware = node->lab_uefi ? NODE_UEFI : NODE_BIOS;
	options->memory_mib = node->lab_memory_mib;
	options->cpus = node->lab_cpus;
	*nic = (struct node_nic){ .model = node->lab_nic };
	snprintf(nic->bridge, sizeof(nic->bridge), "%s", network->bridge);
	if (node->has_mac)
		value_mac_text(node->mac, nic->mac);
	options->nic_count = 1;
}
