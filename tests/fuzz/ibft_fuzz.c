/* SPDX-License-Identifier: GPL-2.0-only */
/* links: initramfs/iscsi/ibft.c initramfs/value.c initramfs/fault.c */
/* Any bytes as a boot firmware table. */
#include <stdlib.h>
#include <string.h>

#include "initramfs/iscsi/ibft.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void look_at_nics(const uint8_t *data, size_t size)
{
	struct fault fault = { 0 };
	struct ibft_nics nics;
	char text[400];
	size_t length;

	if (ibft_parse_nics(data, size, &nics, &fault) < 0)
		return;
	if (nics.count > IBFT_NICS_MAX)
		abort();
	for (unsigned int i = 0; i < nics.count; i++)
		if (nics.nic[i].prefix_bits > 32 || nics.nic[i].vlan > 4094)
			abort();
	length = ibft_words(&nics, text, sizeof(text));
	if (length >= sizeof(text) || (length && text[length - 1] != '\n'))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fault fault = { 0 };
	struct ibft ibft;
	int result = ibft_parse(data, size, &ibft, &fault);

	if (result ? result != -fault.error : ibft.count == 0 || ibft.count > ISCSI_TARGETS_MAX)
		abort();
	for (unsigned int i = 0; i < ibft.count; i++)
		if (!ibft.targets[i].name[0] || !ibft.targets[i].port)
			abort();
	look_at_nics(data, size);
	return 0;
}
