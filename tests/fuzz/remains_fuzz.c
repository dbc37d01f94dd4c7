/* SPDX-License-Identifier: GPL-2.0-only */
/* Any bytes as wirerootd's list of nodes. */
/* links: tools/generation/remains_read.c tools/cluster/nodeset.c tools/cluster/nodeset_parse.c */
/* links: tools/cluster/nodeset_range.c tools/cluster/nodeset_table.c */
/* links: tools/cluster/nodeset_fold.c userspace/lib/text.c initramfs/fault.c */
/* libraries: jansson */
#include <stdint.h>
#include <stdlib.h>

#include "tools/generation/remains.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct remains remains = { 0 };
	struct fault fault = { 0 };

	if ((remains_read(&remains, (const char *)data, size, &fault) != 0) != (fault.error != 0))
		abort();
	for (size_t i = 0; i < remains.count; i++)
		if (!remains.users[i].generation ||
		    remains_nodes(&remains, remains.users[i].generation) != remains.users[i].nodes)
			abort();
	remains_free(&remains);
	return 0;
}
