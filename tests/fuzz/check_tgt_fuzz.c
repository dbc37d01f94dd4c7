/* SPDX-License-Identifier: GPL-2.0-only */
/* Any bytes as a configuration for tgt-admin. */
/* links: tools/generation/check_tgt.c initramfs/fault.c */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tools/generation/checks.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size ? size : 1);
	struct fault fault = { 0 };

	memcpy(text, data, size);
	if ((check_tgt_text(text, size, "fuzz", &fault) != 0) != (fault.error != 0))
		abort();
	free(text);
	return 0;
}
