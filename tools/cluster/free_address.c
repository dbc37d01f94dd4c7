// SPDX-License-Identifier: GPL-2.0-only
/* Finds addresses for new nodes; see free_address.h. */
#include "tools/cluster/free_address.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "initramfs/value.h"

int address_range_parse(const char *text, struct address_range *range, struct fault *fault)
{
	const char *dash = strchr(text, '-');
	char first[IPV4_TEXT_BYTES];

	*range = (struct address_range){ .last = UINT32_MAX };
	if (dash && (size_t)(dash - text) < sizeof(first)) {
		memcpy(first, text, (size_t)(dash - text));
		first[dash - text] = '\0';
		if (value_ipv4(first, &range->first) && range->first &&
		    (!dash[1] || value_ipv4(dash + 1, &range->last)) && range->first <= range->last)
			return 0;
	}
	return fault_set(fault, EINVAL, "read the range of addresses", text,
			 "give FIRST-LAST, as in 10.0.0.20-10.0.0.99, or FIRST-");
}

/* Addresses that are taken, to be sorted. */
struct taken {
	uint32_t *list;
	size_t count;
};

static void take(struct taken *taken, const struct cluster_network *network, uint32_t address)
{
	uint32_t mask = network->prefix ? UINT32_MAX << (32 - network->prefix) : 0;

	if (address && (address & mask) == (network->subnet & mask))
		taken->list[taken->count++] = address;
}

static void take_server(struct taken *taken, const struct cluster_network *network,
			const struct cluster_server *server)
{
	take(taken, network, server->address);
	for (size_t i = 0; i < server->portal_count && i < ISCSI_PORTALS_MAX; i++)
		take(taken, network, server->portals[i].address);
}

static int compare(const void *first, const void *second)
{
	const uint32_t *a = first, *b = second;

	return *a < *b ? -1 : *a > *b;
}

static int collect(struct taken *taken, const struct cluster *cluster,
		   const struct cluster_network *network, const struct cluster_node *node)
{
	size_t most = cluster->node_count + cluster->server_count * (1 + ISCSI_PORTALS_MAX) +
		      network->dns_count + network->ntp_count + 1;

	taken->list = calloc(most, sizeof(*taken->list));
	if (!taken->list)
		return -ENOMEM;
	for (size_t i = 0; i < cluster->node_count; i++)
		if (&cluster->nodes[i] != node)
			take(taken, network, cluster->nodes[i].address);
	for (size_t i = 0; i < cluster->server_count; i++)
		take_server(taken, network, &cluster->servers[i]);
	for (size_t i = 0; i < network->dns_count; i++)
		take(taken, network, network->dns[i]);
	for (size_t i = 0; i < network->ntp_count; i++)
		take(taken, network, network->ntp[i]);
	take(taken, network, network->gateway);
	qsort(taken->list, taken->count, sizeof(*taken->list), compare);
	return 0;
}

/* The lowest address from @first to @last that is neither taken nor in the dynamic range; 0: none.
 */
static uint32_t lowest(const struct taken *taken, const struct cluster_network *network,
		       uint32_t first, uint32_t last)
{
	size_t at = 0;

	for (uint64_t address = first; address <= last; address++) {
		if (network->range_first && address >= network->range_first &&
		    address <= network->range_last) {
			address = network->range_last;
			continue;
		}
		while (at < taken->count && taken->list[at] < address)
			at++;
		if (at == taken->count || taken->list[at] != address)
			return (uint32_t)address;
	}
	return 0;
}

/* The highest address from @first to @last that a node other than @node has; 0: none has one. */
static uint32_t highest(const struct cluster *cluster, const struct cluster_node *node,
			uint32_t first, uint32_t last)
{
	uint32_t found = 0;

	for (size_t i = 0; i < cluster->node_count; i++) {
		uint32_t address = cluster->nodes[i].address;

		if (&cluster->nodes[i] != node && address >= first && address <= last &&
		    address > found)
			found = address;
	}
	return found;
}

int free_address(const struct cluster *cluster, const struct cluster_network *network,
		 const struct cluster_node *node, const struct address_range *range,
		 uint32_t *address, struct fault *fault)
{
	uint32_t size = network->prefix ? UINT32_MAX >> network->prefix : UINT32_MAX;
	/* The first is the network's own, the last its broadcast address. */
	uint32_t first = network->subnet + 1, last = network->subnet + size - 1;
	struct taken taken = { 0 };
	uint32_t behind;

	if (range->first && (range->first > last || range->last < first))
		return fault_set(fault, EINVAL, "find an address for a node", network->name,
				 "the range of --address-from lies outside of this network");
	if (range->first > first)
		first = range->first;
	if (range->first && range->last < last)
		last = range->last;
	if (collect(&taken, cluster, network, node))
		return fault_set(fault, ENOMEM, "find an address for a node", network->name, NULL);
	behind = highest(cluster, node, first, last);
	*address = behind ? lowest(&taken, network, behind + 1, last) : 0;
	if (!*address)
		*address = lowest(&taken, network, first, last);
	free(taken.list);
	return *address ? 0
			: fault_set(fault, ENOSPC, "find an address for a node", network->name,
				    "all addresses outside of its range are taken");
}
