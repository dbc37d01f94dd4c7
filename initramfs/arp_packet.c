/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The bytes of ARP on Ethernet for address conflict detection (RFC 826, RFC 5227). Pure: buffers
 * in, bytes or a verdict out; a packet that is too short or of another kind is simply no conflict.
 */
#include "arp_packet.h"

#include <string.h>

/* Where the fields are (RFC 826, for 6-byte hardware and 4-byte protocol addresses). */
enum {
	OPERATION = 6,
	SENDER_MAC = 8,
	SENDER_ADDRESS = 14,
	TARGET_ADDRESS = 24,
};

enum {
	ARP_REQUEST = 1,
	ARP_REPLY = 2,
};

/* Hardware type Ethernet, protocol IPv4, the lengths of their addresses. */
static const uint8_t ethernet_ipv4[OPERATION] = { 0, 1, 0x08, 0x00, ARP_MAC_BYTES, 4 };

static void put_address(uint8_t *bytes, uint32_t address)
{
	bytes[0] = address >> 24;
	bytes[1] = address >> 16;
	bytes[2] = address >> 8;
	bytes[3] = address;
}

static uint32_t get_address(const uint8_t *bytes)
{
	return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 |
	       bytes[3];
}

void arp_probe_build(const uint8_t mac[static ARP_MAC_BYTES], uint32_t address,
		     uint8_t packet[static ARP_PACKET_BYTES])
{
	/* Sender address and target's hardware address stay zero (RFC 5227, 2.1.1). */
	memset(packet, 0, ARP_PACKET_BYTES);
	memcpy(packet, ethernet_ipv4, sizeof(ethernet_ipv4));
	packet[OPERATION + 1] = ARP_REQUEST;
	memcpy(packet + SENDER_MAC, mac, ARP_MAC_BYTES);
	put_address(packet + TARGET_ADDRESS, address);
}

bool arp_conflicts(const uint8_t *packet, size_t length, const uint8_t mac[static ARP_MAC_BYTES],
		   uint32_t address, uint8_t other[static ARP_MAC_BYTES])
{
	unsigned int operation;
	uint32_t sender, target;

	if (address == 0 || length < ARP_PACKET_BYTES ||
	    memcmp(packet, ethernet_ipv4, sizeof(ethernet_ipv4)) != 0)
		return false;

	operation = packet[OPERATION] << 8 | packet[OPERATION + 1];
	sender = get_address(packet + SENDER_ADDRESS);
	target = get_address(packet + TARGET_ADDRESS);
	if (operation != ARP_REQUEST && operation != ARP_REPLY)
		return false;

	/* Our own packets come back from some switches, and from this machine's firmware, which may
	 * have used the address a moment ago. */
	if (memcmp(packet + SENDER_MAC, mac, ARP_MAC_BYTES) == 0)
		return false;

	/* RFC 5227, 2.1.1: a user of the address, or somebody who probes for it at the same time.
	 */
	if (sender != address && !(operation == ARP_REQUEST && sender == 0 && target == address))
		return false;

	memcpy(other, packet + SENDER_MAC, ARP_MAC_BYTES);
	return true;
}
