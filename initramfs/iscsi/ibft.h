/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The iSCSI Boot Firmware Table: which targets the firmware, or iPXE, was told to boot from, and by
 * which network interfaces.
 *
 * Format: "iSCSI Boot Firmware Table (iBFT) as Defined in ACPI 3.0b Specification", version 1.03.
 * Pure. Every offset and length in the table is checked against its end; the checksum is not, since
 * the kernel and other readers do not mind it either.
 */
#ifndef WIREROOT_IBFT_H
#define WIREROOT_IBFT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../fault.h"
#include "iscsi_spec.h"

#define IBFT_PATH "/sys/firmware/acpi/tables/iBFT"

struct ibft {
	char initiator[ISCSI_NAME_BYTES]; /* empty: the table has none */
	struct iscsi_target targets[ISCSI_TARGETS_MAX]; /* all valid ones; the selected first */
	unsigned int count;
};

/* Parse @length bytes. Returns 0 with at least one target, or -EINVAL or -ENODATA with @fault. */
int ibft_parse(const uint8_t *table, size_t length, struct ibft *ibft, struct fault *fault);

#define IBFT_NICS_MAX 8

struct ibft_nic {
	uint8_t mac[6];
	bool dhcp; /* then the addresses are those of the firmware's lease, for its use alone */
	uint32_t address; /* host byte order; 0: none, or one of IPv6 */
	uint8_t prefix_bits; /* 0: not said */
	uint32_t gateway; /* 0: none */
	uint32_t dns[2]; /* filled from the front */
	uint16_t vlan; /* 0: untagged */
};

struct ibft_nics {
	struct ibft_nic nic[IBFT_NICS_MAX]; /* all valid ones, whether selected or not */
	unsigned int count;
};

/* Parse the network interfaces. Returns 0, perhaps without any, or -EINVAL with @fault. */
int ibft_parse_nics(const uint8_t *table, size_t length, struct ibft_nics *nics,
		    struct fault *fault);

/*
 * Write them as words of the kernel command line, ip= and vlan=, one to a line. Interfaces are
 * named by their MACs, VLANs ibft0.ID, ibft1.ID and so on. Those without an address and DHCP are
 * left out. Returns the length; 0 when there are none, or not enough room.
 */
size_t ibft_words(const struct ibft_nics *nics, char *text, size_t size);

#endif
