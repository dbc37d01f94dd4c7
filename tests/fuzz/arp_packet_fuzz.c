// SPDX-License-Identifier: GPL-2.0-only
/* Fuzzes the judgement of ARP packets: the first byte says how far our address is from theirs. */
/* links: initramfs/arp_packet.c */
#include <stdlib.h>
#include <string.h>

#include "initramfs/arp_packet.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t mac[ARP_MAC_BYTES] = { 0x52, 0x54, 0, 1, 2, 3 };
	uint8_t other[ARP_MAC_BYTES];

	if (size < 1)
		return 0;
	if (arp_conflicts(data + 1, size - 1, mac, 0x0a000000u + data[0], other) &&
	    memcmp(other, mac, sizeof(mac)) == 0)
		abort(); /* our own packets are no conflict */
	return 0;
}
