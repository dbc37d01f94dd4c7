/* SPDX-License-Identifier: GPL-2.0-only */
/* Any bytes as a manifest; what is taken must come out again as it was. */
/* links: tools/generation/manifest.c userspace/lib/text.c initramfs/fault.c */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tools/generation/manifest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	struct manifest manifest;
	struct text again = { 0 };
	struct fault fault;

	memcpy(text, data, size);
	text[size] = 'x';
	if (manifest_parse(&manifest, text, size, "fuzz", &fault))
		return 0;
	for (size_t i = 0; i < manifest.count; i++)
		if (!manifest_path_is_good(manifest.entries[i].path) ||
		    manifest_find(&manifest, manifest.entries[i].path) != &manifest.entries[i])
			abort();
	manifest_write(&manifest, &again);
	/* Only numbers may be written in several ways ("007"). */
	if (again.length > size)
		abort();
	text_free(&again);
	manifest_free(&manifest);
	return 0;
}
