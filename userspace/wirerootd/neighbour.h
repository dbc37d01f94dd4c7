/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which machine a peer is: the MAC address that the kernel has seen behind its address.
 *
 * Asked of the kernel by rtnetlink (5.0 and newer) each time, since tables change. It knows peers
 * on this host's own networks only; of one behind a router it knows the router, which does not
 * count, and of the host itself nothing.
 */
#ifndef WIREROOT_NEIGHBOUR_H
#define WIREROOT_NEIGHBOUR_H

#include <stdint.h>

/*
 * The MAC address of the peer at the IPv4 @address, in host byte order, which we have just heard
 * from. 0; -ENOENT: it is not known; or another -errno.
 */
int neighbour_mac(uint32_t address, uint8_t mac[static 6]);

#endif
