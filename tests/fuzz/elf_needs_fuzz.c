/* SPDX-License-Identifier: GPL-2.0-only */
/* links: tools/initrd/elf_needs.c */
/* Any bytes as a program. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tools/initrd/elf_needs.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct elf_needs needs;

	if (elf_needs_parse((const char *)data, size, &needs) < 0)
		return 0;
	if (needs.count > ELF_NEEDS_MAX || (needs.interpreter && needs.interpreter[0] != '/'))
		abort();
	for (unsigned int i = 0; i < needs.count; i++)
		if (!needs.library[i][0] || strchr(needs.library[i], '/'))
			abort();
	return 0;
}
