/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the machine is made of, as the kernel tells by /proc and /sys.
 */
#ifndef WIREROOT_FACTS_H
#define WIREROOT_FACTS_H

#include <stdint.h>

/* As many, and as long, as userspace/lib/machine.h lets pass. */
#define FACTS_MACS_MAX	     32
#define FACTS_TEXT_BYTES     96
#define FACTS_MODALIASES_MAX 2048
#define FACTS_MODALIAS_BYTES 256
/* Less than a report may have, for what else is in it. */
#define FACTS_MODALIASES_BYTES 49152
#define FACTS_MAC_BYTES	       18

struct facts {
	char macs[FACTS_MACS_MAX][FACTS_MAC_BYTES]; /* of all Ethernet interfaces */
	unsigned int mac_count;
	char cpu[FACTS_TEXT_BYTES];
	unsigned int cpus;
	uint64_t memory_kib;
	char vendor[FACTS_TEXT_BYTES], product[FACTS_TEXT_BYTES];
	char serial[FACTS_TEXT_BYTES], uuid[FACTS_TEXT_BYTES];
	/* NUL-terminated one behind the other, each there once. */
	char modaliases[FACTS_MODALIASES_BYTES];
	unsigned int modaliases_used, modalias_count;
};

/* Look at everything; what cannot be found out stays empty or 0. */
void facts_gather(struct facts *facts);

/* The MAC address of the interface with the IPv4 @address, in host byte order; "" when none has it.
 */
void facts_mac_of(uint32_t address, char mac[static FACTS_MAC_BYTES]);

#endif
