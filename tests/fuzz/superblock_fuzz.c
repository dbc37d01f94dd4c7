/* SPDX-License-Identifier: GPL-2.0-only */
/* links: initramfs/iscsi/superblock.c */
/* Any bytes as the start of a disk. */
#include <stdlib.h>
#include <string.h>

#include "initramfs/iscsi/superblock.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct superblock superblock;
	struct partition_table table;

	if (superblock_parse(data, size, data, size, &superblock) &&
	    (strlen(superblock.uuid) != 36 || strlen(superblock.label) > 256))
		abort();
	for (size_t block = 512; 2 * block <= size && block <= 4096; block *= 2)
		if (partition_table_parse(data, block, &table) && !table.mbr_signature &&
		    (table.entry_bytes < GPT_ENTRY_BYTES || table.entry_count > GPT_ENTRIES_MAX ||
		     table.entries_offset < 2 * block))
			abort();
	return 0;
}
