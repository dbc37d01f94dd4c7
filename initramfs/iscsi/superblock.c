// SPDX-License-Identifier: GPL-2.0-only
/* Superblocks and partition tables; superblock.h has the contract. */
#include "superblock.h"

#include <stdio.h>
#include <string.h>

#define EXT_OFFSET	     1024
#define EXT_BYTES	     1024
#define EXT_JOURNAL_DEVICE   0x8 /* an incompatible feature: only a journal, no file system */
#define BTRFS_LABEL_OFFSET   299
#define BTRFS_LABEL_BYTES    256
#define MBR_TYPE_PROTECTIVE  0xee
#define MBR_FIRST_ENTRY_TYPE (446 + 4)

static uint32_t little_32(const uint8_t *bytes)
{
	return (uint32_t)bytes[3] << 24 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[1] << 8 |
	       bytes[0];
}

static uint64_t little_64(const uint8_t *bytes)
{
	return (uint64_t)little_32(bytes + 4) << 32 | little_32(bytes);
}

/* The bytes in the order of the text. */
static void write_uuid(const uint8_t *bytes, char text[static UUID_TEXT_BYTES])
{
	static const char digits[] = "0123456789abcdef";

	for (int i = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*text++ = '-';
		*text++ = digits[bytes[i] >> 4];
		*text++ = digits[bytes[i] & 15];
	}
	*text = '\0';
}

static void set(struct superblock *superblock, const char *type, const uint8_t *uuid,
		const uint8_t *label, size_t label_bytes)
{
	superblock->type = type;
	write_uuid(uuid, superblock->uuid);
	memcpy(superblock->label, label, label_bytes);
	superblock->label[label_bytes] = '\0';
}

bool superblock_parse(const uint8_t *start, size_t start_length, const uint8_t *btrfs,
		      size_t btrfs_length, struct superblock *superblock)
{
	const uint8_t *ext = start + EXT_OFFSET;

	if (start_length >= 512 && memcmp(start, "XFSB", 4) == 0) {
		set(superblock, "xfs", start + 32, start + 108, 12);
		return true;
	}
	if (start_length >= EXT_OFFSET + EXT_BYTES && ext[56] == 0x53 && ext[57] == 0xef &&
	    !(little_32(ext + 96) & EXT_JOURNAL_DEVICE)) {
		set(superblock, "ext4", ext + 104, ext + 120, 16);
		return true;
	}
	if (btrfs_length >= SUPERBLOCK_BTRFS_BYTES && memcmp(btrfs + 64, "_BHRfS_M", 8) == 0) {
		set(superblock, "btrfs", btrfs + 32, btrfs + BTRFS_LABEL_OFFSET, BTRFS_LABEL_BYTES);
		return true;
	}
	return false;
}

static bool parse_gpt(const uint8_t *header, size_t block_bytes, struct partition_table *table)
{
	uint64_t entries_lba = little_64(header + 72);

	if (memcmp(header, "EFI PART", 8) != 0 || entries_lba < 2 ||
	    entries_lba > UINT64_MAX / 2 / block_bytes)
		return false;
	table->entries_offset = entries_lba * block_bytes;
	table->entry_count = little_32(header + 80);
	table->entry_bytes = little_32(header + 84);
	return table->entry_count <= GPT_ENTRIES_MAX && table->entry_bytes >= GPT_ENTRY_BYTES &&
	       table->entry_bytes <= GPT_ENTRY_BYTES_MAX;
}

bool partition_table_parse(const uint8_t *blocks, size_t block_bytes, struct partition_table *table)
{
	memset(table, 0, sizeof(*table));
	if (blocks[510] != 0x55 || blocks[511] != 0xaa)
		return false;
	if (blocks[MBR_FIRST_ENTRY_TYPE] == MBR_TYPE_PROTECTIVE)
		return parse_gpt(blocks + block_bytes, block_bytes, table);
	table->mbr_signature = little_32(blocks + 440);
	return table->mbr_signature != 0;
}

void partition_mbr_uuid(uint32_t signature, unsigned int number, char text[static UUID_TEXT_BYTES])
{
	snprintf(text, UUID_TEXT_BYTES, "%08x-%02x", signature, number);
}

void partition_gpt_uuid(const uint8_t entry[static 32], char text[static UUID_TEXT_BYTES])
{
	/* The first three fields are little-endian, the rest is in the text's order. */
	static const uint8_t order[16] = { 3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15 };
	uint8_t bytes[16];

	for (int i = 0; i < 16; i++)
		bytes[i] = entry[16 + order[i]];
	write_uuid(bytes, text);
}
