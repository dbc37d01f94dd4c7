/* SPDX-License-Identifier: GPL-2.0-only */
/* links: tools/discover/name_pattern.c initramfs/value.c initramfs/fault.c */
/* Patterns of names from any text: every name that they give is a host name. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tools/discover/name_pattern.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1), name[HOST_NAME_LENGTH + 1];
	struct name_pattern pattern;
	struct fault fault;

	memcpy(text, data, size);
	text[size] = '\0';
	if (!name_pattern_parse(text, &pattern, &fault)) {
		name_pattern_name(&pattern, pattern.first, name);
		if (!value_host_name(name, HOST_NAME_LENGTH))
			abort();
		name_pattern_name(&pattern, pattern.last, name);
		if (!value_host_name(name, HOST_NAME_LENGTH))
			abort();
	}
	free(text);
	return 0;
}
