/* SPDX-License-Identifier: GPL-2.0-only */
/* links: userspace/wirerootd/index.c initramfs/value.c initramfs/fault.c */
/* The index of nodes and any bytes: what is taken can be found again, and is in order. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "userspace/wirerootd/index.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct node_index index;
	struct fault fault;

	if (index_parse((const char *)data, size, "nodes", &index, &fault))
		return 0;
	for (size_t i = 0; i < index.count; i++) {
		const struct index_node *node = &index.nodes[i];

		if (index_find_mac(&index, node->mac) != node ||
		    index_find_name(&index, node->name) != node)
			abort();
	}
	index_free(&index);
	return 0;
}
