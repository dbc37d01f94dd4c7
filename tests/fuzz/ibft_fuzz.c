/* SPDX-License-Identifier: GPL-2.0-only */
/* links: initramfs/iscsi/ibft.c initramfs/value.c initramfs/fault.c */
/* Any bytes as a boot firmware table. */
#include <stdlib.h>
#include <string.h>

#include "initramfs/iscsi/ibft.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

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
	return 0;
}
