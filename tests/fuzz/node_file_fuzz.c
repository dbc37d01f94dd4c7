/* SPDX-License-Identifier: GPL-2.0-only */
/* Any bytes as a node file, with the one spare byte that the contract asks for. */
/* links: initramfs/node_file.c initramfs/words.c initramfs/value.c initramfs/fault.c */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "initramfs/words.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	struct words words = { 0 };
	struct fault fault = { 0 };
	size_t bytes = 0;

	memcpy(text, data, size);
	text[size] = 'x';
	if (node_file_split(text, size, "node.conf", &words, &fault) &&
	    (words.count || !fault.error))
		abort();
	for (unsigned int i = 0; i < words.count; i++)
		bytes += strlen(words.word[i]);
	if (bytes > size)
		abort();
	free(text);
	return 0;
}
