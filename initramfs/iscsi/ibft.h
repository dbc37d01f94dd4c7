/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The iSCSI Boot Firmware Table: which targets the firmware, or iPXE, was told to boot from.
 *
 * Format: "iSCSI Boot Firmware Table (iBFT) as Defined in ACPI 3.0b Specification", version 1.03.
 * Pure. Every offset and length in the table is checked against its end; the checksum is not, since
 * the kernel and other readers do not mind it either.
 */
#ifndef WIREROOT_IBFT_H
#define WIREROOT_IBFT_H

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

#endif
