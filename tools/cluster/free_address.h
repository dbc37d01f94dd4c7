/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An address for a new node.
 *
 * The next one behind those of the network's nodes, or else the lowest one, that nobody has by the
 * definition: no node, no server, no gateway, DNS or NTP server, and that is outside of the range
 * for unknown machines. Where other machines have addresses that the definition does not know, a
 * range has to be given.
 *
 * Pure.
 */
#ifndef WIREROOT_FREE_ADDRESS_H
#define WIREROOT_FREE_ADDRESS_H

#include <stdint.h>

#include "initramfs/fault.h"
#include "tools/cluster/cluster.h"

/* Addresses to choose from, in host byte order; { 0 }: the whole network. */
struct address_range {
	uint32_t first, last;
};

/* Read "10.0.0.20-10.0.0.99" or "10.0.0.20-" (to the end of the network). 0 or -EINVAL with @fault.
 */
int address_range_parse(const char *text, struct address_range *range, struct fault *fault);

/*
 * Find an address on @network of @cluster, in @range, for a node other than @node (its own is
 * free). 0, or -ENOSPC with @fault, or -EINVAL when @range lies outside of the network.
 */
int free_address(const struct cluster *cluster, const struct cluster_network *network,
		 const struct cluster_node *node, const struct address_range *range,
		 uint32_t *address, struct fault *fault);

#endif
