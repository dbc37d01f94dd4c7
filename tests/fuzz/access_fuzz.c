/* SPDX-License-Identifier: GPL-2.0-only */
/* links: userspace/wirerootd/access.c userspace/wirerootd/index.c userspace/lib/fs.c */
/* links: initramfs/value.c initramfs/fault.c */
/* Kept boots and any bytes: texts that pass are words. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "userspace/wirerootd/access.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct boot boot;

	if (access_parse((const char *)data, size, &boot))
		return 0;
	if (boot.fetched < 0 || boot.ended < 0 || strpbrk(boot.generation, " \n") ||
	    strpbrk(boot.peer, " \n"))
		abort();
	return 0;
}
