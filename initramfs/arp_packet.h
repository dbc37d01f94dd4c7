/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The bytes of ARP on Ethernet for address conflict detection (RFC 5227), as an AF_PACKET socket of
 * type SOCK_DGRAM with ETH_P_ARP sends and receives them. Pure. Addresses are in host byte order.
 */
#ifndef WIREROOT_ARP_PACKET_H
#define WIREROOT_ARP_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ARP_MAC_BYTES	 6
#define ARP_PACKET_BYTES 28

/* Ask whether anybody uses @address, without spoiling anybody's ARP cache (RFC 5227, 2.1.1). */
void arp_probe_build(const uint8_t mac[static ARP_MAC_BYTES], uint32_t address,
		     uint8_t packet[static ARP_PACKET_BYTES]);

/*
 * Whether a received packet of @length bytes shows that another machine than @mac uses @address, or
 * is about to (probes for it, too). Then @other is that machine's MAC address.
 * Anything that is not ARP for IPv4 on Ethernet is no conflict.
 */
bool arp_conflicts(const uint8_t *packet, size_t length, const uint8_t mac[static ARP_MAC_BYTES],
		   uint32_t address, uint8_t other[static ARP_MAC_BYTES]);

#endif
